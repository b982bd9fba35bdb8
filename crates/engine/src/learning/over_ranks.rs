//! What ranks hand each other of learning, at the end of a window: never sums, but the numbers of cells that sums are of.
//!
//! Every rank then adds the same numbers in the order of cells, which is that of ranks, and so has the credit, the mean weights and the
//! readout of one process. The readout needs no message: all ranks have all spikes.

use super::block::check_bounds;
use super::plan::{Bounds, LearningError, LearningPlan};
use super::written_record::NotDerived;
use super::{Learning, derivative_fault, first_not_derived};
use crate::block::BlockState;
use crate::ranks::{ExchangeError, Rank, Reader, Words, side_by_side};
use neuropil_core::Real;
use neuropil_network::Network;
use neuropil_plasticity::cell::OpenSteps;

/// Bytes of emissions that all ranks together hand over at once, at most: MPI counts to 2^31.
const AT_ONCE: usize = 1 << 30;

/// What is wrong with the plastic synapses of a rank, as it crosses.
const SOUND: u64 = 0;
const BEYOND: u64 = 1;
const TOO_MANY: u64 = 2;

/// Refuses synapses that cannot learn: too many of them in a block, weights beyond where they stay.
fn check_synapses<R: Real>(network: &Network<R>, plan: &LearningPlan) -> Result<(), LearningError> {
    check_bounds(network, plan)?;
    let most = network.blocks.iter().map(|block| block.plastic.len()).max().unwrap_or(0);
    if u32::try_from(most).is_ok() { Ok(()) } else { Err(too_many(most)) }
}

fn too_many(synapses: usize) -> LearningError {
    let (found, expected) = (synapses.to_string(), "fewer than 2^32, in more blocks".into());
    LearningError::Size { what: "plastic synapses of a block", found, expected }
}

/// The same of all ranks, each of which has the fault of the first.
pub(super) fn check_all_synapses<R: Real>(
    network: &Network<R>,
    plan: &LearningPlan,
    rank: Option<&Rank>,
) -> Result<(), LearningError> {
    let own = check_synapses(network, plan);
    let Some(rank) = rank else { return own };
    let mut words = Words::default();
    match &own {
        Err(LearningError::Beyond { projection, weight, bounds }) => {
            words.long(BEYOND);
            words.text(projection);
            [*weight, bounds.low, bounds.high].into_iter().for_each(|own| words.float(own));
        }
        Err(_) => {
            words.long(TOO_MANY);
            words.count(network.blocks.iter().map(|block| block.plastic.len()).max().unwrap_or(0));
        }
        Ok(()) => words.long(SOUND),
    }
    for (other, part) in rank.all_gather(&words)?.parts().enumerate() {
        let mut reader = Reader::new(other, part);
        match reader.long()? {
            BEYOND => {
                let (projection, weight) = (reader.text()?, reader.float()?);
                let bounds = Bounds { low: reader.float()?, high: reader.float()? };
                return Err(LearningError::Beyond { projection, weight, bounds });
            }
            TOO_MANY => return Err(too_many(reader.count()?)),
            _ => {}
        }
    }
    own
}

impl Learning {
    /// Refuses the first derivative that is not finite, of all ranks.
    pub(crate) fn check_derivatives<R: Real>(
        &self,
        network: &Network<R>,
        blocks: &[BlockState<R>],
    ) -> Result<(), LearningError> {
        let own = first_not_derived(blocks.iter().filter_map(|block| block.cell_record().fault.as_ref()));
        let first = match &self.rank {
            Some(rank) if self.population.derived.iter().any(Option::is_some) => {
                let all = not_derived_of_all(own, rank)?;
                first_not_derived(all.iter().flatten()).cloned()
            }
            _ => own.cloned(),
        };
        first.map_or(Ok(()), |own| Err(derivative_fault(network, own)))
    }

