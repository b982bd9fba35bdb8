//! `regular_source`: cells that spike at equal intervals, as in protocols that pair or repeat spikes.
//!
//! # Equations
//! ```text
//! spikes at  t_k = first + k period,  k = 0, 1, ...
//! ```
//! A spike goes out in the step whose end is nearest to its time. Test: `spikes_are_those_of_the_list_of_their_times`.

use super::model::{Equations, SourceInfo};
use neuropil_core::{BadParameter, Clock, ParameterSet};

neuropil_core::parameters! {
    /// Parameters of regular trains.
    pub struct RegularParams {
        /// Time between two spikes, at least a step
        period: Ms = 100.0, Positive;
        /// Time of the first spike, at least half a step
        first: Ms = 1.0, Positive;
    }
}

/// The source; see the [module](self).
pub struct Regular;

impl Equations for Regular {
    const INFO: SourceInfo = SourceInfo {
        name: "regular_source",
        summary: "Cells that send spikes at equal intervals",
        parameters: RegularParams::TABLE,
    };
    type Params = RegularParams;

    fn conflicts(params: &RegularParams, clock: Clock) -> Vec<BadParameter> {
        let dt_ms = clock.dt_ms();
        let fault = |name: &str, value, expected| BadParameter { name: name.into(), value, unit: "ms", expected };
        let (period, first) = (params.period.0, params.first.0);
        let often = (period < dt_ms).then(|| fault("period_ms", period, format!("at least dt = {dt_ms} ms")));
        let half = 0.5 * dt_ms;
        let early = (first < half).then(|| fault("first_ms", first, format!("at least half a step ({half} ms)")));
        often.into_iter().chain(early).collect()
    }

    fn spikes(params: &RegularParams, step: u64, clock: Clock) -> bool {
        // Spikes before the middle of the step that follows.
        let so_far = |step: u64| {
            let middle = clock.time_ms(step) + 0.5 * clock.dt_ms();
            ((middle - params.first.0) / params.period.0).ceil().max(0.0)
        };
        so_far(step) > so_far(step - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_core::units::Ms;

    /// The times of the definition, each rounded to its step. Would catch a spike that is lost between two steps or sent twice,
    /// and a drift of long trains.
    #[test]
    fn spikes_are_those_of_the_list_of_their_times() {
        for (dt, period, first) in
            [(0.1, 100.0, 1.0), (0.1, 0.1, 0.1), (0.1, 7.3, 2.21), (0.5, 3.2, 40.0), (0.25, 1.07, 0.2)]
        {
            let (clock, params) = (Clock::new(dt).unwrap(), RegularParams { period: Ms(period), first: Ms(first) });
            let steps = 20_000;
            let found: Vec<u64> = (1..=steps).filter(|step| Regular::spikes(&params, *step, clock)).collect();
            let times = (0..).map(|k| first + f64::from(k) * period);
            let rounded = times.map(|time| clock.nearest_step(time).unwrap());
            let expected: Vec<u64> = rounded.take_while(|step| *step <= steps).collect();
            assert_eq!(found, expected, "dt {dt}, period {period}, first {first}");
        }
    }
}
