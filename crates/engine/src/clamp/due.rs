//! Recorded spikes, step by step.

/// Spikes (step, cell of a part), ascending, of which those up to a step are over.
pub(super) struct DueSpikes {
    spikes: Vec<(u64, usize)>,
    next: usize,
}

impl DueSpikes {
    pub fn new(spikes: Vec<(u64, usize)>) -> Self {
        Self { spikes, next: 0 }
    }

    /// Shows the cells of a step; steps ascend from call to call.
    pub fn at(&mut self, step: u64, mut show: impl FnMut(usize)) {
        while let Some((at, cell)) = self.spikes.get(self.next).filter(|spike| spike.0 <= step) {
            if *at == step {
                show(*cell);
            }
            self.next += 1;
        }
    }
}
