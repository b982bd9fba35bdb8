//! A random network that learns, of any size: signed sparse weights, LIF cells that inhibit, adaptive ones that excite.

use neuropil_core::{Clock, Stream, StreamKey};
use neuropil_engine::trial::{Batch, Objective, Outcome, ResetGradient, Targets, TrialCells};
use neuropil_network::neuron::{Column, NeuronModel, model};
use neuropil_plasticity::rule::rule;
use neuropil_plasticity::taps::TapShape;
use neuropil_plasticity::{Learner, Matrix, PseudoDerivative, Readout, RuleSettings, init, loss, stability};

/// Inputs of a trial.
pub const INPUTS: usize = 20;
/// Readouts.
pub const OUTPUTS: usize = 2;
/// Every fifth cell inhibits.
const PER_INHIBITORY: usize = 5;
/// Spikes of an input, a step.
const INPUT_RATE: f64 = 0.05;
/// So that cells fire in some per cent of the steps.
const INPUT_STRENGTH: f64 = 12.0;
/// Of weights before they are divided by √(p N).
const RECURRENT_STRENGTH: f64 = 4.0;
const SEED: u64 = 1;

/// What a curve varies.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// N.
    pub cells: usize,
    /// T.
    pub steps: usize,
    /// B.
    pub trials: usize,
    /// C; types are runs of cells.
    pub types: usize,
    /// S.
    pub lags: usize,
    /// Share of pairs that are synapses.
    pub connectivity: f64,
}

/// A network, its weights, its batch and what it should learn.
pub struct Task {
    pub cells: TrialCells,
    pub learner: Learner,
    pub batch: Batch,
    pub objective: Objective,
}

impl Task {
    /// Draws it.
    pub fn of(size: Size) -> Self {
        let inhibitory = size.cells.div_ceil(PER_INHIBITORY);
        let parts =
            vec![(alif(inhibitory, 0.0), inhibitory), (alif(size.cells - inhibitory, 0.1), size.cells - inhibitory)];
        let cells = TrialCells::new(parts, PseudoDerivative::PiecewiseLinear { gamma: 0.3 }).expect("alif cells learn");
        let sign = (0..size.cells).map(|cell| if cell < inhibitory { -1 } else { 1 }).collect();
        let mut learner = Learner {
            dynamics: cells.dynamics(ResetGradient::Detached),
            type_id: (0..size.cells).map(|cell| cell * size.types / size.cells).collect(),
            w_in: init::normal(SEED, 0, size.cells, INPUTS),
            w_rec: Matrix::zeros(size.cells, size.cells),
            mask: Some(mask(size)),
            sign,
            receptors: None,
            delay: 1,
            readout: Readout {
                w_out: init::normal(SEED, 2, OUTPUTS, size.cells),
                b: vec![0.0; OUTPUTS],
                kappa: 0.9,
                scale: 0.1,
            },
            feedback: None,
            mu: vec![0.25; size.types],
            lags: size.lags,
            damping: 1.0,
            cascade: None,
            rules: RuleSettings::default(),
            shape: TapShape::default(),
            autapses: false,
        };
        let scale = INPUT_STRENGTH / (INPUTS as f64).sqrt();
        learner.w_in.values_mut().iter_mut().for_each(|weight| *weight *= scale);
        learner.w_rec = signed(&learner);
        let modprop = rule("modprop_type").expect("a rule of that name");
        let factor = stability::cap(modprop, &learner, 0.8).expect("the type matrix is finite");
        learner.mu.iter_mut().for_each(|mu| *mu *= factor);
        let shape = [size.trials, size.steps, INPUTS];
        let target = vec![0.0; size.trials * size.steps * OUTPUTS];
        let batch = Batch::new(&trains(shape), shape, Targets::Values(&target, OUTPUTS)).expect("lengths of the shape");
        let objective = Objective { weights: loss::all_steps(size.steps), regulariser: None };
        Self { cells, learner, batch, objective }
    }

    /// Runs all trials and judges them, on one thread.
    pub fn run(&self) -> Outcome {
        Outcome::of(&self.cells, &self.learner, &self.batch, &self.objective, 1).expect("the state stays finite")
    }
}

fn alif(cells: usize, beta: f64) -> Box<dyn NeuronModel<f64>> {
    let entry = model("alif").expect("a model of that name");
    let value = |name: &str, default: f64| match name {
        "beta" => beta,
        "tau_a" => 200.0,
        "input_scaling" | "adaptation_scaling" => 1.0,
        _ => default,
    };
    let rows = entry.info.parameters.iter();
    let columns: Vec<Column> = rows.map(|row| Column::Constant(value(row.symbol, row.default))).collect();
    let clock = Clock::new(1.0).expect("a step of 1 ms");
    let Ok(cells) = entry.build(&columns, cells, clock) else { panic!("parameters are sound") };
    cells
}

/// Synapses that exist.
fn mask(size: Size) -> Matrix {
    let key = StreamKey::new(SEED, Stream::Wiring, 0);
    let mut mask = Matrix::zeros(size.cells, size.cells);
    for (post, entity) in (0..size.cells).zip(0..) {
        let mut rng = key.at(entity, 0);
        for (pre, exists) in mask.row_mut(post).iter_mut().enumerate() {
            *exists = f64::from(u8::from(rng.unit() < size.connectivity && pre != post));
        }
    }
    mask
}

/// Weights of the mask with the signs of their columns; inhibitory ones stronger, so that they balance.
fn signed(learner: &Learner) -> Matrix {
    let mask = learner.mask.as_ref().expect("given");
    let weights = init::unsigned(SEED, 1, mask);
    Matrix::from_fn(weights.rows(), weights.columns(), |post, pre| {
        let own = RECURRENT_STRENGTH * weights[(post, pre)].abs();
        if learner.sign[pre] < 0 { -own * (PER_INHIBITORY - 1) as f64 } else { own }
    })
}

/// Random spikes, `[trial][step][input]`.
fn trains([trials, steps, inputs]: [usize; 3]) -> Vec<f64> {
    let mut rng = StreamKey::new(SEED, Stream::Poisson, 0).at(0, 0);
    (0..trials * steps * inputs).map(|_| f64::from(u8::from(rng.unit() < INPUT_RATE))).collect()
}
