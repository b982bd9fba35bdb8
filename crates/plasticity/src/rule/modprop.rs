//! ModProp \[Liu2022\]: credit of any number of hops through intermediate cells of constant slope μ, ψ at both ends.
//!
//! # Equations
//! ```text
//! c_m^t = ψ_m D_m + μ R_m + α_m c_m^{t+1},   b_m^t = −β_m (ψ_m D_m + μ R_m) + ρ_m b_m^{t+1}
//! R_m^t = Γ_m + g_a b_m^{t+1} − r_m c_m^{t+1},   Γ_p^t = Σ_m Wfb[m,p] g_m c_m^{t+d}
//! ```
//! Constants are those of each cell; only W and the slope are averaged by type.

use super::{Broadcast, CarrierKind, Emission, Estimate, Feedback, Memory, Reach, Rule, Scope, Slope, Teaching};

/// `modprop_type`: Wfb = type means over all pairs.
pub const MODPROP_TYPE: Rule = Rule {
    name: "modprop_type",
    summary: "any number of hops over type means, constant slope on the way",
    references: &["Liu2022"],
    feedback: Feedback::TypeAll,
    slope: Slope::Mu,
    reach: Reach::All,
    emission: Emission::Full,
    broadcast: Broadcast::Symmetric,
    teaching: Teaching::Error,
    memory: Memory::Readout,
    estimate: Estimate::Tape,
    carrier: CarrierKind::Ideal,
    cells: Scope::NotRflo,
};

/// `modprop_cell`: Wfb = W.
pub const MODPROP_CELL: Rule = Rule {
    name: "modprop_cell",
    summary: "any number of hops over the weights, constant slope on the way",
    feedback: Feedback::Weights,
    ..MODPROP_TYPE
};

/// `modprop_cell_exact`: Wfb = W and ψ on the way, which is the exact gradient.
pub const MODPROP_CELL_EXACT: Rule = Rule {
    name: "modprop_cell_exact",
    summary: "ModProp without its approximations: the exact gradient",
    slope: Slope::Exact,
    ..MODPROP_CELL
};

/// `modprop_type_random`: D through B_random.
pub const MODPROP_TYPE_RANDOM: Rule = Rule {
    name: "modprop_type_random",
    summary: "ModProp with fixed feedback of errors",
    broadcast: Broadcast::Given,
    ..MODPROP_TYPE
};

/// `modprop_type_reglocal`: the regulariser is not emitted.
pub const MODPROP_TYPE_REGLOCAL: Rule = Rule {
    name: "modprop_type_reglocal",
    summary: "ModProp whose emission leaves out the rate regulariser",
    emission: Emission::LocalRegulariser,
    ..MODPROP_TYPE
};

/// `modprop_type_meanconst`: intermediate cells have their type's mean constants.
pub const MODPROP_TYPE_MEANCONST: Rule = Rule {
    name: "modprop_type_meanconst",
    summary: "ModProp through cells with the mean constants of their type",
    reach: Reach::AllMeanConstants,
    cells: Scope::Threshold,
    ..MODPROP_TYPE
};

/// `modprop_code`: the published program, as it is written.
pub const MODPROP_CODE: Rule = Rule {
    name: "modprop_code",
    summary: "ModProp as in its program: slope mu also in the receiving cell, no pairs of a cell with itself",
    feedback: Feedback::TypeAllOthers,
    slope: Slope::MuAndFirstHop,
    cells: Scope::Threshold,
    ..MODPROP_TYPE
};

/// `modprop_code_cell`: what the published program computes where its type means come too late for the gradient, which then goes over the
/// weights. It writes them in the place of W within the step of the graph in which the gradient is taken; whether that is seen
/// depends on the version of its library.
pub const MODPROP_CODE_CELL: Rule = Rule {
    name: "modprop_code_cell",
    summary: "ModProp over the weights, slope mu also in the receiving cell",
    feedback: Feedback::Weights,
    ..MODPROP_CODE
};
