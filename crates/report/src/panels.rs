//! The panels below the raster: the rate over time, and recorded variables.

use crate::axis::{self, LABEL_SIZE, Scale, TICK_SIZE};
use crate::colour::Colour;
use crate::mark::{Frame, Mark, Point, Text};
use crate::raster::nothing;
use crate::statistics::{mean_of_all_hz, pooled_rate};
use crate::text::{self, HALF_DIGIT};
use crate::{PopulationSpikes, TraceSet, Window};

const MOST_BINS: f64 = 1000.0;
const MOST_CELLS: usize = 5;
const LINE: f64 = 18.0;

/// Where a panel is, where the remarks beside it start, and how far left the name of its axis stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub panel: Frame,
    pub remarks: Frame,
    pub label_away: f64,
}

/// The rate of all cells together over time.
pub(crate) fn rate(populations: &[PopulationSpikes], window: Window, place: Place, marks: &mut Vec<Mark>) {
    let frame = place.panel;
    let bin_ms = bin_ms(window);
    let rates_hz = pooled_rate(populations, window, bin_ms).map_or(Vec::new(), |histogram| histogram.rates_hz);
    let most = rates_hz.iter().copied().fold(0.0, f64::max);
    let time = Scale::new([window.from_ms(), window.to_ms()], [frame.left, frame.right]);
    let height = Scale::new([0.0, if most > 0.0 { 1.08 * most } else { 1.0 }], [frame.bottom, frame.top]);

    let start_ms = |bin: usize| window.from_ms() + bin_ms * bin as f64;
    let bins: Vec<(usize, f64)> = rates_hz.iter().copied().enumerate().collect();
    // Where no cell was observed nothing is drawn, which is no rate of 0.
    for seen in bins.split(|(_, rate)| rate.is_nan()).filter(|seen| !seen.is_empty()) {
        let step = |&(bin, rate): &(usize, f64)| {
            [start_ms(bin), (start_ms(bin) + bin_ms).min(window.to_ms())]
                .map(|edge| (time.place(edge), height.place(rate)))
        };
        let steps: Vec<Point> = seen.iter().flat_map(step).collect();
        let mut area = vec![(steps[0].0, frame.bottom)];
        area.extend(&steps);
        area.push((steps[steps.len() - 1].0, frame.bottom));
        marks.push(Mark::Area { points: area, colour: Colour([0xCF, 0xD6, 0xDE]) });
        marks.push(Mark::Line { points: steps, width: 1.0, colour: Colour([0x45, 0x51, 0x5E]) });
    }
    axis::spines(frame, marks);
    axis::value_axis(&height, frame, "rate (Hz)", place.label_away, marks);

    let mean_hz = mean_of_all_hz(populations, window);
    let remarks = [
        "all populations".to_owned(),
        mean_hz.map_or("no cell was observed".into(), |mean| format!("mean {} Hz per cell", text::quantity(mean))),
        format!("bins of {}", text::time(bin_ms)),
    ];
    for (line, words) in (1..).zip(remarks) {
        let colour = if line == 1 { Colour::AXIS } else { Colour::FAINT };
        remark(words, place.remarks, line, colour, marks);
    }
}

/// Between one and five milliseconds, unless that would make more bins than can be seen.
fn bin_ms(window: Window) -> f64 {
    let least = (window.duration_ms() / MOST_BINS).max(window.duration_ms().min(1.0));
    let power = 10f64.powf(least.log10().floor());
    let rounded = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    rounded.into_iter().find(|bin| *bin >= least * (1.0 - 1e-9)).unwrap_or(least).min(window.duration_ms())
}

