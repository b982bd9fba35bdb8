//! The weight gradient Σ over (step, trial) of δ_p pre_q, from chunks of steps.
//!
//! δ of a chunk is held transposed, in blocks `[step, trial][row]`. Where most of pre is 0, the (step, trial) pairs of each
//! presynaptic q with an output are listed, and only their rows are added up: spikes cost what they are. Else all pairs
//! are, for four q at once: a product of matrices. The order of the sum depends on the trials of the group alone.

use crate::Plane;
use crate::rows::{WIDE, add_scaled};
use neuropil_core::simd::vectorized;

/// Pairs (step, trial) that a chunk holds at least: enough to spread the cost of a row of the gradient.
const PAIRS: usize = 256;
/// Rows of a block, which are added up in registers, and of the last, smaller ones.
const BLOCK: usize = 32;
const SMALL: usize = 8;
/// Presynaptic outputs taken together where most are not 0.
const TOGETHER: usize = 4;
/// Outputs that are tested at a time.
const MARKED: usize = 16;
/// Bits of a word of marks.
const WORD: usize = 64;

/// The sum, and the chunk that is being filled.
pub(crate) struct Accumulator {
    trials: usize,
    /// Rows of δ: channels x cells, padded to whole vectors.
    width: usize,
    most_steps: usize,
    steps: Vec<usize>,
    /// `[block][step, trial][row of the block]`.
    transposed: Vec<f64>,
    active: Active,
    /// `[input, then cell][row]`.
    sums: Vec<f64>,
}

/// Pairs with a presynaptic output.
struct Active {
    /// Words of marks a presynaptic q.
    words: usize,
    /// A bit for each pair with an output, `[q][word]`.
    marks: Vec<u64>,
    /// Pairs and outputs of one q.
    pairs: Vec<(usize, f64)>,
}

impl Accumulator {
    pub(crate) fn new(presynaptic: usize, rows: usize, trials: usize) -> Self {
        let width = rows.max(1).next_multiple_of(SMALL);
        let most_steps = PAIRS.div_ceil(trials);
        Self {
            trials,
            width,
            most_steps,
            steps: Vec::with_capacity(most_steps),
            transposed: vec![0.0; most_steps * trials * width],
            active: Active {
                words: (most_steps * trials).div_ceil(WORD),
                marks: vec![0; (most_steps * trials).div_ceil(WORD) * presynaptic],
                pairs: Vec::with_capacity(most_steps * trials),
            },
            sums: vec![0.0; presynaptic * width],
        }
    }

    /// Takes δ, `[row][trial]`, of one step; the chunk must not be full.
    #[inline(always)]
    pub(crate) fn push(&mut self, step: usize, delta: &[f64], trials: usize) {
        let pairs = self.most_steps * trials;
        let first_pair = self.steps.len() * trials;
        for (first, size) in blocks(self.width) {
            let own = &mut self.transposed[first * pairs + first_pair * size..][..trials * size];
            let rows = delta.chunks_exact(trials).skip(first).take(size);
            for (row, delta) in rows.enumerate() {
                for trial in 0..trials {
                    own[trial * size + row] = delta[trial];
                }
            }
        }
        self.steps.push(step);
    }

    /// Whether the chunk must be added.
    pub(crate) fn is_full(&self) -> bool {
        self.steps.len() == self.most_steps
    }

    /// Adds the chunk with what is presynaptic, plane after plane: each acts so many steps later.
    pub(crate) fn flush<const P: usize>(&mut self, planes: [(&Plane, usize); P]) {
        vectorized(
            #[inline(always)]
            || match self.trials {
                WIDE => self.add_planes(planes, WIDE),
                1 => self.add_planes(planes, 1),
                trials => self.add_planes(planes, trials),
            },
        );
        self.steps.clear();
    }

    #[inline(always)]
    fn add_planes<const P: usize>(&mut self, planes: [(&Plane, usize); P], trials: usize) {
        let mut first = 0;
        for (plane, delay) in planes {
            self.add_plane(plane, first, delay, trials);
            first += plane.channels();
        }
    }

