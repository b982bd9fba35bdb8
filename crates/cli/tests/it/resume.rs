//! Checkpoints and resuming: the same datasets as a run without pause, whatever happened in between.
#![cfg(unix)]

use super::contents::contents;
use super::{Desk, alone, output, spawn};
use neuropil_record::Recording;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Plasticity under way, drawn delays, a Poisson source, noise, and a rate population: all that a state can hold.
const RICH: &str = r#"{
  "simulation": {"dt_ms": 0.1, "duration_ms": 3000, "seed": 11, "blocks": 3},
  "populations": {
    "exc": {"cells": 160, "model": "lif_exp", "sign": "excitatory", "tau_m_ms": {"distribution": "uniform", "low": 10, "high": 20}},
    "inh": {"cells": 40, "model": "lif_cond_exp", "sign": "inhibitory"},
    "drive": {"cells": 20, "model": "poisson_source", "rate_hz": 30},
    "rate": {"cells": 5, "model": "leaky_relu"}
  },
  "projections": [
    {"name": "out", "from": "exc", "to": "exc", "rule": "fixed_in_degree", "in_degree": 10, "weight_pa": 40,
     "delay_ms": {"distribution": "uniform", "low": 0.5, "high": 12}},
    {"from": "exc", "to": "inh", "rule": "fixed_in_degree", "in_degree": 20, "weight_ns": 80, "delay_ms": 1.5,
     "synapse": {"model": "short_term", "u": 0.5, "tau_rec_ms": 200, "tau_fac_ms": 50}},
    {"from": "inh", "to": "exc", "rule": "fixed_probability", "probability": 0.2, "weight_pa": -100, "delay_ms": 0.8},
    {"from": "drive", "to": "exc", "rule": "fixed_in_degree", "in_degree": 5, "weight_pa": 300, "delay_ms": 3},
    {"from": "rate", "to": "rate", "rule": "all_to_all", "weight": 0.1, "delay_ms": 2}
  ],
  "inputs": [
    {"kind": "poisson", "to": ["exc"], "in_degree": 500, "rate_hz": 20, "weight_pa": 40},
    {"kind": "noise_current", "to": ["exc"], "mean_pa": 0, "std_pa": 50, "hold_ms": 1},
    {"kind": "ou_current", "to": ["exc", "inh"], "std_pa": 30, "tau_ms": 5, "start_ms": 40, "stop_ms": 800},
    {"kind": "noise_current", "to": ["rate"], "mean": 0.5, "std": 1, "hold_ms": 1}
  ],
  "record": {"states": [{"population": "exc", "variables": "v_m_mv", "cells": 3, "every_ms": 0.7}, {"population": "rate", "variables": "z", "every_ms": 1}], "weights": ["out"]}
}"#;

/// Every numeric dataset but the checkpoint, by its path, bit for bit.
pub fn data(desk: &Desk, name: &str) -> Vec<(String, Vec<u64>)> {
    let found = contents(&desk.path(name));
    assert!(found.iter().any(|(name, values)| name == "/spikes/exc/timestamps" && values.len() > 300));
    assert!(found.iter().any(|(name, values)| name == "/spikes/inh/timestamps" && values.len() > 50));
    found
}

pub fn desk() -> Desk {
    let desk = Desk::new();
    std::fs::write(desk.path("rich.json"), RICH).unwrap();
    desk
}

fn start(desk: &Desk, arguments: &[&str]) -> Child {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("neuropil"));
    spawn(command.current_dir(&desk.folder).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()))
}

