//! Curves over the updates of several runs: what plots show and tables list.
//!
//! Runs that have not reached their end are kept apart: where a rule has runs that have, medians and means are of these alone.
//! They are over the updates that all of them have.

use crate::statistics;
use neuropil_model::Document;
use neuropil_model::document::Value;
use neuropil_plasticity::{Matrix, stability};
use neuropil_record::{Table, TrainingFile, TrainingRun};

/// A measure of all runs of one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// The rule, and what a sweep has changed.
    pub rule: String,
    /// Updates of the evaluations of the longest run.
    pub updates: Vec<f64>,
    /// Values, `[run][evaluation]`, over the updates that all runs have that are spoken of.
    pub runs: Vec<Vec<f64>>,
    /// What lies beside these: runs that are not at their end, and what runs have beyond the updates of all. NaN elsewhere.
    pub beside: Vec<Vec<f64>>,
}

/// The curves of a measure (a name of [`crate::evaluation::NAMES`]), a rule each, in the order of `rules`; rules without a
/// finite value are left out.
pub fn curves(file: &TrainingFile, rules: &[String], measure: &str) -> Vec<Curve> {
    curves_of(file, rules, &|run| values(run, measure))
}

/// The curves of μ of each type, a list a type; of the mean over types where there are more than `most`. Empty where nothing
/// has μ.
pub fn mu_curves(file: &TrainingFile, rules: &[String], most: usize) -> Vec<Vec<Curve>> {
    let rows = |run: &TrainingRun| {
        let table = run.table("evaluations/mu")?;
        let types = table.shape.get(1).copied().filter(|types| *types > 0)?;
        Some(table.values.chunks_exact(types).map(<[f64]>::to_vec).collect::<Vec<_>>())
    };
    let types = file.runs.iter().filter_map(rows).filter_map(|rows| rows.first().map(Vec::len)).max().unwrap_or(0);
    let of = |read: &dyn Fn(&[f64]) -> f64| {
        curves_of(file, rules, &|run| rows(run).unwrap_or_default().iter().map(|row| read(row)).collect())
    };
    match types {
        0 => Vec::new(),
        types if types > most => vec![of(&mean)],
        types => (0..types).map(|own| of(&|row| row.get(own).copied().unwrap_or(f64::NAN))).collect(),
    }
}

fn curves_of(file: &TrainingFile, rules: &[String], read: &dyn Fn(&TrainingRun) -> Vec<f64>) -> Vec<Curve> {
    let of_rule = |rule: &String| {
        let all: Vec<&TrainingRun> = file.runs.iter().filter(|run| run.label() == *rule).collect();
        let spoken = spoken_of(file, rule);
        let shared = shared(&spoken);
        let updates = all.iter().map(|run| values(run, "update")).max_by_key(Vec::len).unwrap_or_default();
        let (mut runs, mut beside) = (Vec::new(), Vec::new());
        for run in all {
            let mut own = read(run);
            let is_spoken = spoken.iter().any(|other| std::ptr::eq(*other, run));
            if is_spoken {
                runs.push(own.iter().copied().take(shared).collect());
                own.iter_mut().take(shared.saturating_sub(1)).for_each(|value| *value = f64::NAN);
            }
            if !is_spoken || own.len() > shared {
                beside.push(own);
            }
        }
        Curve { rule: rule.clone(), updates, runs, beside }
    };
    let has_number = |curve: &Curve| curve.runs.iter().chain(&curve.beside).flatten().any(|value| value.is_finite());
    rules.iter().map(of_rule).filter(has_number).collect()
}

/// The runs of a rule that tables and curves speak of: those at their end, or all where there is none.
pub fn spoken_of<'f>(file: &'f TrainingFile, rule: &str) -> Vec<&'f TrainingRun> {
    let (done, open): (Vec<_>, Vec<_>) =
        file.runs.iter().filter(|run| run.label() == rule).partition(|run| is_done(run));
    if done.is_empty() { open } else { done }
}

/// How many evaluations all of these runs have.
pub(crate) fn shared(runs: &[&TrainingRun]) -> usize {
    runs.iter().map(|run| values(run, "update").len()).min().unwrap_or(0)
}

