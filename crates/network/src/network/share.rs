//! A network over ranks: which of its blocks a rank holds, and what ranks tell each other of theirs.
//!
//! Ids, blocks and the numbers of synapses are those of the whole network. A rank draws the synapses onto its own cells alone: every
//! rule of wiring visits any range of targets by itself. What needs a sum or an extreme over all blocks is in a [`Census`].

use super::cut::cut;
use super::{Block, Design, Network, Part};
use crate::delivery::plastic;
use crate::error::NetworkError;
use neuropil_core::Real;
use std::ops::Range;

/// Which part of the blocks a rank holds: a run of them, as equal as can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The rank, from 0 on.
    pub rank: usize,
    /// How many there are.
    pub ranks: usize,
}

impl Share {
    /// All blocks.
    pub const WHOLE: Self = Self { rank: 0, ranks: 1 };

    /// The blocks of this rank among `blocks`.
    pub fn range(self, blocks: usize) -> Range<usize> {
        blocks * self.rank / self.ranks..blocks * (self.rank + 1) / self.ranks
    }

    /// Its own among all.
    ///
    /// # Errors
    /// Fewer blocks than ranks.
    pub(super) fn of(self, mut whole: Vec<Vec<Part>>) -> Result<Vec<Vec<Part>>, NetworkError> {
        if whole.len() < self.ranks {
            return Err(NetworkError::Ranks { ranks: self.ranks, blocks: whole.len() });
        }
        Ok(whole.drain(self.range(whole.len())).collect())
    }
}

/// What a rank tells the others of its share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Census {
    /// Its synapses.
    pub synapses: u64,
    /// Its shortest delay, steps; the greatest number where it has no synapse.
    pub min_delay: u32,
    /// Its longest, steps.
    pub max_delay: u32,
    /// Those of its synapses that have numbers, since their weights change, by projection.
    pub numbered: Vec<u64>,
}

/// What lies on other ranks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Beyond {
    /// Synapses.
    pub synapses: u64,
    /// Those whose weights change on ranks before this one, by projection; empty where there is one rank.
    pub numbered_before: Vec<u64>,
    /// Those on ranks behind it.
    pub numbered_behind: Vec<u64>,
}

impl<R: Real> Design<R> {
    /// The cells of each block of a rank's share, if so many blocks are asked for.
    ///
    /// # Errors
    /// Blocks that cells cannot be cut into; fewer of them than ranks.
    pub fn blocks_of(&self, blocks: Option<u32>, share: Share) -> Result<Vec<Vec<Part>>, NetworkError> {
        share.of(cut(self, blocks)?)
    }
}

impl<R: Real> Network<R> {
    /// What the others must know of this share.
    pub fn census(&self) -> Census {
        let numbered = (0..self.design.projections.len()).map(|projection| self.own_numbered(projection));
        Census {
            synapses: self.own_synapses(),
            min_delay: if self.own_synapses() == 0 { u32::MAX } else { self.min_delay },
            max_delay: self.max_delay,
            numbered: numbered.collect(),
        }
    }

    /// Takes note of the shares of all ranks, of which this is `rank`.
    ///
    /// # Errors
    /// More synapses in a projection than can be numbered.
    pub fn agree(&mut self, all: &[Census], rank: usize) -> Result<(), NetworkError> {
        let projections = self.design.projections.len();
        let sum = |ranks: Range<usize>, projection: usize| all[ranks].iter().map(|own| own.numbered[projection]).sum();
        self.beyond = Beyond {
            synapses: all.iter().map(|own| own.synapses).sum::<u64>() - self.own_synapses(),
            numbered_before: (0..projections).map(|projection| sum(0..rank, projection)).collect(),
            numbered_behind: (0..projections).map(|projection| sum(rank + 1..all.len(), projection)).collect(),
        };
        let shortest = all.iter().map(|own| own.min_delay).filter(|delay| *delay != u32::MAX).min();
        self.min_delay = shortest.unwrap_or(self.min_delay);
        self.max_delay = all.iter().map(|own| own.max_delay).max().unwrap_or(self.max_delay);
        let numbered = self.blocks.iter_mut().flat_map(|block| [&mut block.plastic, &mut block.timed]);
        plastic::number_behind(numbered, &self.beyond.numbered_before)
    }

    /// Synapses of a projection whose weights change, on all ranks; 0 where they do not.
    pub fn numbered_synapses(&self, projection: usize) -> u64 {
        let beyond = [&self.beyond.numbered_before, &self.beyond.numbered_behind];
        self.own_numbered(projection) + beyond.into_iter().filter_map(|own| own.get(projection)).sum::<u64>()
    }

    /// Which of them lie on this rank, by their numbers.
    pub fn numbered_here(&self, projection: usize) -> Range<u64> {
        let before = self.beyond.numbered_before.get(projection).copied().unwrap_or(0);
        before..before + self.own_numbered(projection)
    }

    fn own_numbered(&self, projection: usize) -> u64 {
        let of_block = |block: &Block<R>| block.plastic.synapses_of(projection) + block.timed.synapses_of(projection);
        self.blocks.iter().map(|block| of_block(block) as u64).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_all_blocks_in_their_order() {
        for (blocks, ranks) in [(1, 1), (4, 4), (5, 3), (17, 4), (3, 2)] {
            let all: Vec<usize> = (0..ranks).flat_map(|rank| Share { rank, ranks }.range(blocks)).collect();
            assert_eq!(all, (0..blocks).collect::<Vec<_>>());
            assert!((0..ranks).all(|rank| !Share { rank, ranks }.range(blocks).is_empty()));
        }
    }
}
