//! When arrivals come, and that they are summed before the one test.

use super::{Net, probe, record};
use neuropil_network::connect::{AllToAll, List, OneToOne};

/// Three senders with delays of 1, 4 and 9 steps: the membrane in every step is the sum of e^{-(t - t_arrival)/tau} of
/// arrivals stamped (step of the spike) + delay. 300 steps wrap the history many times. Would catch arrivals a step
/// early or late, a history that is too short by one and spikes delivered twice. Two spikes of a sender in one step
/// count twice.
#[test]
fn arrivals_come_exactly_after_their_delay() {
    let spikes: Vec<Vec<u64>> =
        vec![vec![1, 2, 40, 40, 41, 123, 290], vec![1, 7, 80, 150, 151, 152, 299], vec![2, 3, 80, 81, 200, 288, 291]];
    let (weights, delays) = ([1.0, 0.5, -0.7], [1, 4, 9]);
    for blocks in [1, 4] {
        let mut net = Net::<f64>::new(0.1, 1);
        let target = net.cells("lif_delta", 2, &[]);
        for ((spikes, weight), delay) in spikes.iter().zip(weights).zip(delays) {
            let source = net.train(1, &spikes.iter().map(|&step| (step, 0)).collect::<Vec<_>>());
            net.project(source, target, AllToAll, weight, delay as f64 * 0.1);
        }
        let (fired, frames) = record(&mut net.simulation(blocks, 2, vec![probe(target, 0, 2)]), 300, 37);
        let sent: usize = spikes.iter().map(Vec::len).sum();
        assert_eq!(fired.len(), sent, "the sources' spikes and no others");
        assert!(fired.is_sorted() && fired.contains(&(123, 2)) && fired.contains(&(288, 4)));
        for step in 1..=300_u64 {
            let of = |(spikes, (weight, delay)): (&Vec<u64>, (f64, u64))| -> f64 {
                let past = spikes.iter().filter(|&&spike| spike + delay <= step);
                past.map(|spike| weight * (-((step - spike - delay) as f64) * 0.1 / 10.0).exp()).sum()
            };
            let expected = -70.0 + spikes.iter().zip(weights.into_iter().zip(delays)).map(of).sum::<f64>();
            let row = usize::try_from(step).unwrap() - 1;
            for found in &frames[0][2 * row..2 * row + 2] {
                assert!((found - expected).abs() < 1e-12, "step {step}: {found} instead of {expected}");
            }
        }
    }
}

/// +16 and -5 mV in one step do not fire a cell of threshold 15 mV, in whatever order they were wired; +8 and +8 do, in
/// that step. Would catch a test between arrivals.
#[test]
fn simultaneous_arrivals_are_summed_before_the_test() {
    for order in [[16.0, -5.0], [-5.0, 16.0]] {
        let mut net = Net::<f64>::new(0.1, 1);
        let target = net.cells("lif_delta", 1, &[]);
        let cancelling = net.train(2, &[(5, 0), (3, 1)]);
        net.project(cancelling, target, List::new(vec![0], &[0]), order[0], 0.3);
        net.project(cancelling, target, List::new(vec![1], &[0]), order[1], 0.5);
        let (fired, frames) = record(&mut net.simulation(1, 1, vec![probe(target, 0, 1)]), 12, 100);
        assert_eq!(fired, [(3, 2), (5, 1)]);
        assert_eq!((frames[0][6], frames[0][7]), (-70.0, -59.0));
    }
    let mut net = Net::<f64>::new(0.1, 1);
    let target = net.cells("lif_delta", 1, &[]);
    let joining = net.train(2, &[(5, 0), (7, 1)]);
    net.project(joining, target, List::new(vec![0], &[0]), 8.0, 0.5);
    net.project(joining, target, List::new(vec![1], &[0]), 8.0, 0.3);
    let (fired, _) = record(&mut net.simulation(1, 1, vec![]), 20, 100);
    assert_eq!(fired, [(5, 1), (7, 2), (10, 0)]);
}

