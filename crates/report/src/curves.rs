//! Learning curves: measures over the updates of several runs, a panel each.

use crate::axis::{self, LABEL_SIZE, Scale, TICK_SIZE};
use crate::colour::Colour;
use crate::maps::heading;
use crate::mark::{Anchor, Frame, Mark, Point, Text};
use crate::spectrum::{self, Spectrum};
use crate::{Picture, PlotOptions, text};

const MARGIN: f64 = 22.0;
/// Title, caption and one line of the key.
const HEADER: f64 = 96.0;
const KEY_BASELINE: f64 = 84.0;
const KEY_LINE: f64 = 20.0;
/// Numbers and name of an axis.
const VALUE_AXIS: f64 = 70.0;
const UPDATE_AXIS: f64 = 46.0;
/// How near to white the range of runs is, and its edge.
const TINT: f64 = 0.82;
const EDGE_TINT: f64 = 0.45;
const WHITE: Colour = Colour([0xFF; 3]);
const MEDIAN_WIDTH: f64 = 2.0;
/// Of lines that are in no median.
const BESIDE_WIDTH: f64 = 0.8;
/// How many times the span of the medians a panel shows above and below them; what goes further is cut.
const SPAN: f64 = 1.5;
/// More panels than these stand in three columns.
const TWO_COLUMNS: usize = 4;
/// Part of the page below the title that spectra take.
const SPECTRA: f64 = 0.26;

/// The runs of one rule in a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleCurve {
    /// Which name of the key it has.
    pub rule: usize,
    /// Updates.
    pub updates: Vec<f64>,
    /// Values, `[run][update]`; what is no number is left out.
    pub runs: Vec<Vec<f64>>,
    /// Values, `[run][update]`, drawn as thin lines of their own.
    pub beside: Vec<Vec<f64>>,
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

/// Draws learning curves on one page: of every rule the median over its runs, and their range as a light area; below them
/// the spectra. What leaves the span of the medians by far is cut at the edge of its panel.
pub fn learning_curves(
    panels: &[CurvePanel],
    spectra: &[Spectrum],
    rules: &[String],
    (title, caption): (&str, &str),
    options: &PlotOptions,
) -> Picture {
    let (width, height) = options.size();
    let mut marks = Vec::new();
    heading(title, caption, width, &mut marks);
    let header = HEADER + KEY_LINE * (key(rules, width, &mut marks) - 1.0);
    let columns = match panels.len() {
        0 | 1 => 1,
        own if own <= TWO_COLUMNS => 2,
        _ => 3,
    };
    let rows = panels.len().div_ceil(columns).max(1);
    let bottom = if spectra.is_empty() { height } else { height - SPECTRA * (height - header) };
    let (wide, high) = (width / columns as f64, (bottom - header) / rows as f64);
    for (number, panel) in panels.iter().enumerate() {
        let (left, top) = ((number % columns) as f64 * wide, header + (number / columns) as f64 * high);
        let frame = Frame {
            left: left + VALUE_AXIS,
            top: top + 24.0,
            right: left + wide - MARGIN,
            bottom: top + high - UPDATE_AXIS,
        };
        draw(panel, frame, &mut marks);
    }
    if !spectra.is_empty() {
        let frame = Frame { left: VALUE_AXIS, top: bottom + 8.0, right: width - MARGIN, bottom: height - 8.0 };
        spectrum::draw(
            spectra,
            "eigenvalues of W at the end, first seed, in the unit of the weights",
            frame,
            &mut marks,
        );
    }
    Picture { width: options.width_pixels(), height: options.height_pixels(), marks }
}

