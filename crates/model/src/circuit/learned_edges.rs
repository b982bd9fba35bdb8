//! Learned weights, as the column of edges that makes them.

use super::lower::LearnedEdges;
use super::manifest::PATHS;
use super::synapses::{Ends, refused};
use super::{Circuit, CircuitError};
use neuropil_record::{Arrays, EdgeWeights, Edges};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The weights that a projection has learned, in the order of a recording: by receiving cell, then as the edges stand.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LearnedWeights {
    /// The projection.
    pub projection: String,
    /// Sending nodes.
    pub sources: Vec<u64>,
    /// Receiving nodes.
    pub targets: Vec<u64>,
    /// Weights.
    pub weights: Vec<f64>,
}

/// A file of edges that is in use.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EdgesFile {
    /// Its place in `networks.edges`.
    pub index: usize,
    pub path: PathBuf,
    /// Its populations.
    pub populations: Vec<String>,
}

impl Circuit {
    /// The columns `syn_weight` of all groups of edges in which some have learned, where the others keep what they have; and how
    /// many edges have learned.
    ///
    /// # Errors
    /// Projections and synapses that are not those of this circuit, and weights that no `syn_weight` makes.
    pub(crate) fn learned_columns(
        &self,
        learned: &[LearnedWeights],
    ) -> Result<(Vec<EdgeWeights>, usize), CircuitError> {
        let other = |reason: String| CircuitError::Unsupported { what: "the learned weights".into(), reason };
        let (mut columns, mut found) = (Vec::new(), 0);
        for (number, edges) in self.edges.iter().enumerate() {
            let mut weights: BTreeMap<usize, f64> = BTreeMap::new();
            for own in self.projections(number)? {
                let Some(list) = own.edges else { continue };
                let name = &own.projection.name;
                let recorded = learned.iter().find(|other| other.projection == *name);
                let recorded = recorded.ok_or_else(|| other(format!("there are none of `{name}`")))?;
                weights.extend(self.by_edge(edges, list, recorded).map_err(other)?);
            }
            found += weights.len();
            if !weights.is_empty() {
                columns.extend(self.columns(number, &weights)?);
            }
        }
        Ok((columns, found))
    }

    /// The weight of each edge of a projection.
    fn by_edge(
        &self,
        edges: &Edges,
        list: LearnedEdges,
        recorded: &LearnedWeights,
    ) -> Result<Vec<(usize, f64)>, String> {
        let mut own = list.edges;
        let slots = self.slots(&edges.target_population);
        // As synapses are drawn: by receiving cell, and then in the order of the list, which sorting keeps.
        own.sort_by_key(|edge| slots.get(&edges.targets[*edge]).copied());
        let same = |(edge, (source, target)): (&usize, (&u64, &u64))| {
            edges.sources[*edge] == *source && edges.targets[*edge] == *target
        };
        let ends = recorded.sources.iter().zip(&recorded.targets);
        if own.len() != recorded.weights.len() || !own.iter().zip(ends).all(same) {
            return Err(format!(
                "the synapses of `{}` are not those of the edges `{}`",
                recorded.projection, list.population
            ));
        }
        Ok(own.into_iter().zip(recorded.weights.iter().copied()).collect())
    }

    /// The place of each node of a population in its part.
    fn slots(&self, population: &str) -> BTreeMap<u64, usize> {
        let Some(index) = self.nodes.iter().position(|own| own.population == population) else {
            return BTreeMap::new();
        };
        self.nodes[index].ids.iter().zip(&self.places[index]).map(|(id, (_, slot))| (*id, *slot)).collect()
    }

    /// The columns of the groups of a population of edges.
    fn columns(&self, number: usize, learned: &BTreeMap<usize, f64>) -> Result<Vec<EdgeWeights>, CircuitError> {
        let edges = &self.edges[number];
        let (mut reader, mut ends) = (self.edge_reader(edges), Ends::of(self, edges)?);
        let mut groups = BTreeMap::<u64, (Vec<f64>, Vec<bool>)>::new();
        for edge in 0..edges.sources.len() {
            let (group, entry) = edges.attributes.place(edge);
            let value = match learned.get(&edge) {
                None => edges.attributes.checked_number(edge, "syn_weight")?.unwrap_or(1.0),
                Some(weight) => {
                    let refuse = |reason: String| refused(edges, edge, reason);
                    let items = ends.items(self, edges, edge)?;
                    let factors = ends.factors(self, items, &reader.edge(edge)?).map_err(refuse)?;
                    let lost = || format!("it has learned the weight {weight}, and its syn_weight is multiplied by 0");
                    factors.before(*weight).ok_or_else(|| refuse(lost()))?
                }
            };
            if entry >= edges.sources.len() {
                let reason =
                    format!("it has entry {entry} of its group, of a population of {} edges", edges.sources.len());
                return Err(refused(edges, edge, reason));
            }
            let (column, is_there) = groups.entry(group).or_default();
            if column.len() <= entry {
                column.resize(entry + 1, 1.0);
                is_there.resize(entry + 1, false);
            }
            if is_there[entry] && column[entry].to_bits() != value.to_bits() {
                let reason =
                    format!("it shares entry {entry} of group {group} with another edge, which has another weight now");
                return Err(refused(edges, edge, reason));
            }
            (column[entry], is_there[entry]) = (value, true);
        }
        let own = |(group, (weights, _))| EdgeWeights { population: edges.population.clone(), group, weights };
        Ok(groups.into_iter().map(own).collect())
    }

    /// The files of edges that are in use.
    pub(crate) fn edge_files(&self) -> Result<Vec<EdgesFile>, CircuitError> {
        let listed = self.config.get("networks.edges").and_then(Value::as_array).map_or(0, Vec::len);
        let mut files = self.config.network_files("edges")?.into_iter();
        let mut found = Vec::new();
        for index in 0..listed {
            let is_off =
                self.config.get("networks.edges").and_then(|own| own[index].get("enabled")) == Some(&false.into());
            let Some(file) = (if is_off { None } else { files.next() }) else { continue };
            let populations = Arrays::open(&file.file)?.list("/edges")?;
            found.push(EdgesFile { index, path: file.file, populations });
        }
        Ok(found)
    }

    /// The configuration as one file, with whole paths.
    pub(crate) fn whole_configuration(&self) -> Map<String, Value> {
        let mut members = self.config.members.clone();
        members.iter_mut().for_each(|(name, value)| make_whole(name, value));
        members
    }
}

fn make_whole(name: &str, value: &mut Value) {
    match value {
        Value::String(path) if PATHS.contains(&name) && path != "NULL" => {
            if let Ok(whole) = std::path::absolute(&*path) {
                *path = whole.display().to_string();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| make_whole(name, item)),
        Value::Object(members) => members.iter_mut().for_each(|(name, value)| make_whole(name, value)),
        _ => {}
    }
}
