//! Arguments of `bench`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

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
    #[arg(long, exclusive = true)]
    pub list: bool,
    /// Of a network: its size relative to its file [default: 1].
    #[arg(long, allow_negative_numbers = true)]
    pub scale: Option<f64>,
    /// Of a network: simulated time that is measured [default: 1].
    #[arg(long, allow_negative_numbers = true)]
    pub seconds: Option<f64>,
    /// Of a network: simulated time before it [default: 100].
    #[arg(long, allow_negative_numbers = true)]
    pub warm_up_ms: Option<f64>,
    /// Of a network: floating-point numbers of state and weights, instead of the file's.
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
    /// Of a task: the learning rule [default: modprop_type].
    #[arg(long)]
    pub rule: Option<String>,
    /// Of a task: updates that are measured, after two that are not [default: 5].
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub updates: Option<u32>,
    /// Of a task: writes weights, trials, loss and gradient of the first update to this HDF5 file, and measures nothing.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["probe", "updates", "show"])]
    pub export: Option<PathBuf>,
}

/// What `bench` measures beside networks.
#[derive(Subcommand)]
pub enum BenchWhat {
    /// Measures a step of the peptides' field beside what memory and additions of this machine allow.
    Diffusion(BenchDiffusionArgs),
    /// Measures an event at synapses that files write as equations, beside the built-in models of the same names and static synapses.
    Synapses(BenchSynapsesArgs),
}

/// Arguments of `bench synapses`.
#[derive(Args)]
pub struct BenchSynapsesArgs {
    /// Files of synapses, such as models/synapses/stdp.nestml; one that is called as a built-in model is measured beside it.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Simulated time that is measured, three times for each.
    #[arg(long, default_value_t = 2.0, allow_negative_numbers = true)]
    pub seconds: f64,
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
