//! `training` and `record` of a task file: how weights are updated, and what is recorded of it.

use super::kinds::{Count, Fraction, Indices, NonNegative, Pairs, Positive, Sub, Whole, Word, Words};
use super::table::section;
use super::{CascadeSection, FeedbackSection, MuSection, PerturbationSection, PpPropSection, STllrSection};
use crate::taps::{TapSection, WholeTaps};

/// What moves weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Adam, ε added to √s before the bias of s is corrected, as TensorFlow and NEST have it.
    Adam,
    /// Adam, ε added to √ŝ after it, as PyTorch, optax and Algorithm 1 of \[Kingma2015\] have it.
    AdamPytorch,
    /// Gradient descent.
    GradientDescent,
}

impl Words for Method {
    const WORDS: &'static [(&'static str, Self)] =
        &[("adam", Self::Adam), ("adam_pytorch", Self::AdamPytorch), ("gradient_descent", Self::GradientDescent)];
}

/// What keeps the signs of weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignRule {
    /// Nothing.
    Free,
    /// w ← s max(s w, 0).
    Clamp,
    /// |w| shrinks, and stays above 0.
    Shrink,
    /// DEEP R.
    Rewire,
}

impl Words for SignRule {
    const WORDS: &'static [(&'static str, Self)] =
        &[("free", Self::Free), ("clamp", Self::Clamp), ("shrink", Self::Shrink), ("rewire", Self::Rewire)];
}

/// Where synapses may wake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Candidates {
    /// Where there was one at the start.
    Initial,
    /// Anywhere.
    All,
}

impl Words for Candidates {
    const WORDS: &'static [(&'static str, Self)] = &[("initial", Self::Initial), ("all", Self::All)];
}

/// Which cells rules take for cells of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeLabels {
    /// Those that are.
    Own,
    /// As many, in one random order of all cells.
    Shuffled,
    /// As many, in another order at every update.
    ShuffledPerUpdate,
}

impl Words for TypeLabels {
    const WORDS: &'static [(&'static str, Self)] =
        &[("own", Self::Own), ("shuffled", Self::Shuffled), ("shuffled_per_update", Self::ShuffledPerUpdate)];
}

/// Which means by types rules take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeMeans {
    /// Those that are.
    Own,
    /// The same numbers, dealt to the pairs of types at random.
    Resampled,
    /// Dealt anew at every update.
    ResampledPerUpdate,
}

impl Words for TypeMeans {
    const WORDS: &'static [(&'static str, Self)] =
        &[("own", Self::Own), ("resampled", Self::Resampled), ("resampled_per_update", Self::ResampledPerUpdate)];
}

/// Which sign weights have where credit comes back over them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreditSigns {
    /// Their own.
    Own,
    /// That of another cell, in one random order of all cells.
    Shuffled,
}

impl Words for CreditSigns {
    const WORDS: &'static [(&'static str, Self)] = &[("own", Self::Own), ("shuffled", Self::Shuffled)];
}

/// In which order of steps errors come to cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorOrder {
    /// As they are made.
    Own,
    /// The last first.
    Reversed,
}

impl Words for ErrorOrder {
    const WORDS: &'static [(&'static str, Self)] = &[("own", Self::Own), ("reversed", Self::Reversed)];
}

section! {
    /// How synapses move: DEEP R.
    #[derive(Copy)]
    pub struct RewireSection = "rewire" {
        /// l1: how far weights move towards 0 in an update, for each unit of the learning rate.
        l1: NonNegative, required;
        /// T of the noise sqrt(2 eta T) of an update.
        temperature: NonNegative = 0.0;
        /// Where synapses may wake: where there was one at the start, or anywhere.
        candidates: Word<Candidates>, required;
    }
}

