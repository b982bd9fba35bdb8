//! `check` of a file of cells written as equations.

use super::contents::contents;
use super::{Desk, root};
use serde_json::Value;

const CELL: &str = "model leaky:
    state:
        V_m mV = E_L
        refr_t ms = 0 ms
    equations:
        kernel k = exp(-t / tau_syn)
        V_m' = -(V_m - E_L) / tau_m + (convolve(k, exc) * 1 pA + I_stim) / C_m
        refr_t' = -1
    parameters:
        E_L mV = -70 mV
        C_m pF = 0.25 nF
        tau_m ms = 10 ms
        tau_syn ms = 2 ms
    input:
        exc <- excitatory spike
        I_stim pA <- continuous
    output:
        spike
    update:
        if refr_t > 0 ms:
            integrate_odes(refr_t)
        else:
            integrate_odes(V_m)
    onCondition(refr_t <= 0 ms and V_m >= -50):
        V_m = E_L
        refr_t = 2 ms
        emit_spike()
";

/// Would catch a part of a cell that is not told, and a warning that is lost.
#[test]
fn check_says_what_was_understood() {
    let desk = Desk::new();
    std::fs::write(desk.path("leaky.nestml"), CELL).unwrap();
    let done = desk.run(&["check", "leaky.nestml"]);
    assert_eq!(done.code, 0, "{}", done.err);
    for part in [
        "leaky.nestml: sound",
        "E_L_mv = -70, C_m_pf = 250, tau_m_ms = 10",
        "exc (weights >= 0, weight or weight_pa), I_stim (continuous, pA)",
        "V_m_mv, refr_t_ms (a timer), k__X__exc",
        "integrate_odes(V_m); exact: k__X__exc, V_m",
        "in tasks, from recordings, and where it is `plastic` in networks that run free, by derivatives by V_m_mv, k__X__exc; \
         its spike has a slope 20.0000 wide",
    ] {
        assert!(done.out.contains(part), "{part}: {}", done.out);
    }
    assert!(done.err.contains("leaky.nestml:24:43: warning: a pure number stands beside mV"), "{}", done.err);
    let json: Value = serde_json::from_str(&desk.done(&["check", "leaky.nestml", "--json"])).unwrap();
    assert_eq!((&json["models"][0]["name"], json["notes"].as_array().unwrap().len()), (&"leaky".into(), 1));
}

/// A file whose own values no network takes was called sound, without a word.
#[test]
fn values_that_no_cell_can_have_are_told() {
    let desk = Desk::new();
    std::fs::write(desk.path("leaky.nestml"), CELL.replace("tau_m ms = 10 ms", "tau_m ms = 0 ms")).unwrap();
    let done = desk.run(&["check", "leaky.nestml"]);
    let told = "warning: with its own values `leaky` cannot be built: cell 0: tau_m = 0: must be > 0";
    assert!(done.code == 0 && done.err.contains(told), "{}", done.err);
}

/// Would catch a fault without its place, and an option that is taken and does nothing.
#[test]
fn faults_of_cells_have_their_place() {
    let desk = Desk::new();
    std::fs::write(desk.path("leaky.nestml"), CELL.replace("/ tau_m ", "/ tau_mm ").replace("emit_spike()", "emit()"))
        .unwrap();
    let done = desk.run(&["check", "leaky.nestml"]);
    assert_eq!(done.code, 3);
    for part in [
        "leaky.nestml:7:31: nothing is called `tau_mm`; did you mean `tau_m`?",
        "leaky.nestml:27:9: no statement is called `emit`; did you mean `emit_spike`?",
        "7 |         V_m' = -(V_m - E_L) / tau_mm",
        "leaky.nestml: 2 faults",
    ] {
        assert!(done.err.contains(part), "{part}: {}", done.err);
    }
    let json = desk.run(&["check", "leaky.nestml", "--json"]);
    assert!(json.code == 3 && json.out.contains("\"line\":7"), "{}", json.out);
    let done = desk.run(&["check", "leaky.nestml", "--seed", "3"]);
    assert!(done.code == 3 && done.err.contains("--seed"), "{}", done.err);
}