    /// What the cells of all ranks emitted in a window, `[step][cell]` by global id; nothing where there is one process.
    pub(super) fn emitted_by_all<R: Real>(
        &self,
        blocks: &[BlockState<R>],
        steps: usize,
    ) -> Result<Option<Vec<f64>>, LearningError> {
        let Some(rank) = self.rank.as_ref().filter(|_| self.plan.returns().is_some()) else { return Ok(None) };
        let rows = |step: usize| blocks.iter().flat_map(move |block| block.learning().emitted(step));
        let row = |step| rows(step).copied().collect();
        let at_once = AT_ONCE / (8 * self.population.class_of.len().max(1));
        Ok(Some(rows_of_all(rank, (steps, at_once.max(1)), row)?))
    }

    /// What the cells of all ranks did whose intermediate ones are means, in the order of cells.
    pub(super) fn averaged_of_all<R: Real>(
        blocks: &[BlockState<R>],
        rank: &Rank,
    ) -> Result<Vec<(usize, OpenSteps)>, LearningError> {
        let mut words = Words::default();
        for (id, open) in blocks.iter().flat_map(|block| block.learning().averaged()) {
            let (sums, steps) = open.numbers();
            words.count(id);
            words.floats(sums);
            words.float(steps);
        }
        let mut all = Vec::new();
        for (other, part) in rank.all_gather(&words)?.parts().enumerate() {
            let mut reader = Reader::new(other, part);
            while !reader.is_empty() {
                let (id, sums) = (reader.count()?, reader.floats()?);
                all.push((id, OpenSteps::from_numbers(sums, reader.float()?)));
            }
        }
        Ok(all)
    }
}

/// Rows of all ranks, side by side, of which so many at once are handed over; all ranks have as many of them, and of any width.
fn rows_of_all(
    rank: &Rank,
    (rows, at_once): (usize, usize),
    row: impl Fn(usize) -> Vec<f64>,
) -> Result<Vec<f64>, ExchangeError> {
    let mut whole = Vec::new();
    for from in (0..rows).step_by(at_once) {
        let now = from..rows.min(from + at_once);
        let own: Vec<f64> = now.clone().flat_map(&row).collect();
        whole.extend(side_by_side(&rank.all_floats(&own)?, now.len()));
    }
    Ok(whole)
}

fn not_derived_of_all(own: Option<&NotDerived>, rank: &Rank) -> Result<Vec<Option<NotDerived>>, ExchangeError> {
    let mut words = Words::default();
    if let Some(NotDerived { step, population, cell, what, value }) = own {
        words.long(*step);
        words.count(*population);
        words.count(*cell);
        words.text(what);
        words.float(*value);
    }
    let read = |(other, part): (usize, &[u8])| {
        let mut reader = Reader::new(other, part);
        if reader.is_empty() {
            return Ok(None);
        }
        let (step, population, cell) = (reader.long()?, reader.count()?, reader.count()?);
        Ok(Some(NotDerived { step, population, cell, what: reader.text()?, value: reader.float()? }))
    };
    rank.all_gather(&words)?.parts().enumerate().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranks::Local;

    /// Would catch rows that are lost, doubled or in another order where they are handed over in several rounds, and a rank without cells.
    #[test]
    fn rows_are_the_same_in_any_number_of_rounds() {
        let of_all = |at_once: usize| -> Vec<Vec<f64>> {
            let work = |own: Local| {
                let rank = Rank::new(Box::new(own));
                let (first, cells) = [(0, 2), (2, 0), (2, 3)][rank.rank];
                let row = |row: usize| (first..first + cells).map(|cell| f64::from(cell) + 10.0 * row as f64).collect();
                rows_of_all(&rank, (5, at_once), row).unwrap()
            };
            std::thread::scope(|scope| {
                let all: Vec<_> = Local::ranks_of(3).into_iter().map(|own| scope.spawn(move || work(own))).collect();
                all.into_iter().map(|own| own.join().unwrap()).collect()
            })
        };
        let expected: Vec<f64> = (0..5).flat_map(|row| (0..5).map(move |cell| f64::from(cell + 10 * row))).collect();
        for at_once in [1, 2, 5, 7] {
            assert_eq!(of_all(at_once), vec![expected.clone(); 3], "{at_once} rows at once");
        }
    }
}
