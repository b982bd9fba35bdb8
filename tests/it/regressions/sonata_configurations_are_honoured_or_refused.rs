//! Members of a configuration and columns of its tables were passed over without a word: `"enabled": false` of edges, kinds
//! of reports, ports, gap junctions, parameters that no model has. Each is honoured, noted, or refused by name.

use super::circuits::{changed, data, fault, read, run};
use neuropil::model::Document;
use neuropil::model::circuit::{Circuit, CircuitError};
use serde_json::{Value, json};
use std::path::Path;

const CURRENTS: &str = "nest_currents/circuit_config.json";
const DELTA: &str = "nest_delta/circuit_config.json";

/// A change of the members of a configuration.
type Change = fn(&mut Value);

/// The circuit of a configuration with what `simulation_config.json` beside it says, then changed.
fn simulation(config: &str, all: &mut Value) {
    let path = data(config).with_file_name("simulation_config.json");
    let simulation: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for (name, value) in simulation.as_object().unwrap() {
        all[name] = value.clone();
    }
}

fn notes(config: &str, change: impl Fn(&mut Value)) -> String {
    let circuit = changed(config, |all| {
        simulation(config, all);
        change(all);
    });
    circuit.unwrap().notes.join("\n")
}

fn refused(config: &str, change: impl Fn(&mut Value)) -> String {
    fault(changed(config, |all| {
        simulation(config, all);
        change(all);
    }))
}

#[test]
fn disabled_entries_of_networks_are_left_out() {
    let edges = |all: &mut Value| {
        simulation(CURRENTS, all);
        all["inputs"]["clamp"]["amp"] = json!(900.0);
        for entry in all["networks"]["edges"].as_array_mut().unwrap() {
            entry["enabled"] = json!(false);
        }
    };
    // Nothing but the clamp onto four cells of `inh` remains.
    let spikes = run(&changed(CURRENTS, edges).unwrap());
    assert_eq!(spikes.keys().collect::<Vec<_>>(), ["inh"]);
    assert!(spikes["inh"].iter().all(|(_, node)| [0, 3, 13, 15].contains(node)));
    // Nodes without which edges hang in the air.
    let said = refused(CURRENTS, |all| all["networks"]["nodes"][1]["enabled"] = json!(false));
    assert!(said.contains("node population `inh`, which no nodes file has"), "{said}");
    let said = refused(CURRENTS, |all| all["networks"]["edges"][0]["enabled"] = json!("no"));
    assert!(said.contains("networks.edges.0.enabled: found \"no\", expected true or false"), "{said}");
}

/// A member of every section: (what is set, what is said of it).
#[test]
fn members_without_a_meaning_are_noted_and_slips_refused_in_every_section() {
    let noted: [(Change, &str); 7] = [
        (|all| all["run"]["colour"] = json!(1), "`run.colour` has no meaning here"),
        (|all| all["conditions"] = json!({"weather": 1}), "`conditions.weather` has no meaning here"),
        (|all| all["components"]["cellar"] = json!("x"), "`components.cellar` has no meaning here"),
        (|all| all["networks"]["layers"] = json!([]), "`networks.layers` has no meaning here"),
        (|all| all["networks"]["edges"][1]["colour"] = json!(1), "`networks.edges.1.colour` has no meaning here"),
        (|all| all["inputs"]["clamp"]["colour"] = json!(1), "`inputs.clamp.colour` has no meaning here"),
        (|all| all["reports"] = json!({"v": {"cells": "exc", "colour": 1}}), "`reports.v.colour` has no meaning here"),
    ];
    for (change, expected) in noted {
        let notes = notes(CURRENTS, change);
        assert!(notes.contains(expected), "`{expected}` is not in\n{notes}");
    }
    let slips: [(Change, &str); 6] = [
        (|all| all["run"] = json!({"tstpo": 10.0}), "run.tstpo: unknown member; did you mean `tstop`?"),
        (|all| all["networks"]["edges"][0]["enabeld"] = json!(false), "did you mean `enabled`?"),
        (|all| all["inputs"]["clamp"]["enabeld"] = json!(false), "inputs.clamp.enabeld: unknown member; did you mean"),
        (|all| all["reports"] = json!({"v": {"varable_name": "V_m"}}), "did you mean `variable_name`?"),
        (|all| all["components"] = json!({"point_neuron_model_dir": "x"}), "did you mean `point_neuron_models_dir`?"),
        (|all| all["inputs"]["thalamic"]["use_parot_neurons"] = json!(true), "did you mean `use_parrot_neurons`?"),
    ];
    for (change, expected) in slips {
        let said = refused(CURRENTS, change);
        assert!(said.contains(expected), "`{expected}` is not in\n{said}");
    }
}

