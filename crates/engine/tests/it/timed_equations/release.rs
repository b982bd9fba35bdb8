//! Rules of what a spike releases: facilitation from a baseline, and single vesicles by chance.

use super::{built, synapse};
use crate::{Net, probe, record};
use neuropil_network::connect::AllToAll;
use neuropil_network::synapse::SynapseModel;

const DT: f64 = 0.5;
/// From a spike to the cells, in steps.
const DELAY: u64 = 4;
const E_L: f64 = -70.0;

/// What arrives at each of some cells at every step, from one sender.
fn arrivals(synapse: Box<dyn SynapseModel>, spikes: &[u64], (cells, steps): (u32, u64)) -> Vec<Vec<f64>> {
    let mut net = Net::<f64>::new(DT, 1);
    let source = net.train(1, &spikes.iter().map(|step| (*step, 0)).collect::<Vec<_>>());
    let target = net.cells("lif_delta", cells, &[("v_th", 1e6), ("e_l", E_L), ("tau_m", 10.0)]);
    net.project(source, target, AllToAll, 2.0, 2.0).synapse = Some(synapse);
    let frames = record(&mut net.simulation(1, 1, vec![probe(target, 0, cells)]), steps, 50).1.remove(0);
    let frames: Vec<&[f64]> = frames.chunks(cells as usize).collect();
    let left = (-DT / 10.0_f64).exp();
    let arrived =
        |pair: &[&[f64]]| pair[1].iter().zip(pair[0]).map(|(v, before)| v - E_L - left * (before - E_L)).collect();
    frames.windows(2).map(arrived).collect()
}

/// Bursts and gaps.
fn train() -> Vec<u64> {
    (1..1500)
        .filter(|step| crate::noise(7, *step) < if (step / 150).is_multiple_of(2) { 0.08 } else { 0.004 })
        .collect()
}

/// Each spike of `facilitation.nestml` brings w u x of \[Mongillo2008\], eqs. 1 and 2, propagated from step to step: u rises before the
/// spike leaves, and x falls behind it. Would catch the other order, and a u that falls to 0.
#[test]
fn facilitation_rises_before_the_spike_leaves() {
    let text = include_str!("../../../../../models/synapses/facilitation.nestml");
    let (base, tau_f, tau_d) = (0.15, 200.0, 60.0);
    let own = built(&synapse(text), &[("baseline", base), ("tau_f_ms", tau_f), ("tau_d_ms", tau_d)], (0.0, DT));
    assert!(own.timing().is_none() && own.sender().is_some());
    let spikes = train();
    let found = arrivals(own, &spikes, (1, 1500));
    let (mut u, mut x, mut sent) = (base, 1.0, vec![0.0; 1500]);
    for step in 1..1500_u64 {
        u = base + (u - base) * (-DT / tau_f).exp();
        x = 1.0 + (x - 1.0) * (-DT / tau_d).exp();
        if spikes.binary_search(&step).is_ok() {
            u += base * (1.0 - u);
            sent[usize::try_from(step).unwrap()] = 2.0 * u * x;
            x -= u * x;
        }
    }
    let late = usize::try_from(DELAY).unwrap();
    let first = found.iter().position(|arrived| arrived[0].abs() > 1e-9).unwrap();
    let offset = first - usize::try_from(spikes[0]).unwrap();
    // What arrives at step n stands at n − 2: frames begin with step 1, and two make a difference.
    assert_eq!(offset + 2, late, "a spike comes {} steps later", offset + 2);
    let far = (0..1500 - late - 2).map(|step| (found[step + offset][0] - sent[step]).abs()).fold(0.0, f64::max);
    assert!(far < 1e-12, "{far:e}");
    let sizes: Vec<f64> = sent.iter().copied().filter(|size| *size > 0.0).collect();
    assert!(sizes.iter().copied().fold(0.0, f64::max) > 1.5 * sizes[0], "it must facilitate");
}

/// Each spike brings a vesicle or nothing, and over 4,000 synapses as many as \[Tsodyks1998\] says, u x, within five standard errors
/// of their number. Would catch a draw that synapses share, and a site that is filled too soon.
#[test]
fn vesicles_are_released_as_often_as_the_mean_says() {
    let text = include_str!("../../../../../models/synapses/stochastic_release.nestml");
    let cells = 4000;
    for (u, tau_rec, tau_fac) in [(0.5, 100.0, 0.0), (0.1, 60.0, 200.0)] {
        let given = [("u", u), ("tau_rec_ms", tau_rec), ("tau_fac_ms", tau_fac)];
        let spikes: Vec<u64> = (0..8).map(|spike| 10 + 30 * spike).chain([400]).collect();
        let found = arrivals(built(&synapse(text), &given, (0.0, DT)), &spikes, (cells, 420));
        let arrived: Vec<&Vec<f64>> = found.iter().filter(|all| all.iter().any(|own| *own > 1e-9)).collect();
        assert_eq!(arrived.len(), spikes.len());
        let (mut release, mut x) = (u, 1.0);
        for (spike, all) in arrived.iter().enumerate() {
            if spike > 0 {
                let elapsed = DT * (spikes[spike] - spikes[spike - 1]) as f64;
                x = 1.0 + (x - x * release - 1.0) * (-elapsed / tau_rec).exp();
                let left = if tau_fac > 0.0 { (-elapsed / tau_fac).exp() } else { 0.0 };
                release = u + release * (1.0 - u) * left;
            }
            assert!(all.iter().all(|own| own.abs() < 1e-9 || (own - 2.0).abs() < 1e-9), "a vesicle or nothing");
            let share = all.iter().filter(|own| **own > 1.0).count() as f64 / f64::from(cells);
            let (mean, error) = (release * x, (release * x * (1.0 - release * x) / f64::from(cells)).sqrt());
            assert!((share - mean).abs() < 5.0 * error, "spike {spike}: {share}, not {mean} ({error})");
        }
    }
}
