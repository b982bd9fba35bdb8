//! Lines over time: panels of lines, each with a key at its right.

use crate::axis::{self, Scale, TICK_SIZE};
use crate::colour::Colour;
use crate::mark::{Frame, Mark, Point, Text};
use crate::text;

/// At the left of a row of panels; the name of an axis needs none.
const MARGIN: f64 = 22.0;
/// Numbers and names of the axes of a panel of lines.
const PANEL_AXES: [f64; 2] = [78.0, 46.0];
/// Lines that a key names.
const MOST_LINES: usize = 9;
const KEY_LINE: f64 = 15.0;
const KEY_WIDTH: f64 = 150.0;

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
    /// Begin and end of the time axis, ms.
    pub window_ms: [f64; 2],
}

/// Panels in a row.
pub(crate) fn draw_panels_below(panels: &[LinePanel], room: Frame, marks: &mut Vec<Mark>) {
    // The name of an axis needs no margin at its left.
    let left = room.left - MARGIN;
    let wide = (room.right - left) / panels.len().max(1) as f64;
    for (number, panel) in panels.iter().enumerate() {
        let left = left + number as f64 * wide;
        draw_panel(panel, in_room(Frame { left, right: left + wide, ..room }), marks);
    }
}

/// Panels below each other.
pub(crate) fn draw_panels_beside(panels: &[LinePanel], room: Frame, marks: &mut Vec<Mark>) {
    let high = room.height() / panels.len().max(1) as f64;
    for (number, panel) in panels.iter().enumerate() {
        let top = room.top + number as f64 * high;
        draw_panel(panel, in_room(Frame { top, bottom: top + high, ..room }), marks);
    }
}

/// The frame of a panel within the room for it, its axes and its key.
fn in_room(room: Frame) -> Frame {
    Frame {
        left: room.left + PANEL_AXES[0],
        top: room.top + 26.0,
        right: room.right - KEY_WIDTH,
        bottom: room.bottom - PANEL_AXES[1],
    }
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
    axis::spines(frame, marks);
    if low > high || panel.window_ms[0] >= panel.window_ms[1] {
        return;
    }
    let time = Scale::new(panel.window_ms, [frame.left, frame.right]);
    let places = [frame.bottom, frame.top];
    let up = if low < 0.0 {
        Scale::with_room(low, high, places)
    } else {
        Scale::new([0.0, if high > 0.0 { 1.06 * high } else { 1.0 }], places)
    };
    for (number, line) in lines.iter().enumerate() {
        let mut points: Vec<Point> = line.points.iter().map(|(t, y)| (time.place(*t), up.place(*y))).collect();
        if let [(x, y)] = points[..] {
            // One point is no line: a short one shows where it is.
            points = vec![(x - 3.0, y), (x + 3.0, y)];
        }
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
