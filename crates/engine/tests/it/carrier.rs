//! Carriers through tissue: their limits and rates, against the ideal one, against each other and against their equations.

use super::noise;
use neuropil_engine::carrier::{
    CarrierError, CarrierPlan, Chemical, Hearing, Receptors, Report, Signed, Spread, courses,
};
use neuropil_engine::trial::Trainee;
use neuropil_neuromod::field::{CLOSED, Grid, Transport, Wall};
use neuropil_plasticity::carrier::{Ideal, Signal, TrialNumbers};
use neuropil_plasticity::types::Classes;
use neuropil_plasticity::{Carrier, Plane};

const CELLS: usize = 6;
const STEPS: usize = 40;
const GROUP_TRIALS: usize = 2;

fn classes() -> Classes {
    Classes { of_cell: vec![0, 0, 1, 1, 1, 1], type_of: vec![0, 1], example: vec![0, 2], size: vec![2.0, 4.0] }
}

fn emitted(seed: u32) -> Plane {
    let cell = |cell: usize, trial: usize| seed + u32::try_from(10 * cell + trial).unwrap();
    Plane::from_fn(STEPS, CELLS, GROUP_TRIALS, |step, own, trial| noise(cell(own, trial), step as u64) - 0.4)
}

/// Six cells in a box of 40 um; a field step is a step.
fn plan(diffusivity: f64, loss: f64) -> CarrierPlan {
    let place = |cell: u32, axis: u32| 3.0 + 34.0 * noise(7000 + 3 * cell + axis, 0);
    CarrierPlan {
        spread: Spread::Field,
        transport: Transport {
            grid: Grid::new([4; 3], [10.0; 3]).unwrap(),
            walls: CLOSED,
            diffusivity: [diffusivity; 3],
            loss,
        },
        positions: (0..6).map(|cell| std::array::from_fn(|axis| place(cell, u32::try_from(axis).unwrap()))).collect(),
        steps: 1,
        step_ms: 1.0,
        signed: Signed::Opponent,
        hearing: Hearing { receptors: Receptors::Linear { tau_ms: 0.0 }, stages_ms: Vec::new(), report: Report::Level },
        hold_back: 0,
    }
}

fn carry(plan: CarrierPlan, emitted: &Plane) -> Plane {
    Chemical::new(plan).unwrap().carry(Signal::Emission, emitted, &classes(), TrialNumbers::default()).unwrap()
}

/// The largest difference to another plane of `late` steps before, over its largest value.
fn off(found: &Plane, expected: &Plane, late: usize) -> f64 {
    let (mut most, mut size) = (0.0_f64, 0.0_f64);
    for step in late..found.steps() {
        for (found, expected) in found.step(step).iter().zip(expected.step(step - late)) {
            most = most.max((found - expected).abs());
            size = size.max(expected.abs());
        }
    }
    most / size
}

/// In a closed box that mixes at once the error is that of a leaky memory, e^{−kΔ}, and of a field that does not mix at
/// once e^{−D λ Δ}, λ the slowest mode: both vanish, and the modulators are the ideal ones two steps late. Without loss the
/// same holds for receptors that report changes, and receptors that report levels are refused: levels would be integrals.
#[test]
fn the_field_tends_to_the_ideal_carrier_at_a_known_rate() {
    let emitted = emitted(0);
    let ideal = Ideal.carry(Signal::Emission, &emitted, &classes(), TrialNumbers::default()).unwrap();
    let mixed = 1e4;
    let by_loss = [5.0, 6.0, 7.0, 8.0].map(|loss| off(&carry(plan(mixed, loss), &emitted), &ideal, 2));
    for pair in by_loss.windows(2) {
        let rate = -(pair[1] / pair[0]).ln();
        assert!((rate - 1.0).abs() < 0.05, "{by_loss:?}");
    }
    assert!(off(&carry(plan(mixed, 40.0), &emitted), &ideal, 2) < 1e-12);
    let mode = (2.0 - 2.0 * (std::f64::consts::PI / 4.0).cos()) / 100.0;
    let changes = |diffusivity| {
        let mut plan = plan(diffusivity, 0.0);
        plan.hearing.report = Report::Change;
        plan
    };
    for of in [&(|d| plan(d, 40.0)) as &dyn Fn(f64) -> CarrierPlan, &changes] {
        let by_mixing = [1000.0, 1200.0, 1400.0].map(|d| off(&carry(of(d), &emitted), &ideal, 2));
        for pair in by_mixing.windows(2) {
            let rate = -(pair[1] / pair[0]).ln() / (200.0 * mode);
            assert!((rate - 1.0).abs() < 0.05, "{by_mixing:?}");
        }
        assert!(off(&carry(of(mixed), &emitted), &ideal, 2) < 1e-11);
    }
    let fault = Chemical::new(plan(1.0, 0.0)).unwrap_err().to_string();
    assert!(fault.contains("loss_per_ms") && fault.contains("change"), "{fault}");
}

