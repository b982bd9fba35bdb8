//! The weights that credit returns by, from post- to presynaptic cells: Γ_p = Σ_m Σ_x Wfb_x\[m,p\] k_x,m.

use crate::product::Blocked;
use crate::rows::add_scaled;
use crate::rule::Feedback;
use crate::types::TypeMatrix;
use crate::{Learner, Matrix};

/// A feedback matrix in the form that multiplies fastest.
pub(crate) enum FeedbackWeights {
    /// For each presynaptic cell: row of k and weight.
    Cells(Vec<Vec<(usize, f64)>>),
    /// All pairs, and all rows of k.
    Dense(Blocked, Vec<usize>),
    /// Through sums over types.
    Types(TypeFeedback),
}

/// Type means to all cells.
pub(crate) struct TypeFeedback {
    type_id: Vec<usize>,
    /// W_ab, one a channel.
    parts: Vec<Matrix>,
    /// Pairs of a cell with itself are left out.
    others_only: bool,
    /// Sums over the cells of a type, `[channel][type][trial]`.
    sums: Vec<f64>,
    /// Γ of a type, `[type][trial]`.
    arriving: Vec<f64>,
}

/// A number of Wfb: from a receptor channel of a cell back to a presynaptic one.
#[derive(Clone)]
pub(crate) struct FeedbackEntry {
    pub(crate) post: usize,
    pub(crate) channel: usize,
    pub(crate) weight: f64,
}

/// Wfb for each presynaptic cell; 0 is left out.
pub(crate) fn entries(feedback: Feedback, learner: &Learner, channels: usize) -> Vec<Vec<FeedbackEntry>> {
    let cells = learner.cells();
    let types = match feedback {
        Feedback::TypeConnected => TypeMatrix::connected(learner).parts(channels),
        Feedback::TypeAll | Feedback::TypeAllOthers => TypeMatrix::all(learner).parts(channels),
        Feedback::None | Feedback::Weights => Vec::new(),
    };
    let weight = |post: usize, pre: usize, channel: usize| {
        let mean = || types[channel][(learner.type_id[post], learner.type_id[pre])];
        match feedback {
            Feedback::None => 0.0,
            Feedback::Weights if channels == 1 || learner.receptor(post, pre) == channel => learner.w_rec[(post, pre)],
            Feedback::Weights => 0.0,
            Feedback::TypeConnected if learner.exists(post, pre) => mean(),
            Feedback::TypeConnected => 0.0,
            Feedback::TypeAllOthers if post == pre => 0.0,
            Feedback::TypeAll | Feedback::TypeAllOthers => mean(),
        }
    };
    let of = |pre: usize| {
        let all = (0..cells).flat_map(|post| (0..channels).map(move |channel| (post, channel)));
        let weighted = all.map(|(post, channel)| FeedbackEntry { post, channel, weight: weight(post, pre, channel) });
        weighted.filter(|entry| entry.weight != 0.0).collect()
    };
    (0..cells).map(of).collect()
}

impl FeedbackWeights {
    /// For `channels` channels and `trials` trials.
    pub(crate) fn new(feedback: Feedback, learner: &Learner, channels: usize, trials: usize) -> Self {
        match feedback {
            Feedback::TypeAll | Feedback::TypeAllOthers => FeedbackWeights::Types(TypeFeedback {
                type_id: learner.type_id.clone(),
                parts: TypeMatrix::all(learner).parts(channels),
                others_only: feedback == Feedback::TypeAllOthers,
                sums: vec![0.0; channels * learner.types() * trials],
                arriving: vec![0.0; learner.types() * trials],
            }),
            Feedback::None | Feedback::Weights | Feedback::TypeConnected => {
                let cells = learner.cells();
                let row = |entry: FeedbackEntry| (entry.channel * cells + entry.post, entry.weight);
                let rows = entries(feedback, learner, channels).into_iter();
                let rows: Vec<Vec<(usize, f64)>> = rows.map(|own| own.into_iter().map(row).collect()).collect();
                if !Blocked::pays(rows.iter().map(Vec::len).sum(), cells * cells * channels) {
                    return FeedbackWeights::Cells(rows);
                }
                let mut dense = Matrix::zeros(cells, channels * cells);
                for (pre, (row, weight)) in
                    rows.iter().enumerate().flat_map(|(pre, own)| own.iter().map(move |own| (pre, own)))
                {
                    dense[(pre, *row)] = *weight;
                }
                let blocked = Blocked::from_fn(cells, channels * cells, |pre, row| dense[(pre, row)]);
                FeedbackWeights::Dense(blocked, (0..channels * cells).collect())
            }
        }
    }

    /// Γ, `[cell][trial]`, of k, `[channel][cell][trial]`.
    #[inline(always)]
    pub(crate) fn gather(&mut self, k: &[f64], gamma: &mut [f64], trials: usize) {
        match self {
            FeedbackWeights::Cells(rows) => {
                for (own, gamma) in rows.iter().zip(gamma.chunks_exact_mut(trials)) {
                    let mut first = 0;
                    while first + 16 <= trials {
                        gather_lanes::<16>(own, k, &mut gamma[first..], [first, trials]);
                        first += 16;
                    }
                    while first + 4 <= trials {
                        gather_lanes::<4>(own, k, &mut gamma[first..], [first, trials]);
                        first += 4;
                    }
                    for trial in first..trials {
                        gather_lanes::<1>(own, k, &mut gamma[trial..], [trial, trials]);
                    }
                }
            }
            FeedbackWeights::Dense(blocked, all) => {
                gamma.fill(0.0);
                blocked.add(all, k, trials, gamma);
            }
            FeedbackWeights::Types(types) => types.gather(k, gamma, trials),
        }
    }
}

/// Γ of one cell and `SIZE` trials from `first` on, added up in registers.
#[inline(always)]
fn gather_lanes<const SIZE: usize>(rows: &[(usize, f64)], k: &[f64], gamma: &mut [f64], [first, trials]: [usize; 2]) {
    let mut sum = [0.0; SIZE];
    for (row, weight) in rows {
        let from = row * trials + first;
        add_scaled(&mut sum, *weight, &k[from..from + SIZE]);
    }
    gamma[..SIZE].copy_from_slice(&sum);
}

impl TypeFeedback {
    #[inline(always)]
    fn gather(&mut self, k: &[f64], gamma: &mut [f64], trials: usize) {
        let (cells, types) = (self.type_id.len(), self.parts[0].rows());
        self.sums.fill(0.0);
        for (k, sums) in k.chunks_exact(cells * trials).zip(self.sums.chunks_exact_mut(types * trials)) {
            for (k, a) in k.chunks_exact(trials).zip(&self.type_id) {
                add_scaled(&mut sums[a * trials..(a + 1) * trials], 1.0, k);
            }
        }
        for (b, arriving) in self.arriving.chunks_exact_mut(trials).enumerate() {
            arriving.fill(0.0);
            for (channel, part) in self.parts.iter().enumerate() {
                for a in 0..types {
                    let slot = (channel * types + a) * trials;
                    add_scaled(arriving, part[(a, b)], &self.sums[slot..slot + trials]);
                }
            }
        }
        for (cell, (gamma, own)) in gamma.chunks_exact_mut(trials).zip(&self.type_id).enumerate() {
            gamma.copy_from_slice(&self.arriving[own * trials..(own + 1) * trials]);
            if self.others_only {
                for (channel, part) in self.parts.iter().enumerate() {
                    let slot = (channel * cells + cell) * trials;
                    add_scaled(gamma, -part[(*own, *own)], &k[slot..slot + trials]);
                }
            }
        }
    }
}
