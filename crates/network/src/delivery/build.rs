//! Construction of the rows of a block: every synapse is drawn once, onto drafts that are sorted a few sources at a time.
//!
//! Drafts go into a bucket for each 64 sources, in the order in which they are drawn. A bucket's rows are one stretch of
//! the table, which together with its cursors stays in the cache while its drafts are placed.

use super::layout::MOST_PLANES;
use super::starts::Marked;
use super::weight::{HalfWeight, Stored, Weights};
use super::{BLOCK_CELLS, Drive, Reweigh, Rows, Table, entry_bytes};
use crate::error::NetworkError;
use crate::network::{Design, Part};
use crate::projection::{MAX_DELAY_STEPS, Projection, Synapse};
use neuropil_core::Real;
use neuropil_core::memory::{Memory, NoMemory};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Sources of a bucket.
const BUCKET: u32 = 64;
/// Drafts that memory is asked for at a time.
const CHUNK: usize = 1024;
/// Synapses between two reports of progress.
const REPORT: u64 = 1 << 16;

/// Projections whose rows are merged: those of one sending population and drive.
struct Group<'a> {
    source: usize,
    drive: Drive,
    members: Vec<(u32, &'a Projection)>,
}

/// A synapse that has no place yet; there are as many at a time as a population sends.
#[derive(Clone, Copy)]
struct Draft<W> {
    weight: W,
    /// Delay, plane and source in the bucket, from the upper bits down.
    key: u32,
    offset: u16,
}

impl<W> Draft<W> {
    fn key(delay: u32, plane: usize, source: u32) -> u32 {
        const { assert!(MAX_DELAY_STEPS < 1 << 21 && BUCKET == 64 && MOST_PLANES == 32) };
        (delay << 11) | (u32::try_from(plane).expect("one of 32") << 6) | (source % BUCKET)
    }

    fn delay(&self) -> usize {
        (self.key >> 11) as usize
    }

    fn plane(&self) -> usize {
        (self.key >> 6 & 31) as usize
    }

    fn source(&self) -> usize {
        (self.key & 63) as usize
    }
}

/// The drafts of some sources, as they were drawn.
struct Bucket<W> {
    chunks: Vec<Vec<Draft<W>>>,
}

impl<W> Bucket<W> {
    #[inline]
    fn push(&mut self, draft: Draft<W>) {
        match self.chunks.last_mut() {
            Some(chunk) if chunk.len() < CHUNK => chunk.push(draft),
            _ => {
                let mut chunk = Vec::with_capacity(CHUNK);
                chunk.push(draft);
                self.chunks.push(chunk);
            }
        }
    }

    fn drafts(&self) -> impl Iterator<Item = &Draft<W>> {
        self.chunks.iter().flatten()
    }
}

/// The delays that occur on a plane, and how many synapses it has.
#[derive(Clone, Default)]
struct Census {
    occurs: Vec<bool>,
    synapses: u64,
}

impl Census {
    #[inline]
    fn count(&mut self, delay: u32) {
        let delay = delay as usize;
        if self.occurs.len() <= delay {
            self.occurs.resize(delay + 1, false);
        }
        self.occurs[delay] = true;
        self.synapses += 1;
    }
}

/// A table while its rows are filled.
struct Filling {
    group: (usize, Drive),
    plane: usize,
    /// Delays that occur, in steps, ascending.
    delays: Vec<u32>,
    starts: Marked,
    entries: Memory,
    /// The slot of each delay.
    slots: Vec<u32>,
    filled: u32,
    /// Where the next entry of each row of the present bucket goes; at first, how many there will be.
    cursors: Vec<u32>,
}

impl<R: Real> Rows<R> {
    /// Draws every synapse onto the cells of `parts`. `placed` counts along.
    ///
    /// # Errors
    /// The first impossible synapse; more synapses than can be indexed or held.
    pub fn build(design: &Design<R>, parts: &[Part], placed: &AtomicU64) -> Result<Self, NetworkError> {
        match design.weights {
            Weights::Full => Self::build_of::<R>((design, parts), placed, None),
            Weights::Half => Self::build_of::<HalfWeight>((design, parts), placed, None),
        }
    }

