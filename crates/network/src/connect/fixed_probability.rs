//! `fixed_probability`: every pair with the same probability, independently.

use super::sample::bernoulli;
use super::{Connector, Pair, Wiring};
use std::ops::Range;

/// The rule.
#[derive(Debug, Clone, Copy)]
pub struct FixedProbability {
    /// Probability of a pair.
    pub probability: f64,
}

impl Connector for FixedProbability {
    fn name(&self) -> &'static str {
        "fixed_probability"
    }

    fn visit(&self, wiring: &Wiring, targets: Range<u32>, emit: &mut dyn FnMut(Pair)) {
        for target in targets {
            let mut number = 0;
            bernoulli(&mut wiring.key.at(target, 0), u64::from(wiring.n_pre), self.probability, |source, _| {
                let source = u32::try_from(source).expect("below n_pre");
                if !wiring.forbids(source, target) {
                    emit(Pair { source, target, entity: target, number });
                    number += 1;
                }
            });
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn expected(&self, wiring: &Wiring) -> f64 {
        wiring.pairs() as f64 * self.probability
    }
}
