//! Free runs that learn: the causal form of the rules, with bits that depend on nothing but the network.

use super::trial::{CELLS, INPUTS, SPIKING, STEPS, coupled, input, spikes, teaching, trains};
use super::{Net, noise, record};
use neuropil_engine::learning::{
    Bounds, Descent, Learning, LearningError, LearningPlan, PlasticPlan, ReadoutPlan, Target, Teacher, TimeSeries,
};
use neuropil_engine::trial::{ResetGradient, Trainee, run_group};
use neuropil_engine::{Runnable, Simulation};
use neuropil_network::connect::FixedInDegree;
use neuropil_network::source::Rate;
use neuropil_network::{Network, Sign};
use neuropil_plasticity::cascade::Cascade;
use neuropil_plasticity::credit::mean_rates;
use neuropil_plasticity::loss::{SquaredError, judge};
use neuropil_plasticity::rule::{Feedback, rule};
use neuropil_plasticity::{
    Credit, Form, Gradient, Matrix, Plane, PseudoDerivative, RateOver, RateRegulariser, Readout, gradient,
};
use std::sync::atomic::AtomicU64;

/// Everything is plastic, with one rate.
pub fn plastic(mut net: Net<f64>) -> Net<f64> {
    net.design.projections.iter_mut().for_each(|own| own.plastic = true);
    net
}

pub fn free(rate: f64) -> PlasticPlan {
    let bounds = Bounds { low: f64::NEG_INFINITY, high: f64::INFINITY };
    PlasticPlan { rate, descent: Descent::Plain, bounds }
}

pub fn target(k: usize, step: usize) -> f64 {
    noise(700 + u32::try_from(k).unwrap(), step as u64) - 0.5
}

/// The readout of `teaching`, behind the inputs, which are not read.
pub fn readout(own: &Readout, rate: f64) -> ReadoutPlan {
    let (inputs, cells) = (INPUTS as usize, own.w_out.columns());
    let weight = |k, j: usize| j.checked_sub(inputs).map_or(0.0, |j| own.w_out[(k, j)]);
    let feedback = |j: usize, k| noise(40 + u32::try_from(j.max(inputs) - inputs).unwrap(), k as u64) - 0.5;
    ReadoutPlan {
        w_out: Matrix::from_fn(2, inputs + cells, weight),
        b: own.b.clone(),
        kappa: own.kappa,
        scale: own.scale,
        feedback: Some(Matrix::from_fn(inputs + cells, 2, feedback)),
        said: None,
        target: Target::Series(TimeSeries {
            values: (0..STEPS).flat_map(|step| [target(0, step), target(1, step)]).collect(),
            channels: 2,
            every_steps: 1,
            repeats: false,
        }),
        rate,
    }
}

pub const MU: [f64; 2] = [0.004, 0.003];

pub fn plan(teacher: Teacher, net: &Net<f64>, own: PlasticPlan, apply_steps: u64) -> LearningPlan {
    LearningPlan {
        teacher,
        pseudo_derivative: PseudoDerivative::PiecewiseLinear { gamma: 0.3 },
        slopes: Vec::new(),
        reset: ResetGradient::Attached,
        carrier: None,
        cascade: None,
        watch: None,
        regulariser: None,
        mu: ["Pvalb", "p2"].iter().map(|own| (*own).to_owned()).zip(MU).collect(),
        apply_steps,
        horizon: None,
        snapshot_steps: Some(apply_steps),
        projections: net.design.projections.iter().map(|projection| projection.plastic.then_some(own)).collect(),
    }
}

pub fn learning(
    net: Net<f64>,
    plan: LearningPlan,
    (blocks, threads): (u32, usize),
) -> Result<Simulation<f64>, LearningError> {
    let network = Network::build(net.design, Some(blocks), threads, &AtomicU64::new(0)).unwrap();
    let learning = Learning::new(&network, plan, threads)?;
    Ok(Simulation::new(network, Vec::new(), threads).with_learning(learning))
}

