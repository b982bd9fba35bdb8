//! Recorded spikes in the place of a population's own.

use super::{Desk, root};
use neuropil_record::{Recording, Spikes};
use serde_json::{Value, json};

/// Poisson cells drive excitatory and inhibitory ones, which drive each other.
const DRIVEN: &str = r#"{
  "simulation": {"dt_ms": 0.1, "duration_ms": 200, "seed": 5},
  "populations": {
    "src": {"cells": 50, "model": "poisson_source", "rate_hz": 120},
    "exc": {"cells": 40, "model": "lif_exp", "sign": "excitatory"},
    "inh": {"cells": 20, "model": "lif_exp", "sign": "inhibitory"}
  },
  "projections": [
    {"from": "inh", "to": ["exc", "inh"], "rule": "fixed_in_degree", "in_degree": 5, "weight_pa": -90, "delay_ms": 0.8},
    {"name": "drive", "from": "src", "to": ["exc", "inh"], "rule": "fixed_in_degree", "in_degree": 20,
     "weight_pa": {"distribution": "normal", "mean": 90, "std": 9}, "delay_ms": {"distribution": "uniform", "low": 0.5, "high": 2}},
    {"name": "out", "from": "exc", "to": ["exc", "inh"], "rule": "fixed_probability", "probability": 0.2, "weight_pa": 60, "delay_ms": 1}
  ],
  "inputs": [{"kind": "poisson", "to": ["exc", "inh"], "rate_hz": 500, "weight_pa": 60},
             {"kind": "noise_current", "to": ["exc", "inh"], "std_pa": 50}],
  "record": {"states": [{"population": ["exc", "inh"], "variables": "v_m_mv", "cells": 2}], "weights": ["out"]}
}"#;

fn desk() -> Desk {
    let desk = Desk::new();
    std::fs::write(desk.path("driven.json"), DRIVEN).unwrap();
    desk.done(&["run", "driven.json", "-q", "-o", "run.h5"]);
    assert!(["exc", "inh"].iter().all(|population| spikes(&desk, "run.h5", population).times_ms.len() > 50));
    desk
}

fn spikes(desk: &Desk, file: &str, population: &str) -> Spikes {
    Recording::open(desk.path(file)).unwrap().spikes(population).unwrap()
}

/// A model and changes to it.
fn write(desk: &Desk, name: &str, change: impl FnOnce(&mut Value)) {
    let mut model: Value = serde_json::from_str(DRIVEN).unwrap();
    change(&mut model);
    std::fs::write(desk.path(name), model.to_string()).unwrap();
}