#[test]
fn a_run_in_parts_is_the_run_without_pause() {
    let desk = desk();
    for precision in ["double", "single"] {
        let (whole, parts) = (format!("whole_{precision}.h5"), format!("parts_{precision}.h5"));
        let run = ["run", "rich.json", "-q", "--precision", precision, "--duration-ms"];
        desk.done(&[&run[..], &["900", "-o", &whole]].concat());
        desk.done(&[&run[..], &["300", "-o", &parts, "--checkpoint-every-ms", "100", "--threads", "1"]].concat());
        desk.done(&["resume", &parts, "-q", "--until-ms", "400.3", "--threads", "3"]);
        let told = desk.done(&["resume", &parts, "--until-ms", "900", "--threads", "2"]);
        assert!(told.contains("spikes in 499.7 ms"), "{told}");
        assert_eq!(data(&desk, &parts), data(&desk, &whole), "{precision}");
        let provenance = |name: &str| Recording::open(desk.path(name)).unwrap().provenance().unwrap().unwrap();
        assert!(provenance(&parts).complete);
        assert_eq!(provenance(&parts).until_ms, 900.0);
        // The model that it holds makes the whole run again.
        let model: serde_json::Value = serde_json::from_str(&provenance(&parts).model_json).unwrap();
        assert_eq!(model["simulation"]["duration_ms"], 900);
    }
    assert_eq!(desk.files().iter().filter(|name| !name.ends_with(".json")).count(), 4, "{:?}", desk.files());
}

/// 20 kills at odd moments of one run, in construction, between checkpoints, while files are written or renamed: each
/// time what is there opens, and in the end nothing is lost.
#[test]
fn a_run_that_is_killed_again_and_again_comes_to_its_end() {
    let desk = desk();
    let run = ["run", "rich.json", "-q", "--duration-ms", "15000", "-o"];
    desk.done(&[&run[..], &["whole.h5"]].concat());
    let mut kills = 0;
    let mut wait_ms = 1;
    while kills < 20 {
        let begun = desk.exists("a.h5.part");
        let mut child = if begun {
            start(&desk, &["resume", "a.h5", "-q"])
        } else {
            start(&desk, &[&run[..], &["a.h5", "--checkpoint-every-ms", "100"]].concat())
        };
        wait_ms = (wait_ms * 7 + 13) % 97;
        // Every other one lives until it writes, however slow the machine is.
        while kills % 2 == 1 && !desk.exists("a.h5.part") && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(wait_ms));
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        if desk.exists("a.h5.part") {
            alone(|| Recording::open(desk.path("a.h5.part")).unwrap().provenance().unwrap().unwrap());
        }
    }
    if desk.exists("a.h5.part") {
        desk.done(&["resume", "a.h5", "-q"]);
    }
    assert!(kills >= 10, "only {kills} kills: the run is too short for this test");
    assert_eq!(data(&desk, "a.h5"), data(&desk, "whole.h5"), "after {kills} kills");
    assert!(!desk.exists("a.h5.part") && !desk.exists("a.h5.checkpoint"), "{:?}", desk.files());
}

