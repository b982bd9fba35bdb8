//! What is in a file already is taken for what is asked for only if it is that; data of a task are no output.

use super::stock::{TASK, words};
use super::{Desk, root};
use neuropil_record::TrainingFile;

/// A task, and runs of it that were made without `--align`.
fn desk() -> Desk {
    let desk = Desk::new();
    std::fs::copy(root().join("models/tasks").join(TASK), desk.path(TASK)).unwrap();
    done(&desk, "compare small_delayed_xor.json -q --rules eprop --seeds 1 SHORT -o runs.h5");
    desk
}

fn done(desk: &Desk, command: &str) -> String {
    desk.done(&words(command, "").iter().map(String::as_str).collect::<Vec<_>>())
}

/// Commands that ask for what the runs of the file do not have, and what the refusal says.
const REFUSED: &[(&str, &str)] = &[
    (
        "compare small_delayed_xor.json --rules eprop --seeds 1 SHORT --align -o runs.h5",
        "--align: eprop, seed 1, has 2 updates that were not compared with the exact gradient",
    ),
    (
        "compare small_delayed_xor.json --rules bptt,eprop --seeds 2 SHORT --align -o runs.h5",
        "--align: eprop, seed 1, has 2 updates",
    ),
    (
        "train small_delayed_xor.json --rule eprop SHORT --resume --align -o runs.h5",
        "--align: eprop, seed 1, has 2 updates",
    ),
];

/// Once `--align` had no effect on runs that were there.
#[test]
fn runs_without_alignment_are_not_taken_for_such() {
    let desk = desk();
    let before = desk.all();
    for (command, expected) in REFUSED {
        let words = words(command, "");
        let done = desk.run(&words.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(done.code == 3 && done.err.contains(expected), "{command}: {} {}", done.code, done.err);
    }
    assert!(desk.all() == before, "a refused command changes no file");
}

/// Runs that were made with it are taken for what they are, and a file may be made anew.
#[test]
fn runs_that_were_compared_are_not_made_again() {
    let desk = desk();
    let asked = "compare small_delayed_xor.json -q --rules eprop --seeds 1 SHORT --align --force -o runs.h5";
    done(&desk, asked);
    let whole = std::fs::read(desk.path("runs.h5")).unwrap();
    done(&desk, &asked.replace(" --force", ""));
    done(&desk, &asked.replace(" --align --force", ""));
    assert!(std::fs::read(desk.path("runs.h5")).unwrap() == whole);
    let runs = TrainingFile::read(&desk.path("runs.h5")).unwrap().runs;
    assert!(runs[0].table("evaluations/cosine_rec").unwrap().values.iter().all(|cosine| cosine.abs() <= 1.0));
}

/// Once `simulate task.json -o DATA --force` replaced the data of the task.
#[test]
fn data_of_a_task_are_no_file_of_trials() {
    let desk = desk();
    let images = root().join("tests/data/mnist/train-images-idx3-ubyte.gz");
    std::fs::copy(images, desk.path("images.gz")).unwrap();
    let before = std::fs::read(desk.path("images.gz")).unwrap();
    let (task, images) = (root().join("models/tasks/mnist_rows.json"), desk.path("images.gz"));
    let images = format!("task.images={}", images.display());
    let refused =
        desk.run(&["trials", "simulate", task.to_str().unwrap(), "--set", &images, "-o", "images.gz", "--force"]);
    assert!(refused.code == 4 && refused.err.contains("is an input"), "{} {}", refused.code, refused.err);
    assert!(std::fs::read(desk.path("images.gz")).unwrap() == before);
}
