//! Cells advanced by a step, without arrivals; items are cells.

use crate::{CELLS, cells};
use divan::Bencher;
use divan::counter::ItemsCount;
use neuropil_network::Scalar;
use neuropil_network::neuron::{Frame, Planes};

#[divan::bench(types = [f32, f64], args = ["lif_delta", "lif_exp", "lif_alpha", "lif_cond_exp", "alif"])]
fn advance<R: Scalar>(bencher: Bencher, name: &str) {
    let model = cells::<R>(name);
    let all = 0..CELLS as usize;
    let mut state = model.rest(all.clone(), 1);
    let info = model.info();
    let channels = if info.before_test() { info.ports.len() } else { 0 };
    let mut arrivals = vec![vec![R::ZERO; CELLS as usize]; channels];
    let mut fired = vec![0; CELLS as usize];
    let mut step = 0;
    bencher.counter(ItemsCount::new(CELLS)).bench_local(|| {
        step += 1;
        let Planes { mut variables, mut counters } = state.planes();
        let mut input: [&mut [R]; 2] = Default::default();
        input.iter_mut().zip(&mut arrivals).for_each(|(plane, own)| *plane = own);
        let frame = Frame {
            variables: &mut variables,
            counters: &mut counters,
            input: &mut input,
            currents: &[],
            fired: &mut fired,
            step,
            range: all.clone(),
        };
        model.advance(all.clone(), 1, frame)
    });
}
