//! Parts of populations: what is refused, and what each door makes of them.

use super::{decode, lower};
use crate::lower::Lowered;
use neuropil_core::Clock;
use neuropil_network::projection::Synapse;
use neuropil_network::source::{Rate, SpikeSource};

/// Twenty cells along x at 0, 10, .. 190 um, and five that are nowhere; `rest` follows.
fn text(rest: &str) -> String {
    format!(
        r#"{{"simulation": {{"duration_ms": 10}}, "populations": {{
          "exc": {{"cells": 20, "model": "lif_exp", "cell_type": "Pyr", "sign": "excitatory",
                   "positions": {{"shape": "grid", "shape_cells": [20, 1, 1], "spacing_um": [10, 10, 10]}}}},
          "inh": {{"cells": 5, "model": "lif_exp", "cell_type": "Sst"}},
          "sst2": {{"cells": 4, "model": "lif_exp", "cell_type": "Sst"}}}}, {rest}}}"#
    )
}

fn projection(from: &str, to: &str, rule: &str) -> String {
    text(&format!(
        r#""projections": [{{"from": {from}, "to": {to}, "rule": {rule}, "weight_pa": {{"distribution": "uniform", "low": 1, "high": 2}}, "delay_ms": 1}}]"#
    ))
}

fn synapses(lowered: &Lowered<f64>, projection: usize) -> Vec<Synapse> {
    let mut all = Vec::new();
    lowered.design.synapses(projection, &mut |synapse| all.push(synapse)).unwrap();
    all
}

fn pairs(from: &str, to: &str, rule: &str) -> Vec<(u32, u32)> {
    let lowered = lower(&projection(from, to, rule));
    let mut pairs: Vec<_> = synapses(&lowered, 0).iter().map(|own| (own.source, own.target)).collect();
    pairs.sort_unstable();
    pairs
}

/// Cells 2 to 5, in every form.
const FORMS: [&str; 4] = [
    r#"{"population": "exc", "cells": "2:6"}"#,
    r#"{"population": "exc", "cells": "2:6:1"}"#,
    r#"{"population": "exc", "cells": [2, 3, 4, 5]}"#,
    r#"{"population": "exc", "cells": {"x_um": [20, 60]}}"#,
];

