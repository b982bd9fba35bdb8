//! The steps of a thread of a rank.
//!
//! Nothing that is sent in a step arrives before the shortest delay has passed. So many steps are run without a look at the
//! other ranks; then the main thread hands over what all blocks of the rank sent, and every thread takes what all ranks sent into its
//! history. A cell that goes wrong ends all ranks with its step; what ran beyond it is forgotten.

use super::mail::{add, begin, first_fault};
use super::words::Words;
use super::{Exchange, ExchangeError, Gathered, Letter};
use crate::schedule::{Fault, Shared, Worker, lock, slot};
use neuropil_core::Real;
use neuropil_network::history::{History, Outbox};
use std::sync::{Mutex, PoisonError, RwLock};

/// What threads of a rank share between two exchanges.
pub(crate) struct Epochs {
    /// The step before the chunk that this is part of.
    pub chunk_from: u64,
    /// Steps between two exchanges: the shortest delay.
    pub steps: u64,
    /// The first cell of this rank that went wrong, and the block in which it did.
    fault: Mutex<Option<(Fault, usize)>>,
    arrived: RwLock<Result<Gathered, ExchangeError>>,
}

/// What the main thread of a rank hands over with.
pub(crate) struct Post<'e> {
    pub exchange: &'e mut dyn Exchange,
    words: Words,
}

impl<'e> Post<'e> {
    pub fn new(exchange: &'e mut dyn Exchange) -> Self {
        Self { exchange, words: Words::default() }
    }
}

impl Epochs {
    pub fn new(chunk_from: u64, steps: u64) -> Self {
        Self { chunk_from, steps, fault: Mutex::new(None), arrived: RwLock::new(Ok(Gathered::default())) }
    }

    fn note(&self, fault: Fault, first_block: usize) {
        let mut known = lock(&self.fault);
        if known.is_none_or(|(known, block)| (fault.0, first_block) < (known.0, block)) {
            *known = Some((fault, first_block));
        }
    }

    /// Hands over what the blocks of this rank sent in the steps after `begun` up to `end`, and takes what came of all ranks.
    fn hand_over<R: Real>(&self, post: &mut Post<'_>, shared: &Shared<'_, R>, (begun, end): (u64, u64)) {
        let fault = lock(&self.fault).map(|(fault, _)| fault);
        begin(&mut post.words, fault);
        let factors = shared.network.design.scaled().count();
        // Steps behind a fault are not read.
        for step in begun + 1..=fault.map_or(end, |(step, _)| step) {
            add(&mut post.words, factors, |see: &mut dyn FnMut(&Outbox<R>)| {
                shared.exchange.iter().for_each(|boxes| see(&lock(&boxes[slot(step, boxes.len())])));
            });
        }
        let mut arrived = self.arrived.write().unwrap_or_else(PoisonError::into_inner);
        let mut all = std::mem::replace(&mut *arrived, Err(ExchangeError::Gone)).unwrap_or_default();
        *arrived = post.exchange.all_gather(&post.words.0, &mut all).map(|()| all);
    }
}

impl<R: Real> Worker<'_, R> {
    /// Runs as [`Worker::run`], with other ranks. One of the threads has the post. The fault is the first of all ranks, and the
    /// same on each.
    pub fn run_with_ranks(
        &mut self,
        (shared, epochs): (&Shared<'_, R>, &Epochs),
        (from, to): (u64, u64),
        mut post: Option<Post<'_>>,
        mut sent: impl FnMut(u64, &History<R>),
    ) -> Result<Option<Fault>, ExchangeError> {
        let _guard = shared.barrier.guard();
        let mut begun = from;
        while begun < to {
            let end = to.min(begun + epochs.steps);
            let ran = self.own_steps(shared, epochs, (begun, end));
            self.waited += shared.barrier.wait();
            self.stopwatch.lap(|phases| &mut phases.waiting);
            if let Some(post) = &mut post {
                epochs.hand_over(post, shared, (begun, end));
            }
            shared.barrier.wait();
            let fault = self.take(epochs, (begun, end), &mut sent)?;
            self.stopwatch.lap(|phases| &mut phases.exchange);
            if let Some((last, _)) = fault {
                self.forget(shared, epochs, ran, last);
                return Ok(fault);
            }
            begun = end;
        }
        Ok(None)
    }

    /// Runs its blocks; tells the last step, which is that of a fault if there is one.
    fn own_steps(&mut self, shared: &Shared<'_, R>, epochs: &Epochs, (begun, end): (u64, u64)) -> u64 {
        for step in begun + 1..=end {
            self.stopwatch.start(step);
            if let Some(cell) = self.blocks_step(shared, step) {
                epochs.note((step, cell), self.first_block);
                return step;
            }
        }
        end
    }

    /// Takes what all ranks sent into the history, up to the first fault.
    fn take(
        &mut self,
        epochs: &Epochs,
        (begun, end): (u64, u64),
        sent: &mut impl FnMut(u64, &History<R>),
    ) -> Result<Option<Fault>, ExchangeError> {
        let arrived = epochs.arrived.read().unwrap_or_else(PoisonError::into_inner);
        let all = arrived.as_ref().map_err(Clone::clone)?;
        let letters = all.parts().enumerate().map(|(rank, bytes)| Letter::open(rank, bytes));
        let mut letters = letters.collect::<Result<Vec<_>, _>>()?;
        let fault = first_fault(letters.iter().map(|own| own.fault));
        for step in begun + 1..=fault.map_or(end, |(step, _)| step) {
            self.history.begin(step);
            for letter in &mut letters {
                letter.step(&mut self.arrival)?;
                self.history.append(step, &self.arrival);
            }
            self.history.end(step);
            sent(step, self.history);
        }
        Ok(fault)
    }

    /// Drops the samples of the steps behind `last` up to `ran`.
    fn forget(&mut self, shared: &Shared<'_, R>, epochs: &Epochs, ran: u64, last: u64) {
        for (index, probe) in shared.probes.iter().enumerate() {
            let rows = |step: u64| step / probe.every_steps - epochs.chunk_from / probe.every_steps;
            let (kept, all) = (rows(last), rows(ran).max(1));
            for samples in self.blocks.iter_mut().map(|block| &mut block.samples[index]) {
                let width = samples.len() as u64 / all;
                samples.truncate(usize::try_from(width * kept).unwrap_or(usize::MAX));
            }
        }
    }
}
