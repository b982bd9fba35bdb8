//! What a task says and none of the rules of a file of runs uses: a task may serve several rules, so this is no fault.

use neuropil_model::Document;
use neuropil_model::document::Value;
use neuropil_model::learning::unused;
use neuropil_plasticity::Rule;
use neuropil_plasticity::carrier::CarrierKind;
use neuropil_plasticity::rule::{Estimate, Feedback, Memory, Reach, rule};
use neuropil_record::TrainingFile;

/// What uses a field of `training`.
enum Use {
    /// Every run; or the field must be there, or is refused where nothing uses it.
    Always,
    /// Runs by some rules.
    Rules(fn(&Rule) -> bool),
}

/// A field of `training`.
struct Field {
    name: &'static str,
    used_by: Use,
}

const fn always(name: &'static str) -> Field {
    Field { name, used_by: Use::Always }
}

const fn of(name: &'static str, used_by: fn(&Rule) -> bool) -> Field {
    Field { name, used_by: Use::Rules(used_by) }
}

/// Every field of the section, in its order. Of `mu` rules without it know nothing, but every task has it.
const TRAINING: &[Field] = &[
    always("updates"),
    always("batch"),
    always("evaluate_every"),
    always("validation_trials"),
    always("stop_at_accuracy"),
    always("patience"),
    always("optimiser"),
    always("learning_rate"),
    always("decay"),
    always("decay_every"),
    always("clip_norm"),
    always("weight_decay"),
    always("signs"),
    always("shrink"),
    always("rewire"),
    always("mu"),
    of("feedback", |rule| !unused(rule).contains(&"feedback")),
    of("lags", |rule| !unused(rule).contains(&"lags")),
    of("taps", |rule| !unused(rule).contains(&"taps")),
    // The means of weights are by types, and so is mu.
    of("type_labels", |rule| takes_means(rule) || rule.needs_mu()),
    of("type_means", takes_means),
    of("credit_signs", |rule| rule.feedback != Feedback::None),
    of("error_order", |rule| !reads_losses(rule)),
    always("cascade"),
    of("perturbation", reads_losses),
    of("hops", |rule| rule.reach == Reach::Hops(None)),
    of("s_tllr", |rule| rule.memory == Memory::Window),
    of("pp_prop", |rule| rule.memory == Memory::Product),
];

/// Whether credit comes back over means of weights by types.
fn takes_means(rule: &Rule) -> bool {
    !matches!(rule.feedback, Feedback::None | Feedback::Weights)
}

/// Whether a rule is told nothing but the losses of runs.
fn reads_losses(rule: &Rule) -> bool {
    matches!(rule.estimate, Estimate::Weights | Estimate::Nodes)
}

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
    let is_unused = |field: &&Field| match field.used_by {
        Use::Always => false,
        Use::Rules(used_by) => !rules.iter().any(|rule| used_by(rule)),
    };
    let of_rules = TRAINING.iter().filter(is_unused).map(|field| format!("training.{}", field.name));
    let of_rules = of_rules.filter(|path| task.find(path).is_some() || is_swept(file, path));
    let is_ideal = rules.iter().all(|own| own.carrier == CarrierKind::Ideal);
    let tissue = (is_ideal && has_tissue(&task) && !is_chain(&task)).then(|| "carrier".to_owned());
    let of_rules = of_rules.chain(tissue).map(|path| format!("{path} has no effect with {names}"));
    of_rules.chain(beta_of_none(file, &task)).collect()
}

/// Whether a sweep changes a path, or what is in it.
fn is_swept(file: &TrainingFile, path: &str) -> bool {
    let changes = file.runs.iter().flat_map(|run| run.point.split(';'));
    let mut rests = changes.filter_map(|change| change.strip_prefix(path));
    rests.any(|rest| rest.starts_with(['=', '.']))
}

