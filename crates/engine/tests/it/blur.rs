//! The blur against its definition, cell by cell and step by step, and its identities.

use super::noise;
use neuropil_engine::carrier::{Blur, BlurPlan, OwnSignal, SiteOrder};
use neuropil_plasticity::carrier::{Signal, TrialNumbers};
use neuropil_plasticity::types::Classes;
use neuropil_plasticity::{Carrier, Plane};

const EDGE: usize = 5;
const CELLS: usize = 20;
const STEPS: usize = 12;
const TRIALS: usize = 3;

/// A reordering of 25 sites: 7 has no factor with 25.
fn scattered(by: usize) -> Vec<usize> {
    (0..EDGE * EDGE).map(|own| (own * 7 + by) % (EDGE * EDGE)).collect()
}

fn plan() -> BlurPlan {
    let (order, own) = (SiteOrder::Near, OwnSignal::Returns);
    BlurPlan { edge: EDGE, sites: scattered(3)[..CELLS].to_vec(), decay: 0.75, is_normalised: false, order, own }
}

fn sent(cells: usize) -> Plane {
    let key = |cell: usize, trial: usize| u32::try_from(10 * cell + trial).unwrap();
    Plane::from_fn(STEPS, cells, TRIALS, |step, cell, trial| noise(key(cell, trial), step as u64) - 0.5)
}

fn carry(plan: BlurPlan, sent: &Plane) -> Plane {
    carry_of(plan, sent, TrialNumbers::default())
}

fn carry_of(plan: BlurPlan, sent: &Plane, trials: TrialNumbers) -> Plane {
    Blur::new(plan).unwrap().carry(Signal::Learning, sent, &Classes::one(sent.channels()), trials).unwrap()
}

