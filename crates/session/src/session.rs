//! How an input is run.

use crate::crew::Crew;
use crate::losses::Losses;
use crate::plan::RunPlan;
use crate::size::{SpikeCounts, count_text};
use crate::{Input, Reached, SessionError, Watch};
use cpu_time::ProcessTime;
use neuropil_engine::ranks::Rank;
use neuropil_engine::{Chunk, EngineError, Observer, ObserverError, Runnable, Simulation, observer};
use neuropil_network::Scalar;
use neuropil_network::network::Design;
use neuropil_record::{Checkpoint, Error, Outcome, RunRecorder, Saved, Start};
use neuropil_train::remarks::SMALL_SLOPE;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Simulated time between two looks at the outside world.
const CHUNK_MS: f64 = 10.0;

/// How an input is run, and where it is recorded.
#[derive(Debug, Clone)]
pub struct Session {
    /// The input as the recording keeps it.
    pub model_json: String,
    /// Size relative to the model file.
    pub scale: f64,
    /// The recording.
    pub output: PathBuf,
    /// Whether it may replace another.
    pub force: bool,
    /// Where to go on; a run from the beginning has none.
    pub from: Option<Saved>,
    /// Time to reach instead of the input's.
    pub until_ms: Option<f64>,
    /// Simulated time between checkpoints.
    pub checkpoint_every_ms: Option<f64>,
    /// Threads, or one a core.
    pub threads: Option<u16>,
    /// How the run was started, for the recording.
    pub command: String,
    /// This process among others that work on the run, each with a session of its own; rank 0 records. `None` where it is alone.
    pub rank: Option<Rank>,
}

/// A run that has ended without a fault.
#[derive(Debug, Clone)]
pub struct Finished {
    /// Name of each population, and whether it has cells rather than sources of spikes.
    pub populations: Vec<(String, bool)>,
    /// Spikes of this session.
    pub counts: SpikeCounts,
    /// Cost of this session.
    pub cost: Cost,
    /// Simulated time at which this session began, and that it reached.
    pub from_to_ms: (f64, f64),
    /// Simulated time that was to be reached.
    pub until_ms: f64,
    /// Whether it was; else the watch has ended the run.
    pub complete: bool,
    /// The recording.
    pub output: PathBuf,
    /// Number of synapses.
    pub synapses: u64,
    /// Synaptic events delivered, since step 0.
    pub events: u64,
    /// Whether the run can be resumed.
    pub has_checkpoint: bool,
    /// For each population, in how many steps of a cell of this session its solver did not meet its tolerance.
    pub unmet: Vec<u64>,
    /// The mean ψ of each population that credit passes through while it learns, with its name.
    pub slopes: Vec<(String, f64)>,
    /// What should be said of the loss of a network that learned.
    pub loss_remark: Option<String>,
}

/// What a session cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Wall time of drawing synapses, s.
    pub build_s: f64,
    /// Wall time of the steps, s.
    pub wall_s: f64,
    /// Processor time of the steps, s.
    pub cpu_s: f64,
}

/// A population of cells that fires faster is worth a word.
const FAST_HZ: f64 = 100.0;

impl Finished {
    /// What should be said of what came of the run: silent populations, rates that cells seldom have, tolerances that were
    /// not met, slopes that let no credit pass, losses that grew.
    pub fn remarks(&self) -> Vec<String> {
        let simulated_ms = self.from_to_ms.1 - self.from_to_ms.0;
        if simulated_ms == 0.0 {
            return Vec::new();
        }
        let rates = self.counts.rates_hz(simulated_ms);
        let odd = self.populations.iter().zip(rates).filter_map(|((name, has_cells), rate)| {
            if rate == 0.0 {
                Some(format!("{name} is silent"))
            } else if *has_cells && rate > FAST_HZ {
                Some(format!("{name} fires at {rate:.0} Hz, more than {FAST_HZ} Hz: epileptic?"))
            } else {
                None
            }
        });
        let unmet =
            self.populations.iter().zip(&self.unmet).filter(|(_, steps)| **steps > 0).map(|((name, _), steps)| {
                let many = if *steps == 1 { "step of a cell" } else { "steps of a cell" };
                format!(
                    "{name}: in {} {many} `auto` did not meet its tolerance, and took its finest parts",
                    count_text(*steps)
                )
            });
        odd.chain(unmet).chain(self.small_slopes()).chain(self.loss_remark.clone()).collect()
    }
}

