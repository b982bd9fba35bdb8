//! What was understood of a model, for people.

use crate::graph::{Binary, Node, NodeId, Unary};
use crate::ir::{Cell, Linear, Name, Output, Statement, System, Takes};
use crate::machine::{BadCell, Machine, Method, Settings};
use crate::spike::SpikeChoice;
use neuropil_core::{Stream, StreamKey};

/// What a step costs: operations of each kind, in the widest of its branches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cost {
    /// Sums, products, comparisons, choices.
    pub operations: usize,
    /// Exponentials, logarithms and what is made of them.
    pub exponentials: usize,
}

impl Cost {
    /// Nanoseconds a cell and step, of one core with vectors of 256 bits, f64.
    pub fn nanoseconds(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let [operations, exponentials] = [self.operations as f64, self.exponentials as f64];
        0.11 * operations + 2.4 * exponentials
    }
}

/// The cost of a step with one Runge-Kutta part.
pub fn cost(cell: &Cell) -> Cost {
    let mut nodes: Vec<NodeId> = cell.conditions.iter().map(|own| own.when).collect();
    cell.each_statement(&mut |statement| match statement {
        Statement::Assign { value, .. } => nodes.push(*value),
        Statement::Branch { condition, .. } | Statement::While { condition, .. } => nodes.push(*condition),
        _ => {}
    });
    let mut all = of_nodes(cell, &nodes);
    let systems = cell.systems.iter().map(|system| of_system(cell, system));
    let widest = systems.max_by_key(|own| own.operations + 20 * own.exponentials).unwrap_or_default();
    all.operations += widest.operations;
    all.exponentials += widest.exponentials;
    let terms = cell.convolutions.iter().flat_map(|own| own.matrix.iter().flatten());
    all.operations += 2 * terms.filter(|a| cell.graph.value(**a) != Some(0.0)).count();
    all
}

fn of_system(cell: &Cell, system: &System) -> Cost {
    let derivatives: Vec<NodeId> =
        system.nonlinear.iter().filter_map(|state| cell.states[*state as usize].derivative).collect();
    let one = of_nodes(cell, &derivatives);
    // Four slopes, the states between them, and the linear part at the middle and the end.
    let inner = 4 * one.operations + 12 * system.nonlinear.len();
    let rows: usize = system.linear.iter().map(|block| block.rows.len() * (block.rows.len() + 1)).sum();
    let ends = if system.nonlinear.is_empty() { 1 } else { 2 };
    Cost { operations: inner + 2 * ends * rows, exponentials: 4 * one.exponentials }
}

fn of_nodes(cell: &Cell, roots: &[NodeId]) -> Cost {
    let mut cost = Cost::default();
    for id in cell.graph.reached(roots) {
        // What is fixed is computed when the network is built.
        if cell.graph.is_fixed(id) {
            continue;
        }
        match cell.graph.node(id) {
            Node::Unary(op, _) => match op {
                Unary::Neg | Unary::Abs | Unary::Not | Unary::Sqrt | Unary::Ceil | Unary::Floor | Unary::Trunc => {
                    cost.operations += 1;
                }
                _ => cost.exponentials += 1,
            },
            Node::Binary(Binary::Pow, ..) => cost.exponentials += 2,
            Node::Random { .. } => cost.exponentials += 2,
            Node::Binary(..) | Node::Select(..) => cost.operations += 1,
            _ => {}
        }
    }
    cost
}

/// What was understood of a model, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Names and values of parameters.
    pub parameters: String,
    /// Ports, the weights that they take and their names.
    pub ports: Vec<String>,
    /// State variables and components of convolutions.
    pub states: String,
    /// How each list of `integrate_odes` is solved.
    pub equations: Vec<String>,
    /// Whether equations are solved exactly: `exact`, `exact, by the solver`, `by the solver`, or nothing without equations.
    pub solved: &'static str,
    /// What a step costs.
    pub step: String,
    /// What leaves the cell.
    pub output: String,
    /// Whether and where the cell learns, and how; or why not.
    pub learning: String,
}

impl Description {
    /// Of a model.
    pub fn of(cell: &Cell) -> Self {
        let defaults = defaults(cell);
        let parameters = cell.parameters.iter().enumerate().map(|(at, own)| match &defaults {
            Some(values) => format!("{} = {}", own.name.column, values[at]),
            None => own.name.column.clone(),
        });
        let cost = cost(cell);
        let is_solved = cell.systems.iter().any(|system| !system.nonlinear.is_empty());
        let is_exact = cell.systems.iter().any(|system| !system.linear.is_empty());
        Self {
            parameters: parameters.collect::<Vec<_>>().join(", "),
            ports: ports(cell),
            states: states(cell),
            equations: cell.systems.iter().map(|system| solved(cell, system)).collect(),
            solved: match (is_exact, is_solved) {
                (true, true) => "exact, by the solver",
                (true, false) => "exact",
                (false, true) => "by the solver",
                (false, false) => "",
            },
            step: format!(
                "{} operations and {} exponentials with one part of rk4: about {:.0} ns a cell on one core",
                cost.operations,
                cost.exponentials,
                cost.nanoseconds().max(1.0)
            ),
            output: output(cell),
            learning: learning(cell),
        }
    }
}

impl std::fmt::Display for Description {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let titles = std::iter::once("equations").chain(std::iter::repeat(""));
        let ports = self.ports.join(", ");
        let rows = [("parameters", &self.parameters), ("ports", &ports), ("states", &self.states)].into_iter();
        let rows = rows.chain(titles.zip(&self.equations));
        let rows = rows.chain([("a step", &self.step), ("output", &self.output), ("learning", &self.learning)]);
        let lines: Vec<String> =
            rows.filter(|(_, text)| !text.is_empty()).map(|(title, text)| format!("  {title:<13}{text}")).collect();
        f.write_str(&lines.join("\n"))
    }
}

