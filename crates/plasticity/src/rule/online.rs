//! Causal rules for a readout with memory: both factors of the modulatory path are filtered by κ and multiplied, in
//! place of a filtered product (\[Liu2021\], "OnMDGL").
//!
//! # Equations
//! ```text
//! L_p = Σ_k B[p,k] err_k,   ē ← κ ē + g_o e,   ψ̄ ← κ ψ̄ + (1 − κ) ψ,   Ḡ_a ← κ Ḡ_a + (1 − κ)(F∗e)_a
//! dW = Σ_t { L_p ē + reg_p e + g_o/(1 − κ) Σ_a (Σ_{m∈a} L_m ψ̄_m) Ḡ_a + Σ_a (Σ_{m∈a} ψ_m reg_m)(F∗e)_a }
//! ```
//! Equal to the rules without `_online` if κ = 0.

use super::{Emission, Rule, mdgl, modprop};

/// `mdgl_type_online`.
pub const MDGL_TYPE_ONLINE: Rule = Rule {
    name: "mdgl_type_online",
    summary: "causal MDGL over type means to all cells",
    emission: Emission::Online,
    ..mdgl::MDGL_TYPE_ALL
};

/// `modprop_type_online`.
pub const MODPROP_TYPE_ONLINE: Rule = Rule {
    name: "modprop_type_online",
    summary: "causal ModProp",
    emission: Emission::Online,
    ..modprop::MODPROP_TYPE
};
