//! The state of learning between ranks: each saves that of its own cells and synapses, files hold that of all.
//!
//! Numbers of synapses are joined one rank behind the other, which is their order. Numbers of cells stand in tables, `[row][cell]`, of which
//! each rank has a run of columns.

use super::state::{LearningState, ProjectionState, refuse};
use super::{Learning, LearningPlan};
use crate::block::BlockState;
use crate::ranks::{ExchangeError, Gathered, Rank, Reader, Words};
use crate::snapshot::SnapshotError;
use neuropil_core::Real;
use neuropil_network::Network;
use std::ops::Range;

/// Tables one behind the other: how many rows each has, and the cells that its columns are of, by global id.
struct Tables(Vec<(usize, Range<usize>)>);

/// How the numbers of all cells lie in a state.
struct Places {
    /// Of every cell and slot.
    slots: Tables,
    /// Of every cell.
    once: Tables,
    /// What cells from equations wrote down, and their states at the test.
    records: Tables,
    tested: Tables,
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> usize {
    a.end.min(b.end).saturating_sub(a.start.max(b.start))
}

impl Tables {
    /// The columns of the cells `here`; `None` where there are fewer or more numbers than the tables have.
    fn part<T: Copy>(&self, all: &[T], here: &Range<usize>) -> Option<Vec<T>> {
        let (mut part, mut rest) = (Vec::new(), all);
        for (rows, cells) in &self.0 {
            for _ in 0..*rows {
                let (row, behind) = rest.split_at_checked(cells.len())?;
                let first = here.start.clamp(cells.start, cells.end) - cells.start;
                part.extend_from_slice(&row[first..first + overlap(cells, here)]);
                rest = behind;
            }
        }
        rest.is_empty().then_some(part)
    }

    /// The inverse: the numbers of all ranks, in their order; `None` where a rank has too few of them.
    fn whole<T: Copy>(&self, parts: &[(Range<usize>, Vec<T>)]) -> Option<Vec<T>> {
        let mut rests: Vec<&[T]> = parts.iter().map(|own| &own.1[..]).collect();
        let mut whole = Vec::new();
        for (rows, cells) in &self.0 {
            for _ in 0..*rows {
                for ((here, _), rest) in parts.iter().zip(&mut rests) {
                    let (row, behind) = rest.split_at_checked(overlap(cells, here))?;
                    whole.extend_from_slice(row);
                    *rest = behind;
                }
            }
        }
        Some(whole)
    }
}

/// The global ids of the cells of a share.
fn cells_here<R: Real>(network: &Network<R>) -> Range<usize> {
    let first = network.blocks.first().and_then(|block| block.parts.first()).map_or(0, |part| part.first_id as usize);
    first..first + network.blocks.iter().map(|block| block.cells).sum::<usize>()
}

/// The plastic projections.
pub(super) fn plastic(plan: &LearningPlan) -> impl Iterator<Item = usize> {
    plan.projections.iter().enumerate().filter(|(_, own)| own.is_some()).map(|(index, _)| index)
}

/// The number of the first synapse of a projection on this rank.
pub(super) fn first_here<R: Real>(network: &Network<R>, projection: usize) -> u32 {
    u32::try_from(network.numbered_here(projection).start).expect("numbers of synapses have 32 bits")
}

impl Learning {
    fn places<R: Real>(&self, network: &Network<R>, slots: usize) -> Places {
        let first_ids = network.design.first_ids();
        let all = 0..first_ids.last().map_or(0, |end| *end as usize);
        let cells = |population: usize| first_ids[population] as usize..first_ids[population + 1] as usize;
        let written = || self.population.derived.iter().enumerate().filter_map(|(p, own)| Some((p, own.as_ref()?)));
        Places {
            slots: Tables(vec![(slots, all.clone())]),
            once: Tables(vec![(1, all)]),
            records: Tables(written().map(|(p, own)| (slots * own.recorded(), cells(p))).collect()),
            tested: Tables(written().map(|(p, own)| (own.planes(), cells(p))).collect()),
        }
    }

    /// The state of all ranks after `step`, on rank 0; on others that of their own cells, which is of no use.
    pub(crate) fn whole_state<R: Real>(
        &self,
        network: &Network<R>,
        own: LearningState,
        step: u64,
        rank: &Rank,
    ) -> Result<LearningState, ExchangeError> {
        let mut words = Words::default();
        write(&own, &cells_here(network), &mut words);
        let mut all = Gathered::default();
        rank.exchange().gather(&words.0, &mut all)?;
        if rank.rank > 0 {
            return Ok(own);
        }
        let read = |(other, part): (usize, &[u8])| read(&own, &mut Reader::new(other, part));
        let parts = all.parts().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
        let slots = usize::try_from(step - self.first(own.begun)).expect("a window is short") + 1;
        let places = self.places(network, slots);
        let joined = joined(own, &places, &parts);
        joined.ok_or(ExchangeError::Unreadable { rank: rank.ranks - 1 })
    }

