//! NEST's models and names of parameters, in ours.

use neuropil_network::neuron::{Entry, model};

/// NEST's names of parameters that we have.
pub const NAMES: [&str; 12] =
    ["C_m", "tau_m", "g_L", "t_ref", "E_L", "V_th", "V_reset", "tau_syn_ex", "tau_syn_in", "E_ex", "E_in", "I_e"];

/// The model that NEST calls `nest`.
pub fn model_of(nest: &str) -> Option<&'static Entry> {
    let ours = match nest {
        "iaf_psc_delta" => "lif_delta",
        "iaf_psc_exp" => "lif_exp",
        "iaf_psc_alpha" => "lif_alpha",
        "iaf_cond_exp" => "lif_cond_exp",
        _ => return None,
    };
    model(ours)
}

/// Our symbol for NEST's parameter.
pub fn symbol_of(nest: &str) -> Option<&'static str> {
    let ours = [
        "c_m",
        "tau_m",
        "g_l",
        "t_ref",
        "e_l",
        "v_th",
        "v_reset",
        "tau_syn_exc",
        "tau_syn_inh",
        "e_exc",
        "e_inh",
        "i_e",
    ];
    NAMES.iter().position(|name| *name == nest).map(|index| ours[index])
}
