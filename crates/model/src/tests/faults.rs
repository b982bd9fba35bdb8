//! Every way to be wrong: the path, the place and the words of the message.

use super::decode;
use crate::fault::KEPT;
use crate::{Document, Faults, Model};

/// A sound file; each row of the table replaces one fragment of it.
const SOUND: &str = r#"{
  "simulation": {"dt_ms": 0.1, "duration_ms": 100, "seed": 3},
  "populations": {
    "exc": {"cells": 4, "model": "lif_exp", "tau_m_ms": 20, "sign": "excitatory", "initial": {"v_m_mv": -60}},
    "inh": {"cells": 2, "model": "lif_exp", "positions": {"shape": "sphere", "radius_um": 10}},
    "src": {"cells": 3, "model": "poisson_source", "rate_hz": 5},
    "trn": {"cells": 3, "model": "spike_train", "spikes": {"times_ms": [1, 2], "cells": [0, 2]}}
  },
  "projections": [
    {"name": "ee", "from": "exc", "to": ["exc", "inh"], "rule": "fixed_probability", "probability": 0.5, "weight_pa": 30, "delay_ms": 1.5}
  ],
  "inputs": [{"kind": "poisson", "to": "exc", "rate_hz": 8, "weight_pa": 45}],
  "record": {"states": [{"population": "exc", "variables": "v_m_mv", "cells": 3, "every_ms": 0.5}], "weights": ["ee"]}
}"#;