/// A line on the strength of an adaptation that no cell has.
fn beta_of_none(file: &TrainingFile, task: &Document) -> Option<String> {
    let is = |path: &str, value: &Value| task.find(path).is_some_and(|own| own.0.value == *value);
    let none = if is("cells.adaptive", &Value::String("none".into())) {
        "`cells.adaptive` is `none`"
    } else if is("cells.adaptive_last", &Value::Number(0.0, Some(0))) {
        "`cells.adaptive_last` is 0"
    } else {
        return None;
    };
    let swept = ["cells.adaptive", "cells.adaptive_last"].iter().any(|path| is_swept(file, path));
    (!swept && task.find("cells.beta").is_some()).then(|| format!("cells.beta has no effect: {none}"))
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
    use neuropil_model::sections::table::Section;
    use neuropil_model::sections::training::TrainingSection;
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
        // mu is by type too: these labels once were noted beside `modprop_cell`, whose weights they change.
        for name in ["mdgl_type_connected", "modprop_cell"] {
            assert_eq!(labels(name), Vec::<String>::new(), "{name}");
        }
        assert_eq!(told(&[]), Vec::<String>::new());
    }

    /// Would catch a field of `training` that nobody has said of who uses it.
    #[test]
    fn every_field_of_the_section_has_its_line() {
        let table = &TrainingSection::tables()[0];
        let fields: Vec<&str> = table.rows.iter().map(|row| row.name).collect();
        assert_eq!(TRAINING.iter().map(|own| own.name).collect::<Vec<_>>(), fields);
    }

    /// Once a control that was shuffled and changed nothing was told of for some fields only.
    #[test]
    fn controls_without_effect_are_told_by_name() {
        let told = |task: &str, point: &str, name: &str| {
            let runs = vec![TrainingRun { rule: name.into(), point: point.into(), ..TrainingRun::default() }];
            notes(&TrainingFile { task: task.into(), runs, ..TrainingFile::default() })
        };
        let all = r#"{"training": {"credit_signs": "shuffled", "type_means": "resampled", "error_order": "reversed", "hops": 5,
            "perturbation": {"size": 1}, "s_tllr": {"pre": 2}, "pp_prop": {"decay": 0.5}, "decay": 0.5}}"#;
        let lines = |keys: &[&str], name: &str| {
            keys.iter().map(|key| format!("training.{key} has no effect with `{name}`")).collect::<Vec<_>>()
        };
        for (name, keys) in [
            ("eprop", &["type_means", "credit_signs", "perturbation", "hops", "s_tllr", "pp_prop"][..]),
            ("modprop_type", &["perturbation", "hops", "s_tllr", "pp_prop"]),
            ("snap_n", &["type_means", "perturbation", "s_tllr", "pp_prop"]),
            ("s_tllr", &["type_means", "credit_signs", "perturbation", "hops", "pp_prop"]),
            ("pp_prop", &["type_means", "credit_signs", "perturbation", "hops", "s_tllr"]),
            ("node_perturbation", &["type_means", "credit_signs", "error_order", "hops", "s_tllr", "pp_prop"]),
        ] {
            assert_eq!(told(all, "", name), lines(keys, name), "{name}");
        }
        let swept = told("{}", "training.updates=3;training.credit_signs=shuffled", "eprop");
        assert_eq!(swept, lines(&["credit_signs"], "eprop"));
        for (cells, expected) in [
            (r#""adaptive": "none", "beta": 2"#, &["cells.beta has no effect: `cells.adaptive` is `none`"][..]),
            (r#""adaptive_last": 0, "beta": 2"#, &["cells.beta has no effect: `cells.adaptive_last` is 0"]),
            (r#""adaptive": "even", "beta": 2"#, &[]),
            (r#""adaptive": "none""#, &[]),
        ] {
            assert_eq!(told(&format!("{{\"cells\": {{{cells}}}}}"), "", "eprop"), expected, "{cells}");
        }
        let beta = r#"{"cells": {"adaptive": "none", "beta": 2}}"#;
        assert_eq!(told(beta, "cells.adaptive=even", "eprop"), Vec::<String>::new());
    }
}
