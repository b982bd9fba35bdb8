//! From a circuit's files to the design of a network.

use super::CircuitError;
use super::cells::{Part, parts};
use super::config::Config;
use super::inputs::{chosen, spikes};
use crate::document::Document;
use neuropil_core::{Clock, Stream, StreamKey};
use neuropil_engine::Probe;
use neuropil_network::connect::List;
use neuropil_network::current::{Course, Current};
use neuropil_network::network::Design;
use neuropil_network::population::Initial;
use neuropil_network::source::SpikeTrain;
use neuropil_network::{Kind, Population, Projection, Property, Scalar, Sign};
use neuropil_record::{Edges, Nodes, Recorded, Spikes, edges, nodes};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// A circuit, read and checked.
#[derive(Debug)]
pub struct Circuit {
    /// The grid of time.
    pub clock: Clock,
    /// How long to run, ms.
    pub duration_ms: f64,
    /// What the user should know: time step not used, spikes dropped.
    pub notes: Vec<String>,
    config: Config,
    nodes: Vec<Nodes>,
    edges: Vec<Edges>,
    parts: Vec<Part>,
    /// For each node population, which part and which slot each node is.
    places: Vec<Vec<(usize, usize)>>,
    /// For each node population, the spikes that its virtual nodes send.
    spikes: Vec<Spikes>,
}

impl Circuit {
    /// Reads every file that a configuration names.
    ///
    /// # Errors
    /// Whatever is missing, faulty or cannot be run, by name.
    pub fn read(document: &Document) -> Result<Self, CircuitError> {
        let config = Config::load(document)?;
        let mut all_nodes = Vec::new();
        for file in config.network_files("nodes")? {
            all_nodes.extend(nodes(&file.file, file.types.as_deref())?);
        }
        if all_nodes.is_empty() {
            return Err(config.wrong("networks.nodes", "there are no nodes"));
        }
        let mut all_edges = Vec::new();
        for file in config.network_files("edges")? {
            all_edges.extend(edges(&file.file, file.types.as_deref())?);
        }
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
        let duration_ms = config.number("run.tstop")?;
        let dt_ms = config.get("run.dt").map_or(Ok(0.1), |_| config.number("run.dt"))?;
        let clock = Clock::new(dt_ms).map_err(|fault| config.wrong("run.dt", fault.to_string()))?;
        let spikes = vec![Spikes::default(); all_nodes.len()];
        let mut circuit = Self {
            clock,
            duration_ms,
            notes: Vec::new(),
            config,
            nodes: all_nodes,
            edges: all_edges,
            parts: all_parts,
            places,
            spikes,
        };
        circuit.read_spikes()?;
        circuit.choose_clock()?;
        Ok(circuit)
    }

    fn read_spikes(&mut self) -> Result<(), CircuitError> {
        for (name, input) in self.config.section("inputs") {
            if input.get("enabled") == Some(&Value::Bool(false)) || text(input, "input_type") != Some("spikes") {
                continue;
            }
            let field = format!("inputs.{name}");
            let module = text(input, "module").unwrap_or_default();
            if !["h5", "sonata", "csv"].contains(&module) {
                return Err(self
                    .config
                    .wrong(&format!("{field}.module"), format!("found `{module}`, expected h5, sonata or csv")));
            }
            let file = text(input, "input_file")
                .ok_or_else(|| self.config.wrong(&format!("{field}.input_file"), "is missing"))?;
            let set =
                input.get("node_set").ok_or_else(|| self.config.wrong(&format!("{field}.node_set"), "is missing"))?;
            for (population, items) in chosen(&self.config, &format!("{field}.node_set"), set, &self.nodes)? {
                let own = &self.nodes[population];
                let mut read = spikes(&self.config, &format!("{field}.input_file"), Path::new(file), &own.population)?;
                let known: std::collections::HashSet<u64> = items.iter().map(|&item| own.ids[item]).collect();
                if let Some(stray) = read.node_ids.iter().find(|id| !own.ids.contains(id)) {
                    return Err(self.config.wrong(
                        &format!("{field}.input_file"),
                        format!("`{file}` has spikes of node {stray}, which population `{}` lacks", own.population),
                    ));
                }
                let keep: Vec<bool> = read.node_ids.iter().map(|id| known.contains(id)).collect();
                let mut kept = keep.iter();
                read.times_ms.retain(|_| kept.next() == Some(&true));
                let mut kept = keep.iter();
                read.node_ids.retain(|_| kept.next() == Some(&true));
                self.spikes[population].times_ms.extend(read.times_ms);
                self.spikes[population].node_ids.extend(read.node_ids);
            }
        }
        Ok(())
    }

