//! Free runs whose credit travels through tissue, and that are asked in trials.

use super::learning::{
    MU, balanced, balanced_plan, bits, changed, free, largest, learning, plan, plastic, readout, target,
};
use super::noise;
use super::trial::{INPUTS, SPIKING, STEPS, coupled, input, teaching, trains};
use neuropil_engine::Runnable;
use neuropil_engine::carrier::{CarrierPlan, Chemical, Hearing, Receptors, Report, Signed, Spread};
use neuropil_engine::learning::{Asked, CreditWatch, LearningPlan, ReadoutPlan, Target, Teacher, Trials};
use neuropil_engine::trial::{Trainee, run_group};
use neuropil_neuromod::field::{CLOSED, Grid, Transport};
use neuropil_plasticity::carrier::{Signal, TrialNumbers};
use neuropil_plasticity::cascade::Cascade;
use neuropil_plasticity::form::credited;
use neuropil_plasticity::loss::{CrossEntropy, SquaredError, judge};
use neuropil_plasticity::rule::rule;
use neuropil_plasticity::types::Classes;
use neuropil_plasticity::window::{Emission, learning_signals};
use neuropil_plasticity::{Carrier, Credit, Form, Gradient, Learner, Plane, Tape};

/// Cells in a box of 40 um; field steps of `steps` steps.
fn tissue(spread: Spread, cells: u32, steps: usize) -> CarrierPlan {
    let place = |cell: u32, axis: u32| 3.0 + 34.0 * noise(7000 + 3 * cell + axis, 0);
    CarrierPlan {
        spread,
        transport: Transport {
            grid: Grid::new([4; 3], [10.0; 3]).unwrap(),
            walls: CLOSED,
            diffusivity: [20.0; 3],
            loss: 0.3,
        },
        positions: (0..cells)
            .map(|cell| std::array::from_fn(|axis| place(cell, u32::try_from(axis).unwrap())))
            .collect(),
        steps,
        step_ms: 1.0,
        signed: Signed::Opponent,
        hearing: Hearing { receptors: Receptors::Linear { tau_ms: 2.0 }, stages_ms: vec![1.5], report: Report::Level },
        hold_back: 0,
    }
}

/// A trial and what its readout should have said.
struct Taught {
    learner: Learner,
    tape: Tape,
    err: Plane,
}

/// A trial of the network of `given`, whose spikes are those of a free run; labels in place of values if `class` says so.
fn taught(index: usize, kappa: f64, class: Option<&Trials>) -> Taught {
    let (name, given, strength) = SPIKING[index];
    let mut teaching = teaching();
    teaching.readout.kappa = kappa;
    let design = plastic(coupled(name, given, strength, &trains(7))).design;
    let mut trainee = Trainee::of(&design, &teaching).unwrap();
    trainee.learner.mu = MU.to_vec();
    let tape = run_group(&trainee.cells, &trainee.learner, input(7, trainee.input_delay)).unwrap();
    let y = trainee.learner.readout.run(&tape.z);
    let values = SquaredError { target: Plane::from_fn(STEPS, 2, 1, |step, k, _| target(k, step)) };
    let err = match class {
        None => judge(&values, &y, &vec![1.0; STEPS], 1).unwrap().err,
        Some(trials) => {
            let Asked::Labels(labels) = &trials.asked else { unreachable!("asked for labels") };
            let mut err = Plane::zeros(STEPS, 2, 1);
            for (number, label) in labels.iter().enumerate() {
                let first = number * trials.weights.len();
                let own = Plane::from_fn(trials.weights.len(), 2, 1, |step, k, _| y.at(first + step, k, 0));
                let judged = judge(&CrossEntropy { labels: vec![*label] }, &own, &trials.weights, 1).unwrap();
                for step in 0..trials.weights.len() {
                    err.step_mut(first + step).copy_from_slice(judged.err.step(step));
                }
            }
            err
        }
    };
    Taught { learner: trainee.learner, tape, err }
}

