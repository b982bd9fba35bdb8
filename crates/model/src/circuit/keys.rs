//! Every member that a configuration may have, section by section: what is read, what decides nothing here, what is refused.
//! `docs/sonata.md` shows these tables.

use super::CircuitError;
use super::names::meant;
use crate::Faults;
use crate::document::{Document, Member, Node, Value};
use crate::fields::brief;

/// The member of a configuration that tells how a circuit learns.
pub const LEARNING: &str = "neuropil_learning";

/// The member of a configuration that tells how input times meet the grid.
pub const INPUT_TIMES: &str = "neuropil_input_times";

/// The member of an input whose spikes at time 0 are sent instead of dropped.
pub(crate) const SPIKES_AT_START: &str = "neuropil_spikes_at_start";

/// The members of a section.
struct Section {
    /// Those that decide what is run or recorded.
    read: &'static [&'static str],
    /// Those of SONATA and bmtk that decide nothing here.
    idle: &'static [&'static str],
    /// Those that would change the result, and why they cannot stand here.
    refused: &'static [(&'static str, &'static str)],
}

const TOP: Section = Section {
    read: &[
        "inputs",
        "reports",
        "node_sets_file",
        "node_sets",
        "conditions",
        "components",
        "networks",
        "run",
        "network",
        "simulation",
        "manifest",
        INPUT_TIMES,
        LEARNING,
    ],
    idle: &["output", "target_simulator", "target_simulator_version", "version"],
    refused: &[("gid_mapping_file", "ids of other programs cannot be read; node sets take node_id")],
};

const RUN: Section = Section {
    read: &["tstop", "tstart", "dt", "duration", "precise_times", "allow_offgrid_spikes", "n_runs"],
    idle: &[
        "dL",
        "spike_threshold",
        "nsteps_block",
        "overwrite_output_dir",
        "print_time",
        "n_thread",
        "block_run",
        "block_size",
    ],
    refused: &[],
};

const CONDITIONS: Section = Section { read: &["v_init"], idle: &["celsius"], refused: &[] };

const COMPONENTS: Section = Section {
    read: &["point_neuron_models_dir", "synaptic_models_dir"],
    idle: &[
        "morphologies_dir",
        "biophysical_neuron_models_dir",
        "mechanisms_dir",
        "templates_dir",
        "filter_models_dir",
        "population_models_dir",
        "custom_neuron_models",
    ],
    refused: &[("nest_modules", "modules of NEST cannot be loaded")],
};

const NETWORKS: Section = Section { read: &["nodes", "edges", "gap_juncs"], idle: &[], refused: &[] };
const NODES: Section = Section { read: &["nodes_file", "node_types_file", "enabled"], idle: &[], refused: &[] };
const EDGES: Section = Section { read: &["edges_file", "edge_types_file", "enabled"], idle: &[], refused: &[] };

/// What all inputs may have.
const INPUT: [&str; 4] = ["input_type", "module", "node_set", "enabled"];

const SPIKES: Section = Section {
    read: &["input_file", "use_parrot_neurons", SPIKES_AT_START],
    idle: &["trial"],
    refused: &[
        ("population", OWN_POPULATION),
        ("populations", OWN_POPULATION),
        ("default_population", OWN_POPULATION),
        ("units", "times of spikes are in ms, or in the unit that the file itself names"),
        ("sep", "the columns of a table of spikes are separated by a space, a comma or a tab"),
        ("spikes_function", "functions of Python cannot be run; give the spikes as a file"),
    ],
};
const OWN_POPULATION: &str = "spikes are those of the population that node_set names";

const CLAMP: Section = Section { read: &["amp", "delay", "duration"], idle: &[], refused: &[] };
const TABLE: Section =
    Section { read: &["file", "separator", "timestamps_column", "amplitudes_column"], idle: &[], refused: &[] };

const REPORT: Section = Section {
    read: &[
        "module",
        "cells",
        "node_set",
        "variable_name",
        "dt",
        "interval",
        "start_time",
        "end_time",
        "tstart",
        "tstop",
        "enabled",
        "sections",
        "transform",
    ],
    idle: &[
        "file_name",
        "format",
        "unit",
        "buffer",
        "buffer_data",
        "to_h5",
        "delete_dat",
        "tmp_dir",
        "electrode_channels",
    ],
    refused: &[],
};

/// A report of weights.
const RECORDER: Section = Section {
    read: &["module", "nest_model", "model_template", "enabled"],
    idle: &["file_name", "recorder_properties", "clean_temp_file"],
    refused: &[],
};

