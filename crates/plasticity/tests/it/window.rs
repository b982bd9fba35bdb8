//! Windows of steps against the causal form, on random networks.

use crate::identities::{CLOSE, NOT_RFLO, deviation};
use crate::network::{Draws, Kind, Network, STEPS, one_trial, plans};
use crate::simulator::{Travel, simulate};
use neuropil_plasticity::cascade::Cascade;
use neuropil_plasticity::cell::recorded::{Number, Part, Pattern};
use neuropil_plasticity::cell::{LocalStep, Recorded};
use neuropil_plasticity::form::credited;
use neuropil_plasticity::rule::{Broadcast, Feedback, Reach, rule};
use neuropil_plasticity::tape::Records;
use neuropil_plasticity::types::{Classes, TypeMatrix};
use neuropil_plasticity::window::{
    ClassPath, Emission, LANES, LearningCell, Nodes, Sweep, SynapseLayout, SynapseNumbers, TraceFilter, WindowActivity,
    WindowCredit, WindowRecords, learning_signals,
};
use neuropil_plasticity::{Credit, Dynamics, Form, Gradient, Learner, Matrix, Plane, Rule, Tape, gradient};
use proptest::prelude::*;
use std::sync::Arc;

const RULES: [&str; 6] =
    ["eprop", "eprop_random", "mdgl_type_online", "modprop_type_online", "mdgl_type_all", "modprop_type"];

/// W_ab, excitatory and inhibitory apart, from the parts of a learner with one sign at a time.
fn parts(learner: &Learner) -> [Matrix; 2] {
    [0, 1].map(|x| {
        let n = learner.cells();
        let own = |post, pre| if learner.receptor(post, pre) == x { learner.w_rec[(post, pre)] } else { 0.0 };
        TypeMatrix::all(&Learner { w_rec: Matrix::from_fn(n, n, own), ..learner.clone() }).total()
    })
}

fn nodes(rule: &Rule, learner: &Learner, kappa: Option<f64>) -> Nodes {
    let classes = Classes::new(learner);
    let dynamics = classes.example.iter().map(|cell| learner.dynamics[*cell].clone()).collect();
    if rule.feedback == Feedback::None {
        return Nodes::none(learner.types());
    }
    let mu = (rule.reach != Reach::OneHop).then(|| learner.mu.clone());
    Nodes::new(&ClassPath { classes, dynamics, mu, delay: learner.delay }, &parts(learner), kappa).unwrap()
}