pub(crate) fn values(run: &TrainingRun, measure: &str) -> Vec<f64> {
    run.table(&format!("evaluations/{measure}")).map_or(Vec::new(), |table| table.values.clone())
}

/// Updates that a run has made.
pub fn updates_made(run: &TrainingRun) -> f64 {
    run.table("state/updates").and_then(|table| table.values.first().copied()).unwrap_or(0.0)
}

/// Whether a run has reached its end.
pub fn is_done(run: &TrainingRun) -> bool {
    run.table("state/done").is_some_and(|table| table.values.first().is_some_and(|done| *done != 0.0))
}

/// Updates that a run was to make.
pub fn updates_asked(file: &TrainingFile, run: &TrainingRun) -> Option<f64> {
    let swept = run.point.split(';').find_map(|change| change.strip_prefix("training.updates="));
    let of_task = || match Document::parse("task", file.task.clone()).ok()?.find("training.updates")?.0.value {
        Value::Number(updates, _) => Some(updates),
        _ => None,
    };
    swept.and_then(|own| own.parse().ok()).or_else(of_task)
}

/// The eigenvalues of the last W of a run; none where it has more than `most` cells.
pub fn eigenvalues(run: &TrainingRun, most: usize) -> Vec<[f64; 2]> {
    let square = |table: &Table| match table.shape[..] {
        [rows, columns] if rows == columns && rows <= most => {
            Matrix::new("W", rows, columns, table.values.clone()).ok()
        }
        _ => None,
    };
    let matrix = run.table("weights/w_rec").and_then(square);
    matrix.map_or_else(Vec::new, |own| stability::eigenvalues(&own.to_nalgebra()))
}

/// What the runs of one rule came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The rule, and what a sweep has changed.
    pub rule: String,
    /// Runs, and how many of them have reached their end.
    pub runs: [usize; 2],
    /// The update of the last evaluation that all runs have that are spoken of.
    pub until: f64,
    /// Mean over these runs of the mean loss over the evaluations of a run up to that update.
    pub mean_loss: f64,
    /// Median of the loss at the end of runs, or at that update where none has reached its end, and its range.
    pub last_loss: [f64; 3],
    /// The same of the accuracy; NaN where there is none.
    pub last_accuracy: [f64; 3],
}

impl Row {
    /// Whether the numbers are of runs at their end.
    pub fn is_final(&self) -> bool {
        self.runs[1] > 0
    }
}

/// Median of what a measure is at the end of the runs of a rule that are spoken of, or at the last update that all have where
/// none has reached its end, and its range; NaN where there is none.
pub fn last(file: &TrainingFile, rule: &str, measure: &str) -> [f64; 3] {
    let own = spoken_of(file, rule);
    let shared = if own.iter().all(|run| is_done(run)) { usize::MAX } else { shared(&own) };
    let ends = own.iter().map(|run| values(run, measure));
    spread(&ends.filter_map(|run| run[..shared.min(run.len())].last().copied()).collect::<Vec<_>>())
}

/// One row a rule.
pub fn table(file: &TrainingFile, rules: &[String]) -> Vec<Row> {
    let row = |rule: &String| {
        let own = spoken_of(file, rule);
        let shared = shared(&own);
        let at_end = own.iter().all(|run| is_done(run));
        let all = |name: &str| -> Vec<Vec<f64>> { own.iter().map(|run| values(run, name)).collect() };
        let until_shared = |run: &Vec<f64>| run[..shared.min(run.len())].to_vec();
        let last = |name: &str| last(file, rule, name);
        let count = file.runs.iter().filter(|run| run.label() == *rule).count();
        Row {
            rule: rule.clone(),
            runs: [count, if at_end { own.len() } else { 0 }],
            until: all("update").first().and_then(|own| until_shared(own).last().copied()).unwrap_or(f64::NAN),
            mean_loss: mean(&all("loss").iter().map(|run| mean(&until_shared(run))).collect::<Vec<_>>()),
            last_loss: last("loss"),
            last_accuracy: last("accuracy"),
        }
    };
    rules.iter().map(row).collect()
}

