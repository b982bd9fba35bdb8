//! The exact gradient against finite differences of the loss, where outputs are smooth.

use crate::identities::{CLOSE, adjoint, deviation, deviation_beyond};
use crate::network::{Kind, Network, plans};
use crate::simulator::{Travel, simulate};
use neuropil_plasticity::rule::rule;
use neuropil_plasticity::{Form, Gradient, Learner, gradient};
use proptest::prelude::*;

/// Half the distance of the two losses that a difference is taken of.
const STEP: f64 = 1e-5;

/// What the two losses are rounded to, per unit of loss: a slope below this over [`STEP`] cannot be told from their difference.
const ROUNDED: f64 = 8.0 * f64::EPSILON;

/// All weights and biases of a learner, by number.
fn weight(learner: &mut Learner, place: usize) -> &mut f64 {
    let sizes = [learner.w_in.values().len(), learner.w_rec.values().len(), learner.readout.w_out.values().len()];
    let mut left = place;
    for (index, size) in sizes.into_iter().enumerate() {
        if left < size {
            return match index {
                0 => &mut learner.w_in.values_mut()[left],
                1 => &mut learner.w_rec.values_mut()[left],
                _ => &mut learner.readout.w_out.values_mut()[left],
            };
        }
        left -= size;
    }
    &mut learner.readout.b[left]
}

fn differences(network: &mut Network) -> Gradient {
    let mut found = Gradient::zeros(&network.learner);
    let parts = [found.w_in.values_mut(), found.w_rec.values_mut(), found.w_out.values_mut(), &mut found.b];
    for (place, out) in parts.into_iter().flatten().enumerate() {
        let mut loss = |by: f64| {
            *weight(&mut network.learner, place) += by;
            let loss = simulate(network, &Travel::Detached, None).loss;
            *weight(&mut network.learner, place) -= by;
            loss
        };
        *out = (loss(STEP) - loss(-STEP)) / (2.0 * STEP);
    }
    crate::simulator::without_absent(&mut found, &network.learner);
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Central differences, error O(step²), away from the kinks of rectifiers. Losses, regulariser, readout filter and
    /// biases are in the same loss. Would catch any wrong factor that the rules and the oracle had in common.
    #[test]
    fn bptt_is_the_slope_of_the_loss(plan in plans(&[Kind::Rflo, Kind::Relu])) {
        let mut network = Network::new(&plan);
        let outcome = simulate(&network, &Travel::Exact, None);
        prop_assume!(outcome.margin > 1e-3);
        let exact = adjoint("bptt", &network.learner, &outcome);
        let off = deviation_beyond(ROUNDED * outcome.loss / STEP, &exact, &differences(&mut network));
        prop_assert!(off < 1e-6, "{off:.1e}");
    }

    /// Real-time recurrent learning is backpropagation through time, also where it may know nothing of the future.
    #[test]
    fn rtrl_is_bptt(plan in plans(crate::identities::ALL)) {
        let network = Network::new(&plan);
        let outcome = simulate(&network, &Travel::Exact, None);
        let bptt = adjoint("bptt", &network.learner, &outcome);
        for form in [Form::Forward, Form::Causal] {
            let rule = rule("bptt").unwrap();
            let rtrl = gradient(form, rule, &network.learner, &outcome.tape, &outcome.credit).unwrap();
            prop_assert!(deviation(&rtrl, &bptt) < CLOSE, "{form}");
        }
    }
}
