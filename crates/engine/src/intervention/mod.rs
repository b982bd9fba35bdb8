//! Hands on a running network: silence, currents, rates, weights, parameters, receptors and species of peptides.
//!
//! An [`Intervention`] is an edit in force over (t, until]: in the steps n with from < n <= until. It begins and ends between two steps,
//! when no block is at work, and costs nothing else. What an edit changes lies in an [`Overlay`], which is a function of the edits in
//! force: a checkpoint holds nothing of it, and a run that goes on makes it again.
//!
//! Some edits are made once, between two steps, and have no time in force ([`Edit::is_at_once`]): they are put into what evolves, so that a
//! checkpoint holds them. A [`Normalisation`] may be made so again and again, while it is in force.
//!
//! A kind of edit is its file, its line in [`Edit`] and the lines in `Hands::refresh`.

mod current;
mod edit;
mod fault;
mod noise;
mod normalise;
mod overlap;
mod overlay;
pub(crate) mod parameter;
mod peptide;
mod put;
mod rate;
mod silence;
mod state;
mod timed;
mod weights;

pub use current::Injection;
pub use edit::Edit;
pub use fault::EditFault;
pub(crate) use noise::LaidOn;
pub use noise::NoiseEdit;
pub use normalise::Normalisation;
use overlap::Thing;
pub use overlay::Overlay;
pub use parameter::ParameterEdit;
pub use peptide::{LayerMaker, ReceptorEdit, SpeciesEdit};
pub use rate::{RateEdit, RateOf};
pub use silence::Silence;
pub use state::{StateEdit, StateValues};
pub use timed::TimedCut;
pub(crate) use timed::bounded;
pub use weights::{WeightChange, WeightEdit};

use crate::block::BlockState;
use crate::error::EngineError;
use crate::tissue::Tissue;
use neuropil_core::{Clock, Real};
use neuropil_network::network::Design;
use neuropil_network::{Network, NetworkError};

/// The end of an edit that nothing ends, and no other of the same thing either.
pub const FOR_GOOD: u64 = u64::MAX;

/// An edit and when it is in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Intervention {
    /// The step after which it begins.
    pub from: u64,
    /// The last step in which it is in force; `None` where another edit of the same thing ends it, or nothing does; [`FOR_GOOD`] where nothing
    /// may end it.
    pub until: Option<u64>,
    /// What is edited.
    pub edit: Edit,
    /// The item of the list of edits that it is a part of: what one item edits without an end is ended as a whole, or not at all.
    pub item: usize,
}

impl Intervention {
    fn holds(&self, step: u64) -> bool {
        !self.edit.is_at_once() && self.from < step && self.until.is_none_or(|until| step <= until)
    }

    /// The last step that it concerns, if that is known; what is made at once concerns the next step alone.
    fn end(&self) -> Option<u64> {
        if self.edit.is_at_once() { Some(self.from + 1) } else { self.until }
    }

    /// Whether it is made between a step and the next one.
    fn is_made_after(&self, step: u64) -> bool {
        if self.edit.is_at_once() {
            return self.from == step;
        }
        let every = self.edit.normalisation().and_then(|own| own.every);
        every.is_some_and(|every| self.holds(step + 1) && (step - self.from).is_multiple_of(every))
    }
}

/// All that is wrong with interventions, each with its index.
///
/// An edit without an end is ended by the next item that edits all that it edits; any other overlap is a fault.
pub fn faults<R: Real>(design: &Design<R>, list: &[Intervention]) -> Vec<(usize, EditFault)> {
    let mut faults = Vec::new();
    for (index, own) in list.iter().enumerate() {
        let own = ends_badly(own, design.clock).into_iter().chain(own.edit.faults(design));
        faults.extend(own.map(|fault| (index, fault)));
    }
    faults.extend(overlap::faults(list, design.clock));
    faults.extend(parameter::faults(design, &overlap::ended(list)));
    faults
}

/// Whether an intervention is never in force, or has an end although it is made at once.
fn ends_badly(own: &Intervention, clock: Clock) -> Option<EditFault> {
    if own.edit.is_at_once() && own.until.is_some() {
        return Some(EditFault::Moment { what: "it is put in" });
    }
    let until = own.until.filter(|until| *until <= own.from)?;
    Some(EditFault::Empty { from_ms: clock.time_ms(own.from), until_ms: clock.time_ms(until) })
}

/// The same with the ends that they have: an edit without one is ended by the next item that edits all that it edits.
pub fn with_ends(list: &[Intervention]) -> Vec<Intervention> {
    overlap::ended(list)
}

/// The edits that are made between a step and the next one, in their order.
fn at_once(list: &[Intervention], step: u64) -> impl Iterator<Item = &Edit> {
    list.iter().filter(move |own| own.is_made_after(step)).map(|own| &own.edit)
}

/// The edits in force in a step, in their order.
fn in_force(list: &[Intervention], step: u64) -> impl Iterator<Item = &Edit> {
    numbered_in_force(list, step).map(|own| own.1)
}

/// The same with their indices.
fn numbered_in_force(list: &[Intervention], step: u64) -> impl Iterator<Item = (usize, &Edit)> {
    list.iter().enumerate().filter(move |(_, own)| own.holds(step)).map(|(index, own)| (index, &own.edit))
}

