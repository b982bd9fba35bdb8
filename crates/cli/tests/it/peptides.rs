//! Peptides from the command line: what a run records, resumed runs, the field of recorded spikes, pictures, lists.

use super::contents::contents;
use super::{Desk, root};
use neuropil_record::Recording;

/// Two types of cells, one population of none, a field of 512 voxels.
const TISSUE: &str = r#"{
  "simulation": {"dt_ms": 0.1, "duration_ms": 300, "seed": 5, "blocks": 3},
  "populations": {
    "pyr": {"cells": 60, "model": "lif_exp", "cell_type": "Pyr_L23", "sign": "excitatory",
      "positions": {"shape": "box", "size_um": [80, 80, 80], "origin_um": [-40, -40, 10]}},
    "other": {"cells": 10, "model": "lif_exp"},
    "sst": {"cells": 40, "model": "lif_exp", "cell_type": "Sst", "sign": "inhibitory",
      "positions": {"shape": "box", "size_um": [80, 80, 80], "origin_um": [-40, -40, 10]}}
  },
  "projections": [{"from": "sst", "to": "pyr", "rule": "fixed_probability", "probability": 0.2, "weight_pa": -100, "delay_ms": 0.8}],
  "inputs": [{"kind": "poisson", "to": ["pyr", "other", "sst"], "in_degree": 500, "rate_hz": 20, "weight_pa": 60}],
  "peptides": {"file": "FILE", "shape_voxels": [8, 8, 8], "spacing_um": [10, 10, 10], "origin_um": [-40, -40, 10], "step_ms": 5},
  "record": {
    "states": [
      {"population": "sst", "variables": ["concentration_nm.SST-14", "occupancy.Oprd1", "messenger.Gi", "signed_messenger"], "cells": 3},
      {"population": "pyr", "variables": ["v_m_mv", "concentration_nm.SST-14"], "cells": [1, 7], "every_ms": 10}
    ],
    "field": [
      {"species": "SST-14", "every_ms": 50},
      {"species": ["NPY", "SST-14"], "slice": {"axis": "y", "at_um": 5}, "every_ms": 15}
    ],
    "released_every_ms": 20
  }
}"#;

fn desk() -> Desk {
    let desk = Desk::new();
    let peptides = root().join("models/peptides/cortex.json");
    std::fs::write(desk.path("tissue.json"), TISSUE.replace("FILE", &peptides.to_string_lossy())).unwrap();
    desk
}

/// The numeric datasets below some groups, without those that are 0 throughout.
fn parts(desk: &Desk, name: &str, groups: &[&str]) -> Vec<(String, Vec<u64>)> {
    let mut found = contents(&desk.path(name));
    found.retain(|(object, _)| groups.iter().any(|group| object.starts_with(group)));
    found
}

