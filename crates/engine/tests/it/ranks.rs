//! One network over ranks has the bits of one process.

use super::determinism::{STEPS, balanced, lively, probes, same};
use super::faults::breaking_net;
use super::{Net, Record, probe, record};
use neuropil_engine::ranks::{JoinError, Local, Rank, join};
use neuropil_engine::{EngineError, Probe, Runnable, Simulation};
use neuropil_network::connect::{AllToAll, FixedOutDegree, List, OneToOne};
use neuropil_network::current::Waveform;
use neuropil_network::network::Share;
use neuropil_network::{Network, NetworkError, Property, Scalar};
use std::sync::atomic::AtomicU64;

/// Runs `work` on each of some ranks, each with its share of a network; what rank 0 made of it, and the others.
fn over<R: Scalar, T: Send>(
    (ranks, threads, blocks): (usize, usize, u32),
    net: impl Fn() -> Net<R> + Sync,
    probes: &[Probe],
    work: impl Fn(Result<Simulation<R>, JoinError>) -> T + Sync,
) -> Vec<T> {
    std::thread::scope(|scope| {
        let spawn = |exchange: Local| {
            let (net, work) = (&net, &work);
            scope.spawn(move || {
                let rank = Rank::new(Box::new(exchange));
                let share = Share { rank: rank.rank, ranks };
                let own = Network::build_share(net().design, Some(blocks), share, threads, &AtomicU64::new(0));
                let joined = join(own, &rank);
                let simulation = |network| Simulation::new(network, probes.to_vec(), threads);
                work(joined.map(|network| simulation(network).with_ranks(rank)))
            })
        };
        let all: Vec<_> = Local::ranks_of(ranks).into_iter().map(spawn).collect();
        all.into_iter().map(|own| own.join().unwrap()).collect()
    })
}

/// Records on all ranks; what rank 0 has, after every rank had all spikes.
fn recorded<R: Scalar>(how: (usize, usize, u32), net: impl Fn() -> Net<R> + Sync, probes: &[Probe]) -> (Record, u64) {
    let mut all = over(how, net, probes, |simulation| {
        let mut simulation = simulation.unwrap();
        (record(&mut simulation, STEPS, 100), simulation.events())
    });
    let first = all.remove(0);
    assert!(all.iter().all(|(own, events)| own.0 == first.0.0 && *events == first.1), "every rank has all spikes");
    first
}

/// Drawn delays from one step on, factors of depressing synapses, sources, noise, conductance cells. Would catch a sum whose order
/// depends on who holds a cell, a spike that arrives late, a draw that depends on the share, a frame that is put together wrongly.
#[test]
fn ranks_do_not_matter() {
    let mut alone = balanced::<f64>().simulation(1, 1, probes());
    let one = record(&mut alone, STEPS, 100);
    lively(&one);
    for (ranks, threads, blocks) in [(1, 1, 1), (2, 1, 2), (2, 2, 5), (3, 1, 7), (4, 2, 8)] {
        let (found, events) = recorded((ranks, threads, blocks), balanced::<f64>, &probes());
        assert!(same(&one, &found), "{ranks} ranks with {threads} threads");
        assert_eq!(events, alone.events(), "{ranks} ranks with {threads} threads");
    }
    let single = record(&mut balanced::<f32>().simulation(1, 1, probes()), STEPS, 100);
    assert!(same(&single, &recorded((3, 1, 5), balanced::<f32>, &probes()).0), "single precision");
}

/// No delay is shorter than 0.7 ms: ranks meet every 7 steps. Rules of wiring that draw by source, or list pairs.
fn late<R: Scalar>() -> Net<R> {
    let mut net = Net::<R>::new(0.1, 8);
    let a = net.cells("lif_exp", 90, &[("i_e", 500.0)]);
    let b = net.cells("lif_delta", 50, &[("i_e", 300.0)]);
    net.project(a, b, FixedOutDegree { out_degree: 9 }, 0.7, 0.7);
    net.project(b, a, FixedOutDegree { out_degree: 20 }, 30.0, 1.3).multapses = false;
    net.project(a, a, AllToAll, -4.0, 2.0);
    net.project(b, b, OneToOne, -0.5, 0.9).autapses = true;
    let (sources, targets): (Vec<u32>, Vec<u32>) = (0..90).map(|cell| (cell, cell * 7 % 50)).unzip();
    net.project(a, b, List::new(sources, &targets), 0.0, 1.1).weight =
        Property::List((0..90).map(|pair| f64::from(pair) * 0.01).collect());
    net.current(a, Waveform::Noise { mean: 0.0, std: 200.0, hold_steps: 3 });
    net
}

