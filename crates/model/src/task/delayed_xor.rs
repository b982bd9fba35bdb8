//! Delayed XOR: two cues with a delay between them, and the question whether they match.
//!
//! # Trials
//! Two analogue inputs: `baseline` plus Gaussian noise at every step. A cue of 1 adds `height exp(−u²/(2 σ²))`, u from
//! −cue/2 to cue/2 in equal steps over the cue, on the first input in the first `cue_ms`, on the second in the last. The
//! class is 1 if both bits are equal.
//!
//! # References
//! \[Liu2022\].

use super::{Context, Draw, Shape, Task, steps};
use crate::fields::Fields;
use crate::sections::kinds::{Any, NonNegative, Positive};
use crate::sections::table::{Section, section};
use neuropil_engine::trial::Answer;
use rand_distr::Distribution;

struct DelayedXor {
    cue: usize,
    delay: usize,
    baseline: f64,
    noise: f64,
    /// What a cue of 1 adds at each of its steps.
    bump: Vec<f64>,
}

section! {
    /// The exclusive or of two bumps, some time apart.
    pub struct DelayedXorSection = "task" {
        /// Length of a cue, ms.
        cue_ms: NonNegative, required;
        /// Time between the cues, ms.
        delay_ms: NonNegative, required;
        /// Input without a cue.
        baseline: Any, required;
        /// Standard deviation of the noise of the inputs.
        noise_sd: NonNegative, required;
        /// Height of the bump that a cue of 1 adds.
        bump_height: Any, required;
        /// Standard deviation of the bump, ms.
        bump_sd_ms: Positive, required;
    }
}

pub(super) fn read(fields: &mut Fields, context: Context) -> Option<Box<dyn Task>> {
    let own = DelayedXorSection::fields(fields)?;
    let cue = steps(fields, ("cue_ms", own.cue_ms), context.clock, 2);
    let delay = steps(fields, ("delay_ms", own.delay_ms), context.clock, 0);
    let (cue, height, sigma) = (cue?, own.bump_height, own.bump_sd_ms);
    let half = 0.5 * cue as f64 * context.clock.dt_ms();
    let bump = |step: usize| {
        let u = half * (2.0 * step as f64 / (cue - 1) as f64 - 1.0);
        height * (-u * u / (2.0 * sigma * sigma)).exp()
    };
    Some(Box::new(DelayedXor {
        cue,
        delay: delay?,
        baseline: own.baseline,
        noise: own.noise_sd,
        bump: (0..cue).map(bump).collect(),
    }))
}

impl Task for DelayedXor {
    fn shape(&self) -> Shape {
        Shape { inputs: 2, outputs: 2, steps: 2 * self.cue + self.delay, answer: Answer::Class }
    }

    fn trial(&self, draw: &Draw, x: &mut [f64], _: &mut [f64]) -> usize {
        let mut rng = draw.trial();
        let bits = [rng.below(2), rng.below(2)];
        for value in x.iter_mut() {
            let standard: f64 = rand_distr::StandardNormal.sample(&mut rng);
            *value = self.baseline + self.noise * standard;
        }
        for (input, first) in [0, self.cue + self.delay].into_iter().enumerate().filter(|(input, _)| bits[*input] == 1)
        {
            for (step, bump) in (first..).zip(&self.bump) {
                x[2 * step + input] += bump;
            }
        }
        usize::from(bits[0] == bits[1])
    }
}
