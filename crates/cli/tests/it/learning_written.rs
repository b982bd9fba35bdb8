//! `learn` of recordings of cells of files.

use super::{Desk, root};
use neuropil_record::Arrays;
use serde_json::{Value, json};

/// Conductance cells with adaptation and without, that drive each other by ports that projections name.
const NETWORK: &str = r#"{
  "simulation": {"dt_ms": 0.5, "duration_ms": 200, "seed": 4},
  "populations": {
    "in": {"cells": 20, "model": "poisson_source", "rate_hz": 60},
    "exc": {"cells": 12, "model": "adex.nestml", "sign": "excitatory", "jacobian_limit": 0.9},
    "inh": {"cells": 5, "model": "lif_cond_alpha.nestml", "sign": "inhibitory"}
  },
  "projections": [
    {"from": "in", "to": ["exc", "inh"], "receptor": ["exc", "exc"], "rule": "fixed_probability", "probability": 0.5, "weight_ns": 20, "delay_ms": 1,
     "plastic": {"learning_rate": 0}},
    {"from": "exc", "to": ["exc", "inh"], "receptor": ["exc", "exc"], "rule": "fixed_probability", "probability": 0.4, "weight_ns": 3, "delay_ms": 2,
     "plastic": {"learning_rate": 0}},
    {"from": "inh", "to": "exc", "receptor": "inh", "rule": "fixed_probability", "probability": 0.4, "weight_ns": -8, "delay_ms": 2,
     "plastic": {"learning_rate": 0}}
  ],
  "inputs": [{"kind": "step_current", "to": "exc", "amplitude_pa": 500}],
  "learning": {
    "rule": "modprop_type_online", "apply_every_ms": 20, "mu": {"kind": "constant", "value": {"exc": 0.002, "inh": 0.002}},
    "readout": {"from": "exc", "outputs": 2, "tau_ms": 15},
    "target": {"every_ms": 10, "values": [[0.1, -0.1], [0.2, 0.1], [0.0, 0.3]], "repeats": true}
  }
}"#;

fn desk() -> Desk {
    let desk = Desk::new();
    std::fs::write(desk.path("net.json"), NETWORK).unwrap();
    for cell in ["adex.nestml", "lif_cond_alpha.nestml"] {
        std::fs::copy(root().join("models/cells").join(cell), desk.path(cell)).unwrap();
    }
    desk
}

/// A recording keeps the text of its cells: rules learn from it where no file is left, and the readout of the replay is that of the
/// run, to the bit. Would catch cells that are not held, and rules that see other cells.
#[test]
fn a_recording_of_cells_of_files_is_learned_from() {
    let desk = desk();
    desk.done(&["run", "net.json", "-q", "-o", "run.h5"]);
    ["adex.nestml", "lif_cond_alpha.nestml", "net.json"]
        .iter()
        .for_each(|own| std::fs::remove_file(desk.path(own)).unwrap());
    let rules = "bptt,eprop,modprop_type,mdgl_type_all";
    let done = desk.run(&["learn", "run.h5", "--rules", rules, "-o", "w.h5", "--json"]);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(done.err.contains("note: `adex` runs away by itself before it fires"), "{}", done.err);
    let told: Value = serde_json::from_str(&done.out).unwrap();
    assert!(told["spikes"].as_u64().unwrap() > 50, "{told}");
    let values = |file: &str, object: &str| Arrays::open(desk.path(file)).unwrap().f64(object).unwrap().1;
    assert_eq!(values("w.h5", "y"), values("run.h5", "/neuropil/learning/y"));
    let change = |rule: &str| values("w.h5", &format!("rules/{rule}/inh->exc/weight_change"));
    assert!(change("bptt").iter().any(|own| *own != 0.0));
    assert!(change("eprop") != change("bptt") && change("modprop_type") != change("eprop"));
}

