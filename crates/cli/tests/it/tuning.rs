//! `neuropil compare --tune`.

use super::{Desk, root};
use neuropil_record::TrainingFile;
use neuropil_train::curves::is_done;
use serde_json::Value;

const TASK: &str = "small_delayed_xor.json";
const SHORT: [&str; 8] =
    ["--set", "training.updates=4", "--set", "training.evaluate_every=2", "--set", "training.batch=2", "--seeds", "2"];

fn desk() -> Desk {
    let desk = Desk::new();
    std::fs::copy(root().join("models/tasks").join(TASK), desk.path(TASK)).unwrap();
    desk
}

fn tune(desk: &Desk, more: &[&str]) -> super::Done {
    desk.run(
        &[&["compare", TASK, "--rules", "bptt,eprop", "--tune-seeds", "1", "-o", "own.h5"], &SHORT[..], more].concat(),
    )
}

/// The chosen value is that of the least mean loss of the tuning runs, which are those of a sweep with their seed; only it is compared, on
/// the other seeds; the same command makes nothing again, and its listed commands come to the same weights.
#[test]
fn rules_are_compared_at_their_best() {
    let desk = desk();
    const GRID: &str = "training.learning_rate=0.0001,0.01,0.001";
    let shown = tune(&desk, &["--tune", GRID]);
    assert!(shown.code == 0 && shown.out.contains("median over seeds 10001 to 10001"), "{}{}", shown.out, shown.err);

    let sweep = ["--seeds", "1", "--first-seed", "10001", "--sweep", GRID];
    desk.done(&[&["compare", TASK, "--rules", "bptt,eprop", "-o", "sweep.h5"], &SHORT[..6], &sweep].concat());
    let [tuning, sweep, compared] =
        ["own_tuning.h5", "sweep.h5", "own.h5"].map(|name| TrainingFile::read(&desk.path(name)).unwrap());
    assert_eq!(tuning.runs.len(), 6);
    for run in &sweep.runs {
        let own = tuning.runs.iter().find(|own| own.is_same(run)).unwrap();
        assert_eq!(own.table("weights/w_rec"), run.table("weights/w_rec"));
    }
    let loss = |label: &str| {
        let run = sweep.runs.iter().find(|run| run.label() == label).unwrap();
        let losses = &run.table("evaluations/loss").unwrap().values;
        losses.iter().sum::<f64>() / losses.len() as f64
    };
    for rule in ["bptt", "eprop"] {
        let labels = ["0.0001", "0.01", "0.001"].map(|rate| format!("{rule} training.learning_rate={rate}"));
        let best = labels.iter().min_by(|one, other| loss(one).total_cmp(&loss(other))).unwrap();
        let own: Vec<_> = compared.runs.iter().filter(|run| run.rule == rule).collect();
        assert!(own.iter().all(|run| run.label() == *best && is_done(run)), "{rule}: {best}");
        assert_eq!(own.iter().map(|run| run.seed).collect::<Vec<_>>(), [1, 2]);
        assert!(shown.out.contains(&format!("{best} ")), "{}", shown.out);
        let is_edge = !best.ends_with("=0.001");
        assert_eq!(shown.err.contains(&format!("note: {rule}: training.learning_rate")), is_edge, "{}", shown.err);
    }

    let before = std::fs::read(desk.path("own_tuning.h5")).unwrap();
    let again = tune(&desk, &["--tune", GRID, "--json"]);
    let told: Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!(told["tuned"]["seeds"], serde_json::json!([10001]));
    assert_eq!(told["tuned"]["rules"][0]["tried"].as_array().unwrap().len(), 3);
    assert_eq!(told["paired"][0]["with"].as_str().unwrap(), compared.runs[0].label());
    assert_eq!(std::fs::read(desk.path("own_tuning.h5")).unwrap(), before);

    let listed = tune(&desk, &["--tune", GRID, "--list"]);
    assert_eq!(listed.out.lines().count(), 4, "{}", listed.err);
    let words: Vec<&str> =
        listed.out.lines().next().unwrap().split(' ').map(|word| word.trim_matches('\'')).skip(1).collect();
    desk.done(&words);
    let alone = TrainingFile::read(&desk.path(words.last().unwrap())).unwrap();
    let own = compared.runs.iter().find(|own| own.is_same(&alone.runs[0])).unwrap();
    assert_eq!(own.table("weights/w_rec"), alone.runs[0].table("weights/w_rec"));
}

