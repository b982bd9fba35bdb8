//! `cargo xtask counts`: instructions of a few small runs beside those of benches/instructions.json.
//!
//! Instructions, not seconds: they do not depend on what else the machine does. Valgrind presents a processor with AVX2 and
//! without AVX-512 wherever AVX2 is there, so that the path through the program does not depend on the machine either; the
//! width of vectors that the program reports is compared before any count.

use crate::shell::{Failure, cargo, failure, output, read, root, run, target_directory};
use crate::system;
use serde_json::{Map, Value, json};
use std::path::Path;
use std::process::Command;

const FILE: &str = "benches/instructions.json";
/// More than this over the committed count is a loss, and as much below is news.
const TOLERANCE: f64 = 0.1;
/// One step: all that remains is reading the model and drawing synapses.
const BUILD_ONLY_S: &str = "0.0001";

/// A network that is built and run for some steps, in one thread.
struct Case {
    name: &'static str,
    network: &'static [&'static str],
    seconds: &'static str,
}

const CASES: &[Case] = &[
    Case { name: "cuba", network: &["cuba"], seconds: "0.05" },
    Case { name: "cuba, single", network: &["cuba", "--precision", "single"], seconds: "0.05" },
    Case { name: "coba", network: &["coba"], seconds: "0.05" },
    Case {
        name: "brunel, 2500 cells",
        network: &[
            "brunel",
            "--set=populations.exc.cells=2000",
            "--set=populations.inh.cells=500",
            "--set=projections.0.in_degree=200",
            "--set=projections.1.in_degree=50",
            "--set=projections.0.weight_mv=0.5",
            "--set=projections.1.weight_mv=-2.5",
        ],
        seconds: "0.05",
    },
    Case {
        name: "microcircuit, 3 %, single",
        network: &["microcircuit", "--scale", "0.03", "--precision", "single"],
        seconds: "0.05",
    },
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
    run(cargo().args(["build", "--release", "--package", "neuropil-cli", "--quiet"]))?;
    let mut counts = Map::new();
    let mut vector_bits = Value::Null;
    for case in CASES {
        let build = counted_run(case, BUILD_ONLY_S)?;
        let whole = counted_run(case, case.seconds)?;
        counts.insert(format!("{}: construction", case.name), json!(build.instructions));
        let seconds: f64 = case.seconds.parse().expect("a number of seconds");
        counts.insert(
            format!("{}: {} ms", case.name, seconds * 1e3),
            json!(whole.instructions.saturating_sub(build.instructions)),
        );
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
fn counted_run(case: &Case, seconds: &str) -> Result<Run, Failure> {
    let target = target_directory()?;
    let (log, details) = (target.join("callgrind.log"), target.join("callgrind.out"));
    let option = |name: &str, path: &Path| format!("--{name}={}", path.display());
    let mut command = Command::new("valgrind");
    command.arg("--tool=callgrind").arg(option("log-file", &log)).arg(option("callgrind-out-file", &details));
    command.arg(target.join("release").join("neuropil")).arg("bench").args(case.network);
    command.args(["--threads", "1", "--warm-up-ms", "0", "--seconds", seconds]);
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
