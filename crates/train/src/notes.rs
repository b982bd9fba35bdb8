//! What a task says and none of the rules of a file of runs uses: a task may serve several rules, so this is no fault.

use neuropil_model::Document;
use neuropil_model::document::Value;
use neuropil_model::learning::unused;
use neuropil_plasticity::Rule;
use neuropil_plasticity::carrier::CarrierKind;
use neuropil_plasticity::rule::{Feedback, rule};
use neuropil_record::TrainingFile;

/// A line on each key of the task that no run of the file uses. None where a run is by a function of the caller's own, which
/// may use anything. `mu`, which every task has, is left out.
pub fn notes(file: &TrainingFile) -> Vec<String> {
    let rules: Option<Vec<&'static Rule>> = file.runs.iter().map(|run| rule(&run.rule).ok()).collect();
    let Some(rules) = rules.filter(|rules| !rules.is_empty()) else { return Vec::new() };
    let Ok(task) = Document::parse("task", file.task.clone()) else { return Vec::new() };
    let mut names: Vec<String> = rules.iter().map(|rule| format!("`{}`", rule.name)).collect();
    names.sort_unstable();
    names.dedup();
    let names = names.join(", ");
    let of_rules =
        ["feedback", "lags", "taps"].into_iter().filter(|key| rules.iter().all(|own| unused(own).contains(key)));
    let of_rules = of_rules.map(|key| format!("training.{key}")).filter(|path| task.find(path).is_some());
    let is_ideal = rules.iter().all(|own| own.carrier == CarrierKind::Ideal);
    let tissue = (is_ideal && has_tissue(&task) && !is_chain(&task)).then(|| "carrier".to_owned());
    let by_types = |own: &&Rule| !matches!(own.feedback, Feedback::None | Feedback::Weights);
    let labels = (!rules.iter().any(by_types) && task.find("training.type_labels").is_some())
        .then(|| "training.type_labels".to_owned());
    of_rules.chain(labels).chain(tissue).map(|path| format!("{path} has no effect with {names}")).collect()
}

/// Whether the task says through what credit would spread.
fn has_tissue(task: &Document) -> bool {
    task.find("carrier.voxels").is_some()
}

/// Whether taps are those of the tissue.
fn is_chain(task: &Document) -> bool {
    matches!(task.find("training.taps.kind").map(|own| &own.0.value), Some(Value::String(kind)) if kind == "chain")
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_record::TrainingRun;

    /// Would catch a note on a key that one of several rules uses, and one on what a function of one's own may use.
    #[test]
    fn only_what_no_rule_uses_is_told() {
        let task =
            r#"{"training": {"mu": {}, "feedback": {"kind": "normal"}, "lags": 3}, "carrier": {"voxels": [1, 1, 1]}}"#;
        let told = |rules: &[&str]| {
            let runs = rules.iter().map(|rule| TrainingRun { rule: (*rule).into(), ..TrainingRun::default() });
            notes(&TrainingFile { task: task.into(), runs: runs.collect(), ..TrainingFile::default() })
        };
        let paths = ["training.feedback", "training.lags", "carrier"];
        assert_eq!(told(&["eprop", "eprop"]), paths.map(|path| format!("{path} has no effect with `eprop`")));
        let two = "has no effect with `eprop_random`, `modprop_type_S`";
        assert_eq!(told(&["modprop_type_S", "eprop_random"]), [format!("carrier {two}")]);
        let carried = "has no effect with `eprop`, `modprop_type+field`";
        assert_eq!(
            told(&["eprop", "modprop_type+field"]),
            ["feedback", "lags"].map(|key| format!("training.{key} {carried}"))
        );
        assert_eq!(told(&["eprop", "of my own"]), Vec::<String>::new());
        let labels = |name: &str| {
            let runs = vec![TrainingRun { rule: name.into(), ..TrainingRun::default() }];
            let task = r#"{"training": {"type_labels": "shuffled"}}"#.into();
            notes(&TrainingFile { task, runs, ..TrainingFile::default() })
        };
        assert_eq!(labels("bptt"), ["training.type_labels has no effect with `bptt`"]);
        assert_eq!(labels("mdgl_type_connected"), Vec::<String>::new());
        assert_eq!(told(&[]), Vec::<String>::new());
    }
}