/// What is derived of the state can be recorded, what reads an input of the step cannot; weights are `weight` or `weight_pa`; a
/// recording goes on, and is run again, without the file of its cells.
#[test]
fn a_recording_has_its_cells_with_it() {
    let desk = Desk::new();
    let more = "kernel k = exp(-t / tau_syn)
        recordable inline I_syn pA = 2 * convolve(k, exc) * 1 pA
        recordable inline I_all pA = convolve(k, exc) * 1 pA + I_stim";
    std::fs::write(desk.path("leaky.nestml"), CELL.replace("kernel k = exp(-t / tau_syn)", more)).unwrap();
    let net = |weight: &str, variable: &str| {
        let text = r#"{"simulation": {"dt_ms": 0.1, "duration_ms": 60, "seed": 3},
            "populations": {"cells": {"cells": 5, "model": "leaky.nestml"}},
            "projections": [{"from": "cells", "to": "cells", "rule": "all_to_all", "WEIGHT": 20, "delay_ms": 1.5}],
            "inputs": [{"kind": "ou_current", "to": "cells", "mean_pa": 600, "std_pa": 100, "tau_ms": 5}],
            "record": {"states": [{"population": "cells", "variables": ["V_m_mv", "k__X__exc", "VARIABLE"], "every_ms": 0.5}]}}"#;
        std::fs::write(desk.path("net.json"), text.replace("WEIGHT", weight).replace("VARIABLE", variable)).unwrap();
    };
    net("weight", "I_all_pa");
    let done = desk.run(&["check", "net.json"]);
    assert!(done.code == 3 && done.err.contains("leaky has no variable `I_all_pa`"), "{}", done.err);
    for (weight, name) in [("weight_pa", "named.h5"), ("weight", "whole.h5")] {
        net(weight, "I_syn_pa");
        desk.done(&["run", "net.json", "-q", "-o", name]);
    }
    let whole = contents(&desk.path("whole.h5"));
    assert_eq!(contents(&desk.path("named.h5")), whole, "weight and weight_pa");
    let of = |part: &str| {
        let found = whole.iter().find(|(name, values)| name.contains(part) && values.len() == 5 * 120);
        let (_, values) = found.unwrap_or_else(|| panic!("{:?}", whole.iter().map(|own| &own.0).collect::<Vec<_>>()));
        values.iter().map(|bits| f64::from_bits(*bits)).collect::<Vec<_>>()
    };
    let (twice, once) = (of("I_syn"), of("k__X__exc"));
    assert!(once.iter().any(|value| *value > 1.0) && twice.iter().zip(&once).all(|(a, b)| *a == 2.0 * b));
    let run = ["run", "net.json", "-q", "-o", "parts.h5", "--checkpoint-every-ms", "10", "--duration-ms", "25"];
    desk.done(&run);
    std::fs::remove_file(desk.path("leaky.nestml")).unwrap();
    desk.done(&["resume", "parts.h5", "-q", "--until-ms", "60"]);
    assert_eq!(contents(&desk.path("parts.h5")), whole);
}

/// Would catch a warning of units that stays one, another warning that becomes a fault, and a cell of ours with mixed units.
#[test]
fn strict_units_are_asked_for() {
    let desk = Desk::new();
    std::fs::write(desk.path("leaky.nestml"), CELL).unwrap();
    let done = desk.run(&["check", "leaky.nestml", "--strict-units"]);
    let told = "leaky.nestml:24:43: a pure number stands beside mV";
    assert!(done.code == 3 && done.err.contains(told), "{}", done.err);
    let unused = "kernel k = exp(-t / tau_syn)\n        kernel unused = exp(-t / tau_syn)";
    let sound = CELL.replace(">= -50", ">= -50 mV").replace("kernel k = exp(-t / tau_syn)", unused);
    std::fs::write(desk.path("leaky.nestml"), sound).unwrap();
    let done = desk.run(&["check", "leaky.nestml", "--strict-units"]);
    assert!(done.code == 0 && done.err.contains("warning: kernel `unused`"), "{}", done.err);
    for file in std::fs::read_dir(root().join("models/cells")).unwrap().map(|file| file.unwrap().path()) {
        if file.extension().is_some_and(|extension| extension == "nestml") {
            desk.done(&["check", file.to_str().unwrap(), "--strict-units"]);
        }
    }
    std::fs::write(desk.path("net.json"), "{}").unwrap();
    let done = desk.run(&["check", "net.json", "--strict-units"]);
    assert!(done.code == 3 && done.err.contains("for files of cells"), "{}", done.err);
}
