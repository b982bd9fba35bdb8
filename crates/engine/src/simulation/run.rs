//! Steps, by all threads.

use super::Simulation;
use super::start::divide;
use crate::barrier::Barrier;
use crate::error::EngineError;
use crate::ranks::{Epochs, Post};
use crate::schedule::{Fault, Shared, Worker};
use crate::timed::settle_steps_of_each;
use neuropil_core::Real;
use neuropil_network::history::{History, Outbox};
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

impl<R: Real> Simulation<R> {
    /// Runs up to step `to`, or up to a cell that goes wrong; tells the fault of each thread, over ranks the one of all.
    pub(super) fn run(&mut self, to: u64) -> Result<Vec<Option<Fault>>, EngineError> {
        let threads = self.pace.threads();
        if self.histories.len() != threads {
            let first = self.histories[0].clone();
            self.histories.resize(threads, first);
        }
        let begun = Instant::now();
        let scaled = self.network.design.scaled().count();
        let outbox = || Outbox { fired: Vec::new(), factors: vec![Vec::new(); scaled], graded: Vec::new() };
        let from = self.step;
        // Longer than the run need not be.
        let epoch = u64::from(self.network.min_delay).min(to - from).max(1);
        let boxes = if self.rank.is_some() { usize::try_from(epoch).unwrap_or(1) } else { 2 };
        let shared = Shared {
            network: &self.network,
            overlay: &self.hands.overlay,
            probes: &self.probes,
            barrier: Barrier::new(threads),
            settle_steps: settle_steps_of_each(&self.network.design),
            exchange: self.blocks.iter().map(|_| (0..boxes).map(|_| Mutex::new(outbox())).collect()).collect(),
            failed: AtomicU64::new(u64::MAX),
        };
        let mut workers = divide(&mut self.blocks, &mut self.histories, self.phases.is_some(), outbox);
        let (last_step, spikes) = (&mut self.chunk.last_step, &mut self.chunk.spikes);
        let sent = |step: u64, history: &History<R>| {
            *last_step = step;
            spikes.extend(history.fired(step).iter().map(|&id| (step, id)));
        };
        let faults = match &self.rank {
            None => alone(&mut workers, &shared, (from, to), sent),
            Some(rank) => {
                let (epochs, mut exchange) = (Epochs::new(self.chunk_from, epoch), rank.exchange());
                let post = Post::new(exchange.as_mut());
                with_ranks(&mut workers, (&shared, &epochs), (from, to), post, sent)?
            }
        };
        // Whoever waited longest: the first thread may be the one that the others wait for.
        let waited = workers.iter().map(|worker| worker.waited).max().unwrap_or_default();
        if let Some(phases) = &mut self.phases {
            workers.iter().for_each(|worker| phases.add(&worker.stopwatch.phases));
        }
        let wall = begun.elapsed();
        let steps = u32::try_from(to - from).unwrap_or(u32::MAX).max(1);
        self.pace.took(wall / steps, waited.as_secs_f64() / wall.as_secs_f64().max(f64::MIN_POSITIVE));
        Ok(faults)
    }
}

/// Runs the steps on all threads; tells the fault of each.
fn alone<R: Real>(
    workers: &mut [Worker<'_, R>],
    shared: &Shared<'_, R>,
    (from, to): (u64, u64),
    sent: impl FnMut(u64, &History<R>),
) -> Vec<Option<Fault>> {
    let (first, others) = workers.split_first_mut().expect("there is at least one thread");
    std::thread::scope(|scope| {
        let others: Vec<_> =
            others.iter_mut().map(|worker| scope.spawn(|| worker.run(shared, from, to, |_, _| {}))).collect();
        let own = first.run(shared, from, to, sent);
        let others = others.into_iter().map(|thread| thread.join().expect("a worker does not panic"));
        std::iter::once(own).chain(others).collect()
    })
}

/// Runs the steps on all threads and ranks; tells the first fault of all.
fn with_ranks<R: Real>(
    workers: &mut [Worker<'_, R>],
    (shared, epochs): (&Shared<'_, R>, &Epochs),
    steps: (u64, u64),
    post: Post<'_>,
    sent: impl FnMut(u64, &History<R>),
) -> Result<Vec<Option<Fault>>, EngineError> {
    let (first, others) = workers.split_first_mut().expect("there is at least one thread");
    let fault = std::thread::scope(|scope| {
        for worker in others.iter_mut() {
            // What it returns is what the first returns.
            scope.spawn(|| worker.run_with_ranks((shared, epochs), steps, None, |_, _| {}));
        }
        first.run_with_ranks((shared, epochs), steps, Some(post), sent)
    });
    Ok(vec![fault?])
}
