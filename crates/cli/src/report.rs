//! `neuropil report`.

use crate::args::ReportArgs;
use crate::error::CliError;
use crate::screen;
use crate::train::{self, number};
use neuropil_plasticity::carrier::CarrierKind;
use neuropil_plasticity::rule::rule;
use neuropil_record::{TrainingFile, TrainingRun};
use neuropil_report::{Block, Existing, PlotOptions, write_page};
use neuropil_session::picture;
use neuropil_train::compare::is_done;
use neuropil_train::curves::{self, Row};
use neuropil_train::remarks::remarks;
use serde_json::Value;
use std::path::Path;

/// Writes one page on training runs.
///
/// # Errors
/// Files that hold no training runs; pages that exist or cannot be written.
pub fn report(args: &ReportArgs) -> Result<(), CliError> {
    let output = args.output.clone().unwrap_or_else(|| args.runs.with_extension("html"));
    if !TrainingFile::is_one(&args.runs).map_err(CliError::input)? {
        let path = args.runs.display();
        return Err(CliError::Input(format!("`{path}` holds no training runs: `plot` and `inspect` show recordings")));
    }
    let file = TrainingFile::read(&args.runs).map_err(CliError::input)?;
    let title = args.runs.file_stem().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let task: Value = serde_json::from_str(&file.task).unwrap_or(Value::Null);
    let title = match task["task"]["kind"].as_str() {
        Some(kind) => format!("{title}: {}", kind.replace('_', " ")),
        None => title,
    };
    let blocks = blocks(&file, &task, &args.runs)?;
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    write_page(&title, &blocks, &output, existing).map_err(CliError::output)?;
    screen::print(&format!("wrote {}", output.display()))
}

fn blocks(file: &TrainingFile, task: &Value, path: &Path) -> Result<Vec<Block>, CliError> {
    let rules = curves::rules(file);
    let rows = curves::table(file, &rules);
    let mut blocks = Vec::new();
    if let Some(description) = task["description"].as_str() {
        blocks.push(Block::Paragraph(description.into()));
    }
    blocks.push(Block::Paragraph(in_short(file, &rows)));
    blocks.push(Block::Heading("What the rules came to".into()));
    blocks.push(outcome(file, &rows));
    blocks.push(Block::Paragraph(
        "Rules by the mean loss, best first: the mean over seeds of the mean over the evaluations of a run up to the update beside \
         it. All else is the median over seeds of what was last evaluated, with its range over seeds where there is one."
            .into(),
    ));
    blocks.extend(beside_first(file, &rules));
    if !file.runs.iter().all(is_done) {
        blocks.push(Block::Paragraph(format!("Runs that are not at their end are {}.", train::UNFINISHED)));
    }
    blocks.extend(remarks(file).into_iter().map(|remark| Block::Paragraph(format!("Warning: {remark}."))));
    blocks.push(Block::Heading("Learning curves".into()));
    let options = PlotOptions::new(1200, 1250).map_err(CliError::input)?;
    blocks.push(Block::Figure(
        picture(path, (None, None), None, &options)?,
        "Lines are medians over seeds, areas their range, cut where they leave the medians by far; thin lines are runs that are \
             not at their end. Below: the eigenvalues of W at the end of the first seed of each rule, with the unit circle."
            .into(),
    ));
    blocks.push(Block::Heading("Every run".into()));
    blocks.push(each_run(file, &rules));
    blocks.push(Block::Heading("The rules".into()));
    let summary = |name: &String| {
        vec![name.clone(), rule(name.split(' ').next().unwrap_or(name)).map_or("", |rule| rule.summary).to_owned()]
    };
    blocks.push(Block::Table(columns(&["rule", "what it is"]), rules.iter().map(summary).collect()));
    blocks.push(Block::Heading("Task and network".into()));
    let mut settings = Vec::new();
    flattened(task, "", &mut settings);
    blocks.push(Block::Table(columns(&["setting", "value"]), settings));
    blocks.push(Block::Folded("The task file".into(), file.task.clone()));
    blocks.push(Block::Heading("How it was made".into()));
    blocks.push(Block::Paragraph(format!("neuropil {}. The last command was", file.version)));
    blocks.push(Block::Code(file.command.clone()));
    blocks.push(Block::Paragraph(
        "The task file is in the file of runs; the same numbers come, bit for bit, from".into(),
    ));
    blocks.push(Block::Code(again(file, &rules)));
    Ok(blocks)
}

