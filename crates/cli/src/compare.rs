//! `neuropil compare`.

use crate::args::CompareArgs;
use crate::error::CliError;
use crate::train::{open, output, pursue, setup, tell};
use crate::{interrupt, screen};
use neuropil_train::compare::runs;

/// Trains with several rules and seeds.
///
/// # Errors
/// As `train`; a run that diverges is told and the others go on.
pub fn compare(args: &CompareArgs) -> Result<(), CliError> {
    let setup = setup(&args.training)?;
    let seeds: Vec<u64> = (0..args.seeds).map(|number| args.first_seed.saturating_add(number)).collect();
    let runs = runs(&args.rules, &seeds).map_err(CliError::input)?;
    let output = output(&args.training, args.output.as_deref());
    if args.list {
        for (rule, seed) in runs {
            let stem = output.with_extension("");
            let changes: String = args.training.set.iter().map(|set| format!(" --set '{set}'")).collect();
            let align = if args.training.align { " --align" } else { "" };
            screen::print(&format!(
                "neuropil train '{}' --rule {} --seed {seed} --resume{align}{changes} -o '{}_{}_{seed}.h5'",
                args.training.task.display(),
                rule.name,
                stem.display(),
                rule.name
            ))?;
        }
        return Ok(());
    }
    let mut file = open(&args.training, &setup, &output, !args.training.force)?;
    interrupt::listen()?;
    let mut diverged = Vec::new();
    for run in runs {
        match pursue(&args.training, &setup, run, &output, &mut file) {
            Err(CliError::NonFinite(fault)) => {
                screen::note(&format!("warning: {fault}"));
                diverged.push(fault);
            }
            other => other?,
        }
    }
    tell(&args.training, &file, &args.rules, &output)?;
    match diverged.len() {
        0 => Ok(()),
        _ => Err(CliError::NonFinite(format!("these runs did not reach their end:\n  {}", diverged.join("\n  ")))),
    }
}
