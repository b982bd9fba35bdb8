//! Pattern generation: from the same noise at every trial to a sum of sines.
//!
//! # Trials
//! Inputs are Poisson spikes of `rate_hz`, the same in all trials of a run. The target of each output is a sum of sines
//! with ⌊T / period⌋ cycles over the trial, amplitudes U(0.5, 2) and phases U(0, 2π), drawn once a run; its first value
//! is subtracted and it is divided by its greatest modulus.
//!
//! # References
//! \[Bellec2020\], pattern generation.

use super::spikes::{probability, scatter};
use super::{Context, Draw, Shape, Task, count, steps};
use crate::fields::Fields;
use std::f64::consts::TAU;

struct Pattern {
    steps: usize,
    inputs: usize,
    outputs: usize,
    probability: f64,
    /// Cycles over a trial.
    cycles: Vec<f64>,
}

pub(super) fn read(fields: &mut Fields, context: Context) -> Option<Box<dyn Task>> {
    let steps = steps(fields, "duration_ms", context.clock, 2);
    let inputs = count(fields, "inputs");
    let outputs = count(fields, "outputs");
    let probability = probability(fields, "rate_hz", context);
    let path = fields.path_of("periods_ms");
    let periods = fields.require("periods_ms").and_then(|node| fields.reader.numbers(node, &path))?;
    if periods.is_empty() || periods.iter().any(|period| *period <= 0.0) {
        fields.reader.fault(&path, "expected periods > 0 (ms)");
        return None;
    }
    let duration_ms = steps? as f64 * context.clock.dt_ms();
    let cycles = periods.iter().map(|period| (duration_ms / period + 1e-9).floor()).collect();
    Some(Box::new(Pattern { steps: steps?, inputs: inputs?, outputs: outputs?, probability: probability?, cycles }))
}

impl Task for Pattern {
    fn shape(&self) -> Shape {
        Shape { inputs: self.inputs, outputs: self.outputs, steps: self.steps, classes: false }
    }

    fn trial(&self, draw: &Draw, x: &mut [f64], target: &mut [f64]) -> usize {
        scatter(&mut draw.run(0), self.probability, x, self.inputs, (0..self.steps, 0..self.inputs));
        for (output, entity) in (0..self.outputs).zip(1..) {
            let mut rng = draw.run(entity);
            let sines: Vec<[f64; 3]> =
                self.cycles.iter().map(|cycles| [*cycles, 0.5 + 1.5 * rng.unit(), TAU * rng.unit()]).collect();
            let value = |step: usize| -> f64 {
                let part = step as f64 / self.steps as f64;
                sines.iter().map(|[cycles, amplitude, phase]| amplitude * (TAU * cycles * part + phase).sin()).sum()
            };
            let from_start: Vec<f64> = (0..self.steps).map(|step| value(step) - value(0)).collect();
            let most = from_start.iter().fold(f64::MIN_POSITIVE, |most, value| most.max(value.abs()));
            for (row, value) in target.chunks_exact_mut(self.outputs).zip(from_start) {
                row[output] = value / most;
            }
        }
        0
    }
}
