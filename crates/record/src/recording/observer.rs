//! The recorder as an observer of a run.

use crate::recording::admission::Admission;
use crate::recording::credit_sink::CreditBlock;
use crate::recording::header::{Block, ChangedWeights, Header, ReportInfo, SpikeBlock, WeightBlock, WeightCourse};
use crate::recording::populations::populations;
use crate::recording::recorded::Recorded;
use crate::recording::tissue_info::TissueRecording;
use crate::{Checkpoint, Error, LearnedBlock, Outcome, Recorder, Saved};
use neuropil_core::{Clock, Real};
use neuropil_engine::learning::{Answer, CreditFrame};
use neuropil_engine::{Chunk, Learned, Observer, ObserverError, Probe, ProjectionWeights};
use neuropil_network::NetworkError;
use neuropil_network::network::Design;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// Where a recording begins.
#[derive(Debug, Clone, Copy)]
pub enum Start<'a> {
    /// In a new file.
    New {
        /// Its final name.
        path: &'a Path,
        /// Whether it may replace another.
        force: bool,
    },
    /// Behind the rows that a checkpoint of the recording at `path` counts.
    From {
        /// Its final name.
        path: &'a Path,
        /// The checkpoint and what belongs to it.
        saved: &'a Saved,
    },
}

/// A report: the probes that give its columns, and the steps in which it may have frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// Indices of probes of one recorded population, variable and interval; at least one.
    pub probes: Vec<usize>,
    /// Samples in other steps are left out; begins with a step that is sampled.
    pub steps: RangeInclusive<u64>,
}

/// What a run records.
#[derive(Debug, Clone, Default)]
pub struct RecordingPlan {
    /// What is sampled.
    pub probes: Vec<Probe>,
    /// How each population of the network is recorded.
    pub recorded: Vec<Recorded>,
    /// How probes make reports; where there is none, each probe is a report of its own.
    pub reports: Vec<Reported>,
    /// The peptides, where there are such.
    pub tissue: Option<TissueRecording>,
}

impl RecordingPlan {
    fn reports(&self) -> Vec<Reported> {
        if self.reports.is_empty() {
            let whole =
                |(index, probe): (usize, &Probe)| Reported { probes: vec![index], steps: probe.every_steps..=u64::MAX };
            return self.probes.iter().enumerate().map(whole).collect();
        }
        self.reports.clone()
    }
}

/// Writes spikes and probed variables of a run as they come.
pub struct RunRecorder {
    recorder: Recorder,
    clock: Clock,
    first_ids: Vec<u32>,
    recorded: Vec<Recorded>,
    /// Columns and interval of each probe.
    probes: Vec<(usize, u64)>,
    reports: Vec<Reported>,
    /// Whether each probe of the tissue samples cells.
    of_cells: Vec<bool>,
    /// Index of the recorded population of each population.
    places: Vec<usize>,
    /// Number of recorded populations.
    populations: usize,
    /// Names of the projections.
    projections: Vec<String>,
}

/// A header with what follows from design and plan, and the recorded population of each population.
fn whole<R: Real>(design: &Design<R>, plan: &RecordingPlan, header: Header) -> (Header, Vec<usize>) {
    let (populations, places) = populations(design, &plan.recorded);
    let mut reports: Vec<_> = plan.reports().iter().filter_map(|report| info(design, plan, report)).collect();
    reports.extend(plan.tissue.iter().flat_map(|own| own.reports.iter().cloned()));
    let tissue = plan.tissue.as_ref().map(|own| own.info.clone());
    (Header { dt_ms: design.clock.dt_ms(), populations, reports, tissue, ..header }, places)
}

/// A block of weights, still without synapses.
fn weight_block<R: Real>(design: &Design<R>, projection: usize) -> WeightBlock {
    let asked = &design.projections[projection];
    let (source, target) = (&design.populations[asked.source], &design.populations[asked.target]);
    let info = target.neurons().map(|model| model.info());
    WeightBlock {
        projection: asked.name.clone(),
        source_population: source.name.clone(),
        target_population: target.name.clone(),
        unit: info.and_then(|info| info.weight_unit(asked.receptor)).map_or("", |unit| unit.symbol()).into(),
        receptor: info.zip(asked.receptor).map_or("", |(info, port)| info.ports[port].name).into(),
        ..WeightBlock::default()
    }
}

/// Synapses handed to the recorder at a time.
const WEIGHT_BLOCK: usize = 1 << 16;

