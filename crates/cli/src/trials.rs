//! `neuropil trials`: one update of a training task in stages, with a file of trials between them.

use crate::error::CliError;
use crate::rules::each_once;
use crate::train::{inputs, of_training};
use crate::{load, screen};
use clap::{Args, Subcommand};
use neuropil_engine::carrier::Spread;
use neuropil_model::Document;
use neuropil_model::given::attach;
use neuropil_plasticity::alignment::Alignment;
use neuropil_plasticity::rule::rule;
use neuropil_plasticity::{Gradient, Matrix, Rule};
use neuropil_record::{GradientFile, Table, TrainingFile, TrialFile, kept_data};
use neuropil_train::compare::there;
use neuropil_train::stages::Trials;
use neuropil_train::{Aligned, Setup, Trainer};
use std::path::{Path, PathBuf};

/// The stages, in their order.
#[derive(Subcommand)]
pub enum TrialsCommand {
    /// Runs the trials of one update of a task.
    Simulate(SimulateArgs),
    /// Carries what the cells of trials emit to the cells, by the section `carrier` of their task.
    Diffuse(DiffuseArgs),
    /// Computes the gradients of learning rules of trials.
    Learn(LearnArgs),
}

/// Arguments of `trials simulate`.
#[derive(Args)]
pub struct SimulateArgs {
    /// Task file (JSON), as in models/tasks.
    pub task: PathBuf,
    /// Changes a value of the file, as in training.batch=16; may be repeated.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Seed of initial weights and trials.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Takes the weights that a run has come to, of a file of `train` or `compare`; its next batch is simulated.
    #[arg(long, value_name = "FILE", requires = "rule")]
    pub weights: Option<PathBuf>,
    /// The rule of that run.
    #[arg(long, requires = "weights")]
    pub rule: Option<String>,
    /// File of trials to write.
    #[arg(short, long)]
    pub output: PathBuf,
    /// Replaces the file if it exists.
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `trials diffuse`.
#[derive(Args)]
pub struct DiffuseArgs {
    /// File of trials, of `trials simulate` or of another program.
    pub trials: PathBuf,
    /// Carries over distances in unbounded tissue instead of through voxels.
    #[arg(long)]
    pub kernel: bool,
    /// Changes a value of the section `carrier` of their task, as in carrier.loss_per_ms=0.001; may be repeated.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// File of trials to write, with what arrives at each cell.
    #[arg(short, long)]
    pub output: PathBuf,
    /// Replaces the file if it exists.
    #[arg(long)]
    pub force: bool,
    /// Shows nothing but errors.
    #[arg(short, long)]
    pub quiet: bool,
}

/// Arguments of `trials learn`.
#[derive(Args)]
pub struct LearnArgs {
    /// File of trials, of `trials simulate`, `trials diffuse` or another program.
    pub trials: PathBuf,
    /// Names of rules, with commas between; modprop_type+field and the like take what `trials diffuse` brought.
    #[arg(long, value_delimiter = ',', value_name = "RULE,...", required = true)]
    pub rules: Vec<String>,
    /// File of gradients to write.
    #[arg(short, long)]
    pub output: PathBuf,
    /// Replaces the file if it exists.
    #[arg(long)]
    pub force: bool,
}

/// Makes one stage.
///
/// # Errors
/// Those of the stage.
pub fn trials(command: &TrialsCommand) -> Result<(), CliError> {
    match command {
        TrialsCommand::Simulate(args) => simulate(args),
        TrialsCommand::Diffuse(args) => diffuse(args),
        TrialsCommand::Learn(args) => learn(args),
    }
}

/// Runs the trials of one update of a task.
///
/// # Errors
/// Faults of the task, weights of another task, output that exists or cannot be written.
fn simulate(args: &SimulateArgs) -> Result<(), CliError> {
    let read: Vec<PathBuf> = [args.task.clone()].into_iter().chain(args.weights.clone()).collect();
    load::apart(&args.output, &read)?;
    let document = Document::parse(&args.task.display().to_string(), load::read(&args.task)?);
    let setup = task(document.map_err(CliError::input)?, &args.set, &args.task)?;
    load::apart(&args.output, &setup.data_files)?;
    let asked = args.rule.as_deref().map_or_else(|| rule("eprop"), |name| setup.rule(name));
    let rule = asked.map_err(CliError::input)?;
    load::apart(&args.output, &inputs(&args.task, &setup))?;
    let mut trainer = Trainer::new(&setup, rule, args.seed).map_err(of_training)?;
    if args.rule.is_none() {
        // No rule is asked for: messages name none.
        trainer = trainer.with_name("trials".into());
    }
    if let Some(path) = &args.weights {
        let file = TrainingFile::read(path).map_err(CliError::input)?;
        let run = file.runs.iter().find(|run| run.rule == rule.name && run.seed == args.seed && run.point.is_empty());
        let missing = || {
            let (path, there) = (path.display(), there(&file));
            format!("`{path}` has no run of {} with seed {}; {there}", rule.name, args.seed)
        };
        trainer = trainer.resume(run.ok_or_else(|| CliError::Input(missing()))?).map_err(of_training)?;
    }
    let trials = trainer.next_trials().map_err(of_training)?;
    let path = file(&setup, &trials, Vec::new()).write(&args.output, args.force).map_err(CliError::output)?;
    let (count, steps) = (trials.count(), trials.steps());
    screen::print(&format!("wrote {} ({count} trials of {steps} steps, update {})", path.display(), trials.updates))
}

/// Carries what the cells of trials emit to the cells.
///
/// # Errors
/// Files that are no trials, a task without a field, output that exists or cannot be written.
fn diffuse(args: &DiffuseArgs) -> Result<(), CliError> {
    load::apart(&args.output, std::slice::from_ref(&args.trials))?;
    free(&args.output, args.force)?;
    let (setup, mut trials) = open(&args.trials, &args.set)?;
    load::apart(&args.output, &inputs(&args.trials, &setup))?;
    let spread = if args.kernel { Spread::Kernel } else { Spread::Field };
    let carrier = setup.chemical(spread, trials.seed).map_err(of_training)?;
    trials.carry(&carrier).map_err(CliError::input)?;
    let taps = trials.taps(&setup, &carrier).map_err(CliError::input)?;
    let misled = 100.0 * misled(&taps);
    let path = file(&setup, &trials, taps).write(&args.output, args.force).map_err(CliError::output)?;
    if args.quiet {
        return Ok(());
    }
    screen::print(&format!(
        "wrote {} (of the effective taps {misled:.0}% meet eligibility younger than the emission)",
        path.display()
    ))
}

/// Σ|F| over lags below 1, over all, of the effective taps.
fn misled(tables: &[Table]) -> f64 {
    let of = |name: &str| tables.iter().find(|table| table.object == name).map_or(&[][..], |table| &table.values);
    let (lags, values) = (of("taps/lag"), of("taps/effective"));
    let width = values.len() / lags.len().max(1);
    let size = |late: &dyn Fn(f64) -> bool| -> f64 {
        let rows = lags.iter().zip(values.chunks_exact(width)).filter(|(lag, _)| late(**lag));
        rows.flat_map(|(_, row)| row).map(|value| value.abs()).sum()
    };
    size(&|lag| lag < 1.0) / size(&|_| true)
}

/// Makes the gradients of rules of trials.
///
/// # Errors
/// Files that are no trials, rules without what they need, output that exists or cannot be written.
fn learn(args: &LearnArgs) -> Result<(), CliError> {
    load::apart(&args.output, std::slice::from_ref(&args.trials))?;
    free(&args.output, args.force)?;
    let (setup, trials) = open(&args.trials, &[])?;
    load::apart(&args.output, &inputs(&args.trials, &setup))?;
    let rules: Vec<&Rule> =
        args.rules.iter().map(|name| setup.rule(name)).collect::<Result<_, _>>().map_err(CliError::input)?;
    each_once(&rules)?;
    let gradient = |rule: &&Rule| Ok((rule.name, trials.gradient(&setup, rule).map_err(CliError::input)?));
    let gradients: Vec<(&str, Gradient)> = rules.iter().map(gradient).collect::<Result<_, CliError>>()?;
    let mut tables = Vec::new();
    let mut put = |object: String, shape: &[usize], values: &[f64]| {
        tables.push(Table { object, shape: shape.to_vec(), values: values.to_vec() });
    };
    for (name, own) in &gradients {
        put(format!("grads/{name}/dW_in"), &[own.w_in.rows(), own.w_in.columns()], own.w_in.values());
        put(format!("grads/{name}/dW_rec"), &[own.w_rec.rows(), own.w_rec.columns()], own.w_rec.values());
    }
    if let Some((_, own)) = gradients.first() {
        put("grads/readout/dW_out".into(), &[own.w_out.rows(), own.w_out.columns()], own.w_out.values());
        put("grads/readout/db".into(), &[own.b.len()], &own.b);
    }
    let exact = gradients.iter().find(|(name, _)| *name == "bptt").map(|(_, own)| own);
    let mut lines = vec![format!(
        "{:<24} {:>12} {:>12}  cosine with bptt: dW_in, dW_rec; useful progress",
        "rule", "|dW_in|", "|dW_rec|"
    )];
    for (name, own) in &gradients {
        let [w_in, w_rec] =
            [own.w_in.values(), own.w_rec.values()].map(|values| values.iter().map(|v| v * v).sum::<f64>().sqrt());
        let mut line = format!("{name:<24} {w_in:>12.4e} {w_rec:>12.4e}");
        if let Some(exact) = exact {
            let learner = &trials.learner;
            let there = |weights: &Matrix| {
                Matrix::from_fn(weights.rows(), weights.columns(), |row, column| {
                    f64::from(u8::from(weights[(row, column)] != 0.0))
                })
            };
            let masks = [&learner.w_in, &learner.readout.w_out].map(there);
            let Aligned { matrices, share } = Aligned::of(own, exact, learner, masks.each_ref());
            let numbers = |of: fn(&Alignment) -> f64| matrices.each_ref().map(of);
            put(format!("alignment/{name}/cosine"), &[2], &numbers(|own| own.cosine));
            put(format!("alignment/{name}/sign_agreement"), &[2], &numbers(|own| own.sign_agreement));
            put(format!("alignment/{name}/norm_ratio"), &[2], &numbers(|own| own.norm_ratio));
            put(format!("alignment/{name}/progress"), &[2], &numbers(|own| own.progress));
            let of_all = [share.progress, share.unread, share.unread_of_rule, share.reach];
            put(format!("alignment/{name}/credit_share"), &[4], &of_all);
            line += &format!("  {:.4}, {:.4}; {:.4}", matrices[0].cosine, matrices[1].cosine, share.progress);
        }
        lines.push(line);
    }
    let written = GradientFile { tables, numbers: Vec::new(), command: command() };
    let path = written.write(&args.output, args.force).map_err(CliError::output)?;
    screen::print(&format!("{}\nwrote {}", lines.join("\n"), path.display()))
}

fn command() -> String {
    std::env::args().collect::<Vec<_>>().join(" ")
}

fn task(mut document: Document, changes: &[String], beside: &Path) -> Result<Setup, CliError> {
    for change in changes {
        document.set(change).map_err(CliError::input)?;
    }
    Setup::decode(&document, beside.parent().unwrap_or(Path::new(""))).map_err(of_training)
}

/// Refuses a file of trials where another kind of file is asked for.
pub(crate) fn refuse(path: &Path) -> Result<(), CliError> {
    if !TrialFile::is_one(path) {
        return Ok(());
    }
    let shown = path.display();
    Err(CliError::Input(format!(
        "`{shown}` holds trials of a task, and is no recording, model or file of runs: `neuropil trials diffuse` and \
         `neuropil trials learn` read it, h5py shows it (docs/hdf5.md)"
    )))
}

/// Refuses an output that exists, before any work.
fn free(output: &Path, force: bool) -> Result<(), CliError> {
    if output.exists() && !force {
        return Err(CliError::Output(format!("`{}` exists; --force replaces it", output.display())));
    }
    Ok(())
}

fn open(path: &Path, changes: &[String]) -> Result<(Setup, Trials), CliError> {
    if let Some(change) = changes.iter().find(|change| !change.starts_with("carrier.")) {
        return Err(CliError::Input(format!(
            "--set {change}: trials are what they are: only fields of `carrier` may change, as in carrier.loss_per_ms=0.001"
        )));
    }
    let file = TrialFile::read(path).map_err(CliError::input)?;
    let name = path.display().to_string();
    // Trials of one's own, and arrays, lie in the file itself.
    let own = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut document = Document::parse(&format!("{name}:/task"), file.task).map_err(CliError::input)?;
    attach(&mut document, &own.to_string_lossy());
    let setup = task(document, changes, path)?;
    let trials = Trials::read(&setup, file.seed, &file.tables, &name).map_err(of_training)?;
    Ok((setup, trials))
}

fn file(setup: &Setup, trials: &Trials, more: Vec<Table>) -> TrialFile {
    let tables = trials.tables().into_iter().chain(more).chain(kept_data(&setup.data())).collect();
    TrialFile { task: setup.json.clone(), seed: trials.seed, command: command(), tables }
}