/// Cells that are given arrivals before the test and cells whose arrivals go into a current share a block, a source and a
/// projection each: both have what arrived, in its step, decayed since. Would catch arrivals on the plane of the other kind,
/// a step early for one of them, or not cleared.
#[test]
fn both_kinds_of_arrivals_come_in_their_step() {
    let spikes = [1, 2, 9, 40, 41, 41, 90];
    for blocks in [1, 3] {
        let mut net = Net::<f64>::new(0.1, 1);
        let source = net.train(1, &spikes.map(|step| (step, 0)));
        let delta = net.cells("lif_delta", 2, &[]);
        let exp = net.cells("lif_exp", 2, &[]);
        net.project(source, delta, AllToAll, 0.5, 0.2);
        net.project(source, exp, AllToAll, 30.0, 0.2);
        let probes = vec![probe(delta, 0, 2), probe(exp, 1, 2)];
        let (_, frames) = record(&mut net.simulation(blocks, 1, probes), 120, 50);
        for (frames, (rest, weight, tau)) in frames.iter().zip([(-70.0, 0.5, 10.0), (0.0, 30.0, 2.0)]) {
            for (step, pair) in (1..).zip(frames.chunks_exact(2)) {
                let arrived = spikes.iter().filter(|&&spike| spike + 2 <= step);
                let past = arrived.map(|spike| weight * (-((step - spike - 2) as f64) * 0.1 / tau).exp());
                let expected = rest + past.sum::<f64>();
                assert!(pair.iter().all(|found| (found - expected).abs() < 1e-12), "step {step}: {pair:?}, {expected}");
            }
        }
    }
}

/// A spike runs along a chain of cells, each in its own block: cell k fires k delays after the first. Would catch
/// outboxes that cross the barrier a step late, for some blocks or threads only.
#[test]
fn a_spike_travels_one_delay_a_cell() {
    for (blocks, threads, delay) in [(1, 1, 1), (11, 1, 1), (11, 2, 1), (11, 3, 3), (5, 4, 7)] {
        let mut net = Net::<f64>::new(0.1, 1);
        let start = net.train(1, &[(4, 0)]);
        let chain = net.cells("lif_delta", 10, &[]);
        net.project(start, chain, List::new(vec![0], &[0]), 20.0, 0.1 * f64::from(delay));
        net.project(
            chain,
            chain,
            List::new((0..9).collect(), &(1..10).collect::<Vec<_>>()),
            20.0,
            0.1 * f64::from(delay),
        );
        let (fired, _) = record(&mut net.simulation(blocks, threads, vec![]), 90, 13);
        let expected: Vec<(u64, u32)> = (0..=10).map(|cell| (4 + u64::from(cell * delay), cell)).collect();
        assert_eq!(fired, expected, "{blocks} blocks, {threads} threads");
    }
}

/// Weights onto `Split` and `SplitAbsolute` cells go to the channel of their sign; events are counted by synapse.
#[test]
fn signs_choose_the_channel() {
    for (model, sign) in [("lif_exp", -1.0), ("lif_cond_exp", 1.0)] {
        let mut net = Net::<f64>::new(0.1, 1);
        let source = net.train(3, &[(1, 0), (1, 1), (1, 2)]);
        let target = net.cells(model, 3, &[]);
        net.project(source, target, OneToOne, 3.0, 0.1);
        net.project(source, target, AllToAll, -1.5, 0.1);
        let mut simulation = net.simulation(2, 1, vec![probe(target, 1, 3), probe(target, 2, 3)]);
        let (_, frames) = record(&mut simulation, 2, 2);
        assert_eq!(frames[0][3..], [3.0; 3], "{model}");
        assert_eq!(frames[1][3..], [sign * 4.5; 3], "{model}");
        assert_eq!(neuropil_engine::Runnable::events(&simulation), 12);
    }
}
