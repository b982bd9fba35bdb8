//! Receptors: what binds, what follows inside the cell, and what that does to it.

mod binding;
mod effect;
mod messenger;
mod signed;

pub use binding::{Binding, Desensitisation, Ligand, MOST_LIGANDS, Receptor};
pub use effect::{CellEffect, EffectLaws};
pub use messenger::{Cascade, GClass, Stage};
pub use signed::{Signed, SignedMode};