/// The gradient of a rule whose emissions `carry` brings to the cells, filtered on both sides by the readout's κ: by whole
/// trials, in which modulators are filtered back where windows filter eligibility.
fn expected(own: &Taught, rule_name: &str, carry: impl Fn(&Plane, &Classes) -> Plane) -> Gradient {
    let Taught { learner, tape, err } = own;
    let (cells, kappa, scale) = (learner.cells(), learner.readout.kappa, learner.readout.scale);
    let rows: Vec<&[f64]> = (0..learner.readout.w_out.rows()).map(|k| learner.readout.w_out.row(k)).collect();
    let mut signals = Vec::new();
    learning_signals(&rows, err.values(), &mut signals);
    let mut emission = Emission::new(kappa, scale, cells);
    let mut emitted = Plane::zeros(STEPS, cells, 1);
    for step in 0..STEPS {
        let own = &signals[step * cells..(step + 1) * cells];
        emission.step(tape.psi.step(step), own, emitted.step_mut(step));
    }
    let mut met = carry(&emitted, &Classes::new(learner));
    for step in (0..STEPS).rev() {
        for channel in 0..met.channels() {
            let late = if step + 1 < STEPS { met.at(step + 1, channel, 0) } else { 0.0 };
            met.row_mut(step, channel)[0] = (1.0 - kappa) * met.at(step, channel, 0) + kappa * late;
        }
    }
    let credit = Credit { err: err.clone(), regulariser: Vec::new(), asked: None };
    credited(Form::Adjoint, rule(rule_name).unwrap(), learner, (tape, &credit), (met, 0)).unwrap()
}

/// How far the changes of a free run are from −η times a gradient, relative to the largest.
fn off(index: usize, own: &Taught, rule_name: &str, wanted: &Gradient, change: &dyn Fn(&mut LearningPlan)) -> f64 {
    let (name, given, strength) = SPIKING[index];
    let net = || plastic(coupled(name, given, strength, &trains(7)));
    let rate = 0.01 * strength / largest(&wanted.w_rec);
    let mut teaching = teaching();
    teaching.readout.kappa = own.learner.readout.kappa;
    let read = ReadoutPlan { feedback: None, ..readout(&teaching.readout, 0.0) };
    let mut asked = plan(Teacher::Readout(rule(rule_name).unwrap(), read), &net(), free(rate), STEPS as u64);
    change(&mut asked);
    let (found, _) = changed(net, asked);
    let pairs = [(&found.w_in, &wanted.w_in, &own.learner.w_in), (&found.w_rec, &wanted.w_rec, &own.learner.w_rec)];
    let of = pairs.map(|(found, wanted, weights)| {
        let all = found.values().iter().zip(wanted.values()).zip(weights.values());
        let off = all.filter(|(_, weight)| **weight != 0.0).map(|((found, wanted), _)| (found + rate * wanted).abs());
        off.fold(0.0, f64::max) / (rate * largest(wanted))
    });
    of[0].max(of[1])
}

/// Every carrier in a free run is the carrier of whole trials. Would catch emissions that are released a field step early or
/// twice, modulators of another cell, and credit that is lost where a window or a chunk ends.
#[test]
fn a_free_run_is_carried_as_trials_are() {
    let baseline = Signed::Baseline { credit: 0.05 };
    let late = |stages| Some(Cascade::of_delay(stages, 9.0));
    for (index, rule_name, carried, kappa, spread, signed, steps, cascade) in [
        (0, "modprop_type_online", "modprop_type+field", 0.9, Spread::Field, Signed::Opponent, 1, None),
        (0, "modprop_type_online", "modprop_type+field", 0.9, Spread::Field, Signed::Opponent, 1, late(2)),
        (1, "modprop_type", "modprop_type+field", 0.0, Spread::Field, baseline, 3, late(3)),
        (1, "modprop_type", "modprop_type+field", 0.0, Spread::Field, baseline, 3, None),
        (2, "modprop_type_online", "modprop_type+kernel", 0.7, Spread::Kernel, Signed::Opponent, 4, None),
        (2, "mdgl_type_online", "mdgl_type_all+field", 0.9, Spread::Field, baseline, 7, late(1)),
    ] {
        let mut own = taught(index, kappa, None);
        own.learner.cascade = cascade;
        let cells = u32::try_from(own.learner.cells()).unwrap();
        let tissue = CarrierPlan { signed, ..tissue(spread, cells, steps) };
        let chemical = Chemical::new(tissue.clone()).unwrap();
        let wanted = expected(&own, carried, |emitted, classes| {
            chemical.carry(Signal::Emission, emitted, classes, TrialNumbers::default()).unwrap()
        });
        let found = off(index, &own, rule_name, &wanted, &|plan| {
            (plan.carrier, plan.cascade) = (Some(tissue.clone()), cascade);
        });
        assert!(found < 1e-10, "{rule_name} {spread:?}: {found:.1e}");
    }
}

