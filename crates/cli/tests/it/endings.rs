//! Runs that end before their time: interrupted, killed, out of disk, non-finite, unheard.
#![cfg(unix)]

use super::{Desk, alone, output, spawn};
use neuropil_record::Recording;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A run that takes longer than any test.
fn start(desk: &Desk, output: &str) -> Child {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("neuropil"));
    command.current_dir(&desk.folder).stdout(Stdio::piped()).stderr(Stdio::piped());
    spawn(command.args(["run", "small.json", "--duration-ms", "100000000", "-o", output, "--threads", "1"]))
}

fn signal(child: &Child, name: &str) {
    assert!(output(Command::new("kill").args([name, &child.id().to_string()])).status.success());
}

fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn ctrl_c_ends_cleanly_with_what_came_before() {
    let desk = Desk::new();
    let mut child = start(&desk, "a.h5");
    wait_until("the run has not begun", || desk.exists("a.h5.part"));
    std::thread::sleep(Duration::from_millis(500));
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let mut text = String::new();
    child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(text.contains("interrupted at") && text.contains("of 100000000 ms"), "{text}");
    let recording = Recording::open(desk.path("a.h5")).unwrap();
    let provenance = recording.provenance().unwrap().unwrap();
    assert!(!provenance.complete);
    assert!(provenance.simulated_until_ms > 0.0);
    let last = recording.spikes("exc").unwrap().times_ms.last().copied().unwrap();
    assert!(last <= provenance.simulated_until_ms && last > 0.9 * provenance.simulated_until_ms - 20.0);
    assert!(!desk.exists("a.h5.part"));
    assert!(desk.done(&["inspect", "a.h5"]).contains("INCOMPLETE"));
    desk.done(&["plot", "a.h5"]);
}

#[test]
fn a_killed_run_leaves_a_part_that_opens() {
    let desk = Desk::new();
    let mut child = start(&desk, "a.h5");
    let flushed = || std::fs::metadata(desk.path("a.h5.part")).is_ok_and(|part| part.len() > 60_000);
    wait_until("nothing was flushed", flushed);
    std::thread::sleep(Duration::from_millis(1500));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!desk.exists("a.h5"));
    // A reader keeps the file from being replaced.
    let (provenance, spikes) = alone(|| {
        let recording = Recording::open(desk.path("a.h5.part")).unwrap();
        (recording.provenance().unwrap().unwrap(), recording.spikes("exc").unwrap())
    });
    assert!(!provenance.complete && provenance.simulated_until_ms > 0.0);
    assert!(spikes.times_ms.len() > 10 && spikes.times_ms.iter().all(|time| *time <= provenance.simulated_until_ms));
    assert!(desk.done(&["inspect", "a.h5.part"]).contains("INCOMPLETE"));
    desk.done(&["plot", "a.h5.part", "-o", "a.png"]);
    let again = desk.run(&["run", "small.json", "-o", "a.h5"]);
    assert!(again.code == 4 && again.err.contains("interrupted run left it"), "{}", again.err);
}

/// Weights that blow up: exit 5, the place, and the recording up to there.
#[test]
fn a_state_that_becomes_non_finite_is_named() {
    let desk = Desk::new();
    let model = r#"{
        "simulation": {"dt_ms": 0.1, "duration_ms": 1000, "precision": "single"},
        "populations": {"a": {"cells": 2, "model": "lif_delta", "v_th_mv": 3e38}, "s": {"cells": 1, "model": "spike_train", "spikes": {"times_ms": [5, 6, 7, 8], "cells": [0, 0, 0, 0]}}},
        "projections": [{"from": "s", "to": "a", "rule": "all_to_all", "weight_mv": -2e38, "delay_ms": 1}]
    }"#;
    std::fs::write(desk.path("blow.json"), model).unwrap();
    let done = desk.run(&["run", "blow.json", "-o", "a.h5"]);
    assert_eq!(done.code, 5, "{}", done.err);
    for part in ["non-finite", "population a", "cell 0", "v_m", "step", "recorded up to"] {
        assert!(done.err.contains(part), "{part}: {}", done.err);
    }
    let file = if desk.exists("a.h5") { "a.h5" } else { "a.h5.part" };
    let recording = Recording::open(desk.path(file)).unwrap();
    assert!(!recording.provenance().unwrap().unwrap().complete);
    assert_eq!(recording.spikes("s").unwrap().times_ms.first(), Some(&5.0));
}

