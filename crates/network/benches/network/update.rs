//! Cells advanced by a step, without arrivals; items are cells.

use crate::{CELLS, cells};
use divan::Bencher;
use divan::counter::ItemsCount;
use neuropil_network::Scalar;
use neuropil_network::neuron::Frame;

#[divan::bench(types = [f32, f64], args = ["lif_delta", "lif_exp", "lif_alpha", "lif_cond_exp", "alif"])]
fn advance<R: Scalar>(bencher: Bencher, name: &str) {
    let model = cells::<R>(name);
    let all = 0..CELLS as usize;
    let mut state = model.rest(all.clone(), 1);
    let arrivals = vec![R::ZERO; CELLS as usize];
    let input = vec![arrivals.as_slice(); model.info().receptors.channels()];
    let mut fired = vec![0; CELLS as usize];
    let mut step = 0;
    bencher.counter(ItemsCount::new(CELLS)).bench_local(|| {
        step += 1;
        let frame = Frame {
            variables: &mut state.variables,
            counters: &mut state.counters,
            input: &input,
            current: &[],
            fired: &mut fired,
            step,
            range: all.clone(),
        };
        model.advance(all.clone(), 1, frame)
    });
}
