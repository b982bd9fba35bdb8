//! Rules that a command is to use.

use crate::error::CliError;
use neuropil_plasticity::Rule;

/// Refuses a rule that is asked for twice.
///
/// # Errors
/// Which.
pub fn each_once(rules: &[&Rule]) -> Result<(), CliError> {
    let is_again = |(place, own): &(usize, &&Rule)| rules[..*place].iter().any(|other| other.name == own.name);
    match rules.iter().enumerate().find(is_again) {
        Some((_, own)) => Err(CliError::Input(format!("--rules: found `{}` twice, expected each rule once", own.name))),
        None => Ok(()),
    }
}
