//! `check` of a file of cells written as equations.

use super::Desk;
use serde_json::Value;

const CELL: &str = "model leaky:
    state:
        V_m mV = E_L
        refr_t ms = 0 ms
    equations:
        kernel k = exp(-t / tau_syn)
        V_m' = -(V_m - E_L) / tau_m + (convolve(k, exc) * pA + I_stim) / C_m
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
        "in tasks, and where it is `plastic` in networks that run free, by derivatives by V_m_mv, k__X__exc; its spike has a \
         slope 20.0000 wide",
    ] {
        assert!(done.out.contains(part), "{part}: {}", done.out);
    }
    assert!(done.err.contains("leaky.nestml:24:43: warning: a pure number stands beside mV"), "{}", done.err);
    let json: Value = serde_json::from_str(&desk.done(&["check", "leaky.nestml", "--json"])).unwrap();
    assert_eq!((&json["models"][0], json["notes"].as_array().unwrap().len()), (&"leaky".into(), 1));
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
