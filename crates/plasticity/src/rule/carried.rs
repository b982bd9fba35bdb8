//! Rules over type means whose modulators are brought to the cells by a carrier, `kernel` or `field`.
//!
//! # Equations
//! ```text
//! Γ_p^t = Σ_s Σ_r F[s][r, τ(p)] M_{r,p}^{t+s+ℓ},     M brought by a [`crate::carrier::Carrier`]
//! ```
//! With M_{r,p} = Σ_{m in r} a_m and ℓ = 0 they are the rules of the same feedback and reach.

use super::{Carriage, Reach, Rule, mdgl, modprop};

/// `modprop_field`.
pub const MODPROP_FIELD: Rule = Rule {
    name: "modprop_field",
    summary: "modprop_type, its modulators carried by a field of peptides",
    carriage: Carriage::Field,
    ..modprop::MODPROP_TYPE
};

/// `modprop_kernel`.
pub const MODPROP_KERNEL: Rule = Rule {
    name: "modprop_kernel",
    summary: "modprop_type, its modulators carried over distances in unbounded tissue",
    carriage: Carriage::Kernel,
    ..modprop::MODPROP_TYPE
};

/// `modprop_field_S`.
pub const MODPROP_FIELD_S: Rule =
    Rule { name: "modprop_field_S", summary: "modprop_field of the lags 1..S", reach: Reach::Lags, ..MODPROP_FIELD };

/// `modprop_field_noleak_S`.
pub const MODPROP_FIELD_NOLEAK_S: Rule = Rule {
    name: "modprop_field_noleak_S",
    summary: "modprop_field of the lags 1..S, intermediate cells without leak, adaptation and reset",
    reach: Reach::LagsWithoutLeak,
    ..MODPROP_FIELD
};

/// `mdgl_field`.
pub const MDGL_FIELD: Rule = Rule {
    name: "mdgl_field",
    summary: "mdgl_type_all, its modulators carried by a field of peptides",
    carriage: Carriage::Field,
    ..mdgl::MDGL_TYPE_ALL
};

/// `mdgl_kernel`.
pub const MDGL_KERNEL: Rule = Rule {
    name: "mdgl_kernel",
    summary: "mdgl_type_all, its modulators carried over distances in unbounded tissue",
    carriage: Carriage::Kernel,
    ..mdgl::MDGL_TYPE_ALL
};