/// Names the rules in their colours; the number of lines that they take.
fn key(rules: &[String], width: f64, marks: &mut Vec<Mark>) -> f64 {
    const SAMPLE: f64 = 22.0;
    let (mut x, mut line) = (MARGIN, 0.0);
    for (rule, name) in rules.iter().enumerate() {
        let words = text::shortened(name, LABEL_SIZE, width - 2.0 * MARGIN - SAMPLE - 6.0);
        let wide = SAMPLE + 6.0 + text::width(&words, LABEL_SIZE);
        if x > MARGIN && x + wide > width - MARGIN {
            (x, line) = (MARGIN, line + 1.0);
        }
        let baseline = KEY_BASELINE + KEY_LINE * line;
        let y = baseline - text::HALF_DIGIT * LABEL_SIZE;
        marks.push(Mark::Box { at: (x, y - 1.5), size: (SAMPLE, 3.0), colour: Colour::of_rule(rule) });
        marks.push(Mark::Text(Text::new(words, (x + SAMPLE + 6.0, baseline), LABEL_SIZE, Colour::AXIS)));
        x += wide + 20.0;
    }
    line + 1.0
}

fn draw(panel: &CurvePanel, frame: Frame, marks: &mut Vec<Mark>) {
    let bands: Vec<(usize, Vec<Band>)> = panel.curves.iter().map(|curve| (curve.rule, bands(curve))).collect();
    axis::spines(frame, marks);
    let Some([low, high]) = shown(panel, &bands) else { return };
    let last = panel.curves.iter().filter_map(|curve| curve.updates.last().copied()).fold(1.0, f64::max);
    let across = Scale::new([0.0, last], [frame.left, frame.right]);
    let up = Scale::with_room(low, high, [frame.bottom, frame.top]);
    let place =
        |update: f64, value: f64| -> Point { (across.place(update), up.place(value).clamp(frame.top, frame.bottom)) };
    // The first rule is the best one and lies on top; edges show what is covered.
    let ranges = || bands.iter().rev().filter(|(_, bands)| bands.len() > 1);
    for (rule, bands) in ranges() {
        let there = bands.iter().map(|band| place(band.update, band.most));
        let back = bands.iter().rev().map(|band| place(band.update, band.least));
        let colour = Colour::of_rule(*rule).towards(WHITE, TINT);
        marks.push(Mark::Area { points: there.chain(back).collect(), colour });
    }
    for (rule, bands) in ranges() {
        for end in [|band: &Band| band.least, |band: &Band| band.most] {
            let points = bands.iter().map(|band| place(band.update, end(band))).collect();
            let colour = Colour::of_rule(*rule).towards(WHITE, EDGE_TINT);
            marks.push(Mark::Line { points, width: BESIDE_WIDTH, colour });
        }
    }
    for curve in &panel.curves {
        for run in &curve.beside {
            let numbers = curve.updates.iter().zip(run).filter(|(_, value)| value.is_finite());
            let points = numbers.map(|(update, value)| place(*update, *value)).collect();
            marks.push(Mark::Line { points, width: BESIDE_WIDTH, colour: Colour::of_rule(curve.rule) });
        }
    }
    for (rule, bands) in bands.iter().filter(|(_, bands)| !bands.is_empty()) {
        let points = bands.iter().map(|band| place(band.update, band.median)).collect();
        marks.push(Mark::Line { points, width: MEDIAN_WIDTH, colour: Colour::of_rule(*rule) });
    }
    axis::value_ticks(&up, frame, marks);
    axis::name_above(&panel.label, frame, 1.0, marks);
    let ticks = axis::x_ticks(&across, frame, marks);
    for &value in &ticks.values {
        let at = (across.place(value), frame.bottom + 8.0 + TICK_SIZE);
        marks.push(Mark::Text(Text::new(ticks.label(value), at, TICK_SIZE, Colour::AXIS).anchored(Anchor::Middle)));
    }
    let at = (frame.centre().0, frame.bottom + 14.0 + TICK_SIZE + LABEL_SIZE);
    marks.push(Mark::Text(Text::new("update", at, LABEL_SIZE, Colour::AXIS).anchored(Anchor::Middle)));
}

