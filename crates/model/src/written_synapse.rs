//! Synapses that a file writes as equations: `"synapse": {"model": "rules/stdp.nestml"}`.

use crate::cell_file::CellFile;
use crate::chosen::Chosen;
use crate::document::{Node, Value, join};
use crate::fields::{ALWAYS, Fields, Reader};
use crate::file_synapse::FileSynapse;
use crate::paths::resolved;
use crate::third_factor::spec::ThirdFactorSpec;
use crate::third_factor::{Surroundings, third_factor};
use crate::values::drawn;
use crate::watched::{WatchedPort, watched};
use crate::written::chosen;
use neuropil_core::{Distribution, Outside};
use neuropil_equations::ir::{Guard, Kind, Name, Parameter};
use neuropil_equations::synapse::{Asked, Hears, Refusal, Synapse, Weight};
use neuropil_equations::{Cell, Fault, Role, graph};
use neuropil_network::synapse::EquationSynapse;
use neuropil_network::synapse::from_equations::Given;
use std::sync::Arc;

/// What a projection says besides its synapses' parameters.
const KEYS: [&str; 6] = ["model", "text", "ports", "weight", "delay", "axonal_delay_ms"];

/// The synapses that a projection's file writes.
pub(crate) fn written_synapse(
    fields: &mut Fields<'_, '_>,
    (to, around): (&[Chosen], Surroundings<'_>),
) -> Option<Arc<FileSynapse>> {
    let clock = around.clock;
    let reader = fields.reader;
    let path = fields.path_of("model");
    let name = fields.get("model").and_then(|node| reader.string(node, &path))?.to_owned();
    let (file, wanted) = name.split_once('#').map_or((name.as_str(), None), |(file, wanted)| (file, Some(wanted)));
    let place = resolved(reader, file);
    let given = fields.path_of("text");
    let (text, place) = match fields.get("text") {
        // A recording has the text with it.
        Some(node) => (reader.string(node, &given)?.to_owned(), None),
        None => (CellFile::text_of(&place).map_err(|error| reader.fault(&path, error)).ok()?, Some(place)),
    };
    let shown = |own: &Fault| format!("{file}:{}:{}: {}", own.place.line, own.place.column, own.message);
    let read = match neuropil_equations::read(&text, Some(Role::Synapse)) {
        Ok(read) => read,
        Err(findings) => {
            findings.faults.iter().for_each(|own| reader.fault(&path, shown(own)));
            return None;
        }
    };
    let cell = chosen(reader, &path, &read.cells, wanted)?;
    let taken = |own: &&Name| KEYS.contains(&own.column.as_str()) || ALWAYS.contains(&own.column.as_str());
    if let Some(clash) = cell.parameters.iter().map(|own| &own.name).find(taken) {
        reader.fault(&path, format!("its parameter `{}` has the name of a field of `synapse`: rename it", clash.text));
        return None;
    }
    let (mut asked, heard_of) = asked(fields)?;
    let watched_of = heard_of.iter().filter(|own| names(own.1, "post"));
    asked.watched = watched_of.map(|own| own.0.clone()).collect();
    let is_drawn = |own: &&Parameter| {
        let given = fields.members().iter().find(|member| member.key == own.name.column);
        given.is_some_and(|member| matches!(member.node.value, Value::Object(_)))
    };
    asked.drawn = cell.parameters.iter().filter(is_drawn).map(|own| own.name.text.clone()).collect();
    for (name, _) in &heard_of {
        // A continuous port has a level or a variable, which is no spikes of others.
        if !asked.watched.contains(name) && !cell.input_ports.iter().any(|port| port.name.text == *name) {
            asked.ports.insert(name.clone(), Hears::Others);
        }
    }
    let synapse = match Synapse::new(cell, &asked) {
        Ok(synapse) => synapse,
        Err(refusals) => {
            let shown = |own: &Refusal| match own.place {
                Some(place) => format!("{file}:{}:{}: {}", place.line, place.column, own.message),
                None => format!("{file}: {}", own.message),
            };
            refusals.iter().for_each(|own| reader.fault(&path, shown(own)));
            return None;
        }
    };
    let (third_factors, earlier_steps) = heard(reader, &fields.path.clone(), &synapse, &heard_of, (to, around))?;
    let given = Given { earlier_steps, ..parameters(fields, &synapse)? };
    let faults = EquationSynapse::faults(&synapse, &given, clock.dt_ms());
    faults.iter().for_each(|fault| reader.fault(&fields.path, fault.to_string()));
    let info = EquationSynapse::info_of(&synapse, clock.dt_ms());
    let warnings = read.warnings.iter().map(shown).collect();
    let own =
        FileSynapse { synapse: Arc::new(synapse), info, file: place, text, warnings, third_factors, clock, given };
    faults.is_empty().then(|| Arc::new(own))
}

/// What the synapses hear beside the spikes of their two cells; how many steps earlier ports look that are variables of the receiving cell.
fn heard(
    reader: &Reader<'_>,
    path: &str,
    synapse: &Synapse,
    given: &[(String, &Node)],
    (to, around): (&[Chosen], Surroundings<'_>),
) -> Option<(Vec<ThirdFactorSpec>, Vec<u64>)> {
    let (mut all, mut earlier_steps) = (Vec::new(), Vec::new());
    let mut sound = true;
    for port in EquationSynapse::ports_of(synapse) {
        let Some((_, node)) = given.iter().find(|own| own.0 == port.name) else {
            let (kind, example, more) = match port.spikes {
                true => ("hears other cells", r#"{"spikes_of": "POPULATION", "delay_ms": MS}"#, ""),
                false => ("is a continuous port", r#"{"signal": NUMBER}"#, r#", or {"post": "VARIABLE"}"#),
            };
            reader.fault(path, format!("`{0}` {kind}: say \"ports\": {{\"{0}\": {example}}}{more}", port.name));
            sound = false;
            continue;
        };
        let path = join(&join(path, "ports"), port.name);
        if port.watches {
            let declared = synapse.cell.input_ports.iter().map(|own| &own.name).find(|own| own.text == port.name)?;
            let own = watched(reader, (node, &path), declared, (to, around));
            sound &= own.is_some();
            if let Some(WatchedPort { factor, earlier_steps: steps }) = own {
                all.push(factor);
                earlier_steps.push(steps);
            }
            continue;
        }
        let Some(own) = third_factor(reader, node, &path, &port, around) else {
            sound = false;
            continue;
        };
        own.reaches(reader, to, around);
        if port.spikes && own.gain != 1.0 {
            reader.fault(&join(&path, "gain"), "has no effect: the file says what a spike does");
            sound = false;
        }
        all.push(own);
    }
    sound.then_some((all, earlier_steps))
}

/// `ports`, `weight` and `delay`: what names of the file are.
fn asked<'d>(fields: &mut Fields<'_, 'd>) -> Option<(Asked, Vec<(String, &'d Node)>)> {
    let mut given = Vec::new();
    let reader = fields.reader;
    let mut asked = Asked::default();
    for (key, to) in [("weight", &mut asked.weight), ("delay", &mut asked.delay)] {
        let path = fields.path_of(key);
        if let Some(node) = fields.get(key) {
            *to = Some(reader.string(node, &path)?.to_owned());
        }
    }
    let path = fields.path_of("ports");
    let Some(node) = fields.get("ports") else { return Some((asked, given)) };
    let members = reader.object(node, &path, "synapse_ports")?;
    for member in members.members().iter().filter(|member| !ALWAYS.contains(&member.key.as_str())) {
        match hears(reader, &member.node, &join(&path, &member.key))? {
            Hears::Others => given.push((member.key.clone(), &member.node)),
            own => {
                asked.ports.insert(member.key.clone(), own);
            }
        }
    }
    Some((asked, given))
}

/// Whether an object has a key.
fn names(node: &Node, key: &str) -> bool {
    matches!(&node.value, Value::Object(members) if members.iter().any(|member| member.key == key))
}

/// Whose spikes a port hears; others than those of the two cells, a level or a variable of the receiving cell are said by an object.
fn hears(reader: &Reader<'_>, node: &Node, path: &str) -> Option<Hears> {
    let Value::Object(_) = &node.value else {
        return Some([Hears::Pre, Hears::Post][reader.word(node, path, &["pre", "post"])?]);
    };
    if names(node, "pre") {
        let message = "a synapse does not see the membrane of the sending cell; \"pre\" alone means its spikes";
        reader.fault(path, message);
        return None;
    }
    Some(Hears::Others)
}

fn parameters(fields: &mut Fields<'_, '_>, synapse: &Synapse) -> Option<Given> {
    let reader = fields.reader;
    let cell = &synapse.cell;
    let mut sound = true;
    let (mut parameters, mut all_drawn) = (Vec::new(), Vec::new());
    for (place, own) in (0..).zip(&cell.parameters) {
        let (column, path) = (&own.name.column, fields.path_of(&own.name.column));
        let Some(node) = fields.get(column) else {
            parameters.push(None);
            continue;
        };
        let given_elsewhere = match () {
            () if synapse.roles.weight == Weight::Parameter(place) => Some("the weight, which the projection gives"),
            () if synapse.roles.delay == Some(place) => Some("the delay, which the projection gives"),
            () => None,
        };
        if let Some(what) = given_elsewhere {
            reader.fault(&path, format!("`{}` is {what}", own.name.text));
            sound = false;
        }
        if synapse.roles.drawn.contains(&place) {
            let distribution = drawn(reader, node, &path);
            sound &= distribution.is_some();
            if own.kind != Kind::Real {
                reader.fault(&path, format!("`{}` is no real number, and cannot be drawn", own.name.text));
                sound = false;
            }
            if let (Some(drawn), Some(guard)) = (&distribution, divisor(cell, place))
                && let Some(found) = reaches(drawn, guard.or_zero)
            {
                let message = format!("{found}, and the file divides by `{}`: give a greater `min`", own.name.text);
                reader.fault(&path, message);
                sound = false;
            }
            all_drawn.extend(distribution);
            parameters.push(None);
            continue;
        }
        let value = match own.kind {
            Kind::Boolean => reader.boolean(node, &path).map(|value| f64::from(u8::from(value))),
            Kind::Integer | Kind::Real => reader.number(node, &path),
        };
        sound &= value.is_some();
        if let Some(value) = value.filter(|value| own.kind == Kind::Integer && value.fract() != 0.0) {
            reader.fault(&path, format!("found {value}, expected a whole number"));
            sound = false;
        }
        parameters.push(value);
    }
    for state in &cell.states {
        let column = &state.name.column;
        if fields.members().iter().any(|member| member.key == *column) {
            fields.get(column);
            let is_weight = synapse.weight_place().is_some_and(|_| match synapse.roles.weight {
                Weight::State(place) => cell.states[place as usize].name.column == *column,
                Weight::Parameter(_) => false,
            });
            let why = if is_weight {
                "the weight, which the projection gives"
            } else {
                "a state variable; the file says how it begins"
            };
            reader.fault(&fields.path_of(column), format!("`{}` is {why}", state.name.text));
            sound = false;
        }
    }
    let axonal_delay_ms = fields.number_or("axonal_delay_ms", 0.0, ">= 0", |delay| delay >= 0.0);
    sound.then_some(Given { parameters, drawn: all_drawn, axonal_delay_ms, earlier_steps: Vec::new() })
}

/// The guard of a parameter that the file divides by and says nothing of.
fn divisor(cell: &Cell, parameter: u32) -> Option<&Guard> {
    let is_it = |leaf: &graph::Node| *leaf == graph::Node::Parameter(parameter);
    cell.guards.iter().find(|guard| guard.text.is_none() && cell.graph.depends(guard.holds, is_it))
}

/// How a distribution breaks such a guard.
fn reaches(drawn: &Distribution, or_zero: bool) -> Option<&'static str> {
    let (low, high) = drawn.support();
    let meets_zero = high <= 0.0 || drawn.outside == Outside::Clip && low <= 0.0;
    match () {
        () if low < 0.0 => Some("reaches below 0"),
        () if meets_zero && !or_zero => Some("reaches 0"),
        () => None,
    }
}
