//! The page of a field of peptides: maps of concentration, and lines over time below them.

use crate::axis::{LABEL_SIZE, Scale, TICK_SIZE};
use crate::colour::Colour;
use crate::lines::{draw_panels_below, draw_panels_beside};
use crate::mark::{Anchor, Frame, Mark, Text};
use crate::{LinePanel, Picture, PlotOptions, text};

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
/// Part of the page that maps take above panels, and beside them; and how much larger they are to stand there.
const ABOVE: f64 = 0.62;
const BESIDE: f64 = 0.5;
const LARGER: f64 = 1.1;

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
    /// The value of the last colour, which greater ones have too; the greatest without.
    pub most: Option<f64>,
}

/// Draws maps in rows, and panels of lines in a row below; few maps stand at the left of the panels, where that makes them
/// larger.
pub fn field_page(
    maps: &[FieldMap],
    panels: &[LinePanel],
    (title, caption): (&str, &str),
    options: &PlotOptions,
) -> Picture {
    let (width, height) = options.size();
    let mut marks = Vec::new();
    heading(title, caption, width, &mut marks);
    let room = Frame { left: MARGIN, top: HEADER, right: width - MARGIN, bottom: height };
    match (maps.is_empty(), panels.is_empty()) {
        (true, _) => draw_panels_below(panels, room, &mut marks),
        (false, true) => draw_maps(maps, room, &mut marks),
        (false, false) => draw_both(maps, panels, room, &mut marks),
    }
    Picture { width: options.width_pixels(), height: options.height_pixels(), marks }
}

/// Maps above panels, or beside them where that makes the maps clearly larger.
fn draw_both(maps: &[FieldMap], panels: &[LinePanel], room: Frame, marks: &mut Vec<Mark>) {
    let above = Frame { bottom: room.top + ABOVE * room.height(), ..room };
    let beside = Frame { right: room.left + BESIDE * room.width(), ..room };
    let side = |room: Frame| side(maps, columns(maps, (room.width(), room.height())), (room.width(), room.height()));
    if side(beside) > LARGER * side(above) {
        let columns = columns(maps, (beside.width(), beside.height()));
        let wide = (beside.width() / columns as f64).min(side(beside) + MAP_AXES[0] + BAR + MARGIN);
        let beside = Frame { right: beside.left + columns as f64 * wide, ..beside };
        draw_maps(maps, beside, marks);
        draw_panels_beside(panels, Frame { left: beside.right, ..room }, marks);
    } else {
        let columns = columns(maps, (above.width(), above.height()));
        let rows = maps.len().div_ceil(columns) as f64;
        let needed = rows * tallest(maps, above.width() / columns as f64);
        let lower = above.bottom.min(above.top + needed);
        draw_maps(maps, Frame { bottom: lower, ..above }, marks);
        draw_panels_below(panels, Frame { top: lower, ..room }, marks);
    }
}

fn draw_maps(maps: &[FieldMap], room: Frame, marks: &mut Vec<Mark>) {
    let columns = columns(maps, (room.width(), room.height()));
    let rows = maps.len().div_ceil(columns).max(1);
    let (wide, high) = (room.width() / columns as f64, room.height() / rows as f64);
    for (number, map) in maps.iter().enumerate() {
        let (left, top) = (room.left + (number % columns) as f64 * wide, room.top + (number / columns) as f64 * high);
        let frame = Frame {
            left: left + MAP_AXES[0],
            top: top + MAP_TITLE,
            right: left + wide - BAR,
            bottom: top + high - MAP_AXES[1],
        };
        draw_map(map, frame, marks);
    }
}

/// In how many columns the first map is largest, the fewest of them: rows are then about as long.
fn columns(maps: &[FieldMap], room: (f64, f64)) -> usize {
    let of = |columns| side(maps, columns, room);
    (1..=maps.len()).rev().max_by(|&a, &b| of(a).total_cmp(&of(b))).unwrap_or(1)
}

/// The width of the first map in so many columns.
fn side(maps: &[FieldMap], columns: usize, (width, height): (f64, f64)) -> f64 {
    let room = Frame {
        left: 0.0,
        top: 0.0,
        right: width / columns as f64 - MAP_AXES[0] - BAR,
        bottom: height / maps.len().div_ceil(columns) as f64 - MAP_TITLE - MAP_AXES[1],
    };
    maps.first().map_or(0.0, |first| fitted(first, room).width())
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
    let greatest = values.iter().copied().filter(|value| value.is_finite()).fold(0.0, f64::max);
    let most = map.most.unwrap_or(greatest);
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
    bar(frame, (most, greatest > most), &map.unit, marks);
}

