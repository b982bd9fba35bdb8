//! `s_tllr` and `pp_prop`: what synapses of these rules remember.

use super::kinds::{Any, BelowOne, Flag, Fraction};
use super::table::section;
use neuropil_plasticity::rule::{Product, Window};

section! {
    /// The window of the rule s_tllr.
    #[derive(Copy)]
    pub struct STllrSection = "s_tllr" {
        /// What a presynaptic spike before the postsynaptic slope counts.
        pre: Any = 1.0;
        /// What the postsynaptic slope before a presynaptic spike counts.
        post: Any = -0.2;
        /// What is left of a presynaptic spike after a step.
        pre_decay: Fraction = 0.8;
        /// What is left of a postsynaptic slope after a step.
        post_decay: Fraction = 0.5;
    }
}

impl STllrSection {
    /// Where a file says nothing.
    pub const USUAL: Self = Self { pre: 1.0, post: -0.2, pre_decay: 0.8, post_decay: 0.5 };
}

impl From<STllrSection> for Window {
    fn from(own: STllrSection) -> Self {
        Self { pre: own.pre, post: own.post, pre_decay: own.pre_decay, post_decay: own.post_decay }
    }
}

section! {
    /// What cells and synapses of the rule pp_prop remember.
    #[derive(Copy)]
    pub struct PpPropSection = "pp_prop" {
        /// What is left of it after a step; a rank n of the published program is (n - 1)/(n + 1).
        decay: BelowOne = 0.9;
        /// Whether the memory of a cell is divided by what of its sum there has been time for, as in the published program.
        corrected: Flag = true;
    }
}

impl PpPropSection {
    /// Where a file says nothing.
    pub const USUAL: Self = Self { decay: 0.9, corrected: true };
}

impl From<PpPropSection> for Product {
    fn from(own: PpPropSection) -> Self {
        Self { decay: own.decay, corrected: own.corrected }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch a default of files that is not the one of the library.
    #[test]
    fn files_begin_as_the_library() {
        assert_eq!(Window::from(STllrSection::USUAL), Window::default());
        assert_eq!(Product::from(PpPropSection::USUAL), Product::default());
    }
}
