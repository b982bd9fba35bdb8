//! Edges of a circuit, as projections with explicit lists.

use super::{Circuit, CircuitError};
use neuropil_network::connect::List;
use neuropil_network::{Projection, Property};
use neuropil_record::Edges;
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
            let Some(weight) = weight_of(edges, edge, entry.info.name)? else { continue };
            // A grid of dt has no shorter delay.
            let steps =
                self.clock.nearest_step(delay_of(edges, edge)?).map_err(|fault| refuse(fault.to_string()))?.max(1);
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
                connector: Box::new(List::new(list.sources, &list.targets)),
                autapses: true,
                multapses: true,
                weight: Property::List(list.weights),
                delay_ms: Property::List(list.delays_ms),
                short_term: None,
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

/// The delay of an edge, ms.
///
/// # Errors
/// What is no number.
pub(super) fn delay_of(edges: &Edges, edge: usize) -> Result<f64, CircuitError> {
    Ok(edges.attributes.checked_number(edge, "delay")?.unwrap_or(DEFAULT_DELAY_MS))
}

/// `syn_weight` x `nsyns`; `None` without synapse. IntFire1's inhibition is told by the name of a file.
fn weight_of(edges: &Edges, edge: usize, model: &str) -> Result<Option<f64>, CircuitError> {
    let refuse = |reason: String| {
        let what = format!("edge {edge} of `{}`", edges.population);
        Err(CircuitError::Unsupported { what, reason })
    };
    match edges.attributes.text(edge, "weight_function") {
        None | Some("wmax" | "") => {}
        Some(other) => return refuse(format!("weight_function `{other}` is not known; wmax is")),
    }
    match edges.attributes.text(edge, "model_template") {
        None | Some("static_synapse" | "nest:static_synapse" | "NULL" | "") => {}
        Some(other) => return refuse(format!("synapse model `{other}` is not known; static_synapse is")),
    }
    let synapses = edges.attributes.checked_number(edge, "nsyns")?.unwrap_or(1.0);
    if synapses == 0.0 {
        return Ok(None);
    }
    let weight = edges.attributes.checked_number(edge, "syn_weight")?.unwrap_or(DEFAULT_WEIGHT) * synapses;
    let inhibitory = edges.attributes.text(edge, "dynamics_params").is_some_and(|file| {
        let file = file.to_lowercase();
        file.starts_with("instanteneousinh") || file.starts_with("instantaneousinh")
    });
    Ok(Some(if model == "int_fire1" && inhibitory { -weight.abs() } else { weight }))
}
