//! The voxels of `neuropil diffuse`: around the cells, or those of the run with another edge or other room.

use super::Source;
use crate::args::DiffuseArgs;
use crate::error::CliError;
use serde_json::{Map, Value, json};
use std::path::Path;

/// Edges of voxels that are chosen here, um.
const SPACING_UM: [f64; 2] = [5.0, 25.0];
/// Room around the cells that is chosen here, um.
const MARGIN_UM: f64 = 100.0;
/// Parts of a voxel by which a room may miss whole voxels: rounding of its lengths.
const ROUNDING: f64 = 1e-9;

/// Voxels as the section `peptides` of a model file has them.
pub(super) struct Grid {
    shape: [u64; 3],
    spacing_um: [f64; 3],
    origin_um: [f64; 3],
}

impl Grid {
    /// Voxels around the cells.
    pub(super) fn around(source: &Source, args: &DiffuseArgs, places: &Path) -> Result<Self, CliError> {
        let lengths = source.peptides.1.peptides.species.iter().map(|species| species.decay_length() / 5.0);
        let fitting = || lengths.fold(SPACING_UM[1], f64::min).max(SPACING_UM[0]);
        let spacing = args.spacing_um.unwrap_or_else(fitting);
        let margin = args.margin_um.unwrap_or(MARGIN_UM);
        check(spacing, margin)?;
        Ok(Self::covering(source.corners(places)?, [spacing; 3], margin))
    }

    /// Those of a run, with the edge or the room that is asked for, and what is not asked for as it was.
    pub(super) fn instead(
        section: &Map<String, Value>,
        source: &Source,
        args: &DiffuseArgs,
        places: &Path,
    ) -> Result<Self, CliError> {
        let run = Self::of(section).ok_or_else(|| {
            let level = section.get("level").and_then(Value::as_str).unwrap_or("voxels");
            let option = if args.spacing_um.is_some() { "--spacing-um" } else { "--margin-um" };
            CliError::Input(format!(
                "{option}: the tissue of the run is of level `{level}`, which has no voxels to change"
            ))
        })?;
        let spacing = args.spacing_um.map_or(run.spacing_um, |spacing| [spacing; 3]);
        check(spacing[0], args.margin_um.unwrap_or(0.0))?;
        match args.margin_um {
            Some(margin) => Ok(Self::covering(source.corners(places)?, spacing, margin)),
            None => run.cut(spacing),
        }
    }

    /// That of a section.
    fn of(section: &Map<String, Value>) -> Option<Self> {
        let of = |name: &str| -> Option<[f64; 3]> {
            let values: Vec<f64> = section.get(name)?.as_array()?.iter().filter_map(Value::as_f64).collect();
            values.try_into().ok()
        };
        let shape: Vec<u64> = section.get("shape_voxels")?.as_array()?.iter().filter_map(Value::as_u64).collect();
        let (shape, spacing_um) = (shape.try_into().ok()?, of("spacing_um")?);
        Some(Self { shape, spacing_um, origin_um: of("origin_um").unwrap_or_default() })
    }

    /// Voxels that cover a box and a margin around it, with the middle of the box in their middle.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "in range"
    )]
    fn covering([low, high]: [[f64; 3]; 2], spacing_um: [f64; 3], margin: f64) -> Self {
        let count = |axis: usize| (high[axis] - low[axis] + 2.0 * margin) / spacing_um[axis];
        let shape = [0, 1, 2].map(|axis| count(axis).ceil().max(1.0) as u64);
        let origin = |axis: usize| 0.5 * (low[axis] + high[axis] - shape[axis] as f64 * spacing_um[axis]);
        Self { shape, spacing_um, origin_um: [0, 1, 2].map(origin) }
    }

    /// The same room in voxels of other edges, of which it must be a whole number: where its walls are matters.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "in range"
    )]
    fn cut(&self, spacing_um: [f64; 3]) -> Result<Self, CliError> {
        let lengths = [0, 1, 2].map(|axis| self.shape[axis] as f64 * self.spacing_um[axis]);
        let counts = [0, 1, 2].map(|axis| lengths[axis] / spacing_um[axis]);
        if counts.iter().any(|count| count.round() < 1.0 || (count - count.round()).abs() > ROUNDING * count) {
            let [x, y, z] = lengths;
            let found = format!("--spacing-um {}", spacing_um[0]);
            return Err(CliError::Input(format!(
                "{found}: the room of the run, {x} x {y} x {z} um, is no whole number of such voxels; expected an edge that \
                 divides it, or --margin-um for another room"
            )));
        }
        Ok(Self { shape: counts.map(|count| count.round() as u64), spacing_um, origin_um: self.origin_um })
    }

    /// Its keys.
    pub(super) fn section(&self) -> Map<String, Value> {
        let Self { shape, spacing_um, origin_um } = self;
        let section = json!({"shape_voxels": shape, "spacing_um": spacing_um, "origin_um": origin_um});
        section.as_object().cloned().unwrap_or_default()
    }
}

fn check(spacing: f64, margin: f64) -> Result<(), CliError> {
    if spacing > 0.0 && spacing.is_finite() && margin >= 0.0 && margin.is_finite() {
        return Ok(());
    }
    let found = format!("--spacing-um {spacing} --margin-um {margin}");
    Err(CliError::Input(format!("{found}: must be lengths, the spacing > 0 and the margin >= 0")))
}
