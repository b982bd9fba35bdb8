//! A table of synapses whose weights change: rows that know cells and numbers.

use neuropil_core::memory::Numbers;
use std::ops::Range;

/// Rows of one projection onto one plane of a block.
#[derive(Debug, Clone, PartialEq)]
pub struct PlasticTable {
    /// Index of the projection.
    pub projection: usize,
    /// Index of the sending population.
    pub source: usize,
    /// The plane.
    pub plane: usize,
    /// Port of the receiving cells.
    pub port: usize,
    /// What a weight is multiplied by as it arrives: 1, or -1 at a port that takes the sizes of weights that are not positive.
    pub arrives_as: f64,
    /// Delays that occur, in steps, ascending.
    pub delays: Vec<u32>,
    /// Row `source * delays.len() + slot` is synapses `starts[row]..starts[row + 1]`.
    pub(super) starts: Numbers<u32>,
    /// Cell in the block of each synapse.
    pub cells: Numbers<u16>,
    /// Number in the projection of each synapse.
    pub numbers: Vec<u32>,
    /// The weights that the network begins with.
    pub weights: Numbers,
}

impl PlasticTable {
    /// The synapses that a cell (index in the sending population) reaches with the delay of a slot.
    #[inline(always)]
    pub fn row(&self, source: u32, slot: usize) -> Range<usize> {
        let row = source as usize * self.delays.len() + slot;
        self.starts[row] as usize..self.starts[row + 1] as usize
    }

    /// The synapses of a sending cell with the delays of some slots.
    #[inline(always)]
    pub fn rows_between(&self, source: u32, slots: Range<usize>) -> Range<usize> {
        let first = source as usize * self.delays.len();
        self.starts[first + slots.start] as usize..self.starts[first + slots.end] as usize
    }

    /// The sending cell of a row.
    #[expect(clippy::cast_possible_truncation, reason = "rows are numbered by cells, of 32 bits")]
    pub fn source_of(&self, row: usize) -> u32 {
        (row / self.delays.len().max(1)) as u32
    }

    /// Sending cell (index in its population) and delay in steps of every synapse, in their order.
    pub fn origins(&self) -> impl Iterator<Item = (u32, u32)> {
        let rows = (0_u32..).flat_map(move |source| self.delays.iter().map(move |delay| (source, *delay)));
        let lengths = self.starts.windows(2).map(|ends| (ends[1] - ends[0]) as usize);
        rows.zip(lengths).flat_map(|(origin, length)| std::iter::repeat_n(origin, length))
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// Every row that has synapses: its number, its sending cell, its delay, and its synapses.
    pub fn each_row(&self) -> impl Iterator<Item = Row> {
        let origins = (0_u32..).flat_map(|source| self.delays.iter().map(move |delay| (source, *delay)));
        let ends = self.starts.windows(2).map(|ends| ends[0] as usize..ends[1] as usize);
        let rows = origins.zip(ends).enumerate().filter(|(_, (_, synapses))| !synapses.is_empty());
        rows.map(|(number, ((source, delay), synapses))| Row { number, source, delay, synapses })
    }
}

/// The synapses of a sending cell with one delay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number in the table.
    pub number: usize,
    /// The sending cell, in its population.
    pub source: u32,
    /// Its delay, steps.
    pub delay: u32,
    /// Its synapses.
    pub synapses: Range<usize>,
}
