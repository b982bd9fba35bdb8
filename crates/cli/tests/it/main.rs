//! The command as its users meet it: what it prints, its exit codes, what it leaves on disk.

mod arrays;
mod bad_input;
mod cells;
mod circuit;
mod circuit_learning;
mod closed_loop;
#[path = "../../../record/tests/it/contents.rs"]
mod contents;
mod determinism;
mod doctor;
mod endings;
mod existing;
mod export;
mod formats;
mod full_disk;
mod gradients;
mod happy;
mod import;
mod interventions;
mod learned_windows;
mod learning;
mod learning_at_a_scale;
mod learning_written;
mod models;
mod over_ranks;
mod own_cell_tutorial;
mod parts;
mod peptides;
mod plan;
mod plasticity;
mod refused;
mod replay;
mod resume;
mod served;
mod slurm;
mod small_files;
mod special_files;
mod stock;
mod taps;
mod taught;
mod together;
mod training;
mod tuning;
mod unheeded;
mod verify;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{PoisonError, RwLock};
use tempfile::TempDir;

/// A directory with small models, in which the command runs.
struct Desk {
    folder: TempDir,
}

/// What a command did.
struct Done {
    code: i32,
    out: String,
    err: String,
}

/// 60 cells, driven so that they fire; with weights, a report, and plastic synapses.
const SMALL: &str = r#"{
  "simulation": {"dt_ms": 0.1, "duration_ms": 50, "seed": 3},
  "populations": {
    "exc": {"cells": 40, "model": "lif_exp", "sign": "excitatory", "cell_type": "Pyr", "mean_rate_hz": 5},
    "inh": {"cells": 20, "model": "lif_exp", "sign": "inhibitory", "mean_rate_hz": 5}
  },
  "projections": [
    {"name": "out", "from": "exc", "to": ["exc", "inh"], "rule": "fixed_in_degree", "in_degree": 10,
     "weight_pa": {"distribution": "normal", "mean": 40, "std": 4, "min": 0}, "delay_ms": {"distribution": "uniform", "low": 0.5, "high": 2}},
    {"from": "inh", "to": "exc", "rule": "fixed_probability", "probability": 0.2, "weight_pa": -100, "delay_ms": 0.8}
  ],
  "inputs": [{"kind": "poisson", "to": ["exc", "inh"], "in_degree": 500, "rate_hz": 20, "weight_pa": 45}],
  "record": {"states": [{"population": "exc", "variables": "v_m_mv", "cells": 3, "every_ms": 0.5}], "weights": ["out"]}
}"#;

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::write(desk.path("small.json"), SMALL).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn exists(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Runs the command; a panic is never allowed, and a message always fits a screen.
    fn run(&self, arguments: &[&str]) -> Done {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("neuropil"));
        command.current_dir(&self.folder).args(arguments);
        let output = output(&mut command);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let done =
            Done { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) };
        assert_ne!(done.code, 70, "{arguments:?}: {}", done.err);
        assert!(!done.err.contains("panicked"), "{arguments:?}: {}", done.err);
        assert!(done.err.lines().count() < 45, "{arguments:?}: {}", done.err);
        done
    }

    /// The same, and the exit code is 0.
    fn done(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        assert_eq!(done.code, 0, "{arguments:?}: {}", done.err);
        done.out
    }
}

/// A child inherits the files that the HDF5 library has open here, and their locks for as long as it lives: none is
/// started while [`alone`] works on a file that a command opens later.
static STARTS: RwLock<()> = RwLock::new(());

fn spawn(command: &mut Command) -> Child {
    let _starting = STARTS.read().unwrap_or_else(PoisonError::into_inner);
    command.spawn().unwrap()
}

/// What a command prints, once it has ended.
fn output(command: &mut Command) -> Output {
    spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped())).wait_with_output().unwrap()
}

/// Does what no command may be started meanwhile.
fn alone<T>(work: impl FnOnce() -> T) -> T {
    let _alone = STARTS.write().unwrap_or_else(PoisonError::into_inner);
    work()
}

/// The workspace.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