/// A recorded variable of the first few cells.
pub(crate) fn trace(
    (set, label): (&TraceSet, &str),
    colour: Colour,
    window: Window,
    place: Place,
    marks: &mut Vec<Mark>,
) {
    let frame = place.panel;
    let shown = set.node_ids.len().min(MOST_CELLS);
    let samples: Vec<Vec<(f64, Option<f64>)>> = (0..shown).map(|cell| samples(set, cell, window)).collect();
    let finite = || samples.iter().flatten().filter_map(|sample| sample.1);
    let (low, high) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
    axis::spines(frame, marks);
    if low <= high {
        let time = Scale::new([window.from_ms(), window.to_ms()], [frame.left, frame.right]);
        let height = Scale::with_room(low, high, [frame.bottom, frame.top]);
        for (cell, samples) in samples.iter().enumerate() {
            let places = samples.iter().map(|&(t, value)| value.map(|value| (time.place(t), height.place(value))));
            for points in segments(places) {
                marks.push(Mark::Line { points, width: 1.0, colour: Colour::CELLS[cell] });
            }
        }
        axis::value_axis(&height, frame, label, place.label_away, marks);
    } else {
        nothing(frame, &format!("no samples of {} in the window", set.variable), LABEL_SIZE, marks);
    }
    legend(set, colour, shown, place.remarks, marks);
}

/// A label for the axis of each set, no two alike where populations or variables differ.
pub(crate) fn axis_labels(sets: &[TraceSet]) -> Vec<String> {
    let short: Vec<String> = sets.iter().map(axis_label).collect();
    let is_once = |label: &String| short.iter().filter(|own| *own == label).count() == 1;
    let of = |(set, label): (&TraceSet, &String)| match is_once(label) {
        true => label.clone(),
        false if short_of(sets, set) == 1 => format!("{} {label}", set.population),
        false => format!("{} {}", set.population, set.variable),
    };
    sets.iter().zip(&short).map(of).collect()
}

/// Sets of the same population whose axes would have the same label.
fn short_of(sets: &[TraceSet], set: &TraceSet) -> usize {
    let is_like = |own: &&TraceSet| own.population == set.population && axis_label(own) == axis_label(set);
    sets.iter().filter(is_like).count()
}

/// Of `concentration_nm.NPY` the part behind the point: the heading has all.
fn axis_label(set: &TraceSet) -> String {
    let variable = set.variable.split_once('.').map_or(&set.variable[..], |(_, part)| part);
    if set.unit.is_empty() { variable.to_owned() } else { format!("{variable} ({})", set.unit) }
}

/// The samples of one column that lie in the window; none where the value is not a number.
fn samples(set: &TraceSet, column: usize, window: Window) -> Vec<(f64, Option<f64>)> {
    let frames = set.data.chunks_exact(set.node_ids.len());
    let timed = frames.enumerate().map(|(frame, values)| (set.start_ms + set.dt_ms * frame as f64, values[column]));
    let inside = timed.filter(|&(time_ms, _)| window.shows(time_ms));
    inside.map(|(time_ms, value)| (time_ms, value.is_finite().then_some(value))).collect()
}

/// Connected lines between gaps. Of the points in one pixel the lowest and the highest are kept.
fn segments(places: impl Iterator<Item = Option<Point>>) -> Vec<Vec<Point>> {
    let mut segments = Vec::new();
    let mut segment: Vec<Point> = Vec::new();
    let mut pixel: Option<[Point; 2]> = None;
    for place in places.chain([None]) {
        match (place, &mut pixel) {
            (Some(point), Some([low, high])) if point.0.floor() == low.0.floor() => {
                *low = if point.1 < low.1 { point } else { *low };
                *high = if point.1 > high.1 { point } else { *high };
            }
            _ => {
                segment.extend(pixel.take().into_iter().flat_map(in_order));
                pixel = place.map(|point| [point; 2]);
            }
        }
        if place.is_none() && !segment.is_empty() {
            if let [(x, y)] = segment[..] {
                segment.push((x + 1.0, y));
            }
            segments.push(std::mem::take(&mut segment));
        }
    }
    segments
}

fn in_order([low, high]: [Point; 2]) -> Vec<Point> {
    if low == high {
        vec![low]
    } else if low.0 <= high.0 {
        vec![low, high]
    } else {
        vec![high, low]
    }
}

