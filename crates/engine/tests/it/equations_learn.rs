//! Cells of files learn: what `alif`, `lif_exp` and `leaky_relu` are as files has the gradients of the built-in cells, and
//! the forms of a rule agree for cells that have no built-in twin.

pub mod texts;
pub mod twins;

use super::noise;
use neuropil_core::{Clock, Stream, StreamKey};
use neuropil_engine::trial::{Batch, Objective, Outcome, ResetGradient, SpikeSlope, Targets, TrialCells};
use neuropil_equations::machine::{Method, Settings};
use neuropil_equations::{Role, read};
use neuropil_network::neuron::{Column, EquationModel, Learnable, Level, NeuronModel, SpikeChoice, model};
use neuropil_plasticity::rule::{Estimate, Scope, rule};
use neuropil_plasticity::taps::TapShape;
use neuropil_plasticity::{
    Form, Gradient, Learner, Matrix, PseudoDerivative, RULES, RateOver, RateRegulariser, Readout, RuleSettings,
};
use std::path::Path;
use texts::GRADED;

const INPUTS: usize = 5;
const STEPS: usize = 90;
const TRIALS: usize = 3;
const SHAPE: PseudoDerivative = PseudoDerivative::PiecewiseLinear { gamma: 0.3 };

fn clock() -> Clock {
    Clock::new(1.0).unwrap()
}

/// Cells of a text, with some parameters set.
pub fn file(
    text: &str,
    name: &str,
    cells: usize,
    given: &[(&str, f64)],
    method: Method,
    dt: f64,
) -> Box<dyn NeuronModel<f64>> {
    let read = read(text, Some(Role::Cell)).expect("a sound file");
    let cell = read.cells.into_iter().find(|own| own.name == name).expect("a cell of that name");
    let own = EquationModel::new(cell, dt).expect("a cell");
    let column = |row: &neuropil_core::Parameter| {
        given.iter().find(|(name, _)| *name == row.name()).map(|(_, value)| Column::Constant(*value))
    };
    let columns: Vec<Option<Column>> = own.info().parameters.iter().map(column).collect();
    let settings = Settings { dt_ms: dt, method, timers_on_grid: true };
    own.build(&columns, cells, settings, StreamKey::new(1, Stream::Equation, 0)).expect("sound cells")
}

pub fn library(name: &str, cells: usize, given: &[(&str, f64)], substeps: u32, dt: f64) -> Box<dyn NeuronModel<f64>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/cells").join(format!("{name}.nestml"));
    let text = std::fs::read_to_string(path).expect("a cell of the library");
    file(&text, name, cells, given, Method::RungeKutta { substeps }, dt)
}

fn built_in(name: &str, cells: usize, given: &[(&str, f64)]) -> Box<dyn NeuronModel<f64>> {
    let entry = model(name).unwrap();
    let value = |symbol: &str| given.iter().find(|(name, _)| *name == symbol).map(|(_, value)| *value);
    let columns: Vec<Column> =
        entry.info.parameters.iter().map(|row| Column::Constant(value(row.symbol).unwrap_or(row.default))).collect();
    entry.build(&columns, cells, clock()).unwrap()
}

/// Two types, of which the first sends negative weights, coupled with a delay of two steps.
fn learner(cells: &TrialCells, reset: ResetGradient, signed: bool, strength: [f64; 2]) -> Learner {
    let n = cells.len();
    let draw = |owner: u32, place: usize| noise(owner, place as u64) - 0.5;
    let sign = |pre: usize| if pre < n / 3 { -1.0 } else { 1.0 };
    let w_rec = Matrix::from_fn(n, n, |post, pre| {
        let value = draw(1, post * n + pre);
        if post == pre || noise(7, (post * n + pre) as u64) < 0.3 {
            0.0
        } else {
            strength[1] * (value.abs() + 0.1) * sign(pre)
        }
    });
    Learner {
        dynamics: cells.dynamics(reset),
        type_id: (0..n).map(|cell| usize::from(cell >= n / 3)).collect(),
        w_in: Matrix::from_fn(n, INPUTS, |post, pre| strength[0] * (draw(2, post * INPUTS + pre) + 0.3)),
        mask: Some(Matrix::from_fn(n, n, |post, pre| f64::from(u8::from(w_rec[(post, pre)] != 0.0)))),
        w_rec,
        sign: (0..n)
            .map(|cell| {
                if !signed {
                    0
                } else if cell < n / 3 {
                    -1
                } else {
                    1
                }
            })
            .collect(),
        receptors: None,
        delay: 2,
        readout: Readout {
            w_out: Matrix::from_fn(2, n, |k, j| draw(3, k * n + j)),
            b: vec![0.1, -0.1],
            kappa: 0.0,
            scale: 1.0,
        },
        feedback: Some(Matrix::from_fn(n, 2, |j, k| draw(4, k * n + j))),
        mu: vec![0.03, 0.02],
        lags: 6,
        damping: 1.0,
        cascade: None,
        rules: RuleSettings::default(),
        shape: TapShape::Whole,
        autapses: false,
    }
}

fn batch(rate: f64) -> Batch {
    let x = |index: usize| f64::from(u8::from(noise(9, index as u64) < rate));
    let x: Vec<f64> = (0..TRIALS * STEPS * INPUTS).map(x).collect();
    let target: Vec<f64> = (0..TRIALS * STEPS * 2).map(|index| noise(10, index as u64) - 0.5).collect();
    Batch::new(&x, [TRIALS, STEPS, INPUTS], Targets::Values(&target, 2)).unwrap()
}

fn objective() -> Objective {
    let regulariser = Some(RateRegulariser { strength: 3.0, target: 0.01, over: RateOver::Batch });
    Objective { weights: vec![1.0; STEPS], regulariser }
}

