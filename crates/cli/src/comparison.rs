//! What a comparison runs, and the file that it goes into.

use crate::args::{CompareArgs, TrainingArgs};
use crate::error::CliError;
use crate::pursue::pursue;
use crate::ranks::Company;
use crate::slurm::{self, Job, quoted};
use crate::train::{of_training, open, setup, setup_at};
use crate::{interrupt, screen};
use neuropil_files::Hold;
use neuropil_plasticity::Rule;
use neuropil_record::{TrainingFile, TrainingRun};
use neuropil_train::compare::{Run, aligned, is_done, runs, twice_named};
use neuropil_train::sweep::{Point, points};
use neuropil_train::{Setup, Trainer};
use std::path::{Path, PathBuf};

/// Runs of a comparison, and the file that they go into.
pub struct Plan {
    /// The task as it is.
    pub setup: Setup,
    /// Points of a sweep.
    pub points: Vec<Point>,
    /// The task at each of these.
    pub setups: Vec<Setup>,
    /// In the order in which they are made.
    pub runs: Vec<Run>,
    /// The file to write.
    pub output: PathBuf,
}

impl Plan {
    /// All rules with these seeds, at all points that an option of the command gives.
    ///
    /// # Errors
    /// Faults of the task, of points and of rules.
    pub fn new(
        args: &CompareArgs,
        (option, values): (&'static str, &[String]),
        seeds: &[u64],
        output: PathBuf,
    ) -> Result<Self, CliError> {
        let setup = setup(&args.training)?;
        let points = points(option, values).map_err(CliError::input)?;
        asked_once(args, (option, values))?;
        let setups = points.iter().map(|point| setup_at(&args.training, point)).collect::<Result<Vec<_>, _>>()?;
        if let Some(two) = twice_named(&args.rules, &setups).map_err(CliError::input)? {
            return Err(CliError::Input(format!("--rules: found {two}; expected each rule once")));
        }
        same_arrays(option, &setup, &setups)?;
        let runs = runs(&args.rules, seeds, (&setup, &points, &setups)).map_err(CliError::input)?;
        Ok(Self { setup, points, setups, runs, output })
    }

    /// The task at the point of a run.
    pub fn at(&self, run: &Run) -> &Setup {
        run.place.map_or(&self.setup, |place| &self.setups[place])
    }

    /// Each run as a command of its own.
    fn jobs(&self, args: &CompareArgs) -> Vec<Job> {
        let job_of = |run: &Run| {
            let rule = run.rule.spelled(self.at(run).carriers.kind);
            job(args, (&rule, run.seed), run.place.map(|place| &self.points[place]), &self.output)
        };
        self.runs.iter().map(job_of).collect()
    }

    /// Prints these commands, or writes them for Slurm, where that is asked for; whether it was.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub fn is_listed(&self, args: &CompareArgs) -> Result<bool, CliError> {
        if args.list {
            self.jobs(args).iter().try_for_each(|job| screen::print(&job.command))?;
        }
        if let Some(folder) = &args.slurm {
            slurm::write(folder, &self.jobs(args), args.training.threads.unwrap_or(1), &self.output)?;
        }
        Ok(args.list || args.slurm.is_some())
    }

    /// Opens the file, once it is sure that every run can be made in it. Nothing is written yet.
    ///
    /// # Errors
    /// Carriers that a run lacks, files that exist, runs that cannot go on.
    pub fn open(&self, args: &CompareArgs) -> Result<(TrainingFile, Hold), CliError> {
        for run in &self.runs {
            self.at(run).carrier(run.rule, run.seed).map_err(of_training)?;
        }
        interrupt::listen()?;
        let (file, hold) = open(&args.training, &self.setup, &self.output, !args.training.force)?;
        for run in &self.runs {
            goes_on(&args.training, self.at(run), (run.rule, run.seed), &file)?;
        }
        Ok((file, hold))
    }

    /// Makes the runs that the file lacks; those that diverged.
    ///
    /// # Errors
    /// Whatever else ends a run.
    pub fn make(&self, args: &TrainingArgs, file: &mut TrainingFile) -> Result<Vec<String>, CliError> {
        let (mut diverged, alone) = (Vec::new(), Company::of_one());
        for run in &self.runs {
            match pursue(args, self.at(run), (run.rule, run.seed), &self.output, (&mut *file, &alone)) {
                Err(CliError::NonFinite(fault)) => {
                    screen::note(&format!("warning: {fault}"));
                    diverged.push(fault);
                }
                other => other?,
            }
        }
        Ok(diverged)
    }
}

/// The seeds of a comparison.
pub fn seeds(args: &CompareArgs) -> Vec<u64> {
    (0..args.seeds).map(|number| args.first_seed.saturating_add(number)).collect()
}

/// The end of a comparison of which some runs diverged.
///
/// # Errors
/// These runs.
pub fn ended(diverged: &[String]) -> Result<(), CliError> {
    match diverged.len() {
        0 => Ok(()),
        _ => Err(CliError::NonFinite(format!("these runs did not reach their end:\n  {}", diverged.join("\n  ")))),
    }
}

/// Refuses rules that are named twice, and fields that are both set and given several values, of which one value would have no effect.
fn asked_once(args: &CompareArgs, (option, values): (&str, &[String])) -> Result<(), CliError> {
    let names: Vec<&str> = args.rules.iter().map(|name| name.trim()).collect();
    if let Some((_, name)) = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name)) {
        return Err(CliError::Input(format!("--rules: found `{name}` twice, expected each rule once")));
    }
    let path = |given: &str| given.split_once('=').map(|(path, _)| path.trim().to_owned());
    let swept: Vec<_> = values.iter().filter_map(|given| path(given)).collect();
    match args.training.set.iter().find(|set| path(set).is_some_and(|own| swept.contains(&own))) {
        Some(set) => Err(CliError::Input(format!(
            "--set {set}: found beside `{option}` of the same field, expected one of the two"
        ))),
        None => Ok(()),
    }
}

/// Refuses points of a sweep with other data or arrays than the task's, which the file of runs would not keep.
fn same_arrays(option: &str, setup: &Setup, points: &[Setup]) -> Result<(), CliError> {
    let has_others = |own: &&Setup| own.data_files != setup.data_files || own.data() != setup.data();
    match points.iter().find(has_others) {
        None => Ok(()),
        Some(own) => Err(CliError::Input(format!(
            "{option} {}: found data or an array of another file, or a long one: a file of runs keeps those of one task; make a \
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
