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
use super::{Context, Draw, Shape, Task, steps};
use crate::fields::Fields;
use crate::sections::kinds::{Count, NonNegative, Whole, Word, Words};
use crate::sections::table::{Section, section};
use neuropil_core::CounterRng;
use neuropil_engine::trial::Answer;

/// How sides of cues are drawn.
/// How the sides of the cues of a trial are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sides {
    /// Each with probability 1/2.
    Independent,
    /// A trial has a side, and each cue is there with probability 0.7.
    Biased,
    /// Each pattern of a batch another one, as long as there are.
    AllPatterns,
}

impl Words for Sides {
    const WORDS: &'static [(&'static str, Self)] =
        &[("independent", Self::Independent), ("biased", Self::Biased), ("all_patterns", Self::AllPatterns)];
}

/// Where the gap of a cue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// Before the cue.
    Before,
    /// Behind it.
    After,
}

impl Words for Gap {
    const WORDS: &'static [(&'static str, Self)] = &[("before", Self::Before), ("after", Self::After)];
}

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

section! {
    /// On which of two sides were there more cues?
    pub struct EvidenceSection = "task" {
        /// Number of cues, odd.
        cues: Whole<1, 15>, required;
        /// Length of a cue, ms.
        cue_ms: NonNegative, required;
        /// Silence of each cue, ms.
        gap_ms: NonNegative, required;
        /// Whether that comes before the cue or after it.
        gap: Word<Gap>, required;
        /// Time from the last cue to the recall, ms.
        delay_ms: NonNegative, required;
        /// Length of the recall, ms.
        recall_ms: NonNegative, required;
        /// Inputs of each of the four groups: left, right, recall, background.
        inputs_per_group: Count, required;
        /// How the sides of the cues are drawn.
        sides: Word<Sides>, required;
        /// Rate of a cue, Hz.
        cue_rate_hz: NonNegative, required;
        /// Rate of the recall, Hz.
        recall_rate_hz: NonNegative, required;
        /// Rate of the background, Hz.
        background_rate_hz: NonNegative, required;
    }
}

pub(super) fn read(fields: &mut Fields, context: Context) -> Option<Box<dyn Task>> {
    let own = EvidenceSection::fields(fields)?;
    if own.cues.is_multiple_of(2) {
        fields.reader.fault(&fields.path_of("cues"), format!("found {}, must be an odd number up to 15", own.cues));
    }
    let cue = steps(fields, ("cue_ms", own.cue_ms), context.clock, 1);
    let gap = steps(fields, ("gap_ms", own.gap_ms), context.clock, 0);
    let delay = steps(fields, ("delay_ms", own.delay_ms), context.clock, 0);
    let recall = steps(fields, ("recall_ms", own.recall_ms), context.clock, 1);
    let rates = [
        ("cue_rate_hz", own.cue_rate_hz),
        ("recall_rate_hz", own.recall_rate_hz),
        ("background_rate_hz", own.background_rate_hz),
    ];
    let [cue_rate, recall_rate, background] = rates.map(|rate| probability(fields, rate, context));
    Some(Box::new(Evidence {
        cues: own.cues,
        cue: cue?,
        gap: gap?,
        gap_before: own.gap == Gap::Before,
        delay: delay?,
        recall: recall?,
        group: own.inputs_per_group,
        sides: own.sides,
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
        Shape { inputs: 4 * self.group, outputs: 2, steps, answer: Answer::Class }
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
