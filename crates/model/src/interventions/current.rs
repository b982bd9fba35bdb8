//! `current`: a constant current into cells.

use super::{EditSpec, Known};
use crate::cells::some_chosen;
use crate::fields::Fields;
use crate::input::current_ports;

pub(super) fn read(mut fields: Fields<'_, '_>, known: Known<'_>) -> Option<EditSpec> {
    let to = some_chosen(&mut fields, "to", known.populations)?;
    let (ports, unit) = current_ports(&mut fields, &to, known.populations)?;
    let amplitude = fields.required_number(&unit.name_of("amplitude"), "a finite number", f64::is_finite);
    fields.finish();
    Some(EditSpec::Current { to, ports, amplitude: amplitude? })
}
