//! `noise`: a current that fluctuates into cells, as an `ou_current` does (`tau_ms`), or a `noise_current`.

use super::{EditSpec, Known};
use crate::cells::some_chosen;
use crate::fields::Fields;
use crate::input::{current_ports, waveform};
use neuropil_network::current;

pub(super) fn read(mut fields: Fields<'_, '_>, known: Known<'_>) -> Option<EditSpec> {
    let to = some_chosen(&mut fields, "to", known.populations)?;
    let (ports, unit) = current_ports(&mut fields, &to, known.populations)?;
    fields.excludes("tau_ms", "hold_ms");
    let kind = if fields.get("tau_ms").is_some() { "ou_current" } else { "noise_current" };
    let waveform = waveform(&mut fields, current::kind(kind)?, unit, known.clock);
    fields.finish();
    Some(EditSpec::Noise { to, ports, waveform: waveform? })
}
