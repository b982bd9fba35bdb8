//! `fixed_in_degree`: every target has the same number of synapses, from sources chosen at random.

use super::sample::distinct;
use super::{Connector, Pair, Wiring};
use std::ops::Range;

/// The rule.
#[derive(Debug, Clone, Copy)]
pub struct FixedInDegree {
    /// Synapses a target.
    pub in_degree: u32,
}

impl Connector for FixedInDegree {
    fn name(&self) -> &'static str {
        "fixed_in_degree"
    }

    fn visit(&self, wiring: &Wiring, targets: Range<u32>, emit: &mut dyn FnMut(Pair)) {
        let mut chosen = Vec::new();
        for target in targets {
            sources(wiring, target, self.in_degree, 0, &mut chosen);
            for (number, &source) in (0..).zip(&chosen) {
                emit(Pair { source, target, entity: target, number });
            }
        }
    }

    fn expected(&self, wiring: &Wiring) -> f64 {
        f64::from(self.in_degree) * f64::from(wiring.n_post)
    }

    fn fault(&self, wiring: &Wiring) -> Option<String> {
        let available = wiring.least_sources();
        let short = if wiring.multapses { available == 0 && self.in_degree > 0 } else { self.in_degree > available };
        short.then(|| {
            format!(
                "in_degree = {}, but a target has only {available} possible sources (and multapses are off)",
                self.in_degree
            )
        })
    }
}

/// Fills `chosen` with `k` sources of a target, with or without repetition as the wiring says; `step` separates
/// the draws from others of the same target.
pub(super) fn sources(wiring: &Wiring, target: u32, k: u32, step: u64, chosen: &mut Vec<u32>) {
    chosen.clear();
    let mut rng = wiring.key.at(target, step);
    let n = wiring.sources_of(target);
    if wiring.multapses {
        chosen.extend((0..k).map(|_| rng.below(n)));
    } else {
        distinct(&mut rng, n, k, chosen);
    }
    if let Some(own) = wiring.own_source(target) {
        // The target itself was left out of the numbering.
        chosen.iter_mut().for_each(|source| *source += u32::from(*source >= own));
    }
}
