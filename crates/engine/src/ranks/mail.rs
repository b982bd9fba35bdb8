//! What a rank sends of some steps: a cell that went wrong, if one did, and what its blocks sent, step by step.

use super::ExchangeError;
use super::words::{Reader, Words, float};
use crate::block::NonFinite;
use crate::schedule::Fault;
use neuropil_core::Real;
use neuropil_network::history::Outbox;

/// No step.
const NEVER: u64 = u64::MAX;

/// Begins a letter with the first cell of the rank that went wrong.
pub(super) fn begin(words: &mut Words, fault: Option<Fault>) {
    words.0.clear();
    let (step, cell) = fault.unwrap_or((NEVER, NonFinite { population: 0, variable: 0, cell: 0, value: 0.0 }));
    words.long(step);
    words.count(cell.population);
    words.count(cell.variable);
    words.long(u64::from(cell.cell));
    words.float(cell.value);
}

/// Adds what blocks sent in the next step, in their order. `each` shows them all, as often as it is asked to.
pub(super) fn add<R: Real>(words: &mut Words, factors: usize, each: impl Fn(&mut dyn FnMut(&Outbox<R>))) {
    let total = |words: &mut Words, of: &dyn Fn(&Outbox<R>) -> usize| {
        let mut sum = 0;
        each(&mut |own| sum += of(own));
        words.count(sum);
    };
    total(words, &|own| own.fired.len());
    each(&mut |own| words.0.extend(own.fired.iter().flat_map(|id| id.to_le_bytes())));
    for projection in 0..factors {
        total(words, &|own| own.factors[projection].len());
        each(&mut |own| words.0.extend(own.factors[projection].iter().flat_map(|factor| factor.to_le_bytes())));
    }
    total(words, &|own| own.graded.len());
    each(&mut |own| {
        for output in &own.graded {
            let end = words.0.len();
            words.0.resize(end + R::BYTES, 0);
            output.store(&mut words.0[end..]);
        }
    });
}

/// A letter while it is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Letter<'b> {
    pub fault: Option<Fault>,
    steps: Reader<'b>,
}

impl<'b> Letter<'b> {
    /// The letter of a rank.
    pub fn open(rank: usize, bytes: &'b [u8]) -> Result<Self, ExchangeError> {
        let mut reader = Reader::new(rank, bytes);
        let step = reader.long()?;
        let (population, variable) = (reader.count()?, reader.count()?);
        let cell = u32::try_from(reader.long()?).map_err(|_| ExchangeError::Unreadable { rank })?;
        let cell = NonFinite { population, variable, cell, value: reader.float()? };
        Ok(Self { fault: (step != NEVER).then_some((step, cell)), steps: reader })
    }

    /// What all blocks of the rank sent in the next step.
    pub fn step<R: Real>(&mut self, sent: &mut Outbox<R>) -> Result<(), ExchangeError> {
        let reader = &mut self.steps;
        let fired = reader.count()?;
        sent.fired.clear();
        sent.fired.extend(reader.items(fired, 4)?.map(|id| u32::from_le_bytes(id.try_into().unwrap_or_default())));
        for factors in &mut sent.factors {
            let count = reader.count()?;
            factors.clear();
            factors.extend(reader.items(count, 8)?.map(float));
        }
        let graded = reader.count()?;
        sent.graded.clear();
        sent.graded.extend(reader.items(graded, R::BYTES)?.map(R::load));
        Ok(())
    }
}

/// The fault that all ranks end by: of the first step, of the first rank.
pub(super) fn first_fault(faults: impl Iterator<Item = Option<Fault>>) -> Option<Fault> {
    faults.flatten().min_by_key(|fault| fault.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_read_as_they_were_written() {
        let sent = |ids: &[u32], factors: &[f64], graded: &[f32]| Outbox {
            fired: ids.to_vec(),
            factors: vec![factors.to_vec(), Vec::new()],
            graded: graded.to_vec(),
        };
        let blocks = [sent(&[3, 7], &[0.5, -1e300], &[1.5]), sent(&[70_000], &[0.25], &[-0.0, f32::MIN_POSITIVE])];
        let mut words = Words::default();
        begin(&mut words, Some((9, NonFinite { population: 2, variable: 1, cell: 77, value: f64::INFINITY })));
        add(&mut words, 2, |see| blocks.iter().for_each(see));
        add(&mut words, 2, |see: &mut dyn FnMut(&Outbox<f32>)| blocks[..1].iter().for_each(see));
        let mut letter = Letter::open(0, &words.0).unwrap();
        let (step, cell) = letter.fault.unwrap();
        assert_eq!((step, cell.population, cell.variable, cell.cell, cell.value), (9, 2, 1, 77, f64::INFINITY));
        let mut read = sent(&[1], &[1.0], &[1.0]);
        letter.step(&mut read).unwrap();
        assert_eq!(read, sent(&[3, 7, 70_000], &[0.5, -1e300, 0.25], &[1.5, -0.0, f32::MIN_POSITIVE]));
        letter.step(&mut read).unwrap();
        assert_eq!(read, blocks[0]);
        assert_eq!(letter.step(&mut read), Err(ExchangeError::Unreadable { rank: 0 }));
    }

    #[test]
    fn the_first_fault_is_that_of_the_first_step_and_rank() {
        let fault = |step, cell| Some((step, NonFinite { population: 0, variable: 0, cell, value: 0.0 }));
        let first = |all: Vec<Option<Fault>>| first_fault(all.into_iter()).map(|own| (own.0, own.1.cell));
        assert_eq!(first(vec![None, fault(8, 1), fault(7, 2), fault(7, 3)]), Some((7, 2)));
        assert_eq!(first(vec![None, None]), None);
    }
}
