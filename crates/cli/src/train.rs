//! `neuropil train`, and what it shares with `compare`.

use crate::args::{TrainArgs, TrainingArgs};
use crate::error::CliError;
use crate::say::Say;
use crate::{interrupt, load, screen};
use neuropil_model::Document;
use neuropil_plasticity::Rule;
use neuropil_plasticity::rule::rule;
use neuropil_record::{TrainingFile, TrainingRun};
use neuropil_train::compare::{is_done, put, same_task};
use neuropil_train::curves::{self, Row};
use neuropil_train::sweep::Point;
use neuropil_train::{Evaluation, Setup, TrainError, Trainer};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Wall time between two writings of the file.
const SAVE_EVERY: Duration = Duration::from_secs(5);

/// Trains with one rule and one seed.
///
/// # Errors
/// Faults of the task, files that exist or cannot be written, training that diverges, Ctrl-C.
pub fn train(args: &TrainArgs) -> Result<(), CliError> {
    let setup = setup(&args.training)?;
    let rule = rule(&args.rule).map_err(CliError::input)?;
    let output = output(&args.training, args.output.as_deref());
    let mut file = open(&args.training, &setup, &output, args.resume)?;
    interrupt::listen()?;
    pursue(&args.training, &setup, (rule, args.seed), &output, &mut file)?;
    tell(&args.training, &file, &[rule.name.into()], &output)
}

/// The task file with the changes of the command line, checked.
///
/// # Errors
/// All its faults.
pub fn setup(args: &TrainingArgs) -> Result<Setup, CliError> {
    setup_at(args, &Point::default())
}

/// The same at a point of a sweep.
///
/// # Errors
/// All its faults.
pub fn setup_at(args: &TrainingArgs, point: &Point) -> Result<Setup, CliError> {
    let text = load::read(&args.task)?;
    let mut document = Document::parse(&args.task.display().to_string(), text).map_err(CliError::input)?;
    for assignment in args.set.iter().chain(&point.changes) {
        document.set(assignment).map_err(CliError::input)?;
    }
    let folder = args.task.parent().unwrap_or(Path::new(""));
    let mut setup = Setup::decode(&document, folder).map_err(of_training)?;
    setup.point = point.name();
    Ok(setup)
}

/// The file to write.
pub fn output(args: &TrainingArgs, given: Option<&Path>) -> PathBuf {
    let own = || PathBuf::from(args.task.with_extension("h5").file_name().unwrap_or_default());
    given.map_or_else(own, Path::to_path_buf)
}

/// What the file holds already, if it may go on, or a new one.
///
/// # Errors
/// Files that exist, that cannot be written, or that hold runs of another task.
pub fn open(args: &TrainingArgs, setup: &Setup, output: &Path, resume: bool) -> Result<TrainingFile, CliError> {
    load::apart(output, &inputs(args, setup))?;
    let command = std::env::args().collect::<Vec<_>>().join(" ");
    if resume && output.exists() {
        let file = TrainingFile::read(output).map_err(CliError::input)?;
        same_task(&file, &output.display().to_string(), setup).map_err(of_training)?;
        return Ok(TrainingFile { command, ..file });
    }
    TrainingFile::claim(output, args.force).map_err(CliError::output)?;
    Ok(TrainingFile { task: setup.json.clone(), command, ..TrainingFile::default() })
}

/// The task file and the files that its task names.
fn inputs(args: &TrainingArgs, setup: &Setup) -> Vec<PathBuf> {
    let task: Value = serde_json::from_str(&setup.json).unwrap_or_default();
    let folder = args.task.parent().unwrap_or(Path::new(""));
    let words = task["task"].as_object().into_iter().flat_map(|own| own.values()).filter_map(Value::as_str);
    words.map(|word| folder.join(word)).chain([args.task.clone()]).collect()
}

