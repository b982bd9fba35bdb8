//! The linear part of a list of `integrate_odes`: which variable acts on which, and its exact propagators.

use super::code::{Op, Value};
use super::compile::{Compiler, Scene};
use super::fixed::{FixedId, Fraction};
use crate::graph::{Binary, NodeId};
use crate::ir::Linear;
use std::collections::BTreeSet;

/// A system of linear equations with constant coefficients.
#[derive(Debug, Clone)]
pub(super) struct LinearSystem {
    /// Its variables.
    pub variables: Vec<Linear>,
    /// a_k by variable; structural zeros are `None`.
    matrix: Vec<Vec<Option<FixedId>>>,
    /// What is added, if something is.
    pub constants: Vec<Option<NodeId>>,
    /// Whether a variable depends on another one, over any number of equations; each on itself.
    pub reaches: Vec<Vec<bool>>,
    /// Whether a variable acts on itself.
    acts_on_itself: Vec<bool>,
}

impl LinearSystem {
    /// The values of its variables.
    pub(super) fn values(&self, scene: &Scene) -> Vec<Value> {
        let value = |own: &Linear| match *own {
            Linear::State(index) => scene.states[index as usize],
            Linear::Convolution { block, component } => scene.convolutions[block as usize][component as usize],
        };
        self.variables.iter().map(value).collect()
    }

    /// Puts values of its variables into a scene, where there are some.
    pub(super) fn put(&self, values: &[Option<Value>], scene: &mut Scene) {
        for (own, value) in self.variables.iter().zip(values) {
            let Some(value) = *value else { continue };
            match *own {
                Linear::State(index) => scene.states[index as usize] = value,
                Linear::Convolution { block, component } => {
                    scene.convolutions[block as usize][component as usize] = value;
                }
            }
        }
    }

    /// Finds out what depends on what.
    fn connect(mut self) -> Self {
        let size = self.variables.len();
        let direct = |row: usize, column: usize| self.matrix[row][column].is_some();
        let mut path: Vec<Vec<bool>> =
            (0..size).map(|row| (0..size).map(|column| direct(row, column)).collect()).collect();
        for over in 0..size {
            for row in 0..size {
                for column in 0..size {
                    path[row][column] |= path[row][over] && path[over][column];
                }
            }
        }
        self.acts_on_itself = (0..size).map(|row| path[row][row]).collect();
        (0..size).for_each(|row| path[row][row] = true);
        self.reaches = path;
        self
    }
}

impl Compiler<'_> {
    /// The equations of a convolution.
    pub(super) fn convolution_system(&mut self, block: u32) -> LinearSystem {
        self.linear_system(&[], &BTreeSet::from([block]))
    }

    /// The equations of some rows, behind those of convolutions.
    pub(super) fn linear_system(&mut self, rows: &[crate::ir::Row], convolutions: &BTreeSet<u32>) -> LinearSystem {
        let mut variables = Vec::new();
        for block in convolutions {
            let size = self.cell.convolutions[*block as usize].start.len();
            let components = 0..u32::try_from(size).expect("kernels are small");
            variables.extend(components.map(|component| Linear::Convolution { block: *block, component }));
        }
        variables.extend(rows.iter().map(|row| row.of));
        let size = variables.len();
        let mut matrix = vec![vec![None; size]; size];
        let mut constants = vec![None; size];
        let place =
            |of: Linear| variables.iter().position(|own| *own == of).expect("rows name variables of the system");
        for (row, of) in variables.iter().enumerate() {
            if let Linear::Convolution { block, component } = *of
                && convolutions.contains(&block)
            {
                let first = place(Linear::Convolution { block, component: 0 });
                let coefficients = self.cell.convolutions[block as usize].matrix[component as usize].clone();
                for (column, coefficient) in coefficients.into_iter().enumerate() {
                    matrix[row][first + column] = self.coefficient(coefficient);
                }
            }
        }
        for own in rows {
            let row = place(own.of);
            constants[row] = own.constant;
            for (of, coefficient) in &own.terms {
                matrix[row][place(*of)] = self.coefficient(*coefficient);
            }
        }
        LinearSystem { variables, matrix, constants, reaches: Vec::new(), acts_on_itself: Vec::new() }.connect()
    }

    /// A coefficient; `None` where it is 0.
    fn coefficient(&mut self, node: NodeId) -> Option<FixedId> {
        let zero = self.builder.number(0.0);
        let nothing = Scene {
            states: Vec::new(),
            locals: Vec::new(),
            convolutions: Vec::new(),
            fired: zero,
            time: zero,
            mask: None,
        };
        match self.value(node, &nothing) {
            value if self.builder.known(value) == Some(0.0) => None,
            Value::Fixed(id) => Some(id),
            other => unreachable!("coefficients are fixed, and this is {other:?}"),
        }
    }

    /// The wanted variables of a system after a part of the step.
    pub(super) fn propagated(
        &mut self,
        system: &LinearSystem,
        part: Fraction,
        values: &[Value],
        inputs: &[Option<Value>],
        wanted: &[bool],
    ) -> Vec<Option<Value>> {
        let rows = 0..values.len();
        rows.map(|row| wanted[row].then(|| self.propagated_row(system, part, values, inputs, row))).collect()
    }

    fn propagated_row(
        &mut self,
        system: &LinearSystem,
        part: Fraction,
        values: &[Value],
        inputs: &[Option<Value>],
        row: usize,
    ) -> Value {
        let sources: Vec<usize> = (0..values.len()).filter(|column| system.reaches[row][*column]).collect();
        let entries: Vec<Vec<Option<FixedId>>> =
            sources.iter().map(|own| sources.iter().map(|other| system.matrix[*own][*other]).collect()).collect();
        let own = sources.iter().position(|column| *column == row).expect("a variable depends on itself");
        let mut sum: Option<Value> = None;
        for (column, source) in sources.iter().enumerate() {
            let factor = if *source == row && !system.acts_on_itself[row] {
                self.builder.pool.number(1.0)
            } else {
                self.builder.pool.entry(&entries, part, (own, column), false)
            };
            sum = Some(self.plus_product(sum, Value::Fixed(factor), values[*source]));
        }
        for (column, source) in sources.iter().enumerate() {
            if let Some(input) = inputs.get(*source).copied().flatten() {
                let factor = self.builder.pool.entry(&entries, part, (own, column), true);
                sum = Some(self.plus_product(sum, Value::Fixed(factor), input));
            }
        }
        sum.expect("a variable depends on itself")
    }

    /// sum + factor value.
    pub(super) fn plus_product(&mut self, sum: Option<Value>, factor: Value, value: Value) -> Value {
        let product = self.builder.op(Op::Binary(Binary::Mul), &[factor, value]);
        match sum {
            Some(sum) => self.builder.op(Op::Binary(Binary::Add), &[sum, product]),
            None => product,
        }
    }
}