/// What every synapse changed by in a run of STEPS steps, as the matrices of a gradient, and its spikes.
pub fn changed(net: impl Fn() -> Net<f64>, plan: LearningPlan) -> (Gradient, Vec<(u64, u32)>) {
    let mut simulation = learning(net(), plan, (2, 1)).unwrap();
    let mut changes = vec![Vec::new(); net().design.projections.len()];
    let mut spikes = Vec::new();
    while simulation.step() < STEPS as u64 {
        simulation.advance(40).unwrap();
        spikes.extend(simulation.chunk().spikes.iter().filter(|(_, id)| *id >= INPUTS));
        let learned = simulation.chunk().learned.clone().unwrap_or_default();
        for (_, projection, weights) in learned.weights {
            changes[projection].push(weights);
        }
    }
    let cells = CELLS.iter().sum::<u32>() as usize;
    let mut sums = [Matrix::zeros(cells, INPUTS as usize), Matrix::zeros(cells, cells)];
    let design = net().design;
    let first = [0, 0, CELLS[0] as usize];
    for (index, (own, changes)) in design.projections.iter().zip(&changes).enumerate() {
        let mut number = 0;
        let recurrent = usize::from(own.source != 0);
        let mut visit = |synapse: neuropil_network::projection::Synapse| {
            let post = first[own.target] + synapse.target as usize;
            let pre = first[own.source] + synapse.source as usize;
            sums[recurrent][(post, pre)] += changes.last().unwrap()[number] - changes[0][number];
            number += 1;
        };
        design.synapses(index, &mut visit).unwrap();
        assert_eq!((number, changes.len()), (changes[0].len(), 2));
    }
    let [w_in, w_rec] = sums;
    (Gradient { w_in, w_rec, w_out: Matrix::zeros(0, 0), b: Vec::new() }, spikes)
}

pub fn largest(matrix: &Matrix) -> f64 {
    matrix.values().iter().fold(0.0, |most, value| value.abs().max(most))
}

/// The change of every weight, −η times the causal form on the spikes of trials, which are the same spikes. Would catch ψ
/// of a membrane after its reset, arrivals or targets a step early, traces that end with a window, sums over the wrong
/// cells and synapses numbered in another order than they are drawn.
#[test]
fn a_free_run_changes_weights_by_the_causal_form() {
    for (name, given, strength) in SPIKING {
        let net = || plastic(coupled(name, given, strength, &trains(7)));
        let late = |stages| Some(Cascade::of_delay(stages, 6.0));
        for (rule_name, kappa, cascade) in [
            ("eprop", 0.9, None),
            ("eprop", 0.9, late(3)),
            ("eprop_random", 0.0, None),
            ("eprop_random", 0.0, late(1)),
            ("modprop_type_online", 0.9, None),
            ("modprop_type_online", 0.9, late(2)),
            ("modprop_type", 0.0, late(4)),
            ("modprop_type", 0.0, None),
            ("mdgl_type_online", 0.7, None),
        ] {
            let mut teaching = teaching();
            teaching.readout.kappa = kappa;
            let mut trainee = Trainee::of(&net().design, &teaching).unwrap();
            (trainee.learner.mu, trainee.learner.cascade) = (MU.to_vec(), cascade);
            let read = readout(&teaching.readout, 0.0);
            let given = read.feedback.clone().unwrap();
            let learner = &mut trainee.learner;
            learner.feedback = Some(Matrix::from_fn(15, 2, |j, k| given[(j + INPUTS as usize, k)]));
            let rule = rule(rule_name).unwrap();
            let read = if rule_name == "eprop_random" { read } else { ReadoutPlan { feedback: None, ..read } };
            let tape = run_group(&trainee.cells, learner, input(7, trainee.input_delay)).unwrap();
            let y = learner.readout.run(&tape.z);
            let loss = SquaredError { target: Plane::from_fn(STEPS, 2, 1, |step, k, _| target(k, step)) };
            let err = judge(&loss, &y, &vec![1.0; STEPS], 1).unwrap().err;
            let credit = Credit { err, regulariser: Vec::new(), asked: None };
            let expected = gradient(Form::Causal, rule, learner, &tape, &credit).unwrap();

            // Small, so that no weight meets the bound at 0 of its receptor.
            let rate = 0.01 * strength / largest(&expected.w_rec);
            let plan = plan(Teacher::Readout(rule, read), &net(), free(rate), STEPS as u64);
            let (found, fired) = changed(net, LearningPlan { cascade, ..plan });
            let fired: Vec<(u64, u32)> = fired.into_iter().map(|(step, id)| (step, id - INPUTS)).collect();
            assert_eq!(fired, spikes(&tape), "{name}");
            assert!(rule.feedback == Feedback::None || largest(&expected.w_in) > 0.0);
            for (found, expected, weights) in
                [(&found.w_in, &expected.w_in, &learner.w_in), (&found.w_rec, &expected.w_rec, &learner.w_rec)]
            {
                let exists = |pair| f64::from(u8::from(weights[pair] != 0.0));
                let off = |p, q| exists((p, q)) * (found[(p, q)] + rate * expected[(p, q)]);
                let off = largest(&Matrix::from_fn(15, found.columns(), off)) / (rate * largest(expected));
                assert!(off < 1e-11, "{name}, {rule_name}: {off:.1e}");
            }
        }
    }
}

