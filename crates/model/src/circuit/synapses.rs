//! Edges of a circuit, as projections with explicit lists.

use super::config::Config;
use super::{Circuit, CircuitError};
use neuropil_network::connect::List;
use neuropil_network::{Projection, Property};
use neuropil_record::Edges;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// The synapses between two parts; the lists have one entry a synapse.
#[derive(Debug, Default)]
struct Synapses {
    sources: Vec<u32>,
    targets: Vec<u32>,
    weights: Vec<f64>,
    delays_ms: Vec<f64>,
}

impl Circuit {
    pub(super) fn projections(&self, edges: &Edges) -> Result<Vec<Projection>, CircuitError> {
        let population = |name: &str| {
            let found = self.nodes.iter().position(|nodes| nodes.population == name);
            found.ok_or_else(|| {
                self.config.wrong(
                    "networks.edges",
                    format!("edges `{}` join the node population `{name}`, which no nodes file has", edges.population),
                )
            })
        };
        let (pre, post) = (population(&edges.source_population)?, population(&edges.target_population)?);
        let items = |index: usize| -> HashMap<u64, usize> { self.nodes[index].ids.iter().copied().zip(0..).collect() };
        let (pre_items, post_items) = (items(pre), items(post));
        let mut lists: BTreeMap<(usize, usize), Synapses> = BTreeMap::new();
        for edge in 0..edges.sources.len() {
            let refuse = |reason: String| CircuitError::Unsupported {
                what: format!("edge {edge} of `{}`", edges.population),
                reason,
            };
            let place = |items: &HashMap<u64, usize>, id: u64, index: usize| {
                let item = items.get(&id).ok_or_else(|| {
                    refuse(format!("node {id} is not in population `{}`", self.nodes[index].population))
                })?;
                Ok::<_, CircuitError>(self.places[index][*item])
            };
            let (from, source) = place(&pre_items, edges.sources[edge], pre)?;
            let (to, target) = place(&post_items, edges.targets[edge], post)?;
            let Some(entry) = self.parts[to].entry else { return Err(refuse("its target is a virtual node".into())) };
            let Some(weight) = weight_of(&self.kinds, edges, edge, entry.info.name)? else { continue };
            // A grid of dt has no shorter delay.
            let steps = self
                .clock
                .nearest_step(delay_of(&self.kinds, edges, edge)?)
                .map_err(|fault| refuse(fault.to_string()))?
                .max(1);
            let list = lists.entry((from, to)).or_default();
            list.sources.push(u32::try_from(source).unwrap_or(u32::MAX));
            list.targets.push(u32::try_from(target).unwrap_or(u32::MAX));
            list.weights.push(weight);
            list.delays_ms.push(self.clock.time_ms(steps));
        }
        let several = lists.len() > 1;
        let projection = |((source, target), list): ((usize, usize), Synapses)| {
            let pair = || format!("{}->{}", self.name(&self.parts[source]), self.name(&self.parts[target]));
            Projection {
                name: if several { format!("{}:{}", edges.population, pair()) } else { edges.population.clone() },
                source,
                target,
                from: None,
                to: None,
                connector: Box::new(List::new(list.sources, &list.targets)),
                autapses: true,
                multapses: true,
                weight: Property::List(list.weights),
                delay_ms: Property::List(list.delays_ms),
                receptor: None,
                synapse: None,
                plastic: false,
                stream: None,
            }
        };
        Ok(lists.into_iter().map(projection).collect())
    }
}

/// NEST's defaults where the edge has none.
const DEFAULT_DELAY_MS: f64 = 1.0;
const DEFAULT_WEIGHT: f64 = 1.0;

/// What the JSON of a kind of synapse says.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Kind {
    /// Onto IntFire1: what weights are multiplied by.
    sign: Option<f64>,
    /// Of edges without a delay of their own, ms.
    delay_ms: Option<f64>,
}

/// Kinds of synapses by the name of their file.
pub(super) type Kinds = BTreeMap<String, Kind>;

/// The files that edges name as their `dynamics_params`.
///
/// # Errors
/// Files that cannot be read, and what static synapses do not have.
pub(super) fn kinds(config: &Config, all: &[Edges]) -> Result<Kinds, CircuitError> {
    let mut kinds = Kinds::new();
    for edges in all {
        for edge in 0..edges.sources.len() {
            let Some(file) = file_of(edges, edge) else { continue };
            if !kinds.contains_key(file) {
                kinds.insert(file.to_owned(), kind(config, file, edges)?);
            }
        }
    }
    Ok(kinds)
}

