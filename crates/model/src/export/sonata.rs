//! A network as a SONATA circuit of point neurons, with NEST's names and units.

mod refused;

use super::inputs::{self, Origin};
use super::text::{or_null, pretty, quoted};
use super::{ExportError, Written, by_target, constant, distinct, parameters, plain};
use crate::circuit::SPIKES_AT_START;
use crate::nest;
use neuropil_network::current::{Current, Waveform};
use neuropil_network::network::Design;
use neuropil_network::neuron::Output;
use neuropil_network::{Population, Property, Window};
use neuropil_record::{EdgeBlock, EdgeFile, EdgeInfo, Folder, write_nodes};
pub use refused::refusals;
use serde_json::{Map, Value, json};

/// A report that the run has.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportAsked {
    /// Its name.
    pub name: String,
    /// Population of the nodes.
    pub population: String,
    /// Symbol of the variable.
    pub variable: String,
    /// The nodes.
    pub node_ids: Vec<u64>,
    /// Time between frames, ms.
    pub every_ms: f64,
}

/// What the circuit is to run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    /// Steps.
    pub steps: u64,
    /// Reports.
    pub reports: Vec<ReportAsked>,
}

/// The model template of our model.
fn template(model: &str) -> Option<String> {
    match model {
        "int_fire1" => Some("nrn:IntFire1".into()),
        other => nest::model_name_of(other).map(|name| format!("nest:{name}")),
    }
}

/// Writes the circuit: `network/`, `components/`, `inputs/`, `config.json` and the two that it names.
///
/// # Errors
/// Files, or an impossible synapse. The design has no [`refusals`].
pub fn sonata(design: &Design<f64>, run: &Run, folder: &Folder) -> Result<Written, ExportError> {
    let poisson = (0..design.poisson.len())
        .map(|index| format!("poisson_{index}_onto_{}", design.populations[design.poisson[index].target].name));
    let cells = design.populations.iter().map(|population| population.name.clone());
    let names = distinct(cells.chain(poisson));
    let mut writer = Writer {
        design,
        folder,
        files: plain(&names),
        names,
        networks: (Vec::new(), Vec::new()),
        inputs: Map::new(),
        written: Written::default(),
        edge_files: Vec::new(),
    };
    for population in 0..design.populations.len() {
        writer.nodes(population)?;
    }
    for input in 0..design.poisson.len() {
        writer
            .virtual_nodes(design.populations.len() + input, design.populations[design.poisson[input].target].cells)?;
    }
    for projection in 0..design.projections.len() {
        writer.edges(projection)?;
    }
    for input in 0..design.poisson.len() {
        writer.poisson_edges(input)?;
    }
    writer.spikes(run.steps)?;
    writer.currents();
    writer.configuration(run)
}

struct Writer<'w> {
    design: &'w Design<f64>,
    folder: &'w Folder,
    /// Populations, then one for each Poisson input.
    names: Vec<String>,
    /// Their names in files.
    files: Vec<String>,
    /// Entries of `nodes` and of `edges`.
    networks: (Vec<Value>, Vec<Value>),
    inputs: Map<String, Value>,
    written: Written,
    edge_files: Vec<String>,
}

/// Types of nodes and edges are numbered from here.
const FIRST_TYPE: i64 = 100;

