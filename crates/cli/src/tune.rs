//! `neuropil compare --tune`: every rule at the value that suits it best, chosen on seeds of its own.

use crate::args::{CompareArgs, TrainingArgs};
use crate::comparison::{Plan, ended, seeds};
use crate::error::CliError;
use crate::screen;
use crate::slurm::quoted;
use crate::train::{number, of_training, output, tell};
use neuropil_plasticity::Rule;
use neuropil_record::{TrainingFile, TrainingRun};
use neuropil_train::compare::{Run, is_done, same_task};
use neuropil_train::sweep::Point;
use neuropil_train::tune::{Choice, Tried, choose};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const OPTION: &str = "--tune";

/// Tunes, chooses, and compares each rule at its choice.
///
/// # Errors
/// As `compare`; seeds that tuning and comparison share, and a rule that diverged wherever it was tried.
pub fn compare(args: &CompareArgs) -> Result<(), CliError> {
    let (own, others) = (tuning_seeds(args)?, seeds(args));
    let output = output(&args.training, args.output.as_deref());
    let tuning = Plan::new(args, (OPTION, &args.tune), &own, tuning_file(&output))?;
    // At every point, since none is chosen yet.
    let mut comparison = Plan::new(args, (OPTION, &args.tune), &others, output)?;
    let rules = rules(&tuning)?;
    if args.list || args.slurm.is_some() {
        let choices = chosen((&tuning, &tuned(args, &tuning)?), &rules, &own, true)?;
        comparison.runs = at_choices(&comparison, &choices);
        return comparison.is_listed(args).map(|_| ());
    }
    let (mut file, _hold) = comparison.open(args)?;
    // What tuning learns is not compared with the exact gradient.
    let args_of_tuning = TrainingArgs { align: false, ..args.training.clone() };
    let (mut tuned, _tuning_hold) = tuning.open(&CompareArgs { training: args_of_tuning.clone(), ..args.clone() })?;
    tuning.make(&args_of_tuning, &mut tuned)?;
    let is_loud = !args.training.quiet && !args.training.json;
    let choices = chosen((&tuning, &tuned), &rules, &own, is_loud)?;
    if is_loud {
        screen::print(&text(&choices, &own, &tuning.output))?;
    }
    comparison.runs = at_choices(&comparison, &choices);
    let diverged = comparison.make(&args.training, &mut file)?;
    let labels: Vec<String> = choices.iter().map(Choice::label).collect();
    tell(&args.training, &file, &labels, &comparison.output, Some(json(&choices, &own, &tuning.output)))?;
    ended(&diverged)
}

/// The file of the runs of tuning, beside that of the comparison.
fn tuning_file(output: &Path) -> PathBuf {
    let stem = output.file_stem().unwrap_or_default().to_string_lossy();
    let ending = output.extension().map_or_else(String::new, |own| format!(".{}", own.to_string_lossy()));
    output.with_file_name(format!("{stem}_tuning{ending}"))
}

fn tuning_seeds(args: &CompareArgs) -> Result<Vec<u64>, CliError> {
    let own: Vec<u64> = (0..args.tune_seeds).map(|number| args.tune_first_seed.saturating_add(number)).collect();
    match seeds(args).iter().find(|seed| own.contains(seed)) {
        None => Ok(own),
        Some(seed) => Err(CliError::Input(format!(
            "--tune-first-seed: found seed {seed} in the comparison too, expected others than {} to {}",
            args.first_seed,
            args.first_seed.saturating_add(args.seeds - 1)
        ))),
    }
}

