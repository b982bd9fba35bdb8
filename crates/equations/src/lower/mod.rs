//! From the tree of a model to its [`Cell`]: every name is given its meaning, every expression its type and its node.
//!
//! One walk does both, so that what was checked is what runs. Inlines, functions and internals are expanded into the
//! graph; kernels become numbers that follow linear equations; equations of higher order become a variable a derivative.

mod call;
mod declare;
mod divisors;
mod equations;
mod expression;
mod function;
mod integrate;
mod kernel;
mod name;
mod order;
mod quasi;
mod start;
mod statement;
mod symbols;
mod unread;
mod value;

use crate::check::{Type, Verdict, declared};
use crate::fault::{Notes, place};
use crate::graph::{Graph, NodeId};
use crate::ir::{
    Cell, Condition, Convolution, Guard, Handler, InputPort, Jump, Kind, Name, Output, Parameter, Recordable,
    SpikePort, State, Statement,
};
use crate::syntax::{Model, Span, TypeName};
use crate::unit::Unit;
use std::collections::{BTreeMap, HashMap};
use symbols::{Binding, Context, Phase, Symbols};
use value::Effect;

/// Most operations of a model.
const MOST_NODES: usize = 400_000;
/// Most levels of an expression with the functions that it calls.
const MOST_LEVELS: usize = 300;

/// What a model is used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The cells of a population: `timestep()` is dt.
    Cell,
    /// The synapses of a projection: `timestep()` is the time since the last event.
    Synapse,
}

/// A list of `integrate_odes`, before its linear part is known.
pub(crate) type Lists = Vec<Vec<u32>>;

/// A model lowered: what [`crate::analyse`] completes.
pub(crate) struct Lowered {
    pub cell: Cell,
    pub lists: Lists,
}

/// Lowers a model. If `notes` has a fault afterwards, the result means nothing.
pub(crate) fn lower(notes: &mut Notes<'_>, model: &Model, role: Role) -> Lowered {
    let mut lowerer = Lowerer::new(notes, model, role);
    lowerer.declare();
    lowerer.values();
    lowerer.kernels();
    lowerer.equations();
    lowerer.bodies();
    lowerer.finish()
}

/// What is known of a model on the way.
struct Lowerer<'n, 't, 'm> {
    notes: &'n mut Notes<'t>,
    model: &'m Model,
    role: Role,
    graph: Graph,
    symbols: Symbols,
    /// Values of states in expressions of [`Phase::Start`], once known.
    starts: Vec<Option<NodeId>>,
    parameters: Vec<Parameter>,
    parameter_order: Vec<u32>,
    internals: Vec<Recordable>,
    states: Vec<State>,
    guards: Vec<Guard>,
    groups: Vec<kernel::Group>,
    convolutions: Vec<Convolution>,
    /// The place in `convolutions` of a kernel group and a port.
    pairs: BTreeMap<(usize, u32), u32>,
    /// Delta kernels with their ports, each a leaf until its equation is complete.
    deltas: Vec<kernel::Delta>,
    spike_ports: Vec<SpikePort>,
    input_ports: Vec<InputPort>,
    jumps: Vec<Jump>,
    recordables: Vec<Recordable>,
    locals: Vec<(String, Kind)>,
    update: Vec<Statement>,
    handlers: Vec<Handler>,
    conditions: Vec<Condition>,
    lists: Lists,
    output: Output,
    marks: crate::ir::Marks,
    random_sites: u32,
    effects: Vec<Effect>,
    /// Names of the blocks around.
    scopes: Vec<HashMap<String, Binding>>,
    phase: Phase,
    context: Option<Context>,
    /// How deep the walk is.
    levels: usize,
    /// The functions being expanded.
    expanding: Vec<usize>,
    /// Calls that were expanded already: function and arguments.
    expanded: HashMap<(usize, Vec<NodeId>), NodeId>,
    /// Whether the model was found to be too large.
    full: bool,
    integrates: bool,
    emits: Option<Span>,
    /// Whether state variables of start expressions stay leaves: in guards of synapses, whose weights are given later.
    keeps_states: bool,
}