/// What is found in a document.
#[derive(Default)]
struct Found {
    idle: Vec<String>,
    unknown: Vec<String>,
    faults: Vec<(String, String)>,
}

/// Notes on members that are not used.
///
/// # Errors
/// Those that seem to mean one that is not there, and those that would change the result.
pub(super) fn check(document: &Document) -> Result<Vec<String>, CircuitError> {
    let mut found = Found::default();
    found.section("", &document.root, &TOP, &[]);
    for member in members(&document.root) {
        let (key, node) = (member.key.as_str(), &member.node);
        match key {
            "run" => found.section(key, node, &RUN, &[]),
            "conditions" => found.section(key, node, &CONDITIONS, &[]),
            "components" => found.section(key, node, &COMPONENTS, &[]),
            "networks" => found.networks(node),
            "inputs" => members(node).iter().for_each(|input| found.input(input)),
            "reports" => {
                for report in members(node).iter().filter(|report| is_enabled(&report.node)) {
                    let section = if is_recorder(&report.node) { &RECORDER } else { &REPORT };
                    found.section(&format!("reports.{}", report.key), &report.node, section, &[]);
                }
            }
            _ => {}
        }
    }
    if !found.faults.is_empty() {
        let faults = found.faults.into_iter().map(|(path, reason)| document.fault(&path, reason)).collect();
        return Err(Faults::new(&document.file, faults).into());
    }
    let mut notes: Vec<String> = found
        .unknown
        .iter()
        .map(|path| format!("{}: `{path}` has no meaning here and is not used", document.file))
        .collect();
    if !found.idle.is_empty() {
        let output = if found.idle.iter().any(|path| path == "output") {
            "; spikes and reports go into one recording"
        } else {
            ""
        };
        notes.push(format!("{}: not used here: {}{output}", document.file, found.idle.join(", ")));
    }
    Ok(notes)
}

impl Found {
    /// The members of one section; `more` are read beside those of the table.
    fn section(&mut self, path: &str, node: &Node, section: &Section, more: &[&'static str]) {
        let known: Vec<&str> = [section.read, section.idle, more].concat();
        let own = members(node);
        let has = |name: &str| own.iter().any(|member| member.key == name);
        for member in own {
            let key = member.key.as_str();
            let at = if path.is_empty() { brief(key) } else { format!("{path}.{}", brief(key)) };
            if section.read.contains(&key) || more.contains(&key) {
                continue;
            }
            if section.idle.contains(&key) {
                self.idle.push(at);
            } else if let Some((_, why)) = section.refused.iter().find(|(name, _)| *name == key) {
                self.faults.push((at, format!("cannot be used: {why}")));
            } else if let Some(name) = meant(key, &known).filter(|name| !has(name)) {
                self.faults.push((at, format!("unknown member; did you mean `{name}`?")));
            } else {
                self.unknown.push(at);
            }
        }
    }

    fn networks(&mut self, node: &Node) {
        self.section("networks", node, &NETWORKS, &[]);
        for (name, section) in [("nodes", &NODES), ("edges", &EDGES)] {
            let items = members(node).iter().find(|member| member.key == name).map(|member| &member.node.value);
            let Some(Value::Array(items)) = items else { continue };
            for (index, item) in items.iter().enumerate() {
                self.section(&format!("networks.{name}.{index}"), item, section, &[]);
            }
        }
    }

    fn input(&mut self, input: &Member) {
        if !is_enabled(&input.node) {
            return;
        }
        let kind =
            members(&input.node).iter().find(|member| member.key == "input_type").map(|member| &member.node.value);
        let Some(Value::String(kind)) = kind else { return };
        let section = match kind.as_str() {
            "spikes" => &SPIKES,
            "current_clamp" => &CLAMP,
            "csv" | "file" => &TABLE,
            // Refused as a whole where it is read.
            _ => return,
        };
        self.section(&format!("inputs.{}", input.key), &input.node, section, &INPUT);
    }
}

/// The members of an object; none of anything else, which is refused where it is read.
fn members(node: &Node) -> &[Member] {
    match &node.value {
        Value::Object(members) => members,
        _ => &[],
    }
}

/// Whether a report is one of weights.
fn is_recorder(node: &Node) -> bool {
    let is = |value: &Value| matches!(value, Value::String(text) if text == "weight_recorder");
    members(node).iter().any(|member| member.key == "module" && is(&member.node.value))
}

fn is_enabled(node: &Node) -> bool {
    !members(node).iter().any(|member| member.key == "enabled" && member.node.value == Value::Bool(false))
}
