//! Poisson trains onto cells; items are cells.

use crate::{CELLS, clock};
use divan::Bencher;
use divan::counter::ItemsCount;
use neuropil_core::{Stream, StreamKey};
use neuropil_network::Scalar;
use neuropil_network::source::{PoissonInput, Rate};

/// At the rates of one cell's input in sparse, middling and dense networks, Hz.
#[divan::bench(types = [f32, f64], args = [300, 16_000, 100_000])]
fn poisson<R: Scalar>(bencher: Bencher, rate_hz: u32) {
    let key = StreamKey::new(1, Stream::Poisson, 0);
    let input = PoissonInput::new(0, Rate::Constant(f64::from(rate_hz)), 1.0, key, clock());
    let mut plane = vec![R::ZERO; CELLS as usize];
    let mut step = 0;
    bencher.counter(ItemsCount::new(CELLS)).bench_local(|| {
        step += 1;
        input.add(step, 0..CELLS, 1.0, &mut plane);
    });
}
