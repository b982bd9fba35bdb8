//! A window up to the end of a recording had no last step, and one from a time on lost the spikes of its first.

use neuropil::model::Document;
use neuropil::record::Recording;
use neuropil::session::{Changes, Input, Session, Unwatched};
use std::path::Path;

/// The (time, cell) of what 40 cells send: their own, or what `replay` says.
fn sent(folder: &Path, name: &str, replay: &str) -> Vec<(f64, u64)> {
    let text = format!(
        r#"{{"simulation": {{"dt_ms": 0.1, "duration_ms": 200, "seed": 3}},
            "populations": {{"exc": {{"cells": 40, "model": "poisson_source", "rate_hz": 900}}}}{replay}}}"#
    );
    let input = Input::of(Document::parse("net.json", text).unwrap(), &Changes::default()).unwrap();
    assert!(!input.notes().iter().any(|note| note.contains("dropped")), "{:?}", input.notes());
    let file = folder.join(name);
    Session::new(&input, file.clone()).run(input, &Unwatched).unwrap();
    let spikes = Recording::open(&file).unwrap().spikes("exc").unwrap();
    spikes.times_ms.into_iter().zip(spikes.node_ids).collect()
}

#[test]
fn windows_that_follow_each_other_hold_every_spike_once() {
    let folder = tempfile::tempdir().unwrap();
    let all = sent(folder.path(), "run.h5", "");
    let file = folder.path().join("run.h5");
    let window = |name: &str, more: &str| {
        sent(folder.path(), name, &format!(r#", "replay": [{{"population": "exc", "file": {file:?}{more}}}]"#))
    };
    // Both edges have spikes, or nothing is tested.
    assert!([70.0, 200.0].iter().all(|edge| all.iter().any(|(time, _)| time == edge)));
    assert_eq!(window("whole.h5", ""), all);
    assert_eq!(window("end.h5", r#", "to_s": 0.2"#), all);
    let first = window("first.h5", r#", "to_s": 0.07"#);
    let second = window("second.h5", r#", "from_s": 0.07, "to_s": 0.2"#);
    let until = all.partition_point(|(time, _)| *time <= 70.0);
    assert_eq!(first, all[..until]);
    let moved: Vec<(f64, u64)> =
        second.iter().map(|(time, cell)| (((time + 70.0) * 10.0).round() / 10.0, *cell)).collect();
    assert_eq!(moved, all[until..]);
}
