//! Synapses that watch the voltage of their cells, in the networks that are shipped.

use super::published_networks::{load, plastic_run};

/// Clopath et al. 2010, fig. 2b: pairs of one order, then of the other, at 10, 20, 40 and 50 Hz. Weights over those of the start, after fifteen runs, are those of the equations written
/// out in `tests/oracles/pairing_by_hand.py`. Pairs in the wrong order depress up to 20 Hz and potentiate at 50 Hz, as the experiment found. Would catch
/// a cell or a rule that is another, and a synapse that hears another cell.
#[test]
fn pairs_depress_when_rare_and_potentiate_when_frequent() {
    let model = load("clopath_2010");
    let (spikes, weights) = plastic_run(&model, (0.0, 600.0), 0);
    // Of 0.1 Hz only the first pair has come.
    assert_eq!(spikes[2], 2 * (1 + 4 * 5));
    let by_hand = [[1.0121, 1.0029, 1.0384, 1.2044, 1.3250], [0.6502, 0.6594, 0.6447, 0.8894, 1.1832]];
    for (found, expected) in weights.chunks(5).zip(by_hand) {
        for (place, (weight, expected)) in found.iter().zip(expected).enumerate() {
            let runs = if place == 0 { 5.0 * 15.0 } else { 15.0 };
            let change = 1.0 + runs * (weight - 0.5) / 0.5;
            assert!((change - expected).abs() < 0.004, "{place}: {change}, not {expected}");
        }
    }
}
