//! Adding: the sum of two marked values of a sequence, asked for at its end.
//!
//! # Trials
//! The first input is a value, uniform in 0..1, which changes every `value_ms`; the second is a marker, 1 while one value of the first half of the sequence is shown and while one of its second half is,
//! else 0. Both are analogue. The target is the sum of the two marked values, and the last step alone counts. Who always says 1 has a loss of 1/12: half the variance of the sum. Test:
//! `who_says_one_loses_a_twelfth`.
//!
//! # References
//! \[Hochreiter1997\].

use super::{Context, Draw, Shape, Task, steps};
use crate::fields::Fields;
use crate::sections::kinds::{Positive, Whole};
use crate::sections::table::{Section, section};
use neuropil_engine::trial::Answer;

struct Adding {
    values: usize,
    /// Steps of a value.
    each: usize,
}

section! {
    /// What is the sum of two marked values of a sequence?
    pub struct AddingSection = "task" {
        /// Values of a trial; one of the first half and one of the second are marked.
        values: Whole<2, { 1 << 20 }>, required;
        /// How long each is shown, ms.
        value_ms: Positive, required;
    }
}

pub(super) fn read(fields: &mut Fields, context: Context) -> Option<Box<dyn Task>> {
    let own = AddingSection::fields(fields)?;
    let each = steps(fields, ("value_ms", own.value_ms), context.clock, 1)?;
    if each.saturating_mul(own.values) > 1 << 24 {
        let found = own.values;
        fields
            .reader
            .fault(&fields.path_of("values"), format!("found {found} of {each} steps, must be 2^24 steps at most"));
        return None;
    }
    Some(Box::new(Adding { values: own.values, each }))
}

impl Task for Adding {
    fn shape(&self) -> Shape {
        Shape { inputs: 2, outputs: 1, steps: self.values * self.each, answer: Answer::Values }
    }

    fn trial(&self, draw: &Draw, x: &mut [f64], target: &mut [f64]) -> usize {
        let mut rng = draw.trial();
        let half = self.values / 2;
        let below = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let marked = [rng.below(below(half)) as usize, half + rng.below(below(self.values - half)) as usize];
        let mut sum = 0.0;
        for (index, shown) in x.chunks_exact_mut(2 * self.each).enumerate() {
            let (value, is_marked) = (rng.unit(), marked.contains(&index));
            let marker = if is_marked { 1.0 } else { 0.0 };
            sum += marker * value;
            shown.chunks_exact_mut(2).for_each(|step| step.copy_from_slice(&[value, marker]));
        }
        target.fill(sum);
        0
    }

    fn loss_weights(&self) -> Option<Vec<f64>> {
        let steps = self.values * self.each;
        Some((1..=steps).map(|step| f64::from(u8::from(step == steps))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::Split;

    fn drawn(task: &Adding, trial: u32) -> (Vec<f64>, Vec<f64>) {
        let steps = task.shape().steps;
        let (mut x, mut target) = (vec![0.0; 2 * steps], vec![0.0; steps]);
        task.trial(&Draw { seed: 2, split: Split::Training, update: 1, trial }, &mut x, &mut target);
        (x, target)
    }

    /// Read from the inputs alone. Would catch a marker that is of another value, two in one half, and a target that is not their sum.
    #[test]
    fn the_target_is_the_sum_of_what_is_marked() {
        let task = Adding { values: 7, each: 3 };
        let mut places = [0; 7];
        for trial in 0..600 {
            let (x, target) = drawn(&task, trial);
            let shown: Vec<[f64; 2]> = x.chunks(6).map(|own| [own[0], own[1]]).collect();
            assert!(x.chunks(6).zip(&shown).all(|(steps, own)| steps.chunks(2).all(|step| step == own)));
            let marked: Vec<usize> = (0..7).filter(|place| shown[*place][1] == 1.0).collect();
            assert!(marked.len() == 2 && marked[0] < 3 && marked[1] >= 3, "{marked:?}");
            let sum: f64 = marked.iter().map(|place| shown[*place][0]).sum();
            assert!(target.iter().all(|own| *own == sum));
            marked.iter().for_each(|place| places[*place] += 1);
        }
        let fits = |count: i32, share: f64| {
            (f64::from(count) - 600.0 * share).abs() < 4.0 * (600.0 * share * (1.0 - share)).sqrt()
        };
        assert!((0..3).all(|place| fits(places[place], 1.0 / 3.0)) && (3..7).all(|place| fits(places[place], 0.25)));
        let weights = task.loss_weights().unwrap();
        assert!(weights[..20].iter().all(|own| *own == 0.0) && weights[20] == 1.0);
    }

    /// E\[(a + b − 1)²\]/2 = 1/12, on 100,000 trials to 1 %.
    #[test]
    fn who_says_one_loses_a_twelfth() {
        let task = Adding { values: 2, each: 1 };
        let loss = |trial| 0.5 * (drawn(&task, trial).1[1] - 1.0).powi(2);
        let mean = (0..100_000).map(loss).sum::<f64>() / 1e5;
        assert!((12.0 * mean - 1.0).abs() < 0.01, "{mean}");
    }
}
