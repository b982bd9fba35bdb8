//! `neuropil similar`.

use crate::args::SimilarArgs;
use crate::error::CliError;
use crate::identify::taught;
use crate::train::of_training;
use crate::{interrupt, screen};
use neuropil_plasticity::similarity::Similarity;
use neuropil_record::TrainingRun;
use neuropil_train::similar::{Answer, Compared, Question, Tangent, With, similar as asked};
use serde_json::json;

/// Compares the activity of networks that were taught by different rules, at the same accuracy.
///
/// # Errors
/// Unreadable files, runs without the weights of their evaluations, tasks whose answers are values, and a level that no run reaches.
pub fn similar(args: &SimilarArgs) -> Result<(), CliError> {
    if !(args.accuracy > 0.0 && args.accuracy <= 1.0) {
        return Err(CliError::Input(format!("--accuracy: found {}, must be in (0, 1]", args.accuracy)));
    }
    let (file, setup) = taught(&args.file)?;
    let steps = setup.task.shape().steps;
    let (trials, parts) = (args.trials as usize, args.parts as usize);
    if parts > steps {
        return Err(CliError::Input(format!("--parts: found {parts}, a trial has {steps} steps")));
    }
    if trials * parts > MOST_SAMPLES {
        let found = format!("--trials, --parts: found {trials} times {parts}");
        return Err(CliError::Input(format!("{found}, must be at most {MOST_SAMPLES} samples in all")));
    }
    let threads = args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    interrupt::listen()?;
    let runs: Vec<&TrainingRun> = file.runs.iter().collect();
    let question = Question { accuracy: args.accuracy, trials, parts, probes: args.probes as usize, threads };
    let answer = asked(&setup, &runs, &question).map_err(of_training)?;
    if answer.runs.iter().all(|run| run.taken.is_none()) {
        return Err(CliError::Input(format!("--accuracy: found {}, no run has come to it", args.accuracy)));
    }
    screen::print(&if args.json { json(&answer) } else { text(&answer, args) })
}

/// All distances between two of them are ranked.
const MOST_SAMPLES: usize = 8192;
/// CKA, Procrustes, RSA.
const MEASURES: [fn(&Similarity) -> f64; 3] = [|own| own.cka, |own| own.procrustes, |own| own.rsa];

/// Of an odd number the middle one, else the mean of two.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { 0.5 * (values[middle - 1] + values[middle]) }
}

fn with(own: &Compared) -> &str {
    match &own.with {
        With::Rule(rule) => rule,
        With::OtherSeeds => "itself, other seeds",
        With::Beginning => "before learning",
    }
}

fn text(answer: &Answer, args: &SimilarArgs) -> String {
    let level = args.accuracy;
    let mut lines = vec![format!("networks at the first evaluation with an accuracy of {level}; medians over pairs")];
    lines.push(format!("{:24} {:24} {:>5} {:>8} {:>12} {:>8}", "rule", "with", "pairs", "CKA", "Procrustes", "RSA"));
    for own in &answer.compared {
        let [cka, procrustes, rsa] = MEASURES.map(|of| median(own.pairs.iter().map(of).collect()));
        let pairs = own.pairs.len();
        lines.push(format!("{:24} {:24} {pairs:>5} {cka:>8.3} {procrustes:>12.3} {rsa:>8.3}", own.rule, with(own)));
    }
    lines.push(String::new());
    lines.push(format!(
        "{:24} {:>5} {:>8} {:>20} {:>26}",
        "tangent kernel", "runs", "update", "with its beginning", "with labels: before, then"
    ));
    let mut rules: Vec<&str> = answer.runs.iter().map(|run| run.rule.as_str()).collect();
    rules.dedup();
    for rule in rules {
        let taken: Vec<(u32, Tangent)> =
            answer.runs.iter().filter(|run| run.rule == rule).filter_map(|run| run.taken).collect();
        if taken.is_empty() {
            continue;
        }
        let of = |of: fn(&(u32, Tangent)) -> f64| median(taken.iter().map(of).collect());
        let [update, beginning, before, then] =
            [of(|own| own.0.into()), of(|own| own.1.beginning), of(|own| own.1.labels[0]), of(|own| own.1.labels[1])];
        let runs = taken.len();
        lines.push(format!("{rule:24} {runs:>5} {update:>8} {beginning:>20.3} {before:>17.3}, {then:>7.3}"));
    }
    for run in answer.runs.iter().filter(|run| run.taken.is_none()) {
        lines.push(format!("{}, seed {}: has not come to {level}", run.rule, run.seed));
    }
    lines.join("\n")
}

fn json(answer: &Answer) -> String {
    let compared = answer.compared.iter().map(|own| {
        let all = |of: fn(&Similarity) -> f64| own.pairs.iter().map(of).collect::<Vec<_>>();
        let [cka, procrustes, rsa] = MEASURES.map(|of| all(of));
        json!({"rule": own.rule, "with": with(own), "cka": cka, "procrustes": procrustes, "rsa": rsa})
    });
    let runs = answer.runs.iter().map(|run| {
        let kernel = run.taken.map(|(_, own)| json!({"beginning": own.beginning, "labels": own.labels}));
        json!({"rule": run.rule, "seed": run.seed, "update": run.taken.map(|own| own.0), "tangent_kernel": kernel})
    });
    json!({"compared": compared.collect::<Vec<_>>(), "runs": runs.collect::<Vec<_>>()}).to_string()
}
