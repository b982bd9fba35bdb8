//! Curves over the updates of several runs: what plots show and tables list.

use neuropil_record::{TrainingFile, TrainingRun};

/// A measure of all runs of one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// The rule, and what a sweep has changed.
    pub rule: String,
    /// Updates of the evaluations, those that all runs have.
    pub updates: Vec<f64>,
    /// Values, `[run][evaluation]`.
    pub runs: Vec<Vec<f64>>,
}

/// The curves of a measure (a name of [`crate::evaluation::NAMES`]), a rule each, in the order of `rules`; rules without a
/// finite value are left out.
pub fn curves(file: &TrainingFile, rules: &[String], measure: &str) -> Vec<Curve> {
    let values = |run: &TrainingRun, name: &str| {
        run.table(&format!("evaluations/{name}")).map_or(Vec::new(), |table| table.values.clone())
    };
    let of_rule = |rule: &String| {
        let own: Vec<&TrainingRun> = file.runs.iter().filter(|run| run.label() == *rule).collect();
        let runs: Vec<Vec<f64>> = own.iter().map(|run| values(run, measure)).collect();
        let shared = runs.iter().map(Vec::len).min().unwrap_or(0);
        let updates = own.first().map_or(Vec::new(), |run| values(run, "update"));
        let cut = |mut values: Vec<f64>| {
            values.truncate(shared);
            values
        };
        Curve { rule: rule.clone(), updates: cut(updates), runs: runs.into_iter().map(cut).collect() }
    };
    rules.iter().map(of_rule).filter(|curve| curve.runs.iter().flatten().any(|value| value.is_finite())).collect()
}

/// What the runs of one rule came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The rule, and what a sweep has changed.
    pub rule: String,
    /// Runs, and how many of them have reached their end.
    pub runs: [usize; 2],
    /// Mean over runs of the mean loss over the evaluations of a run.
    pub mean_loss: f64,
    /// Median over runs of the last loss and its range.
    pub last_loss: [f64; 3],
    /// Median over runs of the last accuracy and its range; NaN where there is none.
    pub last_accuracy: [f64; 3],
}

/// One row a rule.
pub fn table(file: &TrainingFile, rules: &[String]) -> Vec<Row> {
    let row = |rule: &String| {
        let own: Vec<&TrainingRun> = file.runs.iter().filter(|run| run.label() == *rule).collect();
        let all = |name: &str| -> Vec<Vec<f64>> {
            let values = own.iter().filter_map(|run| run.table(&format!("evaluations/{name}")));
            values.map(|table| table.values.clone()).filter(|values| !values.is_empty()).collect()
        };
        let last = |name: &str| spread(&all(name).iter().filter_map(|run| run.last().copied()).collect::<Vec<_>>());
        Row {
            rule: rule.clone(),
            runs: [own.len(), own.iter().filter(|run| crate::compare::is_done(run)).count()],
            mean_loss: mean(&all("loss").iter().map(|run| mean(run)).collect::<Vec<_>>()),
            last_loss: last("loss"),
            last_accuracy: last("accuracy"),
        }
    };
    rules.iter().map(row).collect()
}

/// The rules of a file by their mean loss, best first.
pub fn rules(file: &TrainingFile) -> Vec<String> {
    let mut names: Vec<String> = file.runs.iter().map(TrainingRun::label).collect();
    names.sort();
    names.dedup();
    let mut rows = table(file, &names);
    rows.sort_by(|a, b| a.mean_loss.total_cmp(&b.mean_loss));
    rows.into_iter().map(|row| row.rule).collect()
}

fn mean(values: &[f64]) -> f64 {
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
