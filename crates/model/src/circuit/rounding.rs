//! How input times meet the grid of a circuit.

use super::config::Config;
use super::{CircuitError, INPUT_TIMES};
use neuropil_core::Clock;

/// How an input time becomes a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rounding {
    /// To the end of the step that it lies in, as a spike generator of bmtk does.
    Up,
    /// To the nearest step, halves up.
    Nearest,
    /// Not at all: times must lie on the grid, as `precise_times` false asks of NEST.
    Exact,
}

impl Rounding {
    /// What the configuration asks for; cells that know no time step are not NEST's.
    ///
    /// # Errors
    /// Words other than the known ones.
    pub(super) fn of(config: &Config, is_stepless: bool) -> Result<Self, CircuitError> {
        let is_precise = config.get("run.precise_times").is_none() || config.flag("run.precise_times")?;
        let is_off_grid = config.flag("run.allow_offgrid_spikes")?;
        match config.text(INPUT_TIMES)? {
            Some("up") => Ok(Rounding::Up),
            Some("nearest") => Ok(Rounding::Nearest),
            Some(other) => Err(config.wrong(INPUT_TIMES, format!("found `{other}`, expected up or nearest"))),
            None if is_stepless => Ok(Rounding::Nearest),
            None if is_precise || is_off_grid => Ok(Rounding::Up),
            None => Ok(Rounding::Exact),
        }
    }

    /// The step of an input time; `None` for times at or before the first that can send.
    pub(super) fn step(self, clock: Clock, time_ms: f64) -> Option<u64> {
        let step = match self {
            Rounding::Up => clock.first_step_from(time_ms),
            Rounding::Nearest | Rounding::Exact => clock.nearest_step(time_ms),
        };
        step.ok().filter(|step| *step > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_between_two_steps_goes_up_or_to_the_nearest() {
        let clock = Clock::new(0.1).unwrap();
        let steps = |time: f64| [Rounding::Up, Rounding::Nearest].map(|rounding| rounding.step(clock, time));
        assert_eq!(steps(0.31), [Some(4), Some(3)]);
        assert_eq!(steps(0.36), [Some(4), Some(4)]);
        assert_eq!(steps(0.3), [Some(3), Some(3)]);
        assert_eq!(steps(0.004), [Some(1), None]);
        assert_eq!(steps(0.0), [None, None]);
    }
}