/// Why weights could not be recorded.
#[derive(Debug, thiserror::Error)]
pub enum WeightError {
    /// The file.
    #[error(transparent)]
    Record(#[from] Error),
    /// The network.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

impl RunRecorder {
    /// Starts the recording of a run of `design`, whose populations are recorded as `plan` says, or goes on with one. Of
    /// `header`, populations, reports and dt are filled in.
    ///
    /// # Errors
    /// As [`Recorder::create`] and [`Recorder::resume`].
    pub fn open<R: Real>(
        start: Start<'_>,
        design: &Design<R>,
        plan: RecordingPlan,
        header: Header,
    ) -> Result<Self, Error> {
        let (header, places) = whole(design, &plan, header);
        let (count, reports) = (header.populations.len(), plan.reports());
        let of_cells = plan.tissue.as_ref().map(|own| own.of_cells.clone()).unwrap_or_default();
        let recorder = match start {
            Start::New { path, force } => Recorder::create(path, force, header)?,
            Start::From { path, saved } => Recorder::resume(path, header, saved.clone())?,
        };
        let probes = plan.probes.iter().map(|probe| (probe.cells.len(), probe.every_steps)).collect();
        let (clock, first_ids) = (design.clock, design.first_ids());
        let recorded = plan.recorded;
        let projections = design.projections.iter().map(|own| own.name.clone()).collect();
        let populations = count;
        Ok(Self { recorder, clock, first_ids, recorded, probes, reports, of_cells, places, populations, projections })
    }

    /// Refuses what [`Self::open`] and [`Self::write_weights`] would refuse of a run, whatever its file.
    ///
    /// # Errors
    /// [`Error::Refused`].
    pub fn check<R: Real>(
        design: &Design<R>,
        plan: &RecordingPlan,
        header: Header,
        weights: &[usize],
    ) -> Result<(), Error> {
        let admission = Admission::new(&whole(design, plan, header).0)?;
        weights.iter().try_for_each(|projection| admission.admit_weights(&weight_block(design, *projection)))
    }

    /// Writes every synapse of a projection, whose weights are those at the beginning.
    ///
    /// # Errors
    /// The file's, or an impossible synapse.
    pub fn write_weights<R: Real>(
        &mut self,
        design: &Design<R>,
        projection: usize,
        course: WeightCourse,
    ) -> Result<(), WeightError> {
        let asked = &design.projections[projection];
        // Under the names and ids that the cells are recorded under.
        let known = |population: usize| self.recorded.get(population).filter(|own| !own.population.is_empty());
        let (source, target) = (known(asked.source), known(asked.target));
        let id = |own: Option<&Recorded>, cell: u32| own.map_or_else(|| u64::from(cell), |own| own.id(cell));
        let empty = || {
            let mut own = WeightBlock { course, ..weight_block(design, projection) };
            source.into_iter().for_each(|known| own.source_population.clone_from(&known.population));
            target.into_iter().for_each(|known| own.target_population.clone_from(&known.population));
            own
        };
        let mut block = empty();
        let mut fault = Ok(());
        design.synapses(projection, &mut |synapse| {
            block.sources.push(id(source, synapse.source));
            block.targets.push(id(target, synapse.target));
            block.weights.push(synapse.weight);
            block.delays_ms.push(self.clock.time_ms(u64::from(synapse.delay_steps)));
            if block.sources.len() == WEIGHT_BLOCK && fault.is_ok() {
                fault = self.recorder.write_weights(std::mem::replace(&mut block, empty()));
            }
        })?;
        fault?;
        Ok(self.recorder.write_weights(block)?)
    }

    /// Puts the weights that a projection has after `step` in the place of those that it began with.
    ///
    /// # Errors
    /// As [`Recorder::change_weights`].
    pub fn change_weights(&mut self, step: u64, changed: ProjectionWeights) -> Result<(), Error> {
        let (projection, time_ms) = (self.projections[changed.projection].clone(), self.clock.time_ms(step));
        self.recorder.change_weights(ChangedWeights { projection, time_ms, weights: changed.weights })
    }

    /// Takes the place of what an interrupted run has left.
    ///
    /// # Errors
    /// As [`Recorder::begin`].
    pub fn begin(&mut self) -> Result<(), Error> {
        self.recorder.begin()
    }

    /// Ends a recording that never began, as if it had not been started.
    pub fn withdraw(self) {
        self.recorder.withdraw();
    }

    /// Saves the state of the run after all chunks seen so far.
    ///
    /// # Errors
    /// As [`Recorder::checkpoint`].
    pub fn checkpoint(&mut self, checkpoint: Checkpoint) -> Result<(), Error> {
        self.recorder.checkpoint(checkpoint)
    }

    /// Ends the recording and gives it its name.
    ///
    /// # Errors
    /// As [`Recorder::finish`].
    pub fn finish(self, outcome: Outcome) -> Result<PathBuf, Error> {
        self.recorder.finish(outcome)
    }

    fn learned(&self, learned: &Learned) -> LearnedBlock {
        let time = |step: u64| self.clock.time_ms(step);
        let steps = (learned.y.len() / learned.outputs.max(1)) as u64;
        LearnedBlock {
            credit: self.credit(learned),
            y: learned.y.clone(),
            outputs: learned.outputs,
            y_times_ms: (learned.first_step..learned.first_step + steps).map(time).collect(),
            losses: learned.losses.iter().map(|(step, loss)| (time(*step), *loss)).collect(),
            weights: learned
                .weights
                .iter()
                .map(|(step, projection, weights)| {
                    (time(*step), self.projections[*projection].clone(), weights.clone())
                })
                .collect(),
        }
    }

    fn credit(&self, learned: &Learned) -> CreditBlock {
        let time = |step: u64| self.clock.time_ms(step);
        let cell = |id: &usize| {
            let id = u32::try_from(*id).unwrap_or(u32::MAX);
            let population = self.first_ids.partition_point(|first| *first <= id) - 1;
            let own = &self.recorded[population];
            format!("{} {}", own.population, own.id(id - self.first_ids[population]))
        };
        let all = |of: fn(&CreditFrame) -> &Vec<f64>| learned.frames.iter().flat_map(of).copied().collect();
        let label = |of: fn((usize, usize)) -> usize| {
            #[expect(clippy::cast_precision_loss, reason = "few readouts")]
            let number = move |own: &Answer| own.labels.map_or(f64::NAN, |labels| of(labels) as f64);
            learned.answers.iter().map(number).collect()
        };
        CreditBlock {
            classes: learned.credit.classes.clone(),
            cells: learned.credit.cells.iter().map(cell).collect(),
            times_ms: learned.frames.iter().map(|own| time(own.step)).collect(),
            emission: all(|own| &own.emitted),
            modulator: all(|own| &own.modulators),
            concentration: all(|own| &own.concentrations),
            trial_times_ms: learned.answers.iter().map(|own| time(own.step)).collect(),
            trial_losses: learned.answers.iter().map(|own| own.loss).collect(),
            trial_labels: [label(|own| own.0), label(|own| own.1)],
        }
    }

    /// The frames of a report in a chunk, its probes side by side.
    fn frames(&self, report: &Reported, chunk: &Chunk) -> Vec<f64> {
        let Some(&first) = report.probes.first() else { return Vec::new() };
        let (columns, every) = self.probes[first];
        let rows = chunk.frames[first].len() / columns.max(1);
        let mut frames = Vec::new();
        for row in 0..rows {
            let step = (chunk.last_step / every) * every - (rows - 1 - row) as u64 * every;
            if report.steps.contains(&step) {
                for &probe in &report.probes {
                    let columns = self.probes[probe].0;
                    frames.extend_from_slice(&chunk.frames[probe][row * columns..(row + 1) * columns]);
                }
            }
        }
        frames
    }

    /// The file while the run lasts.
    pub fn part_path(&self) -> &Path {
        self.recorder.part_path()
    }
}

fn info<R: Real>(design: &Design<R>, plan: &RecordingPlan, report: &Reported) -> Option<ReportInfo> {
    let probe = plan.probes.get(*report.probes.first()?)?;
    let variable = design.populations[probe.population].neurons()?.info().observables().nth(probe.variable)?;
    let nodes = report.probes.iter().flat_map(|&index| {
        let probe = &plan.probes[index];
        probe.cells.iter().map(|cell| plan.recorded[probe.population].id(*cell))
    });
    Some(ReportInfo {
        population: plan.recorded[probe.population].population.clone(),
        variable: variable.symbol.into(),
        unit: variable.unit.symbol().into(),
        node_ids: nodes.collect(),
        first_ms: design.clock.time_ms(*report.steps.start()),
        every_ms: design.clock.time_ms(probe.every_steps),
    })
}

impl Observer for RunRecorder {
    fn observe(&mut self, chunk: &Chunk) -> Result<(), ObserverError> {
        let mut spikes = vec![SpikeBlock::default(); self.populations];
        for &(step, id) in &chunk.spikes {
            let population = self.first_ids.partition_point(|first| *first <= id) - 1;
            let own = &self.recorded[population];
            let cell = id - self.first_ids[population];
            if own.spikes && own.only.as_ref().is_none_or(|only| only.contains(cell)) {
                let block = &mut spikes[self.places[population]];
                block.times_ms.push(self.clock.time_ms(step));
                block.node_ids.push(own.id(cell));
            }
        }
        let of_tissue = |cells: bool| {
            let samples = self.of_cells.iter().zip(&chunk.samples).filter(move |(own, _)| **own == cells);
            samples.map(|(_, samples)| samples.clone())
        };
        let frames = self.reports.iter().map(|report| self.frames(report, chunk)).chain(of_tissue(true)).collect();
        let arrays = of_tissue(false).collect();
        let block = Block { simulated_until_ms: self.clock.time_ms(chunk.last_step), spikes, frames, arrays };
        let mut written = self.recorder.write(block);
        if let (Ok(()), Some(learned)) = (&written, &chunk.learned) {
            written = self.recorder.write_learned(self.learned(learned));
        }
        written.map_err(|error| ObserverError(Box::new(error)))
    }
}
