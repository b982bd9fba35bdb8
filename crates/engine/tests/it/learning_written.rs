//! Cells of files learn while a network runs: what `alif` and `lif_exp` are as files changes weights as the built-in cells do,
//! other cells as trials do, and bits depend on nothing but the network.

use super::equations_learn::texts::GRADED;
use super::equations_learn::twins::{Described, described};
use super::equations_learn::{file, library};
use super::learning::{balanced_bits, free, learning, plan, plastic, readout};
use super::trial::{CELLS, INPUTS, coupled_of, teaching, trains};
use super::{Net, noise, record};
use neuropil_engine::learning::{LearningPlan, ReadoutPlan, SlopeChoice, Target, Teacher, TimeSeries};
use neuropil_engine::trial::{ResetGradient, SpikeSlope, Trainee, TrialCells, run_group};
use neuropil_engine::{Runnable, Simulation};
use neuropil_equations::machine::Method;
use neuropil_network::neuron::{Level, NeuronModel, SpikeChoice};
use neuropil_network::{Kind, Sign};
use neuropil_plasticity::cell::Means;
use neuropil_plasticity::loss::{SquaredError, judge};
use neuropil_plasticity::rule::rule;
use neuropil_plasticity::taps::TapShape;
use neuropil_plasticity::{Credit, Form, Learner, Matrix, Plane, PseudoDerivative, Readout, RuleSettings, gradient};

pub const ALL: usize = (CELLS[0] + CELLS[1]) as usize;

/// The weights of all projections, one after the other.
fn weights(simulation: &Simulation<f64>) -> Vec<f64> {
    simulation.changed_weights().unwrap().into_iter().flat_map(|own| own.weights).collect()
}

/// A network of cells that `make` builds, `dt_ms` the step.
pub fn network(dt_ms: f64, strength: f64, make: &dyn Fn(u32) -> Box<dyn NeuronModel<f64>>) -> Net<f64> {
    let population = |net: &mut Net<f64>, cells: u32| net.population(cells, Kind::Neurons(make(cells)));
    plastic(coupled_of(dt_ms, &population, strength, &trains(7)))
}

fn run(net: Net<f64>, plan: LearningPlan, steps: u64) -> (Vec<f64>, Vec<f64>, Vec<(u64, u32)>) {
    let mut simulation = learning(net, plan, (2, 1)).unwrap();
    let before = weights(&simulation);
    let (spikes, _) = record(&mut simulation, steps, 40);
    (before, weights(&simulation), spikes)
}

/// Weights that differ, in units of the largest change.
fn off(found: &[f64], expected: &[f64], before: &[f64]) -> f64 {
    let largest = |a: &[f64], b: &[f64]| a.iter().zip(b).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()));
    assert_eq!((found.len(), before.len()), (expected.len(), expected.len()));
    let change = largest(expected, before);
    assert!(change > 0.0, "nothing was learned");
    largest(found, expected) / change
}

/// Rules with memory and without, over windows in which weights change: a file and the cell that it describes. Would catch a
/// derivative of another step, a trace that ends with a window, a port of the wrong sign and a constant of an intermediate
/// cell.
#[test]
fn a_file_changes_weights_as_the_cell_that_it_describes() {
    for twin in described() {
        let Described { name, strength, .. } = twin;
        let built = || plastic(coupled_of(1.0, &|net, cells| twin.built_in(net, cells), strength, &trains(7)));
        let written = || network(1.0, strength, &|cells| twin.of_file(cells));
        for (rule_name, kappa, reset) in [
            ("eprop", 0.9, ResetGradient::Attached),
            ("modprop_type_online", 0.9, ResetGradient::Attached),
            ("modprop_type", 0.0, ResetGradient::Detached),
            ("mdgl_type_online", 0.7, ResetGradient::Detached),
        ] {
            let mut read = teaching().readout;
            read.kappa = kappa;
            let teacher =
                Teacher::Readout(rule(rule_name).unwrap(), ReadoutPlan { feedback: None, ..readout(&read, 0.0) });
            let plan = || LearningPlan { reset, ..plan(teacher.clone(), &built(), free(2e-3 * strength), 40) };
            let (before, expected, spikes) = run(built(), plan(), 160);
            let (_, found, own) = run(written(), plan(), 160);
            assert!(spikes.iter().filter(|(_, id)| *id >= INPUTS).count() > 60, "{name}");
            assert_eq!(own, spikes, "{name}, {rule_name}");
            let off = off(&found, &expected, &before);
            assert!(off < 1e-10, "{name}, {rule_name}: {off:.1e}");
        }
    }
}

