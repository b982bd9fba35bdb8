//! Synapses that carry nothing and replay spikes: with a horizon as long as the run they learn what synapses learn that carry
//! all they remember, and with a shorter one what is left out fades with the horizon.

use super::learning::{
    balanced, balanced_bits, balanced_plan, changed, free, largest, learning, plan, plastic, readout,
};
use super::learning_carried::carried_plan;
use super::learning_written::{mixed, mixed_plan};
use super::trial::{SPIKING, STEPS, coupled, teaching, trains};
use super::{Net, record};
use neuropil_engine::Runnable;
use neuropil_engine::carrier::Spread;
use neuropil_engine::learning::{Descent, Horizon, LearningError, LearningPlan, ReadoutPlan, Teacher};
use neuropil_plasticity::cascade::Cascade;
use neuropil_plasticity::rule::rule;
use neuropil_plasticity::{Gradient, RateOver, RateRegulariser};

/// The largest difference of two changes, as a share of the largest change.
fn off(found: &Gradient, expected: &Gradient) -> f64 {
    let pairs = [(&found.w_in, &expected.w_in), (&found.w_rec, &expected.w_rec)];
    let each = pairs.map(|(found, expected)| {
        let differences = found.values().iter().zip(expected.values()).map(|(a, b)| (a - b).abs());
        differences.fold(0.0, f64::max) / largest(expected)
    });
    each.into_iter().fold(0.0, f64::max)
}

/// Room for so many steps of what the cells of a network write down.
fn room(net: &Net<f64>, steps: u64) -> u64 {
    let cells: u32 = net.design.populations.iter().map(|own| own.cells).sum();
    steps * u64::from(cells) * 18
}

/// A plan whose weights change four times, the same for every horizon.
fn wanted(net: &Net<f64>, name: &str, (kappa, cascade): (f64, Option<Cascade>), rate: f64) -> LearningPlan {
    let mut teaching = teaching();
    teaching.readout.kappa = kappa;
    let read = readout(&teaching.readout, 0.0);
    let read = if name == "eprop_random" { read } else { ReadoutPlan { feedback: None, ..read } };
    let teacher = Teacher::Readout(rule(name).unwrap(), read);
    let whole = plan(teacher, net, free(rate), 40);
    LearningPlan { cascade, snapshot_steps: Some(STEPS as u64), ..whole }
}

/// Every rule that runs while a network runs, every cell, windows as long as weights stay and shorter ones. Would catch spikes
/// that are left out or counted twice at the ends of windows, a step that is worth what its neighbour is, and a path through the
/// classes by weights of another time.
#[test]
fn a_horizon_as_long_as_the_run_leaves_nothing_out() {
    let late = |stages| Some(Cascade::of_delay(stages, 6.0));
    for (cells, given, strength) in SPIKING {
        let net = || plastic(coupled(cells, given, strength, &trains(7)));
        for (name, kappa, cascade) in [
            ("eprop", 0.9, None),
            ("eprop", 0.9, late(3)),
            ("eprop_random", 0.0, None),
            ("eprop_random", 0.0, late(1)),
            ("modprop_type_online", 0.9, None),
            ("modprop_type_online", 0.9, late(2)),
            ("modprop_type", 0.0, None),
            ("mdgl_type_online", 0.7, None),
        ] {
            let own = || wanted(&net(), name, (kappa, cascade), 2e-3 * strength);
            let (expected, spikes) = changed(net, own());
            assert!(largest(&expected.w_in) > 0.0 && largest(&expected.w_rec) > 0.0);
            for steps in [1000, 13] {
                let tape_bytes = room(&net(), STEPS as u64 + steps);
                let horizon = Some(Horizon { steps: STEPS as u64, tape_bytes });
                let (found, replayed) = changed(net, LearningPlan { horizon, ..own() });
                assert_eq!(replayed, spikes);
                let off = off(&found, &expected);
                assert!(off < 1e-10, "{cells}, {name}, windows of {steps} steps at most: {off:.1e}");
            }
        }
    }
}

/// A third factor, whose signal is the same for all cells.
#[test]
fn a_third_factor_too() {
    let (cells, given, strength) = SPIKING[0];
    let net = || plastic(coupled(cells, given, strength, &trains(7)));
    let values = (0..STEPS).map(|step| if step % 7 == 3 { 0.5 } else { -0.1 }).collect();
    let series = neuropil_engine::learning::TimeSeries { values, channels: 1, every_steps: 1, repeats: false };
    let own = |horizon| {
        let teacher = Teacher::ThirdFactor { series: series.clone(), kappa: 0.9 };
        let whole = plan(teacher, &net(), free(1e-3 * strength), 40);
        LearningPlan { horizon, snapshot_steps: Some(STEPS as u64), ..whole }
    };
    let (expected, _) = changed(net, own(None));
    let (found, _) = changed(net, own(Some(Horizon::of(STEPS as u64))));
    assert!(largest(&expected.w_rec) > 0.0 && off(&found, &expected) < 1e-10);
}