/// `| head -1` and a standard output that is full.
#[test]
fn who_stops_listening_stops_no_run() {
    let desk = Desk::new();
    let script = |text: &str| {
        let bin = assert_cmd::cargo::cargo_bin("neuropil");
        let mut bash = Command::new("bash");
        let output = output(bash.current_dir(&desk.folder).env("NEUROPIL", bin).args(["-c", text]));
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (out, err) = script("$NEUROPIL run small.json -o a.h5 | true; echo ${PIPESTATUS[0]}");
    assert_eq!(out, "0\n", "{err}");
    assert!(Recording::open(desk.path("a.h5")).unwrap().provenance().unwrap().unwrap().complete);
    for command in ["inspect a.h5", "schema", "check small.json"] {
        let (out, err) = script(&format!("$NEUROPIL {command} | true; echo ${{PIPESTATUS[0]}}"));
        assert_eq!((out.as_str(), err.as_str()), ("0\n", ""), "{command}");
    }
    if std::path::Path::new("/dev/full").exists() {
        let (out, err) = script("$NEUROPIL inspect a.h5 > /dev/full; echo $?");
        assert!(out == "4\n" && err.contains("cannot write to the standard output"), "{out} {err}");
    }
}

/// A disk that fills up: exit 4, the `.part` stays and opens. Needs the right to mount.
#[test]
fn a_full_disk_ends_the_run_and_keeps_the_part() {
    let desk = Desk::new();
    let disk = desk.path("disk");
    std::fs::create_dir(&disk).unwrap();
    if !output(Command::new("mount").args(["-t", "tmpfs", "-o", "size=2M", "tmpfs"]).arg(&disk)).status.success() {
        return;
    }
    let run = ["run", "small.json", "--duration-ms", "2000", "--record", "exc:i_syn_exc_pa", "-o"];
    let done = desk.run(&[&run[..], &["disk/a.h5", "--checkpoint-every-ms", "50"]].concat());
    let kept = alone(|| Recording::open(disk.join("a.h5.part")).and_then(|recording| recording.provenance()));
    let files = std::fs::read_dir(&disk).unwrap().count();
    let moved = ["a.h5.part", "a.h5.checkpoint"].map(|name| std::fs::copy(disk.join(name), desk.path(name)));
    // Lazily: children of other tests may hold copies of its open files for a moment.
    let unmounted = output(Command::new("umount").arg("-l").arg(&disk)).status;
    assert_eq!(done.code, 4, "{}", done.err);
    assert!(done.err.contains("No space left on device") && done.err.contains("a.h5.part"), "{}", done.err);
    assert!(!kept.unwrap().unwrap().complete);
    assert_eq!(files, 2);
    assert!(unmounted.success());
    // Where there is room, the run goes on.
    moved.into_iter().for_each(|copied| assert!(copied.is_ok(), "{copied:?}"));
    desk.done(&["resume", "a.h5"]);
    desk.done(&[&run[..], &["whole.h5"]].concat());
    let spikes = |name: &str| Recording::open(desk.path(name)).unwrap().spikes("exc").unwrap();
    assert_eq!(spikes("a.h5"), spikes("whole.h5"));
}

/// A directory that is removed under a run: exit 4 and the reason.
#[test]
fn a_directory_that_vanishes_is_named() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("gone")).unwrap();
    let child = start(&desk, "gone/a.h5");
    wait_until("the run has not begun", || desk.exists("gone/a.h5.part"));
    std::fs::remove_dir_all(desk.path("gone")).unwrap();
    signal(&child, "-INT");
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{text}");
    assert!(text.contains("gone/a.h5") && text.contains("No such file or directory"), "{text}");
}
