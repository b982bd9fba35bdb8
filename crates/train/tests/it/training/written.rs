//! Tasks whose cells a file writes as equations.

use super::{document, finished, tasks, trainer};
use neuropil_model::Document;
use neuropil_plasticity::rule::rule;
use neuropil_train::{Setup, TrainError, Trainer};
use std::path::Path;

const SHORT: &[&str] = &["training.updates=4", "training.batch=20", "training.evaluate_every=2", "task.delay_ms=20"];

fn faults(changes: &[&str]) -> String {
    let document = document("adex_evidence.json", changes);
    let bptt = rule("bptt").expect("a rule");
    let begun = Setup::decode(&document, &tasks()).and_then(|setup| Trainer::new(&setup, bptt, 1).map(drop));
    begun.expect_err("it was taken").to_string()
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
    let cases: [(&[&str], &[&str]); 7] = [
        (&["cells.C_m=281"], &["cells.C_m", "C_m_pf"]),
        (&["cells.model=../cells/adexx.nestml"], &["cells.model", "adexx.nestml"]),
        (&["cells.adaptive=even"], &["cells.adaptive"]),
        (&["cells.jacobian_limit=0"], &["cells.jacobian_limit", "> 0"]),
        (&["cells.spike={\"of\": \"V_m\"}"], &["adex", "cannot learn", "V_m_mv"]),
        (
            &["cells={\"model\": \"../cells/hh_traub_miles.nestml\", \"count\": 4}"],
            &["hh_traub_miles", "cannot learn", "line", "compares 2 things"],
        ),
        (
            &["cells={\"model\": \"../cells/gif.nestml\", \"count\": 4}"],
            &["gif", "cannot learn", "line 76", "by chance"],
        ),
    ];
    for (changes, parts) in cases {
        let text = faults(changes);
        assert!(parts.iter().all(|part| text.contains(part)), "{changes:?}: {text}");
    }
}
