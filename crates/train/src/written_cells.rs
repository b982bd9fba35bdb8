//! Cells of a task that a file writes as equations.

use neuropil_core::{Clock, Stream, StreamKey};
use neuropil_engine::trial::{SpikeSlope, TrialCells, TrialError};
use neuropil_model::fields::Fields;
use neuropil_model::{FileCell, spike_slope, written_for_task};
use neuropil_network::neuron::{Column, Output, SpikeChoice};
use neuropil_plasticity::PseudoDerivative;
use std::path::Path;

/// The file, with what the task says of its cells.
pub(crate) struct WrittenCells {
    file: FileCell,
    columns: Vec<Column>,
    choice: SpikeChoice,
    limit: Option<f64>,
}

impl WrittenCells {
    /// Reads `model` and what belongs to it; relative paths begin in `folder`.
    pub fn read(own: &mut Fields, clock: Clock, (folder, cells): (&Path, u32)) -> Option<Self> {
        let (choice, limit) = spike_slope(own);
        let (file, columns) = written_for_task(own, clock, (folder, cells))?;
        Some(Self { file, columns, choice, limit })
    }

    /// The text of the file.
    pub fn text(&self) -> &str {
        &self.file.text
    }

    /// Whether its cells send spikes.
    pub fn is_spiking(&self) -> bool {
        matches!(self.file.model.info().output, Output::Spikes)
    }

    /// Builds `cells` of them.
    pub fn build(&self, cells: usize, shape: PseudoDerivative, seed: u64) -> Result<TrialCells, TrialError> {
        let key = StreamKey::new(seed, Stream::Equation, 0);
        let built = self.file.build(&self.columns, cells, key).map_err(|faults| {
            let what: Vec<String> = faults.iter().map(ToString::to_string).collect();
            TrialError::Unfit { what: what.join("; ") }
        })?;
        let (choice, jacobian_limit) = (self.choice.clone(), self.limit);
        TrialCells::new(vec![(built, cells)], SpikeSlope { pseudo_derivative: shape, choice, jacobian_limit })
    }
}
