//! The `neuropil` command: arguments and messages, no science.

mod args;
mod check;
mod error;
mod inspect;
mod load;
mod plot;
mod run;
mod summary;
mod verify;

use args::{Cli, Command};
use clap::{CommandFactory, Parser};
use error::CliError;
use std::io::Write;
use std::process::ExitCode;

/// Exit code of a bug in neuropil.
const BUG: u8 = 70;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|info| {
        // A closed pipe (`neuropil inspect x.h5 | head`) is no bug.
        let message = info.to_string();
        if !message.contains("Broken pipe") {
            let _ = writeln!(std::io::stderr(), "error: this is a bug in neuropil, please report it: {message}");
        }
    }));
    let command = Cli::parse().command;
    match std::panic::catch_unwind(|| execute(command)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::from(error.code())
        }
        Err(_) => ExitCode::from(BUG),
    }
}

fn execute(command: Command) -> Result<(), CliError> {
    match command {
        Command::Run(args) => run::run(&args),
        Command::Plot(args) => plot::plot(&args),
        Command::Inspect(args) => inspect::inspect(&args),
        Command::Check(args) => check::check(&args),
        Command::Schema => {
            println!("{}", neuropil_model::schema::text());
            Ok(())
        }
        Command::Verify(args) => verify::verify(&args),
        Command::Markdown => {
            let options = clap_markdown::MarkdownOptions::new().show_footer(false).title("The neuropil command".into());
            println!("{}", clap_markdown::help_markdown_command_custom(&Cli::command(), &options).trim_end());
            Ok(())
        }
    }
}
