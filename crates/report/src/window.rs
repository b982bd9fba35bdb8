//! The window of time that counts.

use crate::Error;

/// A span of time that holds its start but not its end; of steps, its end but not its start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    from_ms: f64,
    to_ms: f64,
    is_of_steps: bool,
}

impl Window {
    /// The window [`from_ms`, `to_ms`); both must be finite, and the end later than the start.
    pub fn new(from_ms: f64, to_ms: f64) -> Result<Self, Error> {
        if from_ms.is_finite() && (to_ms - from_ms).is_finite() && from_ms < to_ms {
            Ok(Self { from_ms, to_ms, is_of_steps: false })
        } else {
            Err(Error::EmptyWindow { from_ms, to_ms })
        }
    }

    /// The window (`from_ms`, `to_ms`] of a simulation: a spike at a time is of the step that ends there.
    pub fn of_steps(from_ms: f64, to_ms: f64) -> Result<Self, Error> {
        Ok(Self { is_of_steps: true, ..Self::new(from_ms, to_ms)? })
    }

    /// Where it starts, ms.
    pub fn from_ms(self) -> f64 {
        self.from_ms
    }

    /// Where it ends, ms.
    pub fn to_ms(self) -> f64 {
        self.to_ms
    }

    /// How long it is, ms.
    pub fn duration_ms(self) -> f64 {
        self.to_ms - self.from_ms
    }

    /// Whether a time lies inside; a time that is not a number does not.
    pub fn contains(self, time_ms: f64) -> bool {
        if self.is_of_steps {
            self.from_ms < time_ms && time_ms <= self.to_ms
        } else {
            (self.from_ms..self.to_ms).contains(&time_ms)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_must_have_a_length() {
        for (from_ms, to_ms) in [(1.0, 1.0), (2.0, 1.0), (0.0, f64::NAN), (0.0, f64::INFINITY), (f64::NAN, 1.0)] {
            assert!(Window::new(from_ms, to_ms).is_err(), "{from_ms}..{to_ms}");
        }
    }

    #[test]
    fn the_end_of_a_window_is_outside() {
        let window = Window::new(10.0, 20.0).unwrap();
        assert!(window.contains(10.0) && !window.contains(20.0) && !window.contains(f64::NAN));
        let steps = Window::of_steps(10.0, 20.0).unwrap();
        assert!(!steps.contains(10.0) && steps.contains(20.0) && !steps.contains(f64::NAN));
    }
}
