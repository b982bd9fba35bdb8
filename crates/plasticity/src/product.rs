//! A dense matrix times planes `[row][trial]`, added up in registers: eight rows by eight trials, or by one.

/// Rows of a block, and trials taken together.
const SIZE: usize = 8;

/// A matrix in blocks of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Blocked {
    rows: usize,
    columns: usize,
    /// `[block][column][row of the block]`, the last block padded with 0.
    values: Vec<f64>,
}

impl Blocked {
    /// Whether all pairs together cost less than the synapses among them one by one.
    pub fn pays(synapses: usize, pairs: usize) -> bool {
        4 * synapses >= pairs
    }

    /// From a function of row and column.
    pub fn from_fn(rows: usize, columns: usize, value: impl Fn(usize, usize) -> f64) -> Self {
        let mut values = vec![0.0; rows.div_ceil(SIZE) * SIZE * columns];
        for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
            values[(row / SIZE * columns + column) * SIZE + row % SIZE] = value(row, column);
        }
        Self { rows, columns, values }
    }

    /// out += M x for `x`, `[column][trial]`, of which only the columns of `active` are read, in their order; `out` is
    /// `[row][trial]`. To be called within [`vectorized`](neuropil_core::simd::vectorized).
    #[inline(always)]
    pub fn add(&self, active: &[usize], x: &[f64], trials: usize, out: &mut [f64]) {
        debug_assert_eq!((x.len(), out.len()), (self.columns * trials, self.rows * trials));
        if active.is_empty() {
            return;
        }
        let blocks = self.values.chunks_exact(SIZE * self.columns);
        for (weights, out) in blocks.zip(out.chunks_mut(SIZE * trials)) {
            let mut first = 0;
            while first + SIZE <= trials {
                add_lanes(weights, active, x, out, [first, trials]);
                first += SIZE;
            }
            for trial in first..trials {
                add_lane(weights, active, x, out, [trial, trials]);
            }
        }
    }
}

/// Rows of one block, trials from `first` on.
#[inline(always)]
fn add_lanes(weights: &[f64], active: &[usize], x: &[f64], out: &mut [f64], [first, trials]: [usize; 2]) {
    let mut sums = [[0.0; SIZE]; SIZE];
    for (sum, out) in sums.iter_mut().zip(out.chunks_exact(trials)) {
        sum.copy_from_slice(&out[first..first + SIZE]);
    }
    for column in active {
        let from = column * trials + first;
        let (x, weights) = (&x[from..from + SIZE], &weights[column * SIZE..(column + 1) * SIZE]);
        for row in 0..SIZE {
            for trial in 0..SIZE {
                sums[row][trial] += weights[row] * x[trial];
            }
        }
    }
    for (sum, out) in sums.iter().zip(out.chunks_exact_mut(trials)) {
        out[first..first + SIZE].copy_from_slice(sum);
    }
}

/// Rows of one block, one trial.
#[inline(always)]
fn add_lane(weights: &[f64], active: &[usize], x: &[f64], out: &mut [f64], [trial, trials]: [usize; 2]) {
    let mut sums = [0.0; SIZE];
    for (sum, out) in sums.iter_mut().zip(out.chunks_exact(trials)) {
        *sum = out[trial];
    }
    for column in active {
        let x = x[column * trials + trial];
        let weights = &weights[column * SIZE..(column + 1) * SIZE];
        for row in 0..SIZE {
            sums[row] += weights[row] * x;
        }
    }
    for (sum, out) in sums.iter().zip(out.chunks_exact_mut(trials)) {
        out[trial] = *sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sum written out, in the order of the columns, for whole and partial blocks and trials; what is not active does
    /// not count. Would catch a block or trial left out, and padding that leaks.
    #[test]
    fn the_sum_written_out() {
        for (rows, columns, trials) in [(8, 3, 8), (11, 7, 16), (3, 5, 1), (17, 4, 13), (1, 1, 2)] {
            let weight = |row: usize, column: usize| ((row * 7 + column * 3) % 5) as f64 - 1.75;
            let matrix = Blocked::from_fn(rows, columns, weight);
            let x: Vec<f64> = (0..columns * trials).map(|i| ((i * 11) % 13) as f64 / 3.0).collect();
            let active: Vec<usize> = (0..columns).filter(|column| column % 3 != 1).collect();
            let before: Vec<f64> = (0..rows * trials).map(|i| i as f64 / 7.0).collect();
            let mut out = before.clone();
            matrix.add(&active, &x, trials, &mut out);
            for (row, trial) in (0..rows).flat_map(|row| (0..trials).map(move |trial| (row, trial))) {
                let start = before[row * trials + trial];
                let sum =
                    active.iter().fold(start, |sum, column| sum + weight(row, *column) * x[column * trials + trial]);
                assert_eq!(out[row * trials + trial], sum);
            }
        }
    }
}
