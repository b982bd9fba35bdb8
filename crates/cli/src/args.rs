//! The command line.

mod bench;
mod files;
mod peptides;
mod training;

pub use bench::{BenchArgs, BenchDiffusionArgs, BenchSynapsesArgs, BenchWhat};
pub use files::{ConvertArgs, ExportArgs, Form, ImportArgs};
pub use peptides::{CelegansArgs, CortexArgs, DiffuseArgs, PeptidesCommand, TapsArgs};
pub use training::{CompareArgs, GradientsArgs, IdentifyArgs, MergeArgs, SimilarArgs, TrainArgs, TrainingArgs};

use clap::{Args, Parser, Subcommand};
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
    /// Writes a page to explore in a browser: a recording (spikes, rates, traces, cells in space, peptides), zoomed to single
    /// spikes, or training runs.
    View(crate::view::ViewArgs),
    /// Writes one page on training runs, for a browser: figures, tables, task, seeds, versions, cost, commands.
    Report(ReportArgs),
    /// Shows what a recording holds, its rates and how it was made; of a model with peptides, who speaks to whom.
    Inspect(InspectArgs),
    /// Checks a model file, a task file, or a file of cells (.nestml); shows all faults at once.
    Check(CheckArgs),
    /// Prints the papers behind a recording, a file of training runs, a model or a task, as BibTeX.
    Cite(CiteArgs),
    /// Writes what a recording holds for other tools: spikes, reports and the network of the run.
    Export(ExportArgs),
    /// Rewrites a spike or report file of another tool so that all SONATA readers take it; says what it changed.
    Convert(ConvertArgs),
    /// Lists the networks, cells, synapses, peptides and tasks that come with the program; prints one, or writes them all.
    Models(crate::models::ModelsArgs),
    /// Prints the JSON Schema of model files, or of task files.
    Schema(crate::schema::SchemaArgs),
    /// Trains a network on a task with a learning rule, and records how it learns.
    Train(TrainArgs),
    /// Trains with several rules and seeds: for each seed all rules begin with the same weights and see the same trials.
    Compare(CompareArgs),
    /// Joins files of training runs of one task.
    Merge(MergeArgs),
    /// Asks which learning rule made the changes of weights of recorded runs.
    Identify(IdentifyArgs),
    /// Compares the activity of networks that were taught by different rules, at the same accuracy.
    Similar(SimilarArgs),
    /// Makes one update of a task in stages, with a file between: trials, what the tissue carries, gradients of rules.
    #[command(subcommand)]
    Trials(crate::trials::TrialsCommand),
    /// Computes the gradients of learning rules for a network and a batch of trials given as HDF5 and JSON.
    Gradients(GradientsArgs),
    /// Holds the cells of a network to recorded spikes, and computes what learning rules make of them.
    Learn(crate::learn::LearnArgs),
    /// Runs reference cases and prints each deviation beside its tolerance.
    Verify(VerifyArgs),
    /// Computes the filter taps that a model of peptides gives to a learning rule, for each pair of cell types.
    Taps(TapsArgs),
    /// Shows what this machine and this build have, and whether they compute what every machine computes.
    Doctor(crate::doctor::DoctorArgs),
    /// Measures how fast a network runs, or learns a task; prints one JSON object.
    Bench(BenchArgs),
    /// Tells what a run over ranks will need: memory, wall time, messages; draws no synapse.
    Plan(crate::plan::PlanArgs),
    /// Prints this help of all commands as Markdown, or another part of the pages that the program makes.
    #[command(hide = true)]
    Markdown(MarkdownArgs),
}

/// Which part of the pages is printed.
#[derive(Args)]
pub struct MarkdownArgs {
    /// The table of docs/credit.md: which rule runs with which carrier.
    #[arg(long)]
    pub rules: bool,
}

/// How a model file is changed before it runs.
#[derive(Args, Default)]
pub struct ModelArgs {
    /// Model file (JSON); for `run` also the configuration of a SONATA circuit, for `check` also a task or a file of cells (.nestml).
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
    /// Also records a state variable: POPULATION:VARIABLE[:EVERY_MS], as in exc:v_m_mv:0.1 (every 0.1 ms). Cells behind the
    /// population are those that are meant, as model files write them: exc[:5]:v_m_mv, exc[0:100:2], exc[0,3,7],
    /// exc[{"x_um": [0, 100]}]; may be repeated.
    #[arg(long, value_name = "WHAT")]
    pub record: Vec<String>,
    /// Also records the concentration of a peptide, in nM: SPECIES[:EVERY_MS[:AXIS=UM]], as in NPY:100:y=200 (the plane at
    /// y = 200 um every 100 ms) or VIP:1000 (everywhere); * is all species; may be repeated.
    #[arg(long, value_name = "WHAT")]
    pub record_field: Vec<String>,
    /// Lets a population send the spikes of a file (NWB, SONATA, CSV or a recording) instead of its own: populations of
    /// the file's names, or the one source of the model, if none is given; FROM is the population of the file, if it has
    /// another name; POPULATION may be a part, as in exc[20:30]; may be repeated.
    #[arg(long, value_name = "[POPULATION=]FILE[:FROM]")]
    pub replay: Vec<String>,
}

/// How a run is carried out and shown, new or resumed.
#[derive(Args)]
pub struct RunOptions {
    /// Threads [default: one a core; of several ranks, one each]; the results do not depend on it.
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
    /// MODEL is a recording: repeats its run, with all edits and the same bits [default output: its name with _again.h5].
    #[arg(long)]
    pub again: bool,
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
    /// Of a file of cells: a number that is taken without its unit, or with one, is a fault.
    #[arg(long)]
    pub strict_units: bool,
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
    /// The concentration of the last colour of all maps, nM, so that the frames of a movie have one scale [default: the
    /// greatest of each map].
    #[arg(long, allow_negative_numbers = true)]
    pub field_max_nm: Option<f64>,
    /// What stands at the head of the page [default: the name of the file].
    #[arg(long)]
    pub title: Option<String>,
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
    #[arg(long, conflicts_with = "json")]
    pub model: bool,
}

/// Arguments of `cite`.
#[derive(Args)]
pub struct CiteArgs {
    /// Recording, file of training runs, model file or task file.
    pub file: PathBuf,
    /// Prints keys and reasons as JSON.
    #[arg(long)]
    pub json: bool,
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
