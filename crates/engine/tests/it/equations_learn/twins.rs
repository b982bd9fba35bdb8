//! Cells that are built in, and the same as files: one gradient.

use super::super::Net;
use super::super::trial::SPIKING;
use super::texts::{ALIF, ALIF_BY_Z, LEAKY_RELU, LIF_EXP};
use super::*;

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

/// Constants of `LIF_EXP`.
pub const LIKE_THE_FILE: [(&str, f64); 5] =
    [("e_l", -65.0), ("v_th", -50.0), ("v_reset", -65.0), ("c_m", 250.0), ("tau_m", 10.0)];

/// A built-in cell that spikes, with a weight that makes it do so, and the file that describes it.
pub struct Described {
    pub name: &'static str,
    given: Vec<(&'static str, f64)>,
    pub strength: f64,
    text: &'static str,
    file: &'static str,
}

/// Such cells, of which one adapts and one has synaptic currents.
pub fn described() -> [Described; 2] {
    let (name, given, strength) = SPIKING[1];
    let lif = [&[("t_ref", 2.0), ("tau_syn_exc", 2.0), ("tau_syn_inh", 4.0)], &LIKE_THE_FILE[..]].concat();
    [
        Described { name, given: given.to_vec(), strength, text: ALIF, file: "alif_file" },
        Described { name: "lif_exp", given: lif, strength: 900.0, text: LIF_EXP, file: "lif_file" },
    ]
}

impl Described {
    /// A population of the built-in cells.
    pub fn built_in(&self, net: &mut Net<f64>, cells: u32) -> usize {
        net.cells(self.name, cells, &self.given)
    }

    /// Cells of the file, with the constants of the built-in ones.
    pub fn of_file(&self, cells: u32) -> Box<dyn NeuronModel<f64>> {
        let set = constants_of(&*built_in(self.name, 1, &self.given));
        file(self.text, self.file, cells as usize, &set, Method::RungeKutta { substeps: 1 }, 1.0)
    }
}

/// The constants that the files of built-in cells take.
fn constants_of(own: &dyn NeuronModel<f64>) -> Vec<(&'static str, f64)> {
    match own.learnable(0).unwrap() {
        Learnable::Adaptive { alpha, g, v_th, beta, rho, g_a } => {
            vec![("alpha", alpha), ("g", g), ("v_th", v_th), ("beta", beta), ("rho", rho), ("g_a", g_a)]
        }
        Learnable::Rectified { alpha, g, theta } => vec![("alpha", alpha), ("g", g), ("theta", theta)],
        _ => Vec::new(),
    }
}

impl Twin {
    /// The file with the constants that the built-in cell has.
    fn set(&self, own: &dyn NeuronModel<f64>) -> Vec<(&'static str, f64)> {
        constants_of(own)
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
    // What a random product weighs are the states of cells, of which a file may have others.
    let compares =
        |rule: &neuropil_plasticity::Rule| rule.cells != Scope::Threshold && rule.estimate != Estimate::RandomProduct;
    for rule in RULES.iter().filter(|rule| compares(rule) && wanted(rule.name)) {
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
