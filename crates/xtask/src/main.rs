//! Chores of the repository: `cargo xtask ci | first-run | arch | guide | book | packages | pages [--check] | ranks | readers | bmtk | published-cells [--write] | report | python | counts [--write] | wheels [TARGET ..]`.

mod arch;
mod bmtk;
mod book;
mod browser;
mod build;
mod ci;
mod circles;
mod cmake;
mod counts;
mod environment;
mod explorer_page;
mod first_run;
mod glossary;
mod guide;
mod libraries;
mod models_page;
mod named_files;
mod packages;
mod pages;
mod published_cells;
mod published_page;
mod python;
mod ranks;
mod readers;
mod report_page;
mod shell;
mod source;
mod system;
mod task_page;
mod third_party;
mod wheels;

use shell::{Failure, failure};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  ci               every check of the project, in order; stops at the first that fails
  first-run        builds, simulates the cortical microcircuit at a tenth of its size, draws it
  arch             crates and files depend on each other as docs/architecture.md and docs/circles.md say
  guide            every link of docs/ and the README leads somewhere, every file that they name is there
  book             builds docs/ as a book and follows its links
  packages         packs every crate, checks what lies in each, and that one version is written everywhere
  pages [--check]  writes (or checks) models/schema.json, models/task_schema.json and docs/cli.md
  ranks            lints and builds the command with MPI, and runs it over ranks of `mpirun`
  readers          other programs open what neuropil writes
  bmtk             bmtk on NEST beside neuropil, spike for spike
  published-cells [--write]  reads and runs every published NESTML model, checks (or writes) docs/published-cells.md
  report           headless Chromium lays out reports and finds nothing amiss
  frames PAGE      times the frames of a page that `neuropil view` has written
  python           installs the Python package, runs its tests and the examples in Python
  wheels [TARGET ..] builds what is published of the Python packages into target/wheels, and tries it without a compiler
  counts [--write] compares (or writes) the instructions of small runs with benches/instructions.json

What is missing (cmake for the HDF5 library, MPI, valgrind, Chromium) is installed by ci, first-run, ranks, report and counts where pip and apt-get can.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["ci"] => ci::ci(),
        ["first-run"] => first_run::first_run(),
        ["arch"] => arch::check().map(|said| println!("{said}")),
        ["guide"] => guide::check().map(|said| println!("{said}")),
        ["book"] => book::check().map(|said| println!("{said}")),
        ["packages"] => packages::check().map(|said| println!("{said}")),
        ["report"] => report_page::check().map(|said| println!("{said}")),
        ["frames", page] => explorer_page::frames(page).map(|said| println!("{said}")),
        ["python"] => python::check().map(|said| println!("{said}")),
        ["ranks"] => ranks::check().map(|said| println!("{said}")),
        ["readers"] => readers::check().map(|said| println!("{said}")),
        ["bmtk"] => bmtk::check().map(|said| println!("{said}")),
        ["published-cells"] => published_cells::check().map(|said| println!("{said}")),
        ["published-cells", "--write"] => published_cells::write(),
        ["pages"] => pages::write(),
        ["pages", "--check"] => pages::check().map(|said| println!("{said}")),
        ["counts"] => counts::check().map(|said| println!("{said}")),
        ["counts", "--write"] => counts::write(),
        ["wheels", targets @ ..] => wheels::wheels(targets),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => Err(failure(USAGE)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(message)) => {
            eprintln!("\n{message}");
            ExitCode::FAILURE
        }
    }
}
