//! What the machine and the build have, as `doctor` tells it.

use super::{Desk, output};
use std::process::Command;

/// The spikes of the first network are those that are written in the program, read from the file that was written; would catch a
/// build whose bits differ.
#[test]
fn this_build_computes_what_every_build_computes() {
    let desk = Desk::new();
    let all: serde_json::Value = serde_json::from_str(&desk.done(&["doctor", "--json"])).unwrap();
    let all = all["findings"].as_array().unwrap();
    assert!(all.iter().all(|own| own["passed"] == true), "{all:?}");
    let names: Vec<&str> = all.iter().map(|own| own["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["neuropil", "loaded from", "processor", "memory", "HDF5", "MPI", "recording", "pictures"]);
    let program = std::fs::canonicalize(assert_cmd::cargo::cargo_bin("neuropil")).unwrap();
    assert_eq!(all[1]["found"], program.to_str().unwrap());
    let text = desk.done(&["doctor"]);
    assert!(text.contains("those of every machine") && text.lines().count() == names.len(), "{text}");
    assert_eq!(desk.files(), ["small.json"]);
}

/// Where nothing can be written the exit code is 1 and the folder has its name.
#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("neuropil"));
    let told = output(command.arg("doctor").env("TMPDIR", "/nowhere"));
    let [out, err] = [&told.stdout, &told.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert!(told.status.code() == Some(1) && out.contains("`/nowhere` cannot be written"), "{out} {err}");
    assert!(err.contains("not as it must be: recording"), "{err}");
}
