//! From a checked model to the design of a network.

mod inputs;
mod interventions;
mod places;
mod populations;
mod positions;
mod rates;
mod records;
mod third_factors;

pub use interventions::Placed;

use crate::cells::{Chosen, none_left, stands_twice, twice};
use crate::connectors::Rule;
use crate::fault::Faults;
use crate::model::{Model, ProjectionSpec};
use crate::recorded;
use crate::scale::{obstacles, sizes};
use neuropil_core::CellSet;
use neuropil_engine::Probe;
use neuropil_network::connect::List;
use neuropil_network::network::Design;
use neuropil_network::source::SpikeTrain;
use neuropil_network::voice::Voice;
use neuropil_network::{Population, Projection, Property, Scalar};
use neuropil_record::Recorded;
use std::collections::HashSet;

/// A design, and what is to be recorded of it.
pub struct Lowered<R: Scalar> {
    /// The design.
    pub design: Design<R>,
    /// What to sample.
    pub probes: Vec<Probe>,
    /// How each population is recorded.
    pub recorded: Vec<Recorded>,
    /// Projections whose weights are recorded.
    pub weights: Vec<usize>,
    /// What is edited while it runs.
    pub interventions: Vec<Placed>,
    /// For each projection of the design, its path in the file.
    projection_paths: Vec<String>,
    /// For each input of the file, the populations that it reaches and the Poisson inputs of the design that do so.
    poisson_of: Vec<Vec<(usize, usize)>>,
}

struct Lowering<'m> {
    model: &'m Model,
    seed: u64,
    scale: f64,
    faults: Vec<crate::Fault>,
    /// Projections so far, those left out among them: each keeps its random streams, whatever is replayed.
    streams: u32,
    /// Names of the projections left out.
    left_out: Vec<String>,
    /// For each input of the file, the populations that it reaches and the Poisson inputs of the design that do so.
    poisson_of: Vec<Vec<(usize, usize)>>,
}

impl Model {
    /// The design of the network at `scale`, with every number drawn from `seed`.
    ///
    /// # Errors
    /// All faults that can be told without drawing synapses.
    pub fn design<R: Scalar>(&self, seed: u64, scale: f64) -> Result<Lowered<R>, Faults> {
        let (faults, left_out, poisson_of) = (Vec::new(), Vec::new(), vec![Vec::new(); self.inputs.len()]);
        let mut lowering = Lowering { model: self, seed, scale, faults, streams: 0, left_out, poisson_of };
        if scale != 1.0 {
            for (path, message) in obstacles(self) {
                lowering.fault(&path, message);
            }
        }
        if lowering.faults.is_empty() {
            let lowered = lowering.lower::<R>();
            for fault in lowered.design.faults() {
                let fault = self.place(&lowered, &fault);
                lowering.faults.push(fault);
            }
            if lowering.faults.is_empty() {
                let own: Vec<_> = lowered.interventions.iter().map(|placed| placed.own.clone()).collect();
                for (index, fault) in neuropil_engine::intervention::faults(&lowered.design, &own) {
                    lowering.fault(&lowered.interventions[index].path, fault.to_string());
                }
            }
            if lowering.faults.is_empty() {
                return Ok(lowered);
            }
        }
        Err(Faults::new(self.document.file.as_str(), lowering.faults))
    }
}

impl<R: Scalar> Lowered<R> {
    /// (name, path in the file) of each projection.
    pub fn projection_paths(&self) -> Vec<(String, String)> {
        self.design
            .projections
            .iter()
            .map(|projection| projection.name.clone())
            .zip(self.projection_paths.clone())
            .collect()
    }
}

