//! `neuropil run`.

use crate::args::RunArgs;
use crate::error::CliError;
use crate::job::{Input, Job, Places};
use crate::summary::{SpikeCounts, bytes_text, count_text, expected_size, peak_bytes};
use crate::{load, screen};
use cpu_time::ProcessTime;
use indicatif::{ProgressBar, ProgressStyle};
use neuropil_core::Clock;
use neuropil_engine::{Chunk, EngineError, Observer, ObserverError, Runnable, Simulation, observer};
use neuropil_network::{Network, Scalar};
use neuropil_record::{Header, Outcome, Plan, RunRecorder};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Simulated time between two looks at the outside world.
const CHUNK_MS: f64 = 10.0;
/// A population that fires faster is worth a warning.
const EPILEPTIC_HZ: f64 = 200.0;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Runs a model file and records it.
///
/// # Errors
/// Faults of the model, of the output, or of the run.
pub fn run(args: &RunArgs) -> Result<(), CliError> {
    let input = Input::read(&args.model)?;
    for note in input.notes().iter().filter(|_| !args.quiet) {
        screen::note(note);
    }
    // A second Ctrl-C ends the process at once.
    let installed = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
    installed.map_err(|error| CliError::Output(format!("cannot listen for Ctrl-C: {error}")))?;
    if input.single(&args.model) { run_in::<f32>(args, input) } else { run_in::<f64>(args, input) }
}

/// What a run cost.
struct Cost {
    build_s: f64,
    wall_s: f64,
    cpu_s: f64,
}

fn run_in<R: Scalar>(args: &RunArgs, input: Input) -> Result<(), CliError> {
    let job = Job::<R>::new(&input, args.model.scale)?;
    let places = Places::new(input, &job);
    let threads = args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let output = output(args);
    let say = Say { loud: !args.quiet && !args.json, bars: !args.quiet };
    let (cells, synapses, bytes) = expected_size(&job.design);
    say.line(&size_line(&job, cells, synapses, bytes));
    load::fits(bytes, &format!("{} cells and about {} synapses", count_text(cells), count_text(synapses)))?;
    let header = header(&job, threads);
    let Job { clock, duration_ms, blocks, design, probes, recorded, reports, weights, .. } = job;
    let plan = Plan { probes: probes.clone(), recorded, reports };
    let mut recorder =
        RunRecorder::create(&output, args.force, &design, plan, header).map_err(|error| match error {
            // The file's names are at fault, not the disk.
            neuropil_record::Error::Refused { .. } => CliError::input(error),
            _ => CliError::output(error),
        })?;
    let started = (Instant::now(), ProcessTime::now());
    let network = build(design, blocks, threads, &say).map_err(|faults| {
        // Nothing was recorded: leave nothing behind.
        let _ = std::fs::remove_file(recorder.part_path());
        places.message::<R>(&faults)
    })?;
    let build_s = started.0.elapsed().as_secs_f64();
    for projection in weights {
        recorder.write_weights(&network.design, projection).map_err(CliError::output)?;
    }
    let synapses = network.synapses();
    let names: Vec<String> = network.design.populations.iter().map(|population| population.name.clone()).collect();
    say.line(&format!(
        "built {} synapses in {build_s:.1} s ({}); running on {} thread{}",
        count_text(synapses),
        bytes_text(network.bytes()),
        threads.min(network.blocks.len()),
        if threads.min(network.blocks.len()) == 1 { "" } else { "s" }
    ));
    let mut counts = SpikeCounts::new(network.design.first_ids());
    let mut simulation = Simulation::new(network, probes, threads);
    let begun = (Instant::now(), ProcessTime::now());
    let until = clock.steps(duration_ms).map_err(CliError::input)?;
    let outcome = advance(&mut simulation, (clock, until), &mut counts, &mut recorder, &say);
    let cost = Cost { build_s, wall_s: begun.0.elapsed().as_secs_f64(), cpu_s: begun.1.elapsed().as_secs_f64() };
    let reached_ms = clock.time_ms(simulation.step());
    let complete = outcome.is_ok() && simulation.step() >= until;
    let part = recorder.part_path().to_owned();
    let kept =
        recorder.finish(Outcome { complete, wall_s: cost.wall_s, cpu_s: cost.cpu_s, simulated_until_ms: reached_ms });
    let kept = match (outcome, kept) {
        (Ok(()), Ok(kept)) => kept,
        (Err(error), Ok(kept)) => {
            return Err(with_note(error.into(), &format!("recorded up to {reached_ms} ms: {}", kept.display())));
        }
        (Err(error), Err(_)) => {
            return Err(with_note(error.into(), &format!("what was recorded is in {}", part.display())));
        }
        (Ok(()), Err(error)) => {
            return Err(with_note(CliError::output(error), &format!("what was recorded is in {}", part.display())));
        }
    };
    let done = Done { names, counts, cost, reached_ms, output: kept, cells_events: (synapses, simulation.events()) };
    let told = if args.json {
        screen::print(&done.json().to_string())
    } else if say.loud {
        screen::print(&done.text())
    } else {
        Ok(())
    };
    if !complete {
        return Err(CliError::Interrupted(format!(
            "interrupted at {reached_ms} of {duration_ms} ms; the recording holds what came before"
        )));
    }
    told
}

