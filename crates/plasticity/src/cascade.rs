//! Cascading eligibility traces: stages in series between a trace and its use, so that a synapse remembers best what it did a
//! while ago. A signal that comes late then meets the eligibility of the time that it is about.
//!
//! # Equations
//! ```text
//! c_1^t = λ c_1^{t−1} + (1 − λ) ē^t,     c_i^t = λ c_i^{t−1} + (1 − λ) c_{i−1}^t,     dW[p,q] = Σ_t L_p^t c_{n,pq}^t
//! response     binomial(s + n − 1, n − 1) λ^s (1 − λ)^n after s steps: its sum is 1, its mean n λ/(1 − λ), its variance n λ/(1 − λ)²
//! backward     Σ_t L^t c_n^t = Σ_t M^t ē^t,  M the same stages from the last step to the first over L
//! ```
//! n stages act within the same step. Of a mean delay of ℓ steps, λ = m/(1 + m) with m = ℓ/n. The backward way needs nothing in
//! synapses, and is that of the adjoint form. Tests: `the_response_written_out`, `backward_is_the_transpose`,
//! `forms_agree_with_cascades`.
//!
//! A cascade lies between what travels and what arrives: the learning signal of rules without emissions, the emissions of ModProp
//! and MDGL over types, whose own direct credit meets e as it is. The regulariser does too.
//!
//! # Departures from the paper
//! The paper convolves with tⁿ e^{−n t/T}, binned and divided by its sum. The stages are the same family in steps.
//!
//! # References
//! \[Ralambomihanta2025\].

use crate::{Error, Plane};

/// Stages in series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cascade {
    /// n.
    pub stages: usize,
    /// λ.
    pub keep: f64,
}

impl Cascade {
    /// Of a mean delay of so many steps.
    pub fn of_delay(stages: usize, delay_steps: f64) -> Self {
        let each = delay_steps / stages as f64;
        Self { stages, keep: each / (1.0 + each) }
    }

    /// The signal as it meets traces that are not delayed: the stages from the last step to the first.
    pub fn backward(self, signal: &Plane) -> Plane {
        let mut held = Plane::zeros(signal.steps(), signal.channels(), signal.trials());
        let mut stages = Stages::new(self, signal.channels() * signal.trials());
        for step in (0..signal.steps()).rev() {
            held.step_mut(step).copy_from_slice(stages.step(signal.step(step)));
        }
        held
    }

    pub(crate) fn check(self) -> Result<(), Error> {
        if self.stages == 0 {
            return Err(Error::Value { what: "cascade.stages", index: 0, value: 0.0, expected: "at least 1" });
        }
        if !(0.0..1.0).contains(&self.keep) {
            return Err(Error::Value { what: "cascade.keep", index: 0, value: self.keep, expected: "in [0, 1)" });
        }
        Ok(())
    }
}

/// The stages of many numbers at once.
#[derive(Debug, Clone)]
pub(crate) struct Stages {
    cascade: Cascade,
    /// `[stage][number]`.
    values: Vec<f64>,
}

impl Stages {
    /// At rest.
    pub(crate) fn new(cascade: Cascade, numbers: usize) -> Self {
        Self { cascade, values: vec![0.0; cascade.stages * numbers] }
    }

    /// One step, with what enters; what the last stage has.
    #[inline(always)]
    pub(crate) fn step(&mut self, entering: &[f64]) -> &[f64] {
        let (keep, numbers) = (self.cascade.keep, entering.len());
        let pass = |stage: &mut [f64], entering: &[f64]| {
            stage.iter_mut().zip(entering).for_each(|(own, new)| *own = keep * *own + (1.0 - keep) * new);
        };
        pass(&mut self.values[..numbers], entering);
        for stage in 1..self.cascade.stages {
            let (before, own) = self.values.split_at_mut(stage * numbers);
            pass(&mut own[..numbers], &before[(stage - 1) * numbers..]);
        }
        &self.values[(self.cascade.stages - 1) * numbers..]
    }