/// One trial in windows of `window` steps; all pairs of cells are synapses. Modulators are those that have `arrived` at each
/// cell, `[step][class * cells + cell]`, or the sums over classes.
fn in_windows(
    rule: &Rule,
    learner: &Learner,
    (tape, credit): (&Tape, &Credit),
    window: usize,
    arrived: Option<&Plane>,
) -> Gradient {
    let (n, inputs) = (learner.cells(), learner.inputs());
    let width = n + inputs;
    let (kappa, scale) = (learner.readout.kappa, learner.readout.scale);
    let emits = rule.feedback != Feedback::None;
    let cascade = learner.cascade.filter(|_| !emits);
    let filter = (kappa > 0.0 || cascade.is_some()).then_some(TraceFilter { kappa, scale, cascade });
    let nodes = nodes(rule, learner, (kappa > 0.0).then_some(kappa)).with_cascade(learner.cascade.filter(|_| emits));
    let classes = Classes::new(learner);
    let traced = |cell: &Dynamics| (0..cell.ports()).map(|port| cell.traced(port).len()).max().unwrap();
    let wanted = SynapseNumbers {
        states: learner.dynamics.iter().map(traced).max().unwrap(),
        slow: filter,
        sum: !credit.regulariser.is_empty(),
    };
    let layout = SynapseLayout::new(wanted, nodes.states());
    let readout = filter;
    let feedback = match rule.broadcast {
        Broadcast::Symmetric => learner.readout.w_out.clone(),
        Broadcast::Given => learner.feedback.as_ref().unwrap().transposed(),
    };
    let feedback: Vec<&[f64]> = (0..feedback.rows()).map(|k| feedback.row(k)).collect();
    let cells = |channel: usize| -> Vec<LearningCell> {
        let own = |c: usize| LearningCell::new(c, learner.dynamics[c].clone(), learner.type_id[c], channel);
        (0..n).map(own).collect()
    };
    let numbers = layout.len() - 1;
    let mut gradient = vec![0.0; n * width];
    let mut synapses = vec![[0.0; LANES]; n * width.div_ceil(LANES) * numbers];
    let mut emission = Emission::new(kappa, scale, n);
    let plane = |plane: &Plane, t: usize| plane.step(t).to_vec();
    let zeros = vec![0.0; n];
    let bytes = |values: Vec<f64>| -> Vec<u8> { values.into_iter().map(|value| u8::from(value == 1.0)).collect() };
    for first in (0..STEPS).step_by(window) {
        let steps = window.min(STEPS - first);
        let err: Vec<f64> = (first..first + steps).flat_map(|t| plane(&credit.err, t)).collect();
        let mut signals = Vec::new();
        learning_signals(&feedback, &err, &mut signals);
        let mut modulators = vec![0.0; steps * nodes.len()];
        for step in 0..steps {
            let mut emitted = vec![0.0; n];
            let own = &signals[step * n..(step + 1) * n];
            emission.step(tape.psi.step(first + step), own, &mut emitted);
            if !nodes.is_empty() && arrived.is_none() {
                let sums = &mut modulators[step * nodes.len()..];
                classes.of_cell.iter().zip(&emitted).for_each(|(class, emitted)| sums[*class] += emitted);
            }
        }
        let class_credit = nodes.sweep(&layout, &modulators, steps, readout);
        let carried = arrived.map(|arrived| {
            nodes.bring(&cells(0), n, steps, |place, step, node| arrived.at(first + step, node * n + place, 0))
        });
        // The step before the window, of which the first has none, and the window.
        let slots = |plane: &Plane| -> Vec<f64> {
            let before = first.checked_sub(1).map_or(zeros.clone(), |t| plane.step(t).to_vec());
            before.into_iter().chain((first..first + steps).flat_map(|t| plane.step(t).to_vec())).collect()
        };
        let (refractory, v) = match &tape.clamped {
            Some(clamped) => (bytes(slots(&clamped.refractory)), slots(&clamped.v)),
            None => (vec![0; (steps + 1) * n], Vec::new()),
        };
        let written: Vec<Vec<f64>> = tape.records.iter().map(|own| written(own, first, steps)).collect();
        let records: Vec<WindowRecords<'_>> = (tape.records.iter().zip(&written))
            .map(|(own, values)| WindowRecords { places: own.cells.clone(), recorded: RECORDED, values })
            .collect();
        let activity = WindowActivity {
            steps,
            places: n,
            psi: &slots(&tape.psi),
            fired: &bytes(slots(&tape.z)),
            refractory: &refractory,
            v: &v,
            signals: &signals,
            scale,
            records: &records,
        };
        let mut sweep = Sweep::new(layout, readout, steps);
        for channel in 0..learner.channels() {
            sweep.back(&cells(channel), &activity, WindowCredit { class: &class_credit, carried: carried.as_ref() });
            let of_channel = |post: usize, q: usize| {
                let own = match q.checked_sub(inputs) {
                    _ if q >= width => return false,
                    None => learner.input_receptor(post, q),
                    Some(pre) => learner.receptor(post, pre),
                };
                learner.dynamics[post].port(own) == channel
            };
            for (index, state) in synapses.chunks_exact_mut(numbers).enumerate() {
                let (post, q) = (index / width.div_ceil(LANES), index % width.div_ceil(LANES) * LANES);
                let mut fresh = vec![0.0; LANES * layout.width()];
                for (t, lane) in (first..first + steps).flat_map(|t| (0..LANES).map(move |lane| (t, lane))) {
                    let pre = match (q + lane).checked_sub(inputs) {
                        _ if !of_channel(post, q + lane) => continue,
                        None => tape.x.step(t)[q + lane],
                        Some(pre) => t.checked_sub(learner.delay).map_or(0.0, |sent| tape.z.step(sent)[pre]),
                    };
                    let own = fresh[lane * layout.width()..].iter_mut();
                    own.zip(sweep.arriving(post, t - first + 1)).for_each(|(own, worth)| *own += pre * worth);
                }
                let kept = state.to_vec();
                let added = sweep.carry(post, Some(&fresh), state, &mut Vec::new());
                for lane in 0..LANES {
                    if of_channel(post, q + lane) {
                        gradient[post * width + q + lane] += added[lane];
                    } else {
                        state.iter_mut().zip(&kept).for_each(|(own, kept)| own[lane] = kept[lane]);
                    }
                }
            }
        }
    }
    let sum = |post: usize, q: usize| {
        let state = &synapses[(post * width.div_ceil(LANES) + q / LANES) * numbers..];
        let sum = layout.sum().map_or(0.0, |number| credit.regulariser[post] * state[number - 1][q % LANES]);
        gradient[post * width + q] + sum
    };
    let exists = |post, pre| if learner.exists(post, pre) { 1.0 } else { 0.0 };
    Gradient {
        w_in: Matrix::from_fn(n, inputs, sum),
        w_rec: Matrix::from_fn(n, n, |post, pre| exists(post, pre) * sum(post, inputs + pre)),
        w_out: Matrix::zeros(0, 0),
        b: Vec::new(),
    }
}

