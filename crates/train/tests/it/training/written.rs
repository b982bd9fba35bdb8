//! Tasks whose cells a file writes as equations.

use super::{document, finished, setup, tasks, trainer};
use neuropil_model::Document;
use neuropil_plasticity::rule::{RULES, rule};
use neuropil_train::stages::Trials;
use neuropil_train::{Setup, TrainError};
use std::path::Path;

const SHORT: &[&str] = &["training.updates=4", "training.batch=20", "training.evaluate_every=2", "task.delay_ms=20"];

/// What a task is refused for as it is read, as `check` does, before any run.
fn faults(changes: &[&str]) -> String {
    let read = Setup::decode(&document("adex_evidence.json", changes), &tasks());
    read.err().expect("it was taken").to_string()
}

/// A run that pauses, and one of the task as its file keeps it, without the file of the cell, are the same run, whatever the
/// number of threads. Would catch means of derivatives that are lost at a pause or depend on threads, and a text that is not kept.
#[test]
fn a_run_goes_on_without_the_file_of_its_cell() -> Result<(), TrainError> {
    let setup = Setup::decode(&document("adex_evidence.json", SHORT), &tasks())?;
    let whole = finished(trainer(&setup, "modprop_type", 3)).record();
    assert!(setup.json.contains("model adex:"), "the text is kept");
    let kept = Document::parse("kept", setup.json.clone()).expect("a task");
    let again = Setup::decode(&kept, Path::new("nowhere"))?;
    assert_eq!(again.json, setup.json);
    let mut first = trainer(&again, "modprop_type", 3).with_threads(2);
    first.advance()?;
    first.advance()?;
    let record = first.record();
    let resumed = finished(trainer(&again, "modprop_type", 3).resume(&record)?).record();
    for wanted in ["weights/w_rec", "evaluations/loss"] {
        let table = |tables: &[neuropil_record::Table]| {
            tables.iter().find(|own| own.object == wanted).map(|own| own.values.clone()).expect("a table")
        };
        assert_eq!(table(&resumed.tables), table(&whole.tables), "{wanted}");
    }
    Ok(())
}

/// Every slip has its place, and a cell that cannot learn says why.
#[test]
fn what_cannot_be_is_told() {
    let cases: [(&[&str], &[&str]); 8] = [
        (&["cells.C_m=281"], &["cells.C_m", "C_m_pf"]),
        (&["cells.model=../cells/adexx.nestml"], &["cells.model", "adexx.nestml"]),
        (&["cells.adaptive=even"], &["cells.adaptive"]),
        (&["cells.jacobian_limit=0"], &["cells.jacobian_limit", "> 0"]),
        (
            &["cells.spike={\"of\": \"V_m\"}"],
            &["adex_evidence.json:", ": cells.spike.of: ", "adex.nestml: nothing is called `V_m`", "V_m_mv"],
        ),
        (&["cells.spike={\"threshold\": -40}"], &["cells.spike: ", "adex.nestml: ", "needs `of`"]),
        (
            &["cells={\"model\": \"../cells/hh_traub_miles.nestml\", \"count\": 4}"],
            &["cells.model: ", "hh_traub_miles.nestml: ", "cannot learn", "line 62", "compares 2 things"],
        ),
        (
            &["cells={\"model\": \"../cells/gif.nestml\", \"count\": 4}"],
            &["cells.model: ", "gif.nestml: ", "cannot learn", "line 76", "by chance"],
        ),
    ];
    for (changes, parts) in cases {
        let text = faults(changes);
        assert!(parts.iter().all(|part| text.contains(part)), "{changes:?}: {text}");
        assert!(!text.contains("population 0"), "a task has no populations: {text}");
    }
}

