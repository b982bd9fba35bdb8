//! Rules of wiring: one file each, behind one trait.

pub mod all_to_all;
pub mod by_distance;
pub mod fixed_in_degree;
pub mod fixed_out_degree;
pub mod fixed_probability;
pub mod fixed_total_number;
pub mod list;
pub mod one_to_one;
mod sample;

use crate::position::distance;
use neuropil_core::{CellSet, StreamKey};
use std::ops::Range;

pub use all_to_all::AllToAll;
pub use by_distance::{ByDistance, Kernel};
pub use fixed_in_degree::FixedInDegree;
pub use fixed_out_degree::FixedOutDegree;
pub use fixed_probability::FixedProbability;
pub use fixed_total_number::FixedTotalNumber;
pub use list::List;
pub use one_to_one::OneToOne;

/// What a rule is applied to. Rules count sending and receiving cells from 0, whichever cells of their populations these are.
#[derive(Clone, Copy)]
pub struct Wiring<'a> {
    /// Number of sending cells.
    pub n_pre: u32,
    /// Number of receiving cells.
    pub n_post: u32,
    /// Whether both are the same population.
    pub within: bool,
    /// Whether a cell may reach itself.
    pub autapses: bool,
    /// Whether a pair may have several synapses.
    pub multapses: bool,
    /// Which cells of their population send; all if `None`.
    pub pre_cells: Option<&'a CellSet>,
    /// Which cells of their population receive; all if `None`.
    pub post_cells: Option<&'a CellSet>,
    /// Positions of all cells of the sending population, um.
    pub pre_positions: Option<&'a [[f64; 3]]>,
    /// Positions of all cells of the receiving population, um.
    pub post_positions: Option<&'a [[f64; 3]]>,
    /// Random numbers of this projection's wiring.
    pub key: StreamKey,
}

impl Wiring<'_> {
    /// The index of a sending cell in its population.
    #[inline]
    pub fn source_cell(&self, source: u32) -> u32 {
        self.pre_cells.map_or(source, |cells| cells.at(source))
    }

    /// The index of a receiving cell in its population.
    #[inline]
    pub fn target_cell(&self, target: u32) -> u32 {
        self.post_cells.map_or(target, |cells| cells.at(target))
    }

    /// The distance of two cells, um; no number where they are nowhere.
    pub fn distance(&self, source: u32, target: u32) -> f64 {
        match (self.pre_positions, self.post_positions) {
            (Some(from), Some(to)) => {
                distance(&from[self.source_cell(source) as usize], &to[self.target_cell(target) as usize])
            }
            _ => f64::NAN,
        }
    }

    /// Whether source -> target is an autapse that is not wanted.
    #[inline]
    pub fn forbids(&self, source: u32, target: u32) -> bool {
        self.within && !self.autapses && self.source_cell(source) == self.target_cell(target)
    }

    /// The sending cell that a target is itself, where that is not wanted as a source.
    pub fn own_source(&self, target: u32) -> Option<u32> {
        let cell = (self.within && !self.autapses).then(|| self.target_cell(target))?;
        self.pre_cells.map_or(Some(cell).filter(|&cell| cell < self.n_pre), |cells| cells.place(cell))
    }

    /// The receiving cell that a source is itself, where that is not wanted as a target.
    pub fn own_target(&self, source: u32) -> Option<u32> {
        let cell = (self.within && !self.autapses).then(|| self.source_cell(source))?;
        self.post_cells.map_or(Some(cell).filter(|&cell| cell < self.n_post), |cells| cells.place(cell))
    }

    /// Cells that would reach themselves, where that is not wanted.
    fn twins(&self) -> u32 {
        if !self.within || self.autapses {
            return 0;
        }
        match (self.pre_cells, self.post_cells) {
            (None, None) => self.n_pre.min(self.n_post),
            (None, Some(some)) | (Some(some), None) => some.len(),
            (Some(pre), Some(post)) => pre.shared(post).map(|_| 1).sum(),
        }
    }

    /// Number of pairs that may be connected.
    pub fn pairs(&self) -> u64 {
        u64::from(self.n_pre) * u64::from(self.n_post) - u64::from(self.twins())
    }

    /// Number of sources that a target may have.
    pub fn sources_of(&self, target: u32) -> u32 {
        self.n_pre - u32::from(self.own_source(target).is_some())
    }

    /// Number of targets that a source may have.
    pub fn targets_of(&self, source: u32) -> u32 {
        self.n_post - u32::from(self.own_target(source).is_some())
    }

    /// The fewest sources that a target may have.
    pub fn least_sources(&self) -> u32 {
        self.n_pre.saturating_sub(u32::from(self.twins() > 0))
    }

    /// The fewest targets that a source may have.
    pub fn least_targets(&self) -> u32 {
        self.n_post.saturating_sub(u32::from(self.twins() > 0))
    }
}

/// A connected pair, and the key of its draws: synapse `number` of cell `entity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The sending cell, counted among those of the wiring.
    pub source: u32,
    /// The receiving cell, counted among those of the wiring.
    pub target: u32,
    /// The cell that the draws belong to.
    pub entity: u32,
    /// The number of the synapse among those of `entity`.
    pub number: u64,
}

/// A rule of wiring. A pure function of the wiring and its key.
pub trait Connector: Send + Sync {
    /// Name in files.
    fn name(&self) -> &'static str;

    /// Calls `emit` for every synapse onto `targets`, target by target: the synapses of two adjacent ranges, one behind the other, are
    /// those of the joined range.
    fn visit(&self, wiring: &Wiring, targets: Range<u32>, emit: &mut dyn FnMut(Pair));

    /// How many synapses to expect, for estimates of size and progress.
    fn expected(&self, wiring: &Wiring) -> f64;

    /// What is wrong with the numbers of the rule for this wiring, in words; `None` if nothing.
    fn fault(&self, _wiring: &Wiring) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests;
