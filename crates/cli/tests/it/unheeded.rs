//! Options that once had no effect where they were given: each is refused by name, or does what it says.

use super::{Desk, root};

const TASK: &str = "small_delayed_xor.json";

fn desk() -> Desk {
    let desk = Desk::new();
    std::fs::copy(root().join("models/tasks").join(TASK), desk.path(TASK)).unwrap();
    let peptides = root().join("models/peptides/cortex.json");
    std::fs::copy(peptides, desk.path("cortex.json")).unwrap();
    desk
}

/// Would catch an option that is read again and not used.
#[test]
fn options_of_something_else_are_refused() {
    let desk = desk();
    desk.done(&["trials", "simulate", TASK, "--set", "training.batch=2", "-o", "trials.h5"]);
    desk.done(&[
        "train",
        TASK,
        "--rule",
        "eprop",
        "-q",
        "--set",
        "training.updates=1",
        "--set",
        "training.batch=2",
        "-o",
        "runs.h5",
    ]);
    let rows: [(&str, i32, &str); 37] = [
        ("bench small.json --rule eprop", 3, "--rule is for tasks"),
        ("bench small.json --updates 2", 3, "--updates is for tasks"),
        ("bench small.json --export a.h5", 3, "--export is for tasks"),
        ("bench small_delayed_xor.json --scale 2", 3, "--scale is for networks"),
        ("bench small_delayed_xor.json --seconds 2", 3, "--seconds is for networks"),
        ("bench small_delayed_xor.json --warm-up-ms 2", 3, "--warm-up-ms is for networks"),
        ("bench small_delayed_xor.json --precision single", 3, "--precision is for networks"),
        ("bench small_delayed_xor.json --export a.h5 --updates 2", 2, "--updates"),
        ("bench small.json --list", 2, "--list"),
        ("taps cortex.json --to Vip --width 900", 2, "--output"),
        ("taps cortex.json --to Vip --height 900", 2, "--output"),
        ("taps cortex.json --to Vip --force", 2, "--output"),
        ("inspect cortex.json --model --json", 2, "--json"),
        ("plot cortex.json -o a.png --peptides", 3, "--peptides, --from-ms and --to-ms are for recordings"),
        ("plot cortex.json -o a.png --from-ms 5", 3, "--peptides, --from-ms and --to-ms are for recordings"),
        ("plot cortex.json -o a.png --to-ms 5", 3, "--peptides, --from-ms and --to-ms are for recordings"),
        ("plot runs.h5 -o a.png --peptides", 3, "--peptides is for recordings"),
        ("plot runs.h5 -o a.png --field-max-nm 2", 3, "--field-max-nm 2 is for the maps of a recording of peptides"),
        (
            "plot cortex.json -o a.png --field-max-nm 2",
            3,
            "--field-max-nm 2 is for the maps of a recording of peptides",
        ),
        ("plot runs.h5 -o a.png --field-max-nm 0", 3, "must be a concentration > 0 nM"),
        ("plot runs.h5 -o a.png --field-max-nm NaN", 3, "must be a concentration > 0 nM"),
        ("diffuse trials.h5 -o a.h5", 3, "`neuropil trials diffuse`"),
        ("trials diffuse trials.h5 -o a.h5 --threads 2", 2, "--threads"),
        ("trials learn trials.h5 -o a.h5 --rules eprop --target-from-s 1", 2, "--target-from-s"),
        ("learn trials.h5 -o a.h5 --rules eprop", 3, "`neuropil trials learn`"),
        ("compare small_delayed_xor.json --rules eprop,eprop -o a.h5", 3, "found `eprop` twice"),
        (
            "compare small_delayed_xor.json --rules eprop -o a.h5 --sweep cells.count=9 --sweep cells.count=8",
            3,
            "named already",
        ),
        ("compare small_delayed_xor.json --rules eprop -o a.h5 --sweep cells.count=9,9", 3, "stands twice"),
        (
            "compare small_delayed_xor.json --rules eprop -o a.h5 --sweep training.batch=9 --set training.batch=8",
            3,
            "beside `--sweep`",
        ),
        ("trials learn trials.h5 -o a.h5 --rules eprop,eprop", 3, "found `eprop` twice"),
        (
            "run small.json -o a.h5 --seed 2 --set simulation.seed=3",
            3,
            "--seed: found beside `--set simulation.seed=3`",
        ),
        ("check small.json --duration-ms 2 --set simulation.duration_ms=3", 3, "--duration-ms: found beside"),
        ("run small.json -o a.h5 --precision single --set simulation.precision=half", 3, "--precision: found beside"),
        ("bench small.json --seconds 0", 3, "--seconds: found less than a step"),
        ("compare small_delayed_xor.json --rules eprop --list --json", 2, "--json"),
        ("compare small_delayed_xor.json --rules eprop --list --force", 2, "--force"),
        ("compare small_delayed_xor.json --rules eprop --list -q", 2, "--quiet"),
    ];
    for (command, code, told) in rows {
        let arguments: Vec<&str> = command.split(' ').collect();
        let done = desk.run(&arguments);
        assert!(done.code == code && done.err.contains(told), "{command}: {} {}", done.code, done.err);
    }
    assert!(["a.h5", "a.png"].iter().all(|name| !desk.exists(name)));
}

/// The commands of a list run with as many threads as were asked for.
#[test]
fn a_list_of_commands_keeps_the_threads() {
    let list = desk().done(&["compare", TASK, "--rules", "eprop", "--seeds", "1", "--threads", "3", "--list"]);
    assert!(list.contains(" --threads 3"), "{list}");
}

/// One rule by two names was trained twice, and one of the runs put in the place of the other.
#[test]
fn one_rule_by_two_names_is_refused() {
    let desk = desk();
    let task = root().join("models/tasks/mini_evidence.json");
    let listed = |rules: &str, kind: &str| {
        let set = format!("carrier.kind={kind}");
        let task = task.to_str().unwrap();
        desk.run(&["compare", task, "--rules", rules, "--seeds", "1", "--set", &set, "--list", "-o", "two.h5"])
    };
    let both = "modprop_type,modprop_type+field";
    let twice = listed(both, "field");
    let words = "--rules: found `modprop_type` and `modprop_type+field`, which are one rule with the carrier `field`";
    assert!(twice.code == 3 && twice.err.contains(words), "{}", twice.err);
    assert_eq!(listed(both, "ideal").code, 0);
    assert_eq!(listed(&both.replace("field", "kernel"), "field").code, 0);
}

/// What no rule of a file of runs uses of its task is told, beside what came of them.
#[test]
fn what_no_rule_of_a_task_uses_is_noted() {
    let desk = desk();
    let told = |rule: &str| {
        let short = [
            "--set",
            "training.updates=1",
            "--set",
            "training.batch=2",
            "--set",
            "training.feedback={\"kind\":\"uniform\",\"scale\":1}",
        ];
        desk.run(&[&["train", TASK, "--rule", rule, "--force", "-o", "runs.h5"], &short[..]].concat()).err
    };
    let note = "note: training.feedback has no effect with `eprop`";
    let (unused, used) = (told("eprop"), told("eprop_random"));
    assert!(unused.contains(note) && !used.contains("training.feedback"), "{unused} {used}");
}
