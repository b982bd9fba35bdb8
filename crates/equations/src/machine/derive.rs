//! The program of a step with its derivatives, from one test of the spike to the next.
//!
//! # Equations
//! With x̃ the state at the test, R what a spike makes of it, Φ the step up to the next test, D the membrane:
//! ```text
//! x = x̃ or, after a spike, R(x̃)       x̃⁺ = Φ(x, arrivals)
//! transition   ∂x̃⁺/∂x̃ = Φ' ((1 - z) + z R')        arrival   ∂x̃⁺/∂(arrivals at a port)        seen   ∂s/∂x̃⁺
//! jump         Φ' (R(x̃) - x̃), of D and of all others apart
//! ```
//! R of a cell without a spike is what a spike would make of it. A membrane that is held where a reset put it forgets the jump.

mod outputs;

use super::builder::Section;
use super::code::{Item, Op, Slot, Value};
use super::compile::{Compiler, Scene};
use super::fixed::Pool;
use super::settings::Settings;
use super::tangent::{Seeds, WithTangents, with_tangents};
use crate::derivative::derivative;
use crate::graph::{Binary, Node, Unary};
use crate::ir::{Cell, Kind, Takes};
use crate::spike::Firing;
use outputs::Outputs;

/// A number of the derivative; `to` and `from` are variables, in the order of `Derived::variables`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    /// How a variable at the test depends on another one at the test before.
    Transition {
        /// Of which.
        to: usize,
        /// By which.
        from: usize,
    },
    /// What a spike at the test before adds to a variable.
    Jump {
        /// To which.
        to: usize,
        /// By what.
        jump: Jump,
    },
    /// What a weight of 1 that arrives at a spike port adds to a variable; of -1 at one that takes sizes, with the other sign.
    Arrival {
        /// To which.
        to: usize,
        /// The place of the port.
        port: usize,
    },
    /// How what is tested, or what leaves a graded cell, grows with a variable.
    Seen {
        /// With which.
        from: usize,
    },
}

/// How a spike moves a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Jump {
    /// It is the membrane, whose jump a detached reset holds constant.
    pub membrane: bool,
    /// It jumps by a constant, and not to a value.
    pub constant: bool,
}

impl Jump {
    /// All there are.
    const ALL: [Jump; 4] = [
        Jump { membrane: false, constant: false },
        Jump { membrane: false, constant: true },
        Jump { membrane: true, constant: false },
        Jump { membrane: true, constant: true },
    ];
}

/// What a derivative program has and gives.
pub(super) struct Derived {
    /// Its lines.
    pub main: Section,
    /// What they call.
    pub called: Vec<Section>,
    /// Numbers.
    pub pool: Pool,
    /// The planes of the variables that derivatives are by.
    pub variables: Vec<usize>,
    /// What is not 0, and where it is: known at build, or a plane.
    pub entries: Vec<(Quantity, Place)>,
    /// What is tested.
    pub distance: Place,
    /// Whether all gates are open.
    pub gate: Place,
    /// Planes behind those of the state.
    pub outputs: usize,
}

/// Where a number is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// Fixed when the network is built.
    Fixed(super::fixed::FixedId),
    /// A plane behind those of the state.
    Output(usize),
}

/// Directions: variables, ports, jumps of each kind.
struct Directions {
    variables: usize,
    ports: usize,
}

impl Directions {
    fn port(&self, port: usize) -> usize {
        self.variables + port
    }

    fn jump(&self, jump: Jump) -> usize {
        self.variables + self.ports + 2 * usize::from(jump.membrane) + usize::from(jump.constant)
    }

    fn all(&self) -> usize {
        self.variables + self.ports + Jump::ALL.len()
    }
}

/// A step from test to test, before derivatives.
struct Traced {
    /// Values of the variables at the test.
    after: Vec<Value>,
    /// Values of the planes.
    planes: Vec<Value>,
    seen: Vec<Value>,
    distance: Value,
    gate: Value,
}

