//! What a run is before its first step: all that can be refused of it is refused here, for `run` and for `check`.

use crate::building::{Around, build, built_line, size_line, threads_of};
use crate::crew::Crew;
use crate::digest::{add_file, digest_of_files};
use crate::edited::edit_rows;
use crate::plan::RunPlan;
use crate::size::{count_text, expected_size, fits};
use crate::watch::Told;
use crate::{Input, Job, Places, Session, SessionError, Watch};
use neuropil_engine::ranks::{JoinError, join};
use neuropil_engine::{Runnable, Simulation, Tissue};
use neuropil_model::lower::Placed;
use neuropil_network::network::Design;
use neuropil_network::{Network, NetworkError, Projection, Scalar};
use neuropil_record::{Checkpoint, Digest, Header, RunRecorder, TissueRecording, WeightCourse};
use std::path::PathBuf;
use std::time::Instant;

/// Synapses that a check draws at most.
const MOST_DRAWN: u64 = 5_000_000;

/// A sound input.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// Cells.
    pub cells: u64,
    /// Its synapses; those to expect where they were not drawn.
    pub synapses: u64,
    /// Whether they were not drawn.
    pub synapses_are_expected: bool,
    /// Bytes of memory to expect.
    pub bytes: u64,
    /// What is allowed but worth a word, and what could not be checked.
    pub notes: Vec<String>,
}

/// A projection whose weights are recorded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecordedWeights {
    pub projection: usize,
    pub course: WeightCourse,
}

/// A run before its synapses are drawn.
pub(crate) struct Prepared<R: Scalar> {
    pub design: Design<R>,
    pub plan: RunPlan,
    pub recording: neuropil_record::RecordingPlan,
    pub header: Header,
    /// Projections whose weights are recorded.
    pub weights: Vec<RecordedWeights>,
    /// What is edited while it runs.
    pub interventions: Vec<Placed>,
    /// How often weights that follow spikes are written, in steps.
    pub weights_every: Option<u64>,
    /// What will be built.
    pub line: String,
    /// Cells, synapses and bytes to expect.
    size: (u64, u64, u64),
    blocks: Option<u32>,
    /// Ranks that share the network.
    ranks: usize,
    tissue: Option<Tissue>,
    places: Places,
}

impl<R: Scalar> Prepared<R> {
    /// Refuses what the memory does not hold, of which `here` of the ranks take their parts.
    pub fn fits(&self, here: usize) -> Result<(), SessionError> {
        let (cells, synapses, bytes) = self.size;
        let part = match self.ranks {
            1 => String::new(),
            all => format!(", of {all} ranks {here} on this machine,"),
        };
        let here = bytes / self.ranks as u64 * here as u64;
        fits(here, &format!("{} cells and about {} synapses{part}", count_text(cells), count_text(synapses)))
    }

    /// All that ranks must have in common.
    pub fn in_common(&self) -> String {
        let Header { model_json, files_digest, scale, until_ms, checkpoint_every_ms, .. } = &self.header;
        let (digest, from) = (self.plan.digest, self.plan.from);
        format!("{files_digest} {digest} {from} {scale} {until_ms} {checkpoint_every_ms} {model_json}")
    }
}

impl Session {
    /// Refuses all that a run would refuse before its first step, and leaves no file. Synapses of networks that are too
    /// large are not drawn, which is noted.
    ///
    /// # Errors
    /// Faults of the input.
    pub fn check(&self, input: Input) -> Result<Checked, SessionError> {
        if input.single() { self.check_as::<f32>(input) } else { self.check_as::<f64>(input) }
    }

    fn check_as<R: Scalar>(&self, input: Input) -> Result<Checked, SessionError> {
        let mut notes = input.notes();
        let prepared = self.prepare::<R>(input)?;
        let Prepared { design, recording, header, weights, .. } = &prepared;
        let weights: Vec<usize> = weights.iter().map(|own| own.projection).collect();
        RunRecorder::check(design, recording, header.clone(), &weights).map_err(SessionError::Read)?;
        let (cells, synapses, bytes) = prepared.size;
        let left_out = match prepared.fits(1) {
            Err(fault) => Some(fault.to_string()),
            Ok(()) if synapses > MOST_DRAWN => Some(format!("about {} are too many for a check", count_text(synapses))),
            Ok(()) => None,
        };
        let drawn = match left_out {
            None => {
                let told = Told::default();
                let (simulation, _) = self.ready(prepared, &told)?;
                notes.extend(told.notes());
                Some(simulation.network().synapses())
            }
            Some(why) => {
                notes.push(format!("note: no synapse was drawn, {why}: a run checks weights and delays"));
                None
            }
        };
        let synapses_are_expected = drawn.is_none();
        Ok(Checked { cells, synapses: drawn.unwrap_or(synapses), synapses_are_expected, bytes, notes })
    }