/// How a rule differs from another over the seeds that both have finished.
#[derive(Debug, Clone, PartialEq)]
pub struct Paired {
    /// The rule, and what a sweep has changed.
    pub rule: String,
    /// The one that it is compared with.
    pub with: String,
    /// Mean loss over the run of the rule less that of the other, a number a seed.
    pub differences: Vec<f64>,
    /// The mean of them, and the interval of it.
    pub mean: f64,
    /// See [`crate::statistics::interval`].
    pub interval: [f64; 2],
    /// See [`crate::statistics::sign_flip`].
    pub p: f64,
    /// p, corrected for the number of comparisons.
    pub holm: f64,
}

/// Each of these rules beside the first that a file has, where two seeds or more are common; in the order of `rules`.
pub fn paired(file: &TrainingFile, rules: &[String]) -> Vec<Paired> {
    let Some(first) = file.runs.iter().map(TrainingRun::label).find(|label| rules.contains(label)) else {
        return Vec::new();
    };
    let done = |rule: &str| -> Vec<&TrainingRun> {
        file.runs.iter().filter(|run| run.label() == rule && is_done(run)).collect()
    };
    let others = done(&first);
    let beside = |rule: &String| {
        let own = done(rule);
        let both = own.iter().filter_map(|run| Some((*run, *others.iter().find(|other| other.seed == run.seed)?)));
        let both: Vec<_> = both.collect();
        let until = both.iter().map(|(a, b)| shared(&[*a, *b])).min().unwrap_or(0);
        let loss = |run: &TrainingRun| mean(&values(run, "loss")[..until]);
        let differences: Vec<f64> = both.iter().map(|(own, other)| loss(own) - loss(other)).collect();
        (differences.len() > 1 && differences.iter().all(|own| own.is_finite())).then(|| Paired {
            rule: rule.clone(),
            with: first.clone(),
            mean: mean(&differences),
            interval: statistics::interval(&differences),
            p: statistics::sign_flip(&differences),
            holm: 1.0,
            differences,
        })
    };
    let mut all: Vec<Paired> = rules.iter().filter(|rule| **rule != first).filter_map(beside).collect();
    let corrected = statistics::holm(&all.iter().map(|own| own.p).collect::<Vec<_>>());
    all.iter_mut().zip(corrected).for_each(|(own, holm)| own.holm = holm);
    all
}