/// A rule, and the points at which it is tried; the one without changes where it does not see them.
type Candidates = (&'static Rule, Vec<(Option<usize>, Point)>);

/// The rules of the plan, in the order asked.
fn rules(plan: &Plan) -> Result<Vec<Candidates>, CliError> {
    let mut all: Vec<Candidates> = Vec::new();
    for run in &plan.runs {
        let point = run.place.map_or_else(Point::default, |place| plan.points[place].clone());
        let place = all.iter().position(|(rule, _)| rule.name == run.rule.name).unwrap_or_else(|| {
            all.push((run.rule, Vec::new()));
            all.len() - 1
        });
        if !all[place].1.iter().any(|(own, _)| *own == run.place) {
            all[place].1.push((run.place, point));
        }
    }
    let full = |(_, tried): &Candidates| tried.len() == plan.points.len() || tried[0].0.is_none();
    match all.iter().find(|own| !full(own)) {
        None => Ok(all),
        Some((rule, _)) => Err(CliError::Input(format!(
            "{OPTION}: found values that change which rule is meant (`{}` is that of some of them alone), expected values of one rule",
            rule.name
        ))),
    }
}

/// The runs of a tuning that jobs have made.
fn tuned(args: &CompareArgs, tuning: &Plan) -> Result<TrainingFile, CliError> {
    let file = if tuning.output.exists() {
        TrainingFile::read(&tuning.output).map_err(CliError::input)?
    } else {
        TrainingFile::default()
    };
    if tuning.output.exists() {
        same_task(&file, &tuning.output.display().to_string(), &tuning.setup).map_err(of_training)?;
    }
    // One that is still running, or diverged, looks alike: neither is taken for one that is there.
    let is_there = |run: &&Run| {
        let point = &tuning.at(run).point;
        let is_it = |own: &&TrainingRun| own.rule == run.rule.name && own.seed == run.seed && own.point == *point;
        file.runs.iter().find(is_it).is_some_and(is_done)
    };
    let missing = tuning.runs.iter().filter(|run| !is_there(run)).count();
    if missing == 0 {
        return Ok(file);
    }
    let sweep: String = args.tune.iter().map(|own| format!(" --sweep {}", quoted(own))).collect();
    let set: String = args.training.set.iter().map(|own| format!(" --set {}", quoted(own))).collect();
    let option = if args.list { "--list" } else { "--slurm" };
    Err(CliError::Input(format!(
        "{option}: `{}` lacks {missing} of the {} runs of tuning at their end, expected all of them (leave values out at which runs \
         diverge); this makes them, and takes {option} too:\n  \
         neuropil compare {} --rules {} --seeds {} --first-seed {}{set}{sweep} -o {}",
        tuning.output.display(),
        tuning.runs.len(),
        quoted(&args.training.task.display().to_string()),
        args.rules.join(","),
        args.tune_seeds,
        args.tune_first_seed,
        quoted(&tuning.output.display().to_string())
    )))
}

/// The choice of each rule; what is to be known of it is said where that is asked for.
fn chosen(
    (plan, file): (&Plan, &TrainingFile),
    rules: &[Candidates],
    seeds: &[u64],
    is_loud: bool,
) -> Result<Vec<Choice>, CliError> {
    let choice = |(rule, tried): &Candidates| {
        let points: Vec<Point> = tried.iter().map(|(_, point)| point.clone()).collect();
        let choice = choose(file, rule.name, &points, seeds).map_err(of_training)?;
        if !is_loud {
            return Ok(choice);
        }
        for field in &choice.at_edge {
            screen::note(&format!(
                "note: {}: {field} is at the edge of what was tried; a value beyond it may be better",
                rule.name
            ));
        }
        for own in choice.tried.iter().filter(|own| own.loss.is_none()) {
            let run = TrainingRun { rule: rule.name.into(), point: own.point.clone(), ..TrainingRun::default() };
            screen::note(&format!(
                "note: {} is not chosen, since a run of it did not come to its end in `{}`",
                run.label(),
                plan.output.display()
            ));
        }
        Ok(choice)
    };
    rules.iter().map(choice).collect()
}

/// The runs of each rule at its choice.
fn at_choices(plan: &Plan, choices: &[Choice]) -> Vec<Run> {
    let is_chosen = |run: &&Run| {
        let point = &plan.at(run).point;
        choices.iter().any(|own| own.rule == run.rule.name && own.tried[own.chosen].point == *point)
    };
    plan.runs.iter().filter(is_chosen).copied().collect()
}

/// A line a rule and point, with a star at the choice.
fn text(choices: &[Choice], seeds: &[u64], file: &Path) -> String {
    let rows: Vec<(String, String, bool)> = choices.iter().flat_map(rows_of).collect();
    let wide = rows.iter().map(|row| row.0.chars().count()).max().unwrap_or(0).max("tuned".len());
    let title = format!(
        "{:<wide$}   median over seeds {} to {} of the mean loss (range)",
        "tuned",
        seeds[0],
        seeds[seeds.len() - 1]
    );
    let line = |(name, loss, is_chosen): &(String, String, bool)| {
        format!("{name:<wide$} {} {loss}", if *is_chosen { '*' } else { ' ' })
    };
    let lines: Vec<String> = rows.iter().map(line).collect();
    format!("{title}\n{}\n* compared; all runs are in {}\n", lines.join("\n"), file.display())
}

fn rows_of(choice: &Choice) -> Vec<(String, String, bool)> {
    let row = |(place, own): (usize, &Tried)| {
        let run = TrainingRun { rule: choice.rule.clone(), point: own.point.clone(), ..TrainingRun::default() };
        let loss = own.loss.map_or_else(
            || "a run did not come to its end".into(),
            |[median, least, most]| format!("{} [{}, {}]", number(median), number(least), number(most)),
        );
        (run.label(), loss, place == choice.chosen)
    };
    choice.tried.iter().enumerate().map(row).collect()
}

fn json(choices: &[Choice], seeds: &[u64], file: &Path) -> Value {
    let of = |own: &Choice| {
        let tried = own.tried.iter().map(|tried| json!({"point": tried.point, "median_mean_loss": tried.loss}));
        json!({
            "rule": own.rule, "point": own.tried[own.chosen].point, "at_edge": own.at_edge, "tried": tried.collect::<Vec<_>>(),
        })
    };
    json!({"file": file, "seeds": seeds, "rules": choices.iter().map(of).collect::<Vec<_>>()})
}