fn off(found: &Plane, expected: &Plane) -> f64 {
    let pairs = found.values().iter().zip(expected.values());
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// (K^u)[to, from] as a sum over walks: how many of the 9^u walks of u steps end there, times (k/9)^u.
fn walks(to: usize, from: usize, steps: usize) -> f64 {
    let along = |a: usize, b: usize| {
        let mut ways = vec![0.0; EDGE];
        ways[b] = 1.0;
        for _ in 0..steps {
            ways = (0..EDGE).map(|own| ways[own] + ways[(own + 1) % EDGE] + ways[(own + EDGE - 1) % EDGE]).collect();
        }
        ways[a]
    };
    along(to / EDGE, from / EDGE) * along(to % EDGE, from % EDGE)
}

/// Would catch edges that do not meet, a box that is not 3 x 3, own signals that come late or neighbours' that do not, and
/// trials that mix.
#[test]
fn what_arrives_is_a_sum_over_walks() {
    let sent = sent(CELLS);
    let sites = plan().sites;
    let sum = |step: usize, to: usize, trial: usize| {
        let of = |from: usize, ago: usize| {
            let share = 0.75_f64 / 9.0;
            walks(sites[to], sites[from], ago)
                * share.powi(i32::try_from(ago).unwrap())
                * sent.at(step - ago, from, trial)
        };
        (0..CELLS).flat_map(|from| (0..=step).map(move |ago| (from, ago))).map(|(from, ago)| of(from, ago)).sum::<f64>()
    };
    let expected = Plane::from_fn(STEPS, CELLS, TRIALS, sum);
    assert!(off(&carry(plan(), &sent), &expected) < 1e-13);
}

/// With k = 0 nothing is left to blur: every cell learns with its own signal, as without a carrier.
#[test]
fn without_memory_it_is_no_carrier() {
    let sent = sent(CELLS);
    assert_eq!(carry(BlurPlan { decay: 0.0, ..plan() }, &sent), sent);
}

/// Where every site has a cell the total obeys Σ G^t = k Σ G^{t−1} + Σ L^t, and 1 − k times it comes to a steady signal.
#[test]
fn the_total_leaks() {
    let full = BlurPlan { sites: scattered(0), ..plan() };
    let sent = sent(EDGE * EDGE);
    let arrived = carry(full.clone(), &sent);
    let total = |plane: &Plane, step: usize| (0..EDGE * EDGE).map(|cell| plane.at(step, cell, 1)).sum::<f64>();
    let mut expected = 0.0;
    for step in 0..STEPS {
        expected = 0.75 * expected + total(&sent, step);
        assert!((total(&arrived, step) - expected).abs() < 1e-13);
    }
    let steady = Plane::from_fn(200, EDGE * EDGE, 1, |_, _, _| 0.3);
    let arrived = carry(BlurPlan { is_normalised: true, ..full }, &steady);
    assert!(arrived.step(199).iter().all(|own| (own - 0.3).abs() < 1e-13));
}

/// Shuffled sites are the aligned rule with cells at permuted sites. Would catch release or reading that is shuffled too, and P for P⁻¹.
#[test]
fn shuffled_sites_are_cells_elsewhere() {
    let sent = sent(CELLS);
    let order = scattered(11);
    let shuffled = carry(BlurPlan { order: SiteOrder::Shuffled(order.clone()), ..plan() }, &sent);
    let elsewhere = plan().sites.iter().map(|site| order[*site]).collect();
    assert!(off(&shuffled, &carry(BlurPlan { sites: elsewhere, ..plan() }, &sent)) < 1e-14);
    assert!(off(&shuffled, &carry(plan(), &sent)) > 1e-2);
}

/// On three by three sites all are neighbours: what was sent before is the same for all cells.
#[test]
fn a_lattice_of_three_mixes_at_once() {
    let sent = sent(9);
    let arrived = carry(BlurPlan { edge: 3, sites: (0..9).rev().collect(), ..plan() }, &sent);
    for step in 0..STEPS {
        let past = |cell: usize| arrived.at(step, cell, 2) - sent.at(step, cell, 2);
        assert!((1..9).all(|cell| (past(cell) - past(0)).abs() < 1e-14));
    }
}

/// What a cell hears of itself is what arrives if it alone sends; without it, signals of others are as they were. Would catch returns of
/// another number of steps, a gain that does not meet them, and shuffled sites whose returns are others.
#[test]
fn own_signals_can_be_left_out() {
    let sent = sent(CELLS);
    for order in [SiteOrder::Near, SiteOrder::Shuffled(scattered(11))] {
        let with = |own| BlurPlan { order: order.clone(), own, is_normalised: true, ..plan() };
        let whole = carry(with(OwnSignal::Returns), &sent);
        let mut others = whole.clone();
        for cell in 0..CELLS {
            let alone = Plane::from_fn(
                STEPS,
                CELLS,
                TRIALS,
                |step, own, trial| {
                    if own == cell { sent.at(step, own, trial) } else { 0.0 }
                },
            );
            let heard = carry(with(OwnSignal::Returns), &alone);
            for step in 0..STEPS {
                let pairs = others.row_mut(step, cell).iter_mut().zip(heard.row(step, cell));
                pairs.for_each(|(other, own)| *other -= own);
            }
        }
        assert!(off(&carry(with(OwnSignal::Nothing), &sent), &others) < 1e-14);
        let once = Plane::from_fn(STEPS, CELLS, TRIALS, |step, cell, trial| {
            others.at(step, cell, trial) + 0.25 * sent.at(step, cell, trial)
        });
        assert!(off(&carry(with(OwnSignal::Once), &sent), &once) < 1e-14);
        assert!(off(&once, &whole) > 1e-3);
    }
}

/// Sites that are shuffled at every step: the total leaks as ever, a trial is a function of its number alone, and the mean over
/// many trials is that of K over its diagonal and beside it: all cells mix at once. Would catch orders that stay, that trials share, or that do not
/// reach all sites.
#[test]
fn shuffled_at_every_step_all_cells_mix() {
    let full = BlurPlan { sites: scattered(0), order: SiteOrder::EachStep(3), ..plan() };
    let sent = sent(EDGE * EDGE);
    let of = |first, update| carry_of(full.clone(), &sent, TrialNumbers { update, first, step: 0 });
    let arrived = of(0, 0);
    let total = |plane: &Plane, step: usize| (0..EDGE * EDGE).map(|cell| plane.at(step, cell, 1)).sum::<f64>();
    let mut expected = 0.0;
    for step in 0..STEPS {
        expected = 0.75 * expected + total(&sent, step);
        assert!((total(&arrived, step) - expected).abs() < 1e-13);
    }
    // The second trial of one group is the first of the next.
    let same = |step, cell, trial| sent.at(step, cell, (trial + 1) % TRIALS);
    let next = carry_of(
        full.clone(),
        &Plane::from_fn(STEPS, EDGE * EDGE, TRIALS, same),
        TrialNumbers { first: 1, ..TrialNumbers::default() },
    );
    assert!((0..STEPS).all(|step| (0..25).all(|cell| arrived.at(step, cell, 1) == next.at(step, cell, 0))));
    assert!(off(&of(0, 1), &arrived) > 1e-2 && off(&of(TRIALS, 0), &arrived) > 1e-2);
    let many = 4000;
    let pulse = Plane::from_fn(3, 25, many, |step, cell, _| f64::from(u8::from(step == 0 && cell == 4)));
    let arrived = carry_of(full, &pulse, TrialNumbers::default());
    let mean = |step, cell| arrived.row(step, cell).iter().sum::<f64>() / many as f64;
    // Of 25 sites, each has itself and eight others in its box: a = k/9, b = k/9 · 8/24.
    let (a, b) = (0.75_f64 / 9.0, 0.75 / 9.0 * 8.0 / 24.0);
    let (a2, b2) = (a * a + 24.0 * b * b, 2.0 * a * b + 23.0 * b * b);
    for cell in 0..25 {
        let [once, twice] = if cell == 4 { [a, a2] } else { [b, b2] };
        // A box has a cell or not: the deviation of the mean of 4000 is at most k/18/63.
        assert!((mean(1, cell) - once).abs() < 5.0 * 0.75 / 18.0 / 63.0, "{cell}");
        assert!((mean(2, cell) - twice).abs() < 5.0 * 0.75 / 18.0 / 63.0, "{cell}");
    }
}

/// Where nothing is sent before a step, it may begin there: what arrives is the same to the bit, also where sites are shuffled at every step.
#[test]
fn it_may_wait_for_the_first_signal() {
    const FIRST: usize = 5;
    for order in [SiteOrder::Near, SiteOrder::Shuffled(scattered(1)), SiteOrder::EachStep(3)] {
        let plan = BlurPlan { order, ..plan() };
        assert!(Blur::new(plan.clone()).unwrap().waits());
        let loud = sent(CELLS);
        let late = |step, cell, trial| if step < FIRST { 0.0 } else { loud.at(step, cell, trial) };
        let whole = carry(plan.clone(), &Plane::from_fn(STEPS, CELLS, TRIALS, late));
        let rest = Plane::from_fn(STEPS - FIRST, CELLS, TRIALS, |step, cell, trial| loud.at(FIRST + step, cell, trial));
        let numbers = TrialNumbers { step: FIRST, ..TrialNumbers::default() };
        let found = carry_of(plan, &rest, numbers);
        assert!((0..FIRST).all(|step| whole.step(step).iter().all(|own| *own == 0.0)));
        assert!((FIRST..STEPS).all(|step| whole.step(step) == found.step(step - FIRST)));
    }
}

#[test]
fn lattices_that_there_are_not_are_refused() {
    let told = |plan: BlurPlan, words: &str| {
        let message = Blur::new(plan).unwrap_err().to_string();
        assert!(message.contains(words), "{message}");
    };
    told(BlurPlan { decay: 1.0, ..plan() }, "blur.decay: found 1");
    told(BlurPlan { edge: 2, ..plan() }, "2 x 2");
    told(BlurPlan { sites: vec![1, 25], ..plan() }, "site 25");
    told(BlurPlan { sites: vec![1, 1], ..plan() }, "site 1");
    told(BlurPlan { order: SiteOrder::EachStep(1), own: OwnSignal::Once, ..plan() }, "blur.own");
}
