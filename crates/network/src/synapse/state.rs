//! What evolves in the synapses of a projection: the state of its sending cells.

use super::equations::SynapseInfo;
use std::ops::Range;

/// Variables and last spike of the sending cells of one projection.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SenderState {
    /// Variables of a cell.
    pub width: usize,
    /// Their values at the last spike, `[cell][variable]`.
    pub variables: Vec<f64>,
    /// Step of the last spike of each cell; `None` before the first.
    pub last_step: Vec<Option<u64>>,
}

impl SenderState {
    /// A state of no cells.
    pub fn empty(info: &SynapseInfo) -> Self {
        Self { width: info.variables.len(), ..Self::default() }
    }

    /// Adds the cells of `other` behind those here.
    pub fn append(&mut self, other: &Self) {
        self.variables.extend_from_slice(&other.variables);
        self.last_step.extend_from_slice(&other.last_step);
    }

    /// Some of the cells.
    pub fn part(&self, cells: Range<usize>) -> Self {
        Self {
            width: self.width,
            variables: self.variables[cells.start * self.width..cells.end * self.width].to_vec(),
            last_step: self.last_step[cells].to_vec(),
        }
    }
}