/// Slow signals: a chain of loss k and stages τ delays them by 1/k + Σ τ beside the steps, in steps Δ by Δ/(e^{Δ/τ} − 1)
/// each, which is τ − Δ/2; the error to the ideal carrier is in proportion to that delay.
#[test]
fn slow_signals_are_late_by_the_chain() {
    let wave = Plane::from_fn(1600, CELLS, 1, |step, _, _| (step as f64 / 800.0 * std::f64::consts::TAU).sin());
    let ideal = Ideal.carry(Signal::Emission, &wave, &classes(), TrialNumbers::default()).unwrap();
    let late = |loss: f64, tau: f64| {
        let mut plan = plan(1e4, loss);
        plan.hearing.receptors = Receptors::Linear { tau_ms: tau };
        plan.hearing.stages_ms = vec![tau];
        let found = carry(plan, &wave);
        // Where the wave rises through 0 its delay is its value over its slope.
        let step = 800;
        let slope = ideal.at(step + 1, 0, 0) - ideal.at(step, 0, 0);
        (ideal.at(step, 0, 0) - found.at(step, 0, 0)) / slope
    };
    let base = late(40.0, 1e-6);
    for (loss, tau) in [(0.05, 1e-6), (0.1, 1e-6), (40.0, 5.0), (0.2, 4.0)] {
        let stage = |tau: f64| 1.0 / ((1.0 / tau).exp() - 1.0);
        let expected = stage(1.0 / loss) + 2.0 * stage(tau);
        let found = late(loss, tau) - base;
        assert!((found - expected).abs() < 0.04 * expected, "{loss} {tau}: {found} {expected}");
    }
}

/// In a box whose walls are far, the field is the closed form of unbounded tissue, better for finer voxels. Would catch a
/// distance, a time or a gain of another pair.
#[test]
fn the_kernel_is_the_field_of_a_large_box() {
    let emitted = emitted(50);
    let with = |voxels: usize, spread| {
        let mut plan = plan(2.0, 0.05);
        plan.transport.grid = Grid::new([voxels; 3], [100.0 / voxels as f64; 3]).unwrap();
        plan.positions.iter_mut().flatten().for_each(|x| *x += 30.0);
        plan.step_ms = 8.0;
        carry(CarrierPlan { spread, ..plan }, &emitted)
    };
    let kernel = with(1, Spread::Kernel);
    let [coarse, fine] = [20, 40].map(|voxels| off(&with(voxels, Spread::Field), &kernel, 0));
    assert!(fine < 0.03 && fine < 0.5 * coarse, "{coarse} {fine}");
}

/// What is emitted at a step changes nothing before it can arrive, and something from then on; trials do not meet.
#[test]
fn nothing_arrives_before_it_was_emitted() {
    for (spread, steps) in [(Spread::Field, 1), (Spread::Field, 3), (Spread::Kernel, 1), (Spread::Kernel, 4)] {
        let of = |emitted: &Plane| carry(CarrierPlan { spread, steps, ..plan(3.0, 0.01) }, emitted);
        let mut changed = emitted(9);
        let before = of(&changed);
        let at = 17;
        changed.row_mut(at, 3)[1] += 1.0;
        let after = of(&changed);
        // The field step that deposits it begins at a whole multiple after it, and is heard one later.
        let first = (at / steps + 2) * steps;
        for step in 0..STEPS {
            let same =
                |trial: usize| (0..2 * CELLS).all(|own| before.at(step, own, trial) == after.at(step, own, trial));
            assert!(same(0), "{step}");
            assert_eq!(same(1), step < first, "{spread:?} {steps}: {step}");
        }
    }
}

