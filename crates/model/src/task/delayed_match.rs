//! Delayed match to sample: two cues with a delay between them, in spikes, and the question whether they match.
//!
//! # Trials
//! Inputs are three groups of equal size: first cue, second cue, background. After `fixation_ms` comes the first cue of
//! `cue_ms`, after `delay_ms` the second, with which the trial ends. A cue of 1 is spikes at `cue_rate_hz` in its group,
//! a cue of 0 is silence. The background fires at `background_rate_hz` throughout. The class is 1 if both are equal.
//!
//! # References
//! Tasks of the program neuromodRNNs; the memory of \[Bellec2020\]'s cells is what they need.

use super::spikes::{probability, scatter};
use super::{Context, Draw, Shape, Task, count, steps};
use crate::fields::Fields;

struct DelayedMatch {
    fixation: usize,
    cue: usize,
    delay: usize,
    group: usize,
    /// Of a cue, of the background.
    probability: [f64; 2],
}

pub(super) fn read(fields: &mut Fields, context: Context) -> Option<Box<dyn Task>> {
    let fixation = steps(fields, "fixation_ms", context.clock, 0);
    let cue = steps(fields, "cue_ms", context.clock, 1);
    let delay = steps(fields, "delay_ms", context.clock, 0);
    let group = count(fields, "inputs_per_group");
    let [cue_rate, background] = ["cue_rate_hz", "background_rate_hz"].map(|name| probability(fields, name, context));
    Some(Box::new(DelayedMatch {
        fixation: fixation?,
        cue: cue?,
        delay: delay?,
        group: group?,
        probability: [cue_rate?, background?],
    }))
}

impl Task for DelayedMatch {
    fn shape(&self) -> Shape {
        let steps = self.fixation + 2 * self.cue + self.delay;
        Shape { inputs: 3 * self.group, outputs: 2, steps, classes: true }
    }

    fn trial(&self, draw: &Draw, x: &mut [f64], _: &mut [f64]) -> usize {
        let Shape { inputs, steps, .. } = self.shape();
        let mut rng = draw.trial();
        let bits = [rng.below(2), rng.below(2)];
        let channels = |group: usize| group * self.group..(group + 1) * self.group;
        let [cue, background] = self.probability;
        for (group, begin) in [self.fixation, self.fixation + self.cue + self.delay].into_iter().enumerate() {
            if bits[group] == 1 {
                scatter(&mut rng, cue, x, inputs, (begin..begin + self.cue, channels(group)));
            }
        }
        scatter(&mut rng, background, x, inputs, (0..steps, channels(2)));
        usize::from(bits[0] == bits[1])
    }
}