    /// All that can be told without drawing synapses.
    pub(crate) fn prepare<R: Scalar>(&self, input: Input) -> Result<Prepared<R>, SessionError> {
        let digest = self.digest::<R>(&input)?;
        let files_digest = digest_of_files(&input)?;
        let mut job = Job::<R>::new(&input, self.scale)?;
        job.duration_ms = self.until_ms.unwrap_or(job.duration_ms);
        let places = Places::new(input, &job);
        let crew = self.crew();
        job.blocks = crew.blocks(&job.design, job.blocks, self.threads());
        let plan = RunPlan { digest, ..self.plan(&job)? };
        let (cells, synapses, bytes) = expected_size(&job.design);
        let size = (cells, synapses, bytes + job.learning_bytes);
        let line = size_line(&job, size.0, size.1, size.2);
        let header = Header { files_digest, ..self.header(&job, plan.threads) };
        let Job {
            blocks, design, tissue, probes, recorded, reports, weights: asked, weights_every, interventions, ..
        } = job;
        let weights = recorded_weights(&design, &asked);
        let watched = tissue.as_ref().map(|tissue| TissueRecording::new(&design, &recorded, tissue));
        let recording = neuropil_record::RecordingPlan { probes, recorded, reports, tissue: watched };
        Ok(Prepared {
            design,
            plan,
            recording,
            header,
            weights,
            interventions,
            weights_every,
            line,
            size,
            blocks,
            ranks: crew.ranks(),
            tissue,
            places,
        })
    }

