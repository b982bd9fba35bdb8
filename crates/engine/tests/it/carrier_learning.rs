//! Learning signals on their way through tissue, against their equations.

use super::noise;
use neuropil_engine::carrier::{CarrierPlan, Chemical, Hearing, Receptors, Report, Signed, Spread};
use neuropil_neuromod::field::{CLOSED, Grid, Transport};
use neuropil_plasticity::carrier::{Signal, TrialNumbers};
use neuropil_plasticity::types::Classes;
use neuropil_plasticity::{Carrier, Plane};

const CELLS: usize = 6;
const STEPS: usize = 60;
const TRIALS: usize = 2;

/// Cells in the middle of voxels of their own in a box of 40 um.
fn plan(diffusivity: f64, loss: f64) -> CarrierPlan {
    let place = |cell: u32| [cell % 4, cell / 4, cell % 3].map(|voxel| 5.0 + 10.0 * f64::from(voxel));
    CarrierPlan {
        spread: Spread::Field,
        transport: Transport {
            grid: Grid::new([4; 3], [10.0; 3]).unwrap(),
            walls: CLOSED,
            diffusivity: [diffusivity; 3],
            loss,
        },
        positions: (0..6).map(place).collect(),
        steps: 1,
        step_ms: 1.0,
        signed: Signed::Opponent,
        hearing: Hearing { receptors: Receptors::Linear { tau_ms: 0.0 }, stages_ms: Vec::new(), report: Report::Level },
        hold_back: 0,
    }
}

fn signal() -> Plane {
    let key = |cell: usize, trial: usize| 400 + u32::try_from(10 * cell + trial).unwrap();
    Plane::from_fn(STEPS, CELLS, TRIALS, |step, cell, trial| noise(key(cell, trial), step as u64) - 0.5)
}

fn carry(plan: CarrierPlan, sent: &Plane) -> Plane {
    let classes = Classes::one(CELLS);
    Chemical::new(plan).unwrap().carry(Signal::Learning, sent, &classes, TrialNumbers::default()).unwrap()
}

fn off(found: &Plane, expected: &Plane) -> f64 {
    let pairs = found.values().iter().zip(expected.values());
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// A peptide that does not spread is a leak of each cell's own signal, M^t = (1 − e^−k) Σ_u e^−ku L^{t−2−u}; one that vanishes at once too is that
/// signal, two steps late: e-prop whose errors come late. Would catch cells that hear each other, a gain that is not that of all cells, and
/// another delay.
#[test]
fn without_diffusion_every_cell_hears_itself() {
    let sent = signal();
    for loss in [0.1_f64, 1.0, 40.0] {
        let leak = (-loss).exp();
        let mut expected = Plane::zeros(STEPS, CELLS, TRIALS);
        for step in 2..STEPS {
            for cell in 0..CELLS {
                for trial in 0..TRIALS {
                    let before = expected.at(step - 1, cell, trial);
                    expected.row_mut(step, cell)[trial] = leak * before + (1.0 - leak) * sent.at(step - 2, cell, trial);
                }
            }
        }
        let found = carry(plan(0.0, loss), &sent);
        assert!(off(&found, &expected) < 1e-12, "{loss}");
        if loss == 40.0 {
            let late = Plane::from_fn(STEPS, CELLS, TRIALS, |step, cell, trial| {
                step.checked_sub(2).map_or(0.0, |then| sent.at(then, cell, trial))
            });
            assert!(off(&found, &late) < 1e-12);
        }
    }
}

/// Two peptides of opposite sign, and one with a baseline that no signal exceeds, bring what a signed field would: what is sent at one
/// time adds to what is sent at another, whatever the signs. Would catch parts that are cut, and a gain of one of the two.
#[test]
fn opponents_are_a_signed_field() {
    let sent = signal();
    let of = |sent: &Plane| carry(plan(20.0, 0.2), sent);
    let whole = of(&sent);
    let part = |is_positive: bool| {
        Plane::from_fn(STEPS, CELLS, TRIALS, |step, cell, trial| {
            let own = sent.at(step, cell, trial);
            if (own > 0.0) == is_positive { own } else { 0.0 }
        })
    };
    let [above, below] = [true, false].map(|sign| of(&part(sign)));
    let sum = Plane::from_fn(STEPS, CELLS, TRIALS, |step, cell, trial| {
        above.at(step, cell, trial) + below.at(step, cell, trial)
    });
    assert!(off(&whole, &sum) < 1e-12);
    let baseline = CarrierPlan { signed: Signed::Baseline { credit: 1.0 }, ..plan(20.0, 0.2) };
    assert!(off(&carry(baseline, &sent), &whole) < 1e-12);
    assert!(off(&whole, &Plane::zeros(STEPS, CELLS, TRIALS)) > 1e-2);
}

/// A signal that all cells share, and that stays, arrives as it is on the mean over all cells, by field and by kernel.
#[test]
fn a_steady_signal_of_all_arrives_as_it_is() {
    let steady = Plane::from_fn(STEPS, CELLS, 1, |_, _, _| 0.7);
    for spread in [Spread::Field, Spread::Kernel] {
        let arrived = carry(CarrierPlan { spread, ..plan(5.0, 1.0) }, &steady);
        let mean = arrived.step(STEPS - 1).iter().sum::<f64>() / CELLS as f64;
        assert!((mean - 0.7).abs() < 1e-9, "{spread:?}: {mean}");
    }
}
