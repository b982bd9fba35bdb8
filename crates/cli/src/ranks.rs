//! A command as one of several ranks: all do it, the first speaks.

use crate::error::CliError;
use neuropil_engine::ranks::{Rank, Trouble};

/// The ranks that a command was started as; none where a process is alone.
pub struct Company {
    rank: Option<Rank>,
}

/// Does `work` with the other ranks, if this process was started as one of several. What goes wrong on one of them goes wrong on all.
///
/// # Errors
/// Those of the work; ranks that a build without MPI cannot be.
pub fn together(work: impl FnOnce(&Company) -> Result<(), CliError>) -> Result<(), CliError> {
    let exchange = neuropil_mpi::exchange().map_err(CliError::input)?;
    work(&Company { rank: exchange.map(Rank::new).filter(|rank| rank.ranks > 1) })
}

impl Company {
    /// This process among them.
    pub fn rank(&self) -> Option<Rank> {
        self.rank.clone()
    }

    /// A process that works alone.
    pub fn of_one() -> Self {
        Self { rank: None }
    }

    /// Refuses ranks of which one has something else than the first: another file on another machine, say.
    pub fn same(&self, own: &str) -> Result<(), CliError> {
        let Some(rank) = &self.rank else { return Ok(()) };
        match rank.first_other(own.as_bytes()).map_err(CliError::output)? {
            None => Ok(()),
            Some(other) => Err(CliError::Input(format!(
                "rank {other} has read other files, or has other options, than rank 0: expected the same on every rank"
            ))),
        }
    }

    /// Whether any of the ranks wants it; so it is where they can no longer ask each other.
    pub fn any(&self, own: bool) -> bool {
        let asked = |rank: &Rank| rank.sums(&[u64::from(own)]).map_or(true, |sums| sums[0] > 0);
        self.rank.as_ref().map_or(own, asked)
    }

    /// Whether this is the one that tells.
    pub fn speaks(&self) -> bool {
        self.rank.as_ref().is_none_or(|own| own.rank == 0)
    }

    /// An outcome for all: what is wrong on the first rank on which something is wrong.
    pub fn agree<T>(&self, own: Result<T, CliError>) -> Result<T, CliError> {
        let Some(rank) = &self.rank else { return own };
        let elsewhere =
            |Trouble { kind, message, .. }| CliError::Elsewhere { code: u8::try_from(kind).unwrap_or(1), message };
        rank.agree(own, |fault| u64::from(fault.code()), elsewhere).map_err(CliError::output)?
    }
}
