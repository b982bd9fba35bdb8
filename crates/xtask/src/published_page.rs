//! The page of the published NESTML models: what was found in each, in our words.

use serde_json::{Map, Value, json};
use std::path::Path;

/// Currents that a cell is tried with, pA, each for [`DURATION_MS`].
const CURRENTS_PA: [u32; 9] = [1, 3, 10, 30, 100, 300, 700, 1500, 3000];
/// How long.
const DURATION_MS: u32 = 300;

/// What is worth knowing of a model before it is used, besides what the columns say.
const REMARKS: [(&str, &str); 17] = [
    ("aeif_psc_alpha_neuron", "its condition does not ask its timer, and fires at V_th, below the upstroke"),
    ("aeif_psc_exp_neuron", "its condition does not ask its timer, and fires at V_th, below the upstroke"),
    (
        "hh_cond_exp_destexhe_neuron",
        "a local hides the state `V_m_old`, which stays what it is: never fires; draws random numbers",
    ),
    ("hh_cond_exp_traub_neuron", "fires at a maximum of V_m"),
    ("hh_psc_alpha_neuron", "fires at a maximum of V_m"),
    (
        "hill_tononi_neuron",
        "V_m is held while the timer of its potassium current runs; its derivatives are not finite where IKNa_D is 0",
    ),
    ("iaf_cond_beta_neuron", "equal time constants of rise and decay are 0/0, which is refused by name"),
    ("iaf_cond_exp_sfa_rr_neuron", "g_sfa and g_rr are held while it is refractory"),
    ("iaf_psc_delta_fixed_timestep_neuron", "counts its refractory steps in whole numbers; its kernel is not used"),
    ("iaf_psc_delta_neuron", "spikes that arrive while it is refractory count"),
    ("iaf_psc_exp_htum_neuron", "r_tot runs below 0 in its first step: never fires"),
    ("ignore_and_fire_neuron", "fires at its own rate, whatever arrives"),
    ("izhikevich_neuron", "reads its spike port in `update`"),
    ("terub_gpe_neuron", "an inline is used before the line that says it"),
    ("terub_stn_neuron", "an inline is used before the line that says it"),
    ("traub_psc_alpha_neuron", "fires at a maximum of V_m"),
    ("wb_cond_multisyn_neuron", "its timer runs on below 0"),
];

/// A model that was read and run.
pub struct Found {
    /// What `check --json` says of it.
    pub json: Value,
    /// When it fires.
    pub fires: String,
}

/// A network in which cells of a file are tried: one a current, and one whose ports all hear spikes.
pub fn network(file: &Path, json: &Value) -> Value {
    let ports = json["models"][0]["ports"].as_array().cloned().unwrap_or_default();
    let ports: Vec<&str> = ports.iter().filter_map(Value::as_str).collect();
    let has_current = ports.iter().any(|port| port.contains("(continuous"));
    let (mut populations, mut inputs) = (Map::new(), Vec::new());
    let cell = json!({"cells": 1, "model": file});
    for current in CURRENTS_PA.iter().filter(|_| has_current) {
        populations.insert(format!("pa_{current}"), cell.clone());
        inputs.push(json!({"kind": "step_current", "to": format!("pa_{current}"), "amplitude_pa": current}));
    }
    populations.insert("spikes".into(), cell);
    for port in ports.iter().filter(|port| !port.contains("(continuous")) {
        let weight = if port.contains("(weights <= 0") { -1 } else { 1 };
        let name = port.split(' ').next();
        inputs.push(json!({"kind": "poisson", "to": "spikes", "receptor": name, "rate_hz": 200, "weight": weight}));
    }
    let simulation = json!({"dt_ms": 0.1, "duration_ms": DURATION_MS, "seed": 1});
    json!({"simulation": simulation, "populations": populations, "inputs": inputs})
}

/// From which current on a cell fires, and how often at most, of what `inspect --json` says.
pub fn fires(recording: &Value) -> Option<String> {
    let populations = recording["populations"].as_array()?;
    let rate = |name: &str| populations.iter().find(|own| own["name"] == name)?["rate_hz"].as_f64();
    let of = |current: &u32| rate(&format!("pa_{current}")).unwrap_or(0.0);
    let most = CURRENTS_PA.iter().map(of).fold(0.0, f64::max);
    let heard = rate("spikes")?;
    Some(match CURRENTS_PA.iter().find(|current| of(current) > 0.0) {
        Some(current) => format!("from {current} pA; up to {most:.0} Hz"),
        None if heard > 0.0 => format!("at {heard:.0} Hz"),
        None => "never".into(),
    })
}

