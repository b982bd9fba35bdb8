//! Several rules and seeds on one task.

pub use crate::curves::is_done;
use crate::curves::updates_made;
use crate::error::listed;
use crate::evaluation::ALIGNMENT;
use crate::sweep::Point;
use crate::{Setup, TrainError};
use neuropil_model::Document;
use neuropil_model::document::{Member, Node, Value};
use neuropil_plasticity::{Error, Rule};
use neuropil_record::{TrainingFile, TrainingRun};

/// One run of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The rule, with its carrier.
    pub rule: &'static Rule,
    /// The seed.
    pub seed: u64,
    /// The point of a sweep, by number; `None` for the task as it is.
    pub place: Option<usize>,
}

/// The runs of a comparison, seed after seed, so that all rules have a first curve early. A name without `+CARRIER` is of the
/// carrier of its point. Rules of the ideal carrier run once, and not once for every tissue.
///
/// # Errors
/// A name that no rule has, and pairs of rule and carrier without a meaning.
pub fn runs(
    rules: &[String],
    seeds: &[u64],
    (setup, points, setups): (&Setup, &[Point], &[Setup]),
) -> Result<Vec<Run>, Error> {
    let mut all = Vec::new();
    for name in rules {
        let at_points = setups.iter().map(|own| own.rule(name)).collect::<Result<Vec<_>, _>>()?;
        // A rule that changes with the point sees it.
        let is_same = at_points.windows(2).all(|pair| pair[0] == pair[1]);
        let passes = |place: usize| is_same && points[place].passes_by(at_points[place]);
        if (0..points.len()).any(passes) {
            all.push((setup.rule(name)?, None));
        }
        let seeing = at_points.iter().enumerate().filter(|(place, _)| !passes(*place));
        all.extend(seeing.map(|(place, rule)| (*rule, Some(place))));
    }
    Ok(seeds.iter().flat_map(|seed| all.iter().map(|(rule, place)| Run { rule, seed: *seed, place: *place })).collect())
}

