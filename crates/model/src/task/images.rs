//! Images of IDX files, told row by row or pixel by pixel: which class is it?
//!
//! # Trials
//! Grey levels y are divided by 255. By rows an input is a column of the image, by pixels there is one; each row or pixel
//! lasts `steps_each` steps. `encoding` says what the inputs are:
//! ```text
//! analogue             y itself
//! threshold_crossing   two inputs for each of the thresholds θ = 0, 1/(n−1), .. below 1: a spike in the step in which y
//!                      comes to θ or above, a spike in which it falls below; and one for the last: a spike while y = 1
//! ```
//! `answer_steps` steps follow, in which one more input is 1 and all others are 0. Trials to learn from are drawn with
//! replacement; the held-out ones are taken in their order.
//!
//! # References
//! \[LeCun1998\] for the images; sequences of pixels and threshold crossings: \[Bellec2018\]; of rows: \[Liu2022\].

use super::{Context, Draw, Shape, Split, Task};
use crate::fields::Fields;
use crate::sections::kinds::{Count, Text, Whole, Word, Words};
use crate::sections::table::{Section, section};
use neuropil_engine::trial::Answer;
use neuropil_record::{Error, Idx};
use std::path::Path;

struct Images {
    /// To learn from, and held out.
    sets: [Set; 2],
    rows: usize,
    columns: usize,
    /// Inputs of one element: columns of a row, or 1.
    width: usize,
    steps_each: usize,
    answer: usize,
    /// Number of thresholds; `None` for analogue inputs.
    thresholds: Option<usize>,
    classes: usize,
}

#[derive(Default)]
struct Set {
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

/// How much of an image is told at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// A row, an input a column.
    Rows,
    /// A pixel.
    Pixels,
}

impl Words for Reading {
    const WORDS: &'static [(&'static str, Self)] = &[("rows", Self::Rows), ("pixels", Self::Pixels)];
}

/// What the inputs are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Grey levels.
    Analogue,
    /// Spikes where a grey level crosses a threshold.
    ThresholdCrossing,
}

impl Words for Encoding {
    const WORDS: &'static [(&'static str, Self)] =
        &[("analogue", Self::Analogue), ("threshold_crossing", Self::ThresholdCrossing)];
}

section! {
    /// Images of IDX files: which class is it?
    pub struct ImagesSection = "task" {
        /// Whether an image is told row by row or pixel by pixel.
        reading: Word<Reading>, required;
        /// How many steps each of them lasts.
        steps_each: Count, required;
        /// Steps behind the image, in which one more input says that the answer counts.
        answer_steps: Whole<0, { 1 << 20 }> = 0;
        /// What the inputs are.
        encoding: Word<Encoding>, required;
        /// Number of thresholds; needed by threshold_crossing.
        thresholds: Whole<2, 256>, optional;
        /// IDX file of images, relative to the task file.
        images: Text, required;
        /// IDX file of their classes.
        labels: Text, required;
        /// The same of images that are held out; default: none.
        held_out_images: Text, optional;
        /// IDX file of their classes; needed by held_out_images.
        held_out_labels: Text, optional;
    }
}

pub(super) fn read(fields: &mut Fields, context: Context) -> Option<Box<dyn Task>> {
    let own = ImagesSection::fields(fields)?;
    let thresholds = thresholds(fields, &own);
    let learned = set(fields, [("images", &own.images), ("labels", &own.labels)], context.folder);
    let held_out = match (&own.held_out_images, &own.held_out_labels) {
        (Some(images), Some(labels)) => {
            let named = [("held_out_images", images), ("held_out_labels", labels)];
            Some(set(fields, named, context.folder)?)
        }
        (None, None) => None,
        (images, _) => {
            let missing = if images.is_some() { "held_out_labels" } else { "held_out_images" };
            fields.reader.fault(&fields.path, format!("`{missing}` is missing"));
            return None;
        }
    };
    let (set, [rows, columns]) = learned?;
    let mut sets = [set, Set::default()];
    if let Some((set, extents)) = held_out {
        if extents != [rows, columns] {
            let path = fields.path_of("held_out_images");
            fields.reader.fault(&path, format!("found images of {extents:?}, expected {:?}", [rows, columns]));
            return None;
        }
        sets[1] = set;
    }
    let classes = sets.iter().flat_map(|set| &set.labels).max().map_or(2, |last| usize::from(*last) + 1).max(2);
    let width = if own.reading == Reading::Rows { columns } else { 1 };
    let (steps_each, answer, thresholds) = (own.steps_each, own.answer_steps, thresholds?);
    Some(Box::new(Images { sets, rows, columns, width, steps_each, answer, thresholds, classes }))
}

/// Thresholds of an encoding that has them; `None` within for one that has not.
fn thresholds(fields: &Fields, own: &ImagesSection) -> Option<Option<usize>> {
    match (own.encoding, own.thresholds) {
        (Encoding::ThresholdCrossing, None) => {
            fields.reader.fault(&fields.path, "`thresholds` is missing");
            None
        }
        (Encoding::Analogue, Some(_)) => {
            fields.reader.fault(&fields.path_of("thresholds"), "found beside the encoding `analogue`, which has none");
            None
        }
        (_, thresholds) => Some(thresholds),
    }
}

