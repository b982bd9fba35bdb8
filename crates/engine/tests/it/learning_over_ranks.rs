//! A network that learns over ranks has the bits of one process.

use super::learning::{balanced, balanced_plan, learning};
use super::learning_carried::carried_plan;
use super::learning_written::{mixed, mixed_plan};
use super::{Net, record};
use neuropil_engine::carrier::Spread;
use neuropil_engine::learning::{
    Horizon, Learned, Learning, LearningError, LearningPlan, LearningState, Teacher, TimeSeries,
};
use neuropil_engine::ranks::{Local, Rank, join};
use neuropil_engine::{Runnable, Simulation, Snapshot};
use neuropil_network::Network;
use neuropil_network::network::Share;
use neuropil_plasticity::rule::rule;
use neuropil_plasticity::{RateOver, RateRegulariser};
use std::sync::atomic::AtomicU64;

/// Ranks, threads of each, blocks.
type Ways = (usize, usize, u32);
/// What makes a plan.
type MakesPlan<'p> = &'p (dyn Fn() -> LearningPlan + Sync);
/// A network and how it learns.
type Case<'p> = (fn() -> Net<f64>, MakesPlan<'p>);

/// Runs `work` on each of some ranks, each with its share of a network that learns; what each of them made of it.
fn over<T: Send>(
    (ranks, threads, blocks): Ways,
    net: fn() -> Net<f64>,
    plan: MakesPlan<'_>,
    work: impl Fn(Result<Simulation<f64>, LearningError>) -> T + Sync,
) -> Vec<T> {
    std::thread::scope(|scope| {
        let spawn = |exchange: Local| {
            let work = &work;
            scope.spawn(move || {
                let rank = Rank::new(Box::new(exchange));
                let share = Share { rank: rank.rank, ranks };
                let own = Network::build_share(net().design, Some(blocks), share, threads, &AtomicU64::new(0));
                let network = join(own, &rank).unwrap();
                let learning = Learning::on_rank(&network, plan(), threads, Some(rank.clone()));
                let of = |learning| Simulation::new(network, Vec::new(), threads).with_learning(learning);
                work(learning.map(|learning| of(learning).with_ranks(rank)))
            })
        };
        let all: Vec<_> = Local::ranks_of(ranks).into_iter().map(spawn).collect();
        all.into_iter().map(|own| own.join().unwrap()).collect()
    })
}

/// What a run leaves: what every rank knows, and what the first alone does. Numbers as text, which tells every bit.
#[derive(PartialEq)]
struct Left {
    spikes: Vec<(u64, u32)>,
    /// Losses, readouts, answers, credit; mean slopes.
    told: String,
    /// The weights that were told along the way, those at the end, and the state.
    first: String,
}

/// Runs on from wherever a simulation is.
fn left(simulation: &mut Simulation<f64>, until: u64, chunk: u64) -> Left {
    let (mut spikes, mut told, mut weights) = (Vec::new(), String::new(), String::new());
    while simulation.step() < until {
        simulation.advance(chunk.min(until - simulation.step())).unwrap();
        spikes.extend_from_slice(&simulation.chunk().spikes);
        let own = simulation.chunk().learned.clone().unwrap_or_default();
        let Learned { y, losses, answers, frames, .. } = &own;
        y.iter().for_each(|y| told.push_str(&format!("{y:?} ")));
        told.push_str(&format!("{losses:?} {answers:?} {frames:?}").replace("[]", ""));
        weights.push_str(&format!("{:?}", own.weights).replace("[]", ""));
    }
    told.push_str(&format!("{:?}", simulation.mean_slopes().unwrap()));
    let state = simulation.whole_snapshot().unwrap().learning;
    let changed = simulation.changed_weights().unwrap();
    Left { spikes, told, first: format!("{weights} {changed:?} {state:?}") }
}

/// Compares ranks with one process, and with one that goes on from what ranks have left.
fn equal(net: fn() -> Net<f64>, plan: MakesPlan<'_>, steps: u64, ways: &[Ways]) {
    let mut alone = learning(net(), plan(), (1, 1)).unwrap();
    let one = left(&mut alone, steps, 50);
    let mut still = learning(net(), LearningPlan { projections: rates(&plan(), 0.0), ..plan() }, (1, 1)).unwrap();
    assert!(one.spikes.len() > 200 && left(&mut still, steps, 50).first != one.first, "nothing is learned");
    for &way in ways {
        let all = over(way, net, plan, |own| left(&mut own.unwrap(), steps, 50));
        assert!(all.iter().all(|own| own.spikes == one.spikes && own.told == one.told), "{way:?}: what all ranks know");
        assert!(all[0].first == one.first, "{way:?}: weights and state");
    }
}

