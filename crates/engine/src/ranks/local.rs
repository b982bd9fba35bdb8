//! Ranks within a process, each on a thread of its own: the same exchange without MPI.

use super::{Exchange, ExchangeError, Gathered};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// One of some ranks within a process.
#[derive(Debug)]
pub struct Local {
    rank: usize,
    table: Arc<Table>,
}

#[derive(Debug)]
struct Table {
    round: Mutex<Round>,
    changed: Condvar,
}

#[derive(Debug)]
struct Round {
    given: Vec<Vec<u8>>,
    /// Ranks that have handed in.
    arrived: usize,
    /// Ranks that have read; while there are any, no one hands in.
    read: usize,
    gone: bool,
}

impl Local {
    /// So many ranks.
    pub fn ranks_of(ranks: usize) -> Vec<Self> {
        let round = Round { given: vec![Vec::new(); ranks], arrived: 0, read: 0, gone: false };
        let table = Arc::new(Table { round: Mutex::new(round), changed: Condvar::new() });
        (0..ranks).map(|rank| Self { rank, table: Arc::clone(&table) }).collect()
    }

    fn wait_until(&self, done: impl Fn(&Round) -> bool) -> Result<MutexGuard<'_, Round>, ExchangeError> {
        let lock = self.table.round.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = |round: &mut Round| !done(round) && !round.gone;
        let round = self.table.changed.wait_while(lock, waits).unwrap_or_else(PoisonError::into_inner);
        if done(&round) { Ok(round) } else { Err(ExchangeError::Gone) }
    }
}

impl Exchange for Local {
    fn rank(&self) -> usize {
        self.rank
    }

    fn ranks(&self) -> usize {
        self.table.round.lock().unwrap_or_else(PoisonError::into_inner).given.len()
    }

    fn all_gather(&mut self, own: &[u8], all: &mut Gathered) -> Result<(), ExchangeError> {
        let mut round = self.wait_until(|round| round.read == 0)?;
        let ranks = round.given.len();
        round.given[self.rank].clear();
        round.given[self.rank].extend_from_slice(own);
        round.arrived += 1;
        self.table.changed.notify_all();
        drop(round);
        let mut round = self.wait_until(|round| round.arrived == ranks)?;
        all.room(round.given.iter().map(Vec::len)).copy_from_slice(&round.given.concat());
        round.read += 1;
        if round.read == ranks {
            (round.arrived, round.read) = (0, 0);
        }
        self.table.changed.notify_all();
        Ok(())
    }

    fn gather(&mut self, own: &[u8], all: &mut Gathered) -> Result<(), ExchangeError> {
        self.all_gather(own, all)?;
        if self.rank > 0 {
            all.room(std::iter::empty());
        }
        Ok(())
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.table.round.lock().unwrap_or_else(PoisonError::into_inner).gone = true;
        self.table.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rank_has_what_each_handed_in_round_after_round() {
        std::thread::scope(|scope| {
            for mut own in Local::ranks_of(3) {
                scope.spawn(move || {
                    let mut all = Gathered::default();
                    for round in 0..200_u8 {
                        let rank = u8::try_from(own.rank()).unwrap();
                        own.all_gather(&vec![round; usize::from(rank) + usize::from(round % 2)], &mut all).unwrap();
                        let expected = (0..3).map(|rank| vec![round; rank + usize::from(round % 2)]);
                        assert!(all.parts().eq(expected));
                        own.gather(&[rank], &mut all).unwrap();
                        assert_eq!(all.parts().count(), if rank == 0 { 3 } else { 0 });
                    }
                });
            }
        });
    }

    #[test]
    fn a_rank_that_ends_leaves_nobody_waiting() {
        let mut ranks = Local::ranks_of(3);
        drop(ranks.pop());
        std::thread::scope(|scope| {
            for mut own in ranks {
                scope.spawn(move || {
                    assert_eq!(own.all_gather(&[1], &mut Gathered::default()), Err(ExchangeError::Gone));
                });
            }
        });
    }
}