    /// Cells without a time step of their own run on the coarsest grid that holds everything that happens to them.
    fn choose_clock(&mut self) -> Result<(), CircuitError> {
        let mut models = self.parts.iter().filter_map(|part| part.entry).map(|entry| entry.info.name);
        if !models.all(|name| name == "int_fire1") {
            return Ok(());
        }
        let mut times: Vec<f64> = self.spikes.iter().flat_map(|spikes| spikes.times_ms.iter().copied()).collect();
        for edges in &self.edges {
            times.extend((0..edges.sources.len()).map(|edge| delay_of(edges, edge)));
        }
        times.push(self.duration_ms);
        times.sort_by(f64::total_cmp);
        times.dedup();
        let grids = (0..=6_i32).flat_map(|digits| [1.0, 0.5, 0.2].map(|first| first * 10_f64.powi(-digits)));
        let holds = |clock: &Clock| {
            times.iter().all(|&time| clock.steps(time).is_ok_and(|steps| (clock.time_ms(steps) - time).abs() < 1e-9))
        };
        let found = grids.filter_map(|dt| Clock::new(dt).ok()).find(holds);
        let clock = found
            .ok_or_else(|| self.config.wrong("inputs", "no grid down to 1 ps holds all input times and delays"))?;
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

    /// The design, what to sample, and under which names the cells are recorded.
    ///
    /// # Errors
    /// Parameters, weights or inputs that cannot be run, by name.
    pub fn design<R: Scalar>(&self) -> Result<(Design<R>, Vec<Probe>, Vec<Recorded>), CircuitError> {
        let populations = self.parts.iter().map(|part| self.population(part)).collect::<Result<Vec<_>, _>>()?;
        let mut projections = Vec::new();
        for edges in &self.edges {
            projections.extend(self.projections(edges)?);
        }
        let currents = self.currents()?;
        let probes = self.probes()?;
        let recorded = self.parts.iter().map(|part| {
            let nodes = &self.nodes[part.nodes];
            Recorded {
                population: nodes.population.clone(),
                ids: part.items.iter().map(|&item| nodes.ids[item]).collect(),
                spikes: part.entry.is_some(),
            }
        });
        let recorded = recorded.collect();
        Ok((
            Design { clock: self.clock, seed: 0, populations, projections, poisson: Vec::new(), currents },
            probes,
            recorded,
        ))
    }

    /// The name of a part: that of its population, with the model where a population has several.
    fn name(&self, part: &Part) -> String {
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
        spikes.times_ms.iter().zip(&spikes.node_ids).filter_map(spike).collect()
    }

    fn projections(&self, edges: &Edges) -> Result<Vec<Projection>, CircuitError> {
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
        let mut lists: BTreeMap<(usize, usize), (Vec<u32>, Vec<u32>, Vec<f64>, Vec<f64>)> = BTreeMap::new();
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
            let Some(weight) = weight_of(edges, edge, entry.info.name).map_err(refuse)? else { continue };
            // A grid of dt has no shorter delay.
            let steps =
                self.clock.nearest_step(delay_of(edges, edge)).map_err(|fault| refuse(fault.to_string()))?.max(1);
            let list = lists.entry((from, to)).or_default();
            list.0.push(u32::try_from(source).unwrap_or(u32::MAX));
            list.1.push(u32::try_from(target).unwrap_or(u32::MAX));
            list.2.push(weight);
            list.3.push(self.clock.time_ms(steps));
        }
        let several = lists.len() > 1;
        let projection = |((source, target), (sources, targets, weights, delays)): (
            (usize, usize),
            (Vec<u32>, Vec<u32>, Vec<f64>, Vec<f64>),
        )| Projection {
            name: if several {
                format!("{}:{}->{}", edges.population, self.name(&self.parts[source]), self.name(&self.parts[target]))
            } else {
                edges.population.clone()
            },
            source,
            target,
            connector: Box::new(List::new(sources, &targets)),
            autapses: true,
            multapses: true,
            weight: Property::List(weights),
            delay_ms: Property::List(delays),
            short_term: None,
        };
        Ok(lists.into_iter().map(projection).collect())
    }

