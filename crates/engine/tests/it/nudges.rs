//! Nudged cells: what a loss owes to arrivals, against exact gradients and against runs with other weights.

use super::noise;
use super::trial::{coupled, teaching};
use neuropil_core::{Clock, Stream, StreamKey};
use neuropil_engine::trial::{
    Batch, Nudges, Objective, Outcome, ResetGradient, Targets, Trainee, TrialCells, TrialError, Workers,
};
use neuropil_network::neuron::{Column, model};
use neuropil_plasticity::rule::rule;
use neuropil_plasticity::taps::TapShape;
use neuropil_plasticity::{
    Form, Learner, Matrix, Plane, PseudoDerivative, RateOver, RateRegulariser, Readout, RuleSettings,
};

const CELLS: usize = 2;
const STEPS: usize = 3;
const TRIALS: usize = 64;

/// Two rectifiers that stay above 0, so that they are linear.
fn linear() -> (TrialCells, Learner) {
    let entry = model("leaky_relu").unwrap();
    let columns: Vec<Column> = entry.info.parameters.iter().map(|row| Column::Constant(row.default)).collect();
    let cells = entry.build(&columns, CELLS, Clock::new(1.0).unwrap()).unwrap();
    let cells = TrialCells::new(vec![(cells, CELLS)], PseudoDerivative::PiecewiseLinear { gamma: 0.3 }).unwrap();
    let draw = |owner, place: usize| noise(owner, place as u64);
    let learner = Learner {
        dynamics: cells.dynamics(ResetGradient::Detached),
        type_id: vec![0; CELLS],
        w_in: Matrix::from_fn(CELLS, 2, |post, pre| 2.0 + draw(1, 2 * post + pre)),
        w_rec: Matrix::from_fn(
            CELLS,
            CELLS,
            |post, pre| {
                if post == pre { 0.0 } else { draw(2, CELLS * post + pre) - 0.4 }
            },
        ),
        mask: None,
        sign: vec![0; CELLS],
        receptors: None,
        delay: 1,
        readout: Readout {
            w_out: Matrix::from_fn(2, CELLS, |k, j| draw(3, CELLS * k + j) - 0.5),
            b: vec![0.1, -0.2],
            kappa: 0.7,
            scale: 0.3,
        },
        feedback: None,
        mu: Vec::new(),
        lags: 1,
        damping: 1.0,
        cascade: None,
        rules: RuleSettings::default(),
        shape: TapShape::default(),
        autapses: false,
    };
    (cells, learner)
}

fn apart(found: &Matrix, expected: &Matrix) -> f64 {
    let most = |own: &Matrix| own.values().iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    let mut off = found.clone();
    off.values_mut().iter_mut().zip(expected.values()).for_each(|(found, expected)| *found -= expected);
    most(&off) / most(expected)
}

/// Linear cells, a squared error, and a regulariser by its linear part: the mean over all 2^(steps x cells) nudges is the exact gradient, for any size. Every
/// trial of the batch is the same, and has its own nudges. Would catch nudges of another step, a factor, trials that share a loss, and a regulariser that is left out.
#[test]
fn all_signs_are_the_exact_gradient() {
    let (cells, learner) = linear();
    let x: Vec<f64> = (0..TRIALS).flat_map(|_| (0..STEPS * 2).map(|place| 1.0 + noise(4, place as u64))).collect();
    let target: Vec<f64> = (0..TRIALS).flat_map(|_| (0..STEPS * 2).map(|place| noise(5, place as u64) - 0.5)).collect();
    let batch = Batch::new(&x, [TRIALS, STEPS, 2], Targets::Values(&target, 2)).unwrap();
    let regulariser = Some(RateRegulariser { strength: 0.7, target: 0.1, over: RateOver::Trial });
    let objective = Objective { weights: vec![0.2, 1.0, 0.5], regulariser };
    let workers = Workers::new(2);
    let outcome = Outcome::by(&workers, &cells, &learner, &batch, &objective).unwrap();
    assert!(outcome.tapes.iter().all(|tape| tape.z.values().iter().all(|z| *z > 0.1)), "not linear");
    let exact = outcome.gradient(Form::Adjoint, rule("bptt").unwrap(), &learner, 1).unwrap();
    let sign = |trial: usize, step: usize, cell: usize| {
        if trial >> (step * CELLS + cell) & 1 == 1 { 1.0 } else { -1.0 }
    };
    let plane = |first: usize| Plane::from_fn(STEPS, CELLS, 16, |step, cell, trial| sign(first + trial, step, cell));
    let nudges = Nudges::new((0..TRIALS).step_by(16).map(plane).collect());
    for size in [0.3, 1e-3] {
        let slopes = nudges.slopes((&workers, &cells, &learner), (&batch, &objective, &outcome), size).unwrap();
        let [w_in, w_rec] = nudges.gradient((&workers, &learner), &outcome, &slopes).unwrap();
        let off = [apart(&w_in, &exact.w_in), apart(&w_rec, &exact.w_rec)];
        // Differences of losses are rounded, and divided by the size.
        assert!(off.iter().all(|off| *off < 1e-13 / size), "{size}: {off:?}");
    }
}

