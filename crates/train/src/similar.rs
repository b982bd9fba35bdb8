//! How alike networks are that were taught by different rules, at the same skill, and how far each is from where it began.
//!
//! # What is compared
//! Each run is taken at its first evaluation whose accuracy reaches a level, the same for all: otherwise similarity measures skill. All networks see the same
//! trials. A sample is a part of a trial, of some parts of equal length; its row has the mean output of each cell in it. Runs of two rules are
//! compared by seeds, as they began with the same weights; a rule is compared with itself over other seeds, and with each run's own beginning.
//! The tangent kernel of a run is over the first of these trials.

use crate::kept::{self, table};
use crate::settings::Signs;
use crate::task::{Draw, Split, batch};
use crate::{Setup, TrainError, Trainer};
use neuropil_engine::trial::Labels;
use neuropil_plasticity::similarity::{Similarity, similarity};
use neuropil_plasticity::tangent::Kernel;
use neuropil_plasticity::{Error, Matrix, Plane};
use neuropil_record::TrainingRun;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// The accuracy at which runs are taken: held-out, where there is such.
    pub accuracy: f64,
    /// Trials that all networks see.
    pub trials: usize,
    /// Parts of a trial.
    pub parts: usize,
    /// Trials of the tangent kernel.
    pub probes: usize,
    /// Threads; the results do not depend on it.
    pub threads: usize,
}

/// Two groups of networks.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// A rule.
    pub rule: String,
    /// With what its networks are compared.
    pub with: With,
    /// Of each pair.
    pub pairs: Vec<Similarity>,
}

/// With what the networks of a rule are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum With {
    /// Those of another rule, of the same seeds.
    Rule(String),
    /// Its own, of other seeds.
    OtherSeeds,
    /// What they were before they learned.
    Beginning,
}

/// A run, and where it was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Its rule.
    pub rule: String,
    /// Its seed.
    pub seed: u64,
    /// The update, and the tangent kernel there; none, where it never was as good.
    pub taken: Option<(u32, Tangent)>,
}

/// Alignments of the tangent kernel of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tangent {
    /// With that of its beginning.
    pub beginning: f64,
    /// Centred, with the kernel of labels: at the beginning, and where it was taken; NaN where trials have no label.
    pub labels: [f64; 2],
}

/// What is said of the runs of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// All pairs of groups that have a pair of networks.
    pub compared: Vec<Compared>,
    /// All runs, in their order.
    pub runs: Vec<Seen>,
}

/// What a network does.
struct Network {
    activity: Matrix,
    kernel: Kernel,
    labels: Option<Kernel>,
}

/// A run that is taken: before it learned, and when it is as good as asked.
struct Taken {
    rule: String,
    seed: u64,
    networks: [Network; 2],
}

/// Compares the runs of a task.
///
/// # Errors
/// [`TrainError::Other`] where a run has no accuracy, or has not kept the weights of the evaluation at which it is as good.
pub fn similar(setup: &Setup, runs: &[&TrainingRun], question: &Question) -> Result<Answer, TrainError> {
    let seed = runs.first().map_or(1, |run| run.seed);
    let (mut all, mut seen) = (Vec::new(), Vec::new());
    for run in runs {
        let mut taken = None;
        if let Some(update) = first_as_good(run, question.accuracy)? {
            let of = |update| network(setup, run, (seed, update), question);
            let networks = [of(0)?, of(update)?];
            taken = Some((update, tangent(&networks).map_err(|fault| misfit(&fault))?));
            all.push(Taken { rule: run.label(), seed: run.seed, networks });
        }
        seen.push(Seen { rule: run.label(), seed: run.seed, taken });
    }
    Ok(Answer { compared: compared(&all).map_err(|fault| misfit(&fault))?, runs: seen })
}

fn compared(all: &[Taken]) -> Result<Vec<Compared>, Error> {
    let mut rules: Vec<&str> = Vec::new();
    for own in all {
        if !rules.contains(&own.rule.as_str()) {
            rules.push(&own.rule);
        }
    }
    let mut compared = Vec::new();
    for (place, rule) in rules.iter().enumerate() {
        let of = |rule: &str| all.iter().filter(|own| own.rule == rule).collect::<Vec<_>>();
        let own = of(rule);
        let mut put = |with, pairs: Vec<[&Network; 2]>| {
            let each = pairs.iter().map(|[one, other]| similarity(&one.activity, &other.activity));
            let pairs = each.collect::<Result<Vec<_>, _>>()?;
            if !pairs.is_empty() {
                compared.push(Compared { rule: (*rule).to_owned(), with, pairs });
            }
            Ok::<(), Error>(())
        };
        for other in &rules[place + 1..] {
            let others = of(other);
            let twin = |one: &&Taken| others.iter().find(|other| other.seed == one.seed).copied();
            let pairs = own.iter().filter_map(|one| Some([&one.networks[1], &twin(one)?.networks[1]]));
            put(With::Rule((*other).to_owned()), pairs.collect())?;
        }
        let later = |first: usize| own[first + 1..].iter().map(move |other| (first, other));
        let pairs = (0..own.len()).flat_map(later).map(|(first, other)| [&own[first].networks[1], &other.networks[1]]);
        put(With::OtherSeeds, pairs.collect())?;
        put(With::Beginning, own.iter().map(|own| [&own.networks[1], &own.networks[0]]).collect())?;
    }
    Ok(compared)
}