/// Courses of taps against the density with which peptides pass, h = x (4πD)^{−1/2} t^{−3/2} e^{−x²/4Dt − kt}, integrated over
/// each step and summed over pairs of cells; where diffusion is fast and one messenger slow they are a geometric series.
#[test]
fn courses_of_taps_are_those_of_the_way() {
    let (name, given, strength) = super::trial::SPIKING[0];
    let net = super::trial::coupled(name, given, strength, &[]);
    let mut learner = Trainee::of(&net.design, &super::trial::teaching()).unwrap().learner;
    learner.lags = 12;
    let place = |cell: u32, axis: u32| 40.0 * noise(900 + 3 * cell + axis, 0);
    let positions: Vec<[f64; 3]> = (0..15).map(|cell| [place(cell, 0), place(cell, 1), place(cell, 2)]).collect();
    let own = |diffusivity, loss| CarrierPlan {
        positions: positions.clone(),
        steps: 2,
        step_ms: 8.0,
        ..plan(diffusivity, loss)
    };
    let found = courses(&own(3.0, 0.01), &learner).unwrap();
    let classes = Classes::new(&learner);
    let types = learner.types();
    assert_eq!(found.len(), 12 * classes.size.len() * types);
    for (r, b) in (0..classes.size.len()).flat_map(|r| (0..types).map(move |b| (r, b))) {
        let mut expected = [0.0; 12];
        for (m, p) in (0..15).flat_map(|m| (0..15).map(move |p| (m, p))) {
            if m == p || classes.of_cell[m] != r || learner.type_id[p] != b {
                continue;
            }
            let x = (0..3).map(|axis| (positions[m][axis] - positions[p][axis]).powi(2)).sum::<f64>().sqrt();
            let h = |t: f64| t.powf(-1.5) * (-x * x / (12.0 * t) - 0.01 * t).exp();
            for (s, sum) in expected.iter_mut().enumerate() {
                // 4 ms a step of the trial; midpoints.
                *sum += (0..4000).map(|i| h(4.0 * (s as f64 + (f64::from(i) + 0.5) / 4000.0))).sum::<f64>();
            }
        }
        let all: f64 = expected.iter().sum();
        for (s, expected) in expected.iter().enumerate() {
            let found = found[(s * classes.size.len() + r) * types + b];
            assert!((found - expected / all).abs() < 1e-6, "{s} {r} {b}: {found}, {}", expected / all);
        }
    }
    let mut fast = own(1e18, 1e-6);
    fast.hearing.stages_ms = vec![20.0];
    let found = courses(&fast, &learner).unwrap();
    let width = found.len() / 12;
    for (next, own) in found[width..].iter().zip(&found) {
        assert!((next / own - (-4.0_f64 / 20.0).exp()).abs() < 1e-6, "{next} {own}");
    }
    let refused = |plan: CarrierPlan, words: &[&str]| {
        let fault = courses(&plan, &learner).unwrap_err().to_string();
        assert!(words.iter().all(|word| fault.contains(word)), "{fault}");
    };
    refused(own(0.0, 0.01), &["diffusivity_um2_per_ms", "found 0"]);
    refused(own(1e-4, 0.01), &["time_scale", "12 lags of 4 ms", "lags"]);
    refused(own(3.0, 8.0), &["time_scale", "of what is released arrives"]);
    refused(CarrierPlan { positions: vec![[1.0; 3]; 15], ..own(3.0, 0.01) }, &["positions", "one place"]);
    refused(
        CarrierPlan { positions: positions[1..].to_vec(), ..own(3.0, 0.01) },
        &["positions", "found 14", "15 cells"],
    );
}