/// What a Poisson population sent, sent again, does what it did, bit for bit.
#[test]
fn a_recorded_source_gives_the_same_spikes() {
    let desk = desk();
    let done = desk.run(&["run", "driven.json", "--replay", "src=run.h5", "-o", "again.h5"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let sent = spikes(&desk, "run.h5", "src").times_ms.len();
    let note = format!("note: replay: `src` sends {sent} spikes of 50 units of");
    assert!(
        done.err.contains(&note) && !done.err.contains("left out") && !done.err.contains("rounded"),
        "{}",
        done.err
    );
    for population in ["src", "exc", "inh"] {
        assert_eq!(spikes(&desk, "again.h5", population), spikes(&desk, "run.h5", population), "{population}");
    }
    let shown = desk.done(&["check", "driven.json", "--replay", "src=run.h5", "--json"]);
    let json: Value = serde_json::from_str(&shown).unwrap();
    assert!(json["notes"][0].as_str().unwrap().starts_with("note: replay: `src` sends"), "{json}");
    let trace = |file: &str| {
        let recording = Recording::open(desk.path(file)).unwrap();
        let reports = recording.reports().unwrap();
        recording.report_data(&reports[0], 0..reports[0].frames).unwrap()
    };
    assert_eq!(trace("again.h5"), trace("run.h5"));
}

/// Also where the replayed cells had inputs of their own: what remains keeps its synapses and random numbers.
#[test]
fn replayed_neurons_leave_the_rest_as_it_was() {
    let desk = desk();
    let done = desk.run(&["run", "driven.json", "--replay", "exc=run.h5", "-o", "again.h5"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let note = "without effect on `exc`, left out: 3 projections, 2 inputs, 1 state recording";
    assert!(done.err.contains(note), "{}", done.err);
    for population in ["src", "exc", "inh"] {
        assert_eq!(spikes(&desk, "again.h5", population), spikes(&desk, "run.h5", population), "{population}");
    }
    let recording = Recording::open(desk.path("again.h5")).unwrap();
    assert_eq!(recording.reports().unwrap().len(), 1);
    assert_eq!(recording.weights().unwrap().len(), 1, "exc->exc has no synapses");
    assert_eq!(recording.populations().unwrap()[1].model, "spike_train");
}

/// Names decide: all populations that the file and the model have; else the one source.
#[test]
fn populations_are_found_by_name_or_by_being_the_one_source() {
    let desk = desk();
    let done = desk.run(&["run", "driven.json", "--replay", "run.h5", "-o", "again.h5"]);
    for population in ["src", "exc", "inh"] {
        assert!(done.err.contains(&format!("`{population}` sends")), "{}", done.err);
        assert_eq!(spikes(&desk, "again.h5", population), spikes(&desk, "run.h5", population), "{population}");
    }
    desk.done(&["import", "run.h5", "--population", "src", "--as", "lgn", "-o", "lgn.h5"]);
    let done = desk.run(&["run", "driven.json", "--replay", "lgn.h5", "-o", "again.h5", "--force"]);
    assert!(done.code == 0 && done.err.contains("`src` sends"), "{}", done.err);
    assert_eq!(spikes(&desk, "again.h5", "inh"), spikes(&desk, "run.h5", "inh"));
}

/// The model that a recording holds names the spikes by an absolute path, so it runs from anywhere.
#[test]
fn a_replay_can_be_repeated_from_its_recording() {
    let desk = desk();
    std::fs::create_dir(desk.path("below")).unwrap();
    write(&desk, "below/replay.json", |model| model["replay"] = json!([{"population": "src", "file": "../run.h5"}]));
    desk.done(&["run", "below/replay.json", "-q", "-o", "a.h5"]);
    desk.done(&["run", "driven.json", "-q", "--replay", "src=run.h5", "-o", "b.h5"]);
    std::fs::create_dir(desk.path("else")).unwrap();
    for recording in ["a.h5", "b.h5"] {
        let model = desk.done(&["inspect", recording, "--model"]);
        let kept: Value = serde_json::from_str(&model).unwrap();
        let file = std::path::PathBuf::from(kept["replay"][0]["file"].as_str().unwrap());
        assert!(file.is_absolute() && file.ends_with("run.h5"), "{}", file.display());
        std::fs::write(desk.path("else/again.json"), model).unwrap();
        desk.done(&["run", "else/again.json", "-q", "--force", "-o", "again.h5"]);
        assert_eq!(spikes(&desk, "again.h5", "inh"), spikes(&desk, "run.h5", "inh"));
    }
}

/// Units of a session onto cells: in order, by list; window, rounding and gaps are told.
#[test]
fn units_of_a_session_are_laid_on_cells() {
    let desk = desk();
    let session = root().join("tests/data/nwb/session.nwb");
    let item = |more: Value| {
        let mut item = json!({"population": "src", "file": session, "from_s": 1, "to_s": 8});
        item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        item
    };
    let sent = |more: Value| {
        write(&desk, "nwb.json", |model| {
            model["simulation"] = json!({"dt_ms": 0.1, "duration_ms": 3000});
            model["replay"] = json!([item(more)]);
        });
        let done = desk.run(&["run", "nwb.json", "--force", "-o", "a.h5"]);
        assert_eq!(done.code, 0, "{}", done.err);
        let spikes = spikes(&desk, "a.h5", "src");
        (spikes.times_ms.into_iter().zip(spikes.node_ids).collect::<Vec<_>>(), done.err)
    };
    let (spikes, notes) = sent(json!({"units": "quality == 'good' and depth_um < 700"}));
    assert_eq!(spikes, [(0.3, 0), (999.9, 1), (1000.0, 1), (1500.0, 0), (2500.0, 1)]);
    for part in ["5 spikes of 2 units", "1 dropped, which round to step 0", "1 after the end of the run"] {
        assert!(notes.contains(part), "{part}: {notes}");
    }
    assert!(notes.contains("silent where nothing was observed: unit 23 from 4 s to 6 s"), "{notes}");
    let (spikes, _) = sent(json!({"units": [23, 11]}));
    assert_eq!(spikes, [(0.3, 1), (999.9, 0), (1000.0, 0), (1500.0, 1), (2500.0, 0)]);
    let (spikes, _) = sent(json!({"cells": [11, 7, 11]}));
    assert_eq!(spikes, [(0.3, 0), (0.3, 2), (1500.0, 0), (1500.0, 2)]);
    let (spikes, _) = sent(json!({"cells": "by_id", "units": [5, 11]}));
    assert_eq!(spikes, [(0.3, 11), (1500.0, 11)]);
    std::fs::write(desk.path("off.csv"), "timestamps,node_ids\n-3,0\n0.04,0\n0.05,1\n0.14,2\n0.25,2\n1.0,3\n").unwrap();
    let done = desk.run(&["run", "driven.json", "--replay", "src=off.csv", "--force", "-o", "a.h5"]);
    assert!(done.err.contains("3 rounded to the nearest step (by at most 0.050 ms); 1 dropped"), "{}", done.err);
    assert!(
        done.err.contains("replay: 1 spikes before time 0 of") && done.err.contains("not sent by `src`"),
        "{}",
        done.err
    );
    let sent = self::spikes(&desk, "a.h5", "src");
    assert_eq!((sent.times_ms, sent.node_ids), (vec![0.1, 0.1, 0.3, 1.0], vec![1, 2, 2, 3]));
}

/// Gaps of a session are told however its spikes come: from the session or from its import; so is what lies beyond them.
#[test]
fn gaps_of_an_import_are_told() {
    let desk = desk();
    let session = root().join("tests/data/nwb/session.nwb").display().to_string();
    desk.done(&["import", &session, "--units", "23,5,7", "--from-s", "1", "--to-s", "8", "-o", "s.h5"]);
    let told = |file: &str| {
        let set = ["--set", "simulation.duration_ms=9000", "--replay", file];
        desk.run(&[&["check", "driven.json"], &set[..]].concat())
    };
    let done = told("src=s.h5");
    let part = "`src` is silent where nothing was observed: unit 0 from 3 s to 5 s, 3 units from 7 s to 9 s";
    assert!(done.code == 0 && done.err.contains(part), "{}{}", done.out, done.err);
    let done = told("src=s.h5:units");
    assert!(done.code == 0 && done.err.contains(part), "{}{}", done.out, done.err);
    let done = told("src=s.h5:v1");
    assert!(done.code == 3 && done.err.contains("has `units`, not `v1`"), "{}{}", done.out, done.err);
}

#[test]
fn wrong_replays_are_told_with_their_place() {
    let desk = desk();
    let session = root().join("tests/data/nwb/session.nwb").display().to_string();
    std::fs::write(desk.path("far.csv"), "timestamps,node_ids\n1,50\n").unwrap();
    let table: &[(Value, &[&str])] = &[
        (json!({}), &["replay.0: `file` is missing"]),
        (json!({"file": "none.h5"}), &["replay.0.file", "none.h5", "No such file"]),
        (json!({"file": "run.h5", "population": "ecx"}), &["replay.0.population", "did you mean `exc`?"]),
        (
            json!({"file": "run.h5", "from_population": "v1"}),
            &["replay.0.from_population: `run.h5` has `exc`, `inh`, `src`, not `v1`"],
        ),
        (
            json!({"file": "run.h5", "from_population": "exc", "population": "src", "units": [40]}),
            &["there is no unit 40"],
        ),
        (json!({"file": session, "units": "qualty == 1"}), &["replay.0.units: character 1", "did you mean `quality`?"]),
        (json!({"file": session, "cells": "by_name"}), &["replay.0.cells", "by_id, in_order"]),
        (json!({"file": session, "cells": [5], "units": [5]}), &["one is enough"]),
        (json!({"file": session, "from_s": 2, "to_s": 1}), &["the window from 2 s to 1 s is empty"]),
        (json!({"file": session, "to": 1}), &["unknown field `to`; did you mean `to_s`?"]),
        (json!({"file": "far.csv"}), &["replay.0.cells: unit 50 has no cell: `src` has 50, numbered from 0"]),
    ];
    let before = desk.files();
    for (item, parts) in table {
        write(&desk, "driven.json", |model| model["replay"] = json!([item]));
        for arguments in [&["check", "driven.json"][..], &["run", "driven.json", "-o", "a.h5"]] {
            let done = desk.run(arguments);
            assert_eq!(done.code, 3, "{item}: {}", done.err);
            for part in *parts {
                assert!(done.err.contains(part), "{item}: `{part}` is not in\n{}", done.err);
            }
        }
    }
    std::fs::write(desk.path("driven.json"), DRIVEN).unwrap();
    for (arguments, part) in [
        (&["--replay", "src=run.h5", "--replay", "src=run.h5"][..], "`src` is replayed already"),
        (&["--replay", &session, "--set", "populations.src.cells=5"], "6 units for the 5 cells of `src`"),
        (&["--replay", "src=run.h5", "--scale", "0.5"], "given spike trains cannot be scaled"),
        (
            &[
                "--replay",
                "far.csv",
                "--set",
                "populations.two={\"cells\": 1, \"model\": \"poisson_source\", \"rate_hz\": 1}",
            ],
            "has one population without a name, the model has `src`, `exc`, `inh`, `two`: say which by `population`",
        ),
        (&["--replay", "a=run.h5"], "there is no population `a`"),
        (
            &["--replay", "gr=run.h5", "--set", "populations.gr={\"cells\": 9, \"model\": \"leaky_relu\"}"],
            "choose one by `from_population` of this item (--replay gr=FILE:POPULATION)",
        ),
    ] {
        let done = desk.run(&[&["run", "driven.json", "-o", "a.h5"], arguments].concat());
        assert!(done.code == 3 && done.err.contains(part), "{arguments:?}: {}", done.err);
    }
    let circuit = root().join("tests/data/sonata/300_intfire/config.json");
    let done = desk.run(&["run", circuit.to_str().unwrap(), "--replay", "run.h5"]);
    assert!(done.code == 3 && done.err.contains("is a SONATA circuit"), "{}", done.err);
    assert_eq!(desk.files(), before);
}

/// The network that ships, short: it is driven by what was recorded.
#[test]
fn the_shipped_replay_is_alive() {
    let desk = Desk::new();
    let model = root().join("models/networks/replay_450cells.json");
    let json: Value =
        serde_json::from_str(&desk.done(&["run", model.to_str().unwrap(), "--json", "-o", "a.h5"])).unwrap();
    let rate = |population: usize| json["populations"][population]["rate_hz"].as_f64().unwrap();
    assert_eq!(json["populations"][0]["spikes"], 4844);
    assert!((5.0..15.0).contains(&rate(1)) && (5.0..15.0).contains(&rate(2)), "{json}");
    let silent = desk.done(&["run", model.to_str().unwrap(), "--json", "--set", "replay=[]", "-o", "b.h5"]);
    let silent: Value = serde_json::from_str(&silent).unwrap();
    assert!(silent["populations"][1]["rate_hz"].as_f64().unwrap() < 0.5 * rate(1), "{silent}");
}

/// Synapses that were recorded, wired as they stand, give the network that drew them: the same spikes, bit for bit. Would catch
/// a lost synapse, weights or delays of another one, and another order of sums.
#[test]
fn recorded_weights_make_the_same_network() {
    let desk = Desk::new();
    let record = |model: &mut Value| {
        for (index, projection) in model["projections"].as_array_mut().unwrap().iter_mut().enumerate() {
            projection["name"] = json!(format!("p{index}"));
        }
        model["record"] = json!({"weights": true});
    };
    write(&desk, "driven.json", record);
    desk.done(&["run", "driven.json", "-q", "-o", "run.h5"]);
    let recording = Recording::open(desk.path("run.h5")).unwrap();
    let items: Vec<Value> = recording.weights().unwrap().iter().map(|own| {
        json!({"from": own.source_population, "to": own.target_population, "rule": "recorded", "file": "run.h5", "projection": own.name})
    }).collect();
    assert_eq!(items.len(), 6, "every pair of populations");
    let wired = |model: &mut Value, items: &[Value]| {
        model["projections"] = json!(items);
        model["record"] = json!({});
    };
    write(&desk, "wired.json", |model| wired(model, &items));
    desk.done(&["run", "wired.json", "-q", "-o", "again.h5"]);
    for population in ["src", "exc", "inh"] {
        assert_eq!(spikes(&desk, "again.h5", population), spikes(&desk, "run.h5", population), "{population}");
    }
    let wrong = |change: &dyn Fn(&mut Value), expected: &str| {
        write(&desk, "wrong.json", |model| {
            wired(model, &items[..1]);
            change(&mut model["projections"][0]);
        });
        let done = desk.run(&["check", "wrong.json"]);
        assert!(done.code == 3 && done.err.contains(expected), "{expected}: {}", done.err);
    };
    wrong(&|item| item["projection"] = json!("nobody"), "no weights of a projection `nobody`; it has `p");
    wrong(&|item| item["file"] = json!("none.h5"), "none.h5");
    wrong(&|item| item["to"] = json!(["exc", "inh"]), "join one population to one");
    wrong(&|item| item["weight_pa"] = json!(3), "unknown field `weight_pa`");
}

/// The receptor that a projection names stands in its recording, and recorded synapses reach it again: the same spikes.
/// Would catch a receptor that is not written, or that recorded synapses lose.
#[test]
fn recorded_synapses_reach_their_receptors() {
    let desk = Desk::new();
    let weights = |rate: f64, receptor: &str, weight: f64| {
        json!({"name": receptor, "from": "src", "to": "cells", "rule": "fixed_probability", "probability": rate,
            "receptor": receptor, "weight_pa": weight, "delay_ms": 1.5})
    };
    let model = |projections: Vec<Value>| {
        json!({
            "simulation": {"duration_ms": 300},
            "populations": {
                "src": {"cells": 50, "model": "poisson_source", "rate_hz": 40},
                "cells": {"cells": 20, "model": "lif_exp_multi", "ports": {
                    "fast": {"tau_syn_ms": 1}, "slow": {"tau_syn_ms": 40, "sign": "excitatory"}, "gaba": {"sign": "inhibitory"}}},
            },
            "projections": projections, "record": {"weights": true},
        })
        .to_string()
    };
    let own = vec![weights(0.5, "fast", 600.0), weights(0.3, "slow", 60.0), weights(0.2, "gaba", -30.0)];
    std::fs::write(desk.path("own.json"), model(own)).unwrap();
    desk.done(&["run", "own.json", "-q", "-o", "run.h5"]);
    let known = Recording::open(desk.path("run.h5")).unwrap().weights().unwrap();
    let receptors: Vec<&str> = known.iter().map(|own| own.receptor.as_str()).collect();
    assert_eq!(receptors, ["fast", "slow", "gaba"]);
    let item = |name: &str, receptor: Option<&str>| {
        let mut item = json!({"from": "src", "to": "cells", "rule": "recorded", "file": "run.h5", "projection": name});
        receptor.into_iter().for_each(|receptor| item["receptor"] = receptor.into());
        item
    };
    let again = |first: Option<&str>, expected: bool| {
        let items = vec![item("fast", first), item("slow", None), item("gaba", None)];
        std::fs::write(desk.path("wired.json"), model(items)).unwrap();
        desk.done(&["run", "wired.json", "-q", "-o", "again.h5", "--force"]);
        let found = spikes(&desk, "run.h5", "cells");
        assert!(found.times_ms.len() > 20, "{} spikes", found.times_ms.len());
        assert_eq!(spikes(&desk, "again.h5", "cells") == found, expected, "{first:?}");
    };
    again(None, true);
    again(Some("fast"), true);
    again(Some("slow"), false);
}
