//! What a readout should say: values over time, or the answers of trials; or the errors that something else found.

use super::time_series::TimeSeries;
use neuropil_plasticity::loss::{CrossEntropy, CrossEntropyEachStep, Loss, SquaredError};
use neuropil_plasticity::{Error, Plane};

/// What a readout should say.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// Values; the loss is half the squared error.
    Series(TimeSeries),
    /// Trials, one after the other from the start of the run.
    Trials(Trials),
    /// Not what it should say, but ∂E/∂y, found elsewhere; the loss is half their square.
    Errors(TimeSeries),
}

/// Trials of equal length.
#[derive(Debug, Clone, PartialEq)]
pub struct Trials {
    /// What is asked in each.
    pub asked: Asked,
    /// w_t of each step of a trial, 0 where nothing is asked, the pause behind it included.
    pub weights: Vec<f64>,
}

/// What trials ask for.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    /// The right readout of each, for softmax cross-entropy.
    Labels(Vec<usize>),
    /// Values, `[trial][step][readout]`, for the squared error; trials have as many steps as there are weights.
    Values(Vec<f64>),
    /// 1 of the right readout of each step, `[trial][step][readout]`, for softmax cross-entropy; a step without a 1 asks for nothing.
    Classes(Vec<f64>),
}

/// A trial that has ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer {
    /// Its last step.
    pub step: u64,
    /// Its loss.
    pub loss: f64,
    /// The right readout and the one that spoke loudest, Σ_t w_t y_t; none where values, or a class at each step, are asked for.
    pub labels: Option<(usize, usize)>,
}

impl Target {
    /// Numbers of a point; `None` for trials of labels, which ask for one of any number.
    pub fn outputs(&self) -> Option<usize> {
        match self {
            Self::Series(series) | Self::Errors(series) => Some(series.channels),
            Self::Trials(_) => None,
        }
    }

    /// The trials, where there are such.
    pub fn trials(&self) -> Option<&Trials> {
        match self {
            Self::Series(_) | Self::Errors(_) => None,
            Self::Trials(trials) => Some(trials),
        }
    }

    /// What is asked in a step, counted from 1; no number where nothing is.
    pub fn asked(&self, step: u64, outputs: usize) -> Vec<f64> {
        let nothing = || vec![f64::NAN; outputs];
        match self {
            Self::Series(series) => series.at(step).map_or_else(nothing, <[f64]>::to_vec),
            Self::Errors(_) => nothing(),
            Self::Trials(own) => match own.at(step) {
                Some((_, 0.0)) | None => nothing(),
                Some((place, _)) => match &own.asked {
                    Asked::Labels(labels) => {
                        let right = labels[place / own.weights.len()];
                        (0..outputs).map(|k| f64::from(u8::from(k == right))).collect()
                    }
                    Asked::Values(values) => point(values, place, outputs).map_or_else(nothing, <[f64]>::to_vec),
                    Asked::Classes(values) => {
                        let own = point(values, place, outputs).filter(|own| own.contains(&1.0));
                        own.map_or_else(nothing, <[f64]>::to_vec)
                    }
                },
            },
        }
    }

    /// The loss of y in a step, counted from 1, and err, which is 0 where nothing is asked.
    ///
    /// # Errors
    /// Labels beyond the readouts.
    pub fn judge(&self, step: u64, y: &[f64], err: &mut [f64]) -> Result<f64, Error> {
        err.fill(0.0);
        let mut loss = [0.0];
        match self {
            Self::Series(series) => {
                for ((err, y), target) in err.iter_mut().zip(y).zip(series.at(step).unwrap_or(&[])) {
                    if !target.is_nan() {
                        *err = y - target;
                        loss[0] += 0.5 * *err * *err;
                    }
                }
            }
            Self::Errors(series) => {
                for (err, found) in err.iter_mut().zip(series.at(step).unwrap_or(&[])) {
                    *err = if found.is_nan() { 0.0 } else { *found };
                    loss[0] += 0.5 * *err * *err;
                }
            }
            Self::Trials(own) => {
                let Some((place, weight)) = own.at(step).filter(|own| own.1 != 0.0) else { return Ok(0.0) };
                match &own.asked {
                    Asked::Labels(labels) => {
                        let label = labels[place / own.weights.len()];
                        if label >= y.len() {
                            let expected = "below the number of readouts";
                            return Err(Error::Value { what: "labels", index: place, value: label as f64, expected });
                        }
                        CrossEntropy { labels: vec![label] }.step(0, y, weight, err, &mut loss);
                    }
                    Asked::Values(values) | Asked::Classes(values) => {
                        let Some(asked) = point(values, place, y.len()) else { return Ok(0.0) };
                        let target = Plane::from_fn(1, y.len(), 1, |_, k, _| asked[k]);
                        match own.asked {
                            Asked::Classes(_) => CrossEntropyEachStep { target }.step(0, y, weight, err, &mut loss),
                            _ => SquaredError { target }.step(0, y, weight, err, &mut loss),
                        }
                    }
                }
            }
        }
        Ok(loss[0])
    }
}

