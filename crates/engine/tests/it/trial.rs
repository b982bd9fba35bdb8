//! Trials in lockstep: the same as single trials, as any number of threads, and as the same network running free.

use super::{Net, noise, record};
use neuropil_core::Clock;
use neuropil_engine::ranks::{Local, Rank};
use neuropil_engine::trial::{
    Batch, GROUP_TRIALS, Objective, Outcome, ResetGradient, Targets, Teaching, Trainee, TrialCells, TrialError,
    Workers, run_group,
};
use neuropil_network::connect::{AllToAll, FixedProbability};
use neuropil_network::network::Design;
use neuropil_network::neuron::{Column, model};
use neuropil_network::{Property, Sign};
use neuropil_plasticity::rule::rule;
use neuropil_plasticity::{Form, Learner, Matrix, Plane, PseudoDerivative, RateOver, RateRegulariser, Readout, Tape};

pub const INPUTS: u32 = 6;
pub const CELLS: [u32; 2] = [4, 11];
pub const STEPS: usize = 160;
const DELAY: u32 = 3;

/// Spikes (step, input) of one trial, from step 0 (before the first) on.
pub fn trains(trial: u32) -> Vec<(u64, u32)> {
    let steps = (0..STEPS as u64).flat_map(|step| (0..INPUTS).map(move |input| (step, input)));
    steps.filter(|(step, input)| noise(100 * trial + input, *step) < 0.12).collect()
}

/// Two populations of one model, driven by given spikes and coupled at random with a delay of three steps.
pub fn coupled(name: &str, given: &[(&str, f64)], strength: f64, spikes: &[(u64, u32)]) -> Net<f64> {
    coupled_of(1.0, &|net, cells| net.cells(name, cells, given), strength, spikes)
}

/// The same of populations that `make` adds, with a delay of 3 ms.
pub fn coupled_of(
    dt_ms: f64,
    make: &dyn Fn(&mut Net<f64>, u32) -> usize,
    strength: f64,
    spikes: &[(u64, u32)],
) -> Net<f64> {
    let mut net = Net::<f64>::new(dt_ms, 5);
    let inputs = net.train(INPUTS, spikes);
    let populations = CELLS.map(|cells| make(&mut net, cells));
    net.design.populations[populations[0]].sign = Sign::Inhibitory;
    net.design.populations[populations[0]].cell_type = "Pvalb".into();
    for (to, _) in CELLS.iter().enumerate() {
        let wiring = FixedProbability { probability: 0.6 };
        net.project(inputs, populations[to], wiring, 1.4 * strength, 1.0).multapses = false;
        for (from, sign) in [(0, -0.4), (1, 0.3)] {
            let wiring = FixedProbability { probability: 0.5 };
            let projection = net.project(populations[from], populations[to], wiring, sign * strength, f64::from(DELAY));
            projection.autapses = false;
            projection.multapses = false;
        }
    }
    net
}

pub fn teaching() -> Teaching {
    let cells = CELLS.iter().sum::<u32>() as usize;
    let w_out = Matrix::from_fn(2, cells, |k, j| noise(900 + u32::try_from(j).unwrap(), k as u64) - 0.5);
    Teaching {
        slopes: Vec::new(),
        pseudo_derivative: PseudoDerivative::PiecewiseLinear { gamma: 0.3 },
        reset: ResetGradient::Attached,
        readout: Readout { w_out, b: vec![0.1, -0.1], kappa: 0.9, scale: 0.1 },
    }
}

/// Spikes of all cells in a free run, as (step from 1 on, cell).
fn free(design: Design<f64>) -> Vec<(u64, u32)> {
    let (spikes, _) = record(&mut Net { design }.simulation(1, 1, Vec::new()), STEPS as u64, 50);
    spikes.into_iter().filter(|(_, id)| *id >= INPUTS).map(|(step, id)| (step, id - INPUTS)).collect()
}

/// What trial `trial` receives in a free run, an input delay earlier.
pub fn input(trial: u32, delay: u32) -> Plane {
    let mut x = Plane::zeros(STEPS, INPUTS as usize, 1);
    for (step, input) in trains(trial) {
        // Step n of a free run is step n − 1 of a trial.
        let at = usize::try_from(step).unwrap() + delay as usize - 1;
        if at < STEPS {
            x.row_mut(at, input as usize)[0] += 1.0;
        }
    }
    x
}

pub fn spikes(tape: &Tape) -> Vec<(u64, u32)> {
    let cells = u32::try_from(tape.z.channels()).unwrap();
    let all = (0..STEPS).flat_map(|step| (0..cells).map(move |cell| (step, cell)));
    all.filter(|(step, cell)| tape.z.at(*step, *cell as usize, 0) == 1.0)
        .map(|(step, cell)| (step as u64 + 1, cell))
        .collect()
}

