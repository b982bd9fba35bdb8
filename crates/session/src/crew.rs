//! What a session does together with other ranks, if there are any.

use crate::{Kind, SessionError};
use neuropil_core::Real;
use neuropil_engine::ranks::{Rank, Trouble};
use neuropil_engine::{EngineError, ObserverError};
use neuropil_network::network::{Design, Share};

/// The ranks that work on a run, seen from one of them; `None` where a process is alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crew<'c>(pub Option<&'c Rank>);

/// Kinds of faults, as numbers that cross.
const KINDS: [Kind; 3] = [Kind::Input, Kind::Output, Kind::NonFinite];

impl Crew<'_> {
    /// Whether this process records, and speaks.
    pub fn is_first(self) -> bool {
        self.0.is_none_or(|own| own.rank == 0)
    }

    /// Processes that work on the run.
    pub fn ranks(self) -> usize {
        self.0.map_or(1, |own| own.ranks)
    }

    /// Those of them that share the memory of this machine.
    pub fn here(self) -> Result<usize, SessionError> {
        let Some(rank) = self.0 else { return Ok(1) };
        // Where machines have no name, they are taken for one.
        let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        Ok(rank.alike(name.as_bytes()).map_err(EngineError::from)?)
    }

    /// The blocks of this process.
    pub fn share(self) -> Share {
        self.0.map_or(Share::WHOLE, |own| Share { rank: own.rank, ranks: own.ranks })
    }

    /// An outcome for all: what is wrong on the first rank on which something is wrong. All ranks call it.
    pub fn agree<T>(self, own: Result<T, SessionError>) -> Result<T, SessionError> {
        let Some(rank) = self.0 else { return own };
        let kind = |fault: &SessionError| KINDS.iter().position(|kind| *kind == fault.kind()).unwrap_or(0) as u64;
        let elsewhere = |Trouble { kind, message, .. }| {
            let kind = usize::try_from(kind).ok().and_then(|kind| KINDS.get(kind));
            SessionError::Elsewhere { kind: kind.copied().unwrap_or(Kind::Input), message }
        };
        rank.agree(own, kind, elsewhere).map_err(EngineError::from)?
    }

    /// The same of what watches a chunk.
    pub fn agree_seen(self, own: Result<(), ObserverError>) -> Result<(), ObserverError> {
        if self.0.is_none() {
            return own;
        }
        let own = own.map_err(|fault| SessionError::from(EngineError::Observer(fault)));
        self.agree(own).map_err(|fault| ObserverError(Box::new(fault)))
    }

    /// Whether any of the ranks wants it; so it is where they can no longer ask each other.
    pub fn any(self, own: bool) -> bool {
        let asked = |rank: &Rank| rank.sums(&[u64::from(own)]).map_or(true, |sums| sums[0] > 0);
        self.0.map_or(own, asked)
    }

    /// The sum of what each rank has, on the first; of others nothing.
    pub fn sum_s(self, own_s: f64) -> Result<f64, EngineError> {
        let Some(rank) = self.0 else { return Ok(own_s) };
        Ok(rank.gather(&[own_s])?.iter().flatten().sum())
    }

    /// Refuses ranks of which one has something else than the first: another file on another machine, say.
    pub fn same(self, own: &str) -> Result<(), SessionError> {
        let Some(rank) = self.0 else { return Ok(()) };
        match rank.first_other(own.as_bytes()).map_err(EngineError::from)? {
            None => Ok(()),
            Some(other) => Err(SessionError::OtherInput { rank: other }),
        }
    }

    /// Blocks, if they are asked for: where nobody does, at least one for each thread of each rank.
    pub fn blocks<R: Real>(self, design: &Design<R>, asked: Option<u32>, threads: usize) -> Option<u32> {
        Self::blocks_for(design, asked, (self.ranks(), threads))
    }

    /// The same for so many ranks of so many threads.
    pub fn blocks_for<R: Real>(
        design: &Design<R>,
        asked: Option<u32>,
        (ranks, threads): (usize, usize),
    ) -> Option<u32> {
        if asked.is_some() || ranks == 1 {
            return asked;
        }
        let wanted = (ranks * threads) as u64;
        u32::try_from(wanted.min(design.cells()).max(design.blocks(None))).ok()
    }
}