    /// The same synapses with other weights: those of projections that `reweigh` touches are drawn again, the others are shared.
    /// Sums keep their order.
    ///
    /// # Errors
    /// As [`Self::build`].
    pub fn reweighed(&self, design: &Design<R>, parts: &[Part], reweigh: &dyn Reweigh) -> Result<Self, NetworkError> {
        let placed = AtomicU64::new(0);
        match self.weights {
            Weights::Full => Self::build_of::<R>((design, parts), &placed, Some((self, reweigh))),
            Weights::Half => Self::build_of::<HalfWeight>((design, parts), &placed, Some((self, reweigh))),
        }
    }

    fn build_of<W: Stored<R>>(
        (design, parts): (&Design<R>, &[Part]),
        placed: &AtomicU64,
        changed: Option<(&Self, &dyn Reweigh)>,
    ) -> Result<Self, NetworkError> {
        let mut rows = Self { tables: Vec::new(), weights: design.weights, state: std::marker::PhantomData };
        for group in groups(design) {
            let reweigh = changed.map(|(_, reweigh)| reweigh);
            if let Some((first, reweigh)) = changed
                && !group.members.iter().any(|(number, _)| reweigh.touches(*number))
            {
                let own =
                    first.tables.iter().filter(|table| (table.source, table.drive) == (group.source, group.drive));
                rows.tables.extend(own.cloned());
                continue;
            }
            let (census, buckets) = draw::<R, W>(design, &group, parts, (placed, reweigh))?;
            let sources = design.populations[group.source].cells;
            let mut fillings = Vec::new();
            for (plane, census) in census.iter().enumerate() {
                fillings.push(Filling::new(&group, sources, (plane, census), entry_bytes(W::BYTES))?);
            }
            for (first, bucket) in (0..sources).step_by(BUCKET as usize).zip(buckets) {
                place::<R, W>(&mut fillings, first..(first + BUCKET).min(sources), &bucket);
            }
            let filled = fillings.into_iter().filter(|filling| filling.filled > 0);
            rows.tables.extend(filled.map(|filling| Arc::new(filling.ended())));
        }
        Ok(rows)
    }
}

/// Draws the synapses of a group.
fn draw<R: Real, W: Stored<R>>(
    design: &Design<R>,
    group: &Group<'_>,
    parts: &[Part],
    (placed, reweigh): (&AtomicU64, Option<&dyn Reweigh>),
) -> Result<(Vec<Census>, Vec<Bucket<W>>), NetworkError> {
    let sources = design.populations[group.source].cells as usize;
    let mut buckets: Vec<Bucket<W>> = Vec::new();
    buckets.resize_with(sources.div_ceil(BUCKET as usize), || Bucket { chunks: Vec::new() });
    let layout = design.layout();
    let mut census = vec![Census::default(); layout.planes()];
    let mut since = 0;
    for &(number, projection) in &group.members {
        let Some(target) = design.populations[projection.target].neurons() else { continue };
        let info = target.info();
        let Some(placement) = info.placement(projection.receptor) else { continue };
        let planes: Vec<usize> = (0..info.ports.len()).map(|port| layout.plane(info, port)).collect();
        let reweigh = reweigh.filter(|own| own.touches(number));
        let mut synapses = 0_u64;
        for part in parts.iter().filter(|part| part.population == projection.target) {
            let first = u32::try_from(part.offset).expect("an offset in a block");
            let mut visit = |synapse: Synapse| {
                let weight = reweigh.map_or(synapse.weight, |own| own.weight(number, synapses, &synapse));
                synapses += 1;
                let (port, weight) = placement.place(weight);
                let plane = planes[port];
                census[plane].count(synapse.delay_steps);
                let offset = first + (synapse.target - part.cells.start);
                let draft = Draft {
                    weight: W::of(weight),
                    key: Draft::<W>::key(synapse.delay_steps, plane, synapse.source),
                    offset: u16::try_from(offset).expect("a block has at most 2^16 cells"),
                };
                buckets[(synapse.source / BUCKET) as usize].push(draft);
                since += 1;
                if since == REPORT {
                    placed.fetch_add(since, Ordering::Relaxed);
                    since = 0;
                }
            };
            projection
                .visit(&design.context(number), part.cells.clone(), &mut visit)
                .map_err(|fault| NetworkError::Synapse { projection: projection.name.clone(), fault })?;
        }
    }
    placed.fetch_add(since, Ordering::Relaxed);
    Ok((census, buckets))
}

