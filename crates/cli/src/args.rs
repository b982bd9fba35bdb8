//! The command line.

mod peptides;

pub use peptides::{CelegansArgs, CortexArgs, DiffuseArgs, PeptidesCommand};

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
    /// Goes on with a run from its last checkpoint, also after it was killed; the result is that of a run without pause.
    Resume(ResumeArgs),
    /// Takes recorded spike trains out of an NWB, SONATA, CSV or neuropil file into a SONATA spike file.
    Import(ImportArgs),
    /// Makes the field of the peptides that recorded spikes release: a recording, SONATA, NWB or CSV.
    Diffuse(DiffuseArgs),
    /// Makes files of peptides out of tables of genes.
    #[command(subcommand)]
    Peptides(PeptidesCommand),
    /// Draws a recording (raster, rates, CV of inter-spike intervals, traces), a field, or who speaks to whom in a model.
    Plot(PlotArgs),
    /// Writes one page on training runs, for a browser: figures, tables, task, seeds, versions, cost, commands.
    Report(ReportArgs),
    /// Shows what a recording holds, its rates and how it was made; of a model with peptides, who speaks to whom.
    Inspect(InspectArgs),
    /// Checks a model file; shows all faults at once.
    Check(CheckArgs),
    /// Writes what a recording holds for other tools: spikes, reports and the network of the run.
    Export(ExportArgs),
    /// Rewrites a spike or report file of another tool so that all SONATA readers take it; says what it changed.
    Convert(ConvertArgs),
    /// Prints the JSON Schema of model files.
    Schema,
    /// Trains a network on a task with a learning rule, and records how it learns.
    Train(TrainArgs),
    /// Trains with several rules and seeds: for each seed all rules begin with the same weights and see the same trials.
    Compare(CompareArgs),
    /// Joins files of training runs of one task.
    Merge(MergeArgs),
    /// Runs the trials of one update of a task, for `diffuse` and `learn`.
    Simulate(crate::stages::SimulateArgs),
    /// Computes the gradients of learning rules for a network and a batch of trials given as HDF5 and JSON.
    Gradients(GradientsArgs),
    /// Holds the cells of a network to recorded spikes, and computes what learning rules make of them.
    Learn(crate::learn::LearnArgs),
    /// Runs reference cases and prints each deviation beside its tolerance.
    Verify(VerifyArgs),
    /// Computes the filter taps that a model of peptides gives to a learning rule, for each pair of cell types.
    Taps(TapsArgs),
    /// Measures how fast a network runs, or learns a task; prints one JSON object.
    Bench(BenchArgs),
    /// Prints this help of all commands as Markdown.
    #[command(hide = true)]
    Markdown,
}

/// How a model file is changed before it runs.
#[derive(Args, Default)]
pub struct ModelArgs {
    /// Model file (JSON); for `run` also the configuration of a SONATA circuit.
    pub model: PathBuf,
    /// Changes a value of the file, as in populations.exc.tau_m_ms=15 or projections.0.weight_pa=40; may be repeated.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Size of the network relative to the file; keeps mean and variance of each cell's input.
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    pub scale: f64,
    /// Seed of all random numbers, instead of the file's; circuits draw none.
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
    /// Also records the concentration of a peptide, in nM: SPECIES[:EVERY_MS[:AXIS=UM]], as in NPY:100:y=200 (the plane at
    /// y = 200 um every 100 ms) or VIP:1000 (everywhere); * is all species; may be repeated.
    #[arg(long, value_name = "WHAT")]
    pub record_field: Vec<String>,
    /// Lets a population send the spikes of a file (NWB, SONATA, CSV or a recording) instead of its own: populations of
    /// the file's names, or the one source of the model, if none is given; FROM is the population of the file, if it has
    /// another name; may be repeated.
    #[arg(long, value_name = "[POPULATION=]FILE[:FROM]")]
    pub replay: Vec<String>,
}

