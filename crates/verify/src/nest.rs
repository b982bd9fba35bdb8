//! Cells from NEST's names of models and parameters.

use neuropil_model::nest::symbol_of;
use neuropil_network::neuron::{Column, Entry};
use std::collections::BTreeMap;

/// What NEST's cells know beside the dynamics of ours, the models that do, and what ours are: escape noise, of which δ = 0 has none whatever ρ is.
fn is_ours(entry: &Entry, parameters: &BTreeMap<String, f64>, name: &str) -> bool {
    entry.info.name == "lif_exp" && matches!(name, "delta" | "rho") && parameters.get("delta") == Some(&0.0)
}

/// The columns of a model from NEST's names; our defaults are NEST's.
///
/// # Errors
/// The name of a parameter that the model does not have.
pub(crate) fn columns(entry: &Entry, parameters: &BTreeMap<String, f64>) -> Result<Vec<Column>, String> {
    let mut columns: Vec<Column> = entry.info.parameters.iter().map(|row| Column::Constant(row.default)).collect();
    for (name, value) in parameters {
        let row = symbol_of(name).and_then(|symbol| entry.info.parameters.iter().position(|row| row.symbol == symbol));
        if row.is_none() && is_ours(entry, parameters, name) {
            continue;
        }
        columns[row.ok_or_else(|| name.clone())?] = Column::Constant(*value);
    }
    Ok(columns)
}
