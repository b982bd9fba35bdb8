//! One rank among others, and what all of them do together.

use super::words::{Reader, Words};
use super::{Exchange, ExchangeError, Gathered};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// This rank among others; a clone is the same rank. What it does, all ranks do in the same order.
#[derive(Clone)]
pub struct Rank {
    exchange: Arc<Mutex<Box<dyn Exchange>>>,
    /// Its number, from 0 on.
    pub rank: usize,
    /// How many there are.
    pub ranks: usize,
}

/// What is wrong on a rank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Which.
    pub rank: usize,
    /// A number that all ranks know the meaning of.
    pub kind: u64,
    /// What it says.
    pub message: String,
}

impl std::fmt::Debug for Rank {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "rank {} of {}", self.rank, self.ranks)
    }
}

impl Rank {
    /// The rank that hands over by `exchange`.
    pub fn new(exchange: Box<dyn Exchange>) -> Self {
        let (rank, ranks) = (exchange.rank(), exchange.ranks());
        Self { exchange: Arc::new(Mutex::new(exchange)), rank, ranks }
    }

    pub(crate) fn exchange(&self) -> MutexGuard<'_, Box<dyn Exchange>> {
        self.exchange.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn all_gather(&self, words: &Words) -> Result<Gathered, ExchangeError> {
        let mut all = Gathered::default();
        self.exchange().all_gather(&words.0, &mut all)?;
        Ok(all)
    }

    /// The first rank on which something is wrong, if there is one; `own` is what is wrong on this one.
    ///
    /// # Errors
    /// Another rank has ended.
    pub fn first_trouble(&self, own: Option<(u64, String)>) -> Result<Option<Trouble>, ExchangeError> {
        let mut words = Words::default();
        words.long(u64::from(own.is_some()));
        let (kind, message) = own.unwrap_or_default();
        words.long(kind);
        words.text(&message);
        for (rank, part) in self.all_gather(&words)?.parts().enumerate() {
            let mut reader = Reader::new(rank, part);
            let (is_there, kind, message) = (reader.long()? == 1, reader.long()?, reader.text()?);
            if is_there {
                return Ok(Some(Trouble { rank, kind, message }));
            }
        }
        Ok(None)
    }

    /// An outcome for all ranks, each of which calls it with its own: that of the first rank on which something is wrong, there as it is, and as
    /// `elsewhere` makes it on the others. `kind` is a number of which all know the meaning.
    ///
    /// # Errors
    /// Another rank has ended.
    pub fn agree<T, E: std::fmt::Display>(
        &self,
        own: Result<T, E>,
        kind: impl FnOnce(&E) -> u64,
        elsewhere: impl FnOnce(Trouble) -> E,
    ) -> Result<Result<T, E>, ExchangeError> {
        let told = own.as_ref().err().map(|fault| (kind(fault), fault.to_string()));
        Ok(match self.first_trouble(told)? {
            None => own,
            Some(first) if first.rank == self.rank => own,
            Some(first) => Err(elsewhere(first)),
        })
    }

    /// The first rank that has something else than rank 0; `own` is what this one has. All ranks have the same answer.
    ///
    /// # Errors
    /// Another rank has ended.
    pub fn first_other(&self, own: &[u8]) -> Result<Option<usize>, ExchangeError> {
        let mut all = Gathered::default();
        self.exchange().all_gather(own, &mut all)?;
        let first = all.part(0);
        Ok(all.parts().position(|part| part != first))
    }

    /// How many ranks have what this one has.
    ///
    /// # Errors
    /// Another rank has ended.
    pub fn alike(&self, own: &[u8]) -> Result<usize, ExchangeError> {
        let mut all = Gathered::default();
        self.exchange().all_gather(own, &mut all)?;
        Ok(all.parts().filter(|part| *part == own).count())
    }

    /// The sums over all ranks.
    ///
    /// # Errors
    /// Another rank has ended.
    pub fn sums(&self, own: &[u64]) -> Result<Vec<u64>, ExchangeError> {
        let mut words = Words::default();
        own.iter().for_each(|count| words.long(*count));
        let mut sums = vec![0; own.len()];
        for (rank, part) in self.all_gather(&words)?.parts().enumerate() {
            let mut reader = Reader::new(rank, part);
            for sum in &mut sums {
                *sum += reader.long()?;
            }
        }
        Ok(sums)
    }

    /// Numbers of all ranks, in the order of ranks, on rank 0; on others none.
    ///
    /// # Errors
    /// Another rank has ended; more than can be handed over.
    pub fn gather(&self, own: &[f64]) -> Result<Vec<Vec<f64>>, ExchangeError> {
        let mut words = Words::default();
        words.floats(own);
        let mut all = Gathered::default();
        self.exchange().gather(&words.0, &mut all)?;
        all.parts().enumerate().map(|(rank, part)| Reader::new(rank, part).floats()).collect()
    }

    /// What the first rank has, on every rank; what the others hand in is not looked at.
    ///
    /// # Errors
    /// Another rank has ended; more than can be handed over.
    pub fn of_first(&self, own: &[u8]) -> Result<Vec<u8>, ExchangeError> {
        let mut all = Gathered::default();
        self.exchange().all_gather(if self.rank == 0 { own } else { &[] }, &mut all)?;
        Ok(all.part(0).to_vec())
    }

    /// Numbers of all ranks, in the order of ranks, on every rank.
    ///
    /// # Errors
    /// As [`Self::gather`].
    pub fn all_floats(&self, own: &[f64]) -> Result<Vec<Vec<f64>>, ExchangeError> {
        let mut words = Words::default();
        words.floats(own);
        self.all_gather(&words)?.parts().enumerate().map(|(rank, part)| Reader::new(rank, part).floats()).collect()
    }
}

/// Parts of so many rows, put beside each other.
pub(crate) fn side_by_side(parts: &[Vec<f64>], rows: usize) -> Vec<f64> {
    let mut whole = Vec::with_capacity(parts.iter().map(Vec::len).sum());
    for row in 0..rows {
        for part in parts {
            let width = part.len() / rows;
            whole.extend_from_slice(&part[row * width..(row + 1) * width]);
        }
    }
    whole
}
