//! The page of a field of peptides: maps of concentration, and lines over time below them.

use crate::axis::{self, LABEL_SIZE, Scale, TICK_SIZE};
use crate::colour::Colour;
use crate::mark::{Anchor, Frame, Mark, Point, Text};
use crate::{Picture, PlotOptions, text};

const MARGIN: f64 = 22.0;
const TITLE_SIZE: f64 = 20.0;
const CAPTION_SIZE: f64 = 12.0;
/// Title and caption.
const HEADER: f64 = 72.0;
/// Name above a map.
const MAP_TITLE: f64 = 42.0;
/// Numbers beside and below a map.
const MAP_AXES: [f64; 2] = [52.0, 44.0];
/// Bar of colours beside a map, its numbers included.
const BAR: f64 = 64.0;
/// Squares of a map along an axis at most; finer ones are averaged.
const MOST_SQUARES: usize = 120;
/// Numbers and names of the axes of a panel of lines.
const PANEL_AXES: [f64; 2] = [78.0, 46.0];
/// Lines that a key names.
const MOST_LINES: usize = 9;
const KEY_LINE: f64 = 15.0;
const KEY_WIDTH: f64 = 150.0;

/// A plane of concentrations.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldMap {
    /// What it is of.
    pub title: String,
    /// Where and when, in a line.
    pub place: String,
    /// Names of the axes across and up, with their units.
    pub axes: [String; 2],
    /// Squares across and up.
    pub shape: [usize; 2],
    /// Where the map begins and ends, across and up.
    pub extent: [[f64; 2]; 2],
    /// Values; those above each other are neighbours.
    pub values: Vec<f64>,
    /// Their unit.
    pub unit: String,
}

/// A line of a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its name in the key.
    pub name: String,
    /// (time in ms, value).
    pub points: Vec<(f64, f64)>,
}

/// Lines over time.
#[derive(Debug, Clone, PartialEq)]
pub struct LinePanel {
    /// What is shown, with its unit.
    pub label: String,
    /// The lines; those with the greatest values are drawn.
    pub lines: Vec<Line>,
}

/// Draws maps in rows, and panels of lines in a row below.
pub fn field_page(
    maps: &[FieldMap],
    panels: &[LinePanel],
    (title, caption): (&str, &str),
    options: &PlotOptions,
) -> Picture {
    let (width, height) = options.size();
    let mut marks = Vec::new();
    heading(title, caption, width, &mut marks);
    let lower =
        if panels.is_empty() { height } else { HEADER + (height - HEADER) * if maps.is_empty() { 0.0 } else { 0.62 } };
    let columns = columns(maps, (width - 2.0 * MARGIN, lower - HEADER));
    let rows = maps.len().div_ceil(columns).max(1);
    let wide = (width - 2.0 * MARGIN) / columns as f64;
    let lower = if panels.is_empty() { lower } else { lower.min(HEADER + rows as f64 * tallest(maps, wide)) };
    let high = (lower - HEADER) / rows as f64;
    for (number, map) in maps.iter().enumerate() {
        let (left, top) = (MARGIN + (number % columns) as f64 * wide, HEADER + (number / columns) as f64 * high);
        let frame = Frame {
            left: left + MAP_AXES[0],
            top: top + MAP_TITLE,
            right: left + wide - BAR,
            bottom: top + high - MAP_AXES[1],
        };
        draw_map(map, frame, &mut marks);
    }
    let wide = (width - MARGIN) / panels.len().max(1) as f64;
    for (number, panel) in panels.iter().enumerate() {
        let left = number as f64 * wide;
        let frame = Frame {
            left: left + PANEL_AXES[0],
            top: lower + 14.0,
            right: left + wide - KEY_WIDTH,
            bottom: height - PANEL_AXES[1],
        };
        draw_panel(panel, frame, &mut marks);
    }
    Picture { width: options.width_pixels(), height: options.height_pixels(), marks }
}

