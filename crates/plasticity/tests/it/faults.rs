//! Bad input gives one message that names what, where, what was found and what was expected.

use crate::network::{GROUP_TRIALS, Kind, Network, NetworkPlan, STEPS};
use crate::simulator::{Outcome, Travel, simulate};
use neuropil_plasticity::loss::{CrossEntropy, SquaredError, judge, last_steps};
use neuropil_plasticity::rule::{RULES, rule};
use neuropil_plasticity::{Form, Learner, Matrix, Plane, gradient};

pub fn network(kind: Kind) -> (Network, Outcome) {
    let plan = NetworkPlan {
        seed: 4,
        kind,
        cells: 5,
        delay: 1,
        kappa: 0.9,
        sparse: true,
        dale: true,
        attached: false,
        classify: false,
        regularised: false,
    };
    let network = Network::new(&plan);
    let outcome = simulate(&network, &Travel::Exact, None);
    (network, outcome)
}

/// The message of a rule on a learner or tape that something was done to.
fn message(name: &str, form: Form, kind: Kind, spoil: impl Fn(&mut Learner, &mut Outcome)) -> String {
    let (mut network, mut outcome) = network(kind);
    spoil(&mut network.learner, &mut outcome);
    match gradient(form, rule(name).unwrap(), &network.learner, &outcome.tape, &outcome.credit) {
        Ok(_) => "no error".into(),
        Err(error) => error.to_string(),
    }
}

/// The page of rules has each. Would catch a rule that was added and not told.
#[test]
fn the_page_knows_every_rule() {
    let page = include_str!("../../../../docs/learning.md");
    let names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    let missing: Vec<&&str> = names.iter().filter(|name| !page.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/learning.md does not have {missing:?}");
}

#[test]
fn faults_of_a_learner() {
    let spoiled = |spoil: fn(&mut Learner, &mut Outcome)| message("modprop_type", Form::Adjoint, Kind::Alif, spoil);
    let cases = [
        (spoiled(|learner, _| learner.w_in = Matrix::zeros(4, 3)), "w_in has shape 4 x 3, expected 5 x 3"),
        (spoiled(|learner, _| learner.w_rec = Matrix::zeros(5, 6)), "w_rec has shape 5 x 6, expected 5 x 5"),
        (spoiled(|learner, _| learner.w_in[(1, 1)] = f64::NAN), "w_in[4] = NaN, must be finite"),
        (spoiled(|learner, _| learner.w_rec[(2, 2)] = 1.0), "w_rec[12] = 1, must be 0 where no synapse exists"),
        (spoiled(|learner, _| learner.mu = vec![0.1]), "mu has shape 1, expected 2"),
        (spoiled(|learner, _| learner.mu.clear()), "rule `modprop_type` needs mu of every type"),
        (spoiled(|learner, _| learner.delay = 0), "delay[0] = 0, must be at least 1 step"),
        (spoiled(|learner, _| learner.readout.kappa = 1.0), "kappa[0] = 1, must be in [0, 1)"),
        (spoiled(|learner, _| learner.readout.b.clear()), "b_out has shape 0, expected 2"),
        (spoiled(|learner, _| learner.damping = 1.5), "damping[0] = 1.5, must be in (0, 1]"),
    ];
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
    let random = message("eprop_random", Form::Adjoint, Kind::Lif, |learner, _| learner.feedback = None);
    assert_eq!(random, "rule `eprop_random` needs a feedback matrix");
}

#[test]
fn faults_of_a_tape() {
    let spoiled = |spoil: fn(&mut Learner, &mut Outcome)| message("eprop", Form::Adjoint, Kind::LifDelta, spoil);
    let nan = |_: &mut Learner, outcome: &mut Outcome| outcome.tape.psi.row_mut(1, 2)[1] = f64::NAN;
    let cases = [
        (spoiled(nan), "tape.psi[22] = NaN, must be finite"),
        (
            spoiled(|_, outcome| outcome.tape.x = Plane::zeros(STEPS, 2, GROUP_TRIALS).into()),
            "tape.x has shape 14 steps x 2 channels x 3 trials, expected 14 steps x 3 channels x 3 trials",
        ),
        (
            spoiled(|_, outcome| outcome.tape.clamped = None),
            "tape.clamped has shape none, expected 14 steps x 5 channels x 3 trials",
        ),
        (
            spoiled(|_, outcome| outcome.credit.err = Plane::zeros(STEPS, 2, 1)),
            "err has shape 14 steps x 2 channels x 1 trials, expected 14 steps x 2 channels x 3 trials",
        ),
        (spoiled(|_, outcome| outcome.credit.regulariser = vec![0.0]), "regulariser has shape 1, expected 15"),
    ];
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
}

#[test]
fn rules_that_do_not_exist() {
    let nothing = |_: &mut Learner, _: &mut Outcome| {};
    let cases = [
        (
            message("mdgl_cell", Form::Adjoint, Kind::Rflo, nothing),
            "rule `mdgl_cell` does not exist for `rflo_tanh` cells",
        ),
        (
            message("rflo_random", Form::Adjoint, Kind::Lif, nothing),
            "rule `rflo_random` does not exist for `alif` or `leaky_relu` cells",
        ),
        (
            message("modprop_type", Form::Causal, Kind::Lif, nothing),
            "rule `modprop_type` has no causal form: the readout has a memory; modprop_type_online is causal",
        ),
        (
            message("modprop_type", Form::Modal, Kind::Alif, nothing),
            "rule `modprop_type` has no modal form: modes need a delay of one step and cells without adaptation and synaptic currents",
        ),
    ];
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
    let unknown = rule("backprop").unwrap_err().to_string();
    assert!(unknown.starts_with("no rule `backprop`; the rules are bptt, eprop, "), "{unknown}");
    for (slip, meant) in [("e-prop", "eprop"), ("modprop_tpye", "modprop_type"), ("modprop_tpye+field", "modprop_type")]
    {
        assert_eq!(
            rule(slip).unwrap_err().to_string(),
            format!("no rule `{}`; did you mean `{meant}`?", slip.split('+').next().unwrap())
        );
    }
}

#[test]
fn faults_of_a_target() {
    let y = Plane::zeros(4, 2, 3);
    let weights = last_steps(4, 2);
    assert_eq!(weights, [0.0, 0.0, 0.5, 0.5]);
    let label = judge(&CrossEntropy { labels: vec![0, 2, 1] }, &y, &weights, 3).unwrap_err();
    assert_eq!(label.to_string(), "labels[1] = 2, must be below the number of readouts");
    let count = judge(&CrossEntropy { labels: vec![0] }, &y, &weights, 3).unwrap_err();
    assert_eq!(count.to_string(), "labels has shape 1, expected 3");
    let target = judge(&SquaredError { target: Plane::zeros(4, 1, 3) }, &y, &weights, 3).unwrap_err();
    assert!(target.to_string().starts_with("target has shape 4 steps x 1 channels x 3 trials"), "{target}");
    let steps = judge(&CrossEntropy { labels: vec![0; 3] }, &y, &weights[1..], 3).unwrap_err();
    assert_eq!(steps.to_string(), "loss_weight has shape 3, expected 4");
}
