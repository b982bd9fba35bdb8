//! Edges of a circuit, as projections with explicit lists.

use super::cells::Part;
use super::edge_kinds::Kind;
use super::synapse_models::Rule;
use super::weight_functions::{Tuned, WeightFunction};
use super::{Circuit, CircuitError};
use neuropil_network::{Projection, Property};
use neuropil_record::{Edges, Nodes};
use std::collections::HashMap;

/// The synapses of one way; the lists have one entry a synapse.
#[derive(Debug, Default)]
struct List {
    sources: Vec<u32>,
    targets: Vec<u32>,
    weights: Vec<f64>,
    delays_ms: Vec<f64>,
}

/// What synapses of one list share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Way {
    /// The part that sends.
    from: usize,
    /// The part that receives.
    to: usize,
    /// Its port; `None` where the sign of a weight chooses.
    port: Option<usize>,
    /// The number of what spikes do to weights; `None` of static synapses.
    rule: Option<usize>,
}

/// Places of nodes in their population, by id: most are numbered from 0 on.
enum Items {
    Counted(usize),
    Listed(HashMap<u64, usize>),
}

impl Items {
    fn of(nodes: &Nodes) -> Self {
        let counted = nodes.ids.iter().zip(0..).all(|(id, place)| *id == place);
        if counted {
            Self::Counted(nodes.ids.len())
        } else {
            Self::Listed(nodes.ids.iter().copied().zip(0..).collect())
        }
    }

    fn get(&self, id: u64) -> Option<usize> {
        match self {
            Self::Counted(count) => usize::try_from(id).ok().filter(|id| id < count),
            Self::Listed(places) => places.get(&id).copied(),
        }
    }
}

/// Lists of synapses while edges are read.
#[derive(Default)]
struct Lists {
    lists: Vec<(Way, List)>,
    numbers: HashMap<Way, usize>,
    last: usize,
    rules: Vec<Rule>,
}

impl Lists {
    fn of(&mut self, way: Way) -> &mut List {
        if self.lists.get(self.last).is_none_or(|(last, _)| *last != way) {
            let next = self.lists.len();
            self.last = *self.numbers.entry(way).or_insert(next);
            if self.last == next {
                self.lists.push((way, List::default()));
            }
        }
        &mut self.lists[self.last].1
    }

    fn rule(&mut self, rule: Rule) -> usize {
        let known = self.rules.iter().position(|own| *own == rule);
        known.unwrap_or_else(|| {
            self.rules.push(rule);
            self.rules.len() - 1
        })
    }
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
        let (pre_items, post_items) = (Items::of(&self.nodes[pre]), Items::of(&self.nodes[post]));
        let (mut lists, mut reader) = (Lists::default(), self.edge_reader(edges));
        let mut tuned: Option<[Tuned; 2]> = None;
        for edge in 0..edges.sources.len() {
            let refuse = |reason: String| CircuitError::Unsupported {
                what: format!("edge {edge} of `{}`", edges.population),
                reason,
            };
            let place = |items: &Items, id: u64, index: usize| {
                let lost = || refuse(format!("node {id} is not in population `{}`", self.nodes[index].population));
                let item = items.get(id).ok_or_else(lost)?;
                Ok::<_, CircuitError>((item, self.places[index][item]))
            };
            let (source_item, (from, source)) = place(&pre_items, edges.sources[edge], pre)?;
            let (target_item, (to, target)) = place(&post_items, edges.targets[edge], post)?;
            let part = &self.parts[to];
            let Some(runs) = &part.runs else { return Err(refuse("its target is a virtual node".into())) };
            let own = reader.edge(edge)?;
            let Some(weight) = own.weight else { continue };
            let kind = &own.shared.kind;
            let weight = weight * kind.sign_onto(runs.info().name).map_err(refuse)?;
            let weight = if kind.function == WeightFunction::Product {
                weight
            } else {
                let [sources, targets] =
                    &*tuned.get_or_insert_with(|| [pre, post].map(|index| Tuned::of(&self.nodes[index])));
                weight
                    * kind.function.factor(own.sigma, (sources, source_item), (targets, target_item)).map_err(refuse)?
            };
            let rule = match &kind.rule {
                Some(rule) => Some(lists.rule(rule.onto(part.traces[target]).map_err(refuse)?)),
                None => None,
            };
            let way = Way { from, to, port: port_of(kind, part).map_err(refuse)?, rule };
            // A grid of dt has no shorter delay.
            let steps = self.clock.nearest_step(own.delay_ms).map_err(|fault| refuse(fault.to_string()))?.max(1);
            let list = lists.of(way);
            list.sources.push(u32::try_from(source).unwrap_or(u32::MAX));
            list.targets.push(u32::try_from(target).unwrap_or(u32::MAX));
            list.weights.push(weight);
            list.delays_ms.push(self.clock.time_ms(steps));
        }
        Ok(self.joined(edges, lists))
    }

    fn joined(&self, edges: &Edges, lists: Lists) -> Vec<Projection> {
        let Lists { mut lists, rules, .. } = lists;
        lists.sort_by_key(|(way, _)| *way);
        let several = lists.len() > 1;
        let projection = |(way, list): (Way, List)| {
            let (source, target) = (way.from, way.to);
            let port = way.port.map_or_else(String::new, |port| format!(":{}", port + 1));
            let rule = way.rule.map_or_else(String::new, |rule| format!(":rule {}", rule + 1));
            let pair = || format!("{}->{}{port}{rule}", self.name(&self.parts[source]), self.name(&self.parts[target]));
            Projection {
                name: if several { format!("{}:{}", edges.population, pair()) } else { edges.population.clone() },
                source,
                target,
                from: None,
                to: None,
                connector: Box::new(neuropil_network::connect::List::new(list.sources, &list.targets)),
                autapses: true,
                multapses: true,
                weight: Property::List(list.weights),
                delay_ms: Property::List(list.delays_ms),
                receptor: way.port,
                synapse: way.rule.and_then(|rule| rules[rule].model()),
                plastic: false,
                third_factors: Vec::new(),
                stream: None,
            }
        };
        lists.into_iter().map(projection).collect()
    }
}

/// The port of a part that edges of a kind reach, from 0 on; `None` where the sign of a weight chooses.
fn port_of(kind: &Kind, part: &Part) -> Result<Option<usize>, String> {
    let Some(runs) = &part.runs else { return Ok(None) };
    let (model, ports, number) = (runs.info().name, runs.info().ports.len(), kind.receptor);
    match (part.numbered, number) {
        (false, 0) => Ok(None),
        (true, 1..) if number <= ports => Ok(Some(number - 1)),
        _ => {
            let found = kind.file.as_ref().map_or_else(
                || "there is no receptor_type".to_owned(),
                |file| format!("receptor_type of `{file}` is {number}"),
            );
            let expected = match (part.numbered, ports) {
                (true, 1) => "1".to_owned(),
                (true, _) => format!("1 to {ports}"),
                (false, _) => "0, or no receptor_type".to_owned(),
            };
            Err(format!("{found}, expected {expected} of {model}"))
        }
    }
}
