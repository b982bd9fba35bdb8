//! Checkpoints: the state of a run and how much of its recording belongs to it.
//!
//! While a run lasts, its checkpoint is a file of its own beside the recording, written anew and renamed each time, so
//! that a death of the process at any moment leaves a whole one. A recording that ends well takes the last one in.

use std::fs;
use std::path::{Path, PathBuf};

use hdf5::{File, Group, H5Type};
use neuropil_engine::Snapshot;
use neuropil_files::beside;
use neuropil_network::history::Outbox;
use neuropil_network::neuron::State;
use neuropil_network::synapse::SenderState;

use crate::h5::attribute::put;
use crate::h5::column::fixed;
use crate::h5::source::{Source, at};
use crate::recording::credit_sink::CreditRows;
use crate::recording::learning_sink::LearnedRows;
use crate::{Error, h5::written, layout, recording::learning_state, recording::timed_state, recording::tissue_state};

/// The state of a run between two steps, and what the run had cost so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Checkpoint {
    /// Everything that evolves.
    pub snapshot: Snapshot,
    /// Synapses of the network, which is built again from the model.
    pub synapses: u64,
    /// Wall time so far in s.
    pub wall_s: f64,
    /// Processor time so far in s.
    pub cpu_s: f64,
    /// A digest of the model and the files that it names, so that no run goes on from a checkpoint of another.
    pub digest: u64,
}

/// A checkpoint and what of the recording belongs to it.
pub type Saved = (Checkpoint, Rows);

/// Rows of the recording that had been written when a checkpoint was taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows {
    /// Spikes of each population of the header; 0 where they are not recorded.
    pub spikes: Vec<u64>,
    /// Frames of each report of the header.
    pub frames: Vec<u64>,
    /// Frames of each array of the tissue.
    pub arrays: Vec<u64>,
    /// What came of learning.
    pub learned: LearnedRows,
}

/// `last_step` of a cell that has not fired.
const NEVER: u64 = u64::MAX;

/// The group of the peptides' state.
const PEPTIDES: &str = "peptides";
/// The group of the state of synapses, by sending cell.
const SENDERS: &str = "senders";
/// The group of what currents remember.
const CURRENTS: &str = "currents";
/// The group of what currents remember that edits lay on; only where there are such.
const LAID_ON: &str = "laid_on";
/// The group of synapses whose weights follow spikes.
const TIMED: &str = "timed";
/// The group of learning's state.
const LEARNING: &str = "learning";

impl Checkpoint {
    /// The last checkpoint of the recording at `path` (its final name), of which `recording` is what there is: the
    /// `.part` of a run that was cut, beside which its checkpoint lies, or the finished file, which holds it.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`], [`Error::WrongType`], [`Error::Length`], [`Error::Value`] or [`Error::Read`] where it is
    /// damaged.
    pub fn find(path: &Path, recording: &Path) -> Result<Option<Saved>, Error> {
        let side = side_path(path);
        // Beside a finished recording it would be one of another run.
        let source = Source::open(if path != recording && side.exists() { &side } else { recording })?;
        if source.is_group(layout::CHECKPOINT) { read(&source).map(Some) } else { Ok(None) }
    }
}

/// Where the checkpoint of a run lies while the run lasts.
pub(crate) fn side_path(path: &Path) -> PathBuf {
    beside(path, ".checkpoint")
}

/// Replaces the checkpoint beside the recording at `path`.
pub(crate) fn store(path: &Path, checkpoint: &Checkpoint, rows: &Rows) -> Result<(), Error> {
    let side = side_path(path);
    let new = beside(&side, ".new");
    let made = written::create(&new).and_then(|file| write(&file, checkpoint, rows).map(|()| file));
    let made = made.map_err(|source| Error::write(&new, layout::CHECKPOINT, &source));
    let made = made.and_then(|file| written::finish(file, &new));
    made.and_then(|()| Ok(neuropil_files::give_name(&new, &side)?)).inspect_err(|_| {
        // The fault of writing is the one worth telling.
        let _ = fs::remove_file(&new);
    })
}

