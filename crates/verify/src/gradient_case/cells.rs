//! From the constants of a case to cells of the network crate.

use super::settings::{Kind, Settings};
use neuropil_core::parameter::index_value;
use neuropil_core::{Clock, Parameter};
use neuropil_network::neuron::{BadCell, Column, NeuronModel, model};

/// Constants of each cell, in the units of a case: steps, and voltages without unit.
pub(super) struct PerCell {
    pub alpha: Vec<f64>,
    pub g: Vec<f64>,
    pub vth: Vec<f64>,
    pub beta: Vec<f64>,
    pub rho: Vec<f64>,
    pub ga: Vec<f64>,
}

/// A step of a case is taken for 1 ms.
const DT_MS: f64 = 1.0;

/// The time constant whose decay over a step is `decay`, which lies in 0..=1.
fn tau_ms(decay: f64) -> f64 {
    if decay == 0.0 {
        return f64::MIN_POSITIVE;
    }
    if decay == 1.0 {
        return f64::MAX;
    }
    -DT_MS / decay.ln()
}

/// Cells of a model with some parameters given; columns have the model's own names.
fn build(name: &str, cells: usize, given: Vec<(&str, Column)>) -> Result<Box<dyn NeuronModel<f64>>, Vec<BadCell>> {
    let entry = model(name).expect("a model of the network crate");
    let column = |row: &Parameter| {
        let own = given.iter().find(|(symbol, _)| *symbol == row.symbol);
        own.map_or(Column::Constant(row.default), |(_, column)| column.clone())
    };
    let columns: Vec<Column> = entry.info.parameters.iter().map(column).collect();
    entry.build(&columns, cells, Clock::new(DT_MS).expect("1 ms is a step"))
}

/// Threshold or rectifier cells.
pub(super) fn threshold_cells(settings: &Settings, own: &PerCell) -> Result<Box<dyn NeuronModel<f64>>, Vec<BadCell>> {
    let per_cell = |values: &[f64]| Column::PerCell(values.to_vec());
    let taus = |decays: &[f64]| Column::PerCell(decays.iter().map(|decay| tau_ms(*decay)).collect());
    let cells = own.alpha.len();
    if settings.kind == Kind::Relu {
        let unit = Column::Constant(index_value(1));
        let (tau_m, theta, gain) = (taus(&own.alpha), per_cell(&own.vth), per_cell(&own.g));
        let given = vec![("tau_m", tau_m), ("theta", theta), ("input_scaling", unit), ("input_gain", gain)];
        return build("leaky_relu", cells, given);
    }
    let given = vec![
        ("tau_m", taus(&own.alpha)),
        ("tau_a", taus(&own.rho)),
        ("v_th", per_cell(&own.vth)),
        ("beta", per_cell(&own.beta)),
        ("t_ref", Column::Constant(f64::from(settings.silent) * DT_MS)),
        ("input_gain", per_cell(&own.g)),
        ("adaptation_gain", per_cell(&own.ga)),
    ];
    build("alif", cells, given)
}

/// Cells with a leak after a hyperbolic tangent; `tau` in steps.
pub(super) fn rflo_cells(cells: usize, tau: f64) -> Result<Box<dyn NeuronModel<f64>>, Vec<BadCell>> {
    build("rflo_tanh", cells, vec![("tau_m", Column::Constant(tau * DT_MS))])
}
