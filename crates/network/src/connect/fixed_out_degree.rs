//! `fixed_out_degree`: every source has the same number of synapses, onto targets chosen at random.

use super::sample::distinct;
use super::{Connector, Pair, Wiring};
use std::ops::Range;

/// The rule.
#[derive(Debug, Clone, Copy)]
pub struct FixedOutDegree {
    /// Synapses a source.
    pub out_degree: u32,
}

impl Connector for FixedOutDegree {
    fn name(&self) -> &'static str {
        "fixed_out_degree"
    }

    /// Targets are chosen by source, and told by target, as other rules tell them: synapses have numbers in this order.
    fn visit(&self, wiring: &Wiring, targets: Range<u32>, emit: &mut dyn FnMut(Pair)) {
        let (mut chosen, mut pairs) = (Vec::new(), Vec::new());
        for source in 0..wiring.n_pre {
            chosen.clear();
            let mut rng = wiring.key.at(source, 0);
            let (n, own) = (wiring.targets_of(source), wiring.own_target(source));
            if wiring.multapses {
                chosen.extend((0..self.out_degree).map(|_| rng.below(n)));
                chosen.sort_unstable();
            } else {
                distinct(&mut rng, n, self.out_degree, &mut chosen);
            }
            for (number, &slot) in (0..).zip(&chosen) {
                let target = slot + u32::from(own.is_some_and(|own| slot >= own));
                if targets.contains(&target) {
                    pairs.push((target, source, number));
                }
            }
        }
        // Those of a target stay in the order of sources.
        pairs.sort_by_key(|(target, _, _): &(u32, u32, u32)| *target);
        for (target, source, number) in pairs {
            emit(Pair { source, target, entity: source, number: u64::from(number) });
        }
    }

    fn expected(&self, wiring: &Wiring) -> f64 {
        f64::from(self.out_degree) * f64::from(wiring.n_pre)
    }

    fn fault(&self, wiring: &Wiring) -> Option<String> {
        let available = wiring.least_targets();
        let short = if wiring.multapses { available == 0 && self.out_degree > 0 } else { self.out_degree > available };
        short.then(|| {
            format!(
                "out_degree = {}, but a source has only {available} possible targets (and multapses are off)",
                self.out_degree
            )
        })
    }
}
