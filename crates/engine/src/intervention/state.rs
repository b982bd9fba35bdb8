//! Other values of state variables of cells, put in once, between two steps: cells go on from there.

use super::{EditFault, Hands};
use crate::block::{BlockState, Ground};
use neuropil_core::{CellSet, Real};
use neuropil_network::network::Design;
use std::sync::Arc;

/// Values of some cells.
#[derive(Debug, Clone, PartialEq)]
pub enum StateValues {
    /// All have this.
    All(f64),
    /// Each has its own: one a cell, in their order.
    Each(Arc<Vec<f64>>),
}

/// Another value of a state variable of cells.
#[derive(Debug, Clone, PartialEq)]
pub struct StateEdit {
    /// Index of the population.
    pub population: usize,
    /// Its cells; all if `None`.
    pub cells: Option<CellSet>,
    /// Index of the state variable in its model.
    pub variable: usize,
    /// The values, in the unit of the variable.
    pub values: StateValues,
}

impl StateEdit {
    pub(super) fn faults<R: Real>(&self, design: &Design<R>) -> Vec<EditFault> {
        let own = &design.populations[self.population];
        let refuse = |why: String| vec![EditFault::State { population: own.name.clone(), why }];
        if design.projections.iter().any(|projection| projection.plastic) {
            return refuse(
                "cannot be written in a network that learns: its rules count with states as steps make them".into(),
            );
        }
        let Some(info) = own.neurons().map(|model| model.info()) else {
            return refuse("are none: its cells only send".into());
        };
        let Some(variable) = info.variables.get(self.variable).filter(|_| !info.is_of_solver(self.variable)) else {
            let variable = info.observables().nth(self.variable).map_or_else(String::new, |own| own.name());
            return refuse(format!("`{variable}` follows from others: it cannot be written"));
        };
        let cells = self.cells.as_ref().map_or(own.cells, CellSet::len) as usize;
        let values = match &self.values {
            StateValues::All(value) => std::slice::from_ref(value),
            StateValues::Each(all) if all.len() != cells => {
                return refuse(format!("`{}`: found {} values for {cells} cells", variable.name(), all.len()));
            }
            StateValues::Each(all) => all,
        };
        match values.iter().find(|value| !R::from_f64(**value).to_f64().is_finite()) {
            Some(value) => refuse(format!("`{}`: found {value}, must be a finite number", variable.name())),
            None => Vec::new(),
        }
    }

    /// What a cell of the population is given.
    pub(crate) fn value(&self, cell: u32) -> Option<f64> {
        let place = self.cells.as_ref().map_or(Some(cell), |cells| cells.place(cell))?;
        match &self.values {
            StateValues::All(value) => Some(*value),
            StateValues::Each(all) => all.get(place as usize).copied(),
        }
    }
}

/// Those of a population that are made at once after a step.
pub(super) fn awaited<R: Real>(hands: &Hands<R>, population: usize, step: u64) -> Vec<&StateEdit> {
    let own = super::at_once(&hands.list, step).filter_map(|edit| edit.state());
    own.filter(|edit| edit.population == population).collect()
}

/// Puts the values into blocks at the end of a step.
pub(super) fn put<R: Real>(edit: &StateEdit, ground: Ground<'_, R>, blocks: &mut [BlockState<R>], step: u64) {
    blocks.iter_mut().for_each(|block| block.write(ground, edit, step));
}
