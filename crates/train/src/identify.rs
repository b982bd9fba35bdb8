//! Which rule made these changes of weights? Candidates are asked what they would have done from every recorded state of a run.
//!
//! # Equations
//! ```text
//! s_r = <ΔW, ΔW_r>/(|ΔW| |ΔW_r|)          ΔW of an update as recorded, ΔW_r what rule r and its own optimiser make of the same weights and trials
//! l_r = −n/2 Σ_updates ln(1 − s_r²)       s_r > 0, else 0: log-likelihood of ΔW = η ΔW_r + σ noise, η ≥ 0 and σ fitted for each update and rule
//! ```
//! n synapses of W_in and W are seen. The optimiser of a candidate remembers its own gradients, so that nothing need be undone: Adam, clipping, weight decay, signs and masks are those of the
//! task. The rule that made a run has s = 1. Probabilities are exp(l) over their sum: all candidates are as likely before.
//!
//! # References
//! \[Nayebi2020\], who ask the same of recorded activity.

use crate::kept::table;
use crate::settings::Signs;
use crate::{Setup, TrainError, Trainer};
use neuropil_core::{Stream, StreamKey};
use neuropil_plasticity::{Learner, Matrix, Rule, init};
use neuropil_record::TrainingRun;

/// What is looked at.
#[derive(Debug, Clone)]
pub struct Question {
    /// The rules that may have been it.
    pub candidates: Vec<&'static Rule>,
    /// The share of synapses whose changes are seen, above 0 and at most 1.
    pub share: f64,
    /// Noise on what is seen, in the root mean square of the changes.
    pub noise: f64,
    /// The most updates that are looked at.
    pub updates: usize,
    /// Threads; the results do not depend on it.
    pub threads: usize,
}

/// How well one rule explains a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The rule.
    pub rule: &'static str,
    /// Mean of s over updates.
    pub score: f64,
    /// l.
    pub log_likelihood: f64,
    /// Its probability after all updates.
    pub probability: f64,
}

/// What is said of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Identified {
    /// One a rule, in the order asked for.
    pub candidates: Vec<Candidate>,
    /// Updates that were looked at.
    pub updates: usize,
    /// Synapses that were seen.
    pub synapses: usize,
    /// The first update from which on the most probable rule has 95 %; `None` if it never has.
    pub sure_after: Option<usize>,
}

/// Owner of the noise of the first update: far from those of weights.
const NOISE: u32 = 1000;
/// Probability from which a rule counts as found.
const SURE: f64 = 0.95;

/// Compares the recorded changes of a run with what each candidate would have changed.
///
/// # Errors
/// [`TrainError::Other`] where a run has not kept the weights of every update from the first on, or synapses move; what a candidate refuses.
pub fn identify(setup: &Setup, run: &TrainingRun, question: &Question) -> Result<Identified, TrainError> {
    let recorded = Recorded::of(setup, run, question)?;
    let mut likelihoods = Vec::new();
    let mut candidates = Vec::new();
    for rule in &question.candidates {
        let mut trainer = Trainer::new(setup, rule, run.seed)?.with_threads(question.threads);
        let (mut scores, mut sum, mut sums) = (0.0, 0.0, Vec::new());
        for update in 0..recorded.updates {
            let proposed = trainer.propose(&recorded.weights(update)?)?;
            let score = recorded.score(update, &proposed)?;
            scores += score;
            sum -= 0.5 * recorded.places.len() as f64 * (1.0 - score.max(0.0).powi(2)).max(f64::EPSILON).ln();
            sums.push(sum);
        }
        likelihoods.push(sums);
        let score = scores / recorded.updates as f64;
        candidates.push(Candidate { rule: rule.name, score, log_likelihood: sum, probability: 0.0 });
    }
    let probability = |update: usize, rule: usize| -> f64 {
        let others = likelihoods.iter().map(|own| (own[update] - likelihoods[rule][update]).exp());
        1.0 / others.sum::<f64>()
    };
    let last = recorded.updates - 1;
    for (rule, own) in candidates.iter_mut().enumerate() {
        own.probability = probability(last, rule);
    }
    let best = (1..candidates.len())
        .fold(0, |best, own| if candidates[own].log_likelihood > candidates[best].log_likelihood { own } else { best });
    let unsure = (0..recorded.updates).rev().find(|update| probability(*update, best) < SURE);
    let sure_after = unsure.map_or(1, |update| update + 2);
    Ok(Identified {
        candidates,
        updates: recorded.updates,
        synapses: recorded.places.len(),
        sure_after: (sure_after <= recorded.updates).then_some(sure_after),
    })
}

