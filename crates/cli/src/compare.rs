//! `neuropil compare`.

use crate::args::CompareArgs;
use crate::comparison::{Plan, ended, seeds};
use crate::error::CliError;
use crate::train::{output, tell};
use crate::tune;
use neuropil_train::curves;
use std::collections::BTreeSet;

/// Trains with several rules and seeds, and at several points of a sweep.
///
/// # Errors
/// As `train`; a run that diverges is told and the others go on.
pub fn compare(args: &CompareArgs) -> Result<(), CliError> {
    if !args.tune.is_empty() {
        return tune::compare(args);
    }
    let plan = Plan::new(args, ("--sweep", &args.sweep), &seeds(args), output(&args.training, args.output.as_deref()))?;
    if plan.is_listed(args)? {
        return Ok(());
    }
    let (mut file, _hold) = plan.open(args)?;
    let diverged = plan.make(&args.training, &mut file)?;
    let mut asked: Vec<String> = plan.runs.iter().map(|run| run.rule.name.to_owned()).collect();
    let mut met = BTreeSet::new();
    asked.retain(|name| met.insert(name.clone()));
    let rules = if args.sweep.is_empty() { asked } else { curves::rules(&file) };
    tell(&args.training, &file, &rules, &plan.output, None)?;
    ended(&diverged)
}
