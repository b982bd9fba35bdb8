//! What files become: columns, initial values, projections, probes, inputs.

use super::{decode, lower};
use crate::model::KindSpec;
use crate::values::PerCell;
use neuropil_core::{Outside, Shape};
use neuropil_network::Property;
use neuropil_network::current::Waveform;
use neuropil_network::network::Design;
use neuropil_network::source::Rate;

fn parameter(text: &str) -> PerCell {
    let text = format!(r#"{{"populations": {{"a": {{"cells": 3, "model": "lif_exp", "tau_m_ms": {text}}}}}}}"#);
    let model = decode(&text).unwrap_or_else(|faults| panic!("{faults}"));
    let KindSpec::Neurons { info, parameters, .. } = &model.populations[0].kind else { panic!("neurons") };
    let row = info.parameters.iter().position(|row| row.name() == "tau_m_ms").unwrap();
    parameters[row].clone()
}

#[test]
fn every_form_of_a_value_of_cells_is_read() {
    let shape = |text: &str| match parameter(text) {
        PerCell::Drawn(drawn) => (drawn.shape, drawn.min, drawn.max, drawn.outside),
        PerCell::List(_) => panic!("{text}"),
    };
    let free = |shape| (shape, f64::NEG_INFINITY, f64::INFINITY, Outside::Redraw);
    assert_eq!(shape("7"), free(Shape::Constant(7.0)));
    assert_eq!(parameter("[7, 8.5, 9e0]"), PerCell::List(vec![7.0, 8.5, 9.0]));
    let own = |own: &str| format!(r#"{{"distribution": {own}}}"#);
    assert_eq!(shape(&own(r#""uniform", "low": 1, "high": 2"#)), free(Shape::Uniform { low: 1.0, high: 2.0 }));
    assert_eq!(shape(&own(r#""normal", "mean": 9, "std": 2"#)), free(Shape::Normal { mean: 9.0, std: 2.0 }));
    assert_eq!(shape(&own(r#""lognormal", "mu": 1, "sigma": 2"#)), free(Shape::Lognormal { mu: 1.0, sigma: 2.0 }));
    assert_eq!(shape(&own(r#""exponential", "mean": 3"#)), free(Shape::Exponential { mean: 3.0 }));
    assert_eq!(shape(&own(r#""gamma", "shape": 2, "scale": 3"#)), free(Shape::Gamma { shape: 2.0, scale: 3.0 }));
    assert_eq!(
        shape(&own(r#""normal", "mean": 9, "std": 2, "min": 1, "max": 20, "outside": "clip""#)),
        (Shape::Normal { mean: 9.0, std: 2.0 }, 1.0, 20.0, Outside::Clip)
    );
}

#[test]
fn every_form_of_a_rate_is_read() {
    let rate = |text: &str| {
        let text =
            format!(r#"{{"populations": {{"a": {{"cells": 2, "model": "poisson_source", "rate_hz": {text}}}}}}}"#);
        let model = decode(&text).unwrap_or_else(|faults| panic!("{faults}"));
        let KindSpec::Poisson(rate) = &model.populations[0].kind else { panic!("a source") };
        rate.clone()
    };
    assert_eq!(rate("5"), Rate::Constant(5.0));
    assert_eq!(rate("[5, 6]"), Rate::PerCell(vec![5.0, 6.0]));
    assert_eq!(rate(r#"{"times_ms": [0, 50], "rates_hz": [3, 4]}"#), Rate::Steps(vec![(0.0, 3.0), (50.0, 4.0)]));
    assert_eq!(
        rate(r#"{"mean_hz": 10, "amplitude_hz": 4, "frequency_hz": 8, "phase_cycles": 0.25}"#),
        Rate::Sine { mean_hz: 10.0, amplitude_hz: 4.0, frequency_hz: 8.0, phase: 0.25 }
    );
}

/// Initial values: constant, listed and drawn; the list keeps its order.
#[test]
fn initial_values_reach_their_cells() {
    let lowered = lower(
        r#"{"populations": {"a": {"cells": 3, "model": "lif_exp",
            "initial": {"i_syn_exc_pa": [1, 2, 3], "v_m_mv": {"distribution": "uniform", "low": -70, "high": -60}}}}}"#,
    );
    let population = &lowered.design.populations[0];
    let of = |symbol: &str| {
        let variables = population.neurons().unwrap().info().variables;
        let variable = variables.iter().position(|variable| variable.symbol == symbol).unwrap();
        population.initial.iter().find(|initial| initial.variable == variable).unwrap().values.clone()
    };
    assert_eq!(of("i_syn_exc"), [1.0, 2.0, 3.0]);
    let drawn = of("v_m");
    assert!(drawn.iter().all(|v| (-70.0..-60.0).contains(v)) && drawn[0] != drawn[1], "{drawn:?}");
}

fn names(design: &Design<f64>) -> Vec<&str> {
    design.projections.iter().map(|projection| projection.name.as_str()).collect()
}

const THREE: &str = r#""populations": {"a": {"cells": 4, "model": "lif_exp"}, "b": {"cells": 2, "model": "lif_exp"}, "c": {"cells": 3, "model": "lif_exp"}}"#;

#[test]
fn projections_are_named_by_their_pairs_and_uniquely() {
    let lowered = lower(&format!(
        r#"{{{THREE}, "projections": [
            {{"from": ["a", "b"], "to": ["c", "a"], "rule": "fixed_probability", "probability": 0.5, "weight_pa": 1, "delay_ms": 1}},
            {{"from": "a", "to": "c", "rule": "fixed_in_degree", "in_degree": 2, "weight_pa": 1, "delay_ms": 1}},
            {{"name": "own", "from": "a", "to": "b", "rule": "fixed_in_degree", "in_degree": 2, "weight_pa": 1, "delay_ms": 1}},
            {{"name": "all", "from": "a", "to": ["b", "c"], "rule": "fixed_in_degree", "in_degree": 2, "weight_pa": 1, "delay_ms": 1}}
        ], "record": {{"weights": ["all", "a->c#2"]}}}}"#
    ));
    let expected = ["a->c", "b->c", "a->a", "b->a", "a->c#2", "own", "all:a->b", "all:a->c"];
    assert_eq!(names(&lowered.design), expected);
    // A name of an item stands for all its pairs.
    assert_eq!(lowered.weights, [4, 6, 7]);
}

/// A matrix is (to, from); its zeros make no projection.
#[test]
fn matrices_are_read_by_target_then_source() {
    let lowered = lower(&format!(
        r#"{{{THREE}, "projections": [{{"from": ["a", "b"], "to": ["b", "c"], "rule": "fixed_probability", "autapses": true,
            "probability": [[0.5, 0], [0.25, 1]], "weight_pa": 1, "delay_ms": 1}}]}}"#
    ));
    assert_eq!(names(&lowered.design), ["a->b", "a->c", "b->c"]);
    let expected: Vec<f64> = (0_u32..)
        .zip(&lowered.design.projections)
        .map(|(number, own)| own.connector.expected(&lowered.design.context(number).wiring(own)))
        .collect();
    assert_eq!(expected, [0.5 * 8.0, 0.25 * 12.0, 6.0]);
}

/// Listed pairs keep their weights and delays, whatever the order of the file.
#[test]
fn lists_keep_pairs_weights_and_delays_together() {
    let lowered = lower(&format!(
        r#"{{{THREE}, "projections": [{{"from": "a", "to": "c", "rule": "list", "sources": [3, 0, 2], "targets": [2, 1, 0],
            "weight_pa": [30, 1, 20], "delay_ms": [0.3, 0.1, 0.2]}}]}}"#
    ));
    let mut found = Vec::new();
    let visit = &mut |synapse: neuropil_network::projection::Synapse| {
        found.push((synapse.source, synapse.target, synapse.weight, synapse.delay_steps));
    };
    lowered.design.synapses(0, visit).unwrap();
    found.sort_by_key(|synapse| synapse.0);
    assert_eq!(found, [(0, 1, 1.0, 1), (2, 0, 20.0, 2), (3, 2, 30.0, 3)]);
}

#[test]
fn weights_and_delays_by_distance_and_drawn_are_kept() {
    let lowered = lower(
        r#"{"populations": {"a": {"cells": 2, "model": "lif_exp", "positions": {"shape": "grid", "shape_cells": [2, 1, 1], "spacing_um": [100, 1, 1]}}},
            "projections": [{"from": "a", "to": "a", "rule": "all_to_all",
                "weight_pa": {"by_distance": "exponential", "amplitude": 10, "length_um": 100},
                "delay_ms": {"by_distance": "linear", "offset": 0.5, "slope_per_um": 0.01}}]}"#,
    );
    let projection = &lowered.design.projections[0];
    assert_eq!(projection.weight, Property::Exponential { amplitude: 10.0, length_um: 100.0 });
    let mut found = Vec::new();
    lowered.design.synapses(0, &mut |synapse| found.push((synapse.weight, synapse.delay_steps))).unwrap();
    assert_eq!(found.len(), 2);
    for (weight, delay_steps) in found {
        assert!((weight - 10.0 * (-1.0_f64).exp()).abs() < 1e-12);
        assert_eq!(delay_steps, 15);
    }
}

#[test]
fn records_become_probes() {
    let lowered = lower(&format!(
        r#"{{{THREE}, "record": {{"spikes": ["b"], "states": [
            {{"population": ["a", "b"], "variables": ["v_m_mv", "i_syn_exc_pa"], "every_ms": 0.5}},
            {{"population": "c", "variables": "v_m_mv", "cells": [0, 2]}}]}}}}"#
    ));
    assert_eq!(lowered.recorded.iter().map(|own| own.spikes).collect::<Vec<_>>(), [false, true, false]);
    let probes: Vec<_> = lowered.probes.iter().map(|own| (own.population, own.cells.len(), own.every_steps)).collect();
    assert_eq!(probes, [(0, 4, 5), (0, 4, 5), (1, 2, 5), (1, 2, 5), (2, 2, 1)]);
    assert_eq!(lowered.probes[4].cells, [0, 2]);
}

/// `cells` left out means all cells of the network that runs, not of the file.
#[test]
fn probes_follow_the_scale() {
    let text = r#"{"populations": {"a": {"cells": 10, "model": "lif_exp"}}, "record": {"states": [
        {"population": "a", "variables": "v_m_mv"}, {"population": "a", "variables": "i_syn_exc_pa", "cells": 6}]}}"#;
    let cells = |scale: f64| {
        let lowered = decode(text).unwrap().design::<f64>(1, scale).unwrap();
        lowered.probes.iter().map(|probe| probe.cells.len()).collect::<Vec<_>>()
    };
    assert_eq!((cells(1.0), cells(0.5), cells(2.0)), (vec![10, 6], vec![5, 5], vec![20, 6]));
    let last = text.replace("\"cells\": 6", "\"cells\": [9]");
    let faults = decode(&last).unwrap().design::<f64>(1, 0.5).err().unwrap();
    assert!(
        faults.to_string().contains("record.states.1: none of these cells of `a` is left at scale 0.5"),
        "{faults}"
    );
}