/// All arrays and traces are there, with units and times, and something is in them.
#[test]
fn a_run_records_what_was_asked_for() {
    let desk = desk();
    desk.done(&["run", "tissue.json", "-q", "-o", "run.h5", "--record-field", "VIP:100:z=50"]);
    let recording = Recording::open(desk.path("run.h5")).unwrap();
    let record = recording.tissue().unwrap().unwrap();
    let told: Vec<_> = record.info.arrays.iter().zip(&record.frames).collect();
    let told: Vec<_> = told
        .iter()
        .map(|(own, frames)| (own.measure.as_str(), own.species.as_str(), own.shape.clone(), **frames))
        .collect();
    assert_eq!(
        told,
        [
            ("field", "SST-14", vec![8, 8, 8], 6),
            ("released", "", vec![8, 17], 15),
            ("slice", "NPY", vec![8, 8], 20),
            ("slice", "SST-14", vec![8, 8], 20),
            ("slice", "VIP", vec![8, 8], 3),
        ]
    );
    // The plane through y = 5 um is the fifth, and the last frame of both is the last field step.
    let (field, slice) =
        (recording.tissue_frames(&record, 0, 5..6).unwrap(), recording.tissue_frames(&record, 3, 19..20).unwrap());
    let plane: Vec<f64> = (0..8).flat_map(|x| field[(x * 8 + 4) * 8..][..8].to_vec()).collect();
    assert!(slice == plane && slice.iter().all(|c| *c > 0.0));
    let released = recording.tissue_frames(&record, 1, 0..15).unwrap();
    let total = |frame: usize, cell_type: &str| {
        let row = record.info.cell_types.iter().position(|name| name == cell_type).unwrap();
        released[frame * 8 * 17 + row * 17..][..17].iter().sum::<f64>()
    };
    assert!(total(14, "Sst") > total(7, "Sst") && total(7, "Sst") > 0.0 && total(14, "Vip") == 0.0);
    let reports = recording.reports().unwrap();
    let of = |name: &str| reports.iter().find(|own| recording.report_name(own) == name).unwrap();
    let heard = of("sst.concentration.SST-14");
    assert_eq!((heard.unit.as_str(), heard.frames, heard.start_ms, heard.dt_ms), ("nM", 60, 5.0, 5.0));
    assert_eq!(of("pyr.concentration.SST-14").node_ids, [1, 7]);
    for name in ["sst.occupancy.Oprd1", "sst.messenger.Gi", "sst.signed_messenger"] {
        let values = recording.report_data(of(name), 59..60).unwrap();
        assert!(values.len() == 3 && values.iter().all(|value| value.is_finite()), "{name}: {values:?}");
    }
    assert!(recording.report_data(of("sst.messenger.Gi"), 59..60).unwrap()[0] > 0.0);
}

/// Checkpoints in the middle of intervals of every record; another number of threads.
#[test]
fn a_run_with_peptides_in_parts_is_the_run_without_pause() {
    let desk = desk();
    desk.done(&["run", "tissue.json", "-q", "-o", "whole.h5"]);
    let begun = ["--duration-ms", "133", "--checkpoint-every-ms", "33.5", "--threads", "1", "-o", "parts.h5"];
    desk.done(&[&["run", "tissue.json", "-q"], &begun[..]].concat());
    desk.done(&["resume", "parts.h5", "-q", "--until-ms", "300", "--threads", "3"]);
    assert_eq!(contents(&desk.path("parts.h5")), contents(&desk.path("whole.h5")));
}

/// Where cells do not listen the field of the recorded spikes is that of the run, bit by bit, traces too. Would catch a
/// spike that is rounded to another step, other release points, another order of cells, and edits of species that are passed over.
#[test]
fn recorded_spikes_make_the_field_of_the_run() {
    let desk = desk();
    let listening = ["--set", "peptides.listening=false"];
    let stochastic = std::fs::read_to_string(root().join("models/peptides/cortex.json")).unwrap();
    std::fs::write(desk.path("drawn.json"), stochastic.replace("\"mode\": \"mean\"", "\"mode\": \"stochastic\""))
        .unwrap();
    let edits = r#"interventions=[{"at_ms": 100, "until_ms": 200, "species": {"species": "SST-14", "release_scale": 0.25}},
        {"at_ms": 150, "silence": "pyr"}]"#;
    for change in ["", "peptides.file=drawn.json", edits] {
        let changed: &[&str] = if change.is_empty() { &[] } else { &["--set", change] };
        desk.done(&[&["run", "tissue.json", "-q", "--force", "-o", "run.h5"], &listening[..], changed].concat());
        let model: serde_json::Value = serde_json::from_str(&desk.done(&["inspect", "run.h5", "--model"])).unwrap();
        let field = format!("record.field={}", model["record"]["field"]);
        let mut asked = vec!["diffuse", "run.h5", "-q", "--force", "-o", "field.h5", "--threads", "1", "--set", &field];
        asked.extend(["--set", "record.released_every_ms=20", "--record", "pyr:concentration_nm.SST-14:10"]);
        for what in ["concentration_nm.SST-14", "occupancy.Oprd1", "messenger.Gi", "signed_messenger"] {
            asked.extend(["--record", Box::leak(format!("sst[:3]:{what}:5").into_boxed_str())]);
        }
        desk.done(&asked);
        let (run, field) = (
            parts(&desk, "run.h5", &["/neuropil/tissue", "/report/sst."]),
            parts(&desk, "field.h5", &["/neuropil/tissue", "/report/sst."]),
        );
        assert!(run.iter().filter(|(_, values)| values.iter().any(|value| *value != 0)).count() > 20);
        assert_eq!(run, field);
    }
    assert!(parts(&desk, "field.h5", &["/spikes"]).is_empty());
    let told = desk.run(&["diffuse", "run.h5", "--force", "-o", "field.h5"]).err;
    assert!(told.contains("note: the run edited species once, and so it is done here"), "{told}");
    let other = root().join("models/peptides/cortex.json");
    let told = desk.run(&["diffuse", "run.h5", "--force", "-o", "field.h5", "--model", other.to_str().unwrap()]).err;
    assert!(
        told.contains("warning: the run edited species once; with other peptides (--model) it is not done"),
        "{told}"
    );
}

