//! The snapshot of all ranks, made of what each saves of its own cells.
//!
//! Planes of cells are joined in the order of ranks, which is that of cells. Synapses that follow spikes go to their numbers, their cells to their
//! places. What is under way, and peptides, every rank has whole.

use super::words::{Reader, Words};
use super::{ExchangeError, Gathered, Rank};
use crate::snapshot::Snapshot;
use neuropil_core::Real;
use neuropil_network::Network;
use neuropil_network::synapse::timing::Past;
use neuropil_network::synapse::{SenderState, TimedState};
use std::ops::Range;

/// No step.
const NEVER: u64 = u64::MAX;

/// Joins what all ranks saved, on rank 0; the others keep their own.
pub(crate) fn gather<R: Real>(network: &Network<R>, mut own: Snapshot, rank: &Rank) -> Result<Snapshot, ExchangeError> {
    let mut words = Words::default();
    write(network, &own, &mut words);
    let mut all = Gathered::default();
    rank.exchange().gather(&words.0, &mut all)?;
    for (other, part) in all.parts().enumerate().skip(1) {
        read(&mut own, &mut Reader::new(other, part))?;
    }
    Ok(own)
}

fn write<R: Real>(network: &Network<R>, own: &Snapshot, words: &mut Words) {
    words.long(own.events);
    for state in own.populations.iter().flatten() {
        state.variables.iter().for_each(|plane| words.floats(plane));
        for plane in &state.counters {
            words.count(plane.len());
            plane.iter().for_each(|counter| words.long(u64::from(*counter)));
        }
    }
    own.currents.iter().for_each(|memory| words.floats(memory));
    own.laid_on.iter().for_each(|memory| words.floats(memory));
    for sender in &own.synapses {
        words.floats(&sender.variables);
        words.count(sender.last_step.len());
        sender.last_step.iter().for_each(|step| words.long(step.unwrap_or(NEVER)));
    }
    for ((projection, _), state) in network.design.timed().zip(&own.timed) {
        write_timed(state, network.numbered_here(projection), words);
    }
}

/// Adds what a rank wrote behind, or among, what is there.
fn read(whole: &mut Snapshot, reader: &mut Reader<'_>) -> Result<(), ExchangeError> {
    whole.events += reader.long()?;
    for state in whole.populations.iter_mut().flatten() {
        for plane in &mut state.variables {
            plane.extend(reader.floats()?);
        }
        for plane in &mut state.counters {
            for _ in 0..reader.count()? {
                plane.push(reader.number()?);
            }
        }
    }
    for memory in &mut whole.currents {
        memory.extend(reader.floats()?);
    }
    for memory in &mut whole.laid_on {
        memory.extend(reader.floats()?);
    }
    for SenderState { variables, last_step, .. } in &mut whole.synapses {
        variables.extend(reader.floats()?);
        for _ in 0..reader.count()? {
            last_step.push(Some(reader.long()?).filter(|step| *step != NEVER));
        }
    }
    whole.timed.iter_mut().try_for_each(|state| read_timed(state, reader))
}

#[expect(clippy::cast_possible_truncation, reason = "numbers of synapses have 32 bits")]
fn write_timed(state: &TimedState, here: Range<u64>, words: &mut Words) {
    let here = here.start as usize..here.end as usize;
    let width = if state.weights.is_empty() { 0 } else { state.own.len() / state.weights.len() };
    words.count(here.start);
    words.floats(&state.weights[here.clone()]);
    words.floats(&state.own[here.start * width..here.end * width]);
    words.count(state.rows.len());
    for ((source, delay), past) in &state.rows {
        words.long(u64::from(*source));
        words.long(u64::from(*delay));
        write_past(past, words);
    }
    for all in [&state.cells, &state.factor, &state.membranes] {
        let known = || all.iter().enumerate().filter(|(_, past)| !past.steps.is_empty());
        words.count(known().count());
        for (place, past) in known() {
            words.count(place);
            write_past(past, words);
        }
    }
    words.long(state.settled);
}

fn read_timed(state: &mut TimedState, reader: &mut Reader<'_>) -> Result<(), ExchangeError> {
    let width = if state.weights.is_empty() { 0 } else { state.own.len() / state.weights.len() };
    let first = reader.count()?;
    for (all, first) in [(&mut state.weights, first), (&mut state.own, first * width)] {
        let part = reader.floats()?;
        let to = all.get_mut(first..first + part.len()).ok_or_else(|| reader.unreadable())?;
        to.copy_from_slice(&part);
    }
    for _ in 0..reader.count()? {
        let row = (reader.number()?, reader.number()?);
        state.rows.insert(row, read_past(reader)?);
    }
    for all in [&mut state.cells, &mut state.factor, &mut state.membranes] {
        for _ in 0..reader.count()? {
            let (place, past) = (reader.count()?, read_past(reader)?);
            *all.get_mut(place).ok_or_else(|| reader.unreadable())? = past;
        }
    }
    state.settled = state.settled.max(reader.long()?);
    Ok(())
}

fn write_past(past: &Past, words: &mut Words) {
    words.count(past.steps.len());
    past.steps.iter().for_each(|step| words.long(*step));
    words.floats(&past.traces);
}

fn read_past(reader: &mut Reader<'_>) -> Result<Past, ExchangeError> {
    let steps = (0..reader.count()?).map(|_| reader.long()).collect::<Result<_, _>>()?;
    Ok(Past { steps, traces: reader.floats()? })
}
