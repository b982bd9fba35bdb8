//! How alike networks are that rules have taught.

use super::{finished, setup};
use neuropil_record::TrainingRun;
use neuropil_train::similar::{Question, With, similar};
use neuropil_train::{Setup, Trainer};

const SHORT: &[&str] = &[
    "training.updates=4",
    "training.batch=16",
    "training.evaluate_every=2",
    "training.validation_trials=0",
    "record.weights_every=2",
];
/// Reached by every run from the beginning on.
const ALWAYS: Question = Question { accuracy: 0.01, trials: 20, parts: 4, probes: 6, threads: 1 };

fn run(setup: &Setup, name: &str, seed: u64) -> TrainingRun {
    finished(Trainer::new(setup, setup.rule(name).unwrap(), seed).unwrap()).record()
}

/// Runs that are taken at their beginning are the same for two rules of one seed, and others for other seeds. Would catch weights of another
/// seed or update, and trials that differ from network to network.
#[test]
fn what_has_not_learned_is_alike_by_seed() {
    let setup = setup("small_delayed_xor.json", SHORT);
    let runs = [run(&setup, "eprop", 1), run(&setup, "eprop", 2), run(&setup, "bptt", 1), run(&setup, "bptt", 2)];
    let answer = similar(&setup, &runs.iter().collect::<Vec<_>>(), &ALWAYS).unwrap();
    for run in &answer.runs {
        let (update, tangent) = run.taken.unwrap();
        assert!(update == 0 && (tangent.beginning - 1.0).abs() < 1e-12, "{run:?}");
        assert_eq!(tangent.labels[0].to_bits(), tangent.labels[1].to_bits());
    }
    let of = |rule: &str, with: &With| {
        let own = answer.compared.iter().find(|own| own.rule == rule && own.with == *with).unwrap();
        own.pairs.clone()
    };
    for (pairs, count) in [(of("eprop", &With::Rule("bptt".into())), 2), (of("bptt", &With::Beginning), 2)] {
        assert_eq!(pairs.len(), count);
        assert!(pairs.iter().all(|own| (own.cka - 1.0).abs() < 1e-12 && own.procrustes.abs() < 1e-12), "{pairs:?}");
    }
    let others = of("eprop", &With::OtherSeeds);
    assert!(others.len() == 1 && others[0].cka < 0.999 && others[0].rsa < 0.999, "{others:?}");
}

/// The last weights of two rules differ from each other and from the first; the number of threads changes no bit. Would catch a run that is
/// always taken at its beginning.
#[test]
fn what_has_learned_has_moved() {
    let setup = setup("small_delayed_xor.json", &[SHORT, &["training.learning_rate=0.05"]].concat());
    let mut runs = [run(&setup, "eprop", 1), run(&setup, "bptt", 1)];
    // As good as asked at the end alone.
    for run in &mut runs {
        let own = run.tables.iter_mut().find(|own| own.object == "evaluations/accuracy").unwrap();
        own.values.copy_from_slice(&[0.1, 0.2, 0.9]);
    }
    let asked = |threads| {
        let question = Question { accuracy: 0.85, threads, ..ALWAYS };
        similar(&setup, &runs.iter().collect::<Vec<_>>(), &question).unwrap()
    };
    let answer = asked(1);
    assert_eq!(answer, asked(3));
    for run in &answer.runs {
        let (update, tangent) = run.taken.unwrap();
        assert!(update == 4 && tangent.beginning < 1.0 - 1e-6 && tangent.beginning > 0.1, "{run:?}");
        assert!(tangent.labels.iter().all(|own| own.abs() < 1.0) && tangent.labels[0] != tangent.labels[1], "{run:?}");
    }
    assert_eq!(answer.compared.len(), 3);
    for own in &answer.compared {
        assert!(own.pairs.len() == 1 && own.pairs[0].cka < 1.0 - 1e-6 && own.pairs[0].cka > 0.1, "{own:?}");
    }
}

#[test]
fn runs_without_their_weights_are_refused() {
    let without = setup("small_delayed_xor.json", &[SHORT, &["record.weights_every=0"]].concat());
    let run = run(&without, "eprop", 1);
    let fault = similar(&without, &[&run], &ALWAYS).unwrap_err().to_string();
    assert!(fault.contains("found no weights of its updates") && fault.contains("record.weights_every"), "{fault}");
    let question = Question { accuracy: 1.01, ..ALWAYS };
    assert_eq!(similar(&without, &[&run], &question).unwrap().runs[0].taken, None);
}
