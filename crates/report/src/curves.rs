//! Learning curves: measures over the updates of several runs, a panel each.

use crate::axis::{self, LABEL_SIZE, Scale, TICK_SIZE};
use crate::colour::Colour;
use crate::mark::{Anchor, Frame, Mark, Point, Text};
use crate::{Picture, PlotOptions, text};

const MARGIN: f64 = 22.0;
const TITLE_SIZE: f64 = 20.0;
const CAPTION_SIZE: f64 = 12.0;
/// Title, caption and key.
const HEADER: f64 = 96.0;
const KEY_BASELINE: f64 = 84.0;
/// Numbers and name of an axis.
const VALUE_AXIS: f64 = 70.0;
const UPDATE_AXIS: f64 = 46.0;
/// How far the range of runs is from white.
const TINT: f64 = 0.82;
const MEDIAN_WIDTH: f64 = 2.0;

/// The runs of one rule in a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleCurve {
    /// Which name of the key it has.
    pub rule: usize,
    /// Updates.
    pub updates: Vec<f64>,
    /// Values, `[run][update]`; what is no number is left out.
    pub runs: Vec<Vec<f64>>,
}

/// A measure over updates.
#[derive(Debug, Clone, PartialEq)]
pub struct CurvePanel {
    /// What is measured, with its unit.
    pub label: String,
    /// One curve a rule.
    pub curves: Vec<RuleCurve>,
}

/// Median, least and greatest of runs at one update.
struct Band {
    update: f64,
    median: f64,
    least: f64,
    most: f64,
}

/// Draws learning curves on one page: of every rule the median over its runs, and their range as a light area.
pub fn learning_curves(
    panels: &[CurvePanel],
    rules: &[String],
    (title, caption): (&str, &str),
    options: &PlotOptions,
) -> Picture {
    let (width, height) = options.size();
    let mut marks = Vec::new();
    let across = width - 2.0 * MARGIN;
    let words = text::shortened(title, TITLE_SIZE, across);
    marks.push(Mark::Text(Text::new(words, (MARGIN, MARGIN + 16.0), TITLE_SIZE, Colour::INK)));
    let words = text::shortened(caption, CAPTION_SIZE, across);
    marks.push(Mark::Text(Text::new(words, (MARGIN, MARGIN + 38.0), CAPTION_SIZE, Colour::FAINT)));
    key(rules, width, &mut marks);
    let columns = if panels.len() > 1 { 2 } else { 1 };
    let rows = panels.len().div_ceil(columns).max(1);
    let (wide, high) = (width / columns as f64, (height - HEADER) / rows as f64);
    for (number, panel) in panels.iter().enumerate() {
        let (left, top) = ((number % columns) as f64 * wide, HEADER + (number / columns) as f64 * high);
        let frame = Frame {
            left: left + VALUE_AXIS,
            top: top + 12.0,
            right: left + wide - MARGIN,
            bottom: top + high - UPDATE_AXIS,
        };
        draw(panel, frame, &mut marks);
    }
    Picture { width: options.width_pixels(), height: options.height_pixels(), marks }
}

fn key(rules: &[String], width: f64, marks: &mut Vec<Mark>) {
    const SAMPLE: f64 = 22.0;
    let mut x = MARGIN;
    for (rule, name) in rules.iter().enumerate() {
        let next = x + SAMPLE + 6.0 + text::width(name, LABEL_SIZE) + 20.0;
        if next > width {
            break;
        }
        let y = KEY_BASELINE - text::HALF_DIGIT * LABEL_SIZE;
        marks.push(Mark::Box { at: (x, y - 1.5), size: (SAMPLE, 3.0), colour: Colour::of_rule(rule) });
        marks.push(Mark::Text(Text::new(name, (x + SAMPLE + 6.0, KEY_BASELINE), LABEL_SIZE, Colour::AXIS)));
        x = next;
    }
}

