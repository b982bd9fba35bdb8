//! `neuropil compare`.

use crate::args::{CompareArgs, TrainingArgs};
use crate::error::CliError;
use crate::slurm::{self, Job, quoted};
use crate::train::{of_training, open, output, pursue, setup, setup_at, tell};
use crate::{interrupt, screen};
use neuropil_plasticity::Rule;
use neuropil_record::{TrainingFile, TrainingRun};
use neuropil_train::compare::{Run, aligned, is_done, runs, twice_named};
use neuropil_train::curves;
use neuropil_train::sweep::{Point, points};
use neuropil_train::{Setup, Trainer};
use std::collections::BTreeSet;
use std::path::Path;

/// Trains with several rules and seeds, and at several points of a sweep.
///
/// # Errors
/// As `train`; a run that diverges is told and the others go on.
pub fn compare(args: &CompareArgs) -> Result<(), CliError> {
    let setup = setup(&args.training)?;
    let points = points(&args.sweep).map_err(CliError::input)?;
    asked_once(args)?;
    let setups = points.iter().map(|point| setup_at(&args.training, point)).collect::<Result<Vec<_>, _>>()?;
    if let Some(two) = twice_named(&args.rules, &setups).map_err(CliError::input)? {
        return Err(CliError::Input(format!("--rules: found {two}; expected each rule once")));
    }
    same_arrays(&setup, &setups)?;
    let seeds: Vec<u64> = (0..args.seeds).map(|number| args.first_seed.saturating_add(number)).collect();
    let output = output(&args.training, args.output.as_deref());
    let here = (&setup, points.as_slice(), setups.as_slice());
    let all = runs(&args.rules, &seeds, here).map_err(CliError::input)?;
    let jobs = || {
        all.iter().map(|Run { rule, seed, place }| {
            let carrier = place.map_or(&setup, |place| &setups[place]).carriers.kind;
            job(args, (&rule.spelled(carrier), *seed), place.map(|place| &points[place]), &output)
        })
    };
    if args.list {
        return jobs().try_for_each(|job| screen::print(&job.command));
    }
    if let Some(folder) = &args.slurm {
        let threads = args.training.threads.unwrap_or(1);
        return slurm::write(folder, &jobs().collect::<Vec<_>>(), threads, &output);
    }
    for Run { rule, seed, place } in &all {
        place.map_or(&setup, |place| &setups[place]).carrier(rule, *seed).map_err(of_training)?;
    }
    interrupt::listen()?;
    let (mut file, _hold) = open(&args.training, &setup, &output, !args.training.force)?;
    // A run that cannot go on is found before another one has changed the file.
    for Run { rule, seed, place } in &all {
        goes_on(&args.training, place.map_or(&setup, |place| &setups[place]), (rule, *seed), &file)?;
    }
    let mut diverged = Vec::new();
    for Run { rule, seed, place } in &all {
        let setup = place.map_or(&setup, |place| &setups[place]);
        match pursue(&args.training, setup, (rule, *seed), &output, &mut file) {
            Err(CliError::NonFinite(fault)) => {
                screen::note(&format!("warning: {fault}"));
                diverged.push(fault);
            }
            other => other?,
        }
    }
    let mut asked: Vec<String> = all.iter().map(|run| run.rule.name.to_owned()).collect();
    let mut met = BTreeSet::new();
    asked.retain(|name| met.insert(name.clone()));
    let rules = if args.sweep.is_empty() { asked } else { curves::rules(&file) };
    tell(&args.training, &file, &rules, &output)?;
    match diverged.len() {
        0 => Ok(()),
        _ => Err(CliError::NonFinite(format!("these runs did not reach their end:\n  {}", diverged.join("\n  ")))),
    }
}

/// Refuses rules that are named twice, and fields that are both set and swept, of which one value would have no effect.
fn asked_once(args: &CompareArgs) -> Result<(), CliError> {
    let names: Vec<&str> = args.rules.iter().map(|name| name.trim()).collect();
    if let Some((_, name)) = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name)) {
        return Err(CliError::Input(format!("--rules: found `{name}` twice, expected each rule once")));
    }
    let path = |given: &str| given.split_once('=').map(|(path, _)| path.trim().to_owned());
    let swept: Vec<_> = args.sweep.iter().filter_map(|given| path(given)).collect();
    match args.training.set.iter().find(|set| path(set).is_some_and(|own| swept.contains(&own))) {
        Some(set) => Err(CliError::Input(format!(
            "--set {set}: found beside `--sweep` of the same field, expected one of the two"
        ))),
        None => Ok(()),
    }
}

/// Refuses points of a sweep with other data or arrays than the task's, which the file of runs would not keep.
fn same_arrays(setup: &Setup, points: &[Setup]) -> Result<(), CliError> {
    let has_others = |own: &&Setup| own.data_files != setup.data_files || own.data() != setup.data();
    match points.iter().find(has_others) {
        None => Ok(()),
        Some(own) => Err(CliError::Input(format!(
            "--sweep {}: found data or an array of another file, or a long one: a file of runs keeps those of one task; make a \
             task of each, and compare them one by one",
            own.point
        ))),
    }
}

/// Whether a run that was begun can go on, and one that is there is what is asked for.
fn goes_on(
    args: &TrainingArgs,
    setup: &Setup,
    (rule, seed): (&'static Rule, u64),
    file: &TrainingFile,
) -> Result<(), CliError> {
    let is_same = |run: &&TrainingRun| run.rule == rule.name && run.seed == seed && run.point == setup.point;
    let older = file.runs.iter().find(is_same);
    older.filter(|_| args.align).map_or(Ok(()), aligned).map_err(of_training)?;
    match older.filter(|run| !is_done(run)) {
        None => Ok(()),
        Some(run) => {
            let trainer = Trainer::new(setup, rule, seed).and_then(|trainer| trainer.resume(run));
            trainer.map(|_| ()).map_err(of_training)
        }
    }
}

/// One run as a command of its own.
fn job(args: &CompareArgs, (rule, seed): (&str, u64), point: Option<&Point>, output: &Path) -> Job {
    let stem = output.with_extension("");
    let (task, own) = (args.training.task.display(), format!("{}_{rule}", stem.display()));
    let task = quoted(&task.to_string());
    let changes: String = args.training.set.iter().map(|set| format!(" --set {}", quoted(set))).collect();
    // An array job has the cores that it asks for, and asks for one if nothing else is said.
    let threads = args.training.threads.or(args.slurm.is_some().then_some(1));
    let threads = threads.map(|threads| format!(" --threads {threads}")).unwrap_or_default();
    let align = format!("{}{threads}", if args.training.align { " --align" } else { "" });
    let (command, output) = match point.filter(|point| !point.changes.is_empty()) {
        None => {
            let command = format!("neuropil train {task} --rule {rule} --seed {seed} --resume{align}{changes}");
            (command, format!("{own}_{seed}.h5"))
        }
        Some(point) => {
            let sweep: String = point.changes.iter().map(|change| format!(" --sweep {}", quoted(change))).collect();
            let of_seed = format!("neuropil compare {task} --rules {rule} --seeds 1 --first-seed {seed}");
            (format!("{of_seed}{align}{changes}{sweep}"), format!("{own}_{}_{seed}.h5", point.name()))
        }
    };
    let output = quoted(&output);
    Job { command: format!("{command} -o {output}"), output }
}