/// Writes the checkpoint into a file, in the place of an older one.
pub(crate) fn write(file: &File, checkpoint: &Checkpoint, rows: &Rows) -> hdf5::Result<()> {
    if file.link_exists(layout::CHECKPOINT) {
        file.unlink(layout::CHECKPOINT)?;
    }
    let snapshot = &checkpoint.snapshot;
    let group = file.create_group(layout::CHECKPOINT)?;
    put(&group, "step", &snapshot.step)?;
    put(&group, "events", &snapshot.events)?;
    put(&group, "synapses", &checkpoint.synapses)?;
    put(&group, "wall_s", &checkpoint.wall_s)?;
    put(&group, "cpu_s", &checkpoint.cpu_s)?;
    put(&group, "digest", &checkpoint.digest)?;
    fixed(&group, "spike_rows", &rows.spikes)?;
    fixed(&group, "frame_rows", &rows.frames)?;
    fixed(&group, "array_rows", &rows.arrays)?;
    put(&group, "learned_steps", &rows.learned.steps)?;
    put(&group, "learned_losses", &rows.learned.losses)?;
    put(&group, "learned_snapshots", &rows.learned.snapshots)?;
    put(&group, "credit_frames", &rows.learned.credit.frames)?;
    put(&group, "trials", &rows.learned.credit.trials)?;
    let populations = group.create_group("populations")?;
    for (index, state) in snapshot.populations.iter().enumerate() {
        let population = populations.create_group(&index.to_string())?;
        put(&population, "sends_only", &u8::from(state.is_none()))?;
        for (number, plane) in state.iter().flat_map(|state| &state.variables).enumerate() {
            fixed(&population, &format!("variable_{number}"), plane)?;
        }
        for (number, plane) in state.iter().flat_map(|state| &state.counters).enumerate() {
            fixed(&population, &format!("counter_{number}"), plane)?;
        }
    }
    let senders = group.create_group(SENDERS)?;
    for (index, state) in snapshot.synapses.iter().enumerate() {
        let projection = senders.create_group(&index.to_string())?;
        put(&projection, "width", &(state.width as u64))?;
        fixed(&projection, "variables", &state.variables)?;
        let last: Vec<u64> = state.last_step.iter().map(|step| step.unwrap_or(NEVER)).collect();
        fixed(&projection, "last_step", &last)?;
    }
    let currents = group.create_group(CURRENTS)?;
    for (index, memory) in snapshot.currents.iter().enumerate() {
        fixed(&currents, &index.to_string(), memory)?;
    }
    if !snapshot.laid_on.is_empty() {
        let laid_on = group.create_group(LAID_ON)?;
        for (index, memory) in snapshot.laid_on.iter().enumerate() {
            fixed(&laid_on, &index.to_string(), memory)?;
        }
    }
    let timed = group.create_group(TIMED)?;
    for (index, state) in snapshot.timed.iter().enumerate() {
        timed_state::write(&timed.create_group(&index.to_string())?, state)?;
    }
    if let Some(state) = &snapshot.peptides {
        tissue_state::write(&group.create_group(PEPTIDES)?, state)?;
    }
    if let Some(state) = &snapshot.learning {
        learning_state::write(&group.create_group(LEARNING)?, state)?;
    }
    write_past(&group, &snapshot.past)
}

/// Lists of lists as their lengths and what they hold, end to end.
fn write_past(group: &Group, past: &[Outbox<f64>]) -> hdf5::Result<()> {
    let sent = group.create_group("past")?;
    ragged(&sent, "fired", past.iter().map(|step| &step.fired))?;
    ragged(&sent, "graded", past.iter().map(|step| &step.graded))?;
    let projections = past.first().map_or(0, |step| step.factors.len());
    for projection in 0..projections {
        ragged(&sent, &format!("factors_{projection}"), past.iter().map(|step| &step.factors[projection]))?;
    }
    Ok(())
}

fn ragged<'a, T: H5Type + Clone + 'a>(
    group: &Group,
    name: &str,
    lists: impl Iterator<Item = &'a Vec<T>> + Clone,
) -> hdf5::Result<()> {
    let lengths: Vec<u64> = lists.clone().map(|own| own.len() as u64).collect();
    fixed(group, &format!("{name}_lengths"), &lengths)?;
    fixed(group, name, &lists.flatten().cloned().collect::<Vec<T>>())?;
    Ok(())
}