/// The regulariser adds its own gradient, that of tasks, of the rates between two changes of weights, and no cell emits it.
/// Would catch spikes of another cell or interval, and a share of steps that is missing.
#[test]
fn rates_are_regularised_as_in_trials() {
    for (name, given, strength) in SPIKING {
        let net = || plastic(coupled(name, given, strength, &trains(7)));
        let mut trainee = Trainee::of(&net().design, &teaching()).unwrap();
        trainee.learner.mu = MU.to_vec();
        let tape = run_group(&trainee.cells, &trainee.learner, input(7, trainee.input_delay)).unwrap();
        let regulariser = RateRegulariser { strength: 40.0, target: 0.01, over: RateOver::Batch };
        let reg = regulariser.credit(&mean_rates(std::slice::from_ref(&tape)), 1, STEPS);
        let credit = Credit { err: Plane::zeros(STEPS, 2, 1), regulariser: reg, asked: None };
        let expected = gradient(Form::Adjoint, rule("eprop").unwrap(), &trainee.learner, &tape, &credit).unwrap();
        let rate = 0.01 * strength / largest(&expected.w_rec);
        let read = ReadoutPlan { feedback: None, ..readout(&teaching().readout, 0.0) };
        let change = |regulariser| {
            let teacher = Teacher::Readout(rule("modprop_type_online").unwrap(), read.clone());
            changed(net, LearningPlan { regulariser, ..plan(teacher, &net(), free(rate), STEPS as u64) }).0
        };
        let (with, without) = (change(Some(regulariser)), change(None));
        for (with, without, expected) in
            [(&with.w_in, &without.w_in, &expected.w_in), (&with.w_rec, &without.w_rec, &expected.w_rec)]
        {
            let exists = |pair| f64::from(u8::from(with[pair] != 0.0));
            let off = |p, q| exists((p, q)) * (with[(p, q)] - without[(p, q)] + rate * expected[(p, q)]);
            let off = largest(&Matrix::from_fn(15, with.columns(), off)) / (rate * largest(expected));
            assert!(off < 1e-10 && largest(expected) > 0.0, "{name}: {off:.1e}");
        }
    }
}

/// A third factor M(t): Δw = η Σ M ē, which is e-prop whose error is −M, fed to all cells alike; or the last stage of a cascade in the
/// place of ē.
#[test]
fn a_third_factor_is_a_signal_for_all_cells() {
    let (name, given, strength) = SPIKING[0];
    let net = || plastic(coupled(name, given, strength, &trains(7)));
    let factor = |step: usize| if step % 40 == 39 { noise(5, step as u64) - 0.3 } else { 0.0 };
    let mut teaching = teaching();
    teaching.readout.w_out = Matrix::from_fn(1, 15, |_, _| 1.0);
    teaching.readout.b = vec![0.0];
    let mut trainee = Trainee::of(&net().design, &teaching).unwrap();
    let tape = run_group(&trainee.cells, &trainee.learner, input(7, trainee.input_delay)).unwrap();
    let credit =
        Credit { err: Plane::from_fn(STEPS, 1, 1, |step, _, _| -factor(step)), regulariser: Vec::new(), asked: None };
    for cascade in [None, Some(Cascade::of_delay(3, 20.0))] {
        trainee.learner.cascade = cascade;
        let expected = gradient(Form::Causal, rule("eprop").unwrap(), &trainee.learner, &tape, &credit).unwrap();
        let rate = strength / largest(&expected.w_rec);
        let values = (0..STEPS).map(factor).collect();
        let series = TimeSeries { values, channels: 1, every_steps: 1, repeats: false };
        let teacher = Teacher::ThirdFactor { series, kappa: 0.9 };
        let plan = plan(teacher, &net(), free(rate), STEPS as u64);
        let (found, _) = changed(net, LearningPlan { cascade, ..plan });
        let off = Matrix::from_fn(15, 15, |p, q| found.w_rec[(p, q)] + rate * expected.w_rec[(p, q)]);
        assert!(largest(&off) < 1e-11 * strength, "{cascade:?}: {:.1e}", largest(&off));
    }
}

