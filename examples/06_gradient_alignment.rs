//! How near to the exact gradient do five learning rules come? Cosines over a short training.

use neuropil::model::Document;
use neuropil::plasticity::rule::rule;
use neuropil::train::{Setup, Trainer};
use std::error::Error;
use std::path::Path;

const TASK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/models/tasks/mini_evidence.json");
const RULES: [&str; 5] = ["bptt", "modprop_type", "mdgl_cell", "eprop", "eprop_random"];

/// Mean cosine of dW_rec with the exact gradient over a run.
fn cosine(setup: &Setup, name: &str, seed: u64) -> Result<f64, Box<dyn Error>> {
    let mut trainer = Trainer::new(setup, rule(name)?, seed)?.with_threads(2).with_alignment(true);
    while !trainer.advance()?.done {}
    let cosines: Vec<f64> =
        trainer.evaluations().iter().filter_map(|own| own.aligned.as_ref()).map(|own| own.matrices[1].cosine).collect();
    Ok(cosines.iter().sum::<f64>() / f64::from(u32::try_from(cosines.len())?))
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut document = Document::parse(TASK, std::fs::read_to_string(TASK)?)?;
    document.set("training.updates=20")?;
    let setup = Setup::decode(&document, Path::new(""))?;
    let mut means = Vec::new();
    for name in RULES {
        let mean = 0.5 * (cosine(&setup, name, 0)? + cosine(&setup, name, 1)?);
        println!("{name:<14} cosine with the exact dW_rec {mean:.3}");
        means.push(mean);
    }
    let [bptt, _, mdgl_cell, eprop, eprop_random] = means[..] else { unreachable!("five rules") };
    assert!((bptt - 1.0).abs() < 1e-9, "the exact rule is exact");
    assert!(1.0 > mdgl_cell && mdgl_cell > eprop, "what arrives by way of other cells brings a rule nearer");
    assert!(eprop > eprop_random, "random feedback takes it away");
    Ok(())
}
