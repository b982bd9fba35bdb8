//! Who keeps which variable.

use super::flow::{of_convolutions, of_system, sources};
use super::roles::{Hears, Weight};
use super::scene::component;
use super::walk::{Walk, each};
use crate::graph::{Node, NodeId};
use crate::ir::{Cell, Statement, Target};
use crate::machine::lanes::{Definition, Input};
use std::collections::BTreeSet;

/// Who keeps a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Each synapse.
    Own,
    /// The presynaptic side: once for all synapses of a cell with one delay.
    Pre,
    /// The receiving cell.
    Post,
}

/// What an expression reads.
#[derive(Debug, Default)]
struct Reads {
    variables: BTreeSet<usize>,
    /// The time at the synapse, or the delay: other at each row.
    of_row: bool,
    /// What is other at each synapse: the weight, a level.
    of_synapse: bool,
    /// The time since the last event.
    elapsed: bool,
    /// Random numbers.
    draws: bool,
    /// A variable of the receiving cell.
    of_cell: bool,
    /// The weight or a parameter of which each synapse has a value of its own.
    of_its_own: bool,
}

/// What is known of a variable before anybody keeps it.
struct Facts {
    /// The side whose handlers assign it.
    first: Keep,
    /// What its equation between events needs.
    sources: Vec<usize>,
    /// What its handler makes of it reads.
    handled: Reads,
    /// What `update` makes of it reads.
    evolved: Reads,
}

/// Who keeps each variable, and whether synapses are advanced in every step.
pub(super) struct Keepers {
    pub keep: Vec<Keep>,
    /// What a synapse keeps follows its cell between events.
    pub steps: bool,
}

/// Who keeps each variable.
pub(super) fn keepers(walk: &mut Walk<'_>) -> Keepers {
    let facts = facts(walk);
    let keep = kept(&facts, walk.roles.watches());
    let own = || facts.iter().zip(&keep).filter(|(_, keep)| **keep == Keep::Own).map(|(own, _)| &own.evolved);
    let of_cell = |reads: &Reads| reads.of_cell || reads.variables.iter().any(|other| keep[*other] == Keep::Post);
    let steps = walk.roles.watches() && own().any(of_cell);
    Keepers { keep, steps }
}

/// Who keeps each variable. A receiving cell that is watched is advanced in every step, and keeps whatever it knows all of; others are
/// advanced at their spikes, over any time.
fn kept(facts: &[Facts], watches: bool) -> Vec<Keep> {
    let mut keep: Vec<Keep> = facts.iter().map(|own| own.first).collect();
    loop {
        let mut lost = BTreeSet::new();
        for (variable, own) in facts.iter().enumerate() {
            if keep[variable] == Keep::Own {
                // What the synapse's own evolution reads has to be there as it was at its last event; of a watched cell it is there at any step.
                let there = |other: usize| keep[other] == Keep::Own || watches && keep[other] == Keep::Post;
                lost.extend(own.evolved.variables.iter().copied().filter(|other| !there(*other)));
                continue;
            }
            if own.unknown(keep[variable], watches) || own.needs(watches).any(|other| keep[other] != keep[variable]) {
                lost.insert(variable);
            }
        }
        if lost.is_empty() {
            return keep;
        }
        lost.into_iter().for_each(|variable| keep[variable] = Keep::Own);
    }
}

impl Facts {
    /// Whether something acts on the variable that this side does not know.
    fn unknown(&self, keep: Keep, watches: bool) -> bool {
        let Self { handled, evolved, .. } = self;
        let of_event = handled.of_synapse || handled.elapsed || handled.draws || evolved.of_its_own;
        match keep {
            Keep::Post => of_event || handled.of_row || evolved.of_row || watches && evolved.draws,
            _ => of_event || handled.of_cell || evolved.of_cell,
        }
    }

    /// The variables that have to be known besides.
    fn needs(&self, watches: bool) -> impl Iterator<Item = usize> + '_ {
        let evolved = watches && self.first == Keep::Post;
        let evolved = evolved.then_some(&self.evolved.variables).into_iter().flatten();
        self.sources.iter().chain(&self.handled.variables).chain(evolved).copied()
    }
}

