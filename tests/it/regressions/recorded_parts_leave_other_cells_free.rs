//! Cells whose spikes were not recorded became silent cells, and nobody was told.

use neuropil::model::Document;
use neuropil::record::{Recording, Spikes};
use neuropil::session::{Changes, Input, Session, Unwatched};
use std::path::{Path, PathBuf};

/// 50 cells that spike and excite each other; what is recorded of them and what they replay is added.
fn model(sections: &str) -> Document {
    let text = format!(
        r#"{{"simulation": {{"dt_ms": 0.1, "duration_ms": 100, "seed": 3}},
            "populations": {{"exc": {{"cells": 50, "model": "lif_exp", "sign": "excitatory"}}}},
            "projections": [{{"from": "exc", "to": "exc", "rule": "fixed_in_degree", "in_degree": 10, "weight_pa": 60, "delay_ms": 1.5}}],
            "inputs": [{{"kind": "poisson", "to": "exc", "rate_hz": 6000, "weight_pa": 60}}]{sections}}}"#
    );
    Document::parse("net.json", text).unwrap()
}

fn changes(replay: &[String]) -> Changes {
    Changes { replay: replay.to_vec(), ..Changes::default() }
}

/// The notes of a run, and its recording in the folder.
fn run(folder: &Path, name: &str, sections: &str, replay: &[String]) -> (Vec<String>, PathBuf) {
    let input = Input::of(model(sections), &changes(replay)).unwrap();
    let (notes, file) = (input.notes(), folder.join(name));
    Session::new(&input, file.clone()).run(input, &Unwatched).unwrap();
    (notes, file)
}

fn spikes(file: &Path) -> Spikes {
    Recording::open(file).unwrap().spikes("exc").unwrap()
}

const PART: &str = r#", "record": {"spikes": {"population": "exc", "cells": "20:30"}}"#;

#[test]
fn who_was_recorded_is_named_and_the_others_run_free() {
    let folder = tempfile::tempdir().unwrap();
    let (_, whole) = run(folder.path(), "whole.h5", "", &[]);
    let (_, part) = run(folder.path(), "part.h5", PART, &[]);
    assert!(spikes(&part).times_ms.len() > 10);
    let of = |population: &str| format!("{population}={}", part.display());
    let refused = Input::of(model(""), &changes(&[of("exc")])).unwrap_err().to_string();
    for told in ["has the spikes of 10 of the 50 cells of `exc` alone", r#""cells": "20:30"}"#, "exc[20:30]=FILE"] {
        assert!(refused.contains(told), "{told}: {refused}");
    }
    let some_others = Input::of(model(""), &changes(&[of("exc[15:30]")])).unwrap_err().to_string();
    assert!(some_others.contains("the other 5 are silent"), "{some_others}");
    // What the file has of these cells is what they send anyway.
    let (notes, again) = run(folder.path(), "again.h5", "", &[of("exc[20:30]")]);
    assert_eq!(spikes(&again), spikes(&whole));
    assert!(notes.iter().any(|note| note.contains("its other 40 run free")), "{notes:?}");
    assert!(!notes.iter().any(|note| note.contains("have no unit")), "{notes:?}");
    // Silence that is asked for.
    let silent = format!(r#", "replay": [{{"population": "exc", "file": {part:?}, "cells": "by_id"}}]"#);
    let (notes, silent) = run(folder.path(), "silent.h5", &silent, &[]);
    assert_eq!(spikes(&silent), spikes(&part));
    assert!(notes.iter().any(|note| note.contains("40 of the 50 cells of `exc` have no unit")), "{notes:?}");
}

/// Would catch a count of each part by itself.
#[test]
fn of_two_parts_the_others_are_counted_once() {
    let folder = tempfile::tempdir().unwrap();
    let (_, whole) = run(folder.path(), "whole.h5", "", &[]);
    let item =
        |cells: &str| format!(r#"{{"population": {{"population": "exc", "cells": "{cells}"}}, "file": {whole:?}"#);
    let (first, second) = (item("0:5"), item("10:14"));
    let sections =
        format!(r#", "replay": [{first}, "units": "id < 5"}}, {second}, "units": "id >= 10 and id < 14"}}]"#);
    let (notes, again) = run(folder.path(), "again.h5", &sections, &[]);
    assert_eq!(spikes(&again), spikes(&whole));
    let told: Vec<_> = notes.iter().filter(|note| note.contains("run free")).collect();
    assert!(told.len() == 1 && told[0].contains("what 9 cells") && told[0].contains("its other 41"), "{notes:?}");
}
