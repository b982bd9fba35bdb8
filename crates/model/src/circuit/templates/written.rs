//! Leaky integrate-and-fire cells with synaptic currents as a text, whose step has a derivative: what learns of cells that we
//! have without one.
//!
//! # Equations
//! Those of `network::neuron::lif_alpha` and `lif_exp_multi`, in NEST's order of a step.

use super::{Program, Recipe};
use neuropil_equations::machine::Method;
use std::fmt::Write;

/// How the current of an arrival goes, which is its weight where it is greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// It decays.
    Exponential,
    /// It rises and decays.
    Alpha,
}

/// A receptor: its port, what it takes, the sign of its current, and its parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    port: String,
    takes: &'static str,
    sign: &'static str,
    tau: String,
    shape: Shape,
}

impl Written {
    /// The receptor of a number, which takes any weight.
    pub fn numbered(port: usize, shape: Shape) -> Self {
        Self { port: format!("receptor_{port}"), takes: "", sign: "", tau: format!("tau_{port}"), shape }
    }

    /// The two receptors of weights by their signs.
    fn by_sign(shape: Shape) -> Vec<Self> {
        let own = |port: &str, takes, sign, tau: &str| Self { port: port.into(), takes, sign, tau: tau.into(), shape };
        vec![own("exc", "excitatory ", "", "tau_syn_exc"), own("inh", "inhibitory ", "-", "tau_syn_inh")]
    }
}

/// Parameters of the membrane: symbols of our models, and names in texts.
const MEMBRANE: [(&str, &str); 7] = [
    ("c_m", "C_m"),
    ("tau_m", "tau_m"),
    ("e_l", "E_L"),
    ("v_th", "V_th"),
    ("v_reset", "V_reset"),
    ("t_ref", "t_ref"),
    ("i_e", "I_e"),
];

/// The recipe, of a text where the cell is one that we have without a derivative of its step.
pub(in super::super) fn that_learns(recipe: Recipe) -> Recipe {
    let (name, receptors) = match recipe.program {
        Program::Built("lif_alpha") => ("iaf_psc_alpha", Written::by_sign(Shape::Alpha)),
        Program::Shaped { name: "lif_exp_multi", receptors } => {
            let receptors = (1..=receptors).map(|port| Written::numbered(port, Shape::Exponential));
            ("iaf_psc_exp_multisynapse", receptors.collect())
        }
        _ => return recipe,
    };
    let named = |symbol: &str| {
        let of_membrane = MEMBRANE.iter().find(|(own, _)| *own == symbol).map(|(_, name)| (*name).to_owned());
        let of_receptor = || symbol.strip_prefix("tau_syn_receptor_").map(|port| format!("tau_{port}"));
        of_membrane.or_else(of_receptor).unwrap_or_else(|| symbol.to_owned())
    };
    let values = recipe.values.into_iter().map(|(symbol, value)| (named(&symbol), value)).collect();
    let start = recipe.start.into_iter().map(|(_, value)| ("V_m".to_owned(), value)).collect();
    let method = Method::RungeKutta { substeps: 1 };
    let program = Program::Written { name: name.into(), text: text(name, &receptors), method };
    Recipe { program, values, start, ..recipe }
}

/// The text of a cell with these receptors.
pub(super) fn text(name: &str, receptors: &[Written]) -> String {
    let (mut parameters, mut kernels, mut ports, mut current) =
        (String::new(), String::new(), String::new(), String::new());
    for Written { port, takes, sign, tau, shape } in receptors {
        let kernel = tau.replace("tau", if *shape == Shape::Alpha { "alpha" } else { "decay" });
        let shape = match shape {
            Shape::Exponential => format!("exp(-t / {tau})"),
            Shape::Alpha => format!("(e / {tau}) * t * exp(-t / {tau})"),
        };
        let _ = writeln!(parameters, "        {tau} ms = 2 ms [[ {tau} > 0 ms ]]");
        let _ = writeln!(kernels, "        kernel {kernel} = {shape}");
        let _ = writeln!(ports, "        {port} <- {takes}spike");
        let joint = match (current.is_empty(), *sign) {
            (true, sign) => sign,
            (false, "-") => " - ",
            (false, _) => " + ",
        };
        let _ = write!(current, "{joint}convolve({kernel}, {port})");
    }
    format!(
        "model {name}:
    state:
        V_m mV = E_L
        refractory ms = 0 ms

    parameters:
        C_m pF = 250 pF [[ C_m > 0 pF ]]
        tau_m ms = 10 ms [[ tau_m > 0 ms ]]
        E_L mV = -70 mV
        V_th mV = -55 mV
        V_reset mV = -70 mV [[ V_reset < V_th ]]
        t_ref ms = 2 ms [[ t_ref >= 0 ms ]]
        I_e pA = 0 pA
{parameters}
    equations:
{kernels}        recordable inline I_syn pA = ({current}) * 1 pA
        V_m' = (E_L - V_m) / tau_m + (I_syn + I_e + I_stim) / C_m
        refractory' = -1

    input:
{ports}        I_stim pA <- continuous

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
"
    )
}
