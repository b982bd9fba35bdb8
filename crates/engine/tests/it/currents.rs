//! Currents reach their population, in their steps.

use super::{Net, probe, record};
use neuropil_network::NetworkError;
use neuropil_network::Window;
use neuropil_network::current::Waveform;

const DT: f64 = 0.1;

/// The current of each step, back from a membrane that follows u <- e^{-h/tau} u + tau (1 - e^{-h/tau}) I/C.
fn recovered(v: &[f64]) -> Vec<f64> {
    let decay = (-DT / 10.0_f64).exp();
    let per_pa = 10.0 * (1.0 - decay) / 250.0;
    let before = std::iter::once(-70.0).chain(v.iter().copied());
    v.iter().zip(before).map(|(v, before)| (v + 70.0 - decay * (before + 70.0)) / per_pa).collect()
}

fn of_cell(frames: &[f64], cell: usize, cells: usize) -> Vec<f64> {
    frames.iter().skip(cell).step_by(cells).copied().collect()
}

/// Two currents into one population add up; its neighbour in the same block has none. Would catch a current that starts
/// a step late, one that is not cleared between steps, and one that leaks into other cells.
#[test]
fn steps_and_sines_reach_their_cells_in_their_steps() {
    for blocks in [1, 3] {
        let mut net = Net::<f64>::new(DT, 1);
        let bare = net.cells("lif_delta", 2, &[("v_th", 1e6)]);
        let driven = net.cells("lif_delta", 2, &[("v_th", 1e6)]);
        net.current_in(driven, Waveform::Constant { amplitude: 80.0 }, Window { start_ms: 1.0, stop_ms: 2.5 });
        net.current(driven, Waveform::Sine { offset: 5.0, amplitude: 20.0, frequency_hz: 250.0, phase: 0.0 });
        let probes = vec![probe(bare, 0, 2), probe(driven, 0, 2)];
        let (_, frames) = record(&mut net.simulation(blocks, 2, probes), 60, 9);
        assert!(frames[0].iter().all(|&v| v == -70.0));
        for cell in 0..2 {
            for (n, found) in (1..).zip(recovered(&of_cell(&frames[1], cell, 2))) {
                // Step n covers ((n - 1) h, n h].
                let start = f64::from(n - 1) * DT;
                let step = if (11..=25).contains(&n) { 80.0 } else { 0.0 };
                let sine = 5.0 + 20.0 * (std::f64::consts::TAU * 0.25 * start).sin();
                assert!((found - step - sine).abs() < 1e-8, "step {n}: {found}");
            }
        }
    }
}

/// Noise is held for its interval, differs between cells and intervals, and has its moments, whatever the chunks.
#[test]
fn noise_is_held_and_independent() {
    let mut net = Net::<f64>::new(DT, 5);
    let cells = net.cells("lif_delta", 40, &[("v_th", 1e6)]);
    net.current(cells, Waveform::Noise { mean: 30.0, std: 12.0, hold_steps: 10 });
    let (_, frames) = record(&mut net.simulation(3, 2, vec![probe(cells, 0, 40)]), 1000, 7);
    let mut values = Vec::new();
    for cell in 0..40 {
        for held in recovered(&of_cell(&frames[0], cell, 40)).chunks(10) {
            assert!(held.iter().all(|value| (value - held[0]).abs() < 1e-8), "{held:?}");
            values.push(held[0]);
        }
    }
    let n = values.len() as f64;
    assert_eq!(n, 4000.0);
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
    assert!((mean - 30.0).abs() < 5.0 * 12.0 / n.sqrt(), "mean {mean}");
    assert!((variance - 144.0).abs() < 5.0 * 144.0 * (2.0 / n).sqrt(), "variance {variance}");
    let next = values.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum::<f64>() / n;
    assert!(next.abs() < 5.0 * 144.0 / n.sqrt(), "neighbouring intervals: {next}");
    let across = (0..3900).map(|i| (values[i] - mean) * (values[i + 100] - mean)).sum::<f64>() / 3900.0;
    assert!(across.abs() < 5.0 * 144.0 / n.sqrt(), "neighbouring cells: {across}");
}

/// A current into cells that take none is refused by name.
#[test]
fn currents_into_the_wrong_cells_are_refused() {
    let mut net = Net::<f64>::new(DT, 1);
    let artificial = net.cells("int_fire1", 2, &[]);
    let source = net.train(2, &[]);
    for target in [artificial, source] {
        net.current_in(target, Waveform::Constant { amplitude: 1.0 }, Window { start_ms: 0.0, stop_ms: 1.0 });
    }
    let Err(faults) = net.build(None, 1) else { panic!("accepted") };
    let of = |fault: &NetworkError| match fault {
        NetworkError::Target { population, .. } => population.clone(),
        other => panic!("{other}"),
    };
    assert_eq!(faults.iter().map(of).collect::<Vec<_>>(), ["p0", "p1"]);
    assert!(faults[0].to_string().contains("int_fire1 takes no current"));
}
