//! The channels of a model of peptides as a matrix of cell types.

use crate::axis::{LABEL_SIZE, TICK_SIZE};
use crate::colour::Colour;
use crate::maps::heading;
use crate::mark::{Anchor, Frame, Mark, Text};
use crate::{Picture, PlotOptions, text};

const MARGIN: f64 = 22.0;
const HEADER: f64 = 72.0;
/// Names of senders, and of receivers.
const NAMES: [f64; 2] = [130.0, 96.0];
/// Squares smaller than this have no numbers, and their rows no names.
const LEAST: f64 = 22.0;
const EXCITES: Colour = Colour([0x1F, 0x5F, 0xA8]);
const INHIBITS: Colour = Colour([0xB0, 0x2A, 0x2A]);

/// Channels between cell types, by what they do.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelMatrix {
    /// Names of the types.
    pub types: Vec<String>,
    /// Channels that excite and that inhibit, sender after sender, one entry a receiver.
    pub counts: Vec<[usize; 2]>,
}

/// Draws who speaks to whom: a row a sender, a column a receiver; the number of channels and, as colour, which of the two
/// kinds prevail.
pub fn channel_matrix(matrix: &ChannelMatrix, (title, caption): (&str, &str), options: &PlotOptions) -> Picture {
    let (width, height) = options.size();
    let mut marks = Vec::new();
    heading(title, caption, width, &mut marks);
    let count = matrix.types.len().max(1) as f64;
    let (left, top) = (MARGIN + NAMES[0], HEADER + NAMES[1]);
    let side = ((width - MARGIN - left) / count).min((height - MARGIN - top) / count);
    let most = matrix.counts.iter().map(|[plus, minus]| plus + minus).max().unwrap_or(0).max(1) as f64;
    let named = side >= LEAST;
    for (number, name) in matrix.types.iter().enumerate().filter(|_| named) {
        let middle = (number as f64 + 0.5) * side;
        let words = text::shortened(name, LABEL_SIZE, NAMES[0] - 10.0);
        let at = (left - 8.0, top + middle + text::HALF_DIGIT * LABEL_SIZE);
        marks.push(Mark::Text(Text::new(words.clone(), at, LABEL_SIZE, Colour::AXIS).anchored(Anchor::End)));
        let at = (left + middle + text::HALF_DIGIT * LABEL_SIZE, top - 8.0);
        marks.push(Mark::Text(Text::new(words, at, LABEL_SIZE, Colour::AXIS).upwards()));
    }
    for (index, counts) in matrix.counts.iter().enumerate() {
        let (row, column) = (index / matrix.types.len(), index % matrix.types.len());
        let at = (left + column as f64 * side, top + row as f64 * side);
        let frame = Frame { left: at.0, top: at.1, right: at.0 + side, bottom: at.1 + side };
        square(*counts, most, frame, named, &mut marks);
    }
    if !named {
        let words = "a row a sender, a column a receiver";
        marks.push(Mark::Text(Text::new(words, (left, top - 10.0), LABEL_SIZE, Colour::FAINT)));
    }
    Picture { width: options.width_pixels(), height: options.height_pixels(), marks }
}

fn square([plus, minus]: [usize; 2], most: f64, frame: Frame, named: bool, marks: &mut Vec<Mark>) {
    let all = plus + minus;
    let gap = if named { 1.0 } else { 0.0 };
    let (at, size) = ((frame.left, frame.top), (frame.width() - gap, frame.height() - gap));
    let kind = match all {
        0 => Colour([0xF4; 3]),
        _ => INHIBITS.towards(EXCITES, plus as f64 / all as f64),
    };
    let colour = if all == 0 { kind } else { Colour([0xFF; 3]).towards(kind, 0.2 + 0.8 * all as f64 / most) };
    marks.push(Mark::Box { at, size, colour });
    if !named || all == 0 {
        return;
    }
    let words = Colour([if 0.2 + 0.8 * all as f64 / most > 0.55 { 0xFF } else { 0x26 }; 3]);
    let (x, y) = frame.centre();
    let line =
        |text: String, y: f64, size: f64| Mark::Text(Text::new(text, (x, y), size, words).anchored(Anchor::Middle));
    if frame.height() > 44.0 {
        marks.push(line(all.to_string(), y, LABEL_SIZE));
        marks.push(line(format!("+{plus} −{minus}"), y + 15.0, TICK_SIZE - 1.0));
    } else {
        marks.push(line(all.to_string(), y + text::HALF_DIGIT * TICK_SIZE, TICK_SIZE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names and numbers of both kinds; of 300 types only squares.
    #[test]
    fn small_matrices_have_numbers() {
        let types: Vec<String> = ["Sst", "Vip"].map(String::from).to_vec();
        let matrix = ChannelMatrix { types, counts: vec![[3, 1], [0, 0], [0, 2], [5, 0]] };
        let svg = channel_matrix(&matrix, ("model", "caption"), &PlotOptions::default()).svg().unwrap();
        assert!(["Sst", "Vip", "+3 −1", "+0 −2", "+5 −0"].iter().all(|words| svg.contains(words)));
        assert!(!svg.contains("+0 −0"));
        let many = ChannelMatrix { types: vec!["n".into(); 300], counts: vec![[1, 0]; 90_000] };
        let picture = channel_matrix(&many, ("model", "caption"), &PlotOptions::default());
        assert!(picture.marks.iter().filter(|mark| matches!(mark, Mark::Box { .. })).count() == 90_000);
    }
}
