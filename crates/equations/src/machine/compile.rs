//! From a cell to the program of one step, in the order that [`crate::ir`] gives.

use super::builder::{Builder, Section};
use super::code::{Item, Op, Value};
use super::fixed::{Fraction, Pool};
use super::settings::Settings;
use crate::graph::{Binary, Graph, Node, NodeId};
use crate::ir::{Cell, Condition, Statement, Target};
use std::collections::{BTreeSet, HashMap};

/// What names mean at some moment.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    /// State variables.
    pub states: Vec<Value>,
    /// Local variables.
    pub locals: Vec<Option<Value>>,
    /// Components of convolutions.
    pub convolutions: Vec<Vec<Value>>,
    /// Which cells have fired.
    pub fired: Value,
    /// `t`.
    pub time: Value,
    /// The cells that statements act on; `None` is all.
    pub mask: Option<Value>,
}

/// A program and those that it calls.
pub(super) struct Compiled {
    /// The step.
    pub main: Section,
    /// Integration with adapted parts.
    pub called: Vec<Section>,
    /// What is known when the network is built.
    pub pool: Pool,
}

/// Compiles a cell.
pub(super) struct Compiler<'c> {
    pub cell: &'c Cell,
    /// The cell's expressions, and derivatives of them.
    pub graph: Graph,
    pub settings: &'c Settings,
    pub builder: Builder,
}

/// The program of a step of a cell whose parameters differ from cell to cell as told.
pub(super) fn compile(cell: &Cell, settings: &Settings, parameters_vary: Vec<bool>) -> Compiled {
    let builder = Builder::new(Pool::new(settings.dt_ms, parameters_vary));
    let mut compiler = Compiler { cell, graph: cell.graph.clone(), settings, builder };
    compiler.step();
    let (main, called, pool) = compiler.builder.finish();
    Compiled { main, called, pool }
}