/// What cells from equations wrote down in a window and in the step before; at the first step whatever is there, since ψ was 0.
fn written(records: &Records, first: usize, steps: usize) -> Vec<f64> {
    let slots = std::iter::once(first.saturating_sub(1)).chain(first..first + steps);
    slots.flat_map(|slot| records.numbers.step(slot).to_vec()).collect()
}

/// Numbers of a step of the cells of [`recorded`].
const RECORDED: usize = 6;

/// Cells of three states and two ports with numbers that change from step to step, and others that never do.
fn recorded(cells: usize, attached: bool, draws: &mut Draws) -> Vec<Dynamics> {
    let number = |place: usize| match place % 4 {
        0 => Number::Fixed(place / 4),
        _ => Number::Recorded(place % RECORDED),
    };
    let mut parts: Vec<Part> =
        [(0, 0), (0, 1), (0, 2), (1, 1), (2, 0), (2, 2)].map(|(to, from)| Part::Transition { to, from }).into();
    parts.extend([(1, 0), (2, 1), (0, 1)].map(|(to, port)| Part::Arrival { to, port }));
    parts.extend([0, 2].map(|from| Part::Seen { from }));
    parts.push(Part::Jump { to: 0, membrane: true, constant: false });
    parts.push(Part::Jump { to: 2, membrane: false, constant: true });
    let entries = parts.into_iter().enumerate().map(|(place, part)| (part, number(place))).collect();
    let pattern = Arc::new(Pattern::new([3, 2], entries, Number::Fixed(0), RECORDED));
    let mut numbers = |count: usize| (0..count).map(|_| draws.between(-0.5, 0.5)).collect::<Vec<f64>>();
    (0..cells)
        .map(|_| {
            let (fixed, start) = (numbers(4), numbers(RECORDED));
            Dynamics::Recorded(Recorded::new(pattern.clone(), fixed.into(), &start, attached, true))
        })
        .collect()
}

