//! `neuropil train`, and what it shares with `compare`.

use crate::args::{TrainArgs, TrainingArgs};
use crate::error::CliError;
use crate::pursue::pursue;
use crate::ranks::{self, Company};
use crate::{interrupt, load, screen};
use neuropil_engine::trial::TrialError;
use neuropil_files::{FileError, Hold, Target, target};
use neuropil_model::Document;
use neuropil_plasticity::Rule;
use neuropil_record::{Digest, TrainingFile, TrainingRun, digest_of_data};
use neuropil_train::compare::{aligned, has_run, is_done, same_task};
use neuropil_train::curves::{self, Paired, Row};
use neuropil_train::notes::notes;
use neuropil_train::remarks::remarks;
use neuropil_train::sweep::Point;
use neuropil_train::{Setup, TrainError};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Trains with one rule and one seed, with the other ranks if there are any.
///
/// # Errors
/// Faults of the task, files that exist or cannot be written, training that diverges, Ctrl-C; ranks that have read something else.
pub fn train(args: &TrainArgs) -> Result<(), CliError> {
    ranks::together(|company| train_with(args, company))
}

fn train_with(args: &TrainArgs, company: &Company) -> Result<(), CliError> {
    let (setup, rule) = company.agree(asked(args))?;
    let output = output(&args.training, args.output.as_deref());
    interrupt::listen()?;
    let opened = open_with(&args.training, &setup, &output, args.resume, company).and_then(|(file, hold)| {
        if args.resume {
            going_on(args, &file, (rule, &rule.spelled(setup.carriers.kind)), (&output, company))?;
        }
        Ok((file, hold))
    });
    let (mut file, _hold) = company.agree(opened)?;
    if company.rank().is_some() {
        company.same(&company.agree(read(args, &setup, rule, &file))?)?;
    }
    pursue(&args.training, &setup, (rule, args.seed), &output, (&mut file, company))?;
    if company.speaks() { tell(&args.training, &file, &[rule.name.into()], &output, None) } else { Ok(()) }
}

/// What decides a run: the task, all that its files hold, and the run that it goes on with.
fn read(args: &TrainArgs, setup: &Setup, rule: &Rule, file: &TrainingFile) -> Result<String, CliError> {
    let older = file.runs.iter().filter(|run| run.rule == rule.name && run.seed == args.seed);
    let older: Vec<String> = older.map(|run| digest_of_data(&run.tables)).collect();
    let named = inputs(&args.training.task, setup).into_iter().filter(|path| path.is_file());
    let digest = |path: PathBuf| {
        let bytes = std::fs::read(&path);
        let bytes = bytes.map_err(|fault| CliError::Input(format!("cannot read `{}`: {fault}", path.display())))?;
        Ok::<_, CliError>(Digest::new().with(&bytes).0)
    };
    let files = named.map(digest).collect::<Result<Vec<u64>, _>>()?;
    let (data, align) = (digest_of_data(&setup.data()), args.training.align);
    Ok(format!("{:?}", (&setup.json, data, files, rule.name, args.seed, align, older)))
}

/// The task that is asked for, and the rule.
fn asked(args: &TrainArgs) -> Result<(Setup, &'static Rule), CliError> {
    let setup = setup(&args.training)?;
    let rule = setup.rule(&args.rule).map_err(CliError::input)?;
    Ok((setup, rule))
}

