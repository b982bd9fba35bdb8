//! What should be said of runs that came to something nobody wants, though no number is faulty.

use crate::curves::rules;
use neuropil_model::document::Value;
use neuropil_model::{Document, is_file};
use neuropil_network::neuron::{self, Output};
use neuropil_record::{TrainingFile, TrainingRun};

/// Cells that fire faster do not do what cells of a cortex do.
pub const FAST_HZ: f64 = 100.0;
/// Cells that fire more rarely send nothing that could be learned from.
const SILENT_HZ: f64 = 0.01;
/// Mean slope ψ of cells (or μ, which stands for it) below which next to nothing of the credit passes through a recurrent
/// synapse.
pub const SMALL_SLOPE: f64 = 1e-3;
/// A gradient that grows so much between evaluations explodes.
const EXPLODING: f64 = 1e4;
/// A loss that ends so many times above its first evaluation was not lowered by what was learned.
pub const GROWN: f64 = 10.0;
/// A loss that moves less, relative to where it began, does not move.
const STILL: f64 = 1e-6;

/// Remarks on all runs of a file, a line each.
pub fn remarks(file: &TrainingFile) -> Vec<String> {
    let is_spiking = !is_graded(&file.task);
    let of_rule = |rule: String| {
        let runs: Vec<&TrainingRun> = file.runs.iter().filter(|run| run.label() == rule).collect();
        let found = |what: &dyn Fn(&TrainingRun) -> Option<f64>, worst: fn(f64, f64) -> f64| {
            let all: Vec<f64> = runs.iter().filter_map(|run| what(run)).collect();
            (all.len(), all.into_iter().reduce(worst).unwrap_or(f64::NAN))
        };
        let line = |(count, worst): (usize, f64), say: &dyn Fn(f64) -> String| {
            let of = if runs.len() > 1 { format!(" ({count} of {} runs)", runs.len()) } else { String::new() };
            (count > 0).then(|| format!("{rule}{of}: {}", say(worst)))
        };
        let fast = found(&|run| last(run, "rate").filter(|rate| is_spiking && *rate > FAST_HZ), f64::max);
        let silent = found(&|run| last(run, "rate").filter(|rate| is_spiking && *rate < SILENT_HZ), f64::max);
        let small = found(&small_mu, f64::max);
        let exploding = found(&exploding, f64::max);
        let grown = found(&grown, f64::max);
        let still = found(&still, f64::max);
        [
            line(fast, &|rate| {
                format!("cells fire at {rate:.0} Hz, more than {FAST_HZ} Hz: smaller weights, or a higher threshold?")
            }),
            line(silent, &|_| {
                "cells are silent: nothing can be learned of what they do not send; greater input weights?".into()
            }),
            line(small, &|mu| {
                format!("μ is at most {mu:.1e}: ψ is so small that hardly any credit passes through recurrent synapses")
            }),
            line(exploding, &|times| format!("the gradient grew {times:.0e} times between evaluations: it explodes")),
            line(grown, &|times| {
                let times = times_text(times);
                format!("the loss ends at {times} times what it was at first: a smaller learning_rate, or clip_norm?")
            }),
            line(still, &|_| "the loss never moved".into()),
        ]
    };
    rules(file).into_iter().flat_map(of_rule).flatten().collect()
}

/// By how much a loss grew.
pub fn times_text(times: f64) -> String {
    if times < 1e4 { format!("{times:.0}") } else { format!("{times:.0e}") }
}

fn is_graded(task: &str) -> bool {
    let model = |document: &Document| match &document.find("cells.model")?.0.value {
        Value::String(model) => Some(model.clone()),
        _ => None,
    };
    let written = |model: &str| is_file(model) && !task.contains("@neuropil::output");
    let own = Document::parse("task", task.to_owned()).ok();
    let spikes = |name: &str| neuron::model(name).is_some_and(|entry| entry.info.output == Output::Spikes);
    own.and_then(|own| model(&own)).is_none_or(|model| !spikes(&model) && !written(&model))
}

fn values<'r>(run: &'r TrainingRun, measure: &str) -> &'r [f64] {
    run.table(&format!("evaluations/{measure}")).map_or(&[], |table| &table.values)
}

