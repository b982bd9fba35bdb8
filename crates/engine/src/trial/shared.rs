//! Groups of trials that are divided over ranks: each runs its own, and hands over what all must add in the order of groups.
//!
//! A tape stays where it was made, and so does the error of its readout: they are large, and only their own rank makes a gradient of them.

use super::group::Ran;
use super::outcome::Part;
use super::{TrialError, Workers};
use crate::ranks::{ExchangeError, Gathered, Reader, Words};
use neuropil_plasticity::loss::Judged;
use neuropil_plasticity::{Gradient, Matrix, Plane, Tape};
use std::ops::Range;
use std::sync::Arc;

/// What a group yields, between ranks.
pub(super) trait Crosses: Send + Sized {
    /// Writes it.
    fn put(&self, words: &mut Words);

    /// Reads what another rank wrote, into planes that `workers` keep.
    fn take(reader: &mut Reader<'_>, workers: &Workers) -> Result<Self, ExchangeError>;
}

impl Workers {
    /// The groups of `count` that this rank runs: all of them where it is alone. Ranks have them in their order, and the first rank
    /// always has the first group, of which trials are recorded.
    pub(super) fn own(&self, count: usize) -> Range<usize> {
        let Some(rank) = self.rank() else { return 0..count };
        let end = |ranks: usize| (ranks * count).div_ceil(rank.ranks);
        end(rank.rank)..end(rank.rank + 1)
    }

    /// An outcome for all ranks, each of which calls it with its own: what is wrong on the first rank on which something is wrong.
    ///
    /// # Errors
    /// That; another rank has ended.
    pub fn agree<T>(&self, own: Result<T, TrialError>) -> Result<T, TrialError> {
        let Some(rank) = self.rank() else { return own };
        rank.agree(own, |fault| u64::from(fault.is_divergence()), TrialError::elsewhere)?
    }

    /// Calls `work` for 0..count, each number on one rank; results of all in their order on every rank, or the first error in that
    /// order. All ranks call it.
    pub(super) fn each_of_all<T: Crosses>(
        &self,
        count: usize,
        work: impl Fn(usize) -> Result<T, TrialError> + Sync,
    ) -> Result<Vec<T>, TrialError> {
        let own = self.own(count);
        let done = self.each(own.len(), |place| work(own.start + place));
        let Some(rank) = self.rank() else { return done };
        let mut done = self.agree(done)?.into_iter();
        let mut words = Words::default();
        done.as_slice().iter().for_each(|group| group.put(&mut words));
        let mut all = Gathered::default();
        rank.exchange().all_gather(&words.0, &mut all)?;
        let mut whole = Vec::with_capacity(count);
        for (other, part) in all.parts().enumerate() {
            if other == rank.rank {
                whole.extend(done.by_ref());
                continue;
            }
            let mut reader = Reader::new(other, part);
            while !reader.is_empty() {
                whole.push(T::take(&mut reader, self)?);
            }
        }
        // A rank that runs something else has sent other groups than those that were expected.
        if whole.len() != count {
            let found = format!("{} groups of trials", whole.len());
            return Err(TrialError::Size { what: "what ranks have run", found, expected: count.to_string() });
        }
        Ok(whole)
    }
}

impl Crosses for Vec<f64> {
    fn put(&self, words: &mut Words) {
        words.floats(self);
    }

    fn take(reader: &mut Reader<'_>, _: &Workers) -> Result<Self, ExchangeError> {
        reader.floats()
    }
}

impl Crosses for Matrix {
    fn put(&self, words: &mut Words) {
        words.count(self.rows());
        words.floats(self.values());
    }

    fn take(reader: &mut Reader<'_>, _: &Workers) -> Result<Self, ExchangeError> {
        let (rows, values) = (reader.count()?, reader.floats()?);
        let columns = values.len().checked_div(rows).unwrap_or(0);
        Self::new("what a rank sent", rows, columns, values).map_err(|_| reader.unreadable())
    }
}

impl Crosses for [Matrix; 2] {
    fn put(&self, words: &mut Words) {
        self.iter().for_each(|own| own.put(words));
    }

    fn take(reader: &mut Reader<'_>, workers: &Workers) -> Result<Self, ExchangeError> {
        Ok([Matrix::take(reader, workers)?, Matrix::take(reader, workers)?])
    }
}

impl Crosses for Gradient {
    fn put(&self, words: &mut Words) {
        [&self.w_in, &self.w_rec, &self.w_out].into_iter().for_each(|own| own.put(words));
        words.floats(&self.b);
    }

    fn take(reader: &mut Reader<'_>, workers: &Workers) -> Result<Self, ExchangeError> {
        let mut matrix = || Matrix::take(reader, workers);
        Ok(Self { w_in: matrix()?, w_rec: matrix()?, w_out: matrix()?, b: reader.floats()? })
    }
}

impl Crosses for Part {
    fn put(&self, words: &mut Words) {
        let Self { ran: Ran { y, sums, fired, .. }, judged } = self;
        [y.steps(), y.channels(), y.trials()].into_iter().for_each(|count| words.count(count));
        [y.values(), &sums[0], &sums[1], fired, &[judged.loss]].into_iter().for_each(|own| words.floats(own));
    }

    fn take(reader: &mut Reader<'_>, workers: &Workers) -> Result<Self, ExchangeError> {
        let [steps, channels, trials] = [reader.count()?, reader.count()?, reader.count()?];
        let values = reader.floats()?;
        let size = steps.checked_mul(channels).and_then(|own| own.checked_mul(trials));
        if size != Some(values.len()) {
            return Err(reader.unreadable());
        }
        let mut y = workers.plane(steps, channels, trials);
        y.values_mut().copy_from_slice(&values);
        let (sums, fired) = ([reader.floats()?, reader.floats()?], reader.floats()?);
        let [loss] = reader.floats()?[..] else { return Err(reader.unreadable()) };
        let none = || Plane::zeros(0, 0, trials);
        let tape = Tape { x: Arc::new(none()), z: none(), psi: none(), clamped: None, records: Vec::new() };
        let judged = Judged { loss, lost: Vec::new(), err: none(), asked: none() };
        Ok(Self { ran: Ran { tape, y, sums, fired }, judged })
    }
}