#[test]
fn huge_populations_are_counted_without_asking_for_their_memory() {
    let text = r#"{"populations": {"a": {"cells": 2147483648, "model": "lif_exp", "tau_m_ms": {"distribution": "uniform", "low": 1, "high": 2},
        "positions": {"shape": "sphere", "radius_um": 1}}}, "record": {"states": [{"population": "a", "variables": "v_m_mv"}]}}"#;
    let (cells, bytes) = decode(text).unwrap().cells_and_bytes(1.0);
    assert_eq!(cells, 1 << 31);
    assert!(bytes >= (1 << 31) * 8 * 4, "{bytes}");
}

/// Ports become columns behind those of the cell, in the order of the file; names become ports of each target. Would catch a
/// time constant that goes to another receptor, and a list of receptors in the order of something else.
#[test]
fn ports_and_receptors_are_those_named() {
    let text = r#"{"populations": {
        "a": {"cells": 2, "model": "lif_exp_multi", "tau_m_ms": 20, "initial": {"i_syn_NMDA_pa": 3}, "ports": {
            "AMPA": {"tau_syn_ms": 2, "sign": "excitatory"}, "NMDA": {"tau_syn_ms": [80, 90]}, "GABA": {"sign": "inhibitory"}}},
        "b": {"cells": 2, "model": "lif_exp"}, "src": {"cells": 1, "model": "poisson_source", "rate_hz": 5}},
      "projections": [
        {"from": "src", "to": ["b", "a"], "receptor": ["inh", "GABA"], "rule": "all_to_all", "weight_pa": -4, "delay_ms": 1},
        {"from": "src", "to": "a", "receptor": "NMDA", "rule": "all_to_all", "weight_pa": 4, "delay_ms": 1},
        {"from": "src", "to": "b", "rule": "all_to_all", "weight_pa": 4, "delay_ms": 1}],
      "inputs": [{"kind": "poisson", "to": "a", "receptor": "AMPA", "rate_hz": 8, "weight_pa": 45},
                 {"kind": "step_current", "to": ["a", "b"], "port": "i_inj", "amplitude_pa": 3}],
      "record": {"states": [{"population": "a", "variables": "i_syn_GABA_pa"}]}}"#;
    let lowered = lower(text);
    let design = &lowered.design;
    let receptors: Vec<_> = design.projections.iter().map(|own| (own.target, own.receptor)).collect();
    assert_eq!(receptors, [(1, Some(1)), (0, Some(2)), (0, Some(1)), (1, None)]);
    assert_eq!(design.poisson[0].receptor, Some(0));
    assert_eq!(lowered.probes[0].variable, 3);
    assert_eq!(design.populations[0].initial[0].variable, 2);
    let cells = design.populations[0].neurons().unwrap();
    let row = |symbol: &str| cells.info().parameters.iter().position(|row| row.symbol == symbol).unwrap();
    let value = |cell: usize, symbol: &str| cells.parameters(cell)[row(symbol)];
    for (cell, nmda) in [(0, 80.0), (1, 90.0)] {
        let taus = ["tau_m", "tau_syn_AMPA", "tau_syn_NMDA", "tau_syn_GABA"].map(|symbol| value(cell, symbol));
        assert_eq!(taus, [20.0, 2.0, nmda, 2.0]);
    }
}