impl Lowering<'_> {
    fn fault(&mut self, path: &str, message: impl Into<String>) {
        let fault = self.model.document.fault(path, message);
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    fn lower<R: Scalar>(&mut self) -> Lowered<R> {
        let model = self.model;
        let populations: Vec<Population<R>> = (0..model.populations.len())
            .filter_map(|index| self.population(index, &model.populations[index]))
            .collect();
        let mut design = Design {
            clock: model.clock,
            seed: self.seed,
            populations: Vec::new(),
            projections: Vec::new(),
            poisson: Vec::new(),
            currents: Vec::new(),
            voices: Vec::new(),
            weights: model.weights,
        };
        if populations.len() < model.populations.len() {
            // The faults are noted; indices would be wrong.
            let (probes, recorded, weights, interventions, projection_paths, poisson_of) = Default::default();
            return Lowered { design, probes, recorded, weights, interventions, projection_paths, poisson_of };
        }
        design.populations = populations;
        let mut projection_paths = Vec::new();
        let mut taken = HashSet::new();
        for spec in &model.projections {
            for projection in self.projections(spec, &mut taken, &design) {
                design.projections.push(projection);
                projection_paths.push(spec.path.clone());
            }
        }
        self.inputs(&mut design);
        let voices = model.populations.iter().enumerate().flat_map(|(population, own)| {
            let voice = move |(cells, spikes): &(CellSet, Vec<(u64, u32)>)| Voice {
                population,
                cells: cells.clone(),
                spikes: SpikeTrain::new(spikes.clone()),
            };
            own.voices.iter().map(voice)
        });
        design.voices = voices.collect();
        let recorded = self.recorded(&design);
        let probes = self.probes(&design);
        let weights = self.weights(&design, &projection_paths);
        let interventions = self.interventions(&design, &projection_paths);
        let poisson_of = self.poisson_of.clone();
        Lowered { design, probes, recorded, weights, interventions, projection_paths, poisson_of }
    }

    /// The cells of each, none where all are meant. A part without a cell, and a cell that stands in two, are faults.
    fn sets<R: Scalar>(&mut self, chosen: &[Chosen], design: &Design<R>) -> Vec<Option<CellSet>> {
        let mut sets: Vec<Option<CellSet>> = Vec::new();
        for (index, own) in chosen.iter().enumerate() {
            let population = &design.populations[own.population];
            let set = own.cells.of(population.cells, population.positions.as_deref());
            if set.as_ref().is_some_and(CellSet::is_empty) {
                self.fault(&own.path, none_left(&population.name, self.scale));
            }
            let others = chosen[..index].iter().zip(&sets).filter(|(other, _)| other.population == own.population);
            let twice = others.filter_map(|(_, other)| twice(other, &set)).next();
            if let Some(cell) = twice {
                self.fault(&own.path, stands_twice(&population.name, own, cell));
            }
            sets.push(set);
        }
        sets
    }

    fn projections<R: Scalar>(
        &mut self,
        spec: &ProjectionSpec,
        taken: &mut HashSet<String>,
        design: &Design<R>,
    ) -> Vec<Projection> {
        let mut made: Vec<Projection> = Vec::new();
        let (senders, receivers) = (self.sets(&spec.from, design), self.sets(&spec.to, design));
        let is_alone = spec.from.len() * spec.to.len() == 1;
        for (to, target) in spec.to.iter().map(|own| own.population).enumerate() {
            for (from, source) in spec.from.iter().map(|own| own.population).enumerate() {
                let sets = [senders[from].clone(), receivers[to].clone()];
                let sizes = sizes(self.model, spec, to, from, self.scale).of_sets(&sets);
                let recorded = recorded::between(spec, &sets);
                let spec = recorded.as_ref().unwrap_or(spec);
                let (connector, is_empty) = match spec.rule.connector(to, from, &sizes) {
                    Ok(Some(connector)) => (connector, false),
                    // Of many pairs, those without a synapse are none; the only one is there, and has no weights.
                    Ok(None) if is_alone => (Box::new(List::new(Vec::new(), &[])) as _, true),
                    Ok(None) => continue,
                    Err(fault) => {
                        self.fault(&spec.path, fault);
                        continue;
                    }
                };
                let weight = match &spec.weight {
                    Property::Drawn(weight) if self.scale != 1.0 => {
                        Property::Drawn(weight.scaled(1.0 / self.scale.sqrt()))
                    }
                    other => other.clone(),
                };
                let name = self.name(spec, source, target, taken);
                taken.insert(name.clone());
                let stream = self.streams;
                // What draws nothing leaves the random numbers of others as they are.
                self.streams += u32::from(!is_empty);
                if self.model.populations[target].replays {
                    self.left_out.push(name);
                    continue;
                }
                let receptor = spec.receptors[to];
                let [from, to] = sets;
                made.push(Projection {
                    name,
                    source,
                    target,
                    from,
                    to,
                    connector,
                    autapses: spec.autapses,
                    multapses: spec.multapses,
                    receptor,
                    weight,
                    delay_ms: spec.delay_ms.clone(),
                    synapse: spec.synapse.as_ref().map(|own| own.build(self.synapse_key(stream))),
                    third_factors: self.third_factors((spec, target), design),
                    plastic: spec.plastic.is_some(),
                    stream: Some(stream),
                });
            }
        }
        if let (Rule::List { .. }, true) = (&spec.rule, spec.to.len() * spec.from.len() > 1) {
            self.fault(&spec.path, "a list of pairs joins one population to one population");
        }
        made
    }

    /// The name given, or `from->to`; made unique.
    fn name(&self, spec: &ProjectionSpec, source: usize, target: usize, taken: &HashSet<String>) -> String {
        let pair = format!("{}->{}", self.model.populations[source].name, self.model.populations[target].name);
        let base = match &spec.name {
            Some(name) if spec.from.len() * spec.to.len() == 1 => name.clone(),
            Some(name) => format!("{name}:{pair}"),
            None => pair,
        };
        let numbered = (1_u32..).map(|n| if n == 1 { base.clone() } else { format!("{base}#{n}") });
        numbered.into_iter().find(|name| !taken.contains(name)).unwrap_or_default()
    }
}
