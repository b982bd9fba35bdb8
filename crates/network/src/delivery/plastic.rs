//! Synapses whose weights may change: their rows know cells and numbers, and who advances the network holds the weights.
//!
//! A synapse has a number in its projection, the order in which
//! [`Design::synapses`](crate::network::Design::synapses) visits it: files and checkpoints speak of that. Its weight
//! lies where its row needs it, in the order of rows, and nowhere else.

pub use super::table::PlasticTable;
use super::{BLOCK_CELLS, Plane, span};
use crate::error::NetworkError;
use crate::history::History;
use crate::network::{Design, Part};
use crate::neuron::{ModelInfo, SignRule};
use crate::projection::{Projection, Synapse};
use neuropil_core::Real;
use neuropil_core::memory::{LINE, Numbers, prefetch};
use std::ops::Range;

/// Rows whose synapses are fetched before they are added.
const AHEAD: usize = 8;

/// All plastic synapses onto one block, by projection and port.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlasticRows {
    /// Tables that have synapses.
    pub tables: Vec<PlasticTable>,
}

/// Where the synapses of a table arrive, and as what.
struct Place {
    plane: usize,
    port: usize,
    arrives_as: f64,
}

/// A synapse that has no place yet.
#[derive(Clone, Copy, Default)]
struct Draft {
    /// Sending cell, and delay in steps.
    row: (u32, u32),
    number: u32,
    cell: u16,
    port: u16,
    weight: f64,
}

impl PlasticRows {
    /// Draws every synapse of the projections that are `wanted` onto the cells of `parts`.
    ///
    /// # Errors
    /// The first impossible synapse; more of them than can be numbered.
    pub fn build<R: Real>(
        design: &Design<R>,
        parts: &[Part],
        wanted: impl Fn(&Projection) -> bool,
    ) -> Result<Self, NetworkError> {
        let mut rows = Self::default();
        for (index, projection) in design.projections.iter().enumerate().filter(|(_, own)| wanted(own)) {
            let Some(model) = design.populations[projection.target].neurons() else { continue };
            let drafts = draw(design, index, parts, model.info())?;
            for port in 0..model.info().ports.len() {
                let own: Vec<&Draft> = drafts.iter().filter(|draft| usize::from(draft.port) == port).collect();
                if !own.is_empty() {
                    let plane = design.layout().plane(model.info(), port);
                    let sources = design.populations[projection.source].cells;
                    let size = model.info().ports[port].sign == SignRule::NegativeAsSize;
                    let place = Place { plane, port, arrives_as: if size { -1.0 } else { 1.0 } };
                    rows.tables.push(table((index, projection.source), place, sources, own));
                }
            }
        }
        Ok(rows)
    }

    /// Number of synapses of a projection.
    pub fn synapses_of(&self, projection: usize) -> usize {
        self.tables.iter().filter(|table| table.projection == projection).map(|table| table.cells.len()).sum()
    }

    /// Number of synapses.
    pub fn len(&self) -> usize {
        self.tables.iter().map(|table| table.cells.len()).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// The shortest and the longest delay, steps; `None` without synapses.
    pub fn delay_span(&self) -> Option<[u32; 2]> {
        span(self.tables.iter().map(|table| &table.delays[..]))
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        let starts: usize = self.tables.iter().map(|table| table.starts.len()).sum();
        self.len() * (2 + 4 + 8) + 4 * starts
    }

    /// Adds the arrivals of step `now`, with the weights of each table, into those of `planes` that are `wanted`. `due` is
    /// scratch. Returns the number of synapses that were passed.
    pub fn deliver<R: Real>(
        &self,
        (history, now): (&History<R>, u64),
        weights: &[Numbers],
        wanted: Range<usize>,
        (planes, due): (&mut [Plane<R>], &mut Vec<DueRow>),
    ) -> u64 {
        due.clear();
        for (table, own) in self.tables.iter().enumerate().filter(|(_, own)| wanted.contains(&own.plane)) {
            for (slot, delay) in own.delays.iter().enumerate() {
                let rows = history.spikes(now, *delay, own.source).map(|source| own.row(source, slot));
                due.extend(rows.filter(|row| !row.is_empty()).map(|synapses| DueRow { table, synapses }));
            }
        }
        let fetch = |row: &DueRow| {
            let (cells, weights) = (&self.tables[row.table].cells, &weights[row.table]);
            cells[row.synapses.clone()].chunks(LINE / size_of::<u16>()).for_each(prefetch);
            weights[row.synapses.clone()].chunks(LINE / size_of::<f64>()).for_each(prefetch);
        };
        due.iter().take(AHEAD).for_each(fetch);
        let mut events = 0;
        for (index, DueRow { table, synapses }) in due.iter().enumerate() {
            due.get(index + AHEAD).into_iter().for_each(fetch);
            let (own, weights) = (&self.tables[*table], &weights[*table][synapses.clone()]);
            let (plane, sign) = (&mut *planes[own.plane], own.arrives_as);
            for (cell, weight) in own.cells[synapses.clone()].iter().zip(weights) {
                plane[usize::from(*cell)] += R::from_f64(sign * *weight);
            }
            events += synapses.len() as u64;
        }
        events
    }
}

/// A row that arrives, in a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueRow {
    /// Index of its table.
    table: usize,
    /// Its synapses there.
    synapses: Range<usize>,
}