fn last(run: &TrainingRun, measure: &str) -> Option<f64> {
    values(run, measure).last().copied()
}

/// The greatest μ of the last evaluation, of a rule that has it, if it is small.
fn small_mu(run: &TrainingRun) -> Option<f64> {
    let table = run.table("evaluations/mu")?;
    let types = table.shape.get(1).copied().filter(|types| *types > 0)?;
    let last = table.values.chunks_exact(types).last()?;
    Some(last.iter().copied().fold(0.0, |most: f64, mu| most.max(mu.abs()))).filter(|most| *most < SMALL_SLOPE)
}

/// How much the gradient grew over its median at most.
fn exploding(run: &TrainingRun) -> Option<f64> {
    let mut norms: Vec<f64> = values(run, "gradient_norm").iter().copied().filter(|norm| *norm > 0.0).collect();
    norms.sort_by(f64::total_cmp);
    let median = norms.get(norms.len() / 2)?;
    Some(norms.last()? / median).filter(|times| *times > EXPLODING)
}

/// How many times its first evaluation the loss is at the last, if that is much.
fn grown(run: &TrainingRun) -> Option<f64> {
    let losses = values(run, "loss");
    let times = losses.last()? / losses.first().filter(|first| **first > 0.0)?;
    Some(times).filter(|times| *times > GROWN)
}

/// How much the loss moved, if that is nothing, over several evaluations after updates that should have changed it.
fn still(run: &TrainingRun) -> Option<f64> {
    let losses = values(run, "loss");
    let first = losses.first().filter(|_| losses.len() > 2)?;
    let moved = losses.iter().map(|loss| (loss - first).abs()).fold(0.0, f64::max);
    (moved <= STILL * first.abs()).then_some(moved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_record::Table;

    fn run(rule: &str, rows: &[(&str, &[f64])]) -> TrainingRun {
        let table = |(name, values): &(&str, &[f64])| Table {
            object: format!("evaluations/{name}"),
            shape: if *name == "mu" { vec![values.len() / 2, 2] } else { vec![values.len()] },
            values: values.to_vec(),
        };
        TrainingRun { rule: rule.into(), tables: rows.iter().map(table).collect(), ..TrainingRun::default() }
    }

    /// Each remark on the run that earns it, none on one that is as it should be, and none on rates of graded cells.
    #[test]
    fn every_remark_is_of_what_earns_it() {
        let sound: [(&str, &[f64]); 5] = [
            ("update", &[0.0, 1.0, 2.0]),
            ("loss", &[0.7, 0.6, 0.5]),
            ("rate", &[20.0, 20.0, 20.0]),
            ("gradient_norm", &[1.0, 2.0, 3.0]),
            ("mu", &[0.1, 0.1, 0.1, 0.1, 0.1, 0.1]),
        ];
        let with = |name: &str, values: &'static [f64]| {
            let rows: Vec<_> = sound.iter().map(|own| if own.0 == name { (own.0, values) } else { *own }).collect();
            run("modprop_type", &rows)
        };
        let said = |model: &str, run: TrainingRun| {
            let task = format!("{{\"cells\": {{\"model\": \"{model}\"}}}}");
            remarks(&TrainingFile { task, runs: vec![run], ..TrainingFile::default() })
        };
        assert_eq!(said("alif", run("modprop_type", &sound)), Vec::<String>::new());
        for (name, values, part) in [
            ("rate", &[90.0, 400.0, 350.0][..], "350 Hz"),
            ("rate", &[0.0, 0.0, 0.0], "silent"),
            ("mu", &[0.1, 0.1, 0.1, 0.1, 1e-5, 2e-5], "2.0e-5"),
            ("gradient_norm", &[1.0, 2.0, 1e6], "explodes"),
            ("loss", &[0.7, 0.7, 0.7], "never moved"),
            ("loss", &[0.5, 0.2, 10.0], "20 times what it was at first"),
            ("loss", &[0.5, 1e4, 5e4], "1e5 times what it was at first"),
        ] {
            let found = said("alif", with(name, values));
            assert!(found.len() == 1 && found[0].contains(part), "{name}: {found:?}");
        }
        assert_eq!(said("leaky_relu", with("rate", &[0.0, 0.0, 350.0])), Vec::<String>::new());
    }
}
