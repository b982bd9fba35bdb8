//! `neuropil bench`.

mod coupling;
mod diffusion;
mod networks;
mod probe;
mod synapses;
mod timing;
mod training;

use crate::args::{BenchArgs, BenchWhat, ModelArgs};
use crate::error::CliError;
use crate::summary::{SpikeCounts, peak_bytes};
use crate::{load, screen};
use cpu_time::ProcessTime;
use networks::{Entry, NETWORKS};
use neuropil_core::simd::vector_bits;
use neuropil_engine::{Chunk, Observer, ObserverError, Phases, Runnable, Simulation, observer};
use neuropil_model::Document;
use neuropil_network::{Network, Scalar};
use neuropil_record::{Header, RecordingPlan, RunRecorder, Start};
use neuropil_session::{Input, Job, Places};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

/// Simulated time between two visits of the observers.
const CHUNK_MS: f64 = 10.0;

/// Measures a network, a task or the field of peptides, and prints one JSON object.
///
/// # Errors
/// Faults of the model or of the run; a directory for temporary files that cannot be written.
pub fn bench(args: &BenchArgs) -> Result<(), CliError> {
    if let Some(BenchWhat::Diffusion(args)) = &args.what {
        return diffusion::bench(args);
    }
    if let Some(BenchWhat::Synapses(args)) = &args.what {
        return synapses::bench(args);
    }
    if args.list {
        let networks = NETWORKS.iter().map(|entry| (entry.name, entry.about));
        let all = networks.chain(training::names());
        let lines: Vec<String> = all.map(|(name, about)| format!("{name:<18}{about}")).collect();
        return screen::print(&lines.join("\n"));
    }
    if let Some(document) = training::document(args)? {
        return training::bench(args, &document);
    }
    let of_tasks = [args.rule.is_some(), args.updates.is_some(), args.export.is_some()];
    refuse(["--rule", "--updates", "--export"], of_tasks, "a network", "tasks")?;
    let input = input(args)?;
    if args.show {
        return screen::print(&input.json());
    }
    let threads = args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let learns = input.learns();
    let input_dt_ms = input.clock().dt_ms();
    let mut figures = if input.single() {
        measure::<f32>(args, input, threads, true)?
    } else {
        measure::<f64>(args, input, threads, true)?
    };
    if learns {
        let still = measure::<f64>(args, self::input(args)?, threads, false)?;
        let wall = |figures: &Value| figures["wall_s_per_biological_s"].as_f64().unwrap_or(f64::NAN);
        let cpu = |figures: &Value| figures["cpu_s_per_biological_s"].as_f64().unwrap_or(f64::NAN);
        figures["cpu_s_per_biological_s_without_learning"] = cpu(&still).into();
        figures["cpu_times_without_learning"] = (cpu(&figures) / cpu(&still)).into();
        figures["wall_s_per_biological_s_without_learning"] = wall(&still).into();
        figures["times_without_learning"] = (wall(&figures) / wall(&still)).into();
        let learned_s = wall(&figures) - wall(&still);
        let number = |name: &str| figures[name].as_f64().unwrap_or(f64::NAN);
        let a_second = 1e3 / input_dt_ms;
        let a_step = learned_s / (number("plastic_synapses") * a_second);
        let an_event = learned_s * number("biological_s") / number("synaptic_events");
        figures["learning_ns_per_synapse_step"] = (1e9 * a_step).into();
        figures["learning_ns_per_event"] = (1e9 * an_event).into();
    }
    if args.probe {
        figures["machine"] = probe::measure(threads);
    }
    screen::print(&figures.to_string())
}

/// Refuses options that are given and are of another kind of input.
fn refuse<const N: usize>(options: [&str; N], given: [bool; N], what: &str, whose: &str) -> Result<(), CliError> {
    match options.iter().zip(given).find(|(_, given)| *given) {
        Some((option, _)) => Err(CliError::Input(format!("{option} is for {whose}, and this is {what}"))),
        None => Ok(()),
    }
}

/// The network of that name, or the model file.
fn input(args: &BenchArgs) -> Result<Input, CliError> {
    let name = args.network.as_deref().unwrap_or_default();
    let known = NETWORKS.iter().find(|entry| entry.name == name);
    let set = known.map_or(&[][..], |entry| entry.set);
    let model = ModelArgs {
        model: PathBuf::from(name),
        set: set.iter().map(ToString::to_string).chain(args.set.iter().cloned()).collect(),
        scale: args.scale.unwrap_or(1.0),
        precision: args.precision.clone(),
        ..ModelArgs::default()
    };
    let document = match known {
        Some(entry) => shipped(entry)?,
        None if model.model.exists() => load::document(&model)?.map_err(CliError::input)?,
        None => {
            let names: Vec<&str> = NETWORKS.iter().map(|entry| entry.name).collect();
            return Err(CliError::Input(format!("`{name}` is neither a model file nor one of {}", names.join(", "))));
        }
    };
    let decoded = load::model(&model, document)?.map_err(CliError::input)?;
    Ok(Input::Model(Box::new(decoded)))
}

/// The model file of a shipped network, with the text of its cells.
fn shipped(entry: &Entry) -> Result<Document, CliError> {
    let mut document = Document::parse(entry.name, entry.model.to_owned()).map_err(CliError::input)?;
    let Some(cells) = entry.cells else { return Ok(document) };
    let populations = serde_json::from_str::<Value>(entry.model).map_err(CliError::input)?;
    for population in populations["populations"].as_object().into_iter().flatten() {
        document.set(&format!("populations.{}.text={}", population.0, Value::from(cells))).map_err(CliError::input)?;
    }
    Ok(document)
}

