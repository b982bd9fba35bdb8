//! Can my own rule learn my own task? A task, a third factor, and the loop around them.
//!
//! The task: which of two groups of inputs is busier? The rule: one number for a whole trial and cell, how wrong the answer
//! was, sent back by the readout; the same at every step.

use neuropil::engine::trial::Answer;
use neuropil::model::Document;
use neuropil::plasticity::Plane;
use neuropil::plasticity::rule::rule;
use neuropil::train::task::{Draw, Shape, Task};
use neuropil::train::{Drawn, Setup, Trainer};
use std::error::Error;
use std::path::Path;

/// Cells, weights and optimiser of this file, with another task.
const TASK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/models/tasks/mini_evidence.json");
const INPUTS: usize = 10;
const STEPS: usize = 100;

struct Busier;

impl Task for Busier {
    fn shape(&self) -> Shape {
        Shape { inputs: INPUTS, outputs: 2, steps: STEPS, answer: Answer::Class }
    }

    fn trial(&self, draw: &Draw, x: &mut [f64], _: &mut [f64]) -> usize {
        let mut rng = draw.trial();
        let class = usize::from(rng.unit() < 0.5);
        for (place, value) in x.iter_mut().enumerate() {
            let group = place % INPUTS / (INPUTS / 2);
            let probability = if group == class { 0.3 } else { 0.05 };
            *value = f64::from(u8::from(rng.unit() < probability));
        }
        class
    }
}

/// M of every group of trials: the mean error over the steps, times the weights of the readout.
fn third_factor(trainer: &Trainer<'_>, batch: &Drawn) -> Vec<Plane> {
    let w_out = &trainer.learner().readout.w_out;
    let of = |err: &Plane| {
        let mean = |k, trial| (0..err.steps()).map(|step| err.at(step, k, trial)).sum::<f64>() / STEPS as f64;
        let told = |cell, trial| (0..w_out.rows()).map(|k| mean(k, trial) * w_out[(k, cell)]).sum();
        Plane::from_fn(err.steps(), w_out.columns(), err.trials(), |_, cell, trial| told(cell, trial))
    };
    batch.outcome.credits.iter().map(|credit| of(&credit.err)).collect()
}

/// The part of the last batch that was answered right.
fn accuracy(trainer: &Trainer<'_>) -> f64 {
    trainer.evaluations().last().map_or(f64::NAN, |own| own.accuracy)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut document = Document::parse(TASK, std::fs::read_to_string(TASK)?)?;
    for change in ["training.updates=60", "training.evaluate_every=20"] {
        document.set(change)?;
    }
    let mut setup = Setup::decode(&document, Path::new(""))?;
    setup.task = Box::new(Busier);

    let eprop = rule("eprop")?;
    let mut theirs = Trainer::new(&setup, eprop, 1)?.with_threads(2);
    while !theirs.advance()?.done {}

    let mut mine = Trainer::new(&setup, eprop, 1)?.with_threads(2).with_name("mine".into());
    while !mine.is_done() {
        let batch = mine.draw()?;
        let gradient = mine.gradient_of(&batch, &third_factor(&mine, &batch))?;
        mine.learn(&batch, Some(gradient))?;
    }
    println!(
        "eprop answers {:.0} % of new trials right, mine {:.0} %",
        100.0 * accuracy(&theirs),
        100.0 * accuracy(&mine)
    );
    assert!(accuracy(&theirs) > 0.9 && accuracy(&mine) > 0.9, "every batch has new trials");
    Ok(())
}