/// Says what there is to go on with, and refuses a file of other runs.
fn going_on(
    args: &TrainArgs,
    file: &TrainingFile,
    (rule, spelled): (&Rule, &str),
    (output, company): (&Path, &Company),
) -> Result<(), CliError> {
    let seed = args.seed;
    let name = output.display().to_string();
    has_run(file, &name, (rule, seed)).map_err(|fault| {
        let TrainingArgs { task, set, align, .. } = &args.training;
        let set: String = set.iter().map(|set| format!(" --set '{set}'")).collect();
        let align = if *align { " --align" } else { "" };
        let task = task.display();
        let adding =
            format!("compare '{task}' --rules {spelled} --seeds 1 --first-seed {seed}{align}{set} -o '{name}'");
        CliError::Input(format!("{fault}\nto add this run to the file: neuropil {adding}"))
    })?;
    let older = file.runs.iter().find(|run| run.rule == rule.name && run.seed == seed);
    older.filter(|_| args.training.align).map_or(Ok(()), aligned).map_err(of_training)?;
    let note = match older {
        None => format!("{name} has no run yet: this one begins"),
        Some(run) if is_done(run) => format!("{}, seed {seed}, is at its end already: nothing to do", rule.name),
        Some(run) => format!("{}, seed {seed}, goes on from update {}", rule.name, curves::updates_made(run)),
    };
    if company.speaks() && !args.training.quiet && !args.training.json {
        screen::note(&note);
    }
    Ok(())
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
    let mut document = Document::parse(&args.task.display().to_string(), text)?;
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

/// What the file holds already, if it may go on, or a new one; and the right to write it. Nothing is written yet.
///
/// # Errors
/// Files that exist, that cannot be written, that another process writes, or that hold runs of another task.
pub fn open(args: &TrainingArgs, setup: &Setup, output: &Path, resume: bool) -> Result<(TrainingFile, Hold), CliError> {
    load::apart(output, &inputs(&args.task, setup))?;
    let hold = hold(output, resume)?;
    Ok((existing(args, setup, output, resume)?, hold))
}

/// The same as one of several ranks: the first alone writes, and takes the right to; then the others read what there is.
fn open_with(
    args: &TrainingArgs,
    setup: &Setup,
    output: &Path,
    resume: bool,
    company: &Company,
) -> Result<(TrainingFile, Option<Hold>), CliError> {
    let opened = company.speaks().then(|| open(args, setup, output, resume)).transpose();
    match company.agree(opened)? {
        Some((file, hold)) => Ok((file, Some(hold))),
        None if resume && output.exists() => Ok((older(setup, output)?, None)),
        None => Ok((TrainingFile::default(), None)),
    }
}

/// The file of a run that goes on, which must be of this task.
fn older(setup: &Setup, output: &Path) -> Result<TrainingFile, CliError> {
    let file = TrainingFile::read(output).map_err(CliError::input)?;
    same_task(&file, &output.display().to_string(), setup).map_err(of_training)?;
    Ok(file)
}

/// Takes the right to write a file of runs. With `waits`, one that another process writes is waited for.
///
/// # Errors
/// Who writes it, also where the user ends the waiting.
pub fn hold(output: &Path, waits: bool) -> Result<Hold, CliError> {
    let place = match target(output) {
        Ok(Target::File(path)) => path,
        Ok(Target::Stream(path, kind)) => return Err(CliError::output(FileError::Output { path, kind })),
        Err(fault) => return Err(CliError::output(fault)),
    };
    let own = format!("process {}: {}", std::process::id(), std::env::args().collect::<Vec<_>>().join(" "));
    let mut is_told = false;
    let held = Hold::take(&place, &own, |holder| {
        if waits && !is_told {
            screen::note(&format!("note: waits for `{}`, which is being written by {holder}", output.display()));
            is_told = true;
        }
        waits && !interrupt::is_asked()
    });
    match held {
        Err(fault) if interrupt::is_asked() => Err(CliError::Interrupted(format!("interrupted: {fault}"))),
        held => held.map_err(CliError::output),
    }
}

fn existing(args: &TrainingArgs, setup: &Setup, output: &Path, resume: bool) -> Result<TrainingFile, CliError> {
    let command = std::env::args().collect::<Vec<_>>().join(" ");
    if resume && output.exists() {
        return Ok(TrainingFile { command, ..older(setup, output)? });
    }
    TrainingFile::claim(output, args.force).map_err(CliError::output)?;
    let data = setup.data();
    Ok(TrainingFile { task: setup.json.clone(), command, data, ..TrainingFile::default() })
}

/// The file of a task and the files that the task names.
pub fn inputs(file: &Path, setup: &Setup) -> Vec<PathBuf> {
    let task: Value = serde_json::from_str(&setup.json).unwrap_or_default();
    let folder = file.parent().unwrap_or(Path::new(""));
    let words = task["task"].as_object().into_iter().flat_map(|own| own.values()).filter_map(Value::as_str);
    words.map(|word| folder.join(word)).chain(setup.data_files.clone()).chain([file.to_owned()]).collect()
}

/// The table of what the runs came to, and how they were tuned, in JSON.
///
/// # Errors
/// A standard output that cannot be written.
pub fn tell(
    args: &TrainingArgs,
    file: &TrainingFile,
    rules: &[String],
    output: &Path,
    tuned: Option<Value>,
) -> Result<(), CliError> {
    let rows = curves::table(file, rules);
    let (remarks, notes) = (remarks(file), notes(file));
    if args.json {
        let rows: Vec<Value> = rows.iter().map(|row| row_json(file, row)).collect();
        let paired: Vec<Value> = curves::paired(file, rules).iter().map(paired_json).collect();
        let mut told = json!({"output": output, "rules": rows, "paired": paired, "warnings": remarks, "notes": notes});
        if let (Some(tuned), Some(told)) = (tuned, told.as_object_mut()) {
            told.insert("tuned".into(), tuned);
        }
        return screen::print(&told.to_string());
    }
    if args.quiet {
        return Ok(());
    }
    notes.iter().for_each(|note| screen::note(&format!("note: {note}")));
    remarks.iter().for_each(|remark| screen::note(&format!("warning: {remark}")));
    let paired = paired_text(&curves::paired(file, rules));
    screen::print(&format!("{}{paired}\nwrote {}", table_text(file, &rows), output.display()))
}

/// How rules differ from the first one, as text; nothing where no seeds are common.
fn paired_text(all: &[Paired]) -> String {
    let Some(first) = all.first() else { return String::new() };
    let title = format!("beside {}", first.with);
    let names = all.iter().map(|own| own.rule.as_str()).chain([title.as_str()]);
    let wide = names.map(|own| own.chars().count()).max().unwrap_or(0).max(22);
    let mut lines = vec![format!("\n{title:<wide$} seeds  mean loss less its    95 % interval          p        Holm")];
    lines.extend(all.iter().map(|own| {
        let [low, high] = own.interval.map(|own| format!("{own:+.4}"));
        let (seeds, mean) = (own.differences.len(), format!("{:+.4}", own.mean));
        format!(
            "{:<wide$} {seeds:<5}  {mean:<21}  {:<21}  {:<7.4}  {:.4}",
            own.rule,
            format!("{low} .. {high}"),
            own.p,
            own.holm
        )
    }));
    lines.join("\n")
}

fn paired_json(own: &Paired) -> Value {
    json!({
        "rule": own.rule,
        "with": own.with,
        "differences": own.differences,
        "mean": own.mean,
        "interval": own.interval,
        "p": own.p,
        "holm": own.holm,
    })
}

/// Runs that a table lists as not at their end, at most.
const LISTED: usize = 12;

/// What the runs of each rule came to, as text.
pub fn table_text(file: &TrainingFile, rows: &[Row]) -> String {
    let wide = rows.iter().map(|row| row.rule.chars().count()).max().unwrap_or(0).max(22);
    let columns = "runs  updates  mean loss  last loss (range)          last accuracy (range)";
    let mut lines = vec![format!("{:<wide$} {columns}", "rule")];
    lines.extend(rows.iter().map(|row| row_text(row, wide)));
    let is_shown = |run: &&TrainingRun| rows.iter().any(|row| row.rule == run.label());
    let open: Vec<&TrainingRun> = file.runs.iter().filter(is_shown).filter(|run| !is_done(run)).collect();
    if !open.is_empty() {
        lines.push(format!("not at their end: {UNFINISHED}"));
    }
    let of = |run: &&TrainingRun| format!("  {}, seed {}: {} updates", run.label(), run.seed, progress(file, run));
    lines.extend(open.iter().take(LISTED).map(of));
    if open.len() > LISTED {
        lines.push(format!("  and {} more", open.len() - LISTED));
    }
    lines.join("\n")
}

/// How tables treat runs that are not at their end.
pub const UNFINISHED: &str = "in no number of a rule that has finished runs; of one that has none (*) the numbers are of \
                              all its runs, up to the update that they share";

/// Updates made, of those asked for where the two differ.
pub fn progress(file: &TrainingFile, run: &TrainingRun) -> String {
    let made = curves::updates_made(run);
    match curves::updates_asked(file, run) {
        Some(asked) if !is_done(run) => format!("{made} of {asked}"),
        _ => made.to_string(),
    }
}

/// Runs at their end, of all where some are not.
pub fn count(row: &Row) -> String {
    match row.runs {
        [all, 0] => format!("{all}*"),
        [all, done] if all == done => all.to_string(),
        [all, done] => format!("{done}/{all}"),
    }
}

fn row_text(row: &Row, wide: usize) -> String {
    let [loss, least, most] = row.last_loss;
    let accuracy = match row.last_accuracy {
        [median, ..] if median.is_nan() => String::new(),
        [median, least, most] => format!("{median:.3} [{least:.3}, {most:.3}]"),
    };
    let last = format!("{} [{}, {}]", number(loss), number(least), number(most));
    let line = format!(
        "{:<wide$} {:>4}  {:>7}  {:>9}  {last:<25}  {accuracy}",
        row.rule,
        count(row),
        row.until,
        number(row.mean_loss)
    );
    line.trim_end().to_owned()
}

/// Four digits, also of a loss that has run away; nothing for what is no number.
pub fn number(value: f64) -> String {
    match value.abs() {
        large if large >= 1e5 => format!("{value:.3e}"),
        own if own.is_nan() => String::new(),
        _ => format!("{value:.4}"),
    }
}

/// The same of one rule, as JSON.
pub fn row_json(file: &TrainingFile, row: &Row) -> Value {
    let own = file.runs.iter().filter(|run| run.label() == row.rule);
    let runs = own.map(|run| json!({"seed": run.seed, "updates": curves::updates_made(run), "done": is_done(run)}));
    json!({
        "rule": row.rule, "runs": row.runs[0], "done": row.runs[1], "mean_loss": row.mean_loss, "mean_until_update": row.until,
        "last_loss": row.last_loss, "last_accuracy": row.last_accuracy, "seeds": runs.collect::<Vec<_>>(),
    })
}

/// The error of the command line that a fault of training is.
pub fn of_training(fault: TrainError) -> CliError {
    match fault {
        TrainError::Diverged { .. } => CliError::NonFinite(fault.to_string()),
        TrainError::Task(faults) => faults.into(),
        TrainError::Refused { reason: TrialError::Exchange(fault), .. } => CliError::output(fault),
        _ => CliError::input(fault),
    }
}
