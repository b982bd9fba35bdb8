//! From a share of a network on each rank to one network: what ranks must know of each other's shares.

use super::words::{Reader, Words};
use super::{ExchangeError, Gathered, Rank};
use neuropil_core::Real;
use neuropil_network::network::Census;
use neuropil_network::{Network, NetworkError};

/// Why ranks have no network.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// This rank could not build its share, or the shares do not fit together.
    #[error("{}", list(.0))]
    Own(Vec<NetworkError>),
    /// Another rank could not build its share.
    #[error("{faults}")]
    Other {
        /// Which.
        rank: usize,
        /// What is wrong there.
        faults: String,
    },
    /// Nothing can be handed over.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
}

fn list(faults: &[NetworkError]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Joins the shares of all ranks, each of which calls it with its own, built or not.
///
/// # Errors
/// What the first rank without a share says; all ranks have the same.
pub fn join<R: Real>(own: Result<Network<R>, Vec<NetworkError>>, rank: &Rank) -> Result<Network<R>, JoinError> {
    let mut words = Words::default();
    match &own {
        Err(faults) => words.text(&list(faults)),
        Ok(network) => {
            words.text("");
            let Census { synapses, min_delay, max_delay, numbered } = network.census();
            words.long(synapses);
            words.long(u64::from(min_delay));
            words.long(u64::from(max_delay));
            numbered.into_iter().for_each(|count| words.long(count));
        }
    }
    let (mut all, mut of_all) = (Gathered::default(), Vec::new());
    rank.exchange().all_gather(&words.0, &mut all)?;
    for (other, part) in all.parts().enumerate() {
        let mut reader = Reader::new(other, part);
        let faults = reader.text()?;
        if !faults.is_empty() {
            return Err(match own {
                Err(faults) if other == rank.rank => JoinError::Own(faults),
                _ => JoinError::Other { rank: other, faults },
            });
        }
        of_all.push(census(other, &mut reader, own.as_ref().map_or(0, |own| own.design.projections.len()))?);
    }
    let mut network = own.map_err(JoinError::Own)?;
    // Numbers of synapses end with the last rank: all must know whether that one has too many.
    let agreed = network.agree(&of_all, rank.rank).err().map(|fault| (0, fault.to_string()));
    match rank.first_trouble(agreed)? {
        Some(trouble) => Err(JoinError::Other { rank: trouble.rank, faults: trouble.message }),
        None => Ok(network),
    }
}

fn census(rank: usize, reader: &mut Reader<'_>, projections: usize) -> Result<Census, ExchangeError> {
    let synapses = reader.long()?;
    let mut steps = || u32::try_from(reader.long()?).map_err(|_| ExchangeError::Unreadable { rank });
    let (min_delay, max_delay) = (steps()?, steps()?);
    let numbered = (0..projections).map(|_| reader.long()).collect::<Result<_, _>>()?;
    Ok(Census { synapses, min_delay, max_delay, numbered })
}
