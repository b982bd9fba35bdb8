//! What the schema says of peptides.

use super::{fraction, number, object, point, positive, reference};
use crate::tissue::region::AXES;
use crate::tissue::room::{LEVELS, SOLVERS, WALLS};
use serde_json::{Map, Value, json};

/// Definitions of the section and of what is recorded of it.
pub(super) fn definitions() -> Map<String, Value> {
    let all = json!({
        "peptides_of_network": peptides_of_network(),
        "field": field(),
        "wall": wall(),
        "region": object(
            "region",
            json!({"low_um": point(), "high_um": point(), "volume_fraction": fraction(), "tortuosity": positive()}),
            &["low_um", "high_um"],
        ),
        "compartment": object(
            "compartment",
            json!({"name": {"type": "string"}, "volume_um3": positive(), "populations": reference("names")}),
            &["name", "volume_um3", "populations"],
        ),
        "exchange": object(
            "exchange",
            json!({"between": {"type": "string"}, "and": {"type": "string"}, "um3_per_ms": {"type": "number", "minimum": 0, "description": "Fluid that passes each way."}}),
            &["between", "and", "um3_per_ms"],
        ),
        "slice": object("slice", json!({"axis": {"enum": ["x", "y", "z"]}, "at_um": number("Where the plane is.")}), &["axis", "at_um"]),
    });
    all.as_object().cloned().unwrap_or_default()
}

fn peptides_of_network() -> Value {
    let properties = json!({
        "file": {"type": "string", "description": "File of peptides; relative to the model file."},
        "shape_voxels": {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 3, "maxItems": 3, "description": "Voxels along x, y, z."},
        "spacing_um": {"type": "array", "items": positive(), "minItems": 3, "maxItems": 3, "description": "Edges of a voxel."},
        "origin_um": point(),
        "step_ms": {"type": "number", "exclusiveMinimum": 0, "default": 10, "description": "Field step; a multiple of dt_ms."},
        "level": {"enum": LEVELS, "default": "voxels", "description": "Voxels, well-mixed compartments, or one for all cells."},
        "solver": {"enum": SOLVERS, "description": "Of voxels; default: the exact kernel, crank_nicolson where there are regions."},
        "walls": {"type": "array", "items": reference("wall"), "description": "Walls that do not reflect; later ones hold."},
        "regions": {"type": "array", "items": reference("region"), "description": "Boxes of another tissue; later ones hold."},
        "compartments": {"type": "array", "items": reference("compartment")},
        "exchange": {"type": "array", "items": reference("exchange")},
        "volume_um3": {"type": "number", "exclusiveMinimum": 0, "description": "Of the one compartment of mean_field."},
        "drive": {"type": "string", "description": "Table of releases without spikes: time_ms,population,cell,species,molecules_per_ms."},
        "listening": {"type": "boolean", "default": true, "description": "Whether messengers act on the cells."},
        "release_points": {"type": "integer", "minimum": 1, "maximum": 4096, "default": 32, "description": "Points at which a cell releases."},
        "release_sd_um": {"type": "number", "minimum": 0, "default": 60, "description": "Their standard deviation from the soma along each axis."},
    });
    object("peptides_of_network", properties, &["file"])
}

fn wall() -> Value {
    let face = json!({"enum": WALLS, "default": "reflect"});
    let concentration =
        json!({"type": "number", "minimum": 0, "description": "Concentration on a wall that is fixed."});
    let properties = json!({
        "species": {"type": "string", "description": "All if missing."}, "axis": {"enum": AXES},
        "low": face, "high": face, "low_nm": concentration, "high_nm": concentration,
    });
    object("wall", properties, &["axis"])
}

fn field() -> Value {
    let properties = json!({
        "species": reference("names"),
        "slice": reference("slice"),
        "every_ms": {"type": "number", "exclusiveMinimum": 0, "description": "A multiple of the field step; default: ten of them."},
    });
    object("field", properties, &["species"])
}
