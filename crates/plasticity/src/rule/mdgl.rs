//! MDGL \[Liu2021\]: credit of one synaptic hop. Γ_p^t = Σ_m Wfb\[m,p\] g_m ψ_m^{t+d} D_m^{t+d}.

use super::{Broadcast, CarrierKind, Emission, Estimate, Feedback, Memory, Reach, Rule, Scope, Slope, Teaching};

/// `mdgl_cell`: Wfb = W (NP mode 2 of the published program).
pub const MDGL_CELL: Rule = Rule {
    name: "mdgl_cell",
    summary: "one hop over the weights themselves",
    references: &["Liu2021"],
    feedback: Feedback::Weights,
    slope: Slope::Exact,
    reach: Reach::OneHop,
    emission: Emission::Full,
    broadcast: Broadcast::Symmetric,
    teaching: Teaching::Error,
    memory: Memory::Readout,
    estimate: Estimate::Tape,
    carrier: CarrierKind::Ideal,
    cells: Scope::NotRflo,
};

/// `mdgl_type_connected`: the published rule (NP mode 3).
pub const MDGL_TYPE_CONNECTED: Rule = Rule {
    name: "mdgl_type_connected",
    summary: "one hop over type means, along existing synapses",
    feedback: Feedback::TypeConnected,
    ..MDGL_CELL
};

/// `mdgl_type_all`: diffuse (NP mode 5).
pub const MDGL_TYPE_ALL: Rule = Rule {
    name: "mdgl_type_all",
    summary: "one hop over type means, to all cells of a type",
    feedback: Feedback::TypeAll,
    ..MDGL_CELL
};