/// Whether and where the cell learns, and how; or why not.
fn learning(cell: &Cell) -> String {
    let machine = match machine(cell) {
        Some(machine) => machine,
        None => return "not known: the file's own values make no sound cell".into(),
    };
    let own = match machine.derivative(&SpikeChoice::default(), None) {
        Ok(own) => own,
        Err(why) => return format!("none: {why}"),
    };
    let several = cell.spike_ports.len() > 1 && cell.spike_ports.iter().any(|port| port.takes == Takes::Any);
    let where_to = match (several, own.is_graded()) {
        (false, false) => "in tasks, from recordings, and where it is `plastic` in networks that run free",
        (false, true) => "in tasks",
        (true, false) => {
            "from recordings, and where it is `plastic` in networks that run free; not in tasks, whose synapses cannot choose \
             among its ports"
        }
        (true, true) => {
            return "not in tasks, whose synapses cannot choose among its ports; where a network runs free, cells \
                                that spike learn"
                .into();
        }
    };
    let names: Vec<String> = own.variables().iter().map(|plane| own.name(*plane)).collect();
    let level = own.spike_level(0);
    let spike = match (own.is_graded(), own.is_runaway()) {
        (true, _) => "what leaves it has its own slope".into(),
        (false, true) => format!(
            "it runs away before its spike, which has its slope where that begins, at {:.4}, {} wide{}; derivatives are at most {}",
            level.threshold,
            level.width,
            own.near_rest().map_or(String::new(), |other| format!(" (near its rest: {other} has it at the peak)")),
            own.limit().unwrap_or(f64::INFINITY)
        ),
        (false, false) => format!("its spike has a slope {:.4} wide", level.width),
    };
    format!("{where_to}, by derivatives by {}; {spike}", names.join(", "))
}

/// One cell with the values of the file.
fn machine(cell: &Cell) -> Option<Machine<f64>> {
    built(cell).ok()
}

/// What no cell with the values of the file can have; nothing where such a cell can be built.
pub fn impossible(cell: &Cell) -> Vec<String> {
    built(cell).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

fn built(cell: &Cell) -> Result<Machine<f64>, Vec<BadCell>> {
    let settings = Settings { dt_ms: 0.1, method: Method::RungeKutta { substeps: 1 }, timers_on_grid: true };
    let key = StreamKey::new(0, Stream::InitialState, 0);
    let none = vec![None; cell.parameters.len()];
    Machine::<f64>::new(cell, settings, &none, 1, key)
}

/// The values of parameters where nothing is set, in their own units.
fn defaults(cell: &Cell) -> Option<Vec<f64>> {
    let machine = machine(cell)?;
    let rounded = |value: f64| format!("{value:.12e}").parse().unwrap_or(value);
    let value = |(at, own): (usize, &crate::ir::Parameter)| rounded(machine.parameter(at, 0) / own.name.unit.factor());
    Some(cell.parameters.iter().enumerate().map(value).collect())
}

fn ports(cell: &Cell) -> Vec<String> {
    let spikes = cell.spike_ports.iter().map(|port| {
        let takes = match port.takes {
            Takes::Any => "any weight",
            Takes::Excitatory => "weights >= 0",
            Takes::Inhibitory => "weights <= 0",
        };
        let unit = port.effect.as_ref().filter(|unit| !unit.suffix.is_empty());
        let named = unit.map_or(String::from("weight"), |unit| format!("weight or weight{}", unit.suffix));
        format!("{} ({takes}, {named})", port.name.text)
    });
    let inputs = cell.input_ports.iter().map(|port| {
        let unit = if port.name.unit.text.is_empty() { "a number" } else { &port.name.unit.text };
        format!("{} (continuous, {unit})", port.name.text)
    });
    spikes.chain(inputs).collect()
}

fn states(cell: &Cell) -> String {
    let all = cell.states.iter().map(|own| {
        let timer = if own.timer.is_some() { " (a timer)" } else { "" };
        format!("{}{timer}", own.name.column)
    });
    let convolved = cell.convolutions.iter().flat_map(|own| own.names.iter().map(|name| name.column.clone()));
    all.chain(convolved).collect::<Vec<_>>().join(", ")
}

fn solved(cell: &Cell, system: &System) -> String {
    let column = |name: &Name| name.text.clone();
    let exact = system.linear.iter().flat_map(|block| &block.rows).map(|row| match row.of {
        Linear::State(state) => column(&cell.states[state as usize].name),
        Linear::Convolution { block, component } => {
            column(&cell.convolutions[block as usize].names[component as usize])
        }
    });
    let exact: Vec<String> = exact.collect();
    let solver = system.nonlinear.iter().map(|state| column(&cell.states[*state as usize].name)).collect::<Vec<_>>();
    let all = system.variables.iter().map(|state| column(&cell.states[*state as usize].name)).collect::<Vec<_>>();
    let part = |title: &str, names: &[String]| {
        if names.is_empty() { String::new() } else { format!("; {title}: {}", names.join(", ")) }
    };
    format!("integrate_odes({}){}{}", all.join(", "), part("exact", &exact), part("by the solver", &solver))
}

fn output(cell: &Cell) -> String {
    match cell.output {
        Output::None => "nothing".into(),
        Output::Spikes => "spikes".into(),
        Output::Graded(_) => "a number at every step".into(),
    }
}
