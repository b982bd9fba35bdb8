//! A weight of a file is the size of one: it ends at 0, and its sign stays.

use super::{built, synapse};
use crate::timed::{pair_of, told};

const DT: f64 = 0.5;

/// A rule whose weight falls by `rate` a ms, and whose handlers are these.
fn rule(rate: f64, post: &str, pre: &str) -> String {
    format!(
        "model floored:
    state:
        w real = 1
    equations:
        w' = -{rate} / (1 ms)
    input:
        pre_spikes <- spike
        post_spikes <- spike
    output:
        spike
    update:
        integrate_odes()
    onReceive(post_spikes):
        {post}
    onReceive(pre_spikes):
        {pre}
        emit_spike(w)
"
    )
}

/// What a rule takes below 0 is 0, and grows from there: by handlers of both sides, and between events. Would catch a weight that changes its sign,
/// one that is only cut where it is read, and a floor for weights that stay above.
#[test]
fn weights_end_at_zero() {
    let (pre, post): (Vec<u64>, Vec<u64>) = ((20..400).step_by(40).collect(), (30..400).step_by(50).collect());
    for (rate, down, up) in [(0.0, 0.3, 0.0), (0.0, 0.7, 0.5), (0.02, 0.0, 0.5), (0.001, 0.01, 0.0)] {
        let text = rule(rate, &format!("w = w - {down}"), &format!("w = w + {up}"));
        let found = told(pair_of(&pre, &post, Some(built(&synapse(&text), &[], (0.0, DT)))), 400);
        let mut w = 1.0_f64;
        for step in 1..394_u64 {
            w = (w - rate * DT).max(0.0);
            // All of the delay of six steps lies behind the synapse; spikes of the cell come first.
            if step >= 6 && post.contains(&(step - 6)) {
                w = (w - down).max(0.0);
            }
            if pre.contains(&step) {
                w += up;
            }
            let own = found[usize::try_from(step).unwrap() + 6];
            assert!((own - w).abs() < 1e-12, "{rate} {down} {up}, step {step}: {own}, not {w}");
        }
    }
}