section! {
    /// How the weights of a task are updated, how often they are evaluated, and when a run ends.
    pub struct TrainingSection = "training" {
        /// Updates of a run.
        updates: Count, required;
        /// Trials of a batch.
        batch: Count, required;
        /// Updates between evaluations.
        evaluate_every: Count, required;
        /// Held-out trials of an evaluation, at most as many as the data hold out; 0: none.
        validation_trials: Whole<0, { u64::MAX }> = 0;
        /// Accuracy that ends a run, of tasks with classes, on held-out trials if there are any; default: none does.
        stop_at_accuracy: Fraction, optional;
        /// Evaluations without a lower loss that end a run, on held-out trials if there are any; 0: none do.
        patience: Whole<0, { u64::MAX }> = 0;
        /// What makes changes of gradients. The two forms of Adam differ where gradients are as small as its epsilon of 1e-8: adam_pytorch adds it after the bias is corrected (PyTorch, optax), adam before (TensorFlow, NEST).
        optimiser: Word<Method>, required;
        /// Step along the gradient.
        learning_rate: Positive, required;
        /// What the learning rate is multiplied by every decay_every updates; default: it stays as it is.
        decay: Positive, optional;
        /// Updates between two decays of the learning rate; needed by decay.
        decay_every: Count, optional;
        /// Largest norm of the whole gradient; default: any.
        clip_norm: Positive, optional;
        /// Strength of weight decay: lambda of lambda/2 sum w^2 over input, recurrent and readout weights.
        weight_decay: NonNegative = 0.0;
        /// What keeps Dale's law after an update.
        signs: Word<SignRule>, required;
        /// How far |w| shrinks in an update, for each unit of the learning rate; needed by signs `shrink`, of which it is.
        shrink: NonNegative, optional;
        /// How synapses move; needed by signs `rewire`, of which it is.
        rewire: Sub<RewireSection>, optional;
        /// Mean slope of intermediate cells, of ModProp.
        mu: Sub<MuSection>, required;
        /// The fixed matrix that brings errors to cells, of the rules *_random; default: normal numbers of standard deviation 1.
        feedback: Sub<FeedbackSection> = FeedbackSection::USUAL;
        /// S of the rules *_S, at most the steps of a trial.
        lags: Count = 1;
        /// What the rules *_S make of their taps; default: whole.
        taps: Sub<TapSection> = TapSection::WholeTaps(WholeTaps {});
        /// Which cells rules take for cells of a type: those that are, or, as a control, as many others, in one random order or in another one at every update.
        type_labels: Word<TypeLabels> = TypeLabels::Own;
        /// A control: the means by types that rules take are those that are, or the same numbers dealt to pairs of types in one random order or in another one at every update.
        type_means: Word<TypeMeans> = TypeMeans::Own;
        /// A control: where credit comes back over weights, or means of them, they have their own sign, or that of another cell in one random order of all cells.
        credit_signs: Word<CreditSigns> = CreditSigns::Own;
        /// A control: errors come to cells as they are made, or the last step of a trial first.
        error_order: Word<ErrorOrder> = ErrorOrder::Own;
        /// Stages between what synapses remember and the signals that arrive; default: none.
        cascade: Sub<CascadeSection>, optional;
        /// How the rules weight_perturbation and node_perturbation move what they ask about; needed by them.
        perturbation: Sub<PerturbationSection>, optional;
        /// n of the rule snap_n: a synapse follows credit through the cells within n - 1 synapses behind its cell.
        hops: Count = 3;
        /// The window of the rule s_tllr; default: that of its program.
        s_tllr: Sub<STllrSection> = STllrSection::USUAL;
        /// What cells and synapses of the rule pp_prop remember; default: 0.9 of a step, corrected.
        pp_prop: Sub<PpPropSection> = PpPropSection::USUAL;
    }
}

section! {
    /// What is recorded of a training run besides its evaluations.
    #[derive(Default)]
    pub struct TrainingRecord = "record" {
        /// Updates between two records of all weights; 0: none.
        weights_every: Whole<0, { u32::MAX as u64 }> = 0;
        /// Updates between two records of the first trial of the batch; 0: none.
        trial_every: Whole<0, { u32::MAX as u64 }> = 0;
        /// Cells of that trial; default: none.
        cells: Indices = Vec::new();
        /// Recurrent synapses of that trial, each [post, pre]; default: none.
        synapses: Pairs = Vec::new();
    }
}
