//! NEST's models and names of parameters, in ours.

use neuropil_network::neuron::{Entry, model};

/// NEST's names of parameters that we have.
pub const NAMES: [&str; 12] =
    ["C_m", "tau_m", "g_L", "t_ref", "E_L", "V_th", "V_reset", "tau_syn_ex", "tau_syn_in", "E_ex", "E_in", "I_e"];

/// Where the membrane of each of `MODELS` starts where nothing else is said, mV: NEST sets no potential by E_L.
pub const V_M_MV: f64 = -70.0;

/// Numbers that NEST takes and that change no spike of `MODELS` under static synapses.
pub const IDLE: [&str; 3] = ["tau_Ca", "beta_Ca", "gsl_error_tol"];

/// NEST's models that we have, and what we call them.
const MODELS: [(&str, &str); 4] = [
    ("iaf_psc_delta", "lif_delta"),
    ("iaf_psc_exp", "lif_exp"),
    ("iaf_psc_alpha", "lif_alpha"),
    ("iaf_cond_exp", "lif_cond_exp"),
];

/// The model that NEST calls `nest`.
pub fn model_of(nest: &str) -> Option<&'static Entry> {
    MODELS.iter().find(|(name, _)| *name == nest).and_then(|(_, ours)| model(ours))
}

/// What NEST calls our model.
pub fn model_name_of(ours: &str) -> Option<&'static str> {
    MODELS.iter().find(|(_, own)| *own == ours).map(|(name, _)| *name)
}

/// Our symbols, in the order of [`NAMES`].
const SYMBOLS: [&str; 12] =
    ["c_m", "tau_m", "g_l", "t_ref", "e_l", "v_th", "v_reset", "tau_syn_exc", "tau_syn_inh", "e_exc", "e_inh", "i_e"];

/// Our symbol for NEST's parameter.
pub fn symbol_of(nest: &str) -> Option<&'static str> {
    NAMES.iter().position(|name| *name == nest).map(|index| SYMBOLS[index])
}

/// NEST's name of a parameter with our symbol.
pub fn name_of(symbol: &str) -> Option<&'static str> {
    SYMBOLS.iter().position(|own| *own == symbol).map(|index| NAMES[index])
}