    /// The ranks that work on the run.
    pub(crate) fn crew(&self) -> Crew<'_> {
        Crew(self.rank.as_ref())
    }

    /// Threads that may be used: those asked for, or one a core; of a rank, which shares its machine with others, one.
    fn threads(&self) -> usize {
        threads_of(self.threads.or(self.rank.as_ref().map(|_| 1)))
    }

    /// The simulation before its first step, and how long its synapses took, s.
    pub(crate) fn ready<R: Scalar>(
        &self,
        prepared: Prepared<R>,
        watch: &dyn Watch,
    ) -> Result<(Simulation<R>, f64), SessionError> {
        let Prepared { design, blocks, tissue, places, plan, recording, weights_every, interventions, .. } = prepared;
        let (started, crew) = (Instant::now(), self.crew());
        let network = self.network(build(design, (blocks, crew.share()), plan.threads, watch), &places)?;
        let learning = crew.agree(places.learning(&network, (plan.threads, self.rank.clone())))?;
        let build_s = started.elapsed().as_secs_f64();
        watch.say(&built_line(&network, build_s, plan.threads, crew.ranks()));
        let notes = learning.iter().flat_map(|own| own.notes());
        notes.for_each(|note| watch.say(&format!("note: {note}")));
        let tissue = tissue.map(|tissue| (tissue, self.threads()));
        let around = Around { probes: recording.probes, weights_every, tissue, learning, interventions };
        let mut simulation = crew.agree(around.simulation(network, plan.threads))?;
        if let Some(rank) = &self.rank {
            simulation = simulation.with_ranks(rank.clone());
        }
        if let Some((checkpoint, _)) = &self.from {
            crew.agree(restore(&mut simulation, checkpoint))?;
        }
        Ok((simulation, build_s))
    }

    /// The network of all ranks, from the share that this one has built.
    fn network<R: Scalar>(
        &self,
        own: Result<Network<R>, Vec<NetworkError>>,
        places: &Places,
    ) -> Result<Network<R>, SessionError> {
        let Some(rank) = &self.rank else { return own.map_err(|faults| places.fault::<R>(faults)) };
        join(own, rank).map_err(|fault| match fault {
            JoinError::Own(faults) => places.fault::<R>(faults),
            fault => fault.into(),
        })
    }

    /// What the run is and reads, if a checkpoint needs to know it.
    fn digest<R: Scalar>(&self, input: &Input) -> Result<u64, SessionError> {
        if self.checkpoint_every_ms.is_none() {
            return Ok(0);
        }
        let what = format!("{} {} {}", input.course()?, self.scale, R::NAME);
        let files = input.files_read_again();
        let mut own = Digest::new().with(what.as_bytes());
        for file in &files {
            own = add_file(own, file)?;
        }
        match &self.from {
            Some((checkpoint, _)) if checkpoint.digest != own.0 => {
                let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
                let changed = match &files[..] {
                    [] => String::new(),
                    _ => format!(", or one of the files that it reads has changed: {}", files.join(", ")),
                };
                Err(SessionError::OtherRun { changed })
            }
            _ => Ok(own.0),
        }
    }

    /// Checks the times that were asked for.
    fn plan<R: Scalar>(&self, job: &Job<R>) -> Result<RunPlan, SessionError> {
        let steps = |what: &str, duration_ms: f64| {
            job.clock.steps(duration_ms).map_err(|fault| SessionError::option(what, fault))
        };
        let until = match self.until_ms {
            Some(until_ms) => steps("--until-ms", until_ms)?,
            None => steps("simulation.duration_ms", job.duration_ms)?,
        };
        let from = self.from.as_ref().map_or(0, |(checkpoint, _)| checkpoint.snapshot.step);
        if until < from {
            return Err(SessionError::Reached { from_ms: job.clock.time_ms(from), until_ms: job.clock.time_ms(until) });
        }
        let every = self.checkpoint_every_ms.map(|every_ms| steps("--checkpoint-every-ms", every_ms)).transpose()?;
        if every == Some(0) {
            return Err(SessionError::option("--checkpoint-every-ms", "must be > 0"));
        }
        let blocks = usize::try_from(job.design.blocks(job.blocks)).unwrap_or(usize::MAX);
        let threads = self.threads().min(self.crew().share().range(blocks).len().max(1));
        Ok(RunPlan { clock: job.clock, from, until, every, threads, build_s: 0.0, digest: 0 })
    }

    fn header<R: Scalar>(&self, job: &Job<R>, threads: usize) -> Header {
        let model_path = std::path::absolute(&job.file).unwrap_or_else(|_| PathBuf::from(&job.file));
        Header {
            model_json: self.model_json.clone(),
            neuropil_version: env!("CARGO_PKG_VERSION").into(),
            seed: job.seed,
            command: self.command.clone(),
            precision: R::NAME.into(),
            threads: u32::try_from(threads).unwrap_or(u32::MAX),
            ranks: u32::try_from(self.crew().ranks()).unwrap_or(u32::MAX),
            model_path: model_path.display().to_string(),
            scale: self.scale,
            until_ms: job.duration_ms,
            checkpoint_every_ms: self.checkpoint_every_ms.unwrap_or(0.0),
            edits: edit_rows(&self.model_json, &job.interventions, job.clock),
            ..Header::default()
        }
    }
}

/// Weights that change are always recorded as they are at the end; those of the beginning where the file asks for them.
fn recorded_weights<R: Scalar>(design: &Design<R>, asked: &[usize]) -> Vec<RecordedWeights> {
    let of = |(projection, own): (usize, &Projection)| {
        let changes = own.plastic || own.timing().is_some();
        let course = match (changes, asked.contains(&projection)) {
            (true, true) => WeightCourse::FirstAndLast,
            (true, false) => WeightCourse::Last,
            (false, true) => WeightCourse::Fixed,
            (false, false) => return None,
        };
        Some(RecordedWeights { projection, course })
    };
    design.projections.iter().enumerate().filter_map(of).collect()
}

fn restore<R: Scalar>(simulation: &mut Simulation<R>, checkpoint: &Checkpoint) -> Result<(), SessionError> {
    let synapses = simulation.network().synapses();
    if synapses != checkpoint.synapses {
        return Err(SessionError::OtherNetwork {
            found: count_text(synapses),
            expected: count_text(checkpoint.synapses),
        });
    }
    Ok(simulation.restore(&checkpoint.snapshot)?)
}
