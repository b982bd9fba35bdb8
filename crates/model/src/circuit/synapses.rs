//! Edges of a circuit, as projections with explicit lists.

use super::edge_kinds::{delay_of, weight_of};
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
                third_factors: Vec::new(),
                stream: None,
            }
        };
        Ok(lists.into_iter().map(projection).collect())
    }
}