/// With fast mixing the free run tends to the ideal carrier two steps late, at the rate of the loss.
#[test]
fn a_fast_field_tends_to_the_ideal_carrier() {
    let own = taught(0, 0.9, None);
    let cells = own.learner.cells();
    let wanted = expected(&own, "modprop_type+field", |emitted, classes| {
        let sum = |step: usize, class| {
            let members = (0..cells).filter(|cell| classes.of_cell[*cell] == class);
            step.checked_sub(2).map_or(0.0, |step| members.map(|cell| emitted.at(step, cell, 0)).sum())
        };
        Plane::from_fn(STEPS, classes.size.len() * cells, 1, |step, channel, _| sum(step, channel / cells))
    });
    let by_loss = [6.0, 7.0, 8.0, 40.0].map(|loss| {
        let mut fast = tissue(Spread::Field, u32::try_from(cells).unwrap(), 1);
        fast.transport.diffusivity = [1e4; 3];
        fast.transport.loss = loss;
        fast.hearing =
            Hearing { receptors: Receptors::Linear { tau_ms: 0.0 }, stages_ms: Vec::new(), report: Report::Level };
        off(0, &own, "modprop_type_online", &wanted, &|plan| plan.carrier = Some(fast.clone()))
    });
    for pair in by_loss[..3].windows(2) {
        let rate = -(pair[1] / pair[0]).ln();
        assert!((rate - 1.0).abs() < 0.05, "{by_loss:?}");
    }
    assert!(by_loss[3] < 1e-10, "{by_loss:?}");
}

/// Trials whose answers are classes: err is that of cross-entropy, trial after trial.
#[test]
fn trials_teach_by_cross_entropy() {
    let length = STEPS / 4;
    let weights = (0..length).map(|step| if (10..15).contains(&step) { 0.2 } else { 0.0 }).collect();
    let trials = Trials { asked: Asked::Labels(vec![1, 0, 0, 1]), weights };
    let own = taught(0, 0.9, Some(&trials));
    let chemical = Chemical::new(tissue(Spread::Field, 15, 2)).unwrap();
    let wanted = expected(&own, "modprop_type+field", |emitted, classes| {
        chemical.carry(Signal::Emission, emitted, classes, TrialNumbers::default()).unwrap()
    });
    let found = off(0, &own, "modprop_type_online", &wanted, &|plan| {
        plan.carrier = Some(tissue(Spread::Field, 15, 2));
        if let Teacher::Readout(_, own) = &mut plan.teacher {
            own.target = Target::Trials(trials.clone());
        }
    });
    assert!(found < 1e-10, "{found:.1e}");
    assert_eq!(INPUTS as usize + 15, readout(&teaching().readout, 0.0).w_out.columns());
}

pub fn carried_plan(spread: Spread) -> LearningPlan {
    let mut plan = balanced_plan();
    let mut tissue = tissue(spread, 600, 4);
    tissue.transport.loss = 3.0;
    plan.carrier = Some(tissue);
    plan.watch = Some(CreditWatch { every_steps: 30, cells: vec![0, 5, 500] });
    if let Teacher::Readout(_, own) = &mut plan.teacher {
        let weights = (0..60).map(|step| if step >= 40 { 0.05 } else { 0.0 }).collect();
        own.target = Target::Trials(Trials { asked: Asked::Labels(vec![0, 2, 1, 1, 0, 2, 1]), weights });
    }
    plan
}

