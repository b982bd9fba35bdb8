//! What the measurements of diffusion share.

use std::time::Instant;

/// The share of the tissue that is outside cells.
pub const VOLUME_FRACTION: f64 = 0.2;

/// How long it takes.
pub fn seconds(work: &mut dyn FnMut()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64()
}
