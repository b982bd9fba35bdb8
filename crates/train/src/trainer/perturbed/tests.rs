//! Rules that read losses alone, against the exact gradient.

use super::*;
use crate::Setup;
use neuropil_model::Document;
use std::path::Path;

fn setup(changes: &[&str]) -> Setup {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/tasks/small_delayed_xor.json");
    let mut document = Document::parse("xor", std::fs::read_to_string(path).unwrap()).unwrap();
    let short = ["training.batch=6", "training.validation_trials=0", "cells.count=12", "cells.inhibitory=3"];
    short.iter().chain(changes).for_each(|change| document.set(change).unwrap());
    Setup::decode(&document, Path::new("")).unwrap()
}

fn product(a: &Gradient, along: &Direction) -> f64 {
    let of = |a: &Matrix, b: &Matrix| a.values().iter().zip(b.values()).map(|(a, b)| a * b).sum::<f64>();
    of(&a.w_in, &along.0[0]) + of(&a.w_rec, &along.0[1])
}

/// Cells that are rates have a loss with a derivative (where no rectifier passes 0, so that the moves are small): along the direction of a pair the difference is <g, Ξ>, to second order in σ, and
/// the estimate is that times Ξ, the mean over pairs. Would catch moves of absent synapses, a missing 2, and pairs of other trials.
#[test]
fn a_pair_is_the_derivative_along_its_direction() {
    let setup = setup(&[r#"training.perturbation={"size": 1e-7, "pairs": 3}"#]);
    let own = rule("weight_perturbation").unwrap();
    let trainer = Trainer::new(&setup, own, 2).unwrap();
    let drawn = trainer.draw().unwrap();
    let exact = trainer.gradient_by(&drawn, rule("bptt").unwrap()).unwrap();
    let learner = trainer.learner();
    let (batch, _) = trainer.trials();
    let found = trainer.perturbed(&drawn, own, learner).unwrap();
    assert_eq!((&found.w_out, &found.b), (&exact.w_out, &exact.b));
    let mut expected = [zeros(&found.w_in), zeros(&found.w_rec)];
    for pair in 0..3 {
        let direction = trainer.direction(learner, (0, pair));
        let derivative = product(&exact, &direction);
        let slope = trainer.slope(learner, &batch, &direction, 1e-7).unwrap();
        assert!((slope / derivative - 1.0).abs() < 1e-5, "{slope} {derivative}");
        for (sum, along) in expected.iter_mut().zip(&direction.0) {
            add(sum, derivative / 3.0, along);
        }
    }
    for (found, expected) in [&found.w_in, &found.w_rec].into_iter().zip(&expected) {
        let size = expected.values().iter().fold(0.0_f64, |most, own| most.max(own.abs()));
        let off = found.values().iter().zip(expected.values()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(off < 1e-5 * size, "{off} {size}");
    }
}

/// The mean of many pairs is the exact gradient of rate cells: the projection on it is 1 within what 400 pairs leave. Would catch pairs that see one noise, a factor, and noise of another
/// trial than the one that is judged.
#[test]
fn many_nudges_are_the_gradient_on_average() {
    let setup = setup(&[r#"training.perturbation={"size": 1e-3, "pairs": 400}"#, "training.batch=2"]);
    let own = rule("node_perturbation").unwrap();
    let trainer = Trainer::new(&setup, own, 2).unwrap();
    let drawn = trainer.draw().unwrap();
    let exact = trainer.gradient_by(&drawn, rule("bptt").unwrap()).unwrap();
    let found = trainer.perturbed(&drawn, own, trainer.learner()).unwrap();
    let dot = |a: &Gradient, b: &Gradient| product(a, &Direction([b.w_in.clone(), b.w_rec.clone()]));
    let masked = |mut own: Gradient| {
        neuropil_plasticity::bounds::apply_mask(&mut own.w_in, trainer.updater.masks()[0]);
        own
    };
    let (exact, found) = (masked(exact), masked(found));
    let projection = dot(&found, &exact) / dot(&exact, &exact);
    assert!((projection - 1.0).abs() < 0.25, "{projection}");
}

/// A run learns the same on any threads; a task that says nothing of it is told.
#[test]
fn they_train_alike_on_any_threads() {
    let none = setup(&[]);
    for name in ["weight_perturbation", "node_perturbation", "uoro"] {
        let changes = [
            r#"training.perturbation={"size": 0.01, "pairs": 2}"#,
            "training.updates=2",
            "training.evaluate_every=1",
            "training.batch=20",
        ];
        let own = setup(&changes);
        let weights = |threads| {
            let mut trainer = Trainer::new(&own, rule(name).unwrap(), 3).unwrap().with_threads(threads);
            while !trainer.advance().unwrap().done {}
            trainer.learner().w_rec.clone()
        };
        assert_eq!(weights(1), weights(3), "{name}");
        if name == "uoro" {
            continue;
        }
        let fault = none.rule(name).unwrap_err().to_string();
        let expected = format!("rule `{name}` needs by how much it moves what it asks about: `training.perturbation`");
        assert_eq!(fault, expected);
    }
}
