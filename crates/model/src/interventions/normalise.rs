//! `normalise`: the sum of the weights onto each cell of a projection, once or again and again.

use super::EditSpec;
use super::weights::{UNITS, name};
use crate::fields::Fields;

pub(super) fn read(mut fields: Fields<'_, '_>) -> Option<EditSpec> {
    let projection = name(&mut fields);
    let present: Vec<_> = UNITS.into_iter().filter(|unit| fields.get(&unit.name_of("sum")).is_some()).collect();
    let sum = if let [unit] = present.as_slice() {
        let found = fields.required_number(&unit.name_of("sum"), "> 0", |sum| sum > 0.0);
        found.map(|sum| (*unit, sum))
    } else {
        let found: Vec<String> = present.iter().map(|unit| unit.name_of("sum")).collect();
        let found = if found.is_empty() { "none".into() } else { found.join(" and ") };
        let expected = UNITS.map(|unit| unit.name_of("sum")).join(", ");
        fields.reader.fault(&fields.path, format!("found {found}, expected one of {expected}"));
        None
    };
    fields.finish();
    let (unit, sum) = sum?;
    Some(EditSpec::Normalise { projection: projection?, unit, sum })
}
