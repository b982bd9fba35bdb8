//! Other parameters of cells. What a cell has in store is kept: where its resting potential moves, its membrane stays where it is.

use super::{EditFault, Hands, Thing};
use crate::block::BlockState;
use neuropil_core::Real;
use neuropil_network::Network;
use neuropil_network::network::Design;
use neuropil_network::neuron::{NeuronModel, ParameterChange};

/// Another value of a parameter of cells.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterEdit {
    /// Index of the population.
    pub population: usize,
    /// What changes.
    pub change: ParameterChange,
}

impl ParameterEdit {
    pub(super) fn thing(&self) -> Option<Thing<'_>> {
        let Self { population, change } = self;
        let what = PARAMETERS + change.parameter;
        Some(Thing::Cells { what, population: *population, cells: change.cells.as_ref() })
    }

    pub(super) fn faults<R: Real>(&self, design: &Design<R>) -> Vec<EditFault> {
        let own = &design.populations[self.population];
        if design.projections.iter().any(|projection| projection.plastic) {
            return vec![EditFault::Learns { population: own.name.clone() }];
        }
        if own.neurons().is_none() {
            let fault = "its cells only send: they have no parameters of cells that change".to_owned();
            return vec![EditFault::Parameter { population: own.name.clone(), fault }];
        }
        // What cells cannot take together is found where all edits in force are known.
        Vec::new()
    }
}

/// Things of cells are numbered from here for parameters.
const PARAMETERS: usize = 16;

/// Changes in force in a step, of a population.
fn changes(list: &[super::Intervention], population: usize, step: u64) -> Vec<ParameterChange> {
    let own = super::in_force(list, step).filter_map(|edit| edit.parameter());
    own.filter(|edit| edit.population == population).map(|edit| edit.change.clone()).collect()
}

/// Parameters that cells cannot have at the times at which edits begin or end, each with the index of the edit.
pub(super) fn faults<R: Real>(design: &Design<R>, list: &[super::Intervention]) -> Vec<(usize, EditFault)> {
    let edits = list.iter().enumerate().filter_map(|(index, own)| Some((index, own, own.edit.parameter()?)));
    let fault = |(index, own, edit): (usize, &super::Intervention, &ParameterEdit)| {
        let population = &design.populations[edit.population];
        let model = population.neurons()?;
        // Where it begins, and where it ends and leaves the others to each other.
        let steps = [Some(own.from + 1), own.until.map(|until| until + 1)];
        let made = |step| model.changed(&changes(list, edit.population, step), population.cells as usize).err();
        let fault = steps.into_iter().flatten().find_map(made)?;
        Some((index, EditFault::Parameter { population: population.name.clone(), fault: fault.to_string() }))
    };
    edits.filter_map(fault).collect()
}

pub(super) fn refresh<R: Real>(
    hands: &mut Hands<R>,
    (network, blocks): (&Network<R>, &mut [BlockState<R>]),
    step: u64,
    keeps: bool,
) {
    let Hands { list, overlay, parameters_of, .. } = hands;
    let in_force = super::numbered_in_force(list, step).filter(|(_, edit)| edit.parameter().is_some());
    let now: Vec<usize> = in_force.map(|own| own.0).collect();
    if now == *parameters_of {
        return;
    }
    *parameters_of = now;
    for (population, own) in network.design.populations.iter().enumerate() {
        let Some(base) = own.neurons() else { continue };
        let changes = changes(list, population, step);
        let before = overlay.models.get_mut(population).and_then(Option::take);
        if changes.is_empty() && before.is_none() {
            continue;
        }
        // Changes were found sound, at their ends too, when they were asked for.
        let after = if changes.is_empty() { None } else { base.changed(&changes, own.cells as usize).ok() };
        let models = [before.as_deref().unwrap_or(base), after.as_deref().unwrap_or(base)];
        blocks.iter_mut().for_each(|block| block.change_cells(network, population, models, keeps));
        overlay.models.resize_with(network.design.populations.len(), || None);
        overlay.unmet.resize(network.design.populations.len(), 0);
        overlay.unmet[population] += before.map_or(0, |before| before.unmet());
        overlay.models[population] = after;
    }
    if overlay.models.iter().all(Option::is_none) {
        overlay.models.clear();
    }
}

/// Puts the values of `plane` that mean the same for `after` in the place of those for `before`.
pub(crate) fn restate<R: Real>(
    plane: &mut [R],
    variable: usize,
    first_cell: usize,
    [before, after]: [&dyn NeuronModel<R>; 2],
) {
    for (cell, value) in (first_cell..).zip(plane) {
        let [old, new] = [before, after].map(|model| model.offset(variable, cell));
        if old != new {
            *value = R::from_f64(value.to_f64() - old + new);
        }
    }
}
