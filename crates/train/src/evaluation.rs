//! What is said of a network between two updates.

use neuropil_engine::trial::Outcome;
use neuropil_plasticity::alignment::Alignment;
use neuropil_plasticity::optimizer::norm;
use neuropil_plasticity::{Gradient, Learner, alignment::alignment};

/// How a rule's gradient lies to the exact one: of dW_in, of dW_rec.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aligned(pub [Alignment; 2]);

impl Aligned {
    /// Over the synapses that exist; `input` says which of W_in do.
    pub(crate) fn of(own: &Gradient, exact: &Gradient, learner: &Learner, input: &[f64]) -> Self {
        let cells = learner.cells();
        let exists = |place: usize| learner.exists(place / cells, place % cells);
        Self([
            alignment(own.w_in.values(), exact.w_in.values(), |place| input[place] != 0.0),
            alignment(own.w_rec.values(), exact.w_rec.values(), exists),
        ])
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
    /// Share of trials whose class is answered right; NaN where the answer is no class.
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
    /// Alignment with the exact gradient, if asked for.
    pub aligned: Option<Aligned>,
    /// μ of each type, after the cap; empty for rules without.
    pub mu: Vec<f64>,
}

/// The names of [`Evaluation::numbers`], as in recordings.
pub const NAMES: [&str; 16] = [
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
    "cosine_in",
    "cosine_rec",
    "sign_agreement_in",
    "sign_agreement_rec",
    "norm_ratio_in",
    "norm_ratio_rec",
];

/// Those of them that compare with the exact gradient.
pub const ALIGNMENT: &[&str] = NAMES.split_at(10).1;

impl Evaluation {
    /// All but μ, in the order of [`NAMES`]; NaN for what was not asked for.
    pub fn numbers(&self) -> [f64; 16] {
        let of = |number: fn(&Alignment) -> f64| self.aligned.map_or([f64::NAN; 2], |own| own.0.each_ref().map(number));
        let (cosine, sign, ratio) = (of(|own| own.cosine), of(|own| own.sign_agreement), of(|own| own.norm_ratio));
        [
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
            cosine[0],
            cosine[1],
            sign[0],
            sign[1],
            ratio[0],
            ratio[1],
        ]
    }

    /// The evaluation of numbers in the order of [`NAMES`], and μ.
    pub(crate) fn of_numbers(numbers: &[f64], mu: &[f64]) -> Self {
        let aligned = |place: usize| Alignment {
            cosine: numbers[10 + place],
            sign_agreement: numbers[12 + place],
            norm_ratio: numbers[14 + place],
        };
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
            aligned: (!numbers[14].is_nan()).then(|| Aligned([aligned(0), aligned(1)])),
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

/// Share of trials whose class has the largest Σ_t w_t y_t; the first of equals counts.
pub(crate) fn accuracy(outcome: &Outcome, weights: &[f64], labels: &[usize]) -> f64 {
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
