//! From a circuit's files to the design of a network.

use super::cells::{Part, Start, check_own_parameters, parts};
use super::config::{Config, NetworkFile};
use super::edge_kinds::{aliases, synapses};
use super::learning::LoweredLearning;
use super::names::{check_edges, check_nodes};
use super::rounding::Rounding;
use super::unheeded::place;
use super::{Circuit, CircuitError};
use crate::document::Document;
use neuropil_core::Clock;
use neuropil_engine::Probe;
use neuropil_network::delivery::Weights;
use neuropil_network::network::Design;
use neuropil_network::source::SpikeTrain;
use neuropil_network::{Kind, Population, Scalar, Sign};
use neuropil_record::{Edges, Nodes, Recorded, Reported, Spikes, edges, nodes};

/// A circuit's design, and what is recorded of it.
pub struct Lowered<R: Scalar> {
    /// The design.
    pub design: Design<R>,
    /// What to sample.
    pub probes: Vec<Probe>,
    /// Under which names the cells are recorded.
    pub recorded: Vec<Recorded>,
    /// Which probes make a report.
    pub reports: Vec<Reported>,
    /// How it learns.
    pub learning: Option<LoweredLearning>,
    /// The edges that learn, by projection: `None` where it does not.
    pub learned: Vec<Option<LearnedEdges>>,
}

/// Edges whose synapses learn, in the order of the list of their projection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LearnedEdges {
    /// Their population.
    pub population: String,
    /// Their numbers in it.
    pub edges: Vec<usize>,
}

impl Circuit {
    /// Reads every file that a configuration names, for a run up to `until_ms`, or up to its own end.
    ///
    /// # Errors
    /// Whatever is missing, faulty or cannot be run, by name; [`CircuitError::Until`] for `until_ms`.
    pub fn read(document: &Document, until_ms: Option<f64>) -> Result<Self, CircuitError> {
        let config = Config::load(document)?;
        if let Some(fault) = half(&config) {
            return Err(fault);
        }
        let (all_nodes, all_edges) = network(&config)?;
        let mut notes = config.notes.clone();
        let (synapses, aliases) = (synapses(&config, &all_edges)?, aliases(&config)?);
        let mut all_parts = Vec::new();
        let stop = stop(&config, &mut notes)?;
        let dt_ms = config.get("run.dt").map_or(Ok(0.1), |_| config.number("run.dt"))?;
        let clock = Clock::new(dt_ms).map_err(|fault| config.wrong("run.dt", fault.to_string()))?;
        for (index, population) in all_nodes.iter().enumerate() {
            all_parts.extend(parts(&config, clock, index, population, &mut notes)?);
        }
        let mut places: Vec<Vec<(usize, usize)>> =
            all_nodes.iter().map(|population| vec![(0, 0); population.ids.len()]).collect();
        for (number, part) in all_parts.iter().enumerate() {
            for (slot, &item) in part.items.iter().enumerate() {
                places[part.nodes][item] = (number, slot);
            }
        }
        let (spikes, at_start) = (vec![Spikes::default(); all_nodes.len()], vec![Vec::new(); all_nodes.len()]);
        let mut circuit = Self {
            clock,
            duration_ms: until_ms.unwrap_or(stop.at_ms),
            notes,
            rounding: Rounding::Up,
            config,
            nodes: all_nodes,
            edges: all_edges,
            synapses,
            aliases,
            parts: all_parts,
            places,
            spikes,
            at_start,
            learning: None,
        };
        circuit.rounding = Rounding::of(&circuit.config, circuit.is_stepless())?;
        circuit.read_spikes()?;
        circuit.choose_clock(stop.at_ms)?;
        circuit.clock.steps(stop.at_ms).map_err(|fault| circuit.config.wrong(stop.field, fault.to_string()))?;
        circuit.clock.steps(circuit.duration_ms).map_err(CircuitError::Until)?;
        circuit.read_learning()?;
        circuit.check_times()?;
        circuit.note_dropped();
        circuit.note_v_init();
        circuit.note_recorders()?;
        circuit.note_clamps()?;
        circuit.note_unheeded()?;
        Ok(circuit)
    }

    /// Point neurons start where their parameters say, as in NEST.
    fn note_v_init(&mut self) {
        let in_mv = self.parts.iter().any(|part| !part.start.is_empty());
        if let Some(v_init) = self.config.get("conditions.v_init").filter(|_| in_mv) {
            self.notes.push(format!(
                "conditions.v_init = {v_init} is not used: cells start at their V_m, or where NEST has it"
            ));
        }
    }

    /// Tells that weights are not recorded spike by spike.
    fn note_recorders(&mut self) -> Result<(), CircuitError> {
        for field in self.config.section("reports")? {
            if self.config.text(&format!("{field}.module"))? == Some("weight_recorder") {
                self.notes
                    .push(format!("{field}: weights are not recorded at every spike; the synapses run as in bmtk"));
            }
        }
        Ok(())
    }

    /// Makes the design.
    ///
    /// # Errors
    /// Parameters, weights or inputs that cannot be run, by name.
    pub fn design<R: Scalar>(&self) -> Result<Lowered<R>, CircuitError> {
        let populations = self
            .parts
            .iter()
            .zip(0..)
            .map(|(part, owner)| self.population(part, owner))
            .collect::<Result<Vec<_>, _>>()?;
        let (mut projections, mut learns, mut learned) = (Vec::new(), Vec::new(), Vec::new());
        for edges in 0..self.edges.len() {
            for own in self.projections(edges)? {
                projections.push(own.projection);
                learns.push(own.learns);
                learned.push(own.edges);
            }
        }
        let currents = self.currents()?;
        let (probes, reports) = self.reports()?;
        let recorded = self.parts.iter().map(|part| {
            let nodes = &self.nodes[part.nodes];
            Recorded {
                population: nodes.population.clone(),
                ids: part.items.iter().map(|&item| nodes.ids[item]).collect(),
                spikes: part.runs.is_some(),
                only: None,
            }
        });
        let recorded = recorded.collect();
        let design = Design {
            clock: self.clock,
            seed: self.seed(),
            populations,
            projections,
            poisson: Vec::new(),
            currents,
            voices: Vec::new(),
            weights: Weights::Full,
        };
        let learning = self.lowered_learning(&design, &learns)?;
        Ok(Lowered { design, probes, recorded, reports, learning, learned })
    }

