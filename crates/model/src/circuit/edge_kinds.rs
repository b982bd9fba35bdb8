//! Kinds of synapses: what the type of an edge and the JSON file that it names say.

use super::CircuitError;
use super::config::Config;
use super::parameters::{Parameters, Taken, read_synapse};
use super::synapse_models::{Rule, rule};
use super::weight_functions::WeightFunction;
use neuropil_record::Edges;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a JSON file of a synapse says, and which file that is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Synapse {
    /// Onto IntFire1: what weights are multiplied by.
    sign: Option<f64>,
    /// Of edges without a delay of their own, ms.
    delay_ms: Option<f64>,
    /// The number of a port; 0 where the sign of a weight chooses.
    receptor: usize,
    /// Parameters of its model.
    parameters: Parameters,
}

/// Files of synapses by their names.
pub(super) type Synapses = BTreeMap<String, Synapse>;

/// What edges of one type share.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kind {
    /// The file of its synapses.
    pub file: Option<String>,
    /// Onto IntFire1: what weights are multiplied by.
    sign: Option<f64>,
    /// Of edges without a delay of their own, ms.
    pub delay_ms: Option<f64>,
    /// The number of a port; 0 where the sign of a weight chooses.
    pub receptor: usize,
    /// What spikes do to its weights; `None` of static synapses.
    pub rule: Option<Rule>,
    /// How weights follow from those of edges.
    pub function: WeightFunction,
}

/// The names of models of synapses that reports of weights give to others: name, and what it stands for.
pub(super) type Aliases = BTreeMap<String, String>;

/// The names that weight recorders give to the synapses that they record.
///
/// # Errors
/// A recorder without names.
pub(super) fn aliases(config: &Config) -> Result<Aliases, CircuitError> {
    let mut aliases = Aliases::new();
    for field in config.section("reports")? {
        if config.text(&format!("{field}.module"))? == Some("weight_recorder") {
            let text = |key: &str| {
                let path = format!("{field}.{key}");
                config.text(&path)?.ok_or_else(|| config.wrong(&path, "is missing, expected a model of synapses"))
            };
            aliases.insert(text("model_template")?.to_owned(), text("nest_model")?.to_owned());
        }
    }
    Ok(aliases)
}

/// The files that edges name as their `dynamics_params`.
///
/// # Errors
/// Files that cannot be read.
pub(super) fn synapses(config: &Config, all: &[Edges]) -> Result<Synapses, CircuitError> {
    let mut synapses = Synapses::new();
    for edges in all {
        let mut last = None;
        for edge in 0..edges.sources.len() {
            // The same type in the same group names the same file, where the group has no column of files.
            let at = (edges.attributes.type_id(edge), edges.attributes.place(edge).0);
            if last == Some(at) && !edges.attributes.has_own(at.1, FILE) {
                continue;
            }
            last = Some(at);
            let Some(file) = file_of(edges, edge) else { continue };
            if !synapses.contains_key(file) {
                synapses.insert(file.to_owned(), synapse(config, file, edges)?);
            }
        }
    }
    Ok(synapses)
}

/// The column of files.
const FILE: &str = "dynamics_params";

/// The JSON of one kind of synapse.
fn synapse(config: &Config, file: &str, edges: &Edges) -> Result<Synapse, CircuitError> {
    let field = "components.synaptic_models_dir";
    let (path, members) = config.component(field, file)?;
    let wrong = |name: &str, value: &Value, reason: &str| {
        let place = format!("`{}`, of edges `{}`", path.display(), edges.population);
        config.wrong(field, format!("{place}: {name} is {value}, {reason}"))
    };
    let mut own = Synapse { sign: None, delay_ms: None, receptor: 0, parameters: Parameters::new() };
    for (name, value) in &members {
        match (name.as_str(), value.as_f64()) {
            ("sign", Some(sign)) => own.sign = Some(sign),
            ("delay", Some(delay)) => own.delay_ms = Some(delay),
            ("sign" | "delay", None) => return Err(wrong(name, value, "expected a number")),
            ("receptor_type", _) => match value.as_u64().and_then(|number| usize::try_from(number).ok()) {
                Some(number) => own.receptor = number,
                None => return Err(wrong(name, value, "expected the number of a port")),
            },
            ("level_of_detail", _) if ["instanteneous", "instantaneous"].map(Value::from).contains(value) => {}
            _ => match read_synapse(value) {
                Some(given) => drop(own.parameters.insert(name.clone(), given)),
                None => return Err(wrong(name, value, "expected a number or a truth value")),
            },
        }
    }
    Ok(own)
}

fn file_of(edges: &Edges, edge: usize) -> Option<&str> {
    edges.attributes.text(edge, FILE).filter(|file| !file.is_empty() && *file != "NULL")
}

/// Columns that say of what kind an edge is.
pub(super) const TEXTS: [&str; 4] = ["weight_function", "model_template", FILE, "is_gap_junction"];

/// The kind of an edge.
///
/// # Errors
/// What cannot be run.
pub(super) fn kind(
    (synapses, aliases): (&Synapses, &Aliases),
    edges: &Edges,
    edge: usize,
) -> Result<Kind, CircuitError> {
    let refuse = |reason: String| {
        let what = format!("edge {edge} of `{}` (edge_type_id {})", edges.population, edges.attributes.type_id(edge));
        CircuitError::Unsupported { what, reason }
    };
    let function = WeightFunction::of(edges.attributes.text(edge, "weight_function")).map_err(&refuse)?;
    let is_gap = edges.attributes.text(edge, "is_gap_junction").is_some_and(|text| !["False", "0", ""].contains(&text))
        || edges.attributes.number(edge, "is_gap_junction").is_some_and(|value| value != 0.0);
    if is_gap {
        return Err(refuse("it is a gap junction (is_gap_junction), which cannot be run".into()));
    }
    let file = file_of(edges, edge);
    let own = file.and_then(|file| synapses.get(file));
    let asked = match edges.attributes.text(edge, "model_template") {
        None | Some("NULL" | "") => "static_synapse",
        Some(name) => name.strip_prefix("nest:").unwrap_or(name),
    };
    let name = aliases.get(asked).map_or(asked, String::as_str);
    let mut taken = Taken::new(own.map_or_else(Parameters::new, |own| own.parameters.clone()));
    let rule = rule(name, &mut taken).map_err(&refuse)?;
    taken.finish(name).map_err(|reason| match file {
        Some(file) => refuse(format!("`{file}`: {reason}")),
        None => refuse(reason),
    })?;
    Ok(Kind {
        file: file.map(str::to_owned),
        sign: own.and_then(|own| own.sign),
        delay_ms: own.and_then(|own| own.delay_ms),
        receptor: own.map_or(0, |own| own.receptor),
        rule,
        function,
    })
}

impl Kind {
    /// What weights onto a model are multiplied by.
    ///
    /// # Errors
    /// A sign that the model does not take, or lacks.
    pub(super) fn sign_onto(&self, model: &str) -> Result<f64, String> {
        let Some(file) = &self.file else { return Ok(1.0) };
        match (self.sign, model == "int_fire1") {
            (Some(sign), true) => Ok(sign),
            (None, true) => Err(format!("`{file}` has no `sign`, which IntFire1 cells need")),
            (Some(sign), false) if sign != 1.0 => {
                Err(format!("`{file}` has the sign {sign}, which is for IntFire1 cells; write it into syn_weight"))
            }
            (_, false) => Ok(1.0),
        }
    }
}