/// Every input and every Poisson source has its window; such a network is not scaled, and one that never opens is told.
#[test]
fn windows_reach_their_inputs() {
    let text = r#"{"simulation": {"dt_ms": 0.1, "duration_ms": 100, "seed": 1},
        "populations": {"a": {"cells": 3, "model": "lif_exp"},
                        "source": {"cells": 3, "model": "poisson_source", "rate_hz": 50, "start_ms": 300}},
        "inputs": [{"kind": "poisson", "to": "a", "rate_hz": 10, "weight_pa": 5, "start_ms": 1, "stop_ms": 2},
                   {"kind": "step_current", "to": "a", "amplitude_pa": 5, "stop_ms": 20},
                   {"kind": "sine_current", "to": "a", "amplitude_pa": 5, "frequency_hz": 3, "start_ms": 3},
                   {"kind": "noise_current", "to": "a", "std_pa": 5, "start_ms": 0.1, "stop_ms": 0.2},
                   {"kind": "ou_current", "to": "a", "mean_pa": 1, "std_pa": 5, "tau_ms": 2, "start_ms": 4}]}"#;
    let model = decode(text).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(model.notes, ["populations.source: begins at 300 ms, the run ends at 100 ms: never on"]);
    let currents = lower(text).design.currents;
    let windows: Vec<(f64, f64)> = currents.iter().map(|own| (own.window.start_ms, own.window.stop_ms)).collect();
    assert_eq!(windows, [(0.0, 20.0), (3.0, f64::INFINITY), (0.1, 0.2), (4.0, f64::INFINITY)]);
    assert_eq!(currents[3].waveform, Waveform::OrnsteinUhlenbeck { mean: 1.0, std: 5.0, tau_ms: 2.0 });
    let Err(faults) = model.design::<f64>(1, 0.5) else { panic!("scaled") };
    let faults = faults.to_string();
    assert!(faults.contains("inputs.0.rate_hz") && faults.contains("populations.source.rate_hz"), "{faults}");
    for (wrong, told) in [
        (r#""start_ms": 3"#, "frequency_hz"),
        (
            r#""frequency_hz": 3, "start_ms": 3, "stop_ms": 2"#,
            "stop_ms: found 2, must be > start_ms = 3: it would never be on",
        ),
        (
            r#""frequency_hz": 3, "stop_ms": 0.25"#,
            "stop_ms: found 0.25 ms, must be a time from 0 ms on, a multiple of dt",
        ),
    ] {
        let text = text.replace(r#""frequency_hz": 3, "start_ms": 3"#, wrong);
        let Err(faults) = decode(&text) else { panic!("{wrong}") };
        assert!(faults.to_string().contains(told), "{faults}");
    }
}

/// A source of a table: its parameters one a cell, its window, and what is refused. Would catch columns in another order than the
/// table's, and a source without its window.
#[test]
fn regular_sources_send_what_the_file_says() {
    let text = |own: &str| {
        format!(
            r#"{{"simulation": {{"dt_ms": 0.5, "duration_ms": 20}},
                 "populations": {{"a": {{"cells": 2, "model": "regular_source"{own}}}}}}}"#
        )
    };
    let lowered = lower(&text(r#", "period_ms": [4, 6.5], "first_ms": 2, "stop_ms": 15"#));
    let neuropil_network::Kind::Source(source) = &lowered.design.populations[0].kind else { panic!("a source") };
    let mut sent = Vec::new();
    for step in 1..=40 {
        let mut fired = Vec::new();
        source.emit(step, 0..2, &mut fired);
        sent.extend(fired.into_iter().map(|cell| (step, cell)));
    }
    assert_eq!(sent, [(4, 0), (4, 1), (12, 0), (17, 1), (20, 0), (28, 0), (30, 1)]);
    for (own, told) in [
        (r#", "period_ms": 0"#, "populations.a.period_ms: period_ms = 0 ms, must be > 0"),
        (r#", "period_ms": 0.2"#, "populations.a.period_ms: period_ms = 0.2 ms, must be at least dt = 0.5 ms"),
        (r#", "period_ms": [2, 0.2]"#, "cell 1: period_ms = 0.2 ms, must be at least dt = 0.5 ms"),
        (r#", "first_ms": 0.2"#, "first_ms = 0.2 ms, must be at least half a step (0.25 ms)"),
        (r#", "period": 3"#, "did you mean `period_ms`?"),
    ] {
        let refused = decode(&text(own)).and_then(|model| model.design::<f64>(1, 1.0).map(|_| ()));
        let faults = refused.unwrap_err().to_string();
        assert!(faults.contains(told), "{faults}");
    }
    let model = decode(&text("")).unwrap_or_else(|faults| panic!("{faults}"));
    let Err(faults) = model.design::<f64>(1, 0.5) else { panic!("scaled") };
    assert!(faults.to_string().contains("the spike trains of regular_source cannot be scaled"), "{faults}");
}
