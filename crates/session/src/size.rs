//! Numbers as people read them, and what a run amounts to.

use crate::SessionError;
use neuropil_core::Real;
use neuropil_engine::{Chunk, Observer, ObserverError};
use neuropil_files::memory_bytes;
use neuropil_network::network::Design;
use neuropil_network::synapse::timing::Kept;
use neuropil_network::{Projection, Property};

/// `12,345`.
pub fn count_text(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1.2 GB`.
#[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
pub fn bytes_text(bytes: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let mut size = bytes as f64;
    let mut unit = 0;
    while size >= 1000.0 && unit + 1 < units.len() {
        size /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{size} B") } else { format!("{size:.1} {}", units[unit]) }
}

/// Cells, synapses and bytes to expect.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "an estimate")]
pub fn expected_size<R: Real>(design: &Design<R>) -> (u64, u64, u64) {
    let (cells, synapses) = (design.cells(), design.expected_synapses());
    let state = 6.0 * R::BYTES as f64 * cells as f64;
    // A row's start for every source and delay, in two blocks; tens of delays are typical.
    let index = 2.0 * 4.0 * 30.0 * cells as f64;
    // While it is built: the drafts of the population that sends most, each with source, delay and channel.
    let sent = |source: usize| {
        let own = (0..).zip(&design.projections).filter(|(_, projection)| projection.source == source);
        own.map(|(number, own)| own.connector.expected(&design.context(number).wiring(own))).sum::<f64>()
    };
    let most = (0..design.populations.len()).map(sent).fold(0.0, f64::max);
    let weight = design.weights.bytes::<R>() as f64;
    let drafts = most * (8.0 + weight);
    let bytes = synapses * (2.0 + weight) + drafts + state + index + plastic_bytes(design);
    (cells, synapses as u64, bytes as u64)
}

/// What synapses whose weights follow spikes keep beside their rows.
fn plastic_bytes<R: Real>(design: &Design<R>) -> f64 {
    let longest = design.projections.iter().filter_map(|own| longest_delay_ms(&own.delay_ms)).fold(0.0, f64::max);
    let max_delay = design.clock.nearest_step(longest).ok().and_then(|steps| u32::try_from(steps).ok()).unwrap_or(1);
    let bytes = |(number, own): (u32, &Projection)| {
        let synapses = own.connector.expected(&design.context(number).wiring(own));
        let cells = f64::from(design.populations[own.target].cells);
        own.timing().map(|timing| timing.bytes(Kept { synapses, cells, max_delay }, design.clock))
    };
    (0..).zip(&design.projections).filter_map(bytes).sum()
}

/// The longest delay of a projection, as far as it is known before synapses are drawn.
fn longest_delay_ms(delay_ms: &Property) -> Option<f64> {
    match delay_ms {
        Property::Drawn(distribution) => Some(distribution.support().1).filter(|longest| longest.is_finite()),
        Property::List(values) => values.iter().copied().reduce(f64::max),
        _ => None,
    }
}

/// Counts the spikes of each population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpikeCounts {
    first_ids: Vec<u32>,
    /// Spikes so far, by population.
    pub spikes: Vec<u64>,
}

impl SpikeCounts {
    /// For populations that begin at these ids; the last is the number of cells.
    pub fn new(first_ids: Vec<u32>) -> Self {
        let spikes = vec![0; first_ids.len() - 1];
        Self { first_ids, spikes }
    }

    /// All spikes so far.
    pub fn total(&self) -> u64 {
        self.spikes.iter().sum()
    }

    /// Mean rate of each population over `duration_ms`, Hz.
    #[expect(clippy::cast_precision_loss, reason = "a mean")]
    pub fn rates_hz(&self, duration_ms: f64) -> Vec<f64> {
        let cells = self.first_ids.windows(2).map(|ids| f64::from(ids[1] - ids[0]));
        let seconds = (duration_ms * 1e-3).max(f64::MIN_POSITIVE);
        self.spikes.iter().zip(cells).map(|(spikes, cells)| *spikes as f64 / cells / seconds).collect()
    }
}

impl Observer for SpikeCounts {
    fn observe(&mut self, chunk: &Chunk) -> Result<(), ObserverError> {
        for (_, id) in &chunk.spikes {
            self.spikes[self.first_ids.partition_point(|first| first <= id) - 1] += 1;
        }
        Ok(())
    }
}

/// Refuses what needs more memory than the machine has.
///
/// # Errors
/// How much is needed and how much there is.
pub fn fits(bytes: u64, what: &str) -> Result<(), SessionError> {
    match memory_bytes() {
        Some(memory) if bytes > memory => {
            Err(SessionError::Memory { what: what.into(), needed: bytes_text(bytes), there: bytes_text(memory) })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_scaled() {
        assert_eq!([count_text(0), count_text(999), count_text(1_234_567)], ["0", "999", "1,234,567"]);
        assert_eq!([bytes_text(12), bytes_text(1_234_567_890)], ["12 B", "1.2 GB"]);
    }

    #[test]
    fn rates_are_spikes_per_cell_and_second() {
        let mut counts = SpikeCounts::new(vec![0, 10, 14]);
        let spikes = vec![(1, 0), (1, 9), (2, 10), (2, 13), (3, 13)];
        counts.observe(&Chunk { last_step: 3, spikes, ..Chunk::default() }).unwrap();
        assert_eq!(counts.rates_hz(500.0), [0.4, 1.5]);
        assert_eq!(counts.total(), 5);
    }
}
