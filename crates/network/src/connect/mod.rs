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

use neuropil_core::StreamKey;
use std::ops::Range;

pub use all_to_all::AllToAll;
pub use by_distance::{ByDistance, Kernel};
pub use fixed_in_degree::FixedInDegree;
pub use fixed_out_degree::FixedOutDegree;
pub use fixed_probability::FixedProbability;
pub use fixed_total_number::FixedTotalNumber;
pub use list::List;
pub use one_to_one::OneToOne;

/// What a rule is applied to.
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
    /// Positions of the sending cells, um.
    pub pre_positions: Option<&'a [[f64; 3]]>,
    /// Positions of the receiving cells, um.
    pub post_positions: Option<&'a [[f64; 3]]>,
    /// Random numbers of this projection's wiring.
    pub key: StreamKey,
}

impl Wiring<'_> {
    /// Whether source -> target is an autapse that is not wanted.
    #[inline]
    pub fn forbids(&self, source: u32, target: u32) -> bool {
        self.within && !self.autapses && source == target
    }

    /// Number of pairs that may be connected.
    pub fn pairs(&self) -> u64 {
        let all = u64::from(self.n_pre) * u64::from(self.n_post);
        if self.within && !self.autapses { all - u64::from(self.n_pre.min(self.n_post)) } else { all }
    }

    /// Number of sources that a target may have.
    pub fn sources_of(&self, target: u32) -> u32 {
        self.n_pre.saturating_sub(u32::from(self.forbids(target, target)))
    }
}

/// A connected pair, and the key of its draws: synapse `number` of cell `entity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Index of the sending cell.
    pub source: u32,
    /// Index of the receiving cell.
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

    /// Calls `emit` for every synapse onto `targets`, in an order that does not depend on the range: the synapses
    /// of two adjacent ranges, joined, are those of the joined range up to the order between targets.
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
