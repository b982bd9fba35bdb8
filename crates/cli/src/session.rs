//! A run, from its job to its recording: the same for `run` and `resume`.

use crate::digest::Digest;
use crate::done::{Cost, Done};
use crate::error::CliError;
use crate::job::{Input, Job, Places};
use crate::say::{Progress, Say};
use crate::summary::{SpikeCounts, bytes_text, count_text, expected_size};
use crate::{interrupt, load, screen};
use cpu_time::ProcessTime;
use neuropil_core::Clock;
use neuropil_engine::{EngineError, Runnable, Simulation, observer};
use neuropil_network::network::Design;
use neuropil_network::{Network, NetworkError, Scalar};
use neuropil_record::{Checkpoint, Header, Outcome, RunRecorder, Saved, Start};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Simulated time between two looks at the outside world.
const CHUNK_MS: f64 = 10.0;

/// How an input is run.
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
    /// What the user sees.
    pub say: Say,
    /// Whether the summary is for programs.
    pub json: bool,
    /// What was said of the input.
    pub notes: Vec<String>,
}

impl Session {
    /// Runs `input` and tells what came of it.
    ///
    /// # Errors
    /// Faults of the input, of the output, or of the run.
    pub fn run<R: Scalar>(self, input: Input) -> Result<(), CliError> {
        let digest = self.digest::<R>(&input)?;
        let mut job = Job::<R>::new(&input, self.scale)?;
        job.duration_ms = self.until_ms.unwrap_or(job.duration_ms);
        let places = Places::new(input, &job);
        let plan = Plan { digest, ..self.plan(&job)? };
        let (cells, synapses, bytes) = expected_size(&job.design);
        self.say.line(&size_line(&job, cells, synapses, bytes));
        if plan.from > 0 {
            self.say.line(&format!("going on from {} ms", plan.clock.time_ms(plan.from)));
        }
        load::fits(bytes, &format!("{} cells and about {} synapses", count_text(cells), count_text(synapses)))?;
        interrupt::listen()?;
        let header = self.header(&job, plan.threads);
        let Job { clock, blocks, design, tissue, probes, recorded, reports, weights, .. } = job;
        let recording = neuropil_record::Plan { probes, recorded, reports };
        let open = |design: &Design<R>| {
            let opened = RunRecorder::open(self.start(), design, recording.clone(), header.clone());
            opened.map_err(|error| match error {
                // The file's names are at fault, not the disk.
                neuropil_record::Error::Refused { .. } => CliError::input(error),
                _ => CliError::output(error),
            })
        };
        // A new file is claimed before the work begins; a cut one is touched once it is sure that it can go on.
        let new = self.from.is_none().then(|| open(&design)).transpose()?;
        let started = Instant::now();
        let network = self.build(design, blocks, plan.threads).map_err(|faults| {
            if let Some(recorder) = &new {
                // Nothing was recorded: leave nothing behind.
                let _ = std::fs::remove_file(recorder.part_path());
            }
            places.message::<R>(&faults)
        })?;
        let build_s = started.elapsed().as_secs_f64();
        self.say.line(&built_line(&network, build_s, plan.threads));
        let mut simulation = Simulation::new(network, recording.probes.clone(), plan.threads);
        if let Some(tissue) = tissue {
            simulation = simulation.with_tissue(tissue.with_threads(self.threads()).map_err(CliError::input)?);
        }
        if let Some((checkpoint, _)) = &self.from {
            restore(&mut simulation, checkpoint)?;
        }
        let design = &simulation.network().design;
        let recorder = match new {
            None => open(design)?,
            Some(mut recorder) => {
                for projection in weights {
                    recorder.write_weights(design, projection).map_err(CliError::output)?;
                }
                recorder
            }
        };
        self.go(simulation, recorder, Plan { clock, build_s, ..plan })
    }

    /// What the run is and reads, if a checkpoint needs to know it.
    fn digest<R: Scalar>(&self, input: &Input) -> Result<u64, CliError> {
        if self.checkpoint_every_ms.is_none() {
            return Ok(0);
        }
        let what = format!("{} {} {}", self.model_json, self.scale, R::NAME);
        let files = input.files();
        let mut own = Digest::new().add(what.as_bytes());
        for file in &files {
            own = own.add_file(file)?;
        }
        match &self.from {
            Some((checkpoint, _)) if checkpoint.digest != own.0 => {
                let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
                let changed = match &files[..] {
                    [] => String::new(),
                    _ => format!(", or one of the files that it reads has changed: {}", files.join(", ")),
                };
                Err(CliError::Input(format!("the checkpoint is not one of this run{changed}")))
            }
            _ => Ok(own.0),
        }
    }