/// The derivative of a cell's step; `limit` bounds the size of transitions.
pub(super) fn derive(
    cell: &Cell,
    firing: &Firing,
    settings: &Settings,
    parameters_vary: Vec<bool>,
    limit: Option<f64>,
) -> Derived {
    let builder = super::builder::Builder::new(Pool::new(settings.dt_ms, parameters_vary));
    let mut compiler = Compiler { cell, graph: cell.graph.clone(), settings, builder };
    let leaves = variables(cell);
    let directions = Directions { variables: leaves.len(), ports: cell.spike_ports.len() };
    let mut seeds = Seeds { directions: directions.all(), ..Seeds::default() };
    let traced = compiler.traced(firing, &leaves, &directions, &mut seeds);
    let (main, called, pool) = compiler.builder.finish();
    let own = with_tangents(&main, &called, pool, &seeds);
    Outputs { own, stores: Vec::new() }.finish(&traced, &leaves, &directions, (cell, limit))
}

/// The leaves that derivatives are by: states that are neither timers nor whole numbers, and components of convolutions.
fn variables(cell: &Cell) -> Vec<(usize, Node)> {
    let number = |place: usize| u32::try_from(place).expect("few variables");
    let evolving = |own: &crate::ir::State| own.kind == Kind::Real && own.timer.is_none();
    let states = cell.states.iter().enumerate().filter(|(_, own)| evolving(own));
    let mut all: Vec<(usize, Node)> = states.map(|(place, _)| (place, Node::State(number(place)))).collect();
    let mut plane = cell.states.len();
    for (block, own) in cell.convolutions.iter().enumerate() {
        for component in 0..own.start.len() {
            all.push((plane, Node::Convolution { block: number(block), component: number(component) }));
            plane += 1;
        }
    }
    all
}

