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

    /// The first part of it that is so long; the whole where that is no part of it.
    pub(crate) fn first_ms(self, duration_ms: f64) -> Self {
        let to_ms = self.from_ms + duration_ms;
        if self.from_ms < to_ms && to_ms < self.to_ms { Self { to_ms, ..self } } else { self }
    }

    /// The bin of a time inside, of bins so wide from the beginning on: they hold the edge that the window holds. A time
    /// that rounding has put within `slack` bins beside an edge is on it.
    pub(crate) fn bin_of(self, time_ms: f64, bin_ms: f64, slack: f64) -> f64 {
        let place = (time_ms - self.from_ms) / bin_ms;
        if self.is_of_steps { (place - slack).ceil() - 1.0 } else { (place + slack).floor() }
    }

    /// Whether what a state was at a time is shown: of steps, the state that they begin with is too.
    pub(crate) fn shows(self, time_ms: f64) -> bool {
        self.contains(time_ms) || (self.is_of_steps && time_ms == self.from_ms)
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
        assert!(steps.shows(10.0) && steps.shows(20.0) && !steps.shows(9.9) && !window.shows(20.0));
    }

    /// Bins hold the edge that their window holds. Would catch a spike at an edge that is counted in the bin beside its own.
    #[test]
    fn bins_are_open_where_their_window_is() {
        let bins = |window: Window| [10.0, 10.1, 13.0, 16.0, 19.9, 20.0].map(|time| window.bin_of(time, 3.0, 1e-6));
        assert_eq!(bins(Window::new(10.0, 20.0).unwrap()), [0.0, 0.0, 1.0, 2.0, 3.0, 3.0]);
        assert_eq!(bins(Window::of_steps(10.0, 20.0).unwrap()), [-1.0, 0.0, 0.0, 1.0, 3.0, 3.0]);
        let steps = Window::of_steps(0.0, 1.0).unwrap();
        assert_eq!([0.1 + 0.2, 0.6, 0.7].map(|time| steps.bin_of(time, 0.3, 1e-6)), [0.0, 1.0, 2.0]);
    }

    #[test]
    fn a_first_part_is_of_the_same_kind() {
        let steps = Window::of_steps(10.0, 20.0).unwrap();
        assert_eq!(steps.first_ms(4.0), Window::of_steps(10.0, 14.0).unwrap());
        assert_eq!([steps.first_ms(0.0), steps.first_ms(30.0), steps.first_ms(f64::NAN)], [steps; 3]);
    }
}
