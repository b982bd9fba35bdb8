//! SONATA circuits: how they are named, and what is said of configurations that cannot be.

use super::{Desk, output, root};
use neuropil_record::Recording;
use std::process::Command;

/// A desk with a copy of a circuit in `nest/`.
fn desk() -> Desk {
    let desk = Desk::new();
    let theirs = root().join("tests/data/sonata/nest_currents");
    assert!(output(Command::new("cp").arg("-r").arg(theirs).arg(desk.path("nest"))).status.success());
    desk
}

/// Replaces `from` in a file of the circuit.
fn change(desk: &Desk, file: &str, from: &str, to: &str) {
    let path = desk.path(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    std::fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn a_recording_has_the_name_of_the_circuits_directory() {
    let desk = desk();
    desk.done(&["run", "nest/config.json", "-q", "--duration-ms", "10"]);
    desk.done(&["run", "nest/fine.json", "-q", "--duration-ms", "10"]);
    assert!(desk.exists("nest.h5") && desk.exists("fine.h5"), "{:?}", desk.files());
}

/// Arguments, a change (file, from, to), and what is said.
type Wrong<'t> = (&'t [&'t str], (&'t str, &'t str, &'t str), &'t [&'t str]);

#[test]
fn wrong_configurations_are_told_where_they_are_wrong() {
    let whole = "\"$NETWORK_DIR\": \"$BASE_DIR/network\"";
    let table: &[Wrong<'_>] = &[
        (
            &["nest/circuit_config.json"],
            ("nest/config.json", "network", "network"),
            &["circuit_config.json`: run: is missing: this file describes a circuit and no run", "`simulation`"],
        ),
        (
            &["nest/simulation_config.json"],
            ("nest/config.json", "network", "network"),
            &["simulation_config.json`: networks: is missing: this file describes a run and no circuit", "`network`"],
        ),
        (
            &["nest/config.json", "--seed", "4"],
            ("nest/config.json", "network", "network"),
            &["nothing in it is drawn at random, --seed has no effect"],
        ),
        (
            &["nest/config.json"],
            ("nest/circuit_config.json", whole, "\"$NETWORK_DIR\": \"$BASE_DIR/netwrk\""),
            &[
                "circuit_config.json`: manifest.$NETWORK_DIR: `nest/./netwrk` does not exist, where nodes_file is looked for",
            ],
        ),
        (
            &["nest/config.json"],
            ("nest/circuit_config.json", "\"$NETWORK_DIR/exc_nodes.h5", "\"$NETWRK_DIR/exc_nodes.h5"),
            &["circuit_config.json`: nodes_file: `$NETWRK_DIR` is not in the manifest, which has", "$NETWORK_DIR"],
        ),
        (
            &["nest/config.json"],
            ("nest/circuit_config.json", "exc_nodes.h5", "ecx_nodes.h5"),
            &["nest/./network/ecx_nodes.h5", "No such file"],
        ),
        (
            &["nest/config.json"],
            ("nest/simulation_config.json", "\"$BASE_DIR/inputs\"", "\"$BASE_DIR/input\""),
            &["simulation_config.json`: manifest.$INPUT_DIR: `nest/./input` does not exist"],
        ),
        (
            &["nest/config.json"],
            ("nest/circuit_config.json", "\"$BASE_DIR/cells\"", "\"$CELLS\""),
            &["circuit_config.json`: point_neuron_models_dir: `$CELLS` is not in the manifest"],
        ),
        (
            &["nest/config.json"],
            ("nest/simulation_config.json", "400.0", "400.05"),
            &["nest/config.json`: run.tstop: 400.05 ms is not a multiple of dt = 0.1 ms"],
        ),
        (
            &["nest/config.json", "--duration-ms", "1e300"],
            ("nest/config.json", "network", "network"),
            &["--duration-ms: 1e300 ms is not a duration"],
        ),
    ];
    for (arguments, (file, from, to), parts) in table {
        let desk = desk();
        change(&desk, file, from, to);
        for command in ["run", "check"] {
            let done = desk.run(&[&[command], *arguments].concat());
            assert_eq!(done.code, 3, "{arguments:?} {to}: {}", done.err);
            for part in *parts {
                assert!(done.err.contains(part), "{arguments:?} {to}: `{part}` is not in\n{}", done.err);
            }
        }
        assert_eq!(desk.files(), ["nest", "small.json"]);
    }
}

/// A session is no recording, and says what it is for.
#[test]
fn sessions_are_told_from_recordings() {
    let desk = Desk::new();
    let session = root().join("tests/data/nwb/session.nwb").display().to_string();
    for command in ["inspect", "plot"] {
        let done = desk.run(&[command, &session]);
        assert_eq!(done.code, 3);
        for part in ["session.nwb", "is an NWB session", "`neuropil import`", "`neuropil run --replay`"] {
            assert!(done.err.contains(part), "{command}: {}", done.err);
        }
    }
}

/// Sources may send as fast as they are told to; and a network of one block runs on one thread.
#[test]
fn fast_sources_are_no_seizure_and_threads_are_those_that_ran() {
    let desk = Desk::new();
    let model = r#"{"simulation": {"duration_ms": 20, "seed": 1},
      "populations": {"noise": {"cells": 5, "model": "poisson_source", "rate_hz": 3000}, "a": {"cells": 2, "model": "lif_exp"}},
      "projections": [{"from": "noise", "to": "a", "rule": "all_to_all", "weight_pa": 300, "delay_ms": 1}]}"#;
    std::fs::write(desk.path("fast.json"), model).unwrap();
    let shown = desk.done(&["run", "fast.json", "--threads", "3"]);
    assert!(!shown.contains("noise fires at"), "{shown}");
    assert!(shown.contains("a fires at") && shown.contains("epileptic?"), "{shown}");
    let how = Recording::open(desk.path("fast.h5")).unwrap().provenance().unwrap().unwrap();
    assert_eq!(how.threads, 1);
}
