//! `models/synapses/diehl_cook.nestml`: triplets of nearest spikes.

use super::{built, synapse};
use crate::noise;
use crate::timed::{pair_of, told};

const DT: f64 = 0.5;
/// Steps from a cell to its synapse, and from the synapse to the cell.
const DENDRITIC: u64 = 6;

/// Every weight at every step is that of the rule advanced in every step, to 1e-12, with both bounds met. Would catch a trace that adds
/// up where it should be set, one that is read after its spike, and the order of the two sides.
#[test]
fn weights_are_those_of_the_rule_written_out() {
    let text = include_str!("../../../../../models/synapses/diehl_cook.nestml");
    let (nu_pre, nu_post, w_max) = (0.3, 0.4, 1.2);
    let own = [("nu_pre", nu_pre), ("nu_post", nu_post), ("w_max", w_max), ("tau_post_slow_ms", 60.0)];
    let train = |of: u32| {
        let rate = move |step: u64| if (step / 150).is_multiple_of(2) { 0.1 } else { 0.02 };
        (1..2000_u64).filter(move |step| noise(of, *step) < rate(step + 70 * u64::from(of))).collect::<Vec<_>>()
    };
    let (pre, post) = (train(1), train(2));
    let found = told(pair_of(&pre, &post, Some(built(&synapse(text), &own, (0.0, DT)))), 2000);
    let left = |tau: f64| (-DT / tau).exp();
    let (mut w, mut trace, mut fast, mut slow) = (1.0_f64, 0.0, 0.0, 0.0);
    let (mut met, mut far) = ([0, 0], 0.0_f64);
    for step in 1..2000 - DENDRITIC {
        (trace, fast, slow) = (trace * left(20.0), fast * left(20.0), slow * left(60.0));
        if step.checked_sub(DENDRITIC).is_some_and(|fired| post.binary_search(&fired).is_ok()) {
            w = (w + nu_post * trace * slow).min(w_max);
            (fast, slow) = (1.0, 1.0);
        }
        if pre.binary_search(&step).is_ok() {
            w = (w - nu_pre * fast).max(0.0);
            trace = 1.0;
        }
        met[0] += usize::from(w == 0.0);
        met[1] += usize::from(w == w_max);
        far = far.max((found[usize::try_from(step + DENDRITIC).unwrap()] - w).abs());
    }
    assert!(far < 1e-12, "{far:e}");
    assert!(met[0] > 10 && met[1] > 10, "both bounds are met: {met:?}");
}
