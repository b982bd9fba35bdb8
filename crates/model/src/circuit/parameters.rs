//! Parameters of cells and synapses as JSON files and single nodes give them, taken one by one until none is left.

use super::CircuitError;
use super::config::Config;
use crate::nest;
use neuropil_core::did_you_mean;
use serde_json::Value;
use std::collections::BTreeMap;

/// A value of a JSON file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Given {
    /// A number.
    Number(f64),
    /// A list of numbers.
    Numbers(Vec<f64>),
    /// A truth value.
    Flag(bool),
}

/// The directory of cells.
pub(super) const CELLS: &str = "components.point_neuron_models_dir";

/// A bound of errors, which some cells use.
pub(super) const BOUND: &str = "gsl_error_tol";

/// The parameters of a cell by their names in NEST.
pub(super) type Parameters = BTreeMap<String, Given>;

/// The members of a JSON file that are numbers, lists of numbers and truth values; texts, and what changes no spike, are
/// noted as not used.
///
/// # Errors
/// Values of other kinds.
pub(super) fn read_parameters(
    config: &Config,
    file: &str,
    notes: &mut Vec<String>,
) -> Result<Parameters, CircuitError> {
    let field = CELLS;
    let (path, members) = config.component(field, file)?;
    let mut parameters = Parameters::new();
    let mut idle = Vec::new();
    for (name, value) in members {
        let wrong = || {
            let reason =
                format!("`{}`: {name} is {value}, expected a number, numbers or a truth value", path.display());
            config.wrong(field, reason)
        };
        let given = match &value {
            // What a cell is called, and flags at their default.
            Value::String(_) if name == "type" => continue,
            Value::Bool(false) if name == "refractory_input" => continue,
            Value::String(_) => {
                if nest::symbol_of(&name).is_some() || name == "V_m" {
                    return Err(wrong());
                }
                idle.push(name);
                continue;
            }
            Value::Number(_) if nest::IDLE.contains(&name.as_str()) && name != BOUND => {
                idle.push(name);
                continue;
            }
            Value::Number(number) => Given::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::Bool(flag) => Given::Flag(*flag),
            Value::Array(items) => {
                let numbers = items.iter().map(Value::as_f64).collect::<Option<Vec<_>>>();
                Given::Numbers(numbers.ok_or_else(wrong)?)
            }
            _ => return Err(wrong()),
        };
        parameters.insert(name, given);
    }
    if !idle.is_empty() {
        notes.push(format!("{}: not used here: {}", path.display(), idle.join(", ")));
    }
    Ok(parameters)
}

/// A value of the JSON file of a synapse; `None` of what no synapse has.
pub(super) fn read_synapse(value: &Value) -> Option<Given> {
    match value {
        Value::Number(number) => Some(Given::Number(number.as_f64()?)),
        Value::Bool(flag) => Some(Given::Flag(*flag)),
        _ => None,
    }
}

/// Parameters that a template takes by name; what is asked for is what it knows.
#[derive(Debug)]
pub(super) struct Taken {
    left: Parameters,
    known: Vec<&'static str>,
}

impl Taken {
    /// Of these, none taken yet.
    pub(super) fn new(parameters: Parameters) -> Self {
        Self { left: parameters, known: Vec::new() }
    }

    /// A number.
    ///
    /// # Errors
    /// A value of another kind.
    pub(super) fn number(&mut self, name: &'static str, default: f64) -> Result<f64, String> {
        Ok(self.given_number(name)?.unwrap_or(default))
    }

    /// A number, if it is given.
    ///
    /// # Errors
    /// A value of another kind.
    pub(super) fn given_number(&mut self, name: &'static str) -> Result<Option<f64>, String> {
        match self.take(name) {
            None => Ok(None),
            Some(Given::Number(number)) => Ok(Some(number)),
            Some(other) => Err(format!("{name} is {other}, expected a number")),
        }
    }

