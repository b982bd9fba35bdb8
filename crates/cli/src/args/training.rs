//! Arguments of the commands for learning.

use clap::Args;
use std::path::PathBuf;

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
#[derive(Args, Clone)]
pub struct TrainingArgs {
    /// Task file (JSON), as in models/tasks.
    pub task: PathBuf,
    /// Changes a value of the file, as in training.updates=50; may be repeated.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Compares the gradient with the exact one at every evaluation.
    #[arg(long)]
    pub align: bool,
    /// Threads [default: one a core; of several ranks, one each]; the results do not depend on it.
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
#[derive(Args, Clone)]
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
    /// Runs the comparison for each of several values of a field of the task, as in carrier.loss_per_ms=0.0001,0.001; may
    /// be repeated, for all pairs. Rules that nothing carries run once where only the section `carrier` changes.
    #[arg(long, value_name = "PATH=VALUE,...")]
    pub sweep: Vec<String>,
    /// Tunes every rule alike before: runs each at all of these values with seeds of its own (in OUTPUT_tuning.h5), and compares each at
    /// the value of its least median loss, as in training.learning_rate=0.001,0.003,0.01; may be repeated, for all pairs.
    #[arg(long, value_name = "PATH=VALUE,...", conflicts_with = "sweep")]
    pub tune: Vec<String>,
    /// How many seeds tuning takes.
    #[arg(long, default_value_t = 3, requires = "tune", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub tune_seeds: u64,
    /// The first seed of tuning; no seed may be one of the comparison.
    #[arg(long, default_value_t = 10_001, requires = "tune")]
    pub tune_first_seed: u64,
    /// File to write [default: the task's name with .h5, here]; runs that it holds already are not made again, and one
    /// that was interrupted goes on.
    #[arg(short, long)]
    pub output: Option<PathBuf>,
    /// Prints the independent commands of the comparison, for a scheduler, and runs nothing; `merge` joins their files.
    #[arg(long, conflicts_with_all = ["force", "quiet", "json"])]
    pub list: bool,
    /// Writes them into a folder as an array job of Slurm, with the job that merges what they come to, and runs nothing:
    /// `sh FOLDER/submit.sh` submits both. A job that is requeued goes on where its run was.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["list", "force", "quiet", "json"])]
    pub slurm: Option<PathBuf>,
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

/// Arguments of `similar`.
#[derive(Args)]
pub struct SimilarArgs {
    /// File of `train` or `compare`, of a task that keeps the weights of its evaluations (`record.weights_every`).
    pub file: PathBuf,
    /// Accuracy, held out where there is such, at which runs are compared: each at its first evaluation that has it.
    #[arg(long)]
    pub accuracy: f64,
    /// Trials that all networks see.
    #[arg(long, default_value_t = 128, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub trials: u32,
    /// Trials of the tangent kernel, the first of these.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(2..=1024))]
    pub probes: u32,
    /// Parts of a trial; activity is the mean over a part.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub parts: u32,
    /// Threads [default: one a core]; the results do not depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Prints the result as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `identify`.
#[derive(Args)]
pub struct IdentifyArgs {
    /// File of `train` or `compare`, of a task with record.weights_every=1.
    pub file: PathBuf,
    /// Learning rules that may have been it, with commas between.
    #[arg(long, value_delimiter = ',', required = true, value_name = "RULE,...")]
    pub rules: Vec<String>,
    /// Share of the synapses whose changes are seen.
    #[arg(long, default_value_t = 1.0)]
    pub share: f64,
    /// Noise on what is seen, in the root mean square of the changes of an update.
    #[arg(long, default_value_t = 0.0)]
    pub noise: f64,
    /// Looks at so many updates [default: all].
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub updates: Option<u32>,
    /// Threads [default: one a core]; the results do not depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Prints the result as JSON.
    #[arg(long)]
    pub json: bool,
}