/// A nudge that is what an input brings to a cell moves the weight between the two, whatever the cell does: s is (E(W + σ) − E(W − σ))/(2σ). Would catch nudges at the wrong
/// receptor or cell, and nudges that stay where no port takes them.
#[test]
fn slopes_are_what_weights_are_worth() {
    const INPUTS: usize = super::trial::INPUTS as usize;
    const LONG: usize = 60;
    for (name, strength, size) in [("alif", 1.0, 0.31_f64), ("lif_exp", 900.0, 210.0), ("leaky_relu", 1.0, 0.1)] {
        let Trainee { cells, learner, .. } =
            Trainee::of(&coupled(name, &[], strength, &[]).design, &teaching()).unwrap();
        let x: Vec<f64> =
            (0..20 * LONG * INPUTS).map(|place| f64::from(u8::from(noise(8, place as u64) < 0.2))).collect();
        let target: Vec<f64> = (0..20 * LONG * 2).map(|place| noise(9, place as u64) - 0.5).collect();
        let batch = Batch::new(&x, [20, LONG, INPUTS], Targets::Values(&target, 2)).unwrap();
        let objective = Objective { weights: vec![1.0; LONG], regulariser: None };
        let workers = Workers::new(1);
        let outcome = Outcome::by(&workers, &cells, &learner, &batch, &objective).unwrap();
        let loss = |[post, pre]: [usize; 2], by: f64| {
            let mut moved = learner.clone();
            moved.w_in[(post, pre)] += by;
            Outcome::by(&workers, &cells, &moved, &batch, &objective).unwrap().task_loss
        };
        let mut different = 0;
        for synapse in [[0, 1], [3, 0], [7, 4]] {
            let (n, channels) = (learner.cells(), learner.channels());
            // Weights of a receptor stay at it, which they do where they are not negative.
            assert!(learner.w_in[(synapse[0], synapse[1])] >= 0.0);
            let of = |first: usize, trials: usize| {
                Plane::from_fn(LONG, channels * n, trials, |step, row, trial| {
                    let is_there = row == synapse[0];
                    if is_there { x[((first + trial) * LONG + step) * INPUTS + synapse[1]] } else { 0.0 }
                })
            };
            let nudges = Nudges::new(vec![of(0, 16), of(16, 4)]);
            // Down to below 0 a weight would change its receptor.
            let size = if name == "lif_exp" { size.min(learner.w_in[(synapse[0], synapse[1])]) } else { size };
            if size == 0.0 {
                continue;
            }
            let slopes = nudges.slopes((&workers, &cells, &learner), (&batch, &objective, &outcome), size).unwrap();
            let found: f64 = slopes.concat().iter().sum();
            let expected = (loss(synapse, size) - loss(synapse, -size)) / (2.0 * size);
            different += usize::from(expected.abs() > 1e-12);
            assert!(
                (found - expected).abs() < 1e-9 * expected.abs().max(1e-6),
                "{name} {synapse:?}: {found} {expected}"
            );
        }
        assert!(different > 0, "{name}: no weight counts");
    }
}

/// Would catch signs that are not balanced, that repeat between trials, steps or times, and that depend on how a batch is cut; and planes of another batch that are taken.
#[test]
fn drawn_nudges_are_signs_of_a_stream() {
    let (cells, learner) = linear();
    let batch = Batch::new(&[0.0; 20 * 50 * 2], [20, 50, 2], Targets::Values(&[0.0; 20 * 50 * 2], 2)).unwrap();
    let of = |time| Nudges::drawn(&learner, &batch, (StreamKey::new(3, Stream::Control, 5), time));
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
    let planes = of(1);
    let all: Vec<f64> = planes.planes().iter().flat_map(|own| own.values().iter().copied()).collect();
    assert!(all.len() == 2000 && all.iter().all(|xi| xi.abs() == 1.0));
    assert!(all.iter().sum::<f64>().abs() < 4.0 * 2000.0_f64.sqrt());
    let trial =
        |trial: usize| (0..100).map(|place| planes.planes()[0].values()[place * 16 + trial]).collect::<Vec<_>>();
    let agreement: f64 = trial(0).iter().zip(trial(1)).map(|(a, b)| a * b).sum();
    assert!(agreement.abs() < 40.0, "{agreement}");
    // A trial's nudges are its own, wherever its group begins.
    let one = Batch::new(&[0.0; 50 * 2], [1, 50, 2], Targets::Values(&[0.0; 50 * 2], 2)).unwrap();
    let alone = Nudges::drawn(&learner, &one, (StreamKey::new(3, Stream::Control, 5), 1));
    assert_eq!(alone.planes()[0].values(), trial(0));
    let workers = Workers::new(1);
    let objective = Objective { weights: vec![1.0; 50], regulariser: None };
    let outcome = Outcome::by(&workers, &cells, &learner, &batch, &objective).unwrap();
    // Slopes of 1 make Σ ξ pre of a pre that is 0: no gradient.
    let [w_in, _] = of(1).gradient((&workers, &learner), &outcome, &[vec![1.0; 16], vec![1.0; 4]]).unwrap();
    assert!(w_in.values().iter().all(|value| *value == 0.0));
    let fault = Nudges::new(Vec::new()).slopes((&workers, &cells, &learner), (&batch, &objective, &outcome), 0.1);
    let fault: TrialError = fault.unwrap_err();
    assert_eq!(fault.to_string(), "nudges of a group: found none, expected 50 steps x 2 rows x 16 trials");
}
