//! The picture of a field: maps of slices, traces at cells, occupancies, what was released.

use crate::args::PlotArgs;
use crate::error::CliError;
use crate::screen;
use neuropil_record::{Axis, Recording, TissueRecord};
use neuropil_report::{Existing, FieldMap, Line, LinePanel, PlotOptions, field_page};
use neuropil_session::{known_end_ms, picture_title, within};
use std::path::Path;

/// Maps on a page; those with the greatest concentrations are shown, or the first of a scale that is given.
const MOST_MAPS: usize = 8;

/// Draws what a recording holds of its tissue.
///
/// # Errors
/// Unreadable recordings, a picture that exists or cannot be written.
pub fn plot(
    args: &PlotArgs,
    recording: &Recording,
    record: &TissueRecord,
    (output, options): (&Path, &PlotOptions),
) -> Result<(), CliError> {
    let end_ms = known_end_ms(recording)?;
    within(&args.recording, end_ms, (args.from_ms, args.to_ms))?;
    let window_ms = [args.from_ms.unwrap_or(0.0), args.to_ms.or(end_ms).unwrap_or(f64::INFINITY)];
    let Maps { mut maps, first_ms } = maps((&args.recording, recording), record, window_ms[1])?;
    let mut panels = vec![released(recording, record, window_ms)?];
    for (label, lines) in [
        ("concentration at cells (nM)", lines(recording, "concentration.")?),
        ("occupancy, mean", means(recording, "occupancy.")?),
    ] {
        panels.push(within_window(label, lines, window_ms));
    }
    panels.retain(|panel| !panel.lines.is_empty());
    if maps.is_empty() && panels.is_empty() {
        return Err(CliError::Input(match first_ms {
            Some(first_ms) => format!("`{}` has its first frame at {first_ms} ms", args.recording.display()),
            None => format!("`{}` holds nothing of its peptides yet", args.recording.display()),
        }));
    }
    // The frames of a movie have their maps in the same places.
    if args.field_max_nm.is_none() {
        let most = |map: &FieldMap| map.values.iter().copied().fold(0.0, f64::max);
        maps.sort_by(|a, b| most(b).total_cmp(&most(a)));
    }
    let left_out = maps.len().saturating_sub(MOST_MAPS);
    maps.truncate(MOST_MAPS);
    maps.iter_mut().for_each(|map| map.most = args.field_max_nm);
    let title = args.title.clone().unwrap_or_else(|| picture_title(&args.recording));
    let mut caption = vec![match args.field_max_nm {
        Some(most) => format!("maps from 0 to {most} nM"),
        None => "each map has its own scale".to_owned(),
    }];
    if left_out > 0 {
        let which = if args.field_max_nm.is_none() { "maps of lower concentration" } else { "further maps" };
        caption.push(format!("{left_out} {which} are not shown"));
    }
    if let Some(first_ms) = first_ms {
        caption.push(format!("no map yet at {} ms: the first frame is of {first_ms} ms", window_ms[1]));
    }
    caption.push("lines are the greatest of their kind".to_owned());
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    let page = field_page(&maps, &panels, (&title, &caption.join("; ")), options);
    page.write(output, existing).map_err(CliError::output)?;
    screen::print(&format!("wrote {}", output.display()))
}

/// The lines of a panel within its window.
fn within_window(label: &str, mut lines: Vec<Line>, [from_ms, to_ms]: [f64; 2]) -> LinePanel {
    for own in &mut lines {
        own.points.retain(|(time_ms, _)| (from_ms..=to_ms).contains(time_ms));
    }
    lines.retain(|own| !own.points.is_empty());
    let last = lines.iter().flat_map(|own| &own.points).fold(from_ms, |last: f64, point| last.max(point.0));
    let window_ms = [from_ms, if to_ms.is_finite() { to_ms } else { last }];
    LinePanel { label: label.into(), lines, window_ms }
}

/// Maps at a time.
struct Maps {
    /// In the order of the recording.
    maps: Vec<FieldMap>,
    /// The time of the first frame, where that is later.
    first_ms: Option<f64>,
}

