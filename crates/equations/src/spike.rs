//! What makes a cell fire, as learning needs it: a signed distance to the threshold, and gates.
//!
//! The condition of `emit_spike` is split at its `and`s. A part that reads only timers, integers, booleans and what is
//! fixed is a gate. Exactly one other part has to be there, a comparison a >= b or a > b: a - b is the distance s, of whose
//! positive sign the spike is made. Where more parts compare what evolves, as in a spike at a maximum, [`SpikeChoice::of`]
//! names the variable: its comparison with something else is replaced by a threshold, and what is left is a gate.

use crate::derivative::derivative;
use crate::graph::{Binary, Graph, Node, NodeId};
use crate::ir::{Cell, Kind, Output, Statement, Target};
use neuropil_core::did_you_mean;

pub use crate::no_slope::NoSlope;

/// What the user says of the slope of a spike.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SpikeChoice {
    /// The variable that is tested, by its name in files; of the condition itself without.
    pub of: Option<String>,
    /// Its threshold; with [`Self::of`], and that of the condition without.
    pub threshold: Option<Level>,
    /// The width of the slope, in the unit of what is tested; the distance to the threshold at the start without.
    pub width: Option<f64>,
}

/// A threshold.
#[derive(Debug, Clone, PartialEq)]
pub enum Level {
    /// In the unit of the variable.
    Number(f64),
    /// The value of a parameter, by its name in files.
    Parameter(String),
}

/// The threshold of what is tested.
#[derive(Debug, Clone, PartialEq)]
pub enum Threshold {
    /// What is tested is the distance to it.
    InDistance,
    /// A number, coherent.
    Number(f64),
    /// A parameter.
    Parameter(u32),
    /// An expression, at the start of a cell.
    Expression(NodeId),
}

/// What may run away before a spike: a membrane with an equation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Runaway {
    /// The variable.
    pub state: u32,
    /// It, as an expression.
    pub membrane: NodeId,
    /// What it is compared with.
    pub peak: NodeId,
    /// ∂(dV/dt)/∂V.
    pub growth: NodeId,
}

/// What leaves a cell, as learning sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Firing {
    /// The condition of the spike: its place in [`Cell::conditions`]; none of a graded cell.
    pub condition: Option<usize>,
    /// The line of the condition, or of the cell's first line.
    pub line: u32,
    /// What is tested, or what leaves a graded cell.
    pub distance: NodeId,
    /// The threshold of that.
    pub threshold: Threshold,
    /// What the width of the slope was asked to be, coherent.
    pub width: Option<f64>,
    /// Booleans that have to hold.
    pub gates: Vec<NodeId>,
    /// The variables on the left of the comparison, whose reset may be held constant.
    pub membrane: Vec<u32>,
    /// The membrane, if it is one variable with an equation.
    pub runaway: Option<Runaway>,
    /// Whether a number leaves the cell at every step.
    pub graded: bool,
    /// Whether all equations and assignments of a step are linear in what evolves.
    pub linear: bool,
}

/// How a cell fires, for the slope that is asked for.
///
/// # Errors
/// Why it cannot learn.
pub fn firing(cell: &mut Cell, choice: &SpikeChoice) -> Result<Firing, NoSlope> {
    random(cell)?;
    let linear = is_linear(cell);
    if let Output::Graded(node) = cell.output {
        return Ok(Firing {
            condition: None,
            line: 1,
            distance: node,
            threshold: Threshold::InDistance,
            width: None,
            gates: Vec::new(),
            membrane: Vec::new(),
            runaway: None,
            graded: true,
            linear: linear && (evolving_in(cell, node).len() < 2 || is_affine(cell, node)),
        });
    }
    let at = spiking_condition(cell)?;
    conditions_of_state(cell)?;
    let (when, line) = (cell.conditions[at].when, cell.conditions[at].place.line);
    let parts = conjuncts(&cell.graph, when);
    let (gates, others): (Vec<NodeId>, Vec<NodeId>) = parts.into_iter().partition(|part| is_gate(cell, *part));
    let base = |distance, gates, membrane| Firing {
        condition: Some(at),
        line,
        distance,
        threshold: Threshold::InDistance,
        width: None,
        gates,
        membrane,
        runaway: None,
        graded: false,
        linear,
    };
    match &choice.of {
        Some(of) => {
            let state = named(cell.states.iter().map(|own| own.name.column.as_str()), "of", of)?;
            let leaf = Node::State(u32::try_from(state).expect("few states"));
            if !evolves(cell, &leaf) || !cell.graph.depends(when, |node| *node == leaf) {
                return Err(NoSlope::NotTested { name: of.clone(), line });
            }
            chosen(cell, choice, state, (gates, others), base)
        }
        None if choice.threshold.is_some() => Err(NoSlope::WithoutVariable),
        None => {
            let compared = others.iter().map(|part| comparison(cell, *part).ok_or(NoSlope::NoComparison { line }));
            let compared = compared.collect::<Result<Vec<_>, _>>()?;
            let [(a, b)] = compared[..] else { return Err(NoSlope::Comparisons { line, found: compared.len() }) };
            let distance = cell.graph.binary(Binary::Sub, a, b);
            let membrane = states_of(&cell.graph, a);
            let factor = match membrane[..] {
                [only] => cell.states[only as usize].name.unit.factor(),
                _ => 1.0,
            };
            let width = choice.width.map(|width| width * factor);
            let runaway = runaway(cell, a, b);
            Ok(Firing { width, runaway, ..base(distance, gates, membrane) })
        }
    }
}