impl Finished {
    /// A word where ψ is so small in all populations that credit does not pass from cell to cell.
    fn small_slopes(&self) -> Option<String> {
        let most = self.slopes.iter().max_by(|a, b| a.1.total_cmp(&b.1)).filter(|most| most.1 < SMALL_SLOPE)?;
        let (name, psi) = most;
        Some(format!(
            "ψ is at most {psi:.1e} in the mean of a population ({name}): so small that hardly any credit passes \
             through recurrent synapses; cells nearer to threshold, or a wider pseudo_derivative?"
        ))
    }
}

impl Session {
    /// A run of `input` from its beginning, on every core, without checkpoints.
    pub fn new(input: &Input, output: PathBuf) -> Self {
        Self {
            model_json: input.whole_json(),
            scale: 1.0,
            output,
            force: false,
            from: None,
            until_ms: None,
            checkpoint_every_ms: None,
            threads: None,
            command: String::new(),
            rank: None,
        }
    }

    /// Runs `input` and tells what came of it.
    ///
    /// # Errors
    /// Faults of the input, of the output, or of the run.
    pub fn run(&self, input: Input, watch: &dyn Watch) -> Result<Finished, SessionError> {
        self.crew().agree(input.apart(&self.output))?;
        if input.single() { self.run_as::<f32>(input, watch) } else { self.run_as::<f64>(input, watch) }
    }

    fn run_as<R: Scalar>(&self, input: Input, watch: &dyn Watch) -> Result<Finished, SessionError> {
        let crew = self.crew();
        let prepared = crew.agree(self.prepare::<R>(input))?;
        crew.same(&prepared.in_common())?;
        watch.say(&prepared.line);
        if prepared.plan.from > 0 {
            watch.say(&format!("going on from {} ms", prepared.plan.clock.time_ms(prepared.plan.from)));
        }
        crew.agree(prepared.fits(crew.here()?))?;
        let (recording, header) = (prepared.recording.clone(), prepared.header.clone());
        let (weights, plan) = (prepared.weights.clone(), prepared.plan);
        let open = |design: &Design<R>| {
            let opened = RunRecorder::open(self.start(), design, recording.clone(), header.clone());
            opened.map_err(|error| match error {
                // The file's names are at fault, not the disk.
                Error::Refused { .. } => SessionError::Read(error),
                _ => SessionError::Write(error),
            })
        };
        // A new file is claimed before the work begins; a cut one is touched once it is sure that it can go on.
        let begins = crew.is_first() && self.from.is_none();
        let mut new = crew.agree(begins.then(|| open(&prepared.design)).transpose())?;
        let (simulation, build_s) = self.ready(prepared, watch).inspect_err(|_| {
            // Nothing was recorded: leave nothing behind, and what was there before as it was.
            if let Some(recorder) = new.take() {
                recorder.withdraw();
            }
        })?;
        let design = &simulation.network().design;
        let begin = |new: Option<RunRecorder>| match new {
            None if crew.is_first() => Ok(Some(open(design)?)),
            None => Ok(None),
            Some(mut recorder) => {
                recorder.begin().map_err(SessionError::Write)?;
                for own in weights {
                    recorder.write_weights(design, own.projection, own.course)?;
                }
                Ok(Some(recorder))
            }
        };
        let recorder = crew.agree(begin(new))?;
        self.go(simulation, recorder, RunPlan { build_s, ..plan }, watch)
    }