    /// Takes back what this rank has of a state of all ranks after `step`. What is wrong with it on one of them is told by all, before they
    /// hand over anything.
    pub(crate) fn restore_share<R: Real>(
        &mut self,
        network: &Network<R>,
        blocks: &mut [BlockState<R>],
        (whole, step): (&LearningState, u64),
        rank: &Rank,
    ) -> Result<(), SnapshotError> {
        let own = self.own_state(network, whole, step);
        let own = own.and_then(|own| self.check(network, blocks, &own, step).map(|()| own));
        let own = first_misfit(own, rank)?;
        self.restore(network, blocks, &own, step)
    }

    /// The part of a state of all ranks that this one takes.
    fn own_state<R: Real>(
        &self,
        network: &Network<R>,
        whole: &LearningState,
        step: u64,
    ) -> Result<LearningState, SnapshotError> {
        let misfit = |what: &str, found: usize| refuse(what, found.to_string(), "as many as this network needs");
        let slots = step.checked_sub(self.first(whole.begun)).and_then(|steps| usize::try_from(steps).ok());
        let slots = slots.ok_or_else(|| refuse("begin of the window", whole.begun.to_string(), "an earlier step"))? + 1;
        let (here, places) = (cells_here(network), self.places(network, slots));
        let of =
            |what: &str, tables: &Tables, all: &[f64]| tables.part(all, &here).ok_or_else(|| misfit(what, all.len()));
        // Not every plan has them.
        let of_some = |what: &str, tables: &Tables, all: &[f64]| {
            if all.is_empty() { Ok(Vec::new()) } else { of(what, tables, all) }
        };
        let bits = |what: &str, all: &[u8]| places.slots.part(all, &here).ok_or_else(|| misfit(what, all.len()));
        let mut own = whole.clone();
        own.psi = of("slopes", &places.slots, &whole.psi)?;
        own.fired = bits("spikes of the window", &whole.fired)?;
        own.refractory = bits("refractory cells", &whole.refractory)?;
        own.v = of_some("membranes", &places.slots, &whole.v)?;
        own.records = of("derivatives", &places.records, &whole.records)?;
        own.tested = of("tested states", &places.tested, &whole.tested)?;
        own.slow_psi = of("filtered slopes", &places.once, &whole.slow_psi)?;
        own.counts = of_some("spikes of cells", &places.once, &whole.counts)?;
        for (projection, own) in plastic(&self.plan).zip(&mut own.projections) {
            let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
            let (here, all) = (network.numbered_here(projection), count(network.numbered_synapses(projection)));
            let here = count(here.start)..count(here.end);
            let take = |what: &str, list: &mut Vec<f64>, width: usize| {
                if list.len() != all * width {
                    return Err(refuse(what, list.len().to_string(), &(all * width).to_string()));
                }
                *list = list[here.start * width..here.end * width].to_vec();
                Ok(())
            };
            take("plastic weights", &mut own.weights, 1)?;
            take("traces", &mut own.traces, self.layout.width())?;
            if own.square.len() != own.mean.len() {
                return Err(refuse("moments", own.square.len().to_string(), &own.mean.len().to_string()));
            }
            for moments in [&mut own.mean, &mut own.square] {
                if !moments.is_empty() {
                    take("moments", moments, 1)?;
                }
            }
        }
        Ok(own)
    }
}

/// What this rank has, unless something is wrong on one of them: the first fault, in the same words on all.
fn first_misfit<T>(own: Result<T, SnapshotError>, rank: &Rank) -> Result<T, SnapshotError> {
    let mut words = Words::default();
    if let Err(SnapshotError { what, found, expected }) = &own {
        [what, found, expected].into_iter().for_each(|text| words.text(text));
    }
    let first = rank.all_gather(&words).and_then(|all| {
        let misfit = |(other, part): (usize, &[u8])| {
            let mut reader = Reader::new(other, part);
            let [what, found, expected] = [reader.text()?, reader.text()?, reader.text()?];
            Ok(SnapshotError { what, found, expected })
        };
        all.parts().enumerate().find(|(_, part)| !part.is_empty()).map(misfit).transpose()
    });
    match first.map_err(|fault| refuse("state", fault.to_string(), "that of all ranks"))? {
        Some(first) => Err(first),
        None => own,
    }
}

fn lists(own: &LearningState) -> [&Vec<f64>; 6] {
    let LearningState { psi, v, records, tested, slow_psi, counts, .. } = own;
    [psi, v, records, tested, slow_psi, counts]
}

fn write(own: &LearningState, here: &Range<usize>, words: &mut Words) {
    words.count(here.start);
    words.count(here.end);
    lists(own).into_iter().for_each(|list| words.floats(list));
    for bits in [&own.fired, &own.refractory] {
        words.count(bits.len());
        words.0.extend_from_slice(bits);
    }
    for ProjectionState { weights, traces, updates, mean, square } in &own.projections {
        words.long(u64::from(*updates));
        [weights, traces, mean, square].into_iter().for_each(|list| words.floats(list));
    }
}

/// What a rank wrote: the cells that it has, and their numbers and synapses in a state that is otherwise empty.
fn read(of: &LearningState, reader: &mut Reader<'_>) -> Result<(Range<usize>, LearningState), ExchangeError> {
    let here = reader.count()?..reader.count()?;
    let mut own = LearningState::default();
    let LearningState { psi, v, records, tested, slow_psi, counts, .. } = &mut own;
    for list in [psi, v, records, tested, slow_psi, counts] {
        *list = reader.floats()?;
    }
    for bits in [&mut own.fired, &mut own.refractory] {
        let count = reader.count()?;
        *bits = reader.bytes(count)?.to_vec();
    }
    for _ in &of.projections {
        let updates = reader.number()?;
        let [weights, traces] = [reader.floats()?, reader.floats()?];
        let [mean, square] = [reader.floats()?, reader.floats()?];
        own.projections.push(ProjectionState { weights, traces, updates, mean, square });
    }
    Ok((here, own))
}

/// The states of all ranks, joined into that of the first.
fn joined(mut whole: LearningState, places: &Places, parts: &[(Range<usize>, LearningState)]) -> Option<LearningState> {
    let tables = [&places.slots, &places.slots, &places.records, &places.tested, &places.once, &places.once];
    let join = |index: usize| -> Option<Vec<f64>> {
        let parts: Vec<_> = parts.iter().map(|(here, own)| (here.clone(), lists(own)[index].clone())).collect();
        // What a plan does not need no rank has.
        if parts.iter().all(|own| own.1.is_empty()) { Some(Vec::new()) } else { tables[index].whole(&parts) }
    };
    let bits = |of: fn(&LearningState) -> &Vec<u8>| {
        places.slots.whole(&parts.iter().map(|(here, own)| (here.clone(), of(own).clone())).collect::<Vec<_>>())
    };
    whole.psi = join(0)?;
    whole.v = join(1)?;
    whole.records = join(2)?;
    whole.tested = join(3)?;
    whole.slow_psi = join(4)?;
    whole.counts = join(5)?;
    whole.fired = bits(|own| &own.fired)?;
    whole.refractory = bits(|own| &own.refractory)?;
    for (index, own) in whole.projections.iter_mut().enumerate() {
        let concat = |of: fn(&ProjectionState) -> &Vec<f64>| -> Vec<f64> {
            parts.iter().flat_map(|(_, part)| of(&part.projections[index])).copied().collect()
        };
        own.weights = concat(|own| &own.weights);
        own.traces = concat(|own| &own.traces);
        own.mean = concat(|own| &own.mean);
        own.square = concat(|own| &own.square);
        own.updates = parts.iter().map(|(_, part)| part.projections[index].updates).max().unwrap_or(0);
    }
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two tables over three ranks, one of which has no cell of the second. Would catch a row that is cut, or joined, at another place.
    #[test]
    fn tables_are_cut_and_joined_by_cells() {
        let tables = Tables(vec![(2, 0..5), (3, 3..6)]);
        let all: Vec<u32> = (0..19).collect();
        let ranks = [0..2, 2..4, 4..6];
        let parts = ranks.clone().map(|here| (here.clone(), tables.part(&all, &here).unwrap()));
        assert_eq!(parts[0].1, [0, 1, 5, 6]);
        assert_eq!(parts[1].1, [2, 3, 7, 8, 10, 13, 16]);
        assert_eq!(parts[2].1, [4, 9, 11, 12, 14, 15, 17, 18]);
        assert_eq!(tables.whole(&parts), Some(all.clone()));
        assert_eq!(tables.part(&all[1..], &ranks[0]), None);
        assert_eq!(
            tables.whole(&parts[..2].iter().cloned().map(|(here, own)| (here, own[1..].to_vec())).collect::<Vec<_>>()),
            None
        );
    }
}