/// Once `--spacing-um` and `--margin-um` threw away walls, regions, drive and where cells release: only voxels change.
#[test]
fn other_voxels_leave_the_rest_of_the_tissue() {
    let desk = desk();
    std::fs::write(desk.path("drive.csv"), "time_ms,population,cell,species,molecules_per_ms\n0,sst,1,NPY,5000\n")
        .unwrap();
    let tissue = [
        r#"peptides.walls=[{"axis": "x", "low": "absorb", "high": "fixed", "high_nm": 3}]"#,
        r#"peptides.regions=[{"low_um": [-40, -40, 10], "high_um": [0, 0, 50], "tortuosity": 2}]"#,
        "peptides.drive=drive.csv",
        "peptides.release_sd_um=7",
    ];
    let set: Vec<&str> = tissue.iter().flat_map(|own| ["--set", own]).collect();
    desk.done(&[&["run", "tissue.json", "-q", "-o", "run.h5"], &set[..]].concat());
    let section = |file: &str| -> serde_json::Value {
        let model: serde_json::Value = serde_json::from_str(&desk.done(&["inspect", file, "--model"])).unwrap();
        model["peptides"].clone()
    };
    let made = |more: &[&str]| {
        desk.done(&[&["diffuse", "run.h5", "-q", "--force", "-o", "field.h5"], more].concat());
        section("field.h5")
    };
    let numbers = |list: &serde_json::Value| -> Vec<f64> {
        list.as_array().into_iter().flatten().filter_map(serde_json::Value::as_f64).collect()
    };
    let run = section("run.h5");
    let all = made(&[]);
    for (more, shape, spacing) in [
        (&["--spacing-um", "5"][..], [16, 16, 16], 5.0),
        (&["--margin-um", "20"][..], [12, 12, 12], 10.0),
        (&["--margin-um", "20", "--spacing-um", "30"][..], [4, 4, 4], 30.0),
    ] {
        let own = made(more);
        for key in ["walls", "regions", "release_sd_um", "step_ms"] {
            assert!(own[key] == run[key] && own[key] != serde_json::Value::Null, "{more:?}: {key} is {}", own[key]);
        }
        assert_eq!(own["drive"], all["drive"], "{more:?}");
        assert!(own["drive"].as_str().is_some_and(|file| file.ends_with("drive.csv")), "{own}");
        assert_eq!(own["shape_voxels"], serde_json::json!(shape), "{more:?}");
        assert_eq!(numbers(&own["spacing_um"]), [spacing; 3], "{more:?}");
    }
    // The room is that of the run where no other is asked for.
    assert_eq!(numbers(&made(&["--spacing-um", "5"])["origin_um"]), [-40.0, -40.0, 10.0]);
    let says = |more: &[&str], expected: &str| {
        let done = desk.run(&[&["diffuse", "run.h5", "-q", "--force", "-o", "field.h5"], more].concat());
        assert!(done.code == 3 && done.err.contains(expected), "{} {}", done.code, done.err);
    };
    says(&["--spacing-um", "30"], "80 x 80 x 80 um, is no whole number of such voxels");
    says(&["--spacing-um", "0"], "must be lengths");
    let mean = r#"peptides={"file": "FILE", "level": "mean_field", "volume_um3": 512000}"#;
    let mean = mean.replace("FILE", &root().join("models/peptides/cortex.json").to_string_lossy());
    let record = ["--set", "record={}", "--set", &mean];
    desk.done(&[&["run", "tissue.json", "-q", "--force", "-o", "run.h5"], &record[..]].concat());
    says(&["--margin-um", "20"], "--margin-um: the tissue of the run is of level `mean_field`");
}

