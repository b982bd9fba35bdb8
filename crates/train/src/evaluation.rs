//! What is said of a network between two updates.

use crate::changes::Change;
use neuropil_engine::trial::{Labels, Outcome};
use neuropil_plasticity::alignment::{Alignment, CreditShare, Pair, alignment, credit_share};
use neuropil_plasticity::optimizer::norm;
use neuropil_plasticity::{Gradient, Learner, Matrix};

/// How a rule's gradient lies to the exact one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aligned {
    /// Of dW_in, of dW_rec.
    pub matrices: [Alignment; 2],
    /// Of both together, and of the cells that are not read.
    pub share: CreditShare,
}

impl Aligned {
    /// Over the synapses that exist; `masks` say which of W_in and of W_out do.
    pub fn of(own: &Gradient, exact: &Gradient, learner: &Learner, [input, output]: [&Matrix; 2]) -> Self {
        let cells = learner.cells();
        let exists = |place: usize| learner.exists(place / cells, place % cells);
        let enters = |place: usize| input.values()[place] != 0.0;
        let is_read: Vec<bool> = (0..cells).map(|cell| (0..output.rows()).any(|k| output[(k, cell)] != 0.0)).collect();
        let pairs = [
            Pair { own: &own.w_in, exact: &exact.w_in, exists: &enters },
            Pair { own: &own.w_rec, exact: &exact.w_rec, exists: &exists },
        ];
        Self {
            matrices: pairs.map(|pair| alignment(pair.own.values(), pair.exact.values(), pair.exists)),
            share: credit_share(&pairs, &is_read),
        }
    }

    /// The numbers in the order of [`ALIGNMENT`].
    fn numbers(&self) -> [f64; ALIGNED] {
        let [a, b] = self.matrices;
        let CreditShare { progress, unread, unread_of_rule, reach } = self.share;
        [
            a.cosine,
            b.cosine,
            a.sign_agreement,
            b.sign_agreement,
            a.norm_ratio,
            b.norm_ratio,
            a.progress,
            b.progress,
            progress,
            unread,
            unread_of_rule,
            reach,
        ]
    }

    fn of_numbers(numbers: &[f64]) -> Self {
        let of = |place: usize| Alignment {
            cosine: numbers[place],
            sign_agreement: numbers[2 + place],
            norm_ratio: numbers[4 + place],
            progress: numbers[6 + place],
        };
        let share =
            CreditShare { progress: numbers[8], unread: numbers[9], unread_of_rule: numbers[10], reach: numbers[11] };
        Self { matrices: [of(0), of(1)], share }
    }
}

/// One evaluation: of the batch of an update, before it is made.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The update, counted from 0.
    pub update: u32,
    /// E without regulariser.
    pub loss: f64,
    /// E_reg.
    pub regulariser: f64,
    /// Share of trials whose class is answered right, or of steps where each asks for its own; NaN where the answer is no class.
    pub accuracy: f64,
    /// Mean output of a cell: Hz of spiking cells, else its value.
    pub rate: f64,
    /// |dE/dW| of the rule, over all weights.
    pub gradient_norm: f64,
    /// Spectral radius of W.
    pub spectral_radius: f64,
    /// The factor that the cap has put to μ; 1 for none.
    pub mu_factor: f64,
    /// Loss and accuracy on held-out trials; NaN for none.
    pub validation: [f64; 2],
    /// How far the weights are from those of the beginning.
    pub change: Change,
    /// Alignment with the exact gradient, if asked for.
    pub aligned: Option<Aligned>,
    /// μ of each type, after the cap; empty for rules without.
    pub mu: Vec<f64>,
}

/// The names of [`Evaluation::numbers`], as in recordings.
pub const NAMES: [&str; OWN + ALIGNED] = [
    "update",
    "loss",
    "regulariser",
    "accuracy",
    "rate",
    "gradient_norm",
    "spectral_radius",
    "mu_factor",
    "validation_loss",
    "validation_accuracy",
    "change_in",
    "change_rec",
    "change_out",
    "change_rank",
    "cosine_in",
    "cosine_rec",
    "sign_agreement_in",
    "sign_agreement_rec",
    "norm_ratio_in",
    "norm_ratio_rec",
    "progress_in",
    "progress_rec",
    "progress",
    "unread_credit",
    "unread_credit_of_rule",
    "reach",
];

/// Numbers of an evaluation that compare with nothing.
const OWN: usize = 14;
/// Numbers that compare with the exact gradient.
const ALIGNED: usize = 12;

