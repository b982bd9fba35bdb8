//! Scales, ticks and the axes around a panel.

use crate::colour::Colour;
use crate::mark::{Anchor, Frame, Mark, Text};
use crate::text::{self, HALF_DIGIT};

const TICK: f64 = 4.0;
pub(crate) const TICK_SIZE: f64 = 11.5;
pub(crate) const LABEL_SIZE: f64 = 12.5;
/// More numbers at the left of a tall panel do not tell more.
const MOST_TICKS: f64 = 12.0;

/// A straight map from values to places.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    values: [f64; 2],
    places: [f64; 2],
}

/// The round values of a scale and how to write them.
pub(crate) struct Ticks {
    pub values: Vec<f64>,
    decimals: usize,
}

impl Scale {
    /// Takes the first value to the first place and the second to the second.
    pub fn new(values: [f64; 2], places: [f64; 2]) -> Self {
        Self { values, places }
    }

    /// The same with room around values that may be all equal.
    pub fn with_room(low: f64, high: f64, places: [f64; 2]) -> Self {
        let span = high - low;
        let room = if span > 1e-9 * low.abs().max(high.abs()) { 0.06 * span } else { 0.05 * low.abs().max(1e-3) };
        Self::new([low - room, high + room], places)
    }

    /// Where a value lies.
    pub fn place(&self, value: f64) -> f64 {
        let [from, to] = self.values;
        self.places[0] + (value - from) / (to - from) * (self.places[1] - self.places[0])
    }

    /// Round values, at least `apart` pixels from each other, or less than half of that if there would be only one.
    pub fn ticks(&self, apart: f64) -> Ticks {
        let ticks = self.ticks_at_least(apart);
        if ticks.values.len() > 1 {
            return ticks;
        }
        let closer = [0.75, 0.5, 0.4].map(|part| self.ticks_at_least(part * apart));
        closer.into_iter().find(|own| own.values.len() > 1).unwrap_or(ticks)
    }

