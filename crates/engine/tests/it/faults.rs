//! What stops a run, and what is refused before it.

use super::{Net, probe};
use neuropil_engine::observer::run;
use neuropil_engine::{Chunk, EngineError, Observer, ObserverError, Runnable, Simulation};
use neuropil_network::Window;
use neuropil_network::connect::{AllToAll, List};
use neuropil_network::current::Waveform;
use neuropil_network::{NetworkError, Sign};
use std::sync::mpsc;
use std::time::Duration;

/// A cell with a membrane of 10^-6 pF takes -1.7 10^308 pA from 5.0 ms on: -infinity in step 51. The others spike along.
fn breaking(blocks: u32, threads: usize) -> Simulation<f64> {
    breaking_net().simulation(blocks, threads, vec![probe(0, 0, 20)])
}

pub(super) fn breaking_net() -> Net<f64> {
    let mut net = Net::new(0.1, 1);
    let regular = net.cells("lif_delta", 20, &[("i_e", 4000.0), ("t_ref", 0.5)]);
    let sound = net.cells("lif_delta", 6, &[]);
    let frail = net.cells("lif_delta", 6, &[("c_m", 1e-6)]);
    net.project(regular, sound, AllToAll, 0.1, 0.5);
    net.current_in(frail, Waveform::Constant { amplitude: -1.7e308 }, Window { start_ms: 5.0, stop_ms: f64::INFINITY });
    net
}

#[derive(Default)]
struct Seen(Vec<Chunk>);

impl Observer for Seen {
    fn observe(&mut self, chunk: &Chunk) -> Result<(), ObserverError> {
        self.0.push(chunk.clone());
        Ok(())
    }
}

/// The fault names population, cell, variable, step and time, the same for any number of threads; observers see all
/// that came before. Would catch a fault that depends on the order of threads, one that is found a step late, and lost
/// chunks.
#[test]
fn a_non_finite_cell_is_reported_in_its_step() {
    let mut spikes = Vec::new();
    for (blocks, threads) in [(1, 1), (8, 1), (8, 2), (8, 3), (32, 5)] {
        let mut simulation = breaking(blocks, threads);
        let mut seen = Seen::default();
        let outcome = run(&mut simulation, 200, 20, &mut [&mut seen], &|| false);
        match outcome {
            Err(EngineError::NonFinite { population, cell, variable, value, step, t_ms }) => {
                assert_eq!((population.as_str(), cell, variable, step, t_ms), ("p2", 0, "v_m", 51, 5.1));
                assert_eq!(value, f64::NEG_INFINITY);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(seen.0.iter().map(|chunk| chunk.last_step).collect::<Vec<_>>(), [20, 40, 51]);
        assert_eq!(seen.0.iter().map(|chunk| chunk.frames[0].len()).collect::<Vec<_>>(), [400, 400, 220]);
        let all: Vec<(u64, u32)> =
            seen.0.iter().flat_map(|chunk| &chunk.spikes).copied().filter(|(step, _)| *step < 51).collect();
        assert!(all.len() >= 40, "{} spikes", all.len());
        if spikes.is_empty() {
            spikes = all;
        } else {
            assert!(spikes == all, "{blocks} blocks, {threads} threads");
        }
        assert_eq!(simulation.step(), 51);
    }
}

/// A thread that is still busy with step n must not take the fault of step n + 1, found by a faster one, for its own:
/// it would leave, and the other wait for ever. One thread has to hand over thousands of spikes a step, the other has
/// next to nothing to do. (A deadlock of the first version.)
#[test]
fn a_fault_of_a_fast_thread_does_not_leave_it_alone() {
    let (done, finished) = mpsc::channel();
    std::thread::spawn(move || {
        for last in 5..20_u64 {
            let mut net = Net::<f64>::new(0.1, 1);
            let all: Vec<(u64, u32)> = (1..25).flat_map(|step| (0..20_000).map(move |cell| (step, cell))).collect();
            net.train(20_000, &all);
            net.train(19_999, &[]);
            let frail = net.cells("lif_delta", 1, &[("c_m", 1e-6)]);
            let start_ms = last as f64 * 0.1;
            net.current_in(
                frail,
                Waveform::Constant { amplitude: -1.7e308 },
                Window { start_ms, stop_ms: f64::INFINITY },
            );
            let mut simulation = net.simulation(2, 2, vec![]);
            let outcome = simulation.advance(25);
            assert!(matches!(outcome, Err(EngineError::NonFinite { step, .. }) if step == last + 1), "{outcome:?}");
            assert_eq!(simulation.step(), last + 1);
        }
        done.send(()).unwrap();
    });
    finished.recv_timeout(Duration::from_secs(60)).expect("the threads wait for each other");
}

/// A weight against Dale's law is refused, by projection and cells; on the right side of 0 it is not.
#[test]
fn a_weight_against_dales_law_is_refused() {
    let build = |sign: Sign, weight: f64| {
        let mut net = Net::<f64>::new(0.1, 1);
        let from = net.cells("lif_delta", 4, &[]);
        let to = net.cells("lif_delta", 4, &[]);
        net.design.populations[from].sign = sign;
        net.project(from, to, List::new(vec![0, 3], &[1, 2]), 0.0, 1.0).weight =
            neuropil_network::Property::List(vec![0.0, weight]);
        net.build(None, 1).err()
    };
    for (sign, good, bad) in
        [(Sign::Excitatory, 0.5, -0.5), (Sign::Inhibitory, -0.5, 0.5), (Sign::Mixed, -1.0, f64::NAN)]
    {
        assert_eq!(build(sign, good), None);
        let faults = build(sign, bad).expect("refused");
        assert!(matches!(&faults[..], [NetworkError::Synapse { projection, .. }] if projection == "0_to_1"));
        assert!(faults[0].to_string().contains("from cell 3 to cell 2"), "{}", faults[0]);
    }
}

/// Divisions that cannot be, and all faults of a design at once.
#[test]
fn impossible_networks_are_refused() {
    let net = |cells| {
        let mut net = Net::<f64>::new(0.1, 1);
        net.train(cells, &[]);
        net
    };
    for (cells, blocks) in [(10, 0), (10, 11), (65_537, 1)] {
        let faults = net(cells).build(Some(blocks), 1).err().expect("refused");
        assert!(matches!(faults[..], [NetworkError::Blocks { .. }]), "{cells} cells in {blocks} blocks: {faults:?}");
    }
    assert_eq!(net(65_537).build(None, 1).unwrap().blocks.len(), 2);
    assert_eq!(net(65_536).build(Some(1), 0).unwrap().blocks.len(), 1, "no threads are one thread");
    let mut wrong = net(5);
    let other = wrong.train(7, &[]);
    wrong.project(0, other, neuropil_network::connect::OneToOne, 1.0, 1.0);
    let faults = wrong.build(None, 1).err().expect("refused");
    assert_eq!(faults.len(), 2, "sizes differ, and the targets only send: {faults:?}");
}
