//! Which rule made the changes of a run.

use super::{finished, setup};
use neuropil_record::TrainingRun;
use neuropil_train::identify::{Identified, Question, identify};
use neuropil_train::{Setup, Trainer};

const SHORT: &[&str] = &[
    "training.updates=6",
    "training.batch=8",
    "training.evaluate_every=6",
    "training.validation_trials=0",
    "record.weights_every=1",
];
const CANDIDATES: [&str; 4] = ["eprop", "bptt", "mdgl_type_all", "ottt"];

fn run(setup: &Setup, name: &str) -> TrainingRun {
    finished(Trainer::new(setup, setup.rule(name).unwrap(), 3).unwrap()).record()
}

fn asked(setup: &Setup, run: &TrainingRun, share: f64, noise: f64) -> Identified {
    let candidates = CANDIDATES.map(|name| setup.rule(name).unwrap()).to_vec();
    identify(setup, run, &Question { candidates, share, noise, updates: usize::MAX, threads: 2 }).unwrap()
}

/// The rule that made a run explains it fully, also by Adam, whose memory is each candidate's own; others do not. Would catch trials of another update, an optimiser that is not followed, and
/// weights that are not put back.
#[test]
fn the_rule_of_a_run_explains_all_of_it() {
    let setup = setup("mini_evidence.json", SHORT);
    for (place, name) in CANDIDATES.iter().enumerate().take(3) {
        let found = asked(&setup, &run(&setup, name), 1.0, 0.0);
        assert_eq!((found.updates, found.sure_after), (6, Some(1)), "{name}");
        for (other, own) in found.candidates.iter().enumerate() {
            let is_it = other == place;
            assert_eq!(own.score > 1.0 - 1e-12, is_it, "{name}: {own:?}");
            assert_eq!(own.probability > 0.95, is_it, "{name}: {own:?}");
        }
    }
}

/// A tenth of the synapses and noise of a tenth of the step leave the right candidate of four.
#[test]
fn noise_and_few_synapses_leave_the_right_candidate() {
    let setup = setup("mini_evidence.json", SHORT);
    let whole = asked(&setup, &run(&setup, "bptt"), 1.0, 0.1);
    let found = asked(&setup, &run(&setup, "bptt"), 0.1, 0.1);
    assert!(found.synapses < whole.synapses / 5 && found.synapses > whole.synapses / 20, "{}", found.synapses);
    for found in [whole, found] {
        let own = &found.candidates[1];
        assert!(own.score > 0.98 && own.score < 1.0 - 1e-4, "{own:?}");
        assert!(own.probability > 0.95, "{found:?}");
    }
}

#[test]
fn runs_without_their_weights_are_refused() {
    let without = setup("mini_evidence.json", &[SHORT, &["record.weights_every=0"]].concat());
    let seldom = setup("mini_evidence.json", &[SHORT, &["record.weights_every=2"]].concat());
    for (setup, words) in
        [(&without, "found no weights of its updates"), (&seldom, "found weights of update 2 at place 1")]
    {
        let candidates = vec![setup.rule("eprop").unwrap()];
        let question = Question { candidates, share: 1.0, noise: 0.0, updates: 9, threads: 1 };
        let fault = identify(setup, &run(setup, "eprop"), &question).unwrap_err().to_string();
        assert!(fault.contains(words), "{fault}");
    }
}