    fn start(&self) -> Start<'_> {
        match &self.from {
            Some(saved) => Start::From { path: &self.output, saved },
            None => Start::New { path: &self.output, force: self.force },
        }
    }

    /// Runs the steps, and brings the recording to its end whatever happens.
    fn go<R: Scalar>(
        &self,
        mut simulation: Simulation<R>,
        mut recorder: Option<RunRecorder>,
        plan: RunPlan,
        watch: &dyn Watch,
    ) -> Result<Finished, SessionError> {
        let design = &simulation.network().design;
        let populations = design.populations.iter();
        let populations = populations.map(|own| (own.name.clone(), own.neurons().is_some())).collect();
        let mut counts = SpikeCounts::new(design.first_ids());
        let before = self.from.as_ref().map_or((0.0, 0.0), |(checkpoint, _)| (checkpoint.wall_s, checkpoint.cpu_s));
        let meter = Meter { begun: (Instant::now(), ProcessTime::now()), before };
        let progress = Progress { watch, plan: &plan, begun: meter.begun.0 };
        let mut losses = Losses::default();
        let watched = (&mut counts, &mut losses);
        let outcome = self.advance(&mut simulation, watched, &mut recorder, progress, &meter);
        watch.ended();
        let reached_ms = plan.clock.time_ms(simulation.step());
        let complete = outcome.is_ok() && simulation.step() >= plan.until;
        let (wall_s, cpu_s) = meter.total();
        // Where ranks can no longer ask each other, the run ends with that fault; what it cost is then told of this one.
        let cpu_s = self.crew().sum_s(cpu_s - before.1).unwrap_or(cpu_s - before.1) + before.1;
        let ended = Outcome { complete, wall_s, cpu_s, simulated_until_ms: reached_ms };
        let output = self.crew().agree(self.finish(&simulation, recorder, outcome, ended))?;
        Ok(Finished {
            populations,
            counts,
            cost: Cost { build_s: plan.build_s, wall_s: wall_s - before.0, cpu_s: cpu_s - before.1 },
            from_to_ms: (plan.clock.time_ms(plan.from), reached_ms),
            until_ms: plan.clock.time_ms(plan.until),
            complete,
            output,
            synapses: simulation.network().synapses(),
            events: simulation.events(),
            has_checkpoint: plan.every.is_some(),
            unmet: simulation.unmet()?,
            slopes: slopes(&simulation)?,
            loss_remark: losses.remark(|step| plan.clock.time_ms(step)),
        })
    }

    /// Writes what the weights have become and ends the recording, whatever came of the run. Tells where the recording is.
    fn finish<R: Scalar>(
        &self,
        simulation: &Simulation<R>,
        recorder: Option<RunRecorder>,
        outcome: Result<(), EngineError>,
        ended: Outcome,
    ) -> Result<PathBuf, SessionError> {
        let step = simulation.step();
        let (changed, outcome) = match (simulation.changed_weights(), outcome) {
            (Ok(changed), outcome) => (changed, outcome),
            (Err(fault), outcome) => (Vec::new(), outcome.and(Err(fault))),
        };
        let Some(mut recorder) = recorder else { return Ok(outcome.map(|()| self.output.clone())?) };
        let (part, reached_ms) = (recorder.part_path().to_owned(), ended.simulated_until_ms);
        let kept = changed.into_iter().try_for_each(|own| recorder.change_weights(step, own));
        match (outcome, kept.and_then(|()| recorder.finish(ended))) {
            (Ok(()), Ok(kept)) => Ok(kept),
            (Err(error), Ok(kept)) => {
                let note = format!("recorded up to {reached_ms} ms: {}", kept.display());
                Err(SessionError::Engine(error).left(note))
            }
            (Err(error), Err(_)) => Err(SessionError::Engine(error).left(left(&part))),
            (Ok(()), Err(error)) => Err(SessionError::Write(error).left(left(&part))),
        }
    }

    /// Runs to the end or until someone says stop, from checkpoint to checkpoint.
    fn advance<R: Scalar>(
        &self,
        simulation: &mut Simulation<R>,
        (counts, losses): (&mut SpikeCounts, &mut Losses),
        recorder: &mut Option<RunRecorder>,
        progress: Progress<'_>,
        meter: &Meter,
    ) -> Result<(), EngineError> {
        let Progress { watch, plan, .. } = progress;
        let chunk = plan.clock.nearest_step(CHUNK_MS).unwrap_or(1).max(1);
        let crew = self.crew();
        let stop = || crew.any(watch.stops());
        let save = |simulation: &Simulation<R>, recorder: &mut Option<RunRecorder>| -> Result<(), EngineError> {
            let (wall_s, cpu_s) = meter.total();
            let synapses = simulation.network().synapses();
            let cpu_s = crew.sum_s(cpu_s - meter.before.1)? + meter.before.1;
            let snapshot = simulation.whole_snapshot()?;
            let checkpoint = Checkpoint { snapshot, synapses, wall_s, cpu_s, digest: plan.digest };
            let kept = recorder.as_mut().map_or(Ok(()), |recorder| recorder.checkpoint(checkpoint));
            Ok(crew.agree_seen(kept.map_err(|error| ObserverError(error.into())))?)
        };
        if plan.every.is_some() && self.from.is_none() {
            save(simulation, recorder)?;
        }
        while simulation.step() < plan.until && !stop() {
            let next = plan.every.map_or(plan.until, |every| (simulation.step() / every + 1) * every);
            let next = next.min(plan.until);
            let mut seen = Together { crew, counts, recorder: recorder.as_mut(), progress };
            observer::run(simulation, next, chunk, &mut [losses, &mut seen], &stop)?;
            if plan.every.is_some() {
                save(simulation, recorder)?;
            }
        }
        Ok(())
    }
}

