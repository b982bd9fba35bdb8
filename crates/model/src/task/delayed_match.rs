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
use super::{Context, Draw, Shape, Task, steps};
use crate::fields::Fields;
use crate::sections::kinds::{Count, NonNegative};
use crate::sections::table::{Section, section};

struct DelayedMatch {
    fixation: usize,
    cue: usize,
    delay: usize,
    group: usize,
    /// Of a cue, of the background.
    probability: [f64; 2],
}

section! {
    /// Are two cues in spikes, some time apart, the same?
    pub struct DelayedMatchSection = "task" {
        /// Time before the first cue, ms.
        fixation_ms: NonNegative, required;
        /// Length of a cue, ms.
        cue_ms: NonNegative, required;
        /// Time between the cues, ms.
        delay_ms: NonNegative, required;
        /// Inputs of each of the three groups: two cues, background.
        inputs_per_group: Count, required;
        /// Rate of a cue of 1, Hz.
        cue_rate_hz: NonNegative, required;
        /// Rate of the background, Hz.
        background_rate_hz: NonNegative, required;
    }
}

pub(super) fn read(fields: &mut Fields, context: Context) -> Option<Box<dyn Task>> {
    let own = DelayedMatchSection::fields(fields)?;
    let fixation = steps(fields, ("fixation_ms", own.fixation_ms), context.clock, 0);
    let cue = steps(fields, ("cue_ms", own.cue_ms), context.clock, 1);
    let delay = steps(fields, ("delay_ms", own.delay_ms), context.clock, 0);
    let cue_rate = probability(fields, ("cue_rate_hz", own.cue_rate_hz), context);
    let background = probability(fields, ("background_rate_hz", own.background_rate_hz), context);
    Some(Box::new(DelayedMatch {
        fixation: fixation?,
        cue: cue?,
        delay: delay?,
        group: own.inputs_per_group,
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
