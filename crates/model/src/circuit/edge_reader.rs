//! The numbers of edges, one after another: circuits have tens of millions.

use super::edge_kinds::{Aliases, Kind, Synapses, TEXTS, kind};
use super::{Circuit, CircuitError};
use neuropil_record::Edges;
use std::collections::HashMap;
use std::rc::Rc;

/// NEST's defaults where the edge has none.
const DEFAULT_DELAY_MS: f64 = 1.0;
const DEFAULT_WEIGHT: f64 = 1.0;

/// Columns of numbers.
const NUMBERS: [&str; 4] = ["syn_weight", "nsyns", "delay", "weight_sigma"];
/// Which of them is the delay.
const DELAY: usize = 2;

/// What edges of one type in one group share.
#[derive(Debug)]
pub(super) struct Shared {
    /// What they are.
    pub kind: Kind,
    /// The numbers that their type gives.
    of_type: [Option<f64>; 4],
}

/// The columns that a group has of its own: numbers, or text.
struct Group<'e> {
    numbers: [Option<&'e [f64]>; 4],
    texts: [bool; 4],
    /// Whether edges of one type may be of several kinds.
    mixed: bool,
}

/// Reads the edges of one population.
pub(super) struct EdgeReader<'e> {
    edges: &'e Edges,
    synapses: &'e Synapses,
    aliases: &'e Aliases,
    groups: HashMap<u64, Group<'e>>,
    shared: HashMap<(i64, u64), Rc<Shared>>,
    /// The last edge's, which most edges share with the one before.
    last: Option<((i64, u64), Rc<Shared>)>,
}

/// An edge.
pub(super) struct Edge {
    /// `syn_weight`.
    pub weight: f64,
    /// `nsyns`; no synapse where it is 0.
    pub synapses: f64,
    /// Its delay, ms: its own, that of its kind, or NEST's default.
    pub delay_ms: f64,
    /// Its `weight_sigma`, degrees.
    pub sigma: Option<f64>,
    /// What it shares with others.
    pub shared: Rc<Shared>,
}

impl Circuit {
    /// Reads the edges of one population.
    pub(super) fn edge_reader<'e>(&'e self, edges: &'e Edges) -> EdgeReader<'e> {
        let (groups, shared) = (HashMap::new(), HashMap::new());
        EdgeReader { edges, synapses: &self.synapses, aliases: &self.aliases, groups, shared, last: None }
    }
}

impl EdgeReader<'_> {
    /// The edge of that number.
    ///
    /// # Errors
    /// What cannot be run, and what is no number.
    pub(super) fn edge(&mut self, edge: usize) -> Result<Edge, CircuitError> {
        let shared = self.shared(edge)?;
        let [weight, synapses, delay, sigma] = self.numbers(edge, &shared)?;
        let synapses = synapses.unwrap_or(1.0);
        let weight = weight.unwrap_or(DEFAULT_WEIGHT);
        let delay_ms = delay.or(shared.kind.delay_ms).unwrap_or(DEFAULT_DELAY_MS);
        Ok(Edge { weight, synapses, delay_ms, sigma, shared })
    }

    /// The delay of the edge of that number, ms, alone.
    ///
    /// # Errors
    /// As of [`Self::edge`].
    pub(super) fn delay_ms(&mut self, edge: usize) -> Result<f64, CircuitError> {
        let shared = self.shared(edge)?;
        let group = &self.groups[&self.edges.attributes.place(edge).0];
        if group.numbers[DELAY].is_some() || group.texts[DELAY] {
            return Ok(self.edge(edge)?.delay_ms);
        }
        Ok(shared.of_type[DELAY].or(shared.kind.delay_ms).unwrap_or(DEFAULT_DELAY_MS))
    }

    fn shared(&mut self, edge: usize) -> Result<Rc<Shared>, CircuitError> {
        let attributes = &self.edges.attributes;
        let at = (attributes.type_id(edge), attributes.place(edge).0);
        if let Some((_, shared)) = self.last.as_ref().filter(|(last, _)| *last == at) {
            return Ok(Rc::clone(shared));
        }
        let group = self.groups.entry(at.1).or_insert_with(|| Group {
            numbers: NUMBERS.map(|name| attributes.own_numbers(at.1, name)),
            texts: NUMBERS.map(|name| attributes.has_own(at.1, name) && attributes.own_numbers(at.1, name).is_none()),
            mixed: TEXTS.iter().any(|name| attributes.has_own(at.1, name)),
        });
        let mixed = group.mixed;
        if let Some(shared) = self.shared.get(&at).filter(|_| !mixed) {
            self.last = Some((at, Rc::clone(shared)));
            return Ok(Rc::clone(shared));
        }
        let found = kind((self.synapses, self.aliases), self.edges, edge)?;
        if let Some(shared) = self.shared.get(&at).filter(|shared| shared.kind == found) {
            return Ok(Rc::clone(shared));
        }
        let mut of_type = [None; 4];
        for (own, name) in of_type.iter_mut().zip(NUMBERS) {
            if !attributes.has_own(at.1, name) {
                *own = attributes.checked_number(edge, name)?;
            }
        }
        let shared = Rc::new(Shared { kind: found, of_type });
        self.shared.insert(at, Rc::clone(&shared));
        if !mixed {
            self.last = Some((at, Rc::clone(&shared)));
        }
        Ok(shared)
    }

    fn numbers(&self, edge: usize, shared: &Shared) -> Result<[Option<f64>; 4], CircuitError> {
        let (group, entry) = self.edges.attributes.place(edge);
        let columns = &self.groups[&group];
        let mut found = shared.of_type;
        for (place, own) in found.iter_mut().enumerate() {
            let number = columns.numbers[place].map(|numbers| numbers[entry]);
            *own = match number {
                Some(number) if number.is_finite() => Some(number),
                // What is wrong is told with its place.
                None if !columns.texts[place] => *own,
                _ => self.edges.attributes.checked_number(edge, NUMBERS[place])?,
            };
        }
        Ok(found)
    }
}
