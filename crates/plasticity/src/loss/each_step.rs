//! Softmax cross-entropy where a trial asks for a class at each step, or for nothing.

use super::Loss;
use super::cross_entropy::of_trial;
use crate::{Error, Plane};

/// Classification of steps: l = −log π_c, π = softmax(y), at steps that ask for a class c; 0 at others.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossEntropyEachStep {
    /// y*, `[step][readout][trial]`: 1 of the class that a step asks for, else 0; a step without a 1 asks for nothing.
    pub target: Plane,
}

/// The class that a step of a trial asks for, if it does; `asked` is `[readout][trial]`.
pub fn class_at(asked: &[f64], [trial, trials]: [usize; 2]) -> Option<usize> {
    asked.iter().skip(trial).step_by(trials).position(|asked| *asked != 0.0)
}

impl Loss for CrossEntropyEachStep {
    fn step(&self, step: usize, y: &[f64], scale: f64, err: &mut [f64], lost: &mut [f64]) {
        let trials = lost.len();
        for (trial, lost) in lost.iter_mut().enumerate() {
            if let Some(label) = class_at(self.target.step(step), [trial, trials]) {
                *lost += of_trial(label, [trial, trials], y, scale, err);
            }
        }
    }

    fn asked(&self, step: usize, scale: f64, asked: &mut [f64]) {
        asked.iter_mut().zip(self.target.step(step)).for_each(|(asked, target)| *asked = -scale * target);
    }

    fn check(&self, y: &Plane) -> Result<(), Error> {
        if self.target.shape() != y.shape() {
            return Err(Error::Shape { what: "target", found: self.target.shape(), expected: y.shape() });
        }
        let values = self.target.values();
        if let Some(index) = values.iter().position(|value| ![0.0, 1.0].contains(value)) {
            return Err(Error::Value { what: "target", index, value: values[index], expected: "0, or 1 of a class" });
        }
        let (trials, row) = (y.trials(), y.channels() * y.trials());
        let classes =
            |step: usize, trial: usize| self.target.step(step).iter().skip(trial).step_by(trials).sum::<f64>();
        let mut all = (0..y.steps()).flat_map(|step| (0..trials).map(move |trial| (step, trial)));
        match all.find(|(step, trial)| classes(*step, *trial) > 1.0) {
            Some((step, trial)) => {
                let (index, value) = (step * row + trial, classes(step, trial));
                Err(Error::Value { what: "target", index, value, expected: "one class a step at most" })
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loss::{CrossEntropy, judge};

    fn y() -> Plane {
        Plane::from_fn(3, 2, 2, |step, k, trial| ((step * 4 + k * 2 + trial) as f64 * 0.7).sin())
    }

    fn asking(class: impl Fn(usize, usize) -> Option<usize>) -> CrossEntropyEachStep {
        let target = Plane::from_fn(3, 2, 2, |step, k, trial| f64::from(u8::from(class(step, trial) == Some(k))));
        CrossEntropyEachStep { target }
    }

    /// One class at all steps is the loss of labels, bit for bit. Would catch another order of readouts and trials.
    #[test]
    fn one_class_at_all_steps_is_a_label() {
        let own = judge(&asking(|_, trial| Some(1 - trial)), &y(), &[0.5, 0.0, 2.0], 2).unwrap();
        assert_eq!(own, judge(&CrossEntropy { labels: vec![1, 0] }, &y(), &[0.5, 0.0, 2.0], 2).unwrap());
    }

    /// Each step by hand, by the logarithm of the share of its own class. Would catch a class of another step, and an error where
    /// nothing is asked.
    #[test]
    fn each_step_asks_for_its_own_class() {
        let class = |step: usize, trial: usize| [[Some(0), None], [Some(1), Some(1)], [None, Some(0)]][step][trial];
        let (y, weights) = (y(), [0.25, 0.5, 1.0]);
        let own = judge(&asking(class), &y, &weights, 2).unwrap();
        for trial in 0..2 {
            let mut lost = 0.0;
            for (step, weight) in weights.iter().enumerate() {
                let at = |k: usize| y.step(step)[k * 2 + trial].exp();
                for k in 0..2 {
                    let share = at(k) / (at(0) + at(1));
                    let right = class(step, trial).map(|class| f64::from(u8::from(class == k)));
                    let expected = right.map_or(0.0, |right| weight / 2.0 * (share - right));
                    assert!((own.err.step(step)[k * 2 + trial] - expected).abs() < 1e-15, "step {step}, trial {trial}");
                    lost -= right.map_or(0.0, |right| weight / 2.0 * right * share.ln());
                }
            }
            assert!((own.lost[trial] - lost).abs() < 1e-15, "trial {trial}");
        }
    }

    /// Would catch targets of two classes, of half a class, and of another shape, which would be taken for the first class.
    #[test]
    fn targets_that_are_no_classes_are_refused() {
        let told = |target: Plane| CrossEntropyEachStep { target }.check(&y()).unwrap_err().to_string();
        assert!(
            told(Plane::from_fn(3, 2, 2, |step, _, _| f64::from(u8::from(step == 1)))).contains("one class a step")
        );
        assert!(told(Plane::from_fn(3, 2, 2, |_, _, _| 0.5)).contains("1 of a class"));
        assert!(told(Plane::zeros(2, 2, 2)).contains("target"));
    }
}
