//! Ports of a file of synapses that are variables of the receiving cells.

use super::written_synapse::{RULE, network};
use super::*;
use neuropil_network::synapse::third_factor::Origin;

/// A port that is a variable of the receiving cells: of built-in cells and of cells of a file, each by its own place; and each thing that cannot be is
/// refused by its name. Would catch a variable of another place, a unit that is not looked at, and a key that does nothing.
#[test]
fn ports_watch_the_receiving_cell() {
    const CELL: &str = "model own:
    state:
        z real = 0
        V_m mV = -70 mV
        g uS = 0 uS
    parameters:
        tau ms = 10 ms
    equations:
        V_m' = (-70 mV - V_m) / tau + I_stim / (100 pF)
        g' = -g / tau
        z' = -z / tau
        recordable inline V_half mV = V_m / 2
    input:
        exc <- spike
        I_stim pA <- continuous
    output:
        spike
    update:
        integrate_odes()
    onReceive(exc):
        g += 0.001 uS
    onCondition(V_m > -50 mV):
        V_m = -70 mV
        emit_spike()
";
    let rule = RULE
        .replacen("post_spikes <- spike", "post_spikes <- spike\n        seen mV <- continuous", 1)
        .replacen("rate * pre_trace", "rate * pre_trace * seen / (1 mV)", 1);
    let told = |rule: &str, port: &str, to: &str| {
        let ports = format!(r#""model": "rule.nestml", "ports": {{"seen": {port}}}"#);
        let weight = r#""weight": 30"#;
        let text =
            network(weight, &ports).replace(r#""c": {"#, r#""own": {"cells": 3, "model": "cell.nestml"}, "c": {"#);
        let text = match to {
            r#""out""# => text.replace(weight, r#""weight_pa": 30"#),
            _ => text.replace(r#""to": "out""#, &format!(r#""to": {to}"#)),
        };
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("rule.nestml"), rule).expect("a file");
        std::fs::write(folder.path().join("cell.nestml"), CELL).expect("a file");
        let file = folder.path().join("net.json");
        let model = Model::decode(Document::parse(&file.display().to_string(), text).expect("JSON"));
        (folder, model)
    };
    let watched = |rule: &str, port: &str, to: &str| {
        let (_folder, model) = told(rule, port, to);
        let lowered = model.unwrap_or_else(|faults| panic!("{faults}")).design::<f64>(3, 1.0);
        let design = lowered.unwrap_or_else(|faults| panic!("{faults}")).design;
        let timing = design.projections[0].timing().expect("a weight that changes");
        (design.projections[0].third_factors[0].origin.clone(), timing.remembers(10, design.clock))
    };
    // 10 ms are 20 steps, twice the longest delay is 20, and two more.
    let (origin, remembered) = watched(&rule, r#"{"post": "v_m_mv"}"#, r#""out""#);
    assert_eq!((origin, remembered), (Origin::Watched { variable: 0, factor: 1.0 }, 42));
    let (origin, remembered) = watched(&rule, r#"{"post": "V_m_mv", "earlier_ms": 5}"#, r#""own""#);
    assert_eq!((origin, remembered), (Origin::Watched { variable: 1, factor: 1.0 }, 52));
    let (origin, _) = watched(&rule, r#"{"post": "V_half_mv"}"#, r#""own""#);
    let Origin::Watched { variable, .. } = origin else { panic!("{origin:?}") };
    assert!(variable > 2, "{variable}");
    let conductance = rule.replace("seen mV", "seen nS").replace("1 mV)", "1 nS)");
    let (origin, _) = watched(&conductance, r#"{"post": "g_us"}"#, r#""own""#);
    assert_eq!(origin, Origin::Watched { variable: 2, factor: 1000.0 });
    let mut wrong = Vec::new();
    for (rule, port, to, expected) in [
        (
            &rule,
            r#"{"post": "v_m"}"#,
            r#""out""#,
            "ports.seen.post: lif_exp has no variable `v_m`; did you mean `v_m_mv`?",
        ),
        (&rule, r#"{"post": "i_syn_exc_pa"}"#, r#""out""#, "`i_syn_exc_pa` of `out` is in pA, and `seen` is in mV"),
        (&rule, r#"{"post": "z"}"#, r#""own""#, "`z` of `own` is a pure number, and `seen` is in mV"),
        (&rule, r#"{"post": "g_us"}"#, r#""own""#, "`g_us` of `own` is in uS, and `seen` is in mV"),
        (
            &rule,
            r#"{"post": "V_m_mv"}"#,
            r#"["own", "out"]"#,
            "lif_exp has no variable `V_m_mv`; did you mean `v_m_mv`?",
        ),
        (&rule, r#"{"post": "v_m_mv", "earlier_ms": 0.7}"#, r#""out""#, "ports.seen.earlier_ms"),
        (&rule, r#"{"post": "v_m_mv", "earlier_ms": -1}"#, r#""out""#, "ports.seen.earlier_ms"),
        (&rule, r#"{"post": "v_m_mv", "gain": 2}"#, r#""out""#, "unknown field `gain`"),
        (&rule, r#"{"post": 3}"#, r#""out""#, "ports.seen.post"),
        (
            &rule,
            r#"{"post": "v_m_mv"}, "sen": {"post": "v_m_mv"}"#,
            r#""out""#,
            "no continuous port is called `sen`; did you mean `seen`?",
        ),
        (
            &rule,
            r#"{"post": "v_m_mv"}, "post_spikes": {"post": "v_m_mv"}"#,
            r#""out""#,
            "`post_spikes` hears spikes, and is no variable",
        ),
    ] {
        let found = told(rule, port, to).1.err().map(|faults| faults.to_string()).unwrap_or_default();
        if !found.contains(expected) {
            wrong.push(format!("{port} {to}\nexpected {expected}\nfound {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