/// Arguments of `import`.
#[derive(Args)]
pub struct ImportArgs {
    /// File with spike trains; what it is, its content tells.
    pub file: PathBuf,
    /// Units: ids (3,7,12), or an expression over the file's columns, as in "quality == 'good' and depth_um > 500"
    /// [default: all].
    #[arg(long, value_name = "EXPRESSION")]
    pub units: Option<String>,
    /// Population of the file; may be left out if there is one.
    #[arg(long)]
    pub population: Option<String>,
    /// Start of the window in the file; it becomes time 0 [default: 0].
    #[arg(long, allow_negative_numbers = true, conflicts_with = "trials")]
    pub from_s: Option<f64>,
    /// End of the window in the file; a spike at this time is outside [default: the end of the file].
    #[arg(long, allow_negative_numbers = true, conflicts_with = "trials")]
    pub to_s: Option<f64>,
    /// Windows around trials, one after another: all, or an expression over the columns of the table, as in "correct".
    #[arg(long, value_name = "EXPRESSION", requires = "after_s")]
    pub trials: Option<String>,
    /// Table of intervals that has the trials.
    #[arg(long, default_value = "trials", value_name = "TABLE", requires = "trials")]
    pub trials_table: String,
    /// Column of times that the windows of trials are around.
    #[arg(long, default_value = "start_time", value_name = "COLUMN", requires = "trials")]
    pub align: String,
    /// Start of a trial's window before that time.
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true, requires = "trials")]
    pub before_s: f64,
    /// End of a trial's window after that time.
    #[arg(long, allow_negative_numbers = true, requires = "trials")]
    pub after_s: Option<f64>,
    /// Name of the population in the file written [default: its name in the file read].
    #[arg(long = "as", value_name = "NAME")]
    pub name: Option<String>,
    /// Spike file to write.
    #[arg(short, long)]
    pub output: PathBuf,
    /// Replaces the spike file if it exists.
    #[arg(long)]
    pub force: bool,
    /// Prints the summary as JSON.
    #[arg(long)]
    pub json: bool,
}

/// How a run is carried out and shown, new or resumed.
#[derive(Args)]
pub struct RunOptions {
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

/// Arguments of `run`.
#[derive(Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub model: ModelArgs,
    /// Recording to write [default: the model's name with .h5, here; for config.json the name of its directory].
    #[arg(short, long)]
    pub output: Option<PathBuf>,
    /// Replaces the recording if it exists.
    #[arg(long)]
    pub force: bool,
    /// Simulated time between checkpoints, from which `resume` goes on.
    #[arg(long, allow_negative_numbers = true)]
    pub checkpoint_every_ms: Option<f64>,
    #[command(flatten)]
    pub options: RunOptions,
}

