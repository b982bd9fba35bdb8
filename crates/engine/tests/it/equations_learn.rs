//! Cells of files learn: what `alif`, `lif_exp` and `leaky_relu` are as files has the gradients of the built-in cells, and
//! the forms of a rule agree for cells that have no built-in twin.

use super::noise;
use neuropil_core::{Clock, Stream, StreamKey};
use neuropil_engine::trial::{Batch, Objective, Outcome, ResetGradient, SpikeSlope, Targets, TrialCells};
use neuropil_equations::machine::{Method, Settings};
use neuropil_equations::{Role, read};
use neuropil_network::neuron::{Column, EquationModel, Learnable, Level, NeuronModel, SpikeChoice, model};
use neuropil_plasticity::rule::{Scope, rule};
use neuropil_plasticity::taps::TapShape;
use neuropil_plasticity::{Form, Gradient, Learner, Matrix, PseudoDerivative, RULES, Readout};
use std::path::Path;

const INPUTS: usize = 5;
const STEPS: usize = 90;
const TRIALS: usize = 3;
const SHAPE: PseudoDerivative = PseudoDerivative::PiecewiseLinear { gamma: 0.3 };

const ALIF: &str = "
model alif_file:
    state:
        v real = 0
        a real = 0
    parameters:
        alpha real = 0.9
        g real = 1
        v_th real = 1
        beta real = 0
        rho real = 0.9
        g_a real = 1
    input:
        syn <- spike
    output:
        spike
    update:
        v = alpha * v
        a = rho * a
    onReceive(syn):
        v += g * syn * s
    onCondition(v > v_th + beta * a):
        v -= v_th / alpha
        a += g_a / rho
        emit_spike()
";

/// The same, with the spike of the step before as a variable.
const ALIF_BY_Z: &str = "
model alif_file:
    state:
        v real = 0
        a real = 0
        z real = 0
    parameters:
        alpha real = 0.9
        g real = 1
        v_th real = 1
        beta real = 0
        rho real = 0.9
        g_a real = 1
    input:
        syn <- spike
    output:
        spike
    update:
        v = alpha * v - v_th * z
        a = rho * a + g_a * z
        z = 0
    onReceive(syn):
        v += g * syn * s
    onCondition(v > v_th + beta * a):
        z = 1
        emit_spike()
";

const LEAKY_RELU: &str = "
model leaky_file:
    state:
        u real = 0
    parameters:
        alpha real = 0.9
        g real = 1
        theta real = 1
    equations:
        recordable inline z real = max(0, u - theta) @neuropil::output
    input:
        syn <- spike
    output:
        continuous
    update:
        u = alpha * u
    onReceive(syn):
        u += g * syn * s
";

const LIF_EXP: &str = "
model lif_file:
    state:
        V_m mV = E_L
        refractory ms = 0 ms
    parameters:
        C_m pF = 250 pF
        tau_m ms = 10 ms
        E_L mV = -65 mV
        V_th mV = -50 mV
        V_reset mV = -65 mV
        t_ref ms = 2 ms
        tau_exc ms = 2 ms
        tau_inh ms = 4 ms
    equations:
        kernel k_exc = exp(-t / tau_exc)
        kernel k_inh = exp(-t / tau_inh)
        V_m' = (E_L - V_m) / tau_m + (convolve(k_exc, exc) * pA - convolve(k_inh, inh) * pA) / C_m
        refractory' = -1
    input:
        exc <- excitatory spike
        inh <- inhibitory spike
    output:
        spike
    update:
        if refractory > 0 ms:
            integrate_odes(refractory)
        else:
            integrate_odes(V_m)
    onCondition(V_m >= V_th and refractory <= 0 ms):
        refractory = t_ref
        V_m = V_reset
        emit_spike()
";

fn clock() -> Clock {
    Clock::new(1.0).unwrap()
}

/// Cells of a text, with some parameters set.
fn file(
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

fn library(name: &str, cells: usize, given: &[(&str, f64)], substeps: u32, dt: f64) -> Box<dyn NeuronModel<f64>> {
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
    let regulariser = Some(neuropil_plasticity::RateRegulariser { strength: 3.0, target: 0.01 });
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

/// A built-in cell, the same as a file, and how strong its synapses are.
struct Twin {
    name: &'static str,
    text: &'static str,
    file: &'static str,
    signed: bool,
    strength: [f64; 2],
    given: &'static [(&'static str, f64)],
}

const TWINS: [Twin; 3] = [
    Twin {
        name: "alif",
        text: ALIF,
        file: "alif_file",
        signed: false,
        strength: [6.0, 2.0],
        given: &[("beta", 0.4), ("tau_a", 60.0), ("adaptation_scaling", 1.0), ("input_scaling", 1.0)],
    },
    Twin {
        name: "leaky_relu",
        text: LEAKY_RELU,
        file: "leaky_file",
        signed: false,
        strength: [2.0, 0.4],
        given: &[("theta", 0.3)],
    },
    Twin {
        name: "lif_exp",
        text: LIF_EXP,
        file: "lif_file",
        signed: true,
        strength: [2500.0, 500.0],
        given: &[
            ("e_l", -65.0),
            ("v_th", -50.0),
            ("v_reset", -65.0),
            ("c_m", 250.0),
            ("tau_m", 10.0),
            ("t_ref", 2.0),
            ("tau_syn_exc", 2.0),
            ("tau_syn_inh", 4.0),
        ],
    },
];

