//! Circuits that learn while they run, and what becomes of their weights.

use super::contents::contents;
use super::{Desk, output, root};
use neuropil_record::{Arrays, Edges, Recording, edges};
use serde_json::{Value, json};
use std::process::Command;

/// A desk with a copy of a folder of circuits.
fn desk(folder: &str) -> Desk {
    let desk = Desk::new();
    let theirs = root().join("tests/data/sonata").join(folder);
    assert!(output(Command::new("cp").arg("-r").arg(theirs).arg(desk.path("own"))).status.success());
    desk
}

fn read(desk: &Desk, file: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(desk.path(file)).unwrap()).unwrap()
}

/// Writes the configuration `own/NAME` with this section.
fn learning(desk: &Desk, (from, name): (&str, &str), section: &Value) {
    let mut config = read(desk, from);
    config["neuropil_learning"] = section.clone();
    std::fs::write(desk.path(name), config.to_string()).unwrap();
}

fn edges_of(desk: &Desk, name: &str, types: &str) -> Edges {
    edges(&desk.path(name), Some(&desk.path(types))).unwrap().remove(0)
}

fn numbers(edges: &Edges, column: &str) -> Vec<f64> {
    (0..edges.sources.len()).map(|edge| edges.attributes.number(edge, column).unwrap()).collect()
}

/// Types of cells that the twin has, and their cells in `models/cells/glif.nestml`: leaky, with a reset and a threshold that
/// spikes move, with after-spike currents.
const TYPES: [(&str, u64, &str); 3] = [("10", 0, "glif_1"), ("11", 6, "glif_2"), ("12", 12, "glif_3")];
const CELLS_OF_TYPE: u64 = 6;
const RATE: f64 = 1e-7;

/// The text of a cell with four receptors and the numbers of a file.
fn cell(desk: &Desk, name: &str) -> String {
    let all = std::fs::read_to_string(root().join("models/cells/glif.nestml")).unwrap();
    let start = all.find(&format!("model {name}:")).unwrap();
    let end = all[start + 1..].find("\n# GLIF").map_or(all.len(), |end| start + 1 + end);
    let mut text = all[start..end]
        .replace("        tau_3 ms = 2 ms\n", "        tau_3 ms = 2 ms\n        tau_4 ms = 2 ms\n")
        .replace(
            "        recordable inline I_syn",
            "        kernel alpha_4 = (e / tau_4) * t * exp(-t / tau_4)\n        recordable inline I_syn",
        )
        .replace("convolve(alpha_3, receptor_3)", "convolve(alpha_3, receptor_3) + convolve(alpha_4, receptor_4)")
        .replace("        receptor_3 <- spike\n", "        receptor_3 <- spike\n        receptor_4 <- spike\n");
    let parameters = read(desk, &format!("own/cells/{name}.json"));
    for (key, value) in parameters.as_object().unwrap() {
        let (stem, unit) = match key.as_str() {
            "g" => ("g_L", "nS"),
            "tau_syn" => ("tau", "ms"),
            "asc_amps" => ("asc_amp", "pA"),
            "C_m" => ("C_m", "pF"),
            "E_L" | "V_th" | "V_reset" | "th_spike_add" | "voltage_reset_add" => (key.as_str(), "mV"),
            "t_ref" => ("t_ref", "ms"),
            "asc_decay" | "th_spike_decay" => (key.as_str(), "1/ms"),
            "asc_r" | "voltage_reset_fraction" => (key.as_str(), "real"),
            _ => continue,
        };
        let listed = value.as_array().cloned();
        let named: Vec<(String, f64)> = match listed {
            Some(items) => (1..).zip(items).map(|(n, own)| (format!("{stem}_{n}"), own.as_f64().unwrap())).collect(),
            None => vec![(stem.to_owned(), value.as_f64().unwrap())],
        };
        for (name, value) in named {
            let value =
                if unit == "1/ms" { format!("{value} / 1 ms") } else { format!("{value} {unit}").replace(" real", "") };
            let line = format!("        {name} {unit} = ");
            let Some(at) = text.find(&line) else { continue };
            let stop = at + text[at..].find('\n').unwrap();
            text.replace_range(at..stop, &format!("{line}{value}"));
        }
    }
    text
}