/// What one step asks of each readout; nothing behind the last trial.
fn point(values: &[f64], place: usize, readouts: usize) -> Option<&[f64]> {
    values.get(place * readouts..(place + 1) * readouts)
}

impl Trials {
    /// The number of a step among the steps of all trials, and its weight; `None` behind the last trial.
    fn at(&self, step: u64) -> Option<(usize, f64)> {
        let place = usize::try_from(step - 1).ok()?;
        let (trial, within) = (place / self.weights.len(), place % self.weights.len());
        let known = match &self.asked {
            Asked::Labels(labels) => trial < labels.len(),
            Asked::Values(values) | Asked::Classes(values) => place < values.len(),
        };
        known.then(|| (place, self.weights[within]))
    }

    /// w_t of a step, counted from 1; 0 behind the last trial.
    pub(super) fn weight(&self, step: u64) -> f64 {
        self.at(step).map_or(0.0, |own| own.1)
    }

    /// The end of a trial in this step: its right label, where it has one.
    pub(super) fn ends(&self, step: u64) -> Option<Option<usize>> {
        let length = self.weights.len();
        let (place, _) = self.at(step).filter(|(place, _)| (place + 1).is_multiple_of(length))?;
        Some(match &self.asked {
            Asked::Labels(labels) => labels.get(place / length).copied(),
            Asked::Values(_) | Asked::Classes(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch an error that is taken from y, and a gap that is no error of 0.
    #[test]
    fn errors_found_elsewhere_are_taken_as_they_are() {
        let values = vec![0.5, -2.0, f64::NAN, 3.0];
        let target = Target::Errors(TimeSeries { values, channels: 2, every_steps: 1, repeats: false });
        let mut err = [7.0; 2];
        for (step, expected, lost) in [(1, [0.5, -2.0], 2.125), (2, [0.0, 3.0], 4.5), (3, [0.0; 2], 0.0)] {
            let loss = target.judge(step, &[10.0, 20.0], &mut err).unwrap();
            assert_eq!((err, loss), (expected, lost), "step {step}");
            assert!(target.asked(step, 2).iter().all(|asked| asked.is_nan()));
        }
    }

    /// Steps of two trials by hand. Would catch a question that is asked a step early, of the next trial, or in a pause.
    #[test]
    fn trials_ask_where_they_have_weight() {
        let trials = Trials { asked: Asked::Labels(vec![1, 0]), weights: vec![0.0, 0.5, 0.0] };
        let target = Target::Trials(trials.clone());
        let (y, mut err) = ([0.3, -0.2], [0.0; 2]);
        let share = (0.3_f64).exp() / ((0.3_f64).exp() + (-0.2_f64).exp());
        for (step, right) in
            [(1, None), (2, Some(1)), (3, None), (4, None), (5, Some(0)), (6, None), (7, None), (8, None)]
        {
            let loss = target.judge(step, &y, &mut err).unwrap();
            match right {
                None => {
                    assert_eq!((loss, err), (0.0, [0.0; 2]), "step {step}");
                    assert!(target.asked(step, 2)[0].is_nan());
                }
                Some(right) => {
                    let own = [share, 1.0 - share][right];
                    assert!((loss + 0.5 * own.ln()).abs() < 1e-15);
                    assert!((err[right] - 0.5 * (own - 1.0)).abs() < 1e-15);
                    assert_eq!(target.asked(step, 2)[right], 1.0);
                }
            }
        }
        assert_eq!([3, 4, 6, 9].map(|step| trials.ends(step)), [Some(Some(1)), None, Some(Some(0)), None]);
    }

    /// A trial of three steps whose class changes, by hand. Would catch an error where a step has weight and asks for nothing.
    #[test]
    fn a_class_is_asked_for_in_each_step() {
        let asked = Asked::Classes(vec![1.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
        let target = Target::Trials(Trials { asked, weights: vec![0.5; 3] });
        let (y, mut err) = ([0.3, -0.2], [7.0; 2]);
        let share = 1.0 / (1.0 + (-0.5_f64).exp());
        for (step, right) in [(1, Some(0)), (2, None), (3, Some(1)), (4, None)] {
            let loss = target.judge(step, &y, &mut err).unwrap();
            let expected = right.map_or(0.0, |right: usize| -0.5 * [share, 1.0 - share][right].ln());
            assert!((loss - expected).abs() < 1e-15, "step {step}");
            let first = right.map_or(0.0, |right| 0.5 * (share - [1.0, 0.0][right]));
            assert!((err[0] - first).abs() < 1e-15 && (err[1] + first).abs() < 1e-15, "step {step}");
            assert_eq!(target.asked(step, 2)[0].is_nan(), right.is_none());
        }
        assert_eq!(target.trials().unwrap().ends(3), Some(None));
    }
}
