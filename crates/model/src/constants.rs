//! Constants of cells: the values of a table of parameters, each one number, one for each cell, or drawn.

use crate::fields::Fields;
use crate::values::{PerCell, per_cell};
use neuropil_core::{BadParameter, Distribution, Range};
use neuropil_network::neuron::Column;

/// The value of a parameter, or its default.
pub(crate) fn parameter(fields: &mut Fields<'_, '_>, row: &neuropil_core::Parameter, cells: u32) -> Option<PerCell> {
    let name = row.name();
    let path = fields.path_of(&name);
    if let Range::Choice(words) = row.range {
        let index = match fields.get(&name) {
            Some(node) => fields.reader.word(node, &path, words)?,
            None => return Some(PerCell::Drawn(Distribution::constant(row.default))),
        };
        return Some(PerCell::Drawn(Distribution::constant(neuropil_core::parameter::index_value(index))));
    }
    let Some(node) = fields.get(&name) else { return Some(PerCell::Drawn(Distribution::constant(row.default))) };
    let value = per_cell(fields.reader, node, &path, cells)?;
    // Drawn values are judged when they are drawn.
    let given = match &value {
        PerCell::Drawn(distribution) => distribution.as_constant(),
        PerCell::List(values) => values.iter().copied().find(|value| !row.range.contains(*value)),
    };
    if let Some(value) = given.filter(|value| !row.range.contains(*value)) {
        let (unit, expected) = (row.unit.symbol(), row.range.expected());
        fields.reader.fault(&path, BadParameter { name, value, unit, expected }.to_string());
        return None;
    }
    Some(value)
}

/// The constants that a table of parameters asks for, each one number or one for each of `cells` cells; defaults where a
/// field is missing.
pub fn constants(fields: &mut Fields<'_, '_>, rows: &[neuropil_core::Parameter], cells: u32) -> Option<Vec<Column>> {
    let mut constant = |row: &neuropil_core::Parameter| match parameter(fields, row, cells)? {
        PerCell::List(values) => Some(Column::PerCell(values)),
        PerCell::Drawn(distribution) => {
            let value = distribution.as_constant();
            if value.is_none() {
                let expected = "nothing is drawn here: expected one number, or an array with one for each cell";
                fields.reader.fault(&fields.path_of(&row.name()), expected);
            }
            value.map(Column::Constant)
        }
    };
    let values: Vec<Option<Column>> = rows.iter().map(&mut constant).collect();
    values.into_iter().collect()
}