/// What hands are laid on.
pub(crate) struct On<'o, R: Real> {
    pub network: &'o Network<R>,
    pub blocks: &'o mut [BlockState<R>],
    pub tissue: Option<&'o mut Tissue>,
}

/// The interventions of a simulation, and what holds because of them.
pub(crate) struct Hands<R: Real> {
    /// With their ends.
    list: Vec<Intervention>,
    pub overlay: Overlay<R>,
    /// The edits of weights that the overlay was made of.
    weights_of: Vec<usize>,
    /// The edits of parameters that it was made of.
    parameters_of: Vec<usize>,
    /// Weights that are worked out, and are to be put in.
    awaiting: put::Awaiting,
    /// The last step that the overlay is for; 0 where it is to be made.
    made_until: u64,
}

impl<R: Real> Default for Hands<R> {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            overlay: Overlay::default(),
            weights_of: Vec::new(),
            parameters_of: Vec::new(),
            awaiting: put::Awaiting::new(),
            made_until: 0,
        }
    }
}

impl<R: Real> Hands<R> {
    /// Of interventions without a fault.
    pub fn new(list: &[Intervention]) -> Self {
        Self { list: overlap::ended(list), ..Self::default() }
    }

    /// Adds the parts of one item, which begins now or later, or none of them.
    pub fn add_all(&mut self, design: &Design<R>, now: u64, mut all: Vec<Intervention>) -> Result<(), EditFault> {
        for own in &all {
            if own.from < now {
                let (from_ms, now_ms) = (design.clock.time_ms(own.from), design.clock.time_ms(now));
                return Err(EditFault::Past { from_ms, now_ms });
            }
            let fault = ends_badly(own, design.clock).into_iter().chain(own.edit.faults(design)).next();
            fault.map_or(Ok(()), Err)?;
        }
        let item = self.list.iter().map(|own| own.item + 1).max().unwrap_or(0);
        all.iter_mut().for_each(|own| own.item = item);
        let changes = all.iter().any(|own| own.edit.parameter().is_some());
        let list = overlap::added(&self.list, all, design.clock)?;
        if changes && let Some((_, fault)) = parameter::faults(design, &list).into_iter().next() {
            return Err(fault);
        }
        self.list = list;
        self.made_until = 0;
        Ok(())
    }

    /// Makes the overlay for a step and works out what is to be put in before it ([`Self::put`]), and tells the last step that the overlay is for.
    ///
    /// `keeps`: cells whose parameters change keep their state; else it is that of a run with these parameters already.
    /// A chunk of steps ends there, and behind each step after which something is made.
    ///
    /// # Errors
    /// Weights that cannot be drawn again; weights that their synapses may not have.
    pub fn ready(&mut self, on: On<'_, R>, step: u64, keeps: bool) -> Result<u64, EngineError> {
        if self.list.is_empty() {
            return Ok(u64::MAX);
        }
        if self.is_due(step) {
            self.refresh(on, step, keeps)?;
            let times = self.list.iter().flat_map(|own| [Some(own.from), own.until]).flatten();
            let next = self.next_action(step.saturating_sub(1));
            self.made_until = times.filter(|at| *at >= step).min().unwrap_or(u64::MAX).min(next);
        }
        Ok(self.made_until)
    }

    /// Whether the overlay is not for a step.
    pub fn is_due(&self, step: u64) -> bool {
        !self.list.is_empty() && (step > self.made_until || self.made_until == 0)
    }

    /// Has the overlay made again.
    pub fn forget(&mut self) {
        self.made_until = 0;
    }

    fn refresh(&mut self, on: On<'_, R>, step: u64, keeps: bool) -> Result<(), EngineError> {
        let On { network, blocks, tissue } = on;
        let t_ms = network.design.clock.time_ms(step.saturating_sub(1));
        silence::refresh(self, step);
        noise::refresh(self, network.design.seed, step);
        blocks.iter_mut().for_each(|block| block.lay_on(network, &self.overlay.currents));
        rate::refresh(self, &network.design, step);
        parameter::refresh(self, (network, blocks), step, keeps);
        peptide::refresh(self, tissue, step);
        timed::refresh(self, step);
        weights::refresh(self, network, step).map_err(|fault| EngineError::Edited { fault, t_ms })?;
        // What a state was restored with was put in before it was saved.
        if keeps { self.work_out(network, blocks, step - 1) } else { Ok(()) }
    }

    /// What will be written into the states of a population after a step, before the next.
    pub fn awaited_states(&self, population: usize, step: u64) -> Vec<&StateEdit> {
        state::awaited(self, population, step)
    }

    /// Makes `weights`, those of a projection that follow spikes after a step, the ones that go into the next.
    pub fn awaited_weights(
        &self,
        network: &Network<R>,
        blocks: &[BlockState<R>],
        (projection, step): (usize, u64),
        weights: &mut [f64],
    ) -> Result<(), NetworkError> {
        for edit in at_once(&self.list, step) {
            match edit {
                Edit::TimedWeights(own) if own.projection == projection => {
                    timed::awaited(own, &network.design, weights)?;
                }
                Edit::Normalise(own) if own.projection == projection => {
                    normalise::awaited(*own, network, blocks, weights);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The weights of a projection whose synapses do not change by themselves, in force in a step.
    pub fn weights_now(&self, design: &Design<R>, projection: usize, step: u64) -> Result<Vec<f64>, NetworkError> {
        weights::now(self, design, projection, step)
    }
}
