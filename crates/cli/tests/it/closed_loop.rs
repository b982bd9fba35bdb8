//! Spikes, peptides and plasticity in one run, and the same in stages.

use super::contents::contents;
use super::{Desk, root};
use neuropil_record::Arrays;

const MODEL: &str = "models/networks/evidence_peptides.json";

/// Arguments of a run of the shipped network; three trials if `more` does not say how long.
fn run<'a>(file: &'a str, more: &[&'a str]) -> Vec<String> {
    let model = root().join(MODEL).display().to_string();
    let own = [
        "run",
        &model,
        "-q",
        "-o",
        file,
        "--set",
        "learning.apply_every_ms=1950",
        "--set",
        "learning.record_weights_every_ms=1950",
    ];
    let length: &[&str] = if more.contains(&"--duration-ms") { &[] } else { &["--duration-ms", "1950"] };
    own.iter().chain(length).chain(more).map(ToString::to_string).collect()
}

fn done(desk: &Desk, args: &[String]) -> String {
    desk.done(&args.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What a faulty input is told.
fn refused(desk: &Desk, args: &[String]) -> String {
    let done = desk.run(&args.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(done.code, 3, "{args:?}: {}", done.err);
    done.err
}

fn table(desk: &Desk, file: &str, object: &str) -> (Vec<usize>, Vec<f64>) {
    Arrays::open(desk.path(file)).unwrap().f64(object).unwrap()
}

/// What is recorded of credit hangs together, and a run in parts is the run without pause.
#[test]
fn credit_is_recorded_and_goes_on_from_a_checkpoint() {
    let desk = Desk::new();
    let often = ["--set", "learning.apply_every_ms=130"];
    done(&desk, &run("whole.h5", &[&often[..], &["--threads", "1"]].concat()));
    let parts = [&often[..], &["--checkpoint-every-ms", "100", "--duration-ms", "715", "--threads", "2"]].concat();
    done(&desk, &run("parts.h5", &parts));
    desk.done(&["resume", "parts.h5", "-q", "--until-ms", "1950"]);
    let (whole, parts) = (contents(&desk.path("whole.h5")), contents(&desk.path("parts.h5")));
    assert_eq!(parts, whole);
    let credit = |name: &str| table(&desk, "whole.h5", &format!("/neuropil/learning/credit/{name}"));
    // Three classes of cells, a cell of each of three populations, two peptides a class.
    assert_eq!([credit("emission").0, credit("modulator").0], [vec![195, 3, 1], vec![195, 3, 3]]);
    let (shape, concentrations) = credit("concentration");
    assert_eq!(shape, [195, 6, 3]);
    assert!(concentrations.iter().all(|c| *c >= 0.0) && concentrations.iter().any(|c| *c > 0.0));
    let (trials, losses) = table(&desk, "whole.h5", "/neuropil/learning/trials/loss");
    let sum: f64 = table(&desk, "whole.h5", "/neuropil/learning/loss").1.iter().sum();
    assert!(trials == [3] && (losses.iter().sum::<f64>() / sum - 1.0).abs() < 1e-12, "{losses:?}, {sum}");
    assert_eq!(table(&desk, "whole.h5", "/neuropil/learning/trials/time_ms").1, [650.0, 1300.0, 1950.0]);
    desk.done(&["plot", "whole.h5", "-o", "whole.svg", "--from-ms", "600"]);
}

/// While weights are fixed, the closed loop changes them as the stages do, of the spikes that it recorded.
#[test]
fn the_closed_loop_and_the_stages_agree() {
    let desk = Desk::new();
    let mut set = vec!["--set", "learning.rule=modprop_type", "--set", "learning.readout.tau_ms=0"];
    set.extend(["--set", "learning.record_weights_every_ms=1950", "--set", "learning.readout.learning_rate=0"]);
    let plastic: Vec<String> = (0..3)
        .flat_map(|index| {
            ["learning_rate=1e-5", "optimiser=gradient_descent"].map(|own| format!("projections.{index}.plastic.{own}"))
        })
        .collect();
    set.extend(plastic.iter().flat_map(|own| ["--set", own.as_str()]));
    done(&desk, &run("run.h5", &set));
    desk.done(&["learn", "run.h5", "--rules", "modprop_type,modprop_type+ideal", "-o", "w.h5"]);
    let (mut largest, mut off, mut elsewhere) = (0.0_f64, 0.0_f64, 0.0_f64);
    for projection in ["left->exc", "exc->adapting", "adapting->inh", "inh->exc"] {
        let (shape, weights) = table(&desk, "run.h5", &format!("/neuropil/learning/weights/{projection}/weight"));
        let of = |rule: &str| table(&desk, "w.h5", &format!("rules/{rule}/{projection}/weight_change")).1;
        let (carried, ideal) = (of("modprop_type+field"), of("modprop_type"));
        for (index, (carried, ideal)) in carried.iter().zip(&ideal).enumerate() {
            let end = weights[shape[1] + index];
            if end != 0.0 {
                let change = (end - weights[index]) / 1e-5;
                largest = largest.max(carried.abs());
                off = off.max((change - carried).abs());
                elsewhere = elsewhere.max((change - ideal).abs());
            }
        }
    }
    assert!(off < 1e-8 * largest && elsewhere > 1e-3 * largest, "{off:.1e}, {elsewhere:.1e} of {largest:.1e}");
}

/// What does not fit together is named with its place.
#[test]
fn what_does_not_fit_is_refused() {
    let desk = Desk::new();
    for (change, words) in [
        ("task=null", "task: found null"),
        ("populations.left.cells=4", "it has 20 inputs, but there are 19 cells of model `task_source`"),
        ("task.kind=\"delayed_xor\"", "task.kind: found \"delayed_xor\""),
        ("task.pause_ms=0.5", "task.pause_ms"),
        ("learning.loss.last_ms=600", "learning.loss.last_ms: found 600 ms"),
        ("learning.readout.outputs=3", "learning.readout.outputs: found 3, but the task asks for 2"),
        ("learning.rule=\"eprop\"", "learning.rule: rule `eprop` emits nothing"),
        ("learning.carrier.kind=\"wave\"", "learning.carrier.kind: found \"wave\""),
        ("learning.carrier.hold_back_ms=10", "learning.carrier.hold_back_ms"),
        ("learning.carrier.loss_per_ms=0", "learning.carrier.loss_per_ms"),
        ("learning.carrier.box_um=[80,80,20]", "learning.carrier"),
        ("learning.carrier.voxels=[5,5]", "learning.carrier.voxels"),
        ("populations.exc.positions={\"shape\":\"list\",\"points_um\":[[1,2,3]]}", "populations.exc.positions"),
    ] {
        let set = ["--set", change];
        let told = refused(&desk, &run("no.h5", &set));
        assert!(told.contains(words), "{change}: {told}");
        assert!(!desk.path("no.h5").exists());
    }
    let cortex = root().join("models/peptides/cortex.json");
    let heard = format!(
        r#"peptides={{"file": "{}", "shape_voxels": [8, 8, 8], "spacing_um": [10, 10, 10], "step_ms": 5}}"#,
        cortex.display()
    );
    let told = refused(&desk, &run("no.h5", &["--set", &heard]));
    assert!(told.contains("peptides.listening: slopes of cells that listen"), "{told}");
    let model = std::fs::read_to_string(root().join(MODEL)).unwrap();
    let nowhere = model.replace(r#", "positions": {"shape": "box", "size_um": [80, 80, 80]}}"#, "}");
    std::fs::write(desk.path("nowhere.json"), nowhere).unwrap();
    let told = refused(&desk, &["check".into(), "nowhere.json".into()]);
    assert!(told.contains("populations.inh: its cells take part in the passage of credit"), "{told}");
    let told = refused(&desk, &run("no.h5", &["--scale", "0.5"]));
    assert!(told.contains("given spike trains cannot be scaled"), "{told}");
}

/// The stages of a task of cells of a file: what is simulated is learned from, and `check` refuses, at the task's own field, what no
/// stage would begin with.
#[test]
fn cells_of_a_file_go_through_the_stages() {
    let desk = Desk::new();
    let task = root().join("models/tasks/adex_evidence.json").display().to_string();
    desk.done(&["trials", "simulate", &task, "--set", "training.batch=2", "-o", "trials.h5"]);
    let (shape, _) = table(&desk, "trials.h5", "cells/derivatives");
    assert_eq!((&shape[..2], shape[3]), (&[2, 450][..], 40));
    let told = desk.done(&["trials", "learn", "trials.h5", "--rules", "eprop,bptt", "-o", "gradients.h5"]);
    assert!(told.contains("useful progress"), "{told}");
    assert!(table(&desk, "gradients.h5", "grads/eprop/dW_rec").1.iter().any(|own| *own != 0.0));

    let cell = r#"cells={"model": "../cells/wang_buzsaki.nestml", "count": 4}"#;
    let done = desk.run(&["check", &task, "--set", cell]);
    assert_eq!(done.code, 3, "{}", done.err);
    let parts = ["cells.model: ", "wang_buzsaki.nestml: ", "cannot learn", "line "];
    assert!(parts.iter().all(|part| done.err.contains(part)), "{}", done.err);
}