/// In how many columns the first map is largest, the fewest of them: rows are then about as long.
fn columns(maps: &[FieldMap], (width, height): (f64, f64)) -> usize {
    let Some(first) = maps.first() else { return 1 };
    let side = |columns: usize| {
        let room = Frame {
            left: 0.0,
            top: 0.0,
            right: width / columns as f64 - MAP_AXES[0] - BAR,
            bottom: height / maps.len().div_ceil(columns) as f64 - MAP_TITLE - MAP_AXES[1],
        };
        fitted(first, room).width()
    };
    (1..=maps.len()).rev().max_by(|&a, &b| side(a).total_cmp(&side(b))).unwrap_or(1)
}

/// The height that a row of maps needs where each has the width `wide`.
fn tallest(maps: &[FieldMap], wide: f64) -> f64 {
    let room = Frame { left: 0.0, top: 0.0, right: wide - MAP_AXES[0] - BAR, bottom: f64::MAX };
    maps.iter().map(|map| fitted(map, room).height()).fold(0.0, f64::max) + MAP_TITLE + MAP_AXES[1]
}

/// Title and caption at the head of a page.
pub(crate) fn heading(title: &str, caption: &str, width: f64, marks: &mut Vec<Mark>) {
    let across = width - 2.0 * MARGIN;
    let words = text::shortened(title, TITLE_SIZE, across);
    marks.push(Mark::Text(Text::new(words, (MARGIN, MARGIN + 16.0), TITLE_SIZE, Colour::INK)));
    let words = text::shortened(caption, CAPTION_SIZE, across);
    marks.push(Mark::Text(Text::new(words, (MARGIN, MARGIN + 36.0), CAPTION_SIZE, Colour::FAINT)));
}

/// The largest frame of the map's proportions within `room`, at its left.
fn fitted(map: &FieldMap, room: Frame) -> Frame {
    let [across, up] = map.extent.map(|[from, to]| (to - from).abs().max(f64::MIN_POSITIVE));
    let scale = (room.width() / across).min(room.height() / up).max(0.0);
    Frame { right: room.left + scale * across, bottom: room.top + scale * up, ..room }
}

fn draw_map(map: &FieldMap, room: Frame, marks: &mut Vec<Mark>) {
    let frame = fitted(map, room);
    let (shape, values) = averaged(map);
    let most = values.iter().copied().filter(|value| value.is_finite()).fold(0.0, f64::max);
    let (dx, dy) = (frame.width() / shape[0] as f64, frame.height() / shape[1] as f64);
    for (square, value) in values.iter().enumerate() {
        let (i, j) = (square / shape[1], square % shape[1]);
        let at = (frame.left + i as f64 * dx, frame.bottom - (j + 1) as f64 * dy);
        let part = if most > 0.0 { value / most } else { 0.0 };
        // A little larger than it is, so that rounding leaves no gaps.
        marks.push(Mark::Box { at, size: (dx + 0.5, dy + 0.5), colour: Colour::of_amount(part) });
    }
    let lines = [(&map.title, LABEL_SIZE, 24.0, Colour::AXIS), (&map.place, TICK_SIZE, 8.0, Colour::FAINT)];
    for (words, size, above, colour) in lines {
        let words = text::shortened(words, size, room.width() + BAR);
        marks.push(Mark::Text(Text::new(words, (frame.left, frame.top - above), size, colour)));
    }
    let across = Scale::new(map.extent[0], [frame.left, frame.right]);
    let ticks = across.ticks(32.0);
    for &value in &ticks.values {
        let at = (across.place(value), frame.bottom + 6.0 + TICK_SIZE);
        marks.push(Mark::Text(Text::new(ticks.label(value), at, TICK_SIZE, Colour::AXIS).anchored(Anchor::Middle)));
    }
    let at = (frame.centre().0, frame.bottom + 12.0 + TICK_SIZE + LABEL_SIZE);
    marks.push(Mark::Text(Text::new(&map.axes[0], at, TICK_SIZE, Colour::FAINT).anchored(Anchor::Middle)));
    let up = Scale::new(map.extent[1], [frame.bottom, frame.top]);
    let ticks = up.ticks(40.0);
    for &value in &ticks.values {
        let at = (frame.left - 5.0, up.place(value) + text::HALF_DIGIT * TICK_SIZE);
        marks.push(Mark::Text(Text::new(ticks.label(value), at, TICK_SIZE, Colour::AXIS).anchored(Anchor::End)));
    }
    let at = (frame.left - MAP_AXES[0] + 8.0, frame.centre().1);
    marks.push(Mark::Text(Text::new(&map.axes[1], at, TICK_SIZE, Colour::FAINT).anchored(Anchor::Middle).upwards()));
    bar(frame, most, &map.unit, marks);
}