    /// Adds what the channels of a plane bring `delay` steps later to the sums from `first` on.
    #[inline(always)]
    fn add_plane(&mut self, plane: &Plane, first: usize, delay: usize, trials: usize) {
        let Self { width, most_steps, transposed, active, sums, steps, .. } = self;
        let (width, pairs) = (*width, *most_steps * trials);
        let sums = &mut sums[first * width..(first + plane.channels()) * width];
        let sent = steps.iter().enumerate().filter_map(|(slot, step)| Some((slot, step.checked_sub(delay)?)));
        if is_dense(sent.clone().next().map_or(&[], |(_, step)| plane.step(step))) {
            for (row, size) in blocks(width) {
                let delta = &transposed[row * pairs..(row + size) * pairs];
                if size == BLOCK {
                    add_dense::<16, BLOCK>(sent.clone(), plane, delta, (sums, width, row), trials);
                    add_dense::<16, BLOCK>(sent.clone(), plane, &delta[16..], (sums, width, row + 16), trials);
                } else {
                    add_dense::<SMALL, SMALL>(sent.clone(), plane, delta, (sums, width, row), trials);
                }
            }
            return;
        }
        active.mark(sent, plane, trials);
        for (q, sums) in sums.chunks_exact_mut(width).enumerate() {
            active.list(q, trials, |slot, trial| plane.at(steps[slot] - delay, q, trial));
            if active.pairs.is_empty() {
                continue;
            }
            for (row, size) in blocks(width) {
                let (delta, sums) = (&transposed[row * pairs..(row + size) * pairs], &mut sums[row..row + size]);
                if size == BLOCK { active.add::<BLOCK>(delta, sums) } else { active.add::<SMALL>(delta, sums) }
            }
        }
    }

    /// The sum of one presynaptic output, counted over all planes, and one row.
    pub(crate) fn sum(&self, presynaptic: usize, row: usize) -> f64 {
        self.sums[presynaptic * self.width + row]
    }
}

/// First row and size of each block.
fn blocks(width: usize) -> impl Iterator<Item = (usize, usize)> {
    let large = width / BLOCK * BLOCK;
    let small = (large..width).step_by(SMALL).map(|first| (first, SMALL));
    (0..large).step_by(BLOCK).map(|first| (first, BLOCK)).chain(small)
}

/// Adds all pairs to `SIZE` rows of the sums from `row` on; δ has a row of `STRIDE` a pair.
#[inline(always)]
fn add_dense<const SIZE: usize, const STRIDE: usize>(
    sent: impl Iterator<Item = (usize, usize)> + Clone,
    plane: &Plane,
    delta: &[f64],
    (sums, width, row): (&mut [f64], usize, usize),
    trials: usize,
) {
    let mut q = 0;
    while q < plane.channels() {
        // Beyond the last q, it is taken again and not added.
        let last = plane.channels() - 1;
        let own: [usize; TOGETHER] = std::array::from_fn(|more| (q + more).min(last));
        let mut together = [[0.0; SIZE]; TOGETHER];
        for (slot, step) in sent.clone() {
            let pre = own.map(|q| &plane.row(step, q)[..trials]);
            for trial in 0..trials {
                let from = (slot * trials + trial) * STRIDE;
                let delta = &delta[from..from + SIZE];
                for more in 0..TOGETHER {
                    let pre = pre[more][trial];
                    for i in 0..SIZE {
                        together[more][i] += pre * delta[i];
                    }
                }
            }
        }
        for (q, sum) in (q..=last).zip(&together) {
            add_scaled(&mut sums[q * width + row..][..SIZE], 1.0, sum);
        }
        q += TOGETHER;
    }
}

impl Active {
    /// Marks the pairs (slot, trial) of all channels that have an output.
    #[inline(always)]
    fn mark(&mut self, sent: impl Iterator<Item = (usize, usize)>, plane: &Plane, trials: usize) {
        self.marks[..plane.channels() * self.words].fill(0);
        for (slot, step) in sent {
            for (part, values) in plane.step(step).chunks(MARKED).enumerate() {
                let mut left = marks(values);
                while left != 0 {
                    let place = part * MARKED + left.trailing_zeros() as usize;
                    left &= left - 1;
                    let (q, pair) = (place / trials, slot * trials + place % trials);
                    self.marks[q * self.words + pair / WORD] |= 1 << (pair % WORD);
                }
            }
        }
    }

