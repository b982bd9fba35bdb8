//! `neuropil run`, and what it shares with `resume`.

use crate::args::{RunArgs, RunOptions};
use crate::done::Done;
use crate::error::CliError;
use crate::ranks::{self, Company};
use crate::say::{Say, Screen};
use crate::{interrupt, screen};
use neuropil_session::{Changes, Input, Session};
use std::path::PathBuf;

/// Runs a model file and records it.
///
/// # Errors
/// Faults of the model, of the output, or of the run.
pub fn run(args: &RunArgs) -> Result<(), CliError> {
    ranks::together(|company| if args.again { again(args, company) } else { anew(args, company) })
}

fn anew(args: &RunArgs, company: &Company) -> Result<(), CliError> {
    let input = company.agree(args.model.input())?;
    let output = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("{}.h5", input.name())));
    let session = Session {
        scale: args.model.scale,
        force: args.force,
        checkpoint_every_ms: args.checkpoint_every_ms,
        threads: args.options.threads,
        rank: company.rank(),
        command: std::env::args().collect::<Vec<_>>().join(" "),
        ..Session::new(&input, output)
    };
    go(&session, input, Vec::new(), &args.options)
}

/// Repeats the run of a recording.
fn again(args: &RunArgs, company: &Company) -> Result<(), CliError> {
    if args.model.changes() != Changes::default() {
        let message = "--again repeats a run as it was: leave out the options that change the model, or run the model that \
                       `neuropil inspect --model` prints";
        return Err(CliError::Input(message.into()));
    }
    let (session, input) = company.agree(Session::again(&args.model.model).map_err(CliError::from))?;
    let session = Session {
        output: args.output.clone().unwrap_or_else(|| session.output.clone()),
        force: args.force,
        checkpoint_every_ms: args.checkpoint_every_ms,
        threads: args.options.threads,
        rank: company.rank(),
        command: std::env::args().collect::<Vec<_>>().join(" "),
        ..session
    };
    let apart = neuropil_session::apart(&session.output, std::slice::from_ref(&args.model.model));
    company.agree(apart.map_err(CliError::from))?;
    go(&session, input, Vec::new(), &args.options)
}

/// Runs a session and tells what came of it, and `notes` beside those of the input.
///
/// # Errors
/// As [`run`].
pub fn go(session: &Session, input: Input, notes: Vec<String>, options: &RunOptions) -> Result<(), CliError> {
    let notes: Vec<String> = input.notes().into_iter().chain(notes).collect();
    let speaks = session.rank.as_ref().is_none_or(|own| own.rank == 0);
    let quiet = options.quiet || !speaks;
    for note in notes.iter().filter(|_| !quiet) {
        screen::note(note);
    }
    interrupt::listen()?;
    let say = Say { loud: !quiet && !options.json, bars: !quiet };
    let finished = session.run(input, &Screen::new(say))?;
    let (complete, reached_ms, until_ms) = (finished.complete, finished.from_to_ms.1, finished.until_ms);
    let next = match finished.has_checkpoint {
        true => format!("; `neuropil resume {}` goes on", session.output.display()),
        false => "; it has no checkpoint to go on from, `--checkpoint-every-ms` makes some".into(),
    };
    let done = Done { finished, notes };
    let told = if options.json && speaks {
        screen::print(&done.json().to_string())
    } else if say.loud {
        screen::print(&done.text())
    } else {
        Ok(())
    };
    if complete {
        return told;
    }
    Err(CliError::Interrupted(format!(
        "interrupted at {reached_ms} of {until_ms} ms; the recording holds what came before{next}"
    )))
}
