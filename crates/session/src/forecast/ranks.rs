//! What ranks send each other, and what the cells of one cost.

use crate::building::threads_of;
use crate::{Job, SessionError};
use cpu_time::ProcessTime;
use neuropil_core::Real;
use neuropil_engine::{Runnable, Simulation};
use neuropil_network::network::{Design, Share};
use neuropil_network::{Network, Scalar};
use std::sync::atomic::AtomicU64;

/// What connects two ranks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// Time of the smallest message, s.
    pub latency_s: f64,
    /// Bytes a second.
    pub bytes_per_s: f64,
}

/// What a rank sends in a meeting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Message {
    /// Meetings in a second; none where there is one rank.
    pub meetings_per_s: f64,
    /// Bytes.
    pub bytes: f64,
    ranks: f64,
}

/// What begins a letter, and what stands before the spikes of a step, bytes.
const HEAD: f64 = 40.0;
const STEP: f64 = 16.0;
/// Bytes of a spike, of its factor for each projection that has some, and those that MPI sends at least.
const SPIKE: f64 = 4.0;
const FACTOR: f64 = 8.0;
const LEAST: f64 = 256.0;

impl Message {
    /// Of a rank that sends so many spikes a second, in meetings `min_delay` steps apart.
    pub fn new<R: Real>(design: &Design<R>, min_delay: u32, spikes_per_s: f64, ranks: usize) -> Self {
        let step_s = design.clock.dt_ms() * 1e-3;
        let (steps, factors) = (f64::from(min_delay), design.scaled().count() as f64);
        let graded = (0..design.populations.len()).filter(|own| design.graded_index(*own).is_some());
        let graded: f64 = graded.map(|own| f64::from(design.populations[own].cells)).sum();
        let each = |of_all: f64| of_all / ranks as f64;
        let step = STEP + FACTOR * factors + R::BYTES as f64 * each(graded);
        let spikes = spikes_per_s * step_s * steps * (SPIKE + if factors > 0.0 { FACTOR } else { 0.0 });
        let meetings_per_s = if ranks > 1 { 1.0 / (step_s * steps) } else { 0.0 };
        Self { meetings_per_s, bytes: (HEAD + steps * step + spikes).max(LEAST), ranks: ranks as f64 }
    }

    /// Time of the meetings of a second, s: as many rounds as doublings lead to all ranks, and the bytes of all others.
    pub fn seconds(self, link: Link) -> f64 {
        let rounds = self.ranks.log2().ceil();
        self.meetings_per_s * (rounds * link.latency_s + (self.ranks - 1.0) * self.bytes / link.bytes_per_s)
    }

    /// Bytes that a rank receives in a second.
    pub fn received_per_s(self) -> f64 {
        self.meetings_per_s * (self.ranks - 1.0) * self.bytes
    }
}

/// Simulated time of a piece that is measured, ms, and pieces, of which the fastest counts.
const PIECE_MS: f64 = 10.0;
const PIECES: usize = 5;
/// Bytes of a page.
const PAGE: u64 = 4096;

/// The cells of a rank, run for a moment without synapses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moment {
    /// Wall time of a simulated second, s.
    pub wall_s: f64,
    /// Bytes that this process holds with them, and with the parameters of all cells.
    pub bytes: f64,
}

impl Moment {
    /// Runs the share of a rank, with inputs and peptides. What counts is the time of processors, so that the rank may have more threads than this
    /// machine has cores, and this machine other work.
    ///
    /// # Errors
    /// Threads or memory that are not there, a state that is no longer finite.
    pub fn of<R: Scalar>(job: Job<R>, blocks: Option<u32>, share: Share, threads: usize) -> Result<Self, SessionError> {
        let here = threads.min(threads_of(None));
        let Job { mut design, tissue, clock, .. } = job;
        design.projections.clear();
        let network = Network::build_share(design, blocks, share, here, &AtomicU64::new(0));
        let mut simulation = Simulation::new(network.map_err(SessionError::Network)?, Vec::new(), here);
        if let Some(tissue) = tissue {
            let tissue = tissue.with_threads(here).map_err(|fault| SessionError::Threads(fault.to_string()))?;
            simulation = simulation.with_tissue(tissue);
        }
        let steps = clock.nearest_step(PIECE_MS).unwrap_or(1).max(1);
        simulation.advance(steps)?;
        let mut fastest = f64::INFINITY;
        for _ in 0..PIECES {
            let begun = ProcessTime::now();
            simulation.advance(steps)?;
            fastest = fastest.min(begun.elapsed().as_secs_f64() / threads as f64);
        }
        let bytes = resident_bytes().unwrap_or(0) as f64;
        Ok(Self { wall_s: fastest / (clock.time_ms(steps) * 1e-3), bytes })
    }
}

/// Bytes of this process in memory; `None` where the system does not tell.
fn resident_bytes() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(told.split_whitespace().nth(1)?.parse::<u64>().ok()? * PAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 8 ranks meet in 3 rounds of 2 us, and take 7 messages of 1000 bytes at 1 GB a second: 13 us, a thousand times.
    #[test]
    fn meetings_cost_rounds_and_bytes() {
        let message = Message { meetings_per_s: 1000.0, bytes: 1000.0, ranks: 8.0 };
        let seconds = message.seconds(Link { latency_s: 2e-6, bytes_per_s: 1e9 });
        assert!((seconds - 13e-3).abs() < 1e-12, "{seconds}");
        assert_eq!(message.received_per_s(), 7e6);
    }
}
