//! When input spikes happen on the grid of a circuit, and which grid that is.

use super::rounding::Rounding;
use super::{Circuit, CircuitError, INPUT_TIMES};
use neuropil_core::Clock;

impl Circuit {
    /// Whether all cells are IntFire1, which know no time step.
    pub(super) fn is_stepless(&self) -> bool {
        self.parts.iter().filter_map(|part| part.runs.as_ref()).all(|runs| runs.info().name == "int_fire1")
    }

    /// Refuses times off the grid where they must not be, and tells how others were rounded.
    pub(super) fn check_times(&mut self) -> Result<(), CircuitError> {
        let (clock, rounding) = (self.clock, self.rounding);
        let times = self.spikes.iter().flat_map(|spikes| &spikes.times_ms);
        let off: Vec<f64> = times.copied().filter(|time| *time > 0.0 && clock.steps(*time).is_err()).collect();
        let Some(first) = off.first() else { return Ok(()) };
        let (dt_ms, count) = (clock.dt_ms(), off.len());
        let rule = match rounding {
            Rounding::Up => "rounded up to steps",
            Rounding::Nearest => "rounded to the nearest steps",
            Rounding::Exact => {
                let reason = format!(
                    "is false, but {count} input times lie off the grid of {dt_ms} ms, the first at {first} ms; true or `{INPUT_TIMES}` rounds them"
                );
                return Err(self.config.wrong("run.precise_times", reason));
            }
        };
        let other = match rounding {
            Rounding::Up => format!(", as bmtk's spike generators do (`{INPUT_TIMES}`: \"nearest\" is the other way)"),
            _ => String::new(),
        };
        self.notes.push(format!("{count} input times off the grid are {rule} of {dt_ms} ms{other}"));
        Ok(())
    }

    pub(super) fn note_dropped(&mut self) {
        let times = self.spikes.iter().flat_map(|spikes| &spikes.times_ms);
        let dropped = times.filter(|time| self.rounding.step(self.clock, **time).is_none()).count();
        if dropped > 0 {
            let place = match self.rounding {
                Rounding::Up => "time 0",
                Rounding::Nearest | Rounding::Exact => "the first half step",
            };
            self.notes.push(format!("{dropped} input spikes at or before {place} are dropped"));
        }
    }

    /// Cells without a time step of their own run on the coarsest grid that holds everything that happens to them up to
    /// the end in the configuration: a run that goes further has the same grid. Where no grid does, on `run.dt`.
    pub(super) fn choose_clock(&mut self, stop_ms: f64) -> Result<(), CircuitError> {
        if !self.is_stepless() {
            return Ok(());
        }
        let mut times: Vec<f64> =
            self.spikes.iter().flat_map(|spikes| spikes.times_ms.iter().copied().filter(|time| *time > 0.0)).collect();
        for edges in &self.edges {
            let mut reader = self.edge_reader(edges);
            for edge in 0..edges.sources.len() {
                times.push(reader.edge(edge)?.delay_ms);
            }
        }
        for part in &self.parts {
            let row = part.runs.as_ref().and_then(|runs| runs.parameters().position(|name| name == "t_ref"));
            times.extend(
                row.iter().flat_map(|&row| (0..part.items.len()).map(move |cell| part.columns[row].value(cell))),
            );
        }
        times.push(stop_ms);
        times.sort_by(f64::total_cmp);
        times.dedup();
        let grids = (0..=6_i32).flat_map(|digits| [1.0, 0.5, 0.2].map(|first| first / 10_f64.powi(digits)));
        let holds = |clock: &Clock| {
            times.iter().all(|&time| clock.steps(time).is_ok_and(|steps| (clock.time_ms(steps) - time).abs() < 1e-9))
        };
        let dt_ms = self.clock.dt_ms();
        match grids.filter_map(|dt| Clock::new(dt).ok()).find(holds) {
            Some(clock) => {
                if clock.dt_ms() != dt_ms {
                    self.notes.push(format!(
                        "IntFire1 cells know no time step: running on {} ms, the coarsest grid that holds all input times and delays (run.dt = {dt_ms} ms is not used)",
                        clock.dt_ms()
                    ));
                }
                self.clock = clock;
            }
            None => self.notes.push(format!(
                "no grid down to 200 ps holds all input times and delays of these IntFire1 cells: running on run.dt = {dt_ms} ms"
            )),
        }
        Ok(())
    }
}
