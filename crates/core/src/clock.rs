//! The grid of simulated time.

use thiserror::Error;

/// Step n covers (t_{n-1}, t_n] with t_n = n dt; what happens in it is stamped t_n.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clock {
    dt: f64,
    /// 1/dt where that is a whole number: times are then correctly rounded quotients.
    steps_per_ms: Option<f64>,
}

/// A duration that the grid cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum ClockError {
    /// The step itself is not a positive number.
    #[error("dt = {0} ms, must be a finite number > 0 ms")]
    BadStep(f64),
    /// The duration is not a multiple of the step.
    #[error("{duration_ms} ms is not a multiple of dt = {dt_ms} ms")]
    OffGrid {
        /// The duration asked for, ms.
        duration_ms: f64,
        /// The step, ms.
        dt_ms: f64,
    },
    /// The duration is negative, not finite, or has more steps than can be counted.
    #[error("{0:?} ms is not a duration")]
    NotADuration(f64),
}

/// Relative distance to the grid that counts as rounding of a decimal fraction.
const GRID_TOLERANCE: f64 = 1e-6;
/// More steps than this are refused (2^48; 10^10 s at dt 0.1 ms).
const MAX_STEPS: f64 = 281_474_976_710_656.0;

impl Clock {
    /// A grid of step `dt_ms`.
    pub fn new(dt_ms: f64) -> Result<Self, ClockError> {
        if !(dt_ms.is_finite() && dt_ms > 0.0) {
            return Err(ClockError::BadStep(dt_ms));
        }
        let inverse = (1.0 / dt_ms).round();
        let whole = inverse >= 1.0 && (inverse * dt_ms - 1.0).abs() < 1e-12;
        Ok(Self { dt: dt_ms, steps_per_ms: whole.then_some(inverse) })
    }

    /// The step in ms.
    pub fn dt_ms(&self) -> f64 {
        self.dt
    }

    /// The time stamp t_n in ms.
    #[expect(clippy::cast_precision_loss, reason = "steps stay below 2^48")]
    pub fn time_ms(&self, step: u64) -> f64 {
        match self.steps_per_ms {
            Some(inverse) => step as f64 / inverse,
            None => step as f64 * self.dt,
        }
    }

    /// The number of steps in a duration that must be a multiple of dt.
    pub fn steps(&self, duration_ms: f64) -> Result<u64, ClockError> {
        let steps = self.nearest_step(duration_ms)?;
        let back = self.time_ms(steps);
        if (back - duration_ms).abs() > GRID_TOLERANCE * self.dt {
            return Err(ClockError::OffGrid { duration_ms, dt_ms: self.dt });
        }
        Ok(steps)
    }

    /// The first step whose end, step · dt in floating point, is not before a time: the time rounded up to the grid.
    ///
    /// # Errors
    /// As of [`Clock::nearest_step`].
    #[expect(clippy::cast_precision_loss, reason = "steps stay below 2^48")]
    pub fn first_step_from(&self, time_ms: f64) -> Result<u64, ClockError> {
        let nearest = self.nearest_step(time_ms)?;
        // A step count that only rounding carries over the grid is none: times written as n · dt or as n / (1 / dt) stay.
        let is_before = |step: u64| (step as f64 * self.dt).max(self.time_ms(step)) < time_ms;
        Ok(match nearest {
            step if is_before(step) => step + 1,
            step if step > 0 && !is_before(step - 1) => step - 1,
            step => step,
        })
    }

    /// The number of steps nearest to a duration; halves round up.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to lie in 0..2^48")]
    #[inline]
    pub fn nearest_step(&self, duration_ms: f64) -> Result<u64, ClockError> {
        let steps = match self.steps_per_ms {
            Some(inverse) => duration_ms * inverse,
            None => duration_ms / self.dt,
        };
        let rounded = (steps + 0.5).floor();
        if !(0.0..=MAX_STEPS).contains(&rounded) {
            return Err(ClockError::NotADuration(duration_ms));
        }
        Ok(rounded as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_the_nearest_numbers_to_decimal_fractions() {
        let clock = Clock::new(0.1).unwrap();
        assert_eq!(clock.time_ms(3), 0.3);
        assert_eq!(clock.time_ms(1_234_567), 123_456.7);
        assert_eq!(clock.steps(123_456.7).unwrap(), 1_234_567);
    }

    #[test]
    fn a_duration_off_the_grid_is_refused() {
        let clock = Clock::new(0.1).unwrap();
        assert_eq!(clock.steps(0.25), Err(ClockError::OffGrid { duration_ms: 0.25, dt_ms: 0.1 }));
        assert_eq!(clock.nearest_step(0.25).unwrap(), 3);
        assert!(clock.steps(-1.0).is_err());
        assert!(clock.steps(f64::NAN).is_err());
        assert!(Clock::new(0.0).is_err());
    }

    /// Would catch a rule that rounds to the nearest step, and one that pushes times on the grid a step on.
    #[test]
    fn times_round_up_and_those_on_the_grid_stay() {
        for dt_ms in [0.001, 0.002, 0.01, 0.025, 0.1, 0.25, 0.3, 1.0 / 3.0, 1.0] {
            let clock = Clock::new(dt_ms).unwrap();
            for step in (1..200_000_u32).step_by(7) {
                let (own, exact) = (u64::from(step), clock.time_ms(u64::from(step)));
                for time in [exact, f64::from(step) * dt_ms] {
                    assert_eq!(clock.first_step_from(time).unwrap(), own, "{time} on {dt_ms}");
                    assert_eq!(clock.first_step_from(time + 0.01 * dt_ms).unwrap(), own + 1, "after {time} on {dt_ms}");
                    assert_eq!(clock.first_step_from(time - 0.01 * dt_ms).unwrap(), own, "before {time} on {dt_ms}");
                }
            }
        }
        assert!(Clock::new(0.1).unwrap().first_step_from(-1.0).is_err());
    }

    #[test]
    fn steps_that_do_not_divide_a_millisecond_work_too() {
        let clock = Clock::new(0.3).unwrap();
        assert_eq!(clock.steps(3.0).unwrap(), 10);
        assert_eq!(clock.steps(900.0).unwrap(), 3000);
    }
}
