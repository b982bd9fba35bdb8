//! The recorder as an observer of a run.

use crate::header::{Block, Header, PopulationInfo, ReportInfo, SpikeBlock, WeightBlock};
use crate::{Error, Outcome, Recorder};
use neuropil_core::{Clock, Real};
use neuropil_engine::{Chunk, Observer, ObserverError, Probe};
use neuropil_network::NetworkError;
use neuropil_network::network::Design;
use std::path::{Path, PathBuf};

/// Writes spikes and probed variables of a run as they come.
pub struct RunRecorder {
    recorder: Recorder,
    clock: Clock,
    first_ids: Vec<u32>,
    spikes: Vec<bool>,
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
    /// Creates the recording of a run of `design`. `spikes`: for each population, whether its spikes are recorded.
    /// Of `header`, populations, reports and dt are filled in.
    ///
    /// # Errors
    /// As [`Recorder::create`].
    pub fn create<R: Real>(
        path: &Path,
        force: bool,
        design: &Design<R>,
        probes: &[Probe],
        spikes: Vec<bool>,
        header: Header,
    ) -> Result<Self, Error> {
        let first_ids = design.first_ids();
        let populations = design.populations.iter().zip(&first_ids).zip(&spikes);
        let populations = populations.map(|((population, first_id), record_spikes)| PopulationInfo {
            name: population.name.clone(),
            size: u64::from(population.cells),
            first_id: u64::from(*first_id),
            model: population.model_name().into(),
            cell_type: population.cell_type.clone(),
            sign: population.sign.number(),
            positions_um: population.positions.clone(),
            record_spikes: *record_spikes,
        });
        let reports = probes.iter().filter_map(|probe| {
            let population = &design.populations[probe.population];
            let variable = &population.neurons()?.info().variables[probe.variable];
            Some(ReportInfo {
                population: population.name.clone(),
                variable: variable.symbol.into(),
                unit: variable.unit.symbol().into(),
                node_ids: probe.cells.iter().map(|cell| u64::from(*cell)).collect(),
                first_ms: design.clock.time_ms(probe.every_steps),
                every_ms: design.clock.time_ms(probe.every_steps),
            })
        });
        let header = Header {
            dt_ms: design.clock.dt_ms(),
            populations: populations.collect(),
            reports: reports.collect(),
            ..header
        };
        let recorder = Recorder::create(path, force, header)?;
        Ok(Self { recorder, clock: design.clock, first_ids, spikes })
    }

    /// Writes every synapse of a projection.
    ///
    /// # Errors
    /// The file's, or an impossible synapse.
    pub fn write_weights<R: Real>(&mut self, design: &Design<R>, projection: usize) -> Result<(), WeightError> {
        let asked = &design.projections[projection];
        let (source, target) = (&design.populations[asked.source], &design.populations[asked.target]);
        let empty = || WeightBlock {
            projection: asked.name.clone(),
            source_population: source.name.clone(),
            target_population: target.name.clone(),
            unit: target.neurons().map_or("", |model| model.info().weight_unit.symbol()).into(),
            ..WeightBlock::default()
        };
        let mut block = empty();
        let mut fault = Ok(());
        design.synapses(projection, &mut |synapse| {
            block.sources.push(u64::from(synapse.source));
            block.targets.push(u64::from(synapse.target));
            block.weights.push(synapse.weight);
            block.delays_ms.push(self.clock.time_ms(u64::from(synapse.delay_steps)));
            if block.sources.len() == WEIGHT_BLOCK && fault.is_ok() {
                fault = self.recorder.write_weights(std::mem::replace(&mut block, empty()));
            }
        })?;
        fault?;
        Ok(self.recorder.write_weights(block)?)
    }

    /// Ends the recording and gives it its name.
    ///
    /// # Errors
    /// As [`Recorder::finish`].
    pub fn finish(self, outcome: Outcome) -> Result<PathBuf, Error> {
        self.recorder.finish(outcome)
    }

    /// The file while the run lasts.
    pub fn part_path(&self) -> &Path {
        self.recorder.part_path()
    }
}

impl Observer for RunRecorder {
    fn observe(&mut self, chunk: &Chunk) -> Result<(), ObserverError> {
        let mut spikes = vec![SpikeBlock::default(); self.spikes.len()];
        for &(step, id) in &chunk.spikes {
            let population = self.first_ids.partition_point(|first| *first <= id) - 1;
            if self.spikes[population] {
                spikes[population].times_ms.push(self.clock.time_ms(step));
                spikes[population].node_ids.push(u64::from(id - self.first_ids[population]));
            }
        }
        let block =
            Block { simulated_until_ms: self.clock.time_ms(chunk.last_step), spikes, frames: chunk.frames.clone() };
        self.recorder.write(block).map_err(|error| ObserverError(Box::new(error)))
    }
}
