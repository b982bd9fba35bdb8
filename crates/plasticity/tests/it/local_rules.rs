//! Rules of deep spiking networks, and the e-prop that each of them is.

use crate::identities::{CLOSE, NOT_RFLO, THRESHOLD, adjoint, deviation};
use crate::network::{GROUP_TRIALS, Network, NetworkPlan, STEPS, plans};
use crate::simulator::{Outcome, Travel, simulate};
use neuropil_plasticity::cell::Threshold;
use neuropil_plasticity::rule::rule;
use neuropil_plasticity::{Dynamics, Form, Gradient, Learner, Plane, Readout, gradient};
use proptest::prelude::*;

/// A gradient with W_out and b of another, which all rules have alike.
fn with_readout_of(own: Gradient, other: &Gradient) -> Gradient {
    Gradient { w_out: other.w_out.clone(), b: other.b.clone(), ..own }
}

fn without_memory(learner: &Learner) -> Learner {
    Learner { readout: Readout { kappa: 0.0, ..learner.readout.clone() }, ..learner.clone() }
}

fn simulated(plan: &NetworkPlan) -> (Learner, Outcome) {
    let network = Network::new(plan);
    let outcome = simulate(&network, &Travel::Exact, None);
    (network.learner, outcome)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// OTTT is e-prop of cells without adaptation and with a detached reset, and a readout without memory; where the network is one, it is e-prop. W_out
    /// learns as ever. Would catch a trace with the readout's memory, and a regulariser that is left out.
    #[test]
    fn ottt_is_eprop_of_plain_cells(plan in plans(THRESHOLD)) {
        let (learner, outcome) = simulated(&plan);
        let found = adjoint("ottt", &learner, &outcome);
        let eprop = adjoint("eprop", &learner, &outcome);
        prop_assert!(found.w_out == eprop.w_out && found.b == eprop.b);
        let plain = |own: &Dynamics| match own {
            Dynamics::Threshold(own) => Dynamics::Threshold(Threshold { beta: 0.0, reset: 0.0, ..*own }),
            _ => unreachable!("threshold cells"),
        };
        let plain = Learner { dynamics: learner.dynamics.iter().map(plain).collect(), ..without_memory(&learner) };
        let expected = adjoint("eprop", &plain, &outcome);
        prop_assert!(deviation(&with_readout_of(found, &expected), &expected) < CLOSE);
    }

    /// D-RTRL is e-prop of a readout without memory, whatever the cells.
    #[test]
    fn d_rtrl_is_eprop_without_a_memory_of_the_readout(plan in plans(NOT_RFLO)) {
        let (learner, outcome) = simulated(&plan);
        let found = adjoint("d_rtrl", &learner, &outcome);
        let expected = adjoint("eprop", &without_memory(&learner), &outcome);
        prop_assert!(deviation(&with_readout_of(found, &expected), &expected) < CLOSE);
        if plan.kappa == 0.0 {
            prop_assert!(deviation(&adjoint("d_rtrl", &learner, &outcome), &adjoint("eprop", &learner, &outcome)) == 0.0);
        }
    }

    /// With the squared error, e-prop with random feedback is OSTTP and e-prop of what the readout says, w y/B: the two are one while
    /// it says 0. Would catch a sign, a target that is not weighted or not divided by B, and a regulariser that counts twice.
    #[test]
    fn osttp_is_the_part_of_the_target(plan in plans(NOT_RFLO)) {
        let plan = NetworkPlan { classify: false, regularised: false, ..plan };
        let network = Network::new(&plan);
        let outcome = simulate(&network, &Travel::Exact, None);
        let learner = &network.learner;
        let y = learner.readout.run(&outcome.tape.z);
        let said = Plane::from_fn(STEPS, y.channels(), GROUP_TRIALS, |step, k, trial| {
            network.weights[step] / GROUP_TRIALS as f64 * y.at(step, k, trial)
        });
        let random = rule("eprop_random").unwrap();
        let mut credit = outcome.credit.clone();
        credit.err = said;
        let of_said = gradient(Form::Adjoint, random, learner, &outcome.tape, &credit).unwrap();
        let whole = adjoint("eprop_random", learner, &outcome);
        let mut sum = adjoint("osttp", learner, &outcome);
        sum.w_in.add(&of_said.w_in);
        sum.w_rec.add(&of_said.w_rec);
        prop_assert!(deviation(&sum, &whole) < CLOSE);
    }
}

/// Of labels, the target is 1 of the class: L = −B[p, c] w/B. Without what was asked the rule says what it misses.
#[test]
fn a_label_is_a_target() {
    let plan = NetworkPlan {
        seed: 9,
        kind: crate::network::Kind::Alif,
        cells: 5,
        delay: 1,
        kappa: 0.8,
        sparse: false,
        dale: false,
        attached: false,
        classify: true,
        regularised: false,
    };
    let network = Network::new(&plan);
    let mut outcome = simulate(&network, &Travel::Exact, None);
    let learner = &network.learner;
    let asked = Plane::from_fn(STEPS, 2, GROUP_TRIALS, |step, k, trial| {
        if trial % 2 == k { -network.weights[step] / GROUP_TRIALS as f64 } else { 0.0 }
    });
    assert_eq!(outcome.credit.asked.as_ref(), Some(&asked));
    let mut credit = outcome.credit.clone();
    credit.err = asked;
    let expected = gradient(Form::Adjoint, rule("eprop_random").unwrap(), learner, &outcome.tape, &credit).unwrap();
    let found = adjoint("osttp", learner, &outcome);
    assert!(deviation(&with_readout_of(found, &expected), &expected) < CLOSE);
    outcome.credit.asked = None;
    let fault = gradient(Form::Adjoint, rule("osttp").unwrap(), learner, &outcome.tape, &outcome.credit).unwrap_err();
    assert!(fault.to_string().contains("rule `osttp` needs what the readout was asked to say"), "{fault}");
}
