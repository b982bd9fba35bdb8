//! What a model of a file is, in the words of all cells: its variables, parameters, ports and currents.

use super::super::{
    COUNTERS, CURRENTS, CurrentPort, Description, ModelInfo, Output, PORTS, Port, SignRule, VARIABLES, Variable,
    interned,
};
use neuropil_core::{Parameter, Range as Allowed, Unit};
use neuropil_equations::ir::{self, Takes};
use neuropil_equations::{Cell, Node, machine};

/// What keeps a model of a file from being a cell of a network.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unfit {
    /// It has more of something than cells may have.
    #[error("`{model}` has {found} {what}, at most {most} are possible")]
    TooMany {
        /// The model.
        model: String,
        /// What there are too many of.
        what: &'static str,
        /// How many.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// A continuous port is in a unit other than pA, mV, nS and their like.
    #[error("`{model}`: `{port}` is in {unit}; currents of networks are in pA")]
    Current {
        /// The model.
        model: String,
        /// The port.
        port: String,
        /// Its unit.
        unit: String,
    },
    /// It has no state.
    #[error("`{model}` has no state variable")]
    Stateless {
        /// The model.
        model: String,
    },
}

/// The unit of a name in files, and what is left of the name without it.
pub(crate) fn unit_of(name: &ir::Name) -> (Unit, &'static str) {
    let known = [
        Unit::Ms,
        Unit::Mv,
        Unit::Pf,
        Unit::Pa,
        Unit::Ns,
        Unit::Um,
        Unit::Hz,
        Unit::PerMs,
        Unit::Nm,
        Unit::NmPerMs,
        Unit::PerNmPerMs,
        Unit::Um2PerMs,
    ];
    let own = known.into_iter().find(|unit| unit.symbol() == name.unit.text);
    let stem = own.and_then(|unit| Some((unit, name.column.strip_suffix(unit.suffix())?)));
    // Other units stand in the name as a whole.
    stem.map_or_else(|| (Unit::One, interned(&name.column)), |(unit, stem)| (unit, interned(stem)))
}

/// What a model of a file is, in the words of all cells.
pub(super) fn described(cell: &Cell, dt_ms: f64) -> Result<&'static ModelInfo, Unfit> {
    let model = || cell.name.clone();
    let components: Vec<&ir::Name> = cell.convolutions.iter().flat_map(|own| &own.names).collect();
    let beside = beside_states(cell);
    let planes = cell.states.len() + components.len() + usize::from(beside.is_some());
    let counts = [
        ("state variables", planes, VARIABLES),
        ("spike ports", cell.spike_ports.len(), PORTS),
        ("continuous ports", cell.input_ports.len(), CURRENTS),
        ("counters", 0, COUNTERS),
    ];
    if let Some((what, found, most)) = counts.into_iter().find(|(_, found, most)| found > most) {
        return Err(Unfit::TooMany { model: model(), what, found, most });
    }
    if planes == 0 {
        return Err(Unfit::Stateless { model: model() });
    }
    let defaults = machine::defaults(cell, dt_ms);
    let parameter = |(own, default): (&ir::Parameter, f64)| {
        let (unit, symbol) = unit_of(&own.name);
        let default = default / own.name.unit.factor();
        Parameter { symbol, unit, default, range: Allowed::Any, doc: "of the file" }
    };
    let variable = |name: &ir::Name| {
        let (unit, symbol) = unit_of(name);
        Variable { symbol, unit, doc: "of the file" }
    };
    let port = |own: &ir::SpikePort| {
        let effect = own.effect.as_ref().map(|unit| ir::Name { unit: unit.clone(), ..own.name.clone() });
        let unit = effect.map_or(Unit::One, |name| effect_unit(&name.unit.text));
        let sign = match own.takes {
            Takes::Any => SignRule::Any,
            Takes::Excitatory => SignRule::Positive,
            Takes::Inhibitory => SignRule::NegativeAsSize,
        };
        Port { name: interned(&own.name.text), unit, sign, into: None, doc: "of the file" }
    };
    let mut currents = Vec::new();
    for own in &cell.input_ports {
        if own.name.unit.exponent != 0 {
            let (port, unit) = (own.name.text.clone(), own.name.unit.text.clone());
            return Err(Unfit::Current { model: model(), port, unit });
        }
        let unit = effect_unit(&own.name.unit.text);
        currents.push(CurrentPort { name: interned(&own.name.text), unit, doc: "of the file" });
    }
    let output = match cell.output {
        ir::Output::Graded(node) => match cell.graph.node(node) {
            Node::State(state) => Output::Graded(state as usize),
            _ => Output::Graded(planes - 1),
        },
        ir::Output::Spikes | ir::Output::None => Output::Spikes,
    };
    let description = Description {
        name: interned(&cell.name),
        summary: "a cell of a file",
        parameters: cell.parameters.iter().zip(defaults).map(parameter).collect(),
        variables: cell.states.iter().map(|own| &own.name).chain(components).chain(beside).map(variable).collect(),
        derived: derived(cell).into_iter().map(|place| variable(&cell.recordables[place].name)).collect(),
        counters: 0,
        ports: cell.spike_ports.iter().map(port).collect(),
        currents,
        output,
    };
    Ok(description.interned())
}

/// The recordables that are no plane of their own and follow from the state alone: an inline that reads an input of the
/// step cannot be told from the state behind it.
pub(super) fn derived(cell: &Cell) -> Vec<usize> {
    let planes: Vec<&str> = {
        let states = cell.states.iter().map(|own| &own.name);
        let components = cell.convolutions.iter().flat_map(|own| &own.names);
        states.chain(components).chain(beside_states(cell)).map(|name| name.column.as_str()).collect()
    };
    let of_state = |place: &usize| {
        let own = &cell.recordables[*place];
        let passes = |node| matches!(node, Node::Input(_) | Node::Arrivals(_) | Node::Local(_) | Node::Random { .. });
        let reached = cell.graph.reached(&[own.value]);
        !planes.contains(&own.name.column.as_str()) && !reached.into_iter().any(|id| passes(cell.graph.node(id)))
    };
    (0..cell.recordables.len()).filter(of_state).collect()
}

/// The name of what leaves a graded cell, where that is an inline and has a plane of its own.
pub(super) fn beside_states(cell: &Cell) -> Option<&ir::Name> {
    let node = cell.output_beside_states()?;
    cell.recordables.iter().rev().find(|own| own.value == node).map(|own| &own.name)
}

/// The unit of weights or currents of that symbol.
fn effect_unit(symbol: &str) -> Unit {
    let known = [Unit::Mv, Unit::Pa, Unit::Ns, Unit::Ms, Unit::Hz, Unit::PerMs];
    known.into_iter().find(|unit| unit.symbol() == symbol).unwrap_or(Unit::One)
}
