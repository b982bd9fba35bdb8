//! Cells of a task that a file writes as equations.

use neuropil_core::{Clock, Stream, StreamKey};
use neuropil_engine::trial::{SpikeSlope, TrialCells, TrialError};
use neuropil_model::fields::{Fields, Reader};
use neuropil_model::{FileCell, spike_slope, written_for_task};
use neuropil_network::neuron::{Column, NeuronModel, NoSlope, Output, SpikeChoice};
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

    /// Refuses them, at the field of the task and with the file of the cell, where they cannot be built or cannot learn.
    pub fn learn(&self, reader: &Reader, cells: usize, shape: PseudoDerivative) {
        let refuse = |path: &str, why: String| match &self.file.file {
            Some(file) => reader.fault(path, format!("{}: {why}", file.display())),
            None => reader.fault(path, why),
        };
        // Whether cells can learn depends on no random number.
        let built = match self.built(cells, 0) {
            Ok(built) => built,
            Err(faults) => return faults.into_iter().for_each(|fault| refuse("cells.model", fault)),
        };
        match built.derivative(&self.choice, self.limit) {
            Some(Err(NoSlope::Unknown { field, name, hint })) => {
                refuse(&format!("cells.spike.{field}"), format!("nothing is called `{name}`{hint}"));
            }
            Some(Err(why @ NoSlope::WithoutVariable)) => refuse("cells.spike", why.to_string()),
            _ => {
                if let Err(fault) = self.trial_cells(built, cells, shape) {
                    refuse("cells.model", fault.reason());
                }
            }
        }
    }

    /// Builds `cells` of them.
    pub fn build(&self, cells: usize, shape: PseudoDerivative, seed: u64) -> Result<TrialCells, TrialError> {
        let built = self.built(cells, seed).map_err(|faults| TrialError::Unfit { what: faults.join("; ") })?;
        self.trial_cells(built, cells, shape)
    }

    /// The cells, or the first of them that is refused, of each kind.
    fn built(&self, cells: usize, seed: u64) -> Result<Box<dyn NeuronModel<f64>>, Vec<String>> {
        let built = self.file.build(&self.columns, cells, StreamKey::new(seed, Stream::Equation, 0));
        built.map_err(|faults| faults.iter().map(ToString::to_string).collect())
    }

    fn trial_cells(
        &self,
        built: Box<dyn NeuronModel<f64>>,
        cells: usize,
        shape: PseudoDerivative,
    ) -> Result<TrialCells, TrialError> {
        let (choice, jacobian_limit) = (self.choice.clone(), self.limit);
        TrialCells::new(vec![(built, cells)], SpikeSlope { pseudo_derivative: shape, choice, jacobian_limit })
    }
}