/// The same cell, whose spikes are told: by arrivals on a plane behind those of its spike ports, above 0 where it spikes. Its
/// slopes are those of the condition that it has in the file.
///
/// # Errors
/// Spikes that no condition makes.
pub fn told(cell: &Cell) -> Result<Cell, NoSlope> {
    let at = spiking_condition(cell)?;
    let mut own = cell.clone();
    own.conditions[at].told = true;
    Ok(own)
}

/// The condition that emits the spike.
fn spiking_condition(cell: &Cell) -> Result<usize, NoSlope> {
    let mut lines = Vec::new();
    cell.each_statement(&mut |statement| {
        if let Statement::Emit { place, .. } = statement {
            lines.push(place.line);
        }
    });
    let line = match lines[..] {
        [] => return Err(NoSlope::Silent),
        [line] => line,
        _ => return Err(NoSlope::Several { lines }),
    };
    let direct = |body: &[Statement]| body.iter().any(|statement| matches!(statement, Statement::Emit { .. }));
    let found = cell.conditions.iter().position(|own| direct(&own.body));
    found.ok_or_else(|| if emits_by_chance(cell) { NoSlope::ByChance { line } } else { NoSlope::Elsewhere { line } })
}

/// Whether a random number is in a condition around `emit_spike`.
fn emits_by_chance(cell: &Cell) -> bool {
    let mut by_chance = false;
    cell.each_statement(&mut |statement| {
        let (condition, inside) = match statement {
            Statement::Branch { condition, yes, no } => (*condition, [&yes[..], &no[..]]),
            Statement::While { condition, body, .. } => (*condition, [&body[..], &[]]),
            _ => return,
        };
        let is_drawn = cell.graph.depends(condition, |leaf| matches!(leaf, Node::Random { .. }));
        by_chance |= is_drawn && inside.into_iter().any(emits_within);
    });
    by_chance
}

fn emits_within(block: &[Statement]) -> bool {
    block.iter().any(|statement| match statement {
        Statement::Emit { .. } => true,
        Statement::Branch { yes, no, .. } => emits_within(yes) || emits_within(no),
        Statement::While { body, .. } => emits_within(body),
        _ => false,
    })
}

/// The slope of a variable that the user names.
fn chosen(
    cell: &Cell,
    choice: &SpikeChoice,
    state: usize,
    (mut gates, others): (Vec<NodeId>, Vec<NodeId>),
    base: impl Fn(NodeId, Vec<NodeId>, Vec<u32>) -> Firing,
) -> Result<Firing, NoSlope> {
    let number = u32::try_from(state).expect("few states");
    let is_it = |node: NodeId| cell.graph.node(node) == Node::State(number);
    let mut own = None;
    for part in others {
        match comparison(cell, part) {
            Some((a, b)) if is_it(a) && cell.graph.is_fixed(b) && own.is_none() => own = Some((a, b)),
            _ => gates.push(part),
        }
    }
    let place = cell.graph.nodes().iter().position(|node| *node == Node::State(number));
    let distance =
        NodeId(u32::try_from(place.expect("what a file declares is in its graph")).expect("fewer than 2^32"));
    let factor = cell.states[state].name.unit.factor();
    let threshold = match (&choice.threshold, own) {
        (Some(Level::Number(value)), _) => Threshold::Number(value * factor),
        (Some(Level::Parameter(name)), _) => {
            let place = named(cell.parameters.iter().map(|own| own.name.column.as_str()), "threshold", name)?;
            Threshold::Parameter(u32::try_from(place).expect("few parameters"))
        }
        (None, Some((_, b))) => Threshold::Expression(b),
        (None, None) => {
            let line = base(distance, Vec::new(), Vec::new()).line;
            return Err(NoSlope::Comparisons { line, found: 0 });
        }
    };
    let width = choice.width.map(|width| width * factor);
    Ok(Firing { threshold, width, ..base(distance, gates, vec![number]) })
}

fn named<'n>(names: impl Iterator<Item = &'n str> + Clone, field: &'static str, name: &str) -> Result<usize, NoSlope> {
    names.clone().position(|own| own == name).ok_or_else(|| NoSlope::Unknown {
        field,
        name: name.to_owned(),
        hint: did_you_mean(name, names),
    })
}

/// The sides of a >= b or a > b, which are stored as b <= a and b < a.
fn comparison(cell: &Cell, part: NodeId) -> Option<(NodeId, NodeId)> {
    match cell.graph.node(part) {
        Node::Binary(Binary::Le | Binary::Lt, b, a) => Some((a, b)),
        _ => None,
    }
}

