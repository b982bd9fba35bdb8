//! Recordings for other tools, and theirs for us.

use super::Desk;
use neuropil_record::trains::{Request, TrainFile};
use neuropil_record::{Arrays, Recording};

/// Every kind of thing that a circuit can say: four models, parameters and initial potentials a cell, positions, rules of
/// wiring that draw by target and by source, drawn weights and delays, given spikes, Poisson cells and inputs, a current.
const RICH: &str = r#"{
  "simulation": {"dt_ms": 0.1, "duration_ms": 200, "seed": 5},
  "populations": {
    "alpha": {"cells": 40, "model": "lif_alpha", "cell_type": "Pyr cell", "tau_m_ms": {"distribution": "uniform", "low": 10, "high": 20},
      "initial": {"v_m_mv": {"distribution": "uniform", "low": -70, "high": -56}},
      "positions": {"shape": "box", "size_um": [100, 100, 50]}},
    "delta.b": {"cells": 20, "model": "lif_delta", "i_e_pa": 300, "initial": {"v_m_mv": -60}},
    "cond": {"cells": 20, "model": "lif_cond_exp", "tau_syn_exc_ms": 3},
    "given": {"cells": 5, "model": "spike_train", "spikes": {"times_ms": [0.1, 0.1, 5, 5, 33.3, 60], "cells": [0, 0, 1, 4, 2, 3]}},
    "noise": {"cells": 10, "model": "poisson_source", "rate_hz": 2000}
  },
  "projections": [
    {"from": "given", "to": "alpha", "rule": "all_to_all", "weight_pa": 80, "delay_ms": 0.1},
    {"from": "noise", "to": "alpha", "rule": "fixed_out_degree", "out_degree": 8, "weight_pa": {"distribution": "normal", "mean": 20, "std": 3}, "delay_ms": 1},
    {"from": "alpha", "to": "alpha", "rule": "fixed_probability", "probability": 0.2, "weight_pa": 30, "delay_ms": {"distribution": "uniform", "low": 0.5, "high": 3}},
    {"from": "alpha", "to": ["delta.b"], "rule": "fixed_total_number", "synapses": 200, "multapses": true, "weight_mv": 0.6, "delay_ms": 1.5},
    {"from": "delta.b", "to": "alpha", "rule": "fixed_in_degree", "in_degree": 4, "weight_pa": -60, "delay_ms": 0.8},
    {"from": "alpha", "to": "cond", "rule": "fixed_in_degree", "in_degree": 10, "weight_ns": 4, "delay_ms": 2}
  ],
  "inputs": [
    {"kind": "poisson", "to": "alpha", "in_degree": 100, "rate_hz": 30, "weight_pa": 18},
    {"kind": "poisson", "to": "cond", "in_degree": 100, "rate_hz": 30, "weight_ns": 2},
    {"kind": "step_current", "to": "delta.b", "amplitude_pa": 200, "start_ms": 20, "stop_ms": 150}
  ],
  "record": {"states": [{"population": "alpha", "variables": "v_m_mv", "cells": 3, "every_ms": 0.5}]}
}"#;

/// A desk with a rich network and its recording.
fn rich() -> Desk {
    let desk = Desk::new();
    std::fs::write(desk.path("rich.json"), RICH).unwrap();
    desk.done(&["run", "rich.json", "-q", "-o", "rich.h5"]);
    desk
}

