//! Draws as functions of (seed, stream, population, cell, step, call, pass).
//!
//! Normal: Box & Muller (1958), cosine. Poisson: by inversion, in parts of a mean of at most 16, each with a draw of its own.

use crate::function::{Elementary, cos, exp, ln};
use crate::graph::Draw;
use neuropil_core::StreamKey;

/// Whose draws.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The call, and the pass of the loop.
    pub number: u32,
    /// The first cell, times the lanes, and the first lane.
    pub first: usize,
    /// Copies of a cell.
    pub lanes: usize,
    /// The step.
    pub step: u64,
}

/// Draws for each cell of a tile.
#[inline(always)]
pub(super) fn draw<R: Elementary>(
    draw: Draw,
    to: &mut [R],
    key: StreamKey,
    place: Place,
    arguments: impl Fn(usize) -> (R, R),
) {
    for (lane, to) in to.iter_mut().enumerate() {
        let own = place.first + lane;
        let cell = u32::try_from(own / place.lanes).unwrap_or(u32::MAX);
        let step = place.step | ((own % place.lanes) as u64) << 48;
        let (a, b) = arguments(lane);
        let (a, b) = (a.to_f64(), b.to_f64());
        let [first, second] = uniforms(key.further_block(place.number, cell, step));
        *to = R::from_f64(match draw {
            Draw::Uniform => a + b * first,
            Draw::Normal => a + b * normal(first, second),
            Draw::Poisson => poisson(a, |part| {
                let block = key.further_block(place.number ^ part << 20, cell, step);
                uniforms(block)[0]
            }),
        });
    }
}

/// Two numbers in (0, 1).
#[inline(always)]
#[expect(clippy::cast_precision_loss, reason = "52 bits fit")]
fn uniforms(block: [u32; 4]) -> [f64; 2] {
    let one = |low: u32, high: u32| {
        let bits = u64::from(low) | u64::from(high) << 32;
        ((bits >> 12) as f64 + 0.5) * (1.0 / 4_503_599_627_370_496.0)
    };
    [one(block[0], block[1]), one(block[2], block[3])]
}

#[inline(always)]
fn normal(first: f64, second: f64) -> f64 {
    (-2.0 * ln(first)).sqrt() * cos(std::f64::consts::TAU * second)
}

/// The largest mean of a part.
const PART: f64 = 16.0;

fn poisson(mean: f64, uniform: impl Fn(u32) -> f64) -> f64 {
    if !(0.0..=1e6).contains(&mean) {
        return if mean <= 0.0 { 0.0 } else { f64::NAN };
    }
    let (mut left, mut total, mut part) = (mean, 0.0, 0);
    while left > 0.0 {
        let own = if left > PART { PART } else { left };
        let uniform = uniform(part);
        let mut probability = exp(-own);
        let (mut sum, mut count) = (probability, 0.0);
        // The sum may end below 1 by rounding: the tail beyond 200 is below 1e-100.
        while uniform > sum && count < 200.0 {
            count += 1.0;
            probability *= own / count;
            sum += probability;
        }
        total += count;
        left -= own;
        part += 1;
    }
    total
}