fn with_note(error: CliError, note: &str) -> CliError {
    let text = format!("{error}\n  {note}");
    match error {
        CliError::NonFinite(_) => CliError::NonFinite(text),
        CliError::Input(_) => CliError::Input(text),
        _ => CliError::Output(text),
    }
}

fn output(args: &RunArgs) -> PathBuf {
    let stem = args.model.model.file_stem().unwrap_or_default().to_string_lossy();
    let default = || PathBuf::from(format!("{stem}.h5"));
    args.output.clone().unwrap_or_else(default)
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

fn header<R: Scalar>(job: &Job<R>, threads: usize) -> Header {
    let command: Vec<String> = std::env::args().collect();
    Header {
        model_json: job.json.clone(),
        neuropil_version: env!("CARGO_PKG_VERSION").into(),
        seed: job.seed,
        command: command.join(" "),
        precision: R::NAME.into(),
        threads: u32::try_from(threads).unwrap_or(u32::MAX),
        ..Header::default()
    }
}

fn build<R: Scalar>(
    design: neuropil_network::network::Design<R>,
    blocks: Option<u32>,
    threads: usize,
    say: &Say,
) -> Result<Network<R>, Vec<neuropil_network::NetworkError>> {
    let (_, expected, _) = expected_size(&design);
    let bar = say.bar(expected, "drawing synapses {wide_bar} {percent}% {eta}");
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

/// Ends the thread that shows progress, also when the build panics.
struct EndsWhenDropped<'f>(&'f AtomicBool);

impl Drop for EndsWhenDropped<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn advance<R: Scalar>(
    simulation: &mut Simulation<R>,
    (clock, until): (Clock, u64),
    counts: &mut SpikeCounts,
    recorder: &mut RunRecorder,
    say: &Say,
) -> Result<(), EngineError> {
    let chunk = clock.nearest_step(CHUNK_MS).unwrap_or(1).max(1);
    let bar = say.bar(until, "{wide_bar} {percent}%  {msg}  {eta} left");
    let mut progress = Progress { bar: &bar, clock, begun: Instant::now() };
    let stop = || INTERRUPTED.load(Ordering::Relaxed);
    let outcome = observer::run(simulation, until, chunk, &mut [counts, recorder, &mut progress], &stop);
    bar.finish_and_clear();
    outcome.map(|_| ())
}

/// Shows simulated time and speed.
struct Progress<'b> {
    bar: &'b ProgressBar,
    clock: Clock,
    begun: Instant,
}

