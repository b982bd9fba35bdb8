//! A model of a file as synapses.

use super::events::{Events, events};
use super::keep::{Keep, Keepers, keepers};
use super::refusal::Refusal;
use super::roles::{Asked, Roles, Weight, roles};
use super::scene::name;
use super::walk::Walk;
use crate::ir::{Cell, Name};

/// A model of a file as synapses.
#[derive(Debug, Clone)]
pub struct Synapse {
    /// The model.
    pub cell: Cell,
    /// What its ports and its weight are.
    pub roles: Roles,
    /// Who keeps each variable: states of the model, then components of its convolutions.
    pub keep: Vec<Keep>,
    /// Whether synapses are advanced in every step, since what they keep follows their cell between events.
    pub steps: bool,
    /// What events do.
    pub events: Events,
}

impl Synapse {
    /// Understands a model as synapses.
    ///
    /// # Errors
    /// Everything that keeps it from being synapses, in the order of the text.
    pub fn new(cell: &Cell, asked: &Asked) -> Result<Self, Vec<Refusal>> {
        let roles = roles(cell, asked)?;
        let mut walk = Walk::new(cell, &roles);
        let Keepers { keep, steps } = keepers(&mut walk);
        let events = events(&mut walk, &keep, steps);
        let mut refusals = walk.refusals;
        refusals.sort_by(|a, b| (a.place, &a.message).cmp(&(b.place, &b.message)));
        refusals.dedup();
        if refusals.is_empty() { Ok(Self { cell: cell.clone(), roles, keep, steps, events }) } else { Err(refusals) }
    }

    /// The name of a variable.
    pub fn name(&self, variable: usize) -> &Name {
        name(&self.cell, variable)
    }

    /// The variables that are kept so, in their order.
    pub fn kept(&self, wanted: Keep) -> Vec<usize> {
        (0..self.keep.len()).filter(|variable| self.keep[*variable] == wanted).collect()
    }

    /// The weight's place among what synapses keep, where it changes.
    pub fn weight_place(&self) -> Option<usize> {
        let Weight::State(weight) = self.roles.weight else { return None };
        self.kept(Keep::Own).iter().position(|variable| *variable == weight as usize)
    }

    /// Start values of what is kept so, given those of the states: convolutions start at 0.
    pub fn starts(&self, wanted: Keep, states: &[f64]) -> Vec<f64> {
        self.kept(wanted).into_iter().map(|variable| states.get(variable).copied().unwrap_or(0.0)).collect()
    }
}
