//! What one cell does, told apart from its program.

use super::{NAMED, StepwiseModel};
use crate::neuron::bench::{Bench, columns};
use crate::neuron::conformance::clock;

fn cell(name: &str, given: &[(&str, f64)], cells: usize) -> Bench<f64> {
    let model = StepwiseModel::new(name, 2).expect("a model of that name");
    let built = model.build::<f64>(&columns(model.info(), given), cells, clock()).expect("sound parameters");
    Bench::new(built, 0..cells, 1)
}

/// The slope of the membrane over a short time is that of the paper's equation, written out here. Would catch a wrong sign,
/// a conductance that acts on another potential, and an exponential of another slope.
#[test]
fn aeif_follows_its_equation() {
    let mut own = cell("aeif_cond_exp", &[("i_e", 500.0), ("tau_syn_ex", 5.0)], 1);
    own.set(0, 0, -52.0);
    own.set(1, 0, 20.0);
    own.set(2, 0, 3.0);
    own.set(3, 0, 2.0);
    own.advance();
    let (mut v, mut w, mut exc, mut inh) = (-52.0_f64, 20.0, 3.0, 2.0);
    let h = 1e-5;
    for _ in 0..10_000 {
        let rise = 30.0 * 2.0 * ((v + 50.4) / 2.0).exp();
        let dv = (-30.0 * (v + 70.6) + rise - w + 500.0 - exc * v - inh * (v + 85.0)) / 281.0;
        let dw = (4.0 * (v + 70.6) - w) / 144.0;
        (v, w, exc, inh) = (v + h * dv, w + h * dw, exc - h * exc / 5.0, inh - h * inh / 2.0);
    }
    for (variable, expected) in [v, w, exc, inh].into_iter().enumerate() {
        assert!((own.value(variable, 0) - expected).abs() < 1e-4, "{variable}: {} {expected}", own.value(variable, 0));
    }
}

/// A spike of aeif is reset within the step, so that w has b in it and the membrane has moved on; a leaky cell is held at
/// its reset. Would catch a reset at the end of the step, and a membrane that is not held.
#[test]
fn spikes_reset_within_the_step_or_hold() {
    let mut own = cell("aeif_psc_exp", &[("b", 100.0), ("i_e", 2000.0)], 1);
    own.set(0, 0, -5.0);
    assert!(own.advance());
    let (v, w) = (own.value(0, 0), own.value(1, 0));
    assert!(v > -60.0 && v < -58.0 && w > 99.0 && w < 102.0, "{v} mV, {w} pA");
    let mut own = cell("iaf_cond_alpha", &[("i_e", 2000.0), ("t_ref", 0.25)], 1);
    own.set(0, 0, -54.0);
    assert!(own.advance());
    for _ in 0..3 {
        assert!(!own.advance());
        assert_eq!(own.value(0, 0), -60.0, "0.25 ms take three steps of 0.1");
    }
    own.advance();
    assert!(own.value(0, 0) > -60.0);
}

/// Cells of different parameters side by side do what each does alone, in every model. Would catch cells that share a part
/// of a step, a receptor or a constant.
#[test]
fn neighbours_do_not_matter() {
    for named in &NAMED {
        let mut both = {
            let model = StepwiseModel::new(named.name, 2).unwrap();
            let mut own = columns(model.info(), &[]);
            own[0] = crate::neuron::Column::PerCell(vec![150.0, 220.0]);
            Bench::new(model.build::<f64>(&own, 2, clock()).unwrap(), 0..2, 1)
        };
        let mut alone = [150.0, 220.0].map(|c_m| cell(named.name, &[("c_m", c_m)], 1));
        let mut fired = 0;
        for step in 0..400 {
            let current = if step > 50 { 900.0 } else { 0.0 };
            both.current.fill(current);
            fired += u32::from(both.advance());
            for (place, own) in alone.iter_mut().enumerate() {
                own.current.fill(current);
                own.advance();
                let variables = own.model.info().variables.len();
                for variable in 0..variables {
                    let (one, other) = (own.value(variable, 0), both.value(variable, place));
                    assert_eq!(one.to_bits(), other.to_bits(), "{} step {step} variable {variable}", named.name);
                }
            }
        }
        assert!(fired > 0, "{} is silent", named.name);
    }
}
