//! Cells that are not those of the network while it runs: modulated by peptides, or of other parameters; states that are written.

use super::planes::{settle, view};
use super::{BlockState, Ground, Impossible};
use crate::intervention::StateEdit;
use crate::intervention::parameter::restate;
use crate::probe::Probe;
use neuropil_core::Real;
use neuropil_network::neuron::{Modulation, NeuronModel, State};
use neuropil_network::{Network, Part};

impl<R: Real> BlockState<R> {
    /// Gives its cells the modulations of their global ids; cells without are left as they are. Keeps the first cell that
    /// cannot have its.
    pub fn modulate(&mut self, (network, overlay): Ground<'_, R>, modulation: impl Fn(u32) -> Option<Modulation>) {
        for (part, modulated) in network.blocks[self.index].parts.iter().zip(&mut self.modulated) {
            let Some(model) = overlay.model(network, part.population) else { continue };
            for (slot, id) in (part.first_id..).take(part.cells.len()).enumerate() {
                let Some(own) = modulation(id) else { continue };
                if modulated.is_none() {
                    *modulated = model.modulated(part.cells.start as usize..part.cells.end as usize);
                }
                let Some(cells) = modulated else { continue };
                if let Err(reason) = cells.set(slot, &own) {
                    let cell = part.cells.start + (id - part.first_id);
                    let population = part.population;
                    self.impossible.get_or_insert(Impossible { population, cell, reason });
                }
            }
        }
    }

    /// Puts values into the states of cells at the end of a step.
    pub(crate) fn write(&mut self, ground: Ground<'_, R>, edit: &StateEdit, step: u64) {
        let network = ground.0;
        for (place, part) in network.blocks[self.index].parts.iter().enumerate() {
            if let Some(written) = self.written(ground, (place, part), &[edit], step) {
                self.states[place] = Some(settle(network, part, written, &mut self.signals));
            }
        }
    }

    /// The state of a part as it is once edits are made; `None` where none is of its cells.
    fn written(
        &self,
        (network, overlay): Ground<'_, R>,
        (place, part): (usize, &Part),
        edits: &[&StateEdit],
        step: u64,
    ) -> Option<State<R>> {
        let own = || edits.iter().filter(|edit| edit.population == part.population);
        own().next()?;
        let model = overlay.model(network, part.population)?;
        let mut state = view(network, part, self.states[place].as_ref()?, &self.signals).owned();
        for edit in own() {
            for (slot, cell) in part.cells.clone().enumerate() {
                if let Some(value) = edit.value(cell) {
                    model.write(&mut state, (edit.variable, cell as usize, slot), value, step);
                }
            }
        }
        Some(state)
    }

    /// Appends the values of one probe after `step`, as they are once edits of that moment are made.
    pub(crate) fn observe_written(
        &self,
        ground: Ground<'_, R>,
        probe: &Probe,
        (edits, step): (&[&StateEdit], u64),
        values: &mut Vec<f64>,
    ) {
        let (network, overlay) = ground;
        for (place, part) in network.blocks[self.index].parts.iter().enumerate() {
            let written = self.written(ground, (place, part), edits, step);
            if let (Some(state), Some(model)) = (written, overlay.model(network, part.population)) {
                probe.sample(model, part, &state.view(), step, values);
            }
        }
    }

    /// Makes the cells of a population those of another model of the same equations, `[before, after]`. `keeps`: what they have in store
    /// keeps its meaning.
    pub(crate) fn change_cells(
        &mut self,
        network: &Network<R>,
        population: usize,
        models: [&dyn NeuronModel<R>; 2],
        keeps: bool,
    ) {
        let parts = network.blocks[self.index].parts.iter().zip(&mut self.states).zip(&mut self.modulated);
        for ((part, state), modulated) in parts.filter(|((part, _), _)| part.population == population) {
            *modulated = None;
            let Some(state) = state.as_mut().filter(|_| keeps) else { continue };
            for (variable, plane) in state.variables.iter_mut().enumerate() {
                restate(plane, variable, part.cells.start as usize, models);
            }
        }
    }
}
