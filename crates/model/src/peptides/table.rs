//! Reading a struct of parameters by its table.

use crate::fields::Fields;
use neuropil_core::parameter::index_value;
use neuropil_core::{BadParameter, ParameterSet, Range};

/// The parameters of `P` that an object gives; others are their defaults. `None` if one is wrong.
pub(super) fn parameters<P: ParameterSet>(fields: &mut Fields<'_, '_>) -> Option<P> {
    let mut sound = true;
    let mut values = Vec::with_capacity(P::TABLE.len());
    for row in P::TABLE {
        let name = row.name();
        let path = fields.path_of(&name);
        let Some(node) = fields.get(&name) else {
            values.push(row.default);
            continue;
        };
        let value = match row.range {
            Range::Choice(words) => fields.reader.word(node, &path, words).map(index_value),
            _ => fields.reader.number(node, &path),
        };
        let value = value.unwrap_or_else(|| {
            sound = false;
            row.default
        });
        if !row.range.contains(value) {
            sound = false;
            let (unit, expected) = (row.unit.symbol(), row.range.expected());
            fields.reader.fault(&path, BadParameter { name, value, unit, expected }.to_string());
        }
        values.push(value);
    }
    sound.then(|| P::from_values(&values))
}