/// With linear receptors a sum of emissions brings the sum of modulators, whatever the walls and stages, and a baseline
/// that is never reached does what opponents do; one that is reached does not.
#[test]
fn the_chain_is_linear_and_signs_are_alike() {
    let (one, other) = (emitted(100), emitted(300));
    let sum = Plane::from_fn(STEPS, CELLS, GROUP_TRIALS, |t, c, b| 2.0 * one.at(t, c, b) - 0.5 * other.at(t, c, b));
    for spread in [Spread::Field, Spread::Kernel] {
        for walls in [CLOSED, [[Wall::Absorb; 2]; 3], [[Wall::Periodic; 2]; 3]] {
            let mut plan = CarrierPlan { spread, steps: 2, ..plan(3.0, 0.01) };
            plan.transport.walls = walls;
            plan.hearing.receptors = Receptors::Linear { tau_ms: 2.0 };
            plan.hearing.stages_ms = vec![3.0, 5.0];
            let [one, other, both] = [&one, &other, &sum].map(|own| carry(plan.clone(), own));
            let parts = Plane::from_fn(STEPS, 2 * CELLS, GROUP_TRIALS, |t, c, b| {
                2.0 * one.at(t, c, b) - 0.5 * other.at(t, c, b)
            });
            assert!(off(&both, &parts, 0) < 1e-11);
            let baseline = |credit| carry(CarrierPlan { signed: Signed::Baseline { credit }, ..plan.clone() }, &sum);
            assert!(off(&baseline(9.0), &both, 0) < 1e-10, "{spread:?} {walls:?}");
            assert!(off(&baseline(0.5), &both, 0) > 0.1);
        }
    }
}

/// A steady emission of one in all arrives as one on the mean over cells, after long; receptors that bind do so far from
/// saturation, and less near it.
#[test]
fn steady_emission_arrives_with_its_own_size() {
    let steady = Plane::from_fn(3000, CELLS, 1, |_, cell, _| if cell < 2 { 0.5 } else { 0.0 });
    let binding = |nm_per_credit| Receptors::Binding { k_d_nm: 10.0, k_on: 0.1, nm_per_credit };
    for (spread, receptors, expected) in [
        (Spread::Field, Receptors::Linear { tau_ms: 4.0 }, 1.0),
        (Spread::Kernel, Receptors::Linear { tau_ms: 4.0 }, 1.0),
        (Spread::Field, binding(1e-6), 1.0),
        (Spread::Field, binding(10.0), 0.5),
    ] {
        let mut plan = CarrierPlan { spread, ..plan(300.0, 0.02) };
        plan.hearing.receptors = receptors;
        plan.hearing.stages_ms = vec![6.0];
        let found = carry(plan, &steady);
        let mean = (0..CELLS).map(|cell| found.at(2999, cell, 0)).sum::<f64>() / CELLS as f64;
        assert!((mean - expected).abs() < 0.01, "{spread:?} {receptors:?}: {mean}");
        assert!((0..CELLS).all(|cell| found.at(2999, CELLS + cell, 0) == 0.0));
    }
}

/// Each fault names the field that is wrong.
#[test]
fn carriers_that_cannot_be_are_refused() {
    let told = |change: &dyn Fn(&mut CarrierPlan), words: &[&str]| {
        let mut plan = plan(1.0, 0.1);
        change(&mut plan);
        let message = Chemical::new(plan).unwrap_err().to_string();
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    };
    told(&|plan| plan.positions[2][1] = 41.0, &["41", "outside"]);
    told(&|plan| plan.positions.clear(), &["positions", "none"]);
    told(&|plan| plan.steps = 0, &["step_ms"]);
    told(&|plan| plan.signed = Signed::Baseline { credit: 0.0 }, &["signed.credit", "> 0"]);
    told(&|plan| plan.hearing.stages_ms = vec![5.0, -1.0], &["messenger_tau_ms", "-1"]);
    told(&|plan| plan.hearing.report = Report::Change, &["receptors.report", "steady"]);
    told(&|plan| plan.transport.loss = f64::NAN, &["loss", "NaN"]);
    let kernel = |plan: &mut CarrierPlan| (plan.spread, plan.transport.diffusivity) = (Spread::Kernel, [0.0; 3]);
    told(&kernel, &["diffusivity_um2_per_ms"]);
    let fault: Result<Chemical, CarrierError> = Chemical::new(plan(1.0, 0.1));
    let few = Plane::zeros(STEPS, 4, 1);
    let message =
        fault.unwrap().carry(Signal::Emission, &few, &classes(), TrialNumbers::default()).unwrap_err().to_string();
    assert!(message.contains("positions") && message.contains('6') && message.contains('4'), "{message}");
}
