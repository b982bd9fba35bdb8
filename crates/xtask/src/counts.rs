//! `cargo xtask counts`: instructions of a few small runs beside those of benches/instructions.json.
//!
//! Instructions, not seconds: they do not depend on what else the machine does. Valgrind presents a processor with AVX2 and
//! without AVX-512 wherever AVX2 is there, so that the path through the program does not depend on the machine either; the
//! width of vectors that the program reports is compared before any count.

use crate::build::{cargo, target_directory};
use crate::shell::{Failure, failure, output, read, root, run};
use crate::system;
use serde_json::{Map, Value, json};
use std::path::Path;
use std::process::Command;

const FILE: &str = "benches/instructions.json";
/// More than this over the committed count is a loss, and as much below is news.
const TOLERANCE: f64 = 0.1;
/// How a run is made short: all that remains is what comes before the steps, or the updates.
const SHORT_RUN: &[&str] = &["--warm-up-ms", "0", "--seconds", "0.0001"];
const SHORT_TRAINING: &[&str] = &["--updates", "1"];

/// What `neuropil bench` measures in one thread, once short and once longer.
struct Case {
    name: &'static str,
    of: &'static [&'static str],
    short: &'static [&'static str],
    longer: &'static [&'static str],
    /// What the longer run does more.
    more: &'static str,
    /// What both do before.
    before: &'static str,
}

