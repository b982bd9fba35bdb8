//! Wrong input: exit code, words, and nothing left behind.

use super::{Desk, SMALL, root};
use serde_json::Value;

/// (arguments, exit code, parts of the message). `a.h5` must not appear.
const TABLE: &[(&[&str], i32, &[&str])] = &[
    // Files that are no models.
    (&["check", "none.json"], 3, &["none.json", "No such file"]),
    (&["check", "."], 3, &["directory", "expected a model file"]),
    (&["check", "empty.json"], 3, &["empty.json:1:1", "not valid JSON", "EOF"]),
    (&["check", "cut.json"], 3, &["cut.json:", "not valid JSON", "EOF"]),
    (&["check", "random.json"], 3, &["random.json", "not text"]),
    (&["check", "list.json"], 3, &["list.json:1:1", "found a list of 2, expected an object"]),
    (&["check", "huge.json"], 3, &["huge.json:1:", "1e999", "too large a number"]),
    (&["check", "ok.h5"], 3, &["ok.h5", "HDF5", "expected a model file"]),
    (&["run", "cut.json", "-o", "a.h5"], 3, &["cut.json:"]),
    // Values.
    (&["run", "small.json", "-o", "a.h5", "--set", "populations={}"], 3, &["there is no population"]),
    (
        &["run", "small.json", "-o", "a.h5", "--set", "populations.exc.cells=0"],
        3,
        &["populations.exc.cells", "found 0", "between 1"],
    ),
    (
        &["run", "small.json", "-o", "a.h5", "--set", "populations.exc.tau_m_ms=-3"],
        3,
        &["populations.exc.tau_m_ms", "-3", "must be > 0"],
    ),
    (
        &["run", "small.json", "-o", "a.h5", "--set", "populations.exc.tau_m=3"],
        3,
        &["unknown field `tau_m`", "did you mean `tau_m_ms`?"],
    ),
    (
        &["run", "small.json", "-o", "a.h5", "--set", "populations.exc.tau_m_ms=1e999"],
        3,
        &["1e999", "expected a number"],
    ),
    (
        &["run", "small.json", "-o", "a.h5", "--set", "projections.out.from=exx"],
        3,
        &["no population `exx`", "did you mean `exc`?"],
    ),
    (&["run", "small.json", "-o", "a.h5", "--set", "projections.out.weight_pa=-40"], 3, &["projections.0", "-40"]),
    (
        &["run", "small.json", "-o", "a.h5", "--set", "projections.out.delay_ms=0.01"],
        3,
        &["must be at least dt = 0.1 ms"],
    ),
    (
        &["run", "small.json", "-o", "a.h5", "--set", "simulation.blocks=5000"],
        3,
        &["simulation.blocks", "5000 blocks for 60 cells"],
    ),
    // Memory.
    (&["run", "small.json", "-o", "a.h5", "--set", "populations.exc.cells=2e9"], 3, &["of memory, but there are"]),
    (
        &[
            "run",
            "small.json",
            "-o",
            "a.h5",
            "--set",
            "populations.exc.cells=2e9",
            "--set",
            "populations.exc.tau_m_ms={\"distribution\": \"uniform\", \"low\": 5, \"high\": 9}",
            "--set",
            "populations.exc.positions={\"shape\": \"sphere\", \"radius_um\": 9}",
        ],
        3,
        &["of memory, but there are"],
    ),
    (&["check", "small.json", "--scale", "1e9"], 3, &["cells, at most 2^31", "at scale 1000000000"]),
    // Options.
    (&["run", "small.json", "-o", "a.h5", "--set", "nonsense"], 3, &["--set nonsense", "expected path=value"]),
    (
        &["run", "small.json", "-o", "a.h5", "--set", "populations.ecx.cells=2"],
        3,
        &["no `ecx` here", "did you mean `exc`?"],
    ),
    (&["run", "small.json", "-o", "a.h5", "--record", "x"], 3, &["--record x", "POPULATION:VARIABLE"]),
    (&["run", "small.json", "-o", "a.h5", "--record", "exk:v_m_mv"], 3, &["did you mean `exc`?"]),
    (&["run", "small.json", "-o", "a.h5", "--record", "exc:v_m"], 3, &["did you mean `v_m_mv`?"]),
    (&["run", "small.json", "-o", "a.h5", "--record", "exc:v_m_mv"], 3, &["recorded twice"]),
    (&["run", "small.json", "-o", "a.h5", "--record", "inh:v_m_mv:0.15"], 3, &["must be a multiple of dt"]),
    (&["run", "small.json", "-o", "a.h5", "--record", "inh[:21]:v_m_mv:1"], 3, &["a range ends at 20 at most"]),
    (&["run", "small.json", "-o", "a.h5", "--scale", "0"], 3, &["--scale 0", "> 0"]),
    (&["run", "small.json", "-o", "a.h5", "--scale", "NaN"], 3, &["--scale NaN", "> 0"]),
    (&["run", "small.json", "-o", "a.h5", "--scale", "-1"], 3, &["--scale -1", "> 0"]),
    (
        &["run", "small.json", "-o", "a.h5", "--duration-ms", "-5"],
        3,
        &["simulation.duration_ms", "found -5, must be >= 0"],
    ),
    (&["run", "small.json", "-o", "a.h5", "--duration-ms", "0.15"], 3, &["must be a multiple of dt_ms"]),
    (&["run", "small.json", "-o", "a.h5", "--duration-ms", "NaN"], 3, &["found \"NaN\", expected a number"]),
    (&["run", "small.json", "-o", "a.h5", "--duration-ms", "1e300"], 3, &["found 1e300"]),
    (&["run", "small.json", "-o", "a.h5", "--threads", "0"], 2, &["--threads"]),
    (&["run", "small.json", "-o", "a.h5", "--seed", "18446744073709551616"], 2, &["--seed"]),
    (&["run", "small.json", "-o", "a.h5", "--seed", "-1"], 2, &["--seed"]),
    (&["run"], 2, &["Usage"]),
    (&["fly"], 2, &["fly"]),
    // Output.
    (&["run", "small.json", "-o", "ok.h5"], 4, &["ok.h5", "exists already", "--force"]),
    (&["run", "small.json", "-o", "left.h5"], 4, &["left.h5.part", "interrupted run", "--force"]),
    (&["run", "small.json", "-o", "none/a.h5"], 4, &["none", "No such file"]),
    (&["run", "small.json", "-o", "."], 4, &["names no file"]),
    (&["run", "small.json", "-o", "/proc/a.h5"], 4, &["/proc/a.h5.part"]),
    // Recordings.
    (&["cite", "none.h5"], 3, &["none.h5", "No such file"]),
    (&["cite", "empty.json"], 3, &["empty.json", "EOF"]),
    (&["inspect", "none.h5"], 3, &["none.h5", "No such file"]),
    (&["inspect", "."], 3, &["not a regular file"]),
    (&["inspect", "small.json"], 3, &["small.json", "not an HDF5 file"]),
    (&["inspect", "empty.json"], 3, &["not an HDF5 file", "empty"]),
    (&["inspect", "short.h5"], 3, &["short.h5", "truncated"]),
    (&["plot", "none.h5"], 3, &["none.h5", "No such file"]),
    (&["plot", "random.json"], 3, &["not an HDF5 file"]),
    (&["plot", "short.h5"], 3, &["truncated"]),
    (&["plot", "ok.h5", "-o", "a.jpg"], 4, &["a.jpg", ".png or .svg"]),
    (&["plot", "ok.h5", "-o", "there.png"], 4, &["there.png", "exists"]),
    (&["plot", "ok.h5", "-o", "none/a.png"], 4, &["none/a.png", "No such file"]),
    (&["plot", "ok.h5", "-o", "a.png", "--from-ms", "20", "--to-ms", "10"], 3, &["20 ms to 10 ms is empty"]),
    (&["plot", "ok.h5", "-o", "a.png", "--from-ms", "NaN"], 3, &["NaN"]),
    (&["plot", "ok.h5", "-o", "a.png", "--from-ms", "1000"], 3, &["--from-ms 1000", "ends at 5 ms"]),
    (&["plot", "ok.h5", "-o", "a.png", "--width", "0"], 3, &["0 x 1000 pixels"]),
    // Cases.
    (&["verify", "none"], 3, &["cannot read `none`"]),
    (&["verify", "."], 3, &["no reference case", "NAME.json beside NAME.h5"]),
    (&["verify", "empty.json"], 3, &["empty.json", "format"]),
    (&["verify", "list.json"], 3, &["list.json", "format"]),
    (&["verify", "random.json"], 3, &["random.json", "UTF-8"]),
    (&["verify", "ok.h5"], 3, &["ok.json", "No such file"]),
    (&["verify"], 2, &["Usage"]),
];

