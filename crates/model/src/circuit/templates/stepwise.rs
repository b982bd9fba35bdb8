//! Cells that NEST integrates in parts of a step: `aeif_*`, `hh_*`, `iaf_cond_alpha`, `iaf_cond_beta`.

use super::super::parameters::Taken;
use super::{Program, Recipe};
use neuropil_network::neuron::stepwise::StepwiseModel;

/// Parameters that are numbers, by their names in NEST; ours are the same in small letters.
const NUMBERS: [&str; 26] = [
    "C_m",
    "g_L",
    "g_Na",
    "g_K",
    "E_L",
    "E_Na",
    "E_K",
    "V_th",
    "V_T",
    "V_peak",
    "V_reset",
    "Delta_T",
    "a",
    "b",
    "tau_w",
    "t_ref",
    "I_e",
    "gsl_error_tol",
    "E_ex",
    "E_in",
    "tau_syn_ex",
    "tau_syn_in",
    "tau_rise_ex",
    "tau_rise_in",
    "tau_decay_ex",
    "tau_decay_in",
];
/// Parameters that have one number a receptor.
const LISTS: [&str; 4] = ["E_rev", "tau_syn", "tau_rise", "tau_decay"];
/// Where variables start.
const START: [&str; 13] = [
    "V_m",
    "w",
    "Act_m",
    "Inact_h",
    "Act_n",
    "g_ex",
    "g_in",
    "dg_ex",
    "dg_in",
    "I_syn_ex",
    "I_syn_in",
    "dI_syn_ex",
    "dI_syn_in",
];
/// Most receptors.
const PORTS: usize = 16;

/// The recipe of any of them.
pub(super) fn recipe(template: &'static str, taken: &mut Taken) -> Result<Recipe, String> {
    let name = template.strip_prefix("nest:").unwrap_or(template);
    let numbered = StepwiseModel::is_numbered(name).ok_or("no model of ours")?;
    let model = |receptors: usize| StepwiseModel::new(name, receptors).ok_or("no model of ours");
    let one = model(1)?;
    let has = |symbol: &str| one.info().parameters.iter().any(|row| row.symbol == symbol);
    let mut values = Vec::new();
    for name in NUMBERS {
        let symbol = name.to_lowercase();
        if has(&symbol) {
            values.extend(taken.given_number(name)?.map(|value| (symbol, value)));
        }
    }
    let mut receptors = 1;
    let mut first: Option<(&str, usize)> = None;
    for name in LISTS.iter().copied().filter(|_| numbered) {
        let stem = name.to_lowercase();
        let Some(row) = one.info().parameters.iter().find(|row| row.symbol == format!("{stem}_1")) else { continue };
        let list = match first {
            None => taken.numbers(name, &[row.default])?,
            Some(of) => taken.as_many(name, &[row.default], of)?,
        };
        receptors = list.len();
        first = first.or(Some((name, receptors)));
        values.extend(list.iter().zip(1..).map(|(value, number): (_, usize)| (format!("{stem}_{number}"), *value)));
    }
    if !(1..=PORTS).contains(&receptors) {
        return Err(format!("there are {receptors} receptors, expected 1 to {PORTS}"));
    }
    let model = model(receptors)?;
    let mut start = Vec::new();
    for name in START {
        let symbol = name.to_lowercase();
        if let Some(rest) = model.start(&symbol) {
            start.push((symbol, taken.number(name, rest)?));
        }
    }
    if name == "aeif_psc_delta" && taken.flag("refractory_input", false)? {
        return Err("refractory_input is true, but what arrives while a cell is refractory is not kept".into());
    }
    Ok(Recipe { program: Program::Stepwise { name, receptors }, values, start, numbered, notes: Vec::new() })
}
