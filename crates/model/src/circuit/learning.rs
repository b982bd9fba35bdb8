//! The member `neuropil_learning` of a configuration: how a circuit learns while it runs.
//!
//! It is the section `learning` of a model file, in which `readout.from` names sets of nodes, with three members more:
//! `plastic` says which edges learn and how, `cell_type` names the column of nodes whose values are the cell types of
//! rules, and `seed` is that of the numbers that are drawn.

use super::cells::Part;
use super::inputs::chosen;
use super::learns::{CircuitLearning, Learns, PlasticEdges};
use super::{Circuit, CircuitError, LEARNING};
use crate::chosen::{Cells, Chosen};
use crate::document::{Document, Node, Value, join, plain};
use crate::fault::Faults;
use crate::fields::{Fields, Reader, brief};
use crate::learning::{Around, LearningSpec, Readable, learning_fields, place_of, plastic_fields};
use neuropil_core::{CellSet, Real, did_you_mean};
use neuropil_engine::learning::{Descent, Learning, LearningPlan, PlasticPlan};
use neuropil_engine::ranks::Rank;
use neuropil_network::Network;
use neuropil_network::network::Design;
use neuropil_record::Edges;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Fields that only a recording is learned from by, which a circuit has no way to be.
const OF_RECORDINGS: [&str; 2] = ["lags", "taps"];

/// How the network of a circuit learns.
#[derive(Debug, Clone)]
pub struct LoweredLearning {
    plan: LearningPlan,
    document: Document,
    /// Where the entries of `plastic` stand, by projection.
    paths: Vec<(String, String)>,
    /// Bytes that it takes beside the network, as far as they are known.
    pub bytes: u64,
}

impl Circuit {
    /// Whether it learns while it runs.
    pub fn learns(&self) -> bool {
        self.learning.is_some()
    }

    /// The seed of the numbers that are drawn: those of learning alone.
    pub fn seed(&self) -> u64 {
        self.learning.as_ref().map_or(0, |own| own.seed)
    }

    /// Reads the member, if it is there.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub(super) fn read_learning(&mut self) -> Result<(), CircuitError> {
        let Some(document) = self.config.learning.take() else { return Ok(()) };
        let notes = RefCell::new(Vec::new());
        let reader = Reader::new(&document);
        let read = self.learning_of(&reader, &notes);
        let (Some((spec, plastic, seed)), true) = (read, reader.is_sound()) else {
            return Err(reader.into_faults().into());
        };
        for note in notes.into_inner().into_iter().chain(spec.unused_at(&document, LEARNING)) {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        self.learning = Some(CircuitLearning { spec, plastic, seed, document });
        Ok(())
    }

    fn learning_of(
        &self,
        reader: &Reader<'_>,
        notes: &RefCell<Vec<String>>,
    ) -> Option<(LearningSpec, Vec<PlasticEdges>, u64)> {
        let (node, _) = reader.document.find(LEARNING)?;
        let mut fields = reader.object(node, LEARNING, "learning")?;
        for key in OF_RECORDINGS {
            if fields.get(key).is_some() {
                let message =
                    "is of rules that learn from recordings (`neuropil learn`), and circuits learn while they run";
                reader.fault(&fields.path_of(key), message);
            }
        }
        let path = fields.path_of("cell_type");
        fields.get("cell_type").map(|node| reader.string(node, &path));
        let seed = fields.whole("seed").unwrap_or(1);
        let plastic = self.plastic(&mut fields);
        let spec = learning_fields(fields, &NodesOf { circuit: self, notes }, None, self.clock)?;
        if spec.carrier.tissue.is_some() {
            let is_nowhere = |part: &&Part| {
                let nodes = &self.nodes[part.nodes];
                part.runs.is_some() && part.items.iter().any(|&item| super::unheeded::place(nodes, item).is_none())
            };
            if let Some(part) = self.parts.iter().find(is_nowhere) {
                let name = &self.nodes[part.nodes].population;
                let message = format!("needs a place of every cell: nodes of `{name}` have no x and y");
                reader.fault(&join(LEARNING, "carrier"), message);
            }
        }
        Some((spec, plastic?, seed))
    }

