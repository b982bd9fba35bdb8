//! Sound input: what each command gives.

use super::{Desk, root};
use neuropil_record::Recording;
use serde_json::Value;

#[test]
fn a_run_is_recorded_inspected_and_drawn() {
    let desk = Desk::new();
    let shown = desk.done(&["run", "small.json", "-o", "a.h5"]);
    for part in ["60 cells", "synapses", "of memory", "rate Hz", "exc", "inh", "of wall time", "wrote a.h5"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let recording = Recording::open(desk.path("a.h5")).unwrap();
    let provenance = recording.provenance().unwrap().unwrap();
    assert!(provenance.complete);
    assert_eq!((provenance.seed, provenance.dt_ms, provenance.simulated_until_ms), (3, 0.1, 50.0));
    assert!(provenance.command.ends_with("run small.json -o a.h5"), "{}", provenance.command);
    let model: Value = serde_json::from_str(&provenance.model_json).unwrap();
    assert_eq!(model, serde_json::from_str::<Value>(super::SMALL).unwrap());
    let spikes = recording.spikes("exc").unwrap();
    assert!(spikes.times_ms.len() > 10 && spikes.times_ms.iter().all(|t| (0.0..=50.0).contains(t)));

    let inspected = desk.done(&["inspect", "a.h5"]);
    for part in
        ["seed 3", "50 ms (complete)", "lif_exp", "Pyr", "report    exc: v_m (mV) of 3 cells, 100 frames", "weights   "]
    {
        assert!(inspected.contains(part), "{part}: {inspected}");
    }
    let json: Value = serde_json::from_str(&desk.done(&["inspect", "a.h5", "--json"])).unwrap();
    assert_eq!(json["populations"][0]["spikes"], spikes.times_ms.len());
    assert_eq!(json["provenance"]["complete"], true);
    let shown: Value = serde_json::from_str(&desk.done(&["inspect", "a.h5", "--model"])).unwrap();
    assert_eq!(shown, model);

    assert!(desk.done(&["plot", "a.h5"]).contains("wrote a.png"));
    assert!(std::fs::read(desk.path("a.png")).unwrap().starts_with(b"\x89PNG"));
    desk.done(&["plot", "a.h5", "-o", "a.svg", "--from-ms", "10", "--to-ms", "20"]);
    assert!(std::fs::read_to_string(desk.path("a.svg")).unwrap().contains("<svg"));
    assert_eq!(desk.files(), ["a.h5", "a.png", "a.svg", "small.json"]);
}

/// The papers behind a run are those of what its model names, as BibTeX, and each says what for.
#[test]
fn a_run_is_cited() {
    let desk = Desk::new();
    desk.done(&["run", "small.json", "-o", "a.h5", "-q"]);
    let shown = desk.done(&["cite", "a.h5"]);
    assert!(shown.contains("@software{neuropil"), "{shown}");
    assert!(shown.contains("% cell model lif_exp\n@article{Rotter1999,"), "{shown}");
    assert_eq!(shown.matches("\n}").count(), shown.matches("\n@").count(), "entries are whole: {shown}");
    let json: Value = serde_json::from_str(&desk.done(&["cite", "a.h5", "--json"])).unwrap();
    let keys: Vec<&str> = json["citations"].as_array().unwrap().iter().filter_map(|own| own["key"].as_str()).collect();
    assert!(keys.contains(&"Tsodyks2000") && !keys.contains(&"Kingma2015"), "{keys:?}");
}

/// The model that a recording holds, run with the recorded seed, gives the same recording.
#[test]
fn a_recording_can_be_repeated_from_what_it_holds() {
    let desk = Desk::new();
    desk.done(&["run", "small.json", "-o", "a.h5", "--seed", "8", "--set", "populations.exc.tau_m_ms=12", "-q"]);
    std::fs::write(desk.path("again.json"), desk.done(&["inspect", "a.h5", "--model"])).unwrap();
    desk.done(&["run", "again.json", "-q"]);
    let spikes = |name: &str| Recording::open(desk.path(name)).unwrap().spikes("exc").unwrap();
    assert_eq!(spikes("a.h5"), spikes("again.h5"));
}

#[test]
fn options_change_the_run() {
    let desk = Desk::new();
    let summary = |more: &[&str]| -> Value {
        let arguments = [&["run", "small.json", "--json", "--force", "-o", "a.h5"], more].concat();
        serde_json::from_str(&desk.done(&arguments)).unwrap()
    };
    let base = summary(&[]);
    assert_eq!(base["simulated_ms"], 50.0);
    assert_eq!(base["output"], "a.h5");
    assert!(base["wall_s_per_simulated_s"].as_f64().unwrap() > 0.0);
    assert_ne!(base["spikes"], summary(&["--seed", "4"])["spikes"]);
    assert_eq!(summary(&["--duration-ms", "20"])["simulated_ms"], 20.0);
    assert!(summary(&["--set", "inputs=[]"])["spikes"] == 0);
    assert_eq!(summary(&["--set", "inputs=[]"])["warnings"], serde_json::json!(["exc is silent", "inh is silent"]));
    // Half the cells with half the in-degree each.
    let fixed = r#"projections.1={"from": "inh", "to": "exc", "rule": "fixed_in_degree", "in_degree": 4, "weight_pa": -100, "delay_ms": 1}"#;
    let halved = summary(&["--scale", "0.5", "--set", fixed]);
    assert_eq!(halved["synapses"], 30 * 5 + 20 * 2);
    summary(&["--precision", "single"]);
    let recording = Recording::open(desk.path("a.h5")).unwrap();
    assert_eq!(recording.provenance().unwrap().unwrap().precision, "single");
}

#[test]
fn a_run_of_no_time_is_a_recording() {
    let desk = Desk::new();
    let shown = desk.done(&["run", "small.json", "--duration-ms", "0", "-o", "a.h5"]);
    assert!(shown.lines().all(|line| line.len() < 200) && !shown.contains("silent"), "{shown}");
    desk.done(&["inspect", "a.h5"]);
    desk.done(&["plot", "a.h5"]);
}

#[test]
fn records_asked_for_on_the_command_line_are_there() {
    let desk = Desk::new();
    desk.done(&[
        "run",
        "small.json",
        "-q",
        "-o",
        "a.h5",
        "--record",
        "inh[:5]:i_syn_exc_pa:1",
        "--record",
        "exc:i_syn_inh_pa",
    ]);
    let recording = Recording::open(desk.path("a.h5")).unwrap();
    let reports = recording.reports().unwrap();
    let found: Vec<_> = reports
        .iter()
        .map(|own| (own.population.as_str(), own.variable.as_str(), own.node_ids.len(), own.frames))
        .collect();
    assert_eq!(found, [("exc", "i_syn_inh", 40, 500), ("exc", "v_m", 3, 100), ("inh", "i_syn_exc", 5, 50)]);
    let values = recording.report_data(&reports[2], 0..50).unwrap();
    assert!(values.iter().any(|current| *current > 0.0) && values.iter().all(|current| *current >= 0.0));
}

/// The recorded weights are those of the rule: 10 of 40 others each, N(40, 4²) cut at 0, delays on the grid.
#[test]
fn recorded_weights_are_those_of_the_rule() {
    let desk = Desk::new();
    desk.done(&["run", "small.json", "-q", "-o", "a.h5"]);
    let recording = Recording::open(desk.path("a.h5")).unwrap();
    let records = recording.weights().unwrap();
    let found: Vec<_> = records
        .iter()
        .map(|own| (own.source_population.as_str(), own.target_population.as_str(), own.unit.as_str()))
        .collect();
    assert_eq!(found, [("exc", "exc", "pA"), ("exc", "inh", "pA")]);
    for (record, targets) in records.iter().zip([40_u64, 20]) {
        let data = recording.weight_data(record).unwrap();
        assert_eq!(data.sources.len() as u64, 10 * targets);
        for target in 0..targets {
            let mut own: Vec<u64> = data
                .sources
                .iter()
                .zip(&data.targets)
                .filter(|(_, to)| **to == target)
                .map(|(from, _)| *from)
                .collect();
            own.sort_unstable();
            own.dedup();
            assert_eq!(own.len(), 10, "no multapses");
            assert!(targets != 40 || !own.contains(&target), "no autapses");
            assert!(own.iter().all(|source| *source < 40));
        }
        let count = f64::from(u32::try_from(data.weights.len()).unwrap());
        let mean = data.weights.iter().sum::<f64>() / count;
        let variance = data.weights.iter().map(|weight| (weight - mean).powi(2)).sum::<f64>() / count;
        // Four standard errors.
        assert!((mean - 40.0).abs() < 4.0 * 4.0 / count.sqrt(), "{mean}");
        assert!((variance.sqrt() - 4.0).abs() < 4.0 * 4.0 / (2.0 * count).sqrt(), "{variance}");
        for delay in data.delays_ms {
            assert!((0.5..=2.0).contains(&delay) && (delay * 10.0 - (delay * 10.0).round()).abs() < 1e-9, "{delay}");
        }
    }
}

#[test]
fn check_tells_the_size_and_warns() {
    let desk = Desk::new();
    let shown = desk.done(&["check", "small.json"]);
    let json: Value = serde_json::from_str(&desk.done(&["check", "small.json", "--json"])).unwrap();
    assert_eq!((&json["cells"], json["faults"].as_array().unwrap().len()), (&60.into(), 0));
    let synapses = json["synapses"].as_u64().unwrap();
    assert!(json["synapses_are_expected"] == false && (700..820).contains(&synapses), "{json}");
    assert!(shown.contains(&format!("small.json: sound; 60 cells, {synapses} synapses")), "{shown}");
    let warned = desk.run(&["check", "small.json", "--set", "populations.exc.tau_m_ms=0.02"]);
    assert!(warned.code == 0 && warned.err.contains("is the unit right?"), "{}", warned.err);
    assert_eq!(desk.files(), ["small.json"]);
    for file in std::fs::read_dir(root().join("models/networks")).unwrap() {
        desk.done(&["check", file.unwrap().path().to_str().unwrap()]);
    }
}

/// Would catch tasks that are taken for networks, of which every field is then unknown.
#[test]
fn check_knows_tasks() {
    let desk = Desk::new();
    for file in std::fs::read_dir(root().join("models/tasks")).unwrap() {
        let path = file.unwrap().path();
        let shown = desk.done(&["check", path.to_str().unwrap()]);
        assert!(shown.contains("sound; ") && shown.contains(" updates of "), "{shown}");
    }
    let path = root().join("models/tasks/barretto_2026_match.json");
    let file = path.to_str().unwrap();
    let shown = desk.done(&["check", file, "--set", "training.updates=7"]);
    assert!(shown.contains("7 updates of 64 trials, each of 1100 steps with 80 inputs and 2 outputs"), "{shown}");
    let refused = desk.run(&["check", file, "--set", "task.decision_ms=0"]);
    assert!(refused.code == 3 && refused.err.contains("task.decision_rate_hz"), "{}", refused.err);
    let refused = desk.run(&["check", file, "--scale", "0.5"]);
    assert!(refused.code == 3 && refused.err.contains("is a task file"), "{}", refused.err);
    let faults = desk.run(&["check", file, "--set", "carrier.blur.decay=1", "--json"]);
    let json: Value = serde_json::from_str(&faults.out).unwrap();
    assert_eq!((faults.code, &json["faults"][0]["path"]), (3, &"carrier.blur.decay".into()));
}

#[test]
fn the_schema_is_json_and_says_what_it_is() {
    let schema: Value = serde_json::from_str(&Desk::new().done(&["schema"])).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["title"], "neuropil model");
    let tasks: Value = serde_json::from_str(&Desk::new().done(&["schema", "--task"])).unwrap();
    assert_eq!(
        (&tasks["title"], &tasks["properties"]["format"]["const"]),
        (&"neuropil task".into(), &"neuropil-task/1".into())
    );
}

#[test]
fn help_tells_the_exit_codes() {
    let shown = Desk::new().done(&["--help"]);
    for part in
        ["0 done", "1 a reference", "2 wrong use", "3 faulty", "4 output", "5 the state", "70 a bug", "130 interrupted"]
    {
        assert!(shown.split_whitespace().collect::<Vec<_>>().join(" ").contains(part), "{part}: {shown}");
    }
}
