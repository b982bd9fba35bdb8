//! Rules whose synapses remember products, against their sums written out, and the e-prop that each of them can be.

use crate::identities::{CLOSE, THRESHOLD, adjoint, deviation};
use crate::network::{GROUP_TRIALS, INPUTS, Kind, Network, NetworkPlan, STEPS, plans};
use crate::simulator::{Outcome, Travel, simulate, without_absent};
use neuropil_plasticity::rule::{Product, Window};
use neuropil_plasticity::{Credit, Dynamics, Gradient, Learner, Plane, Tape};
use proptest::prelude::*;

/// pre of a synapse onto any cell: x of an input, then z of d steps before.
fn pre(learner: &Learner, tape: &Tape, [step, q, trial]: [usize; 3]) -> f64 {
    match q.checked_sub(INPUTS) {
        None => tape.x.at(step, q, trial),
        Some(cell) => step.checked_sub(learner.delay).map_or(0.0, |sent| tape.z.at(sent, cell, trial)),
    }
}

/// Σ_t L_p^t T_pq^t with L of the step alone; `trace` gives T of a cell, its partner, a step and a trial.
fn summed(learner: &Learner, outcome: &Outcome, trace: impl Fn([usize; 4]) -> f64) -> Gradient {
    let readout = &learner.readout;
    let signal = |cell: usize, step: usize, trial: usize| -> f64 {
        let task = (0..readout.outputs()).map(|k| readout.w_out[(k, cell)] * outcome.credit.err.at(step, k, trial));
        let own = outcome.credit.regulariser.get(cell * GROUP_TRIALS + trial).unwrap_or(&0.0);
        readout.scale * task.sum::<f64>() + own
    };
    let mut gradient = Gradient::zeros(learner);
    for p in 0..learner.cells() {
        for q in 0..INPUTS + learner.cells() {
            let steps = (0..GROUP_TRIALS).flat_map(|trial| (0..STEPS).map(move |step| (step, trial)));
            let sum = steps.map(|(step, trial)| signal(p, step, trial) * trace([p, q, step, trial])).sum();
            match q.checked_sub(INPUTS) {
                None => gradient.w_in[(p, q)] = sum,
                Some(cell) => gradient.w_rec[(p, cell)] = sum,
            }
        }
    }
    without_absent(&mut gradient, learner);
    gradient
}

fn with_readout_of(own: Gradient, other: &Gradient) -> Gradient {
    Gradient { w_out: other.w_out.clone(), b: other.b.clone(), ..own }
}