/// Gradients of trials that were written and read are those of the run, to the bit, and those of a caller's own loop are those
/// of an update. Would catch derivatives that a file loses, and intermediate cells without their means.
#[test]
fn trials_of_a_file_learn_what_the_run_would() {
    let setup = setup("adex_evidence.json", SHORT);
    for name in ["bptt", "eprop", "modprop_type"] {
        let mut trainer = trainer(&setup, name, 3);
        let written = trainer.next_trials().unwrap().tables();
        let read = Trials::read(&setup, 3, &written, "trials.h5").unwrap();
        let drawn = trainer.draw().unwrap();
        let own = trainer.gradient_by(&drawn, rule(name).unwrap()).unwrap();
        assert!(own.w_rec.values().iter().any(|value| *value != 0.0), "{name}: cells are silent");
        assert_eq!(read.gradient(&setup, rule(name).unwrap()).unwrap(), own, "{name}");
        let all = [own.w_in.values(), own.w_rec.values(), own.w_out.values(), &own.b];
        let norm = all.iter().flat_map(|own| own.iter()).map(|value| value * value).sum::<f64>().sqrt();
        let updated = trainer.learn(&drawn, None).unwrap().evaluation.unwrap().gradient_norm;
        assert!((norm - updated).abs() < 1e-12 * norm, "{name}: {norm} is not {updated}");
    }
}

/// Trials without what their cells need are refused by the name of the table, and signs of credit are those of the run.
#[test]
fn trials_lack_nothing() {
    let setup = setup("adex_evidence.json", &[SHORT, &["cells.count=4", "training.batch=2"]].concat());
    let mut tables = trainer(&setup, "eprop", 3).next_trials().unwrap().tables();
    tables.retain(|own| own.object != "cells/derivatives");
    let fault = Trials::read(&setup, 3, &tables, "trials.h5").unwrap_err().to_string();
    assert!(fault.contains("trials.h5") && fault.contains("cells/derivatives"), "{fault}");

    let signs = ["training.credit_signs=shuffled", "cells.inhibitory=10"];
    let setup = super::setup("mini_evidence.json", &[super::SHORT, &signs].concat());
    let trainer = trainer(&setup, "bptt", 3);
    let (trials, drawn, bptt) = (trainer.next_trials().unwrap(), trainer.draw().unwrap(), rule("bptt").unwrap());
    assert_eq!(trials.gradient(&setup, bptt).unwrap(), trainer.gradient_by(&drawn, bptt).unwrap());
}

/// The page on cells of files names the rules that do not exist for them, all of them and no other.
#[test]
fn the_page_names_the_rules_that_such_cells_do_not_have() {
    let page = include_str!("../../../../../docs/own-cells.md");
    let line = page.lines().find(|line| line.starts_with("| learning in tasks |")).expect("a row");
    let named: Vec<&str> = line.split('`').skip(1).step_by(2).collect();
    let is_named = |name: &str| {
        let fits = |own: &&str| own.strip_suffix('*').map_or(name == *own, |start| name.starts_with(start));
        named.iter().any(fits)
    };
    let setup = setup("adex_evidence.json", &[SHORT, &["cells.count=4", "training.batch=1"]].concat());
    for own in RULES {
        let mut trainer = trainer(&setup, own.name, 1);
        let refused = trainer.advance().err().map(|fault| fault.to_string());
        let does_not_exist = refused.as_ref().is_some_and(|fault| fault.contains("does not exist for cells of a file"));
        assert_eq!(does_not_exist, is_named(own.name), "{}: {refused:?}", own.name);
    }
}

/// A step that is too coarse for the equations is told as such, with what to do, and not as the fault of the cell or of a rule.
#[test]
fn a_step_that_is_too_coarse_is_told() {
    let cells = r#"cells={"model": "../cells/hodgkin_huxley.nestml", "count": 20, "spike": {"of": "V_m_mv", "threshold": 0, "width": 20}}"#;
    let coarse = setup("adex_evidence.json", &[SHORT, &[cells]].concat());
    let fault = trainer(&coarse, "eprop", 1).advance().unwrap_err().to_string();
    let words = ["diverged at update 0", "`cells.integration`", "substeps", "`dt_ms`"];
    assert!(words.iter().all(|word| fault.contains(word)) && !fault.contains("cannot learn"), "{fault}");
    let parts = r#"cells.integration={"method": "rk4", "substeps": 16}"#;
    let fine = setup("adex_evidence.json", &[SHORT, &[cells, parts]].concat());
    assert!(trainer(&fine, "eprop", 1).advance().is_ok());
}
