//! `input_weights`, `recurrent_weights` and `readout_weights` of a task file: how a matrix of weights begins.
//!
//! Which fields the section has hangs on the matrix and on the `kind`; its table is put together of those below.

use super::kinds::{
    Any, Flag, Mask, MaskBesideValues, Matrix, Numbers, Positive, ProbabilityByType, Whole, Word, Words,
};
use super::table::{Section, SectionTable, section};
use crate::fields::Fields;

/// A matrix of weights of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightMatrix {
    /// From inputs to cells.
    Input,
    /// From cells to cells.
    Recurrent,
    /// From cells to readouts.
    Readout,
}

/// How the weights of a matrix are had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightKind {
    /// As a file gives them.
    Given,
    /// N(0, 1).
    Normal,
    /// N(0, 1)/√(p n).
    NormalByInputs,
    /// √(2/n) N(0, 1), cut at two standard deviations, n all senders that there could be.
    HeNormal,
    /// Signed and balanced; the missing amount spread.
    Balanced,
    /// Signed and balanced by a factor to inhibition.
    BalancedByFactor,
}

impl Words for WeightKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("given", Self::Given),
        ("normal", Self::Normal),
        ("normal_by_inputs", Self::NormalByInputs),
        ("he_normal", Self::HeNormal),
        ("balanced", Self::Balanced),
        ("balanced_by_factor", Self::BalancedByFactor),
    ];
}

/// How the torus of cells that are connected by their distance closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edges {
    /// The last row lies beside the first.
    Adjoin,
    /// The last row lies where the first does.
    Coincide,
}

impl Words for Edges {
    const WORDS: &'static [(&'static str, Self)] = &[("adjoin", Self::Adjoin), ("coincide", Self::Coincide)];
}

section! {
    /// Weights that are drawn.
    #[derive(Copy)]
    pub struct DrawnWeights = "weights" {
        /// Probability of a synapse: one number, or one for each pair of cell types, as [target, source] or by name, {target: {source: p}}; default: 1.
        probability: ProbabilityByType, optional;
        /// 1 where a synapse exists, 0 elsewhere: [target, source]; in place of what else says which synapses there are; default: they are drawn.
        mask: Mask, optional;
        /// A factor to all weights.
        gain: Any = 1.0;
    }
}

section! {
    /// Weights that are balanced.
    #[derive(Copy)]
    pub struct BalancedWeights = "weights" {
        /// Whether the matrix is balanced as if all synapses existed, and only then left with those that do.
        thinned: Flag = false;
    }
}

section! {
    /// Inputs of which some inhibit.
    #[derive(Copy)]
    pub struct SignedInputs = "weights" {
        /// So many inputs are inhibitory, drawn at random; default: the synapses of inputs have no signs.
        inhibitory: Whole<0, { u64::MAX }>, optional;
    }
}

section! {
    /// Inputs and readouts with a number of synapses.
    #[derive(Copy)]
    pub struct CountedSynapses = "weights" {
        /// So many synapses in all, drawn at random; in place of `probability` and `mask`; default: as many as are drawn.
        synapses: Whole<0, { u64::MAX }>, optional;
    }
}

section! {
    /// Readouts of some cells.
    #[derive(Copy)]
    pub struct ReadCells = "weights" {
        /// So many cells are read, drawn at random, the same by all outputs, in place of `probability`; default: all.
        cells: Whole<0, { u64::MAX }>, optional;
    }
}

section! {
    /// Cells that are connected by their distance.
    #[derive(Copy)]
    pub struct LocalWeights = "weights" {
        /// In place of `probability`: cells lie at random places of a square torus of extent 1, and two connect with probability 1/(1 + exp(d^2/(4 local_sigma))); default: by `probability`.
        local_sigma: Positive, optional;
        /// Whether the last row of the torus lies beside the first, or where the first does; beside `local_sigma`, default: adjoin.
        local_edges: Word<Edges>, optional;
    }
}

section! {
    /// Weights that are given instead of drawn.
    #[derive(Copy)]
    pub struct GivenWeights = "weights" {
        /// The weights, [target, source].
        values: Matrix, required;
        /// 1 where a synapse exists, 0 elsewhere: an array, `all`, or `nonzero`; default: all, where no value is 0.
        mask: MaskBesideValues, optional;
    }
}

section! {
    /// Signs of inputs whose weights are given.
    #[derive(Copy)]
    pub struct GivenSigns = "weights" {
        /// -1, 1, or 0 (either) of each input; default: either.
        signs: Numbers, optional;
    }
}