/// Bits depend neither on threads nor on blocks nor on pauses; every trial has one answer, and frames come where they were
/// asked for.
#[test]
fn carried_credit_depends_neither_on_threads_nor_on_pauses() {
    for spread in [Spread::Field, Spread::Kernel] {
        let run = |blocks, threads, chunk| {
            bits(&mut learning(balanced(), carried_plan(spread), (blocks, threads)).unwrap(), chunk)
        };
        let expected = run(1, 1, 100);
        let ideal = LearningPlan { carrier: None, ..carried_plan(spread) };
        let at_once = bits(&mut learning(balanced(), ideal, (1, 1)).unwrap(), 100);
        assert_ne!(at_once.1, expected.1, "tissue matters");
        assert_eq!(run(4, 2, 7), expected);
        for pause in [33, 120] {
            let mut first = learning(balanced(), carried_plan(spread), (2, 1)).unwrap();
            first.advance(pause).unwrap();
            let mut second = learning(balanced(), carried_plan(spread), (3, 2)).unwrap();
            second.restore(&first.snapshot()).unwrap();
            let (_, weights, traces) = bits(&mut second, 60);
            assert_eq!((weights, traces), (expected.1.clone(), expected.2.clone()), "paused after step {pause}");
        }
    }
    let mut simulation = learning(balanced(), carried_plan(Spread::Field), (2, 2)).unwrap();
    let (mut answers, mut frames) = (Vec::new(), Vec::new());
    for _ in 0..9 {
        simulation.advance(50).unwrap();
        let learned = simulation.chunk().learned.clone().unwrap();
        answers.extend(learned.answers);
        frames.extend(learned.frames);
    }
    let asked: Vec<_> = answers.iter().map(|own| (own.step, own.labels.unwrap().0)).collect();
    assert_eq!(asked, [(60, 0), (120, 2), (180, 1), (240, 1), (300, 0), (360, 2), (420, 1)]);
    assert_eq!(frames.iter().map(|own| own.step).collect::<Vec<_>>(), (1..=15).map(|k| 30 * k).collect::<Vec<_>>());
    assert!(frames.iter().all(|own| (own.emitted.len(), own.modulators.len(), own.concentrations.len()) == (2, 6, 12)));
    assert!(frames.iter().any(|own| own.modulators.iter().any(|m| *m != 0.0)));
}

/// What cannot be carried is named.
#[test]
fn what_cannot_be_carried_is_refused() {
    let refused = |change: &dyn Fn(&mut LearningPlan)| {
        let mut plan = carried_plan(Spread::Field);
        change(&mut plan);
        learning(balanced(), plan, (1, 1)).err().map(|fault| fault.to_string()).unwrap()
    };
    let told = |change: &dyn Fn(&mut LearningPlan), words: &str| {
        let message = refused(change);
        assert!(message.contains(words), "{message}");
    };
    let by = |plan: &mut LearningPlan, name| {
        if let Teacher::Readout(own, _) = &mut plan.teacher {
            *own = rule(name).unwrap();
        }
    };
    told(&|plan| by(plan, "eprop"), "rule `eprop` emits nothing");
    let tissue = |plan: &mut LearningPlan, change: &dyn Fn(&mut CarrierPlan)| plan.carrier.iter_mut().for_each(change);
    told(&|plan| tissue(plan, &|own| own.hold_back = 3), "carrier: hold_back_ms");
    told(&|plan| tissue(plan, &|own| own.positions.truncate(7)), "positions: found 7, but 600 cells take part");
    let endless = |own: &mut CarrierPlan| {
        own.spread = Spread::Kernel;
        own.transport.loss = 0.0;
    };
    told(&|plan| tissue(plan, &endless), "loss_per_ms");
    told(
        &|plan| {
            if let Teacher::Readout(_, own) = &mut plan.teacher {
                own.target = Target::Trials(Trials { asked: Asked::Labels(vec![3]), weights: vec![1.0] });
            }
        },
        "target",
    );
}
