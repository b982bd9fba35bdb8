//! `feedback`: the fixed matrix that brings errors to cells, for the rules that want one.

use super::kinds::{Positive, Word, Words};
use super::table::section;
use neuropil_plasticity::feedback::Draw;

/// What the feedback weights are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedbackKind {
    /// Normal.
    Normal,
    /// Uniform.
    Uniform,
    /// The readout weights as they begin.
    Initial,
}

impl Words for FeedbackKind {
    const WORDS: &'static [(&'static str, Self)] =
        &[("normal", Self::Normal), ("uniform", Self::Uniform), ("initial", Self::Initial)];
}

section! {
    /// The fixed matrix that brings errors to cells, for the rules that want one.
    #[derive(Copy)]
    pub struct FeedbackSection = "feedback" {
        /// What it is: random numbers, or the readout weights as they begin, so that a cell that is not read gets no error.
        kind: Word<FeedbackKind>, required;
        /// Standard deviation of normal numbers, half the width of uniform ones, or a factor to the readout weights.
        scale: Positive = 1.0;
    }
}

impl FeedbackSection {
    /// What is drawn where a file says nothing.
    pub const USUAL: Self = Self { kind: FeedbackKind::Normal, scale: 1.0 };

    /// What is drawn.
    pub fn draw(self) -> Draw {
        match self.kind {
            FeedbackKind::Normal => Draw::Normal(self.scale),
            FeedbackKind::Uniform => Draw::Uniform(self.scale),
            FeedbackKind::Initial => Draw::Initial(self.scale),
        }
    }
}