fn facts(walk: &mut Walk<'_>) -> Vec<Facts> {
    let cell = walk.cell;
    let mut evolved = walk.scene();
    walk.evolve(&mut evolved);
    for read in walk.definitions.inputs(&walk.graph, &evolved.variables) {
        if let Input::Port(port) = read
            && !walk.roles.watched[port as usize]
        {
            let name = &cell.input_ports[port as usize].name;
            let message = format!("`{}` is read between events; a synapse reads a level in handlers only", name.text);
            walk.refuse(Some(name.place), message);
        }
    }
    let mut handled = Vec::new();
    for side in [Hears::Pre, Hears::Post] {
        let mut scene = walk.scene();
        if let Some(port) = walk.roles.port(side) {
            walk.handle(port, &mut scene);
        }
        handled.push(scene.variables);
    }
    let ports: Vec<BTreeSet<u32>> = (0..evolved.variables.len()).map(|variable| assigned_by(cell, variable)).collect();
    let mut all = Vec::new();
    for (variable, own_evolved) in evolved.variables.iter().enumerate() {
        let regular = regular(cell, variable);
        let hears = |port: &u32| walk.roles.ports[*port as usize];
        let sides: BTreeSet<bool> = ports[variable].iter().map(|port| hears(port) == Hears::Post).collect();
        let others = ports[variable].iter().any(|port| hears(port) == Hears::Others);
        let is_weight = walk.roles.weight == Weight::State(u32::try_from(variable).unwrap_or(u32::MAX));
        let of_a_side = !others && !is_weight;
        let own_evolved = reads(walk, *own_evolved);
        let first = match (of_a_side && regular.is_some(), sides.contains(&true), sides.contains(&false)) {
            (_, _, false) if of_a_side && walk.roles.watches() && (own_evolved.of_cell || regular.is_none()) => {
                Keep::Post
            }
            (true, false, _) => Keep::Pre,
            (true, true, false) => Keep::Post,
            _ => Keep::Own,
        };
        let side = usize::from(first == Keep::Post);
        all.push(Facts {
            first,
            sources: regular.unwrap_or_default(),
            handled: reads(walk, handled[side][variable]),
            evolved: own_evolved,
        });
    }
    all
}

/// What the equation of a variable needs, where nothing but one equation of fixed coefficients, or nothing at all, acts on it
/// between events.
fn regular(cell: &Cell, variable: usize) -> Option<Vec<usize>> {
    if variable >= cell.states.len() {
        return Some(sources(&of_convolutions(cell), variable));
    }
    let mut equations = None;
    for statement in &cell.update {
        match statement {
            Statement::Integrate(system) if in_system(cell, *system, variable) => {
                if equations.is_some() {
                    return None;
                }
                equations = Some(of_system(cell, *system as usize));
            }
            other if assigns(cell, std::slice::from_ref(other), variable) => return None,
            _ => {}
        }
    }
    let Some(equations) = equations else { return Some(vec![variable]) };
    let sources = sources(&equations, variable);
    let fixed = sources.iter().all(|own| {
        let equation = equations.get(own);
        equation.is_some_and(|own| own.constant.is_none_or(|constant| cell.graph.is_fixed(constant)))
    });
    fixed.then_some(sources)
}

fn in_system(cell: &Cell, system: u32, variable: usize) -> bool {
    cell.systems[system as usize].variables.iter().any(|state| *state as usize == variable)
}

/// Whether statements assign a state variable.
fn assigns(cell: &Cell, list: &[Statement], variable: usize) -> bool {
    let mut found = false;
    each(list, &mut |statement| match statement {
        Statement::Assign { target: Target::State(state), .. } => found |= *state as usize == variable,
        Statement::Integrate(system) => found |= in_system(cell, *system, variable),
        _ => {}
    });
    found
}

/// The ports whose spikes change a variable.
fn assigned_by(cell: &Cell, variable: usize) -> BTreeSet<u32> {
    let handlers = cell.handlers.iter().filter(|handler| assigns(cell, &handler.body, variable));
    let mut ports: BTreeSet<u32> = handlers.map(|handler| handler.port).collect();
    ports.extend(cell.jumps.iter().filter(|jump| jump.state as usize == variable).map(|jump| jump.port));
    for (block, own) in (0..).zip(&cell.convolutions) {
        let first = component(cell, block, 0);
        if (first..first + own.start.len()).contains(&variable) {
            ports.insert(own.port);
        }
    }
    ports
}

fn reads(walk: &Walk<'_>, root: NodeId) -> Reads {
    let mut reads = Reads::default();
    for id in walk.definitions.reached(&walk.graph, &[root]) {
        let node = walk.graph.node(id);
        match (node, walk.definitions.of(node)) {
            (_, Some(Definition::Input(Input::Weight | Input::Drawn(_)))) => {
                (reads.of_synapse, reads.of_its_own) = (true, true);
            }
            (_, Some(Definition::Input(Input::Port(port) | Input::PortBefore(port)))) => {
                let of_cell = walk.roles.watched[*port as usize];
                (reads.of_cell, reads.of_synapse) = (reads.of_cell || of_cell, reads.of_synapse || !of_cell);
            }
            (_, Some(Definition::Input(_))) | (Node::Time, _) => reads.of_row = true,
            (Node::State(state), _) => {
                reads.variables.insert(state as usize);
            }
            (Node::Convolution { block, component: own }, _) => {
                reads.variables.insert(component(walk.cell, block, own));
            }
            (Node::Elapsed, _) => reads.elapsed = true,
            (Node::Random { .. }, _) => reads.draws = true,
            _ => {}
        }
    }
    reads
}
