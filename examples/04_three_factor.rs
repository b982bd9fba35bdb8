//! Is e-prop a rule of three factors? The gradient, made of eligibility traces and a third factor of one's own.
//!
//! A third factor M_j of cell j turns the eligibility e_ji of its synapses into a gradient, dE/dw_ji = Σ_t M_j e_ji. With
//! the error as the readout sends it back this is e-prop [Bellec2020]; one number for all cells, as a global
//! neuromodulator would be, points elsewhere.

use neuropil::model::Document;
use neuropil::plasticity::alignment::alignment;
use neuropil::plasticity::rule::rule;
use neuropil::plasticity::{Gradient, Plane};
use neuropil::train::{Setup, Trainer};
use std::error::Error;
use std::path::Path;

const TASK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/models/tasks/mini_evidence.json");

fn main() -> Result<(), Box<dyn Error>> {
    let document = Document::parse(TASK, std::fs::read_to_string(TASK)?)?;
    let setup = Setup::decode(&document, Path::new(""))?;
    let eprop = rule("eprop")?;
    let trainer = Trainer::new(&setup, eprop, 1)?;
    let batch = trainer.draw()?;

    let direct = trainer.direct_credit(&batch);
    // The mean over cells, the same for all of them.
    let global = direct.iter().map(|plane| {
        let mean = |step, trial| (0..plane.channels()).map(|cell| plane.at(step, cell, trial)).sum::<f64>();
        Plane::from_fn(plane.steps(), plane.channels(), plane.trials(), |step, _, trial| mean(step, trial))
    });
    let of = |third: &[Plane]| trainer.gradient_of(&batch, third);
    let (own, broadcast) = (of(&direct)?, of(&global.collect::<Vec<_>>())?);
    let (eprop, exact) = (trainer.gradient_by(&batch, eprop)?, trainer.gradient_by(&batch, rule("bptt")?)?);

    let cosine = |one: &Gradient, other: &Gradient| {
        alignment(one.w_rec.values(), other.w_rec.values(), |place| exact.w_rec.values()[place] != 0.0).cosine
    };
    println!("own third factor with e-prop: cosine {:.12}", cosine(&own, &eprop));
    println!("e-prop with the exact gradient: cosine {:.3}", cosine(&eprop, &exact));
    println!("one number for all cells with the exact gradient: cosine {:.3}", cosine(&broadcast, &exact));
    assert!(cosine(&own, &eprop) > 1.0 - 1e-12, "e-prop is its third factor times the eligibility");
    assert!(cosine(&eprop, &exact) > cosine(&broadcast, &exact), "who is told what matters");
    Ok(())
}