fn numbers(gradient: &Gradient) -> Vec<f64> {
    [gradient.w_in.values(), gradient.w_rec.values(), gradient.w_out.values(), &gradient.b].concat()
}

fn same(found: &Gradient, expected: &Gradient, tolerance: f64, what: &str) {
    for (found, expected) in [(&found.w_in, &expected.w_in), (&found.w_rec, &expected.w_rec)] {
        let largest = expected.values().iter().fold(0.0, |most: f64, own| most.max(own.abs()));
        assert!(largest > 0.0, "{what}: a gradient of nothing");
        let off = found.values().iter().zip(expected.values()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(off <= tolerance * largest, "{what}: off by {off:e} of {largest:e}");
    }
}

/// A network of cells that have no built-in twin.
fn exotic(name: &str) -> (TrialCells, f64, [f64; 2]) {
    // Derivatives of `adex` are bounded as they are in every run: what they grow to before a spike passes all numbers.
    let slope = |choice: SpikeChoice| SpikeSlope { pseudo_derivative: SHAPE, choice, jacobian_limit: None };
    let hh = SpikeChoice { of: Some("V_m_mv".into()), threshold: Some(Level::Number(0.0)), width: Some(60.0) };
    let (substeps, dt, choice, strength) = match name {
        "adex" => (2, 0.5, SpikeChoice::default(), [30.0, 10.0]),
        "lif_cond_alpha" => (1, 0.5, SpikeChoice::default(), [20.0, 8.0]),
        "mat2" => (1, 0.5, SpikeChoice::default(), [700.0, 200.0]),
        _ => (8, 0.2, hh, [60.0, 20.0]),
    };
    let given: &[(&str, f64)] = if name == "adex" { &[("t_ref_ms", 1.0)] } else { &[] };
    let parts = [3, 5].map(|cells| (library(name, cells, given, substeps, dt), cells));
    (TrialCells::new(parts.into(), slope(choice)).unwrap(), dt, strength)
}

/// Adjoint (backward) and real-time recurrent learning (forward) are one gradient, and so is ModProp without its approximations;
/// e-prop and MDGL forward are those backward. Would catch a transposition, a step that is off, and a gate of another step.
#[test]
fn forms_agree_for_cells_without_a_twin() {
    for name in ["adex", "lif_cond_alpha", "mat2", "hh_traub_miles"] {
        let (cells, _, strength) = exotic(name);
        for reset in [ResetGradient::Detached, ResetGradient::Attached] {
            let learner = learner(&cells, reset, true, strength);
            let outcome = Outcome::of(&cells, &learner, &batch(0.2), &objective(), 1).unwrap();
            let spikes: f64 = outcome.tapes[0].z.values().iter().sum();
            assert!(spikes > 8.0, "{name}: {spikes} spikes");
            let gradient = |form, name: &str| outcome.gradient(form, rule(name).unwrap(), &learner, 1).unwrap();
            let exact = gradient(Form::Adjoint, "bptt");
            same(&gradient(Form::Forward, "bptt"), &exact, 1e-10, &format!("{name} {reset:?}"));
            same(&gradient(Form::Adjoint, "modprop_cell_exact"), &exact, 1e-12, name);
            for rule in ["eprop", "mdgl_cell", "modprop_type", "modprop_type_S"] {
                let found = gradient(Form::Forward, rule);
                same(&found, &gradient(Form::Adjoint, rule), 1e-10, &format!("{name} {rule}"));
                assert_ne!(numbers(&found), numbers(&exact), "{name}: {rule} is an approximation");
            }
        }
    }
}

/// The loss of a network of graded cells of a file, against central differences of every weight.
#[test]
fn graded_cells_against_differences_of_the_loss() {
    let parts =
        [2, 3].map(|cells| (file(GRADED, "graded", cells, &[], Method::RungeKutta { substeps: 2 }, 1.0), cells));
    let cells = TrialCells::new(parts.into(), SHAPE).unwrap();
    let learner = learner(&cells, ResetGradient::Detached, false, [0.5, 0.2]);
    let (batch, objective) = (batch(0.15), Objective { regulariser: None, ..objective() });
    let outcome = Outcome::of(&cells, &learner, &batch, &objective, 1).unwrap();
    let gradient = outcome.gradient(Form::Adjoint, rule("bptt").unwrap(), &learner, 1).unwrap();
    let loss = |learner: &Learner| Outcome::of(&cells, learner, &batch, &objective, 1).unwrap().task_loss;
    let mut wrong = 0;
    let mut compared = 0;
    for (post, pre) in (0..5).flat_map(|post| (0..5).map(move |pre| (post, pre))) {
        for recurrent in [false, true] {
            if recurrent && !learner.exists(post, pre) {
                continue;
            }
            let moved = |by: f64| {
                let mut own = learner.clone();
                let matrix = if recurrent { &mut own.w_rec } else { &mut own.w_in };
                matrix[(post, pre)] += by;
                loss(&own)
            };
            let h = 1e-4;
            let wide = (moved(h) - moved(-h)) / (2.0 * h);
            let narrow = (moved(h / 2.0) - moved(-h / 2.0)) / h;
            let expected = (4.0 * narrow - wide) / 3.0;
            let matrix = if recurrent { &gradient.w_rec } else { &gradient.w_in };
            let size = matrix.values().iter().fold(0.0, |most: f64, own| most.max(own.abs()));
            let found = matrix[(post, pre)];
            if (found - expected).abs() > 1e-6 * size {
                eprintln!("{post} {pre} {recurrent}: {found}, not {expected} ({wide} {narrow}) of {size}");
                wrong += 1;
            }
            compared += 1;
        }
    }
    assert_eq!(wrong, 0);
    assert!(compared > 35);
}
