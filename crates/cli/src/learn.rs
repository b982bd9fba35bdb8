//! `neuropil learn`: what learning rules make of what was recorded.

use crate::error::CliError;
use crate::rules::each_once;
use crate::{load, screen, trials};
use clap::Args;
use neuropil_engine::learning::LearningError;
use neuropil_engine::replay::ReplayError;
use neuropil_model::Document;
use neuropil_model::Model;
use neuropil_model::clamped::Stretch;
use neuropil_model::decode::DT_MS;
use neuropil_model::document;
use neuropil_plasticity::Rule;
use neuropil_plasticity::rule::{Named, named};
use neuropil_record::{Arrays, GradientFile, Provenance, Recording};
use neuropil_train::lesson::{self, Learned, LessonError};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Arguments of `learn`.
#[derive(Args)]
pub struct LearnArgs {
    /// Recorded spikes: a recording, or a file of NWB, SONATA or CSV.
    pub recording: PathBuf,
    /// Model file of the network, with a section `learning` [default: the one in the recording].
    #[arg(long, value_name = "MODEL")]
    pub network: Option<PathBuf>,
    /// File to write.
    #[arg(short, long)]
    pub output: PathBuf,
    /// Names of rules, with commas between [default: that of the model].
    #[arg(long, value_delimiter = ',', value_name = "RULE,...")]
    pub rules: Vec<String>,
    /// Changes a value of the model, as in learning.mu.value.Pyr=0.01; may be repeated.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// The population that was recorded [default: those of the same names].
    #[arg(long)]
    pub population: Option<String>,
    /// Its name in the recording.
    #[arg(long)]
    pub from_population: Option<String>,
    /// Units to take: a list of ids, or a condition, as in "quality == 'good'".
    #[arg(long)]
    pub units: Option<String>,
    /// Which cell plays which unit.
    #[arg(long, value_parser = ["by_id", "in_order"])]
    pub cells: Option<String>,
    /// What the readout said, by a recording, in place of what the cells come to: FILE or FILE:DATASET (HDF5, a row a
    /// step), of the time of the recording [default dataset: y, or that of a run of ours].
    #[arg(long, value_name = "FILE", conflicts_with = "error")]
    pub readout: Option<String>,
    /// ∂E/∂y, found elsewhere, in place of what the target gives: FILE or FILE:DATASET [default dataset: err].
    #[arg(long, value_name = "FILE")]
    pub error: Option<String>,
    /// Begin of the window in s of the recording.
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    pub from_s: f64,
    /// Its end [default: as long as the model runs].
    #[arg(long, allow_negative_numbers = true)]
    pub to_s: Option<f64>,
    /// Where the numbers of the target (learning.target) begin, in s of the recording, whose clock targets are on.
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    pub target_from_s: f64,
    /// Replaces the file if it exists.
    #[arg(long)]
    pub force: bool,
    /// Prints the summary as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Learns from recorded spikes.
///
/// # Errors
/// Faults of the recording or the model, rules that their cells do not have, output that exists or cannot be written.
pub fn learn(args: &LearnArgs) -> Result<(), CliError> {
    let times = [("--from-s", Some(args.from_s)), ("--to-s", args.to_s), ("--target-from-s", Some(args.target_from_s))];
    if let Some((name, found)) = times.iter().find_map(|(name, time)| Some((name, time.filter(|s| !s.is_finite())?))) {
        return Err(CliError::Input(format!("{name} {found}: must be a finite number of seconds")));
    }
    let inputs: Vec<PathBuf> = [args.recording.clone()].into_iter().chain(args.network.clone()).collect();
    load::apart(&args.output, &inputs)?;
    if args.output.exists() && !args.force {
        return Err(CliError::Output(format!("`{}` exists; --force replaces it", args.output.display())));
    }
    trials::refuse(&args.recording)?;
    let rules: Vec<Named> =
        args.rules.iter().map(|name| named(name.trim())).collect::<Result<_, _>>().map_err(CliError::input)?;
    let mut document = network(args)?;
    let of_signal = |set: &&String| set.starts_with("learning.y.") || set.starts_with("learning.err.");
    for assignment in args.set.iter().filter(|set| !of_signal(set)) {
        document.set(assignment).map_err(CliError::input)?;
    }
    for (name, file) in [("y", &args.readout), ("err", &args.error)] {
        if let Some(file) = file {
            document.set(&signal(&document, name, file)?).map_err(CliError::input)?;
        }
    }
    for assignment in args.set.iter().filter(of_signal) {
        document.set(assignment).map_err(CliError::input)?;
    }
    let stretch = Stretch { from_s: args.from_s, target_from_s: args.target_from_s };
    let scale = scale(&args.recording)?;
    let mut clamped = Model::clamped(document, &[item(args)], stretch, scale).map_err(CliError::input)?;
    if args.network.is_none() {
        // What was run with this target is learned from with it.
        clamped.is_strict = false;
        clamped.notes.extend(began_with(&clamped.model));
    }
    let carrier = clamped.model.carrier();
    let rules: Vec<&'static Rule> =
        rules.into_iter().map(|own| own.or(carrier)).collect::<Result<_, _>>().map_err(CliError::input)?;
    each_once(&rules)?;
    load::apart(&args.output, &clamped.model.files())?;
    let asked: Vec<&str> = args.set.iter().filter_map(|set| Some(set.split_once('=')?.0)).collect();
    clamped.notes.extend(clamped.model.unused_by(&rules, &asked));
    clamped.notes.iter().for_each(|note| screen::note(&format!("note: {note}")));
    let learned = lesson::learn(&clamped, &rules).map_err(|fault| match &fault {
        LessonError::Replay {
            source: ReplayError::Run(_) | ReplayError::Cells(LearningError::NoDerivative { .. }),
            ..
        }
        | LessonError::NotFinite { .. } => CliError::NonFinite(fault.to_string()),
        _ => CliError::input(fault),
    })?;
    learned.notes.iter().for_each(|note| screen::note(&format!("note: {note}")));
    if let Some(step) = learned.asked_until {
        let until_s = clamped.model.clock.time_ms(step) * 1e-3;
        screen::note(&format!("note: the target asks for nothing later than {until_s} s behind the beginning"));
    }
    if let Some(unknown) = learned.unknown.filter(|unknown| *unknown > 0) {
        let steps = learned.steps;
        screen::note(&format!(
            "note: what was recorded of the readout or its errors has no numbers in {unknown} of {steps} steps: nothing is \
             learned of these"
        ));
    }
    let command: Vec<String> = std::env::args().collect();
    let to_ms = clamped.from_ms + clamped.model.duration_ms;
    let window = [("from_ms", clamped.from_ms), ("to_ms", to_ms)];
    let mut numbers = vec![("loss", learned.loss), ("dt_ms", clamped.model.clock.dt_ms())];
    numbers.extend(window);
    let Learned { loss, spikes, steps, unknown, rules, tables, asked_until: _, notes: _ } = learned;
    let file = GradientFile { tables, numbers, command: command.join(" ") };
    let written = file.write(&args.output, args.force).map_err(CliError::output)?;
    if args.json {
        let row = |(rule, norm, cosine): &(&Rule, f64, Option<f64>)| json!({"rule": rule.name, "norm": norm, "cosine_with_bptt": cosine});
        let rules: Vec<Value> = rules.iter().map(row).collect();
        let summary = json!({"output": written, "loss": loss, "spikes": spikes, "steps": steps,
            "unknown_steps": unknown, "rules": rules});
        return screen::print(&summary.to_string());
    }
    let mut lines = vec![format!("{steps} steps, {spikes} spikes, loss {loss:.6e}")];
    if let Some(unknown) = unknown {
        lines[0] += &format!("; errors of what was recorded ({unknown} steps without it)");
    }
    let exact = rules.iter().any(|own| own.2.is_some());
    lines.push(format!("{:<24} {:>12}{}", "rule", "|dW_rec|", if exact { "  cosine with bptt" } else { "" }));
    for (rule, norm, cosine) in &rules {
        let cosine = cosine.map_or_else(String::new, |cosine| format!("  {cosine:.4}"));
        lines.push(format!("{:<24} {norm:>12.5e}{cosine}", rule.name));
    }
    lines.push(format!("wrote {}", written.display()));
    screen::print(&lines.join("\n"))
}

/// A word on the weights of a run that learned.
fn began_with(model: &Model) -> Option<String> {
    model.changes_weights().then(|| "weights are those that the run began with, though it changed them".into())
}

/// The model file, or what a recording of ours keeps of it, for the length of the window.
fn network(args: &LearnArgs) -> Result<Document, CliError> {
    let (mut document, recorded_ms) = match &args.network {
        Some(path) => {
            let document = Document::parse(&path.display().to_string(), load::read(path)?).map_err(CliError::input)?;
            (document, None)
        }
        None => {
            let how = recorded(&args.recording)?;
            (Document::parse(&how.model_path, how.model_json).map_err(CliError::input)?, Some(how.simulated_until_ms))
        }
    };
    let duration_ms = match args.to_s {
        Some(to_s) if to_s <= args.from_s => {
            let reason = format!("--to-s {to_s}: must be later than --from-s {}", args.from_s);
            return Err(CliError::Input(reason));
        }
        Some(to_s) => Some((to_s - args.from_s) * 1e3),
        None if recorded_ms.is_some_and(|end_ms| args.from_s * 1e3 >= end_ms) => {
            let end_s = recorded_ms.unwrap_or_default() * 1e-3;
            return Err(CliError::Input(format!("--from-s {:?}: the recording ends at {end_s} s", args.from_s)));
        }
        None => recorded_ms.map(|end_ms| end_ms - args.from_s * 1e3),
    };
    if let Some(duration_ms) = duration_ms {
        // Times of files in s are sums of decimals; a nanosecond is none of a step.
        let rounded = (duration_ms * 1e6).round() / 1e6;
        document.set(&format!("simulation.duration_ms={rounded}")).map_err(CliError::input)?;
    }
    Ok(document)
}

/// What was recorded of the readout, as a change of the section `learning`.
fn signal(document: &Document, name: &str, file: &str) -> Result<String, CliError> {
    let (path, dataset) = match file.rsplit_once(':') {
        Some((path, dataset)) if !Path::new(file).exists() => (path, Some(dataset)),
        _ => (file, None),
    };
    let ours = format!("/neuropil/learning/{name}");
    let is_ours = || Arrays::open(path).is_ok_and(|arrays| !arrays.has(name) && arrays.has(&ours));
    let dataset = dataset.unwrap_or_else(|| if is_ours() { &ours } else { name });
    let path = std::path::absolute(path).unwrap_or_else(|_| path.into());
    let dt_ms = match document.find("simulation.dt_ms").map(|(node, _)| &node.value) {
        Some(document::Value::Number(dt_ms, _)) => *dt_ms,
        _ => DT_MS,
    };
    let course = json!({"file": path.display().to_string(), "dataset": dataset, "every_ms": dt_ms});
    Ok(format!("learning.{name}={course}"))
}

fn recorded(path: &Path) -> Result<Provenance, CliError> {
    let missing = || {
        let reason = format!("`{}` does not say which network was recorded: name one by --network", path.display());
        CliError::Input(reason)
    };
    if !path.exists() {
        return Err(CliError::Input(format!("cannot read `{}`: there is no such file", path.display())));
    }
    let hdf5 = path.extension().is_some_and(|own| own == "h5" || own == "nwb" || own == "hdf5");
    let unreadable = |_| match Arrays::open(path) {
        Err(fault) if hdf5 => CliError::input(fault),
        _ => missing(),
    };
    let recording = Recording::open(path).map_err(unreadable)?;
    recording.provenance().map_err(CliError::input)?.ok_or_else(missing)
}

/// The scale at which the network of a recording of ours was run; 1 of files of others.
fn scale(path: &Path) -> Result<f64, CliError> {
    match Recording::open(path) {
        Ok(recording) if recording.provenance().is_ok_and(|how| how.is_some()) => {
            recording.scale().map_err(CliError::input)
        }
        _ => Ok(1.0),
    }
}

/// The options as an item of `replay`.
fn item(args: &LearnArgs) -> String {
    let path = std::path::absolute(&args.recording).unwrap_or_else(|_| args.recording.clone());
    let mut item = json!({"file": path.display().to_string()});
    if args.from_s != 0.0 {
        item["from_s"] = args.from_s.into();
    }
    let options = [
        ("population", args.population.clone().map(Value::from)),
        ("from_population", args.from_population.clone().map(Value::from)),
        ("units", args.units.clone().map(Value::from)),
        ("cells", args.cells.clone().map(Value::from)),
        ("to_s", args.to_s.map(Value::from)),
    ];
    for (name, value) in options {
        if let Some(value) = value {
            item[name] = value;
        }
    }
    item.to_string()
}