/// All who see a chunk; what is wrong with one of them is so on all ranks.
struct Together<'t> {
    crew: Crew<'t>,
    counts: &'t mut SpikeCounts,
    recorder: Option<&'t mut RunRecorder>,
    progress: Progress<'t>,
}

impl Observer for Together<'_> {
    fn observe(&mut self, chunk: &Chunk) -> Result<(), ObserverError> {
        let counted = self.counts.observe(chunk);
        let kept = counted.and_then(|()| self.recorder.as_mut().map_or(Ok(()), |recorder| recorder.observe(chunk)));
        self.crew.agree_seen(kept.and_then(|()| self.progress.observe(chunk)))
    }
}

/// Mean ψ by the names of populations.
fn slopes<R: Scalar>(simulation: &Simulation<R>) -> Result<Vec<(String, f64)>, EngineError> {
    let populations = &simulation.network().design.populations;
    let all = simulation.mean_slopes()?;
    Ok(all.into_iter().map(|own| (populations[own.population].name.clone(), own.psi)).collect())
}

/// Tells the watch how far the run is.
#[derive(Clone, Copy)]
struct Progress<'p> {
    watch: &'p dyn Watch,
    plan: &'p RunPlan,
    begun: Instant,
}

impl Observer for Progress<'_> {
    fn observe(&mut self, chunk: &Chunk) -> Result<(), ObserverError> {
        let RunPlan { clock, from, until, .. } = *self.plan;
        self.watch.reached(&Reached { clock, from, step: chunk.last_step, until, wall: self.begun.elapsed() });
        Ok(())
    }
}

/// Measures what the steps cost.
struct Meter {
    begun: (Instant, ProcessTime),
    /// Wall and processor time of the sessions before this one, s.
    before: (f64, f64),
}

impl Meter {
    /// Wall and processor time since the beginning of the run, s.
    fn total(&self) -> (f64, f64) {
        let (wall, cpu) = (self.begun.0.elapsed(), self.begun.1.elapsed());
        (self.before.0 + wall.as_secs_f64(), self.before.1 + cpu.as_secs_f64())
    }
}

/// Where the recording of a run is that could not be finished.
fn left(part: &Path) -> String {
    if part.exists() {
        format!("what was recorded is in {}", part.display())
    } else {
        format!("{} is gone, and with it what was recorded", part.display())
    }
}
