//! Random small networks and their trials.

use neuropil_plasticity::cell::{LifDelta, LifExp, Receptor, Reset, Rflo, Threshold};
use neuropil_plasticity::loss::{CrossEntropy, SquaredError};
use neuropil_plasticity::tape::Clamped;
use neuropil_plasticity::taps::TapShape;
use neuropil_plasticity::{
    Credit, Dynamics, Learner, Loss, Matrix, Plane, PseudoDerivative, RateOver, RateRegulariser, Readout, RuleSettings,
    Tape,
};
use proptest::prelude::*;

pub const INPUTS: usize = 3;
pub const OUTPUTS: usize = 2;
pub const STEPS: usize = 14;
pub const GROUP_TRIALS: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Lif,
    Alif,
    /// LIF and ALIF of different time constants inside the types.
    Mixed,
    Relu,
    Rflo,
    LifDelta,
    LifExp,
    /// All but RFLO.
    Everything,
}

/// What proptest varies and shrinks.
#[derive(Debug, Clone)]
pub struct NetworkPlan {
    pub seed: u64,
    pub kind: Kind,
    pub cells: usize,
    pub delay: usize,
    pub kappa: f64,
    pub sparse: bool,
    pub dale: bool,
    pub attached: bool,
    pub classify: bool,
    pub regularised: bool,
}

/// A plan of one of these kinds.
pub fn plans(kinds: &'static [Kind]) -> impl Strategy<Value = NetworkPlan> {
    let numbers = (any::<u64>(), proptest::sample::select(kinds), 4_usize..8, 1_usize..4);
    let kappa = prop_oneof![Just(0.0), Just(0.6), Just(0.9)];
    let flags = any::<[bool; 5]>();
    (numbers, kappa, flags).prop_map(|((seed, kind, cells, delay), kappa, flags)| {
        let [sparse, dale, attached, classify, regularised] = flags;
        let delay = if kind == Kind::Rflo { 1 } else { delay };
        NetworkPlan { seed, kind, cells, delay, kappa, sparse, dale, attached, classify, regularised }
    })
}

/// What a simulation needs beside what rules know.
#[derive(Debug, Clone, Copy)]
pub struct Body {
    pub v_th: f64,
    pub spikes: bool,
    /// Silent steps after a spike.
    pub silent: usize,
    pub v_reset: f64,
    pub drift: f64,
}

pub struct Network {
    pub learner: Learner,
    pub bodies: Vec<Body>,
    pub surrogate: PseudoDerivative,
    pub x: Plane,
    pub loss: Box<dyn Loss>,
    pub weights: Vec<f64>,
    pub regulariser: Option<RateRegulariser>,
}

/// Uniform numbers of a seed.
pub struct Draws(u64);

impl Draws {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// In 0..1.
    pub fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }
}

/// A cell: constants that rules know, and the rest.
fn cell(plan: &NetworkPlan, index: usize, draws: &mut Draws) -> (Dynamics, Body) {
    let kind = match plan.kind {
        Kind::Everything => [Kind::Lif, Kind::LifExp, Kind::Alif, Kind::LifDelta, Kind::Relu][index % 5],
        Kind::Mixed => [Kind::Lif, Kind::Alif][index % 2],
        kind => kind,
    };
    let varied = matches!(plan.kind, Kind::Mixed | Kind::Everything);
    // Three values, so that classes of more than one cell exist.
    let vary = |low: f64, step: f64| if varied { low + step * (index / 2 % 3) as f64 } else { low };
    let alpha = vary(0.8, 0.05);
    let v_th = 0.6;
    let silent = index % 3;
    let body = Body { v_th, spikes: true, silent, v_reset: 0.0, drift: 0.1 };
    let reset = if plan.attached { v_th } else { 0.0 };
    let clamp = |v_reset| if plan.attached { Reset::Attached { v_reset } } else { Reset::Detached };
    let receptor = |chi, p21| Receptor { chi, p21 };
    match kind {
        Kind::Lif | Kind::Alif => {
            let beta = if kind == Kind::Alif { vary(0.5, 0.2) } else { 0.0 };
            (Dynamics::Threshold(Threshold { alpha, g: 1.0, beta, rho: 0.9, g_a: vary(0.7, 0.1), reset }), body)
        }
        Kind::Relu => {
            let own = Threshold { alpha, g: 1.0 - alpha, beta: 0.0, rho: 0.0, g_a: 0.0, reset: 0.0 };
            (Dynamics::Threshold(own), Body { v_th: 0.0, spikes: false, silent: 0, ..body })
        }
        Kind::Rflo => (Dynamics::Rflo(Rflo { rate: 0.25 }), Body { v_th: 0.0, spikes: false, silent: 0, ..body }),
        Kind::LifDelta => {
            let v_reset = draws.between(-0.2, 0.1);
            (Dynamics::LifDelta(LifDelta { alpha, reset: clamp(v_reset) }), Body { v_reset, ..body })
        }
        Kind::LifExp => {
            let receptors = [receptor(0.5, 0.6), receptor(vary(0.6, 0.1), 0.5)];
            (Dynamics::LifExp(LifExp { alpha, reset: clamp(-0.1), receptors }), Body { v_reset: -0.1, ..body })
        }
        Kind::Mixed | Kind::Everything => unreachable!(),
    }
}

