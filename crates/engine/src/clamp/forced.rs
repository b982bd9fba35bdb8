//! Cells of models that are built in, which are put right once they have advanced.

use super::DueSpikes;
use crate::free_membrane::FreeMembrane;
use neuropil_core::{Clock, Real};
use neuropil_network::neuron::{Learnable, NeuronModel, State, View, force};
use std::ops::Range;

/// The cells of a part.
pub(crate) struct ForcedCells<R: Real> {
    spikes: DueSpikes,
    own: Vec<Learnable>,
    ref_steps: Vec<u32>,
    free: Option<FreeMembrane<R>>,
    /// Refractory steps that were left before the step.
    left: Vec<u32>,
    due: Vec<u8>,
}

impl<R: Real> ForcedCells<R> {
    /// `cells` of a model.
    pub(super) fn new(
        model: &dyn NeuronModel<R>,
        cells: Range<usize>,
        spikes: DueSpikes,
        clock: Clock,
    ) -> Result<Self, String> {
        let name = model.info().name;
        let own = cells.clone().map(|cell| match model.learnable(cell).filter(Learnable::spikes) {
            Some(own) => Ok(own),
            None => Err(format!("cells of model `{name}` cannot be held to recorded spikes")),
        });
        let row = model.info().parameters.iter().position(|row| row.symbol == "t_ref");
        let ref_steps = cells.clone().map(|cell| {
            let t_ref = row.map_or(0.0, |row| model.parameters(cell)[row]);
            clock.steps(t_ref).ok().and_then(|steps| u32::try_from(steps).ok()).unwrap_or(0)
        });
        Ok(Self {
            own: own.collect::<Result<_, _>>()?,
            ref_steps: ref_steps.collect(),
            free: FreeMembrane::of(model, cells.clone()),
            left: vec![0; cells.len()],
            due: vec![0; cells.len()],
            spikes,
        })
    }

    /// Before the cells advance.
    pub(super) fn before(&mut self, state: &View<'_, R>, (input, current): (&[R], &[R])) {
        self.left.copy_from_slice(state.counters[0]);
        if let Some(free) = &mut self.free {
            free.copy(state, input, current);
        }
    }

    /// Once they have: where a cell did not do what was recorded, it is made to.
    pub(super) fn force(&mut self, state: &mut State<R>, fired: &mut [u8], step: u64) {
        let Self { due, spikes, .. } = self;
        due.fill(0);
        spikes.at(step, |cell| due[cell] = 1);
        for (cell, fired) in fired.iter_mut().enumerate() {
            if *fired == self.due[cell] {
                continue;
            }
            *fired = self.due[cell];
            let spikes = *fired == 1;
            state.counters[0][cell] = if spikes { self.ref_steps[cell] } else { self.left[cell].saturating_sub(1) };
            let free = &mut self.free;
            let tested = || free.as_mut().expect("a reset to a value hides the membrane").membrane(cell, step);
            force(&self.own[cell], state, cell, spikes, tested);
        }
    }
}
