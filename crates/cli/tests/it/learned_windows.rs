//! What was learned from a part of a recording is on the clock of the recording.

use super::learning::{desk, table};
use neuropil_record::Arrays;
use serde_json::Value;

/// The window of `learn` once was in no attribute of its file, whose times and picture began at 0; `inspect` knew no such file.
#[test]
fn a_file_of_learn_tells_its_window() {
    let desk = desk();
    desk.done(&["run", "online.json", "-q", "-o", "run.h5"]);
    desk.done(&["learn", "run.h5", "--rules", "eprop", "--from-s", "0.1", "--to-s", "0.25", "-o", "part.h5"]);
    let (times, all) = (table(&desk, "part.h5", "time_ms").1, table(&desk, "run.h5", "/neuropil/learning/y_time_ms").1);
    assert_eq!((times.len(), &times[..]), (150, &all[100..250]));
    let part = Arrays::open(desk.path("part.h5")).unwrap();
    assert_eq!(["from_ms", "to_ms"].map(|name| part.number_attr("/", name).unwrap()), [Some(100.0), Some(250.0)]);
    desk.done(&["plot", "part.h5", "-o", "part.svg"]);
    let drawn = std::fs::read_to_string(desk.path("part.svg")).unwrap();
    assert!(drawn.contains("100 ms to 250 ms"), "the window of the recording");
    desk.done(&["plot", "part.h5", "-o", "some.svg", "--from-ms", "120", "--to-ms", "130"]);
    let early = desk.run(&["plot", "part.h5", "-o", "no.svg", "--from-ms", "50"]);
    assert!(early.code != 0 && early.err.contains("`part.h5` begins at 100 ms"), "{}", early.err);
    let inspected = desk.done(&["inspect", "part.h5"]);
    for words in ["learned from spikes, 100 ms to 250 ms of the recording, dt 1 ms", "eprop", "exc->inh", "inh"] {
        assert!(inspected.contains(words), "{words}: {inspected}");
    }
    let json: Value = serde_json::from_str(&desk.done(&["inspect", "part.h5", "--json"])).unwrap();
    assert_eq!((&json["learned"]["from_ms"], &json["learned"]["to_ms"]), (&100.0.into(), &250.0.into()));
    let z = table(&desk, "part.h5", "cells/z").1.iter().filter(|sent| **sent != 0.0).count();
    let spikes: u64 = json["populations"].as_array().unwrap().iter().map(|own| own["spikes"].as_u64().unwrap()).sum();
    assert_eq!(spikes, z as u64);
    let model = desk.run(&["inspect", "part.h5", "--model"]);
    assert!(model.code == 3 && model.err.contains("no model"), "{}", model.err);
}
