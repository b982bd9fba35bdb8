//! Pattern generation: from the same noise at every trial to a sum of sines.
//!
//! # Trials
//! Inputs are Poisson spikes of `rate_hz`, the same in all trials of a run. The target of each output is a sum of sines
//! with whole numbers of cycles over the trial, T / period; a period of which T is no multiple, to half a percent of T, is
//! refused. They have amplitudes U(0.5, 2) and phases U(0, 2π), drawn once a run; its first value
//! is subtracted and it is divided by its greatest modulus.
//!
//! # References
//! \[Bellec2020\], pattern generation.

use super::spikes::{probability, scatter};
use super::{Context, Draw, Shape, Task, steps};
use crate::fields::Fields;
use crate::sections::kinds::{Count, NonNegative, Positives};
use crate::sections::table::{Section, section};
use neuropil_engine::trial::Answer;
use std::f64::consts::TAU;

/// What whole cycles of a period may lack of a trial, as a part of it: of 333 ms, three lack 1 ms of 1,000.
const PART_OF_A_TRIAL: f64 = 0.005;

struct Pattern {
    steps: usize,
    inputs: usize,
    outputs: usize,
    probability: f64,
    /// Cycles over a trial.
    cycles: Vec<f64>,
}

section! {
    /// Sums of sines, on one pattern of spikes.
    pub struct PatternSection = "task" {
        /// Length of a trial, ms.
        duration_ms: NonNegative, required;
        /// Inputs.
        inputs: Count, required;
        /// Curves, one a readout.
        outputs: Count, required;
        /// Rate of an input, Hz.
        rate_hz: NonNegative, required;
        /// Periods of the sines of a curve, ms.
        periods_ms: Positives, required;
    }
}

pub(super) fn read(fields: &mut Fields, context: Context) -> Option<Box<dyn Task>> {
    let own = PatternSection::fields(fields)?;
    let steps = steps(fields, ("duration_ms", own.duration_ms), context.clock, 2);
    let probability = probability(fields, ("rate_hz", own.rate_hz), context);
    let periods = own.periods_ms;
    if periods.is_empty() {
        fields.reader.fault(&fields.path_of("periods_ms"), "expected periods > 0 (ms)");
        return None;
    }
    let duration_ms = steps? as f64 * context.clock.dt_ms();
    let cycles = |(index, period): (usize, &f64)| {
        let cycles = (duration_ms / period + 1e-9).floor();
        if (duration_ms - cycles * period).abs() > PART_OF_A_TRIAL * duration_ms {
            let message = format!(
                "found {period}: a trial of {duration_ms} ms has {:.3} cycles of it, expected whole cycles",
                duration_ms / period
            );
            fields.reader.fault(&format!("{}.{index}", fields.path_of("periods_ms")), message);
        }
        cycles
    };
    let cycles = periods.iter().enumerate().map(cycles).collect();
    Some(Box::new(Pattern {
        steps: steps?,
        inputs: own.inputs,
        outputs: own.outputs,
        probability: probability?,
        cycles,
    }))
}

impl Task for Pattern {
    fn shape(&self) -> Shape {
        Shape { inputs: self.inputs, outputs: self.outputs, steps: self.steps, answer: Answer::Values }
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
