//! `spike_train`: given spikes.

use super::SpikeSource;
use std::ops::Range;

/// Spikes by step, then cell.
#[derive(Debug, Clone, Default)]
pub struct SpikeTrain {
    spikes: Vec<(u64, u32)>,
}

impl SpikeTrain {
    /// Spikes as (step, cell), in any order; step n is the one that ends at t_n, and 0 is before the first.
    pub fn new(mut spikes: Vec<(u64, u32)>) -> Self {
        spikes.sort_unstable();
        Self { spikes }
    }

    /// Number of spikes.
    pub fn len(&self) -> usize {
        self.spikes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.spikes.is_empty()
    }
}

impl SpikeSource for SpikeTrain {
    fn name(&self) -> &'static str {
        "spike_train"
    }

    fn emit(&self, step: u64, cells: Range<u32>, fired: &mut Vec<u32>) {
        let first = self.spikes.partition_point(|&spike| spike < (step, cells.start));
        let now = self.spikes[first..].iter().take_while(|&&(at, cell)| at == step && cell < cells.end);
        fired.extend(now.map(|&(_, cell)| cell));
    }

    fn emit_at_start(&self, fired: &mut Vec<u32>) {
        self.emit(0, 0..u32::MAX, fired);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spikes_at_time_0_come_at_the_start_alone() {
        let train = SpikeTrain::new(vec![(1, 4), (0, 7), (0, 2)]);
        let mut fired = Vec::new();
        train.emit_at_start(&mut fired);
        assert_eq!(fired, [2, 7]);
        fired.clear();
        train.emit(1, 0..10, &mut fired);
        assert_eq!(fired, [4]);
    }

    #[test]
    fn spikes_come_in_their_step_by_cell_and_as_often_as_given() {
        let train = SpikeTrain::new(vec![(3, 5), (1, 0), (3, 2), (3, 5), (3, 9)]);
        let emitted = |step, cells| {
            let mut fired = Vec::new();
            train.emit(step, cells, &mut fired);
            fired
        };
        assert_eq!(emitted(3, 0..10), [2, 5, 5, 9]);
        assert_eq!(emitted(3, 3..9), [5, 5]);
        assert_eq!(emitted(2, 0..10), Vec::<u32>::new());
    }
}