    /// The entries of `plastic`: one, or a list of them.
    fn plastic(&self, fields: &mut Fields<'_, '_>) -> Option<Vec<PlasticEdges>> {
        let (reader, path) = (fields.reader, fields.path_of("plastic"));
        let node = fields.require("plastic")?;
        let items: Vec<(String, &Node)> = match &node.value {
            Value::Array(items) => {
                items.iter().enumerate().map(|(index, item)| (join(&path, &index.to_string()), item)).collect()
            }
            _ => vec![(path.clone(), node)],
        };
        if items.is_empty() {
            reader.fault(&path, "the list is empty, expected edges that learn");
            return None;
        }
        let read: Vec<_> =
            items.into_iter().map(|(path, item)| self.plastic_edges(reader.object(item, &path, "plastic")?)).collect();
        let read = read.into_iter().collect::<Option<Vec<_>>>()?;
        for (index, own) in read.iter().enumerate() {
            if let Some(other) = read[..index].iter().find(|other| own.meets(other)) {
                let edges = &self.edges[own.edges].population;
                reader.fault(&own.path, format!("edges of `{edges}` stand here that {} has already", other.path));
            }
        }
        Some(read)
    }

    fn plastic_edges(&self, mut fields: Fields<'_, '_>) -> Option<PlasticEdges> {
        let (reader, path) = (fields.reader, fields.path.clone());
        let (edges_path, types_path) = (fields.path_of("edges"), fields.path_of("edge_type_id"));
        let name = fields.require("edges").and_then(|node| reader.string(node, &edges_path));
        let asked = fields.get("edge_type_id");
        let types = match asked.map(|node| &node.value) {
            None => Some(None),
            Some(Value::Array(_)) => asked.and_then(|node| reader.wholes(node, &types_path)).map(Some),
            Some(_) => asked.and_then(|node| reader.whole(node, &types_path)).map(|id| Some(vec![id])),
        };
        let own = plastic_fields(fields);
        let name = name?;
        let known = || self.edges.iter().map(|own| own.population.as_str());
        let Some(edges) = known().position(|own| own == name) else {
            let (hint, known) = (did_you_mean(name, known()), known().collect::<Vec<_>>().join(", "));
            reader.fault(&edges_path, format!("there are no edges `{}`{hint}; there are: {known}", brief(name)));
            return None;
        };
        if known().filter(|own| *own == name).count() > 1 {
            let message = format!(
                "found `{}`, which stands in several files: give each population a name of its own",
                brief(name)
            );
            reader.fault(&edges_path, message);
            return None;
        }
        let types = types?.map(|types| types_of(reader, (&types_path, &types), &self.edges[edges]));
        let types = types.map_or(Some(None), |types| types.map(Some))?;
        Some(PlasticEdges { edges, types, own: own?, path })
    }

    /// How an edge learns whose weight is `weight`.
    pub(super) fn learns_of(&self, (edges, type_id): (usize, i64), weight: f64) -> Option<Learns> {
        let plastic = &self.learning.as_ref()?.plastic;
        let entry = plastic.iter().position(|own| own.edges == edges && own.has(type_id))?;
        Some(Learns { entry, is_positive: weight >= 0.0 })
    }

    /// What the member asks of the network of a design; `learns` has how the synapses of each projection learn.
    ///
    /// # Errors
    /// Bounds that leave nothing of what the signs of weights allow.
    pub(super) fn lowered_learning<R: Real>(
        &self,
        design: &Design<R>,
        learns: &[Option<Learns>],
    ) -> Result<Option<LoweredLearning>, CircuitError> {
        let Some(own) = &self.learning else { return Ok(None) };
        let (mut projections, mut paths): (Vec<Option<PlasticPlan>>, _) = (Vec::new(), Vec::new());
        for (projection, learns) in design.projections.iter().zip(learns) {
            let Some(learns) = learns else {
                projections.push(None);
                continue;
            };
            let PlasticEdges { own: spec, path, .. } = &own.plastic[learns.entry];
            let sign = if learns.is_positive { 1 } else { -1 };
            if let Some((key, found, expected)) = spec.against(sign) {
                let place = join(path, key);
                let which = if learns.is_positive { "0 or more" } else { "below 0" };
                let message =
                    format!("found {found}, must be {expected}: weights of `{}` are {which}", projection.name);
                let faults = vec![own.document.fault(&place, message)];
                return Err(Faults::new(own.document.file.as_str(), faults).into());
            }
            projections.push(Some(spec.plan(sign)));
            paths.push((projection.name.clone(), path.clone()));
        }
        let around = Around { task: None, slopes: Vec::new(), projections };
        let is_adam = own.plastic.iter().any(|own| own.own.descent() == Descent::Adam);
        Ok(Some(LoweredLearning {
            plan: own.spec.plan(around, design),
            document: own.document.clone(),
            paths,
            bytes: own.spec.bytes(design, is_adam),
        }))
    }
}

