//! What can be wrong with a learner, its data or a rule.

use crate::carrier::CarrierKind;
use crate::form::Form;
use neuropil_core::did_you_mean;
use thiserror::Error;

/// A fault of what a caller gave, or a rule that does not exist for it.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// An array has another shape than the rest.
    #[error("{what} has shape {found}, expected {expected}")]
    Shape {
        /// The array.
        what: &'static str,
        /// Its shape.
        found: String,
        /// The shape that fits.
        expected: String,
    },
    /// A number is out of its range.
    #[error("{what}[{index}] = {value}, must be {expected}")]
    Value {
        /// The array or parameter.
        what: &'static str,
        /// Which of its values (0 for a scalar).
        index: usize,
        /// The value.
        value: f64,
        /// The range.
        expected: &'static str,
    },
    /// No rule has this name.
    #[error("no rule `{name}`{}", meant(name, known, "rules"))]
    UnknownRule {
        /// The name asked for.
        name: String,
        /// All names.
        known: Vec<&'static str>,
    },
    /// No pseudo-derivative has this name.
    #[error("no pseudo-derivative `{name}`{}", meant(name, known, "pseudo-derivatives"))]
    UnknownPseudoDerivative {
        /// The name asked for.
        name: String,
        /// All names.
        known: Vec<&'static str>,
    },
    /// A rule does not exist for a kind of cells.
    #[error("rule `{rule}` does not exist for {kind}")]
    CellKind {
        /// The rule.
        rule: &'static str,
        /// The cells.
        kind: &'static str,
    },
    /// A rule has no such form.
    #[error("rule `{rule}` has no {form} form: {reason}")]
    NoForm {
        /// The rule.
        rule: &'static str,
        /// The form.
        form: Form,
        /// Why.
        reason: &'static str,
    },
    /// A rule needs something that was not given.
    #[error("rule `{rule}` needs {what}")]
    Missing {
        /// The rule.
        rule: &'static str,
        /// What it needs.
        what: &'static str,
    },
    /// A rule and a carrier that have no meaning together.
    #[error("rule `{rule}` cannot be brought by `{carrier}`: {reason}; by `ideal` it runs")]
    NotCarried {
        /// The rule.
        rule: &'static str,
        /// The carrier.
        carrier: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// A rule whose credit cannot wait for anything.
    #[error(
        "rule `{rule}` has no cascade: its credit comes back over synapses or types one by one, and is no signal that arrives at a cell; without `cascade` it runs"
    )]
    NoCascade {
        /// The rule.
        rule: &'static str,
    },
    /// A carrier that does not exist.
    #[error("rule `{rule}`: there is no carrier `{name}`{hint}; the carriers are {}", CarrierKind::NAMES.join(", "))]
    UnknownCarrier {
        /// The rule that it is asked for.
        rule: &'static str,
        /// The name asked for.
        name: String,
        /// What may have been meant.
        hint: String,
    },
    /// A name that a rule no longer has.
    #[error("rule `{name}` is called `{new}`")]
    RenamedRule {
        /// The name asked for.
        name: &'static str,
        /// The name that it has.
        new: &'static str,
    },
    /// A carrier that cannot carry this.
    #[error("carrier: {fault}")]
    Carrier {
        /// Why.
        fault: String,
    },
    /// The non-local path of a rule grows from step to step.
    #[error("spectral radius of the credit path is {radius:.4}, must be < 1: lower mu")]
    Unstable {
        /// The radius.
        radius: f64,
    },
    /// A cell as intermediate one grows from step to step.
    #[error(
        "spectral radius of the mean step of {kind} is {radius:.4}, must be < 1: their credit would grow \
         without bound; bound their derivatives by `jacobian_limit`, or learn by bptt, e-prop or mdgl"
    )]
    Runaway {
        /// The cells.
        kind: &'static str,
        /// The radius.
        radius: f64,
    },
    /// The modes of the type matrix do not span the space.
    #[error("the type matrix has no basis of modes (residual {residual:.1e}): use the recursion")]
    NoModes {
        /// |V diag(l) V^-1 - M| / |M|.
        residual: f64,
    },
}

/// The name that is close to one that does not exist, or all there are.
fn meant(name: &str, known: &[&str], what: &str) -> String {
    let hint = did_you_mean(name, known.iter().copied());
    if hint.is_empty() { format!("; the {what} are {}", known.join(", ")) } else { hint }
}
