//! UORO: right on average, whatever the balance, and a function of the trial alone.

use crate::identities::deviation;
use crate::network::{Kind, Network, NetworkPlan, one_trial};
use crate::simulator::{Travel, simulate};
use neuropil_plasticity::form::{Balance, by_signs};
use neuropil_plasticity::rule::{SignDraws, rule};
use neuropil_plasticity::tape::Clamped;
use neuropil_plasticity::{Credit, Form, Gradient, Learner, Plane, Tape, gradient};

fn plan(kind: Kind, cells: usize, delay: usize) -> NetworkPlan {
    NetworkPlan {
        seed: 11,
        kind,
        cells,
        delay,
        kappa: 0.6,
        sparse: false,
        dale: false,
        attached: true,
        classify: false,
        regularised: true,
    }
}

/// One trial, from a step on.
fn piece(plan: &NetworkPlan, first: usize, steps: usize) -> (Learner, Tape, Credit) {
    let network = Network::new(plan);
    let outcome = simulate(&network, &Travel::Exact, None);
    let (tape, credit) = one_trial(&outcome.tape, &outcome.credit, 0);
    let cut =
        |own: &Plane| Plane::from_fn(steps, own.channels(), 1, |step, channel, _| own.at(first + step, channel, 0));
    let clamped = tape.clamped.as_ref().map(|own| Clamped { v: cut(&own.v), refractory: cut(&own.refractory) });
    let tape = Tape { x: cut(&tape.x).into(), z: cut(&tape.z), psi: cut(&tape.psi), clamped, records: Vec::new() };
    let credit = Credit { err: cut(&credit.err), asked: None, ..credit };
    (network.learner, tape, credit)
}

/// The mean over every choice of signs.
fn mean((learner, tape, credit): (&Learner, &Tape, &Credit), ports: usize, balance: Balance) -> Gradient {
    let each = ports * learner.cells();
    let draws = 1_usize << (each * tape.steps());
    let mut sum = Gradient::zeros(learner);
    for draw in 0..draws {
        let signs = |[_, step]: [usize; 2], signs: &mut [f64]| {
            for (place, sign) in signs.iter_mut().enumerate().take(each) {
                *sign = if draw >> (step * each + place) & 1 == 1 { 1.0 } else { -1.0 };
            }
        };
        sum.add(&by_signs(rule("uoro").unwrap(), learner, (tape, credit), balance, signs).unwrap());
    }
    for matrix in [&mut sum.w_in, &mut sum.w_rec, &mut sum.w_out] {
        matrix.values_mut().iter_mut().for_each(|value| *value /= draws as f64);
    }
    sum.b.iter_mut().for_each(|value| *value /= draws as f64);
    sum
}

fn is_exact(kind: Kind, delay: usize, [steps, ports]: [usize; 2], balance: Balance) {
    let (learner, tape, credit) = piece(&plan(kind, 2, delay), 4, steps);
    assert_eq!(learner.channels(), ports);
    let exact = gradient(Form::Adjoint, rule("bptt").unwrap(), &learner, &tape, &credit).unwrap();
    assert!(exact.w_rec.values().iter().any(|value| value.abs() > 1e-6), "{kind:?}: nothing to be credited");
    let found = mean((&learner, &tape, &credit), ports, balance);
    let off = deviation(&found, &exact);
    assert!(off < 1e-11, "{kind:?}, delay {delay}: {off:.1e}");
}

/// All 2^(cells x ports x steps) choices: their mean is the exact gradient, of a readout with a memory and a regulariser too. Would catch a part of the state that the product has not
/// (what is on its way, adaptation, ȳ), and a balance that one side alone has.
#[test]
fn the_mean_over_all_signs_is_the_exact_gradient() {
    for delay in [1, 2] {
        is_exact(Kind::Alif, delay, [5, 1], Balance::Norms);
    }
}

/// The balance changes the noise and not the mean.
#[test]
fn any_balance_has_the_same_mean() {
    is_exact(Kind::Alif, 1, [4, 1], Balance::Given([0.7, 1.9]));
}

/// What is drawn belongs to a trial of an update of a seed: trials that are taken together or one by one have the same, and other seeds and updates others. The adjoint form says that there
/// is none.
#[test]
fn draws_belong_to_trials() {
    let network = Network::new(&plan(Kind::Alif, 5, 1));
    let outcome = simulate(&network, &Travel::Exact, None);
    let uoro = rule("uoro").unwrap();
    let of = |draws: SignDraws, tape: &Tape, credit: &Credit| {
        let mut learner = network.learner.clone();
        learner.rules.draws = draws;
        gradient(Form::Causal, uoro, &learner, tape, credit).unwrap()
    };
    let draws = |first| SignDraws { seed: 4, update: 2, first };
    let whole = of(draws(7), &outcome.tape, &outcome.credit);
    let mut sum = Gradient::zeros(&network.learner);
    for trial in 0..outcome.tape.trials() {
        let (tape, credit) = one_trial(&outcome.tape, &outcome.credit, trial);
        sum.add(&of(draws(7 + trial), &tape, &credit));
    }
    assert!(deviation(&sum, &whole) < 1e-12);
    for other in [SignDraws { seed: 5, ..draws(7) }, SignDraws { update: 3, ..draws(7) }, draws(8)] {
        assert!(deviation(&of(other, &outcome.tape, &outcome.credit), &whole) > 1e-3, "{other:?}");
    }
    let fault = gradient(Form::Adjoint, uoro, &network.learner, &outcome.tape, &outcome.credit).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "rule `uoro` has no adjoint form: its random product runs forward in time, in the causal form"
    );
}
