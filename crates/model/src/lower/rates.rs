//! Rates that a design's interventions change: of sources, and of inputs.

use super::Lowering;
use crate::cells::Chosen;
use crate::interventions::{InterventionSpec, RateOfSpec};
use crate::model::InputKind;
use neuropil_core::CellSet;
use neuropil_engine::Edit;
use neuropil_engine::intervention::{RateEdit, RateOf};
use neuropil_network::network::Design;
use neuropil_network::source::NewRate;
use neuropil_network::{Scalar, Window};
use std::sync::Arc;

impl Lowering<'_> {
    pub(super) fn rates<R: Scalar>(
        &mut self,
        spec: &InterventionSpec,
        of: &RateOfSpec,
        rate_hz: &NewRate,
        design: &Design<R>,
    ) -> Vec<Edit> {
        let windows: Vec<Window> = match of {
            RateOfSpec::Sources(chosen) => {
                chosen.iter().map(|own| self.model.populations[own.population].window).collect()
            }
            RateOfSpec::Input(input, _) => vec![self.model.inputs[*input].window],
        };
        if let Some(window) = windows.into_iter().find(|window| self.is_off(spec, *window)) {
            let Window { start_ms, stop_ms } = window;
            let message = format!("its trains are on from {start_ms} to {stop_ms} ms only: another rate has no effect");
            self.fault(&spec.path, message);
            return Vec::new();
        }
        let edits = match of {
            RateOfSpec::Sources(chosen) => self.each(chosen, design, |population, cells, _| {
                Edit::Rate(RateEdit { of: RateOf::Source(population), cells, rate_hz: rate_hz.clone() })
            }),
            RateOfSpec::Input(input, to) => {
                let own = &self.model.inputs[*input];
                let InputKind::Poisson { in_degree, .. } = &own.kind else { return Vec::new() };
                // Of one train a cell, as the rate of the model is.
                let of_train = |rate: &f64| rate * in_degree * self.scale;
                let rate_hz = match rate_hz {
                    NewRate::One(rate) => NewRate::One(of_train(rate)),
                    NewRate::Each(rates) => NewRate::Each(Arc::new(rates.iter().map(of_train).collect())),
                };
                let mut edits = Vec::new();
                let sets = to.as_deref().map(|to| self.sets(to, design));
                let reached = self.poisson_of.get(*input).cloned().unwrap_or_default();
                let parts = to.iter().flatten().zip(sets.iter().flatten());
                if let Some(cell) =
                    parts.filter_map(|(own, cells)| missed(own, cells.as_ref()?, &reached, design)).next()
                {
                    self.fault(&spec.path, format!("its input does not reach cell {cell} of those that are named"));
                    return Vec::new();
                }
                for (target, index) in self.poisson_of.get(*input).cloned().unwrap_or_default() {
                    match (to, &sets) {
                        (Some(to), Some(sets)) => {
                            let parts = to.iter().zip(sets).filter(|(own, _)| own.population == target);
                            edits.extend(parts.map(|(_, cells)| (index, cells.clone())));
                        }
                        // A list has a rate for each cell that the input reaches.
                        _ if matches!(rate_hz, NewRate::Each(_)) => {
                            edits.push((index, design.poisson[index].only.clone()));
                        }
                        _ => edits.push((index, None)),
                    }
                }
                if edits.is_empty() {
                    self.fault(&spec.path, "its input reaches only populations that replay spikes: it has no effect");
                }
                let edit =
                    |(input, cells)| Edit::Rate(RateEdit { of: RateOf::Input(input), cells, rate_hz: rate_hz.clone() });
                edits.into_iter().map(edit).collect()
            }
        };
        if matches!(rate_hz, NewRate::Each(_)) && edits.len() > 1 {
            self.fault(&spec.path, "a list of rates is for the cells of one population, or of one part: name it");
            return Vec::new();
        }
        edits
    }

    /// Whether an edit is in force only where a window is closed.
    fn is_off(&self, spec: &InterventionSpec, window: Window) -> bool {
        let time_ms = |step| self.model.clock.time_ms(step);
        let half_ms = 0.5 * self.model.clock.dt_ms();
        time_ms(spec.from) + half_ms > window.stop_ms
            || spec.until.is_some_and(|until| time_ms(until) < window.start_ms + half_ms)
    }
}

/// The first cell of a part that no input of those which reach its population reaches.
fn missed<R: Scalar>(own: &Chosen, cells: &CellSet, reached: &[(usize, usize)], design: &Design<R>) -> Option<u32> {
    let of_part: Vec<_> = reached.iter().filter(|(target, _)| *target == own.population).collect();
    let is_in = |cell: u32| {
        of_part.iter().any(|(_, index)| design.poisson[*index].only.as_ref().is_none_or(|only| only.contains(cell)))
    };
    // Populations that replay spikes have none.
    cells.cells().iter().copied().find(|cell| !of_part.is_empty() && !is_in(*cell))
}