    /// Checks the times that were asked for.
    fn plan<R: Scalar>(&self, job: &Job<R>) -> Result<Plan, CliError> {
        let steps = |what: &str, duration_ms: f64| {
            job.clock.steps(duration_ms).map_err(|fault| CliError::Input(format!("{what}: {fault}")))
        };
        let until = match self.until_ms {
            Some(until_ms) => steps("--until-ms", until_ms)?,
            None => job.clock.steps(job.duration_ms).map_err(CliError::input)?,
        };
        let from = self.from.as_ref().map_or(0, |(checkpoint, _)| checkpoint.snapshot.step);
        if until < from {
            let (until, from) = (job.clock.time_ms(until), job.clock.time_ms(from));
            return Err(CliError::Input(format!("the run has reached {from} ms already, later than {until} ms")));
        }
        let every = self.checkpoint_every_ms.map(|every_ms| steps("--checkpoint-every-ms", every_ms)).transpose()?;
        if every == Some(0) {
            return Err(CliError::Input("--checkpoint-every-ms: must be > 0".into()));
        }
        let blocks = usize::try_from(job.design.blocks(job.blocks)).unwrap_or(usize::MAX);
        let threads = self.threads().min(blocks.max(1));
        Ok(Plan { clock: job.clock, from, until, every, threads, build_s: 0.0, digest: 0 })
    }

    /// Threads that may be used.
    fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.map_or_else(cores, usize::from)
    }

    fn start(&self) -> Start<'_> {
        match &self.from {
            Some(saved) => Start::From { path: &self.output, saved },
            None => Start::New { path: &self.output, force: self.force },
        }
    }

    fn header<R: Scalar>(&self, job: &Job<R>, threads: usize) -> Header {
        let command: Vec<String> = std::env::args().collect();
        let model_path = std::path::absolute(&job.file).unwrap_or_else(|_| PathBuf::from(&job.file));
        Header {
            model_json: self.model_json.clone(),
            neuropil_version: env!("CARGO_PKG_VERSION").into(),
            seed: job.seed,
            command: command.join(" "),
            precision: R::NAME.into(),
            threads: u32::try_from(threads).unwrap_or(u32::MAX),
            model_path: model_path.display().to_string(),
            scale: self.scale,
            until_ms: job.duration_ms,
            checkpoint_every_ms: self.checkpoint_every_ms.unwrap_or(0.0),
            ..Header::default()
        }
    }

    fn build<R: Scalar>(
        &self,
        design: Design<R>,
        blocks: Option<u32>,
        threads: usize,
    ) -> Result<Network<R>, Vec<NetworkError>> {
        let (_, expected, _) = expected_size(&design);
        let bar = self.say.bar(expected, "drawing synapses {wide_bar} {percent}% {eta}");
        let placed = AtomicU64::new(0);
        let finished = AtomicBool::new(false);
        let network = std::thread::scope(|scope| {
            scope.spawn(|| {
                while !finished.load(Ordering::Relaxed) {
                    bar.set_position(placed.load(Ordering::Relaxed));
                    std::thread::sleep(Duration::from_millis(20));
                }
            });
            let _ends = EndsWhenDropped(&finished);
            Network::build(design, blocks, threads, &placed)
        });
        bar.finish_and_clear();
        network
    }

    /// Runs the steps, and brings the recording to its end whatever happens.
    fn go<R: Scalar>(
        self,
        mut simulation: Simulation<R>,
        mut recorder: RunRecorder,
        plan: Plan,
    ) -> Result<(), CliError> {
        let design = &simulation.network().design;
        let populations = design.populations.iter();
        let populations = populations.map(|own| (own.name.clone(), own.neurons().is_some())).collect();
        let mut counts = SpikeCounts::new(design.first_ids());
        let before = self.from.as_ref().map_or((0.0, 0.0), |(checkpoint, _)| (checkpoint.wall_s, checkpoint.cpu_s));
        let meter = Meter { begun: (Instant::now(), ProcessTime::now()), before };
        let outcome = self.advance(&mut simulation, &mut counts, &mut recorder, &plan, &meter);
        let reached_ms = plan.clock.time_ms(simulation.step());
        let complete = outcome.is_ok() && simulation.step() >= plan.until;
        let part = recorder.part_path().to_owned();
        let (wall_s, cpu_s) = meter.total();
        let kept = recorder.finish(Outcome { complete, wall_s, cpu_s, simulated_until_ms: reached_ms });
        let output = match (outcome, kept) {
            (Ok(()), Ok(kept)) => kept,
            (Err(error), Ok(kept)) => {
                return Err(with_note(error.into(), &format!("recorded up to {reached_ms} ms: {}", kept.display())));
            }
            (Err(error), Err(_)) => return Err(with_note(error.into(), &left(&part))),
            (Ok(()), Err(error)) => return Err(with_note(CliError::output(error), &left(&part))),
        };
        let cost = Cost { build_s: plan.build_s, wall_s: wall_s - before.0, cpu_s: cpu_s - before.1 };
        let from_to_ms = (plan.clock.time_ms(plan.from), reached_ms);
        let (synapses, events) = (simulation.network().synapses(), simulation.events());
        let notes = self.notes.clone();
        let done = Done { populations, counts, cost, from_to_ms, output, synapses, events, notes };
        let told = if self.json {
            screen::print(&done.json().to_string())
        } else if self.say.loud {
            screen::print(&done.text())
        } else {
            Ok(())
        };
        if complete { told } else { Err(self.interrupted(reached_ms, plan.clock.time_ms(plan.until))) }
    }

    fn interrupted(&self, reached_ms: f64, until_ms: f64) -> CliError {
        let next = match self.checkpoint_every_ms {
            Some(_) => format!("; `neuropil resume {}` goes on", self.output.display()),
            None => String::new(),
        };
        CliError::Interrupted(format!(
            "interrupted at {reached_ms} of {until_ms} ms; the recording holds what came before{next}"
        ))
    }

    /// Runs to the end or until someone says stop, from checkpoint to checkpoint.
    fn advance<R: Scalar>(
        &self,
        simulation: &mut Simulation<R>,
        counts: &mut SpikeCounts,
        recorder: &mut RunRecorder,
        plan: &Plan,
        meter: &Meter,
    ) -> Result<(), EngineError> {
        let chunk = plan.clock.nearest_step(CHUNK_MS).unwrap_or(1).max(1);
        let bar = self.say.bar(plan.until, "{wide_bar} {percent}%  {msg}  {eta} left");
        let from_ms = plan.clock.time_ms(plan.from);
        let mut progress = Progress { bar: &bar, clock: plan.clock, begun: Instant::now(), from_ms };
        let stop = interrupt::is_asked;
        let save = |simulation: &Simulation<R>, recorder: &mut RunRecorder| {
            let (wall_s, cpu_s) = meter.total();
            let synapses = simulation.network().synapses();
            let checkpoint =
                Checkpoint { snapshot: simulation.snapshot(), synapses, wall_s, cpu_s, digest: plan.digest };
            recorder
                .checkpoint(checkpoint)
                .map_err(|error| EngineError::from(neuropil_engine::ObserverError(error.into())))
        };
        let mut run = || {
            if plan.every.is_some() && self.from.is_none() {
                save(simulation, recorder)?;
            }
            while simulation.step() < plan.until && !stop() {
                let next = plan.every.map_or(plan.until, |every| (simulation.step() / every + 1) * every);
                let next = next.min(plan.until);
                observer::run(simulation, next, chunk, &mut [counts, recorder, &mut progress], &stop)?;
                if plan.every.is_some() {
                    save(simulation, recorder)?;
                }
            }
            Ok(())
        };
        let outcome = run();
        bar.finish_and_clear();
        outcome
    }
}

