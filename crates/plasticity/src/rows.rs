//! Loops over trials, and over whatever else lies side by side.

/// Lanes of a whole group of trials in training.
pub(crate) const WIDE: usize = 16;

/// out += factor x.
#[inline(always)]
pub fn add_scaled(out: &mut [f64], factor: f64, x: &[f64]) {
    /// Numbers that are all read before any is written: the compiler then need not prove that memory does not overlap, and
    /// makes one vector of them.
    const TOGETHER: usize = 8;
    let (whole, rest) = out.as_chunks_mut::<TOGETHER>();
    let (x, x_rest) = x[..TOGETHER * whole.len() + rest.len()].as_chunks::<TOGETHER>();
    for (out, x) in whole.iter_mut().zip(x) {
        let mut sum = *out;
        for i in 0..TOGETHER {
            sum[i] += factor * x[i];
        }
        *out = sum;
    }
    rest.iter_mut().zip(x_rest).for_each(|(out, x)| *out += factor * x);
}

/// The numbers of the last steps of a sweep, one block a step, without allocation.
pub(crate) struct Ring {
    block: usize,
    blocks: usize,
    newest: usize,
    values: Vec<f64>,
}

impl Ring {
    /// Of `blocks` blocks of `block` numbers, all 0.
    pub(crate) fn new(blocks: usize, block: usize) -> Self {
        Self { block, blocks, newest: 0, values: vec![0.0; blocks * block] }
    }

    /// Blocks.
    pub(crate) fn blocks(&self) -> usize {
        self.blocks
    }

    /// The block pushed `ago` pushes before the newest (0 is the newest).
    #[inline(always)]
    pub(crate) fn back(&self, ago: usize) -> &[f64] {
        let slot = (self.newest + self.blocks - ago) % self.blocks;
        &self.values[slot * self.block..(slot + 1) * self.block]
    }

    /// The numbers of all blocks.
    pub(crate) fn values(&self) -> &[f64] {
        &self.values
    }

    /// The numbers of all blocks.
    pub(crate) fn values_mut(&mut self) -> &mut [f64] {
        &mut self.values
    }

    /// The newest block.
    #[inline(always)]
    pub(crate) fn newest(&mut self) -> &mut [f64] {
        &mut self.values[self.newest * self.block..(self.newest + 1) * self.block]
    }

    /// Makes the oldest block the newest, to be overwritten.
    #[inline(always)]
    pub(crate) fn push(&mut self) -> &mut [f64] {
        self.newest = (self.newest + 1) % self.blocks;
        self.newest()
    }
}