impl Compiler<'_> {
    fn step(&mut self) {
        let mut scene = self.start();
        let before = scene.clone();
        let kept = self.decayed(&scene);
        self.statements(&self.cell.update, &mut scene);
        scene.time = Value::End;
        self.handle(&mut scene);
        self.arrive(kept, &mut scene);
        for condition in &self.cell.conditions {
            let holds = self.holds(condition, &scene);
            self.branch(holds, &condition.body, &[], &mut scene);
        }
        if let Some(output) = self.cell.output_beside_states() {
            let value = self.value(output, &scene);
            let value = Value::Run(self.builder.tile(value));
            let planes = before.states.len() + before.convolutions.iter().map(Vec::len).sum::<usize>();
            self.builder.push(Item::Store(u32::try_from(planes).expect("few planes"), value));
        }
        let after = scene.states.iter().chain(scene.convolutions.iter().flatten());
        let unchanged = before.states.iter().chain(before.convolutions.iter().flatten());
        for (plane, (new, old)) in (0..).zip(after.zip(unchanged)) {
            if new != old {
                let value = Value::Run(self.builder.tile(*new));
                self.builder.push(Item::Store(plane, value));
            }
        }
        let fired = Value::Run(self.builder.tile(scene.fired));
        self.builder.push(Item::Fire(fired));
    }

    /// Whether a condition holds, by what it says or as it is told.
    pub(super) fn holds(&mut self, condition: &Condition, scene: &Scene) -> Value {
        if !condition.told {
            return self.value(condition.when, scene);
        }
        let behind = u32::try_from(self.cell.spike_ports.len()).expect("few ports");
        let told = self.builder.load(Op::Arrivals(behind), &[]);
        let zero = self.builder.number(0.0);
        self.builder.op(Op::Binary(Binary::Lt), &[zero, told])
    }

    /// The planes as they are before the step.
    pub(super) fn start(&mut self) -> Scene {
        let mut plane = 0;
        let mut next = |builder: &mut Builder| {
            plane += 1;
            builder.load(Op::Plane(plane - 1), &[])
        };
        let states = self.cell.states.iter().map(|_| next(&mut self.builder)).collect();
        let sizes = self.cell.convolutions.iter().map(|own| own.start.len());
        let convolutions = sizes.map(|size| (0..size).map(|_| next(&mut self.builder)).collect()).collect();
        let fired = self.builder.number(0.0);
        let locals = vec![None; self.cell.locals.len()];
        Scene { states, locals, convolutions, fired, time: Value::Begin, mask: None }
    }

    /// All convolutions over the step, without what arrives at its end.
    pub(super) fn decayed(&mut self, scene: &Scene) -> Vec<Vec<Value>> {
        let whole = Fraction { of_step: 1.0, by_level: false };
        let blocks = 0..u32::try_from(self.cell.convolutions.len()).expect("few convolutions");
        blocks
            .map(|block| {
                let system = self.convolution_system(block);
                let values = system.values(scene);
                let wanted = vec![true; values.len()];
                self.propagated(&system, whole, &values, &[], &wanted).into_iter().flatten().collect()
            })
            .collect()
    }

    /// `onReceive`.
    pub(super) fn handle(&mut self, scene: &mut Scene) {
        for handler in &self.cell.handlers {
            let arrivals = self.builder.load(Op::Arrivals(handler.port), &[]);
            if let Some(effects) = &handler.affine {
                for (state, coefficient) in effects {
                    let coefficient = self.value(*coefficient, scene);
                    self.add_arrivals(*state as usize, coefficient, arrivals, scene);
                }
            } else {
                let none = self.builder.number(0.0);
                let holds = self.builder.op(Op::Binary(Binary::Ne), &[arrivals, none]);
                self.branch(holds, &handler.body, &[], scene);
            }
        }
    }

    /// state += coefficient arrivals.
    fn add_arrivals(&mut self, state: usize, coefficient: Value, arrivals: Value, scene: &mut Scene) {
        let effect = self.builder.op(Op::Binary(Binary::Mul), &[coefficient, arrivals]);
        let sum = self.builder.op(Op::Binary(Binary::Add), &[scene.states[state], effect]);
        scene.states[state] = self.on_grid(state, sum);
    }

    /// Convolutions take their new values and what arrives; then delta kernels act.
    pub(super) fn arrive(&mut self, kept: Vec<Vec<Value>>, scene: &mut Scene) {
        let coefficients: Vec<Value> = self.cell.jumps.iter().map(|jump| self.value(jump.coefficient, scene)).collect();
        scene.convolutions = kept;
        for (block, convolution) in self.cell.convolutions.iter().enumerate() {
            let arrivals = self.builder.load(Op::Arrivals(convolution.port), &[]);
            for (component, start) in convolution.start.iter().enumerate() {
                let start = self.value(*start, scene);
                if self.builder.known(start) != Some(0.0) {
                    let effect = self.builder.op(Op::Binary(Binary::Mul), &[start, arrivals]);
                    let own = scene.convolutions[block][component];
                    scene.convolutions[block][component] = self.builder.op(Op::Binary(Binary::Add), &[own, effect]);
                }
            }
        }
        for (jump, coefficient) in self.cell.jumps.iter().zip(coefficients) {
            let arrivals = self.builder.load(Op::Arrivals(jump.port), &[]);
            self.add_arrivals(jump.state as usize, coefficient, arrivals, scene);
        }
    }

    /// The value of an expression.
    pub(super) fn value(&mut self, root: NodeId, scene: &Scene) -> Value {
        self.values(&[root], scene)[0]
    }

    /// The values of expressions.
    pub(super) fn values(&mut self, roots: &[NodeId], scene: &Scene) -> Vec<Value> {
        let mut known: HashMap<NodeId, Value> = HashMap::new();
        for id in self.graph.reached(roots) {
            let value = self.node(self.graph.node(id), &known, scene);
            known.insert(id, value);
        }
        roots.iter().map(|root| known[root]).collect()
    }

    fn node(&mut self, node: Node, known: &HashMap<NodeId, Value>, scene: &Scene) -> Value {
        let whole = Fraction { of_step: 1.0, by_level: false };
        match node {
            Node::Constant(constant) => self.builder.number(constant.value()),
            Node::Resolution | Node::Elapsed => Value::Fixed(self.builder.pool.duration(whole)),
            Node::Parameter(index) => Value::Fixed(self.builder.pool.parameter(index)),
            Node::Time => scene.time,
            Node::State(index) => scene.states[index as usize],
            Node::Local(index) => match scene.locals[index as usize] {
                Some(value) => value,
                None => self.builder.number(0.0),
            },
            Node::Convolution { block, component } => scene.convolutions[block as usize][component as usize],
            Node::Arrivals(port) => self.builder.load(Op::Arrivals(port), &[]),
            Node::Input(port) => self.builder.load(Op::Current(port), &[]),
            Node::Random { site, draw, a, b } => {
                let passes = self.builder.passes();
                self.builder.op(Op::Random { site, draw, passes }, &[known[&a], known[&b]])
            }
            Node::Unary(op, a) => self.builder.op(Op::Unary(op), &[known[&a]]),
            Node::Binary(op, a, b) => self.builder.op(Op::Binary(op), &[known[&a], known[&b]]),
            Node::Select(c, a, b) => self.builder.select(known[&c], known[&a], known[&b]),
        }
    }

    pub(super) fn statements(&mut self, list: &[Statement], scene: &mut Scene) {
        for statement in list {
            match statement {
                Statement::Assign { target, value } => {
                    let value = self.value(*value, scene);
                    match target {
                        Target::State(index) => {
                            scene.states[*index as usize] = self.on_grid(*index as usize, value);
                        }
                        Target::Local(index) => scene.locals[*index as usize] = Some(value),
                    }
                }
                Statement::Branch { condition, yes, no } => {
                    let holds = self.value(*condition, scene);
                    self.branch(holds, yes, no, scene);
                }
                Statement::While { condition, body, .. } => self.repeat(*condition, body, scene),
                Statement::Integrate(system) => self.integrate(*system as usize, scene),
                Statement::Emit { .. } => {
                    let everywhere = self.builder.number(1.0);
                    let fires = scene.mask.unwrap_or(everywhere);
                    scene.fired = if self.builder.known(scene.fired) == Some(0.0) {
                        fires
                    } else {
                        self.builder.op(Op::Binary(Binary::Or), &[scene.fired, fires])
                    };
                }
                Statement::Print { .. } => {}
            }
        }
    }

    /// A value as a state keeps it: timers lie on the grid.
    pub(super) fn on_grid(&mut self, state: usize, value: Value) -> Value {
        let Some(rate) = self.cell.states[state].timer.filter(|_| self.settings.timers_on_grid) else { return value };
        let whole = Fraction { of_step: 1.0, by_level: false };
        let dt = Value::Fixed(self.builder.pool.duration(whole));
        // The rate is fixed: it reads nothing of a scene.
        let nothing = Scene {
            states: Vec::new(),
            locals: Vec::new(),
            convolutions: Vec::new(),
            fired: value,
            time: Value::Begin,
            mask: None,
        };
        let rate = self.value(rate, &nothing);
        let grid = self.builder.op(Op::Binary(Binary::Mul), &[rate, dt]);
        self.builder.op(Op::Snap, &[value, grid])
    }

    pub(super) fn branch(&mut self, holds: Value, yes: &[Statement], no: &[Statement], scene: &mut Scene) {
        if let Some(known) = self.builder.known(holds) {
            return self.statements(if known == 0.0 { no } else { yes }, scene);
        }
        let mut sides = [scene.clone(), scene.clone()];
        let outside = self.builder.not(holds);
        for ((side, list), mask) in sides.iter_mut().zip([yes, no]).zip([holds, outside]) {
            if list.is_empty() {
                continue;
            }
            let mask = self.builder.and(scene.mask, mask);
            side.mask = Some(mask);
            let region = self.builder.open(mask);
            self.statements(list, side);
            self.builder.close(region);
        }
        let [taken, other] = sides;
        self.join(holds, &taken, &other, scene);
    }

    fn join(&mut self, holds: Value, yes: &Scene, no: &Scene, scene: &mut Scene) {
        let mut pick = |yes: Value, no: Value| if yes == no { yes } else { self.builder.select(holds, yes, no) };
        for (own, (yes, no)) in scene.states.iter_mut().zip(yes.states.iter().zip(&no.states)) {
            *own = pick(*yes, *no);
        }
        for (own, (yes, no)) in scene.locals.iter_mut().zip(yes.locals.iter().zip(&no.locals)) {
            *own = match (yes, no) {
                (Some(yes), Some(no)) => Some(pick(*yes, *no)),
                (one, other) => one.or(*other),
            };
        }
        scene.fired = pick(yes.fired, no.fired);
    }

    fn repeat(&mut self, condition: NodeId, body: &[Statement], scene: &mut Scene) {
        let mut assigned = BTreeSet::new();
        self.assigned(body, &mut assigned);
        let variables: Vec<Option<Target>> = assigned.into_iter().map(Some).chain([None]).collect();
        let zero = self.builder.number(0.0);
        let initial = get(scene, &variables, zero);
        let opened = self.builder.open_loop(scene.mask, &initial);
        put(scene, &variables, &opened.values);
        let holds = self.value(condition, scene);
        let on = self.builder.go_on(&opened, holds);
        let mut inside = scene.clone();
        inside.mask = Some(on);
        self.statements(body, &mut inside);
        let new = get(&inside, &variables, zero);
        self.builder.close_loop(opened, on, &new);
    }

    /// What statements assign to.
    fn assigned(&self, list: &[Statement], found: &mut BTreeSet<Target>) {
        for statement in list {
            match statement {
                Statement::Assign { target, .. } => {
                    found.insert(*target);
                }
                Statement::Branch { yes, no, .. } => {
                    self.assigned(yes, found);
                    self.assigned(no, found);
                }
                Statement::While { body, .. } => self.assigned(body, found),
                Statement::Integrate(system) => {
                    found.extend(
                        self.cell.systems[*system as usize].variables.iter().map(|state| Target::State(*state)),
                    );
                }
                Statement::Emit { .. } | Statement::Print { .. } => {}
            }
        }
    }
}

/// Variables of a scene; `None` is whether a cell has fired.
fn get(scene: &Scene, variables: &[Option<Target>], zero: Value) -> Vec<Value> {
    let value = |variable: &Option<Target>| match variable {
        Some(Target::State(index)) => scene.states[*index as usize],
        Some(Target::Local(index)) => scene.locals[*index as usize].unwrap_or(zero),
        None => scene.fired,
    };
    variables.iter().map(value).collect()
}

/// Sets variables of a scene; `None` is whether a cell has fired.
fn put(scene: &mut Scene, variables: &[Option<Target>], values: &[Value]) {
    for (variable, value) in variables.iter().zip(values) {
        match variable {
            Some(Target::State(index)) => scene.states[*index as usize] = *value,
            Some(Target::Local(index)) => scene.locals[*index as usize] = Some(*value),
            None => scene.fired = *value,
        }
    }
}
