//! The order of a step: the only place that knows it.
//!
//! Step n covers (t_{n-1}, t_n]:
//! 1. for every block, in parallel: Hear (third factors reach synapses whose weights follow spikes), Deliver and Stimulate (arrivals stamped t_n over synapses and of Poisson trains) for
//!    cells that need them before the test, Advance (propagate over the step, then add the arrivals, then test the
//!    threshold), Deliver and Stimulate for cells whose arrivals go into a state variable, from time to time Settle (synapses whose
//!    weights follow spikes have all of them), Sample;
//! 2. Send: the outboxes of all blocks, in block order, become step n of the history.
//!
//! Interventions begin and end between two steps: they act from the next Deliver on.
//!
//! Delays are at least one step, so one barrier suffices: before it, threads write the outboxes of step n; after it,
//! each reads all of them into its own history. Outboxes of even and odd steps are different ones, so nobody writes
//! what another still reads. Over ranks, what was sent in as many steps as the shortest delay has is handed over at once
//! ([`crate::ranks`]).

use crate::barrier::Barrier;
use crate::block::{BlockState, NonFinite};
use crate::intervention::Overlay;
use crate::phases::Stopwatch;
use crate::probe::Probe;
use neuropil_core::Real;
use neuropil_network::Network;
use neuropil_network::history::{History, Outbox};
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What threads share during a chunk.
pub(crate) struct Shared<'a, R: Real> {
    pub network: &'a Network<R>,
    /// What is edited of it, in all steps of the chunk.
    pub overlay: &'a Overlay<R>,
    pub probes: &'a [Probe],
    pub barrier: Barrier,
    /// How often synapses whose weights follow spikes are brought up to date, by projection; empty where there are none.
    pub settle_steps: Vec<u64>,
    /// The outboxes of each block, of as many steps as are sent at a time and one more: without ranks, of even and of odd steps.
    pub exchange: Vec<Vec<Mutex<Outbox<R>>>>,
    /// The first step in which a cell went wrong, or `u64::MAX`. A step and not a flag: a thread may find a fault in
    /// step n + 1 while others, past the same barrier, still ask whether step n was sound.
    pub failed: AtomicU64,
}

/// A run of blocks and the thread's own copy of the history.
pub(crate) struct Worker<'a, R: Real> {
    pub first_block: usize,
    pub blocks: &'a mut [BlockState<R>],
    pub history: &'a mut History<R>,
    /// What arrives of a rank in a step; scratch.
    pub arrival: Outbox<R>,
    pub stopwatch: Stopwatch,
    /// Time spent waiting for others.
    pub waited: Duration,
}

/// A cell whose state is no number, and the step.
pub(crate) type Fault = (u64, NonFinite);

impl<R: Real> Worker<'_, R> {
    /// Runs the steps after `from` up to `to`; calls `sent` with each completed step. Ends early, in the same step as
    /// all other workers, if a cell of any of them goes wrong.
    pub fn run(
        &mut self,
        shared: &Shared<'_, R>,
        from: u64,
        to: u64,
        mut sent: impl FnMut(u64, &History<R>),
    ) -> Option<Fault> {
        let _guard = shared.barrier.guard();
        for step in from + 1..=to {
            self.stopwatch.start(step);
            let fault = self.blocks_step(shared, step);
            if fault.is_some() {
                shared.failed.fetch_min(step, Ordering::Relaxed);
            }
            self.waited += shared.barrier.wait();
            self.stopwatch.lap(|phases| &mut phases.waiting);
            self.send(shared, step);
            self.stopwatch.lap(|phases| &mut phases.exchange);
            sent(step, self.history);
            if shared.failed.load(Ordering::Relaxed) <= step {
                return fault.map(|cell| (step, cell));
            }
        }
        None
    }

    /// Runs one step of its blocks; tells the first cell that went wrong.
    pub(crate) fn blocks_step(&mut self, shared: &Shared<'_, R>, step: u64) -> Option<NonFinite> {
        let Self { first_block, blocks, history, stopwatch, .. } = self;
        let (network, overlay) = (shared.network, shared.overlay);
        let mut fault = None;
        for (number, block) in (*first_block..).zip(blocks.iter_mut()) {
            let arrive = |block: &mut BlockState<R>, planes: Range<usize>, stopwatch: &mut Stopwatch| {
                block.deliver((network, overlay), history, step, planes.clone());
                stopwatch.lap(|phases| &mut phases.delivery);
                block.stimulate((network, overlay), step, planes);
                stopwatch.lap(|phases| &mut phases.input);
            };
            if !shared.settle_steps.is_empty() {
                block.hear(network, history, step);
            }
            arrive(block, network.layout.before_test(), stopwatch);
            block.drive((network, overlay), step);
            stopwatch.lap(|phases| &mut phases.input);
            if let Err(cell) = block.advance((network, overlay), step) {
                fault.get_or_insert(cell);
            }
            stopwatch.lap(|phases| &mut phases.update);
            arrive(block, network.layout.after_test(), stopwatch);
            if !shared.settle_steps.is_empty() {
                block.settle(network, &shared.settle_steps, step);
            }
            block.sample((network, overlay), shared.probes, step);
            let boxes = &shared.exchange[number];
            let mut outbox = lock(&boxes[slot(step, boxes.len())]);
            std::mem::swap(&mut *outbox, &mut block.signals.outbox);
            stopwatch.lap(|phases| &mut phases.update);
        }
        fault
    }

    fn send(&mut self, shared: &Shared<'_, R>, step: u64) {
        self.history.begin(step);
        for boxes in &shared.exchange {
            self.history.append(step, &lock(&boxes[slot(step, boxes.len())]));
        }
        self.history.end(step);
    }
}

/// Which of so many outboxes is that of a step.
#[expect(clippy::cast_possible_truncation, reason = "there are few")]
pub(crate) fn slot(step: u64, boxes: usize) -> usize {
    (step % boxes as u64) as usize
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().expect("a thread that panics breaks the barrier first")
}
