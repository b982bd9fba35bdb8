//! The open file of a recorder, on the writer thread.

use std::mem;
use std::path::{Path, PathBuf};

use hdf5::types::VarLenUnicode;
use hdf5::{Attribute, File};
use neuropil_core::Clock;

use crate::foreign::sonata_writer::{spike_columns, write_root};
use crate::h5::attribute::{put, put_text, unicode};
use crate::h5::column::{Column, kept_shape};
use crate::layout;
use crate::recording::checkpoint::{self, Checkpoint, Rows, Saved};
use crate::recording::edits;
use crate::recording::frame_sink::{FrameSink, expected_frames};
use crate::recording::header::{Block, ChangedWeights, Header, Outcome, PopulationInfo, ReportInfo, WeightBlock};
use crate::recording::learning_sink::{LearnedBlock, LearningSink};
use crate::recording::population_groups::create_populations;
use crate::recording::report_sink::{self, Elements, link_populations};
use crate::recording::tissue_sink;
use crate::recording::weight_sink::WeightSinks;
use crate::{Error, h5::destination::Destination, h5::heaps, h5::source::check_signature, h5::written};

/// Every dataset that grows and every attribute that changes.
pub(crate) struct Sink {
    destination: Destination,
    path: PathBuf,
    spikes: Vec<Option<SpikeSink>>,
    reports: Vec<FrameSink>,
    arrays: Vec<FrameSink>,
    weights: WeightSinks,
    learning: Option<LearningSink>,
    state: State,
    simulated_until_ms: f64,
    checkpoint: Option<Saved>,
    file: File,
}

struct SpikeSink {
    object: String,
    timestamps: Column<f64>,
    node_ids: Column<u64>,
}

/// The attributes of `/neuropil` that change.
struct State {
    simulated_until_ms: Attribute,
    complete: Attribute,
    wall_s: Attribute,
    cpu_s: Attribute,
}

impl Sink {
    /// Writes everything known before the first step and flushes it.
    pub(crate) fn create(destination: &Destination, header: &Header) -> Result<Self, Error> {
        let (path, new) = (&destination.part, &destination.new);
        let at = |object: &'static str| move |source: hdf5::Error| Error::write(path, object, &source);
        let file = written::create(new).map_err(at("a new file"))?;
        write_root(&file).map_err(at("the root attributes"))?;
        let spikes = create_spikes(&file, header).map_err(at(layout::SPIKES))?;
        let reports = create_reports(&file, header).map_err(at(layout::REPORT))?;
        let state = create_state(&file, header).map_err(at(layout::NEUROPIL))?;
        let arrays =
            header.tissue.as_ref().map(|tissue| tissue_sink::create(&file, tissue, header.until_ms)).transpose();
        let arrays = arrays.map_err(at(layout::TISSUE))?.unwrap_or_default();
        create_populations(&file, header).map_err(at(layout::POPULATIONS))?;
        edits::write(&file, &header.edits).map_err(at(layout::EDITS))?;
        let weights = WeightSinks::new(file.create_group(layout::WEIGHTS).map_err(at(layout::WEIGHTS))?);
        let destination = destination.clone();
        let path = path.clone();
        let mut sink = Self {
            destination,
            path,
            spikes,
            reports,
            arrays,
            weights,
            learning: None,
            state,
            simulated_until_ms: 0.0,
            checkpoint: None,
            file,
        };
        sink.flush()?;
        Ok(sink)
    }