/// What is written of the twin's projection: the edges, by number.
type Group = (usize, String, Vec<usize>);

/// The cells of three types as a model file, onto which the circuit's cells and its input send what they sent; and the edges of
/// each projection.
fn twin(desk: &Desk, all: &[Edges; 2], readout: &Value) -> (Value, Vec<Group>) {
    let recording = Recording::open(desk.path("run.h5")).unwrap();
    let input = Recording::open(desk.path("own/inputs/lgn.h5")).unwrap();
    let mut populations = serde_json::Map::new();
    for (name, from, cells, up) in [("v1", &recording, 48, false), ("lgn", &input, 16, true)] {
        let spikes = from.spikes(name).unwrap();
        let step = |time: f64| if up { (time * 10.0 - 1e-6).ceil() } else { (time * 10.0).round() };
        let kept =
            spikes.times_ms.iter().zip(&spikes.node_ids).filter(|(time, _)| step(**time) >= 1.0 && **time < 60.0);
        let (times, nodes): (Vec<f64>, Vec<u64>) = kept.map(|(time, node)| (step(*time) / 10.0, *node)).unzip();
        let sent = json!({"cells": cells, "model": "spike_train", "spikes": {"times_ms": times, "cells": nodes}});
        populations.insert(format!("{name}_sends"), sent);
    }
    let (mut projections, mut groups) = (Vec::new(), Vec::new());
    for (node_type, first, cell_name) in TYPES {
        std::fs::write(desk.path(&format!("{cell_name}.nestml")), cell(desk, cell_name)).unwrap();
        populations.insert(node_type.into(), json!({"cells": CELLS_OF_TYPE, "model": format!("{cell_name}.nestml")}));
        for (number, (edges, sender)) in all.iter().zip(["v1_sends", "lgn_sends"]).enumerate() {
            let (weights, delays) = (numbers(edges, "syn_weight"), numbers(edges, "delay"));
            for port in 1..=4 {
                let is_own = |edge: &usize| {
                    edges.attributes.type_id(*edge) == port
                        && (first..first + CELLS_OF_TYPE).contains(&edges.targets[*edge])
                };
                let mut own: Vec<usize> = (0..edges.sources.len()).filter(is_own).collect();
                // As a recording has them.
                own.sort_by_key(|edge| edges.targets[*edge]);
                let list = |of: &dyn Fn(usize) -> f64| own.iter().map(|edge| of(*edge)).collect::<Vec<_>>();
                let name = format!("{number}_{node_type}_{port}");
                projections.push(json!({
                    "name": name, "from": sender, "to": node_type, "receptor": format!("receptor_{port}"), "rule": "list",
                    "sources": own.iter().map(|edge| edges.sources[*edge]).collect::<Vec<_>>(),
                    "targets": own.iter().map(|edge| edges.targets[*edge] - first).collect::<Vec<_>>(),
                    "weight": list(&|edge| weights[edge]), "multapses": true, "autapses": true,
                    "delay_ms": list(&|edge| (delays[edge] * 10.0).round().max(1.0) / 10.0),
                    "plastic": {"learning_rate": RATE},
                }));
                groups.push((number, name, own));
            }
        }
    }
    let mut section = readout.clone();
    section["readout"]["from"] = json!(TYPES.map(|own| own.0));
    let model = json!({
        "simulation": {"dt_ms": 0.1, "duration_ms": 60}, "populations": populations, "projections": projections,
        "learning": section,
    });
    (model, groups)
}

