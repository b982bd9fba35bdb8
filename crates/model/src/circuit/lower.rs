//! From a circuit's files to the design of a network.

use super::CircuitError;
use super::cells::{Part, parts};
use super::config::{Config, NetworkFile};
use super::inputs::{chosen, node_set, spikes};
use super::names::{check_edges, check_nodes};
use super::synapses::delay_of;
use crate::document::Document;
use neuropil_core::Clock;
use neuropil_engine::Probe;
use neuropil_network::delivery::Weights;
use neuropil_network::network::Design;
use neuropil_network::population::Initial;
use neuropil_network::source::SpikeTrain;
use neuropil_network::{Kind, Population, Scalar, Sign};
use neuropil_record::{Edges, Nodes, Recorded, Reported, Spikes, edges, nodes};
use std::collections::HashMap;
use std::path::Path;

/// The member of an input whose spikes at time 0 are sent instead of dropped.
pub(crate) const SPIKES_AT_START: &str = "neuropil_spikes_at_start";

/// A circuit, read and checked.
#[derive(Debug)]
pub struct Circuit {
    /// The grid of time.
    pub clock: Clock,
    /// How long to run, ms.
    pub duration_ms: f64,
    /// What the user should know: time step not used, spikes dropped.
    pub notes: Vec<String>,
    pub(super) config: Config,
    pub(super) nodes: Vec<Nodes>,
    pub(super) edges: Vec<Edges>,
    pub(super) parts: Vec<Part>,
    /// For each node population, which part and which slot each node is.
    pub(super) places: Vec<Vec<(usize, usize)>>,
    /// For each node population, the spikes that its virtual nodes send.
    spikes: Vec<Spikes>,
    /// Whether some of them were recorded in a session, off any grid.
    recorded: bool,
    /// For each node population, the nodes that send at time 0, the start, too.
    at_start: Vec<Vec<u64>>,
}

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
}

impl Circuit {
    /// Reads every file that a configuration names, for a run up to `until_ms`, or up to its own end.
    ///
    /// # Errors
    /// Whatever is missing, faulty or cannot be run, by name; [`CircuitError::Until`] for `until_ms`.
    pub fn read(document: &Document, until_ms: Option<f64>) -> Result<Self, CircuitError> {
        let config = Config::load(document)?;
        let mut all_nodes = Vec::new();
        if let Some(fault) = half(&config) {
            return Err(fault);
        }
        let unreadable = |file: &NetworkFile, error: neuropil_record::Error| {
            let path = match &error {
                neuropil_record::Error::Io { path, .. } => path.clone(),
                _ => file.file.clone(),
            };
            config.unreadable(&path, error.into())
        };
        for file in config.network_files("nodes")? {
            all_nodes.extend(nodes(&file.file, file.types.as_deref()).map_err(|error| unreadable(&file, error))?);
        }
        if all_nodes.is_empty() {
            return Err(config.wrong("networks.nodes", "there are no nodes"));
        }
        let mut all_edges = Vec::new();
        for file in config.network_files("edges")? {
            all_edges.extend(edges(&file.file, file.types.as_deref()).map_err(|error| unreadable(&file, error))?);
        }
        all_nodes.iter().try_for_each(|nodes| check_nodes(&nodes.attributes))?;
        all_edges.iter().try_for_each(|edges| check_edges(&edges.attributes))?;
        let mut all_parts = Vec::new();
        for (index, population) in all_nodes.iter().enumerate() {
            all_parts.extend(parts(&config, index, population)?);
        }
        let mut places: Vec<Vec<(usize, usize)>> =
            all_nodes.iter().map(|population| vec![(0, 0); population.ids.len()]).collect();
        for (number, part) in all_parts.iter().enumerate() {
            for (slot, &item) in part.items.iter().enumerate() {
                places[part.nodes][item] = (number, slot);
            }
        }
        let stop_ms = config.number("run.tstop")?;
        if config.get("run.tstart").is_some() && config.number("run.tstart")? != 0.0 {
            return Err(config.wrong("run.tstart", format!("found {}, runs begin at 0", config.number("run.tstart")?)));
        }
        let dt_ms = config.get("run.dt").map_or(Ok(0.1), |_| config.number("run.dt"))?;
        let clock = Clock::new(dt_ms).map_err(|fault| config.wrong("run.dt", fault.to_string()))?;
        let (spikes, at_start) = (vec![Spikes::default(); all_nodes.len()], vec![Vec::new(); all_nodes.len()]);
        let mut circuit = Self {
            clock,
            duration_ms: until_ms.unwrap_or(stop_ms),
            notes: config.notes.clone(),
            config,
            nodes: all_nodes,
            edges: all_edges,
            parts: all_parts,
            places,
            spikes,
            recorded: false,
            at_start,
        };
        circuit.read_spikes()?;
        circuit.choose_clock(stop_ms)?;
        circuit.clock.steps(stop_ms).map_err(|fault| circuit.config.wrong("run.tstop", fault.to_string()))?;
        circuit.clock.steps(circuit.duration_ms).map_err(CircuitError::Until)?;
        circuit.note_dropped();
        circuit.note_v_init();
        Ok(circuit)
    }

