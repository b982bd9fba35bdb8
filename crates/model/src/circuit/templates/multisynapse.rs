//! Leaky integrate-and-fire cells with numbered receptors: `iaf_psc_exp_multisynapse`, `iaf_psc_alpha_multisynapse`.

use super::super::parameters::Taken;
use super::written::{Shape, Written, text};
use super::{Program, Recipe};
use neuropil_equations::machine::Method;

/// Most receptors.
const PORTS: usize = 16;
/// Parameters of the membrane, their names with us, and NEST's defaults.
const MEMBRANE: [(&str, &str, f64); 7] = [
    ("C_m", "c_m", 250.0),
    ("tau_m", "tau_m", 10.0),
    ("E_L", "e_l", -70.0),
    ("V_th", "v_th", -55.0),
    ("V_reset", "v_reset", -70.0),
    ("t_ref", "t_ref", 2.0),
    ("I_e", "i_e", 0.0),
];

fn receptors(taken: &mut Taken) -> Result<Vec<f64>, String> {
    let tau = taken.numbers("tau_syn", &[2.0])?;
    if !(1..=PORTS).contains(&tau.len()) {
        return Err(format!("tau_syn has {} values, expected 1 to {PORTS}: one a receptor", tau.len()));
    }
    Ok(tau)
}

/// `iaf_psc_exp_multisynapse`: our `lif_exp_multi`.
pub(super) fn exponential(_: &'static str, taken: &mut Taken) -> Result<Recipe, String> {
    let tau = receptors(taken)?;
    let mut values = Vec::new();
    for (name, own, default) in MEMBRANE {
        values.push((own.to_owned(), taken.number(name, default)?));
    }
    values.extend(tau.iter().zip(1..).map(|(tau, port): (_, usize)| (format!("tau_syn_receptor_{port}"), *tau)));
    let start = vec![("v_m".to_owned(), taken.number("V_m", -70.0)?)];
    let program = Program::Shaped { name: "lif_exp_multi", receptors: tau.len() };
    Ok(Recipe { program, values, start, numbered: true, notes: Vec::new() })
}

/// `iaf_psc_alpha_multisynapse`: the same with currents of alpha shape, whose peak is the weight.
pub(super) fn alpha(_: &'static str, taken: &mut Taken) -> Result<Recipe, String> {
    let tau = receptors(taken)?;
    let mut values = Vec::new();
    for (name, _, default) in MEMBRANE {
        values.push((name.to_owned(), taken.number(name, default)?));
    }
    values.extend(tau.iter().zip(1..).map(|(tau, port): (_, usize)| (format!("tau_{port}"), *tau)));
    let start = vec![("V_m".to_owned(), taken.number("V_m", -70.0)?)];
    let ports: Vec<Written> = (1..=tau.len()).map(|port| Written::numbered(port, Shape::Alpha)).collect();
    let name = "iaf_psc_alpha_multisynapse";
    let text = text(name, &ports);
    let method = Method::RungeKutta { substeps: 1 };
    let program = Program::Written { name: name.into(), text, method };
    Ok(Recipe { program, values, start, numbered: true, notes: Vec::new() })
}