/// What colours mean, from 0 to `most`.
fn bar(frame: Frame, most: f64, unit: &str, marks: &mut Vec<Mark>) {
    const STEPS: u32 = 40;
    const WIDE: f64 = 9.0;
    let (left, step) = (frame.right + 8.0, frame.height() / f64::from(STEPS));
    for number in 0..STEPS {
        let part = (f64::from(number) + 0.5) / f64::from(STEPS);
        let at = (left, frame.bottom - f64::from(number + 1) * step);
        marks.push(Mark::Box { at, size: (WIDE, step + 0.5), colour: Colour::of_amount(part) });
    }
    let x = left + WIDE + 4.0;
    let mut say = |words: String, y: f64| marks.push(Mark::Text(Text::new(words, (x, y), TICK_SIZE, Colour::AXIS)));
    say(text::quantity(most), frame.top + TICK_SIZE);
    say(unit.to_owned(), frame.top + 2.0 * TICK_SIZE + 4.0);
    say("0".into(), frame.bottom);
}

/// The values in at most so many squares along each axis, means of what lies in them.
fn averaged(map: &FieldMap) -> ([usize; 2], Vec<f64>) {
    let block = map.shape.map(|n| n.div_ceil(MOST_SQUARES).max(1));
    let shape = [0, 1].map(|axis: usize| map.shape[axis].div_ceil(block[axis]).max(1));
    let mut sums = vec![(0.0, 0.0); shape[0] * shape[1]];
    for (index, value) in map.values.iter().enumerate() {
        let (i, j) = (index / map.shape[1] / block[0], index % map.shape[1] / block[1]);
        let (sum, count) = &mut sums[i * shape[1] + j];
        *sum += value;
        *count += 1.0;
    }
    (shape, sums.into_iter().map(|(sum, count): (f64, f64)| if count > 0.0 { sum / count } else { 0.0 }).collect())
}

fn draw_panel(panel: &LinePanel, frame: Frame, marks: &mut Vec<Mark>) {
    let greatest = |line: &Line| line.points.iter().map(|point| point.1.abs()).fold(0.0, f64::max);
    let mut lines: Vec<&Line> = panel.lines.iter().collect();
    lines.sort_by(|a, b| greatest(b).total_cmp(&greatest(a)));
    let left_out = lines.len().saturating_sub(MOST_LINES);
    lines.truncate(MOST_LINES);
    let all = || lines.iter().flat_map(|line| &line.points).filter(|point| point.1.is_finite());
    let low = all().fold(f64::INFINITY, |low, point| low.min(point.1));
    let high = all().fold(f64::NEG_INFINITY, |high, point| high.max(point.1));
    let last = all().fold(0.0, |last: f64, point| last.max(point.0));
    axis::spines(frame, marks);
    if low > high || last <= 0.0 {
        return;
    }
    let time = Scale::new([0.0, last], [frame.left, frame.right]);
    let places = [frame.bottom, frame.top];
    let up = if low < 0.0 {
        Scale::with_room(low, high, places)
    } else {
        Scale::new([0.0, if high > 0.0 { 1.06 * high } else { 1.0 }], places)
    };
    for (number, line) in lines.iter().enumerate() {
        let points: Vec<Point> = line.points.iter().map(|(t, y)| (time.place(*t), up.place(*y))).collect();
        marks.push(Mark::Line { points, width: 1.5, colour: Colour::of_rule(number) });
        key(&line.name, number, frame, Colour::of_rule(number), marks);
    }
    if left_out > 0 {
        key(&format!("and {left_out} lower"), lines.len(), frame, Colour([0xFF; 3]), marks);
    }
    axis::value_axis(&up, frame, &panel.label, PANEL_AXES[0] - 16.0, marks);
    axis::time_axis(&time, frame, marks);
}

