//! Probes: which state variables are sampled, where and when.

use neuropil_core::Real;
use neuropil_network::Part;
use neuropil_network::neuron::{NeuronModel, View};

/// A state variable of some cells of a population, sampled every so many steps, at the end of the step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Index of the population.
    pub population: usize,
    /// Index of the variable in its model.
    pub variable: usize,
    /// Indices in the population, ascending.
    pub cells: Vec<u32>,
    /// Steps from sample to sample; the first is taken in step `every_steps`.
    pub every_steps: u64,
}

impl Probe {
    /// Appends the values of the probe's cells that lie in `part` to `values`, if `step` is one to sample.
    pub fn sample<R: Real>(
        &self,
        model: &dyn NeuronModel<R>,
        part: &Part,
        state: &View<'_, R>,
        step: u64,
        values: &mut Vec<f64>,
    ) {
        if part.population != self.population || !step.is_multiple_of(self.every_steps) {
            return;
        }
        let first = self.cells.partition_point(|&cell| cell < part.cells.start);
        let own = self.cells[first..].iter().take_while(|&&cell| cell < part.cells.end);
        values.extend(
            own.map(|&cell| {
                model.observe(state, self.variable, cell as usize, (cell - part.cells.start) as usize, step)
            }),
        );
    }
}