impl Writer<'_> {
    fn type_id(index: usize) -> i64 {
        FIRST_TYPE + i64::try_from(index).unwrap_or(i64::MAX - FIRST_TYPE)
    }

    fn nodes(&mut self, index: usize) -> Result<(), ExportError> {
        let population = &self.design.populations[index];
        let Some(model) = population.neurons() else { return self.virtual_nodes(index, population.cells) };
        let name = model.info().name;
        let file = format!("{}.json", self.files[index]);
        let mut columns = Vec::new();
        let mut common = Map::new();
        for (symbol, _, values) in parameters(self.design, index) {
            let Some((name, values)) = named(name, symbol, values) else { continue };
            match constant(&values) {
                Some(value) => drop(common.insert(name.into(), value.into())),
                None => columns.push((format!("dynamics_params/{name}"), values)),
            }
        }
        // Other programs start a cell somewhere else if they are not told: here it starts at E_L.
        let e_l = || parameters(self.design, index).into_iter().find(|row| row.0 == "e_l").map(|row| row.2);
        if let Some(values) = population.initial.first().map(|own| own.values.clone()).or_else(e_l) {
            match constant(&values) {
                Some(value) => drop(common.insert("V_m".into(), value.into())),
                None => columns.push(("dynamics_params/V_m".into(), values)),
            }
        }
        if let Some(positions) = &population.positions {
            for (axis, name) in ["x", "y", "z"].into_iter().enumerate() {
                columns.push((name.into(), positions.iter().map(|position| position[axis]).collect()));
            }
        }
        self.folder.text(&format!("components/point_neuron_models/{file}"), &pretty(&common.into()))?;
        let kind = if name == "int_fire1" { "point_process" } else { "point_neuron" };
        let row = [kind.into(), template(name).unwrap_or_default(), file, or_null(&population.cell_type)];
        self.node_files(index, population.cells, &row, &columns)
    }

    fn virtual_nodes(&mut self, index: usize, cells: u32) -> Result<(), ExportError> {
        let row = ["virtual", "NULL", "NULL", "NULL"].map(str::to_owned);
        self.node_files(index, cells, &row, &[])
    }

    fn node_files(
        &mut self,
        index: usize,
        cells: u32,
        row: &[String; 4],
        columns: &[(String, Vec<f64>)],
    ) -> Result<(), ExportError> {
        let (name, file) = (&self.names[index], &self.files[index]);
        let type_id = Self::type_id(index);
        let path = self.folder.file(&format!("network/{file}_nodes.h5"))?;
        write_nodes(&path, name, (type_id, u64::from(cells)), columns)?;
        let kind = row[0].clone();
        let row: Vec<String> = row.iter().map(|field| quoted(field)).collect();
        let header = "node_type_id model_type model_template dynamics_params cell_type pop_name";
        let table = format!("{header}\n{type_id} {} {}\n", row.join(" "), quoted(name));
        self.folder.text(&format!("network/{file}_node_types.csv"), &table)?;
        self.networks.0.push(json!({
            "nodes_file": format!("$NETWORK_DIR/{file}_nodes.h5"),
            "node_types_file": format!("$NETWORK_DIR/{file}_node_types.csv"),
            "populations": {name.as_str(): {"type": kind}},
        }));
        self.written.nodes += u64::from(cells);
        Ok(())
    }

    fn edges(&mut self, index: usize) -> Result<(), ExportError> {
        let projection = &self.design.projections[index];
        let fixed = |property: &Property| match property {
            Property::Drawn(distribution) => distribution.as_constant(),
            _ => None,
        };
        let clock = self.design.clock;
        let delay = fixed(&projection.delay_ms).and_then(|delay| clock.nearest_step(delay).ok());
        let values = (fixed(&projection.weight), delay.map(|steps| clock.time_ms(steps)));
        let mut file = self.edge_file(projection.source, projection.target, values)?;
        by_target::<ExportError>(self.design, index, &mut |piece| {
            let mut block = EdgeBlock {
                sources: piece.iter().map(|synapse| u64::from(synapse.source)).collect(),
                targets: piece.iter().map(|synapse| u64::from(synapse.target)).collect(),
                ..EdgeBlock::default()
            };
            if values.0.is_none() {
                block.weights = piece.iter().map(|synapse| synapse.weight).collect();
            }
            if values.1.is_none() {
                block.delays_ms = piece.iter().map(|synapse| clock.time_ms(u64::from(synapse.delay_steps))).collect();
            }
            Ok(file.append(block)?)
        })?;
        self.written.edges += file.finish()?;
        Ok(())
    }

    /// One edge of one step from each virtual node to its cell.
    fn poisson_edges(&mut self, input: usize) -> Result<(), ExportError> {
        let (target, weight) = (self.design.poisson[input].target, self.design.poisson[input].weight);
        let source = self.design.populations.len() + input;
        let mut file = self.edge_file(source, target, (Some(weight), Some(self.design.clock.dt_ms())))?;
        let all = 0..self.design.populations[target].cells;
        let nodes: Vec<u64> = match &self.design.poisson[input].only {
            None => all.map(u64::from).collect(),
            Some(only) => only.cells().iter().copied().map(u64::from).collect(),
        };
        file.append(EdgeBlock { sources: nodes.clone(), targets: nodes, ..EdgeBlock::default() })?;
        self.written.edges += file.finish()?;
        Ok(())
    }

    /// Begins the edges between two populations; weight and delay stand in the table where all edges share them.
    fn edge_file(
        &mut self,
        source: usize,
        target: usize,
        (weight, delay): (Option<f64>, Option<f64>),
    ) -> Result<EdgeFile, ExportError> {
        let all = self.edge_files.iter().cloned().chain([format!("{}_{}", self.files[source], self.files[target])]);
        let file = plain(all).pop().unwrap_or_default();
        let type_id = Self::type_id(self.edge_files.len());
        let number = |value: Option<f64>| value.map_or("NULL".to_owned(), |value| value.to_string());
        let header = "edge_type_id source_query target_query syn_weight delay model_template";
        let row = format!("{type_id} * * {} {} static_synapse", number(weight), number(delay));
        self.folder.text(&format!("network/{file}_edge_types.csv"), &format!("{header}\n{row}\n"))?;
        self.networks.1.push(json!({
            "edges_file": format!("$NETWORK_DIR/{file}_edges.h5"),
            "edge_types_file": format!("$NETWORK_DIR/{file}_edge_types.csv"),
            "populations": {file.as_str(): {"type": "chemical"}},
        }));
        let cells = |index: usize| match index.checked_sub(self.design.populations.len()) {
            None => u64::from(self.design.populations[index].cells),
            Some(input) => u64::from(self.design.populations[self.design.poisson[input].target].cells),
        };
        let info = EdgeInfo {
            population: &file,
            source: (&self.names[source], cells(source)),
            target: (&self.names[target], cells(target)),
            type_id,
            weights: weight.is_none(),
            delays: delay.is_none(),
        };
        let created = EdgeFile::create(&self.folder.file(&format!("network/{file}_edges.h5"))?, &info)?;
        self.edge_files.push(file);
        Ok(created)
    }

    fn spikes(&mut self, steps: u64) -> Result<(), ExportError> {
        let count = self.design.populations.len();
        let sources = (0..count).filter(|&index| self.design.populations[index].neurons().is_none());
        let sources = sources.map(|index| (index, Origin::Source(index)));
        let poisson = (0..self.design.poisson.len()).map(|input| (count + input, Origin::Poisson(input)));
        for (index, origin) in sources.chain(poisson).collect::<Vec<_>>() {
            let (name, file) = (&self.names[index], &self.files[index]);
            let path = self.folder.file(&format!("inputs/{file}_spikes.h5"))?;
            self.written.input_spikes += inputs::write(&path, name, self.design, origin, steps)?;
            let mut input = json!({
                "input_type": "spikes", "module": "sonata", "node_set": name,
                "input_file": format!("$INPUT_DIR/{file}_spikes.h5"),
            });
            if matches!(origin, Origin::Poisson(_)) {
                input[SPIKES_AT_START] = true.into();
            }
            self.inputs.insert(file.clone(), input);
        }
        Ok(())
    }

    /// Step currents, whose clamps begin a step earlier: a generator's current reaches a cell one step late.
    fn currents(&mut self) {
        let mut keys: Vec<String> = self.inputs.keys().cloned().collect();
        let end = self.design.clock.time_ms(1 << 40);
        for current in &self.design.currents {
            let Waveform::Constant { amplitude } = current.waveform else { continue };
            let Window { start_ms, stop_ms } = current.window;
            let name = &self.names[current.target];
            keys.push(format!("current_into_{name}"));
            let key = plain(&keys).pop().unwrap_or_default();
            let node_set = match &current.only {
                None => json!(name),
                Some(cells) => json!({"population": name, "node_id": cells.cells()}),
            };
            self.inputs.insert(
                key,
                json!({
                    "input_type": "current_clamp", "module": "IClamp", "node_set": node_set, "amp": amplitude,
                    "delay": start_ms - self.design.clock.dt_ms(), "duration": stop_ms.min(end) - start_ms,
                }),
            );
        }
    }

    fn configuration(self, run: &Run) -> Result<Written, ExportError> {
        let manifest = json!({
            "$BASE_DIR": ".", "$NETWORK_DIR": "$BASE_DIR/network", "$INPUT_DIR": "$BASE_DIR/inputs",
            "$COMPONENTS_DIR": "$BASE_DIR/components", "$OUTPUT_DIR": "$BASE_DIR/output",
        });
        let circuit = json!({
            "manifest": manifest,
            "components": {
                "point_neuron_models_dir": "$COMPONENTS_DIR/point_neuron_models",
                "synaptic_models_dir": "$COMPONENTS_DIR/synaptic_models",
            },
            "networks": {"nodes": self.networks.0, "edges": self.networks.1},
        });
        let clock = self.design.clock;
        let report = |report: &ReportAsked| {
            let variable = if report.variable == "v_m" { "V_m" } else { &report.variable };
            json!({
                "cells": {"population": report.population, "node_id": report.node_ids}, "variable_name": variable,
                "module": "multimeter_report", "sections": "soma", "dt": report.every_ms,
            })
        };
        let names = plain(run.reports.iter().map(|report| &report.name));
        let reports: Map<String, Value> = names.into_iter().zip(run.reports.iter().map(report)).collect();
        let simulation = json!({
            "manifest": manifest,
            "run": {"tstop": clock.time_ms(run.steps), "dt": clock.dt_ms()},
            "target_simulator": "NEST",
            "node_sets_file": "$BASE_DIR/node_sets.json",
            "inputs": self.inputs,
            "reports": reports,
            "output": {"output_dir": "$OUTPUT_DIR", "spikes_file": "spikes.h5", "spikes_sort_order": "time"},
        });
        let sets: Map<String, Value> =
            self.names.iter().map(|name| (name.clone(), json!({"population": name}))).collect();
        let top = json!({"network": "./circuit_config.json", "simulation": "./simulation_config.json"});
        self.folder.text("circuit_config.json", &pretty(&circuit))?;
        self.folder.text("simulation_config.json", &pretty(&simulation))?;
        self.folder.text("node_sets.json", &pretty(&sets.into()))?;
        self.folder.text("config.json", &pretty(&top))?;
        // Tools that list the directories of components expect all of them.
        self.folder.text("components/synaptic_models/static_synapse.json", "{}\n")?;
        Ok(self.written)
    }
}

/// A parameter under its name there; `None` for those that have none, such as the method of integration.
fn named(model: &str, symbol: &str, values: Vec<f64>) -> Option<(&'static str, Vec<f64>)> {
    match (model, symbol) {
        ("int_fire1", "tau_m") => Some(("tau", values.into_iter().map(seconds).collect())),
        ("int_fire1", "t_ref") => Some(("refrac", values.into_iter().map(seconds).collect())),
        _ => nest::name_of(symbol).map(|name| (name, values)),
    }
}

/// The number of seconds that, times 1000, gives `ms` again.
fn seconds(ms: f64) -> f64 {
    let near = ms / 1e3;
    [near, near.next_up(), near.next_down()].into_iter().find(|s| s * 1e3 == ms).unwrap_or(near)
}