/// A model, parameters other than its defaults, and a weight that makes its cells fire.
pub type Spiking = (&'static str, &'static [(&'static str, f64)], f64);

pub const SPIKING: [Spiking; 4] = [
    ("alif", &[("t_ref", 2.0), ("tau_m", 15.0)], 0.35),
    ("alif", &[("beta", 0.4), ("tau_a", 60.0), ("adaptation_scaling", 1.0), ("input_scaling", 1.0)], 5.0),
    ("lif_delta", &[("t_ref", 3.0), ("v_reset", -72.0)], 8.0),
    ("lif_exp", &[("t_ref", 2.0), ("tau_syn_inh", 5.0), ("i_e", 50.0)], 900.0),
];

/// The same network as trials and as a free run: every spike at its step. Then its weights change, and the network that
/// is released gives the spikes of new trials. Would catch a delay off by one, cells advanced in another order, arrivals
/// in the wrong receptor, a transposed matrix, and a release that loses or doubles synapses.
#[test]
fn trials_and_free_runs_give_the_same_spikes() {
    for (name, given, strength) in SPIKING {
        let design = || coupled(name, given, strength, &trains(7)).design;
        let mut trainee = Trainee::of(&design(), &teaching()).unwrap();
        assert_eq!((trainee.types.as_slice(), trainee.learner.delay), (&["Pvalb".into(), "p2".into()][..], 3));
        let own = run_group(&trainee.cells, &trainee.learner, input(7, trainee.input_delay)).unwrap();
        let expected = free(design());
        assert!(expected.len() > 60 && expected.len() < 1800, "{name}: {} spikes", expected.len());
        assert_eq!(spikes(&own), expected, "{name}");

        let changed = Matrix::from_fn(15, 15, |post, pre| {
            trainee.learner.w_rec[(post, pre)] * (0.5 + noise(u32::try_from(post).unwrap(), pre as u64))
        });
        trainee.learner.w_rec = changed;
        let own = run_group(&trainee.cells, &trainee.learner, input(7, trainee.input_delay)).unwrap();
        assert_ne!(spikes(&own), expected, "{name}: the weights matter");
        assert_eq!(spikes(&own), free(trainee.release(design(), &trainee.learner)), "{name}: released");
    }
}

/// Cells in mV write their membrane before its reset: at a spike it is at the threshold or above, while held it is at
/// the reset, and ψ is 0 there. Would catch the membrane after its reset, and a hold of another length.
#[test]
fn clamped_cells_write_the_membrane_that_was_tested() {
    for (name, given, strength) in &SPIKING[2..] {
        let trainee = Trainee::of(&coupled(name, given, *strength, &[]).design, &teaching()).unwrap();
        let tape = run_group(&trainee.cells, &trainee.learner, input(3, 1)).unwrap();
        let clamped = tape.clamped.as_ref().unwrap();
        let (silent, reset) = (given[0].1, if *name == "lif_delta" { -2.0 } else { 0.0 });
        let (mut held, mut fired, mut near) = (0.0, 0.0, 0);
        for (step, cell) in (0..STEPS - 4).flat_map(|step| (0..15).map(move |cell| (step, cell))) {
            let (v, z) = (clamped.v.at(step, cell, 0), tape.z.at(step, cell, 0));
            let psi = tape.psi.at(step, cell, 0);
            assert_eq!(z == 1.0, v >= 15.0, "{name}: v = {v}, z = {z}");
            if clamped.refractory.at(step, cell, 0) == 1.0 {
                assert_eq!((v, psi), (reset, 0.0), "{name}");
                held += 1.0;
            } else {
                assert_eq!(psi, 0.3 / 15.0 * (1.0 - (v - 15.0).abs() / 15.0).max(0.0));
                near += usize::from(psi > 0.0);
            }
            fired += if step < STEPS - 8 { z } else { 0.0 };
        }
        assert!(near > 100 && fired > 20.0 && held >= silent * fired, "{name}: {held} steps, {fired} spikes");
    }
}

fn learner_and_cells() -> (TrialCells, Learner) {
    let (name, given, strength) = SPIKING[1];
    let trainee = Trainee::of(&coupled(name, given, strength, &[]).design, &teaching()).unwrap();
    let mut learner = trainee.learner;
    learner.mu = vec![0.3, 0.2];
    (trainee.cells, learner)
}

fn batch(trials: usize) -> (Vec<f64>, Batch) {
    let inputs = INPUTS as usize;
    let x = |index: usize| {
        let draw = noise(u32::try_from(index % (inputs * STEPS)).unwrap(), (index / (inputs * STEPS)) as u64);
        f64::from(u8::from(draw < 0.1))
    };
    let x: Vec<f64> = (0..trials * STEPS * inputs).map(x).collect();
    let labels: Vec<usize> = (0..trials).map(|trial| trial % 2).collect();
    let batch = Batch::new(&x, [trials, STEPS, inputs], Targets::Labels(&labels)).unwrap();
    (x, batch)
}

fn objective() -> Objective {
    let regulariser = Some(RateRegulariser { strength: 3.0, target: 0.01, over: RateOver::Batch });
    Objective { weights: vec![1.0 / STEPS as f64; STEPS], regulariser }
}

/// Losses, rates and gradients of 41 trials (three groups, the last of 9) have the same bits for any number of
/// threads. Would catch sums in the order in which threads finish.
#[test]
fn threads_do_not_change_a_bit() {
    let (cells, learner) = learner_and_cells();
    let (_, batch) = batch(2 * GROUP_TRIALS + 9);
    let of = |threads: usize| {
        let outcome = Outcome::of(&cells, &learner, &batch, &objective(), threads).unwrap();
        let gradient = outcome.gradient(Form::Adjoint, rule("modprop_type").unwrap(), &learner, threads).unwrap();
        (outcome, gradient)
    };
    let one = of(1);
    assert!(one.0.rates.iter().any(|rate| *rate > 0.01));
    for threads in [2, 3, 8] {
        assert!(of(threads) == one, "{threads} threads");
    }
}

/// Two ranks have the losses, readouts, rates and gradients of one process, for each of its own group of tapes; whoever has not run the batch cannot ask
/// for a gradient. Would catch a gradient of the groups of one rank alone.
#[test]
fn ranks_add_the_groups_of_all() {
    let (cells, learner) = learner_and_cells();
    let (_, batch) = batch(2 * GROUP_TRIALS + 9);
    let modprop = rule("modprop_type").unwrap();
    let whole = Outcome::of(&cells, &learner, &batch, &objective(), 1).unwrap();
    let expected = whole.gradient(Form::Adjoint, modprop, &learner, 1).unwrap();
    let own = |exchange: Local| {
        let workers = Workers::new(1).among(Some(Rank::new(Box::new(exchange))));
        let outcome = Outcome::by(&workers, &cells, &learner, &batch, &objective()).unwrap();
        let gradient = outcome.gradient_by(&workers, Form::Adjoint, modprop, &learner).unwrap();
        assert!(gradient == expected && outcome.readouts == whole.readouts && outcome.rates == whole.rates);
        assert_eq!((outcome.task_loss, outcome.reg_loss), (whole.task_loss, whole.reg_loss));
        let fault = outcome.gradient(Form::Adjoint, modprop, &learner, 1).unwrap_err().to_string();
        assert!(fault.contains("groups of trials") && fault.contains("0..3"), "{fault}");
        outcome.tapes.iter().map(|tape| tape.steps() > 0).collect::<Vec<_>>()
    };
    let tapes = std::thread::scope(|scope| {
        let all: Vec<_> = Local::ranks_of(2).into_iter().map(|exchange| scope.spawn(|| own(exchange))).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(tapes, [[true, true, false], [false, false, true]]);
}

/// A trial has the same tape alone, in a group of 7 and in a full group. Would catch trials that read each other, and
/// loops of fixed and of any length that differ.
#[test]
fn a_trial_does_not_know_its_group() {
    let (cells, learner) = learner_and_cells();
    let (x, _) = batch(GROUP_TRIALS);
    let shape =
        |trials: usize| Batch::new(&x[..trials * STEPS * 6], [trials, STEPS, 6], Targets::Labels(&vec![0; trials]));
    let tapes = [1, 7, GROUP_TRIALS].map(|trials| {
        let outcome = Outcome::of(&cells, &learner, &shape(trials).unwrap(), &objective(), 1).unwrap();
        outcome.tapes.into_iter().next().unwrap()
    });
    for (step, cell) in (0..STEPS).flat_map(|step| (0..15).map(move |cell| (step, cell))) {
        for other in [1, 2] {
            assert_eq!(tapes[other].z.at(step, cell, 0), tapes[0].z.at(step, cell, 0));
            assert_eq!(tapes[other].psi.at(step, cell, 0), tapes[0].psi.at(step, cell, 0));
        }
        assert_eq!(tapes[1].psi.at(step, cell, 6), tapes[2].psi.at(step, cell, 6));
    }
}

/// The loss of a batch and its gradient are those of its trials, averaged. Would catch a group that is counted as a
/// batch of its own.
#[test]
fn a_batch_is_the_mean_of_its_trials() {
    let (cells, learner) = learner_and_cells();
    let objective = Objective { regulariser: None, ..objective() };
    let trials = GROUP_TRIALS + 2;
    let (x, whole) = batch(trials);
    let of = |batch: &Batch| {
        let outcome = Outcome::of(&cells, &learner, batch, &objective, 2).unwrap();
        let gradient = outcome.gradient(Form::Adjoint, rule("bptt").unwrap(), &learner, 2).unwrap();
        (outcome.task_loss, gradient.w_rec.values().to_vec())
    };
    let (mut loss, mut sum) = (0.0, vec![0.0; 15 * 15]);
    for trial in 0..trials {
        let x = &x[trial * STEPS * 6..(trial + 1) * STEPS * 6];
        let own = of(&Batch::new(x, [1, STEPS, 6], Targets::Labels(&[trial % 2])).unwrap());
        loss += own.0 / trials as f64;
        sum.iter_mut().zip(own.1).for_each(|(sum, own)| *sum += own / trials as f64);
    }
    let (found, gradient) = of(&whole);
    assert!((found / loss - 1.0).abs() < 1e-12);
    let largest = sum.iter().fold(0.0, |largest: f64, own| largest.max(own.abs()));
    assert!(largest > 0.0 && gradient.iter().zip(&sum).all(|(a, b)| (a - b).abs() < 1e-12 * largest));
}

fn built(name: &str, given: &[(&str, f64)]) -> Result<TrialCells, TrialError> {
    let entry = model(name).unwrap();
    let value = |symbol: &str| given.iter().find(|(name, _)| *name == symbol).map(|(_, value)| *value);
    let columns: Vec<Column> =
        entry.info.parameters.iter().map(|row| Column::Constant(value(row.symbol).unwrap_or(row.default))).collect();
    let cells = entry.build(&columns, 3, Clock::new(1.0).unwrap()).unwrap();
    TrialCells::new(vec![(cells, 3)], PseudoDerivative::PiecewiseLinear { gamma: 0.3 })
}

/// Would catch a rule of silent zeros for cells that have no traces.
#[test]
fn cells_without_traces_cannot_learn() {
    for name in ["lif_alpha", "lif_cond_exp", "int_fire1"] {
        let text = built(name, &[]).err().unwrap().to_string();
        assert!(text.contains("population 0") && text.contains(name) && text.contains("cannot learn yet"), "{text}");
    }
    let text = built("lif_exp", &[("reset", 1.0)]).err().unwrap().to_string();
    assert!(text.contains("by_subtraction") && text.contains("to_value"), "{text}");
}

/// What trials do not have is refused by name.
#[test]
fn networks_that_trials_cannot_be_are_refused() {
    let fault = |change: &dyn Fn(&mut Net<f64>)| {
        let mut net = coupled("alif", &[], 0.3, &[]);
        change(&mut net);
        Trainee::of(&net.design, &teaching()).err().unwrap().to_string()
    };
    let text = fault(&|net| net.design.projections[1].delay_ms = net.design.projections[0].delay_ms.clone());
    assert!(text.contains("delays of 1 and 3 steps"), "{text}");
    let text = fault(&|net| net.design.projections[1].autapses = true);
    assert!(text.contains("autapse") && text.contains("1_to_1"), "{text}");
    let text = fault(&|net| net.design.projections[2].synapse = super::short_term(0.5, 100.0, 0.0));
    assert!(text.contains("short-term plasticity"), "{text}");
    let text = fault(&|net| net.design.projections[0].weight = Property::List(vec![f64::NAN; 24]));
    assert!(text.contains("weight NaN"), "{text}");
}

/// A membrane that overflows in one trial is named by trial, step and cell.
#[test]
fn a_trial_that_explodes_is_named() {
    let mut net = Net::<f64>::new(1.0, 1);
    let inputs = net.train(1, &[]);
    let cells = net.cells("leaky_relu", 2, &[]);
    net.project(inputs, cells, AllToAll, 1e308, 1.0);
    let w_out = Matrix::zeros(2, 2);
    let readout = Readout { w_out, b: vec![0.0; 2], kappa: 0.0, scale: 1.0 };
    let trainee = Trainee::of(&net.design, &Teaching { readout, ..teaching() }).unwrap();
    let mut x = vec![0.0; 20 * 5];
    x[18 * 5 + 2] = 100.0;
    let batch = Batch::new(&x, [20, 5, 1], Targets::Labels(&[0; 20])).unwrap();
    let objective = Objective { weights: vec![1.0; 5], regulariser: None };
    let fault = Outcome::of(&trainee.cells, &trainee.learner, &batch, &objective, 2).unwrap_err();
    let expected =
        matches!(fault, TrialError::NonFinite { trial: 18, step: 2, population: 0, cell: 0, variable: "s", .. });
    assert!(expected, "{fault}");
}
