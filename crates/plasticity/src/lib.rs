//! Learning rules: traces, credit, gradients, and what turns gradients into weights.
//!
//! A group of trials leaves a [`Tape`]. A [`Learner`] is the network as rules see it: constants of its cells, weights,
//! types. A [`loss`](loss::judge) turns what the readout said into a [`Credit`], and a [`rule`] turns tape and credit
//! into a [`Gradient`], in one of several [forms](form::Form) that agree to rounding. Nothing here simulates: whoever
//! runs the trials writes the tape.
//!
//! Matrices are `[post, pre]`; p is post, q is pre, m any cell. All numbers are f64. How the rules compare is in
//! `docs/learning.md`.

pub mod alignment;
pub mod bounds;
pub mod carrier;
pub mod cascade;
pub mod cell;
pub mod credit;
pub mod deep_r;
pub mod error;
mod factors;
pub mod feedback;
pub mod form;
pub mod gradient;
pub mod init;
pub mod learner;
pub mod loss;
pub mod matrix;
pub mod mu;
pub mod optimizer;
mod path;
pub mod product;
pub mod pseudo_derivative;
pub mod readout;
mod rows;
pub mod rule;
mod rule_settings;
pub mod similarity;
pub mod stability;
pub mod tangent;
pub mod tape;
pub mod taps;
pub mod types;
pub mod window;

pub use carrier::Carrier;
pub use cell::Dynamics;
pub use credit::{Credit, RateOver, RateRegulariser};
pub use error::Error;
pub use form::{Form, gradient};
pub use gradient::Gradient;
pub use learner::{Learner, Receptors};
pub use loss::Loss;
pub use matrix::Matrix;
pub use pseudo_derivative::PseudoDerivative;
pub use readout::Readout;
pub use rule::{RULES, Rule};
pub use rule_settings::{Controls, RuleSettings};
pub use tape::{Plane, Tape};