/// So many stages, or no cascade.
fn cascade(stages: usize) -> Option<Cascade> {
    (stages > 0).then_some(Cascade { stages, keep: 0.6 })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// The equations of the module `window`, summed over windows of any length, are the causal form. Would catch a step that
    /// is counted twice or not at all at the border of two windows, a trace of the wrong cell, and credit a step late.
    #[test]
    fn windows_are_the_causal_form(plan in plans(NOT_RFLO), window in 1_usize..STEPS + 2, stages in 0_usize..4) {
        let network = Network::new(&plan);
        let learner = &Learner { cascade: cascade(stages), ..network.learner.clone() };
        let outcome = simulate(&network, &Travel::Exact, None);
        let (tape, mut credit) = one_trial(&outcome.tape, &outcome.credit, 1);
        credit.regulariser = Vec::new();
        for name in RULES {
            let rule = rule(name).unwrap();
            let stable = neuropil_plasticity::stability::Stability::of(rule, learner).unwrap();
            if stable.is_some_and(|own| own.check().is_err()) {
                continue;
            }
            let Ok(mut expected) = gradient(Form::Causal, rule, learner, &tape, &credit) else {
                // Without the suffix only for a readout without memory.
                prop_assert!(plan.kappa > 0.0 && !name.ends_with("online"));
                continue;
            };
            (expected.w_out, expected.b) = (Matrix::zeros(0, 0), Vec::new());
            let found = in_windows(rule, learner, (&tape, &credit), window, None);
            let off = deviation(&found, &expected);
            prop_assert!(off < CLOSE, "{name}: {off:.1e}");
        }
    }

    /// The same of cells from equations, whose transitions, arrivals, jumps and slopes are those of each step, for windows of a
    /// step, of a few and of all. Would catch a number of another step or cell, and a trace that a window does not carry.
    #[test]
    fn windows_of_recorded_cells_are_the_causal_form(plan in plans(&[Kind::LifExp, Kind::Alif])) {
        let network = Network::new(&plan);
        let outcome = simulate(&network, &Travel::Exact, None);
        let (mut tape, mut credit) = one_trial(&outcome.tape, &outcome.credit, 1);
        credit.regulariser = Vec::new();
        let mut draws = Draws::new(plan.seed);
        let mut learner = network.learner;
        let cells = learner.cells();
        learner.dynamics = recorded(cells, plan.attached, &mut draws);
        let numbers = Plane::from_fn(STEPS, RECORDED * cells, 1, |_, _, _| draws.between(-0.7, 0.7));
        (tape.records, tape.clamped) = (vec![Records { cells: 0..cells, numbers }], None);
        for name in RULES {
            let rule = rule(name).unwrap();
            let stable = neuropil_plasticity::stability::Stability::of(rule, &learner).unwrap();
            if stable.is_some_and(|own| own.check().is_err()) {
                continue;
            }
            let Ok(mut expected) = gradient(Form::Causal, rule, &learner, &tape, &credit) else {
                prop_assert!(plan.kappa > 0.0 && !name.ends_with("online"));
                continue;
            };
            (expected.w_out, expected.b) = (Matrix::zeros(0, 0), Vec::new());
            for window in [1, 3, 7, STEPS + 1] {
                let found = in_windows(rule, &learner, (&tape, &credit), window, None);
                let off = deviation(&found, &expected);
                prop_assert!(off < 1e-12, "{name}, windows of {window}: {off:.1e}");
            }
        }
    }

    /// Σ e times a number a cell is what a rate regulariser adds, whatever the windows and the readout's memory.
    #[test]
    fn what_e_sums_to_meets_a_regulariser(plan in plans(NOT_RFLO), window in 1_usize..STEPS + 2) {
        let network = Network::new(&plan);
        let learner = &network.learner;
        let outcome = simulate(&network, &Travel::Exact, None);
        let (tape, mut credit) = one_trial(&outcome.tape, &outcome.credit, 1);
        let mut draws = Draws::new(plan.seed);
        credit.regulariser = (0..learner.cells()).map(|_| draws.between(-1.0, 1.0)).collect();
        let rule = rule("eprop").unwrap();
        let mut expected = gradient(Form::Adjoint, rule, learner, &tape, &credit).unwrap();
        (expected.w_out, expected.b) = (Matrix::zeros(0, 0), Vec::new());
        let off = deviation(&in_windows(rule, learner, (&tape, &credit), window, None), &expected);
        prop_assert!(off < CLOSE, "{off:.1e}");
    }

    /// Modulators that differ from cell to cell, over windows of any length, against the forms of whole trials: those filter
    /// modulators back by the readout's κ where windows filter eligibility. Would catch modulators of another cell, and
    /// numbers on their way through the network that forget a modulator at the border of two windows.
    #[test]
    fn windows_take_modulators_of_each_cell(plan in plans(NOT_RFLO), window in 1_usize..STEPS + 2, stages in 0_usize..4) {
        let network = Network::new(&plan);
        let learner = &Learner { cascade: cascade(stages), ..network.learner.clone() };
        let outcome = simulate(&network, &Travel::Exact, None);
        let (tape, mut credit) = one_trial(&outcome.tape, &outcome.credit, 1);
        credit.regulariser = Vec::new();
        let (classes, n, kappa) = (Classes::new(learner).size.len(), learner.cells(), learner.readout.kappa);
        let mut draws = Draws::new(plan.seed);
        let arrived = Plane::from_fn(STEPS, classes * n, 1, |_, _, _| draws.between(-1.0, 1.0));
        let mut met = arrived.clone();
        for step in (0..STEPS).rev() {
            for channel in 0..classes * n {
                let late = if step + 1 < STEPS { met.at(step + 1, channel, 0) } else { 0.0 };
                met.row_mut(step, channel)[0] = (1.0 - kappa) * arrived.at(step, channel, 0) + kappa * late;
            }
        }
        for (name, carried) in [("modprop_type", "modprop_type+field"), ("mdgl_type_all", "mdgl_type_all+field")] {
            let stable = neuropil_plasticity::stability::Stability::of(rule(name).unwrap(), learner).unwrap();
            if stable.is_some_and(|own| own.check().is_err()) {
                continue;
            }
            let carried = rule(carried).unwrap();
            let mut expected = credited(Form::Forward, carried, learner, (&tape, &credit), (met.clone(), 0)).unwrap();
            (expected.w_out, expected.b) = (Matrix::zeros(0, 0), Vec::new());
            let found = in_windows(carried, learner, (&tape, &credit), window, Some(&arrived));
            let off = deviation(&found, &expected);
            prop_assert!(off < CLOSE, "{name}: {off:.1e}");
        }
    }
}