    fn ticks_at_least(&self, apart: f64) -> Ticks {
        let [from, to] = self.values;
        let least = (to - from) * apart / (self.places[1] - self.places[0]).abs();
        let power = 10f64.powf(least.log10().floor());
        let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= least).unwrap_or(10.0);
        let step = factor * power;
        let (first, last) = ((from / step - 1e-6).ceil(), (to / step + 1e-6).floor());
        let mut values = Vec::new();
        let mut multiple = first;
        // A step lost in the rounding of huge values would never end.
        while multiple <= last && values.len() < 100 {
            values.push(multiple * step);
            multiple += 1.0;
        }
        Ticks { values, decimals: decimals(step) }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a few digits")]
fn decimals(step: f64) -> usize {
    (-(step.log10() + 1e-9).floor()).clamp(0.0, 9.0) as usize
}

impl Ticks {
    /// How one of the values is written.
    pub fn label(&self, value: f64) -> String {
        if value.abs() >= 1e7 || (self.decimals > 4 && value.abs() > 1e-12) {
            return format!("{value:.1e}");
        }
        if self.decimals > 4 {
            return "0".into();
        }
        let written = format!("{value:.*}", self.decimals);
        // Rounding may have left a zero with a sign.
        if written.trim_matches(['-', '0', '.']).is_empty() { written.replace('-', "") } else { written }
    }
}

/// The two lines at the left and the bottom of a panel.
pub(crate) fn spines(frame: Frame, marks: &mut Vec<Mark>) {
    let Frame { left, top, right, bottom } = frame;
    marks.push(Mark::rule((left - 1.0, top), (left - 1.0, bottom + 1.0), Colour::AXIS));
    marks.push(Mark::rule((left - 1.0, bottom), (right, bottom), Colour::AXIS));
}

/// Ticks below a panel.
pub(crate) fn x_ticks(scale: &Scale, frame: Frame, marks: &mut Vec<Mark>) -> Ticks {
    let ticks = scale.ticks(80.0);
    for &value in &ticks.values {
        let x = scale.place(value);
        marks.push(Mark::rule((x - 0.5, frame.bottom), (x - 0.5, frame.bottom + TICK), Colour::AXIS));
    }
    ticks
}

/// Ticks below a panel with their numbers and the name of the axis.
pub(crate) fn time_axis(scale: &Scale, frame: Frame, marks: &mut Vec<Mark>) {
    let ticks = x_ticks(scale, frame, marks);
    for &value in &ticks.values {
        let at = (scale.place(value), frame.bottom + TICK + 4.0 + TICK_SIZE);
        marks.push(Mark::Text(Text::new(ticks.label(value), at, TICK_SIZE, Colour::AXIS).anchored(Anchor::Middle)));
    }
    let at = (frame.centre().0, frame.bottom + TICK + 10.0 + TICK_SIZE + LABEL_SIZE);
    marks.push(Mark::Text(Text::new("time (ms)", at, LABEL_SIZE, Colour::AXIS).anchored(Anchor::Middle)));
}

/// Ticks at the left of a panel with their numbers, and the name of the axis `away` from it; above it, where the panel is too
/// low for the name.
pub(crate) fn value_axis(scale: &Scale, frame: Frame, label: &str, away: f64, marks: &mut Vec<Mark>) {
    let numbers = value_ticks(scale, frame, marks);
    if text::width(label, LABEL_SIZE) <= frame.height() {
        // Long numbers push the name further out, as far as the page goes.
        let away = (numbers + 5.0).min(frame.left - LABEL_SIZE).max(away);
        let at = (frame.left - away, frame.centre().1);
        marks.push(Mark::Text(Text::new(label, at, LABEL_SIZE, Colour::AXIS).anchored(Anchor::Middle).upwards()));
    } else {
        // Near to its panel, since others lie close above, and beside the numbers, of which one may be as high as it is.
        name_at(label, (frame.left, frame.top - 3.0), frame.width(), marks);
    }
}

/// The name of an axis above it, beginning `away` to the left.
pub(crate) fn name_above(label: &str, frame: Frame, away: f64, marks: &mut Vec<Mark>) {
    name_at(label, (frame.left - away, frame.top - 8.0), frame.width() + away, marks);
}

fn name_at(label: &str, at: (f64, f64), room: f64, marks: &mut Vec<Mark>) {
    let words = text::shortened(label, LABEL_SIZE, room);
    marks.push(Mark::Text(Text::new(words, at, LABEL_SIZE, Colour::AXIS)));
}

/// Ticks at the left of a panel with their numbers; how far to the left these reach.
pub(crate) fn value_ticks(scale: &Scale, frame: Frame, marks: &mut Vec<Mark>) -> f64 {
    const NUMBERS: f64 = TICK + 5.0;
    let ticks = scale.ticks((frame.height() / MOST_TICKS).max(26.0));
    let mut widest = 0.0_f64;
    for &value in &ticks.values {
        widest = widest.max(text::width(&ticks.label(value), TICK_SIZE));
        let y = scale.place(value);
        marks.push(Mark::rule((frame.left - 1.0 - TICK, y - 0.5), (frame.left - 1.0, y - 0.5), Colour::AXIS));
        let at = (frame.left - NUMBERS, y + HALF_DIGIT * TICK_SIZE);
        marks.push(Mark::Text(Text::new(ticks.label(value), at, TICK_SIZE, Colour::AXIS).anchored(Anchor::End)));
    }
    NUMBERS + widest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mark::Direction;

    #[test]
    fn ticks_are_round_and_inside() {
        let ticks = Scale::new([0.0, 1000.0], [0.0, 1000.0]).ticks(80.0);
        assert_eq!(ticks.values, (0..=10).map(|k| f64::from(k) * 100.0).collect::<Vec<_>>());
        let ticks = Scale::new([-70.3, -49.1], [100.0, 0.0]).ticks(26.0);
        assert_eq!(ticks.values, [-70.0, -60.0, -50.0]);
        assert_eq!(ticks.label(-60.0), "-60");
        let ticks = Scale::new([0.0, 0.9], [0.0, 300.0]).ticks(60.0);
        assert_eq!(
            ticks.values.iter().map(|&v| ticks.label(v)).collect::<Vec<_>>(),
            ["0.0", "0.2", "0.4", "0.6", "0.8"]
        );
        let ticks = Scale::new([0.0, 3e-5], [0.0, 300.0]).ticks(90.0);
        assert_eq!(
            ticks.values.iter().map(|&v| ticks.label(v)).collect::<Vec<_>>(),
            ["0", "1.0e-5", "2.0e-5", "3.0e-5"]
        );
    }

    /// Would catch an axis of a low panel with one number, which says nothing of its scale.
    #[test]
    fn an_axis_has_two_ticks_where_there_is_room() {
        for high in [0.9, 1.0, 1.3, 1.9, 2.7, 3.3, 4.6, 5.4, 7.7, 9.6] {
            let ticks = Scale::new([0.35, high + 0.35], [60.0, 0.0]).ticks(26.0);
            assert!(ticks.values.len() > 1, "{high}: {:?}", ticks.values);
        }
    }

    /// Would catch names that are cut to the height of a low panel.
    #[test]
    fn a_name_that_is_longer_than_its_axis_stands_above_it_whole() {
        let label = "accuracy, held-out trials";
        for (height, direction) in [(300.0, Direction::Upwards), (60.0, Direction::Rightwards)] {
            let (mut marks, frame) = (Vec::new(), Frame { left: 70.0, top: 20.0, right: 400.0, bottom: 20.0 + height });
            value_axis(&Scale::new([0.0, 1.0], [frame.bottom, frame.top]), frame, label, 50.0, &mut marks);
            let own = marks.iter().find_map(|mark| match mark {
                Mark::Text(text) if text.words == label => Some(text),
                _ => None,
            });
            assert_eq!(own.map(|own| own.direction), Some(direction));
        }
    }

    /// Once the name of a low panel was printed over its highest number.
    #[test]
    fn a_name_above_a_panel_is_beside_its_numbers() {
        let (mut marks, frame) = (Vec::new(), Frame { left: 86.0, top: 20.0, right: 400.0, bottom: 88.0 });
        value_axis(&Scale::new([-0.05, 0.04], [frame.bottom, frame.top]), frame, "direct_credit", 50.0, &mut marks);
        let texts = || marks.iter().filter_map(|mark| if let Mark::Text(own) = mark { Some(own) } else { None });
        let name = texts().find(|own| own.words == "direct_credit").unwrap();
        assert!(name.direction == Direction::Rightwards && texts().count() > 2);
        for number in texts().filter(|own| own.words != name.words) {
            assert!(
                number.at.0 < name.at.0,
                "{} ends at {}, the name begins at {}",
                number.words,
                number.at.0,
                name.at.0
            );
        }
    }

    /// Would catch a name that is printed over numbers of many digits, or off the page.
    #[test]
    fn a_name_stands_beside_the_numbers() {
        for (most, left) in [(0.9, 86.0), (4e17, 86.0), (4e17, 74.0)] {
            let (mut marks, frame) = (Vec::new(), Frame { left, top: 20.0, right: 400.0, bottom: 120.0 });
            value_axis(&Scale::new([0.0, most], [frame.bottom, frame.top]), frame, "loss", 40.0, &mut marks);
            let texts: Vec<&Text> =
                marks.iter().filter_map(|mark| if let Mark::Text(own) = mark { Some(own) } else { None }).collect();
            let name = texts.iter().find(|own| own.words == "loss").unwrap().at.0;
            let numbers = texts.iter().filter(|own| own.words != "loss");
            let reach = numbers.map(|own| own.at.0 - text::width(&own.words, TICK_SIZE)).fold(left, f64::min);
            assert!(name < reach && name >= LABEL_SIZE, "{most}: the name at {name}, numbers from {reach}");
        }
    }

    #[test]
    fn a_constant_has_a_scale() {
        for value in [0.0, -65.0, 1e300] {
            let scale = Scale::with_room(value, value, [100.0, 0.0]);
            assert!((scale.place(value) - 50.0).abs() < 1.0);
            assert!(scale.ticks(26.0).values.len() <= 100);
        }
    }
}