/// Arguments of `resume`.
#[derive(Args)]
pub struct ResumeArgs {
    /// Recording of a run with --checkpoint-every-ms: finished, interrupted, or the name that a killed run was given.
    pub recording: PathBuf,
    /// Time to reach, counted from the beginning of the run [default: what the run was to reach].
    #[arg(long, allow_negative_numbers = true)]
    pub until_ms: Option<f64>,
    /// Simulated time between checkpoints [default: as before].
    #[arg(long, allow_negative_numbers = true)]
    pub checkpoint_every_ms: Option<f64>,
    #[command(flatten)]
    pub options: RunOptions,
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
    /// Recording (ours, or SONATA), or a model file with peptides.
    pub recording: PathBuf,
    /// Picture to write, .png or .svg [default: the recording's name with .png].
    #[arg(short, long)]
    pub output: Option<PathBuf>,
    /// Replaces the picture if it exists.
    #[arg(long)]
    pub force: bool,
    /// Draws the peptides of a recording that has spikes too: maps of slices at the end of the window, concentration and
    /// occupancy at cells, what was released.
    #[arg(long)]
    pub peptides: bool,
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

/// Arguments of `report`.
#[derive(Args)]
pub struct ReportArgs {
    /// File of training runs, of `train`, `compare` or `merge`.
    pub runs: PathBuf,
    /// Page to write, .html [default: the file's name with .html].
    #[arg(short, long)]
    pub output: Option<PathBuf>,
    /// Replaces the page if it exists.
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `inspect`.
#[derive(Args)]
pub struct InspectArgs {
    /// Recording (ours, or SONATA), or a model file with peptides.
    pub recording: PathBuf,
    /// Prints everything as JSON.
    #[arg(long)]
    pub json: bool,
    /// Prints the model that was run, as JSON, and nothing else.
    #[arg(long)]
    pub model: bool,
}

/// Arguments of `taps`.
#[derive(Args)]
pub struct TapsArgs {
    /// Model of peptides (JSON), as in models/peptides.
    pub model: PathBuf,
    /// Distances between the cells of a pair, with commas between; taps are the mean over them.
    #[arg(long, value_delimiter = ',', value_name = "UM,...", default_value = "25,50,100")]
    pub distances_um: Vec<f64>,
    /// Length of a tap on the clock of the task.
    #[arg(long, default_value_t = 10_000.0, allow_negative_numbers = true)]
    pub bin_ms: f64,
    /// Taps.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u16).range(1..))]
    pub count: u16,
    /// Biological ms in a ms of the task.
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    pub time_scale: f64,
    /// Most exponentials that the taps are made of.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..))]
    pub stages: u8,
    /// Only what cells of this type release.
    #[arg(long, value_name = "TYPE")]
    pub from: Option<String>,
    /// Only what cells of this type hear.
    #[arg(long, value_name = "TYPE")]
    pub to: Option<String>,
    /// Draws them too: a file with the ending .png or .svg.
    #[arg(short, long)]
    pub output: Option<PathBuf>,
    /// Width in pixels.
    #[arg(long, default_value_t = 1200)]
    pub width: u32,
    /// Height in pixels.
    #[arg(long, default_value_t = 1000)]
    pub height: u32,
    /// Replaces the picture if it exists.
    #[arg(long)]
    pub force: bool,
    /// Prints everything as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `bench`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct BenchArgs {
    /// What to measure instead of a network.
    #[command(subcommand)]
    pub what: Option<BenchWhat>,
    /// Name of a network or task (see --list), or a model or task file.
    #[arg(required_unless_present = "list")]
    pub network: Option<String>,
    /// Names the networks and tasks that need no file.
    #[arg(long)]
    pub list: bool,
    /// Size of the network relative to its file.
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    pub scale: f64,
    /// Simulated time that is measured.
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    pub seconds: f64,
    /// Simulated time before it.
    #[arg(long, default_value_t = 100.0, allow_negative_numbers = true)]
    pub warm_up_ms: f64,
    /// Floating-point numbers of state and weights, instead of the file's.
    #[arg(long, value_parser = ["double", "single"])]
    pub precision: Option<String>,
    /// Changes a value of the file, as for `run`; may be repeated.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Threads [default: one a core].
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Measures the memory of this machine too: bytes streamed a second, time of scattered additions.
    #[arg(long)]
    pub probe: bool,
    /// Prints the file that would be measured, with all changes but --scale, and measures nothing.
    #[arg(long, conflicts_with = "probe")]
    pub show: bool,
    /// Of a task: the learning rule.
    #[arg(long, default_value = "modprop_type")]
    pub rule: String,
    /// Of a task: updates that are measured, after two that are not.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub updates: u32,
    /// Of a task: writes weights, trials, loss and gradient of the first update to this HDF5 file, and measures nothing.
    #[arg(long, value_name = "FILE", conflicts_with = "probe")]
    pub export: Option<PathBuf>,
}

/// What `bench` measures beside networks.
#[derive(Subcommand)]
pub enum BenchWhat {
    /// Measures a step of the peptides' field beside what memory and additions of this machine allow.
    Diffusion(BenchDiffusionArgs),
}

/// Arguments of `bench diffusion`.
#[derive(Args)]
pub struct BenchDiffusionArgs {
    /// Voxels along each axis.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub voxels: u32,
    /// Species, each with a field of its own.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
    pub species: u8,
    /// Threads [default: one a core].
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Time for which steps are repeated; the fastest counts.
    #[arg(long, default_value_t = 2.0, allow_negative_numbers = true)]
    pub seconds: f64,
    /// Edge of a voxel, um.
    #[arg(long, default_value_t = 5.0, allow_negative_numbers = true)]
    pub dx_um: f64,
    /// Field step: with the edge it decides how many neighbours a voxel hears.
    #[arg(long, default_value_t = 10.0, allow_negative_numbers = true)]
    pub step_ms: f64,
    /// Measures too what so many cells cost that fire at 5 Hz, release at 32 sites each, and listen.
    #[arg(long, default_value_t = 0)]
    pub cells: u32,
}

/// Arguments of `gradients`.
#[derive(Args)]
pub struct GradientsArgs {
    /// The case: CASE.h5 (network and trials) with CASE.json (settings) beside.
    pub case: PathBuf,
    /// File to write: grads/RULE/{dW_in,dW_rec}, grads/readout, types.
    #[arg(short, long)]
    pub output: PathBuf,
    /// Names of rules, with commas between [default: all that the case allows].
    #[arg(long, value_delimiter = ',', value_name = "RULE,...")]
    pub rules: Vec<String>,
    /// Threads [default: one a core]; the results do not depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Replaces the file if it exists.
    #[arg(long)]
    pub force: bool,
    /// Prints the summary as JSON.
    #[arg(long)]
    pub json: bool,
}

/// How training runs are made.
#[derive(Args)]
pub struct TrainingArgs {
    /// Task file (JSON), as in models/tasks.
    pub task: PathBuf,
    /// Changes a value of the file, as in training.updates=50; may be repeated.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Compares the gradient with the exact one at every evaluation.
    #[arg(long)]
    pub align: bool,
    /// Threads [default: one a core]; the results do not depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Replaces the file if it exists.
    #[arg(long)]
    pub force: bool,
    /// Shows nothing but errors.
    #[arg(short, long)]
    pub quiet: bool,
    /// Prints the summary as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `train`.
#[derive(Args)]
pub struct TrainArgs {
    #[command(flatten)]
    pub training: TrainingArgs,
    /// Learning rule, as in eprop, mdgl_type_connected, modprop_type, modprop_cell, bptt.
    #[arg(long)]
    pub rule: String,
    /// Seed of initial weights and trials.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// File to write [default: the task's name with .h5, here].
    #[arg(short, long)]
    pub output: Option<PathBuf>,
    /// Goes on with the run that the file holds; it ends with the same numbers as one without pause.
    #[arg(long, conflicts_with = "force")]
    pub resume: bool,
}

/// Arguments of `compare`.
#[derive(Args)]
pub struct CompareArgs {
    #[command(flatten)]
    pub training: TrainingArgs,
    /// Learning rules, with commas between.
    #[arg(long, value_delimiter = ',', required = true, value_name = "RULE,...")]
    pub rules: Vec<String>,
    /// How many seeds.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    pub first_seed: u64,
    /// Runs the comparison for each of several values of a field of the task, as in field.loss_per_ms=0.001,0.01; may
    /// be repeated, for all pairs. Rules that nothing carries run once where only the section `field` changes.
    #[arg(long, value_name = "PATH=VALUE,...")]
    pub sweep: Vec<String>,
    /// File to write [default: the task's name with .h5, here]; runs that it holds already are not made again, and one
    /// that was interrupted goes on.
    #[arg(short, long)]
    pub output: Option<PathBuf>,
    /// Prints the independent commands of the comparison, for a scheduler, and runs nothing; `merge` joins their files.
    #[arg(long)]
    pub list: bool,
}

/// Arguments of `merge`.
#[derive(Args)]
pub struct MergeArgs {
    /// Files of `train` or `compare`.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// File to write.
    #[arg(short, long)]
    pub output: PathBuf,
    /// Replaces the file if it exists.
    #[arg(long)]
    pub force: bool,
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