#[test]
fn ctrl_c_keeps_the_last_step() {
    let desk = desk();
    desk.done(&["run", "rich.json", "-q", "-o", "whole.h5"]);
    let mut child = start(&desk, &["run", "rich.json", "-q", "-o", "a.h5", "--checkpoint-every-ms", "2000"]);
    while !desk.exists("a.h5.checkpoint") {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(output(Command::new("kill").args(["-INT", &child.id().to_string()])).status.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!desk.exists("a.h5.checkpoint"));
    let told = desk.done(&["resume", "a.h5"]);
    assert!(!told.contains("spikes in 3000 ms"), "{told}");
    assert_eq!(data(&desk, "a.h5"), data(&desk, "whole.h5"));
}

#[test]
fn what_cannot_be_resumed_says_why() {
    let desk = desk();
    let fails = |arguments: &[&str], code: i32, part: &str| {
        let done = desk.run(arguments);
        assert!(done.code == code && done.err.contains(part), "{arguments:?}: {} {}", done.code, done.err);
    };
    desk.done(&["run", "small.json", "-q", "-o", "plain.h5"]);
    fails(&["resume", "plain.h5"], 3, "holds no checkpoint; runs with --checkpoint-every-ms do");
    fails(&["resume", "missing.h5"], 3, "there is neither `missing.h5` nor `missing.h5.part`");
    fails(&["resume", "small.json"], 3, "is not an HDF5 file");
    desk.done(&["run", "small.json", "-q", "-o", "a.h5", "--checkpoint-every-ms", "10"]);
    fails(&["resume", "a.h5"], 3, "has reached 50 ms already; --until-ms asks for more");
    fails(&["resume", "a.h5", "--until-ms", "10"], 3, "has reached 50 ms already");
    fails(&["resume", "a.h5", "--until-ms", "50.05"], 3, "--until-ms");
    fails(&["run", "small.json", "-o", "b.h5", "--checkpoint-every-ms", "0"], 3, "--checkpoint-every-ms: must be > 0");
    fails(&["run", "small.json", "-o", "b.h5", "--checkpoint-every-ms", "0.05"], 3, "--checkpoint-every-ms");
    assert!(!desk.exists("b.h5.part") && !desk.exists("a.h5.part"), "{:?}", desk.files());
    desk.done(&["resume", "a.h5.part", "-q", "--until-ms", "60"]);
}

/// Would catch a run that goes on with the state of another, or begins again where its checkpoint was lost.
#[test]
fn only_its_own_checkpoint_will_do() {
    let desk = desk();
    let cut = |name: &str, seed: &str| {
        let set = format!("simulation.seed={seed}");
        let run =
            ["run", "rich.json", "-q", "--duration-ms", "100000", "--checkpoint-every-ms", "50", "--set", &set, "-o"];
        let mut child = start(&desk, &[&run[..], &[name]].concat());
        let side = format!("{name}.checkpoint");
        // The first checkpoint is that of time 0; the run has begun when another has replaced it.
        let found = || std::fs::read(desk.path(&side)).ok();
        let mut first = None;
        while first.is_none() || found() == first {
            first = first.or_else(found);
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    };
    cut("a.h5", "1");
    cut("b.h5", "2");
    let fails = |part: &str| {
        let done = desk.run(&["resume", "b.h5", "-q", "--until-ms", "100000"]);
        assert!(done.code == 3 && done.err.contains(part), "{}", done.err);
    };
    let own = std::fs::read(desk.path("b.h5.checkpoint")).unwrap();
    std::fs::copy(desk.path("a.h5.checkpoint"), desk.path("b.h5.checkpoint")).unwrap();
    fails("the checkpoint is not one of this run");
    std::fs::remove_file(desk.path("b.h5.checkpoint")).unwrap();
    fails("its checkpoint `b.h5.checkpoint` is missing");
    std::fs::write(desk.path("b.h5.checkpoint"), own).unwrap();
    let child = start(&desk, &["resume", "b.h5", "-q"]);
    std::thread::sleep(Duration::from_millis(100));
    assert!(output(Command::new("kill").args(["-INT", &child.id().to_string()])).status.success());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
}

/// Interrupted while its synapses are drawn: the checkpoint survives, and nothing is thrown away.
#[test]
fn ctrl_c_before_the_first_step_loses_nothing() {
    let desk = desk();
    // Large enough that drawing takes some time.
    let set = ["--set", "populations.exc.cells=20000", "--set", "projections.0.in_degree=200"];
    let run =
        [&["run", "rich.json", "-q", "-o", "a.h5", "--checkpoint-every-ms", "20", "--duration-ms", "20"], &set[..]];
    desk.done(&run.concat());
    let before = std::fs::read(desk.path("a.h5")).unwrap();
    let child = start(&desk, &["resume", "a.h5", "-q", "--until-ms", "1000"]);
    std::thread::sleep(Duration::from_millis(60));
    assert!(output(Command::new("kill").args(["-INT", &child.id().to_string()])).status.success());
    let code = child.wait_with_output().unwrap().status.code();
    assert!(code == Some(130) || std::fs::read(desk.path("a.h5")).unwrap() == before, "{code:?}");
    desk.done(&["resume", "a.h5", "-q", "--until-ms", "30"]);
    let spikes = Recording::open(desk.path("a.h5")).unwrap().spikes("exc").unwrap();
    let early = spikes.times_ms.iter().filter(|time| **time <= 20.0).count();
    assert!(early > 100 && spikes.times_ms.len() > early, "{early} of {}", spikes.times_ms.len());
}

/// A finished run that is extended, killed, and extended again.
#[test]
fn an_extension_may_be_killed_too() {
    let desk = desk();
    let run = ["run", "rich.json", "-q", "-o"];
    desk.done(&[&run[..], &["whole.h5", "--duration-ms", "6000"]].concat());
    desk.done(&[&run[..], &["a.h5", "--duration-ms", "1000", "--checkpoint-every-ms", "50"]].concat());
    for wait_ms in [5, 40, 90, 30] {
        let mut child = start(&desk, &["resume", "a.h5", "-q", "--until-ms", "6000"]);
        std::thread::sleep(Duration::from_millis(wait_ms));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(desk.exists("a.h5"), "the finished recording stays until it is replaced");
    }
    desk.done(&["resume", "a.h5", "-q", "--until-ms", "6000"]);
    assert_eq!(data(&desk, "a.h5"), data(&desk, "whole.h5"));
}

/// Replayed spikes are read again; a file that is another one meanwhile is refused.
#[test]
fn a_replay_goes_on_with_the_same_file() {
    let desk = desk();
    desk.done(&["run", "rich.json", "-q", "-o", "source.h5", "--duration-ms", "900"]);
    std::fs::create_dir(desk.path("there")).unwrap();
    std::fs::copy(desk.path("source.h5"), desk.path("there/spikes.h5")).unwrap();
    let run = ["run", "rich.json", "-q", "--replay", "drive=there/spikes.h5", "-o"];
    desk.done(&[&run[..], &["whole.h5", "--duration-ms", "900"]].concat());
    desk.done(&[&run[..], &["a.h5", "--duration-ms", "300", "--checkpoint-every-ms", "100"]].concat());
    desk.done(&["resume", "a.h5", "-q", "--until-ms", "900"]);
    assert_eq!(data(&desk, "a.h5"), data(&desk, "whole.h5"));
    desk.done(&["run", "rich.json", "-q", "-o", "other.h5", "--duration-ms", "900", "--seed", "5"]);
    std::fs::copy(desk.path("other.h5"), desk.path("there/spikes.h5")).unwrap();
    let done = desk.run(&["resume", "a.h5", "--until-ms", "1000"]);
    assert!(done.code == 3 && done.err.contains("there/spikes.h5"), "{}", done.err);
}

/// A circuit whose spikes come from files that the recording only names, with reports that have no end or begin late.
#[test]
fn a_circuit_goes_on_too() {
    let desk = Desk::new();
    let root = super::root().join("tests/data/sonata/nest_currents");
    assert!(output(Command::new("cp").arg("-r").arg(root).arg(desk.path("nest"))).status.success());
    let simulation = desk.path("nest/simulation_config.json");
    let mut config: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&simulation).unwrap()).unwrap();
    config["reports"] = serde_json::json!({
        "open": {"cells": "exc", "variable_name": "V_m", "dt": 1.0},
        "late": {"cells": "exc", "variable_name": "V_m", "dt": 2.0, "start_time": 250.0, "end_time": 500.0}
    });
    std::fs::write(simulation, config.to_string()).unwrap();
    desk.done(&["run", "nest/config.json", "-q", "-o", "whole.h5", "--duration-ms", "600"]);
    desk.done(&["run", "nest/config.json", "-q", "-o", "a.h5", "--duration-ms", "300", "--checkpoint-every-ms", "150"]);
    desk.done(&["resume", "a.h5", "-q", "--until-ms", "600"]);
    let contents = |name: &str| contents(&desk.path(name));
    assert_eq!(contents("a.h5"), contents("whole.h5"));
    let open = contents("a.h5").into_iter().find(|(name, _)| name == "/report/exc.v_m/data");
    assert!(open.is_some_and(|(_, values)| values.len() >= 600), "a frame a millisecond");
}
