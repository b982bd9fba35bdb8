//! `pseudo_derivative` and `reset_gradient`: what stands for the derivative of a spike, and what gradients make of a reset.

use super::kinds::{Positive, Words};
use super::table::{Kind, Section, section};
use crate::document::{Node, join};
use crate::fields::{Fields, Reader};
use neuropil_engine::trial::ResetGradient;
use neuropil_plasticity::PseudoDerivative;
use neuropil_plasticity::pseudo_derivative::{NAMES, constants};
use serde_json::{Value as Json, json};

/// A shape over (v − v_th)/v_th that a spiking cell can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpikingShape {}

/// The same, and those of graded cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnyShape {}

fn spiking() -> Vec<&'static str> {
    NAMES.iter().copied().filter(|name| *name != "relu").collect()
}

impl Kind for SpikingShape {
    type Value = &'static str;

    fn read<'d>(reader: &Reader<'d>, node: &'d Node, path: &str) -> Option<&'static str> {
        let names = spiking();
        reader.word(node, path, &names).map(|index| names[index])
    }

    fn schema() -> Json {
        json!({"enum": spiking()})
    }
}

impl Kind for AnyShape {
    type Value = &'static str;

    fn read<'d>(reader: &Reader<'d>, node: &'d Node, path: &str) -> Option<&'static str> {
        reader.word(node, path, NAMES).map(|index| NAMES[index])
    }

    fn schema() -> Json {
        json!({"enum": NAMES})
    }
}

section! {
    /// What stands for the derivative of a spike by the membrane potential.
    pub struct SpikingSlope = "pseudo_derivative" {
        /// Shape of the pseudo-derivative over (v - v_th) / v_th.
        kind: SpikingShape, required;
        /// Its height.
        gamma: Positive = 0.3;
        /// Its steepness, of the shapes that have one: greater is narrower.
        k: Positive = 1.0;
    }
}

section! {
    /// What stands for the derivative of the output of a cell.
    pub struct TaskSlope = "pseudo_derivative" {
        /// Shape of the pseudo-derivative over (v - v_th) / v_th; `relu` is that of graded cells.
        kind: AnyShape, required;
        /// Its height.
        gamma: Positive = 0.3;
        /// Its steepness, of the shapes that have one: greater is narrower.
        k: Positive = 1.0;
    }
}

impl TaskSlope {
    /// What there is where a file says nothing.
    pub const USUAL: Self = Self { kind: USUAL.0, gamma: USUAL.1, k: USUAL.2 };

    /// The shape, which is a known one.
    pub fn shape(&self) -> Option<PseudoDerivative> {
        PseudoDerivative::named(self.kind, self.gamma, self.k).ok()
    }
}

/// What there is where a file says nothing: piecewise linear of height 0.3 \[Bellec2020\].
const USUAL: (&str, f64, f64) = ("piecewise_linear", 0.3, 1.0);

/// Reads `pseudo_derivative` of a network of spiking cells.
pub fn pseudo_derivative(fields: &mut Fields<'_, '_>) -> Option<PseudoDerivative> {
    let usual = || SpikingSlope { kind: USUAL.0, gamma: USUAL.1, k: USUAL.2 };
    let own = SpikingSlope::of(fields, "pseudo_derivative", usual)?;
    refuse_unread(fields.reader, &fields.path_of("pseudo_derivative"), own.kind);
    PseudoDerivative::named(own.kind, own.gamma, own.k).ok()
}

/// Refuses constants that a shape, of the section at `path`, does not have.
pub fn refuse_unread(reader: &Reader<'_>, path: &str, kind: &str) {
    for key in ["gamma", "k"] {
        let path = join(path, key);
        if !constants(kind).contains(&key) && reader.document.find(&path).is_some() {
            let owners: Vec<&str> = NAMES.iter().copied().filter(|name| constants(name).contains(&key)).collect();
            let owners = owners.join(", ");
            reader.fault(&path, format!("has no effect with `{kind}`: it is of {owners}; leave it out"));
        }
    }
}

impl Words for ResetGradient {
    const WORDS: &'static [(&'static str, Self)] = &[("detached", Self::Detached), ("attached", Self::Attached)];
}
