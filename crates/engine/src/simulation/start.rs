//! What a simulation begins with: its history, and its blocks divided among threads.

use crate::block::BlockState;
use crate::phases::Stopwatch;
use crate::schedule::Worker;
use neuropil_core::Real;
use neuropil_network::history::{History, Outbox};
use neuropil_network::{Kind, Network};
use std::time::Duration;

/// The history before the first step.
pub(super) fn initial_history<R: Real>(network: &Network<R>) -> History<R> {
    let mut history = network.history();
    history.start(&spikes_at_start(network));
    history
}

/// Global ids of the cells that spike at time 0.
pub(crate) fn spikes_at_start<R: Real>(network: &Network<R>) -> Vec<u32> {
    let mut fired = Vec::new();
    for (population, first_id) in network.design.populations.iter().zip(network.design.first_ids()) {
        if let Kind::Source(source) = &population.kind {
            let first = fired.len();
            source.emit_at_start(&mut fired);
            fired[first..].iter_mut().for_each(|cell| *cell += first_id);
        }
    }
    fired
}

/// Runs of blocks, as equal as can be, each with a history.
pub(super) fn divide<'a, R: Real>(
    mut blocks: &'a mut [BlockState<R>],
    histories: &'a mut [History<R>],
    measured: bool,
    outbox: impl Fn() -> Outbox<R>,
) -> Vec<Worker<'a, R>> {
    let threads = histories.len();
    let mut first_block = 0;
    let mut workers = Vec::with_capacity(threads);
    for (thread, history) in histories.iter_mut().enumerate() {
        let own = blocks.len() / (threads - thread);
        let (mine, rest) = blocks.split_at_mut(own);
        blocks = rest;
        workers.push(Worker {
            first_block,
            blocks: mine,
            history,
            arrival: outbox(),
            stopwatch: Stopwatch::new(measured),
            waited: Duration::ZERO,
        });
        first_block += own;
    }
    workers
}
