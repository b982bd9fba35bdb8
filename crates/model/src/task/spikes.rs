//! Spikes at random: each step of each input with a probability.

use super::Context;
use crate::fields::{Fields, shown};
use neuropil_core::CounterRng;
use std::ops::Range;

/// Sets a share `probability` of the places (step, input) of a block to 1, each on its own. `inputs` is the width of x.
/// Draws one number a spike: the places between two are geometric.
pub(super) fn scatter(
    rng: &mut CounterRng,
    probability: f64,
    x: &mut [f64],
    inputs: usize,
    (steps, channels): (Range<usize>, Range<usize>),
) {
    if probability <= 0.0 || channels.is_empty() {
        return;
    }
    let (places, width) = (steps.len() * channels.len(), channels.len());
    let shrink = (1.0 - probability).ln();
    let mut place = gap(rng, shrink);
    while place < places {
        x[(steps.start + place / width) * inputs + channels.start + place % width] = 1.0;
        place = (place + 1).saturating_add(gap(rng, shrink));
    }
}

/// Places without a spike before the next one: ⌊ln u / ln(1 − p)⌋.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float to usize saturates")]
fn gap(rng: &mut CounterRng, shrink: f64) -> usize {
    ((1.0 - rng.unit()).ln() / shrink) as usize
}

/// A rate, by the name of its field, as the probability of a spike in a step.
pub(super) fn probability(fields: &Fields, (name, rate_hz): (&str, f64), context: Context) -> Option<f64> {
    let share = rate_hz * context.clock.dt_ms() * 1e-3;
    if share > 1.0 {
        let message = format!("found {}, must be between 0 and one spike a step", shown(rate_hz));
        fields.reader.fault(&fields.path_of(name), message);
        return None;
    }
    Some(share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_core::{Stream, StreamKey};

    /// Counts in a block of 40,000 places lie within four standard deviations of the binomial mean, and nothing lies
    /// outside the block; certain and impossible spikes are exact. Would catch a gap that is off by one.
    #[test]
    fn counts_are_binomial() {
        for (number, p) in [0.0, 0.01, 0.08, 0.5, 0.97, 1.0].into_iter().enumerate() {
            let mut rng = StreamKey::new(3, Stream::Trial, 0).at(u32::try_from(number).unwrap(), 0);
            let (inputs, steps) = (10, 10_000);
            let mut x = vec![0.0; inputs * steps];
            scatter(&mut rng, p, &mut x, inputs, (1000..9000, 2..7));
            let count: f64 = x.iter().sum();
            let inside: f64 = x[1000 * inputs..9000 * inputs].chunks(inputs).flat_map(|row| &row[2..7]).sum();
            assert_eq!(count, inside);
            let (mean, spread) = (40_000.0 * p, (40_000.0 * p * (1.0 - p)).sqrt());
            assert!((count - mean).abs() <= 4.0 * spread, "p {p}: {count} spikes, expected {mean} +- {spread}");
        }
    }
}