fn read(source: &Source) -> Result<Saved, Error> {
    let place = |name: &str| format!("{}/{name}", layout::CHECKPOINT);
    let number = |name: &str| required(source, layout::CHECKPOINT, name);
    let seconds = |name: &str| {
        let value = source.number_attribute::<f64>(layout::CHECKPOINT, name)?;
        value.ok_or_else(|| source.missing(&at(layout::CHECKPOINT, name), "a number"))
    };
    let populations = (0..count(source, &place("populations"))?)
        .map(|index| read_state(source, &place(&format!("populations/{index}"))))
        .collect::<Result<Vec<_>, _>>()?;
    let synapses = (0..count(source, &place(SENDERS))?)
        .map(|index| read_senders(source, &place(&format!("{SENDERS}/{index}"))))
        .collect::<Result<Vec<_>, _>>()?;
    let currents = (0..count(source, &place(CURRENTS))?)
        .map(|index| source.list(&place(&format!("{CURRENTS}/{index}"))))
        .collect::<Result<Vec<_>, _>>()?;
    let laid_on = if source.is_group(&place(LAID_ON)) { count(source, &place(LAID_ON))? } else { 0 };
    let laid_on = (0..laid_on).map(|index| source.list(&place(&format!("{LAID_ON}/{index}"))));
    let laid_on = laid_on.collect::<Result<Vec<_>, _>>()?;
    let timed = (0..count(source, &place(TIMED))?)
        .map(|index| timed_state::read(source, &place(&format!("{TIMED}/{index}"))))
        .collect::<Result<Vec<_>, _>>()?;
    let past = read_past(source, &place("past"))?;
    let peptides = Some(place(PEPTIDES)).filter(|group| source.is_group(group));
    let peptides = peptides.map(|group| tissue_state::read(source, &group)).transpose()?;
    let learning = Some(place(LEARNING)).filter(|group| source.is_group(group));
    let learning = learning.map(|group| learning_state::read(source, &group)).transpose()?;
    let (step, events) = (number("step")?, number("events")?);
    let snapshot = Snapshot { step, events, populations, currents, laid_on, synapses, timed, past, peptides, learning };
    let (wall_s, cpu_s) = (seconds("wall_s")?, seconds("cpu_s")?);
    let learned = LearnedRows {
        steps: number("learned_steps")?,
        losses: number("learned_losses")?,
        snapshots: number("learned_snapshots")?,
        credit: CreditRows { frames: number("credit_frames")?, trials: number("trials")? },
    };
    let rows = |name: &str| source.list(&place(name));
    let rows = Rows { spikes: rows("spike_rows")?, frames: rows("frame_rows")?, arrays: rows("array_rows")?, learned };
    Ok((Checkpoint { snapshot, synapses: number("synapses")?, wall_s, cpu_s, digest: number("digest")? }, rows))
}

fn read_state(source: &Source, place: &str) -> Result<Option<State<f64>>, Error> {
    if required(source, place, "sends_only")? != 0 {
        return Ok(None);
    }
    let names = source.members(place)?;
    let planes = |kind: &str| names.iter().filter(|name| name.starts_with(kind)).count();
    let variables = (0..planes("variable_")).map(|number| source.list(&format!("{place}/variable_{number}")));
    let counters = (0..planes("counter_")).map(|number| source.list(&format!("{place}/counter_{number}")));
    Ok(Some(State { variables: variables.collect::<Result<_, _>>()?, counters: counters.collect::<Result<_, _>>()? }))
}

fn read_senders(source: &Source, place: &str) -> Result<SenderState, Error> {
    let last: Vec<u64> = source.list(&format!("{place}/last_step"))?;
    Ok(SenderState {
        width: usize::try_from(required(source, place, "width")?).unwrap_or(usize::MAX),
        variables: source.list(&format!("{place}/variables"))?,
        last_step: last.into_iter().map(|step| (step != NEVER).then_some(step)).collect(),
    })
}

fn read_past(source: &Source, place: &str) -> Result<Vec<Outbox<f64>>, Error> {
    let fired = read_ragged::<u32>(source, &format!("{place}/fired"))?;
    let graded = read_ragged::<f64>(source, &format!("{place}/graded"))?;
    let names = source.members(place)?;
    let projections = names.iter().filter(|name| name.starts_with("factors_") && !name.ends_with("_lengths")).count();
    let factors = (0..projections).map(|number| read_ragged::<f64>(source, &format!("{place}/factors_{number}")));
    let factors: Vec<Vec<Vec<f64>>> = factors.collect::<Result<_, _>>()?;
    for lists in factors.iter().map(Vec::len).chain([graded.len()]) {
        if lists != fired.len() {
            return Err(source.length(place, lists, format!("{} steps", fired.len())));
        }
    }
    let step = |(number, (fired, graded)): (usize, (Vec<u32>, Vec<f64>))| Outbox {
        fired,
        graded,
        factors: factors.iter().map(|lists| lists[number].clone()).collect(),
    };
    Ok(fired.into_iter().zip(graded).enumerate().map(step).collect())
}

fn read_ragged<T: H5Type + Copy>(source: &Source, object: &str) -> Result<Vec<Vec<T>>, Error> {
    let lengths: Vec<u64> = source.list(&format!("{object}_lengths"))?;
    let values: Vec<T> = source.list(object)?;
    let mut rest = values.as_slice();
    let mut lists = Vec::with_capacity(lengths.len());
    for length in lengths {
        let taken = usize::try_from(length).ok().and_then(|length| rest.split_at_checked(length));
        let (own, after) = taken.ok_or_else(|| source.length(object, values.len(), format!("{length} more")))?;
        lists.push(own.to_vec());
        rest = after;
    }
    Ok(lists)
}

fn count(source: &Source, group: &str) -> Result<usize, Error> {
    Ok(source.members(group)?.len())
}

fn required(source: &Source, object: &str, name: &str) -> Result<u64, Error> {
    let value = source.number_attribute::<u64>(object, name)?;
    value.ok_or_else(|| source.missing(&at(object, name), "a number"))
}
