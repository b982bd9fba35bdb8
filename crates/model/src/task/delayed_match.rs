//! Delayed match to sample: two cues with a delay between them, in spikes, and the question whether they match.
//!
//! # Trials
//! Inputs are three groups of equal size: first cue, second cue, background. After `fixation_ms` comes the first cue of
//! `cue_ms`, after `delay_ms` the second, with which the trial ends. A cue of 1 is spikes at `cue_rate_hz` in its group,
//! a cue of 0 is silence. The background fires at `background_rate_hz` throughout. With `decision_ms` there is a fourth group, which
//! fires at `decision_rate_hz` over that time behind the second cue. The class is 1 if both cues are equal.
//!
//! # References
//! \[Barretto2026\], whose task has the fourth group; the memory of \[Bellec2020\]'s cells is what it needs.

use super::spikes::{probability, scatter};
use super::{Context, Draw, Shape, Task, steps};
use crate::fields::Fields;
use crate::sections::kinds::{Count, NonNegative};
use crate::sections::table::{Section, section};
use neuropil_engine::trial::Answer;

struct DelayedMatch {
    fixation: usize,
    cue: usize,
    delay: usize,
    decision: usize,
    group: usize,
    /// Of a cue, of the background, of the decision.
    probability: [f64; 3],
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
        /// Time to decide behind the second cue, ms, in which a group of its own fires; default: none, and no group.
        decision_ms: NonNegative = 0.0;
        /// Rate of that group, Hz; needed with decision_ms, refused without.
        decision_rate_hz: NonNegative, optional;
        /// Inputs of each group: two cues, background, decision.
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
    let decision = steps(fields, ("decision_ms", own.decision_ms), context.clock, 0);
    let decision_rate = match (own.decision_ms > 0.0, own.decision_rate_hz) {
        (true, Some(rate)) => probability(fields, ("decision_rate_hz", rate), context),
        (false, None) => Some(0.0),
        (true, None) => {
            fields
                .reader
                .fault(&fields.path.clone(), "`decision_rate_hz` is missing: the rate over `decision_ms`".to_owned());
            None
        }
        (false, Some(_)) => {
            fields.reader.fault(&fields.path_of("decision_rate_hz"), "has no effect without `decision_ms`".to_owned());
            None
        }
    };
    let cue_rate = probability(fields, ("cue_rate_hz", own.cue_rate_hz), context);
    let background = probability(fields, ("background_rate_hz", own.background_rate_hz), context);
    Some(Box::new(DelayedMatch {
        fixation: fixation?,
        cue: cue?,
        delay: delay?,
        decision: decision?,
        group: own.inputs_per_group,
        probability: [cue_rate?, background?, decision_rate?],
    }))
}

impl Task for DelayedMatch {
    fn shape(&self) -> Shape {
        let steps = self.fixation + 2 * self.cue + self.delay + self.decision;
        let groups = if self.decision > 0 { 4 } else { 3 };
        Shape { inputs: groups * self.group, outputs: 2, steps, answer: Answer::Class }
    }

    fn trial(&self, draw: &Draw, x: &mut [f64], _: &mut [f64]) -> usize {
        let Shape { inputs, steps, .. } = self.shape();
        let mut rng = draw.trial();
        let bits = [rng.below(2), rng.below(2)];
        let channels = |group: usize| group * self.group..(group + 1) * self.group;
        let [cue, background, decision] = self.probability;
        for (group, begin) in [self.fixation, self.fixation + self.cue + self.delay].into_iter().enumerate() {
            if bits[group] == 1 {
                scatter(&mut rng, cue, x, inputs, (begin..begin + self.cue, channels(group)));
            }
        }
        scatter(&mut rng, background, x, inputs, (0..steps, channels(2)));
        if self.decision > 0 {
            scatter(&mut rng, decision, x, inputs, (steps - self.decision..steps, channels(3)));
        }
        usize::from(bits[0] == bits[1])
    }
}