/// Cells without a built-in twin: the steps, the parts of a step, weights, and where their spikes have a slope.
pub struct Exotic {
    pub name: &'static str,
    pub dt_ms: f64,
    substeps: u32,
    pub strength: f64,
}

pub const EXOTIC: [Exotic; 4] = [
    Exotic { name: "lif_cond_alpha", dt_ms: 0.5, substeps: 1, strength: 12.0 },
    Exotic { name: "adex", dt_ms: 0.5, substeps: 2, strength: 30.0 },
    Exotic { name: "mat2", dt_ms: 0.5, substeps: 1, strength: 400.0 },
    Exotic { name: "hh_traub_miles", dt_ms: 0.2, substeps: 8, strength: 60.0 },
];

impl Exotic {
    pub fn cells(&self, cells: u32) -> Box<dyn NeuronModel<f64>> {
        library(self.name, cells as usize, &[], self.substeps, self.dt_ms)
    }

    pub fn net(&self) -> Net<f64> {
        network(self.dt_ms, self.strength, &|cells| self.cells(cells))
    }

    /// Small, so that credit does not grow over cells with strong synapses.
    pub fn mu(&self) -> [f64; 2] {
        [0.005, 0.004].map(|mu| mu / self.strength)
    }

    pub fn choice(&self) -> SlopeChoice {
        let hh = SpikeChoice { of: Some("V_m_mv".into()), threshold: Some(Level::Number(0.0)), width: Some(60.0) };
        let spike = if self.name == "hh_traub_miles" { hh } else { SpikeChoice::default() };
        // What intermediate cells of `adex` are must not grow.
        SlopeChoice { spike, jacobian_limit: (self.name == "adex").then_some(0.9) }
    }
}

/// The weights of a design as matrices of a learner, and the delays of inputs and of recurrent synapses.
fn matrices(net: &Net<f64>) -> ([Matrix; 2], [usize; 2]) {
    let mut found = [Matrix::zeros(ALL, INPUTS as usize), Matrix::zeros(ALL, ALL)];
    let (mut delays, first) = ([0; 2], [0, 0, CELLS[0] as usize]);
    for (index, own) in net.design.projections.iter().enumerate() {
        let recurrent = usize::from(own.source != 0);
        let mut visit = |synapse: neuropil_network::projection::Synapse| {
            let pair = (first[own.target] + synapse.target as usize, first[own.source] + synapse.source as usize);
            found[recurrent][pair] = synapse.weight;
            delays[recurrent] = synapse.delay_steps as usize;
        };
        net.design.synapses(index, &mut visit).unwrap();
    }
    (found, delays)
}