    /// Goes on with the recording of a cut run, or with a copy of a finished one, after what belongs to `saved`.
    ///
    /// `found` is where it lies. All of it is looked at before any of it changes.
    pub(crate) fn reopen(
        (destination, found): (&Destination, &Path),
        header: &Header,
        saved: Saved,
    ) -> Result<Self, Error> {
        let path = &destination.part;
        let at = |object: &'static str| move |source: hdf5::Error| Error::write(path, object, &source);
        let (checkpoint, rows) = &saved;
        heaps::check(found, check_signature(found)?.1)?;
        check_rows(found, header, rows).map_err(at("to a cut recording"))?;
        let file = written::open_again(found).map_err(at("to a cut recording"))?;
        let spikes = reopen_spikes(&file, header, &rows.spikes).map_err(at(layout::SPIKES))?;
        let reports = reopen_reports(&file, header, &rows.frames).map_err(at(layout::REPORT))?;
        let arrays = header.tissue.as_ref().map(|tissue| tissue_sink::reopen(&file, tissue, &rows.arrays)).transpose();
        let arrays = arrays.map_err(at(layout::TISSUE))?.unwrap_or_default();
        let state = reopen_state(&file, header).map_err(at(layout::NEUROPIL))?;
        let weights = WeightSinks::new(file.group(layout::WEIGHTS).map_err(at(layout::WEIGHTS))?);
        let learning = LearningSink::reopen(&file, &rows.learned).map_err(at(layout::LEARNING))?;
        let reached_ms = |clock: Clock| clock.time_ms(checkpoint.snapshot.step);
        let simulated_until_ms = Clock::new(header.dt_ms).map_or(0.0, reached_ms);
        Ok(Self {
            destination: destination.clone(),
            path: path.clone(),
            spikes,
            reports,
            arrays,
            weights,
            learning,
            state,
            simulated_until_ms,
            // Should no step follow, the file still holds where it can go on.
            checkpoint: Some(saved),
            file,
        })
    }

    /// Flushes, then replaces the checkpoint beside the recording.
    pub(crate) fn store_checkpoint(&mut self, checkpoint: Checkpoint) -> Result<(), Error> {
        self.flush()?;
        let rows = Rows {
            spikes: self
                .spikes
                .iter()
                .map(|sink| sink.as_ref().map_or(0, |sink| sink.timestamps.rows() as u64))
                .collect(),
            frames: self.reports.iter().map(|sink| sink.frames() as u64).collect(),
            arrays: self.arrays.iter().map(|sink| sink.frames() as u64).collect(),
            learned: self.learning.as_ref().map(LearningSink::rows).unwrap_or_default(),
        };
        // A checkpoint must not outlive the rows that it counts, should the machine lose its power.
        neuropil_files::sync(&self.path)?;
        checkpoint::store(&self.destination.path, &checkpoint, &rows)?;
        self.checkpoint = Some((checkpoint, rows));
        Ok(())
    }

    pub(crate) fn append(&mut self, block: Block) -> Result<(), Error> {
        for (sink, spikes) in self.spikes.iter_mut().zip(block.spikes) {
            let Some(sink) = sink else { continue };
            let stored = sink.timestamps.append(spikes.times_ms).and_then(|()| sink.node_ids.append(spikes.node_ids));
            stored.map_err(|source| Error::write(&self.path, &sink.object, &source))?;
        }
        let (reports, arrays) = (self.reports.iter_mut().zip(block.frames), self.arrays.iter_mut().zip(block.arrays));
        for (sink, frames) in reports.chain(arrays) {
            sink.append(frames).map_err(|source| Error::write(&self.path, &sink.object, &source))?;
        }
        self.simulated_until_ms = block.simulated_until_ms;
        Ok(())
    }

    pub(crate) fn append_weights(&mut self, block: WeightBlock) -> Result<(), Error> {
        self.weights.append(&self.path, block)
    }

    pub(crate) fn change_weights(&mut self, changed: &ChangedWeights) -> Result<(), Error> {
        self.weights.change(&self.path, changed)
    }

    pub(crate) fn append_learned(&mut self, block: LearnedBlock) -> Result<(), Error> {
        let at = |source: hdf5::Error| Error::write(&self.path, layout::LEARNING, &source);
        if self.learning.is_none() {
            self.learning = Some(LearningSink::create(&self.file).map_err(at)?);
        }
        self.learning.iter_mut().try_for_each(|sink| sink.append(block.clone())).map_err(at)
    }