/// Makes one run, or what is missing of it, and keeps the file up to date.
///
/// # Errors
/// As [`train`]; the file then holds what was learned before.
pub fn pursue(
    args: &TrainingArgs,
    setup: &Setup,
    (rule, seed): (&'static Rule, u64),
    output: &Path,
    file: &mut TrainingFile,
) -> Result<(), CliError> {
    let is_same = |run: &&TrainingRun| run.rule == rule.name && run.seed == seed && run.point == setup.point;
    let older = file.runs.iter().find(is_same);
    if older.is_some_and(is_done) {
        return Ok(());
    }
    let threads = args.threads.map_or_else(cores, usize::from);
    let trainer = Trainer::new(setup, rule, seed).map_err(of_training)?;
    let mut trainer = trainer.with_threads(threads).with_alignment(args.align);
    if let Some(run) = older {
        trainer = trainer.resume(run).map_err(of_training)?;
    }
    let name = trainer.record().label();
    let say = Say { loud: !args.quiet && !args.json, bars: !args.quiet && !args.json };
    let bar = say.bar(setup.settings.updates.into(), "{wide_bar} {pos}/{len}  {msg}  {eta} left");
    bar.set_position(trainer.evaluations().last().map_or(0, |own| own.update.into()));
    bar.reset_eta();
    let mut saved = Instant::now();
    let outcome = loop {
        let progress = match trainer.advance() {
            Ok(progress) => progress,
            Err(fault) => break Err(of_training(fault)),
        };
        bar.set_position(progress.updates.into());
        if let Some(evaluation) = &progress.evaluation {
            bar.set_message(format!("{name} seed {seed}: {}", text(evaluation, setup)));
        }
        if progress.done {
            break Ok(());
        }
        if interrupt::is_asked() {
            let next = "the same command goes on (for `train` with --resume)";
            break Err(CliError::Interrupted(format!("interrupted at update {}; {next}", progress.updates)));
        }
        if saved.elapsed() >= SAVE_EVERY {
            put(file, trainer.record_with_cost());
            file.save(output).map_err(CliError::output)?;
            saved = Instant::now();
        }
    };
    bar.finish_and_clear();
    put(file, trainer.record_with_cost());
    file.save(output).map_err(CliError::output)?;
    if let (Ok(()), Some(last)) = (&outcome, trainer.evaluations().last()) {
        say.line(&format!("{name:<22} seed {seed}: {} updates, {}", last.update, text(last, setup)));
    }
    outcome
}

fn text(own: &Evaluation, setup: &Setup) -> String {
    let accuracy = if own.accuracy.is_nan() { String::new() } else { format!(", accuracy {:.3}", own.accuracy) };
    let held_out = match own.validation {
        [loss, _] if loss.is_nan() => String::new(),
        [loss, part] if part.is_nan() => format!(", held out {loss:.4}"),
        [loss, part] => format!(", held out {loss:.4} ({part:.3})"),
    };
    let rate = if setup.is_spiking() { format!("{:.1} Hz", own.rate) } else { format!("output {:.3}", own.rate) };
    format!("loss {:.4}{accuracy}{held_out}, {rate}", own.loss)
}

/// The table of what the runs came to.
///
/// # Errors
/// A standard output that cannot be written.
pub fn tell(args: &TrainingArgs, file: &TrainingFile, rules: &[String], output: &Path) -> Result<(), CliError> {
    let rows = curves::table(file, rules);
    if args.json {
        let rows: Vec<Value> = rows.iter().map(row_json).collect();
        return screen::print(&json!({"output": output, "rules": rows}).to_string());
    }
    if args.quiet {
        return Ok(());
    }
    screen::print(&format!("{}\nwrote {}", table_text(&rows), output.display()))
}

/// What the runs of each rule came to, as text.
pub fn table_text(rows: &[Row]) -> String {
    let mut lines = vec![format!("{:<22} runs  mean loss  last loss (range)          last accuracy (range)", "rule")];
    lines.extend(rows.iter().map(row_text));
    lines.join("\n")
}

fn row_text(row: &Row) -> String {
    let [loss, least, most] = row.last_loss;
    let accuracy = match row.last_accuracy {
        [median, ..] if median.is_nan() => String::new(),
        [median, least, most] => format!("{median:.3} [{least:.3}, {most:.3}]"),
    };
    format!(
        "{:<22} {:>4}  {:>9.4}  {loss:.4} [{least:.4}, {most:.4}]    {accuracy}",
        row.rule, row.runs[1], row.mean_loss
    )
}

/// The same of one rule, as JSON.
pub fn row_json(row: &Row) -> Value {
    json!({
        "rule": row.rule, "runs": row.runs[0], "done": row.runs[1], "mean_loss": row.mean_loss,
        "last_loss": row.last_loss, "last_accuracy": row.last_accuracy,
    })
}

/// The error of the command line that a fault of training is.
pub fn of_training(fault: TrainError) -> CliError {
    match fault {
        TrainError::Diverged { .. } => CliError::NonFinite(fault.to_string()),
        _ => CliError::input(fault),
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