#[test]
fn members_that_would_change_the_result_are_refused() {
    let cases: [(Change, &str); 18] = [
        (
            |all| all["reports"] = json!({"v": {"cells": "exc", "node_set": "exc"}}),
            "reports.v.node_set: stands beside `cells`, which says the same: leave one out",
        ),
        (
            |all| all["reports"] = json!({"v": {"cells": "exc", "dt": 0.1, "interval": 1}}),
            "reports.v.interval: stands beside `dt`",
        ),
        (
            |all| all["reports"] = json!({"v": {"cells": {"population": "exc", "node_id": [1, 2.5]}}}),
            "reports.v.cells.node_id: found 2.5, expected a whole number",
        ),
        (
            |all| all["inputs"]["clamp"]["node_set"] = json!({"population": "exc", "node_id": ["1"]}),
            "inputs.clamp.node_set.node_id: found \"1\", expected a whole number",
        ),
        (|all| all["networks"]["gap_juncs"] = json!([{}]), "networks.gap_juncs: gap junctions cannot be run"),
        (|all| all["components"]["nest_modules"] = json!("m"), "components.nest_modules: cannot be used"),
        (|all| all["gid_mapping_file"] = json!("g.h5"), "gid_mapping_file: cannot be used"),
        (|all| all["run"]["n_runs"] = json!(3), "run.n_runs: found 3, a run is one run"),
        (|all| all["inputs"]["thalamic"]["use_parrot_neurons"] = json!(true), "use_parrot_neurons: is true, but"),
        (|all| all["inputs"]["thalamic"]["units"] = json!("s"), "inputs.thalamic.units: cannot be used"),
        (|all| all["inputs"]["thalamic"]["module"] = json!("function"), "found `function`, expected h5"),
        (|all| all["inputs"]["clamp"]["input_type"] = json!("voltage_clamp"), "found `voltage_clamp`, expected spikes"),
        (
            |all| all["inputs"]["clamp"]["amp"] = json!([1.0, 2.0]),
            "inputs.clamp.delay: has 1 values, expected 2 as amp has",
        ),
        (
            |all| all["reports"] = json!({"w": {"module": "weight_recorder", "cells": "exc"}}),
            "reports.w.model_template: is missing, expected a model of synapses",
        ),
        (|all| all["reports"] = json!({"v": {"cells": "exc", "sections": "apical"}}), "sections: found `apical`"),
        (|all| all["reports"] = json!({"v": {"cells": "exc", "transform": {"V_m": "f"}}}), "transform: found"),
        (
            |all| all["inputs"]["clamp"]["node_set"] = json!({"population": "exc", "layer": 4}),
            "inputs.clamp.node_set.layer: is no column that any nodes have",
        ),
        (
            |all| {
                let first = all["networks"]["nodes"][0].clone();
                all["networks"]["nodes"].as_array_mut().unwrap().push(first);
            },
            "has a second population `exc`",
        ),
    ];
    for (change, expected) in cases {
        let said = refused(CURRENTS, change);
        assert!(said.contains(expected), "`{expected}` is not in\n{said}");
    }
}