fn draw(panel: &CurvePanel, frame: Frame, marks: &mut Vec<Mark>) {
    let bands: Vec<(usize, Vec<Band>)> = panel.curves.iter().map(|curve| (curve.rule, bands(curve))).collect();
    let all = || bands.iter().flat_map(|(_, bands)| bands);
    let low = all().fold(f64::INFINITY, |low, band| low.min(band.least));
    let high = all().fold(f64::NEG_INFINITY, |high, band| high.max(band.most));
    let last = all().fold(1.0, |last: f64, band| last.max(band.update));
    axis::spines(frame, marks);
    if low > high {
        return;
    }
    let across = Scale::new([0.0, last], [frame.left, frame.right]);
    let up = Scale::with_room(low, high, [frame.bottom, frame.top]);
    let place = |update: f64, value: f64| -> Point { (across.place(update), up.place(value)) };
    for (rule, bands) in &bands {
        let there = bands.iter().map(|band| place(band.update, band.most));
        let back = bands.iter().rev().map(|band| place(band.update, band.least));
        let colour = Colour::of_rule(*rule).towards(Colour([0xFF; 3]), TINT);
        if bands.len() > 1 {
            marks.push(Mark::Area { points: there.chain(back).collect(), colour });
        }
    }
    for (rule, bands) in &bands {
        let points = bands.iter().map(|band| place(band.update, band.median)).collect();
        marks.push(Mark::Line { points, width: MEDIAN_WIDTH, colour: Colour::of_rule(*rule) });
    }
    axis::value_axis(&up, frame, &panel.label, VALUE_AXIS - 16.0, marks);
    let ticks = axis::x_ticks(&across, frame, marks);
    for &value in &ticks.values {
        let at = (across.place(value), frame.bottom + 8.0 + TICK_SIZE);
        marks.push(Mark::Text(Text::new(ticks.label(value), at, TICK_SIZE, Colour::AXIS).anchored(Anchor::Middle)));
    }
    let at = (frame.centre().0, frame.bottom + 14.0 + TICK_SIZE + LABEL_SIZE);
    marks.push(Mark::Text(Text::new("update", at, LABEL_SIZE, Colour::AXIS).anchored(Anchor::Middle)));
}

/// The spread over runs at each update where one of them has a number.
fn bands(curve: &RuleCurve) -> Vec<Band> {
    let at = |(index, update): (usize, &f64)| {
        let mut values: Vec<f64> = curve.runs.iter().filter_map(|run| run.get(index).copied()).collect();
        values.retain(|value| value.is_finite());
        values.sort_by(f64::total_cmp);
        let (least, most) = (*values.first()?, *values.last()?);
        let median = 0.5 * (values[(values.len() - 1) / 2] + values[values.len() / 2]);
        Some(Band { update: *update, median, least, most })
    };
    curve.updates.iter().enumerate().filter_map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(rule: usize, runs: Vec<Vec<f64>>) -> RuleCurve {
        RuleCurve { rule, updates: vec![0.0, 10.0, 20.0], runs }
    }

    /// Median and range of three runs and of two, without what is no number. Would catch a mean in the place of a median.
    #[test]
    fn bands_are_median_and_range() {
        let nan = f64::NAN;
        let of = curve(0, vec![vec![1.0, nan, 5.0], vec![9.0, nan, nan], vec![2.0, nan, 6.0]]);
        let found: Vec<[f64; 4]> =
            bands(&of).iter().map(|band| [band.update, band.median, band.least, band.most]).collect();
        assert_eq!(found, [[0.0, 2.0, 1.0, 9.0], [20.0, 5.5, 5.0, 6.0]]);
    }

    /// Every rule has a line in its colour in each panel that has numbers, inside the page; a panel without any has none.
    #[test]
    fn all_rules_are_drawn() {
        let rules: Vec<String> = (0..6).map(|rule| format!("rule_{rule}")).collect();
        let curves = (0..6).map(|rule| curve(rule, vec![vec![0.7, 0.6, 0.1 * rule as f64]])).collect();
        let empty = CurvePanel { label: "none".into(), curves: vec![curve(0, vec![vec![f64::NAN; 3]])] };
        let panels = [CurvePanel { label: "loss".into(), curves }, empty];
        let picture = learning_curves(&panels, &rules, ("title", "caption"), &PlotOptions::default());
        let lines = picture.marks.iter().filter_map(|mark| match mark {
            Mark::Line { points, colour, .. } => Some((points, *colour)),
            _ => None,
        });
        let lines: Vec<_> = lines.collect();
        assert_eq!(lines.len(), 6);
        for (rule, (points, colour)) in lines.iter().enumerate() {
            assert_eq!(*colour, Colour::of_rule(rule));
            assert!(
                points.len() == 3 && points.iter().all(|(x, y)| (0.0..800.0).contains(x) && (0.0..1000.0).contains(y))
            );
        }
        let svg = picture.svg().unwrap();
        assert!(rules.iter().all(|rule| svg.contains(rule.as_str())) && svg.contains("loss"));
    }
}
