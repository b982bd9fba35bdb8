//! A synapse that is advanced in every step, statement by statement: what files of synapses say, without any analysis.

use neuropil_equations::ir::{Cell, Statement, Target};
use neuropil_equations::synapse::{Hears, Keep, Synapse, Weight};
use neuropil_equations::{Binary, Node, NodeId, Unary};
use std::collections::BTreeSet;

/// Parts of a step of the solver.
const PARTS: u32 = 16;

/// One synapse.
pub(super) struct Eager<'s> {
    cell: &'s Cell,
    synapse: &'s Synapse,
    parameters: Vec<f64>,
    states: Vec<f64>,
    locals: Vec<f64>,
    /// Numbers of convolutions, block by block.
    convolutions: Vec<Vec<f64>>,
    time: f64,
    dt: f64,
    port: Option<u32>,
    /// The level of the continuous port.
    pub level: f64,
    /// What ports that watch the cell show, at the beginning and at the end of the step.
    pub shown: Vec<[f64; 2]>,
    /// Whether equations are solved, which have the mean of both ends.
    within: bool,
    /// States that stand still in this step.
    held: BTreeSet<usize>,
    /// What was transmitted last.
    pub sent: f64,
    /// What the receiving cell keeps stands still until the cell's time 0 has come to the synapse, in steps.
    dendritic: u64,
}

impl<'s> Eager<'s> {
    /// With the file's parameters, and a weight.
    pub fn new(synapse: &'s Synapse, (weight, delay): (f64, f64), dt: f64, dendritic: u64) -> Self {
        use neuropil_equations::machine::single;
        let cell = &synapse.cell;
        let own = single(cell, dt, &vec![None; cell.parameters.len()]);
        let (mut parameters, mut states) = (own.parameters, own.starts);
        match synapse.roles.weight {
            Weight::State(place) => states[place as usize] = weight,
            Weight::Parameter(place) => parameters[place as usize] = weight,
        }
        if let Some(place) = synapse.roles.delay {
            parameters[place as usize] = delay;
        }
        let convolutions = cell.convolutions.iter().map(|own| vec![0.0; own.start.len()]).collect();
        let locals = vec![0.0; cell.locals.len()];
        Self {
            cell,
            synapse,
            parameters,
            states,
            locals,
            convolutions,
            time: 0.0,
            dt,
            port: None,
            level: 0.0,
            shown: Vec::new(),
            within: false,
            held: BTreeSet::new(),
            sent: 0.0,
            dendritic,
        }
    }

    /// Sets parameters of file units, by their names with units.
    pub fn set(&mut self, given: &[(&str, f64)]) {
        use neuropil_equations::machine::single;
        let values: Vec<Option<f64>> = self
            .cell
            .parameters
            .iter()
            .map(|own| {
                let given = given.iter().find(|(name, _)| *name == own.name.column);
                given.map(|(_, value)| value * own.name.unit.factor())
            })
            .collect();
        self.parameters = single(self.cell, self.dt, &values).parameters;
    }

    /// The weight, where it changes.
    pub fn weight(&self) -> Option<f64> {
        let Weight::State(place) = self.synapse.roles.weight else { return None };
        Some(self.states[place as usize])
    }

    /// One step, then the events at its end.
    pub fn step(&mut self, step: u64, (pre, post, others): (bool, bool, bool)) {
        self.held = match step <= self.dendritic {
            true => self.synapse.kept(Keep::Post).into_iter().collect(),
            false => BTreeSet::new(),
        };
        let kept = self.decayed();
        self.time = (step - 1) as f64 * self.dt;
        self.run(&self.cell.update);
        self.convolutions = kept;
        self.held.clear();
        self.time = step as f64 * self.dt;
        let mut order = [(post, Hears::Post), (pre, Hears::Pre)];
        if self.synapse.roles.pre_first {
            order.reverse();
        }
        for (come, hears) in order {
            if let (true, Some(port)) = (come, self.synapse.roles.port(hears)) {
                self.receive(port);
            }
        }
        if let (true, Some(port)) = (others, self.synapse.roles.others().next()) {
            self.receive(port);
        }
    }

    fn receive(&mut self, port: u32) {
        self.port = Some(port);
        for handler in self.cell.handlers.iter().filter(|own| own.port == port) {
            self.sent = if self.synapse.roles.port(Hears::Pre) == Some(port) { 0.0 } else { self.sent };
            self.run(&handler.body);
        }
        for jump in self.cell.jumps.iter().filter(|own| own.port == port) {
            self.states[jump.state as usize] += self.value(jump.coefficient);
        }
        for (block, own) in self.cell.convolutions.iter().enumerate().filter(|(_, own)| own.port == port) {
            for (component, start) in own.start.iter().enumerate() {
                self.convolutions[block][component] += self.value(*start);
            }
        }
        self.port = None;
    }

    fn run(&mut self, list: &[Statement]) {
        for statement in list {
            match statement {
                Statement::Assign { target, value } => {
                    let value = self.value(*value);
                    match target {
                        Target::State(state) if self.held.contains(&(*state as usize)) => {}
                        Target::State(state) => self.states[*state as usize] = value,
                        Target::Local(local) => self.locals[*local as usize] = value,
                    }
                }
                Statement::Branch { condition, yes, no } => {
                    let chosen = if self.value(*condition) != 0.0 { yes } else { no };
                    self.run(chosen);
                }
                Statement::While { condition, body, .. } => {
                    while self.value(*condition) != 0.0 {
                        self.run(body);
                    }
                }
                Statement::Integrate(system) => self.integrate(*system as usize),
                Statement::Emit { weight, .. } => self.sent = self.value(weight.unwrap()),
                Statement::Print { .. } => {}
            }
        }
    }

