//! Arguments of the commands for files of other tools.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

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
    /// End of the window in the file [default: the end of the file]. A spike at this time is outside and one at --from-s
    /// inside; in recordings of neuropil, whose spikes are of the step that ends then, it is the other way round.
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
    /// Name for the spikes of a file without populations, or with one [default: spikes, or its name there].
    #[arg(long)]
    pub population: Option<String>,
    /// Replaces the file if it exists.
    #[arg(long)]
    pub force: bool,
}