fn legend(set: &TraceSet, colour: Colour, shown: usize, remarks: Frame, marks: &mut Vec<Mark>) {
    const SAMPLE: f64 = 16.0;
    let cells = text::count(set.node_ids.len() as u64);
    let mut heading = set.population.clone();
    if set.variable.contains('.') {
        heading = format!("{heading}: {}", set.variable);
    }
    if shown < set.node_ids.len() {
        heading = format!("{heading}, {shown} of {cells} cells");
    }
    remark(heading, remarks, 1, colour, marks);
    let (mut x, mut line) = (remarks.left, 2);
    for ((column, cell), &colour) in set.node_ids.iter().enumerate().zip(&Colour::CELLS) {
        let words = set.names.get(column).cloned().unwrap_or_else(|| format!("cell {cell}"));
        let width = SAMPLE + 6.0 + text::width(&words, TICK_SIZE) + 16.0;
        if x > remarks.left && x + width > remarks.right {
            (x, line) = (remarks.left, line + 1);
        }
        let baseline = remarks.top + LINE * f64::from(line) - 5.0;
        let y = baseline - HALF_DIGIT * TICK_SIZE;
        marks.push(Mark::Box { at: (x, y - 1.0), size: (SAMPLE, 2.0), colour });
        let at = (x + SAMPLE + 6.0, baseline);
        marks.push(Mark::Text(Text::new(words, at, TICK_SIZE, Colour::FAINT)));
        x += width;
    }
}

fn remark(words: String, remarks: Frame, line: i32, colour: Colour, marks: &mut Vec<Mark>) {
    let words = text::shortened(&words, TICK_SIZE, remarks.width());
    let at = (remarks.left, remarks.top + LINE * f64::from(line) - 5.0);
    marks.push(Mark::Text(Text::new(words, at, TICK_SIZE, colour)));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch two panels of which nobody can tell which is which.
    #[test]
    fn no_two_axes_have_the_same_label() {
        let set = |population: &str, variable: &str, unit: &str| TraceSet {
            population: population.into(),
            variable: variable.into(),
            unit: unit.into(),
            ..TraceSet::default()
        };
        let sets = [set("exc", "v_m", "mV"), set("inh", "v_m", "mV"), set("exc", "i_syn", "pA")];
        assert_eq!(axis_labels(&sets), ["exc v_m (mV)", "inh v_m (mV)", "i_syn (pA)"]);
        let sets = [set("exc", "a.NPY", ""), set("exc", "b.NPY", "")];
        assert_eq!(axis_labels(&sets), ["exc a.NPY", "exc b.NPY"]);
    }

    #[test]
    fn bins_are_round_and_few() {
        let bin = |to_ms| bin_ms(Window::new(0.0, to_ms).unwrap());
        assert_eq!([bin(0.5), bin(300.0), bin(1000.0), bin(2000.0), bin(5000.0)], [0.5, 1.0, 1.0, 2.0, 5.0]);
        assert_eq!([bin(5001.0), bin(60_000.0)], [10.0, 100.0]);
    }

    #[test]
    fn lines_break_at_gaps_and_keep_extremes() {
        let places = [Some((0.1, 5.0)), Some((0.2, 9.0)), Some((0.3, 1.0)), Some((0.9, 4.0)), Some((1.5, 2.0)), None];
        let rest = [None, Some((3.0, 3.0))];
        let lines = segments(places.into_iter().chain(rest));
        assert_eq!(lines, [vec![(0.2, 9.0), (0.3, 1.0), (1.5, 2.0)], vec![(3.0, 3.0), (4.0, 3.0)]]);
        assert!(segments([None, None].into_iter()).is_empty());
    }

    #[test]
    fn values_that_are_no_numbers_are_skipped() {
        let set = TraceSet {
            node_ids: vec![3, 4],
            start_ms: 10.0,
            dt_ms: 1.0,
            data: vec![1.0, f64::NAN, 2.0, 20.0, 3.0, f64::INFINITY],
            ..Default::default()
        };
        let window = Window::new(10.0, 12.0).unwrap();
        assert_eq!(samples(&set, 0, window), [(10.0, Some(1.0)), (11.0, Some(2.0))]);
        assert_eq!(samples(&set, 1, window), [(10.0, None), (11.0, Some(20.0))]);
    }
}
