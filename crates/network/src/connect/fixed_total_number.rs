//! `fixed_total_number`: so many synapses in all, each pair equally likely.
//!
//! In-degrees are drawn first: multinomial with multapses, multivariate hypergeometric without, one conditional
//! draw a target; then the sources of each target. Blocks of targets are thus built independently.

use super::fixed_in_degree::sources;
use super::{Connector, Pair, Wiring};
use neuropil_core::CounterRng;
use rand_distr::{Binomial, Distribution};
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

    /// The in-degree of `target`, given that `left` synapses remain for it and the targets after it, which have `pairs`.
    fn in_degree(wiring: &Wiring, target: u32, left: u64, pairs: u64) -> u64 {
        let after = u64::from(wiring.n_post - target);
        let own = u64::from(wiring.sources_of(target));
        if after == 1 || left == 0 || own == pairs {
            return left;
        }
        let mut rng = wiring.key.at(target, 0);
        if wiring.multapses {
            #[expect(clippy::cast_precision_loss, reason = "at most 2^32, or a ratio")]
            let probability = if own * after == pairs { 1.0 / after as f64 } else { own as f64 / pairs as f64 };
            Binomial::new(left, probability).map_or(0, |binomial| binomial.sample(&mut rng))
        } else {
            hypergeometric(&mut rng, pairs, own, left)
        }
    }
}

impl Connector for FixedTotalNumber {
    fn name(&self) -> &'static str {
        "fixed_total_number"
    }

    fn visit(&self, wiring: &Wiring, targets: Range<u32>, emit: &mut dyn FnMut(Pair)) {
        let (mut left, mut pairs) = (self.synapses, wiring.pairs());
        let mut chosen = Vec::new();
        for target in 0..targets.end {
            let in_degree = Self::in_degree(wiring, target, left, pairs);
            left -= in_degree;
            pairs -= u64::from(wiring.sources_of(target));
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

/// How many of `drawn` items, taken out of `all` without return, are among `marked` ones.
///
/// By inversion, with weights relative to that of the mode, which follow from P(x + 1)/P(x) = (marked - x)(drawn - x) /
/// ((x + 1)(all - marked - drawn + x + 1)): no factorial can overflow or cancel. Work: some standard deviations.
fn hypergeometric(rng: &mut CounterRng, all: u64, marked: u64, drawn: u64) -> u64 {
    /// Weights below this do not change a sum of 53 bits.
    const NEGLIGIBLE: f64 = 1e-18;
    let least = drawn.saturating_sub(all - marked);
    let most = drawn.min(marked);
    let mode = u128::from(drawn + 1) * u128::from(marked + 1) / (u128::from(all) + 2);
    let mode = u64::try_from(mode).map_or(most, |mode| mode.clamp(least, most));
    #[expect(clippy::cast_precision_loss, reason = "a ratio")]
    let ratio =
        |x: u64| (marked - x) as f64 * (drawn - x) as f64 / ((x + 1) as f64 * ((all - marked + x + 1) - drawn) as f64);
    let mut weights = vec![1.0];
    let mut first = mode;
    let mut weight = 1.0;
    while first > least && weight > NEGLIGIBLE {
        first -= 1;
        weight /= ratio(first);
        weights.push(weight);
    }
    weights.reverse();
    weight = 1.0;
    for x in mode..most {
        weight *= ratio(x);
        weights.push(weight);
        if weight < NEGLIGIBLE {
            break;
        }
    }
    let mut left = rng.unit() * weights.iter().sum::<f64>();
    for (x, weight) in (first..).zip(&weights) {
        left -= weight;
        if left < 0.0 {
            return x;
        }
    }
    mode
}
