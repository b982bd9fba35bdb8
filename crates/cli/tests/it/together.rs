//! Commands that meet others: two that write one file, and signals that end one.
#![cfg(unix)]

use super::stock::{TASK, desk};
use super::{Desk, alone, output, spawn};
use neuropil_record::{Recording, TrainingFile};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn start(desk: &Desk, arguments: &[&str]) -> Child {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("neuropil"));
    spawn(command.current_dir(&desk.folder).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()))
}

fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Would catch two comparisons of which the later one drops the runs of the other.
#[test]
fn two_comparisons_of_one_file_take_turns() {
    let desk = desk();
    let of = |rule: &'static str| {
        ["compare", TASK, "--rules", rule, "--seeds", "1", "--set", "training.updates=60", "-o", "c.h5"]
    };
    let first = start(&desk, &of("eprop"));
    wait_until("nobody holds the file", || desk.exists("c.h5.lock"));
    let refused = desk.run(&["train", TASK, "--rule", "eprop", "-o", "c.h5", "--force"]);
    let holder = format!("being written by process {}: ", first.id());
    assert!(refused.code == 4 && refused.err.contains(&holder) && refused.err.contains("compare"), "{}", refused.err);
    let second = start(&desk, &of("bptt"));
    let ends = [first, second].map(|child| child.wait_with_output().unwrap());
    let told = ends.each_ref().map(|end| String::from_utf8_lossy(&end.stderr).into_owned());
    assert!(ends.iter().all(|end| end.status.success()), "{told:?}");
    assert!(told[1].contains("waits for `c.h5`") && told[1].contains(&holder), "{told:?}");
    let rules: Vec<String> =
        TrainingFile::read(&desk.path("c.h5")).unwrap().runs.into_iter().map(|run| run.rule).collect();
    assert_eq!(rules, ["bptt", "eprop"]);
    assert!(!desk.exists("c.h5.lock"));
}

/// A scheduler's signal and that of a closed terminal end a run as Ctrl-C does.
#[test]
fn every_signal_to_end_keeps_what_came_before() {
    // Tests that `nohup` started hand the switched-off signal on to what they start.
    let is_hangup_off = std::fs::read_to_string("/proc/self/status").is_ok_and(|status| {
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask & 1 == 1))
    });
    for signal in ["-TERM", "-HUP", "-INT"].into_iter().filter(|signal| *signal != "-HUP" || !is_hangup_off) {
        let desk = Desk::new();
        let child = start(&desk, &["run", "small.json", "--duration-ms", "100000000", "-o", "a.h5", "--threads", "1"]);
        wait_until("the run has not begun", || desk.exists("a.h5.part"));
        std::thread::sleep(Duration::from_millis(300));
        assert!(output(Command::new("kill").args([signal, &child.id().to_string()])).status.success());
        let end = child.wait_with_output().unwrap();
        assert_eq!(end.status.code(), Some(130), "{signal}");
        assert!(String::from_utf8_lossy(&end.stderr).contains("interrupted at"), "{signal}");
        let until =
            alone(|| Recording::open(desk.path("a.h5")).unwrap().provenance().unwrap().unwrap().simulated_until_ms);
        assert!(until > 0.0 && !desk.exists("a.h5.part"), "{signal}");
    }
}

/// `nohup` switches the signal of a closed terminal off, and so it stays.
#[test]
fn a_run_without_a_terminal_goes_on() {
    let desk = Desk::new();
    let mut nohup = Command::new("nohup");
    nohup.current_dir(&desk.folder).arg(assert_cmd::cargo::cargo_bin("neuropil"));
    nohup.args(["run", "small.json", "--duration-ms", "100000000", "-o", "a.h5", "--threads", "1"]);
    let mut child = spawn(nohup.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()));
    wait_until("the run has not begun", || desk.exists("a.h5.part"));
    assert!(output(Command::new("kill").args(["-HUP", &child.id().to_string()])).status.success());
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(child.try_wait().unwrap(), None);
    assert!(output(Command::new("kill").args(["-TERM", &child.id().to_string()])).status.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
