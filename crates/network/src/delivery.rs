//! Delivery: from the spikes of earlier steps to the arrivals of this one.
//!
//! Rows are keyed by (source, delay) for each block of target cells and receptor channel, and merged over
//! projections. In step t, for each delay d, the rows of the spikes of t - d are added into the *current* input
//! plane: what is written at random is one vector a channel, which stays in the cache, not a ring of d_max planes.
//! Sums have one order, by (source population, channel, delay, source, synapse), however cells are divided.

use crate::error::NetworkError;
use crate::history::History;
use crate::network::{Design, Part};
use crate::neuron::Receptors;
use crate::projection::{Projection, Synapse, Weights};
use neuropil_core::Real;
use std::sync::atomic::{AtomicU64, Ordering};

/// Most cells of a block: their offsets are 16-bit numbers.
pub const BLOCK_CELLS: usize = 1 << 16;

/// What multiplies the weights of a table's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drive {
    /// 1 for every spike.
    Spikes,
    /// The short-term factor of the spike in this projection (numbered among those that have one).
    Factors(usize),
    /// The output of the graded cell, at every step; cells are numbered from this one on.
    Graded(usize),
}

/// Rows of one sending population into one channel.
#[derive(Debug, Clone, PartialEq)]
struct Table {
    source: usize,
    sources: u32,
    channel: usize,
    drive: Drive,
    /// Delays that occur, in steps, ascending.
    delays: Vec<u32>,
    /// Row `slot * sources + source` is entries `starts[row]..starts[row + 1]`.
    starts: Vec<u32>,
}

/// All synapses onto one block.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows<R> {
    tables: Vec<Table>,
    /// Cell in the block.
    offsets: Vec<u16>,
    weights: Vec<R>,
}

/// A row that is due: its entries and what multiplies them.
#[derive(Debug, Clone, Copy)]
pub struct Due<R> {
    start: u32,
    end: u32,
    factor: R,
}

/// Entries of a row, counted by (channel, delay, source) and then turned into the places where they go.
struct Layout {
    sources: u32,
    /// By channel, then delay: a count for each source.
    counts: Vec<Vec<Option<Vec<u32>>>>,
}

impl Layout {
    fn new(sources: u32) -> Self {
        Self { sources, counts: vec![Vec::new(); 2] }
    }

    fn count(&mut self, channel: usize, synapse: &Synapse) {
        let by_delay = &mut self.counts[channel];
        let delay = synapse.delay_steps as usize;
        if by_delay.len() <= delay {
            by_delay.resize(delay + 1, None);
        }
        by_delay[delay].get_or_insert_with(|| vec![0; self.sources as usize])[synapse.source as usize] += 1;
    }
}

/// Projections whose rows are merged: those of one sending population and drive.
struct Group<'a> {
    source: usize,
    drive: Drive,
    members: Vec<(u32, &'a Projection)>,
}

impl<R: Real> Rows<R> {
    /// Draws every synapse onto the cells of `parts` twice: to count, and to place. `placed` counts along.
    ///
    /// # Errors
    /// The first impossible synapse; more than 2^32 - 1 synapses.
    pub fn build(design: &Design<R>, parts: &[Part], placed: &AtomicU64) -> Result<Self, NetworkError> {
        let mut rows = Self { tables: Vec::new(), offsets: Vec::new(), weights: Vec::new() };
        for group in groups(design) {
            let sources = design.populations[group.source].cells;
            let mut layout = Layout::new(sources);
            visit(design, &group, parts, Weights::SignOnly, &mut |_, receptors, synapse| {
                layout.count(receptors.place(synapse.weight).0, synapse);
            })?;
            let first_table = rows.tables.len();
            let by_delay = rows.append_tables(&group, layout)?;
            let mut cursors: Vec<Vec<u32>> =
                rows.tables[first_table..].iter().map(|table| table.starts.clone()).collect();
            let mut since = 0;
            let (offsets, weights) = (&mut rows.offsets, &mut rows.weights);
            visit(design, &group, parts, Weights::Drawn, &mut |part, receptors, synapse| {
                let (channel, weight) = receptors.place(synapse.weight);
                let (table, slot) = by_delay[channel][synapse.delay_steps as usize];
                let cursor = &mut cursors[table][slot * sources as usize + synapse.source as usize];
                let at = *cursor as usize;
                *cursor += 1;
                let offset = part.offset + (synapse.target - part.cells.start) as usize;
                offsets[at] = u16::try_from(offset).expect("a block has at most 2^16 cells");
                weights[at] = R::from_f64(weight);
                since += 1;
                if since == 1 << 16 {
                    placed.fetch_add(since, Ordering::Relaxed);
                    since = 0;
                }
            })?;
            placed.fetch_add(since, Ordering::Relaxed);
        }
        Ok(rows)
    }

