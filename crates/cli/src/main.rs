//! The `neuropil` command: arguments and messages, no science.

mod args;
mod bench;
mod channels;
mod check;
mod compare;
mod convert;
mod diffuse;
mod done;
mod error;
mod export;
mod field_plot;
mod gradients;
mod import;
mod inspect;
mod interrupt;
mod learn;
mod load;
mod merge;
mod peptides;
mod plot;
mod report;
mod resume;
mod run;
mod say;
mod screen;
mod stages;
mod summary;
mod taps;
mod train;
mod verify;

use args::{Cli, Command};
use clap::{CommandFactory, Parser};
use error::CliError;
use std::process::ExitCode;

/// Exit code of a bug in neuropil.
const BUG: u8 = 70;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|info| {
        screen::note(&format!("error: this is a bug in neuropil, please report it: {info}"));
    }));
    let command = Cli::parse().command;
    match std::panic::catch_unwind(|| execute(command)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            screen::note(&format!("error: {error}"));
            ExitCode::from(error.code())
        }
        Err(_) => ExitCode::from(BUG),
    }
}

fn execute(command: Command) -> Result<(), CliError> {
    match command {
        Command::Run(args) => run::run(&args),
        Command::Resume(args) => resume::resume(&args),
        Command::Import(args) => import::import(&args),
        Command::Diffuse(args) => diffuse::diffuse(&args),
        Command::Peptides(command) => peptides::peptides(&command),
        Command::Plot(args) => plot::plot(&args),
        Command::Report(args) => report::report(&args),
        Command::Inspect(args) => inspect::inspect(&args),
        Command::Check(args) => check::check(&args),
        Command::Export(args) => export::export(&args),
        Command::Convert(args) => convert::convert(&args),
        Command::Train(args) => train::train(&args),
        Command::Compare(args) => compare::compare(&args),
        Command::Merge(args) => merge::merge(&args),
        Command::Simulate(args) => stages::simulate(&args),
        Command::Gradients(args) => gradients::gradients(&args),
        Command::Learn(args) => learn::learn(&args),
        Command::Taps(args) => taps::taps(&args),
        Command::Bench(args) => bench::bench(&args),
        Command::Schema => screen::print(&neuropil_model::schema::text()),
        Command::Verify(args) => verify::verify(&args),
        Command::Markdown => {
            let options = clap_markdown::MarkdownOptions::new().show_footer(false).title("The neuropil command".into());
            screen::print(clap_markdown::help_markdown_command_custom(&Cli::command(), &options).trim_end())
        }
    }
}