fn runaway(cell: &mut Cell, a: NodeId, b: NodeId) -> Option<Runaway> {
    let Node::State(state) = cell.graph.node(a) else { return None };
    let equation = cell.states[state as usize].derivative?;
    let growth = derivative(&mut cell.graph, equation, Node::State(state));
    Some(Runaway { state, membrane: a, peak: b, growth })
}

fn states_of(graph: &Graph, root: NodeId) -> Vec<u32> {
    let leaf = |id: &NodeId| if let Node::State(state) = graph.node(*id) { Some(state) } else { None };
    graph.reached(&[root]).iter().filter_map(leaf).collect()
}

/// The parts of a condition that all have to hold.
fn conjuncts(graph: &Graph, root: NodeId) -> Vec<NodeId> {
    let mut parts = Vec::new();
    let mut rest = vec![root];
    while let Some(node) = rest.pop() {
        match graph.node(node) {
            Node::Binary(Binary::And, a, b) => rest.extend([b, a]),
            _ => parts.push(node),
        }
    }
    parts
}

/// Whether a leaf is something that evolves: no timer, whole number or boolean.
fn evolves(cell: &Cell, leaf: &Node) -> bool {
    match leaf {
        Node::State(state) => {
            let own = &cell.states[*state as usize];
            own.timer.is_none() && own.kind == Kind::Real
        }
        Node::Convolution { .. } | Node::Arrivals(_) | Node::Local(_) => true,
        _ => false,
    }
}

/// Whether a boolean reads timers, integers, booleans and fixed numbers only.
fn is_gate(cell: &Cell, part: NodeId) -> bool {
    !cell.graph.depends(part, |leaf| evolves(cell, leaf) || matches!(leaf, Node::Input(_) | Node::Random { .. }))
}

/// Conditions are matters of the state: what arrives and what is drawn is gone when a step is looked at again.
fn conditions_of_state(cell: &Cell) -> Result<(), NoSlope> {
    for own in &cell.conditions {
        let line = own.place.line;
        let mut roots = vec![own.when];
        assigned(&own.body, &mut |_, value| roots.push(value));
        for (what, is_it) in [
            ("what arrives in the step", (|leaf: &Node| matches!(leaf, Node::Arrivals(_))) as fn(&Node) -> bool),
            ("a current of the step", |leaf| matches!(leaf, Node::Input(_))),
            ("a random number", |leaf| matches!(leaf, Node::Random { .. })),
        ] {
            if roots.iter().any(|root| cell.graph.depends(*root, is_it)) {
                return Err(NoSlope::Passing { line, what });
            }
        }
    }
    Ok(())
}

/// Refuses random numbers whose distribution depends on the state.
fn random(cell: &Cell) -> Result<(), NoSlope> {
    let depends = |node: NodeId| cell.graph.depends(node, |leaf| evolves(cell, leaf));
    let drawn = |root: NodeId| {
        cell.graph.reached(&[root]).into_iter().any(|id| match cell.graph.node(id) {
            Node::Random { a, b, .. } => depends(a) || depends(b),
            _ => false,
        })
    };
    let mut found = None;
    cell.each_statement(&mut |statement| {
        if let Statement::Assign { target, value } = statement
            && found.is_none()
            && drawn(*value)
        {
            found = Some(*target);
        }
    });
    match found {
        None => Ok(()),
        Some(Target::State(state)) => {
            let name = &cell.states[state as usize].name;
            Err(NoSlope::Random { of: name.text.clone(), line: name.place.line })
        }
        Some(Target::Local(local)) => Err(NoSlope::Random { of: cell.locals[local as usize].0.clone(), line: 0 }),
    }
}

fn assigned(block: &[Statement], show: &mut dyn FnMut(Target, NodeId)) {
    for statement in block {
        match statement {
            Statement::Assign { target, value } => show(*target, *value),
            Statement::Branch { yes, no, .. } => {
                assigned(yes, show);
                assigned(no, show);
            }
            Statement::While { body, .. } => assigned(body, show),
            _ => {}
        }
    }
}

/// Whether equations, `update` and handlers are linear in what evolves.
fn is_linear(cell: &mut Cell) -> bool {
    if cell.systems.iter().any(|own| !own.nonlinear.is_empty()) || cell.handlers.iter().any(|own| own.affine.is_none())
    {
        return false;
    }
    let mut values = Vec::new();
    assigned(&cell.update, &mut |_, value| values.push(value));
    values.into_iter().all(|value| is_affine(cell, value))
}

/// Whether the slopes of an expression by what evolves do not depend on what evolves.
fn is_affine(cell: &mut Cell, root: NodeId) -> bool {
    evolving_in(cell, root).into_iter().all(|leaf| {
        let slope = derivative(&mut cell.graph, root, leaf);
        !cell.graph.depends(slope, |leaf| evolves(cell, leaf))
    })
}

/// The leaves of an expression that evolve.
fn evolving_in(cell: &Cell, root: NodeId) -> Vec<Node> {
    let leaves = cell.graph.reached(&[root]).into_iter().map(|id| cell.graph.node(id));
    leaves.filter(|leaf| evolves(cell, leaf)).collect()
}