impl Compiler<'_> {
    fn traced(
        &mut self,
        firing: &Firing,
        leaves: &[(usize, Node)],
        directions: &Directions,
        seeds: &mut Seeds,
    ) -> Traced {
        let mut scene = self.start();
        for (direction, (_, leaf)) in leaves.iter().enumerate() {
            self.seed(seeds, of_leaf(&scene, *leaf), direction, 1.0);
        }
        for port in 0..directions.ports {
            let arrivals = self.builder.load(Op::Arrivals(u32::try_from(port).expect("few ports")), &[]);
            let of_size = self.cell.spike_ports[port].takes == Takes::Inhibitory;
            self.seed(seeds, arrivals, directions.port(port), if of_size { -1.0 } else { 1.0 });
        }
        let split = firing.condition.unwrap_or(self.cell.conditions.len());
        let held = self.spiked(firing, split, leaves, directions, seeds, &mut scene);
        let kept = self.decayed(&scene);
        self.statements(&self.cell.update, &mut scene);
        for (state, start) in held {
            self.forget_jump(&mut scene.states[state as usize], start, directions, seeds);
        }
        scene.time = Value::End;
        self.handle(&mut scene);
        self.arrive(kept, &mut scene);
        for condition in &self.cell.conditions[..split] {
            let holds = self.value(condition.when, &scene);
            self.branch(holds, &condition.body, &[], &mut scene);
        }
        let seen = leaves.iter().map(|(_, leaf)| {
            let slope = derivative(&mut self.graph, firing.distance, *leaf);
            self.value(slope, &scene)
        });
        let seen = seen.collect();
        let distance = self.value(firing.distance, &scene);
        let mut gate = self.builder.number(1.0);
        for own in &firing.gates {
            let own = self.value(*own, &scene);
            gate = self.builder.op(Op::Binary(Binary::And), &[gate, own]);
        }
        let after = leaves.iter().map(|(_, leaf)| of_leaf(&scene, *leaf)).collect();
        let planes = scene.states.iter().chain(scene.convolutions.iter().flatten()).copied().collect();
        Traced { after, planes, seen, distance, gate }
    }

    fn seed(&mut self, seeds: &mut Seeds, at: Value, direction: usize, value: f64) {
        if let Value::Run(slot) = at {
            let value = self.builder.number(value);
            seeds.at.entry(slot).or_default().push((direction, value));
        }
    }

    /// What the test of the step before did: the reset of a spike, and the conditions behind it. Gives the membranes that
    /// it moved, and the slots that they have then.
    fn spiked(
        &mut self,
        firing: &Firing,
        split: usize,
        leaves: &[(usize, Node)],
        directions: &Directions,
        seeds: &mut Seeds,
        scene: &mut Scene,
    ) -> Vec<(u32, Slot)> {
        // Before the first step there is no test.
        let zero = self.builder.number(0.0);
        let fresh = self.builder.op(Op::Binary(Binary::Lt), &[zero, Value::Begin]);
        let mut held = Vec::new();
        for (place, condition) in self.cell.conditions.iter().enumerate().skip(split) {
            let holds = self.holds(condition, scene);
            let holds = self.builder.op(Op::Binary(Binary::And), &[fresh, holds]);
            let mut reset = scene.clone();
            let before = scene.states.clone();
            if Some(place) == firing.condition {
                self.statements(&condition.body, &mut reset);
            }
            self.branch(holds, &condition.body, &[], scene);
            if Some(place) != firing.condition {
                continue;
            }
            for (_, leaf) in leaves {
                let Node::State(state) = *leaf else { continue };
                let (old, new) = (before[state as usize], reset.states[state as usize]);
                if old == new {
                    continue;
                }
                let (by, constant) = self.jumped(old, new);
                let own = self.builder.apart(scene.states[state as usize]);
                scene.states[state as usize] = Value::Run(own);
                let is_membrane = firing.membrane.contains(&state);
                let jump = Jump { membrane: is_membrane, constant };
                seeds.at.entry(own).or_default().push((directions.jump(jump), by));
                if is_membrane {
                    held.push((state, own));
                }
            }
        }
        held
    }

    /// From an old value to a new one, and whether that is by a constant.
    fn jumped(&mut self, old: Value, new: Value) -> (Value, bool) {
        let defined = if let Value::Run(slot) = new { self.builder.definition(slot) } else { None };
        if let Some((op @ Op::Binary(Binary::Add | Binary::Sub), operands)) = defined {
            let (a, b) = (operands[0], operands[1]);
            let is_fixed = |value: Value| matches!(value, Value::Fixed(_)) || self.is_column(value);
            if a == old && is_fixed(b) {
                let by = if op == Op::Binary(Binary::Sub) { self.builder.op(Op::Unary(Unary::Neg), &[b]) } else { b };
                return (by, true);
            }
            if b == old && is_fixed(a) && op == Op::Binary(Binary::Add) {
                return (a, true);
            }
        }
        (self.builder.op(Op::Binary(Binary::Sub), &[new, old]), false)
    }

    /// Whether a value is a fixed number that each cell has its own of.
    fn is_column(&self, value: Value) -> bool {
        matches!(value, Value::Run(slot) if matches!(self.builder.definition(slot), Some((Op::Column(_), _))))
    }

    /// A membrane that `update` has left where the reset put it has no derivative by the jump.
    fn forget_jump(&mut self, membrane: &mut Value, start: Slot, directions: &Directions, seeds: &mut Seeds) {
        let Some(left) = self.left(*membrane, start) else { return };
        let moved = self.builder.not(left);
        let own = self.builder.apart(*membrane);
        let directions = [false, true].map(|constant| directions.jump(Jump { membrane: true, constant }));
        seeds.kept.insert(own, (directions.to_vec(), moved));
        *membrane = Value::Run(own);
    }

    /// Where a value is still that of a slot; `None`: nowhere.
    fn left(&mut self, value: Value, start: Slot) -> Option<Value> {
        let Value::Run(slot) = value else { return None };
        if slot == start {
            return Some(self.builder.number(1.0));
        }
        let (Op::Select, operands) = self.builder.definition(slot)? else { return None };
        let [yes, no] = [1, 2].map(|place| self.left(operands[place], start));
        if yes.is_none() && no.is_none() {
            return None;
        }
        let zero = self.builder.number(0.0);
        Some(self.builder.select(operands[0], yes.unwrap_or(zero), no.unwrap_or(zero)))
    }
}

fn of_leaf(scene: &Scene, leaf: Node) -> Value {
    match leaf {
        Node::State(state) => scene.states[state as usize],
        Node::Convolution { block, component } => scene.convolutions[block as usize][component as usize],
        other => unreachable!("{other:?} is no variable"),
    }
}

/// The variables that what is tested depends on, over any number of steps.
fn seen_of(found: &[(Quantity, Value)], variables: usize) -> Vec<bool> {
    let mut seen = vec![false; variables];
    for (quantity, _) in found {
        if let Quantity::Seen { from } = quantity {
            seen[*from] = true;
        }
    }
    for _ in 0..variables {
        for (quantity, _) in found {
            if let Quantity::Transition { to, from } = quantity
                && seen[*to]
            {
                seen[*from] = true;
            }
        }
    }
    seen
}