/// 600 cells in balance, with drawn delays and Poisson input, whose recurrent excitation learns by ModProp with Adam.
pub fn balanced() -> Net<f64> {
    let mut net = Net::<f64>::new(0.5, 9);
    let e = net.cells("lif_exp", 450, &[("i_e", 250.0)]);
    let i = net.cells("lif_delta", 150, &[("t_ref", 1.0)]);
    net.design.populations[e].sign = Sign::Excitatory;
    net.design.populations[i].sign = Sign::Inhibitory;
    for (from, to, weight) in [(e, e, 20.0), (e, i, 0.4), (i, e, -80.0), (i, i, -0.8)] {
        let projection = net.project(from, to, FixedInDegree { in_degree: 30 }, weight, 1.5);
        projection.delay_ms =
            neuropil_network::Property::Drawn(neuropil_core::Distribution::unbounded(neuropil_core::Shape::Uniform {
                low: 0.6,
                high: 2.4,
            }));
        projection.plastic = from == e;
    }
    net.poisson(e, Rate::Constant(3000.0), 30.0);
    net.poisson(i, Rate::Constant(3000.0), 0.6);
    net
}

pub fn balanced_plan() -> LearningPlan {
    let outputs = 3;
    let w_out =
        Matrix::from_fn(
            outputs,
            600,
            |k, j| {
                if j < 450 { noise(u32::try_from(j).unwrap(), k as u64) - 0.5 } else { 0.0 }
            },
        );
    let values = (0..90).map(|point| noise(point, 3)).collect();
    let target = TimeSeries { values, channels: outputs, every_steps: 4, repeats: true };
    let read = ReadoutPlan {
        w_out,
        b: vec![0.0; outputs],
        kappa: 0.95,
        scale: 0.05,
        feedback: None,
        target: Target::Series(target),
        said: None,
        rate: 1e-4,
    };
    let teacher = Teacher::Readout(rule("modprop_type_online").unwrap(), read);
    let own = PlasticPlan { rate: 0.05, descent: Descent::Adam, bounds: Bounds { low: 0.0, high: 50.0 } };
    LearningPlan { mu: vec![("p0".into(), 1e-3), ("p1".into(), 1e-3)], ..plan(teacher, &balanced(), own, 50) }
}

pub type Bits = (Vec<(u64, u32)>, Vec<u64>, Vec<u64>);

/// Spikes, and the bits of all weights and traces at the end.
pub fn bits(simulation: &mut Simulation<f64>, chunk: u64) -> Bits {
    balanced_bits(simulation, 430, chunk)
}

/// The same of a run up to a step.
pub fn balanced_bits(simulation: &mut Simulation<f64>, steps: u64, chunk: u64) -> Bits {
    let (spikes, _) = record(simulation, steps, chunk);
    let state = simulation.snapshot().learning.unwrap();
    let bits = |values: &Vec<f64>| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    let weights = state.projections.iter().flat_map(|own| bits(&own.weights)).chain(bits(&state.readout[2]));
    (spikes, weights.collect(), state.projections.iter().flat_map(|own| bits(&own.traces)).collect())
}

