//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Spiking networks of point neurons, recorded in HDF5 that the field's tools open.
///
/// Exit codes: 0 done; 1 a reference case missed its tolerance; 2 wrong use of the command line; 3 faulty or missing
/// input; 4 output that cannot be written or exists; 5 the state of a run became non-finite; 70 a bug in neuropil;
/// 130 interrupted.
#[derive(Parser)]
#[command(name = "neuropil", version, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Subcommand)]
pub enum Command {
    /// Runs a model file and records it.
    Run(RunArgs),
    /// Draws a recording: raster by population, rates, CV of inter-spike intervals, traces.
    Plot(PlotArgs),
    /// Shows what a recording holds, its rates and how it was made.
    Inspect(InspectArgs),
    /// Checks a model file; shows all faults at once.
    Check(CheckArgs),
    /// Writes what a recording holds for other tools: spikes, reports and the network of the run.
    Export(ExportArgs),
    /// Rewrites a spike or report file of another tool so that all SONATA readers take it; says what it changed.
    Convert(ConvertArgs),
    /// Prints the JSON Schema of model files.
    Schema,
    /// Runs reference cases and prints each deviation beside its tolerance.
    Verify(VerifyArgs),
    /// Prints this help of all commands as Markdown.
    #[command(hide = true)]
    Markdown,
}

/// How a model file is changed before it runs.
#[derive(Args)]
pub struct ModelArgs {
    /// Model file (JSON); for `run` also the configuration of a SONATA circuit.
    pub model: PathBuf,
    /// Changes a value of the file, as in populations.exc.tau_m_ms=15 or projections.0.weight_pa=40; may be repeated.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Size of the network relative to the file; keeps mean and variance of each cell's input.
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    pub scale: f64,
    /// Seed of all random numbers, instead of the file's.
    #[arg(long, allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Simulated time, instead of the file's.
    #[arg(long, allow_negative_numbers = true)]
    pub duration_ms: Option<f64>,
    /// Floating-point numbers of state and weights, instead of the file's.
    #[arg(long, value_parser = ["double", "single"])]
    pub precision: Option<String>,
    /// Also records a state variable: POPULATION:VARIABLE[:EVERY_MS[:CELLS]], as in exc:v_m_mv:0.1:5 (the first 5
    /// cells every 0.1 ms); may be repeated.
    #[arg(long, value_name = "WHAT")]
    pub record: Vec<String>,
}

/// Arguments of `run`.
#[derive(Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub model: ModelArgs,
    /// Recording to write [default: the model's name with .h5, here].
    #[arg(short, long)]
    pub output: Option<PathBuf>,
    /// Replaces the recording if it exists.
    #[arg(long)]
    pub force: bool,
    /// Threads [default: one a core]; the results do not depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Shows nothing but errors.
    #[arg(short, long)]
    pub quiet: bool,
    /// Prints the summary as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `check`.
#[derive(Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub model: ModelArgs,
    /// Prints the faults as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `plot`.
#[derive(Args)]
pub struct PlotArgs {
    /// Recording (ours, or SONATA).
    pub recording: PathBuf,
    /// Picture to write, .png or .svg [default: the recording's name with .png].
    #[arg(short, long)]
    pub output: Option<PathBuf>,
    /// Replaces the picture if it exists.
    #[arg(long)]
    pub force: bool,
    /// Start of the window [default: 0].
    #[arg(long, allow_negative_numbers = true)]
    pub from_ms: Option<f64>,
    /// End of the window [default: the end of the recording].
    #[arg(long, allow_negative_numbers = true)]
    pub to_ms: Option<f64>,
    /// Width in pixels.
    #[arg(long, default_value_t = 1600)]
    pub width: u32,
    /// Height in pixels.
    #[arg(long, default_value_t = 1000)]
    pub height: u32,
}

/// Arguments of `inspect`.
#[derive(Args)]
pub struct InspectArgs {
    /// Recording (ours, or SONATA).
    pub recording: PathBuf,
    /// Prints everything as JSON.
    #[arg(long)]
    pub json: bool,
    /// Prints the model that was run, as JSON, and nothing else.
    #[arg(long)]
    pub model: bool,
}

/// Arguments of `verify`.
#[derive(Args)]
pub struct VerifyArgs {
    /// Cases (NAME.json or NAME.h5), or directories of them.
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// Prints the deviations as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `export`.
#[derive(Args)]
pub struct ExportArgs {
    /// Recording of `run`.
    pub recording: PathBuf,
    /// Form to write.
    #[arg(long, value_enum)]
    pub to: Form,
    /// Directory to write.
    #[arg(short, long)]
    pub output: PathBuf,
    /// Writes spikes and reports, and not the network.
    #[arg(long)]
    pub spikes_only: bool,
    /// Writes into a directory that holds something, over files of the same names.
    #[arg(long)]
    pub force: bool,
}

/// What `export` writes.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// A SONATA circuit that runs from its config.json, spikes and reports as SONATA files.
    Sonata,
    /// Tables with commas: spikes.csv, a table a report, nodes.csv, edges.csv.
    Csv,
}

/// Arguments of `convert`.
#[derive(Args)]
pub struct ConvertArgs {
    /// Spike or report file (HDF5) of any tool.
    pub theirs: PathBuf,
    /// File to write.
    #[arg(short, long)]
    pub output: PathBuf,
    /// Name for the spikes of a file without populations, or with one.
    #[arg(long)]
    pub population: Option<String>,
    /// Replaces the file if it exists.
    #[arg(long)]
    pub force: bool,
}
