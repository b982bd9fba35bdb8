//! Cells that send given spikes instead of their own.

use crate::source::{SpikeSource, SpikeTrain};
use neuropil_core::CellSet;
use std::ops::Range;

/// Some cells of a population whose spikes are given: what their membrane does is not heard. The others are as they were.
#[derive(Debug, Clone)]
pub struct Voice {
    /// Index of the population.
    pub population: usize,
    /// Its cells.
    pub cells: CellSet,
    /// What they send, by their indices in the population.
    pub spikes: SpikeTrain,
}

impl Voice {
    /// Puts what the cells send in `step` in the place of what they fired. `fired` holds, from place `from` on and
    /// ascending, the global ids of those among `cells` that fired, of which the first has the id `first_id`.
    pub fn speak(&self, step: u64, (cells, first_id): (Range<u32>, u32), fired: &mut Vec<u32>, from: usize) {
        let mut kept = from;
        for place in from..fired.len() {
            let id = fired[place];
            if !self.cells.contains(id - first_id + cells.start) {
                fired[kept] = id;
                kept += 1;
            }
        }
        fired.truncate(kept);
        self.spikes.emit(step, cells.clone(), fired);
        fired[kept..].iter_mut().for_each(|cell| *cell = *cell - cells.start + first_id);
        fired[from..].sort_unstable();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch cells of the set that are heard, cells beside it that are not, and ids of another block.
    #[test]
    fn the_cells_of_the_set_send_what_is_given_and_nothing_else() {
        let voice = Voice {
            population: 0,
            cells: CellSet::new([11, 13, 15]).unwrap(),
            spikes: SpikeTrain::new(vec![(4, 15), (4, 11), (4, 11), (5, 13)]),
        };
        let heard = |step, cells: Range<u32>, ids: &[u32]| {
            let mut fired = ids.to_vec();
            voice.speak(step, (cells, 100), &mut fired, 1);
            fired
        };
        // Cells 10 to 16 have the ids 100 to 106; what stands before is of others.
        assert_eq!(heard(4, 10..17, &[7, 100, 103, 104]), [7, 100, 101, 101, 104, 105]);
        assert_eq!(heard(5, 10..17, &[7, 101, 105]), [7, 103]);
        assert_eq!(heard(4, 10..13, &[7]), [7, 101, 101]);
        assert_eq!(heard(6, 10..17, &[7, 101, 102]), [7, 102]);
    }
}
