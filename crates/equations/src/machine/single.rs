//! The numbers of one model that stands for itself: parameters, start values, guards.

use super::build::{Column, evaluate};
use super::settings::{Method, Settings};
use crate::graph::{Node, NodeId};
use crate::ir::Cell;

/// Parameters and start values, coherent.
#[derive(Debug, Clone, PartialEq)]
pub struct Single {
    /// By their place in the model.
    pub parameters: Vec<f64>,
    /// By the place of the state variable.
    pub starts: Vec<f64>,
    dt_ms: f64,
}

/// The numbers of a model some of whose parameters are set, coherent.
///
/// # Panics
/// If `set` has not one entry a parameter.
pub fn single(cell: &Cell, dt_ms: f64, set: &[Option<f64>]) -> Single {
    assert_eq!(set.len(), cell.parameters.len(), "one entry a parameter");
    let settings = Settings { dt_ms, method: Method::RungeKutta { substeps: 1 }, timers_on_grid: true };
    let columns: Vec<Option<Column>> = set.iter().map(|value| value.map(Column::One)).collect();
    let values = super::build::Values { cell, settings: &settings };
    let parameters = values.parameters(&columns, 0, None);
    let starts = values.starts(&parameters)[..cell.states.len()].to_vec();
    Single { parameters, starts, dt_ms }
}

impl Single {
    /// The value of an expression of parameters, dt and state variables that have these values.
    pub fn value(&self, cell: &Cell, root: NodeId, states: &[f64]) -> f64 {
        let leaf = |node: Node| if let Node::State(state) = node { states[state as usize] } else { f64::NAN };
        evaluate(&cell.graph, &[root], &self.parameters, self.dt_ms, leaf)[0]
    }
}