/// What is left out fades as the slowest memory does: here that of the readout, 0.9 a step. Would catch a horizon that is longer or
/// shorter than it says.
#[test]
fn what_is_left_out_fades_with_the_horizon() {
    let (cells, given, strength) = SPIKING[0];
    let net = || plastic(coupled(cells, given, strength, &trains(7)));
    let own = || wanted(&net(), "eprop", (0.9, None), 2e-3 * strength);
    let (expected, _) = changed(net, own());
    let of = |steps| {
        let (found, _) = changed(net, LearningPlan { horizon: Some(Horizon::of(steps)), ..own() });
        off(&found, &expected)
    };
    let errors = [1, 20, 40, 80].map(of);
    assert!(errors[0] > 1e-2, "{errors:?}");
    for (pair, steps) in errors.windows(2).zip([19, 20, 40]) {
        let fades = 0.9_f64.powi(steps);
        assert!(pair[1] < 8.0 * fades * pair[0], "{errors:?}, expected a factor of {fades:.1e}");
    }
}

/// Would catch state that a checkpoint forgets: what cells did before the window, spikes of that time, weights of that time.
#[test]
fn bits_depend_neither_on_threads_nor_on_blocks_nor_on_pauses() {
    let tape_bytes = room(&balanced(), 60 + 17);
    let plan = || LearningPlan { horizon: Some(Horizon { steps: 60, tape_bytes }), ..balanced_plan() };
    let run = |blocks, threads, chunk| {
        balanced_bits(&mut learning(balanced(), plan(), (blocks, threads)).unwrap(), 430, chunk)
    };
    let expected = run(1, 1, 100);
    assert!(expected.0.len() > 1000, "{} spikes", expected.0.len());
    let carried = balanced_bits(&mut learning(balanced(), balanced_plan(), (1, 1)).unwrap(), 430, 100);
    assert_ne!(carried.1, expected.1, "something is left out");
    assert_eq!(run(3, 1, 7), expected);
    assert_eq!(run(4, 2, 100), expected);
    for pause in [0, 33, 120, 150, 211] {
        let mut first = learning(balanced(), plan(), (2, 1)).unwrap();
        let (before, _) = record(&mut first, pause, 20);
        let mut second = learning(balanced(), plan(), (3, 2)).unwrap();
        second.restore(&first.snapshot()).unwrap();
        let (after, weights, traces) = balanced_bits(&mut second, 430, 60);
        assert_eq!([before, after].concat(), expected.0, "paused after step {pause}");
        assert_eq!((weights, traces), (expected.1.clone(), expected.2.clone()), "paused after step {pause}");
    }
}

/// Modulators that differ from cell to cell. Would catch those of a step of the window taken before it.
#[test]
fn carriers_bring_the_same() {
    for spread in [Spread::Field, Spread::Kernel] {
        let weights = |horizon| {
            let mut own = LearningPlan { horizon, ..carried_plan(spread) };
            own.projections.iter_mut().flatten().for_each(|own| (own.descent, own.rate) = (Descent::Plain, 1.0));
            let mut simulation = learning(balanced(), own, (2, 1)).unwrap();
            let mut at = Vec::new();
            for steps in [0, 150] {
                simulation.advance(steps).unwrap();
                let state = simulation.snapshot().learning.unwrap();
                at.push(state.projections.into_iter().flat_map(|own| own.weights).collect::<Vec<f64>>());
            }
            at
        };
        let (expected, found) = (weights(None), weights(Some(Horizon::of(150))));
        let differences = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        let change = differences(&expected[0], &expected[1]);
        let off = differences(&expected[1], &found[1]) / change;
        assert!(change > 1e-6 && off < 1e-8, "{spread:?}: {off:.1e} of {change:.1e}");
    }
}

