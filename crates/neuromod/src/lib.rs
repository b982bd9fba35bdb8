//! Neuropeptides: how cells release them, how they spread and vanish, and which cells hear them.
//!
//! The chain, each stage with its own state:
//! ```text
//! spikes or a rate ─> release (vesicles) ─> deposit ─> field (diffusion, loss, uptake) ─> sample
//!     ─> receptors (occupancy) ─> G-protein class ─> messengers ─> effects on cells, signed messenger
//! ```
//! [`field`] holds concentrations, [`release`] empties vesicles, [`receptor`] binds and signals, [`peptides`] says which
//! cell type does what, [`probe`] watches, and [`taps`] makes of the whole chain the filter of a learning rule.
//!
//! The crate knows no weight, no threshold and no file. Units inside: ms, um, nM in the extracellular fluid, molecules.

pub mod cell;
pub mod chain;
pub mod error;
pub mod field;
pub mod listen;
pub mod peptides;
pub mod probe;
pub mod receptor;
pub mod release;
pub mod species;
pub mod taps;

pub use chain::{Cell, Chain, ChainState, Drive, Pace};
pub use error::NeuromodError;
pub use peptides::{Cargo, CellType, Channel, Expression, Peptides};
pub use species::{MOLECULES_PER_NM_UM3, Species, SpeciesParams, Uptake};
