//! `mu`: the constant slope of intermediate cells on ModProp's path \[Liu2022\], or one that follows the mean slope of its type.

use super::kinds::{NonNegative, Positive, Share, Word, Words};
use super::table::{Kind, section, variants};
use crate::document::{Member, Node, Value as Text, join};
use crate::fields::{ALWAYS, Reader};
use serde_json::{Value as Json, json};

/// How μ is had.
#[derive(Debug, Clone, PartialEq)]
pub enum MuKind {
    /// The same for all types, for ever.
    Constant(f64),
    /// A constant for each cell type, by name.
    ByType(Vec<(String, f64)>),
    /// Follows the mean slope of its type.
    Adaptive {
        /// r.
        rate: f64,
        /// The first value; the mean slope of the first batch if there is none.
        start: Option<f64>,
        /// Whether an update uses the mean of its own batch, or of those before.
        before: bool,
    },
}

/// μ, and the largest spectral radius that it may give the path of credit.
#[derive(Debug, Clone, PartialEq)]
pub struct MuSettings {
    /// How it is had.
    pub kind: MuKind,
    /// The radius above which all μ are scaled down.
    pub cap: Option<f64>,
}

/// When an adaptive μ takes the mean slope of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakesBatch {
    /// Before the gradient of the batch is made.
    BeforeUse,
    /// After it.
    AfterUse,
}

impl Words for TakesBatch {
    const WORDS: &'static [(&'static str, Self)] = &[("before_use", Self::BeforeUse), ("after_use", Self::AfterUse)];
}

/// A number for all types, or an object with one for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByType {}

impl Kind for ByType {
    type Value = MuKind;

    fn read<'d>(reader: &Reader<'d>, node: &'d Node, path: &str) -> Option<MuKind> {
        let Text::Object(members) = &node.value else {
            return NonNegative::read(reader, node, path).map(MuKind::Constant);
        };
        let types = members.iter().filter(|member| !ALWAYS.contains(&member.key.as_str()));
        let of = |member: &'d Member| {
            Some((member.key.clone(), NonNegative::read(reader, &member.node, &join(path, &member.key))?))
        };
        types.map(of).collect::<Option<Vec<_>>>().map(MuKind::ByType)
    }

    fn schema() -> Json {
        let number = NonNegative::schema();
        json!({"anyOf": [number, {"type": "object", "additionalProperties": number}]})
    }
}

section! {
    /// The same slope of intermediate cells for ever.
    pub struct ConstantMu = "mu" {
        /// Mean slope of intermediate cells: one number, or one for each cell type.
        value: ByType, required;
        /// In training only: the spectral radius of the path of credit above which all mu are scaled down; default: none.
        cap: Positive, optional;
    }
}

section! {
    /// A slope of intermediate cells that follows the mean slope of its type, in training.
    pub struct AdaptiveMu = "mu" {
        /// Share of a batch in the new value.
        rate: Share, required;
        /// The first value; default: the mean slope of the first batch.
        start: NonNegative, optional;
        /// Whether an update uses the mean of its own batch, or of those before.
        takes_batch: Word<TakesBatch>, required;
        /// The spectral radius of the path of credit above which all mu are scaled down; default: none.
        cap: Positive, optional;
    }
}

variants! {
    /// How the slope of intermediate cells is had.
    pub enum MuSection = "mu" {
        /// A constant.
        "constant" => ConstantMu,
        /// One that follows the cells.
        "adaptive" => AdaptiveMu,
    }
}

impl From<MuSection> for MuSettings {
    fn from(section: MuSection) -> Self {
        match section {
            MuSection::ConstantMu(own) => Self { kind: own.value, cap: own.cap },
            MuSection::AdaptiveMu(own) => {
                let before = own.takes_batch == TakesBatch::BeforeUse;
                Self { kind: MuKind::Adaptive { rate: own.rate, start: own.start, before }, cap: own.cap }
            }
        }
    }
}
