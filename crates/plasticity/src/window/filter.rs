//! What eligibility passes on its way to a learning signal: the readout's memory, then the stages of a cascade.
//!
//! # Equations
//! ```text
//! ē ← κ ē + g_o e,     c_1 ← λ c_1 + (1 − λ) ē,     c_i ← λ c_i + (1 − λ) c_{i−1}
//! ```
//! The numbers ē, c_1 .. c_n of a synapse stand in this order; all stages act within a step.

use crate::cascade::Cascade;

/// The way of eligibility to a learning signal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TraceFilter {
    /// κ.
    pub kappa: f64,
    /// g_o.
    pub scale: f64,
    /// The stages behind it.
    pub cascade: Option<Cascade>,
}

impl TraceFilter {
    /// Numbers of a synapse.
    pub(super) fn numbers(self) -> usize {
        1 + self.cascade.map_or(0, |own| own.stages)
    }

    fn keep(self) -> f64 {
        self.cascade.map_or(0.0, |own| own.keep)
    }

    /// What an e of 1 makes of the numbers at once.
    pub(super) fn response(self) -> Vec<f64> {
        let mut entering = self.scale;
        let mut numbers = vec![entering];
        for _ in 1..self.numbers() {
            entering *= 1.0 - self.keep();
            numbers.push(entering);
        }
        numbers
    }

    /// How much of an e still meets a signal so many steps later or more, as a share of the most that ever does.
    pub fn left_after(self, steps: u32) -> f64 {
        let (mut numbers, mut most, mut left) = (self.response(), 0.0_f64, 0.0_f64);
        for step in 0..=steps.saturating_mul(2) {
            let arrives = numbers.last().map_or(0.0, |own| own.abs());
            most = most.max(arrives);
            if step >= steps {
                left = left.max(arrives);
                if arrives < left {
                    break;
                }
            }
            self.decay(&mut numbers);
        }
        if most > 0.0 { left / most } else { 0.0 }
    }

    /// One step of the numbers without e.
    #[inline(always)]
    pub(super) fn decay(self, numbers: &mut [f64]) {
        let keep = self.keep();
        numbers[0] *= self.kappa;
        for stage in 1..numbers.len() {
            numbers[stage] = keep * numbers[stage] + (1.0 - keep) * numbers[stage - 1];
        }
    }

    /// One step back of what the numbers are worth, with the credit of the last; what e of the step is worth.
    #[inline(always)]
    pub(super) fn back(self, worth: &mut [f64], credit: f64) -> f64 {
        let keep = self.keep();
        let (slow, stages) = worth.split_at_mut(1);
        let mut entering = credit;
        for own in stages.iter_mut().rev() {
            *own += entering;
            entering = (1.0 - keep) * *own;
            *own *= keep;
        }
        slow[0] += entering;
        let direct = self.scale * slow[0];
        slow[0] *= self.kappa;
        direct
    }

    /// The same of many places at once: `worth` is `[number][place]`, and `credit` becomes what e is worth.
    #[inline(always)]
    pub(super) fn back_planes(self, worth: &mut [f64], credit: &mut [f64]) {
        let (places, keep) = (credit.len(), self.keep());
        let (slow, stages) = worth.split_at_mut(places);
        for own in stages.chunks_exact_mut(places).rev() {
            for (own, entering) in own.iter_mut().zip(&mut *credit) {
                *own += *entering;
                *entering = (1.0 - keep) * *own;
                *own *= keep;
            }
        }
        for (slow, entering) in slow.iter_mut().zip(credit) {
            *slow += *entering;
            *entering = self.scale * *slow;
            *slow *= self.kappa;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// κ^H of a readout that remembers, and the binomial form of three stages: λ^H (H + 1)(H + 2)/2 of the last, over its peak.
    #[test]
    fn what_is_left_after_some_steps() {
        let plain = TraceFilter { kappa: 0.9, scale: 0.1, cascade: None };
        assert!((plain.left_after(50) / 0.9_f64.powi(50) - 1.0).abs() < 1e-12);
        let cascade = Some(Cascade { stages: 3, keep: 0.9 });
        let late = TraceFilter { kappa: 0.0, scale: 1.0, cascade };
        let last = |steps: i32| 0.9_f64.powi(steps) * f64::from((steps + 1) * (steps + 2)) / 2.0;
        let peak = (0..200).map(last).fold(0.0, f64::max);
        assert!((late.left_after(100) / (last(100) / peak) - 1.0).abs() < 1e-9, "{}", late.left_after(100));
    }
}
