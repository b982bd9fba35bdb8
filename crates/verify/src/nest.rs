//! NEST's models and names for parameters, in ours.

use neuropil_network::neuron::{Column, Entry, model};
use std::collections::BTreeMap;

/// Our name for NEST's model.
pub(crate) fn model_of(nest: &str) -> Option<&'static Entry> {
    let ours = match nest {
        "iaf_psc_delta" => "lif_delta",
        "iaf_psc_exp" => "lif_exp",
        "iaf_psc_alpha" => "lif_alpha",
        "iaf_cond_exp" => "lif_cond_exp",
        _ => return None,
    };
    model(ours)
}

fn symbol_of(nest: &str) -> Option<&'static str> {
    Some(match nest {
        "C_m" => "c_m",
        "tau_m" => "tau_m",
        "g_L" => "g_l",
        "t_ref" => "t_ref",
        "E_L" => "e_l",
        "V_th" => "v_th",
        "V_reset" => "v_reset",
        "tau_syn_ex" => "tau_syn_exc",
        "tau_syn_in" => "tau_syn_inh",
        "E_ex" => "e_exc",
        "E_in" => "e_inh",
        "I_e" => "i_e",
        _ => return None,
    })
}

/// The columns of a model from NEST's names; our defaults are NEST's.
///
/// # Errors
/// The name of a parameter that the model does not have.
pub(crate) fn columns(entry: &Entry, parameters: &BTreeMap<String, f64>) -> Result<Vec<Column>, String> {
    let mut columns: Vec<Column> = entry.info.parameters.iter().map(|row| Column::Constant(row.default)).collect();
    for (name, value) in parameters {
        let row = symbol_of(name).and_then(|symbol| entry.info.parameters.iter().position(|row| row.symbol == symbol));
        columns[row.ok_or_else(|| name.clone())?] = Column::Constant(*value);
    }
    Ok(columns)
}
