//! Synapses drawn and sorted into rows; items are synapses.

use crate::{CELLS, IN_DEGREE, network};
use divan::Bencher;
use divan::counter::ItemsCount;
use neuropil_network::Scalar;

/// All delays alike.
#[divan::bench(types = [f32, f64], sample_count = 10)]
fn one_delay<R: Scalar>(bencher: Bencher) {
    bencher.counter(ItemsCount::new(CELLS * IN_DEGREE)).bench_local(|| network::<R>(0.0));
}

/// A delay drawn for each synapse.
#[divan::bench(types = [f32, f64], sample_count = 10)]
fn drawn_delays<R: Scalar>(bencher: Bencher) {
    bencher.counter(ItemsCount::new(CELLS * IN_DEGREE)).bench_local(|| network::<R>(0.75));
}
