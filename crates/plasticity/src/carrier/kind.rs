//! What is carried, and by what: the names of files.

/// What is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// a = ψ D, which arrives as a sum over each response class.
    Emission,
    /// L: errors times feedback, of all cells together. A signal that is equal in all cells, and stays so, arrives as it is, but
    /// for the gain of the carrier.
    Learning,
}

impl Signal {
    /// Its name in messages and pages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Emission => "emissions",
            Self::Learning => "learning signals",
        }
    }
}

/// What carries a signal, as the section `carrier` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CarrierKind {
    /// Everywhere at once.
    Ideal,
    /// What each pair of cells are apart, in unbounded tissue.
    Kernel,
    /// Peptides on a grid.
    Field,
    /// A signal of either sign that spreads over the neighbours on a lattice and fades.
    Blur,
}

impl CarrierKind {
    /// All of them, in the order of files.
    pub const ALL: [Self; 4] = [Self::Ideal, Self::Kernel, Self::Field, Self::Blur];
    /// Their names, in the same order.
    pub const NAMES: [&'static str; 4] = ["ideal", "kernel", "field", "blur"];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The carrier of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.name() == name)
    }

    /// What it is, behind "brought by".
    pub(crate) fn summary(self) -> &'static str {
        match self {
            Self::Ideal => "nothing: they are everywhere at once",
            Self::Kernel => "diffusion over distances in unbounded tissue",
            Self::Field => "a field of peptides",
            Self::Blur => "a blur over the neighbours on a lattice",
        }
    }
}
