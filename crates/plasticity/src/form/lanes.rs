//! Loops over lanes, and over whatever else lies side by side.

/// out += factor x.
#[inline(always)]
pub(crate) fn add_scaled(out: &mut [f64], factor: f64, x: &[f64]) {
    out.iter_mut().zip(x).for_each(|(out, x)| *out += factor * x);
}

/// out += x y.
#[inline(always)]
pub(crate) fn add_product(out: &mut [f64], x: &[f64], y: &[f64]) {
    out.iter_mut().zip(x).zip(y).for_each(|((out, x), y)| *out += x * y);
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