/// Would catch ranks that meet too late, or at other steps than they share.
#[test]
fn ranks_meet_once_in_the_shortest_delay() {
    let probes = [probe(0, 0, 90), Probe { population: 1, variable: 0, cells: vec![3, 30, 49], every_steps: 4 }];
    let one = record(&mut late::<f64>().simulation(1, 1, probes.to_vec()), STEPS, 100);
    assert!(one.0.len() > 300, "{} spikes", one.0.len());
    for (ranks, threads, blocks) in [(2, 1, 2), (3, 2, 9), (4, 1, 140)] {
        let how = (ranks, threads, blocks);
        assert!(over(how, late::<f64>, &[], |own| own.unwrap().network().min_delay).iter().all(|delay| *delay == 7));
        assert!(same(&one, &recorded(how, late::<f64>, &probes).0), "{ranks} ranks with {threads} threads");
    }
}

/// Graded cells send in every step. Would catch outputs that are put to the wrong cells.
#[test]
fn graded_cells_reach_other_ranks() {
    let net = || {
        let mut net = Net::<f64>::new(1.0, 3);
        let a = net.cells("rflo_tanh", 13, &[("tau_m", 8.0), ("i_e", 0.2)]);
        let b = net.cells("leaky_relu", 9, &[("tau_m", 5.0), ("i_e", 0.1)]);
        for (from, to, weight) in [(a, a, 0.3), (a, b, -0.4), (b, a, 0.2)] {
            net.project(from, to, AllToAll, weight, 3.0);
        }
        net
    };
    let probes = [probe(0, 0, 13), probe(1, 0, 9)];
    let one = record(&mut net().simulation(1, 1, probes.to_vec()), STEPS, 50);
    for how in [(2, 1, 2), (3, 1, 3), (4, 2, 11)] {
        assert!(same(&one, &recorded(how, net, &probes).0), "{how:?}");
    }
}

/// A cell of one rank that goes wrong ends all of them in its step with the same words, and rank 0 has what came before. Would
/// catch ranks that wait for one that has ended, and samples beyond the fault.
#[test]
fn a_fault_on_one_rank_ends_all() {
    let whole = |simulation: &mut dyn Runnable| {
        let mut all = Record::default();
        let fault = loop {
            let outcome = simulation.advance(20);
            all.0.extend(&simulation.chunk().spikes);
            all.1.resize(1, Vec::new());
            all.1[0].extend(&simulation.chunk().frames[0]);
            if let Err(fault) = outcome {
                break fault;
            }
        };
        assert!(matches!(fault, EngineError::NonFinite { step: 51, .. }), "{fault}");
        (all, fault.to_string(), simulation.chunk().last_step)
    };
    // The cell after the step in which it went wrong may be anything.
    let sound = |(mut all, fault, step): (Record, String, u64)| {
        all.0.retain(|(step, _)| *step < 51);
        (all, fault, step)
    };
    let probes = [probe(0, 0, 20)];
    let one = sound(whole(&mut breaking_net().simulation(1, 1, probes.to_vec())));
    assert_eq!(one.0.1[0].len(), 51 * 20);
    for how in [(2, 1, 2), (3, 2, 8), (4, 1, 4)] {
        let all = over(how, breaking_net, &probes, |own| sound(whole(&mut own.unwrap())));
        assert!(all.iter().all(|own| own.1 == one.1 && own.2 == 51), "{how:?}");
        assert!(same(&one.0, &all[0].0), "{how:?}");
    }
}

/// Would catch a rank that waits for one that has no share.
#[test]
fn a_share_that_cannot_be_is_told_by_all() {
    let faulty = || {
        let mut net = Net::<f64>::new(0.1, 1);
        let cells = net.cells("lif_exp", 8, &[]);
        // Only the last cell has a delay that cannot be.
        let list = List::new(vec![0; 8], &(0..8).collect::<Vec<_>>());
        net.project(cells, cells, list, 1.0, 1.0).delay_ms =
            Property::List((0..8).map(|cell| 0.7 - 0.1 * f64::from(cell)).collect());
        net
    };
    let told = over((2, 1, 2), faulty, &[], |own| own.err().unwrap());
    assert!(matches!(&told[1], JoinError::Own(faults) if matches!(faults[..], [NetworkError::Synapse { .. }])));
    assert!(matches!(&told[0], JoinError::Other { rank: 1, .. }));
    assert_eq!(told[0].to_string(), told[1].to_string());
    let few = over((3, 1, 2), faulty, &[], |own| own.err().unwrap().to_string());
    assert!(few.iter().all(|own| own.contains("2 blocks are fewer than the 3 ranks")), "{few:?}");
}