/// What colours mean, from 0 to `most`, and whether the last one stands for more too.
fn bar(frame: Frame, (most, and_more): (f64, bool), unit: &str, marks: &mut Vec<Mark>) {
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
    say(format!("{}{}", if and_more { "≥ " } else { "" }, text::quantity(most)), frame.top + TICK_SIZE);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Line;

    fn map(shape: [usize; 2]) -> FieldMap {
        let values = (0..shape[0] * shape[1]).map(|index| index as f64).collect();
        let extent = [[0.0, 100.0], [0.0, 400.0]];
        let axes = ["x (um)".into(), "z (um)".into()];
        FieldMap {
            title: "NPY".into(),
            place: "y = 5 um".into(),
            axes,
            shape,
            extent,
            values,
            unit: "nM".into(),
            most: None,
        }
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

    /// A fixed scale gives equal values equal colours in every frame, and says where they are greater.
    #[test]
    fn a_scale_can_be_fixed() {
        let room = Frame { left: 0.0, top: 0.0, right: 300.0, bottom: 400.0 };
        let drawn = |most: Option<f64>| {
            let mut marks = Vec::new();
            draw_map(&FieldMap { most, ..map([2, 2]) }, room, &mut marks);
            let squares = marks.iter().filter_map(|mark| match mark {
                Mark::Box { size, colour, .. } if *size == (50.5, 200.5) => Some(*colour),
                _ => None,
            });
            let numbers = marks.iter().filter_map(|mark| match mark {
                Mark::Text(text) => Some(text.words.clone()),
                _ => None,
            });
            (squares.collect::<Vec<Colour>>(), numbers.collect::<Vec<String>>())
        };
        let of = |parts: [f64; 4]| parts.map(Colour::of_amount).to_vec();
        let (colours, numbers) = drawn(Some(6.0));
        assert_eq!(colours, of([0.0, 1.0 / 6.0, 2.0 / 6.0, 0.5]));
        assert!(numbers.contains(&"6.00".into()), "{numbers:?}");
        let (colours, numbers) = drawn(Some(2.0));
        assert_eq!(colours, of([0.0, 0.5, 1.0, 1.0]));
        assert!(numbers.contains(&"≥ 2.00".into()), "{numbers:?}");
        assert_eq!(drawn(None).0, of([0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0]));
    }

    /// One tall map takes the height of the page, and panels what is beside it; eight maps stand above the panels. Would
    /// catch a page of which half is blank.
    #[test]
    fn few_maps_stand_beside_the_panels() {
        let line = Line { name: "c".into(), points: vec![(3.0, 1.0)] };
        let panel = LinePanel { label: "release".into(), lines: vec![line], window_ms: [0.0, 10.0] };
        let lines = |maps: usize, panels: &[LinePanel]| {
            let maps: Vec<FieldMap> = (0..maps).map(|_| map([2, 2])).collect();
            let mut marks = Vec::new();
            let room = Frame { left: MARGIN, top: HEADER, right: 1600.0 - MARGIN, bottom: 1000.0 };
            draw_both(&maps, panels, room, &mut marks);
            let lines = marks.into_iter().filter_map(|mark| match mark {
                Mark::Line { points, .. } => Some(points),
                _ => None,
            });
            lines.collect::<Vec<_>>()
        };
        let [one, other] = &lines(1, &[panel.clone(), panel.clone()])[..] else { panic!("a line a panel") };
        assert!(one[0].0 > 300.0 && one[0].0 == other[0].0 && one[0].1 < other[0].1 - 300.0, "{one:?} {other:?}");
        assert_eq!(one[1].0 - one[0].0, 6.0, "one point is seen");
        let eight = lines(8, &[panel]);
        // Beside the maps its one panel would begin at the head of the page.
        assert!(eight[0][0].1 > 450.0, "{eight:?}");
    }

    /// Lines beyond those that a key can name are the lowest ones, and said to be left out.
    #[test]
    fn the_greatest_courses_are_drawn() {
        let line = |number: usize| Line { name: format!("c{number}"), points: vec![(0.0, 0.0), (10.0, number as f64)] };
        let lines = (0..12).map(line).collect();
        let panel = LinePanel { label: "release".into(), lines, window_ms: [0.0, 10.0] };
        let svg = field_page(&[map([4, 4])], &[panel], ("title", "caption"), &PlotOptions::default()).svg().unwrap();
        assert!(
            svg.contains("\nc11\n") && svg.contains("\nc3\n") && !svg.contains("\nc2\n") && svg.contains("and 3 lower")
        );
    }
}
