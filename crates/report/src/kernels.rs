//! Kernels between pairs of types, a small panel each: senders downwards, receivers across.

use crate::axis::{LABEL_SIZE, Scale};
use crate::colour::Colour;
use crate::maps::heading;
use crate::mark::{Anchor, Frame, Mark, Point, Text};
use crate::{Picture, PlotOptions, text};

const MARGIN: f64 = 22.0;
/// Title, caption, and the receivers' names.
const HEADER: f64 = 104.0;
/// The senders' names.
const SENDERS: f64 = 92.0;
const FOOTER: f64 = 54.0;
const GAP: f64 = 5.0;
/// Raises, lowers.
const COLOURS: [Colour; 2] = [Colour::CELLS[0], Colour::CELLS[1]];

/// What one type says to another, a value a bin of lag.
#[derive(Debug, Clone, PartialEq)]
pub struct Kernel {
    /// Number of the type that sends.
    pub from: usize,
    /// Number of the type that receives.
    pub to: usize,
    /// Values, all of one sign.
    pub values: Vec<f64>,
}

/// Draws kernels of all pairs of types on one page, all on the same scale; `lag` names the length of a panel.
pub fn kernel_matrix(
    types: &[String],
    kernels: &[Kernel],
    (title, caption, lag): (&str, &str, &str),
    options: &PlotOptions,
) -> Picture {
    let (width, height) = options.size();
    let mut marks = Vec::new();
    heading(title, caption, width, &mut marks);
    let count = types.len().max(1) as f64;
    let inside = Frame { left: SENDERS, top: HEADER, right: width - MARGIN, bottom: height - FOOTER };
    let (wide, high) = (inside.width() / count, inside.height() / count);
    let panel = |from: usize, to: usize| {
        let (left, top) = (inside.left + to as f64 * wide, inside.top + from as f64 * high);
        Frame { left: left + GAP, top: top + GAP, right: left + wide - GAP, bottom: top + high - GAP }
    };
    let largest = kernels.iter().flat_map(|kernel| &kernel.values).fold(0.0_f64, |most, value| most.max(value.abs()));
    names(types, (&panel, wide), &mut marks);
    for from in 0..types.len() {
        for to in 0..types.len() {
            let frame = panel(from, to);
            let middle = frame.centre().1;
            marks.push(Mark::rule((frame.left, middle), (frame.right, middle), Colour::RULE));
        }
    }
    for kernel in kernels {
        draw(kernel, panel(kernel.from, kernel.to), largest, &mut marks);
    }
    key(lag, largest, (inside, height), &mut marks);
    Picture { width: options.width_pixels(), height: options.height_pixels(), marks }
}

fn names(types: &[String], (panel, wide): (&impl Fn(usize, usize) -> Frame, f64), marks: &mut Vec<Mark>) {
    for (number, name) in types.iter().enumerate() {
        let words = text::shortened(name, LABEL_SIZE, wide - GAP);
        let at = (panel(0, number).centre().0, HEADER - 8.0);
        marks.push(Mark::Text(Text::new(words, at, LABEL_SIZE, Colour::AXIS).anchored(Anchor::Middle)));
        let words = text::shortened(name, LABEL_SIZE, SENDERS - MARGIN - GAP);
        let at = (SENDERS - GAP, panel(number, 0).centre().1 + text::HALF_DIGIT * LABEL_SIZE);
        marks.push(Mark::Text(Text::new(words, at, LABEL_SIZE, Colour::AXIS).anchored(Anchor::End)));
    }
}

/// Steps, up for what raises and down for what lowers.
fn draw(kernel: &Kernel, frame: Frame, largest: f64, marks: &mut Vec<Mark>) {
    if kernel.values.is_empty() || largest <= 0.0 {
        return;
    }
    let across = Scale::new([0.0, kernel.values.len() as f64], [frame.left, frame.right]);
    let up = Scale::new([-largest, largest], [frame.bottom, frame.top]);
    let corner = |bin: usize, value: f64| -> Point { (across.place(bin as f64), up.place(value)) };
    let steps = kernel.values.iter().enumerate().flat_map(|(bin, &value)| [corner(bin, value), corner(bin + 1, value)]);
    let ends = [corner(kernel.values.len(), 0.0), corner(0, 0.0)];
    let lowers = kernel.values.iter().sum::<f64>() < 0.0;
    marks.push(Mark::Area { points: steps.chain(ends).collect(), colour: COLOURS[usize::from(lowers)] });
}

fn key(lag: &str, largest: f64, (inside, height): (Frame, f64), marks: &mut Vec<Mark>) {
    let baseline = height - MARGIN;
    let mut x = inside.left + GAP;
    for (words, colour) in [("raises", COLOURS[0]), ("lowers", COLOURS[1])] {
        marks.push(Mark::Box { at: (x, baseline - 9.0), size: (12.0, 9.0), colour });
        marks.push(Mark::Text(Text::new(words, (x + 17.0, baseline), LABEL_SIZE, Colour::AXIS)));
        x += 17.0 + text::width(words, LABEL_SIZE) + 18.0;
    }
    let words = format!("across: {lag}; half a panel upwards: {largest:.2e}");
    marks.push(Mark::Text(Text::new(words, (x, baseline), LABEL_SIZE, Colour::FAINT)));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A kernel that lowers hangs from the middle of its panel, one that raises stands on it, the larger fills its half.
    #[test]
    fn kernels_stand_in_their_panels() {
        let kernels =
            [Kernel { from: 0, to: 1, values: vec![2.0, 1.0] }, Kernel { from: 1, to: 0, values: vec![-1.0, -4.0] }];
        let types = ["a".to_owned(), "b".to_owned()];
        let options = PlotOptions::new(800, 800).unwrap();
        let picture = kernel_matrix(&types, &kernels, ("t", "c", "0 to 1 s"), &options);
        let areas: Vec<_> = picture
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Area { points, colour } => Some((points, *colour)),
                _ => None,
            })
            .collect();
        assert_eq!(areas.iter().map(|(_, colour)| *colour).collect::<Vec<_>>(), COLOURS);
        let height = |points: &[Point]| points.iter().map(|p| p.1 - points[points.len() - 1].1).fold(0.0, f64::min);
        let depth = |points: &[Point]| points.iter().map(|p| p.1 - points[points.len() - 1].1).fold(0.0, f64::max);
        assert!((depth(areas[1].0) / -height(areas[0].0) - 2.0).abs() < 1e-9);
        assert_eq!((height(areas[1].0), depth(areas[0].0)), (0.0, 0.0));
        // Receivers go across, senders down.
        assert!(areas[0].0[0].0 > areas[1].0[0].0 && areas[0].0[0].1 < areas[1].0[0].1);
    }
}
