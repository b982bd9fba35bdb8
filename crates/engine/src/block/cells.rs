//! Cells that are not those of the network while it runs: modulated by peptides, or of other parameters.

use super::{BlockState, Ground, Impossible};
use crate::intervention::parameter::restate;
use neuropil_core::Real;
use neuropil_network::Network;
use neuropil_network::neuron::{Modulation, NeuronModel};

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
