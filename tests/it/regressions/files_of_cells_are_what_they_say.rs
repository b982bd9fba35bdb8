//! A cell of a file took what was sent to a port that no equation reads, ran with a negative time constant, and called 10 nA
//! `weight_pa: 10`, all without a word.

use super::small_models::{input, refusal};
use serde_json::{Value, json};

const CELL: &str = "model m:
    state:
        V_m mV = 0 mV
    equations:
        kernel k = exp(-t / tau_k)
        V_m' = -V_m / tau_m + convolve(k, exc) * 1 nA / C_m
    parameters:
        tau_m ms = 10 ms
        tau_k ms = 2 ms
        C_m pF = 250 pF
    input:
        exc <- excitatory spike
        I_stim pA <- continuous
    output:
        spike
    update:
        integrate_odes()
    onCondition(V_m > 10 mV):
        V_m = 0 mV
        emit_spike()
";

fn model(change: impl FnOnce(&mut Value)) -> String {
    let mut model = json!({
        "simulation": {"dt_ms": 0.1, "duration_ms": 10, "seed": 1},
        "populations": {"c": {"cells": 2, "model": "m.nestml", "text": CELL}, "p": {"cells": 1, "model": "poisson_source", "rate_hz": 100}},
        "projections": [{"from": "p", "to": "c", "rule": "all_to_all", "weight": 10, "delay_ms": 1}],
        "inputs": [{"kind": "step_current", "to": "c", "amplitude_pa": 500}]
    });
    change(&mut model);
    model.to_string()
}

#[test]
fn what_nothing_reads_is_told_of_the_network() {
    let notes = input(&model(|_| {})).notes();
    let told = notes.iter().find(|note| note.contains("m.nestml:13:9: nothing reads the port `I_stim`"));
    assert!(told.is_some_and(|told| told.starts_with("warning: populations.c.model: ")), "{notes:?}");
}

#[test]
fn a_weight_of_nano_amperes_is_not_one_of_pico_amperes() {
    let told = refusal(&model(|model| {
        model["projections"][0] = json!({"from": "p", "to": "c", "rule": "all_to_all", "weight_pa": 10, "delay_ms": 1})
    }));
    assert!(told.contains("weights onto m are `weight`, found `weight_pa`"), "{told}");
}

#[test]
fn what_a_cell_divides_by_is_positive() {
    for (key, value) in [("tau_m_ms", json!(-200)), ("tau_k_ms", json!(0)), ("C_m_pf", json!([1, -1]))] {
        let told = refusal(&model(|model| model["populations"]["c"][key] = value));
        assert!(told.contains("must be > 0: the file, which declares it in line "), "{key}: {told}");
    }
}

#[test]
fn a_solver_without_anything_to_solve_is_refused() {
    let told =
        refusal(&model(|model| model["populations"]["c"]["integration"] = json!({"method": "rk4", "substeps": 4})));
    assert!(
        told.contains("populations.c.integration.method: has no effect: the equations of `m` are linear"),
        "{told}"
    );
}