/// The JSON of one kind of synapse.
fn kind(config: &Config, file: &str, edges: &Edges) -> Result<Kind, CircuitError> {
    let field = "components.synaptic_models_dir";
    let (path, members) = config.component(field, file)?;
    let wrong = |name: &str, value: &Value, reason: &str| {
        let place = format!("`{}`, of edges `{}`", path.display(), edges.population);
        Err(config.wrong(field, format!("{place}: {name} is {value}, {reason}")))
    };
    let mut kind = Kind::default();
    for (name, value) in &members {
        match (name.as_str(), value.as_f64()) {
            ("sign", Some(sign)) => kind.sign = Some(sign),
            ("delay", Some(delay)) => kind.delay_ms = Some(delay),
            ("sign" | "delay", None) => return wrong(name, value, "expected a number"),
            ("receptor_type", Some(0.0)) => {}
            ("receptor_type", _) => {
                return wrong(name, value, "but no cell that can be run has ports; expected 0, or no receptor_type");
            }
            ("level_of_detail", _) if ["instanteneous", "instantaneous"].map(Value::from).contains(value) => {}
            _ => return wrong(name, value, "which static synapses do not have"),
        }
    }
    Ok(kind)
}

fn file_of(edges: &Edges, edge: usize) -> Option<&str> {
    edges.attributes.text(edge, "dynamics_params").filter(|file| !file.is_empty() && *file != "NULL")
}

/// The delay of an edge, ms: its own, that of its kind, or NEST's default.
///
/// # Errors
/// What is no number.
pub(super) fn delay_of(kinds: &Kinds, edges: &Edges, edge: usize) -> Result<f64, CircuitError> {
    let own = edges.attributes.checked_number(edge, "delay")?;
    let of_kind = || kinds.get(file_of(edges, edge)?)?.delay_ms;
    Ok(own.or_else(of_kind).unwrap_or(DEFAULT_DELAY_MS))
}

/// `syn_weight` x `nsyns`, and the sign that its kind has onto IntFire1; `None` without synapse.
fn weight_of(kinds: &Kinds, edges: &Edges, edge: usize, model: &str) -> Result<Option<f64>, CircuitError> {
    let refuse = |reason: String| {
        let what = format!("edge {edge} of `{}` (edge_type_id {})", edges.population, edges.attributes.type_id(edge));
        Err(CircuitError::Unsupported { what, reason })
    };
    match edges.attributes.text(edge, "weight_function") {
        None | Some("wmax" | "set_syn_weight" | "default_weight_fnc" | "") => {}
        Some(other) => return refuse(format!("weight_function `{other}` is not known; wmax is")),
    }
    match edges.attributes.text(edge, "model_template") {
        None | Some("static_synapse" | "nest:static_synapse" | "NULL" | "") => {}
        Some(other) => return refuse(format!("synapse model `{other}` is not known; static_synapse is")),
    }
    let is_gap = edges.attributes.text(edge, "is_gap_junction").is_some_and(|text| !["False", "0", ""].contains(&text))
        || edges.attributes.number(edge, "is_gap_junction").is_some_and(|value| value != 0.0);
    if is_gap {
        return refuse("it is a gap junction (is_gap_junction), which cannot be run".into());
    }
    let synapses = edges.attributes.checked_number(edge, "nsyns")?.unwrap_or(1.0);
    if synapses == 0.0 {
        return Ok(None);
    }
    let weight = edges.attributes.checked_number(edge, "syn_weight")?.unwrap_or(DEFAULT_WEIGHT) * synapses;
    let Some(file) = file_of(edges, edge) else { return Ok(Some(weight)) };
    match (kinds.get(file).and_then(|kind| kind.sign), model == "int_fire1") {
        (Some(sign), true) => Ok(Some(weight * sign)),
        (None, true) => refuse(format!("`{file}` has no `sign`, which IntFire1 cells need")),
        (Some(sign), false) if sign != 1.0 => {
            refuse(format!("`{file}` has the sign {sign}, which is for IntFire1 cells; write it into syn_weight"))
        }
        (_, false) => Ok(Some(weight)),
    }
}
