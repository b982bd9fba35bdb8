//! Synapses whose weights follow spikes, in a checkpoint.

use hdf5::Group;
use neuropil_network::synapse::timing::{Past, TimedState};
use std::collections::BTreeMap;

use crate::Error;
use crate::h5::attribute::put;
use crate::h5::column::fixed;
use crate::h5::source::{Source, at};

/// Writes the state of one projection.
pub(crate) fn write(group: &Group, state: &TimedState) -> hdf5::Result<()> {
    put(group, "settled", &state.settled)?;
    fixed(group, "weight", &state.weights)?;
    fixed(group, "own", &state.own)?;
    fixed(group, "row_source", &state.rows.keys().map(|row| row.0).collect::<Vec<u32>>())?;
    fixed(group, "row_delay_steps", &state.rows.keys().map(|row| row.1).collect::<Vec<u32>>())?;
    pasts(group, "row", &mut state.rows.values())?;
    pasts(group, "factor", &mut state.factor.iter())?;
    if !state.membranes.is_empty() {
        pasts(group, "membrane", &mut state.membranes.iter())?;
    }
    pasts(group, "cell", &mut state.cells.iter())
}

/// Lists of spikes, end to end, and how long each is.
fn pasts(group: &Group, name: &str, all: &mut dyn Iterator<Item = &Past>) -> hdf5::Result<()> {
    let (mut lengths, mut steps, mut traces) = (Vec::new(), Vec::new(), Vec::new());
    for past in all {
        lengths.push(past.steps.len() as u64);
        steps.extend_from_slice(&past.steps);
        traces.extend_from_slice(&past.traces);
    }
    fixed(group, &format!("{name}_spikes"), &lengths)?;
    fixed(group, &format!("{name}_step"), &steps)?;
    fixed(group, &format!("{name}_trace"), &traces)?;
    Ok(())
}

fn dataset(place: &str, name: &str) -> String {
    format!("{place}/{name}")
}

/// Reads the state of one projection; whether it fits a network is not known here.
pub(crate) fn read(source: &Source, place: &str) -> Result<TimedState, Error> {
    let settled = source.number_attribute::<u64>(place, "settled")?;
    let settled = settled.ok_or_else(|| source.missing(&at(place, "settled"), "a number"))?;
    let sources: Vec<u32> = source.list(&dataset(place, "row_source"))?;
    let delays: Vec<u32> = source.list(&dataset(place, "row_delay_steps"))?;
    let rows = read_pasts(source, place, "row")?;
    if sources.len() != rows.len() || delays.len() != rows.len() {
        return Err(source.length(&dataset(place, "row_source"), sources.len(), format!("{} rows", rows.len())));
    }
    let rows: BTreeMap<(u32, u32), Past> = sources.into_iter().zip(delays).zip(rows).collect();
    let (weights, own) = (source.list(&dataset(place, "weight"))?, source.list(&dataset(place, "own"))?);
    let (cells, factor) = (read_pasts(source, place, "cell")?, read_pasts(source, place, "factor")?);
    // Only of synapses that watch membranes.
    let watched = source.has(&dataset(place, "membrane_spikes"));
    let membranes = if watched { read_pasts(source, place, "membrane")? } else { Vec::new() };
    Ok(TimedState { weights, own, rows, cells, factor, membranes, settled })
}

fn read_pasts(source: &Source, place: &str, name: &str) -> Result<Vec<Past>, Error> {
    let object = dataset(place, &format!("{name}_step"));
    let lengths: Vec<u64> = source.list(&dataset(place, &format!("{name}_spikes")))?;
    let steps: Vec<u64> = source.list(&object)?;
    let traces: Vec<f64> = source.list(&dataset(place, &format!("{name}_trace")))?;
    let width = traces.len().checked_div(steps.len()).unwrap_or(0);
    let mut rest = (steps.as_slice(), traces.as_slice());
    let mut all = Vec::with_capacity(lengths.len());
    for length in lengths {
        let taken = usize::try_from(length).ok().and_then(|length| {
            let (own, later) = rest.0.split_at_checked(length)?;
            let (of_own, of_later) = rest.1.split_at_checked(length.checked_mul(width)?)?;
            Some((Past { steps: own.to_vec(), traces: of_own.to_vec() }, (later, of_later)))
        });
        let (past, later) = taken.ok_or_else(|| source.length(&object, steps.len(), format!("{length} more")))?;
        all.push(past);
        rest = later;
    }
    Ok(all)
}
