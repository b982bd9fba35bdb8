//! What makes a cell fire, as learning needs it: a signed distance to the threshold, and gates.
//!
//! The condition of `emit_spike` is split at its `and`s. A part that reads only timers, integers, booleans and what is
//! fixed is a gate. Exactly one other part has to be there, a comparison a >= b or a > b: a - b is the distance s, of whose
//! positive sign the spike is made.

use crate::graph::{Binary, Graph, Node, NodeId};
use crate::ir::{Cell, Kind, Output, Statement};

/// The spike of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spike {
    /// The condition: its place in [`Cell::conditions`].
    pub condition: u32,
    /// s: a spike where it is at least 0 and all gates are true.
    pub distance: NodeId,
    /// Booleans of timers, integers and booleans.
    pub gates: Vec<NodeId>,
}

/// Why the spike of a cell has no slope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSlope {
    /// The model emits no spikes.
    #[error("it emits no spikes and has no output marked `@neuropil::output`")]
    Silent,
    /// `emit_spike` stands in more than one place.
    #[error("it emits spikes in {0} places; one is needed")]
    Several(usize),
    /// `emit_spike` does not stand directly in an `onCondition`.
    #[error("it emits spikes elsewhere than directly in an `onCondition`")]
    Elsewhere,
    /// The condition has an `or`, or a part that is no comparison.
    #[error("the condition of line {line} has a part that is no comparison `a >= b`, joined by `and`")]
    NoComparison {
        /// The line of the condition.
        line: u32,
    },
    /// Not exactly one comparison of the membrane.
    #[error(
        "the condition of line {line} compares {found} things that evolve; one has to be the membrane, the others timers"
    )]
    Comparisons {
        /// The line of the condition.
        line: u32,
        /// How many there are.
        found: usize,
    },
}

/// The spike of a cell, made by [`Statement::Emit`].
///
/// # Errors
/// Why there is no slope of it.
pub fn spike(cell: &mut Cell) -> Result<Spike, NoSlope> {
    let mut emits = 0;
    cell.each_statement(&mut |statement| emits += usize::from(matches!(statement, Statement::Emit { .. })));
    match emits {
        0 => return Err(NoSlope::Silent),
        1 => {}
        several => return Err(NoSlope::Several(several)),
    }
    let direct = |body: &[Statement]| body.iter().any(|statement| matches!(statement, Statement::Emit { .. }));
    let at = cell.conditions.iter().position(|own| direct(&own.body)).ok_or(NoSlope::Elsewhere)?;
    let (when, line) = (cell.conditions[at].when, cell.conditions[at].place.line);
    let (mut gates, mut distances) = (Vec::new(), Vec::new());
    for part in conjuncts(&cell.graph, when) {
        if is_gate(cell, part) {
            gates.push(part);
            continue;
        }
        match cell.graph.node(part) {
            // b <= a and b < a are how a >= b and a > b are stored.
            Node::Binary(Binary::Le | Binary::Lt, b, a) => distances.push((a, b)),
            _ => return Err(NoSlope::NoComparison { line }),
        }
    }
    let [(a, b)] = distances[..] else { return Err(NoSlope::Comparisons { line, found: distances.len() }) };
    let distance = cell.graph.binary(Binary::Sub, a, b);
    Ok(Spike { condition: u32::try_from(at).unwrap_or(u32::MAX), distance, gates })
}

/// Whether learning can follow what leaves the cell.
///
/// # Errors
/// Why not.
pub fn can_learn(cell: &mut Cell) -> Result<(), NoSlope> {
    if matches!(cell.output, Output::Graded(_)) {
        return Ok(());
    }
    spike(cell).map(|_| ())
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

/// Whether a boolean reads timers, integers, booleans and fixed numbers only.
fn is_gate(cell: &Cell, part: NodeId) -> bool {
    let steady = |state: u32| {
        let own = &cell.states[state as usize];
        own.timer.is_some() || own.kind != Kind::Real
    };
    !cell.graph.depends(part, |leaf| match leaf {
        Node::State(state) => !steady(*state),
        Node::Convolution { .. } | Node::Arrivals(_) | Node::Input(_) | Node::Random { .. } => true,
        _ => false,
    })
}