    /// Adds a table for each channel with synapses; returns (table in group, slot) by channel and delay.
    fn append_tables(&mut self, group: &Group<'_>, layout: Layout) -> Result<Vec<Vec<(usize, usize)>>, NetworkError> {
        let mut total = u64::try_from(self.offsets.len()).expect("fits");
        let mut tables = 0;
        let mut places = Vec::new();
        for (channel, by_delay) in layout.counts.into_iter().enumerate() {
            let mut place = vec![(0, 0); by_delay.len()];
            let mut delays = Vec::new();
            let mut starts = Vec::new();
            for (delay, counts) in (0_u32..).zip(by_delay) {
                let Some(counts) = counts else { continue };
                place[delay as usize] = (tables, delays.len());
                delays.push(delay);
                for count in counts {
                    starts.push(u32::try_from(total).unwrap_or(u32::MAX));
                    total += u64::from(count);
                }
            }
            places.push(place);
            if delays.is_empty() {
                continue;
            }
            let Ok(end) = u32::try_from(total) else {
                return Err(NetworkError::TooManySynapses { synapses: total, cells: BLOCK_CELLS });
            };
            starts.push(end);
            self.tables.push(Table {
                source: group.source,
                sources: layout.sources,
                channel,
                drive: group.drive,
                delays,
                starts,
            });
            tables += 1;
        }
        let total = usize::try_from(total).expect("checked against 2^32");
        self.offsets.reserve_exact(total - self.offsets.len());
        self.offsets.resize(total, 0);
        self.weights.reserve_exact(total - self.weights.len());
        self.weights.resize(total, R::ZERO);
        Ok(places)
    }

    /// Number of synapses.
    pub fn len(&self) -> usize {
        self.offsets.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.offsets.is_empty()
    }

    /// The longest delay, steps; 0 without synapses.
    pub fn max_delay(&self) -> u32 {
        self.tables.iter().filter_map(|table| table.delays.last().copied()).max().unwrap_or(0)
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        let starts: usize = self.tables.iter().map(|table| table.starts.len()).sum();
        self.offsets.len() * (2 + R::BYTES) + 4 * starts
    }

    /// Adds the arrivals of step `now` into `planes`, one a channel. `due` is scratch. Returns the number of
    /// entries added.
    pub fn deliver(
        &self,
        history: &History<R>,
        now: u64,
        planes: &mut [Box<[R; BLOCK_CELLS]>],
        due: &mut Vec<Due<R>>,
    ) -> u64 {
        let mut events = 0;
        for table in &self.tables {
            due.clear();
            table.gather(history, now, due);
            let plane = &mut *planes[table.channel];
            match table.drive {
                Drive::Spikes => due.iter().for_each(|row| self.add(row, plane, |weight| weight)),
                _ => due.iter().for_each(|row| self.add(row, plane, |weight| weight * row.factor)),
            }
            events += due.iter().map(|row| u64::from(row.end - row.start)).sum::<u64>();
        }
        events
    }

    #[inline(always)]
    fn add(&self, row: &Due<R>, plane: &mut [R; BLOCK_CELLS], scaled: impl Fn(R) -> R) {
        let entries = row.start as usize..row.end as usize;
        for (&offset, &weight) in self.offsets[entries.clone()].iter().zip(&self.weights[entries]) {
            plane[usize::from(offset)] += scaled(weight);
        }
    }
}

impl Table {
    fn gather<R: Real>(&self, history: &History<R>, now: u64, due: &mut Vec<Due<R>>) {
        let row = |slot: usize, source: u32, factor: R| {
            let row = slot * self.sources as usize + source as usize;
            Due { start: self.starts[row], end: self.starts[row + 1], factor }
        };
        for (slot, &delay) in self.delays.iter().enumerate() {
            match self.drive {
                Drive::Spikes => {
                    due.extend(history.spikes(now, delay, self.source).map(|source| row(slot, source, R::ONE)));
                }
                Drive::Factors(projection) => {
                    let spikes = history.scaled_spikes(now, delay, self.source, projection);
                    due.extend(spikes.map(|(source, factor)| row(slot, source, factor)));
                }
                Drive::Graded(first) => {
                    let outputs = (0..).zip(history.graded(now, delay, first, self.sources as usize));
                    let active = outputs.filter(|(_, output)| **output != R::ZERO);
                    due.extend(active.map(|(source, &output)| row(slot, source, output)));
                }
            }
        }
    }
}

/// Groups in the order of their sending populations: merged static projections first, then those with factors.
fn groups<R: Real>(design: &Design<R>) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for source in 0..design.populations.len() {
        let merged = design.graded_index(source).map_or(Drive::Spikes, Drive::Graded);
        let own = || (0..).zip(&design.projections).filter(move |(_, projection)| projection.source == source);
        let members: Vec<_> = own().filter(|(_, projection)| projection.short_term.is_none()).collect();
        if !members.is_empty() {
            groups.push(Group { source, drive: merged, members });
        }
        for (number, projection) in own().filter(|(_, projection)| projection.short_term.is_some()) {
            let factor = design.short_term_index(number).expect("it has short-term plasticity");
            groups.push(Group { source, drive: Drive::Factors(factor), members: vec![(number, projection)] });
        }
    }
    groups
}

fn visit<R: Real>(
    design: &Design<R>,
    group: &Group<'_>,
    parts: &[Part],
    weights: Weights,
    each: &mut dyn FnMut(&Part, Receptors, &Synapse),
) -> Result<(), NetworkError> {
    for &(number, projection) in &group.members {
        let Some(target) = design.populations[projection.target].neurons() else { continue };
        let receptors = target.info().receptors;
        for part in parts.iter().filter(|part| part.population == projection.target) {
            let mut visit = |synapse: Synapse| each(part, receptors, &synapse);
            projection
                .visit(&design.context(number), part.cells.clone(), weights, &mut visit)
                .map_err(|fault| NetworkError::Synapse { projection: projection.name.clone(), fault })?;
        }
    }
    Ok(())
}