/// The rules of a file by their mean loss, best first; those without a run at its end come last.
pub fn rules(file: &TrainingFile) -> Vec<String> {
    let mut names: Vec<String> = file.runs.iter().map(TrainingRun::label).collect();
    names.sort();
    names.dedup();
    let mut rows = table(file, &names);
    rows.sort_by(|a, b| b.is_final().cmp(&a.is_final()).then(a.mean_loss.total_cmp(&b.mean_loss)));
    rows.into_iter().map(|row| row.rule).collect()
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Median, least and greatest of values; NaN if there is none or one of them is.
pub fn spread(values: &[f64]) -> [f64; 3] {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.as_slice() {
        [] => [f64::NAN; 3],
        own => {
            let middle = 0.5 * (own[(own.len() - 1) / 2] + own[own.len() / 2]);
            [middle, own[0], own[own.len() - 1]]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(rule: &str, seed: u64, losses: &[f64], done: bool) -> TrainingRun {
        let table = |object: &str, values: Vec<f64>| Table { object: object.into(), shape: vec![values.len()], values };
        let updates: Vec<f64> = (0..losses.len()).map(|own| 10.0 * own as f64).collect();
        let tables = vec![
            table("state/updates", vec![updates.last().copied().unwrap_or(0.0)]),
            table("state/done", vec![f64::from(u8::from(done))]),
            table("evaluations/update", updates),
            table("evaluations/loss", losses.to_vec()),
        ];
        TrainingRun { rule: rule.into(), seed, tables, ..TrainingRun::default() }
    }

    fn file() -> TrainingFile {
        let runs = vec![
            run("a", 1, &[4.0, 2.0, 1.0], true),
            run("a", 2, &[4.0, 4.0], true),
            run("a", 3, &[9.0], false),
            run("b", 1, &[1.0, 1.0, 0.5], false),
            run("b", 2, &[3.0, 2.0], false),
        ];
        TrainingFile { task: "{\"training\": {\"updates\": 30}}".into(), runs, ..TrainingFile::default() }
    }

    /// Runs at their end are not mixed with others, means are over the updates that all have, a rule without a finished run
    /// comes last though its mean is lower. Would catch a mean of 0..10 beside one of 0..20.
    #[test]
    fn only_the_same_updates_are_averaged() {
        let file = file();
        let names = rules(&file);
        assert_eq!(names, ["a", "b"]);
        let rows = table(&file, &names);
        assert_eq!((rows[0].runs, rows[0].until, rows[0].mean_loss), ([3, 2], 10.0, 3.5));
        assert_eq!(rows[0].last_loss, [2.5, 1.0, 4.0]);
        assert_eq!((rows[1].runs, rows[1].until, rows[1].mean_loss), ([2, 0], 10.0, 1.75));
        assert_eq!(rows[1].last_loss, [1.5, 1.0, 2.0]);
        let made: Vec<f64> = file.runs.iter().map(updates_made).collect();
        assert_eq!((made, updates_asked(&file, &file.runs[0])), (vec![20.0, 10.0, 0.0, 20.0, 10.0], Some(30.0)));
        let swept = TrainingRun { point: "a=1;training.updates=7".into(), ..TrainingRun::default() };
        assert_eq!(updates_asked(&file, &swept), Some(7.0));
    }

    /// Rules are paired by seed with the first of the file, over the updates that both have; runs that are not at their end do not count. Would
    /// catch pairs of two seeds, and a difference of the wrong sign.
    #[test]
    fn rules_are_paired_by_seed() {
        let runs = vec![
            run("a", 1, &[4.0, 2.0], true),
            run("a", 2, &[4.0, 4.0], true),
            run("a", 3, &[9.0, 9.0], true),
            run("b", 2, &[3.0, 4.0], true),
            run("b", 1, &[2.0, 1.0, 100.0], true),
            run("b", 3, &[9.0], false),
            run("c", 1, &[5.0, 5.0], true),
            run("d", 1, &[3.0, 1.0], true),
            run("d", 2, &[5.0, 5.0], true),
            run("d", 3, &[10.0, 12.0], true),
        ];
        let file = TrainingFile { runs, ..TrainingFile::default() };
        let found = paired(&file, &["d", "c", "b", "a"].map(String::from));
        let told: Vec<(&str, &str)> = found.iter().map(|own| (own.rule.as_str(), own.with.as_str())).collect();
        assert_eq!(told, [("d", "a"), ("b", "a")]);
        assert_eq!(found[1].differences, [-0.5, -1.5]);
        assert_eq!(found[0].differences, [-1.0, 1.0, 2.0]);
        assert_eq!((found[1].mean, found[1].p, found[1].holm), (-1.0, 0.5, 1.0));
        assert!(found[1].interval == [-1.5, -0.5] && found[0].p == 0.75 && found[0].holm == 1.0);
        assert!(paired(&file, &["c".into()]).is_empty());
    }

    /// What is in no median is a line of its own: the end of the longer run, and the run that is not at its end.
    #[test]
    fn what_is_not_shared_lies_beside() {
        let curves = curves(&file(), &["a".into()], "loss");
        assert_eq!(curves[0].updates, [0.0, 10.0, 20.0]);
        assert_eq!(curves[0].runs, [[4.0, 2.0], [4.0, 4.0]]);
        assert_eq!(curves[0].beside.len(), 2);
        assert!(curves[0].beside[0][0].is_nan() && curves[0].beside[0][1..] == [2.0, 1.0]);
        assert_eq!(curves[0].beside[1], [9.0]);
    }

    /// μ comes apart by type, or is averaged where types are many; rules without have no curve.
    #[test]
    fn mu_is_by_type() {
        let mut own = file();
        own.runs[3].tables.push(Table {
            object: "evaluations/mu".into(),
            shape: vec![3, 2],
            values: vec![0.1, 0.3, 0.2, 0.4, 0.3, 0.5],
        });
        let names = ["a".into(), "b".into()];
        let by_type = mu_curves(&own, &names, 2);
        assert!(by_type.len() == 2 && by_type[1].len() == 1 && by_type[1][0].rule == "b");
        assert_eq!(by_type[1][0].runs[0], [0.3, 0.4]);
        let of_all = mu_curves(&own, &names, 1);
        assert!(of_all.len() == 1 && (of_all[0][0].runs[0][0] - 0.2).abs() < 1e-15);
        assert!(mu_curves(&file(), &names, 2).is_empty());
    }
}
