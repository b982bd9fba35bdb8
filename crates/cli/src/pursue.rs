//! One training run until its end, with the other ranks if there are any, and its file kept up to date.

use crate::args::TrainingArgs;
use crate::error::CliError;
use crate::ranks::Company;
use crate::say::Say;
use crate::train::of_training;
use crate::{interrupt, screen};
use indicatif::ProgressBar;
use neuropil_plasticity::Rule;
use neuropil_record::{TrainingFile, TrainingRun};
use neuropil_train::compare::{is_done, put};
use neuropil_train::{Evaluation, Setup, TrainError, Trainer};
use std::path::Path;
use std::time::{Duration, Instant};

/// Wall time between two writings of the file, and how many times as long as a writing takes it is.
const SAVE_EVERY: Duration = Duration::from_secs(5);
const TIMES_A_SAVE: u32 = 20;

/// Makes one run, or what is missing of it, and keeps the file up to date. All ranks call it; the first alone writes and speaks.
///
/// # Errors
/// As [`crate::train::train`]; the file then holds what was learned before.
pub fn pursue(
    args: &TrainingArgs,
    setup: &Setup,
    (rule, seed): (&'static Rule, u64),
    output: &Path,
    (file, company): (&mut TrainingFile, &Company),
) -> Result<(), CliError> {
    let is_same = |run: &&TrainingRun| run.rule == rule.name && run.seed == seed && run.point == setup.point;
    let older = file.runs.iter().find(is_same);
    if older.is_some_and(is_done) {
        return Ok(());
    }
    let trainer = begun(args, setup, (rule, seed), older).map_err(of_training);
    let mut trainer = company.agree(trainer)?.with_rank(company.rank());
    if company.rank().is_some() {
        trainer = trainer.with_threads(args.threads.map_or(1, usize::from));
    }
    let name = trainer.record().label();
    let loud = company.speaks() && !args.quiet && !args.json;
    let say = Say { loud, bars: loud };
    if say.loud {
        trainer.notes().iter().for_each(|note| screen::note(&format!("note: {note}")));
    }
    let bar = say.bar(setup.settings.updates.into(), "{wide_bar} {pos}/{len}  {msg}  {eta} left");
    bar.set_position(trainer.evaluations().last().map_or(0, |own| own.update.into()));
    bar.reset_eta();
    let outcome = updates(&mut trainer, (setup, &name), &bar, (file, output, company));
    bar.finish_and_clear();
    put(file, trainer.record_with_cost());
    let saved = if company.speaks() { save(file, output) } else { Ok(()) };
    company.agree(saved)?;
    if let (Ok(()), Some(last)) = (&outcome, trainer.evaluations().last()) {
        say.line(&format!("{name:<22} seed {seed}: {} updates, {}", last.update, text(last, setup)));
    }
    outcome
}

/// The trainer, from its beginning or from where an older run has come.
fn begun<'s>(
    args: &TrainingArgs,
    setup: &'s Setup,
    (rule, seed): (&'static Rule, u64),
    older: Option<&TrainingRun>,
) -> Result<Trainer<'s>, TrainError> {
    let threads = args.threads.map_or_else(cores, usize::from);
    let trainer = Trainer::new(setup, rule, seed)?.with_threads(threads).with_alignment(args.align);
    match older {
        Some(run) => trainer.resume(run),
        None => Ok(trainer),
    }
}

/// Makes updates until the end of the run.
fn updates(
    trainer: &mut Trainer<'_>,
    (setup, name): (&Setup, &str),
    bar: &ProgressBar,
    (file, output, company): (&mut TrainingFile, &Path, &Company),
) -> Result<(), CliError> {
    let (mut saved, mut save_every) = (Instant::now(), SAVE_EVERY);
    loop {
        let progress = company.agree(trainer.advance().map_err(of_training))?;
        bar.set_position(progress.updates.into());
        if let Some(evaluation) = &progress.evaluation {
            bar.set_message(format!("{name} seed {}: {}", trainer.seed(), text(evaluation, setup)));
        }
        if progress.done {
            return Ok(());
        }
        if company.any(interrupt::is_asked()) {
            let next = "the same command goes on (for `train` with --resume)";
            return Err(CliError::Interrupted(format!("interrupted at update {}; {next}", progress.updates)));
        }
        let mut written = Ok(());
        // The first rank alone writes, and looks at its clock.
        if company.speaks() && saved.elapsed() >= save_every {
            put(file, trainer.record_with_cost());
            let began = Instant::now();
            written = save(file, output);
            saved = Instant::now();
            save_every = SAVE_EVERY.max(TIMES_A_SAVE * began.elapsed());
        }
        company.agree(written)?;
    }
}

fn save(file: &TrainingFile, output: &Path) -> Result<(), CliError> {
    file.save(output).map(|_| ()).map_err(CliError::output)
}

fn text(own: &Evaluation, setup: &Setup) -> String {
    let accuracy = if own.accuracy.is_nan() { String::new() } else { format!(", accuracy {:.3}", own.accuracy) };
    let held_out = match own.validation {
        [loss, _] if loss.is_nan() => String::new(),
        [loss, part] if part.is_nan() => format!(", held out {loss:.4}"),
        [loss, part] => format!(", held out {loss:.4} ({part:.3})"),
    };
    let rate = if setup.is_spiking() { format!("{:.1} Hz", own.rate) } else { format!("output {:.3}", own.rate) };
    // The rate is of the batch, as loss and accuracy are.
    format!("loss {:.4}{accuracy}, {rate}{held_out}", own.loss)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
