//! Arguments of the commands for peptides.

use super::RunOptions;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Arguments of `diffuse`.
#[derive(Args)]
pub struct DiffuseArgs {
    /// Spikes: a recording, a SONATA, NWB or CSV file.
    pub recording: PathBuf,
    /// File of peptides (JSON) [default: that of the recording's own model].
    #[arg(long)]
    pub model: Option<PathBuf>,
    /// File to write.
    #[arg(short, long)]
    pub output: PathBuf,
    /// Replaces the file if it exists.
    #[arg(long)]
    pub force: bool,
    /// Where cells are: a SONATA nodes file, or a table with columns x, y, z in um [default: the recording].
    #[arg(long)]
    pub nodes: Option<PathBuf>,
    /// Cell type of a population, instead of the recording's; may be repeated.
    #[arg(long, value_name = "POPULATION=TYPE")]
    pub cell_type: Vec<String>,
    /// Edge of a voxel; walls, regions and the rest of the run's tissue stay [default: the run's voxels, or a fifth of the
    /// shortest decay length, 5 to 25 um].
    #[arg(long, allow_negative_numbers = true)]
    pub spacing_um: Option<f64>,
    /// Room around the cells, in um [default: the run's voxels, or 100].
    #[arg(long, allow_negative_numbers = true)]
    pub margin_um: Option<f64>,
    /// Field step [default: the run's, or 10].
    #[arg(long, allow_negative_numbers = true)]
    pub step_ms: Option<f64>,
    /// Grid of time that spikes are rounded to [default: the run's, or 0.1].
    #[arg(long, allow_negative_numbers = true)]
    pub dt_ms: Option<f64>,
    /// Time to reach [default: the end of the recording].
    #[arg(long, allow_negative_numbers = true)]
    pub duration_ms: Option<f64>,
    /// Seed of release points and of stochastic release [default: the run's, or 1].
    #[arg(long)]
    pub seed: Option<u64>,
    /// Changes a value of the model file that replays the recording, as in peptides.step_ms=5; may be repeated.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Records a variable of cells, as for `run`: concentration_nm.SPECIES, occupancy.RECEPTOR, messenger.CLASS,
    /// signed_messenger; may be repeated.
    #[arg(long, value_name = "WHAT")]
    pub record: Vec<String>,
    /// Records concentrations, as for `run` [default, where nothing is chosen: a slice of every species].
    #[arg(long, value_name = "WHAT")]
    pub record_field: Vec<String>,
    /// Saves the state so often; `neuropil resume` goes on from it.
    #[arg(long, allow_negative_numbers = true)]
    pub checkpoint_every_ms: Option<f64>,
    #[command(flatten)]
    pub options: RunOptions,
}

/// Which model `peptides` makes.
#[derive(Subcommand)]
pub enum PeptidesCommand {
    /// Cell types of mouse cortex out of gene expression and cognate pairs of peptide and receptor.
    Cortex(CortexArgs),
    /// The 302 neurons of C. elegans out of its neuropeptide connectome.
    Celegans(CelegansArgs),
}

/// Arguments of `peptides cortex`.
#[derive(Args)]
pub struct CortexArgs {
    /// Expression below which a gene is left out, as a share of its maximum over types.
    #[arg(long, default_value_t = 0.4, allow_negative_numbers = true)]
    pub threshold: f64,
    /// A cell type and the classes of the table that make it, as in Pyr_L5=L5_IT,L5_PT; may be repeated [default: eight
    /// types of mouse V1].
    #[arg(long, value_name = "NAME=CLASS,...")]
    pub group: Vec<String>,
    /// Table of expression (gene, kind, a column a type) [default: that of Smith et al. 2019].
    #[arg(long)]
    pub expression: Option<PathBuf>,
    /// Table of cognate pairs [default: the 37 of Smith et al. 2019].
    #[arg(long)]
    pub pairs: Option<PathBuf>,
    /// File to write.
    #[arg(short, long)]
    pub output: PathBuf,
    /// Replaces the file if it exists.
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `peptides celegans`.
#[derive(Args)]
pub struct CelegansArgs {
    /// Class of G protein of all receptors, which the table does not tell.
    #[arg(long, value_parser = ["Gi", "Gs", "Gq"], default_value = "Gq")]
    pub class: String,
    /// Table of edges (sender, receiver, n_pairs) [default: the short-range network of Ripoll-Sánchez et al. 2023].
    #[arg(long)]
    pub edges: Option<PathBuf>,
    /// File to write.
    #[arg(short, long)]
    pub output: PathBuf,
    /// Replaces the file if it exists.
    #[arg(long)]
    pub force: bool,
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
    #[arg(long, default_value_t = 1200, requires = "output")]
    pub width: u32,
    /// Height in pixels.
    #[arg(long, default_value_t = 1000, requires = "output")]
    pub height: u32,
    /// Replaces the picture if it exists.
    #[arg(long, requires = "output")]
    pub force: bool,
    /// Prints everything as JSON.
    #[arg(long)]
    pub json: bool,
}
