//! A cell as peptides see it.

use crate::field::Site;

/// A cell of the tissue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Index of its type.
    pub cell_type: u32,
    /// Where it listens.
    pub site: Site,
}
