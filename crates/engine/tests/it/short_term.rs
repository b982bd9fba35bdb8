//! Short-term plasticity from the spike to the membrane.

use super::{Net, noise, probe, record, short_term};
use neuropil_network::connect::AllToAll;

/// Amplitude w u x of each spike of a train, by the recursion of [Maass2002] written out once more.
fn amplitudes(spikes: &[u64], dt: f64, [use_0, tau_rec, tau_fac]: [f64; 3]) -> Vec<f64> {
    let decay = |interval: f64, tau: f64| if tau == 0.0 { 0.0 } else { (-interval / tau).exp() };
    let (mut u, mut r) = (use_0, 1.0);
    let mut found = vec![u * r];
    for pair in spikes.windows(2) {
        let interval = (pair[1] - pair[0]) as f64 * dt;
        r = 1.0 + (r * (1.0 - u) - 1.0) * decay(interval, tau_rec);
        u = use_0 + u * (1.0 - use_0) * decay(interval, tau_fac);
        found.push(u * r);
    }
    found
}

/// Jumps of a membrane with tau_m = 10^9 ms under irregular trains of two senders through a depressing, a facilitating
/// and a static projection of different delays. Would catch u updated before x, factors of another sender or projection,
/// and factors taken when spikes arrive instead of when they leave. Any division into blocks and threads.
#[test]
fn amplitudes_follow_the_recursion() {
    let trains: [Vec<u64>; 2] =
        [0, 1].map(|cell| (1..400).filter(|&step| noise(cell, step) < if step < 200 { 0.2 } else { 0.03 }).collect());
    assert!(trains.iter().all(|train| train.len() > 30));
    let kinds = [([0.5, 30.0, 0.0], 1.0, 3), ([0.1, 10.0, 100.0], 0.5, 8), ([0.3, 0.0, 20.0], -0.8, 1)];
    for (blocks, threads) in [(1, 1), (2, 2), (4, 3)] {
        let mut net = Net::<f64>::new(0.5, 1);
        let idle = net.train(1, &[(7, 0), (100, 0)]);
        let all = trains.iter().zip(0..).flat_map(|(train, cell)| train.iter().map(move |&step| (step, cell)));
        let source = net.train(2, &all.collect::<Vec<_>>());
        let target = net.cells("lif_delta", 1, &[("tau_m", 1e9), ("v_th", 1e6)]);
        net.project(idle, target, AllToAll, 0.0, 2.0).synapse = short_term(0.9, 5.0, 5.0);
        for ([u, tau_rec, tau_fac], weight, delay) in kinds {
            net.project(source, target, AllToAll, weight, 0.5 * delay as f64).synapse = short_term(u, tau_rec, tau_fac);
        }
        net.project(source, target, AllToAll, 0.01, 1.0);
        let (_, frames) = record(&mut net.simulation(blocks, threads, vec![probe(target, 0, 1)]), 420, 50);

        let mut jumps = vec![0.0; 420];
        for train in &trains {
            for (parameters, weight, delay) in kinds {
                for (step, amplitude) in train.iter().zip(amplitudes(train, 0.5, parameters)) {
                    jumps[usize::try_from(step + delay).unwrap() - 1] += weight * amplitude;
                }
            }
            for step in train {
                jumps[usize::try_from(step + 2).unwrap() - 1] += 0.01;
            }
        }
        let mut before = -70.0;
        for (step, (v, jump)) in frames[0].iter().zip(&jumps).enumerate() {
            // The leak moves the membrane by less than 10^-8 mV a step.
            assert!((v - before - jump).abs() < 1e-7, "step {}: {} instead of {jump}", step + 1, v - before);
            before = *v;
        }
    }
}
