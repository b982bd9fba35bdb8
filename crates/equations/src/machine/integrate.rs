//! `integrate_odes`: the linear part exactly, the rest by the method of the population.
//!
//! # Equations
//! ```text
//! linear:        x(h) = P x + Q c                       P, Q of h, and of parts of it for what others read meanwhile
//! rk4:           y1 = y + h/6 (k1 + 2 k2 + 2 k3 + k4)
//! auto:          err = h/6 (k4 - f(y1)), |err| <= tolerance (1 + |y1|) in every part
//! exponential Euler:  y + h f / (z / (e^z - 1)), z = h ∂f/∂y
//! ```
//! # References
//! The error measure is the difference to the embedded method of order 3 whose last slope is the next part's first.

use super::code::{Count, Op, Value};
use super::compile::{Compiler, Scene};
use super::fixed::Fraction;
use super::linear_part::LinearSystem;
use super::settings::Method;
use crate::graph::{Binary, Node, NodeId, Unary};
use crate::ir::Linear;
use std::collections::BTreeSet;

/// One way over a part of a step.
struct Part {
    whole: Fraction,
    half: Fraction,
}

impl Compiler<'_> {
    /// Advances the variables of a system over the step.
    pub(super) fn integrate(&mut self, number: usize, scene: &mut Scene) {
        let own = &self.cell.systems[number];
        let rows: Vec<crate::ir::Row> = own.linear.iter().flat_map(|block| block.rows.clone()).collect();
        let equations: Vec<NodeId> = own
            .nonlinear
            .iter()
            .map(|state| self.cell.states[*state as usize].derivative.expect("what is integrated has an equation"))
            .collect();
        let mut convolutions = BTreeSet::new();
        for id in self.graph.reached(&equations) {
            if let Node::Convolution { block, .. } = self.graph.node(id) {
                convolutions.insert(block);
            }
        }
        let terms = rows.iter().flat_map(|row| row.terms.iter().map(|(of, _)| *of));
        convolutions.extend(terms.filter_map(|of| match of {
            Linear::Convolution { block, .. } => Some(block),
            Linear::State(_) => None,
        }));
        for row in &rows {
            if let Linear::Convolution { block, .. } = row.of {
                convolutions.remove(&block);
            }
        }
        let system = self.linear_system(&rows, &convolutions);
        let values = system.values(scene);
        let inputs: Vec<Option<Value>> =
            system.constants.iter().map(|constant| constant.map(|node| self.value(node, scene))).collect();
        let states: Vec<bool> = system.variables.iter().map(|own| matches!(own, Linear::State(_))).collect();
        let whole = Fraction { of_step: 1.0, by_level: false };
        let linear = self.propagated(&system, whole, &values, &inputs, &states);
        let nonlinear = if equations.is_empty() {
            Vec::new()
        } else {
            let time = self.graph.reached(&equations).iter().any(|id| self.graph.node(*id) == Node::Time);
            let mut states: Vec<Option<u32>> = own.nonlinear.iter().map(|state| Some(*state)).collect();
            states.extend(time.then_some(None));
            let problem = Problem { states, equations, system: &system, inputs: &inputs };
            self.solve(&problem, scene)
        };
        system.put(&linear, scene);
        for (state, value) in own.nonlinear.iter().zip(nonlinear) {
            scene.states[*state as usize] = value;
        }
        for state in &own.variables {
            let value = scene.states[*state as usize];
            scene.states[*state as usize] = self.on_grid(*state as usize, value);
        }
    }

    /// The nonlinear variables after the step.
    fn solve(&mut self, problem: &Problem, scene: &Scene) -> Vec<Value> {
        let (substeps, method) = match self.settings.method {
            Method::Auto { tolerance } => return self.adaptive(problem, scene, tolerance),
            Method::RungeKutta { substeps } => (substeps, Scheme::RungeKutta),
            Method::ExponentialEuler { substeps } => (substeps, Scheme::ExponentialEuler),
            Method::ForwardEuler { substeps } => (substeps, Scheme::ForwardEuler),
        };
        let part = 1.0 / f64::from(substeps);
        let part = Part {
            whole: Fraction { of_step: part, by_level: false },
            half: Fraction { of_step: 0.5 * part, by_level: false },
        };
        let read = self.read(problem);
        let start = problem.values(scene);
        let linear = problem.system.values(scene);
        if substeps == 1 {
            return self.scheme(method, problem, scene, &part, &start, &linear, &read).0;
        }
        let initial: Vec<Value> = start.iter().copied().chain(picked(&linear, &read)).collect();
        let own = self.builder.open_repeat(&initial);
        let (y, x) = own.values.split_at(start.len());
        let (y, x) = (y.to_vec(), self.filled(x, &read));
        let (new, new_linear) = self.scheme(method, problem, scene, &part, &y, &x, &read);
        let new: Vec<Value> = new.into_iter().chain(picked(&new_linear, &read)).collect();
        let mut values = self.builder.close_repeat(own, Count::Times(substeps), &new, None);
        values.truncate(start.len());
        values
    }

    /// Which linear variables the nonlinear equations read, with all that those depend on.
    fn read(&self, problem: &Problem) -> Vec<bool> {
        let leaves: Vec<Node> =
            self.graph.reached(&problem.equations).into_iter().map(|id| self.graph.node(id)).collect();
        let system = problem.system;
        let is_read = |own: &Linear| {
            leaves.contains(&match *own {
                Linear::State(index) => Node::State(index),
                Linear::Convolution { block, component } => Node::Convolution { block, component },
            })
        };
        let read: Vec<usize> = (0..system.variables.len()).filter(|own| is_read(&system.variables[*own])).collect();
        (0..system.variables.len()).map(|own| read.iter().any(|row| system.reaches[*row][own])).collect()
    }

    /// All linear variables of those that are carried along.
    fn filled(&mut self, carried: &[Value], read: &[bool]) -> Vec<Value> {
        let zero = self.builder.number(0.0);
        let mut carried = carried.iter();
        read.iter().map(|is_read| if *is_read { *carried.next().expect("as many") } else { zero }).collect()
    }

    #[expect(clippy::too_many_arguments, reason = "a problem, a moment and what holds then")]
    fn scheme(
        &mut self,
        scheme: Scheme,
        problem: &Problem,
        scene: &Scene,
        part: &Part,
        y: &[Value],
        x: &[Value],
        read: &[bool],
    ) -> (Vec<Value>, Vec<Value>) {
        let now: Vec<Option<Value>> = x.iter().zip(read).map(|(value, is_read)| is_read.then_some(*value)).collect();
        if let Scheme::RungeKutta = scheme {
            let k1 = self.slopes(problem, scene, y, &now);
            let step = self.runge_kutta(problem, scene, part, (y, x, &k1), read);
            return (step.y, step.x);
        }
        let slopes = self.slopes(problem, scene, y, &now);
        let h = Value::Fixed(self.builder.pool.duration(part.whole));
        let mut new = Vec::new();
        for (place, slope) in slopes.iter().enumerate() {
            let step = self.builder.op(Op::Binary(Binary::Mul), &[h, *slope]);
            let step = if let (Scheme::ExponentialEuler, Some(state)) = (scheme, problem.states[place]) {
                let derivative = self.own_derivative(problem, place, state);
                let moment = self.moment(problem, scene, y, &now);
                let derivative = self.value(derivative, &moment);
                let z = self.builder.op(Op::Binary(Binary::Mul), &[h, derivative]);
                let divisor = self.builder.op(Op::Unary(Unary::OverExpm1), &[z]);
                self.builder.op(Op::Binary(Binary::Div), &[step, divisor])
            } else {
                step
            };
            new.push(self.builder.op(Op::Binary(Binary::Add), &[y[place], step]));
        }
        let end = self.propagated(problem.system, part.whole, x, problem.inputs, read);
        let end: Vec<Value> = end.into_iter().zip(x).map(|(new, old)| new.unwrap_or(*old)).collect();
        (new, end)
    }

    /// ∂f/∂y of an equation by its own variable.
    fn own_derivative(&mut self, problem: &Problem, place: usize, state: u32) -> NodeId {
        crate::derivative::derivative(&mut self.graph, problem.equations[place], Node::State(state))
    }

    fn moment(&mut self, problem: &Problem, scene: &Scene, y: &[Value], x: &[Option<Value>]) -> Scene {
        let mut moment = scene.clone();
        problem.system.put(x, &mut moment);
        for (state, value) in problem.states.iter().zip(y) {
            match state {
                Some(state) => moment.states[*state as usize] = *value,
                None => moment.time = *value,
            }
        }
        moment
    }

    fn slopes(&mut self, problem: &Problem, scene: &Scene, y: &[Value], x: &[Option<Value>]) -> Vec<Value> {
        let moment = self.moment(problem, scene, y, x);
        let mut slopes = self.values(&problem.equations, &moment);
        if slopes.len() < y.len() {
            slopes.push(self.builder.number(1.0));
        }
        slopes
    }

    /// y + factor k.
    fn moved(&mut self, y: &[Value], factor: Value, k: &[Value]) -> Vec<Value> {
        let own = y.iter().zip(k);
        own.map(|(y, k)| self.plus_product(Some(*y), factor, *k)).collect()
    }

    fn runge_kutta(
        &mut self,
        problem: &Problem,
        scene: &Scene,
        part: &Part,
        (y, x, k1): (&[Value], &[Value], &[Value]),
        read: &[bool],
    ) -> Step {
        let middle = self.propagated(problem.system, part.half, x, problem.inputs, read);
        let end = self.propagated(problem.system, part.whole, x, problem.inputs, read);
        let h = Value::Fixed(self.builder.pool.duration(part.whole));
        let half = Value::Fixed(self.builder.pool.duration(part.half));
        let y2 = self.moved(y, half, k1);
        let k2 = self.slopes(problem, scene, &y2, &middle);
        let y3 = self.moved(y, half, &k2);
        let k3 = self.slopes(problem, scene, &y3, &middle);
        let y4 = self.moved(y, h, &k3);
        let k4 = self.slopes(problem, scene, &y4, &end);
        let (two, six) = (self.builder.number(2.0), self.builder.number(6.0));
        let sixth = self.builder.op(Op::Binary(Binary::Div), &[h, six]);
        let mut new = Vec::new();
        for place in 0..y.len() {
            let middle = self.builder.op(Op::Binary(Binary::Add), &[k2[place], k3[place]]);
            let outer = self.builder.op(Op::Binary(Binary::Add), &[k1[place], k4[place]]);
            let sum = self.plus_product(Some(outer), two, middle);
            new.push(self.plus_product(Some(y[place]), sixth, sum));
        }
        let x = end.iter().zip(x).map(|(new, old)| new.unwrap_or(*old)).collect();
        Step { y: new, x, end, k4, sixth }
    }

    fn adaptive(&mut self, problem: &Problem, scene: &Scene, tolerance: f64) -> Vec<Value> {
        let mask = scene.mask;
        let read = self.read(problem);
        self.builder.open_program();
        let inside = self.given(scene);
        let inputs: Vec<Option<Value>> =
            problem.inputs.iter().map(|input| input.map(|input| self.builder.given(input))).collect();
        let problem = &Problem { inputs: &inputs, ..problem.clone() };
        let part =
            Part { whole: Fraction { of_step: 1.0, by_level: true }, half: Fraction { of_step: 0.5, by_level: true } };
        let start = problem.values(&inside);
        let linear = problem.system.values(&inside);
        let now: Vec<Option<Value>> = linear.iter().map(|value| Some(*value)).collect();
        let first = self.slopes(problem, &inside, &start, &now);
        let good = self.builder.number(1.0);
        let size = start.len();
        let initial: Vec<Value> =
            start.iter().chain(&first).copied().chain([good]).chain(picked(&linear, &read)).collect();
        let own = self.builder.open_repeat(&initial);
        let (y, k1) = (own.values[..size].to_vec(), own.values[size..2 * size].to_vec());
        let mut good = own.values[2 * size];
        let x = self.filled(&own.values[2 * size + 1..], &read);
        let step = self.runge_kutta(problem, &inside, &part, (&y, &x, &k1), &read);
        let last = self.slopes(problem, &inside, &step.y, &step.end);
        let (tolerance, one) = (self.builder.number(tolerance), self.builder.number(1.0));
        for (place, last) in last.iter().enumerate() {
            let difference = self.builder.op(Op::Binary(Binary::Sub), &[step.k4[place], *last]);
            let error = self.builder.op(Op::Binary(Binary::Mul), &[step.sixth, difference]);
            let error = self.builder.op(Op::Unary(Unary::Abs), &[error]);
            let size = self.builder.op(Op::Unary(Unary::Abs), &[step.y[place]]);
            let size = self.builder.op(Op::Binary(Binary::Add), &[one, size]);
            let bound = self.builder.op(Op::Binary(Binary::Mul), &[tolerance, size]);
            let met = self.builder.op(Op::Binary(Binary::Le), &[error, bound]);
            good = self.builder.op(Op::Binary(Binary::And), &[good, met]);
        }
        let new: Vec<Value> = step.y.iter().chain(&last).copied().chain([good]).chain(picked(&step.x, &read)).collect();
        let values = self.builder.close_repeat(own, Count::Level, &new, Some(2 * size));
        let results: Vec<Value> = values[..size].iter().copied().chain([values[2 * size]]).collect();
        let mut defined = self.builder.close_program(mask, &results);
        defined.truncate(size);
        defined
    }

    /// A scene in the program that is called.
    fn given(&mut self, scene: &Scene) -> Scene {
        let mut given = |value: &Value| self.builder.given(*value);
        Scene {
            states: scene.states.iter().map(&mut given).collect(),
            locals: scene.locals.iter().map(|local| local.as_ref().map(&mut given)).collect(),
            convolutions: scene.convolutions.iter().map(|block| block.iter().map(&mut given).collect()).collect(),
            fired: scene.fired,
            time: scene.time,
            mask: None,
        }
    }
}

/// What is solved by steps.
#[derive(Clone)]
struct Problem<'s> {
    /// The variables; `None` is `t`, the last, if an equation reads it.
    states: Vec<Option<u32>>,
    /// Their equations.
    equations: Vec<NodeId>,
    /// The linear part of the same list.
    system: &'s LinearSystem,
    /// What is added in it.
    inputs: &'s [Option<Value>],
}

impl Problem<'_> {
    /// The values of its variables.
    fn values(&self, scene: &Scene) -> Vec<Value> {
        self.states.iter().map(|state| state.map_or(scene.time, |state| scene.states[state as usize])).collect()
    }
}

/// A part of a step that was made.
struct Step {
    y: Vec<Value>,
    x: Vec<Value>,
    end: Vec<Option<Value>>,
    k4: Vec<Value>,
    sixth: Value,
}

/// A method of fixed parts.
#[derive(Clone, Copy)]
enum Scheme {
    RungeKutta,
    ExponentialEuler,
    ForwardEuler,
}

/// The values that are read.
fn picked(values: &[Value], read: &[bool]) -> Vec<Value> {
    values.iter().zip(read).filter(|(_, is_read)| **is_read).map(|(value, _)| *value).collect()
}
