//! Where the cells of a population are, as files say it.

use crate::catalogue::PLACEMENTS;
use crate::document::{Node, join};
use crate::fields::{Fields, Reader, shown};
use crate::paths::resolved;
use crate::tissue::region::AXES;
use neuropil_network::position::Placement;
use std::path::PathBuf;

/// Reads where cells are, as `positions` of a population says it, and the file that tells it, if one does.
pub fn placement(
    reader: &Reader<'_>,
    node: &Node,
    path: &str,
    population: &str,
) -> Option<(Placement, Option<PathBuf>)> {
    let mut fields = reader.object(node, path, "positions")?;
    let index = fields.required_word("shape", PLACEMENTS)?;
    let placement = match PLACEMENTS[index] {
        "slab" => slab(&mut fields),
        "box" => cuboid(&mut fields),
        "sphere" => {
            let radius = fields.required_number("radius_um", "> 0", |radius| radius > 0.0);
            radius.map(|radius| Placement::Sphere { center: fields.point("center_um").unwrap_or_default(), radius })
        }
        "grid" => grid(&mut fields),
        "recorded" => return recorded(fields, population),
        _ => points(&mut fields).map(Placement::List),
    };
    fields.finish();
    placement.map(|placement| (placement, None))
}

/// The points that another file has, and where it lies.
fn recorded(mut fields: Fields<'_, '_>, population: &str) -> Option<(Placement, Option<PathBuf>)> {
    let (reader, path) = (fields.reader, fields.path_of("file"));
    let file = fields.require("file").and_then(|node| reader.string(node, &path));
    let from_path = fields.path_of("from_population");
    let from = fields.get("from_population").and_then(|node| reader.string(node, &from_path)).unwrap_or(population);
    fields.finish();
    let file = resolved(reader, file?);
    match neuropil_record::positions(&file, from) {
        Ok(points) => Some((Placement::List(points), Some(file))),
        Err(error) => {
            reader.fault(&path, error.to_string());
            None
        }
    }
}

/// A box with edges along the axes.
fn cuboid(fields: &mut Fields<'_, '_>) -> Option<Placement> {
    let path = fields.path_of("size_um");
    let size = fields.required_point("size_um");
    let origin = fields.point("origin_um").unwrap_or_default();
    let size = size?;
    if let Some(axis) = (0..3).find(|axis| size[*axis] <= 0.0 || !size[*axis].is_finite()) {
        let flat = if size[axis] == 0.0 { "; a flat sheet is a `slab` with z_min_um = z_max_um" } else { "" };
        let found = format!("found {} along {}, must be > 0{flat}", shown(size[axis]), AXES[axis]);
        fields.reader.fault(&path, found);
        return None;
    }
    Some(Placement::Box { origin, size })
}

fn grid(fields: &mut Fields<'_, '_>) -> Option<Placement> {
    let (reader, path) = (fields.reader, fields.path_of("shape_cells"));
    let shape = fields.require("shape_cells").and_then(|node| reader.wholes(node, &path));
    let spacing = fields.required_point("spacing_um");
    let origin = fields.point("origin_um").unwrap_or_default();
    let shape = shape.and_then(|shape| {
        let counts: Vec<u32> = shape.iter().filter_map(|&n| u32::try_from(n).ok().filter(|&n| n > 0)).collect();
        let counts = <[u32; 3]>::try_from(counts).ok();
        if counts.is_none() {
            reader.fault(&path, "expected 3 whole numbers > 0 (cells along x, y, z)");
        }
        counts
    });
    shape.zip(spacing).map(|(shape, spacing)| Placement::Grid { origin, spacing, shape })
}

/// What is wrong with a grid for so many cells, of which each has a point: where in `positions`, and what. Fewer cells, as
/// those of a network at a smaller scale, have the first points.
pub fn misfit(placement: &Placement, cells: u32) -> Option<(&'static str, String)> {
    let Placement::Grid { shape: [x, y, z], .. } = placement else { return None };
    let points = [x, y, z].iter().map(|n| u64::from(**n)).try_fold(1_u64, u64::checked_mul);
    if points == Some(u64::from(cells)) {
        return None;
    }
    let points = points.map_or_else(|| "too many".to_owned(), |points| points.to_string());
    Some(("shape_cells", format!("found {x} x {y} x {z} = {points} places, expected {cells}, one for each cell")))
}

/// A layer: x and y from 0 to the size, z between two depths.
fn slab(fields: &mut Fields<'_, '_>) -> Option<Placement> {
    let positive = |length: f64| length > 0.0;
    let x = fields.required_number("size_x_um", "> 0", positive);
    let y = fields.required_number("size_y_um", "> 0", positive);
    let top = fields.required_number("z_min_um", "a finite number", f64::is_finite);
    let bottom = fields.required_number("z_max_um", "a finite number", f64::is_finite);
    let (top, bottom) = (top?, bottom?);
    if top > bottom {
        fields.reader.fault(&fields.path, format!("z_min_um = {top} lies above z_max_um = {bottom}"));
        return None;
    }
    Some(Placement::Box { origin: [0.0, 0.0, top], size: [x?, y?, bottom - top] })
}

fn points(fields: &mut Fields<'_, '_>) -> Option<Vec<[f64; 3]>> {
    let path = fields.path_of("points_um");
    let reader = fields.reader;
    let node = fields.require("points_um")?;
    if Reader::is_dataset(node) {
        return reader.points_of(node, &path);
    }
    let items = reader.array(node, &path)?;
    let mut points = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let path = join(&path, &index.to_string());
        let numbers = reader.numbers(item, &path)?;
        let Ok(point) = <[f64; 3]>::try_from(numbers.as_slice()) else {
            reader.fault(&path, format!("found {} numbers, expected 3 (x, y, z in um)", numbers.len()));
            return None;
        };
        points.push(point);
    }
    reader.note_points(&path, &points);
    Some(points)
}
