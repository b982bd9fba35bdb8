//! One network over ranks: processes of which each holds a run of its blocks.
//!
//! Every rank knows the whole design and the whole history of spikes, draws the synapses onto its own cells and advances these. What
//! crosses is what blocks sent (`mail`), once in so many steps as the shortest delay has, and at the end of a chunk; a cell that went
//! wrong; and, for the recording, what only the owner of a cell knows. Ranks hold their blocks in order, so that what is
//! joined in the order of ranks is in the order of blocks: results have the bits of one process.
//!
//! [`Exchange`] is the only thing that ranks need of each other. [`Local`] are ranks within a process.

mod join;
mod local;
mod mail;
mod part;
pub(crate) mod snapshot;
mod words;
mod worker;

pub use join::{JoinError, join};
pub use local::Local;
pub use part::{Rank, Trouble};

pub(crate) use mail::Letter;
pub(crate) use part::side_by_side;
pub(crate) use words::{Reader, Words};
pub(crate) use worker::{Epochs, Post};

/// Why ranks cannot hand each other anything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// One of them has ended.
    #[error("another rank has ended")]
    Gone,
    /// More than can be handed over at once.
    #[error("{bytes} bytes are more than ranks can hand over at once: record fewer cells, or less often")]
    TooLarge {
        /// Of all ranks.
        bytes: u64,
    },
    /// They are not the same program, or do not do the same.
    #[error("rank {rank} sent what no rank of this program sends")]
    Unreadable {
        /// Which.
        rank: usize,
    },
}

/// What ranks handed in, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gathered {
    bytes: Vec<u8>,
    /// Where the part of each rank ends.
    ends: Vec<usize>,
}

impl Gathered {
    /// Room for parts of so many bytes, in place of what was there.
    pub fn room(&mut self, counts: impl Iterator<Item = usize>) -> &mut [u8] {
        self.ends.clear();
        self.ends.extend(counts.scan(0, |end, count| {
            *end += count;
            Some(*end)
        }));
        self.bytes.resize(self.ends.last().copied().unwrap_or(0), 0);
        &mut self.bytes
    }

    /// The part of a rank.
    pub fn part(&self, rank: usize) -> &[u8] {
        let start = rank.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[rank]]
    }

    /// All parts, in the order of ranks.
    pub fn parts(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map(|rank| self.part(rank))
    }
}

/// Where ranks hand each other what they have. All ranks call the same methods in the same order.
pub trait Exchange: Send {
    /// This rank, from 0 on.
    fn rank(&self) -> usize;

    /// How many there are.
    fn ranks(&self) -> usize;

    /// Gives every rank what each of them hands in.
    ///
    /// # Errors
    /// Another rank has ended.
    fn all_gather(&mut self, own: &[u8], all: &mut Gathered) -> Result<(), ExchangeError>;

    /// Gives rank 0 what each of them hands in; the others nothing.
    ///
    /// # Errors
    /// Another rank has ended.
    fn gather(&mut self, own: &[u8], all: &mut Gathered) -> Result<(), ExchangeError>;
}
