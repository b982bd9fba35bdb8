//! Other rates of Poisson trains: of inputs, and of cells that send them. The random numbers are those of the model, so that a train at
//! the rate that it had is the same train.

use super::{EditFault, Hands, Thing};
use neuropil_core::{CellSet, Real};
use neuropil_network::network::Design;
use neuropil_network::source::poisson::MAX_MEAN_COUNT;
use neuropil_network::source::{NewRate, PoissonInput, Rate, SpikeSource};

/// Whose rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateOf {
    /// A Poisson input, by its index in the design.
    Input(usize),
    /// A population of sources, by its index.
    Source(usize),
}

/// Another rate.
#[derive(Debug, Clone, PartialEq)]
pub struct RateEdit {
    /// Whose.
    pub of: RateOf,
    /// The cells whose trains have it, by their indices in the population; all if `None`.
    pub cells: Option<CellSet>,
    /// Rate of one train, Hz; or one for each of the cells, in their order.
    pub rate_hz: NewRate,
}

impl RateEdit {
    pub(super) fn thing(&self) -> Option<Thing<'_>> {
        let (what, population) = match self.of {
            RateOf::Input(input) => (1, input),
            RateOf::Source(population) => (2, population),
        };
        Some(Thing::Cells { what, population, cells: self.cells.as_ref() })
    }

    pub(super) fn faults<R: Real>(&self, design: &Design<R>) -> Vec<EditFault> {
        let possible = |rate: &&f64| **rate >= 0.0 && **rate * 1e-3 * design.clock.dt_ms() <= MAX_MEAN_COUNT;
        let mut faults = Vec::new();
        if let Some(rate) = self.rate_hz.all().iter().find(|rate| !possible(rate)).copied() {
            let expected = "a number >= 0, with at most 10000 spikes a step";
            faults.push(EditFault::Number { what: "the rate".into(), found: rate, expected });
        }
        let (population, own) = match self.of {
            RateOf::Input(input) => (design.poisson[input].target, Some(design.poisson[input].rate())),
            RateOf::Source(population) => (population, source(design, population).and_then(SpikeSource::rate)),
        };
        let (name, all) = (&design.populations[population].name, design.populations[population].cells);
        let expected = self.cells.as_ref().map_or(all, CellSet::len) as usize;
        if let NewRate::Each(rates) = &self.rate_hz
            && rates.len() != expected
        {
            faults.push(EditFault::RateCount { population: name.clone(), found: rates.len(), expected });
        }
        match own {
            None => faults.push(EditFault::NoRate { population: name.clone() }),
            Some(Rate::Steps(_) | Rate::Sine { .. }) if self.cells.is_some() => {
                faults.push(EditFault::VaryingRate { population: name.clone() });
            }
            Some(_) => {}
        }
        faults
    }
}

fn source<R: Real>(design: &Design<R>, population: usize) -> Option<&dyn SpikeSource> {
    match &design.populations[population].kind {
        neuropil_network::Kind::Source(source) => Some(source.as_ref()),
        neuropil_network::Kind::Neurons(_) => None,
    }
}

pub(super) fn refresh<R: Real>(hands: &mut Hands<R>, design: &Design<R>, step: u64) {
    let Hands { list, overlay, .. } = hands;
    overlay.poisson.clear();
    overlay.sources.clear();
    for edit in super::in_force(list, step).filter_map(|edit| edit.rate()) {
        let replaced = |rate: &Rate, cells: u32| rate.replaced(edit.cells.as_ref(), &edit.rate_hz, cells);
        match edit.of {
            RateOf::Input(input) => {
                let own = &design.poisson[input];
                overlay.poisson.resize_with(design.poisson.len(), || None);
                let now: &PoissonInput = overlay.poisson[input].as_ref().unwrap_or(own);
                let rate = replaced(now.rate(), design.populations[own.target].cells);
                overlay.poisson[input] = rate.map(|rate| own.at_rate(rate));
            }
            RateOf::Source(population) => {
                let Some(own) = source(design, population) else { continue };
                overlay.sources.resize_with(design.populations.len(), || None);
                let now = overlay.sources[population].as_deref().unwrap_or(own);
                let rate = now.rate().and_then(|rate| replaced(rate, design.populations[population].cells));
                overlay.sources[population] = rate.and_then(|rate| own.at_rate(rate));
            }
        }
    }
}