/// Programs that ask for a summary and no lines have the notes in it: once they were dropped.
#[test]
fn what_is_missing_in_a_recording_is_told_in_the_summary() {
    let desk = desk();
    desk.done(&["run", "tissue.json", "-q", "-o", "run.h5", "--set", r#"record.spikes=["pyr", "other"]"#]);
    let told = desk.done(&["diffuse", "run.h5", "-q", "--json", "-o", "field.h5"]);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let notes = told["notes"].to_string();
    assert!(notes.contains("the recording has no spikes of `sst`, which then releases nothing"), "{told}");
}

/// Spikes of another form, with cells placed by a table; and all that may be missing.
#[test]
fn spikes_of_a_table_make_a_field() {
    let desk = desk();
    let spikes: String = (1..200).map(|n| format!("{},{}\n", 1.5 * f64::from(n), n % 3)).collect();
    std::fs::write(desk.path("spikes.csv"), format!("timestamps,node_ids\n{spikes}")).unwrap();
    std::fs::write(desk.path("cells.csv"), "x,y,z\n0,0,0\n30,0,0\n0,60,10\n").unwrap();
    let peptides = root().join("models/peptides/cortex.json");
    let given = ["diffuse", "spikes.csv", "-q", "-o", "field.h5", "--model", peptides.to_str().unwrap()];
    let says = |more: &[&str], code: i32, expected: &str| {
        let done = desk.run(&[&given[..], more].concat());
        assert!(done.code == code && done.err.contains(expected), "{} {}", done.code, done.err);
    };
    says(&[], 3, "say which by --cell-type POPULATION=TYPE");
    says(&["--cell-type", "cells=Sst"], 3, "spikes.csv");
    says(&["--cell-type", "exc=Sst"], 3, "the recording has no population `exc`");
    says(&["--cell-type", "cells"], 3, "expected POPULATION=TYPE");
    says(&["--cell-type", "cells=Sts"], 3, "the peptides know no cell type `Sts`; did you mean `Sst`?");
    let placed = ["--cell-type", "cells=Sst", "--nodes", "cells.csv"];
    std::fs::write(desk.path("empty.csv"), "x,y,z\n").unwrap();
    says(&["--cell-type", "cells=Sst", "--nodes", "empty.csv"], 3, "empty.csv` has no positions");
    std::fs::write(desk.path("last.csv"), format!("timestamps,node_ids\n1,{}\n", u64::MAX)).unwrap();
    let last = desk.run(&[&["diffuse", "last.csv"], &given[2..], &placed].concat());
    assert!(last.code == 3 && last.err.contains("populations.cells.cells"), "{} {}", last.code, last.err);
    says(&[&placed[..], &["--spacing-um", "-1"]].concat(), 3, "must be lengths");
    says(&[&placed[..], &["--record-field", "NPX:100"]].concat(), 3, "did you mean `NPY`?");
    says(&[&placed[..], &["--record-field", "NPY:100:y"]].concat(), 3, "expected SPECIES[:EVERY_MS[:AXIS=UM]]");
    says(&[&placed[..], &["--record-field", "NPY:100:y=900"]].concat(), 3, "but the field is from");
    says(&[&placed[..], &["--record-field", "NPY:12"]].concat(), 3, "must be a multiple of the field step = 10 ms");
    says(&[&placed[..], &["--record", "cells:occupancy.Cckbr"]].concat(), 3, "there is no `occupancy.Cckbr`");
    says(&placed, 0, "");
    says(&placed, 4, "exists already");
    let recording = Recording::open(desk.path("field.h5")).unwrap();
    let record = recording.tissue().unwrap().unwrap();
    assert_eq!(record.info.arrays.len(), 18, "a slice of every species and what was released");
    assert_eq!(recording.populations().unwrap()[0].positions_um.as_ref().unwrap()[2], [0.0, 60.0, 10.0]);
    assert!(desk.run(&["diffuse", "spikes.csv", "-o", "x.h5"]).err.contains("give a file of peptides by --model"));
}

/// The shipped file is what the command makes; the numbers of channels between types are those counted in the table.
#[test]
fn the_models_are_made_by_a_command() {
    let desk = desk();
    let told = desk.done(&["peptides", "cortex", "--threshold", "0.4", "-o", "cortex.json"]);
    let rows: Vec<Vec<&str>> = told.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[6], ["Sst", "4", "6", "4", "5", "1", "4", "8", "4"]);
    assert_eq!(rows[7], ["Vip", "5", "6", "5", "6", "4", "4", "2", "2"]);
    let shipped = std::fs::read_to_string(root().join("models/peptides/cortex.json")).unwrap();
    assert!(std::fs::read_to_string(desk.path("cortex.json")).unwrap() == shipped);
    assert_eq!(desk.run(&["peptides", "cortex", "-o", "cortex.json"]).code, 4);
    let two = ["--group", "exc=L4_IT", "--group", "inh=Sst,Vip", "--threshold", "0.3", "-o", "two.json"];
    assert_eq!(desk.done(&[&["peptides", "cortex"], &two[..]].concat()).lines().count(), 4);
    let wrong = |arguments: &[&str], expected: &str| {
        let done = desk.run(&[&["peptides", "cortex", "-o", "no.json"], arguments].concat());
        assert!(done.code == 3 && done.err.contains(expected), "{}", done.err);
    };
    wrong(&["--group", "exc=L9"], "no type is of class `L9`");
    wrong(&["--group", "exc"], "expected NAME=CLASS,CLASS");
    wrong(&["--threshold", "1.5"], "must be between 0 and 1");
    wrong(&["--expression", "two.json"], "expected a header that begins with \"gene,kind,\"");
    assert!(!desk.exists("no.json"));
    let worm = desk.done(&["peptides", "celegans", "-o", "worm.json"]);
    assert!(worm.contains("302 cell types; 31417 channels"), "{worm}");
}

/// Lists, matrices and maps.
#[test]
fn channels_and_fields_are_shown() {
    let desk = desk();
    let cortex = root().join("models/peptides/cortex.json");
    let cortex = cortex.to_str().unwrap();
    let list = desk.done(&["inspect", cortex]);
    let row = list.lines().find(|line| line.starts_with("Sst ") && line.contains("Sstr1")).unwrap();
    assert!(row.contains("SST-14") && row.contains("Gi −") && row.contains("Sst 0.57"), "{row}");
    let told: serde_json::Value = serde_json::from_str(&desk.done(&["inspect", cortex, "--json"])).unwrap();
    let count: u64 = told["pair_counts"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row.as_array().unwrap())
        .map(|n| n.as_u64().unwrap())
        .sum();
    assert_eq!(told["channels"].as_array().unwrap().len() as u64, count);
    desk.done(&["run", "tissue.json", "-q", "-o", "run.h5"]);
    let told = desk.done(&["inspect", "run.h5"]);
    assert!(
        told.contains("peptides  field SST-14 (nM): 6 frames of 8 x 8 x 8, every 50") && told.contains("Sstr1 Gi −"),
        "{told}"
    );
    desk.done(&["plot", cortex, "-o", "matrix.svg"]);
    desk.done(&["plot", "run.h5", "--peptides", "-o", "field.svg"]);
    desk.done(&["plot", "run.h5", "-o", "run.svg"]);
    let svg = |name: &str| std::fs::read_to_string(desk.path(name)).unwrap();
    assert!(svg("matrix.svg").contains("Pyr_L23") && svg("matrix.svg").contains("channels of 17 peptides"));
    assert!(svg("field.svg").contains("y = 5 um, 300 ms") && svg("field.svg").contains("Oprd1, sst"));
    assert!(svg("run.svg").contains("all populations"), "spikes first, unless peptides are asked for");
    // Frames of a movie: up to 70 ms the frame of 60 ms, up to 10 ms none, and what was released until then.
    desk.done(&[
        "plot",
        "run.h5",
        "--peptides",
        "-o",
        "a.svg",
        "--to-ms",
        "70",
        "--field-max-nm",
        "2.5",
        "--title",
        "own",
    ]);
    let drawn = svg("a.svg");
    for words in ["\nown\n", "maps from 0 to 2.5 nM", "y = 5 um, 60 ms", "release ("] {
        assert!(drawn.contains(words), "{words}");
    }
    desk.done(&["plot", "run.h5", "--peptides", "-o", "b.svg", "--to-ms", "10"]);
    let drawn = svg("b.svg");
    assert!(drawn.contains("no map yet at 10 ms: the first frame is of 15 ms") && !drawn.contains("y = 5 um"));
    assert_eq!(desk.run(&["plot", "small.json", "-o", "no.svg"]).code, 3);
    assert!(desk.run(&["inspect", "small.json"]).err.contains("a network without peptides"));
}

/// Once a panic: what peptides make of a cell is no cell any more. The run ends with exit code 5, and says which cell.
#[test]
fn peptides_beyond_all_numbers_end_the_run_by_name() {
    let desk = desk();
    let text = std::fs::read_to_string(root().join("models/peptides/cortex.json")).unwrap();
    let mut cortex: serde_json::Value = serde_json::from_str(&text).unwrap();
    let types = cortex["cell_types"].as_array_mut().unwrap();
    for cargo in types.iter_mut().flat_map(|own| own["releases"].as_array_mut().into_iter().flatten()) {
        cargo["molecules_per_vesicle"] = 1e300.into();
    }
    std::fs::write(desk.path("beyond.json"), cortex.to_string()).unwrap();
    let done = desk.run(&["run", "tissue.json", "-q", "-o", "a.h5", "--set", "peptides.file=beyond.json"]);
    let words = ["the state became non-finite: population pyr, cell 0", "tau_m_ms = NaN ms", "recorded up to"];
    assert!(done.code == 5 && words.iter().all(|words| done.err.contains(words)), "{} {}", done.code, done.err);
    assert!(Recording::open(desk.path("a.h5")).is_ok());
}

/// Concentrations in a checkpoint that are none are refused by name; numbers that become none end the run with exit code 5. Would
/// catch a panic, and a recording of what is no concentration that is called whole.
#[test]
fn a_checkpoint_beyond_all_numbers_ends_by_name() {
    let desk = desk();
    desk.done(&["run", "tissue.json", "-q", "--duration-ms", "100", "--checkpoint-every-ms", "50", "-o", "run.h5"]);
    let own = neuropil_record::Arrays::open(desk.path("run.h5")).unwrap();
    let group = "/neuropil/checkpoint/peptides";
    let places = own.list(group).unwrap().into_iter().filter(|name| name.starts_with("concentration_"));
    let fields: Vec<Vec<f64>> = places.map(|name| own.f64(&format!("{group}/{name}")).unwrap().1).collect();
    drop(own);
    let whole = std::fs::read(desk.path("run.h5")).unwrap();
    for (value, code) in [(f64::NAN, 3), (f64::INFINITY, 3), (-1.0, 3), (1e300, 0), (f64::MAX, 0)] {
        let mut bytes = whole.clone();
        let mut changed = 0;
        for field in fields.iter().filter(|field| field.iter().all(|own| *own > 0.0)) {
            let own: Vec<u8> = field.iter().flat_map(|own| own.to_le_bytes()).collect();
            let new = [value].repeat(field.len()).into_iter().flat_map(f64::to_le_bytes);
            let at = bytes.windows(own.len()).position(|bytes| bytes == own).unwrap();
            drop(bytes.splice(at..at + own.len(), new));
            changed += 1;
        }
        assert!(changed > 0);
        std::fs::write(desk.path("cut.h5"), bytes).unwrap();
        let done = desk.run(&["resume", "cut.h5", "-q", "--until-ms", "300"]);
        // Cells may only be saturated.
        assert!(done.code == code || (code == 0 && done.code == 5), "{value}: {} {}", done.code, done.err);
        let told = ["expected a number >= 0", " nM", "must be", "non-finite"];
        assert!(done.code == 0 || told.iter().any(|own| done.err.contains(own)), "{}", done.err);
    }
}
