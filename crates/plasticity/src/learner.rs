//! The network that learns, as the rules see it.

use crate::cascade::Cascade;
use crate::cell::LocalStep;
use crate::taps::TapShape;
use crate::{Dynamics, Error, Matrix, Readout, RuleSettings};

/// A recurrent network, its readout, and what rules approximate it by. Weights are `[post, pre]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Learner {
    /// Constants of each cell.
    pub dynamics: Vec<Dynamics>,
    /// Cell type 0..C of each cell.
    pub type_id: Vec<usize>,
    /// Input weights, cells x inputs.
    pub w_in: Matrix,
    /// Recurrent weights, cells x cells; 0 where there is no synapse.
    pub w_rec: Matrix,
    /// Recurrent synapses that exist, cells x cells, 1 or 0. `None`: all but autapses.
    pub mask: Option<Matrix>,
    /// Sign of what a cell sends: 1, −1, or 0 for both. Decides the receptor of `lif_exp`; a synapse of a cell without
    /// sign goes by the sign of its weight (0 counts as excitatory).
    pub sign: Vec<i8>,
    /// The port of each synapse, where synapses name theirs; by signs without.
    pub receptors: Option<Receptors>,
    /// Delay d of recurrent synapses, in steps, at least 1.
    pub delay: usize,
    /// The readout.
    pub readout: Readout,
    /// B_random (fixed feedback), cells x readouts, for the rules that want it.
    pub feedback: Option<Matrix>,
    /// μ of each type: the constant slope of intermediate cells in ModProp. Empty if no rule wants it.
    pub mu: Vec<f64>,
    /// S: reach in steps of the rules `*_S`.
    pub lags: usize,
    /// λ: damping of the taps of the rules `*_S`, F\[s\] → λ^s F\[s\]; 1 is none.
    pub damping: f64,
    /// What those rules make of their taps.
    pub shape: TapShape,
    /// The stages between what synapses remember and the signals that arrive.
    pub cascade: Option<Cascade>,
    /// Numbers of single rules.
    pub rules: RuleSettings,
    /// Whether cells may connect to themselves; without, the diagonal of the gradient is 0.
    pub autapses: bool,
}

/// The ports that synapses reach at cells with ports of their own, `[post, pre]` in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receptors {
    /// Of recurrent synapses.
    pub recurrent: Vec<u8>,
    /// Of those of inputs.
    pub input: Vec<u8>,
}

impl Learner {
    /// Cells.
    pub fn cells(&self) -> usize {
        self.dynamics.len()
    }

    /// Inputs.
    pub fn inputs(&self) -> usize {
        self.w_in.columns()
    }

    /// Types C.
    pub fn types(&self) -> usize {
        self.type_id.iter().max().map_or(0, |last| last + 1)
    }

    /// Whether a recurrent synapse exists.
    pub fn exists(&self, post: usize, pre: usize) -> bool {
        (self.autapses || post != pre) && self.mask.as_ref().is_none_or(|mask| mask[(post, pre)] != 0.0)
    }

    /// Sets what belongs to no recurrent synapse to 0.
    pub(crate) fn clear_absent(&self, matrix: &mut Matrix) {
        for post in 0..self.cells() {
            for (pre, own) in matrix.row_mut(post).iter_mut().enumerate() {
                if !self.exists(post, pre) {
                    *own = 0.0;
                }
            }
        }
    }

    /// Receptor of a recurrent synapse: 0 excitatory, 1 inhibitory, or as it is named.
    pub fn receptor(&self, post: usize, pre: usize) -> usize {
        if let Some(named) = &self.receptors {
            return usize::from(named.recurrent[post * self.cells() + pre]);
        }
        match self.sign[pre] {
            0 => usize::from(self.w_rec[(post, pre)] < 0.0),
            sign => usize::from(sign < 0),
        }
    }

    /// Receptor of an input synapse: 0 excitatory, 1 inhibitory, or as it is named.
    pub fn input_receptor(&self, post: usize, input: usize) -> usize {
        if let Some(named) = &self.receptors {
            return usize::from(named.input[post * self.inputs() + input]);
        }
        usize::from(self.w_in[(post, input)] < 0.0)
    }

    /// Receptor channels: the most ports of any cell.
    pub fn channels(&self) -> usize {
        self.dynamics.iter().map(LocalStep::ports).max().unwrap_or(1)
    }

    /// Checks shapes and ranges; the first fault.
    pub fn check(&self) -> Result<(), Error> {
        let (n, inputs, readouts) = (self.cells(), self.inputs(), self.readout.w_out.rows());
        let mut matrices = vec![
            ("w_in", &self.w_in, [n, inputs]),
            ("w_rec", &self.w_rec, [n, n]),
            ("w_out", &self.readout.w_out, [readouts, n]),
        ];
        matrices.extend(self.mask.iter().map(|mask| ("mask", mask, [n, n])));
        matrices.extend(self.feedback.iter().map(|feedback| ("feedback", feedback, [n, readouts])));
        for (what, matrix, [rows, columns]) in matrices {
            if (matrix.rows(), matrix.columns()) != (rows, columns) {
                let expected = format!("{rows} x {columns}");
                return Err(Error::Shape { what, found: matrix.shape(), expected });
            }
            finite(what, matrix.values())?;
        }
        if let Some(Receptors { recurrent, input }) = &self.receptors {
            for (found, expected) in [(recurrent.len(), n * n), (input.len(), n * inputs)] {
                if found != expected {
                    let (found, expected) = (found.to_string(), expected.to_string());
                    return Err(Error::Shape { what: "receptors", found, expected });
                }
            }
        }
        let types = if self.mu.is_empty() { 0 } else { self.types() };
        let lengths = [
            ("type_id", self.type_id.len(), n),
            ("sign", self.sign.len(), n),
            ("b_out", self.readout.b.len(), readouts),
            ("mu", self.mu.len(), types),
        ];
        if let Some((what, found, expected)) = lengths.into_iter().find(|(_, found, expected)| found != expected) {
            return Err(Error::Shape { what, found: found.to_string(), expected: expected.to_string() });
        }
        finite("b_out", &self.readout.b)?;
        finite("mu", &self.mu)?;
        let absent = |slot: &usize| self.w_rec.values()[*slot] != 0.0 && !self.exists(slot / n, slot % n);
        if let Some(index) = (0..n * n).find(absent) {
            let value = self.w_rec.values()[index];
            return Err(Error::Value { what: "w_rec", index, value, expected: "0 where no synapse exists" });
        }
        if self.delay == 0 {
            return Err(Error::Value { what: "delay", index: 0, value: 0.0, expected: "at least 1 step" });
        }
        if !(self.damping > 0.0 && self.damping <= 1.0) {
            return Err(Error::Value { what: "damping", index: 0, value: self.damping, expected: "in (0, 1]" });
        }
        self.cascade.map_or(Ok(()), Cascade::check)?;
        self.rules.check()?;
        self.readout.check()
    }
}

fn finite(what: &'static str, values: &[f64]) -> Result<(), Error> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(Error::Value { what, index, value: values[index], expected: "finite" }),
        None => Ok(()),
    }
}
