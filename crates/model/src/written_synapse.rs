//! Synapses that a file writes as equations: `"synapse": {"model": "rules/stdp.nestml"}`.

use crate::cell_file::CellFile;
use crate::document::{Node, Value, join};
use crate::fields::{ALWAYS, Fields, Reader, brief};
use crate::paths::resolved;
use crate::written::chosen;
use neuropil_core::{Clock, StreamKey, Unit, did_you_mean};
use neuropil_equations::ir::{Kind, Name};
use neuropil_equations::synapse::{Asked, Hears, Refusal, Synapse, Weight};
use neuropil_equations::{Fault, Role};
use neuropil_network::synapse::from_equations::Given;
use neuropil_network::synapse::{EquationSynapse, SynapseInfo, SynapseModel};
use std::path::PathBuf;
use std::sync::Arc;

/// What a projection says besides its synapses' parameters.
const KEYS: [&str; 6] = ["model", "text", "ports", "weight", "delay", "axonal_delay_ms"];

/// Synapses of a file, as a projection has them.
#[derive(Debug, Clone)]
pub(crate) struct FileSynapse {
    /// The equations.
    pub synapse: Arc<Synapse>,
    /// What the model is, in the words of all models.
    pub info: &'static SynapseInfo,
    /// Where the file lies; none where its text is given.
    pub file: Option<PathBuf>,
    /// Its text.
    pub text: String,
    clock: Clock,
    given: Given,
}

impl FileSynapse {
    /// The synapses; `key` is their projection's stream of random numbers.
    pub fn build(&self, key: StreamKey) -> Box<dyn SynapseModel> {
        Box::new(EquationSynapse::new(self.synapse.clone(), &self.given, self.clock, key))
    }

    /// The ports whose role was guessed by their names.
    pub fn guesses(&self) -> Option<String> {
        let each = self.synapse.roles.guessed.iter().map(|port| {
            let hears = if self.synapse.roles.ports[*port] == Hears::Pre { "sending" } else { "receiving" };
            format!("`{}` hears the {hears} cells", self.synapse.cell.spike_ports[*port].name.text)
        });
        let all: Vec<String> = each.collect();
        (!all.is_empty()).then(|| format!("by their names, {}", all.join(" and ")))
    }

    /// Why weights in this unit cannot be those of the file.
    pub fn weight_fault(&self, unit: Unit) -> Option<String> {
        let cell = &self.synapse.cell;
        let name = match self.synapse.roles.weight {
            Weight::State(place) => &cell.states[place as usize].name,
            Weight::Parameter(place) => &cell.parameters[place as usize].name,
        };
        let own = neuropil_equations::Unit::coherent(name.unit.dimensions).map(|unit| unit.text)?;
        let fits = own.is_empty() || unit == Unit::One || own == unit.symbol();
        (!fits).then(|| {
            let (name, declared, port) = (&name.text, &name.unit.text, unit.symbol());
            format!("its weight `{name}` is in {declared}, and these cells take weights in {port}: declare it as `{name} real`")
        })
    }
}

/// The synapses that a projection's file writes.
pub(crate) fn written_synapse(fields: &mut Fields<'_, '_>, clock: Clock) -> Option<Arc<FileSynapse>> {
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
    let read = match neuropil_equations::read(&text, Some(Role::Synapse)) {
        Ok(read) => read,
        Err(findings) => {
            let shown = |own: &Fault| format!("{file}:{}:{}: {}", own.place.line, own.place.column, own.message);
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
    let asked = asked(fields)?;
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
    supported(reader, &path, &synapse)?;
    let given = parameters(fields, &synapse)?;
    let faults = EquationSynapse::faults(&synapse, &given, clock.dt_ms());
    faults.iter().for_each(|fault| reader.fault(&fields.path, fault.to_string()));
    let info = EquationSynapse::info_of(&synapse, clock.dt_ms());
    let own = FileSynapse { synapse: Arc::new(synapse), info, file: place, text, clock, given };
    faults.is_empty().then(|| Arc::new(own))
}

/// What the synapses of a network can hear.
fn supported(reader: &Reader<'_>, path: &str, synapse: &Synapse) -> Option<()> {
    let mut sound = Some(());
    for port in synapse.roles.others() {
        let name = &synapse.cell.spike_ports[port as usize].name.text;
        reader.fault(path, format!("`{name}` would hear other cells than the two of the synapse: not supported yet"));
        sound = None;
    }
    if let Some(port) = synapse.cell.input_ports.first() {
        let name = &port.name.text;
        reader.fault(path, format!("`{name}` is a continuous port: synapses that read one are not supported yet"));
        sound = None;
    }
    sound
}

/// `ports`, `weight` and `delay`: what names of the file are.
fn asked(fields: &mut Fields<'_, '_>) -> Option<Asked> {
    let reader = fields.reader;
    let mut asked = Asked::default();
    for (key, to) in [("weight", &mut asked.weight), ("delay", &mut asked.delay)] {
        let path = fields.path_of(key);
        if let Some(node) = fields.get(key) {
            *to = Some(reader.string(node, &path)?.to_owned());
        }
    }
    let path = fields.path_of("ports");
    let Some(node) = fields.get("ports") else { return Some(asked) };
    let members = reader.object(node, &path, "synapse_ports")?;
    for member in members.members().iter().filter(|member| !ALWAYS.contains(&member.key.as_str())) {
        let hears = hears(reader, &member.node, &join(&path, &member.key))?;
        asked.ports.insert(member.key.clone(), hears);
    }
    Some(asked)
}

/// Whose spikes a port hears.
fn hears(reader: &Reader<'_>, node: &Node, path: &str) -> Option<Hears> {
    if let Value::Object(members) = &node.value {
        let key = members.first().map_or("", |member| member.key.as_str());
        let message = match key {
            "pre" => {
                "a synapse does not see the membrane of the sending cell; \"pre\" alone means its spikes".to_owned()
            }
            "spikes_of" | "post" | "field" | "messenger" => {
                format!("\"{key}\": synapses of files hear the spikes of their two cells only, as yet")
            }
            other => {
                let hint = did_you_mean(other, ["spikes_of", "post"].into_iter());
                format!("found `{}`, expected \"pre\" or \"post\"{hint}", brief(other))
            }
        };
        reader.fault(path, message);
        return None;
    }
    Some([Hears::Pre, Hears::Post][reader.word(node, path, &["pre", "post"])?])
}

fn parameters(fields: &mut Fields<'_, '_>, synapse: &Synapse) -> Option<Given> {
    let reader = fields.reader;
    let cell = &synapse.cell;
    let mut sound = true;
    let mut parameters = Vec::new();
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
    sound.then_some(Given { parameters, axonal_delay_ms })
}