/// A network that is built and run for 50 ms.
const fn network(name: &'static str, of: &'static [&'static str]) -> Case {
    let longer = &["--warm-up-ms", "0", "--seconds", "0.05"];
    Case { name, of, short: SHORT_RUN, longer, more: "50 ms", before: "construction" }
}

/// A task that is learned for some updates; the three before are two of warm-up and one.
const fn training(name: &'static str, of: &'static [&'static str]) -> Case {
    Case { name, of, short: SHORT_TRAINING, longer: &["--updates", "3"], more: "2 updates", before: "first 3 updates" }
}

const CASES: &[Case] = &[
    network("cuba", &["cuba"]),
    network("cuba, single", &["cuba", "--precision", "single"]),
    network("coba", &["coba"]),
    network(
        "brunel, 2500 cells",
        &[
            "brunel",
            "--set=populations.exc.cells=2000",
            "--set=populations.inh.cells=500",
            "--set=projections.0.in_degree=200",
            "--set=projections.1.in_degree=50",
            "--set=projections.0.weight_mv=0.5",
            "--set=projections.1.weight_mv=-2.5",
        ],
    ),
    network("microcircuit, 3 %, single", &["microcircuit", "--scale", "0.03", "--precision", "single"]),
    training(
        "mini evidence, modprop_type",
        &["models/tasks/mini_evidence.json", "--rule", "modprop_type", "--set=training.batch=16"],
    ),
    training("small XOR, bptt", &["models/tasks/small_delayed_xor.json", "--rule", "bptt", "--set=training.batch=16"]),
];

/// What one run says and costs.
struct Run {
    vector_bits: Value,
    instructions: u64,
}

/// Compares the counts with those committed; says so where they cannot be had.
pub fn check() -> Result<String, Failure> {
    let committed: Value =
        serde_json::from_str(&read(FILE)?).map_err(|error| failure(format!("{FILE} is no JSON: {error}")))?;
    let found = match counted()? {
        Ok(found) => found,
        Err(why) => return Ok(format!("SKIPPED: {why}")),
    };
    if committed["vector_bits"] != found["vector_bits"] {
        let (theirs, ours) = (&committed["vector_bits"], &found["vector_bits"]);
        return Ok(format!("SKIPPED: {FILE} is of vectors of {theirs} bits, this processor has {ours}"));
    }
    let (lines, losses) = compared(&committed["instructions"], &found["instructions"]);
    println!("{}", lines.join("\n"));
    if losses.is_empty() {
        return Ok(format!("{} counts are within {:.0} % of {FILE}", lines.len(), TOLERANCE * 100.0));
    }
    Err(failure(format!(
        "{}\nif that is what it has to cost: `cargo xtask counts --write`, and say why in the commit",
        losses.join("\n")
    )))
}

/// Writes the counts of this program.
pub fn write() -> Result<(), Failure> {
    let found = counted()?.map_err(failure)?;
    let text = serde_json::to_string_pretty(&found).expect("JSON can be written");
    std::fs::write(root().join(FILE), text + "\n").map_err(|error| failure(format!("cannot write {FILE}: {error}")))?;
    println!("wrote {FILE}");
    Ok(())
}

/// One line a count, and those that are losses.
fn compared(committed: &Value, found: &Value) -> (Vec<String>, Vec<String>) {
    let (mut lines, mut losses) = (Vec::new(), Vec::new());
    let empty = Map::new();
    let names = |counts: &Value| counts.as_object().unwrap_or(&empty).keys().cloned().collect::<Vec<_>>();
    for name in names(found) {
        let (Some(before), Some(now)) = (committed[&name].as_f64(), found[&name].as_f64()) else {
            losses.push(format!("{name}: {FILE} has no such count"));
            continue;
        };
        let change = now / before - 1.0;
        let line = format!("{name:<34} {now:>14.0}  {:+6.1} %", change * 100.0);
        if change > TOLERANCE {
            losses.push(format!("{line}, at most {:+.0} %", TOLERANCE * 100.0));
        }
        let news = if change < -TOLERANCE { "  `cargo xtask counts --write` keeps what is gained" } else { "" };
        lines.push(line + news);
    }
    for name in names(committed).into_iter().filter(|name| found[name].is_null()) {
        losses.push(format!("{name}: {FILE} has a count that is not measured"));
    }
    (lines, losses)
}

/// All counts as the file has them, or why there are none here.
fn counted() -> Result<Result<Value, String>, Failure> {
    if !cfg!(target_arch = "x86_64") {
        return Ok(Err("counts are of x86-64".into()));
    }
    if let Err(Failure(why)) = system::install_valgrind() {
        return Ok(Err(why));
    }
    // With what the Python package asks of their dependencies too, so that the crates which its check has built serve.
    let packages = ["--package", "neuropil-cli", "--package", "neuropil-py", "--bin", "neuropil"];
    run(cargo().args(["build", "--release", "--quiet"]).args(packages))?;
    let mut counts = Map::new();
    let mut vector_bits = Value::Null;
    for case in CASES {
        let short = counted_run(case, case.short)?;
        let whole = counted_run(case, case.longer)?;
        counts.insert(format!("{}: {}", case.name, case.before), json!(short.instructions));
        let more = whole.instructions.saturating_sub(short.instructions);
        counts.insert(format!("{}: {}", case.name, case.more), json!(more));
        vector_bits = whole.vector_bits;
    }
    let compiler = output(Command::new("rustc").arg("--version"))?;
    let valgrind = output(Command::new("valgrind").arg("--version"))?;
    Ok(Ok(json!({
        "compiler": compiler.trim(),
        "valgrind": valgrind.trim(),
        "vector_bits": vector_bits,
        "instructions": counts,
    })))
}

/// Runs `neuropil bench` in callgrind.
fn counted_run(case: &Case, length: &[&str]) -> Result<Run, Failure> {
    let target = target_directory()?;
    let (log, details) = (target.join("callgrind.log"), target.join("callgrind.out"));
    let option = |name: &str, path: &Path| format!("--{name}={}", path.display());
    let mut command = Command::new("valgrind");
    command.arg("--tool=callgrind").arg(option("log-file", &log)).arg(option("callgrind-out-file", &details));
    command.arg(target.join("release").join("neuropil")).arg("bench").args(case.of);
    command.args(["--threads", "1"]).args(length);
    let printed = output(command.current_dir(root()))?;
    let figures: Value = serde_json::from_str(&printed)
        .map_err(|error| failure(format!("`neuropil bench` of {} printed no JSON: {error}", case.name)))?;
    let text = std::fs::read_to_string(&log).unwrap_or_default();
    let instructions = collected(&text)
        .ok_or_else(|| failure(format!("valgrind told no count of {}; see {}", case.name, log.display())))?;
    Ok(Run { vector_bits: figures["vector_bits"].clone(), instructions })
}

/// The count in callgrind's log, a line such as `==12== Collected : 207314864`.
fn collected(log: &str) -> Option<u64> {
    let line = log.lines().find_map(|line| line.split_once("Collected :"))?;
    line.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_found_in_the_log() {
        assert_eq!(collected("==7== Events    : Ir\n==7== Collected : 2073\n"), Some(2073));
        assert_eq!(collected("==7== error\n"), None);
    }

    /// Would catch a check that lets a loss pass, or that refuses noise and gains.
    #[test]
    fn only_losses_and_other_names_fail() {
        let losses = |now: Value| compared(&json!({"a": 100.0, "b": 100.0}), &now).1.len();
        assert_eq!(losses(json!({"a": 109.0, "b": 50.0})), 0);
        assert_eq!(losses(json!({"a": 111.0, "b": 100.0})), 1);
        assert_eq!(losses(json!({"a": 100.0})), 1);
        assert_eq!(losses(json!({"a": 100.0, "b": 100.0, "c": 1.0})), 1);
    }
}
