//! Eigenvalues in the complex plane, a small panel a rule.

use crate::axis::{self, LABEL_SIZE, Scale, TICK_SIZE};
use crate::colour::Colour;
use crate::mark::{Anchor, Frame, Mark, Text};
use crate::text;

/// Width and height of an eigenvalue.
const DOT: f64 = 3.4;
/// Corners of the polygon that stands for the unit circle.
const CORNERS: u32 = 96;

/// The eigenvalues of one matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    /// Which name of the key it has.
    pub rule: usize,
    /// What stands above it.
    pub label: String,
    /// Real and imaginary parts.
    pub eigenvalues: Vec<[f64; 2]>,
}

/// A smaller circle is a dot among eigenvalues: weights in pA or nS have eigenvalues of hundreds, and 1 means nothing to them.
const LEAST_RADIUS: f64 = 6.0;

/// Draws spectra side by side, each on a scale of its own, with the unit circle where it can be seen.
pub(crate) fn draw(spectra: &[Spectrum], heading: &str, frame: Frame, marks: &mut Vec<Mark>) {
    /// Above a panel, below it and beside it.
    const EDGES: [f64; 3] = [44.0, 24.0, 44.0];
    let wide = frame.width() / spectra.len().max(1) as f64;
    let side = (wide - EDGES[2]).min(frame.height() - EDGES[0] - EDGES[1]);
    let has_circle = spectra.iter().any(|own| radius(own, side) >= LEAST_RADIUS);
    let words = if has_circle { format!("{heading}; unit circle") } else { heading.to_owned() };
    marks.push(Mark::Text(Text::new(words, (frame.left, frame.top + 12.0), LABEL_SIZE, Colour::FAINT)));
    for (number, own) in spectra.iter().enumerate() {
        let (left, top) = (frame.left + number as f64 * wide, frame.top + EDGES[0]);
        let inner = Frame { left, top, right: left + side, bottom: top + side };
        let words = text::shortened(&own.label, LABEL_SIZE, wide - 8.0);
        marks.push(Mark::Text(Text::new(words, (left, top - 8.0), LABEL_SIZE, Colour::of_rule(own.rule))));
        panel(own, inner, marks);
    }
}

/// Half of the span of the axes of a panel.
fn half(spectrum: &Spectrum) -> f64 {
    1.1 * spectrum.eigenvalues.iter().flatten().fold(1.0, |most: f64, own| most.max(own.abs()))
}

/// The radius of the unit circle in a panel so wide.
fn radius(spectrum: &Spectrum, side: f64) -> f64 {
    0.5 * side / half(spectrum)
}

fn panel(spectrum: &Spectrum, frame: Frame, marks: &mut Vec<Mark>) {
    let half = half(spectrum);
    let across = Scale::new([-half, half], [frame.left, frame.right]);
    let up = Scale::new([-half, half], [frame.bottom, frame.top]);
    axis::spines(frame, marks);
    let circle = (0..=CORNERS).map(|corner| {
        let angle = std::f64::consts::TAU * f64::from(corner) / f64::from(CORNERS);
        (across.place(angle.cos()), up.place(angle.sin()))
    });
    if radius(spectrum, frame.width()) >= LEAST_RADIUS {
        marks.push(Mark::Line { points: circle.collect(), width: 1.0, colour: Colour::RULE });
    }
    for [real, imaginary] in &spectrum.eigenvalues {
        let at = (across.place(*real) - 0.5 * DOT, up.place(*imaginary) - 0.5 * DOT);
        marks.push(Mark::Box { at, size: (DOT, DOT), colour: Colour::of_rule(spectrum.rule) });
    }
    let ticks = across.ticks(36.0);
    for &value in &ticks.values {
        let x = across.place(value);
        marks.push(Mark::rule((x - 0.5, frame.bottom), (x - 0.5, frame.bottom + 4.0), Colour::AXIS));
        let at = (x, frame.bottom + 8.0 + TICK_SIZE);
        marks.push(Mark::Text(Text::new(ticks.label(value), at, TICK_SIZE, Colour::AXIS).anchored(Anchor::Middle)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every eigenvalue has a dot in its panel, at equal scales across and up: 1 and i are as far from 0, on the circle.
    #[test]
    fn eigenvalues_have_places() {
        let values = vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [-2.0, 0.5]];
        let of = |rule| Spectrum { rule, label: format!("rule {rule}"), eigenvalues: values.clone() };
        let mut marks = Vec::new();
        let frame = Frame { left: 50.0, top: 100.0, right: 750.0, bottom: 300.0 };
        draw(&[of(0), of(1)], "eigenvalues", frame, &mut marks);
        let dots = |rule| -> Vec<(f64, f64)> {
            let dot = |mark: &Mark| match mark {
                Mark::Box { at, size, colour } if *size == (DOT, DOT) && *colour == Colour::of_rule(rule) => Some(*at),
                _ => None,
            };
            marks.iter().filter_map(dot).collect()
        };
        let (first, second) = (dots(0), dots(1));
        assert_eq!((first.len(), second.len()), (4, 4));
        let (right, up) = (first[1].0 - first[0].0, first[0].1 - first[2].1);
        assert!((right - up).abs() < 1e-9 && right > 10.0, "{right} {up}");
        assert!(first.iter().all(|(x, y)| (50.0..400.0).contains(x) && (100.0..300.0).contains(y)));
        assert!(second.iter().all(|(x, _)| (400.0..750.0).contains(x)));
        let circle = marks.iter().find_map(|mark| match mark {
            Mark::Line { points, .. } => Some(points),
            _ => None,
        });
        assert!((circle.unwrap()[0].0 - (first[1].0 + 0.5 * DOT)).abs() < 1e-9);
    }

    /// Would catch a heading that names a circle which is a dot among eigenvalues of weights in pA.
    #[test]
    fn a_circle_that_cannot_be_seen_is_not_named() {
        let drawn = |size: f64| {
            let own = Spectrum { rule: 0, label: "rule".into(), eigenvalues: vec![[size, 0.0], [0.0, 0.1 * size]] };
            let mut marks = Vec::new();
            draw(&[own], "eigenvalues", Frame { left: 50.0, top: 100.0, right: 450.0, bottom: 300.0 }, &mut marks);
            let named = marks.iter().any(|mark| matches!(mark, Mark::Text(own) if own.words.contains("unit circle")));
            (named, marks.iter().any(|mark| matches!(mark, Mark::Line { .. })))
        };
        assert_eq!([drawn(0.9), drawn(3.0), drawn(3500.0)], [(true, true), (true, true), (false, false)]);
    }
}
