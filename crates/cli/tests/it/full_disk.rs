//! Disks that are full: every command that writes, at several fill levels. A write that fails is an error, the older file
//! stays what it was, and a file that a command says it wrote opens.
#![cfg(unix)]

use super::stock::{WRITERS, stocked, words};
use super::{Desk, alone, output};
use neuropil_record::{Arrays, TrainingFile};
use std::path::Path;
use std::process::Command;

/// Where a file may end, as a part of its length.
const LEVELS: [f64; 6] = [0.0, 0.02, 0.25, 0.6, 0.9, 0.999];

/// A command of which no file may get longer than `most` kB: what is written beyond fails, as on a full disk.
fn limited(desk: &Desk, most: u64, arguments: &[String]) -> (i32, String) {
    let script = format!("trap '' XFSZ; ulimit -f {most}; exec \"$@\"");
    let mut bash = Command::new("bash");
    bash.current_dir(&desk.folder).args(["-c", &script, "bash"]).arg(assert_cmd::cargo::cargo_bin("neuropil"));
    let done = output(bash.args(arguments));
    (done.status.code().unwrap_or(-1), String::from_utf8(done.stderr).unwrap())
}

/// Length of the longest file of an output, kB, rounded up.
fn longest(path: &Path) -> u64 {
    let of = |path: &Path| std::fs::metadata(path).unwrap().len().div_ceil(1024);
    if path.is_dir() {
        return std::fs::read_dir(path).unwrap().map(|entry| of(&entry.unwrap().path())).max().unwrap_or(0);
    }
    of(path)
}

fn opens(path: &Path) -> bool {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("h5") => {
            alone(|| Arrays::open(path).is_ok_and(|arrays| arrays.list("/").is_ok_and(|all| !all.is_empty())))
        }
        _ => longest(path) > 0,
    }
}

/// Would catch the error of a close that nobody asks for, and a rename of what is not whole.
#[test]
fn a_write_that_fails_is_an_error_and_the_older_file_stays() {
    let desk = stocked();
    let before = desk.all();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a few MB"
    )]
    let level = |size: u64, part: f64| (size as f64 * part) as u64;
    for (name, command) in WRITERS {
        let size = longest(&desk.path(name));
        let mut words = words(command, name);
        words.push("--force".into());
        let mut failed = 0;
        for part in LEVELS {
            let most = level(size, part);
            let (code, err) = limited(&desk, most, &words);
            let told = format!("{command} with {most} of {size} kB: {code} {err}");
            assert!(code == 0 || code == 4, "{told}");
            let mut after = desk.all();
            // A run keeps what it has recorded.
            after.retain(|other, _| {
                !other.starts_with(&format!("{name}.part")) && *other != format!("{name}.checkpoint")
            });
            for other in [".part", ".checkpoint"].map(|ending| desk.path(&format!("{name}{ending}"))) {
                let _ = std::fs::remove_file(other);
            }
            if code == 4 {
                failed += 1;
                assert!(err.contains("File too large") || err.contains("errno = 27"), "{told}");
                assert!(after.keys().eq(before.keys()), "{told}: {:?}", after.keys());
                let changed: Vec<_> =
                    before.iter().filter(|(name, bytes)| after[*name] != **bytes).map(|own| own.0).collect();
                assert!(changed.is_empty(), "{told}: changed {changed:?}");
            } else {
                assert!(opens(&desk.path(name)), "{told}");
                for (other, bytes) in
                    before.iter().filter(|own| own.0 == name || own.0.starts_with(&format!("{name}/")))
                {
                    std::fs::write(desk.path(other), bytes).unwrap();
                }
            }
        }
        assert!(failed >= 3, "{command}: {failed} of {} levels failed", LEVELS.len());
    }
}

/// Finished runs on a disk that fills up, as they were lost once. Needs the right to mount.
#[test]
fn finished_runs_outlive_a_full_disk() {
    let desk = stocked();
    let disk = desk.path("disk");
    std::fs::create_dir(&disk).unwrap();
    if !output(Command::new("mount").args(["-t", "tmpfs", "-o", "size=3M", "tmpfs"]).arg(&disk)).status.success() {
        return;
    }
    let runs = std::fs::read(desk.path("runs.h5")).unwrap();
    let mut codes = Vec::new();
    for free in [0, 8, 24, 60, 120, 250, 1000_u64] {
        std::fs::write(disk.join("c.h5"), &runs).unwrap();
        let used = 4 * (runs.len() as u64).div_ceil(4096);
        let filler = vec![1_u8; usize::try_from((3072_u64 - used).saturating_sub(free) * 1024).unwrap()];
        std::fs::write(disk.join("filler"), filler).unwrap();
        let done = desk.run(
            &words("compare small_delayed_xor.json -q --rules eprop,bptt --seeds 2 SHORT -o disk/c.h5", "")
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>(),
        );
        let kept = alone(|| TrainingFile::read(&disk.join("c.h5")));
        let left: Vec<_> = std::fs::read_dir(&disk).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        codes.push((free, done.code, done.err, kept, left));
        std::fs::remove_file(disk.join("filler")).unwrap();
    }
    assert!(output(Command::new("umount").arg("-l").arg(&disk)).status.success());
    for (free, code, err, kept, left) in codes {
        let kept = kept.unwrap_or_else(|fault| panic!("{free} kB free: {code} {err}: {fault}"));
        assert_eq!(left.len(), 2, "{free} kB free: {left:?}");
        match code {
            0 => assert_eq!(kept.runs.len(), 4, "{free} kB free"),
            4 => assert!(err.contains("No space left on device") && !kept.runs.is_empty(), "{free} kB free: {err}"),
            _ => panic!("{free} kB free: {code} {err}"),
        }
        assert_eq!(code == 0, free == 1000, "{free} kB free: {code}");
    }
}
