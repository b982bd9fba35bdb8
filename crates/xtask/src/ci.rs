//! `cargo xtask ci`: the one list of checks, the same for a developer and a server.

use crate::build::{built, cargo, look_what_is_built, neuropil, target_directory};
use crate::shell::{Failure, failure, root, run};
use crate::{
    arch, bmtk, book, counts, guide, libraries, packages, pages, published_cells, python, readers, report_page, system,
};
use std::process::Command;
use std::time::Instant;

/// A check: what it is called, and what it says when it passes.
type Check = (&'static str, fn() -> Result<String, Failure>);

/// In this order. Tests, examples and the command share one profile, so that each crate is built once for all of them.
const CHECKS: &[Check] = &[
    ("what is needed", needed),
    ("format", || quietly(run(cargo().args(["fmt", "--all", "--check"])))),
    ("clippy", || {
        quietly(run(cargo().args(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"])))
    }),
    ("rustdoc", rustdoc),
    ("arch", arch::check),
    ("guide", guide::check),
    ("book", book::check),
    ("tests", tests),
    ("packages", packages::check),
    ("examples", examples),
    ("pages", pages::check),
    ("reference cases", reference_cases),
    ("other readers", readers::check),
    ("bmtk", bmtk::check),
    ("published cells", published_cells::check),
    ("report", report_page::check),
    ("Python", python::check),
    ("instructions", counts::check),
];

/// Runs every check and stops at the first that fails.
pub fn ci() -> Result<(), Failure> {
    let begun = Instant::now();
    look_what_is_built()?;
    let mut lines = Vec::new();
    for (number, (name, check)) in CHECKS.iter().enumerate() {
        println!("\n=== {}/{} {name}", number + 1, CHECKS.len());
        let since = Instant::now();
        let outcome = check();
        let seconds = since.elapsed().as_secs_f64();
        match outcome {
            Ok(said) => {
                if !said.is_empty() {
                    println!("{said}");
                }
                println!("--- {name}: ok, {seconds:.1} s");
                lines.push(format!("{name:<16} {seconds:>7.1} s  {}", said.lines().last().unwrap_or_default()));
            }
            Err(Failure(message)) => {
                return Err(failure(format!(
                    "{message}\n--- {name}: FAILED after {seconds:.1} s; the rest was not run"
                )));
            }
        }
    }
    println!("\n{}", lines.join("\n"));
    println!("all {} checks passed in {:.0} s", CHECKS.len(), begun.elapsed().as_secs_f64());
    Ok(())
}

fn quietly(outcome: Result<(), Failure>) -> Result<String, Failure> {
    outcome.map(|()| String::new())
}

/// The tests, with the same property-test cases in every run: what a change is judged by must not depend on luck. Plain
/// `cargo test` draws new cases, and so does the weekly workflow.
fn tests() -> Result<String, Failure> {
    let seed = std::env::var("PROPTEST_RNG_SEED").unwrap_or_else(|_| "1".into());
    quietly(run(cargo().args(["test", "--workspace"]).env("PROPTEST_RNG_SEED", seed)))
}

fn needed() -> Result<String, Failure> {
    libraries::install_libraries()?;
    system::install_components()?;
    Ok(String::new())
}

fn rustdoc() -> Result<String, Failure> {
    let mut flags = std::env::var("RUSTDOCFLAGS").unwrap_or_default();
    flags.push_str(" -D warnings");
    let arguments = ["doc", "--workspace", "--no-deps", "--document-private-items", "--quiet"];
    quietly(run(cargo().args(arguments).env("RUSTDOCFLAGS", flags)))
}

/// Runs every example of the root; each asserts its answer.
fn examples() -> Result<String, Failure> {
    built()?;
    let programs = target_directory()?.join("debug").join("examples");
    let mut count = 0;
    for source in crate::shell::files_below(&root().join("examples"), &["rs"]) {
        run(&mut Command::new(programs.join(source.file_stem().unwrap_or_default())))?;
        count += 1;
    }
    Ok(format!("{count} examples hold what they assert"))
}

fn reference_cases() -> Result<String, Failure> {
    let folders = ["network", "cells", "synapses", "equations", "gradients", "diffusion"];
    let cases = folders.map(|folder| format!("tests/data/{folder}"));
    quietly(run(Command::new(neuropil()?).arg("verify").args(cases).current_dir(root())))
}