/// Spikes of another laboratory onto cells of a file, and a width of the slope that is asked for.
#[test]
fn spikes_of_others_hold_cells_of_files() {
    let desk = desk();
    let spikes: Vec<String> =
        (0..12).flat_map(|cell| (1..9).map(move |at| format!("{},{cell}", 20 * at + cell))).collect();
    std::fs::write(desk.path("lab.csv"), format!("timestamps,node_ids\n{}\n", spikes.join("\n"))).unwrap();
    let norm = |more: &[&str]| {
        let learn = [
            "learn",
            "lab.csv",
            "--network",
            "net.json",
            "--population",
            "exc",
            "--rules",
            "eprop",
            "--json",
            "--force",
        ];
        let told = desk.done(&[&learn[..], &["-o", "w.h5"], more].concat());
        let told: Value = serde_json::from_str(&told).unwrap();
        told["rules"][0]["norm"].as_f64().unwrap()
    };
    let own = norm(&[]);
    let wider = norm(&["--set", r#"populations.exc.spike={"of": "V_m_mv", "threshold": -45, "width": 20}"#]);
    assert!(own > 0.0 && wider > 0.0 && own != wider, "{own}, {wider}");
    let refused = desk.run(&["learn", "lab.csv", "--network", "net.json", "--population", "inh", "-o", "no.h5"]);
    assert!(refused.code != 0 && !desk.exists("no.h5"), "{}", refused.err);
}

/// Two ports that take weights of both signs; the recurrent synapses reach the slow one.
const TWO_PORTS: &str = "model NAME:
    state:
        V_m mV = -65 mV
    parameters:
        tau_m ms = 10 ms
        C_m pF = 100 pF
        tau_slow ms = 50 ms
        tau_fast ms = 2 ms
    equations:
        kernel k_slow = exp(-t / tau_slow)
        kernel k_fast = exp(-t / tau_fast)
        V_m' = -(V_m + 65 mV) / tau_m + (convolve(k_slow, slow) * 1 pA + convolve(k_fast, fast) * 1 pA) / C_m
    input:
        fast <- spike
        slow <- spike
    output:
        spike
    update:
        integrate_odes()
    onCondition(V_m >= -50 mV):
        V_m = -65 mV
        emit_spike()
";

/// A file that called its model as a built-in one was taken for that: ports were chosen by signs, and gradients were wrong without
/// a word.
#[test]
fn a_file_may_call_its_model_as_a_built_in_one() {
    let desk = Desk::new();
    let learned = |name: &str| {
        let model = json!({
            "simulation": {"dt_ms": 1, "duration_ms": 200, "seed": 1},
            "populations": {
                "in": {"cells": 20, "model": "poisson_source", "rate_hz": 40},
                "exc": {"cells": 8, "model": format!("{name}.nestml"), "sign": "excitatory"}
            },
            "projections": [
                {"name": "in", "from": "in", "to": "exc", "rule": "all_to_all", "delay_ms": 1, "weight_pa": 150, "receptor": "fast"},
                {"name": "rec", "from": "exc", "to": "exc", "rule": "fixed_probability", "probability": 0.4, "autapses": false,
                 "delay_ms": 1, "weight_pa": 20, "receptor": "slow", "plastic": {"learning_rate": 0}}
            ],
            "learning": {"rule": "eprop", "apply_every_ms": 100, "readout": {"from": "exc", "outputs": 1, "tau_ms": 0},
                         "target": {"every_ms": 1, "repeats": true, "values": [0.1]}}
        });
        std::fs::write(desk.path(&format!("{name}.nestml")), TWO_PORTS.replace("NAME", name)).unwrap();
        std::fs::write(desk.path(&format!("{name}.json")), model.to_string()).unwrap();
        desk.done(&["run", &format!("{name}.json"), "-q", "-o", &format!("{name}.h5")]);
        desk.done(&["learn", &format!("{name}.h5"), "--rules", "bptt", "-o", &format!("{name}_w.h5")]);
        Arrays::open(desk.path(&format!("{name}_w.h5"))).unwrap().f64("rules/bptt/rec/weight_change").unwrap().1
    };
    let own = learned("mine");
    assert!(own.iter().any(|change| *change != 0.0));
    assert_eq!(learned("lif_exp"), own);
}