/// What e-prop makes of a circuit of GLIF cells with several ports, delays and both signs is what it makes of the same cells that
/// a model file writes, with the weights, ports and delays of the tables, on the same spikes. The change of every weight is seen
/// in the edges that are exported. Would catch a synapse that has the gradient of another, a port, a delay or a cell that is
/// another's, a readout of other cells, and edges that learn unasked.
#[test]
fn gradients_are_those_of_the_same_cells_in_a_model_file() {
    let desk = desk("nest_glif");
    let section = json!({
        "rule": "eprop", "apply_every_ms": 60,
        "readout": {"from": {"population": "v1", "node_type_id": [10, 11, 12]}, "outputs": 1, "tau_ms": 15, "weight": 500},
        "target": {"every_ms": 60, "values": [90]}
    });
    let mut of_circuit = section.clone();
    of_circuit["cell_type"] = json!("ei");
    of_circuit["plastic"] = json!([
        {"edges": "v1__v1__chemical", "edge_type_id": [1, 2, 3], "learning_rate": RATE},
        {"edges": "lgn__v1__chemical", "learning_rate": RATE}
    ]);
    learning(&desk, ("own/config.json", "own/learn.json"), &of_circuit);
    desk.done(&["run", "own/learn.json", "-q", "-o", "run.h5", "--duration-ms", "60"]);
    desk.done(&["export", "run.h5", "--to", "sonata", "-o", "out"]);
    let names = [("v1_v1", 1), ("lgn_v1", 0)];
    let before = names.map(|(name, _)| {
        edges_of(&desk, &format!("own/network/{name}_edges.h5"), &format!("own/network/{name}_edge_types.csv"))
    });
    let after = names.map(|(name, place)| {
        edges_of(&desk, &format!("out/network/{place}_{name}_edges.h5"), &format!("own/network/{name}_edge_types.csv"))
    });
    let (model, groups) = twin(&desk, &before, &section);
    std::fs::write(desk.path("twin.json"), model.to_string()).unwrap();
    desk.done(&["run", "twin.json", "-q", "-o", "twin.h5"]);
    let of = |file: &str, object: &str| Arrays::open(desk.path(file)).unwrap().f64(object).unwrap().1;
    assert_eq!(of("run.h5", "/neuropil/learning/y"), of("twin.h5", "/neuropil/learning/y"), "the spikes differ");
    let weights = [&before, &after].map(|all| [numbers(&all[0], "syn_weight"), numbers(&all[1], "syn_weight")]);
    let (mut learned, mut negative) = (0, 0);
    for (number, name, own) in groups {
        let found: Vec<f64> = own.iter().map(|&edge| weights[1][number][edge] - weights[0][number][edge]).collect();
        if number == 0 && name.ends_with("_4") {
            assert!(found.iter().all(|change| *change == 0.0), "{name} was not asked to learn");
            continue;
        }
        let twin = of("twin.h5", &format!("/neuropil/weights/{name}/weight"));
        for ((edge, found), twin) in own.iter().zip(found).zip(twin) {
            let start = weights[0][number][*edge];
            assert!(
                (found - (twin - start)).abs() <= 1e-9 * (1.0 + start.abs()),
                "{name}: {found}, expected {}",
                twin - start
            );
            assert!(weights[1][number][*edge] * start > 0.0, "a weight has changed its sign");
            learned += usize::from(found.abs() > 1e-4);
            negative += usize::from(found.abs() > 1e-4 && start < 0.0);
        }
    }
    assert!(learned > 30 && negative > 4, "{learned} and {negative} weights have changed");
}

/// `point_120cells` with the section of the example, changed.
fn example(desk: &Desk, name: &str, change: impl FnOnce(&mut Value)) {
    let mut config = read(desk, "own/derived/learning.json");
    config["run"]["tstop"] = json!(400);
    change(&mut config);
    std::fs::write(desk.path(&format!("own/derived/{name}")), config.to_string()).unwrap();
}

