//! Weights and masks that are given instead of drawn.

use super::ends::Ends;
use neuropil_model::document::{Node, Value};
use neuropil_model::fields::{Fields, Reader};
use neuropil_model::given::place;
use neuropil_model::sections::kinds::MASKS;
use neuropil_model::sections::weights::WeightMatrix;
use neuropil_plasticity::Matrix;

/// The weights of a matrix, and where synapses are.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct GivenWeights {
    pub values: Matrix,
    pub mask: Matrix,
    /// Of the columns, 0 where a synapse has its own; of inputs only.
    pub signs: Vec<i8>,
}

/// Reads `values`, `mask` and `signs`.
pub(super) fn read(own: &mut Fields, matrix_of: WeightMatrix, ends: Option<&Ends>) -> Option<GivenWeights> {
    matrix_of.given(own);
    let (reader, path) = (own.reader, own.path_of("values"));
    let node = own.require("values");
    let (mask_path, mask_node) = (own.path_of("mask"), own.get("mask"));
    let signs_path = own.path_of("signs");
    let signs_node = if matrix_of == WeightMatrix::Input { own.get("signs") } else { None };
    let (ends, node) = (ends?, node?);
    let values = matrix(reader, node, &path, ends)?;
    if ends.is_recurrent {
        no_autapse(reader, &path, &values)?;
    }
    let signs = match signs_node {
        Some(node) => signs(reader, node, &signs_path, ends.columns.count)?,
        None => Vec::new(),
    };
    let held = if signs.is_empty() && ends.is_recurrent { ends.columns.signs } else { &signs };
    if let Some(place) = against(&values, held) {
        let [post, pre] = place;
        let (does, bound) = if held[pre] < 0 { ("inhibits", "<= 0") } else { ("excites", ">= 0") };
        let what = ends.columns.one;
        let message = format!("found {} at [{post}, {pre}]: {what} {pre} {does}, must be {bound}", values[(post, pre)]);
        reader.fault(&path, message);
        return None;
    }
    let mask = match mask_node {
        None => every(reader, &path, &values, ends)?,
        Some(Node { value: Value::String(word), .. }) if MASKS.contains(&word.as_str()) => {
            of_word(&values, ends, word == MASKS[0])
        }
        Some(node) if matches!(node.value, Value::String(_)) => {
            reader.word(node, &mask_path, &MASKS)?;
            return None;
        }
        Some(node) => mask(reader, node, &mask_path, ends)?,
    };
    let stray = values.values().iter().zip(mask.values()).position(|(own, there)| *own != 0.0 && *there == 0.0);
    if let Some(at) = stray {
        let (found, at) = (values.values()[at], place(&[values.rows(), values.columns()], at));
        reader.fault(&path, format!("found {found} at {at}, where `mask` has no synapse: must be 0"));
        return None;
    }
    Some(GivenWeights { values, mask, signs })
}

/// 1 where a synapse exists.
pub(super) fn mask(reader: &Reader, node: &Node, path: &str, ends: &Ends) -> Option<Matrix> {
    let values = reader.mask_of(node, path, &ends.axes())?;
    let mask = Matrix::new("mask", ends.rows.count, ends.columns.count, values).ok()?;
    if ends.is_recurrent {
        no_autapse(reader, path, &mask)?;
    }
    Some(mask)
}

fn matrix(reader: &Reader, node: &Node, path: &str, ends: &Ends) -> Option<Matrix> {
    let values = reader.array_of(node, path, &ends.axes())?;
    Matrix::new("values", ends.rows.count, ends.columns.count, values).ok()
}

fn no_autapse(reader: &Reader, path: &str, matrix: &Matrix) -> Option<()> {
    let found = (0..matrix.rows()).find(|cell| matrix[(*cell, *cell)] != 0.0);
    match found {
        None => Some(()),
        Some(cell) => {
            let value = matrix[(cell, cell)];
            let message = format!("found {value} at [{cell}, {cell}]: no cell of a task reaches itself, must be 0");
            reader.fault(path, message);
            None
        }
    }
}

/// −1, 0 or 1 of each input.
fn signs(reader: &Reader, node: &Node, path: &str, count: usize) -> Option<Vec<i8>> {
    let values = reader.array_of(node, path, &[("inputs", count)])?;
    let sign = |(input, value): (usize, &f64)| match *value {
        -1.0 => Some(-1),
        0.0 => Some(0),
        1.0 => Some(1),
        other => {
            reader.fault(path, format!("found {other} of input {input}, must be -1, 1, or 0 (either)"));
            None
        }
    };
    values.iter().enumerate().map(sign).collect()
}

/// The first weight against the sign of its column.
pub(super) fn against(values: &Matrix, signs: &[i8]) -> Option<[usize; 2]> {
    let columns = values.columns();
    let is_wrong =
        |at: &usize| signs.get(at % columns).is_some_and(|sign| f64::from(*sign) * values.values()[*at] < 0.0);
    (0..values.values().len()).find(is_wrong).map(|at| [at / columns, at % columns])
}

fn of_word(values: &Matrix, ends: &Ends, is_all: bool) -> Matrix {
    let there = |row: usize, column: usize| match is_all {
        true => !(ends.is_recurrent && row == column),
        false => values[(row, column)] != 0.0,
    };
    Matrix::from_fn(values.rows(), values.columns(), |row, column| f64::from(u8::from(there(row, column))))
}

/// All synapses, unless some weight is 0: then nothing says whether there is a synapse.
fn every(reader: &Reader, path: &str, values: &Matrix, ends: &Ends) -> Option<Matrix> {
    let all = of_word(values, ends, true);
    let zeros = values.values().iter().zip(all.values()).filter(|(own, there)| **own == 0.0 && **there != 0.0).count();
    if zeros == 0 {
        return Some(all);
    }
    let message = format!(
        "found {zeros} zeros: is there a synapse, which may learn? add `mask`: \"all\", \"nonzero\", or an array of 0 and 1"
    );
    reader.fault(path, message);
    None
}