#[test]
fn every_form_names_the_same_cells() {
    let every = |cells: std::ops::Range<u32>| {
        (0..5).flat_map(|to| cells.clone().map(move |from| (from, to))).collect::<Vec<_>>()
    };
    for form in FORMS {
        let mut expected = every(2..6);
        expected.sort_unstable();
        assert_eq!(pairs(form, r#""inh""#, r#""all_to_all""#), expected, "{form}");
    }
    let mut expected = every(0..3);
    expected.sort_unstable();
    assert_eq!(pairs(r#"{"population": "exc", "cells": 3}"#, r#""inh""#, r#""all_to_all""#), expected);
    let strided: Vec<u32> =
        pairs(r#"{"population": "exc", "cells": "1::6"}"#, r#"{"population": "inh", "cells": [0]}"#, r#""all_to_all""#)
            .iter()
            .map(|pair| pair.0)
            .collect();
    assert_eq!(strided, [1, 7, 13, 19]);
}

/// Would catch a whole population that has other numbers once it is named as a part, or a part that lacks its own.
#[test]
fn all_cells_as_a_part_are_the_population_with_its_bits() {
    for rule in [
        r#""fixed_probability", "probability": 0.3"#,
        r#""fixed_in_degree", "in_degree": 4"#,
        r#""fixed_total_number", "synapses": 30"#,
    ] {
        let whole = synapses(&lower(&projection(r#""exc""#, r#""exc""#, rule)), 0);
        assert!(whole.len() > 20);
        for part in [
            r#"{"population": "exc", "cells": ":"}"#,
            r#"{"cell_type": "Pyr"}"#,
            r#"{"population": "exc", "cells": 20}"#,
            r#"{"population": "exc", "cells": {"x_um": [0, 191]}}"#,
        ] {
            assert_eq!(synapses(&lower(&projection(part, r#""exc""#, rule)), 0), whole, "{rule} {part}");
        }
    }
}

/// one_to_one joins the sets in order; a list counts within them; what one cell would send itself is left out.
#[test]
fn rules_count_within_the_sets() {
    let part = |cells: &str| format!(r#"{{"population": "exc", "cells": {cells}}}"#);
    assert_eq!(pairs(&part("[1, 5, 9]"), &part("\"10:13\""), r#""one_to_one""#), [(1, 10), (5, 11), (9, 12)]);
    assert_eq!(pairs(&part("[1, 5, 9]"), &part("[2, 5, 8]"), r#""one_to_one""#), [(1, 2), (9, 8)], "5 is not its own");
    let listed = r#""list", "sources": [2, 0], "targets": [0, 1]"#;
    assert_eq!(pairs(&part("[1, 5, 9]"), &part("\"10:13\""), listed), [(1, 11), (9, 10)]);
    let degree = pairs(&part("\"4:8\""), &part("\"6:10\""), r#""fixed_in_degree", "in_degree": 3"#);
    let of = |cell: u32| degree.iter().filter(|pair| pair.1 == cell).map(|pair| pair.0).collect::<Vec<_>>();
    assert_eq!((of(6), of(7)), (vec![4, 5, 7], vec![4, 5, 6]), "all but itself");
    assert!(of(8).len() == 3 && of(8).iter().all(|cell| (4..8).contains(cell)));
    let fault = decode(&projection(&part("\"4:8\""), &part("\"6:10\""), r#""fixed_in_degree", "in_degree": 4"#));
    let fault = fault.unwrap().design::<f64>(1, 1.0).err().unwrap().to_string();
    assert!(fault.contains("only 3 possible sources"), "{fault}");
}

#[test]
fn a_type_stands_for_all_its_populations() {
    let lowered = lower(&projection(r#""exc""#, r#"{"cell_type": "Sst", "cells": "1:3"}"#, r#""all_to_all""#));
    let names: Vec<&str> = lowered.design.projections.iter().map(|own| own.name.as_str()).collect();
    assert_eq!(names, ["exc->inh", "exc->sst2"]);
    assert!((0..2).all(|index| synapses(&lowered, index).len() == 40));
}

/// Each wrong form with what it says.
#[test]
fn what_is_no_part_is_refused_by_its_place() {
    for (part, path, expected) in [
        (
            r#"{"population": "exc", "cells": "0:21"}"#,
            "from.cells",
            "`exc` has 20 cells, numbered from 0: a range ends at 20 at most",
        ),
        (r#"{"population": "exc", "cells": "5:5"}"#, "from.cells", "which is no cell"),
        (r#"{"population": "exc", "cells": "0:10:0"}"#, "from.cells", "a step of 1 at least"),
        (r#"{"population": "exc", "cells": "-3:"}"#, "from.cells", "whole numbers >= 0"),
        (r#"{"population": "exc", "cells": "7"}"#, "from.cells", "expected a range"),
        (r#"{"population": "exc", "cells": 21}"#, "from.cells", "between 1 and 20, the number of cells of `exc`"),
        (r#"{"population": "exc", "cells": []}"#, "from.cells", "no cell is chosen"),
        (
            r#"{"population": "exc", "cells": [3, 1]}"#,
            "from.cells.1",
            "found 1 after 3: cells of a set ascend, each once",
        ),
        (
            r#"{"population": "exc", "cells": [0, 20]}"#,
            "from.cells.1",
            "found 20, but `exc` has 20 cells, numbered from 0",
        ),
        (
            r#"{"population": "exc", "cells": {"x_um": [50, 20]}}"#,
            "from.cells.x_um",
            "found [50, 20], expected [from, to] in um",
        ),
        (r#"{"population": "exc", "cells": {"x": [5, 20]}}"#, "from.cells.x", "did you mean `x_um`?"),
        (r#"{"population": "exc", "cells": {}}"#, "from.cells", "expected one of `x_um`, `y_um`, `z_um`"),
        (r#"{"population": "inh", "cells": {"x_um": [0, 1]}}"#, "from.cells", "`inh` has no `positions`"),
        (r#"{"population": "exc", "cell": "0:3"}"#, "from.cell", "did you mean `cells`?"),
        (r#"{"population": "ecx"}"#, "from.population", "did you mean `exc`?"),
        (r#"{"cell_type": "Pyt"}"#, "from.cell_type", "did you mean `Pyr`?"),
        (r#"{"cells": "0:3"}"#, "from", "expected either `population` or `cell_type`"),
        ("3", "from", "found 3, expected the name of a population, or a part of one"),
        (r#"["exc", {"population": "exc", "cells": "3:5"}]"#, "from.1", "cell 3 of `exc` stands here twice"),
        (
            r#"[{"population": "exc", "cells": "0:4"}, {"population": "exc", "cells": "3:5"}]"#,
            "from.1",
            "cell 3 of `exc` stands here twice",
        ),
    ] {
        let faults = decode(&projection(part, r#""inh""#, r#""all_to_all""#)).unwrap_err();
        let found = faults.faults.iter().find(|fault| fault.path == format!("projections.0.{path}"));
        let found = found.unwrap_or_else(|| panic!("{part}: {faults}"));
        assert!(found.message.contains(expected), "{part}: {}", found.message);
    }
}

/// What depends on places is found when they are drawn.
#[test]
fn conditions_that_no_cell_meets_or_that_overlap_are_refused() {
    for (part, expected) in [
        (r#"{"population": "exc", "cells": {"x_um": [1, 9]}}"#, "no cell of `exc` meets this condition"),
        (
            r#"[{"population": "exc", "cells": {"x_um": [0, 35]}}, {"population": "exc", "cells": "3:5"}]"#,
            "cell 3 of `exc` stands here twice",
        ),
    ] {
        let model = decode(&projection(part, r#""inh""#, r#""all_to_all""#)).unwrap();
        let fault = model.design::<f64>(1, 1.0).err().unwrap().to_string();
        assert!(fault.contains(expected), "{fault}");
    }
}

#[test]
fn parts_that_shape_a_network_cannot_be_scaled() {
    let scaled = |text: String| decode(&text).unwrap().design::<f64>(1, 0.5).err().map(|faults| faults.to_string());
    let inputs =
        r#""inputs": [{"kind": "step_current", "to": {"population": "exc", "cells": "0:4"}, "amplitude_pa": 1}]"#;
    assert!(scaled(text(inputs)).unwrap().contains("a network that names a part of `exc` cannot be scaled"));
    let recorded = r#""record": {"spikes": [{"population": "exc", "cells": "0:15"}], "states": [{"population": {"population": "exc", "cells": "5:15"}, "variables": "v_m_mv"}]}"#;
    assert_eq!(scaled(text(recorded)), None);
    let lowered = decode(&text(recorded)).unwrap().design::<f64>(1, 0.5).unwrap();
    assert_eq!(lowered.probes[0].cells, [5, 6, 7, 8, 9]);
}

/// Rates by cell belong to the cells of the part, currents and trains to no other cell.
#[test]
fn inputs_reach_their_part_alone() {
    let rest = r#""inputs": [
        {"kind": "poisson", "to": {"population": "exc", "cells": [3, 7]}, "rate_hz": [0, 90000], "weight_pa": 1},
        {"kind": "poisson", "to": {"population": "exc", "cells": {"x_um": [0, 20]}}, "rate_hz": [50000, 0], "weight_pa": 1},
        {"kind": "noise_current", "to": {"population": "exc", "cells": "::5"}, "std_pa": 1}]"#;
    let design = lower(&text(rest)).design;
    let heard = |input: usize| {
        let mut cells = Vec::new();
        (1..200).for_each(|step| design.poisson[input].counts(step, 0..20, |cell, _| cells.push(cell)));
        cells.sort_unstable();
        cells.dedup();
        cells
    };
    assert_eq!((heard(0), heard(1)), (vec![7], vec![0]));
    assert!(matches!(design.poisson[0].rate(), Rate::PerCell(rates) if rates.len() == 20 && rates[7] == 90_000.0));
    let mut plane = [0.0; 20];
    design.currents[0].add(1, Clock::new(0.1).unwrap(), 0..20, &mut [], &mut plane);
    let driven: Vec<usize> = (0..20).filter(|&cell| plane[cell] != 0.0).collect();
    assert_eq!(driven, [0, 5, 10, 15]);
    let wrong = r#""inputs": [{"kind": "poisson", "to": {"population": "exc", "cells": [3, 7]}, "rate_hz": [1, 2, 3], "weight_pa": 1}]"#;
    assert!(decode(&text(wrong)).unwrap_err().to_string().contains("one number for each of the 2 cells"));
    let wrong = r#""inputs": [{"kind": "poisson", "to": {"population": "exc", "cells": {"x_um": [0, 20]}}, "rate_hz": [1, 2, 3], "weight_pa": 1}]"#;
    let fault = decode(&text(wrong)).unwrap().design::<f64>(1, 1.0).err().unwrap().to_string();
    assert!(fault.contains("one rate for each of the 2 cells"), "{fault}");
}

#[test]
fn recordings_hold_their_part() {
    let rest = r#""record": {"spikes": ["inh", {"population": "exc", "cells": "0:2"}, {"population": "exc", "cells": [9]}],
      "states": [{"population": [{"population": "exc", "cells": {"x_um": [0, 30]}}, "inh"], "variables": "v_m_mv"}]}"#;
    let lowered = lower(&text(rest));
    let only = |index: usize| lowered.recorded[index].only.as_ref().map(|own| own.cells().to_vec());
    assert_eq!((only(0), only(1)), (Some(vec![0, 1, 9]), None));
    assert_eq!(lowered.recorded.iter().map(|own| own.spikes).collect::<Vec<_>>(), [true, true, false]);
    assert_eq!(lowered.probes[0].cells, [0, 1, 2]);
    assert_eq!(lowered.probes[1].cells.len(), 5);
    let twice = r#""record": {"states": [{"population": {"population": "exc", "cells": "0:2"}, "cells": 3, "variables": "v_m_mv"}]}"#;
    assert!(decode(&text(twice)).unwrap_err().to_string().contains("beside a part of a population"));
}

/// A readout of a part has weights there alone, and those that it would have among all.
#[test]
fn a_readout_of_a_part_reads_no_other_cell() {
    let learning = |from: &str| {
        text(&format!(
            r#""projections": [{{"from": "exc", "to": "exc", "rule": "all_to_all", "weight_pa": 1, "delay_ms": 1, "plastic": {{"learning_rate": 0.1}}}}],
            "learning": {{"rule": "eprop", "apply_every_ms": 1, "readout": {{"from": {from}, "outputs": 2, "weight": {{"distribution": "normal", "mean": 0, "std": 1}}}},
            "target": {{"every_ms": 1, "values": [[1, 2]], "repeats": true}}}}"#
        ))
    };
    let weights = |from: &str| {
        let model = decode(&learning(from)).unwrap_or_else(|faults| panic!("{faults}"));
        let design = model.design::<f64>(1, 1.0).unwrap().design;
        let lesson = model.lesson(&design).unwrap();
        (0..20).map(|cell| lesson.teaching.readout.w_out[(1, cell)]).collect::<Vec<_>>()
    };
    let all = weights(r#""exc""#);
    for part in FORMS {
        let kept = all.iter().enumerate().map(|(cell, own)| if (2..6).contains(&cell) { *own } else { 0.0 });
        assert_eq!(weights(part), kept.collect::<Vec<_>>());
    }
}

/// Cells that replay send what the file holds, those beside them what they fire.
#[test]
fn a_part_replays_and_the_rest_runs_free() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("spikes.csv");
    std::fs::write(&file, "timestamps,node_ids\n1.0,4\n2.0,5\n3.0,4\n").unwrap();
    let replay = |part: &str, cells: &str| {
        text(&format!(
            r#""replay": [{{"population": {part}, "file": {:?}, "cells": {cells}}}]"#,
            file.to_str().unwrap()
        ))
    };
    let lowered = lower(&replay(FORMS[0], r#""by_id""#));
    let voice = &lowered.design.voices[0];
    assert_eq!((voice.population, voice.cells.cells()), (0, &[2, 3, 4, 5][..]));
    let mut fired = Vec::new();
    voice.spikes.emit(20, 0..20, &mut fired);
    assert_eq!(fired, [5]);
    let in_order = lower(&replay(FORMS[0], r#""in_order""#));
    fired.clear();
    in_order.design.voices[0].spikes.emit(10, 0..20, &mut fired);
    assert_eq!(fired, [2], "the first unit is the first cell of the part");
    let fault = |text: String| decode(&text).unwrap_err().to_string();
    let beside = r#"{"population": "exc", "cells": "0:5"}"#;
    assert!(
        fault(replay(beside, r#""by_id""#))
            .contains("unit 5 has no cell: it is not among the 5 cells of `exc` that replay")
    );
    assert!(fault(replay(FORMS[3], r#""by_id""#)).contains("a part by its place cannot replay"));
    assert!(fault(replay(r#"{"cell_type": "Sst"}"#, r#""by_id""#)).contains("found 2 populations, expected one"));
}