/// The changes of a run that are seen.
struct Recorded<'r> {
    run: &'r TrainingRun,
    sizes: [usize; 4],
    rows: usize,
    updates: usize,
    noise: f64,
    /// Places of W_in, then of W, behind it.
    places: Vec<usize>,
}

impl<'r> Recorded<'r> {
    fn of(setup: &Setup, run: &'r TrainingRun, question: &Question) -> Result<Self, TrainError> {
        let what = format!("run {}, seed {}", run.label(), run.seed);
        let other =
            |found: String, expected: &str| TrainError::Other { what: what.clone(), found, expected: expected.into() };
        if matches!(setup.settings.signs, Signs::Rewire(_)) {
            return Err(other("synapses that move (`training.signs` `rewire`)".into(), "synapses that stay"));
        }
        if run.table("history/update").is_none() {
            return Err(other("no weights of its updates".into(), "`record.weights_every` 1"));
        }
        let times = table(run, "history/update", None)?;
        if let Some((place, found)) = times.iter().enumerate().find(|(place, time)| **time != *place as f64) {
            let found = format!("weights of update {found} at place {place}");
            return Err(other(found, "those of every update from the first on (`record.weights_every` 1)"));
        }
        if times.len() < 2 {
            return Err(other(format!("the weights of {} update", times.len()), "those of two at least"));
        }
        let start = setup.start(run.seed)?;
        let learner = &start.learner;
        let (cells, inputs) = (learner.cells(), learner.w_in.values().len());
        let exists = |place: &usize| match place.checked_sub(inputs) {
            None => start.drawn[0].mask.values()[*place] != 0.0,
            Some(place) => learner.exists(place / cells, place % cells),
        };
        let mut rng = StreamKey::new(run.seed, Stream::Control, 9).at(0, 0);
        let is_seen = |_: &usize| question.share >= 1.0 || rng.unit() < question.share;
        let places: Vec<usize> = (0..inputs + cells * cells).filter(exists).filter(is_seen).collect();
        if places.len() < 2 {
            return Err(other(format!("{} synapses that are seen", places.len()), "two at least: a larger share"));
        }
        Ok(Self {
            run,
            sizes: crate::kept::weights(learner).map(<[f64]>::len),
            rows: times.len(),
            updates: (times.len() - 1).min(question.updates),
            noise: question.noise,
            places,
        })
    }

    fn weights(&self, update: usize) -> Result<[Vec<f64>; 4], TrainError> {
        crate::kept::snapshot(self.run, "history", self.sizes, [update, self.rows])
    }

    /// s of an update.
    fn score(&self, update: usize, proposed: &Learner) -> Result<f64, TrainError> {
        let [before, after] =
            [self.weights(update)?, self.weights(update + 1)?].map(|[w_in, w_rec, ..]| [w_in, w_rec].concat());
        let proposed = [proposed.w_in.values(), proposed.w_rec.values()].concat();
        let change = |to: &[f64]| self.places.iter().map(|place| to[*place] - before[*place]).collect::<Vec<_>>();
        let (mut seen, proposed) = (change(&after), change(&proposed));
        if self.noise > 0.0 {
            let size = self.noise * (dot(&seen, &seen) / seen.len() as f64).sqrt();
            let owner = NOISE.saturating_add(u32::try_from(update).unwrap_or(u32::MAX));
            let noise: Matrix = init::normal(self.run.seed, owner, 1, seen.len());
            seen.iter_mut().zip(noise.values()).for_each(|(seen, noise)| *seen += size * noise);
        }
        let lengths = (dot(&seen, &seen) * dot(&proposed, &proposed)).sqrt();
        Ok(if lengths > 0.0 { dot(&seen, &proposed) / lengths } else { 0.0 })
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
