//! Equations over an elapsed time, exactly.

use super::scene::{Scene, component, name};
use super::walk::Walk;
use crate::graph::{Binary, Graph, Node, NodeId, Unary};
use crate::ir::{Cell, Linear, Row};
use crate::machine::lanes::{Definition, FlowRow};
use std::collections::BTreeMap;

/// The equation of a variable, by its place.
pub(super) struct Equation {
    pub terms: Vec<(usize, NodeId)>,
    pub constant: Option<NodeId>,
}

/// The equations of a system, by variable; of convolutions those that it needs.
pub(super) fn of_system(cell: &Cell, system: usize) -> BTreeMap<usize, Equation> {
    let rows = cell.systems[system].linear.iter().flat_map(|block| &block.rows);
    rows.map(|row| (place(cell, row.of), of_row(cell, row))).collect()
}

/// The equations of all convolutions.
pub(super) fn of_convolutions(cell: &Cell) -> BTreeMap<usize, Equation> {
    let mut all = BTreeMap::new();
    for (block, own) in (0..).zip(&cell.convolutions) {
        for (row, coefficients) in (0..).zip(&own.matrix) {
            let nonzero = (0..).zip(coefficients).filter(|(_, a)| cell.graph.value(**a) != Some(0.0));
            let terms = nonzero.map(|(column, a)| (component(cell, block, column), *a)).collect();
            all.insert(component(cell, block, row), Equation { terms, constant: None });
        }
    }
    all
}

fn of_row(cell: &Cell, row: &Row) -> Equation {
    Equation { terms: row.terms.iter().map(|(of, a)| (place(cell, *of), *a)).collect(), constant: row.constant }
}

fn place(cell: &Cell, of: Linear) -> usize {
    match of {
        Linear::State(state) => state as usize,
        Linear::Convolution { block, component: own } => component(cell, block, own),
    }
}

/// The variables that one depends on, over any number of equations; itself first.
pub(super) fn sources(equations: &BTreeMap<usize, Equation>, of: usize) -> Vec<usize> {
    let mut found = vec![of];
    let mut next = 0;
    while let Some(own) = found.get(next).copied() {
        next += 1;
        for (other, _) in equations.get(&own).map_or(&[][..], |own| &own.terms) {
            if !found.contains(other) {
                found.push(*other);
            }
        }
    }
    found
}