impl<'n, 't, 'm> Lowerer<'n, 't, 'm> {
    fn new(notes: &'n mut Notes<'t>, model: &'m Model, role: Role) -> Self {
        Self {
            notes,
            model,
            role,
            graph: Graph::default(),
            symbols: Symbols::new(),
            starts: Vec::new(),
            parameters: Vec::new(),
            parameter_order: Vec::new(),
            internals: Vec::new(),
            states: Vec::new(),
            guards: Vec::new(),
            groups: Vec::new(),
            convolutions: Vec::new(),
            pairs: BTreeMap::new(),
            deltas: Vec::new(),
            spike_ports: Vec::new(),
            input_ports: Vec::new(),
            jumps: Vec::new(),
            recordables: Vec::new(),
            locals: Vec::new(),
            update: Vec::new(),
            handlers: Vec::new(),
            conditions: Vec::new(),
            lists: Vec::new(),
            output: Output::None,
            marks: crate::ir::Marks::default(),
            random_sites: 0,
            effects: Vec::new(),
            scopes: Vec::new(),
            phase: Phase::Start,
            context: None,
            levels: 0,
            expanding: Vec::new(),
            expanded: HashMap::new(),
            full: false,
            integrates: false,
            emits: None,
            keeps_states: false,
        }
    }

    /// Runs `walk` in a phase.
    fn within<T>(&mut self, phase: Phase, walk: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.phase, phase);
        let result = walk(self);
        self.phase = before;
        result
    }

    /// Notes what a rule says.
    fn judge(&mut self, span: Span, verdict: Verdict) {
        match verdict {
            Verdict::Right => {}
            Verdict::Odd(message) => self.notes.warn_of_units(span, message),
            Verdict::Wrong(message) => self.notes.fault(span, message),
        }
    }

    /// A type as declared; unknown, and noted, where it is wrong.
    fn type_of(&mut self, name: &TypeName) -> (Type, Unit) {
        match declared(name, self.notes.text) {
            Ok((Type::Text | Type::Void, _)) => {
                self.notes.fault(name.span, "a variable is a number or a boolean");
                (Type::Unknown, Unit::one())
            }
            Ok(known) => known,
            Err((span, message)) => {
                self.notes.fault(span, message);
                (Type::Unknown, Unit::one())
            }
        }
    }

    /// A name as borders of the program have it.
    fn name(&self, text: &str, unit: Unit, span: Span) -> Name {
        let column: String = text.chars().map(|c| if c == '[' { '_' } else { c }).filter(|c| *c != ']').collect();
        let column = column.replace('\'', "__d").replace('$', "__DOLLAR");
        Name {
            text: text.to_owned(),
            column: format!("{column}{}", unit.suffix),
            unit,
            place: place(self.notes.text, span.start as usize),
        }
    }

    /// Whether the graph can grow; a fault, once, if not.
    fn has_room(&mut self, span: Span) -> bool {
        if self.graph.nodes().len() < MOST_NODES {
            return true;
        }
        if !self.full {
            self.full = true;
            self.notes.fault(span, format!("with this, the model has more than {MOST_NODES} operations"));
        }
        false
    }

    fn finish(mut self) -> Lowered {
        self.complete_ports();
        self.check_output();
        self.check_columns();
        let mut cell = Cell {
            name: self.model.name.clone(),
            graph: self.graph,
            parameters: self.parameters,
            parameter_order: self.parameter_order,
            internals: self.internals,
            states: self.states,
            guards: self.guards,
            convolutions: self.convolutions,
            spike_ports: self.spike_ports,
            input_ports: self.input_ports,
            locals: self.locals,
            update: self.update,
            systems: Vec::new(),
            handlers: self.handlers,
            jumps: self.jumps,
            conditions: self.conditions,
            recordables: self.recordables,
            output: self.output,
            marks: self.marks,
            random_sites: self.random_sites,
        };
        if self.notes.findings.faults.is_empty() {
            unread::warn_of_unread(&cell, self.role, &self.symbols, self.notes);
        }
        divisors::guard_divisors(&mut cell);
        Lowered { cell, lists: self.lists }
    }
}
