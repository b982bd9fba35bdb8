//! Circuits whose text files were changed at random: sound, or an error of a few lines, at once and never a panic.

use neuropil_model::Document;
use neuropil_model::circuit::Circuit;
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const FILES: [&str; 7] = [
    "config.json",
    "circuit_config.json",
    "simulation_config.json",
    "node_sets.json",
    "cells/delta.json",
    "network/cells_node_types.csv",
    "inputs/noise.csv",
];

const ODD: [&str; 18] = [
    "null",
    "true",
    "-1",
    "0",
    "1e300",
    "-1e-300",
    "1e15",
    "\"\"",
    "\"$BASE_DIR\"",
    "\"$A\"",
    "[]",
    "{}",
    "[[1]]",
    "\"all\"",
    "\"cells\"",
    "nan",
    "\u{b5}",
    " ",
];

fn source() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/sonata/nest_delta")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Reads and lowers the circuit; the error's text if there is one.
fn judge(folder: &Path) -> Option<String> {
    let config = folder.join("config.json");
    let text = String::from_utf8_lossy(&fs::read(&config).unwrap()).into_owned();
    let document = match Document::parse(&config.display().to_string(), text) {
        Ok(document) => document,
        Err(faults) => return Some(faults.to_string()),
    };
    match Circuit::read(&document, None).map(|circuit| circuit.design::<f64>().map(|_| ())) {
        Err(error) | Ok(Err(error)) => Some(error.to_string()),
        Ok(Ok(())) => None,
    }
}

/// Where words of the text begin and end.
fn words(text: &str) -> Vec<(usize, usize)> {
    let part = |c: char| c.is_alphanumeric() || "+-._$/\"".contains(c);
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        match start {
            None if part(c) => start = Some(at),
            Some(from) if !part(c) => {
                found.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_words_and_cut_files_are_judged(
        file in prop::sample::select(&FILES[..]),
        at in any::<prop::sample::Index>(),
        change in prop_oneof![4 => prop::sample::select(&ODD[..]).prop_map(Some), 1 => Just(None)],
    ) {
        let folder = tempfile::tempdir().unwrap();
        copy(&source(), folder.path());
        let path = folder.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        let all = words(&text);
        let (from, to) = all[at.index(all.len())];
        let changed = match change {
            Some(other) => format!("{}{other}{}", &text[..from], &text[to..]),
            None => text[..from].to_owned(),
        };
        fs::write(&path, changed).unwrap();
        let started = Instant::now();
        if let Some(message) = judge(folder.path()) {
            prop_assert!(!message.is_empty() && message.lines().count() < 45, "{}", message);
        }
        prop_assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    }
}

/// Variables that name each other and double each time end, without gigabytes of text.
#[test]
fn variables_that_grow_without_end_are_an_error() {
    let folder = tempfile::tempdir().unwrap();
    copy(&source(), folder.path());
    let mut manifest = serde_json::Map::new();
    for index in 0..400 {
        let next = format!("$V{}x", (index + 1) % 400);
        manifest.insert(format!("$V{index}x"), next.repeat(100).into());
    }
    let config = serde_json::json!({
        "manifest": manifest, "network": "./circuit_config.json", "simulation": "$V0x$V0x$V0x",
    });
    fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    let started = Instant::now();
    let message = judge(folder.path()).unwrap();
    assert!(message.contains("simulation: cannot read"), "{}", &message[..message.len().min(300)]);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[test]
fn the_circuit_itself_is_sound() {
    assert_eq!(judge(&source()), None);
}