impl Network {
    pub fn new(plan: &NetworkPlan) -> Self {
        let mut draws = Draws::new(plan.seed);
        let n = plan.cells;
        let (dynamics, bodies): (Vec<_>, Vec<_>) = (0..n).map(|index| cell(plan, index, &mut draws)).unzip();
        let autapses = plan.kind == Kind::Rflo;
        let type_id: Vec<usize> = (0..n).map(|cell| usize::from(cell >= n / 3)).collect();
        let sign: Vec<i8> = type_id.iter().map(|a| if plan.dale { [-1, 1][*a] } else { 0 }).collect();
        let mask = plan.sparse.then(|| {
            Matrix::from_fn(n, n, |post, pre| f64::from(u8::from((autapses || post != pre) && draws.unit() < 0.6)))
        });
        let w_rec = Matrix::from_fn(n, n, |post, pre| {
            let weight = draws.between(-0.8, 0.8);
            let exists = mask.as_ref().map_or(autapses || post != pre, |mask| mask[(post, pre)] == 1.0);
            let signed = if sign[pre] == 0 { weight } else { f64::from(sign[pre]) * weight.abs() };
            if exists { signed } else { 0.0 }
        });
        let mut matrix = |rows, columns, size: f64| Matrix::from_fn(rows, columns, |_, _| draws.between(-size, size));
        let learner = Learner {
            w_in: matrix(n, INPUTS, 1.5),
            readout: Readout {
                w_out: matrix(OUTPUTS, n, 1.0),
                b: vec![0.1, -0.2],
                kappa: plan.kappa,
                scale: if plan.kappa == 0.0 { 1.0 } else { 1.2 - plan.kappa },
            },
            feedback: Some(matrix(n, OUTPUTS, 1.0)),
            dynamics,
            mu: vec![0.3, 0.2],
            type_id,
            w_rec,
            mask,
            sign,
            receptors: None,
            delay: plan.delay,
            lags: 5,
            damping: 1.0,
            cascade: None,
            rules: RuleSettings::default(),
            shape: TapShape::default(),
            autapses,
        };
        let x = Plane::from_fn(STEPS, INPUTS, GROUP_TRIALS, |_, input, _| {
            let drawn = draws.unit();
            if input == 0 { drawn } else { f64::from(u8::from(drawn < 0.4)) }
        });
        let loss: Box<dyn Loss> = if plan.classify {
            Box::new(CrossEntropy { labels: (0..GROUP_TRIALS).map(|trial| trial % OUTPUTS).collect() })
        } else {
            let target = Plane::from_fn(STEPS, OUTPUTS, GROUP_TRIALS, |_, _, _| draws.between(-1.0, 1.0));
            Box::new(SquaredError { target })
        };
        let weights = (0..STEPS).map(|step| if step < 3 { 0.0 } else { draws.unit() }).collect();
        let regulariser = plan.regularised.then_some(RateRegulariser {
            strength: 3.0,
            target: 0.1,
            over: [RateOver::Batch, RateOver::Trial][(plan.seed % 2) as usize],
        });
        let surrogates = ["piecewise_linear", "exponential", "fast_sigmoid", "arctan"];
        let name = if plan.kind == Kind::Relu { "relu" } else { surrogates[(plan.seed % 4) as usize] };
        let surrogate = PseudoDerivative::named(name, 0.3, 2.0).unwrap();
        Self { learner, bodies, surrogate, x, loss, weights, regulariser }
    }
}

/// One trial of a group.
pub fn one_trial(tape: &Tape, credit: &Credit, trial: usize) -> (Tape, Credit) {
    let cut = |plane: &Plane| Plane::from_fn(plane.steps(), plane.channels(), 1, |t, c, _| plane.at(t, c, trial));
    let clamped = tape.clamped.as_ref().map(|own| Clamped { v: cut(&own.v), refractory: cut(&own.refractory) });
    let tape = Tape { x: cut(&tape.x).into(), z: cut(&tape.z), psi: cut(&tape.psi), clamped, records: Vec::new() };
    let regulariser = credit.regulariser.iter().skip(trial).step_by(credit.err.trials()).copied().collect();
    (tape, Credit { err: cut(&credit.err), regulariser, asked: credit.asked.as_ref().map(cut) })
}