fn key(name: &str, number: usize, frame: Frame, colour: Colour, marks: &mut Vec<Mark>) {
    let baseline = frame.top + TICK_SIZE + number as f64 * KEY_LINE;
    let left = frame.right + 8.0;
    marks.push(Mark::Box { at: (left, baseline - text::HALF_DIGIT * TICK_SIZE - 1.0), size: (14.0, 2.0), colour });
    let words = text::shortened(name, TICK_SIZE, KEY_WIDTH - 36.0);
    marks.push(Mark::Text(Text::new(words, (left + 19.0, baseline), TICK_SIZE, Colour::AXIS)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(shape: [usize; 2]) -> FieldMap {
        let values = (0..shape[0] * shape[1]).map(|index| index as f64).collect();
        let extent = [[0.0, 100.0], [0.0, 400.0]];
        let axes = ["x (um)".into(), "z (um)".into()];
        FieldMap { title: "NPY".into(), place: "y = 5 um".into(), axes, shape, extent, values, unit: "nM".into() }
    }

    /// Values that share a square are averaged, and none is lost.
    #[test]
    fn fine_maps_are_averaged() {
        let (shape, values) = averaged(&map([240, 2]));
        assert_eq!((shape, values[0], values[1], values.len()), ([120, 2], 1.0, 2.0, 240));
        assert_eq!(averaged(&map([3, 2])), ([3, 2], vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]));
    }

    /// The greatest value is at the upper right, in the last colour, and a map keeps its proportions.
    #[test]
    fn maps_are_drawn_upwards_in_their_proportions() {
        let room = Frame { left: 0.0, top: 0.0, right: 300.0, bottom: 400.0 };
        assert_eq!(fitted(&map([2, 2]), room), Frame { right: 100.0, ..room });
        let eight: [FieldMap; 8] = std::array::from_fn(|_| map([2, 2]));
        assert_eq!([columns(&[], (900.0, 500.0)), columns(&eight, (1500.0, 560.0))], [1, 8]);
        assert_eq!(columns(&eight, (1000.0, 560.0)), 4, "two rows of four, not of six and two");
        let mut marks = Vec::new();
        draw_map(&map([2, 2]), room, &mut marks);
        let brightest = marks.iter().find_map(|mark| match mark {
            Mark::Box { at, colour, .. } if *colour == Colour::of_amount(1.0) => Some(*at),
            _ => None,
        });
        assert_eq!(brightest, Some((50.0, 0.0)));
    }

    /// Lines beyond those that a key can name are the lowest ones, and said to be left out.
    #[test]
    fn the_greatest_courses_are_drawn() {
        let line = |number: usize| Line { name: format!("c{number}"), points: vec![(0.0, 0.0), (10.0, number as f64)] };
        let panel = LinePanel { label: "release".into(), lines: (0..12).map(line).collect() };
        let svg = field_page(&[map([4, 4])], &[panel], ("title", "caption"), &PlotOptions::default()).svg().unwrap();
        assert!(svg.contains("c11") && svg.contains("c3") && !svg.contains("c2<") && svg.contains("and 3 lower"));
    }
}