#[test]
fn a_duration_goes_before_tstop_and_says_so() {
    let change = |all: &mut Value| {
        simulation(CURRENTS, all);
        all["run"]["duration"] = json!(12.5);
    };
    let circuit = changed(CURRENTS, change).unwrap();
    assert_eq!(circuit.duration_ms, 12.5);
    assert!(circuit.notes.join("\n").contains("run.duration = 12.5 ms is the end, as in bmtk; run.tstop is not used"));
    let said = refused(CURRENTS, |all| all["run"]["duration"] = json!(12.55));
    assert!(said.contains("run.duration: 12.55 ms is not a multiple"), "{said}");
}

/// `node_ids` and `populations` are bmtk's other names; a clamp without a node set reaches all cells.
#[test]
fn node_sets_take_the_names_of_bmtk() {
    let clamped = |set: Option<Value>| {
        let circuit = changed(CURRENTS, |all| {
            simulation(CURRENTS, all);
            all["networks"]["edges"] = json!([]);
            let clamp = all["inputs"]["clamp"].as_object_mut().unwrap();
            clamp.insert("amp".into(), json!(900.0));
            clamp.remove("node_set");
            clamp.extend(set.clone().map(|set| ("node_set".to_owned(), set)));
        });
        let mut nodes: Vec<(String, u64)> = run(&circuit.unwrap())
            .into_iter()
            .flat_map(|(population, own)| own.into_iter().map(move |(_, node)| (population.clone(), node)))
            .collect();
        nodes.sort();
        nodes.dedup();
        nodes
    };
    assert_eq!(
        clamped(Some(json!({"populations": ["exc"], "node_ids": [2, 5]}))),
        [("exc".into(), 2), ("exc".into(), 5)]
    );
    assert_eq!(clamped(None).len(), 56);
}

/// bmtk leaves them out; a note says how many and the first.
#[test]
fn spikes_of_nodes_beyond_the_population_are_noted() {
    let folder = tempfile::tempdir().unwrap();
    let spikes = folder.path().join("spikes.csv");
    std::fs::write(&spikes, "timestamps population node_ids\n1.0 thalamus 3\n2.0 thalamus 77\n3.0 thalamus 77\n")
        .unwrap();
    let circuit = changed(CURRENTS, |all| {
        simulation(CURRENTS, all);
        all["inputs"] =
            json!({"t": {"input_type": "spikes", "module": "csv", "node_set": "thalamus", "input_file": spikes}});
    });
    let notes = circuit.unwrap().notes.join("\n");
    assert!(
        notes.contains("2 spikes of 1 nodes that `thalamus` does not have are not sent, the first of node 77"),
        "{notes}"
    );
}

