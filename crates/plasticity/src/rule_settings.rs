//! Numbers of single rules, that other rules do not read. What they do is told with each rule: [`crate::rule`].

use crate::Error;

/// The window of `s_tllr`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// a₊: what a presynaptic spike before ψ counts.
    pub pre: f64,
    /// a₋: what ψ before a presynaptic spike counts.
    pub post: f64,
    /// λ₊: what is left of a presynaptic spike after a step.
    pub pre_decay: f64,
    /// λ₋: what is left of ψ after a step.
    pub post_decay: f64,
}

impl Default for Window {
    /// Of the published program.
    fn default() -> Self {
        Self { pre: 1.0, post: -0.2, pre_decay: 0.8, post_decay: 0.5 }
    }
}

/// The memory of `pp_prop`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Product {
    /// a: what is left after a step; a rank n of the published program is (n − 1)/(n + 1).
    pub decay: f64,
    /// Whether f is divided by what of its sum there has been time for.
    pub corrected: bool,
}

impl Default for Product {
    fn default() -> Self {
        Self { decay: 0.9, corrected: true }
    }
}

/// What the signs of `uoro` are a function of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SignDraws {
    /// The seed of the run.
    pub seed: u64,
    /// The update, counted from 0.
    pub update: u32,
    /// The number of the first trial of the tape in its batch.
    pub first: usize,
}

/// Controls of all rules: what of a rule is put in a wrong place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Controls {
    /// Entries of the means by types are dealt anew, as a function of a seed and a time.
    pub resampled: Option<[u64; 2]>,
    /// The errors that cells learn by come in the reverse order of steps.
    pub reversed: bool,
}

/// Numbers of all of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RuleSettings {
    /// Of `s_tllr`.
    pub window: Window,
    /// Of `pp_prop`.
    pub product: Product,
    /// n of `snap_n`.
    pub hops: usize,
    /// Of `uoro`.
    pub draws: SignDraws,
    /// Of all rules.
    pub controls: Controls,
}

impl Default for RuleSettings {
    fn default() -> Self {
        Self {
            window: Window::default(),
            product: Product::default(),
            hops: 3,
            draws: SignDraws::default(),
            controls: Controls::default(),
        }
    }
}

impl RuleSettings {
    pub(crate) fn check(&self) -> Result<(), Error> {
        let Window { pre, post, pre_decay, post_decay } = self.window;
        for (what, value) in [("s_tllr.pre", pre), ("s_tllr.post", post)] {
            if !value.is_finite() {
                return Err(Error::Value { what, index: 0, value, expected: "finite" });
            }
        }
        for (what, value) in [("s_tllr.pre_decay", pre_decay), ("s_tllr.post_decay", post_decay)] {
            if !(0.0..=1.0).contains(&value) {
                return Err(Error::Value { what, index: 0, value, expected: "in [0, 1]" });
            }
        }
        if self.hops == 0 {
            return Err(Error::Value { what: "hops", index: 0, value: 0.0, expected: "at least 1" });
        }
        let value = self.product.decay;
        if !(0.0..1.0).contains(&value) {
            return Err(Error::Value { what: "pp_prop.decay", index: 0, value, expected: "in [0, 1)" });
        }
        Ok(())
    }
}

/// What a rule whose synapses remember products keeps of some cells, `[cell][trial]`.
#[derive(Debug, Clone)]
pub(crate) struct FactorState {
    /// What the rule remembers of each place.
    pub(crate) state: Vec<f64>,
    pub(crate) psi_before: Vec<f64>,
    /// a^t of the step before; 1 before the first.
    pub(crate) left: f64,
    /// u: what multiplies what the partner left.
    pub(crate) lasting: Vec<f64>,
    /// w: what multiplies what the partner sends now.
    pub(crate) present: Vec<f64>,
}