    fn read_spikes(&mut self) -> Result<(), CircuitError> {
        for field in self.config.section("inputs")? {
            let text = |name: &str| self.config.text(&format!("{field}.{name}"));
            if text("input_type")? != Some("spikes") {
                continue;
            }
            let module = text("module")?.unwrap_or_default();
            if !["h5", "sonata", "csv", "nwb"].contains(&module) {
                return Err(self
                    .config
                    .wrong(&format!("{field}.module"), format!("found `{module}`, expected h5, sonata, csv or nwb")));
            }
            let file =
                text("input_file")?.ok_or_else(|| self.config.wrong(&format!("{field}.input_file"), "is missing"))?;
            let set = node_set(&self.config, &field)?;
            for (population, items) in chosen(&self.config, &format!("{field}.node_set"), set, &self.nodes)? {
                let own = &self.nodes[population];
                let ids: Vec<u64> = items.iter().map(|&item| own.ids[item]).collect();
                let input_file = format!("{field}.input_file");
                let onto = (own.population.as_str(), &ids[..]);
                let sent = spikes(&self.config, &input_file, Path::new(file), onto, self.duration_ms)?;
                self.recorded |= sent.recorded;
                self.notes.extend(sent.notes);
                let mut read = sent.spikes;
                let known: std::collections::HashSet<u64> = items.iter().map(|&item| own.ids[item]).collect();
                let all: HashMap<u64, usize> = own.ids.iter().copied().zip(0..).collect();
                let wrong = |id: u64, what: &str| {
                    let reason =
                        format!("`{file}` has spikes of node {id}, which {what} population `{}`", own.population);
                    self.config.wrong(&format!("{field}.input_file"), reason)
                };
                for id in &read.node_ids {
                    let item = *all.get(id).ok_or_else(|| wrong(*id, "is not in"))?;
                    if known.contains(id) && self.parts[self.places[population][item].0].entry.is_some() {
                        return Err(wrong(*id, "is a cell, no virtual node, of"));
                    }
                }
                let keep: Vec<bool> = read.node_ids.iter().map(|id| known.contains(id)).collect();
                let mut kept = keep.iter();
                read.times_ms.retain(|_| kept.next() == Some(&true));
                let mut kept = keep.iter();
                read.node_ids.retain(|_| kept.next() == Some(&true));
                if self.config.flag(&format!("{field}.{SPIKES_AT_START}"))? {
                    let zero = read.times_ms.partition_point(|time| *time <= 0.0);
                    let before = read.times_ms.partition_point(|time| *time < 0.0);
                    self.at_start[population].extend_from_slice(&read.node_ids[before..zero]);
                    read.times_ms.drain(before..zero);
                    read.node_ids.drain(before..zero);
                }
                self.spikes[population].times_ms.extend(read.times_ms);
                self.spikes[population].node_ids.extend(read.node_ids);
            }
        }
        Ok(())
    }

    fn note_dropped(&mut self) {
        let times = self.spikes.iter().flat_map(|spikes| &spikes.times_ms);
        let dropped = times.filter(|time| !self.clock.nearest_step(**time).is_ok_and(|step| step > 0)).count();
        if dropped > 0 {
            self.notes.push(format!("{dropped} input spikes at or before the first half step are dropped"));
        }
    }

    /// Point neurons start where their parameters say, as in NEST.
    fn note_v_init(&mut self) {
        let in_mv = self.parts.iter().any(|part| !part.v_init.is_empty());
        if let Some(v_init) = self.config.get("conditions.v_init").filter(|_| in_mv) {
            self.notes.push(format!("conditions.v_init = {v_init} is not used: cells start at their V_m, or at E_L"));
        }
    }