#[test]
fn wrong_input_is_told_and_leaves_nothing_behind() {
    let desk = Desk::new();
    desk.done(&["run", "small.json", "-q", "-o", "ok.h5", "--duration-ms", "5"]);
    let recording = std::fs::read(desk.path("ok.h5")).unwrap();
    for (name, bytes) in [
        ("empty.json", &b""[..]),
        ("cut.json", &SMALL.as_bytes()[..300]),
        ("random.json", &[0x93, 0x07, 0xff, 0x00, 0x41, 0x10]),
        ("list.json", b"[1, 2]"),
        ("huge.json", br#"{"simulation": {"dt_ms": 1e999}}"#),
        ("short.h5", &recording[..recording.len() / 2]),
        ("left.h5.part", b"half"),
        ("there.png", b"picture"),
    ] {
        std::fs::write(desk.path(name), bytes).unwrap();
    }
    let before = desk.files();
    for (arguments, code, parts) in TABLE {
        let done = desk.run(arguments);
        assert_eq!(done.code, *code, "{arguments:?}: {}", done.err);
        for part in *parts {
            assert!(done.err.contains(part), "{arguments:?}: `{part}` is not in\n{}", done.err);
        }
        assert!(done.err.lines().all(|line| line.chars().count() < 400), "{arguments:?}: {}", done.err);
        assert_eq!(desk.files(), before, "{arguments:?}");
    }
    assert_eq!(std::fs::read(desk.path("ok.h5")).unwrap(), recording);
    assert_eq!(std::fs::read(desk.path("there.png")).unwrap(), b"picture");
    assert_eq!(std::fs::read(desk.path("left.h5.part")).unwrap(), b"half");
}

#[test]
fn force_replaces_what_is_there() {
    let desk = Desk::new();
    std::fs::write(desk.path("a.h5"), "old").unwrap();
    std::fs::write(desk.path("a.h5.part"), "half").unwrap();
    std::fs::write(desk.path("a.png"), "old").unwrap();
    desk.done(&["run", "small.json", "-q", "--force", "-o", "a.h5"]);
    desk.done(&["plot", "a.h5", "--force"]);
    desk.done(&["inspect", "a.h5"]);
    assert_eq!(desk.files(), ["a.h5", "a.png", "small.json"]);
    assert!(std::fs::read(desk.path("a.png")).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn check_shows_all_faults_at_once_also_as_json() {
    let desk = Desk::new();
    let wrong = SMALL
        .replace("\"seed\": 3", "\"seed\": -3")
        .replace("\"cells\": 20", "\"cells\": 0")
        .replace("\"in_degree\": 10,", "");
    std::fs::write(desk.path("wrong.json"), wrong).unwrap();
    let done = desk.run(&["check", "wrong.json"]);
    assert_eq!(done.code, 3);
    let places: Vec<usize> = ["wrong.json:2:", "wrong.json:5:", "wrong.json:8:"]
        .iter()
        .map(|place| done.err.find(place).expect(place))
        .collect();
    assert!(places.is_sorted(), "{}", done.err);
    assert!(done.err.contains("wrong.json: 3 faults"), "{}", done.err);
    let done = desk.run(&["check", "wrong.json", "--json"]);
    let json: Value = serde_json::from_str(&done.out).unwrap();
    let paths: Vec<&str> =
        json["faults"].as_array().unwrap().iter().map(|fault| fault["path"].as_str().unwrap()).collect();
    assert_eq!((done.code, paths), (3, vec!["simulation.seed", "populations.inh.cells", "projections.0"]));
    assert_eq!(json["faults"][0]["line"], 2);
}

/// Foreign recordings, with and without names of populations, are read.
#[test]
fn recordings_of_other_tools_are_inspected_and_drawn() {
    let desk = Desk::new();
    for (name, spikes) in [("output/spikes.h5", "4,322"), ("inputs/tw_spikes.h5", "295")] {
        let path = root().join("tests/data/sonata/300_intfire").join(name);
        let file = path.to_str().unwrap();
        let shown = desk.done(&["inspect", file]);
        assert!(shown.contains(spikes), "{shown}");
        desk.done(&["plot", file, "-o", "a.png", "--force"]);
    }
}

/// Values out of range stand beside faults of other kinds.
#[test]
fn a_value_out_of_range_is_shown_with_all_other_faults() {
    let desk = Desk::new();
    let done =
        desk.run(&["check", "small.json", "--set", "populations.exc.tau_m_ms=-1", "--set", "populations.exc.cels=1"]);
    assert_eq!(done.code, 3, "{}", done.err);
    assert!(
        done.err.contains("tau_m_ms = -1 ms, must be > 0") && done.err.contains("unknown field `cels`"),
        "{}",
        done.err
    );
}

/// A recording without spikes has neither rates nor a raster, but both commands work.
#[test]
fn a_recording_without_spikes_is_no_fault() {
    let desk = Desk::new();
    desk.done(&["run", "small.json", "-q", "-o", "a.h5", "--set", "record.spikes=false"]);
    assert!(desk.done(&["inspect", "a.h5"]).contains("no spikes recorded"));
    desk.done(&["plot", "a.h5"]);
    desk.done(&["run", "small.json", "-q", "-o", "b.h5", "--set", "record={\"spikes\": false}"]);
    desk.done(&["inspect", "b.h5"]);
    desk.done(&["plot", "b.h5"]);
}

/// Would catch a command that writes over what it reads.
#[test]
fn no_command_replaces_its_own_input() {
    let desk = Desk::new();
    desk.done(&["run", "small.json", "-q", "-o", "a.h5"]);
    std::fs::copy(root().join("tests/data/nwb/session.nwb"), desk.path("session.nwb")).unwrap();
    let bytes = |name: &str| std::fs::read(desk.path(name)).unwrap();
    let before = ["small.json", "a.h5", "session.nwb"].map(bytes);
    for arguments in [
        &["run", "small.json", "-o", "small.json", "--force"][..],
        &["run", "small.json", "--replay", "exc=a.h5", "-o", "a.h5", "--force"],
        &["import", "session.nwb", "-o", "./session.nwb", "--force"],
        &["convert", "a.h5", "-o", "a.h5", "--force"],
    ] {
        let done = desk.run(arguments);
        assert!(done.code == 4 && done.err.contains("is an input of this command"), "{arguments:?}: {}", done.err);
    }
    assert_eq!(["small.json", "a.h5", "session.nwb"].map(bytes), before);
}