fn rates(plan: &LearningPlan, rate: f64) -> Vec<Option<neuropil_engine::learning::PlasticPlan>> {
    plan.projections.iter().map(|own| own.map(|own| neuropil_engine::learning::PlasticPlan { rate, ..own })).collect()
}

fn by(name: &'static str) -> LearningPlan {
    let mut plan = balanced_plan();
    if let Teacher::Readout(own, read) = &mut plan.teacher {
        *own = rule(name).unwrap();
        read.kappa = if name.ends_with("online") || name == "eprop" { 0.9 } else { 0.0 };
    }
    plan
}

/// Synapses carry nothing, and windows are shorter than weights stay.
fn replayed() -> LearningPlan {
    LearningPlan { horizon: Some(Horizon { steps: 60, tape_bytes: 600 * 18 * 80 }), ..balanced_plan() }
}

/// Would catch sums of emissions or of weights in another order than that of cells, numbers of synapses that begin anew on each rank, and
/// windows that end elsewhere.
#[test]
fn every_rule_has_the_bits_of_one_process() {
    let ways = [(1, 2, 4), (2, 1, 2), (2, 2, 5), (3, 1, 3), (4, 2, 9)];
    equal(balanced, &balanced_plan, 330, &ways);
    for name in ["eprop", "mdgl_type_online", "modprop_type"] {
        equal(balanced, &move || by(name), 180, &[(2, 1, 3), (3, 2, 7)]);
    }
    let regulariser = Some(RateRegulariser { strength: 0.5, target: 0.01, over: RateOver::Batch });
    equal(balanced, &move || LearningPlan { regulariser, ..balanced_plan() }, 180, &[(3, 1, 5)]);
    let reward = || {
        let series = TimeSeries { values: vec![0.3, -0.2, 0.5], channels: 1, every_steps: 7, repeats: true };
        LearningPlan { teacher: Teacher::ThirdFactor { series, kappa: 0.9 }, ..balanced_plan() }
    };
    equal(balanced, &reward, 180, &[(2, 2, 4)]);
    equal(balanced, &replayed, 330, &[(2, 1, 3), (3, 2, 7)]);
}

/// The same network, of which the last rank of four has only cells that nothing plastic reaches.
fn one_plastic() -> Net<f64> {
    let mut net = balanced();
    net.design.projections[1].plastic = false;
    net
}

/// One rank has only cells that nothing plastic reaches. Would catch ranks that disagree on whether something learns.
#[test]
fn ranks_without_plastic_synapses_take_part() {
    let plan = || {
        let mut plan = balanced_plan();
        plan.projections[1] = None;
        plan
    };
    let have =
        over((4, 1, 4), one_plastic, &plan, |own| own.unwrap().plastic_weights().map(|own| own.len()).sum::<usize>());
    assert!(have[0] > 0 && have[3] == 0, "{have:?}");
    equal(one_plastic, &plan, 180, &[(4, 1, 4), (4, 2, 10)]);
}

/// Would catch emissions that enter a tissue in another order, and frames that one rank alone has.
#[test]
fn carried_credit_has_the_bits_of_one_process() {
    for spread in [Spread::Field, Spread::Kernel] {
        equal(balanced, &move || carried_plan(spread), 200, &[(2, 1, 2), (3, 2, 7)]);
    }
}

/// Means of what cells from equations did are sums over all of them, in their order.
#[test]
fn cells_from_equations_have_the_bits_of_one_process() {
    equal(mixed, &mixed_plan, 330, &[(2, 1, 2), (3, 2, 5), (4, 1, 4)]);
}

