//! Nanoseconds per voxel-step of the separable kernel, beside those of two reads and two writes of the field.
//!
//! `cargo bench -p neuropil-neuromod`; the least of several runs counts.

use neuropil_neuromod::field::{CLOSED, Grid, SeparableKernel, Solver, Threads, Transport};
use std::hint::black_box;
use std::time::Instant;

/// Runs of each measurement.
const RUNS: usize = 15;

fn main() {
    println!("voxels     r  reach  threads  ns/voxel-step  two reads + two writes  ratio");
    for n in [100, 200] {
        let grid = Grid::new([n; 3], [10.0; 3]).expect("a grid");
        for r in [0.007, 0.04, 0.14] {
            let transport = Transport { grid, walls: CLOSED, diffusivity: [r * 10.0; 3], loss: 1e-5 };
            for threads in [1, 2] {
                let pool = Threads::new(threads).expect("threads");
                let mut solver = SeparableKernel::new(&transport, 10.0).expect("a solver");
                let mut field = neuropil_core::memory::Numbers::zeroed(grid.voxels());
                field.iter_mut().enumerate().for_each(|(i, c)| *c = 1.0 + (i % 97) as f64);
                let step = least(&mut || solver.advance(&mut field, &pool)) / grid.voxels() as f64;
                let bytes = 2.0 * least(&mut || pass(&mut field, &pool)) / grid.voxels() as f64;
                println!(
                    "{n:>4}^3 {r:>6}  {:>5}  {threads:>7}  {step:>13.2}  {bytes:>22.2}  {:>5.2}",
                    solver.reach()[0],
                    step / bytes
                );
            }
        }
    }
}

/// Reads and writes the field once.
fn pass(field: &mut [f64], threads: &Threads) {
    let run = field.len().div_ceil(threads.count());
    let mut workers = vec![(); threads.count()];
    threads.each(field, run, &mut workers, |own, ()| own.iter_mut().for_each(|c| *c *= black_box(1.000_1)));
}

/// Nanoseconds of the fastest run.
fn least(work: &mut dyn FnMut()) -> f64 {
    let mut one = || {
        let begun = Instant::now();
        work();
        begun.elapsed().as_secs_f64() * 1e9
    };
    (0..RUNS).map(|_| one()).fold(f64::INFINITY, f64::min)
}