fn draw<R: Real>(
    design: &Design<R>,
    projection: usize,
    parts: &[Part],
    info: &ModelInfo,
) -> Result<Vec<Draft>, NetworkError> {
    let asked = &design.projections[projection];
    let context = design.context(u32::try_from(projection).expect("fewer than 2^32 projections"));
    let mut drafts = Vec::new();
    let Some(placement) = info.placement(asked.receptor) else { return Ok(drafts) };
    let timing = asked.timing();
    let mut unfit = None;
    for part in parts.iter().filter(|part| part.population == asked.target) {
        let mut visit = |synapse: Synapse| {
            if let Some(timing) = timing {
                unfit = unfit.take().or_else(|| timing.refuses(synapse.weight, synapse.delay_steps, design.clock));
            }
            let (port, _) = placement.place(synapse.weight);
            let cell = part.offset + (synapse.target - part.cells.start) as usize;
            drafts.push(Draft {
                row: (synapse.source, synapse.delay_steps),
                port: u16::try_from(port).expect("cells have few ports"),
                cell: u16::try_from(cell).expect("a block has at most 2^16 cells"),
                // Those onto other blocks are counted once all blocks are there.
                number: u32::try_from(drafts.len()).unwrap_or(u32::MAX),
                weight: synapse.weight,
            });
        };
        let visited = asked.visit(&context, part.cells.clone(), &mut visit);
        visited.map_err(|fault| NetworkError::Synapse { projection: asked.name.clone(), fault })?;
    }
    if let Some(fault) = unfit {
        return Err(NetworkError::Wiring { projection: asked.name.clone(), fault });
    }
    if u32::try_from(drafts.len()).is_err() {
        return Err(NetworkError::TooManySynapses { synapses: drafts.len() as u64, cells: BLOCK_CELLS });
    }
    Ok(in_rows(drafts, design.populations[asked.source].cells))
}

/// By row, of so many sources: counted by source, then sorted by delay. Synapses of a row keep the order in which they were drawn.
fn in_rows(drafts: Vec<Draft>, sources: u32) -> Vec<Draft> {
    let mut next = vec![0_usize; sources as usize + 1];
    drafts.iter().for_each(|draft| next[draft.row.0 as usize + 1] += 1);
    (0..sources as usize).for_each(|source| next[source + 1] += next[source]);
    let ends = next[1..].to_vec();
    let mut sorted = vec![Draft::default(); drafts.len()];
    for draft in drafts {
        let at = &mut next[draft.row.0 as usize];
        sorted[*at] = draft;
        *at += 1;
    }
    let mut first = 0;
    for end in ends {
        sorted[first..end].sort_by_key(|draft| draft.row.1);
        first = end;
    }
    sorted
}

fn table(
    (projection, source): (usize, usize),
    Place { plane, port, arrives_as }: Place,
    sources: u32,
    drafts: Vec<&Draft>,
) -> PlasticTable {
    let mut delays: Vec<u32> = drafts.iter().map(|draft| draft.row.1).collect();
    delays.sort_unstable();
    delays.dedup();
    let rows = (0..sources).flat_map(|source| delays.iter().map(move |delay| (source, *delay)));
    let mut starts = vec![0];
    let mut end = 0;
    for row in rows {
        end += drafts[end..].iter().take_while(|draft| draft.row == row).count();
        starts.push(u32::try_from(end).expect("fewer than 2^32 synapses"));
    }
    let cells = Numbers::of(drafts.iter().map(|draft| draft.cell).collect());
    let numbers = drafts.iter().map(|draft| draft.number).collect();
    let weights = Numbers::of(drafts.iter().map(|draft| draft.weight).collect());
    let starts = Numbers::of(starts);
    PlasticTable { projection, source, plane, port, arrives_as, delays, starts, cells, numbers, weights }
}

/// Numbers synapses through the blocks, which are in the order of cells.
///
/// # Errors
/// More synapses in a projection than can be numbered.
pub(crate) fn number<'r>(
    blocks: impl Iterator<Item = &'r mut PlasticRows>,
    projections: usize,
) -> Result<(), NetworkError> {
    let mut before = vec![0_u64; projections];
    for rows in blocks {
        let mut own = vec![0_u64; projections];
        for table in &mut rows.tables {
            own[table.projection] += table.cells.len() as u64;
            for number in &mut table.numbers {
                *number = later(*number, before[table.projection])?;
            }
        }
        before.iter_mut().zip(own).for_each(|(before, own)| *before += own);
    }
    Ok(())
}

/// Numbers synapses behind those of the ranks before, by projection.
///
/// # Errors
/// As [`number`].
pub(crate) fn number_behind<'r>(
    blocks: impl Iterator<Item = &'r mut PlasticRows>,
    before: &[u64],
) -> Result<(), NetworkError> {
    for table in blocks.flat_map(|rows| &mut rows.tables) {
        for number in &mut table.numbers {
            *number = later(*number, before[table.projection])?;
        }
    }
    Ok(())
}

fn later(number: u32, before: u64) -> Result<u32, NetworkError> {
    let through = before + u64::from(number);
    u32::try_from(through).map_err(|_| NetworkError::TooManySynapses { synapses: through, cells: BLOCK_CELLS })
}