/// What a section says of weights that are drawn, but for what needs the sizes of the matrix to be read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DrawnSection {
    /// A factor to all weights.
    pub gain: f64,
    /// Of balanced kinds.
    pub thinned: bool,
    /// Inhibitory inputs.
    pub inhibitory: Option<usize>,
    /// Synapses in all.
    pub synapses: Option<usize>,
    /// Cells that are read.
    pub cells: Option<usize>,
    /// By distance.
    pub local_sigma: Option<f64>,
    /// How the torus closes.
    pub local_edges: Option<Edges>,
}

impl WeightKind {
    /// Whether it needs the signs of the senders.
    pub fn is_balanced(self) -> bool {
        matches!(self, Self::Balanced | Self::BalancedByFactor)
    }

    /// What it is, for people.
    fn about(self) -> &'static str {
        match self {
            Self::Given => "Weights that are given instead of drawn",
            Self::Normal => "Normal numbers of standard deviation 1",
            Self::NormalByInputs => "Normal numbers over the root of the number of synapses of a row",
            Self::HeNormal => "Normal numbers of variance 2/n, cut at two standard deviations; n counts all senders",
            Self::Balanced => "Signed weights; what a cell misses is spread over its weaker kind of input",
            Self::BalancedByFactor => "Signed weights; one factor to the inhibition of each cell balances it",
        }
    }
}

impl WeightMatrix {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Input, Self::Recurrent, Self::Readout];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input_weights",
            Self::Recurrent => "recurrent_weights",
            Self::Readout => "readout_weights",
        }
    }

    fn has_counted_synapses(self) -> bool {
        self != Self::Recurrent
    }

    /// The tables of the section, one a kind.
    pub fn tables(self) -> Vec<SectionTable> {
        let of = |(word, kind): &(&'static str, WeightKind)| {
            let is_given = *kind == WeightKind::Given;
            let parts = [
                (is_given, GivenWeights::tables()),
                (is_given && self == Self::Input, GivenSigns::tables()),
                (!is_given, DrawnWeights::tables()),
                (kind.is_balanced(), BalancedWeights::tables()),
                (kind.is_balanced() && self == Self::Input, SignedInputs::tables()),
                (!is_given && self.has_counted_synapses(), CountedSynapses::tables()),
                (!is_given && self == Self::Readout, ReadCells::tables()),
                (!is_given && self == Self::Recurrent, LocalWeights::tables()),
            ];
            let rows = parts.into_iter().filter(|part| part.0).flat_map(|part| part.1).flat_map(|own| own.rows);
            SectionTable { kind: Some(word), about: kind.about(), rows: rows.collect() }
        };
        WeightKind::WORDS.iter().map(of).collect()
    }

    /// Asks for the fields of weights that are given, all of which need the sizes of the matrix to be read.
    pub fn given(self, own: &mut Fields<'_, '_>) {
        GivenWeights::fields(own);
        if self == Self::Input {
            GivenSigns::fields(own);
        }
    }

    /// Reads the fields of weights that are drawn; `kind` is unknown where it is faulty. Inhibitory inputs are read of every
    /// kind, so that a kind without signs can be refused beside them.
    pub fn drawn(self, own: &mut Fields<'_, '_>, kind: Option<WeightKind>) -> Option<DrawnSection> {
        let all = DrawnWeights::fields(own);
        let balanced = kind.is_some_and(WeightKind::is_balanced);
        let balanced = if balanced { BalancedWeights::fields(own) } else { Some(BalancedWeights { thinned: false }) };
        let signed =
            if self == Self::Input { SignedInputs::fields(own) } else { Some(SignedInputs { inhibitory: None }) };
        let none = CountedSynapses { synapses: None };
        let counted = if self.has_counted_synapses() { CountedSynapses::fields(own) } else { Some(none) };
        let read = if self == Self::Readout { ReadCells::fields(own) } else { Some(ReadCells { cells: None }) };
        let nowhere = LocalWeights { local_sigma: None, local_edges: None };
        let local = if self == Self::Recurrent { LocalWeights::fields(own) } else { Some(nowhere) };
        let LocalWeights { local_sigma, local_edges } = local?;
        Some(DrawnSection {
            gain: all?.gain,
            thinned: balanced?.thinned,
            inhibitory: signed?.inhibitory,
            synapses: counted?.synapses,
            cells: read?.cells,
            local_sigma,
            local_edges,
        })
    }
}