    /// Lists the marked pairs of one channel in their order; `output` is that of a slot and trial.
    #[inline(always)]
    fn list(&mut self, q: usize, trials: usize, output: impl Fn(usize, usize) -> f64) {
        self.pairs.clear();
        for (part, word) in self.marks[q * self.words..(q + 1) * self.words].iter().enumerate() {
            let mut left = *word;
            while left != 0 {
                let pair = part * WORD + left.trailing_zeros() as usize;
                left &= left - 1;
                self.pairs.push((pair, output(pair / trials, pair % trials)));
            }
        }
    }

    /// Adds the listed pairs to some rows of the sums of their q.
    #[inline(always)]
    fn add<const SIZE: usize>(&self, delta: &[f64], sums: &mut [f64]) {
        let mut own = [0.0; SIZE];
        for (pair, pre) in &self.pairs {
            add_scaled(&mut own, *pre, &delta[pair * SIZE..(pair + 1) * SIZE]);
        }
        add_scaled(sums, 1.0, &own);
    }
}

/// Whether most outputs of a step, the first of a chunk, are not 0.
#[inline(always)]
fn is_dense(outputs: &[f64]) -> bool {
    let mut active = 0;
    outputs.iter().for_each(|output| active += u64::from(*output != 0.0));
    2 * active > outputs.len() as u64
}

/// A bit for each of up to 16 numbers that is not 0.
#[inline(always)]
fn marks(row: &[f64]) -> u16 {
    let mut any = 0;
    row.iter().for_each(|value| any |= value.to_bits());
    let mut marks = 0;
    if any != 0 {
        row.iter().enumerate().for_each(|(trial, value)| marks |= u16::from(*value != 0.0) << trial);
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Σ δ pre written out, for sparse and dense outputs, a delay, and numbers of rows and trials that leave rests. Would
    /// catch a pair left out or counted twice, and an output of the wrong step.
    #[test]
    fn the_sum_written_out() {
        for (trials, rows, silent) in [(16, 43, 9), (16, 43, 0), (3, 8, 7), (1, 40, 0), (20, 5, 4)] {
            let (steps, inputs, cells, delay) = (30, 3, 6, 2);
            let output = |t: usize, q: usize, b: usize| {
                let i = t * 31 + q * 17 + b * 7;
                if silent > 0 && !i.is_multiple_of(silent + 1) { 0.0 } else { 0.5 + (i % 10) as f64 }
            };
            let (x, z) = (Plane::from_fn(steps, inputs, trials, output), Plane::from_fn(steps, cells, trials, output));
            let delta = Plane::from_fn(steps, rows, trials, |t, p, b| ((t * 5 + p * 3 + b) % 11) as f64 - 4.0);
            let mut sums = Accumulator::new(inputs + cells, rows, trials);
            for step in (0..steps).rev() {
                sums.push(step, delta.step(step), trials);
                if sums.is_full() || step == 0 {
                    sums.flush([(&x, 0), (&z, delay)]);
                }
            }
            let pairs = || (0..steps).flat_map(|t| (0..trials).map(move |b| (t, b)));
            for (q, p) in (0..inputs + cells).flat_map(|q| (0..rows).map(move |p| (q, p))) {
                let pre = |t: usize, b: usize| match q.checked_sub(inputs) {
                    None => x.at(t, q, b),
                    Some(cell) => t.checked_sub(delay).map_or(0.0, |t| z.at(t, cell, b)),
                };
                let expected: f64 = pairs().map(|(t, b)| delta.at(t, p, b) * pre(t, b)).sum();
                let found = sums.sum(q, p);
                assert!((found - expected).abs() < 1e-9, "{trials} trials, q {q}, p {p}: {found}, {expected}");
            }
        }
    }
}
