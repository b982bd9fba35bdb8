//! Statements, one after the other, as expressions of what was before them.

use super::refusal::Refusal;
use super::roles::{Roles, Weight};
use super::scene::{Scene, component};
use crate::graph::{Binary, Graph, Node, NodeId};
use crate::ir::{Cell, PASSES, Place, Statement, Target};
use crate::machine::lanes::{Definition, Definitions, Input};

/// Most operations of all events.
const MOST_NODES: usize = 400_000;

/// A walk through a model.
pub(super) struct Walk<'c> {
    pub cell: &'c Cell,
    pub roles: &'c Roles,
    /// The model's expressions, and those that are made of them.
    pub graph: Graph,
    pub definitions: Definitions,
    pub refusals: Vec<Refusal>,
    /// Variables that `update` leaves as they are, whatever it says.
    pub held: Vec<usize>,
}

impl<'c> Walk<'c> {
    pub fn new(cell: &'c Cell, roles: &'c Roles) -> Self {
        let first = u32::try_from(cell.locals.len()).expect("few locals");
        Self {
            cell,
            roles,
            graph: cell.graph.clone(),
            definitions: Definitions::from(first),
            refusals: Vec::new(),
            held: Vec::new(),
        }
    }

    /// What a continuous port shows, at the end of a step or within it.
    fn port(&mut self, port: u32, within: bool) -> NodeId {
        let end = self.input(Input::Port(port));
        if !(within && self.roles.watched[port as usize]) {
            return end;
        }
        let (beginning, half) = (self.input(Input::PortBefore(port)), self.graph.constant(0.5));
        let sum = self.graph.binary(Binary::Add, beginning, end);
        self.graph.binary(Binary::Mul, half, sum)
    }

    /// The leaf of something that lanes are given.
    pub fn input(&mut self, input: Input) -> NodeId {
        self.definitions.leaf(&mut self.graph, Definition::Input(input))
    }

    /// A scene in which every variable is its own leaf, and the weight and the delay are what lanes are given.
    pub fn scene(&mut self) -> Scene {
        let mut scene = Scene::of_leaves(&mut self.graph, self.cell);
        if let Weight::Parameter(place) = self.roles.weight {
            scene.parameters.push((place, self.input(Input::Weight)));
        }
        if let Some(place) = self.roles.delay {
            scene.parameters.push((place, self.input(Input::Delay)));
        }
        for (number, place) in self.roles.drawn.iter().enumerate() {
            let own = self.definitions.leaf(&mut self.graph, Definition::Input(Input::Drawn(number)));
            scene.parameters.push((*place, own));
        }
        scene
    }

    /// An expression with what its names mean.
    pub fn meant(&mut self, root: NodeId, scene: &Scene) -> NodeId {
        let (cell, known_locals) = (self.cell, u32::try_from(scene.locals.len()).expect("few locals"));
        let (zero, one) = (self.graph.constant(0.0), self.graph.constant(1.0));
        let ports = 0..u32::try_from(cell.input_ports.len()).expect("few ports");
        let ports: Vec<NodeId> = ports.map(|port| self.port(port, scene.within)).collect();
        self.graph.substitute(root, &mut |leaf| match leaf {
            Node::State(state) => Some(scene.variables[state as usize]),
            Node::Convolution { block, component: own } => Some(scene.variables[component(cell, block, own)]),
            Node::Local(local) if local < known_locals => Some(scene.locals[local as usize].unwrap_or(zero)),
            Node::Arrivals(port) => Some(if scene.port == Some(port) { one } else { zero }),
            Node::Input(port) => Some(ports[port as usize]),
            Node::Time => Some(scene.time),
            Node::Elapsed => Some(scene.elapsed),
            Node::Parameter(place) => scene.parameters.iter().find(|own| own.0 == place).map(|own| own.1),
            _ => None,
        })
    }

    pub fn refuse(&mut self, place: Option<Place>, message: impl Into<String>) {
        self.refusals.push(Refusal { place, message: message.into() });
    }

    /// Runs `update` and brings convolutions over the elapsed time.
    pub fn evolve(&mut self, scene: &mut Scene) {
        let kept = self.convolutions(scene);
        let time = scene.time;
        scene.time = self.graph.binary(Binary::Sub, time, scene.elapsed);
        let cell = self.cell;
        self.statements(&cell.update, scene, None);
        scene.time = time;
        scene.locals.fill(None);
        for (variable, value) in kept {
            if !self.held.contains(&variable) {
                scene.variables[variable] = value;
            }
        }
    }

