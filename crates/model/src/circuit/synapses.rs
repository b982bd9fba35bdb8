//! Edges of a circuit, as projections with explicit lists.

use super::edge_kinds::{delay_of, port_of, weight_of};
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

/// What synapses of one list share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    /// The part that sends.
    from: usize,
    /// The part that receives.
    to: usize,
    /// Its port; `None` where the sign of a weight chooses.
    port: Option<usize>,
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
        let mut lists: BTreeMap<Way, Synapses> = BTreeMap::new();
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
            let part = &self.parts[to];
            let Some(runs) = &part.runs else { return Err(refuse("its target is a virtual node".into())) };
            let Some(weight) = weight_of(&self.kinds, edges, edge, runs.info().name)? else { continue };
            let port = port_of(&self.kinds, edges, edge, part).map_err(refuse)?;
            // A grid of dt has no shorter delay.
            let steps = self
                .clock
                .nearest_step(delay_of(&self.kinds, edges, edge)?)
                .map_err(|fault| refuse(fault.to_string()))?
                .max(1);
            let list = lists.entry(Way { from, to, port }).or_default();
            list.sources.push(u32::try_from(source).unwrap_or(u32::MAX));
            list.targets.push(u32::try_from(target).unwrap_or(u32::MAX));
            list.weights.push(weight);
            list.delays_ms.push(self.clock.time_ms(steps));
        }
        let several = lists.len() > 1;
        let projection = |(way, list): (Way, Synapses)| {
            let (source, target) = (way.from, way.to);
            let port = way.port.map_or_else(String::new, |port| format!(":{}", port + 1));
            let pair = || format!("{}->{}{port}", self.name(&self.parts[source]), self.name(&self.parts[target]));
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
                receptor: way.port,
                synapse: None,
                plastic: false,
                third_factors: Vec::new(),
                stream: None,
            }
        };
        Ok(lists.into_iter().map(projection).collect())
    }
}
