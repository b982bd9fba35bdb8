//! Times of a task file as steps.

use neuropil_core::Clock;
use neuropil_model::fields::Reader;

/// Steps of the delay of recurrent synapses; one where the file does not say it.
pub(crate) fn delay(reader: &Reader, delay_ms: Option<f64>, clock: Clock) -> Option<usize> {
    let Some(delay_ms) = delay_ms else { return Some(1) };
    if delay_ms < clock.dt_ms() {
        reader.fault("delay_ms", format!("found {delay_ms}, must be at least one step"));
        return None;
    }
    whole_steps(reader, "delay_ms", delay_ms, clock)
}

/// A time that must be a multiple of the step.
pub(crate) fn whole_steps(reader: &Reader, path: &str, time_ms: f64, clock: Clock) -> Option<usize> {
    match clock.steps(time_ms) {
        Ok(steps) => usize::try_from(steps).ok(),
        Err(fault) => {
            reader.fault(path, fault.to_string());
            None
        }
    }
}
