//! The samples of blocks, joined to frames.

use super::Simulation;
use crate::error::EngineError;
use crate::ranks::side_by_side;
use neuropil_core::Real;

impl<R: Real> Simulation<R> {
    /// Joins the samples of the blocks to frames; over ranks, on rank 0, and those of all.
    pub(super) fn collect_frames(&mut self, from: u64) -> Result<(), EngineError> {
        for (index, probe) in self.probes.iter().enumerate() {
            let rows = self.step / probe.every_steps - from / probe.every_steps;
            let rows = usize::try_from(rows).expect("a chunk has few frames");
            let mut own = Vec::new();
            let widths: Vec<usize> = self.blocks.iter().map(|block| block.samples[index].len() / rows.max(1)).collect();
            for row in 0..rows {
                for (block, &width) in self.blocks.iter().zip(&widths) {
                    own.extend_from_slice(&block.samples[index][row * width..(row + 1) * width]);
                }
            }
            self.chunk.frames[index] = match &self.rank {
                None => own,
                Some(rank) => side_by_side(&rank.gather(&own)?, rows),
            };
        }
        self.blocks.iter_mut().for_each(|block| block.samples.iter_mut().for_each(Vec::clear));
        self.count_events()
    }
}
