//! Controls that shuffle: labels of types, sites of a blur.

use super::{document, finished, setup, tasks, trainer};
use neuropil_record::{Table, TrainingFile, TrainingRun};
use neuropil_train::notes::notes;
use neuropil_train::{Setup, Trainer};

const SHORT: &[&str] = &["training.updates=2", "training.batch=18", "training.evaluate_every=1"];

fn bits(run: &TrainingRun) -> Vec<Vec<u64>> {
    let of = |own: &Table| own.values.iter().map(|value| value.to_bits()).collect();
    run.tables.iter().filter(|own| own.object.starts_with("weights")).map(of).collect()
}

/// The weights after two updates, in one go or with a pause after the first.
fn learned(setup: &Setup, name: &str, threads: usize, pauses: bool) -> Vec<Vec<u64>> {
    let begin = || Trainer::new(setup, setup.rule(name).unwrap(), 5).unwrap().with_threads(threads);
    let mut trainer = begin();
    if pauses {
        trainer.advance().unwrap();
        trainer = begin().resume(&trainer.record()).unwrap();
    }
    bits(&finished(trainer).record())
}

/// Shuffled labels change rules by types and no others; the same bits on any threads and after a pause. Would catch labels that
/// are drawn anew, or not, where they should, and those that a run forgets.
#[test]
fn shuffled_labels_change_rules_by_types() {
    let of = |labels: &str, name: &str, threads, pauses| {
        let setup = setup("mini_evidence.json", &[SHORT, &[labels]].concat());
        learned(&setup, name, threads, pauses)
    };
    let words = ["own", "shuffled", "shuffled_per_update"].map(|word| format!("training.type_labels={word}"));
    let all = words.each_ref().map(|own| of(own, "modprop_type", 1, false));
    assert!(all[0] != all[1] && all[1] != all[2] && all[0] != all[2]);
    for (own, expected) in words.iter().zip(&all) {
        assert_eq!(of(own, "modprop_type", 3, true), *expected, "{own}");
        assert_eq!(of(own, "eprop", 1, false), of(&words[0], "eprop", 1, false), "{own}");
    }
}