impl Twin {
    /// The file with the constants that the built-in cell has.
    fn set(&self, own: &dyn NeuronModel<f64>) -> Vec<(&'static str, f64)> {
        match own.learnable(0).unwrap() {
            Learnable::Adaptive { alpha, g, v_th, beta, rho, g_a } => {
                vec![("alpha", alpha), ("g", g), ("v_th", v_th), ("beta", beta), ("rho", rho), ("g_a", g_a)]
            }
            Learnable::Rectified { alpha, g, theta } => vec![("alpha", alpha), ("g", g), ("theta", theta)],
            _ => Vec::new(),
        }
    }

    /// The cells built in, and as the text says.
    fn both(&self, text: &str) -> [TrialCells; 2] {
        let own = built_in(self.name, 9, self.given);
        let set = self.set(own.as_ref());
        let method = Method::RungeKutta { substeps: 1 };
        let parts = [4, 5].map(|cells| (file(text, self.file, cells, &set, method, 1.0), cells));
        let written = TrialCells::new(parts.into(), SHAPE).unwrap();
        let parts = [4, 5].map(|cells| (built_in(self.name, cells, self.given), cells));
        [TrialCells::new(parts.into(), SHAPE).unwrap(), written]
    }
}

/// The gradients of all rules and forms for which `wanted` holds.
fn compare(twin: &Twin, text: &str, reset: ResetGradient, wanted: impl Fn(&str) -> bool) {
    let cells = twin.both(text);
    let learners = cells.each_ref().map(|cells| learner(cells, reset, twin.signed, twin.strength));
    let batch = batch(0.12);
    let outcome = |place: usize| Outcome::of(&cells[place], &learners[place], &batch, &objective(), 1).unwrap();
    let (expected, found) = (outcome(0), outcome(1));
    let (z, own) = (&expected.tapes[0].z, &found.tapes[0].z);
    let spiking = twin.name != "leaky_relu";
    let rate = z.values().iter().filter(|z| **z != 0.0).count();
    assert!(rate > 100, "{}: {rate} outputs", twin.name);
    for (z, own) in z.values().iter().zip(own.values()) {
        assert!(
            if spiking { z == own } else { (z - own).abs() <= 1e-13 * (1.0 + z.abs()) },
            "{}: {z}, {own}",
            twin.name
        );
    }
    for (psi, own) in expected.tapes[0].psi.values().iter().zip(found.tapes[0].psi.values()) {
        assert!((psi - own).abs() < 1e-12, "{}: psi {psi}, {own}", twin.name);
    }
    let mut compared = 0;
    for rule in RULES.iter().filter(|rule| rule.cells != Scope::Threshold && wanted(rule.name)) {
        for form in [Form::Adjoint, Form::Forward, Form::Modal, Form::Causal] {
            let what = format!("{} as a file, {reset:?}: {} {form}", twin.name, rule.name);
            match (expected.gradient(form, rule, &learners[0], 1), found.gradient(form, rule, &learners[1], 1)) {
                (Ok(expected), Ok(found)) => {
                    same(&found, &expected, 1e-10, &what);
                    compared += 1;
                }
                (Err(_), Err(_)) => {}
                (one, other) => panic!("{what}: {:?}, {:?}", one.err(), other.err()),
            }
        }
    }
    assert!(compared >= 12, "{}: {compared} compared", twin.name);
}

/// Spikes, slopes and the gradients of every rule and form. Would catch a reset that is followed where it must not be, a jump
/// of the adaptation that is lost, a receptor of the wrong sign, and a constant of intermediate cells.
#[test]
fn a_file_has_the_gradients_of_the_cell_that_it_describes() {
    for twin in &TWINS {
        for reset in [ResetGradient::Detached, ResetGradient::Attached] {
            compare(twin, twin.text, reset, |_| true);
        }
    }
}

/// `alif` with its spike as a variable of the next step: what is followed is the variable's jump, the whole of the reset.
#[test]
fn a_spike_that_is_a_variable_is_followed() {
    let wanted = |name: &str| !name.starts_with("modprop") || name == "modprop_cell_exact";
    compare(&TWINS[0], ALIF_BY_Z, ResetGradient::Attached, wanted);
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

const GRADED: &str = "
model graded:
    state:
        V_m mV = -60 mV
        h real = 0.4
    parameters:
        tau_m ms = 8 ms
        tau_h ms = 20 ms
        tau_s ms = 3 ms
        E_rev mV = 20 mV
    equations:
        kernel k = exp(-t / tau_s)
        inline open real = 1 / (1 + exp(-(V_m + 50 mV) / (6 * mV)))
        V_m' = (-60 mV - V_m) / tau_m + convolve(k, syn) * (E_rev - V_m) / tau_m - 3 * mV / ms * open * h
        h' = (1 - open - h) / tau_h
        recordable inline out real = open * (1 + h) + 0.1 * tanh((V_m + 55 mV) / (20 * mV)) @neuropil::output
    input:
        syn <- spike
    output:
        continuous
    update:
        integrate_odes()
";

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