fn in_short(file: &TrainingFile, rows: &[Row]) -> String {
    let done: usize = rows.iter().map(|row| row.runs[1]).sum();
    let seconds: f64 = file.runs.iter().map(wall_s).filter(|own| own.is_finite()).sum();
    let unfinished = match file.runs.len() - done {
        0 => String::new(),
        left => format!(" ({left} of them not at their end)"),
    };
    let spent = if seconds > 0.0 { format!("; {} of training", time(seconds)) } else { String::new() };
    format!("{} runs{unfinished}: {} rules, seeds {}{spent}.", file.runs.len(), rows.len(), seeds(file))
}

fn seeds(file: &TrainingFile) -> String {
    let mut seeds: Vec<u64> = file.runs.iter().map(|run| run.seed).collect();
    seeds.sort_unstable();
    seeds.dedup();
    seeds.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
}

fn time(seconds: f64) -> String {
    match seconds {
        s if s < 120.0 => format!("{s:.1} s"),
        s if s < 7200.0 => format!("{:.1} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

fn wall_s(run: &TrainingRun) -> f64 {
    last(run, "cost/wall_s")
}

/// The last value of a table of a run; NaN if there is none.
fn last(run: &TrainingRun, name: &str) -> f64 {
    run.table(name).and_then(|table| table.values.last().copied()).unwrap_or(f64::NAN)
}

/// A table without the columns that are empty.
fn table(names: &[&str], rows: &[Vec<String>]) -> Block {
    let full = |column: &usize| rows.iter().any(|row| !row[*column].is_empty());
    let kept: Vec<usize> = (0..names.len()).filter(full).collect();
    let of = |row: &Vec<String>| kept.iter().map(|column| row[*column].clone()).collect();
    Block::Table(of(&columns(names)), rows.iter().map(of).collect())
}

fn columns(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// How rules differ from the first of the file; nothing where no seeds are common.
fn beside_first(file: &TrainingFile, rules: &[String]) -> Vec<Block> {
    let all = curves::paired(file, rules);
    let Some(first) = all.first() else { return Vec::new() };
    let text = format!(
        "Beside {}, seed by seed: the mean loss over the updates that both have, less its own. p is the share of all patterns of signs of the \
         differences with a mean at least as large; Holm is p for the {} comparisons together. The interval holds 95 % of the means of seeds \
         drawn with replacement.",
        first.with,
        all.len()
    );
    let row = |own: &curves::Paired| {
        let [low, high] = own.interval.map(|own| format!("{own:+.4}"));
        vec![
            own.rule.clone(),
            own.differences.len().to_string(),
            format!("{:+.4}", own.mean),
            format!("{low} .. {high}"),
            format!("{:.4}", own.p),
            format!("{:.4}", own.holm),
        ]
    };
    let names = ["rule", "seeds", "mean loss less its", "95 % interval", "p", "Holm"];
    vec![Block::Paragraph(text), Block::Table(columns(&names), all.iter().map(row).collect())]
}

fn outcome(file: &TrainingFile, rows: &[Row]) -> Block {
    let names = [
        "rule",
        "runs",
        "mean loss",
        "up to update",
        "last loss",
        "range",
        "last accuracy",
        "range",
        "last cosine of dW_rec",
        "last useful progress",
        "last reach",
        "time of a run",
    ];
    let range = |[_, least, most]: [f64; 3]| match least.is_nan() {
        true => String::new(),
        false => format!("{} .. {}", number(least), number(most)),
    };
    let row = |row: &Row| {
        let last = |measure: &str| number(curves::last(file, &row.rule, measure)[0]);
        let times: Vec<f64> = curves::spoken_of(file, &row.rule).iter().map(|run| wall_s(run)).collect();
        vec![
            row.rule.clone(),
            train::count(row),
            number(row.mean_loss),
            row.until.to_string(),
            number(row.last_loss[0]),
            range(row.last_loss),
            number(row.last_accuracy[0]),
            range(row.last_accuracy),
            last("cosine_rec"),
            last("progress"),
            last("reach"),
            match curves::spread(&times)[0] {
                median if median.is_nan() => String::new(),
                median => time(median),
            },
        ]
    };
    table(&names, &rows.iter().map(row).collect::<Vec<_>>())
}

fn each_run(file: &TrainingFile, rules: &[String]) -> Block {
    // The best evaluation is that of trials held out, where there are such.
    let holds_out = file.runs.iter().any(|run| last(run, "evaluations/validation_loss").is_finite());
    let best = if holds_out { "best held-out loss" } else { "best loss" };
    let names = [
        "rule",
        "seed",
        "updates",
        "last loss",
        "last accuracy",
        "last held-out loss",
        "last held-out accuracy",
        best,
        "at update",
        "time",
    ];
    let row = |run: &TrainingRun| {
        let update = last(run, "best/update");
        vec![
            run.label(),
            run.seed.to_string(),
            if is_done(run) {
                train::progress(file, run)
            } else {
                format!("{}, unfinished", train::progress(file, run))
            },
            number(last(run, "evaluations/loss")),
            number(last(run, "evaluations/accuracy")),
            number(last(run, "evaluations/validation_loss")),
            number(last(run, "evaluations/validation_accuracy")),
            number(last(run, "best/loss")),
            if update.is_nan() { String::new() } else { update.to_string() },
            if wall_s(run).is_nan() { String::new() } else { time(wall_s(run)) },
        ]
    };
    let of_rule = |rule: &String| file.runs.iter().filter(|run| run.label() == *rule).map(row).collect::<Vec<_>>();
    table(&names, &rules.iter().flat_map(of_rule).collect::<Vec<_>>())
}

/// All values of a task file with their paths.
fn flattened(value: &Value, path: &str, rows: &mut Vec<Vec<String>>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members.iter().filter(|(name, _)| !["description", "$schema"].contains(&name.as_str()))
            {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flattened(value, &path, rows);
            }
        }
        Value::String(text) => rows.push(vec![path.into(), text.clone()]),
        other => rows.push(vec![path.into(), other.to_string()]),
    }
}

/// The commands that make the runs anew; rules that were led from outside have none.
fn again(file: &TrainingFile, rules: &[String]) -> String {
    let task: Value = serde_json::from_str(&file.task).unwrap_or_default();
    let kind = task["carrier"]["kind"].as_str().and_then(CarrierKind::named);
    let usual = kind.unwrap_or(CarrierKind::Ideal);
    let mut lines = vec!["neuropil inspect RUNS.h5 --model > task.json".to_owned()];
    for label in rules {
        for run in file.runs.iter().filter(|run| run.label() == *label) {
            let Ok(own) = rule(&run.rule) else { continue };
            let (rule, seed) = (own.spelled(usual), run.seed);
            let align = if last(run, "evaluations/cosine_rec").is_nan() { "" } else { " --align" };
            let sweep: String = run.point.split_terminator(';').map(|change| format!(" --sweep '{change}'")).collect();
            lines.push(match sweep.as_str() {
                "" => format!("neuropil train task.json --rule {rule} --seed {seed}{align} -o {rule}_{seed}.h5"),
                sweep => format!(
                    "neuropil compare task.json --rules {rule} --seeds 1 --first-seed {seed}{align}{sweep} -o '{rule}_{}_{seed}.h5'",
                    run.point
                ),
            });
        }
    }
    lines.push("neuropil merge *_*.h5 -o all.h5".into());
    lines.join("\n")
}