fn simulated(plan: &NetworkPlan) -> (Learner, Outcome) {
    let network = Network::new(plan);
    let outcome = simulate(&network, &Travel::Exact, None);
    (network.learner, outcome)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// The equation, by sums over all pairs of steps. Would catch a post sum that has the present step, or begins with less than 1, and an error that is filtered.
    #[test]
    fn s_tllr_is_its_two_sums(plan in plans(THRESHOLD), window in [0.0..1.0_f64, 0.0..1.0_f64, -1.0..1.0_f64]) {
        let (mut learner, outcome) = simulated(&plan);
        let [pre_decay, post_decay, post] = window;
        learner.rules.window = Window { pre: 0.7, post, pre_decay, post_decay };
        let tape = &outcome.tape;
        let psi = |step, cell, trial| tape.psi.at(step, cell, trial);
        let trace = |[p, q, step, trial]: [usize; 4]| {
            let gap = |early: usize| i32::try_from(step - early).unwrap();
            let before: f64 =
                (0..=step).map(|early| pre_decay.powi(gap(early)) * pre(&learner, tape, [early, q, trial])).sum();
            let behind: f64 = (0..step).map(|early| post_decay.powi(gap(early) - 1) * psi(early, p, trial)).sum();
            0.7 * psi(step, p, trial) * before + post * pre(&learner, tape, [step, q, trial]) * behind
        };
        let found = adjoint("s_tllr", &learner, &outcome);
        let expected = with_readout_of(summed(&learner, &outcome, trace), &found);
        prop_assert!(deviation(&found, &expected) < CLOSE);
    }

    /// Without the second order it is e-prop of LIF cells with a detached reset and a readout without memory.
    #[test]
    fn s_tllr_of_one_side_is_eprop(plan in plans(&[Kind::Lif])) {
        let (mut learner, outcome) = simulated(&NetworkPlan { attached: false, kappa: 0.0, ..plan });
        learner.rules.window = Window { pre: 1.0, post: 0.0, pre_decay: 0.8, post_decay: 0.5 };
        let [found, eprop] = ["s_tllr", "eprop"].map(|name| adjoint(name, &learner, &outcome));
        prop_assert!(deviation(&found, &eprop) < CLOSE);
    }

    /// The equation, with f as the product of what it passes. Would catch ψ of another step in J, a correction of another power, and g that is left out.
    #[test]
    fn pp_prop_is_its_sum(plan in plans(THRESHOLD), decay in 0.0..1.0_f64, corrected: bool) {
        let (mut learner, outcome) = simulated(&plan);
        learner.rules.product = Product { decay, corrected };
        let tape = &outcome.tape;
        let constants = |cell: usize| match &learner.dynamics[cell] {
            Dynamics::Threshold(own) => *own,
            _ => unreachable!("threshold cells"),
        };
        let trace = |[p, q, step, trial]: [usize; 4]| {
            let own = constants(p);
            let passed = |at: usize| decay * (own.alpha - own.reset * tape.psi.at(at - 1, p, trial));
            let remembered: f64 = (0..=step).map(|from| (from + 1..=step).map(passed).product::<f64>()).sum();
            let power = i32::try_from(step + 1).unwrap();
            let share = if corrected { 1.0 - decay.powi(power) } else { 1.0 };
            let left: f64 = (0..=step)
                .map(|from| decay.powi(i32::try_from(step - from).unwrap()) * pre(&learner, tape, [from, q, trial]))
                .sum();
            tape.psi.at(step, p, trial) * (1.0 - decay) * own.g * remembered / share * left
        };
        let found = adjoint("pp_prop", &learner, &outcome);
        let expected = with_readout_of(summed(&learner, &outcome, trace), &found);
        prop_assert!(deviation(&found, &expected) < CLOSE);
    }

    /// Where f has come to its fixed point (1 − a) g/(1 − a α) before anything happens, and a is α, the rule is e-prop/(1 + α).
    #[test]
    fn pp_prop_in_the_long_run_is_eprop(plan in plans(&[Kind::Lif]), corrected: bool) {
        const SILENT: usize = 200;
        let (mut learner, outcome) = simulated(&NetworkPlan { attached: false, kappa: 0.0, regularised: false, ..plan });
        learner.rules.product = Product { decay: 0.8, corrected };
        let late = |own: &Plane| {
            Plane::from_fn(SILENT + STEPS, own.channels(), GROUP_TRIALS, |step, channel, trial| {
                step.checked_sub(SILENT).map_or(0.0, |step| own.at(step, channel, trial))
            })
        };
        let tape = &outcome.tape;
        let tape = Tape { x: late(&tape.x).into(), z: late(&tape.z), psi: late(&tape.psi), ..tape.clone() };
        let credit = Credit { err: late(&outcome.credit.err), regulariser: Vec::new(), asked: None };
        let outcome = Outcome { tape, credit, ..outcome };
        let found = adjoint("pp_prop", &learner, &outcome);
        let mut expected = adjoint("eprop", &learner, &outcome);
        for matrix in [&mut expected.w_in, &mut expected.w_rec] {
            matrix.values_mut().iter_mut().for_each(|own| *own /= 1.8);
        }
        prop_assert!(deviation(&found, &expected) < CLOSE);
    }
}

/// Numbers that mean nothing are told, by name. Would catch a decay of 1, with which f stays 0.
#[test]
fn numbers_of_rules_are_checked() {
    let plan = NetworkPlan {
        seed: 9,
        kind: Kind::Alif,
        cells: 5,
        delay: 1,
        kappa: 0.8,
        sparse: false,
        dale: false,
        attached: false,
        classify: true,
        regularised: false,
    };
    let learner = Network::new(&plan).learner;
    let fault = |change: &dyn Fn(&mut Learner)| {
        let mut own = learner.clone();
        change(&mut own);
        own.check().unwrap_err().to_string()
    };
    let decay = fault(&|own| own.rules.product.decay = 1.0);
    assert_eq!(decay, "pp_prop.decay[0] = 1, must be in [0, 1)");
    let post = fault(&|own| own.rules.window.post_decay = -0.1);
    assert_eq!(post, "s_tllr.post_decay[0] = -0.1, must be in [0, 1]");
}