/// Types of edges, each of which some edge has.
fn types_of(reader: &Reader<'_>, (path, asked): (&str, &[u64]), edges: &Edges) -> Option<BTreeSet<i64>> {
    let known: BTreeSet<i64> = (0..edges.sources.len()).map(|edge| edges.attributes.type_id(edge)).collect();
    let mut types = BTreeSet::new();
    for id in asked {
        match i64::try_from(*id).ok().filter(|id| known.contains(id)) {
            Some(id) => drop(types.insert(id)),
            None => {
                let shown = known.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
                reader.fault(path, format!("found {id}, but the edges `{}` have the types {shown}", edges.population));
                return None;
            }
        }
    }
    if types.is_empty() {
        reader.fault(path, "the list is empty, expected types of edges");
        return None;
    }
    Some(types)
}

impl LoweredLearning {
    /// The learning of the network that was built of the design, on so many threads of this rank, where there are several.
    ///
    /// # Errors
    /// Cells that cannot learn, rules that cannot run online.
    pub fn learning<R: Real>(
        &self,
        network: &Network<R>,
        (threads, rank): (usize, Option<Rank>),
    ) -> Result<Learning, Faults> {
        Learning::on_rank(network, self.plan.clone(), threads, rank).map_err(|fault| {
            let of_projection = |name: &str| {
                let known = self.paths.iter().find(|own| own.0 == name);
                known.map_or_else(|| LEARNING.into(), |own| own.1.clone())
            };
            let place = place_of(&fault, LEARNING, &|_| LEARNING.into(), &of_projection);
            Faults::new(self.document.file.as_str(), vec![self.document.fault(&place, fault.to_string())])
        })
    }
}

/// Nodes that a readout may name.
struct NodesOf<'c> {
    circuit: &'c Circuit,
    notes: &'c RefCell<Vec<String>>,
}

impl Readable for NodesOf<'_> {
    /// The nodes of a set, or of a list of sets, in the order of the populations and of their nodes.
    fn chosen(&self, fields: &mut Fields<'_, '_>, key: &str) -> Option<Vec<Chosen>> {
        let (reader, path) = (fields.reader, fields.path_of(key));
        let set = plain(fields.require(key)?);
        let sets = match &set {
            serde_json::Value::Array(names) if !names.is_empty() && names.iter().all(serde_json::Value::is_string) => {
                names.clone()
            }
            _ => vec![set],
        };
        let Circuit { config, nodes, places, .. } = self.circuit;
        let mut found = Vec::new();
        for set in &sets {
            match chosen(config, &path, set, nodes, &mut self.notes.borrow_mut()) {
                Ok(own) => found.extend(own),
                Err(CircuitError::Config { reason, .. }) => {
                    reader.fault(&path, reason);
                    return None;
                }
                Err(other) => {
                    reader.fault(&path, other.to_string());
                    return None;
                }
            }
        }
        let mut taken = BTreeSet::new();
        let mut runs: Vec<(usize, Vec<u32>)> = Vec::new();
        for (population, item) in found.iter().flat_map(|(own, items)| items.iter().map(move |item| (*own, *item))) {
            if !taken.insert((population, item)) {
                let (name, id) = (&nodes[population].population, nodes[population].ids[item]);
                reader.fault(&path, format!("node {id} of `{name}` stands here twice"));
                return None;
            }
            let (part, slot) = places[population][item];
            let slot = u32::try_from(slot).unwrap_or(u32::MAX);
            match runs.last_mut() {
                Some((last, slots)) if *last == part && slots.last().is_some_and(|last| *last < slot) => {
                    slots.push(slot)
                }
                _ => runs.push((part, vec![slot])),
            }
        }
        let chosen = |(population, slots): (usize, Vec<u32>)| {
            let cells = Cells::These(CellSet::new(slots).expect("taken in their order"));
            Chosen { population, cells, path: path.clone() }
        };
        Some(runs.into_iter().map(chosen).collect())
    }

    fn count(&self, chosen: &[Chosen]) -> Option<usize> {
        let cells = |own: &Chosen| if let Cells::These(own) = &own.cells { own.len() as usize } else { 0 };
        Some(chosen.iter().map(cells).sum())
    }

    fn only_sends(&self, population: usize) -> Option<&str> {
        let part = &self.circuit.parts[population];
        part.runs.is_none().then(|| self.circuit.nodes[part.nodes].population.as_str())
    }
}