impl Walk<'_> {
    /// `integrate_odes` over the elapsed time.
    pub(super) fn integrate(&mut self, system: usize, scene: &mut Scene) {
        let cell = self.cell;
        if let Some(state) = cell.systems[system].nonlinear.first() {
            let own = &cell.states[*state as usize].name;
            let message = format!(
                "the equation of `{}` is not linear in what evolves; a synapse's equations are solved exactly over the time between events, and must be",
                own.text
            );
            self.refuse(Some(own.place), message);
            return;
        }
        let equations = of_system(cell, system);
        let wanted = cell.systems[system].variables.iter().map(|state| *state as usize);
        scene.within = true;
        let values: Vec<_> = wanted.map(|variable| (variable, self.after(&equations, variable, scene))).collect();
        scene.within = false;
        for (variable, value) in values {
            if !self.held.contains(&variable) {
                scene.variables[variable] = self.on_grid(variable, value);
            }
        }
    }

    /// All convolutions after the elapsed time.
    pub(super) fn convolutions(&mut self, scene: &Scene) -> Vec<(usize, NodeId)> {
        let equations = of_convolutions(self.cell);
        let all: Vec<usize> = equations.keys().copied().collect();
        all.into_iter().map(|variable| (variable, self.after(&equations, variable, scene))).collect()
    }

    /// A variable after the elapsed time.
    fn after(&mut self, equations: &BTreeMap<usize, Equation>, variable: usize, scene: &Scene) -> NodeId {
        let sources = sources(equations, variable);
        if let [_] = sources[..] {
            return self.alone(&equations[&variable], scene.variables[variable], scene);
        }
        let zero = self.graph.constant(0.0);
        let mut matrix = vec![vec![zero; sources.len()]; sources.len()];
        let mut constants = vec![zero; sources.len()];
        for (row, source) in sources.iter().enumerate() {
            let Some(own) = equations.get(source) else { continue };
            for (other, a) in &own.terms {
                let column = sources.iter().position(|own| own == other).expect("sources are complete");
                matrix[row][column] = self.meant(*a, scene);
            }
            constants[row] = own.constant.map_or(zero, |constant| self.meant(constant, scene));
        }
        let coefficients: Vec<NodeId> = matrix.iter().flatten().copied().collect();
        if !self.definitions.inputs(&self.graph, &coefficients).is_empty() {
            let own = name(self.cell, variable);
            let message = format!(
                "the equation of `{}` is solved together with others, and their coefficients are other ones at each synapse: the weight, the delay, a value that is drawn",
                own.text
            );
            self.refuse(Some(own.place), message);
            return scene.variables[variable];
        }
        let values = sources.iter().map(|source| scene.variables[*source]).collect();
        let flow = FlowRow { matrix, values, constants, elapsed: scene.elapsed, row: 0 };
        self.definitions.leaf(&mut self.graph, Definition::Flow(flow))
    }

    /// dx/dt = a x + c of one variable: x e^(aΔ) + c (e^(aΔ) - 1)/a.
    fn alone(&mut self, equation: &Equation, x: NodeId, scene: &Scene) -> NodeId {
        let constant = equation.constant.map(|constant| self.meant(constant, scene));
        let Some((_, a)) = equation.terms.first() else {
            let Some(constant) = constant else { return x };
            let gained = self.graph.binary(Binary::Mul, constant, scene.elapsed);
            return self.graph.binary(Binary::Add, x, gained);
        };
        let a = self.meant(*a, scene);
        let exponent = times(&mut self.graph, a, scene.elapsed);
        let left = self.graph.unary(Unary::Exp, exponent);
        let decayed = self.graph.binary(Binary::Mul, x, left);
        let Some(constant) = constant else { return decayed };
        let zero = self.graph.constant(0.0);
        let is_zero = self.graph.binary(Binary::Eq, a, zero);
        let grown = self.graph.unary(Unary::Expm1, exponent);
        let grown = self.graph.binary(Binary::Div, grown, a);
        let duration = self.graph.select(is_zero, scene.elapsed, grown);
        let gained = self.graph.binary(Binary::Mul, constant, duration);
        self.graph.binary(Binary::Add, decayed, gained)
    }

    /// Timers are kept on the grid of time, as those of cells.
    fn on_grid(&mut self, variable: usize, value: NodeId) -> NodeId {
        let Some(rate) = self.cell.states.get(variable).and_then(|own| own.timer) else { return value };
        let graph = &mut self.graph;
        let dt = graph.add(Node::Resolution);
        let grid = graph.binary(Binary::Mul, rate, dt);
        let ratio = graph.binary(Binary::Div, value, grid);
        let half = graph.constant(0.5);
        let shifted = graph.binary(Binary::Add, ratio, half);
        let whole = graph.unary(Unary::Floor, shifted);
        let multiple = graph.binary(Binary::Mul, whole, grid);
        let difference = graph.binary(Binary::Sub, value, multiple);
        let far = graph.unary(Unary::Abs, difference);
        let near = graph.constant(1e-9);
        let is_near = graph.binary(Binary::Le, far, near);
        graph.select(is_near, multiple, value)
    }
}

/// a Δ, where a quotient stays one: -Δ/τ of a = -1/τ.
fn times(graph: &mut Graph, a: NodeId, elapsed: NodeId) -> NodeId {
    if let Node::Binary(Binary::Div, above, below) = graph.node(a)
        && let Some(above) = graph.value(above)
    {
        let factor = graph.constant(above);
        let scaled =
            if above == -1.0 { graph.unary(Unary::Neg, elapsed) } else { graph.binary(Binary::Mul, factor, elapsed) };
        return graph.binary(Binary::Div, scaled, below);
    }
    graph.binary(Binary::Mul, a, elapsed)
}
