//! Random orders, and who is near whom in one.

use neuropil_core::{CounterRng, StreamKey};
use neuropil_plasticity::Matrix;

/// A random order of so many.
pub(super) fn shuffled(rng: &mut CounterRng, count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for place in 0..count {
        let left = u32::try_from(count - place).unwrap_or(u32::MAX);
        order.swap(place, place + rng.below(left) as usize);
    }
    order
}

/// Cells at random places of a square grid on a torus of extent 1; two are connected with probability 1/(1 + e^(d²/4σ)).
pub(super) fn local(key: StreamKey, cells: usize, sigma: f64) -> Matrix {
    let width = (1..).find(|width| width * width >= cells).unwrap_or(1);
    let places = shuffled(&mut key.at(0, 0), width * width);
    let apart = |a: usize, b: usize| {
        let steps = a.abs_diff(b);
        steps.min(width - steps) as f64 / width as f64
    };
    let mut mask = Matrix::zeros(cells, cells);
    for (post, entity) in (0..cells).zip(1..) {
        let mut rng = key.at(entity, 0);
        for pre in 0..cells {
            let [[x, y], [u, v]] = [places[post], places[pre]].map(|place| [place % width, place / width]);
            let square = apart(x, u) * apart(x, u) + apart(y, v) * apart(y, v);
            let there = rng.unit() < 1.0 / (1.0 + (square / (4.0 * sigma)).exp());
            mask[(post, pre)] = f64::from(u8::from(there && post != pre));
        }
    }
    mask
}