/// Fails if a parameter, an initial value, a weight, a delay, a source, a Poisson spike (those that arrive in the first
/// step included) or a current is lost or moved by a step.
#[test]
fn an_exported_network_gives_the_same_spikes() {
    let desk = rich();
    let said = desk.done(&["export", "rich.h5", "--to", "sonata", "-o", "circuit"]);
    for part in ["spikes    ", "report    400 frames of 3 columns: output/alpha.v_m.h5", "network   ", "wrote circuit"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    desk.done(&["run", "circuit/config.json", "-q", "-o", "again.h5"]);
    let (first, again) = (open(&desk, "rich.h5"), open(&desk, "again.h5"));
    let written = open(&desk, "circuit/output/spikes.h5");
    for name in ["alpha", "delta.b", "cond"] {
        let spikes = first.spikes(name).unwrap();
        assert!(spikes.node_ids.len() > 20, "{name}: {} spikes", spikes.node_ids.len());
        assert_eq!(spikes, again.spikes(name).unwrap(), "{name}");
        assert_eq!(spikes, written.spikes(name).unwrap(), "{name}");
    }
    let report = |recording: &Recording| {
        let report = recording.reports().unwrap().remove(0);
        recording.report_data(&report, 0..report.frames).unwrap()
    };
    assert_eq!(report(&first).len(), 1200);
    let differ = report(&first).iter().zip(report(&again)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(differ < 1e-9, "potentials differ by {differ} mV");
    let exported = open(&desk, "circuit/output/alpha.v_m.h5");
    assert_eq!(report(&first), report(&exported));
}

fn open(desk: &Desk, name: &str) -> Recording {
    Recording::open(desk.path(name)).unwrap()
}

/// By the indices alone every edge of a node is found, and no other.
#[test]
fn the_indices_of_edges_find_them_all() {
    let desk = rich();
    desk.done(&["export", "rich.h5", "--to", "sonata", "-o", "circuit"]);
    for name in ["alpha_alpha", "noise_alpha"] {
        let arrays = Arrays::open(desk.path(&format!("circuit/network/{name}_edges.h5"))).unwrap();
        let base = format!("/edges/{name}");
        let list = |object: &str| arrays.u64(&format!("{base}/{object}")).unwrap().1;
        for (index, end) in [("source_to_target", "source_node_id"), ("target_to_source", "target_node_id")] {
            let ends = list(end);
            let nodes = list(&format!("indices/{index}/node_id_to_ranges"));
            let ranges = list(&format!("indices/{index}/range_to_edge_id"));
            let mut found = 0;
            for (node, pair) in (0..).zip(nodes.chunks_exact(2)) {
                for range in pair[0]..pair[1] {
                    let at = usize::try_from(2 * range).unwrap();
                    for edge in ranges[at]..ranges[at + 1] {
                        assert_eq!(ends[usize::try_from(edge).unwrap()], node, "{name} {index}");
                        found += 1;
                    }
                }
            }
            assert_eq!(found, ends.len(), "{name} {index}");
        }
    }
}

#[test]
fn tables_hold_spikes_frames_nodes_and_edges() {
    let desk = rich();
    desk.done(&["export", "rich.h5", "--to", "csv", "-o", "tables"]);
    let lines = |name: &str| -> Vec<String> {
        std::fs::read_to_string(desk.path(name)).unwrap().lines().map(str::to_owned).collect()
    };
    let recording = open(&desk, "rich.h5");
    let names = ["alpha", "delta.b", "cond", "given", "noise"];
    let spikes: usize = names.iter().map(|name| recording.spikes(name).unwrap().node_ids.len()).sum();
    let table = lines("tables/spikes.csv");
    assert_eq!((table[0].as_str(), table.len()), ("population,node_id,time_ms", spikes + 1));
    let request = Request { population: Some("alpha".into()), ..Request::default() };
    let own = TrainFile::open(&desk.path("tables/spikes.csv")).unwrap().read(&request).unwrap();
    let expected = recording.spikes("alpha").unwrap();
    let ids: Vec<u64> = own.units.iter().map(|&unit| own.unit_ids[unit as usize]).collect();
    assert_eq!((own.times_ms, ids), (expected.times_ms, expected.node_ids));
    assert_eq!(lines("tables/alpha.v_m.csv")[0], "time_ms,0,1,2");
    assert_eq!(lines("tables/alpha.v_m.csv").len(), 401);
    assert!(lines("tables/alpha.v_m.csv")[3].starts_with("1.5,"));
    assert_eq!(lines("tables/nodes.csv").len(), 1 + 40 + 20 + 20 + 5 + 10);
    let edges = lines("tables/edges.csv");
    assert!(edges.iter().any(|line| line.starts_with("given->alpha,given,0,alpha,0,80,pA,0.1")), "{}", edges[1]);
    assert_eq!(edges.iter().filter(|line| line.starts_with("alpha->delta.b,")).count(), 200);
}

#[test]
fn what_sonata_has_no_name_for_is_named_and_the_rest_is_exported() {
    let desk = Desk::new();
    let model = r#"{"simulation": {"duration_ms": 20},
      "populations": {"a": {"cells": 3, "model": "lif_exp", "i_e_pa": 900, "reset": "by_subtraction"}, "z": {"cells": 2, "model": "alif"}},
      "projections": [{"from": "a", "to": "a", "rule": "all_to_all", "weight_pa": 1, "delay_ms": 1, "synapse": {"model": "short_term", "u": 0.5}}],
      "inputs": [{"kind": "noise_current", "to": "a", "std_pa": 1}, {"kind": "step_current", "to": "a", "amplitude_pa": 1}]}"#;
    std::fs::write(desk.path("odd.json"), model).unwrap();
    desk.done(&["run", "odd.json", "-q"]);
    let done = desk.run(&["export", "odd.h5", "--to", "sonata", "-o", "out"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let early = "`step_current` to population `a` that begins within 0.2 ms, which bmtk leaves out";
    let reset = "population `a`: reset other than to_value";
    for part in [reset, "model alif", "short-term plasticity", "`noise_current`", early] {
        assert!(done.err.contains(part), "{part}: {}", done.err);
    }
    assert!(desk.exists("out/output/spikes.h5") && !desk.exists("out/config.json"));
    let quiet = desk.run(&["export", "odd.h5", "--to", "sonata", "-o", "quiet", "--spikes-only"]);
    assert_eq!((quiet.code, quiet.err.as_str()), (0, ""));
    let csv = desk.run(&["export", "odd.h5", "--to", "csv", "-o", "tables"]);
    assert_eq!(csv.code, 0);
    assert!(desk.exists("tables/nodes.csv"), "tables know every model");
}

/// 10^9 spikes of Poisson inputs are not drawn before they are refused.
#[test]
fn too_many_poisson_spikes_are_refused_before_they_are_drawn() {
    let desk = Desk::new();
    let model = r#"{"simulation": {"duration_ms": 100}, "populations": {"a": {"cells": 1000, "model": "lif_exp"}},
      "inputs": [{"kind": "poisson", "to": "a", "rate_hz": 10000000, "weight_pa": 0.001}]}"#;
    std::fs::write(desk.path("loud.json"), model).unwrap();
    desk.done(&["run", "loud.json", "-q"]);
    let done = desk.run(&["export", "loud.h5", "--to", "sonata", "-o", "out"]);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(done.err.contains("more than 50000000 spikes in 0.1 s"), "{}", done.err);
    assert!(desk.exists("out/output/spikes.h5") && !desk.exists("out/network"));
}

#[test]
fn nothing_is_overwritten_without_force() {
    let desk = rich();
    let export = ["export", "rich.h5", "--to", "csv", "-o", "out"];
    desk.done(&export);
    std::fs::write(desk.path("out/mine.txt"), "mine").unwrap();
    std::fs::write(desk.path("out/spikes.csv"), "old").unwrap();
    let done = desk.run(&export);
    assert_eq!(done.code, 4);
    assert!(done.err.contains("write over files of the same names with --force"), "{}", done.err);
    assert_eq!(std::fs::read(desk.path("out/spikes.csv")).unwrap(), b"old");
    let done = desk.run(&[&export[..], &["--force"]].concat());
    assert!(done.code == 0 && done.err.contains("note: older files stay in out: mine.txt"), "{}", done.err);
    assert_ne!(std::fs::read(desk.path("out/spikes.csv")).unwrap(), b"old");
    assert_eq!(std::fs::read(desk.path("out/mine.txt")).unwrap(), b"mine");
    assert_eq!(desk.run(&["export", "lost.h5", "--to", "csv", "-o", "x"]).code, 3);
    assert_eq!(desk.run(&["export", "rich.h5", "--to", "csv", "-o", "no/such/place"]).code, 4);
    assert!(!desk.files().iter().any(|name| name.ends_with(".part")), "{:?}", desk.files());
}

#[test]
fn a_published_spike_file_becomes_readable_and_what_changed_is_said() {
    let desk = Desk::new();
    let theirs = super::root().join("tests/data/sonata/300_intfire/inputs/lgn_spikes.h5");
    let theirs = theirs.to_str().unwrap();
    let said = desk.done(&["convert", theirs, "-o", "unnamed.h5"]);
    assert!(said.contains("without a population"), "{said}");
    desk.done(&["import", theirs, "-o", "imported.h5"]);
    let times = |name: &str| open(&desk, name).spikes("spikes").unwrap().times_ms;
    assert_eq!(times("unnamed.h5"), times("imported.h5"), "both under the same name");
    let said = desk.done(&["convert", theirs, "-o", "lgn.h5", "--population", "lgn"]);
    for part in ["was /spikes/gids, without a population", "sorting `by_gid` is an enumeration now", "wrote lgn.h5"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let (before, after) = (Recording::open(theirs).unwrap(), open(&desk, "lgn.h5"));
    assert_eq!(before.spikes("").unwrap(), after.spikes("lgn").unwrap());
    assert_eq!(desk.run(&["convert", theirs, "-o", "lgn.h5", "--population", "lgn"]).code, 4);
    assert!(desk.done(&["convert", "lgn.h5", "-o", "again.h5"]).starts_with("nothing had to change\n"));
    assert_eq!(desk.run(&["convert", "small.json", "-o", "x.h5"]).code, 3);
    assert_eq!(desk.run(&["convert", "lgn.h5", "-o", "no/x.h5"]).code, 4);
}

/// Reports keep their values, times and columns; a second conversion changes nothing.
#[test]
fn a_report_survives_its_conversion() {
    let desk = rich();
    desk.done(&["export", "rich.h5", "--to", "sonata", "-o", "out", "--spikes-only"]);
    desk.done(&["convert", "out/output/alpha.v_m.h5", "-o", "v.h5"]);
    let data = |name: &str| {
        let recording = open(&desk, name);
        let report = recording.reports().unwrap().remove(0);
        let values = recording.report_data(&report, 0..report.frames).unwrap();
        (report.population.clone(), report.node_ids.clone(), report.start_ms, report.dt_ms, values)
    };
    assert_eq!(data("out/output/alpha.v_m.h5"), data("v.h5"));
    assert_eq!(data("rich.h5").4, data("v.h5").4);
}

/// Would catch virtual nodes of an input that take the name, and so the files, of a population.
#[test]
fn a_population_may_have_the_name_of_an_inputs_virtual_nodes() {
    let desk = Desk::new();
    let model = r#"{"simulation": {"duration_ms": 50, "seed": 2},
      "populations": {"a": {"cells": 5, "model": "lif_exp"},
        "poisson_0_onto_a": {"cells": 2, "model": "spike_train", "spikes": {"times_ms": [5, 9], "cells": [0, 1]}}},
      "projections": [{"from": "poisson_0_onto_a", "to": "a", "rule": "all_to_all", "weight_pa": 900, "delay_ms": 1}],
      "inputs": [{"kind": "poisson", "to": "a", "in_degree": 200, "rate_hz": 20, "weight_pa": 60}]}"#;
    std::fs::write(desk.path("same.json"), model).unwrap();
    desk.done(&["run", "same.json", "-q"]);
    desk.done(&["export", "same.h5", "--to", "sonata", "-o", "out"]);
    desk.done(&["run", "out/config.json", "-q", "-o", "again.h5"]);
    let spikes = |name: &str| open(&desk, name).spikes("a").unwrap();
    assert!(!spikes("same.h5").times_ms.is_empty());
    assert_eq!(spikes("again.h5"), spikes("same.h5"));
}