    /// Runs the handlers of a port, and counts its spike in convolutions and delta kernels.
    pub fn handle(&mut self, port: u32, scene: &mut Scene) {
        let cell = self.cell;
        scene.port = Some(port);
        for handler in cell.handlers.iter().filter(|handler| handler.port == port) {
            self.statements(&handler.body, scene, Some(handler.place));
            scene.locals.fill(None);
        }
        let mut jumps = Vec::new();
        for jump in cell.jumps.iter().filter(|jump| jump.port == port) {
            jumps.push((jump.state as usize, self.meant(jump.coefficient, scene)));
        }
        for (block, own) in (0..).zip(&cell.convolutions).filter(|(_, own)| own.port == port) {
            for (row, start) in (0..).zip(&own.start) {
                jumps.push((component(cell, block, row), self.meant(*start, scene)));
            }
        }
        for (variable, size) in jumps {
            let sum = self.graph.binary(Binary::Add, scene.variables[variable], size);
            scene.variables[variable] = sum;
        }
        scene.port = None;
    }

    fn statements(&mut self, list: &'c [Statement], scene: &mut Scene, place: Option<Place>) {
        for statement in list {
            if self.graph.nodes().len() > MOST_NODES {
                self.refuse(place, format!("its events have more than {MOST_NODES} operations"));
                return;
            }
            match statement {
                Statement::Assign { target, value } => {
                    let value = self.meant(*value, scene);
                    match target {
                        Target::State(state) if self.held.contains(&(*state as usize)) => {}
                        Target::State(state) => scene.variables[*state as usize] = value,
                        Target::Local(local) => scene.locals[*local as usize] = Some(value),
                    }
                }
                Statement::Branch { condition, yes, no } => {
                    let holds = self.meant(*condition, scene);
                    self.branch(holds, (yes, no), scene, place);
                }
                Statement::While { condition, place, body } => self.repeat(*condition, body, scene, Some(*place)),
                Statement::Integrate(system) => self.integrate(*system as usize, scene),
                Statement::Emit { weight, .. } => {
                    if scene.sent.is_some() {
                        self.refuse(place, "emit_spike is called twice for one spike; a synapse transmits once");
                    }
                    let zero = self.graph.constant(0.0);
                    scene.sent = Some(weight.map_or(zero, |weight| self.meant(weight, scene)));
                }
                Statement::Print { .. } => {}
            }
        }
    }

    fn branch(
        &mut self,
        holds: NodeId,
        sides: (&'c [Statement], &'c [Statement]),
        scene: &mut Scene,
        place: Option<Place>,
    ) {
        if let Some(known) = self.graph.value(holds) {
            return self.statements(if known == 0.0 { sides.1 } else { sides.0 }, scene, place);
        }
        let mut taken = scene.clone();
        self.statements(sides.0, &mut taken, place);
        let mut other = scene.clone();
        self.statements(sides.1, &mut other, place);
        for (own, (yes, no)) in scene.variables.iter_mut().zip(taken.variables.iter().zip(&other.variables)) {
            *own = self.graph.select(holds, *yes, *no);
        }
        for (own, (yes, no)) in scene.locals.iter_mut().zip(taken.locals.iter().zip(&other.locals)) {
            *own = match (yes, no) {
                (Some(yes), Some(no)) => Some(self.graph.select(holds, *yes, *no)),
                (one, other) => one.or(*other),
            };
        }
        scene.sent = match (taken.sent, other.sent) {
            (None, None) => None,
            (yes, no) => {
                let zero = self.graph.constant(0.0);
                Some(self.graph.select(holds, yes.unwrap_or(zero), no.unwrap_or(zero)))
            }
        };
    }

    /// A loop, pass by pass: how many there are is known.
    fn repeat(&mut self, condition: NodeId, body: &'c [Statement], scene: &mut Scene, place: Option<Place>) {
        let mut nodes = vec![condition];
        each(body, &mut |statement| match statement {
            Statement::Assign { value, .. } => nodes.push(*value),
            Statement::Branch { condition, .. } | Statement::While { condition, .. } => nodes.push(*condition),
            Statement::Emit { weight, .. } => nodes.extend(weight),
            _ => {}
        });
        let reached = self.graph.reached(&nodes);
        if reached.iter().any(|id| matches!(self.graph.node(*id), Node::Random { .. })) {
            self.refuse(place, "random numbers in a loop of a synapse are not supported: draw outside of the loop");
            return;
        }
        for _ in 0..=PASSES {
            let holds = self.meant(condition, scene);
            match self.graph.value(holds) {
                Some(0.0) => return,
                Some(_) if self.graph.nodes().len() <= MOST_NODES => self.statements(body, scene, place),
                Some(_) => break,
                None => {
                    let message = "a loop of a synapse runs a number of times that is known from the text: this one depends on variables or parameters";
                    self.refuse(place, message);
                    return;
                }
            }
        }
        self.refuse(place, format!("this loop does not end within {PASSES} passes and {MOST_NODES} operations"));
    }
}

/// Shows statements, outer ones before inner ones.
pub(super) fn each<'s>(list: &'s [Statement], show: &mut dyn FnMut(&'s Statement)) {
    for statement in list {
        show(statement);
        match statement {
            Statement::Branch { yes, no, .. } => {
                each(yes, show);
                each(no, show);
            }
            Statement::While { body, .. } => each(body, show),
            _ => {}
        }
    }
}
