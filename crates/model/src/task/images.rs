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

use super::{Context, Draw, Shape, Split, Task, count};
use crate::fields::Fields;
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

pub(super) fn read(fields: &mut Fields, context: Context) -> Option<Box<dyn Task>> {
    let reading = fields.required_word("reading", &["rows", "pixels"]);
    let steps_each = count(fields, "steps_each");
    let answer = fields.whole("answer_steps").unwrap_or(0);
    let encoding = fields.required_word("encoding", &["analogue", "threshold_crossing"]);
    let thresholds = (encoding == Some(1)).then(|| thresholds(fields));
    let learned = set(fields, ["images", "labels"], context.folder);
    let held_out = match fields.get("held_out_images").or(fields.get("held_out_labels")) {
        Some(_) => set(fields, ["held_out_images", "held_out_labels"], context.folder),
        None => None,
    };
    let asked = fields.get("held_out_images").is_some();
    let (set, [rows, columns]) = learned?;
    let mut sets = [set, Set::default()];
    if asked {
        let (set, extents) = held_out?;
        if extents != [rows, columns] {
            let path = fields.path_of("held_out_images");
            fields.reader.fault(&path, format!("found images of {extents:?}, expected {:?}", [rows, columns]));
            return None;
        }
        sets[1] = set;
    }
    let classes = sets.iter().flat_map(|set| &set.labels).max().map_or(2, |last| usize::from(*last) + 1).max(2);
    let thresholds = if encoding? == 1 { Some(thresholds??) } else { None };
    let width = if reading? == 0 { columns } else { 1 };
    let answer = usize::try_from(answer.min(1 << 20)).ok()?;
    Some(Box::new(Images { sets, rows, columns, width, steps_each: steps_each?, answer, thresholds, classes }))
}

fn thresholds(fields: &mut Fields) -> Option<usize> {
    let found = fields.required_whole("thresholds")?;
    if (2..=256).contains(&found) {
        return usize::try_from(found).ok();
    }
    let path = fields.path_of("thresholds");
    fields.reader.fault(&path, format!("found {found}, must be between 2 and 256"));
    None
}

/// Images and labels of two fields; rows and columns of an image.
fn set(fields: &mut Fields, names: [&str; 2], folder: &Path) -> Option<(Set, [usize; 2])> {
    let paths = names.map(|name| fields.path_of(name));
    let files = [0, 1].map(|place| {
        let file = fields.require(names[place]).and_then(|node| fields.reader.string(node, &paths[place]))?;
        Some(folder.join(file))
    });
    let [Some(images), Some(labels)] = files else { return None };
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
        Shape { inputs, outputs: self.classes, steps, classes: true }
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