/// A folder with a copy of a circuit.
fn copied(name: &str) -> tempfile::TempDir {
    fn copy(from: &Path, to: &Path) {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let target = to.join(path.file_name().unwrap());
            if path.is_dir() {
                copy(&path, &target);
            } else {
                std::fs::copy(&path, &target).unwrap();
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    copy(&data(name), folder.path());
    folder
}

#[test]
fn what_the_json_of_a_cell_says_is_honoured_or_refused() {
    let with = |text: &str| {
        let folder = copied("nest_delta");
        std::fs::write(folder.path().join("cells/delta.json"), text).unwrap();
        read(&folder.path().join("config.json"))
    };
    for (text, expected) in [
        ("{\"refractory_input\": true}", "parameter `refractory_input` is not one of the model's (iaf_psc_delta)"),
        ("{\"V_th\": \"-50\"}", "V_th is \"-50\", expected a number"),
        ("{\"V_min\": -80.0}", "parameter `V_min` is not one of the model's (iaf_psc_delta)"),
        ("{\"E_L\": null}", "E_L is null, expected a number"),
        ("{\"asc\": [1.0]}", "parameter `asc` is not one of the model's (iaf_psc_delta)"),
    ] {
        let said = fault(with(text));
        assert!(said.contains(expected), "{text}: `{expected}` is not in\n{said}");
    }
    let idle =
        with("{\"refractory_input\": false, \"tau_minus\": 20.0, \"comment\": \"ours\"}").unwrap().notes.join("\n");
    assert!(idle.contains("delta.json: not used here: comment"), "{idle}");
}

/// Edges with one kind of synapse, described by `text`.
fn with_kind(text: &str) -> (tempfile::TempDir, Result<Circuit, CircuitError>) {
    let folder = copied("nest_delta");
    std::fs::write(folder.path().join("cells/kind.json"), text).unwrap();
    let table = folder.path().join("network/noise_cells_edge_types.csv");
    std::fs::write(table, "edge_type_id dynamics_params\n7 kind.json\n").unwrap();
    let path = folder.path().join("circuit_config.json");
    let config = std::fs::read_to_string(&path).unwrap();
    let with = "\"synaptic_models_dir\": \"$BASE_DIR/cells\", \"point_neuron_models_dir\"";
    std::fs::write(&path, config.replace("\"point_neuron_models_dir\"", with)).unwrap();
    let circuit = read(&folder.path().join("config.json"));
    (folder, circuit)
}

#[test]
fn what_the_json_of_an_edge_says_is_honoured_or_refused() {
    for (text, expected) in [
        (
            "{\"receptor_type\": 1}",
            "edge 0 of `noise__cells__chemical`: receptor_type of `kind.json` is 1, expected 0, or no receptor_type of lif_",
        ),
        ("{\"tau1\": 1.0}", "`kind.json`: parameter `tau1` is not one of the model's (static_synapse)"),
        ("{\"delay\": \"1\"}", "delay is \"1\", expected a number"),
        ("{\"sign\": -1}", "has the sign -1, which is for IntFire1 cells"),
        ("[1]", "is no JSON object"),
    ] {
        let (_folder, circuit) = with_kind(text);
        let said = fault(circuit);
        assert!(said.contains(expected), "{text}: `{expected}` is not in\n{said}");
    }
    let spikes = |text: &str| run(&with_kind(text).1.unwrap());
    assert_eq!(spikes("{}"), spikes("{\"delay\": 1.0, \"receptor_type\": 0}"), "the default of NEST");
    assert_ne!(spikes("{}"), spikes("{\"delay\": 9.0}"), "the delay of the kind");
    let said = refused(DELTA, |all| all["components"] = json!({"synaptic_models_dir": "."}));
    assert!(
        said.contains("components.point_neuron_models_dir: is missing, but `delta.json` should lie there"),
        "{said}"
    );
}

#[test]
fn a_table_that_names_what_cannot_be_run_is_refused() {
    for (file, text, expected) in [
        ("network/noise_cells_edge_types.csv", "edge_type_id is_gap_junction\n7 True\n", "it is a gap junction"),
        (
            "network/noise_cells_edge_types.csv",
            "edge_type_id weight_function\n7 gaussianLL\n",
            "`gaussianLL` is not known",
        ),
        (
            "network/noise_cells_edge_types.csv",
            "edge_type_id dynamics_params\n7 lost.json\n",
            "components.synaptic_models_dir: is missing",
        ),
        (
            "network/cells_node_types.csv",
            "node_type_id model_type model_template model_processing\n1 point_neuron nest:iaf_psc_delta fix_axon\n2 point_neuron nest:iaf_psc_exp NULL\n",
            "model_processing is `fix_axon`",
        ),
    ] {
        let folder = copied("nest_delta");
        std::fs::write(folder.path().join(file), text).unwrap();
        let said = fault(read(&folder.path().join("config.json")));
        assert!(said.contains(expected), "{file}: `{expected}` is not in\n{said}");
    }
}

/// The directory of `config.json` is the one where the program runs; it was taken for the root of the disk.
#[test]
fn configdir_of_a_bare_file_name_is_where_the_program_runs() {
    let here = std::env::current_dir().unwrap();
    for variable in ["${configdir}", "$BASE", "${BASE}", "${workingdir}"] {
        let text = json!({"manifest": {"$BASE": "${configdir}"}, "run": {"tstop": 1.0},
            "networks": {"nodes": [{"nodes_file": format!("{variable}/lost_nodes.h5")}]}});
        let document = Document::parse("bare.json", text.to_string()).unwrap();
        let said = fault(Circuit::read(&document, None));
        let expected = here.join("lost_nodes.h5").display().to_string();
        assert!(said.contains(&expected), "{variable}: `{expected}` is not in\n{said}");
    }
}

/// bmtk lets the named file replace what stands here; both at once went by without a word.
#[test]
fn a_section_in_two_files_is_told() {
    let folder = copied("nest_delta");
    let path = folder.path().join("config.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let with = text.replacen('{', "{\"run\": {\"tstop\": 7.0}, \"neuropil_input_times\": \"nearest\",", 1);
    std::fs::write(&path, with).unwrap();
    let circuit = read(&path).unwrap();
    assert_eq!(circuit.duration_ms, 400.0);
    let notes = circuit.notes.join("\n");
    assert!(notes.contains("`run` stands in") && notes.contains("simulation_config.json, which is used"), "{notes}");
    assert!(notes.contains("rounded to the nearest steps"), "{notes}");
}

/// Ids without a node were left out of lists, and clamps, reports, spikes beyond the run and other delays than those written
/// passed. Would catch a note on what does act.
#[test]
fn what_is_not_there_or_never_acts_is_noted() {
    let noted: [(Change, &str); 10] = [
        (
            |all| all["inputs"]["clamp"]["node_set"] = json!({"population": "exc", "node_id": [0, 4000, 5000]}),
            "inputs.clamp.node_set: 2 of 3 node ids are of no node and left out, the first is 4000",
        ),
        (
            |all| all["reports"] = json!({"v": {"cells": [0, 4000]}}),
            "reports.v.cells: 1 of 2 node ids are of no node and left out, the first is 4000",
        ),
        (
            |all| {
                all["node_sets"] = json!({"few": {"population": "inh", "gid": [1, 4000]}});
                all["inputs"]["clamp"]["node_set"] = json!("few");
            },
            "node_sets: few: 1 of 2 node ids are of no node",
        ),
        (
            |all| all["inputs"]["clamp"]["delay"] = json!(5000),
            "inputs.clamp: begins at 5000 ms, the run ends at 400 ms: never on",
        ),
        (|all| all["inputs"]["clamp"]["duration"] = json!(0), "holds no step of the run: never on"),
        (
            |all| {
                for (key, list) in [("amp", [1, 2]), ("delay", [50, 5000]), ("duration", [10, 10])] {
                    all["inputs"]["clamp"][key] = json!(list);
                }
            },
            "inputs.clamp: 1 of 2 steps are never on; the first, begins at 5000 ms",
        ),
        (
            |all| all["reports"] = json!({"v": {"cells": "exc", "start_time": 2000, "end_time": 3000}}),
            "reports.v: its first frame is at 2000 ms, the run ends at 400 ms: nothing is recorded",
        ),
        (|all| all["run"]["tstop"] = json!(1), "input spikes are later than the end of the run at 1 ms"),
        (|all| all["run"]["dt"] = json!(0.25), "are rounded to steps of 0.25 ms, one at least"),
        (|all| all["run"]["dt"] = json!(4), "are rounded to steps of 4 ms, one at least"),
    ];
    let silent = notes(CURRENTS, |_| ());
    for (change, expected) in noted {
        let notes = notes(CURRENTS, change);
        assert!(notes.contains(expected), "`{expected}` is not in\n{notes}");
    }
    let delays = "151 delays of the edges `inh__exc__chemical` are rounded to steps of 0.1 ms, one at least: 1.750710050139568 ms";
    assert!(silent.contains(delays), "{silent}");
    for words in ["of no node", "never on", "nothing is recorded", "never sent"] {
        assert!(!silent.contains(words), "`{words}` is in\n{silent}");
    }
}