impl Filling {
    fn new(
        group: &Group<'_>,
        sources: u32,
        (plane, census): (usize, &Census),
        entry: usize,
    ) -> Result<Self, NetworkError> {
        let too_many = || NetworkError::TooManySynapses { synapses: census.synapses, cells: BLOCK_CELLS };
        let synapses = u32::try_from(census.synapses).map_err(|_| too_many())? as usize;
        let mut delays = Vec::new();
        let mut slots = vec![0; census.occurs.len()];
        for (delay, occurs) in (0..).zip(&census.occurs) {
            if *occurs {
                slots[delay as usize] = u32::try_from(delays.len()).expect("fewer than there are delays");
                delays.push(delay);
            }
        }
        let no_memory = |NoMemory| NetworkError::NoMemory { bytes: (synapses * entry) as u64 };
        let entries = Memory::zeroed(synapses * entry).map_err(no_memory)?;
        let rows = if synapses == 0 { 0 } else { sources as usize * delays.len() };
        let cursors = vec![0; BUCKET as usize * delays.len()];
        let (group, starts) = ((group.source, group.drive), Marked::with_rows(rows));
        Ok(Self { group, plane, delays, starts, entries, slots, filled: 0, cursors })
    }

    /// The table, once all rows are filled.
    fn ended(self) -> Table {
        let Self { group: (source, drive), plane, delays, starts, entries, .. } = self;
        Table { source, plane, drive, delays, starts: starts.kept(), entries }
    }

    /// The row of a draft among those of its bucket.
    #[inline]
    fn row<W>(&self, draft: &Draft<W>) -> usize {
        draft.source() * self.delays.len() + self.slots[draft.delay()] as usize
    }
}

/// Gives the drafts of a bucket their places.
fn place<R: Real, W: Stored<R>>(fillings: &mut [Filling], sources: std::ops::Range<u32>, bucket: &Bucket<W>) {
    for filling in fillings.iter_mut() {
        filling.cursors.fill(0);
    }
    for draft in bucket.drafts() {
        let filling = &mut fillings[draft.plane()];
        let row = filling.row(draft);
        filling.cursors[row] += 1;
    }
    for filling in fillings.iter_mut() {
        let rows = sources.len() * filling.delays.len();
        for cursor in &mut filling.cursors[..rows] {
            filling.filled += std::mem::replace(cursor, filling.filled);
            filling.starts.push(filling.filled);
        }
    }
    let size = const { entry_bytes(W::BYTES) };
    for draft in bucket.drafts() {
        let filling = &mut fillings[draft.plane()];
        let row = filling.row(draft);
        let at = filling.cursors[row] as usize * size;
        filling.cursors[row] += 1;
        let entry = &mut filling.entries.bytes_mut()[at..at + size];
        entry[..2].copy_from_slice(&draft.offset.to_le_bytes());
        draft.weight.store(&mut entry[2..]);
    }
}

/// Groups in the order of their sending populations: merged static projections first, then those with factors.
fn groups<R: Real>(design: &Design<R>) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for source in 0..design.populations.len() {
        let merged = design.graded_index(source).map_or(Drive::Spikes, Drive::Graded);
        let fixed = |own: &Projection| own.source == source && !own.plastic && own.timing().is_none();
        let own = || (0..).zip(&design.projections).filter(move |(_, projection)| fixed(projection));
        let members: Vec<_> = own().filter(|(_, projection)| projection.synapse.is_none()).collect();
        if !members.is_empty() {
            groups.push(Group { source, drive: merged, members });
        }
        for (number, projection) in own().filter(|(_, projection)| projection.synapse.is_some()) {
            let factor = design.scaled_index(number as usize).expect("its spikes have factors");
            groups.push(Group { source, drive: Drive::Factors(factor), members: vec![(number, projection)] });
        }
    }
    groups
}