/// Would catch sums whose order follows threads or blocks, windows that follow chunks, and state that a checkpoint forgets.
#[test]
fn learning_depends_neither_on_threads_nor_on_blocks_nor_on_pauses() {
    let run =
        |blocks, threads, chunk| bits(&mut learning(balanced(), balanced_plan(), (blocks, threads)).unwrap(), chunk);
    let expected = run(1, 1, 100);
    assert!(expected.0.len() > 1000, "{} spikes", expected.0.len());
    let mut fixed = Net { design: balanced().design }.simulation(1, 1, Vec::new());
    assert_ne!(record(&mut fixed, 430, 100).0, expected.0, "the weights act");
    assert_eq!(run(3, 1, 7), expected);
    assert_eq!(run(4, 2, 100), expected);
    for pause in [0, 33, 120, 150] {
        let mut first = learning(balanced(), balanced_plan(), (2, 1)).unwrap();
        let (before, _) = record(&mut first, pause, 20);
        let mut second = learning(balanced(), balanced_plan(), (3, 2)).unwrap();
        second.restore(&first.snapshot()).unwrap();
        let (after, weights, traces) = bits(&mut second, 60);
        assert_eq!([before, after].concat(), expected.0, "paused after step {pause}");
        assert_eq!((weights, traces), (expected.1.clone(), expected.2.clone()), "paused after step {pause}");
    }
}

/// Bounds hold, and a rate of 0 leaves every spike where it was.
#[test]
fn bounds_hold_and_no_rate_is_no_change() {
    let (_, weights, _) = bits(&mut learning(balanced(), balanced_plan(), (1, 1)).unwrap(), 100);
    let recurrent = &weights[..weights.len() - 3 * 600];
    assert!(recurrent.iter().all(|bits| (0.0..=50.0).contains(&f64::from_bits(*bits))));
    let mut still = balanced_plan();
    still.projections.iter_mut().flatten().for_each(|own| own.rate = 0.0);
    let (spikes, ..) = bits(&mut learning(balanced(), still, (2, 2)).unwrap(), 100);
    let mut fixed = Net { design: balanced().design }.simulation(2, 2, Vec::new());
    assert_eq!(record(&mut fixed, 430, 100).0, spikes);
}

/// What cannot learn is named.
#[test]
fn what_cannot_learn_is_refused() {
    let refused = |net: Net<f64>, change: &dyn Fn(&mut LearningPlan)| {
        let mut plan = balanced_plan();
        plan.projections = net.design.projections.iter().map(|own| own.plastic.then(|| free(0.1))).collect();
        change(&mut plan);
        learning(net, plan, (1, 1)).err().map(|fault| fault.to_string()).unwrap()
    };
    let mut none = balanced();
    none.design.projections.iter_mut().for_each(|own| own.plastic = false);
    assert_eq!(refused(none, &|_| {}), "no projection is plastic");
    assert!(refused(balanced(), &|plan| plan.mu.clear()).contains("needs mu of cell type `p0`"));
    let by = |name: &'static str| {
        move |plan: &mut LearningPlan| {
            if let Teacher::Readout(own, _) = &mut plan.teacher {
                *own = rule(name).unwrap();
            }
        }
    };
    assert!(refused(balanced(), &by("bptt")).contains("rule `bptt` cannot run online"));
    assert!(refused(balanced(), &by("modprop_type")).contains("use `modprop_type_online`"));
    let mut alpha = balanced();
    let cells = alpha.cells("lif_alpha", 5, &[]);
    alpha.project(0, cells, FixedInDegree { in_degree: 3 }, 1.0, 1.5).plastic = true;
    let series = TimeSeries { values: vec![1.0], channels: 1, every_steps: 1, repeats: true };
    let reward = |plan: &mut LearningPlan| plan.teacher = Teacher::ThirdFactor { series: series.clone(), kappa: 0.5 };
    let fault = refused(alpha, &reward);
    assert!(fault.contains("population `p2`, cell 0: cells of model `lif_alpha` cannot learn yet"), "{fault}");
    let unstable = refused(balanced(), &|plan| plan.mu.iter_mut().for_each(|own| own.1 = 50.0));
    assert!(unstable.contains("spectral radius"), "{unstable}");
}
