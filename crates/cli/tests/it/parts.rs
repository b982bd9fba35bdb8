//! Parts of populations in a run: recorded, replayed, going on after a pause.

use super::Desk;
use neuropil_record::{Recording, Spikes};
use serde_json::{Value, json};

const MODEL: &str = r#"{
  "simulation": {"dt_ms": 0.1, "duration_ms": 200, "seed": 5},
  "populations": {
    "exc": {"cells": 40, "model": "lif_exp", "sign": "excitatory"},
    "inh": {"cells": 20, "model": "lif_exp", "sign": "inhibitory"}
  },
  "projections": [
    {"from": {"population": "inh", "cells": "0:10"}, "to": ["exc", "inh"], "rule": "fixed_in_degree", "in_degree": 5, "weight_pa": -90, "delay_ms": 0.8},
    {"name": "out", "from": "exc", "to": [{"population": "exc", "cells": "::2"}, "inh"], "rule": "fixed_probability", "probability": 0.2,
     "weight_pa": {"distribution": "normal", "mean": 60, "std": 6}, "delay_ms": {"distribution": "uniform", "low": 0.5, "high": 2}}
  ],
  "inputs": [{"kind": "poisson", "to": ["exc", "inh"], "rate_hz": 6000, "weight_pa": 60},
             {"kind": "noise_current", "to": {"population": "exc", "cells": "5:30"}, "std_pa": 50}],
  "record": {"states": [{"population": "inh", "variables": "v_m_mv", "cells": 2}]}
}"#;

fn desk() -> Desk {
    let desk = Desk::new();
    std::fs::write(desk.path("net.json"), MODEL).unwrap();
    desk.done(&["run", "net.json", "-q", "-o", "run.h5"]);
    assert!(["exc", "inh"].iter().all(|own| spikes(&desk, "run.h5", own).times_ms.len() > 50));
    desk
}

fn spikes(desk: &Desk, file: &str, population: &str) -> Spikes {
    Recording::open(desk.path(file)).unwrap().spikes(population).unwrap()
}

fn write(desk: &Desk, name: &str, change: impl FnOnce(&mut Value)) {
    let mut model: Value = serde_json::from_str(MODEL).unwrap();
    change(&mut model);
    std::fs::write(desk.path(name), model.to_string()).unwrap();
}

/// Cells that send what they sent in the run before change nothing, whichever these are; for any blocks and threads, and
/// after a pause. Would catch own spikes that are heard, replayed ones that are lost, and cells that are taken for others.
#[test]
fn a_part_that_replays_its_own_spikes_gives_the_same_run() {
    let desk = desk();
    for (part, file) in [(json!("4:25"), "range.h5"), (json!([0, 3, 7, 39]), "list.h5")] {
        write(&desk, "part.json", |model| {
            model["replay"] = json!([{"population": {"population": "exc", "cells": part}, "file": "only.h5"}]);
        });
        write(&desk, "only.json", |model| model["record"]["spikes"] = json!({"population": "exc", "cells": part}));
        desk.done(&["run", "only.json", "-q", "--force", "-o", "only.h5"]);
        let note = desk.run(&["run", "part.json", "-o", file]).err;
        assert!(note.contains("would send themselves is not heard"), "{note}");
        for population in ["exc", "inh"] {
            assert_eq!(spikes(&desk, file, population), spikes(&desk, "run.h5", population), "{file} {population}");
        }
    }
    desk.done(&["run", "part.json", "-q", "--set", "simulation.blocks=3", "--threads", "2", "-o", "blocks.h5"]);
    desk.done(&["run", "part.json", "-q", "--duration-ms", "77", "--checkpoint-every-ms", "20", "-o", "paused.h5"]);
    desk.done(&["resume", "paused.h5", "-q", "--until-ms", "200"]);
    for file in ["blocks.h5", "paused.h5"] {
        assert_eq!(spikes(&desk, file, "exc"), spikes(&desk, "run.h5", "exc"), "{file}");
    }
}

/// A part is silenced by spikes of another that never fire: the rest hears it no more.
#[test]
fn a_part_that_replays_silence_is_not_heard() {
    let desk = desk();
    std::fs::write(desk.path("one.csv"), "timestamps,node_ids\n199.0,0\n").unwrap();
    write(&desk, "silent.json", |model| {
        model["replay"] = json!([{"population": {"population": "exc", "cells": "0:30"}, "file": "one.csv"}]);
    });
    desk.done(&["run", "silent.json", "-q", "-o", "silent.h5"]);
    let heard = spikes(&desk, "silent.h5", "exc");
    let of_part = heard.node_ids.iter().filter(|id| **id < 30).count();
    assert!(of_part == 1 && heard.node_ids.len() > 20, "{of_part} of {}", heard.node_ids.len());
    assert_ne!(spikes(&desk, "silent.h5", "inh"), spikes(&desk, "run.h5", "inh"));
}