    /// The name of a part: that of its population, with the model where a population has several.
    pub(super) fn name(&self, part: &Part) -> String {
        let own = &self.nodes[part.nodes].population;
        let alone = self.parts.iter().filter(|other| other.nodes == part.nodes).count() == 1;
        if alone { own.clone() } else { format!("{own}:{}", part.name) }
    }

    fn population<R: Scalar>(&self, part: &Part, owner: u32) -> Result<Population<R>, CircuitError> {
        let name = self.name(part);
        let count = part.items.len();
        let kind = match &part.runs {
            Some(runs) => {
                let built = runs.build::<R>(&part.columns, count, (self.clock, owner));
                let what = || format!("population `{name}`");
                Kind::Neurons(built.map_err(|reason| CircuitError::Unsupported { what: what(), reason })?)
            }
            None => Kind::Source(Box::new(SpikeTrain::new(self.train(part))) as _),
        };
        let nodes = &self.nodes[part.nodes];
        Ok(Population {
            name,
            cells: u32::try_from(count).map_err(|_| self.config.wrong("networks.nodes", "more than 2^32 nodes"))?,
            kind,
            cell_type: part.cell_type.clone(),
            sign: Sign::Mixed,
            positions: part.items.iter().map(|&item| place(nodes, item)).collect(),
            initial: part.start.iter().map(Start::initial).collect(),
        })
    }
}

/// Reads the populations of nodes and edges that a configuration names.
///
/// # Errors
/// Files that cannot be read, two populations of one name, and what cannot be run.
fn network(config: &Config) -> Result<(Vec<Nodes>, Vec<Edges>), CircuitError> {
    let unreadable = |file: &NetworkFile, error: neuropil_record::Error| {
        let path = match &error {
            neuropil_record::Error::Io { path, .. } => path.clone(),
            _ => file.file.clone(),
        };
        config.unreadable(&path, error.into())
    };
    let (mut all_nodes, mut all_edges) = (Vec::<Nodes>::new(), Vec::new());
    for file in config.network_files("nodes")? {
        for own in nodes(&file.file, file.types.as_deref()).map_err(|error| unreadable(&file, error))? {
            if all_nodes.iter().any(|known| known.population == own.population) {
                let reason = format!("`{}` has a second population `{}`", file.file.display(), own.population);
                return Err(config.wrong("networks.nodes", reason));
            }
            all_nodes.push(own);
        }
    }
    if all_nodes.is_empty() {
        return Err(config.wrong("networks.nodes", "there are no nodes"));
    }
    for file in config.network_files("edges")? {
        all_edges.extend(edges(&file.file, file.types.as_deref()).map_err(|error| unreadable(&file, error))?);
    }
    let junctions =
        config.get("networks.gap_juncs").is_some_and(|list| list.as_array().is_none_or(|list| !list.is_empty()));
    if junctions {
        return Err(config.wrong("networks.gap_juncs", "gap junctions cannot be run"));
    }
    all_nodes.iter().try_for_each(|nodes| check_nodes(&nodes.attributes))?;
    all_nodes.iter().try_for_each(check_own_parameters)?;
    all_edges.iter().try_for_each(|edges| check_edges(&edges.attributes))?;
    Ok((all_nodes, all_edges))
}

/// When a run ends.
struct Stop {
    field: &'static str,
    at_ms: f64,
}

/// The end of a run: its duration, which goes before tstop as in bmtk, or tstop.
fn stop(config: &Config, notes: &mut Vec<String>) -> Result<Stop, CircuitError> {
    for (field, only, why) in [("run.tstart", 0.0, "runs begin at 0"), ("run.n_runs", 1.0, "a run is one run")] {
        if config.get(field).is_some() && config.number(field)? != only {
            return Err(config.wrong(field, format!("found {}, {why}", config.number(field)?)));
        }
    }
    if config.get("run.duration").is_none() {
        return Ok(Stop { field: "run.tstop", at_ms: config.number("run.tstop")? });
    }
    let at_ms = config.number("run.duration")?;
    if config.get("run.tstop").is_some() && config.number("run.tstop")? != at_ms {
        notes.push(format!("run.duration = {at_ms} ms is the end, as in bmtk; run.tstop is not used"));
    }
    Ok(Stop { field: "run.duration", at_ms })
}

/// The fault of a configuration that is but one of the two halves of a circuit's.
fn half(config: &Config) -> Option<CircuitError> {
    let (has_network, has_run) = (config.get("networks").is_some(), config.get("run").is_some());
    let (field, what, other) = match (has_network, has_run) {
        (true, true) => return None,
        (true, false) => ("run", "describes a circuit and no run of it", "`simulation`"),
        (false, true) => ("networks", "describes a run and no circuit", "`network`"),
        (false, false) => ("networks", "describes neither a circuit nor a run", "`network` and `simulation`"),
    };
    let way = format!("give the file that joins the two (often config.json), or name the other one here as {other}");
    Some(config.wrong(field, format!("is missing: this file {what}; {way}")))
}