    /// Brings the file to a state that survives the death of the process.
    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        for sink in self.spikes.iter_mut().flatten() {
            let stored = sink.timestamps.store().and_then(|()| sink.node_ids.store());
            stored.map_err(|source| Error::write(&self.path, &sink.object, &source))?;
        }
        for sink in self.reports.iter_mut().chain(&mut self.arrays) {
            sink.store().map_err(|source| Error::write(&self.path, &sink.object, &source))?;
        }
        self.weights.store(&self.path)?;
        if let Some(sink) = &mut self.learning {
            sink.store().map_err(|source| Error::write(&self.path, layout::LEARNING, &source))?;
        }
        let told = self.state.simulated_until_ms.write_scalar(&self.simulated_until_ms);
        let flushed = told.and_then(|()| self.file.flush());
        flushed.map_err(|source| Error::write(&self.path, "the buffered data", &source))
    }

    /// Stores the outcome, if there is one, and closes the file.
    pub(crate) fn close(mut self, outcome: Option<Outcome>) -> Result<(), Error> {
        match self.conclude(outcome) {
            Ok(()) => self.release(),
            Err(fault) => {
                self.abandon();
                Err(fault)
            }
        }
    }

    /// Two flushes: `complete` must not reach the disk before the data.
    fn conclude(&mut self, outcome: Option<Outcome>) -> Result<(), Error> {
        self.flush()?;
        let Some(outcome) = outcome else {
            return Ok(());
        };
        self.simulated_until_ms = outcome.simulated_until_ms;
        if let Some((checkpoint, rows)) = &self.checkpoint {
            checkpoint::write(&self.file, checkpoint, rows)
                .map_err(|source| Error::write(&self.path, layout::CHECKPOINT, &source))?;
        }
        write_outcome(&self.state, outcome)
            .map_err(|source| Error::write(&self.path, "the outcome of the run", &source))?;
        self.flush()
    }

    fn release(self) -> Result<(), Error> {
        let Self { path, spikes, reports, arrays, weights, learning, state, file, .. } = self;
        drop((spikes, reports, arrays, weights, learning, state));
        // It was flushed before.
        file.close().map_err(|source| Error::write(&path, "the end of the file", &source))
    }

    /// Lets go of the file after a failed write: closing it would overwrite, in part, the index of what the last
    /// flush left readable.
    pub(crate) fn abandon(self) {
        mem::forget(self);
    }
}

fn create_spikes(file: &File, header: &Header) -> hdf5::Result<Vec<Option<SpikeSink>>> {
    let parent = file.create_group(layout::SPIKES)?;
    let create = |population: &PopulationInfo| {
        let (timestamps, node_ids) = spike_columns(&parent, &population.name, expected_spikes(population, header))?;
        Ok(SpikeSink { object: format!("{}/{}", layout::SPIKES, population.name), timestamps, node_ids })
    };
    header
        .populations
        .iter()
        .map(|population| population.record_spikes.then(|| create(population)).transpose())
        .collect()
}

/// Spikes of a population at some ten a second and cell.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a guess")]
fn expected_spikes(population: &PopulationInfo, header: &Header) -> u64 {
    (population.size as f64 * header.until_ms.max(0.0) * 0.01) as u64
}

fn create_reports(file: &File, header: &Header) -> hdf5::Result<Vec<FrameSink>> {
    if header.reports.is_empty() {
        return Ok(Vec::new());
    }
    let parent = file.create_group(layout::REPORT)?;
    let exact = !matches!(header.precision.as_str(), "f32" | "single");
    let names = header.report_names();
    let elements = |info: &ReportInfo| {
        let frames = expected_frames(header.until_ms, [info.first_ms, info.every_ms]);
        Elements { exact, frames, ..Elements::default() }
    };
    let mut sinks = Vec::new();
    for (info, name) in header.reports.iter().zip(&names) {
        sinks.push(report_sink::create(&parent, name, info, elements(info))?);
    }
    link_populations(
        &parent,
        header.reports.iter().map(|info| info.population.as_str()).zip(names.iter().map(String::as_str)),
    )?;
    Ok(sinks)
}

fn create_state(file: &File, header: &Header) -> hdf5::Result<State> {
    let group = file.create_group(layout::NEUROPIL)?;
    put_text(&group, "format", layout::FORMAT)?;
    put_text(&group, "neuropil_version", &header.neuropil_version)?;
    put_text(&group, "command", &header.command)?;
    put_text(&group, "precision", &header.precision)?;
    put(&group, "seed", &header.seed)?;
    put(&group, "dt_ms", &header.dt_ms)?;
    put(&group, "threads", &header.threads)?;
    put(&group, "ranks", &header.ranks.max(1))?;
    put_text(&group, "model_path", &header.model_path)?;
    put(&group, "scale", &header.scale)?;
    put(&group, "until_ms", &header.until_ms)?;
    put(&group, "checkpoint_every_ms", &header.checkpoint_every_ms)?;
    put(&group, "files_digest", &header.files_digest)?;
    let model = group.new_dataset::<VarLenUnicode>().obj_track_times(false).create("model")?;
    model.write_scalar(&unicode(&header.model_json)?)?;
    Ok(State {
        simulated_until_ms: put(&group, "simulated_until_ms", &0.0)?,
        complete: put(&group, "complete", &0_u8)?,
        wall_s: put(&group, "wall_s", &0.0)?,
        cpu_s: put(&group, "cpu_s", &0.0)?,
    })
}