/// A run in parts is the run without pause, by a rule that returns credit over the types of a column of nodes; checkpoints fall
/// within windows.
#[test]
fn a_circuit_that_learns_goes_on_from_a_checkpoint() {
    let desk = desk("bmtk");
    example(&desk, "parts.json", |config| {
        let own = &mut config["neuropil_learning"];
        (own["rule"], own["mu"]) =
            (json!("modprop_type_online"), json!({"kind": "constant", "value": {"e": 0.0001, "i": 0.0002}}));
        own["record_weights_every_ms"] = json!(200);
        for place in 0..2 {
            own["plastic"][place]["learning_rate"] = json!(1e-5);
        }
    });
    let file = "own/derived/parts.json";
    desk.done(&["run", file, "-q", "-o", "whole.h5", "--threads", "2"]);
    desk.done(&[
        "run",
        file,
        "-q",
        "-o",
        "parts.h5",
        "--duration-ms",
        "130",
        "--checkpoint-every-ms",
        "50",
        "--threads",
        "1",
    ]);
    desk.done(&["resume", "parts.h5", "-q", "--until-ms", "215", "--threads", "2"]);
    desk.done(&["resume", "parts.h5", "-q", "--until-ms", "400"]);
    let (whole, parts) = (contents(&desk.path("whole.h5")), contents(&desk.path("parts.h5")));
    assert!(whole.iter().any(|own| own.0 == "/neuropil/learning/y"));
    assert_eq!(parts, whole);
    example(&desk, "eprop.json", |_| {});
    desk.done(&["run", "own/derived/eprop.json", "-q", "-o", "eprop.h5"]);
    let y = |file: &str| Arrays::open(desk.path(file)).unwrap().f64("/neuropil/learning/y").unwrap().1;
    assert!(y("eprop.h5") != y("whole.h5"), "credit has returned from nowhere");
}

/// The example learns; the circuit that is exported of a network that did not learn is the circuit, and one that did has other
/// spikes.
#[test]
fn an_exported_circuit_has_the_weights_that_were_learned() {
    let desk = desk("bmtk");
    let spikes = |file: &str| {
        let own = Recording::open(desk.path(file)).unwrap().spikes("cortex").unwrap();
        let mut own: Vec<(u64, u64)> = own.times_ms.iter().map(|time| time.to_bits()).zip(own.node_ids).collect();
        own.sort_unstable();
        own
    };
    let folder = "own/derived";
    example(&desk, "plain.json", |config| drop(config.as_object_mut().unwrap().remove("neuropil_learning")));
    example(&desk, "still.json", |config| {
        for place in 0..2 {
            config["neuropil_learning"]["plastic"][place]["learning_rate"] = json!(0);
        }
    });
    example(&desk, "learns.json", |_| {});
    for name in ["plain", "still", "learns"] {
        desk.done(&["run", &format!("{folder}/{name}.json"), "-q", "-o", &format!("{name}.h5")]);
    }
    for name in ["still", "learns"] {
        let said = desk.done(&["export", &format!("{name}.h5"), "--to", "sonata", "-o", name]);
        assert!(said.contains("2,661 learned weights in 2 files of edges"), "{said}");
        desk.done(&["run", &format!("{name}/config.json"), "-q", "-o", &format!("{name}_again.h5")]);
    }
    assert_eq!(spikes("plain.h5"), spikes("still.h5"));
    assert_eq!(spikes("plain.h5"), spikes("still_again.h5"));
    assert!(spikes("learns_again.h5").len() > spikes("plain.h5").len() + 50);
    let done = desk.run(&["export", "learns.h5", "--to", "csv", "-o", "csv"]);
    assert!(done.err.contains("of one that learned, --to sonata writes the weights"), "{}", done.err);

    // The configuration that was run is not replaced, also with --force, and one that did not learn need not be there.
    let before = std::fs::read(desk.path("own/derived/learns.json")).unwrap();
    std::fs::copy(desk.path("own/derived/learns.json"), desk.path("own/derived/config.json")).unwrap();
    desk.done(&["run", "own/derived/config.json", "-q", "-o", "config.h5"]);
    let done = desk.run(&["export", "config.h5", "--to", "sonata", "-o", "own/derived", "--force"]);
    assert!(done.code == 4 && done.err.contains("the place of the configuration that was run"), "{}", done.err);
    assert_eq!(std::fs::read(desk.path("own/derived/config.json")).unwrap(), before);
    let populations = Recording::open(desk.path("learns.h5")).unwrap().populations().unwrap();
    let cortex = populations.iter().find(|own| own.name == "cortex").unwrap();
    assert_eq!((cortex.cell_type.as_str(), cortex.model.as_str()), ("e+i", "lif_delta"));
    std::fs::rename(desk.path("own"), desk.path("elsewhere")).unwrap();
    desk.done(&["export", "plain.h5", "--to", "sonata", "-o", "plain"]);
    let done = desk.run(&["export", "learns.h5", "--to", "sonata", "-o", "lost"]);
    assert!(done.code == 3 && done.err.contains("--spikes-only"), "{}", done.err);
    assert!(!desk.exists("lost"));
}

