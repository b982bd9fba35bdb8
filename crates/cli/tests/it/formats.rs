//! Files that were written once and are kept (`tests/data/formats`) open, draw, go on and are learned from.

use super::contents::contents;
use super::{Desk, alone, root};

/// The commands that must take the files of each folder; those that write say so by a name that they may.
const COMMANDS: &[&str] = &[
    "inspect recording.h5",
    "plot recording.h5 -o recording.svg",
    "view recording.h5 -o recording.html",
    "cite recording.h5",
    "export recording.h5 --to csv -o csv",
    "run recording.h5 --again -q -o again.h5",
    "resume recording.h5 --until-ms 50 -q",
    "inspect learned_run.h5",
    "learn learned_run.h5 --rules eprop -o lesson_again.h5",
    "resume learned_run.h5 --until-ms 80 -q",
    "inspect field.h5",
    "plot field.h5 -o field.svg",
    "inspect spikes.h5",
    "import spikes.h5 -o spikes_again.h5",
    "inspect training.h5",
    "plot training.h5 -o training.svg",
    "report training.h5 -o training.html",
    "view training.h5 -o curves.html",
    "view field.h5 -o field.html",
    "merge training.h5 -o merged.h5",
    "trials learn trials.h5 --rules eprop,bptt -o gradients_again.h5",
    "plot lesson.h5 -o lesson.svg",
];

fn kept(version: &str) -> Desk {
    let desk = Desk::new();
    for entry in std::fs::read_dir(root().join("tests/data/formats").join(version)).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), desk.path(&entry.file_name().to_string_lossy())).unwrap();
    }
    desk
}

/// Every command that reads a kind of file takes the kept one. Would catch a reader that asks for what older files do not have.
#[test]
fn files_of_before_open() {
    for version in ["1"] {
        let desk = kept(version);
        for command in COMMANDS {
            desk.done(&command.split(' ').collect::<Vec<_>>());
        }
    }
}

/// What is computed of kept files is what was computed then: spikes of a repeated run, and gradients of trials.
#[test]
fn files_of_before_say_the_same() {
    let desk = kept("1");
    desk.done(&["run", "recording.h5", "--again", "-q", "-o", "again.h5"]);
    desk.done(&["trials", "learn", "trials.h5", "--rules", "eprop,bptt", "-o", "gradients_again.h5"]);
    let of = |file: &str, prefix: &str| -> Vec<(String, String)> {
        let all = alone(|| contents(&desk.path(file)));
        all.into_iter()
            .filter(|(name, _)| name.starts_with(prefix))
            .map(|(name, own)| (name, format!("{own:?}")))
            .collect()
    };
    for (one, other, prefix) in
        [("recording.h5", "again.h5", "/spikes"), ("gradients.h5", "gradients_again.h5", "/grads")]
    {
        let (one, other) = (of(one, prefix), of(other, prefix));
        assert!(!one.is_empty() && one == other, "{prefix}");
    }
}
