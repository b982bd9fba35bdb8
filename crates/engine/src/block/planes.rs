//! Where the planes of a part's cells lie, and what reaches them.

use super::Ground;
use crate::learning::Felt;
use crate::signals::Signals;
use arrayvec::ArrayVec;
use neuropil_core::Real;
use neuropil_network::neuron::{CURRENTS, State, View};
use neuropil_network::{Network, Part};

/// Moves the variables that arrivals are added to onto their planes.
pub(super) fn settle<R: Real>(
    network: &Network<R>,
    part: &Part,
    mut state: State<R>,
    signals: &mut Signals<R>,
) -> State<R> {
    for (variable, plane) in lasting(network, part) {
        let own = std::mem::take(&mut state.variables[variable]);
        signals.arrivals[plane][part.offset..part.offset + own.len()].copy_from_slice(&own);
    }
    state
}

/// All planes of a part, wherever they lie.
pub(super) fn view<'a, R: Real>(
    network: &Network<R>,
    part: &Part,
    state: &'a State<R>,
    signals: &'a Signals<R>,
) -> View<'a, R> {
    let mut view = state.view();
    for (variable, plane) in lasting(network, part) {
        view.variables[variable] = &signals.arrivals[plane][part.offset..part.offset + part.cells.len()];
    }
    view
}

/// The variables of a part that arrivals are added to, and their planes.
pub(super) fn lasting<R: Real>(network: &Network<R>, part: &Part) -> impl Iterator<Item = (usize, usize)> {
    let model = network.design.populations[part.population].neurons();
    let planes = network.layout.after_test();
    model.into_iter().flat_map(|model| model.info().lasting()).map(|(_, variable)| variable).zip(planes)
}

/// The currents into a part, one a continuous port; empty where there is none.
#[inline(always)]
pub(super) fn driven<'s, R: Real>(
    (network, overlay): Ground<'_, R>,
    part: &Part,
    currents: &'s [Vec<R>],
) -> ArrayVec<&'s [R], CURRENTS> {
    let own = |port: usize| overlay.has_currents(network, part.population, port);
    let range = part.offset..part.offset + part.cells.len();
    let planes = currents.iter().enumerate();
    planes.map(|(port, plane)| if own(port) { &plane[range.clone()] } else { &[][..] }).collect()
}

/// What reaches the cells of a part in this step, before their thresholds are tested.
pub(super) fn felt<'s, R: Real>(
    (network, overlay): Ground<'_, R>,
    part: &Part,
    signals: &'s Signals<R>,
) -> Felt<'s, R> {
    let range = part.offset..part.offset + part.cells.len();
    let arrivals = signals.arrivals[network.layout.before_test()].iter().map(|plane| &plane[range.clone()]).collect();
    Felt { arrivals, currents: driven((network, overlay), part, &signals.currents) }
}
