//! `fixed_total_number`: so many synapses in all, each pair equally likely.
//!
//! In-degrees are drawn first: multinomial with multapses, multivariate hypergeometric without, one conditional
//! draw a target; then the sources of each target. Blocks of targets are thus built independently.

use super::fixed_in_degree::sources;
use super::{Connector, Pair, Wiring};
use rand_distr::{Binomial, Distribution, Hypergeometric};
use std::ops::Range;

/// The rule.
#[derive(Debug, Clone, Copy)]
pub struct FixedTotalNumber {
    /// Synapses of the projection.
    pub synapses: u64,
}

impl FixedTotalNumber {
    /// The number of synapses for which a pair has at least one with this probability, if they are drawn with
    /// multapses: K = ln(1 - p) / ln(1 - 1/(N_pre N_post)) (Potjans & Diesmann 2014, eq. 1).
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a finite number >= 0")]
    pub fn with_pair_probability(probability: f64, n_pre: f64, n_post: f64) -> Self {
        let synapses = (-probability).ln_1p() / (-1.0 / (n_pre * n_post)).ln_1p();
        Self { synapses: synapses.round() as u64 }
    }

    /// The in-degree of `target`, given that `left` synapses remain for it and the targets after it.
    fn in_degree(wiring: &Wiring, target: u32, left: u64) -> u64 {
        let after = u64::from(wiring.n_post - target);
        if after == 1 || left == 0 {
            return left;
        }
        let mut rng = wiring.key.at(target, 0);
        if wiring.multapses {
            #[expect(clippy::cast_precision_loss, reason = "at most 2^32")]
            let probability = 1.0 / after as f64;
            Binomial::new(left, probability).map_or(0, |binomial| binomial.sample(&mut rng))
        } else {
            let own = u64::from(wiring.sources_of(target));
            Hypergeometric::new(own * after, own, left).map_or(0, |hypergeometric| hypergeometric.sample(&mut rng))
        }
    }
}

impl Connector for FixedTotalNumber {
    fn name(&self) -> &'static str {
        "fixed_total_number"
    }

    fn visit(&self, wiring: &Wiring, targets: Range<u32>, emit: &mut dyn FnMut(Pair)) {
        let mut left = self.synapses;
        let mut chosen = Vec::new();
        for target in 0..targets.end {
            let in_degree = Self::in_degree(wiring, target, left);
            left -= in_degree;
            if target < targets.start {
                continue;
            }
            let in_degree = u32::try_from(in_degree).expect("checked by `fault`");
            sources(wiring, target, in_degree, 1, &mut chosen);
            for (number, &source) in (0..).zip(&chosen) {
                emit(Pair { source, target, entity: target, number });
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn expected(&self, _: &Wiring) -> f64 {
        self.synapses as f64
    }

    fn fault(&self, wiring: &Wiring) -> Option<String> {
        if self.synapses > 0 && wiring.pairs() == 0 {
            return Some(format!("{} synapses, but there is no pair to connect", self.synapses));
        }
        if !wiring.multapses && self.synapses > wiring.pairs() {
            return Some(format!(
                "{} synapses, but there are only {} pairs and multapses are off",
                self.synapses,
                wiring.pairs()
            ));
        }
        (self.synapses > u64::from(u32::MAX) * u64::from(wiring.n_post.min(16)))
            .then(|| format!("{} synapses are more than can be held", self.synapses))
    }
}