    /// One step of numbers that are replaced by what the last stage has.
    #[inline(always)]
    pub(crate) fn pass(&mut self, numbers: &mut [f64]) {
        let out = self.step(numbers);
        numbers.copy_from_slice(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The response to a one, against the closed form, and its moments. Would catch stages that act a step late, and a gain.
    #[test]
    fn the_response_written_out() {
        for (stages, delay) in [(1, 3.0), (2, 10.0), (5, 12.5), (4, 0.0)] {
            let cascade = Cascade::of_delay(stages, delay);
            let mut own = Stages::new(cascade, 1);
            let response: Vec<f64> = (0..2000).map(|step| own.step(&[f64::from(u8::from(step == 0))])[0]).collect();
            let binomial = |s: usize| (1..stages).fold(1.0, |product, i| product * (s + i) as f64 / i as f64);
            let leaves = (1.0 - cascade.keep).powi(i32::try_from(stages).unwrap());
            for (s, found) in response.iter().enumerate() {
                let expected = binomial(s) * cascade.keep.powi(i32::try_from(s).unwrap()) * leaves;
                assert!((found - expected).abs() < 1e-14, "{stages} stages, step {s}: {found}, {expected}");
            }
            let moment = |of: &dyn Fn(f64) -> f64| -> f64 {
                response.iter().enumerate().map(|(s, part)| of(s as f64) * part).sum()
            };
            assert!((moment(&|_| 1.0) - 1.0).abs() < 1e-12);
            assert!((moment(&|s| s) - delay).abs() < 1e-9 * (1.0 + delay));
            let variance = delay / (1.0 - cascade.keep);
            assert!((moment(&|s| (s - delay).powi(2)) - variance).abs() < 1e-8 * (1.0 + variance));
        }
    }

    /// ⟨L, C e⟩ = ⟨Cᵀ L, e⟩, a channel and trial at a time. Would catch a filter that runs the wrong way and trials that mix.
    #[test]
    fn backward_is_the_transpose() {
        let cascade = Cascade { stages: 3, keep: 0.6 };
        let number = |factor: usize| {
            Plane::from_fn(40, 2, 3, |step, channel, trial| {
                ((step * 7 + channel * 5 + trial * 3) * factor % 11) as f64 - 5.0
            })
        };
        let (signal, trace) = (number(3), number(5));
        let mut stages = Stages::new(cascade, 6);
        let mut forward = Plane::zeros(40, 2, 3);
        for step in 0..40 {
            let mut own = trace.step(step).to_vec();
            stages.pass(&mut own);
            forward.step_mut(step).copy_from_slice(&own);
        }
        let held = cascade.backward(&signal);
        let places = || (0..2).flat_map(|channel| (0..3).map(move |trial| (channel, trial)));
        for (channel, trial) in places() {
            let product = |a: &Plane, b: &Plane| -> f64 {
                (0..40).map(|step| a.at(step, channel, trial) * b.at(step, channel, trial)).sum()
            };
            let (found, expected) = (product(&held, &trace), product(&signal, &forward));
            assert!((found - expected).abs() < 1e-11, "{found}, {expected}");
        }
    }

    /// Would catch numbers of stages and shares that make no cascade.
    #[test]
    fn what_is_no_cascade_is_refused() {
        for (cascade, what) in [
            (Cascade { stages: 0, keep: 0.5 }, "cascade.stages"),
            (Cascade { stages: 2, keep: 1.0 }, "cascade.keep"),
            (Cascade { stages: 2, keep: f64::NAN }, "cascade.keep"),
        ] {
            assert!(cascade.check().unwrap_err().to_string().contains(what));
        }
        assert_eq!(Cascade::of_delay(3, 0.0), Cascade { stages: 3, keep: 0.0 });
        assert!(Cascade::of_delay(3, 9.0).check().is_ok());
    }
}