    /// A list of numbers, if it is given.
    ///
    /// # Errors
    /// A value of another kind.
    pub(super) fn given_numbers(&mut self, name: &'static str) -> Result<Option<Vec<f64>>, String> {
        match self.take(name) {
            None => Ok(None),
            Some(Given::Numbers(numbers)) => Ok(Some(numbers)),
            Some(other) => Err(format!("{name} is {other}, expected a list of numbers")),
        }
    }

    /// A list of numbers.
    ///
    /// # Errors
    /// A value of another kind.
    pub(super) fn numbers(&mut self, name: &'static str, default: &[f64]) -> Result<Vec<f64>, String> {
        Ok(self.given_numbers(name)?.unwrap_or_else(|| default.to_vec()))
    }

    /// A list of as many numbers as `of` has.
    ///
    /// # Errors
    /// A value of another kind, and a list of another length.
    pub(super) fn as_many(
        &mut self,
        name: &'static str,
        default: &[f64],
        (of, count): (&str, usize),
    ) -> Result<Vec<f64>, String> {
        let numbers = self.numbers(name, default)?;
        if numbers.len() != count {
            return Err(format!("{name} has {} values, expected {count} as {of} has", numbers.len()));
        }
        Ok(numbers)
    }

    /// A truth value; 0 and 1 are two of them, as in NEST.
    ///
    /// # Errors
    /// Another value.
    pub(super) fn flag(&mut self, name: &'static str, default: bool) -> Result<bool, String> {
        match self.take(name) {
            None => Ok(default),
            Some(Given::Flag(flag)) => Ok(flag),
            Some(Given::Number(number)) if number == 0.0 || number == 1.0 => Ok(number == 1.0),
            Some(other) => Err(format!("{name} is {other}, expected true or false")),
        }
    }

    /// The names that were asked for.
    pub(super) fn known(self) -> Vec<&'static str> {
        self.known
    }

    /// Nothing may be left.
    ///
    /// # Errors
    /// The first name that was not asked for.
    pub(super) fn finish(self, template: &str) -> Result<(), String> {
        let Some(name) = self.left.keys().next() else { return Ok(()) };
        let hint = did_you_mean(name, self.known.iter().copied());
        Err(format!(
            "parameter `{name}` is not one of the model's ({template}){hint}; it has {}",
            self.known.join(", ")
        ))
    }

    fn take(&mut self, name: &'static str) -> Option<Given> {
        self.known.push(name);
        self.left.remove(name)
    }
}

impl std::fmt::Display for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Given::Number(number) => write!(f, "{number}"),
            Given::Numbers(numbers) => write!(f, "{numbers:?}"),
            Given::Flag(flag) => write!(f, "{flag}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch a name that is neither used nor refused, and a flag that is read as a number.
    #[test]
    fn parameters_are_taken_by_kind_and_none_is_left() {
        let given = [
            ("C_m", Given::Number(2.0)),
            ("tau_syn", Given::Numbers(vec![1.0, 2.0])),
            ("flag", Given::Number(1.0)),
            ("V_ht", Given::Number(3.0)),
        ];
        let given: Parameters = given.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let mut taken = Taken::new(given.clone());
        assert_eq!(taken.number("C_m", 1.0), Ok(2.0));
        assert_eq!(taken.number("g", 1.5), Ok(1.5));
        assert_eq!(taken.numbers("tau_syn", &[5.0]), Ok(vec![1.0, 2.0]));
        assert_eq!(taken.flag("flag", false), Ok(true));
        assert_eq!(taken.number("V_th", 7.0), Ok(7.0));
        let fault = taken.finish("glif_psc").unwrap_err();
        assert!(fault.contains("`V_ht`") && fault.contains("did you mean `V_th`"), "{fault}");
        let mut taken = Taken::new(given);
        assert!(taken.number("tau_syn", 0.0).unwrap_err().contains("tau_syn is [1.0, 2.0], expected a number"));
        assert!(taken.flag("V_ht", false).unwrap_err().contains("expected true or false"));
        let fault = taken.as_many("asc_r", &[1.0], ("ASCurrents", 2)).unwrap_err();
        assert!(fault.contains("asc_r has 1 values, expected 2 as ASCurrents has"), "{fault}");
    }
}