    /// Runge-Kutta in small parts of states and convolutions together; convolutions on a copy.
    fn integrate(&mut self, system: usize) {
        let mut variables = self.cell.systems[system].variables.clone();
        variables.retain(|variable| !self.held.contains(&(*variable as usize)));
        let kept = self.convolutions.clone();
        self.within = true;
        for _ in 0..PARTS {
            let (states, convolutions) = (self.states.clone(), self.convolutions.clone());
            let h = self.dt / f64::from(PARTS);
            let mut sums =
                (vec![0.0; states.len()], convolutions.iter().map(|own| vec![0.0; own.len()]).collect::<Vec<_>>());
            for (weight, next) in [(1.0, 0.5), (2.0, 0.5), (2.0, 1.0), (1.0, 0.0)] {
                let slopes: Vec<f64> = variables
                    .iter()
                    .map(|own| self.value(self.cell.states[*own as usize].derivative.unwrap()))
                    .collect();
                let rates = self.rates();
                for (variable, slope) in variables.iter().zip(&slopes) {
                    let place = *variable as usize;
                    sums.0[place] += weight * slope / 6.0;
                    self.states[place] = states[place] + next * h * slope;
                }
                for (block, own) in rates.iter().enumerate() {
                    for (component, rate) in own.iter().enumerate() {
                        sums.1[block][component] += weight * rate / 6.0;
                        self.convolutions[block][component] = convolutions[block][component] + next * h * rate;
                    }
                }
            }
            for variable in &variables {
                let place = *variable as usize;
                self.states[place] = states[place] + h * sums.0[place];
            }
            for (block, own) in convolutions.iter().enumerate() {
                for (component, value) in own.iter().enumerate() {
                    self.convolutions[block][component] = value + h * sums.1[block][component];
                }
            }
        }
        self.convolutions = kept;
        self.within = false;
    }

    fn decayed(&mut self) -> Vec<Vec<f64>> {
        let kept = (self.states.clone(), self.convolutions.clone());
        for _ in 0..PARTS {
            let before = self.convolutions.clone();
            let h = self.dt / f64::from(PARTS);
            let mut sums: Vec<Vec<f64>> = before.iter().map(|own| vec![0.0; own.len()]).collect();
            for (weight, next) in [(1.0, 0.5), (2.0, 0.5), (2.0, 1.0), (1.0, 0.0)] {
                let rates = self.rates();
                for (block, own) in rates.iter().enumerate() {
                    for (component, rate) in own.iter().enumerate() {
                        sums[block][component] += weight * rate / 6.0;
                        self.convolutions[block][component] = before[block][component] + next * h * rate;
                    }
                }
            }
            for (block, own) in before.iter().enumerate() {
                for (component, value) in own.iter().enumerate() {
                    self.convolutions[block][component] = value + h * sums[block][component];
                }
            }
        }
        self.states = kept.0;
        std::mem::replace(&mut self.convolutions, kept.1)
    }

    fn rates(&self) -> Vec<Vec<f64>> {
        let of = |(block, own): (usize, &neuropil_equations::ir::Convolution)| {
            let row = |row: &Vec<NodeId>| {
                row.iter().zip(&self.convolutions[block]).map(|(a, x)| self.value(*a) * x).sum::<f64>()
            };
            own.matrix.iter().map(row).collect::<Vec<f64>>()
        };
        self.cell.convolutions.iter().enumerate().map(of).collect()
    }

    fn value(&self, root: NodeId) -> f64 {
        match self.cell.graph.node(root) {
            Node::Constant(constant) => constant.value(),
            Node::Resolution | Node::Elapsed => self.dt,
            Node::Parameter(place) => self.parameters[place as usize],
            Node::Input(port) if self.synapse.roles.watched[port as usize] => {
                let [beginning, end] = self.shown[port as usize];
                if self.within { 0.5 * (beginning + end) } else { end }
            }
            Node::Input(_) => self.level,
            Node::Time => self.time,
            Node::State(place) => self.states[place as usize],
            Node::Local(place) => self.locals[place as usize],
            Node::Convolution { block, component } => self.convolutions[block as usize][component as usize],
            Node::Arrivals(port) => f64::from(u8::from(self.port == Some(port))),
            Node::Select(condition, yes, no) => self.value(if self.value(condition) != 0.0 { yes } else { no }),
            Node::Unary(op, a) => {
                let a = self.value(a);
                match op {
                    Unary::Neg => -a,
                    Unary::Not => f64::from(u8::from(a == 0.0)),
                    Unary::Exp => a.exp(),
                    Unary::Expm1 => a.exp_m1(),
                    Unary::Trunc => a.trunc(),
                    Unary::Abs => a.abs(),
                    Unary::Sqrt => a.sqrt(),
                    other => unimplemented!("{other:?} is in no model of these tests"),
                }
            }
            Node::Binary(op, a, b) => {
                let (a, b) = (self.value(a), self.value(b));
                let truth = |holds: bool| f64::from(u8::from(holds));
                match op {
                    Binary::Add => a + b,
                    Binary::Sub => a - b,
                    Binary::Mul => a * b,
                    Binary::Div => a / b,
                    Binary::Pow => a.powf(b),
                    Binary::Min => a.min(b),
                    Binary::Max => a.max(b),
                    Binary::Lt => truth(a < b),
                    Binary::Le => truth(a <= b),
                    Binary::Eq => truth(a == b),
                    Binary::Ne => truth(a != b),
                    Binary::And => truth(a != 0.0 && b != 0.0),
                    Binary::Or => truth(a != 0.0 || b != 0.0),
                    other => unimplemented!("{other:?} is in no model of these tests"),
                }
            }
            other => unimplemented!("{other:?} is in no model of these tests"),
        }
    }
}