/// What the input and the options come to.
struct Plan {
    clock: Clock,
    from: u64,
    until: u64,
    every: Option<u64>,
    threads: usize,
    build_s: f64,
    /// What the run is and reads.
    digest: u64,
}

/// Measures what the steps cost.
struct Meter {
    begun: (Instant, ProcessTime),
    /// Wall and processor time of the commands before this one, s.
    before: (f64, f64),
}

impl Meter {
    /// Wall and processor time since the beginning of the run, s.
    fn total(&self) -> (f64, f64) {
        let (wall, cpu) = (self.begun.0.elapsed(), self.begun.1.elapsed());
        (self.before.0 + wall.as_secs_f64(), self.before.1 + cpu.as_secs_f64())
    }
}

fn restore<R: Scalar>(simulation: &mut Simulation<R>, checkpoint: &Checkpoint) -> Result<(), CliError> {
    let synapses = simulation.network().synapses();
    if synapses != checkpoint.synapses {
        return Err(CliError::Input(format!(
            "the network has {} synapses, but had {} when the run began",
            count_text(synapses),
            count_text(checkpoint.synapses)
        )));
    }
    simulation.restore(&checkpoint.snapshot).map_err(CliError::input)
}

fn with_note(error: CliError, note: &str) -> CliError {
    let text = format!("{error}\n  {note}");
    match error {
        CliError::NonFinite(_) => CliError::NonFinite(text),
        CliError::Input(_) => CliError::Input(text),
        _ => CliError::Output(text),
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

fn size_line<R: Scalar>(job: &Job<R>, cells: u64, synapses: u64, bytes: u64) -> String {
    format!(
        "{}: {} cells, about {} synapses, about {} of memory; {} ms in steps of {} ms, {} precision, seed {}",
        job.file,
        count_text(cells),
        count_text(synapses),
        bytes_text(bytes),
        job.duration_ms,
        job.clock.dt_ms(),
        R::NAME,
        job.seed
    )
}

fn built_line<R: Scalar>(network: &Network<R>, build_s: f64, threads: usize) -> String {
    format!(
        "built {} synapses in {build_s:.1} s ({}); running on {threads} thread{}",
        count_text(network.synapses()),
        bytes_text(network.bytes()),
        if threads == 1 { "" } else { "s" }
    )
}

/// Ends the thread that shows progress, also when the build panics.
struct EndsWhenDropped<'f>(&'f AtomicBool);

impl Drop for EndsWhenDropped<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