/// One window of a free run against the causal form of a trial with the same spikes, for rules whose intermediate cells are
/// means. Would catch ψ of another step, means over other steps, and an arrival at another port.
#[test]
fn cells_without_a_twin_change_weights_as_trials_do() {
    const STEPS: usize = 120;
    let shape = PseudoDerivative::PiecewiseLinear { gamma: 0.3 };
    for exotic in &EXOTIC {
        let net = exotic.net();
        let ([w_in, w_rec], [late, delay]) = matrices(&net);
        let parts = CELLS.map(|cells| (exotic.cells(cells), cells as usize));
        let SlopeChoice { spike: choice, jacobian_limit } = exotic.choice();
        let slope = SpikeSlope { pseudo_derivative: shape, choice, jacobian_limit };
        let cells = TrialCells::new(parts.into(), slope).unwrap();
        let mut x = Plane::zeros(STEPS, INPUTS as usize, 1);
        for (step, input) in trains(7) {
            let at = usize::try_from(step).unwrap() + late - 1;
            if at < STEPS {
                x.row_mut(at, input as usize)[0] += 1.0;
            }
        }
        for (rule_name, reset) in [
            ("eprop", ResetGradient::Attached),
            ("modprop_type", ResetGradient::Detached),
            ("mdgl_type_all", ResetGradient::Attached),
        ] {
            let mut read = teaching().readout;
            read.kappa = 0.0;
            let mut learner = Learner {
                dynamics: cells.dynamics(reset),
                type_id: (0..ALL).map(|cell| usize::from(cell >= CELLS[0] as usize)).collect(),
                w_in: w_in.clone(),
                mask: Some(Matrix::from_fn(ALL, ALL, |p, q| f64::from(u8::from(w_rec[(p, q)] != 0.0)))),
                w_rec: w_rec.clone(),
                sign: (0..ALL).map(|cell| if cell < CELLS[0] as usize { -1 } else { 1 }).collect(),
                receptors: None,
                delay,
                readout: Readout { ..read.clone() },
                feedback: None,
                mu: exotic.mu().to_vec(),
                lags: 1,
                damping: 1.0,
                cascade: None,
                rules: RuleSettings::default(),
                shape: TapShape::default(),
                autapses: false,
            };
            let tape = run_group(&cells, &learner, x.clone()).unwrap();
            Means::of(&learner, &tape).give(&mut learner).unwrap();
            let y = learner.readout.run(&tape.z);
            let target = |step: usize, k: usize| super::learning::target(k, step);
            let loss = SquaredError { target: Plane::from_fn(STEPS, 2, 1, |step, k, _| target(step, k)) };
            let err = judge(&loss, &y, &vec![1.0; STEPS], 1).unwrap().err;
            let credit = Credit { err, regulariser: Vec::new(), asked: None };
            let expected = gradient(Form::Causal, rule(rule_name).unwrap(), &learner, &tape, &credit).unwrap();
            let largest = expected.w_rec.values().iter().fold(0.0, |most: f64, own| most.max(own.abs()));
            let rate = 0.01 * exotic.strength / largest;
            let teacher =
                Teacher::Readout(rule(rule_name).unwrap(), ReadoutPlan { feedback: None, ..readout(&read, 0.0) });
            let slopes = vec![exotic.choice(); 3];
            let mu = ["Pvalb", "p2"].iter().map(|own| (*own).to_owned()).zip(exotic.mu()).collect();
            let plan = LearningPlan { slopes, reset, mu, ..plan(teacher, &net, free(rate), STEPS as u64) };
            let (before, found, spikes) = run(exotic.net(), plan, STEPS as u64);
            let fired = spikes.iter().filter(|(_, id)| *id >= INPUTS).count();
            let sum: f64 = tape.z.values().iter().sum();
            assert!(fired > 8 && fired as f64 == sum, "{}: {fired} spikes, {sum} in a trial", exotic.name);
            let mut wanted = Vec::new();
            let first = [0, 0, CELLS[0] as usize];
            for (index, own) in net.design.projections.iter().enumerate() {
                let matrix = if own.source == 0 { &expected.w_in } else { &expected.w_rec };
                let mut visit = |synapse: neuropil_network::projection::Synapse| {
                    let pair =
                        (first[own.target] + synapse.target as usize, first[own.source] + synapse.source as usize);
                    wanted.push(synapse.weight - rate * matrix[pair]);
                };
                net.design.synapses(index, &mut visit).unwrap();
            }
            let off = off(&found, &wanted, &before);
            assert!(off < 1e-10, "{}, {rule_name}: {off:.1e}", exotic.name);
        }
    }
}

/// 60 `adex` and 20 `lif_cond_alpha` cells with currents, drawn delays and Poisson input, all of which learn.
pub fn mixed() -> Net<f64> {
    let mut net = Net::<f64>::new(0.5, 9);
    let set = |net: &mut Net<f64>, name: &str, cells: u32| {
        let built = library(name, cells as usize, &[], 2, 0.5);
        net.population(cells, Kind::Neurons(built))
    };
    let exc = set(&mut net, "adex", 60);
    let inh = set(&mut net, "lif_cond_alpha", 20);
    net.design.populations[exc].sign = Sign::Excitatory;
    net.design.populations[inh].sign = Sign::Inhibitory;
    for (from, to, weight) in [(exc, exc, 2.0), (exc, inh, 2.0), (inh, exc, -8.0), (inh, inh, -4.0)] {
        let wiring = neuropil_network::connect::FixedInDegree { in_degree: 8 };
        let projection = net.project(from, to, wiring, weight, 1.5);
        projection.delay_ms =
            neuropil_network::Property::Drawn(neuropil_core::Distribution::unbounded(neuropil_core::Shape::Uniform {
                low: 0.6,
                high: 2.4,
            }));
        projection.plastic = true;
    }
    net.current(exc, neuropil_network::current::Waveform::Constant { amplitude: 700.0 });
    net.poisson(inh, neuropil_network::source::Rate::Constant(2000.0), 3.0);
    net
}