/// A path in the section, what stands there, and what is said.
type Wrong = (&'static str, Value, &'static str);

#[test]
fn what_a_circuit_cannot_learn_by_is_told_where_it_stands() {
    let desk = desk("bmtk");
    let edges = |own: Value| json!([own]);
    let table: [Wrong; 15] = [
        (
            "/plastic",
            edges(json!({"edges": "cortex_cortex", "learning_rate": 1})),
            "plastic.0.edges: there are no edges `cortex_cortex`; did you mean `cortex_to_cortex`?",
        ),
        ("/plastic", edges(json!({"edges": "cortex_to_cortex"})), "plastic.0: `learning_rate` is missing"),
        ("/plastic", edges(json!({"learning_rate": 1})), "plastic.0: `edges` is missing"),
        ("/plastic", json!([]), "plastic: the list is empty"),
        (
            "/plastic",
            edges(json!({"edges": "cortex_to_cortex", "edge_type_id": [100, 7], "learning_rate": 1})),
            "plastic.0.edge_type_id: found 7, but the edges `cortex_to_cortex` have the types 100, 101",
        ),
        (
            "/plastic",
            json!([{"edges": "cortex_to_cortex", "edge_type_id": 100, "learning_rate": 1}, {"edges": "cortex_to_cortex", "learning_rate": 1}]),
            "plastic.1: edges of `cortex_to_cortex` stand here that neuropil_learning.plastic.0 has already",
        ),
        (
            "/plastic",
            edges(json!({"edges": "cortex_to_cortex", "learning_rate": 1, "max": -0.5})),
            "plastic.0.max: found -0.5, must be > 0",
        ),
        (
            "/plastic",
            edges(json!({"edges": "cortex_to_cortex", "learning_rate": 1, "max": 1.5})),
            "found a weight of 2 at the beginning",
        ),
        ("/readout/from", json!("thalamus"), "readout.from: the cells of `thalamus` only send"),
        ("/readout/from", json!("nobody"), "readout.from: there is neither a node set nor a population `nobody`"),
        ("/readout/from", json!(["excitatory", "cortex"]), "readout.from: node 0 of `cortex` stands here twice"),
        ("/cell_type", json!("kind"), "it has no `kind`, which neuropil_learning.cell_type names"),
        ("/cell_type", json!(3), "neuropil_learning.cell_type: found 3, expected a string"),
        ("/seed", json!(-1), "neuropil_learning.seed: found -1, expected a whole number"),
        ("/rule", json!("modprop_type_online"), "neuropil_learning.mu: rule `modprop_type_online` needs mu"),
    ];
    for (path, value, said) in table {
        example(&desk, "wrong.json", |config| {
            let (parent, key) = path.rsplit_once('/').unwrap();
            config["neuropil_learning"].pointer_mut(parent).unwrap()[key] = value.clone();
        });
        let done = desk.run(&["run", "own/derived/wrong.json", "-o", "wrong.h5"]);
        assert!(done.code == 3 && done.err.contains(said), "{path} {value}: {}", done.err);
        assert!(!desk.exists("wrong.h5"));
    }
    for (key, said) in [("lags", "is of rules that learn from recordings"), ("plastics", "unknown field `plastics`")] {
        example(&desk, "wrong.json", |config| config["neuropil_learning"][key] = json!(3));
        let done = desk.run(&["run", "own/derived/wrong.json"]);
        assert!(done.code == 3 && done.err.contains(said), "{key}: {}", done.err);
    }
    let asked =
        [(&["--precision", "single"][..], "run in double precision"), (&["--seed", "3"], "`neuropil_learning.seed`")];
    for (option, said) in asked {
        let done = desk.run(&[&["run", "own/derived/learning.json"][..], option].concat());
        assert!(done.code == 3 && done.err.contains(said), "{option:?}: {}", done.err);
    }
}
