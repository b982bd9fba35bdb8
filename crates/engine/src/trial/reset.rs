//! What gradients make of a reset.

/// Whether gradients follow the reset of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetGradient {
    /// The reset is a constant of the gradient.
    Detached,
    /// The reset is differentiated.
    Attached,
}
