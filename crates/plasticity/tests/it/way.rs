//! Taps and their stability, evaluated independently.

use crate::identities::{CLOSE, NOT_RFLO, adjoint, deviation};
use crate::network::{Kind, Network, STEPS, plans};
use crate::simulator::{Travel, simulate};
use neuropil_plasticity::rule::{Reach, rule};
use neuropil_plasticity::stability::{Stability, cap, radius};
use neuropil_plasticity::taps::{TapShape, Taps};
use neuropil_plasticity::types::{Classes, TypeMatrix};
use neuropil_plasticity::{Dynamics, Error, Learner, Matrix};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

const HOMOGENEOUS: &[Kind] = &[Kind::Lif, Kind::Mixed, Kind::Relu];

fn product(a: &Matrix, b: &Matrix) -> Matrix {
    Matrix::from_fn(a.rows(), b.columns(), |i, j| (0..a.columns()).map(|k| a[(i, k)] * b[(k, j)]).sum())
}

/// diag(g) W1, diag(g) W2 diag(n mu) and alpha of each class.
fn class_matrices(learner: &Learner) -> (Matrix, Matrix, Vec<f64>) {
    let (classes, types) = (Classes::new(learner), TypeMatrix::all(learner).total());
    let constants: Vec<_> = classes
        .example
        .iter()
        .map(|cell| match learner.dynamics[*cell] {
            Dynamics::Threshold(own) => own,
            _ => unreachable!(),
        })
        .collect();
    let count = classes.size.len();
    let first = Matrix::from_fn(count, types.rows(), |r, b| constants[r].g * types[(classes.type_of[r], b)]);
    let second = Matrix::from_fn(count, count, |r, s| {
        let weight = types[(classes.type_of[r], classes.type_of[s])];
        constants[r].g * weight * classes.size[s] * learner.mu[classes.type_of[s]]
    });
    (first, second, constants.iter().map(|own| own.alpha).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Identity 8, and the closed form of the leaky taps: for d = 1 and cells without adaptation and attached reset
    /// F[s] = (α + g W2 n μ)^{s−1} g W1, without leak α = 0 whatever the adaptation.
    #[test]
    fn taps_are_powers(plan in plans(HOMOGENEOUS)) {
        let mut learner = Network::new(&plan).learner;
        (learner.delay, learner.damping) = (1, 0.9);
        let (first, second, alpha) = class_matrices(&learner);
        let leaks = Matrix::from_fn(alpha.len(), alpha.len(), |r, s| if r == s { alpha[r] } else { 0.0 });
        let mut leaky = second.clone();
        leaky.add(&leaks);
        let without = Taps::without_leak(&learner, 6).unwrap();
        check_powers(&without, &first, &second)?;
        let simple = |cell: &Dynamics| matches!(cell, Dynamics::Threshold(own) if own.beta == 0.0 && own.reset == 0.0);
        if learner.dynamics.iter().all(simple) {
            check_powers(&Taps::new(&learner, 6).unwrap(), &first, &leaky)?;
        }
    }

    /// Identity 7: Γ of S lags as the double sum of its definition, times eligibility as differentiation gives it.
    #[test]
    fn lags_are_a_double_sum(plan in plans(NOT_RFLO)) {
        let network = Network::new(&plan);
        let outcome = simulate(&network, &Travel::Exact, None);
        let learner = &network.learner;
        let taps = Taps::new(learner, learner.lags).unwrap();
        let class_of = Classes::new(learner).of_cell;
        let direct = outcome.credit.direct(&learner.readout, &learner.readout.w_out.transposed());
        let mut credit = direct.clone();
        for (step, cell, trial) in places(&direct) {
            let b = learner.type_id[cell];
            let mut sum = 0.0;
            for s in (1..=learner.lags).filter(|s| step + s < STEPS) {
                for (m, class) in class_of.iter().enumerate() {
                    let emitted = outcome.tape.psi.at(step + s, m, trial) * direct.at(step + s, m, trial);
                    sum += taps.at(s, *class, b) * emitted;
                }
            }
            credit.row_mut(step, cell)[trial] += sum;
        }
        let expected = crate::simulator::weighted(&network, &credit);
        let mut found = adjoint("modprop_type_S", learner, &outcome);
        (found.w_out, found.b) = (expected.w_out.clone(), expected.b.clone());
        prop_assert!(deviation(&found, &expected) < CLOSE);
    }

    /// Taps of another course have the sums of their own: F[s] = f_s Σ F[u].
    #[test]
    fn a_course_keeps_the_sums_of_taps(plan in plans(NOT_RFLO)) {
        let mut learner = Network::new(&plan).learner;
        (learner.lags, learner.damping) = (4, 1.0);
        for (reach, whole) in [(Reach::Lags, Taps::new(&learner, 4)), (Reach::LagsWithoutLeak, Taps::without_leak(&learner, 4))] {
            let whole = whole.unwrap();
            let width = whole.classes() * whole.types();
            let share = |place: usize| [0.1, 0.2, 0.3, 0.4][(place / width + place % width) % 4];
            let course = TapShape::Chain((0..4 * width).map(share).collect());
            let found = Taps::shaped(&Learner { shape: course, ..learner.clone() }, reach).unwrap();
            for (place, own) in found.values().iter().enumerate() {
                let (r, b) = (place % width / whole.types(), place % whole.types());
                let sum: f64 = (1..=4).map(|s| whole.at(s, r, b)).sum();
                prop_assert!((own - share(place) * sum).abs() <= 1e-14 * sum.abs());
            }
            let short = Learner { shape: TapShape::Chain(vec![1.0]), ..learner.clone() };
            let refused = matches!(Taps::shaped(&short, reach), Err(Error::Shape { .. }));
            prop_assert!(refused);
        }
    }

    /// ρ of a step is the rate at which taps grow or fall in the long run, for all cells and delays. Would catch a state
    /// that is left out.
    #[test]
    fn taps_grow_as_the_radius_says(plan in plans(NOT_RFLO)) {
        let learner = Network::new(&plan).learner;
        let rule = rule("modprop_type").unwrap();
        let radius = Stability::of(rule, &learner).unwrap().unwrap().step;
        let lags = 1500;
        let taps = Taps::new(&learner, lags).unwrap();
        let size = |s: usize| {
            let all = (0..taps.classes()).flat_map(|r| (0..taps.types()).map(move |b| (r, b)));
            all.map(|(r, b)| taps.at(s, r, b).abs()).fold(0.0, f64::max)
        };
        let largest = |from: usize| (from..from + 50).map(size).fold(0.0, f64::max);
        let rate = (largest(lags - 50) / largest(200)).powf(1.0 / (lags - 250) as f64);
        prop_assume!(largest(lags - 50) > 1e-250 && largest(lags - 50) < 1e250);
        // An adaptation or current that nothing drives is in the state, but not in the taps.
        prop_assert!(rate < radius + 0.01, "{rate} grows faster than {radius}");
        if radius > 0.95 {
            prop_assert!((rate - radius).abs() < 0.01, "{rate} for {radius}");
        }
        let growing = Stability::of(rule, &learner).unwrap().unwrap().check();
        prop_assert_eq!(radius < 1.0, growing.is_ok());
    }

    /// Capped μ couple with the margin, and those that need no cap are left alone.
    #[test]
    fn caps_hold(plan in plans(NOT_RFLO)) {
        for name in ["modprop_type", "modprop_cell", "modprop_code", "modprop_code_cell"] {
            let mut learner = Network::new(&plan).learner;
            let rule = rule(name).unwrap();
            if name.starts_with("modprop_code") && !learner.dynamics.iter().all(|cell| matches!(cell, Dynamics::Threshold(_))) {
                continue;
            }
            let before = Stability::of(rule, &learner).unwrap().unwrap();
            let factor = cap(rule, &learner, 0.8).unwrap();
            prop_assert_eq!(factor == 1.0, before.coupling <= 0.8);
            learner.mu.iter_mut().for_each(|mu| *mu *= factor);
            let after = Stability::of(rule, &learner).unwrap().unwrap();
            prop_assert!((after.coupling - before.coupling.min(0.8)).abs() < 1e-9);
            if name == "modprop_cell" && matches!(plan.kind, Kind::Relu) {
                // g = 1 - alpha: the coupling is W diag(mu), as the papers have it.
                let by_hand = Matrix::from_fn(plan.cells, plan.cells, |post, pre| {
                    learner.w_rec[(post, pre)] * learner.mu[learner.type_id[pre]]
                });
                prop_assert!((radius(&by_hand.to_nalgebra()) - after.coupling).abs() < 1e-9);
            }
        }
    }
}

fn places(plane: &neuropil_plasticity::Plane) -> Vec<(usize, usize, usize)> {
    let (channels, trials) = (plane.channels(), plane.trials());
    let of = |step| (0..channels).flat_map(move |c| (0..trials).map(move |trial| (step, c, trial)));
    (0..plane.steps()).flat_map(of).collect()
}

fn check_powers(taps: &Taps, first: &Matrix, step: &Matrix) -> Result<(), TestCaseError> {
    let mut power = first.clone();
    let largest = taps.values().iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    for s in 1..=taps.lags() {
        for r in 0..taps.classes() {
            for b in 0..taps.types() {
                let expected = 0.9_f64.powi(i32::try_from(s).unwrap()) * power[(r, b)];
                prop_assert!((taps.at(s, r, b) - expected).abs() < 1e-12 * largest, "s = {s}");
            }
        }
        power = product(step, &power);
    }
    Ok(())
}

/// Two types, with the modes of M = α + g W2 n μ by hand: λ± of trace and determinant, F± = λ±^{s−1} (M − λ∓)/(λ± − λ∓) g W1. One
/// mode is that of the larger |F±| / (1 − |λ±|), be it the faster one; a pair stays whole.
#[test]
fn one_mode_is_the_one_that_weighs_most() {
    let (network, _) = crate::faults::network(Kind::Lif);
    let mut chosen = Vec::new();
    for (weights, real) in
        [([[0.09, 0.03], [0.06, 0.03]], true), ([[0.05, 0.6], [0.02, -0.5]], true), ([[0.4, -0.9], [0.8, -0.3]], false)]
    {
        let mut learner = network.learner.clone();
        learner.type_id = vec![0, 0, 1, 1, 1];
        learner.dynamics = vec![learner.dynamics[0].clone(); 5];
        (learner.delay, learner.damping, learner.lags, learner.mu) = (1, 1.0, 6, vec![0.4, 0.3]);
        (learner.mask, learner.sign, learner.autapses) = (None, vec![0; 5], true);
        let types = learner.type_id.clone();
        learner.w_rec = Matrix::from_fn(5, 5, |p, q| weights[types[p]][types[q]]);
        let (first, mut step, alpha) = class_matrices(&learner);
        step.add(&Matrix::from_fn(2, 2, |r, s| if r == s { alpha[r] } else { 0.0 }));
        let trace = step[(0, 0)] + step[(1, 1)];
        let determinant = step[(0, 0)] * step[(1, 1)] - step[(0, 1)] * step[(1, 0)];
        let gap = 0.25 * trace * trace - determinant;
        assert_eq!(gap > 0.0, real);
        let found = Taps::shaped(&Learner { shape: TapShape::Modal(1), ..learner.clone() }, Reach::Lags).unwrap();
        let near = |expected: &[f64]| {
            let off = found.values().iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(off < 1e-10, "{off:.1e}: {:?}", found.values());
        };
        if !real {
            near(Taps::new(&learner, 6).unwrap().values());
            continue;
        }
        let modes = [1.0, -1.0].map(|sign| {
            let (own, other) = (0.5 * trace + sign * gap.sqrt(), 0.5 * trace - sign * gap.sqrt());
            let share = |r: usize, s: usize| (step[(r, s)] - f64::from(u8::from(r == s)) * other) / (own - other);
            (own, product(&Matrix::from_fn(2, 2, share), &first))
        });
        let weight = |(rate, own): &(f64, Matrix)| {
            own.values().iter().map(|own| own * own).sum::<f64>().sqrt() / (1.0 - rate.abs())
        };
        let best = usize::from(weight(&modes[1]) > weight(&modes[0]));
        let (rate, own) = &modes[best];
        near(&(0..6).flat_map(|s| own.values().iter().map(move |own| own * rate.powi(s))).collect::<Vec<f64>>());
        chosen.push(best);
    }
    assert_eq!(chosen, [0, 1]);
}

/// A growing way is an error with its radius.
#[test]
fn a_growing_way_says_so() {
    let error = Stability { coupling: 3.0, step: 1.25 }.check().unwrap_err();
    assert_eq!(error, Error::Unstable { radius: 1.25 });
    assert!(error.to_string().contains("1.2500"), "{error}");
}

/// All modes are the whole beyond lag d, for all cells and delays, and nothing comes before a spike can arrive. Would catch a mode
/// that is left out, and taps ahead of the delay.
#[test]
fn all_modes_are_whole() {
    let mut runner = TestRunner::deterministic();
    let mut told_apart = 0;
    for number in 0..60 {
        let plan = plans(NOT_RFLO).new_tree(&mut runner).unwrap().current();
        let mut learner = Network::new(&plan).learner;
        (learner.delay, learner.damping, learner.lags) = (1 + 2 * (number % 2), 0.9, 9);
        learner.shape = TapShape::Modal(999);
        let whole = Taps::new(&learner, 9).unwrap();
        let size = whole.values().iter().fold(0.0_f64, |most, own| most.max(own.abs()));
        let all = match Taps::shaped(&learner, Reach::Lags) {
            Ok(all) => all,
            Err(fault) => {
                assert!(matches!(fault, Error::NoModes { .. }), "{fault}");
                continue;
            }
        };
        told_apart += 1;
        for lag in 1..=9 {
            for (class, b) in (0..whole.classes()).flat_map(|class| (0..whole.types()).map(move |b| (class, b))) {
                let (found, expected) = (all.at(lag, class, b), whole.at(lag, class, b));
                let before = lag < learner.delay;
                assert!(!before || (found == 0.0 && expected == 0.0), "{lag}: {found}");
                assert!(lag <= learner.delay || (found - expected).abs() < 1e-7 * size, "{lag}: {found}, {expected}");
            }
        }
    }
    assert!(told_apart >= 30, "{told_apart} of 60");
}
