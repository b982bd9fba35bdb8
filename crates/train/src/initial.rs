//! Initial weights: of a task and a seed, the same for every rule.

use crate::settings::section;
use neuropil_core::{Stream, StreamKey};
use neuropil_model::fields::Fields;
use neuropil_plasticity::{Matrix, init};

/// How a matrix of weights begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Weights {
    kind: Kind,
    /// Probability of each synapse.
    probability: f64,
    /// A factor to all weights.
    gain: f64,
    /// Cells that are read, drawn without replacement; all cells if there is none. Of a readout only.
    cells: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// N(0, 1).
    Normal,
    /// N(0, 1)/√(p n).
    NormalByInputs,
    /// Signed and balanced; the missing amount spread.
    Balanced,
    /// Signed and balanced by a factor to inhibition.
    BalancedByFactor,
}

const KINDS: [&str; 4] = ["normal", "normal_by_inputs", "balanced", "balanced_by_factor"];

/// The matrices of a network, which are owners of random streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Input = 0,
    Recurrent = 1,
    Readout = 2,
}

/// Reads how one matrix begins; signed kinds need the signs of its columns.
pub(crate) fn read(fields: &mut Fields, name: &str, signed: bool) -> Option<Weights> {
    let mut own = section(fields, name)?;
    let kind = own.required_word("kind", if signed { &KINDS } else { &KINDS[..2] });
    let probability = own.number_or("probability", 1.0, "in (0, 1]", |p| p > 0.0 && p <= 1.0);
    let gain = own.number_or("gain", 1.0, "a number", |_| true);
    let cells = match name {
        "readout_weights" => own.whole("cells").map(|cells| usize::try_from(cells.max(1)).unwrap_or(usize::MAX)),
        _ => None,
    };
    own.finish();
    let kind = [Kind::Normal, Kind::NormalByInputs, Kind::Balanced, Kind::BalancedByFactor][kind?];
    Some(Weights { kind, probability, gain, cells })
}

impl Weights {
    /// Weights and mask, `rows` x as many columns as `sign` has; `recurrent` ones have no diagonal.
    pub fn draw(&self, seed: u64, owner: Owner, rows: usize, sign: &[i8]) -> (Matrix, Matrix) {
        let columns = sign.len();
        let balanced = matches!(self.kind, Kind::Balanced | Kind::BalancedByFactor);
        let height = if balanced { columns } else { rows };
        let mut mask = self.mask(seed, owner, height, columns);
        let number = owner as u32;
        let mut weights = match self.kind {
            Kind::Balanced => init::balanced(seed, number, &mask, sign),
            Kind::BalancedByFactor => init::balanced_by_factor(seed, number, &mask, sign),
            Kind::Normal | Kind::NormalByInputs => init::normal(seed, number, height, columns),
        };
        let inputs = self.cells.map_or(self.probability * columns as f64, |cells| cells.min(columns) as f64);
        let scale = if self.kind == Kind::NormalByInputs { self.gain / inputs.sqrt() } else { self.gain };
        if owner == Owner::Recurrent {
            (0..rows).for_each(|cell| mask[(cell, cell)] = 0.0);
        }
        weights.values_mut().iter_mut().zip(mask.values()).for_each(|(weight, mask)| *weight *= scale * mask);
        let first = |matrix: &Matrix| Matrix::from_fn(rows, columns, |row, column| matrix[(row, column)]);
        (first(&weights), first(&mask))
    }

    /// 1 where a synapse exists.
    fn mask(&self, seed: u64, owner: Owner, rows: usize, columns: usize) -> Matrix {
        let key = StreamKey::new(seed, Stream::Wiring, owner as u32);
        if let Some(wanted) = self.cells {
            let mut rng = key.at(0, 0);
            let mut order: Vec<usize> = (0..columns).collect();
            for place in 0..wanted.min(columns) {
                let left = u32::try_from(columns - place).unwrap_or(u32::MAX);
                order.swap(place, place + rng.below(left) as usize);
            }
            let chosen = &order[..wanted.min(columns)];
            return Matrix::from_fn(rows, columns, |_, column| f64::from(u8::from(chosen.contains(&column))));
        }
        let mut mask = Matrix::zeros(rows, columns);
        for (row, entity) in (0..rows).zip(0..) {
            let mut rng = key.at(entity, 0);
            mask.row_mut(row).fill_with(|| f64::from(u8::from(rng.unit() < self.probability)));
        }
        if owner == Owner::Recurrent && self.probability < 1.0 {
            (0..rows).for_each(|cell| mask[(cell, cell)] = 0.0);
        }
        mask
    }
}
