//! `by_distance`: every pair with a probability that falls with the distance of the cells.

use super::sample::bernoulli;
use super::{Connector, Pair, Wiring};
use std::ops::Range;

/// How the probability falls with distance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kernel {
    /// exp(-d^2 / (2 length^2)).
    Gaussian,
    /// exp(-d / length).
    Exponential,
    /// 1 up to the cut-off.
    Step,
}

/// The rule: probability(d) = p_max kernel(d / length), 0 beyond the cut-off.
#[derive(Debug, Clone, Copy)]
pub struct ByDistance {
    /// Probability at distance 0.
    pub p_max: f64,
    /// Shape.
    pub kernel: Kernel,
    /// Length, um; not used by [`Kernel::Step`].
    pub length_um: f64,
    /// No connection beyond, um; may be infinite.
    pub cutoff_um: f64,
}

impl ByDistance {
    fn relative_probability(&self, d: f64) -> f64 {
        if d > self.cutoff_um {
            return 0.0;
        }
        match self.kernel {
            Kernel::Gaussian => (-0.5 * (d / self.length_um).powi(2)).exp(),
            Kernel::Exponential => (-d / self.length_um).exp(),
            Kernel::Step => 1.0,
        }
    }
}

impl Connector for ByDistance {
    fn name(&self) -> &'static str {
        "by_distance"
    }

    /// Thins Bernoulli trials of probability p_max, so that the work is p_max N_pre a target.
    fn visit(&self, wiring: &Wiring, targets: Range<u32>, emit: &mut dyn FnMut(Pair)) {
        if wiring.pre_positions.is_none() || wiring.post_positions.is_none() {
            return;
        }
        for target in targets {
            let mut number = 0;
            bernoulli(&mut wiring.key.at(target, 0), u64::from(wiring.n_pre), self.p_max, |source, rng| {
                let source = u32::try_from(source).expect("below n_pre");
                let relative = self.relative_probability(wiring.distance(source, target));
                if rng.unit() < relative && !wiring.forbids(source, target) {
                    emit(Pair { source, target, entity: target, number });
                    number += 1;
                }
            });
        }
    }

    /// The mean over at most 100 x 100 pairs.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn expected(&self, wiring: &Wiring) -> f64 {
        if wiring.pre_positions.is_none() || wiring.post_positions.is_none() {
            return 0.0;
        }
        let some = |n: u32| (0..n).step_by(n.div_ceil(100).max(1) as usize);
        let (from, to) = (some(wiring.n_pre), some(wiring.n_post));
        let probability = |source, target| self.relative_probability(wiring.distance(source, target));
        let sum: f64 = from.clone().flat_map(|source| to.clone().map(move |target| probability(source, target))).sum();
        self.p_max * sum / (from.len() * to.len()).max(1) as f64 * wiring.pairs() as f64
    }

    fn fault(&self, wiring: &Wiring) -> Option<String> {
        let missing = match (wiring.pre_positions, wiring.post_positions) {
            (None, _) => "sending",
            (_, None) => "receiving",
            _ => return None,
        };
        Some(format!("by_distance needs \"positions\", which the {missing} population does not have"))
    }
}
