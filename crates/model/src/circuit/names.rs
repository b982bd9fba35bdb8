//! Names that look like slips of the pen of names with a meaning. Published files have names of their own besides.

use super::CircuitError;
use neuropil_record::Attributes;

/// Columns of nodes and of edges that decide what is run.
const NODE_COLUMNS: [&str; 4] = ["model_type", "model_template", "dynamics_params", "model_processing"];
const EDGE_COLUMNS: [&str; 6] =
    ["syn_weight", "delay", "nsyns", "weight_function", "model_template", "dynamics_params"];
/// So many letters may be wrong.
const SLIPS: usize = 2;
/// What a column may end in that should have none.
const UNITS: [&str; 5] = ["_ms", "_s", "_pa", "_mv", "_ns"];

/// The name that `found` seems to mean, if it is not that name itself.
pub(super) fn meant<'n>(found: &str, names: &[&'n str]) -> Option<&'n str> {
    let found = found.to_lowercase();
    let stem = UNITS.iter().find_map(|unit| found.strip_suffix(unit)).unwrap_or(&found);
    let slip = |name: &str| {
        let slips = strsim::damerau_levenshtein(stem, name);
        slips <= SLIPS && 2 * slips < name.len() - slips
    };
    names.iter().copied().find(|name| slip(name)).filter(|_| !names.contains(&found.as_str()))
}

/// Refuses columns that are a slip of one that decides what is run and is not there.
///
/// # Errors
/// The column, with its file.
pub(super) fn check_nodes(attributes: &Attributes) -> Result<(), CircuitError> {
    check(attributes, &NODE_COLUMNS)
}

/// As [`check_nodes`].
///
/// # Errors
/// The column, with its file.
pub(super) fn check_edges(attributes: &Attributes) -> Result<(), CircuitError> {
    attributes.check_columns("no parameters of single edges", |name| name.starts_with("dynamics_params/"))?;
    check(attributes, &EDGE_COLUMNS)
}

fn check(attributes: &Attributes, names: &[&str]) -> Result<(), CircuitError> {
    for name in names.iter().filter(|name| !attributes.has_column(name)) {
        let is_slip = |found: &str| !names.contains(&found) && meant(found, &[*name]).is_some();
        attributes.check_columns(&format!("`{name}`"), is_slip)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_from_other_names() {
        for (found, name) in
            [("syn_wieght", "syn_weight"), ("delay_ms", "delay"), ("Delays", "delay"), ("nsyn", "nsyns")]
        {
            assert_eq!(meant(found, &EDGE_COLUMNS), Some(name), "{found}");
        }
        for found in ["syn_location", "weight_sigma", "sec_id", "target_query", "delay", "day", "afferent_x"] {
            assert_eq!(meant(found, &EDGE_COLUMNS), None, "{found}");
        }
        assert_eq!(meant("model_name", &NODE_COLUMNS), None);
    }
}
