//! Edges of a circuit, as projections with explicit lists.

use super::cells::Part;
use super::edge_kinds::Kind;
use super::edge_reader::Edge;
use super::factors::Factors;
use super::learns::Learns;
use super::lower::LearnedEdges;
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
    /// The edges, where they learn.
    edges: Vec<usize>,
}

/// Synapses of one way, as a projection.
pub(super) struct Lowered {
    pub projection: Projection,
    /// How they learn.
    pub learns: Option<Learns>,
    /// The edges that they are, where they learn.
    pub edges: Option<LearnedEdges>,
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
    /// How they learn; `None` where they do not.
    learns: Option<Learns>,
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

/// The nodes that a population of edges joins.
pub(super) struct Ends {
    /// The populations of the sending and of the receiving nodes.
    pre: usize,
    post: usize,
    items: [Items; 2],
    /// What weights follow from besides, once it is asked for.
    tuned: Option<[Tuned; 2]>,
}

impl Ends {
    /// Those of a circuit.
    ///
    /// # Errors
    /// A population of nodes that is not there.
    pub(super) fn of(circuit: &Circuit, edges: &Edges) -> Result<Self, CircuitError> {
        let population = |name: &str| {
            let found = circuit.nodes.iter().position(|nodes| nodes.population == name);
            found.ok_or_else(|| {
                circuit.config.wrong(
                    "networks.edges",
                    format!("edges `{}` join the node population `{name}`, which no nodes file has", edges.population),
                )
            })
        };
        let (pre, post) = (population(&edges.source_population)?, population(&edges.target_population)?);
        let items = [pre, post].map(|index| Items::of(&circuit.nodes[index]));
        Ok(Self { pre, post, items, tuned: None })
    }

    /// The places of the two nodes of an edge in their populations.
    ///
    /// # Errors
    /// A node that is not there.
    pub(super) fn items(&self, circuit: &Circuit, edges: &Edges, edge: usize) -> Result<[usize; 2], CircuitError> {
        let place = |items: &Items, id: u64, index: usize| {
            let lost = || format!("node {id} is not in population `{}`", circuit.nodes[index].population);
            items.get(id).ok_or_else(|| refused(edges, edge, lost()))
        };
        let source = place(&self.items[0], edges.sources[edge], self.pre)?;
        Ok([source, place(&self.items[1], edges.targets[edge], self.post)?])
    }

    /// What the `syn_weight` of an edge between two places is multiplied by.
    ///
    /// # Errors
    /// Signs and functions that the receiving cell does not take.
    pub(super) fn factors(
        &mut self,
        circuit: &Circuit,
        [source, target]: [usize; 2],
        own: &Edge,
    ) -> Result<Factors, String> {
        let kind = &own.shared.kind;
        let runs = circuit.parts[circuit.places[self.post][target].0].runs.as_ref();
        let sign = kind.sign_onto(runs.map_or("", |runs| runs.info().name))?;
        if kind.function == WeightFunction::Product {
            return Ok(Factors([own.synapses, sign, 1.0]));
        }
        let nodes = [self.pre, self.post].map(|index| &circuit.nodes[index]);
        let [sources, targets] = &*self.tuned.get_or_insert_with(|| nodes.map(Tuned::of));
        Ok(Factors([own.synapses, sign, kind.function.factor(own.sigma, (sources, source), (targets, target))?]))
    }
}

/// The fault of an edge.
pub(super) fn refused(edges: &Edges, edge: usize, reason: String) -> CircuitError {
    CircuitError::Unsupported { what: format!("edge {edge} of `{}`", edges.population), reason }
}

impl Circuit {
    pub(super) fn projections(&self, number: usize) -> Result<Vec<Lowered>, CircuitError> {
        let edges = &self.edges[number];
        let (mut lists, mut reader, mut ends) = (Lists::default(), self.edge_reader(edges), Ends::of(self, edges)?);
        for edge in 0..edges.sources.len() {
            let refuse = |reason: String| refused(edges, edge, reason);
            let [source_item, target_item] = ends.items(self, edges, edge)?;
            let (from, source) = self.places[ends.pre][source_item];
            let (to, target) = self.places[ends.post][target_item];
            let part = &self.parts[to];
            if part.runs.is_none() {
                return Err(refuse("its target is a virtual node".into()));
            }
            let own = reader.edge(edge)?;
            if own.synapses == 0.0 {
                continue;
            }
            let kind = &own.shared.kind;
            let factors = ends.factors(self, [source_item, target_item], &own).map_err(refuse)?;
            let weight = factors.after(own.weight);
            let rule = match &kind.rule {
                Some(rule) => Some(lists.rule(rule.onto(part.traces[target]).map_err(refuse)?)),
                None => None,
            };
            let learns = self.learns_of((number, edges.attributes.type_id(edge)), weight);
            let way = Way { from, to, port: port_of(kind, part).map_err(refuse)?, rule, learns };
            // A grid of dt has no shorter delay.
            let steps = self.clock.nearest_step(own.delay_ms).map_err(|fault| refuse(fault.to_string()))?.max(1);
            let list = lists.of(way);
            list.sources.push(u32::try_from(source).unwrap_or(u32::MAX));
            list.targets.push(u32::try_from(target).unwrap_or(u32::MAX));
            list.weights.push(weight);
            list.delays_ms.push(self.clock.time_ms(steps));
            list.edges.extend(learns.map(|_| edge));
        }
        Ok(self.joined(edges, lists))
    }

    fn joined(&self, edges: &Edges, lists: Lists) -> Vec<Lowered> {
        let Lists { mut lists, rules, .. } = lists;
        lists.sort_by_key(|(way, _)| *way);
        let (several, population) = (lists.len() > 1, &edges.population);
        let projection = |(way, list): (Way, List)| {
            let (source, target) = (way.from, way.to);
            let port = way.port.map_or_else(String::new, |port| format!(":{}", port + 1));
            let rule = way.rule.map_or_else(String::new, |rule| format!(":rule {}", rule + 1));
            let learns = way.learns.map_or_else(String::new, |own| {
                format!(":learns {}{}", own.entry + 1, if own.is_positive { '+' } else { '-' })
            });
            let pair = || {
                format!("{}->{}{port}{rule}{learns}", self.name(&self.parts[source]), self.name(&self.parts[target]))
            };
            let projection = Projection {
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
                plastic: way.learns.is_some(),
                third_factors: Vec::new(),
                stream: None,
            };
            let of = |edges: Vec<usize>| LearnedEdges { population: population.clone(), edges };
            Lowered { projection, learns: way.learns, edges: way.learns.map(|_| of(list.edges)) }
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
