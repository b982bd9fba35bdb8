//! ModProp cut off after S steps: Γ_p^t = Σ_{s=1}^{S} Σ_r F\[s\][r, τ(p)] A_r^{t+s}, taps F of [`crate::taps`].

use super::{Reach, Rule, modprop};

/// `modprop_type_S`.
pub const MODPROP_TYPE_S: Rule =
    Rule { name: "modprop_type_S", summary: "ModProp of the lags 1..S", reach: Reach::Lags, ..modprop::MODPROP_TYPE };

/// `modprop_type_noleak_S`: the formula printed in \[Liu2022\].
pub const MODPROP_TYPE_NOLEAK_S: Rule = Rule {
    name: "modprop_type_noleak_S",
    summary: "ModProp of the lags 1..S, intermediate cells without leak, adaptation and reset",
    reach: Reach::LagsWithoutLeak,
    ..modprop::MODPROP_TYPE
};
