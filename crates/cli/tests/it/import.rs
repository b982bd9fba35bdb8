//! Spike trains out of files of every layout.

use super::{Desk, root};
use neuropil_record::{Arrays, Recording};
use serde_json::Value;
use std::path::PathBuf;

/// A file that `tests/python/make_nwb.py` made.
fn session() -> String {
    root().join("tests/data/nwb/session.nwb").display().to_string()
}

fn spikes(path: PathBuf, population: &str) -> (Vec<f64>, Vec<u64>) {
    let spikes = Recording::open(path).unwrap().spikes(population).unwrap();
    (spikes.times_ms, spikes.node_ids)
}

#[test]
fn units_of_a_session_become_a_sonata_file() {
    let desk = Desk::new();
    let shown = desk.done(&[
        "import",
        &session(),
        "--units",
        "quality == 'good' and depth_um < 700",
        "--from-s",
        "1",
        "--to-s",
        "8",
        "-o",
        "s.h5",
    ]);
    for part in [
        "(NWB, population units)",
        "gap: unit 23 was not observed from 4 s to 6 s",
        // 3 spikes in the 5 of 7 s in which it was observed.
        "                  23          3     0.600     2.000",
        "window: from 1 s up to 8 s; here from 0 ms to 7000 ms",
        "7 spikes of 2 units; wrote s.h5 (population units)",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let expected = (vec![0.0, 0.3, 999.9, 1000.0, 1500.0, 2500.0, 6250.0], vec![0, 0, 1, 1, 0, 1, 0]);
    assert_eq!(spikes(desk.path("s.h5"), "units"), expected);
    let stored = Arrays::open(desk.path("s.h5")).unwrap();
    assert_eq!(stored.u64("/neuropil/populations/units/unit_ids").unwrap().1, [11, 23]);
    assert_eq!(stored.string_attr("/spikes/units", "sorting").unwrap().as_deref(), Some("by_time"));
    let source = stored.string_attr("/neuropil/populations/units", "source_file").unwrap().unwrap();
    assert!(source.ends_with("session.nwb") && source.starts_with('/'), "{source}");
    drop(stored);
    let told: Value = serde_json::from_str(&desk.done(&["inspect", "s.h5", "--json"])).unwrap();
    // 7 spikes of 2 units in the 7 s of the window, less the 2 s in which one was not observed: 12 s of units.
    let rate = told["populations"][0]["rate_hz"].as_f64().unwrap();
    assert!((rate - 7.0 / 12.0).abs() < 1e-9, "{told}");
    desk.done(&["plot", "s.h5"]);
    // An import can be imported: its nodes are the units.
    desk.done(&["import", "s.h5", "--units", "1", "--as", "lgn", "-o", "t.h5"]);
    assert_eq!(spikes(desk.path("t.h5"), "lgn").0, [999.9, 1000.0, 2500.0]);
    assert_eq!(desk.files(), ["s.h5", "s.png", "small.json", "t.h5"]);
}

/// Rates are over the whole session, not up to the last spike of the units that were chosen.
#[test]
fn the_end_of_the_session_is_told() {
    let desk = Desk::new();
    let shown = desk.done(&["import", &session(), "--units", "41", "-o", "s.h5"]);
    assert!(shown.contains("window: from 0 s to the end at 10 s; here from 0 ms to 10000 ms"), "{shown}");
    let told: Value = serde_json::from_str(&desk.done(&["inspect", "s.h5", "--json"])).unwrap();
    let rate = told["populations"][0]["rate_hz"].as_f64().unwrap();
    assert!((rate - 0.1).abs() < 1e-9, "{told}");
    std::fs::write(desk.path("spikes.csv"), "timestamps,node_ids\n2.5,3\n0.5,1\n").unwrap();
    let shown = desk.done(&["import", "spikes.csv", "--json", "-o", "t.h5"]);
    let json: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((&json["end_s"], &json["tells_end"]), (&0.0025.into(), &false.into()));
    let shown = desk.done(&["import", "spikes.csv", "--force", "-o", "t.h5"]);
    assert!(shown.contains("end: the file does not say where it ends; taken to be 0.0025 s"), "{shown}");
}

#[test]
fn trials_are_told_as_json() {
    let desk = Desk::new();
    let arguments =
        ["import", &session(), "--trials", "correct and contrast > 0.5", "--before-s", "0.5", "--after-s", "1"];
    let shown = desk.done(&[&arguments[..], &["--units", "5,23,40", "--json", "-o", "s.h5"]].concat());
    let json: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(json["windows"][1]["trial"], 3);
    assert_eq!(json["windows"][1]["start_ms"], 1500.0);
    assert_eq!((&json["spikes"], &json["tells_gaps"]), (&4.into(), &true.into()));
    assert_eq!(json["gaps"][0], serde_json::json!({"unit": 23, "from_s": 4.0, "to_s": 5.5}));
    // Two windows of 1.5 s, the second of them all in the gap.
    let units: Vec<_> =
        json["units"].as_array().unwrap().iter().map(|unit| unit["observed_s"].as_f64().unwrap()).collect();
    assert_eq!(units, [3.0, 1.5, 3.0], "{json}");
    assert_eq!(spikes(desk.path("s.h5"), "units"), (vec![0.0, 500.0, 1000.0, 1000.0], vec![2, 2, 0, 2]));
    let stored = Arrays::open(desk.path("s.h5")).unwrap();
    assert_eq!(stored.u64("/neuropil/windows/trial_ids").unwrap().1, [2, 3]);
}

#[test]
fn text_and_recordings_are_imported_too() {
    let desk = Desk::new();
    std::fs::write(desk.path("spikes.csv"), "timestamps,node_ids\n2.5,3\n0.5,1\n").unwrap();
    desk.done(&["import", "spikes.csv", "-o", "s.h5"]);
    // Foreign files know no silent units: 1 and 3 become 0 and 1.
    assert_eq!(spikes(desk.path("s.h5"), "spikes"), (vec![0.5, 2.5], vec![0, 1]));
    std::fs::write(desk.path("early.csv"), "timestamps,node_ids\n-2.5,3\n0.5,1\n").unwrap();
    let early = desk.done(&["import", "early.csv", "-o", "early.h5"]);
    assert!(early.contains("left out: 1 spikes before time 0 of the file; --from-s takes them in"), "{early}");
    assert!(!desk.done(&["import", "early.csv", "--from-s", "-1", "--force", "-o", "early.h5"]).contains("left out"));
    desk.done(&["run", "small.json", "-q", "-o", "run.h5"]);
    desk.done(&["import", "run.h5", "--population", "inh", "-o", "inh.h5"]);
    assert_eq!(spikes(desk.path("inh.h5"), "inh"), spikes(desk.path("run.h5"), "inh"));
    let legacy = root().join("tests/data/sonata/300_intfire/inputs/tw_spikes.h5");
    assert!(desk.done(&["import", legacy.to_str().unwrap(), "-o", "tw.h5"]).contains("295 spikes"));
}

#[test]
fn wrong_imports_are_told_and_leave_nothing_behind() {
    let desk = Desk::new();
    std::fs::write(desk.path("there.h5"), "old").unwrap();
    desk.done(&["run", "small.json", "-q", "-o", "run.h5"]);
    let session = session();
    let before = desk.files();
    let table: &[(&[&str], i32, &[&str])] = &[
        (&["none.nwb", "-o", "a.h5"], 3, &["none.nwb", "No such file"]),
        (
            &["small.json", "-o", "a.h5"],
            3,
            &["small.json", "line 1: found the columns {, expected a column `timestamps`"],
        ),
        (&[&session, "-o", "there.h5"], 4, &["there.h5", "exists already", "--force"]),
        (&[&session, "-o", "none/a.h5"], 4, &["none", "No such file"]),
        (&[&session, "--as", "a/b", "-o", "a.h5"], 3, &["`a/b`", "without `/`"]),
        (
            &[&session, "--units", "qualty == 'good'", "-o", "a.h5"],
            3,
            &["character 1", "did you mean `quality`?", "\n  ^"],
        ),
        (&[&session, "--units", "12", "-o", "a.h5"], 3, &["there is no unit 12; the ids are 11, 23, 5, 7, 40, 41"]),
        (&[&session, "--from-s", "8", "--to-s", "8", "-o", "a.h5"], 3, &["the window from 8 s to 8 s is empty"]),
        (&[&session, "--from-s", "500", "-o", "a.h5"], 3, &["--from-s 500", "holds nothing after 10 s"]),
        (&[&session, "--population", "v1", "-o", "a.h5"], 3, &["there is no population `v1`; the file has `units`"]),
        (
            &[&session, "--trials", "all", "--align", "go_time", "--after-s", "1", "-o", "a.h5"],
            3,
            &["go_time[3] is NaN"],
        ),
        (
            &[&session, "--trials", "all", "--trials-table", "blocks", "--after-s", "1", "-o", "a.h5"],
            3,
            &["epochs, trials"],
        ),
        (&[&session, "--trials", "all", "--after-s", "1", "--from-s", "1", "-o", "a.h5"], 2, &["--from-s"]),
        (&[&session, "--trials", "all", "-o", "a.h5"], 2, &["--after-s"]),
        (&["run.h5", "-o", "a.h5"], 3, &["populations `exc`, `inh`: choose one"]),
        (
            &["run.h5", "--population", "exc", "--trials", "all", "--after-s", "1", "-o", "a.h5"],
            3,
            &["only NWB files have trials"],
        ),
    ];
    for (arguments, code, parts) in table {
        let done = desk.run(&[&["import"], *arguments].concat());
        assert_eq!(done.code, *code, "{arguments:?}: {}", done.err);
        for part in *parts {
            assert!(done.err.contains(part), "{arguments:?}: `{part}` is not in\n{}", done.err);
        }
        assert_eq!(desk.files(), before, "{arguments:?}");
    }
    assert_eq!(std::fs::read(desk.path("there.h5")).unwrap(), b"old");
}
