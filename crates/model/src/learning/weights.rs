//! The weights of a readout at the start: drawn, or given one by one.

use crate::document::{Value, join};
use crate::fields::{Fields, Reader};
use crate::values::{PerCell, per_cell};
use neuropil_core::Distribution;

/// How W_out and b begin.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ReadoutWeights {
    pub w_out: OutWeights,
    pub b: Vec<f64>,
}

/// How W_out begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum OutWeights {
    /// Normal, of standard deviation 1/√cells.
    Usual,
    /// Drawn.
    Drawn(Distribution),
    /// `[readout][cell that is read]`, cells in the order of `from`.
    Given(Vec<f64>),
}

/// Cells that a readout reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadCells {
    /// So many.
    Count(usize),
    /// Those of a part by its place, which is known once cells have places.
    Unknown,
}

/// Reads `weight` and `b_out` of a readout of so many outputs, where these and the cells are sound.
pub(super) fn read(
    own: &mut Fields<'_, '_>,
    (cells, outputs): (Option<ReadCells>, Option<usize>),
) -> Option<ReadoutWeights> {
    let (reader, weight_path, b_path) = (own.reader, join(&own.path, "weight"), join(&own.path, "b_out"));
    let (weight, b) = (own.get("weight"), own.get("b_out"));
    let (cells, outputs) = (cells?, outputs?);
    let b = match b {
        Some(node) => reader.array_of(node, &b_path, &[("readouts", outputs)]),
        None => Some(vec![0.0; outputs]),
    };
    let is_array = |value: &Value| matches!(value, Value::Array(_));
    let w_out = match weight {
        None => Some(OutWeights::Usual),
        Some(node) if is_array(&node.value) || Reader::is_dataset(node) => {
            let ReadCells::Count(cells) = cells else {
                let message =
                    "weights one by one need cells by number: of a part by its place it is not known how many they are";
                reader.fault(&weight_path, message);
                return None;
            };
            let axes = [("readouts", outputs), ("cells", cells)];
            reader.array_of(node, &weight_path, &axes).map(OutWeights::Given)
        }
        Some(node) => match per_cell(reader, node, &weight_path, 0) {
            Some(PerCell::Drawn(weight)) => Some(OutWeights::Drawn(weight)),
            _ => None,
        },
    };
    Some(ReadoutWeights { w_out: w_out?, b: b? })
}