/// The change of the weights, from the weights themselves as the history has them: before any update it is 0, later not.
#[test]
fn changes_are_those_of_the_weights() {
    let desk = desk();
    desk.done(
        &[&["compare", TASK, "--rules", "eprop", "-o", "own.h5", "--set", "record.weights_every=2"], &SHORT[..]]
            .concat(),
    );
    let file = TrainingFile::read(&desk.path("own.h5")).unwrap();
    let run = &file.runs[0];
    let numbers = |name: &str| run.table(name).unwrap().values.clone();
    assert_eq!(numbers("evaluations/update"), [0.0, 2.0, 4.0]);
    assert_eq!(numbers("history/update"), [0.0, 2.0, 4.0]);
    for (name, matrix) in [("change_in", "w_in"), ("change_rec", "w_rec"), ("change_out", "w_out")] {
        let history = numbers(&format!("history/{matrix}"));
        let rows: Vec<&[f64]> = history.chunks(history.len() / 3).collect();
        let length = |own: &mut dyn Iterator<Item = f64>| own.map(|own| own * own).sum::<f64>().sqrt();
        let found = numbers(&format!("evaluations/{name}"));
        for (row, found) in rows.iter().zip(&found) {
            let moved = length(&mut row.iter().zip(rows[0]).map(|(now, first)| now - first));
            let expected = moved / length(&mut rows[0].iter().copied());
            assert!((found - expected).abs() < 1e-12, "{name}: {found} {expected}");
        }
        assert!(found[0] == 0.0 && found[2] > 1e-6, "{name}");
    }
    let rank = numbers("evaluations/change_rank");
    assert!(rank[0].is_nan() && rank[2] > 1.0 && rank[2] < 60.0, "{rank:?}");
}

/// What cannot be tuned is refused by name before a file is there; jobs wait for the runs of tuning, and say what makes these.
#[test]
fn what_cannot_be_tuned_is_refused() {
    let desk = desk();
    let cases: [(&[&str], i32, &[&str]); 8] = [
        (&["--tune", "training.learning_rate"], 3, &["--tune training.learning_rate", "path=value"]),
        (&["--tune", "training.batch=2,4"], 3, &["--set training.batch=2", "beside `--tune`"]),
        (&["--tune", "training.lr=1,2"], 3, &["training.lr", "learning_rate"]),
        (&["--tune", "training.learning_rate=1,1"], 3, &["stands twice"]),
        (&["--tune", "training.learning_rate=1,2", "--tune-first-seed", "2"], 3, &["--tune-first-seed", "seed 2"]),
        (&["--tune", "training.learning_rate=1,2", "--sweep", "cells.count=9"], 2, &["--sweep"]),
        (&["--tune-first-seed", "9"], 2, &["--tune"]),
        (
            &["--tune", "training.learning_rate=0.01,0.02", "--list"],
            3,
            &["own_tuning.h5", "lacks 4 of the 4", "--sweep 'training.learning_rate=0.01,0.02'", "--first-seed 10001"],
        ),
    ];
    for (more, code, words) in cases {
        let run = tune(&desk, more);
        assert!(
            run.code == code && words.iter().all(|word| run.err.contains(word)),
            "{more:?}: {}{}",
            run.out,
            run.err
        );
    }
    assert!(["own.h5", "own_tuning.h5"].iter().all(|name| !desk.path(name).exists()));
}
