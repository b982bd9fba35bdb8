//! `neuropil identify`.

use crate::args::IdentifyArgs;
use crate::error::CliError;
use crate::rules::each_once;
use crate::train::of_training;
use crate::{interrupt, screen};
use neuropil_model::Document;
use neuropil_model::given::attach;
use neuropil_plasticity::Rule;
use neuropil_record::{TrainingFile, TrainingRun};
use neuropil_train::Setup;
use neuropil_train::identify::{Identified, Question, identify as asked};
use serde_json::{Value, json};
use std::path::Path;

/// Asks of every run of a file which rule made its changes of weights.
///
/// # Errors
/// Unreadable files, runs without the weights of every update, rules that the task does not have.
pub fn identify(args: &IdentifyArgs) -> Result<(), CliError> {
    let (file, setup) = taught(&args.file)?;
    let rules = args.rules.iter().map(|name| setup.rule(name).map_err(CliError::input));
    let candidates = rules.collect::<Result<Vec<&'static Rule>, _>>()?;
    each_once(&candidates)?;
    if candidates.len() < 2 {
        return Err(CliError::Input("--rules: found 1, expected two rules at least, of which one is chosen".into()));
    }
    if !(args.share > 0.0 && args.share <= 1.0) {
        return Err(CliError::Input(format!("--share: found {}, must be in (0, 1]", args.share)));
    }
    if !(args.noise >= 0.0 && args.noise.is_finite()) {
        return Err(CliError::Input(format!("--noise: found {}, must be at least 0", args.noise)));
    }
    let threads = args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let question = Question {
        candidates,
        share: args.share,
        noise: args.noise,
        updates: args.updates.map_or(usize::MAX, |most| most as usize),
        threads,
    };
    interrupt::listen()?;
    let mut found = Vec::new();
    for run in &file.runs {
        if interrupt::is_asked() {
            return Err(CliError::Interrupted("interrupted".into()));
        }
        found.push((run, asked(&setup, run, &question).map_err(of_training)?));
    }
    let told = if args.json {
        json(&found)
    } else {
        found.iter().map(|(run, own)| text(run, own)).collect::<Vec<_>>().join("\n")
    };
    screen::print(&told)
}

/// The runs of a file, and the task that they are of.
///
/// # Errors
/// Unreadable files, files without runs, and with runs of a sweep.
pub fn taught(path: &Path) -> Result<(TrainingFile, Setup), CliError> {
    let file = TrainingFile::read(path).map_err(CliError::input)?;
    let name = path.display().to_string();
    let own = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut document = Document::parse(&format!("{name}:/task"), file.task.clone()).map_err(CliError::input)?;
    attach(&mut document, &own.to_string_lossy());
    let setup = Setup::decode(&document, path.parent().unwrap_or(Path::new(""))).map_err(of_training)?;
    if let Some(run) = file.runs.iter().find(|run| !run.point.is_empty()) {
        let found = format!("{name}: the run {} is of a point of a sweep", run.label());
        return Err(CliError::Input(format!("{found}, expected runs of the task itself")));
    }
    if file.runs.is_empty() {
        return Err(CliError::Input(format!("{name} has no runs")));
    }
    Ok((file, setup))
}

fn best(own: &Identified) -> &str {
    let first = &own.candidates[0];
    own.candidates
        .iter()
        .fold(first, |best, own| if own.log_likelihood > best.log_likelihood { own } else { best })
        .rule
}

fn text(run: &TrainingRun, own: &Identified) -> String {
    let sure = own.sure_after.map_or("never to 95 %".to_owned(), |update| format!("to 95 % after {update}"));
    let mut lines = vec![format!(
        "{}, seed {}: {} of {} updates and {} synapses, {sure}",
        run.label(),
        run.seed,
        best(own),
        own.updates,
        own.synapses
    )];
    lines.push(format!("  {:24} {:>8} {:>15} {:>12}", "candidate", "cosine", "log-likelihood", "probability"));
    for each in &own.candidates {
        let line =
            format!("  {:24} {:>8.4} {:>15.1} {:>12.4}", each.rule, each.score, each.log_likelihood, each.probability);
        lines.push(line);
    }
    lines.join("\n")
}

fn json(found: &[(&TrainingRun, Identified)]) -> String {
    let one = |(run, own): &(&TrainingRun, Identified)| {
        let candidates: Vec<Value> = own
            .candidates
            .iter()
            .map(|each| {
                json!({
                    "rule": each.rule,
                    "cosine": each.score,
                    "log_likelihood": each.log_likelihood,
                    "probability": each.probability,
                })
            })
            .collect();
        json!({
            "rule": run.rule,
            "seed": run.seed,
            "found": best(own),
            "updates": own.updates,
            "synapses": own.synapses,
            "sure_after": own.sure_after,
            "candidates": candidates,
        })
    };
    Value::Array(found.iter().map(one).collect()).to_string()
}