    fn currents(&self) -> Result<Vec<Current>, CircuitError> {
        let mut currents = Vec::new();
        for (name, input) in self.config.section("inputs") {
            let field = format!("inputs.{name}");
            match text(input, "input_type") {
                _ if input.get("enabled") == Some(&Value::Bool(false)) => continue,
                Some("spikes") => continue,
                Some("current_clamp") => {}
                other => {
                    return Err(self.config.wrong(
                        &format!("{field}.input_type"),
                        format!("found `{}`, expected spikes or current_clamp", other.unwrap_or_default()),
                    ));
                }
            }
            let number = |key: &str| self.config.number(&format!("{field}.{key}"));
            let (amplitude, start, duration) = (number("amp")?, number("delay")?, number("duration")?);
            let set =
                input.get("node_set").ok_or_else(|| self.config.wrong(&format!("{field}.node_set"), "is missing"))?;
            // A generator's current reaches a cell one step late.
            let start_ms = start + self.clock.dt_ms();
            for (target, cells) in self.cells(&format!("{field}.node_set"), set)? {
                currents.push(Current {
                    target,
                    only: Some(cells),
                    course: Course::Step { amplitude, start_ms, stop_ms: start_ms + duration },
                    key: StreamKey::new(0, Stream::Noise, 0),
                });
            }
        }
        Ok(currents)
    }

    fn probes(&self) -> Result<Vec<Probe>, CircuitError> {
        let mut probes = Vec::new();
        for (name, report) in self.config.section("reports") {
            let field = format!("reports.{name}");
            if report.get("enabled") == Some(&Value::Bool(false)) {
                continue;
            }
            let set = report.get("cells").or(report.get("node_set")).cloned().unwrap_or_else(|| "all".into());
            let every =
                report.get("dt").map_or(Ok(self.clock.dt_ms()), |_| self.config.number(&format!("{field}.dt")))?;
            let every_steps = self
                .clock
                .steps(every)
                .map_err(|fault| self.config.wrong(&format!("{field}.dt"), fault.to_string()))?
                .max(1);
            let asked = text(report, "variable_name").unwrap_or("V_m");
            for (population, cells) in self.cells(&format!("{field}.cells"), &set)? {
                let Some(entry) = self.parts[population].entry else { continue };
                let symbol = match asked {
                    "V_m" | "v" | "Vm" => entry.info.variables[0].symbol,
                    other => other,
                };
                let variable =
                    entry.info.variables.iter().position(|variable| variable.symbol == symbol).ok_or_else(|| {
                        let known: Vec<&str> = entry.info.variables.iter().map(|variable| variable.symbol).collect();
                        self.config.wrong(
                            &format!("{field}.variable_name"),
                            format!("found `{asked}`, {} has {}", entry.info.name, known.join(", ")),
                        )
                    })?;
                probes.push(Probe { population, variable, cells, every_steps });
            }
        }
        Ok(probes)
    }

    /// The cells of a node set, by population of the design; virtual ones left out.
    fn cells(&self, field: &str, set: &Value) -> Result<Vec<(usize, Vec<u32>)>, CircuitError> {
        let mut by_part: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
        for (population, items) in chosen(&self.config, field, set, &self.nodes)? {
            for item in items {
                let (part, slot) = self.places[population][item];
                if self.parts[part].entry.is_some() {
                    by_part.entry(part).or_default().push(u32::try_from(slot).unwrap_or(u32::MAX));
                }
            }
        }
        by_part.values_mut().for_each(|cells| {
            cells.sort_unstable();
            cells.dedup();
        });
        Ok(by_part.into_iter().collect())
    }
}

fn text<'v>(object: &'v Map<String, Value>, name: &str) -> Option<&'v str> {
    object.get(name)?.as_str()
}

/// NEST's default where the edge has none.
const DEFAULT_DELAY_MS: f64 = 1.0;

fn delay_of(edges: &Edges, edge: usize) -> f64 {
    edges.attributes.number(edge, "delay").unwrap_or(DEFAULT_DELAY_MS)
}

/// `syn_weight` x `nsyns`; `None` without synapse. IntFire1's inhibition is told by the name of a file.
fn weight_of(edges: &Edges, edge: usize, model: &str) -> Result<Option<f64>, String> {
    match edges.attributes.text(edge, "weight_function") {
        None | Some("wmax" | "") => {}
        Some(other) => return Err(format!("weight_function `{other}` is not known; wmax is")),
    }
    match edges.attributes.text(edge, "model_template") {
        None | Some("static_synapse" | "nest:static_synapse" | "NULL" | "") => {}
        Some(other) => return Err(format!("synapse model `{other}` is not known; static_synapse is")),
    }
    let synapses = edges.attributes.number(edge, "nsyns").unwrap_or(1.0);
    if synapses == 0.0 {
        return Ok(None);
    }
    let weight = edges.attributes.number(edge, "syn_weight").unwrap_or(1.0) * synapses;
    let inhibitory = edges.attributes.text(edge, "dynamics_params").is_some_and(|file| {
        let file = file.to_lowercase();
        file.starts_with("instanteneousinh") || file.starts_with("instantaneousinh")
    });
    Ok(Some(if model == "int_fire1" && inhibitory { -weight.abs() } else { weight }))
}