/// Pauses within a window and at its end; another number of ranks goes on, and one process. Would catch numbers of cells or synapses that
/// are joined, or cut, at another place.
#[test]
fn learning_goes_on_with_other_numbers_of_ranks() {
    let steps = 230;
    let cases: [Case<'_>; 4] = [
        (balanced, &balanced_plan),
        (balanced, &|| carried_plan(Spread::Field)),
        (mixed, &mixed_plan),
        (balanced, &replayed),
    ];
    for (net, plan) in cases {
        let before = |pause| {
            let mut own = learning(net(), plan(), (1, 1)).unwrap();
            record(&mut own, pause, 20);
            own.snapshot()
        };
        for pause in [33, 100, 120] {
            let expected = before(pause);
            let mut one = learning(net(), plan(), (1, 1)).unwrap();
            one.restore(&expected).unwrap();
            let one = left(&mut one, steps, 60);
            let saved = over((3, 1, 4), net, plan, |own| {
                let mut own = own.unwrap();
                record(&mut own, pause, 20);
                own.whole_snapshot().unwrap()
            });
            let saved: &Snapshot = &saved[0];
            assert_eq!(format!("{:?}", saved.learning), format!("{:?}", expected.learning), "saved after step {pause}");
            let mut alone = learning(net(), plan(), (2, 1)).unwrap();
            alone.restore(saved).unwrap();
            assert!(left(&mut alone, steps, 60) == one, "one process goes on after step {pause}");
            let all = over((2, 2, 5), net, plan, |own| {
                let mut own = own.unwrap();
                own.restore(saved).unwrap();
                left(&mut own, steps, 60)
            });
            assert!(all[0] == one, "two ranks go on after step {pause}");
        }
    }
}

/// A state that has too few numbers, and weights of the last rank that are beyond their bounds, are told by every rank in the same words.
#[test]
fn what_is_wrong_on_one_rank_is_told_by_all() {
    let plan = || {
        let mut plan = balanced_plan();
        plan.projections[1].as_mut().unwrap().bounds.high = 0.1;
        plan
    };
    let one = learning(balanced(), plan(), (1, 1)).err().unwrap();
    assert!(matches!(&one, LearningError::Beyond { projection, .. } if !projection.is_empty()), "{one}");
    let all = over((4, 1, 4), balanced, &plan, |own| own.err().unwrap());
    assert!(all.iter().all(|own| *own == one), "{all:?}");
    let mut saved = learning(balanced(), balanced_plan(), (1, 1)).unwrap();
    saved.advance(70).unwrap();
    let whole = saved.snapshot();
    let cut = |change: fn(&mut LearningState)| {
        let mut own = whole.clone();
        change(own.learning.as_mut().unwrap());
        let told = over((2, 1, 2), balanced, &balanced_plan, |one| one.unwrap().restore(&own).unwrap_err().to_string());
        assert_eq!(told[0], told[1]);
        told[0].clone()
    };
    assert!(cut(|own| own.psi.truncate(7)).contains("slopes"));
    assert!(cut(|own| own.fired.truncate(7)).contains("spikes of the window"));
    assert!(cut(|own| own.projections[0].traces.truncate(7)).contains("traces"));
    assert!(cut(|own| own.begun = 1_000_000).contains("begin of the window"));
    assert!(cut(|own| drop(own.projections.pop())).contains("plastic projections"));
}

/// What one rank alone lacks is told by all, before they add their weights. Would catch a rank that waits there for those that have refused.
#[test]
fn what_one_rank_lacks_is_told_by_all() {
    let told = |net: fn() -> Net<f64>, plan: MakesPlan<'_>, change: fn(&mut LearningState)| {
        let mut saved = learning(net(), plan(), (1, 1)).unwrap();
        saved.advance(70).unwrap();
        let mut own = saved.snapshot();
        change(own.learning.as_mut().unwrap());
        let all = over((4, 1, 4), net, plan, |one| one.unwrap().restore(&own).unwrap_err().to_string());
        assert!(all.iter().all(|own| *own == all[0]), "{all:?}");
        all[0].clone()
    };
    assert!(told(mixed, &mixed_plan, |own| own.records.clear()).contains("derivatives: found 0"));
    assert!(told(mixed, &mixed_plan, |own| own.tested.clear()).contains("tested states: found 0"));
    assert!(told(mixed, &mixed_plan, |own| own.slow_psi.clear()).contains("filtered slopes: found 0"));
    let last_learns_nothing = || {
        let mut plan = balanced_plan();
        plan.projections[1] = None;
        plan
    };
    let moments = told(one_plastic, &last_learns_nothing, |own| own.projections[0].square.clear());
    assert!(moments.contains("moments: found 0"), "{moments}");
    let counted = told(balanced, &balanced_plan, |own| own.counts = vec![1.0; 7]);
    assert!(counted.contains("spikes of cells: found 7"), "{counted}");
}