fn measure<R: Scalar>(args: &BenchArgs, input: Input, threads: usize, learns: bool) -> Result<Value, CliError> {
    let job = Job::<R>::new(&input, args.scale.unwrap_or(1.0))?;
    let places = Places::new(input, &job);
    let Job { clock, design, tissue, blocks, recorded, .. } = job;
    let steps = |what: &str, ms: f64| clock.steps(ms).map_err(|fault| CliError::Input(format!("{what}: {fault}")));
    let warm_up = steps("--warm-up-ms", args.warm_up_ms.unwrap_or(100.0))?;
    let until = warm_up + steps("--seconds", args.seconds.unwrap_or(1.0) * 1e3)?;
    if until == warm_up {
        return Err(CliError::Input("--seconds: found less than a step, expected a time to measure".into()));
    }
    let begun = Instant::now();
    let network = Network::build(design, blocks, threads, &AtomicU64::new(0));
    let network = network.map_err(|faults| CliError::Input(faults[0].to_string()))?;
    let build_s = begun.elapsed().as_secs_f64();
    let learning = if learns { places.learning(&network, (threads, None))? } else { None };
    let folder = tempfile::tempdir().map_err(CliError::output)?;
    let plan = RecordingPlan { recorded, ..RecordingPlan::default() };
    let start = Start::New { path: &folder.path().join("bench.h5"), force: false };
    let mut recorder = Timed {
        inner: RunRecorder::open(start, &network.design, plan, Header::default()).map_err(CliError::output)?,
        spent: Duration::ZERO,
    };
    let names: Vec<String> = network.design.populations.iter().map(|population| population.name.clone()).collect();
    let mut counts = SpikeCounts::new(network.design.first_ids());
    let mut simulation = Simulation::new(network, Vec::new(), threads);
    if let Some(tissue) = tissue {
        simulation = simulation.with_tissue(tissue.with_threads(threads).map_err(CliError::input)?);
    }
    if let Some(learning) = learning {
        simulation = simulation.with_learning(learning);
    }
    let chunk = clock.nearest_step(CHUNK_MS).unwrap_or(1).max(1);
    observer::run(&mut simulation, warm_up, chunk, &mut [], &|| false)?;
    simulation.measure();
    let events_before = simulation.events();
    let begun = (Instant::now(), ProcessTime::now());
    observer::run(&mut simulation, until, chunk, &mut [&mut counts, &mut recorder], &|| false)?;
    let (wall_s, cpu_s) = (begun.0.elapsed().as_secs_f64(), begun.1.elapsed().as_secs_f64());
    let biological_s = clock.time_ms(until - warm_up) * 1e-3;
    let network = simulation.network();
    let threads = threads.min(network.blocks.len());
    let rates = names.into_iter().zip(counts.rates_hz(biological_s * 1e3).into_iter().map(Value::from));
    Ok(json!({
        "network": args.network,
        "precision": R::NAME,
        "vector_bits": vector_bits(),
        "threads": threads,
        "scale": args.scale.unwrap_or(1.0),
        "cells": network.design.cells(),
        "synapses": network.synapses(),
        "plastic_synapses": plastic(network),
        "build_s": build_s,
        "biological_s": biological_s,
        "wall_s_per_biological_s": wall_s / biological_s,
        "cpu_s_per_biological_s": cpu_s / biological_s,
        "synaptic_events_per_s": ratio(simulation.events() - events_before, wall_s),
        "synaptic_events": simulation.events() - events_before,
        "bytes_per_synapse": ratio(network.bytes(), ratio(network.synapses(), 1.0)),
        "peak_bytes": peak_bytes(),
        "spikes": counts.total(),
        "rates_hz": rates.collect::<serde_json::Map<_, _>>(),
        "share": share(&simulation.phases(), recorder.spent, threads),
    }))
}

fn plastic<R: Scalar>(network: &Network<R>) -> usize {
    network.blocks.iter().flat_map(|block| &block.plastic.tables).map(|table| table.cells.len()).sum()
}

#[expect(clippy::cast_precision_loss, reason = "a rate")]
fn ratio(count: u64, per: f64) -> f64 {
    count as f64 / per
}

/// Shares of the time of all threads; while the first thread records, the others stand still.
fn share(phases: &Phases, recording: Duration, threads: usize) -> Value {
    let recording = recording.as_secs_f64() * f64::from(u32::try_from(threads).unwrap_or(u32::MAX));
    let total = phases.total().as_secs_f64() + recording;
    let of = |duration: Duration| duration.as_secs_f64() / total;
    json!({
        "delivery": of(phases.delivery),
        "input": of(phases.input),
        "update": of(phases.update),
        "exchange": of(phases.exchange),
        "waiting": of(phases.waiting),
        "recording": recording / total,
    })
}

/// An observer, and the time that it takes.
struct Timed<O> {
    inner: O,
    spent: Duration,
}

impl<O: Observer> Observer for Timed<O> {
    fn observe(&mut self, chunk: &Chunk) -> Result<(), ObserverError> {
        let begun = Instant::now();
        let observed = self.inner.observe(chunk);
        self.spent += begun.elapsed();
        observed
    }
}