/// Those of them that compare with the exact gradient.
pub const ALIGNMENT: &[&str] = NAMES.split_at(OWN).1;

impl Evaluation {
    /// All but μ, in the order of [`NAMES`]; NaN for what was not asked for.
    pub fn numbers(&self) -> [f64; OWN + ALIGNED] {
        let own = [
            f64::from(self.update),
            self.loss,
            self.regulariser,
            self.accuracy,
            self.rate,
            self.gradient_norm,
            self.spectral_radius,
            self.mu_factor,
            self.validation[0],
            self.validation[1],
            self.change.relative[0],
            self.change.relative[1],
            self.change.relative[2],
            self.change.rank,
        ];
        let aligned = self.aligned.map_or([f64::NAN; ALIGNED], |own| own.numbers());
        std::array::from_fn(|place| if place < OWN { own[place] } else { aligned[place - OWN] })
    }

    /// The evaluation of numbers in the order of [`NAMES`], and μ.
    pub(crate) fn of_numbers(numbers: &[f64], mu: &[f64]) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of updates")]
        let update = numbers[0] as u32;
        Self {
            update,
            loss: numbers[1],
            regulariser: numbers[2],
            accuracy: numbers[3],
            rate: numbers[4],
            gradient_norm: numbers[5],
            spectral_radius: numbers[6],
            mu_factor: numbers[7],
            validation: [numbers[8], numbers[9]],
            change: Change { relative: [numbers[10], numbers[11], numbers[12]], rank: numbers[13] },
            aligned: (!numbers[OWN + 4].is_nan()).then(|| Aligned::of_numbers(&numbers[OWN..])),
            mu: mu.to_vec(),
        }
    }

    /// Accuracy on held-out trials, or on the batch where there are none.
    pub(crate) fn validation_or_batch(&self) -> f64 {
        if self.validation[1].is_nan() { self.accuracy } else { self.validation[1] }
    }

    /// Loss on held-out trials, or on the batch where there are none.
    pub(crate) fn validation_or_batch_loss(&self) -> f64 {
        if self.validation[0].is_nan() { self.loss } else { self.validation[0] }
    }
}

/// The length of a gradient over all weights.
pub(crate) fn length(gradient: &Gradient) -> f64 {
    norm(gradient)
}

/// Share of right answers; NaN where none is right or wrong.
pub(crate) fn accuracy(outcome: &Outcome, weights: &[f64], labels: &Labels) -> f64 {
    match labels {
        Labels::Trials(labels) => of_trials(outcome, weights, labels),
        Labels::Steps(labels) => of_steps(outcome, weights, labels),
        Labels::None => f64::NAN,
    }
}

/// Share of the steps that ask for a class, each by its w_t, whose class has the largest y; the first of equals counts.
fn of_steps(outcome: &Outcome, weights: &[f64], labels: &[Option<usize>]) -> f64 {
    let (mut right, mut all) = (0.0, 0.0);
    let mut of_trial = labels.chunks_exact(weights.len());
    for y in &outcome.readouts {
        for (trial, labels) in (0..y.trials()).zip(&mut of_trial) {
            for (step, (weight, label)) in weights.iter().zip(labels).enumerate() {
                let Some(label) = *label else { continue };
                let of = |class: usize| y.step(step)[class * y.trials() + trial];
                let best = (1..y.channels()).fold(0, |best, class| if of(class) > of(best) { class } else { best });
                right += weight * f64::from(u8::from(best == label));
                all += weight;
            }
        }
    }
    right / all
}

/// Share of trials whose class has the largest Σ_t w_t y_t; the first of equals counts.
fn of_trials(outcome: &Outcome, weights: &[f64], labels: &[usize]) -> f64 {
    let mut right = 0.0;
    let mut labels_left = labels.iter();
    for y in &outcome.readouts {
        let mut sums = vec![0.0; y.channels() * y.trials()];
        for (step, weight) in weights.iter().enumerate().filter(|(_, weight)| **weight != 0.0) {
            sums.iter_mut().zip(y.step(step)).for_each(|(sum, y)| *sum += weight * y);
        }
        for (trial, label) in (0..y.trials()).zip(&mut labels_left) {
            let of = |class: usize| sums[class * y.trials() + trial];
            let best = (1..y.channels()).fold(0, |best, class| if of(class) > of(best) { class } else { best });
            right += f64::from(u8::from(best == *label));
        }
    }
    right / labels.len() as f64
}
