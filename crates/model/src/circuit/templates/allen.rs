//! GLIF cells as the Allen Cell Types Database writes them, in NEST's parameters: `glif_lif_psc` and its four kin, of which
//! bmtk makes `glif_psc` where the file has `"type": "GLIF"`.
//!
//! The file has SI units, potentials relative to `El_reference`, and coefficients that fits multiply its values with.
//!
//! # References
//! \[Teeter2018\]; the database's page on the GLIF models.

use super::super::CircuitError;
use super::super::config::Config;
use super::super::parameters::{CELLS, Given, Parameters};
use serde_json::{Map, Value};

/// Templates, and whether they have after-spike currents, a threshold that spikes move, and one that follows the membrane.
const KINDS: [(&str, [bool; 3]); 5] = [
    ("nest:glif_lif_psc", [false, false, false]),
    ("nest:glif_lif_r_psc", [false, true, false]),
    ("nest:glif_lif_asc_psc", [true, false, false]),
    ("nest:glif_lif_r_asc_psc", [true, true, false]),
    ("nest:glif_lif_r_asc_a_psc", [true, true, true]),
];

/// Time constants of the receptors that bmtk gives to them, ms.
const TAU_SYN: [f64; 4] = [5.5, 8.5, 2.8, 5.8];

/// Whether a template takes such a file.
pub(in super::super) fn takes(template: &str) -> bool {
    KINDS.iter().any(|(name, _)| *name == template)
}

/// The parameters of `glif_psc` that a file of the directory of cells says.
///
/// # Errors
/// Unreadable files, those of another type, and values that are missing or no numbers.
pub(in super::super) fn read(config: &Config, (template, file): (&str, &str)) -> Result<Parameters, CircuitError> {
    let (path, members) = config.component(CELLS, file)?;
    let wrong = |reason: String| config.wrong(CELLS, format!("`{}`: {reason}", path.display()));
    parameters(template, &members).map_err(wrong)
}

/// The same of what is parsed of one.
fn parameters(template: &str, file: &Map<String, Value>) -> Result<Parameters, String> {
    let (_, [currents, moved, follows]) =
        KINDS.into_iter().find(|(name, _)| *name == template).ok_or("no GLIF cell of the database")?;
    if file.get("type").and_then(Value::as_str) != Some("GLIF") {
        return Err(format!("type is not \"GLIF\", which `{template}` needs"));
    }
    let value = |path: &str| {
        let mut names = path.split('.');
        let first = names.next().and_then(|name| file.get(name));
        let found = names.try_fold(first?, |value, name| value.get(name));
        found.cloned()
    };
    let number = |path: &str| {
        let found = value(path).ok_or_else(|| format!("{path} is missing, expected a number"))?;
        found.as_f64().ok_or_else(|| format!("{path} is {found}, expected a number"))
    };
    let numbers = |path: &str| {
        let found = value(path).ok_or_else(|| format!("{path} is missing, expected a list of numbers"))?;
        let list = found.as_array().and_then(|list| list.iter().map(Value::as_f64).collect::<Option<Vec<f64>>>());
        list.ok_or_else(|| format!("{path} is {found}, expected a list of numbers"))
    };
    let reference = number("El_reference")? * 1e3;
    let rest = number("El")? * 1e3 + reference;
    let mut given = Parameters::new();
    let mut add = |name: &str, value: f64| drop(given.insert(name.into(), Given::Number(value)));
    add("V_m", rest);
    add("E_L", rest);
    add("V_th", number("coeffs.th_inf")? * number("th_inf")? * 1e3 + reference);
    add("g", number("coeffs.G")? / number("R_input")? * 1e9);
    add("C_m", number("coeffs.C")? * number("C")? * 1e12);
    add("t_ref", number("spike_cut_length")? * number("dt")? * 1e3);
    if moved {
        let (threshold, reset) = ("threshold_dynamics_method.params", "voltage_reset_method.params");
        add("th_spike_add", number(&format!("{threshold}.a_spike"))? * 1e3);
        add("th_spike_decay", number(&format!("{threshold}.b_spike"))? * 1e-3);
        add("voltage_reset_fraction", number(&format!("{reset}.a"))?);
        add("voltage_reset_add", number(&format!("{reset}.b"))? * 1e3);
        if follows {
            add("th_voltage_index", number(&format!("{threshold}.a_voltage"))? * number("coeffs.a")? * 1e-3);
            add("th_voltage_decay", number(&format!("{threshold}.b_voltage"))? * number("coeffs.b")? * 1e-3);
        }
    } else {
        add("V_reset", reference);
    }
    if currents {
        let (decay, amplitudes) = (numbers("asc_tau_array")?, numbers("asc_amp_array")?);
        let (fitted, start) = (numbers("coeffs.asc_amp_array")?, numbers("init_AScurrents")?);
        let counts = [decay.len(), amplitudes.len(), fitted.len(), start.len()];
        if counts != [2; 4] {
            let [decay, amplitudes, fitted, start] = counts;
            return Err(format!(
                "asc_tau_array has {decay} values, asc_amp_array {amplitudes}, coeffs.asc_amp_array {fitted} and init_AScurrents \
                 {start}, expected 2 of each"
            ));
        }
        let amplitudes = amplitudes.iter().zip(&fitted).map(|(own, fitted)| own * fitted * 1e12).collect();
        for (name, list) in [
            ("asc_decay", decay.iter().map(|tau| 1.0 / tau * 1e-3).collect()),
            ("asc_amps", amplitudes),
            ("asc_init", start.iter().map(|own| own * 1e12).collect()),
        ] {
            given.insert(name.into(), Given::Numbers(list));
        }
    }
    for (name, flag) in
        [("spike_dependent_threshold", moved), ("after_spike_currents", currents), ("adapting_threshold", follows)]
    {
        given.insert(name.into(), Given::Flag(flag));
    }
    given.insert("tau_syn".into(), Given::Numbers(TAU_SYN.to_vec()));
    Ok(given)
}