fn tangent([before, now]: &[Network; 2]) -> Result<Tangent, Error> {
    let with_labels = |own: &Network| match &own.labels {
        Some(labels) => own.kernel.centred().alignment(&labels.centred()),
        None => Ok(f64::NAN),
    };
    let beginning = now.kernel.alignment(&before.kernel)?;
    Ok(Tangent { beginning, labels: [with_labels(before)?, with_labels(now)?] })
}

fn misfit(fault: &Error) -> TrainError {
    TrainError::Other { what: "networks".into(), found: fault.to_string(), expected: "the same trials of both".into() }
}

/// The update of the first evaluation that is as good.
fn first_as_good(run: &TrainingRun, accuracy: f64) -> Result<Option<u32>, TrainError> {
    let of = |name: &str| table(run, &format!("evaluations/{name}"), None);
    let (updates, own, held_out) = (of("update")?, of("accuracy")?, of("validation_accuracy")?);
    let best = |place: usize| if held_out[place].is_nan() { own[place] } else { held_out[place] };
    if (0..own.len()).any(|place| best(place).is_nan()) {
        return Err(other(run, "answers that are values".into(), "classes, which have an accuracy"));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of updates")]
    Ok((0..own.len()).find(|place| best(*place) >= accuracy).map(|place| updates[place] as u32))
}

fn other(run: &TrainingRun, found: String, expected: &str) -> TrainError {
    TrainError::Other { what: format!("run {}, seed {}", run.label(), run.seed), found, expected: expected.into() }
}

/// What a network does with the weights that a run had, on the trials of a seed.
fn network(
    setup: &Setup,
    run: &TrainingRun,
    (seed, update): (u64, u32),
    question: &Question,
) -> Result<Network, TrainError> {
    if matches!(setup.settings.signs, Signs::Rewire(_)) {
        return Err(other(run, "synapses that move (`training.signs` `rewire`)".into(), "synapses that stay"));
    }
    let expected =
        "those of every evaluation (`record.weights_every` as `training.evaluate_every`, or a divisor of it)";
    if run.table("history/update").is_none() {
        return Err(other(run, "no weights of its updates".into(), expected));
    }
    let times = table(run, "history/update", None)?;
    let Some(row) = times.iter().position(|time| *time == f64::from(update)) else {
        return Err(other(run, format!("no weights of update {update}"), expected));
    };
    let rule = setup.rule(&run.rule).map_err(|fault| other(run, fault.to_string(), "a rule that the task has"))?;
    let mut trainer = Trainer::new(setup, rule, run.seed)?.with_threads(question.threads);
    let sizes = kept::weights(&trainer.learner).map(<[f64]>::len);
    trainer.put(&kept::snapshot(run, "history", sizes, [row, times.len()])?)?;
    let first = Draw { seed, split: Split::Validation, update: 0, trial: 0 };
    let (trials, _) = batch(setup.task.as_ref(), first, question.trials, &trainer.workers);
    let outcome = trainer.run(&trials)?;
    let values: Vec<f64> = outcome.tapes.iter().flat_map(|tape| parts(&tape.z, question.parts)).collect();
    let matrix = |columns: usize, values: Vec<f64>| {
        Matrix::new("network", values.len() / columns, columns, values).map_err(|fault| misfit(&fault))
    };
    let activity = matrix(trainer.learner.cells(), values)?;
    let (mut slopes, mut labels) = (Vec::new(), Vec::new());
    for trial in (0..).take(question.probes) {
        let (own, label) = trainer.readout_slopes(Draw { trial, ..first })?;
        slopes.extend(own);
        if let Labels::Trials(label) = label {
            labels.extend(label);
        }
    }
    let kernel = Kernel::of(&matrix(slopes.len() / question.probes, slopes)?);
    let labels = (labels.len() == question.probes).then(|| Kernel::of_labels(&labels));
    Ok(Network { activity, kernel, labels })
}

/// Rows `[cell]` of the parts of each trial, one after the other.
fn parts(z: &Plane, parts: usize) -> Vec<f64> {
    let mut rows = Vec::with_capacity(z.trials() * parts * z.channels());
    for trial in 0..z.trials() {
        for part in 0..parts {
            let steps = part * z.steps() / parts..(part + 1) * z.steps() / parts;
            let sum = |cell: usize| steps.clone().map(|step| z.row(step, cell)[trial]).sum::<f64>();
            rows.extend((0..z.channels()).map(|cell| sum(cell) / steps.len() as f64));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two trials of five steps in two parts, by hand. Would catch steps that belong to no part, and trials in another order.
    #[test]
    fn parts_by_hand() {
        let z = Plane::from_fn(5, 1, 2, |step, _, trial| (10 * trial + step) as f64);
        assert_eq!(parts(&z, 2), [0.5, 3.0, 10.5, 13.0]);
    }
}
