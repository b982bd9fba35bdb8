//! Cells that send recorded spikes, whatever their membrane says: it is integrated, and reset when they spike.
//!
//! Where the recording and the cell agree, which they do in a recording of the same network, nothing is touched: the
//! state has the bits of the run that was recorded.

use crate::free_membrane::FreeMembrane;
use neuropil_core::{Clock, Real};
use neuropil_network::neuron::{Learnable, NeuronModel, State, View, force};

/// Recorded spikes of a population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clamp {
    /// Its index.
    pub population: usize,
    /// (step, cell), ascending.
    pub spikes: Vec<(u64, u32)>,
}

/// Why cells cannot be clamped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("population `{population}`: {reason}")]
pub struct ClampError {
    /// The population.
    pub population: String,
    /// Why.
    pub reason: String,
}

/// The cells of a part.
pub(crate) struct ClampedPart<R: Real> {
    /// (step, cell of the part) of what is still to come.
    spikes: Vec<(u64, usize)>,
    next: usize,
    own: Vec<Learnable>,
    ref_steps: Vec<u32>,
    free: Option<FreeMembrane<R>>,
    /// Refractory steps that were left before the step.
    left: Vec<u32>,
    due: Vec<u8>,
}

impl<R: Real> ClampedPart<R> {
    /// `cells` of a model, which send `spikes` (step, cell of the part).
    pub fn new(
        model: &dyn NeuronModel<R>,
        cells: std::ops::Range<usize>,
        spikes: Vec<(u64, usize)>,
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
            next: 0,
        })
    }

    /// Before the cells advance.
    pub fn before(&mut self, state: &View<'_, R>, (input, current): (&[R], &[R])) {
        self.left.copy_from_slice(state.counters[0]);
        if let Some(free) = &mut self.free {
            free.copy(state, input, current);
        }
    }

    /// Once they have: where a cell did not do what was recorded, it is made to.
    pub fn force(&mut self, state: &mut State<R>, fired: &mut [u8], step: u64) {
        self.due.fill(0);
        while let Some((at, cell)) = self.spikes.get(self.next).filter(|spike| spike.0 <= step) {
            if *at == step {
                self.due[*cell] = 1;
            }
            self.next += 1;
        }
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