/// A recording of a part has its cells' spikes and no others, tells whose they are, and counts rates over those.
#[test]
fn a_recording_of_a_part_is_of_that_part() {
    let desk = desk();
    write(&desk, "part.json", |model| {
        model["record"]["spikes"] =
            json!([{"population": "exc", "cells": "10:20"}, {"population": "exc", "cells": [30]}]);
    });
    desk.done(&["run", "part.json", "-q", "-o", "part.h5"]);
    let whole = spikes(&desk, "run.h5", "exc");
    let is_in = |id: u64| (10..20).contains(&id) || id == 30;
    let expected = whole.times_ms.iter().zip(&whole.node_ids).filter(|own| is_in(*own.1));
    let part = spikes(&desk, "part.h5", "exc");
    assert!(part.times_ms.iter().zip(&part.node_ids).eq(expected.clone()));
    let recording = Recording::open(desk.path("part.h5")).unwrap();
    let populations = recording.populations().unwrap();
    assert_eq!(populations[0].recorded_cells, Some((10..20).chain([30]).collect()));
    assert!(populations[0].has_spikes && !populations[1].has_spikes);
    let told: Value = serde_json::from_str(&desk.done(&["inspect", "part.h5", "--json"])).unwrap();
    let rate = told["populations"][0]["rate_hz"].as_f64().unwrap_or_else(|| panic!("{told}"));
    let count = u32::try_from(expected.count()).unwrap();
    assert!((rate - f64::from(count) / 11.0 / 0.2).abs() < 1e-9, "{rate}");
    let done = desk.run(&["check", "net.json", "--replay", "exc=part.h5"]);
    assert!(done.code == 3 && done.err.contains("the spikes of 11 of the 40 cells of `exc` alone"), "{}", done.err);
    let named = "exc[10,11,12,13,14,15,16,17,18,19,30]=part.h5";
    let told = desk.done(&["check", "net.json", "--json", "--replay", named]);
    assert!(told.contains("spikes of 11 units of") && told.contains("its other 29 run free"), "{told}");
    let done = desk.run(&["check", "net.json", "--replay", "exc[]=part.h5"]);
    assert!(done.code == 3 && done.err.contains("expected cells behind the population"), "{}", done.err);
}

/// A set of cells behind the population of `--record`, as in model files. Would catch one that is read as another, and a
/// number of cells at the end, which is refused with the new form.
#[test]
fn a_part_is_recorded_by_an_option() {
    let desk = Desk::new();
    let forms: [(&str, &[u64]); 5] = [
        ("inh[:3]", &[0, 1, 2]),
        ("inh[2:17:6]", &[2, 8, 14]),
        ("inh[0,3, 19]", &[0, 3, 19]),
        ("inh[7]", &[7]),
        (r#"inh[{"x_um": [0, 1], "y_um": [0, 9]}]"#, &[4]),
    ];
    let placed = (0..20).map(|cell| [f64::from((cell + 16) % 20), 0.5, 0.0]).collect::<Vec<_>>();
    let places = format!("populations.inh.positions={}", json!({"shape": "list", "points_um": placed}));
    for (part, cells) in forms {
        let what = format!("{part}:v_m_mv:1");
        desk.done(&["run", "small.json", "-q", "--force", "-o", "a.h5", "--set", &places, "--record", &what]);
        let reports = Recording::open(desk.path("a.h5")).unwrap().reports().unwrap();
        let own = reports.iter().find(|report| report.population == "inh").unwrap();
        assert_eq!(own.node_ids, cells, "{part}");
    }
    let refusals = [
        ("inh:v_m_mv:1:5", "expected them behind the population: inh[:5]"),
        ("inh[:5]:v_m_mv:1:5", "expected POPULATION:VARIABLE"),
        ("inh[]:v_m_mv", "expected POPULATION:VARIABLE"),
        ("inh[:5", "expected POPULATION:VARIABLE"),
        ("inh[a]:v_m_mv", "expected POPULATION:VARIABLE"),
        ("inh[3:99]:v_m_mv", "a range ends at 20 at most"),
        ("inh[20]:v_m_mv", "found 20, but `inh` has 20 cells"),
        ("[:5]:v_m_mv", "expected POPULATION:VARIABLE"),
    ];
    for (what, told) in refusals {
        let done = desk.run(&["run", "small.json", "-o", "b.h5", "--record", what]);
        assert!(done.code == 3 && done.err.contains(told), "{what}: {}", done.err);
    }
}