/// (fragment, replacement, path, part of the message). The place must be that of the field named last in the path.
const TABLE: &[(&str, &str, &str, &str)] = &[
    // simulation
    (r#""dt_ms": 0.1"#, r#""dt_ms": 0"#, "simulation.dt_ms", "found 0, must be > 0"),
    (r#""dt_ms": 0.1"#, r#""dt_ms": "x""#, "simulation.dt_ms", "found \"x\", expected a number"),
    (r#""dt_ms": 0.1"#, r#""dt": 0.1"#, "simulation.dt", "unknown field `dt`; did you mean `dt_ms`?"),
    (
        r#""duration_ms": 100"#,
        r#""duration_ms": 100.05"#,
        "simulation.duration_ms",
        "must be a multiple of dt_ms = 0.1",
    ),
    (r#""duration_ms": 100"#, r#""duration_ms": -1"#, "simulation.duration_ms", "found -1, must be >= 0"),
    (r#""duration_ms": 100"#, r#""duration_ms": 1e300"#, "simulation.duration_ms", "found 1e300, more steps"),
    (r#""seed": 3"#, r#""seed": -3"#, "simulation.seed", "found -3, expected a whole number >= 0"),
    (r#""seed": 3"#, r#""seed": 1.5"#, "simulation.seed", "found 1.5"),
    (r#""seed": 3"#, r#""precision": "half""#, "simulation.precision", "must be one of double, single"),
    (r#""seed": 3"#, r#""weights": "16""#, "simulation.weights", "must be one of full, half"),
    (r#""seed": 3"#, r#""blocks": 0"#, "simulation.blocks", "must be > 0"),
    (r#""seed": 3"#, r#""description": 5"#, "simulation.description", "expected a string"),
    // populations
    (r#""cells": 4,"#, r#""cells": 0,"#, "populations.exc.cells", "must be between 1 and 2147483648"),
    (r#""cells": 4,"#, r#""cells": 1e12,"#, "populations.exc.cells", "found 1000000000000"),
    (r#""cells": 4,"#, r#""cells": 2.5,"#, "populations.exc.cells", "found 2.5, expected a whole number"),
    (r#""cells": 4,"#, "", "populations.exc", "`cells` is missing"),
    (r#""model": "lif_exp", "tau"#, r#""model": "lif_exo", "tau"#, "populations.exc.model", "did you mean `lif_exp`?"),
    (r#""model": "lif_exp", "tau"#, r#""tau"#, "populations.exc", "`model` is missing"),
    (r#""tau_m_ms": 20"#, r#""tau_m": 20"#, "populations.exc.tau_m", "did you mean `tau_m_ms`?"),
    (r#""tau_m_ms": 20"#, r#""tau_m_s": 20"#, "populations.exc.tau_m_s", "did you mean `tau_m_ms`?"),
    (r#""tau_m_ms": 20"#, r#""tau_m_ms": null"#, "populations.exc.tau_m_ms", "found null"),
    (
        r#""tau_m_ms": 20"#,
        r#""tau_m_ms": [1, 2]"#,
        "populations.exc.tau_m_ms",
        "a list of 2, expected one number for each of the 4",
    ),
    (
        r#""tau_m_ms": 20"#,
        r#""tau_m_ms": {"distribution": "norml", "mean": 1, "std": 1}"#,
        "populations.exc.tau_m_ms.distribution",
        "did you mean `normal`?",
    ),
    (
        r#""tau_m_ms": 20"#,
        r#""tau_m_ms": {"distribution": "normal", "mean": 1}"#,
        "populations.exc.tau_m_ms",
        "`std` is missing",
    ),
    (
        r#""tau_m_ms": 20"#,
        r#""tau_m_ms": {"distribution": "normal", "mean": 1, "std": -1}"#,
        "populations.exc.tau_m_ms",
        "std = -1, must be >= 0",
    ),
    (
        r#""tau_m_ms": 20"#,
        r#""tau_m_ms": {"distribution": "uniform", "low": 1, "high": 2, "min": 3}"#,
        "populations.exc.tau_m_ms",
        "leave no room",
    ),
    (r#""tau_m_ms": 20"#, r#""tau_m_ms": 20, "reset": "two""#, "populations.exc.reset", "must be one of"),
    (
        r#""tau_m_ms": 20"#,
        r#""tau_m_ms": 20, "mean_rate_hz": -1"#,
        "populations.exc.mean_rate_hz",
        "found -1, must be >= 0",
    ),
    (r#""sign": "excitatory""#, r#""sign": "exitatory""#, "populations.exc.sign", "did you mean `excitatory`?"),
    (r#"{"v_m_mv": -60}"#, r#"{"v_mv": -60}"#, "populations.exc.initial.v_mv", "did you mean `v_m_mv`?"),
    (
        r#""exc": {"cells""#,
        r#""a/b": {"cells": 1, "model": "lif_exp"}, "exc": {"cells""#,
        "populations.a/b",
        "cannot be the name of a population",
    ),
    (r#""exc": {"cells""#, r#""exc": {}, "exc": {"cells""#, "populations.exc", "stands here twice"),
    (r#""shape": "sphere""#, r#""shape": "spher""#, "populations.inh.positions.shape", "did you mean `sphere`?"),
    (r#""radius_um": 10"#, r#""radius_um": 0"#, "populations.inh.positions.radius_um", "found 0, must be > 0"),
    (
        r#""radius_um": 10"#,
        r#""radius_um": 10, "center_um": [0, 1]"#,
        "populations.inh.positions.center_um",
        "found 2 numbers, expected 3",
    ),
    (r#""rate_hz": 5"#, r#""rate_hz": -5"#, "populations.src.rate_hz", "found -5 Hz, must be >= 0"),
    (r#""rate_hz": 5"#, r#""rate_hz": 5, "mean_rate_hz": 7"#, "populations.src.mean_rate_hz", "leave one out"),
    (
        r#""tau_m_ms": 20"#,
        r#""tau_m_ms": {"distribution": "normal", "mean": 20, "std": 1, "outside": "clip"}"#,
        "populations.exc.tau_m_ms.outside",
        "expected `min` or `max` beside it",
    ),
    (r#""rate_hz": 5"#, r#""rate_hz": 1e300"#, "populations.src.rate_hz", "can be drawn"),
    (
        r#""rate_hz": 5"#,
        r#""rate_hz": {"mean_hz": 5}"#,
        "populations.src.rate_hz",
        "expected times_ms and rates_hz, or",
    ),
    (
        r#""rate_hz": 5"#,
        r#""rate_hz": {"times_ms": [5, 1], "rates_hz": [1, 1]}"#,
        "populations.src.rate_hz",
        "ascending",
    ),
    (r#""times_ms": [1, 2]"#, r#""times_ms": [0, 2]"#, "populations.trn.spikes.times_ms.0", "at least half a step"),
    (r#""cells": [0, 2]"#, r#""cells": [0, 3]"#, "populations.trn.spikes.cells.1", "found 3, but there are 3 cells"),
    (r#""cells": [0, 2]"#, r#""cells": [0]"#, "populations.trn.spikes", "2 times and 1 cells"),
    // receptors
    (
        r#""to": ["exc", "inh"], "rule": "fixed_probability", "probability": 0.5, "weight_pa": 30"#,
        r#""to": "exc", "rule": "fixed_probability", "probability": 0.5, "receptor": "ex", "weight_pa": 30"#,
        "projections.0.receptor",
        "`exc` (lif_exp) has no receptor `ex`, it has exc, inh; did you mean `exc`?",
    ),
    (
        r#""weight_pa": 30"#,
        r#""receptor": ["exc"], "weight_pa": 30"#,
        "projections.0.receptor",
        "found 1 receptors, expected one for each of the 2 of `to`",
    ),
    (
        r#""weight_pa": 30"#,
        r#""receptor": ["exc", 2], "weight_pa": 30"#,
        "projections.0.receptor.1",
        "expected a string",
    ),
    (r#""weight_pa": 45"#, r#""receptor": "gaba", "weight_pa": 45"#, "inputs.0.receptor", "no receptor `gaba`"),
    (
        r#""model": "lif_exp", "positions""#,
        r#""model": "lif_exp_multi", "ports": {"a": {}, "b": {}}, "positions""#,
        "projections.0",
        "`receptor` is missing: `inh` (lif_exp_multi) has a, b",
    ),
    (
        r#""model": "lif_exp", "positions""#,
        r#""model": "lif_exp_multi", "ports": {}, "positions""#,
        "populations.inh.ports",
        "found 0 ports, expected 1 to 16",
    ),
    (
        r#""model": "lif_exp", "positions""#,
        r#""model": "lif_exp_multi", "ports": {"a b": {}}, "positions""#,
        "populations.inh.ports.a b",
        "must be of letters, digits and `_`",
    ),
    (
        r#""model": "lif_exp", "positions""#,
        r#""model": "lif_exp_multi", "ports": {"a": {"tau_ms": 1}}, "positions""#,
        "populations.inh.ports.a.tau_ms",
        "unknown field `tau_ms`; did you mean `tau_syn_ms`?",
    ),
    (
        r#""model": "lif_exp", "positions""#,
        r#""model": "lif_exp_multi", "ports": {"a": {"tau_syn_ms": 0}}, "positions""#,
        "populations.inh.ports.a.tau_syn_ms",
        "must be > 0",
    ),
    (
        r#""model": "lif_exp", "positions""#,
        r#""model": "lif_exp", "ports": {}, "positions""#,
        "populations.inh.ports",
        "unknown field `ports`",
    ),
    // projections
    (r#""from": "exc""#, r#""from": "exk""#, "projections.0.from", "there is no population `exk`; did you mean `exc`?"),
    (r#""from": "exc""#, r#""from": "exc.cells""#, "projections.0.from", "there is no population `exc.cells`"),
    (r#""from": "exc""#, r#""from": """#, "projections.0.from", "there is no population ``"),
    (r#""from": "exc""#, r#""from": []"#, "projections.0.from", "the list is empty"),
    (r#""to": ["exc", "inh"]"#, r#""to": ["exc", "exc"]"#, "projections.0.to.1", "stands here twice"),
    (r#""to": ["exc", "inh"]"#, r#""to": "src""#, "projections.0.to", "the cells of `src` only send"),
    (
        r#""rule": "fixed_probability""#,
        r#""rule": "fixed_probabilty""#,
        "projections.0.rule",
        "did you mean `fixed_probability`?",
    ),
    (r#""rule": "fixed_probability", "#, "", "projections.0", "`rule` is missing"),
    (
        r#""probability": 0.5"#,
        r#""probability": 1.5"#,
        "projections.0.probability",
        "found 1.5, must be between 0 and 1",
    ),
    (
        r#""probability": 0.5"#,
        r#""probability": [[0.5]]"#,
        "projections.0.probability",
        "found 1 rows, expected one for each of the 2",
    ),
    (
        r#""probability": 0.5"#,
        r#""probability": [[0.5, 1], [1]]"#,
        "projections.0.probability.0",
        "found 2 numbers, expected one for each of the 1",
    ),
    (r#""probability": 0.5, "#, "", "projections.0", "`probability` is missing"),
    (
        r#""weight_pa": 30"#,
        r#""weight_mv": 30"#,
        "projections.0.weight_mv",
        "weights onto lif_exp are `weight_pa`, found `weight_mv`",
    ),
    (r#""weight_pa": 30, "#, "", "projections.0", "`weight_pa` is missing"),
    (r#""weight_pa": 30"#, r#""weight_pa": [1, 2]"#, "projections.0", "found a list of 2 weights"),
    (
        r#""weight_pa": 30"#,
        r#""weight_pa": {}"#,
        "projections.0.weight_pa",
        "expected `distribution`, `by_distance` or `file`",
    ),
    (
        r#""delay_ms": 1.5"#,
        r#""delay_ms": 0.05"#,
        "projections.0.delay_ms",
        "found 0.05 ms, must be at least dt = 0.1 ms",
    ),
    (r#""delay_ms": 1.5"#, r#""delay_ms": 0.25"#, "projections.0.delay_ms", "not a multiple"),
    (
        r#""delay_ms": 1.5"#,
        r#""delay_ms": {"distribution": "normal", "mean": 1, "std": 1}"#,
        "projections.0.delay_ms",
        "add \"min\"",
    ),
    (
        r#""delay_ms": 1.5"#,
        r#""delay_ms": 1.5, "synapse": {"model": "short_term", "u": 2}"#,
        "projections.0.synapse.u",
        "must be",
    ),
    (
        r#""delay_ms": 1.5"#,
        r#""delay_ms": 1.5, "synapse": {"model": "short_tram"}"#,
        "projections.0.synapse.model",
        "did you mean `short_term`",
    ),
    (
        r#""delay_ms": 1.5"#,
        r#""delay_ms": 1.5, "short_term": {"u": 0.5}"#,
        "projections.0.short_term",
        r#"is called `synapse` with `"model": "short_term"`"#,
    ),
    (
        r#""delay_ms": 1.5"#,
        r#""delay_ms": 1.5, "multapse": true"#,
        "projections.0.multapse",
        "did you mean `multapses`?",
    ),
    (r#""delay_ms": 1.5"#, r#""delay_ms": 1.5, "multapses": 1"#, "projections.0.multapses", "expected true or false"),
    // inputs
    (r#""kind": "poisson""#, r#""kind": "poison""#, "inputs.0.kind", "did you mean `poisson`?"),
    (r#""to": "exc", "rate"#, r#""to": "src", "rate"#, "inputs.0.to", "only send"),
    (
        r#""weight_pa": 45"#,
        r#""weight_pa": {"distribution": "exponential", "mean": 2}"#,
        "inputs.0",
        "must be one number",
    ),
    (r#""rate_hz": 8"#, r#""rate_hz": 8, "in_degree": 0"#, "inputs.0.in_degree", "found 0, must be > 0"),
    // record
    (r#""population": "exc""#, r#""population": "src""#, "record.states.0.population", "have no state"),
    (r#""variables": "v_m_mv""#, r#""variables": "v_m""#, "record.states.0.variables", "did you mean `v_m_mv`?"),
    (r#""variables": "v_m_mv""#, r#""variables": ["v_m_mv", "v_m_mv"]"#, "record.states.0", "is recorded twice"),
    (r#""cells": 3, "every"#, r#""cells": 5, "every"#, "record.states.0.cells", "found 5, must be between 1 and 4"),
    (r#""cells": 3, "every"#, r#""cells": [], "every"#, "record.states.0.cells", "no cell is chosen"),
    (r#""cells": 3, "every"#, r#""cells": [9], "every"#, "record.states.0.cells.0", "numbered from 0"),
    (
        r#""every_ms": 0.5"#,
        r#""every_ms": 0.55"#,
        "record.states.0.every_ms",
        "found 0.55 ms, must be a multiple of dt",
    ),
    (r#""every_ms": 0.5}]"#, r#""every_ms": 0.5}], "spikes": ["exk"]"#, "record.spikes.0", "did you mean `exc`?"),
    // sections
    (r#""record""#, r#""recrd""#, "recrd", "did you mean `record`?"),
    (
        r#""inputs": [{"kind": "poisson", "to": "exc", "rate_hz": 8, "weight_pa": 45}]"#,
        r#""inputs": {}"#,
        "inputs",
        "expected a list",
    ),
];

fn faults_of(text: &str) -> Faults {
    match decode(text) {
        Err(faults) => faults,
        Ok(model) => model.design::<f64>(1, 1.0).err().unwrap_or_else(|| panic!("no fault in {text}")),
    }
}

#[test]
fn the_file_of_the_table_is_sound() {
    decode(SOUND).unwrap().design::<f64>(1, 1.0).map(|_| ()).unwrap();
}

/// Every row: the fault is there with its path and words, it is the only one, and line and column lead to the field.
#[test]
fn each_fault_has_its_path_its_place_and_its_words() {
    for (fragment, replacement, path, words) in TABLE {
        assert_eq!(SOUND.matches(fragment).count(), 1, "`{fragment}` is not unique");
        let text = SOUND.replace(fragment, replacement);
        let faults = faults_of(&text);
        let shown = faults.to_string();
        assert_eq!(faults.faults.len(), 1, "{replacement}: {shown}");
        let fault = &faults.faults[0];
        assert_eq!(fault.path, *path, "{replacement}: {shown}");
        assert!(fault.message.contains(words), "{replacement}: {shown}");
        let place = fault.place.as_ref().unwrap_or_else(|| panic!("{replacement}: no place"));
        let key = path.rsplit('.').find(|part| part.parse::<usize>().is_err()).unwrap();
        let line = text.lines().nth(place.line - 1).unwrap();
        let here: String = line.chars().skip(place.column - 1).collect();
        let in_list = path.rsplit('.').next().is_some_and(|last| last.parse::<usize>().is_ok());
        assert!(in_list || here.starts_with(key), "{path}: {}:{} is {here}", place.line, place.column);
        assert!(shown.lines().count() <= 24 && shown.lines().all(|line| line.chars().count() < 300), "{shown}");
    }
}

#[test]
fn faults_that_need_the_whole_network_have_places_too() {
    let table = [
        (r#""tau_m_ms": 20"#, r#""tau_m_ms": -20"#, "populations.exc.tau_m_ms", "must be > 0"),
        (r#""tau_m_ms": 20"#, r#""tau_m_ms": 1e300, "v_th_mv": -80"#, "populations.exc.v_reset_mv", "must be"),
        (r#""weights": ["ee"]"#, r#""weights": ["ew"]"#, "record.weights.0", "there is no projection `ew`"),
        (
            r#""rule": "fixed_probability", "probability": 0.5"#,
            r#""rule": "one_to_one""#,
            "projections.0",
            "one_to_one",
        ),
        (
            r#""rule": "fixed_probability", "probability": 0.5"#,
            r#""rule": "fixed_in_degree", "in_degree": 9"#,
            "projections.0",
            "in_degree = 9",
        ),
        (
            r#""rule": "fixed_probability", "probability": 0.5"#,
            r#""rule": "list", "sources": [0], "targets": [9]"#,
            "projections.0",
            "9",
        ),
        (
            r#""shape": "sphere", "radius_um": 10"#,
            r#""shape": "list", "points_um": [[0,0,0]]"#,
            "populations.inh.positions",
            "1 points for 2 cells",
        ),
    ];
    for (fragment, replacement, path, words) in table {
        let faults = faults_of(&SOUND.replace(fragment, replacement));
        let fault = faults.faults.iter().find(|fault| fault.path == path);
        let fault = fault.unwrap_or_else(|| panic!("{replacement}: {faults}"));
        assert!(fault.message.contains(words) && fault.place.is_some(), "{faults}");
    }
}

/// Ten rows of the table at once give ten faults, by line and column.
#[test]
fn all_faults_are_found_at_once_in_the_order_of_the_text() {
    let fragments = [
        r#""dt_ms": 0.1"#,
        r#""duration_ms": 100"#,
        r#""sign": "excitatory""#,
        r#""radius_um": 10"#,
        r#""rate_hz": 5"#,
        r#""cells": [0, 2]"#,
        r#""from": "exc""#,
        r#""probability": 0.5"#,
        r#""kind": "poisson""#,
        r#""every_ms": 0.5"#,
    ];
    let mut text = SOUND.to_owned();
    let mut paths = Vec::new();
    for fragment in fragments {
        let row = TABLE.iter().find(|row| row.0 == fragment).unwrap();
        text = text.replace(fragment, row.1);
        paths.push(row.2);
    }
    let faults = faults_of(&text).faults;
    let found: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
    let mut places: Vec<(usize, usize)> =
        faults.iter().map(|fault| fault.place.as_ref().map(|place| (place.line, place.column)).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
    places.dedup();
    // dt_ms = 0 is replaced by the default; what follows from it is not reported.
    for path in paths {
        assert!(found.contains(&path), "{path} is not among {found:?}");
    }
}

#[test]
fn a_faulty_section_does_not_hide_the_others() {
    let text = SOUND
        .replace(r#"{"dt_ms": 0.1, "duration_ms": 100, "seed": 3}"#, "5")
        .replace("\"exc\", \"to\"", "\"exk\", \"to\"");
    let found: Vec<String> = faults_of(&text).faults.into_iter().map(|fault| fault.path).collect();
    assert_eq!(found, ["simulation", "projections.0.from"]);
}

/// Time and memory stay bounded, and the message fits a screen.
#[test]
fn a_million_faults_are_counted_not_kept() {
    let list = vec!["null"; 300_000].join(",");
    let text = SOUND.replace(r#""tau_m_ms": 20"#, &format!("\"tau_m_ms\": [{list}]"));
    let faults = faults_of(&text);
    assert_eq!((faults.faults.len(), faults.count()), (KEPT, 300_000));
    let shown = faults.to_string();
    assert!(shown.lines().count() < 42 && shown.len() < 10_000, "{shown}");
    assert!(shown.contains("and 299988 more"), "{shown}");
}

#[test]
fn long_names_and_numbers_are_cut() {
    let name = "n".repeat(5000);
    for text in [
        SOUND.replace(r#""from": "exc""#, &format!("\"from\": \"{name}\"")),
        SOUND.replace(r#""sign": "excitatory""#, &format!("\"sign\": \"{name}\"")),
        SOUND.replace(r#""seed": 3"#, "\"seed\": 1e300"),
        SOUND.replace(r#""dt_ms": 0.1"#, "\"dt_ms\": -1e300"),
    ] {
        let shown = faults_of(&text).to_string();
        assert!(shown.lines().all(|line| line.chars().count() < 250), "{shown}");
    }
}

/// A value set from outside is not shown beside the line that it replaced.
#[test]
fn overridden_values_have_no_line() {
    let mut document = Document::parse("m.json", SOUND.into()).unwrap();
    document.set("populations.exc.cells=0").unwrap();
    let faults = Model::decode(document).unwrap_err();
    assert_eq!(faults.faults[0].place, None);
    assert!(
        faults.to_string().starts_with("m.json (as changed by options): populations.exc.cells: found 0"),
        "{faults}"
    );
}

#[test]
fn a_population_is_not_shadowed_by_a_description() {
    let text =
        r#"{"populations": {"description": {"cells": 1, "model": "lif_exp"}, "a": {"cells": 1, "model": "lif_exp"}}}"#;
    assert_eq!(faults_of(text).faults[0].path, "populations.description");
}