/// The last frame up to a time of each slice, or the middle plane of a whole field of a species without one.
fn maps((path, recording): (&Path, &Recording), record: &TissueRecord, at_ms: f64) -> Result<Maps, CliError> {
    let mut found = Maps { maps: Vec::new(), first_ms: None };
    let Some(voxels) = record.info.voxels else { return Ok(found) };
    let has_slice = |species: &str| record.info.arrays.iter().any(|own| own.slice.is_some() && own.species == species);
    for (array, info) in record.info.arrays.iter().enumerate() {
        let whole = info.measure == "field" && info.shape.len() == 3 && !has_slice(&info.species);
        if record.frames[array] == 0 || !(info.slice.is_some() || whole) {
            continue;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the frames there are")]
        let frames = ((at_ms / info.every_ms + 1e-6).floor() as usize).min(record.frames[array]);
        let Some(frame) = frames.checked_sub(1) else {
            found.first_ms = Some(found.first_ms.map_or(info.every_ms, |first: f64| first.min(info.every_ms)));
            continue;
        };
        let values = recording.tissue_frames(record, array, frame..frame + 1).map_err(CliError::input)?;
        let (axis, plane) = info.slice.unwrap_or((Axis::Y, voxels.shape[1] / 2));
        let [across, up] = match axis {
            Axis::X => [1, 2],
            Axis::Y => [0, 2],
            Axis::Z => [0, 1],
        };
        let shape = |axis: usize| usize::try_from(voxels.shape[axis]).unwrap_or(0);
        let values = match whole {
            true => middle(&values, [0, 1, 2].map(shape)).ok_or_else(|| {
                let (path, of, found) = (path.display(), &info.species, values.len());
                let [nx, ny, nz] = voxels.shape;
                CliError::Input(format!(
                    "`{path}`: a frame of {of} has {found} values, expected {nx} x {ny} x {nz} voxels"
                ))
            })?,
            false => values,
        };
        let number = |whole: usize| f64::from(u32::try_from(whole).unwrap_or(u32::MAX));
        let extent = |axis: usize| {
            let from = voxels.origin_um[axis];
            [from, from + number(shape(axis)) * voxels.spacing_um[axis]]
        };
        let own = axis as usize;
        let at_um =
            voxels.origin_um[own] + (number(usize::try_from(plane).unwrap_or(0)) + 0.5) * voxels.spacing_um[own];
        let time = number(frame + 1) * info.every_ms;
        found.maps.push(FieldMap {
            title: info.species.clone(),
            place: format!("{} = {at_um:.0} um, {time:.0} ms", axis.name()),
            axes: [across, up].map(|axis| format!("{} (um)", Axis::ALL[axis].name())),
            shape: [shape(across), shape(up)],
            extent: [extent(across), extent(up)],
            values,
            unit: info.unit.clone(),
            most: None,
        });
    }
    Ok(found)
}

/// The plane at right angles to y in the middle of a field; nothing of a field of another size.
fn middle(field: &[f64], [nx, ny, nz]: [usize; 3]) -> Option<Vec<f64>> {
    let fits = nx.checked_mul(ny)?.checked_mul(nz)? == field.len();
    fits.then(|| (0..nx).flat_map(|x| field[(x * ny + ny / 2) * nz..][..nz].iter().copied()).collect())
}

/// Molecules released per time, by species: steps, each over its interval, as far as that lies in the window.
fn released(recording: &Recording, record: &TissueRecord, [from_ms, to_ms]: [f64; 2]) -> Result<LinePanel, CliError> {
    let label = "release (10⁶ molecules/s)";
    let Some(array) = record.info.arrays.iter().position(|own| own.measure == "released") else {
        return Ok(within_window(label, Vec::new(), [from_ms, to_ms]));
    };
    let totals = recording.tissue_frames(record, array, 0..record.frames[array]).map_err(CliError::input)?;
    let (species, types) = (record.info.species.len(), record.info.cell_types.len());
    let every_ms = record.info.arrays[array].every_ms;
    let mut lines = Vec::new();
    for (number, name) in record.info.species.iter().enumerate() {
        let (mut before, mut time) = (0.0, 0.0);
        let mut points = Vec::new();
        for frame in totals.chunks_exact((species * types).max(1)) {
            let now: f64 = frame.iter().skip(number).step_by(species).sum();
            let rate = (now - before) / every_ms * 1e-3;
            let (begin, end) = (from_ms.max(time), to_ms.min(time + every_ms));
            if begin < end {
                points.extend([(begin, rate), (end, rate)]);
            }
            (before, time) = (now, time + every_ms);
        }
        if points.iter().any(|point| point.1 > 0.0) {
            lines.push(Line { name: name.clone(), points });
        }
    }
    Ok(within_window(label, lines, [from_ms, to_ms]))
}

/// The reports whose variable begins so, a line a cell.
fn lines(recording: &Recording, prefix: &str) -> Result<Vec<Line>, CliError> {
    let mut lines = Vec::new();
    for report in recording.reports().map_err(CliError::input)? {
        let Some(of) = report.variable.strip_prefix(prefix) else { continue };
        let cells = report.node_ids.len();
        let data = recording.report_data(&report, 0..report.frames).map_err(CliError::input)?;
        for (column, id) in report.node_ids.iter().enumerate() {
            let times = (0_u32..).map(|frame| report.start_ms + f64::from(frame) * report.dt_ms);
            let points = times.zip(data.iter().skip(column).step_by(cells.max(1)).copied()).collect();
            lines.push(Line { name: format!("{of}, {} {id}", report.population), points });
        }
    }
    Ok(lines)
}

/// The same, the mean over the cells of a report.
fn means(recording: &Recording, prefix: &str) -> Result<Vec<Line>, CliError> {
    let mut lines = Vec::new();
    for report in recording.reports().map_err(CliError::input)? {
        let Some(of) = report.variable.strip_prefix(prefix) else { continue };
        let cells = report.node_ids.len().max(1);
        let data = recording.report_data(&report, 0..report.frames).map_err(CliError::input)?;
        let times = (0_u32..).map(|frame| report.start_ms + f64::from(frame) * report.dt_ms);
        let mean = |row: &[f64]| row.iter().sum::<f64>() / f64::from(u32::try_from(cells).unwrap_or(u32::MAX));
        let points = times.zip(data.chunks_exact(cells).map(mean)).collect();
        lines.push(Line { name: format!("{of}, {}", report.population), points });
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::middle;

    /// Of 2 x 3 x 2 voxels the plane y = 1, x after x; a frame of another size has none.
    #[test]
    fn the_middle_is_cut_out() {
        let field: Vec<f64> = (0..12).map(f64::from).collect();
        assert_eq!(middle(&field, [2, 3, 2]), Some(vec![2.0, 3.0, 8.0, 9.0]));
        assert_eq!(middle(&field, [2, 3, 3]), None);
        assert_eq!(middle(&field[..11], [2, 3, 2]), None);
    }
}
