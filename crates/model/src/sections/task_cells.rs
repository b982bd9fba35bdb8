//! `cells` of a task file: how many there are, which inhibit, and of which types they are.

use super::kinds::{Labels, Names, Numbers, Whole, Word, Words};
use super::table::section;
use neuropil_core::Unit;
use neuropil_network::neuron::{Entry, MODELS};

/// Most cells of a task: weights are dense.
pub const MOST_CELLS: u64 = 1 << 13;
/// The cell models that tasks may use, beside files of equations: all without units that can learn.
pub fn models() -> impl Iterator<Item = &'static Entry> {
    MODELS.iter().filter(|entry| entry.learns && entry.info.weight_unit(None) == Some(Unit::One))
}

section! {
    /// The cells of a task.
    #[derive(Copy)]
    pub struct TaskCells = "cells" {
        /// Number of cells.
        count: Whole<1, MOST_CELLS>, required;
        /// How many of the first cells inhibit, the others excite: two types and Dale's law; 0: one type, no signs.
        inhibitory: Whole<0, { u64::MAX }> = 0;
        /// In place of `inhibitory`: of each cell, -1 (inhibits) or 1 (excites); default: as `inhibitory` says.
        signs: Numbers, optional;
        /// Types that the inhibitory, and the other, cells are cut into, neighbours together.
        types_per_sign: Whole<1, { u64::MAX }> = 1;
        /// In place of `types_per_sign`: the type of each cell, a name or a number from 0; default: as `types_per_sign` says.
        types: Labels, optional;
        /// Beside `types`: the names in the order of the types; default: the order in which they appear.
        type_names: Names, optional;
    }
}

/// Which cells of `alif` adapt; the others have β = 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adaptive {
    /// All of them.
    All,
    /// Cells 0, 2, 4, ...
    Even,
    /// The second half of them.
    SecondHalf,
    /// None.
    None,
}

impl Words for Adaptive {
    const WORDS: &'static [(&'static str, Self)] =
        &[("all", Self::All), ("even", Self::Even), ("second_half", Self::SecondHalf), ("none", Self::None)];
}

section! {
    /// Which cells adapt, of models that have `beta`.
    #[derive(Copy)]
    pub struct AdaptiveCells = "cells" {
        /// Cells that keep `beta`; the others have 0.
        adaptive: Word<Adaptive> = Adaptive::All;
        /// In place of `adaptive`: so many of the last cells keep `beta`; default: as `adaptive` says.
        adaptive_last: Whole<0, { u64::MAX }>, optional;
    }
}
