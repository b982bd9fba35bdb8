//! Do modulators of cell types carry credit? A short form of the comparison of [Liu2022].
//!
//! Ten of fifty cells are read. E-prop teaches only those; in ModProp the others learn from what the cells they project
//! to emit, summed by cell type. The whole comparison, with five seeds and the exact gradient, is in docs/results.md.

use neuropil::model::Document;
use neuropil::plasticity::rule::rule;
use neuropil::train::{Setup, Trainer};
use std::error::Error;
use std::path::Path;

const TASK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/models/tasks/mini_evidence.json");
const UPDATES: u32 = 100;
const SEED: u64 = 1;

/// Mean loss over the run, and the change of the weights onto cells that are not read, |W − W_0|.
fn train(setup: &Setup, name: &str) -> Result<(f64, f64), Box<dyn Error>> {
    let mut trainer = Trainer::new(setup, rule(name)?, SEED)?.with_threads(2);
    let first = trainer.learner().clone();
    while !trainer.advance()?.done {}
    let losses: Vec<f64> = trainer.evaluations().iter().map(|own| own.loss).collect();
    let learner = trainer.learner();
    let unread = |cell: usize| (0..learner.readout.w_out.rows()).all(|k| first.readout.w_out[(k, cell)] == 0.0);
    let change: f64 = (0..learner.cells())
        .filter(|cell| unread(*cell))
        .flat_map(|cell| learner.w_rec.row(cell).iter().zip(first.w_rec.row(cell)))
        .map(|(now, then)| (now - then) * (now - then))
        .sum();
    Ok((losses.iter().sum::<f64>() / f64::from(u32::try_from(losses.len())?), change.sqrt()))
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut document = Document::parse(TASK, std::fs::read_to_string(TASK)?)?;
    document.set(&format!("training.updates={UPDATES}"))?;
    let setup = Setup::decode(&document, Path::new(""))?;
    let [modprop, eprop] = [train(&setup, "modprop_type")?, train(&setup, "eprop")?];
    println!("modprop_type: mean loss {:.4}; cells without readout changed by {:.3}", modprop.0, modprop.1);
    println!("eprop:        mean loss {:.4}; cells without readout changed by {:.3}", eprop.0, eprop.1);
    assert!(eprop.1 == 0.0, "no error reaches a cell that is not read");
    assert!(modprop.1 > 0.1 && modprop.0 < eprop.0, "modulators bring it there, and it helps");
    Ok(())
}