/// Images and labels of two fields; rows and columns of an image.
fn set(fields: &Fields, files: [(&str, &String); 2], folder: &Path) -> Option<(Set, [usize; 2])> {
    let paths = files.map(|(name, _)| fields.path_of(name));
    let [images, labels] = files.map(|(_, file)| folder.join(file));
    let tell = |path: &String, fault: Error| fields.reader.fault(path, fault.to_string());
    let images = Idx::read(&images).map_err(|fault| tell(&paths[0], fault));
    let labels = Idx::read(&labels).map_err(|fault| tell(&paths[1], fault));
    let (images, labels) = (images.ok()?, labels.ok()?);
    let &[number, rows, columns] = images.shape.as_slice() else {
        fields.reader.fault(&paths[0], format!("found the shape {:?}, expected [image, row, column]", images.shape));
        return None;
    };
    if number * rows * columns == 0 || labels.shape != [number] {
        let found = format!("found labels of shape {:?} and images of {:?}", labels.shape, images.shape);
        fields.reader.fault(&paths[1], format!("{found}, expected as many labels as images, at least one"));
        return None;
    }
    Some((Set { pixels: images.values, labels: labels.values }, [rows, columns]))
}

impl Images {
    fn elements(&self) -> usize {
        self.rows * self.columns / self.width
    }

    /// Inputs of a channel: the grey level, or crossings of thresholds.
    fn inputs_each(&self) -> usize {
        self.thresholds.map_or(1, |count| 2 * count - 1)
    }

    /// Writes the inputs of one channel in the step in which it goes from one grey level to another.
    fn encode(&self, [before, now]: [f64; 2], out: &mut [f64]) {
        let Some(count) = self.thresholds else {
            out[0] = now;
            return;
        };
        for number in 0..count - 1 {
            let threshold = number as f64 / (count - 1) as f64;
            let above = |level: f64| level >= threshold;
            out[2 * number] = f64::from(u8::from(!above(before) && above(now)));
            out[2 * number + 1] = f64::from(u8::from(above(before) && !above(now)));
        }
        out[2 * (count - 1)] = f64::from(u8::from(now >= 1.0));
    }
}

impl Task for Images {
    fn shape(&self) -> Shape {
        let inputs = self.width * self.inputs_each() + usize::from(self.answer > 0);
        let steps = self.elements() * self.steps_each + self.answer;
        Shape { inputs, outputs: self.classes, steps, answer: Answer::Class }
    }

    fn trial(&self, draw: &Draw, x: &mut [f64], _: &mut [f64]) -> usize {
        let set = &self.sets[draw.split as usize];
        let images = u32::try_from(set.labels.len()).unwrap_or(u32::MAX);
        let image = match draw.split {
            Split::Training => draw.trial().below(images),
            Split::Validation => draw.trial % images,
        } as usize;
        let size = self.rows * self.columns;
        let pixels = &set.pixels[image * size..(image + 1) * size];
        let (inputs, each) = (self.shape().inputs, self.inputs_each());
        let level = |element: usize, channel: usize| f64::from(pixels[element * self.width + channel]) / 255.0;
        for (step, row) in x.chunks_exact_mut(inputs).enumerate() {
            let element = step / self.steps_each;
            if element >= self.elements() {
                row[inputs - 1] = 1.0;
                continue;
            }
            let before = step.saturating_sub(1) / self.steps_each;
            for (channel, out) in row.chunks_exact_mut(each).take(self.width).enumerate() {
                self.encode([level(before, channel), level(element, channel)], out);
            }
        }
        usize::from(set.labels[image])
    }

    fn held_out(&self) -> Option<usize> {
        Some(self.sets[1].labels.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(width: usize, thresholds: Option<usize>) -> Images {
        let set = || Set { pixels: vec![0, 255, 51, 204, 255, 0], labels: vec![3] };
        Images { sets: [set(), set()], rows: 2, columns: 3, width, steps_each: 2, answer: 1, thresholds, classes: 4 }
    }

    fn trial(images: &Images) -> Vec<f64> {
        let Shape { inputs, steps, .. } = images.shape();
        let mut x = vec![0.0; inputs * steps];
        let draw = Draw { seed: 1, split: Split::Training, update: 0, trial: 0 };
        assert_eq!(images.trial(&draw, &mut x, &mut []), 3);
        x
    }

    /// An image of two rows and three columns by hand: rows, then pixels, each twice, then the answer.
    #[test]
    fn rows_and_pixels_by_hand() {
        let rows = [[0.0, 1.0, 0.2, 0.0]; 2].into_iter().chain([[0.8, 1.0, 0.0, 0.0]; 2]).chain([[0.0, 0.0, 0.0, 1.0]]);
        assert_eq!(trial(&images(3, None)), rows.flatten().collect::<Vec<_>>());
        let pixels = [0.0, 1.0, 0.2, 0.8, 1.0, 0.0].into_iter().flat_map(|level| [[level, 0.0]; 2]);
        assert_eq!(trial(&images(1, None)), pixels.chain([[0.0, 1.0]]).flatten().collect::<Vec<_>>());
    }

    /// Thresholds 0, 1/2 and 1 on the levels 0, 1, 0.2, 0.8, 1, 0, each twice, by hand: a crossing is one spike, touching
    /// the last threshold lasts.
    #[test]
    fn crossings_by_hand() {
        let x = trial(&images(1, Some(3)));
        let steps_of = |input: usize| (0..13).filter(|step| x[step * 6 + input] == 1.0).collect::<Vec<_>>();
        assert_eq!(steps_of(0), [0_usize; 0], "nothing is below 0");
        assert_eq!(steps_of(1), [0_usize; 0]);
        assert_eq!(steps_of(2), [2, 6]);
        assert_eq!(steps_of(3), [4, 10]);
        assert_eq!(steps_of(4), [2, 3, 8, 9]);
        assert_eq!(steps_of(5), [12]);
    }
}