/// Windows that are longer than cells emit at a time, cut by a pause. Would catch emissions of another part of the window, and
/// frames that are lost between parts.
#[test]
fn long_windows_are_made_of_parts() {
    for carried in [false, true] {
        let own = |horizon| {
            let mut own = carried_plan(Spread::Field);
            own.carrier = own.carrier.filter(|_| carried);
            own.projections.iter_mut().flatten().for_each(|own| (own.descent, own.rate) = (Descent::Plain, 1.0));
            LearningPlan { horizon, apply_steps: 300, snapshot_steps: None, ..own }
        };
        let run = |horizon: Option<Horizon>| {
            let mut simulation = learning(balanced(), own(horizon), (2, 1)).unwrap();
            simulation.advance(150).unwrap();
            let mut frames = simulation.chunk().learned.clone().unwrap_or_default().frames;
            let snapshot = simulation.snapshot();
            let mut simulation = learning(balanced(), own(horizon), (3, 2)).unwrap();
            simulation.restore(&snapshot).unwrap();
            simulation.advance(150).unwrap();
            frames.extend(simulation.chunk().learned.clone().unwrap_or_default().frames);
            let state = simulation.snapshot().learning.unwrap();
            (state.projections.into_iter().flat_map(|own| own.weights).collect::<Vec<f64>>(), frames)
        };
        let start = learning(balanced(), own(None), (1, 1)).unwrap().snapshot().learning.unwrap();
        let start: Vec<f64> = start.projections.into_iter().flat_map(|own| own.weights).collect();
        let (expected, found) = (run(None), run(Some(Horizon::of(300))));
        assert_eq!(found.1, expected.1);
        assert_eq!(found.1.len(), 10);
        let differences = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        let (change, off) = (differences(&start, &expected.0), differences(&found.0, &expected.0));
        assert!(change > 1e-6 && off < 1e-8 * change, "carried {carried}: {off:.1e} of {change:.1e}");
    }
}

/// Cells from equations, which write their derivatives down. Would catch the record of another step, and records that a pause or the
/// end of a window loses.
#[test]
fn cells_from_equations_too() {
    let own = |horizon: Option<Horizon>| {
        let mut own = mixed_plan();
        if let Teacher::Readout(of, _) = &mut own.teacher {
            *of = rule("eprop").unwrap();
        }
        LearningPlan { horizon, ..own }
    };
    let run = |horizon, (blocks, threads), pause: u64| {
        let mut simulation = learning(mixed(), own(horizon), (blocks, threads)).unwrap();
        simulation.advance(pause).unwrap();
        let snapshot = simulation.snapshot();
        let mut simulation = learning(mixed(), own(horizon), (blocks, threads)).unwrap();
        simulation.restore(&snapshot).unwrap();
        simulation.advance(200 - pause).unwrap();
        let state = simulation.snapshot().learning.unwrap();
        state.projections.into_iter().flat_map(|own| own.weights).collect::<Vec<f64>>()
    };
    let start = learning(mixed(), own(None), (1, 1)).unwrap().snapshot().learning.unwrap();
    let start: Vec<f64> = start.projections.into_iter().flat_map(|own| own.weights).collect();
    let differences = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let expected = run(None, (1, 1), 20);
    let (found, change) = (run(Some(Horizon::of(200)), (1, 1), 20), differences(&start, &expected));
    assert!(change > 0.0 && differences(&found, &expected) < 1e-8 * change, "{:.1e}", differences(&found, &expected));
    let short = || Some(Horizon::of(30));
    let bits = run(short(), (1, 1), 20);
    assert_ne!(bits, found, "something is left out");
    for (blocks, pause) in [((3, 2), 77), ((2, 1), 100), ((4, 2), 111)] {
        assert_eq!(run(short(), blocks, pause), bits, "paused after step {pause}");
    }
}

/// What synapses that carry nothing cannot do is refused by name.
#[test]
fn what_needs_a_memory_is_refused() {
    let (cells, given, strength) = SPIKING[0];
    let net = || plastic(coupled(cells, given, strength, &trains(7)));
    let own = wanted(&net(), "eprop", (0.9, None), 1e-3 * strength);
    let refused = |plan: LearningPlan| match learning(net(), plan, (1, 1)).err() {
        Some(LearningError::Horizon(reason)) => reason,
        other => panic!("{other:?}"),
    };
    let regulariser = Some(RateRegulariser { strength: 1.0, target: 0.01, over: RateOver::Batch });
    let horizon = Some(Horizon::of(20));
    assert!(refused(LearningPlan { horizon, regulariser, ..own.clone() }).contains("rate_strength"));
    match learning(mixed(), LearningPlan { horizon, ..mixed_plan() }, (1, 1)).err() {
        Some(LearningError::Horizon(reason)) => assert!(reason.contains("means"), "{reason}"),
        other => panic!("{other:?}"),
    }
    let horizon = Some(Horizon { steps: 1_000_000, tape_bytes: 1000 });
    assert!(refused(LearningPlan { horizon, ..own }).contains("found 1000000 steps"));
}
