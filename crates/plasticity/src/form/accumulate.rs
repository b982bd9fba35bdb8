//! The weight gradient Σ over (step, lane) of δ_p pre_q, from chunks of steps.
//!
//! δ of a chunk is held transposed, `[step, lane][cell]`. For each presynaptic q the (step, lane) pairs where pre_q is not
//! 0 are listed, and only their rows are added up: spikes cost what they are, rates a product of matrices. The order of
//! the sum depends on the lanes of the group alone.

use super::lanes::add_scaled;
use crate::{Learner, Matrix, Plane};
use neuropil_core::simd::vectorized;

/// Pairs (step, lane) that a chunk holds at least: enough to spread the cost of a row of the gradient.
const PAIRS: usize = 256;
/// Cells added up in registers.
const CELLS: usize = 32;

/// The sum, and the chunk that is being filled.
pub(crate) struct Accumulator {
    lanes: usize,
    /// Rows of δ: channels x cells, padded to whole vectors.
    width: usize,
    most_steps: usize,
    steps: Vec<usize>,
    /// `[step, lane][row]`.
    transposed: Vec<f64>,
    /// Pairs with a presynaptic output.
    active: Vec<(usize, f64)>,
    /// `[input, then cell][row]`.
    sums: Vec<f64>,
}

impl Accumulator {
    pub(crate) fn new(presynaptic: usize, rows: usize, lanes: usize) -> Self {
        let width = rows.next_multiple_of(8);
        let most_steps = PAIRS.div_ceil(lanes);
        Self {
            lanes,
            width,
            most_steps,
            steps: Vec::with_capacity(most_steps),
            transposed: vec![0.0; most_steps * lanes * width],
            active: Vec::with_capacity(most_steps * lanes),
            sums: vec![0.0; presynaptic * width],
        }
    }

    /// Takes δ, `[row][lane]`, of one step; the chunk must not be full.
    #[inline(always)]
    pub(crate) fn push(&mut self, step: usize, delta: &[f64]) {
        let first = self.steps.len() * self.lanes * self.width;
        for (row, delta) in delta.chunks_exact(self.lanes).enumerate() {
            for (lane, delta) in delta.iter().enumerate() {
                self.transposed[first + lane * self.width + row] = *delta;
            }
        }
        self.steps.push(step);
    }

    /// Whether the chunk must be added.
    pub(crate) fn is_full(&self) -> bool {
        self.steps.len() == self.most_steps
    }

    /// Adds the chunk; inputs act at once, cells `delay` steps later.
    pub(crate) fn flush(&mut self, x: &Plane, z: &Plane, delay: usize) {
        for q in 0..x.channels() {
            self.list(x, q, 0);
            self.add(q);
        }
        for q in 0..z.channels() {
            self.list(z, q, delay);
            self.add(x.channels() + q);
        }
        self.steps.clear();
    }

    fn list(&mut self, plane: &Plane, q: usize, delay: usize) {
        self.active.clear();
        for (slot, step) in self.steps.iter().enumerate().filter(|(_, step)| **step >= delay) {
            for (lane, pre) in plane.row(step - delay, q).iter().enumerate() {
                if *pre != 0.0 {
                    self.active.push((slot * self.lanes + lane, *pre));
                }
            }
        }
    }

    fn add(&mut self, q: usize) {
        let Self { width, transposed, active, sums, .. } = self;
        let width = *width;
        let sums = &mut sums[q * width..(q + 1) * width];
        vectorized(
            #[inline(always)]
            || {
                let mut first = 0;
                while first + CELLS <= width {
                    add_block::<CELLS>(&mut sums[first..], transposed, active, [first, width]);
                    first += CELLS;
                }
                while first < width {
                    add_block::<8>(&mut sums[first..], transposed, active, [first, width]);
                    first += 8;
                }
            },
        );
    }

    /// The two gradients. `receptor(post, presynaptic)` tells which channel a synapse takes its δ from.
    pub(crate) fn gradients(&self, learner: &Learner, channels: usize) -> [Matrix; 2] {
        let (inputs, cells) = (learner.inputs(), learner.cells());
        let sum = |q: usize, post: usize, channel: usize| {
            self.sums[q * self.width + if channels == 1 { post } else { channel * cells + post }]
        };
        let w_in = Matrix::from_fn(cells, inputs, |post, q| sum(q, post, learner.input_receptor(post, q)));
        let w_rec = Matrix::from_fn(cells, cells, |post, q| sum(inputs + q, post, learner.receptor(post, q)));
        [w_in, w_rec]
    }
}

/// Adds the active rows of `SIZE` cells in registers.
#[inline(always)]
fn add_block<const SIZE: usize>(
    sums: &mut [f64],
    transposed: &[f64],
    active: &[(usize, f64)],
    [first, width]: [usize; 2],
) {
    let mut own = [0.0; SIZE];
    for (pair, pre) in active {
        let from = pair * width + first;
        add_scaled(&mut own, *pre, &transposed[from..from + SIZE]);
    }
    add_scaled(sums, 1.0, &own);
}
