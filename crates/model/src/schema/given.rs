//! Arrays: lists, or datasets of files; and rates that change in time.

use super::{number, numbers, object, reference, wholes};
use serde_json::{Value, json};

/// Definitions by name.
pub(super) fn definitions() -> [(String, Value); 4] {
    let rows = json!({"type": "array", "items": numbers()});
    let either = |list: Value| json!({"anyOf": [list, reference("dataset")]});
    [
        ("dataset".into(), dataset()),
        ("numbers".into(), either(numbers())),
        ("whole_numbers".into(), either(wholes())),
        ("matrix".into(), either(rows)),
    ]
}

fn dataset() -> Value {
    let properties = json!({
        "file": {"type": "string", "description": "HDF5 file, relative to the file that names it."},
        "dataset": {"type": "string", "description": "Its dataset; default: the one that a file of runs keeps for this place."},
        "digest": {"type": "string", "description": "Digest of shape and numbers: others are refused; default: any are taken."},
    });
    object("dataset", properties, &["file"])
}

/// A rate that is another from each of some times on.
pub(super) fn rate_steps() -> Value {
    object(
        "rate",
        json!({"times_ms": reference("numbers"), "rates_hz": reference("numbers")}),
        &["times_ms", "rates_hz"],
    )
}

/// A rate that goes up and down.
pub(super) fn rate_sine() -> Value {
    let properties = json!({"mean_hz": number(""), "amplitude_hz": number(""), "frequency_hz": number(""), "phase_cycles": number("")});
    object("rate", properties, &["mean_hz", "amplitude_hz", "frequency_hz"])
}