/// Two of the names that are one rule of the carrier of their task, or of a point of a sweep, in words.
///
/// # Errors
/// As [`runs`].
pub fn twice_named(rules: &[String], setups: &[Setup]) -> Result<Option<String>, Error> {
    for setup in setups {
        let found = rules.iter().map(|name| Ok((name, setup.rule(name)?.name))).collect::<Result<Vec<_>, Error>>()?;
        let again = |(place, own): (usize, &(&String, &'static str))| {
            let before = found[..place].iter().find(|other| other.1 == own.1)?;
            Some(format!(
                "`{}` and `{}`, which are one rule with the carrier `{}`",
                before.0,
                own.0,
                setup.carriers.kind.name()
            ))
        };
        if let Some(words) = found.iter().enumerate().find_map(again) {
            return Ok(Some(words));
        }
    }
    Ok(None)
}

/// The runs of a file in words: the first few of many.
pub fn there(file: &TrainingFile) -> String {
    let runs = labels(file);
    if runs.is_empty() { "it has none".into() } else { format!("it has {}", listed(&runs)) }
}

fn labels(file: &TrainingFile) -> Vec<String> {
    file.runs.iter().map(|run| format!("{}, seed {}", run.label(), run.seed)).collect()
}

/// Refuses a file of runs of another task.
///
/// # Errors
/// [`TrainError::Other`], with the first line that differs.
pub fn same_task(file: &TrainingFile, name: &str, setup: &Setup) -> Result<(), TrainError> {
    differs(&file.task, &setup.json, &format!("`{name}` has runs of another task"))
}

fn differs(found: &str, expected: &str, what: &str) -> Result<(), TrainError> {
    if found == expected {
        return Ok(());
    }
    let tree = |text: &str| Document::parse("task", text.to_owned()).ok();
    let trees = tree(found).zip(tree(expected));
    let place = trees.and_then(|(found, expected)| first_apart(&found.root, &expected.root, ""));
    let lines =
        found.lines().chain(std::iter::repeat("nothing")).zip(expected.lines().chain(std::iter::repeat("nothing")));
    let most = found.lines().count().max(expected.lines().count());
    let (found, expected) = lines.take(most).find(|(a, b)| a != b).unwrap_or(("other spaces", "these"));
    let line = |text: &str| format!("`{}`", text.trim().trim_end_matches(','));
    let what = place.map_or(what.into(), |place| format!("{what}, in `{place}`"));
    Err(TrainError::Other { what, found: line(found), expected: line(expected) })
}

/// The path of the first thing that two trees do not share.
fn first_apart(one: &Node, other: &Node, path: &str) -> Option<String> {
    let join = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match (&one.value, &other.value) {
        (Value::Object(own), Value::Object(others)) => {
            let of =
                |members: &[Member], key: &str| members.iter().find(|own| own.key == key).map(|own| own.node.clone());
            let apart = |own: &Member| match of(others, &own.key) {
                Some(other) => first_apart(&own.node, &other, &join(&own.key)),
                None => Some(join(&own.key)),
            };
            let more = others.iter().find(|other| of(own, &other.key).is_none());
            own.iter().find_map(apart).or_else(|| more.map(|other| join(&other.key)))
        }
        (Value::Array(own), Value::Array(others)) if own.len() == others.len() => {
            let pairs = own.iter().zip(others).enumerate();
            pairs.into_iter().find_map(|(index, (one, other))| first_apart(one, other, &join(&index.to_string())))
        }
        (Value::Number(one, _), Value::Number(other, _)) if one == other => None,
        (one, other) => (one != other).then(|| path.to_owned()),
    }
}

/// Refuses to take a run for one whose evaluations compare with the exact gradient, where none of them does.
///
/// # Errors
/// [`TrainError::NotAligned`].
pub fn aligned(run: &TrainingRun) -> Result<(), TrainError> {
    let is_compared = |name: &&str| {
        let table = run.table(&format!("evaluations/{name}"));
        table.is_some_and(|table| table.values.iter().any(|value| !value.is_nan()))
    };
    let has_evaluations = run.table("evaluations/update").is_some_and(|table| !table.values.is_empty());
    if !has_evaluations || ALIGNMENT.iter().any(is_compared) {
        return Ok(());
    }
    Err(TrainError::NotAligned { rule: run.label(), seed: run.seed, updates: updates_made(run) })
}

/// Puts a run into a file, in the place of an older one of its rule, seed and point.
pub fn put(file: &mut TrainingFile, run: TrainingRun) {
    file.runs.retain(|own| !own.is_same(&run));
    file.runs.push(run);
}

/// Refuses to go on in a file that has runs, but not the one that is to go on.
///
/// # Errors
/// [`TrainError::NoSuchRun`], with the runs that it has.
pub fn has_run(file: &TrainingFile, name: &str, (rule, seed): (&Rule, u64)) -> Result<(), TrainError> {
    if file.runs.is_empty() || file.runs.iter().any(|run| run.rule == rule.name && run.seed == seed) {
        return Ok(());
    }
    Err(TrainError::NoSuchRun { file: name.into(), rule: rule.name, seed, runs: labels(file) })
}

/// Joins files of one task. Of a rule, seed and point that several have, the run with more updates is kept.
///
/// # Errors
/// [`TrainError::Other`] where the tasks differ, or two functions of the caller's own have one name.
pub fn merge(files: Vec<(String, TrainingFile)>) -> Result<TrainingFile, TrainError> {
    let mut merged: Option<TrainingFile> = None;
    for (name, file) in files {
        let Some(merged) = &mut merged else {
            merged = Some(file);
            continue;
        };
        differs(&file.task, &merged.task, &format!("`{name}` has runs of another task than the first file"))?;
        for run in file.runs {
            let other = merged.runs.iter().find(|own| own.rule == run.rule && own.source != run.source);
            if let Some(own) = other {
                let what = format!("`{name}`: runs of `{}` by another function than in the files before", run.rule);
                let function = |source: &str| if source.is_empty() { "none".into() } else { source.to_owned() };
                return Err(TrainError::Other { what, found: function(&run.source), expected: function(&own.source) });
            }
            let older = merged.runs.iter().find(|own| own.is_same(&run));
            if older.is_none_or(|older| updates_made(older) < updates_made(&run)) {
                put(merged, run);
            }
        }
    }
    Ok(merged.unwrap_or_default())
}