/// Each control changes the rules that read what it puts elsewhere, and no others; the same bits on any threads and after a pause. Would catch a control that is drawn
/// anew where it should not be, one that a run forgets, and one that nothing reads.
#[test]
fn controls_change_the_rules_that_read_what_they_move() {
    let of = |control: &str, name: &str, threads, pauses| {
        let setup = setup("mini_evidence.json", &[SHORT, &[control]].concat());
        learned(&setup, name, threads, pauses)
    };
    for (control, touched, untouched) in [
        ("training.type_means=resampled", "modprop_type", "bptt"),
        ("training.type_means=resampled_per_update", "modprop_type", "eprop"),
        ("training.credit_signs=shuffled", "bptt", "eprop"),
        ("training.credit_signs=shuffled", "modprop_type", "weight_perturbation"),
        ("training.error_order=reversed", "snap_1", "node_perturbation"),
    ] {
        let with = |control: &str, name: &str, threads, pauses| {
            let setup =
                setup("mini_evidence.json", &[SHORT, &[control, r#"training.perturbation={"size": 0.01}"#]].concat());
            learned(&setup, name, threads, pauses)
        };
        let changed = of(control, touched, 1, false);
        assert_ne!(changed, of("training.type_labels=own", touched, 1, false), "{control}: {touched}");
        assert_eq!(changed, of(control, touched, 3, true), "{control}: {touched}");
        let own = with("training.type_labels=own", untouched, 1, false);
        assert_eq!(with(control, untouched, 1, false), own, "{control}: {untouched}");
    }
}

/// What is told to have no effect with a rule leaves every bit of its weights, and what is not told changes them. Would catch a
/// line of the table that is wrong, in either direction.
#[test]
fn what_is_noted_changes_nothing() {
    let name = "mini_evidence.json";
    let usual = [r#"training.perturbation={"size": 0.01}"#, r#"training.mu={"kind": "constant", "value": 0.25}"#];
    let few = ["training.updates=1", "training.batch=3", "training.validation_trials=0"];
    let weights =
        |rule: &str, changes: &[&str]| learned(&setup(name, &[SHORT, &few, &usual, changes].concat()), rule, 1, false);
    let rules = ["eprop", "eprop_random", "modprop_type", "modprop_type_S", "bptt", "snap_n", "weight_perturbation"];
    let all: Vec<_> = rules.iter().map(|rule| weights(rule, &[])).collect();
    for change in [
        r#"training.feedback={"kind": "uniform"}"#,
        "training.lags=3",
        r#"training.taps={"kind": "modal", "modes": 1}"#,
        "training.type_labels=shuffled",
        "training.type_means=resampled",
        "training.credit_signs=shuffled",
        "training.error_order=reversed",
        r#"training.perturbation={"size": 0.02}"#,
        "training.hops=1",
        r#"training.s_tllr={"pre": 2}"#,
        r#"training.pp_prop={"decay": 0.5}"#,
    ] {
        let path = change.split('=').next().unwrap();
        for (rule, own) in rules.iter().zip(&all) {
            let task = document(name, &[&usual[..], &[change]].concat()).to_json();
            let runs = vec![TrainingRun { rule: (*rule).into(), ..TrainingRun::default() }];
            let told = notes(&TrainingFile { task, runs, ..TrainingFile::default() });
            let is_noted = told.iter().any(|note| note.starts_with(&format!("{path} ")));
            assert_eq!(weights(rule, &[change]) == *own, is_noted, "{change} with {rule}: {told:?}");
        }
    }
}

/// The exact gradient that evaluations compare with has no control. Would catch a rule whose control is measured against itself.
#[test]
fn the_exact_gradient_has_no_control() {
    for control in ["training.error_order=reversed", "training.credit_signs=shuffled"] {
        let setup = setup("mini_evidence.json", &[SHORT, &[control]].concat());
        let mut trainer = Trainer::new(&setup, setup.rule("bptt").unwrap(), 5).unwrap().with_alignment(true);
        let evaluation = trainer.advance().unwrap().evaluation.unwrap();
        let cosine = evaluation.aligned.unwrap().matrices[1].cosine;
        assert!(cosine < 0.99, "{control}: {cosine}");
    }
}

/// Sites that are shuffled at every step: the same bits on any threads and after a pause, others for other updates. Own signals can be
/// left out.
#[test]
fn sites_shuffled_at_every_step_are_of_a_trial() {
    let blur = |own: &str| format!(r#"carrier={{"kind": "ideal", "blur": {own}}}"#);
    let of = |own: &str, threads, pauses| {
        let short =
            ["training.updates=2", "training.batch=18", "training.evaluate_every=1", "training.validation_trials=0"];
        let own = blur(own);
        let setup = setup("barretto_2026_match.json", &[&short[..], &[own.as_str()]].concat());
        learned(&setup, "eprop_random+blur", threads, pauses)
    };
    let each = r#"{"spread": "shuffled_per_step"}"#;
    let expected = of(each, 1, false);
    assert_eq!(of(each, 3, true), expected);
    let others = [r#"{"spread": "shuffled"}"#, "{}", r#"{"own": "once"}"#, r#"{"own": "none"}"#];
    let all: Vec<_> = others.iter().map(|own| of(own, 1, false)).chain([expected]).collect();
    assert!((1..all.len()).all(|place| all[..place].iter().all(|own| *own != all[place])));
}

#[test]
fn what_cannot_be_shuffled_is_refused() {
    for (name, change, words) in [
        ("mini_evidence.json", "training.type_labels=shufled", "did you mean `shuffled`"),
        ("barretto_2026_match.json", "training.type_labels=shuffled", "all cells are of one type"),
        ("barretto_2026_match.json", "training.type_means=resampled", "all cells are of one type"),
        (
            "barretto_2026_match.json",
            "training.credit_signs=shuffled",
            "needs cells that excite and cells that inhibit",
        ),
        (
            "barretto_2026_match.json",
            r#"carrier={"kind": "blur", "blur": {"spread": "shuffled_per_step", "own": "once"}}"#,
            "carrier.blur.own: where sites are shuffled at every step",
        ),
        (
            "barretto_2026_match.json",
            r#"carrier={"kind": "ideal", "blur": {"spread": "shuffled_per_step", "own": "none"}}"#,
            "carrier.blur.own",
        ),
    ] {
        let faults = Setup::decode(&document(name, &[change]), &tasks()).err().unwrap().to_string();
        assert!(faults.contains(words), "{faults}");
    }
    let chain = ["training.type_labels=shuffled_per_update", r#"training.taps={"kind": "chain"}"#];
    let faults = Setup::decode(&document("mini_evidence.json", &chain), &tasks()).err().unwrap().to_string();
    assert!(faults.contains("training.type_labels: `shuffled_per_update`"), "{faults}");
}

/// A constant μ whose credit grows is told before the run, and its run then ends with numbers that are not finite. With a
/// cap, a small μ or a rule without μ nothing is told. Would catch a warning on stable runs, and one that ignores the cap.
#[test]
fn credit_that_grows_is_told_before_the_run() {
    let notes = |mu: &str, name: &str| {
        let setup = setup("mini_evidence.json", &[SHORT, &[mu]].concat());
        trainer(&setup, name, 5).notes()
    };
    let growing = r#"training.mu={"kind": "constant", "value": 200}"#;
    for name in ["modprop_type", "modprop_cell", "modprop_code"] {
        let found = notes(growing, name);
        assert!(found.len() == 1 && found[0].contains("training.mu: the credit of `modprop_"), "{name}: {found:?}");
    }
    let setup = setup("mini_evidence.json", &[SHORT, &[growing]].concat());
    assert!(trainer(&setup, "modprop_type", 5).advance().is_err());
    for quiet in ["eprop", "bptt", "mdgl_type_all", "modprop_type_S"] {
        assert_eq!(notes(growing, quiet), Vec::<String>::new(), "{quiet}");
    }
    let capped = r#"training.mu={"kind": "constant", "value": 200, "cap": 0.8}"#;
    for sound in [capped, r#"training.mu={"kind": "constant", "value": 0.25}"#] {
        assert_eq!(notes(sound, "modprop_type"), Vec::<String>::new(), "{sound}");
    }
}