/// The page.
pub fn text(found: &[Found]) -> String {
    let mut lines = vec![
        "# The published NESTML cells, and what was found in each\n".into(),
        "Does a cell that NESTML publishes run here as it is? Name its file where a model file names a cell:\n".into(),
        "```json\n\"exc\": {\"cells\": 100, \"model\": \"iaf_psc_exp_neuron.nestml\", \"I_e_pa\": 400}\n```\n".into(),
        format!(
            "All {} cells of NESTML 9.0.0 parse, pass the checks and run. One number, worked out: of these, {} are solved exactly, \
             without a solver, {} learn by derivatives of their own equations, and {} more do so once `spike` names where their slope is.\n",
            found.len(),
            found.iter().filter(|own| own.solved() == "exact").count(),
            found.iter().filter(|own| own.learns().starts_with("yes")).count(),
            found.iter().filter(|own| own.learns().starts_with("once")).count(),
        ),
        format!(
            "`cargo xtask published-cells` downloads the files, which are under the GPL and stay outside of this repository, reads and \
             runs each, and compares this page with what it found (`--write` writes it). A cell is tried for {DURATION_MS} ms with \
             each of {} currents from {} to {} pA, and once more with spikes of weight 1 at 200 Hz at every port.\n",
            CURRENTS_PA.len(),
            CURRENTS_PA[0],
            CURRENTS_PA[CURRENTS_PA.len() - 1]
        ),
        "- **Units**: how many numbers are taken without their unit, which the language allows and `--strict-units` refuses.".into(),
        "- **Solved**: exactly, by the exponential of its matrix, or by the solver (`auto`, to 10⁻⁵).".into(),
        "- **Fires**: the least of the currents at which it does, and the most that it does at any; without a port for currents, \
         at the spikes it hears."
            .into(),
        "- **Learns**: whether `train` and `learning` take it. A cell that fires at a maximum of its membrane, or whose threshold moves by equations of its own, has its slope named by \
         `spike` ([own-cells.md](own-cells.md#learning)). Cells with several ports that take any weight do not learn in tasks, whose synapses \
         cannot choose among them.\n"
            .into(),
        "| model | ports | units | solved | fires | learns | remark |\n|---|---|---|---|---|---|---|".into(),
    ];
    lines.extend(found.iter().map(Found::row));
    lines.push(String::new());
    lines.join("\n")
}

impl Found {
    fn said(&self, what: &str) -> &str {
        self.json["models"][0][what].as_str().unwrap_or_default()
    }

    fn solved(&self) -> &str {
        self.said("solved")
    }

    fn learns(&self) -> String {
        let said = self.said("learning");
        if said.contains("name the one that makes the spike") {
            return "once `spike` names its slope".into();
        }
        if let Some(why) = said.strip_prefix("none: ") {
            return format!("no: {why}");
        }
        let with_slope =
            if said.contains("it runs away before its spike") { ", its slope where it runs away" } else { "" };
        let where_to =
            if said.starts_with("in tasks") { "yes" } else { "yes, in networks that run free, and from recordings" };
        format!("{where_to}{with_slope}")
    }

    fn row(&self) -> String {
        let ports = self.json["models"][0]["ports"].as_array().cloned().unwrap_or_default();
        let ports: Vec<&str> =
            ports.iter().filter_map(Value::as_str).filter_map(|port| port.split(' ').next()).collect();
        let notes = self.json["notes"].as_array().cloned().unwrap_or_default();
        let loose = notes.iter().filter_map(Value::as_str).filter(|note| note.contains("taken as")).count();
        let units = if loose == 0 { "sound".into() } else { format!("{loose} loose") };
        let name = self.said("name");
        let remark = REMARKS.iter().find(|(model, _)| *model == name).map_or("", |(_, remark)| remark);
        let solved = if self.solved().is_empty() { "no equations" } else { self.solved() };
        // A bar would end the cell of the table.
        let learns = self.learns().replace('|', "\\|");
        format!("| `{name}` | {} | {units} | {solved} | {} | {learns} | {remark} |", ports.join(", "), self.fires)
    }
}
