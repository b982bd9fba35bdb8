//! What learns while a network runs: the tables of its sections.

use super::{number, object};
use crate::sections::carrier::{CarrierSection, ReceptorSection, SignedSection};
use crate::sections::learning::{LearningSection, PlasticSection, RecordCredit, TaughtSection, ThirdFactorSection};
use crate::sections::table::{Section, of_tables, schema};
use crate::sections::{CascadeSection, FeedbackSection, LossSection, MuSection, ReadoutSection, SpikingSlope};
use crate::taps::TapSection;
use crate::trials;
use neuropil_plasticity::carrier::CarrierKind;
use serde_json::{Map, Value, json};

/// The sections that are tables, by name.
pub(super) fn definitions() -> Map<String, Value> {
    let mut learning = LearningSection::tables();
    let besides = TaughtSection::tables().into_iter().chain(ThirdFactorSection::tables());
    learning[0].rows.extend(besides.flat_map(|own| own.rows));
    // A network that runs free has no batches to follow.
    let mu: Vec<_> = MuSection::tables().into_iter().filter(|own| own.kind == Some("constant")).collect();
    let all = [
        ("learning", of_tables("learning", &learning)),
        ("task", of_tables("task", &trials::tables())),
        ("carrier", carrier_of_networks()),
        ("taps", schema::<TapSection>()),
        ("cascade", schema::<CascadeSection>()),
        ("signed", schema::<SignedSection>()),
        ("receptors", schema::<ReceptorSection>()),
        ("record_credit", schema::<RecordCredit>()),
        ("plastic", schema::<PlasticSection>()),
        ("readout", schema::<ReadoutSection>()),
        ("mu", of_tables("mu", &mu)),
        ("feedback", schema::<FeedbackSection>()),
        ("loss", schema::<LossSection>()),
        ("pseudo_derivative", schema::<SpikingSlope>()),
    ];
    all.map(|(name, own)| (name.to_owned(), own)).into_iter().collect()
}

/// The section but for what is of tasks alone.
fn carrier_of_networks() -> Value {
    let mut carrier = schema::<CarrierSection>();
    if let Some(properties) = carrier["properties"].as_object_mut() {
        properties.remove("blur");
    }
    if let Some(kinds) = carrier["properties"]["kind"]["enum"].as_array_mut() {
        kinds.retain(|kind| kind != CarrierKind::Blur.name());
    }
    carrier
}

pub(super) fn time_series() -> Value {
    let properties = json!({
        "every_ms": {"type": "number", "exclusiveMinimum": 0, "description": "Time between points, each held until the next."},
        "repeats": {"type": "boolean", "default": false},
        "from_ms": {"type": "number", "minimum": 0, "default": 0, "description": "Left out of its beginning; a multiple of every_ms."},
        "values": {"type": "array", "items": {"anyOf": [number(""), {"type": "array", "items": number("")}]}},
        "file": {"type": "string", "description": "HDF5 file, relative to the model file; or `values`."},
        "dataset": {"type": "string", "description": "Its dataset, [point, readout] or [point]; default: named as the field that it stands in."},
    });
    object("time_series", properties, &["every_ms"])
}
