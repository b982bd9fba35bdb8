//! Synapses that watch the voltage of their cells, in the networks that are shipped.

use super::published_networks::{load, plastic_run};
use neuropil::model::{Document, Model};

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

/// Ten cells that fire by chance come to fire for the group of inputs for which they are rewarded: in 60 s, beside the first 5 s. Would catch
/// eligibility of the wrong sign, and rewards that do not come.
#[test]
fn reward_of_chance_teaches_when_to_fire() {
    let model = load("fremaux_2010");
    let mean = |projection: usize| {
        let (_, weights) = plastic_run(&model, (0.0, 60_000.0), projection);
        weights.iter().sum::<f64>() / weights.len() as f64
    };
    let (rewarded, punished) = (mean(0), mean(1));
    assert!(punished < 0.35 && rewarded > punished + 0.05, "rewarded {rewarded}, punished {punished}");
}

/// Constant reward, whatever the cell does, moves no weight in the mean where the cell fires at the rate that the rule expects; where the rule expects less or
/// more, all weights grow or shrink. The mean of 2,000 weights is within four standard errors. Would catch eligibility without what is expected, or with what is expected of
/// another cell.
#[test]
fn eligibility_is_zero_in_the_mean() {
    let run = |theta: f64| {
        let text = format!(
            r#"{{"simulation": {{"dt_ms": 1, "duration_ms": 4000, "seed": 5}},
            "populations": {{"in": {{"cells": 40, "model": "poisson_source", "rate_hz": 40}},
                "cells": {{"cells": 50, "model": "models/cells/escape_rate.nestml"}}}},
            "projections": [{{"from": "in", "to": "cells", "rule": "all_to_all", "weight": 0.45, "delay_ms": 1,
                "synapse": {{"model": "r_max", "learning_rate": 1e-4, "theta_mv": {theta}, "third_factor": {{"signal": 0.05}}}}}}]}}"#
        );
        let place = concat!(env!("CARGO_MANIFEST_DIR"), "/net.json");
        let document = Document::parse(place, text).unwrap_or_else(|faults| panic!("{faults}"));
        let model = Model::decode(document).unwrap_or_else(|faults| panic!("{faults}"));
        let (counts, weights) = plastic_run(&model, (0.0, 4000.0), 0);
        let rate = counts[1] as f64 / 50.0 / 4.0;
        assert!((15.0..60.0).contains(&rate), "{rate} Hz");
        // Synapses of a cell share its chance: cells are what is independent.
        let cells: Vec<f64> = weights.chunks(40).map(|own| own.iter().sum::<f64>() / 40.0 - 0.45).collect();
        let mean = cells.iter().sum::<f64>() / 50.0;
        let variance = cells.iter().map(|own| (own - mean).powi(2)).sum::<f64>() / 49.0;
        (mean, (variance / 50.0).sqrt())
    };
    let (mean, error) = run(-55.0);
    assert!(mean.abs() < 4.0 * error, "{mean} beside {error}");
    let ((low, low_error), (high, high_error)) = (run(-54.0), run(-56.0));
    assert!(low > 6.0 * low_error && high < -6.0 * high_error, "{low}, {high}");
}