    /// Cells without a time step of their own run on the coarsest grid that holds everything that happens to them up to
    /// the end in the configuration: a run that goes further has the same grid.
    fn choose_clock(&mut self, stop_ms: f64) -> Result<(), CircuitError> {
        let mut models = self.parts.iter().filter_map(|part| part.entry).map(|entry| entry.info.name);
        if !models.all(|name| name == "int_fire1") {
            return Ok(());
        }
        let mut times: Vec<f64> =
            self.spikes.iter().flat_map(|spikes| spikes.times_ms.iter().copied().filter(|time| *time > 0.0)).collect();
        for edges in &self.edges {
            for edge in 0..edges.sources.len() {
                times.push(delay_of(edges, edge)?);
            }
        }
        for part in &self.parts {
            let row = part.entry.and_then(|entry| entry.info.parameters.iter().position(|row| row.symbol == "t_ref"));
            times.extend(
                row.iter().flat_map(|&row| (0..part.items.len()).map(move |cell| part.columns[row].value(cell))),
            );
        }
        times.push(stop_ms);
        times.sort_by(f64::total_cmp);
        times.dedup();
        let grids = (0..=6_i32).flat_map(|digits| [1.0, 0.5, 0.2].map(|first| first * 10_f64.powi(-digits)));
        let holds = |clock: &Clock| {
            times.iter().all(|&time| clock.steps(time).is_ok_and(|steps| (clock.time_ms(steps) - time).abs() < 1e-9))
        };
        let found = grids.filter_map(|dt| Clock::new(dt).ok()).find(holds);
        if found.is_none() && self.recorded {
            let dt_ms = self.clock.dt_ms();
            self.notes.push(format!("recorded times lie on no grid: rounded to steps of run.dt = {dt_ms} ms"));
            return Ok(());
        }
        let clock = found
            .ok_or_else(|| self.config.wrong("inputs", "no grid down to 200 ps holds all input times and delays"))?;
        if clock.dt_ms() != self.clock.dt_ms() {
            self.notes.push(format!(
                "IntFire1 cells know no time step: running on {} ms, the coarsest grid that holds all input times and delays (run.dt = {} ms is not used)",
                clock.dt_ms(),
                self.clock.dt_ms()
            ));
        }
        self.clock = clock;
        Ok(())
    }

    /// Makes the design.
    ///
    /// # Errors
    /// Parameters, weights or inputs that cannot be run, by name.
    pub fn design<R: Scalar>(&self) -> Result<Lowered<R>, CircuitError> {
        let populations = self.parts.iter().map(|part| self.population(part)).collect::<Result<Vec<_>, _>>()?;
        let mut projections = Vec::new();
        for edges in &self.edges {
            projections.extend(self.projections(edges)?);
        }
        let currents = self.currents()?;
        let (probes, reports) = self.reports()?;
        let recorded = self.parts.iter().map(|part| {
            let nodes = &self.nodes[part.nodes];
            Recorded {
                population: nodes.population.clone(),
                ids: part.items.iter().map(|&item| nodes.ids[item]).collect(),
                spikes: part.entry.is_some(),
            }
        });
        let recorded = recorded.collect();
        let design = Design {
            clock: self.clock,
            seed: 0,
            populations,
            projections,
            poisson: Vec::new(),
            currents,
            weights: Weights::Full,
        };
        Ok(Lowered { design, probes, recorded, reports })
    }

    /// The name of a part: that of its population, with the model where a population has several.
    pub(super) fn name(&self, part: &Part) -> String {
        let own = &self.nodes[part.nodes].population;
        let alone = self.parts.iter().filter(|other| other.nodes == part.nodes).count() == 1;
        let model = part.entry.map_or("virtual", |entry| entry.info.name);
        if alone { own.clone() } else { format!("{own}:{model}") }
    }

    fn population<R: Scalar>(&self, part: &Part) -> Result<Population<R>, CircuitError> {
        let name = self.name(part);
        let count = part.items.len();
        let (kind, initial) = match part.entry {
            Some(entry) => {
                let built =
                    entry.build::<R>(&part.columns, count, self.clock).map_err(|faults| CircuitError::Unsupported {
                        what: format!("population `{name}`"),
                        reason: faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
                    })?;
                let initial = if part.v_init.is_empty() {
                    Vec::new()
                } else {
                    vec![Initial { variable: 0, values: part.v_init.clone() }]
                };
                (Kind::Neurons(built), initial)
            }
            None => (Kind::Source(Box::new(SpikeTrain::new(self.train(part))) as _), Vec::new()),
        };
        let nodes = &self.nodes[part.nodes];
        let coordinate = |item: usize, axis: &str| nodes.attributes.number(item, axis);
        let position = |&item: &usize| {
            Some([coordinate(item, "x")?, coordinate(item, "y")?, coordinate(item, "z").unwrap_or(0.0)])
        };
        Ok(Population {
            name,
            cells: u32::try_from(count).map_err(|_| self.config.wrong("networks.nodes", "more than 2^32 nodes"))?,
            kind,
            cell_type: String::new(),
            sign: Sign::Mixed,
            positions: part.items.iter().map(position).collect(),
            initial,
        })
    }

    /// Spikes of virtual nodes on the grid; those at or before half a step are dropped.
    fn train(&self, part: &Part) -> Vec<(u64, u32)> {
        let nodes = &self.nodes[part.nodes];
        let slots: HashMap<u64, u32> = part.items.iter().map(|&item| nodes.ids[item]).zip(0..).collect();
        let spikes = &self.spikes[part.nodes];
        let spike = |(time, id): (&f64, &u64)| {
            Some((self.clock.nearest_step(*time).ok().filter(|step| *step > 0)?, *slots.get(id)?))
        };
        let at_start = self.at_start[part.nodes].iter().filter_map(|id| Some((0, *slots.get(id)?)));
        spikes.times_ms.iter().zip(&spikes.node_ids).filter_map(spike).chain(at_start).collect()
    }
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
