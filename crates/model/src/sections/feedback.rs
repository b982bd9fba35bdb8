//! `feedback`: the random matrix that brings errors to cells, for the rules that want one.

use super::kinds::{Positive, Word, Words};
use super::table::section;
use neuropil_plasticity::feedback::Draw;

/// Distribution of the random feedback weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedbackKind {
    /// Normal.
    Normal,
    /// Uniform.
    Uniform,
}

impl Words for FeedbackKind {
    const WORDS: &'static [(&'static str, Self)] = &[("normal", Self::Normal), ("uniform", Self::Uniform)];
}

section! {
    /// The random matrix that brings errors to cells, for the rules that want one.
    #[derive(Copy)]
    pub struct FeedbackSection = "feedback" {
        /// Distribution of the random feedback weights.
        kind: Word<FeedbackKind>, required;
        /// Standard deviation of normal numbers, or half the width of uniform ones.
        scale: Positive, required;
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
        }
    }
}
