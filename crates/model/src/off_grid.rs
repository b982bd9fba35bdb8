//! What of a model its time step cannot show as it is written.

use crate::fields::shown;
use crate::model::{InputKind, Model};
use neuropil_network::current::Waveform;
use neuropil_network::source::Rate;

impl Model {
    /// Tells of rates that begin between two steps, and of sines that are too fast for the steps.
    pub(crate) fn tell_off_grid(&mut self) {
        let mut told = Vec::new();
        for (path, rate) in self.rates() {
            match rate {
                Rate::Steps(steps) => told.extend(self.between_steps(path, steps)),
                Rate::Sine { frequency_hz, .. } => {
                    told.extend(self.too_fast(&format!("{path}.rate_hz"), *frequency_hz))
                }
                Rate::Constant(_) | Rate::PerCell(_) => {}
            }
        }
        let waveforms = self.inputs.iter().filter_map(|own| match &own.kind {
            InputKind::Current { waveform, .. } => Some((&own.path, waveform)),
            InputKind::Poisson { .. } => None,
        });
        for (path, waveform) in waveforms {
            if let Waveform::Sine { frequency_hz, .. } = waveform {
                told.extend(self.too_fast(path, *frequency_hz));
            }
        }
        self.notes.extend(told);
    }

    /// A word on times of a rate that are no ends of steps.
    fn between_steps(&self, path: &str, steps: &[(f64, f64)]) -> Option<String> {
        let is_off = |step: &&(f64, f64)| self.clock.steps(step.0).is_err();
        let (first, count) = (steps.iter().find(is_off)?.0, steps.iter().filter(is_off).count());
        let dt = shown(self.clock.dt_ms());
        Some(format!(
            "{path}.rate_hz.times_ms: {count} of {} are no multiples of dt = {dt} ms, the first {} ms: such a rate holds from the \
             beginning of the step on that its time lies in",
            steps.len(),
            shown(first)
        ))
    }

    /// A word on a sine that steps do not follow: it takes two of them a cycle, and more.
    fn too_fast(&self, path: &str, frequency_hz: f64) -> Option<String> {
        let most_hz = 0.5e3 / self.clock.dt_ms();
        (frequency_hz.abs() >= most_hz).then(|| {
            format!(
                "{path}.frequency_hz: {} Hz is no less than half of the steps a second, {} Hz: what is sampled is not this sine",
                shown(frequency_hz),
                shown(most_hz)
            )
        })
    }
}
