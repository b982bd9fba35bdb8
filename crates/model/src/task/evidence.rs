//! Evidence accumulation: cues on two sides, a delay, and the question on which side there were more.
//!
//! # Trials
//! Inputs are four groups of equal size: left, right, recall, background. Each cue is `cue_ms` of spikes at `cue_rate_hz`
//! in the group of its side, with `gap_ms` of silence before or after it; then `delay_ms`, then `recall_ms` in which the
//! recall group fires at `recall_rate_hz`. The background fires at `background_rate_hz` throughout. The class is 1 if
//! more than half of the cues are right.
//!
//! # References
//! \[Bellec2020\] (gap before a cue, one side with probability 0.7); \[Liu2021\] (gap after, all patterns of sides without
//! replacement).

use super::spikes::{probability, scatter};
use super::{Context, Draw, Shape, Task, count, steps};
use crate::fields::Fields;
use neuropil_core::CounterRng;

/// How sides of cues are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sides {
    /// Each with probability 1/2.
    Independent,
    /// A trial has a side, and each cue is there with probability 0.7.
    Biased,
    /// Each pattern of a batch another one, as long as there are.
    AllPatterns,
}

const SIDES: [&str; 3] = ["independent", "biased", "all_patterns"];

/// Probability of the favoured side.
const FAVOURED: f64 = 0.7;

struct Evidence {
    cues: usize,
    cue: usize,
    gap: usize,
    gap_before: bool,
    delay: usize,
    recall: usize,
    group: usize,
    sides: Sides,
    /// Of a cue, of the recall, of the background.
    probability: [f64; 3],
}

pub(super) fn read(fields: &mut Fields, context: Context) -> Option<Box<dyn Task>> {
    let cues = fields.required_whole("cues").and_then(|cues| match cues {
        1..=15 if cues % 2 == 1 => usize::try_from(cues).ok(),
        _ => {
            let path = fields.path_of("cues");
            fields.reader.fault(&path, format!("found {cues}, must be an odd number up to 15"));
            None
        }
    });
    let cue = steps(fields, "cue_ms", context.clock, 1);
    let gap = steps(fields, "gap_ms", context.clock, 0);
    let gap_before = fields.required_word("gap", &["before", "after"]);
    let delay = steps(fields, "delay_ms", context.clock, 0);
    let recall = steps(fields, "recall_ms", context.clock, 1);
    let group = count(fields, "inputs_per_group");
    let sides = fields.required_word("sides", &SIDES);
    let rates = ["cue_rate_hz", "recall_rate_hz", "background_rate_hz"];
    let [cue_rate, recall_rate, background] = rates.map(|name| probability(fields, name, context));
    Some(Box::new(Evidence {
        cues: cues?,
        cue: cue?,
        gap: gap?,
        gap_before: gap_before? == 0,
        delay: delay?,
        recall: recall?,
        group: group?,
        sides: [Sides::Independent, Sides::Biased, Sides::AllPatterns][sides?],
        probability: [cue_rate?, recall_rate?, background?],
    }))
}

impl Evidence {
    /// Sides of the cues as bits, 1 for right, the first cue highest.
    fn pattern(&self, draw: &Draw, rng: &mut CounterRng) -> u32 {
        let right = match self.sides {
            Sides::Independent => 0.5,
            Sides::Biased if rng.below(2) == 1 => FAVOURED,
            Sides::Biased => 1.0 - FAVOURED,
            Sides::AllPatterns => return self.pattern_without_replacement(draw),
        };
        (0..self.cues).fold(0, |bits, _| bits * 2 + u32::from(rng.unit() < right))
    }

    /// The pattern of a trial in a random order of all patterns, which is that of the batch.
    fn pattern_without_replacement(&self, draw: &Draw) -> u32 {
        let patterns = 1 << self.cues;
        let mut order: Vec<u32> = (0..patterns).collect();
        let mut rng = draw.batch();
        let wanted = draw.trial % patterns;
        for place in 0..=wanted {
            order.swap(place as usize, (place + rng.below(patterns - place)) as usize);
        }
        order[wanted as usize]
    }
}

impl Task for Evidence {
    fn shape(&self) -> Shape {
        let steps = self.cues * (self.cue + self.gap) + self.delay + self.recall;
        Shape { inputs: 4 * self.group, outputs: 2, steps, classes: true }
    }

    fn trial(&self, draw: &Draw, x: &mut [f64], _: &mut [f64]) -> usize {
        let Shape { inputs, steps, .. } = self.shape();
        let mut rng = draw.trial();
        let pattern = self.pattern(draw, &mut rng);
        let channels = |group: usize| group * self.group..(group + 1) * self.group;
        let [cue, recall, background] = self.probability;
        for number in 0..self.cues {
            let side = pattern >> (self.cues - 1 - number) & 1;
            let begin = number * (self.cue + self.gap) + if self.gap_before { self.gap } else { 0 };
            scatter(&mut rng, cue, x, inputs, (begin..begin + self.cue, channels(side as usize)));
        }
        scatter(&mut rng, recall, x, inputs, (steps - self.recall..steps, channels(2)));
        scatter(&mut rng, background, x, inputs, (0..steps, channels(3)));
        usize::from(2 * pattern.count_ones() as usize > self.cues)
    }
}
