//! Graded cells: every output arrives, at every step, a delay later.

use super::{Net, noise, probe, record};
use neuropil_network::Property;
use neuropil_network::connect::List;
use neuropil_network::current::Waveform;

const CELLS: u32 = 9;
const DELAY: usize = 3;
const STEPS: usize = 200;

/// Weight from `source` to `target`, and 0.15 for a fourth of the pairs that are not there.
fn weight(source: u32, target: u32) -> Option<f64> {
    let draw = noise(1000 + source, u64::from(target));
    (draw > 0.25).then_some(1.6 * (draw - 0.6))
}

/// Two populations of each model are coupled through one weight matrix of 9 x 9 with a delay of 3 steps: 4 + 5 cells. The
/// same as a loop over dense matrices, in double precision. Would catch a delay off by one, outputs before step 1 that
/// are not 0, outputs of the wrong population and a transposed matrix.
#[test]
fn coupled_graded_cells_follow_the_dense_loop() {
    for model in ["leaky_relu", "rflo_tanh"] {
        for (blocks, threads) in [(1, 1), (4, 2), (9, 3)] {
            let mut net = Net::<f64>::new(1.0, 1);
            let silent = net.train(2, &[(3, 0)]);
            let sizes = [4, 5];
            let populations = sizes.map(|cells| net.cells(model, cells, &[("tau_m", 8.0), ("i_e", 0.03)]));
            assert_eq!(silent, 0);
            for (from, first_from) in [(0, 0), (1, 4)] {
                for (to, first_to) in [(0, 0), (1, 4)] {
                    let pairs: Vec<(u32, u32, f64)> = (0..sizes[from])
                        .flat_map(|s| (0..sizes[to]).map(move |t| (s, t)))
                        .filter_map(|(s, t)| Some((s, t, weight(first_from + s, first_to + t)?)))
                        .collect();
                    let targets: Vec<u32> = pairs.iter().map(|pair| pair.1).collect();
                    let list = List::new(pairs.iter().map(|pair| pair.0).collect(), &targets);
                    let projection = net.project(populations[from], populations[to], list, 0.0, DELAY as f64);
                    projection.weight = Property::List(pairs.iter().map(|pair| pair.2).collect());
                }
            }
            net.current(populations[0], Waveform::Sine { offset: 0.2, amplitude: 0.5, frequency_hz: 20.0, phase: 0.1 });
            let output = usize::from(model == "leaky_relu");
            let probes = vec![probe(populations[0], output, 4), probe(populations[1], output, 5)];
            let (_, frames) = record(&mut net.simulation(blocks, threads, probes), STEPS as u64, 17);

            let outputs = dense(model);
            let mut largest: f64 = 0.0;
            for (step, expected) in outputs.iter().enumerate() {
                let found = [&frames[0][4 * step..4 * step + 4], &frames[1][5 * step..5 * step + 5]].concat();
                for (cell, (found, expected)) in found.iter().zip(expected).enumerate() {
                    assert!((found - expected).abs() < 1e-12, "{model} step {} cell {cell}: {found}", step + 1);
                    largest = largest.max(expected.abs());
                }
            }
            assert!((0.1..1e3).contains(&largest), "{model}: the test needs a lively network, {largest}");
        }
    }
}

/// Outputs of all cells in steps 1, 2, ...
fn dense(model: &str) -> Vec<Vec<f64>> {
    let matrix: Vec<Vec<f64>> =
        (0..CELLS).map(|target| (0..CELLS).map(|source| weight(source, target).unwrap_or(0.0)).collect()).collect();
    let mut outputs: Vec<Vec<f64>> = Vec::new();
    let mut state = [0.0; 9];
    for step in 0..STEPS {
        let zero = vec![0.0; 9];
        let sent = step.checked_sub(DELAY).map_or(&zero, |earlier| &outputs[earlier]);
        let t_seconds = step as f64 * 1e-3;
        let sine = 0.2 + 0.5 * (std::f64::consts::TAU * (20.0 * t_seconds + 0.1)).sin();
        let mut row = Vec::new();
        for (cell, state) in state.iter_mut().enumerate() {
            let arrivals: f64 = matrix[cell].iter().zip(sent).map(|(w, z)| w * z).sum();
            let x = arrivals + 0.03 + if cell < 4 { sine } else { 0.0 };
            if model == "leaky_relu" {
                let eta = (-1.0_f64 / 8.0).exp();
                *state = eta * *state + (1.0 - eta) * x;
                row.push(state.max(0.0));
            } else {
                *state += (x.tanh() - *state) / 8.0;
                row.push(*state);
            }
        }
        outputs.push(row);
    }
    outputs
}