/// The values that a panel shows: all, but no further from the medians than a few times their span.
fn shown(panel: &CurvePanel, bands: &[(usize, Vec<Band>)]) -> Option<[f64; 2]> {
    fn span(values: impl Iterator<Item = f64>) -> [f64; 2] {
        let finite = values.filter(|value| value.is_finite());
        finite.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], value| [low.min(value), high.max(value)])
    }
    let ends = || bands.iter().flat_map(|(_, bands)| bands);
    let beside = panel.curves.iter().flat_map(|curve| curve.beside.iter().flatten().copied());
    let all = span(ends().flat_map(|band| [band.least, band.most]).chain(beside));
    let medians = span(ends().map(|band| band.median));
    let wide = medians[1] - medians[0];
    match all[0] <= all[1] {
        false => None,
        true if wide > 0.0 => Some([all[0].max(medians[0] - SPAN * wide), all[1].min(medians[1] + SPAN * wide)]),
        true => Some(all),
    }
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
        RuleCurve { rule, updates: vec![0.0, 10.0, 20.0], runs, beside: vec![] }
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
        let picture = learning_curves(&panels, &[], &rules, ("title", "caption"), &PlotOptions::default());
        let lines = picture.marks.iter().filter_map(|mark| match mark {
            Mark::Line { points, colour, .. } => Some((points, *colour)),
            _ => None,
        });
        let lines: Vec<_> = lines.filter(|(_, colour)| (0..6).any(|rule| *colour == Colour::of_rule(rule))).collect();
        assert_eq!(lines.len(), 6);
        for (rule, (points, colour)) in lines.iter().enumerate() {
            assert_eq!(*colour, Colour::of_rule(rule));
            assert!(
                points.len() == 3 && points.iter().all(|(x, y)| (0.0..800.0).contains(x) && (0.0..1000.0).contains(y))
            );
        }
        let svg = picture.svg().unwrap();
        assert!(!svg.contains('…'), "no name is cut");
        assert!(rules.iter().all(|rule| svg.contains(rule.as_str())) && svg.contains("loss"));
    }

    /// A run that has run away is cut at the edge of the panel and does not press the medians together; a run beside them
    /// is a thin line where it has numbers. Would catch a scale by the worst run.
    #[test]
    fn medians_keep_the_scale() {
        let runs = vec![vec![1.0, 0.5, 0.0], vec![1.0, 0.5, 0.0], vec![1.0, 0.5, 1e9]];
        let own = RuleCurve { beside: vec![vec![f64::NAN, 0.7, 0.6]], ..curve(0, runs) };
        let panel = CurvePanel { label: "loss".into(), curves: vec![own] };
        let all = vec![(0, bands(&panel.curves[0]))];
        assert_eq!(shown(&panel, &all), Some([0.0, 2.5]));
        let picture = learning_curves(&[panel], &[], &["rule".into()], ("", ""), &PlotOptions::default());
        let height = f64::from(picture.height);
        let mut lines = Vec::new();
        for mark in &picture.marks {
            match mark {
                Mark::Area { points, .. } => assert!(points.iter().all(|(_, y)| (0.0..height).contains(y))),
                Mark::Line { points, width, .. } => lines.push((points.len(), *width)),
                _ => {}
            }
        }
        assert_eq!(lines, [(3, BESIDE_WIDTH), (3, BESIDE_WIDTH), (2, BESIDE_WIDTH), (3, MEDIAN_WIDTH)]);
    }

    /// Names too long for one line go on in the next, and push the panels down; none is left out.
    #[test]
    fn the_key_has_every_rule() {
        let rules: Vec<String> =
            (0..9).map(|rule| format!("modprop_type+field carrier.loss_per_ms=0.000{rule}")).collect();
        let mut marks = Vec::new();
        let lines = key(&rules, 800.0, &mut marks);
        assert!(lines > 2.0);
        let words = |mark: &Mark| match mark {
            Mark::Text(text) => Some((text.words.clone(), text.at)),
            _ => None,
        };
        let found: Vec<_> = marks.iter().filter_map(words).collect();
        assert_eq!(found.iter().map(|(words, _)| words.clone()).collect::<Vec<_>>(), rules);
        assert_eq!(found[8].1.1, KEY_BASELINE + KEY_LINE * (lines - 1.0));
    }
}