/// Whether a recording has the rows that belong to a checkpoint, and what they hang on. Changes nothing.
fn check_rows(path: &Path, header: &Header, rows: &Rows) -> hdf5::Result<()> {
    let file = File::open(path)?;
    for (population, rows) in header.populations.iter().zip(&rows.spikes).filter(|(own, _)| own.record_spikes) {
        let group = file.group(&format!("{}/{}", layout::SPIKES, population.name))?;
        for name in [layout::TIMESTAMPS, layout::NODE_IDS] {
            kept_shape(&group.dataset(name)?, index(*rows)?)?;
        }
    }
    for (name, frames) in header.report_names().iter().zip(&rows.frames) {
        let group = file.group(&format!("{}/{name}", layout::REPORT))?;
        kept_shape(&group.dataset("data")?, index(*frames)?)?;
        group.dataset("mapping/time")?;
    }
    let group = file.group(layout::NEUROPIL)?;
    group.dataset("model")?.read_scalar::<VarLenUnicode>()?;
    for name in ["until_ms", "checkpoint_every_ms", "complete", "simulated_until_ms", "wall_s", "cpu_s"] {
        group.attr(name)?;
    }
    file.group(layout::WEIGHTS)?;
    file.close()
}

fn reopen_spikes(file: &File, header: &Header, rows: &[u64]) -> hdf5::Result<Vec<Option<SpikeSink>>> {
    let reopen = |(population, rows): (&PopulationInfo, &u64)| {
        if !population.record_spikes {
            return Ok(None);
        }
        let object = format!("{}/{}", layout::SPIKES, population.name);
        let (group, rows) = (file.group(&object)?, index(*rows)?);
        let timestamps = Column::reopen(&group, layout::TIMESTAMPS, rows)?;
        Ok(Some(SpikeSink { object, timestamps, node_ids: Column::reopen(&group, layout::NODE_IDS, rows)? }))
    };
    header.populations.iter().zip(rows).map(reopen).collect()
}

fn reopen_reports(file: &File, header: &Header, frames: &[u64]) -> hdf5::Result<Vec<FrameSink>> {
    if header.reports.is_empty() {
        return Ok(Vec::new());
    }
    let parent = file.group(layout::REPORT)?;
    let named = header.reports.iter().zip(header.report_names()).zip(frames);
    named.map(|((info, name), frames)| report_sink::reopen(&parent, (info, &name), index(*frames)?)).collect()
}

fn reopen_state(file: &File, header: &Header) -> hdf5::Result<State> {
    let group = file.group(layout::NEUROPIL)?;
    let (model, text) = (group.dataset("model")?, unicode(&header.model_json)?);
    if model.read_scalar::<VarLenUnicode>()?.as_str() != text.as_str() {
        model.write_scalar(&text)?;
        // The text and what points to it are written apart: a death between would leave none.
        file.flush()?;
    }
    group.attr("until_ms")?.write_scalar(&header.until_ms)?;
    group.attr("checkpoint_every_ms")?.write_scalar(&header.checkpoint_every_ms)?;
    let complete = group.attr("complete")?;
    complete.write_scalar(&0_u8)?;
    Ok(State {
        simulated_until_ms: group.attr("simulated_until_ms")?,
        complete,
        wall_s: group.attr("wall_s")?,
        cpu_s: group.attr("cpu_s")?,
    })
}

fn index(rows: u64) -> hdf5::Result<usize> {
    usize::try_from(rows).map_err(|_| format!("{rows} rows are more than there can be").into())
}

fn write_outcome(state: &State, outcome: Outcome) -> hdf5::Result<()> {
    state.wall_s.write_scalar(&outcome.wall_s)?;
    state.cpu_s.write_scalar(&outcome.cpu_s)?;
    state.complete.write_scalar(&u8::from(outcome.complete))
}