pub fn mixed_plan() -> LearningPlan {
    let w_out = Matrix::from_fn(2, 80, |k, j| noise(u32::try_from(j).unwrap(), k as u64) - 0.5);
    let values = (0..90).map(|point| noise(point, 3)).collect();
    let target = Target::Series(TimeSeries { values, channels: 2, every_steps: 4, repeats: true });
    let read = ReadoutPlan {
        w_out,
        b: vec![0.0; 2],
        kappa: 0.95,
        scale: 0.05,
        feedback: None,
        target,
        said: None,
        rate: 1e-4,
    };
    let teacher = Teacher::Readout(rule("modprop_type_online").unwrap(), read);
    let mu = vec![("p0".into(), 1e-3), ("p1".into(), 1e-3)];
    // What intermediate cells of `adex` are must not grow.
    let slopes = vec![SlopeChoice { jacobian_limit: Some(0.9), ..SlopeChoice::default() }; 2];
    LearningPlan { mu, slopes, ..plan(teacher, &mixed(), free(20.0), 50) }
}

/// Would catch sums of means in the order of blocks, windows that follow chunks, records of another cell, and a state at the
/// test that a checkpoint forgets.
#[test]
fn bits_depend_neither_on_threads_nor_on_blocks_nor_on_pauses() {
    let run = |blocks, threads, chunk| {
        balanced_bits(&mut learning(mixed(), mixed_plan(), (blocks, threads)).unwrap(), 330, chunk)
    };
    let expected = run(1, 1, 100);
    assert!(expected.0.len() > 200, "{} spikes", expected.0.len());
    assert_ne!(record(&mut mixed().simulation(1, 1, Vec::new()), 330, 100).0, expected.0, "the weights act");
    assert_eq!(run(3, 1, 7), expected);
    assert_eq!(run(4, 2, 100), expected);
    for pause in [0, 33, 120, 150] {
        let mut first = learning(mixed(), mixed_plan(), (2, 1)).unwrap();
        let (before, _) = record(&mut first, pause, 20);
        let mut second = learning(mixed(), mixed_plan(), (3, 2)).unwrap();
        second.restore(&first.snapshot()).unwrap();
        let (after, weights, traces) = balanced_bits(&mut second, 330, 60);
        assert_eq!([before, after].concat(), expected.0, "paused after step {pause}");
        assert_eq!((weights, traces), (expected.1.clone(), expected.2.clone()), "paused after step {pause}");
    }
}

/// Cells that cannot learn here are refused with the way out, and a slope that the file does not have is asked for.
#[test]
fn what_cannot_learn_is_refused() {
    let refused = |name: &str, text: Option<&str>| {
        let mut net = Net::<f64>::new(0.5, 3);
        let source = net.train(2, &[(1, 0), (3, 1)]);
        let cells = match text {
            Some(text) => file(text, name, 3, &[], Method::RungeKutta { substeps: 1 }, 0.5),
            None => library(name, 3, &[], 1, 0.5),
        };
        let cells = net.population(3, Kind::Neurons(cells));
        net.project(source, cells, neuropil_network::connect::AllToAll, 1.0, 0.5);
        let net = plastic(net);
        let series = TimeSeries { values: vec![1.0], channels: 1, every_steps: 1, repeats: true };
        let plan = plan(Teacher::ThirdFactor { series, kappa: 0.5 }, &net, free(0.1), 10);
        learning(net, plan, (1, 1)).err().map(|fault| fault.to_string()).unwrap()
    };
    let graded = refused("graded", Some(GRADED));
    assert!(
        graded.contains("`graded` cannot learn while a network runs") && graded.contains("neuropil train"),
        "{graded}"
    );
    let design = network(0.5, 1.0, &|cells| library("adex", cells as usize, &[], 1, 0.5)).design;
    let trained = Trainee::of(&design, &teaching()).err().map(|fault| fault.to_string()).unwrap();
    assert!(trained.contains("cells of a file (population p1)"), "{trained}");
    let chance = refused("gif", None);
    assert!(chance.contains("population `p1`") && chance.contains("`gif` cannot learn"), "{chance}");
}
