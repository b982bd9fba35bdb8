//! Currents that fluctuate, laid on a running network.

use super::*;

/// Cells at rest that nothing else reaches.
fn cells(count: u32, edits: &Value) -> Value {
    json!({"simulation": {"duration_ms": 60, "seed": 3}, "populations": {"a": {"cells": count, "model": "lif_exp", "v_th_mv": 1e6}, "b": {"cells": 3, "model": "lif_exp"}},
        "interventions": edits})
}

/// The current of each cell in each step after `from`, from the membrane: over a step V − E decays by e^{−h/τ} and gains I τ/C (1 − e^{−h/τ}).
fn currents(text: &Value, from: u64, steps: u64) -> Vec<Vec<f64>> {
    let mut own = simulation::<f64>(text, 2, 2);
    own.advance(from).unwrap();
    let left = (-0.1_f64 / 10.0).exp();
    let mut before = own.observe(0, 0);
    let step = |_| {
        own.advance(1).unwrap();
        let after = own.observe(0, 0);
        let gained = after.iter().zip(&before).map(|(after, before)| (after + 70.0) - (before + 70.0) * left);
        let current = gained.map(|gained| gained / (10.0 / 250.0 * (1.0 - left))).collect();
        before = after;
        current
    };
    (0..steps).map(step).collect()
}

fn moment(a: &[f64], b: &[f64], mean: f64) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>() / a.len() as f64
}

/// Mean, variance and the correlation e^{−t/τ} within five standard errors of 20,000 cells, in the first step in force and later: it is stationary from
/// its first step on. Would catch a current that begins at its mean, at another time, with the draws of an input, or that is the same for two edits.
#[test]
fn noise_is_stationary_from_its_first_step_on() {
    let (mean, std, tau, count) = (-30.0, 50.0, 5.0, 20_000_u32);
    let noise = json!({"to": "a", "mean_pa": mean, "std_pa": std, "tau_ms": tau});
    let all = currents(&cells(count, &json!([{"at_ms": 2, "noise": noise, "until_ms": 12}])), 19, 103);
    assert!(all[0].iter().chain(&all[101]).all(|own| own.abs() < 1e-6), "before it begins and behind its end");
    let n = f64::from(count);
    for step in [1_usize, 2, 30, 100] {
        let found = all[step].iter().sum::<f64>() / n;
        assert!((found - mean).abs() < 5.0 * std / n.sqrt(), "mean {found} in step {step}");
        for other in [1_usize, 2, 30, 100] {
            let expected = (-(step.abs_diff(other) as f64) * 0.1 / tau).exp();
            let found = moment(&all[step], &all[other], mean) / (std * std);
            let error = ((1.0 + expected * expected) / n).sqrt();
            assert!((found - expected).abs() < 5.0 * error, "{found} of {step} and {other}, not {expected}");
        }
    }
    let [one, both] =
        [json!([{"at_ms": 2, "noise": noise}]), json!([{"at_ms": 2, "noise": noise}, {"at_ms": 2, "noise": noise}])]
            .map(|edits| currents(&cells(2000, &edits), 20, 1).remove(0));
    let ratio = moment(&both, &both, 2.0 * mean) / moment(&one, &one, mean);
    assert!((ratio - 2.0).abs() < 0.4, "two of them are independent: {ratio}");
}

/// Draws that are held: of each cell its own, for `hold_ms` on the grid of the run, or a step.
#[test]
fn white_noise_is_held() {
    for (hold, steps) in [(json!({"to": "a", "std_pa": 50, "hold_ms": 0.4}), 4), (json!({"to": "a", "std_pa": 50}), 1)]
    {
        let all = currents(&cells(5000, &json!([{"at_ms": 2, "noise": hold}])), 20, 12);
        for (step, pair) in all.windows(2).enumerate() {
            let correlation = moment(&pair[0], &pair[1], 0.0) / 2500.0;
            let expected = if (step + 1) % steps == 0 { 0.0 } else { 1.0 };
            assert!((correlation - expected).abs() < 0.12, "{correlation} behind step {step}, held for {steps}");
        }
    }
}

/// The trains and currents of the model have the draws that they have without.
#[test]
fn noise_of_no_size_changes_no_bit() {
    let none = json!([{"at_ms": 5, "noise": {"to": "exc", "std_pa": 0, "tau_ms": 3}, "until_ms": 30}]);
    let (spikes, mut last) = edited(none);
    last.laid_on.clear();
    assert_eq!((spikes, last), edited(json!([])));
}

/// Each is named at its place.
#[test]
fn what_is_no_noise_is_refused() {
    for (noise, place, words) in [
        (json!({"to": "exc"}), "interventions.0.noise", "`std_pa` is missing"),
        (json!({"to": "exc", "std_pa": -1}), "interventions.0.noise.std_pa", ">= 0"),
        (json!({"to": "exc", "std_pa": 1, "tau_ms": 0}), "interventions.0.noise.tau_ms", "> 0"),
        (
            json!({"to": "exc", "std_pa": 1, "tau_ms": 1, "hold_ms": 1}),
            "interventions.0.noise.tau_ms",
            "whose place it takes",
        ),
        (json!({"to": "exc", "std_pa": 1, "hold_ms": 0.15}), "interventions.0.noise.hold_ms", "a multiple of dt"),
        (json!({"to": "exc", "std": 1}), "interventions.0.noise", "std_pa"),
        (json!({"to": "src", "std_pa": 1}), "interventions.0.noise.to", "no current"),
        (json!({"std_pa": 1}), "interventions.0.noise", "`to` is missing"),
    ] {
        let faults = decode(&network(&json!([{"at_ms": 1, "noise": noise}])).to_string()).unwrap_err();
        let told = |fault: &crate::Fault| fault.path == place && fault.message.contains(words);
        assert!(faults.faults.iter().any(told), "{noise}: {faults}");
    }
}