impl Observer for Progress<'_> {
    fn observe(&mut self, chunk: &Chunk) -> Result<(), ObserverError> {
        let simulated = self.clock.time_ms(chunk.last_step);
        let slowdown = self.begun.elapsed().as_secs_f64() / (simulated * 1e-3);
        self.bar.set_position(chunk.last_step);
        self.bar.set_message(format!("{simulated:.0} ms, {slowdown:.2} s per simulated s"));
        Ok(())
    }
}

/// What the user sees while a command runs.
struct Say {
    loud: bool,
    bars: bool,
}

impl Say {
    fn line(&self, text: &str) {
        if self.loud {
            // The run matters more than who listens.
            let _ = screen::print(text);
        }
    }

    fn bar(&self, length: u64, template: &str) -> ProgressBar {
        if !self.bars {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        ProgressBar::new(length).with_style(style)
    }
}

/// A finished run.
struct Done {
    names: Vec<String>,
    counts: SpikeCounts,
    cost: Cost,
    reached_ms: f64,
    output: PathBuf,
    /// Synapses, and events delivered.
    cells_events: (u64, u64),
}

impl Done {
    /// Wall time per simulated time, if any was.
    fn slowdown(&self) -> Option<f64> {
        (self.reached_ms > 0.0).then(|| self.cost.wall_s / (self.reached_ms * 1e-3))
    }

    fn warnings(&self) -> Vec<String> {
        if self.reached_ms == 0.0 {
            return Vec::new();
        }
        let rates = self.counts.rates_hz(self.reached_ms);
        let odd = self.names.iter().zip(rates).filter_map(|(name, rate)| {
            if rate == 0.0 {
                Some(format!("{name} is silent"))
            } else if rate > EPILEPTIC_HZ {
                Some(format!("{name} fires at {rate:.0} Hz: epileptic?"))
            } else {
                None
            }
        });
        odd.collect()
    }

    fn text(&self) -> String {
        let width = self.names.iter().map(String::len).max().unwrap_or(0).max(10);
        let rates = self.counts.rates_hz(self.reached_ms);
        let mut text = format!("{:<width$} {:>12} {:>9}\n", "population", "spikes", "rate Hz");
        for ((name, spikes), rate) in self.names.iter().zip(&self.counts.spikes).zip(rates) {
            text += &format!("{name:<width$} {:>12} {rate:>9.3}\n", count_text(*spikes));
        }
        for warning in self.warnings() {
            text += &format!("warning: {warning}\n");
        }
        text + &format!(
            "{} spikes in {} ms; {:.2} s of wall time{}, {:.2} s of processor time{}\nwrote {}",
            count_text(self.counts.total()),
            self.reached_ms,
            self.cost.wall_s,
            self.slowdown().map_or_else(String::new, |slowdown| format!(" ({slowdown:.2} s per simulated s)")),
            self.cost.cpu_s,
            peak_bytes().map_or_else(String::new, |bytes| format!(", {} of memory at most", bytes_text(bytes))),
            self.output.display()
        )
    }

    fn json(&self) -> serde_json::Value {
        let rates = self.counts.rates_hz(self.reached_ms);
        let populations = self.names.iter().zip(&self.counts.spikes).zip(rates);
        let populations = populations
            .map(|((name, spikes), rate)| serde_json::json!({"name": name, "spikes": spikes, "rate_hz": rate}));
        serde_json::json!({
            "output": self.output,
            "simulated_ms": self.reached_ms,
            "spikes": self.counts.total(),
            "populations": populations.collect::<Vec<_>>(),
            "synapses": self.cells_events.0,
            "synaptic_events": self.cells_events.1,
            "build_s": self.cost.build_s,
            "wall_s": self.cost.wall_s,
            "cpu_s": self.cost.cpu_s,
            "wall_s_per_simulated_s": self.slowdown(),
            "peak_bytes": peak_bytes(),
            "warnings": self.warnings(),
        })
    }
}
