//! Projections, as files say them.

use crate::cells::{Chosen, populations_of, some_chosen};
use crate::connectors::{Rule, rule, rule_name};
use crate::document::{Node, Value, join};
use crate::fields::{Fields, Reader, brief, shown};
use crate::learning::plastic;
use crate::model::{PopulationSpec, ProjectionSpec, SynapseSpec};
use crate::recorded::{Recorded, recorded};
use crate::values::property;
use neuropil_core::{Clock, Parameter, did_you_mean};
use neuropil_network::Property;
use neuropil_network::synapse;
use std::path::PathBuf;

pub(crate) fn projection(
    reader: &Reader<'_>,
    node: &Node,
    path: &str,
    populations: &[PopulationSpec],
    clock: Clock,
) -> Option<ProjectionSpec> {
    let mut fields = reader.object(node, path, "projection")?;
    let name = fields.get("name").and_then(|node| reader.string(node, &join(path, "name"))).map(str::to_owned);
    let from = some_chosen(&mut fields, "from", populations);
    let to = some_chosen(&mut fields, "to", populations);
    let rule = rule_name(&mut fields);
    let synapse = fields.get("synapse").map(|node| synapse(reader, node, &join(path, "synapse")));
    let plastic = fields.get("plastic").map(|node| plastic(reader, node, &join(path, "plastic")));
    let targets = to.as_deref().map(populations_of);
    let reached = targets.as_deref().map(|to| receptors(&mut fields, to, populations));
    let synapses = if rule == Some("recorded") {
        let pair = from.as_deref().zip(reached.flatten());
        pair.and_then(|(from, reached)| of_recording(&mut fields, populations, (from, reached), clock))
    } else {
        let needed = reached.flatten().filter(|reached| reached.can_choose(&fields, populations));
        of_rule(&mut fields, rule, populations, (from.as_deref(), needed), clock)
    };
    fields.finish();
    let synapse = synapse.map_or(Some(None), |synapse| synapse.map(Some))?;
    let plastic = plastic.map_or(Some(None), |plastic| plastic.map(Some))?;
    let Synapses { rule, receptors, weight, delay_ms, autapses, multapses, file } = synapses?;
    let (path, from, to) = (path.into(), from?, to?);
    let spec = ProjectionSpec {
        path,
        name,
        from,
        to,
        rule,
        autapses,
        multapses,
        receptors,
        weight,
        delay_ms,
        synapse,
        plastic,
        file,
    };
    lists_fit(reader, &spec).then_some(spec)
}

/// What a projection's synapses are.
struct Synapses {
    rule: Rule,
    receptors: Vec<Option<usize>>,
    weight: Property,
    delay_ms: Property,
    autapses: bool,
    multapses: bool,
    file: Option<PathBuf>,
}

fn of_rule(
    fields: &mut Fields<'_, '_>,
    name: Option<&str>,
    populations: &[PopulationSpec],
    (from, to): (Option<&[Chosen]>, Option<Reached<'_>>),
    clock: Clock,
) -> Option<Synapses> {
    let targets = to.as_ref().map_or(1, |to| to.to.len());
    let rule = name.and_then(|name| rule(name, fields, targets, from.map_or(1, <[_]>::len)));
    let autapses = fields.boolean_or("autapses", false);
    let multapses = fields.boolean_or("multapses", false);
    let weight = to.as_ref().and_then(|to| weight(fields, to, populations));
    let delay_ms = delay(fields, clock);
    if to.is_none() {
        any_weight(fields);
    }
    let receptors = to?.receptors;
    Some(Synapses { rule: rule?, receptors, weight: weight?, delay_ms: delay_ms?, autapses, multapses, file: None })
}

/// Synapses of a recording: pairs, weights and delays are what they are there.
fn of_recording(
    fields: &mut Fields<'_, '_>,
    populations: &[PopulationSpec],
    (from, reached): (&[Chosen], Reached<'_>),
    clock: Clock,
) -> Option<Synapses> {
    let Recorded { rule, receptor, weight, delay_ms, file } = recorded(fields, populations, (from, &reached))?;
    let path = fields.path_of("file");
    sound_delays(fields.reader, &delay_ms, &path, clock)?;
    Some(Synapses {
        rule,
        receptors: vec![receptor],
        weight,
        delay_ms,
        autapses: true,
        multapses: true,
        file: Some(file),
    })
}

/// Lists of weights or delays stand only beside a list of pairs, and are as long.
fn lists_fit(reader: &Reader<'_>, spec: &ProjectionSpec) -> bool {
    let pairs = if let Rule::List { sources, .. } = &spec.rule { Some(sources.len()) } else { None };
    let mut fit = true;
    for (what, property) in [("weights", &spec.weight), ("delays", &spec.delay_ms)] {
        let Property::List(values) = property else { continue };
        if pairs != Some(values.len()) {
            let expected = pairs.map_or("a number or a distribution, as the rule is not `list`".into(), |n| {
                format!("one for each of the {n} pairs")
            });
            reader.fault(&spec.path, format!("found a list of {} {what}, expected {expected}", values.len()));
            fit = false;
        }
    }
    fit
}

/// Populations that something reaches, and the port of each.
pub(crate) struct Reached<'t> {
    pub to: &'t [usize],
    /// `None` where the sign of a weight chooses.
    pub receptors: Vec<Option<usize>>,
}

impl Reached<'_> {
    /// Whether the sign of a weight can choose where no port is named; says which ports there are.
    pub fn can_choose(&self, fields: &Fields<'_, '_>, populations: &[PopulationSpec]) -> bool {
        let mut can = true;
        for (&population, receptor) in self.to.iter().zip(&self.receptors) {
            let Some(info) = populations[population].info() else { continue };
            if info.placement(*receptor).is_none() {
                let (name, model, ports) = (&populations[population].name, info.name, info.port_names());
                let message = format!("`receptor` is missing: `{name}` ({model}) has {ports}");
                fields.reader.fault(&fields.path, message);
                can = false;
            }
        }
        can
    }
}

/// The ports that `receptor` names: one name for all of `to`, or a list with one a population.
pub(crate) fn receptors<'t>(
    fields: &mut Fields<'_, '_>,
    to: &'t [usize],
    populations: &[PopulationSpec],
) -> Option<Reached<'t>> {
    let (reader, path) = (fields.reader, fields.path_of("receptor"));
    let Some(node) = fields.get("receptor") else { return Some(Reached { to, receptors: vec![None; to.len()] }) };
    let find = |node: &Node, path: &str, population: usize| {
        let name = reader.string(node, path)?;
        let own = &populations[population];
        let Some(info) = own.info() else {
            reader.fault(path, format!("the cells of `{}` only send", own.name));
            return None;
        };
        let port = info.port(name);
        if port.is_none() {
            let hint = did_you_mean(name, info.ports.iter().map(|port| port.name));
            let (name, ports) = (brief(name), info.port_names());
            let message = format!("`{}` ({}) has no receptor `{name}`, it has {ports}{hint}", own.name, info.name);
            reader.fault(path, message);
        }
        port.map(Some)
    };
    let found: Vec<Option<Option<usize>>> = match &node.value {
        Value::Array(items) if items.len() != to.len() => {
            let (found, expected) = (items.len(), to.len());
            reader.fault(&path, format!("found {found} receptors, expected one for each of the {expected} of `to`"));
            return None;
        }
        Value::Array(items) => {
            let each = items.iter().zip(to).enumerate();
            each.map(|(index, (item, &p))| find(item, &join(&path, &index.to_string()), p)).collect()
        }
        _ => to.iter().map(|&population| find(node, &path, population)).collect(),
    };
    Some(Reached { to, receptors: found.into_iter().collect::<Option<_>>()? })
}

/// The names that a weight can have.
const WEIGHTS: [&str; 4] = ["weight_mv", "weight_pa", "weight_ns", "weight"];

/// The name of the weight depends on the target: where that is faulty, no name of a weight is unknown.
pub(crate) fn any_weight(fields: &mut Fields<'_, '_>) {
    for name in WEIGHTS {
        fields.get(name);
    }
}

/// The weight, under the name that its target's model asks for.
pub(crate) fn weight(
    fields: &mut Fields<'_, '_>,
    reached: &Reached<'_>,
    populations: &[PopulationSpec],
) -> Option<Property> {
    let (reader, to) = (fields.reader, reached.to);
    let Some(expected) = weight_name(reader, &fields.path.clone(), reached, populations) else {
        any_weight(fields);
        return None;
    };
    // Of cells of files the pure number is the same.
    let plain = fields.get(&expected).is_none() && to.iter().all(|&own| populations[own].is_written());
    let key = if plain && fields.get("weight").is_some() { "weight" } else { expected.as_str() };
    let path = fields.path_of(key);
    if let Some(node) = fields.get(key) {
        return property(reader, node, &path);
    }
    let wrong =
        WEIGHTS.iter().find(|name| **name != expected && fields.members().iter().any(|member| member.key == **name));
    match wrong {
        Some(wrong) => {
            fields.get(wrong);
            let message = format!("weights onto {} are `{expected}`, found `{wrong}`", model_names(to, populations));
            reader.fault(&fields.path_of(wrong), message);
        }
        None => reader.fault(&fields.path, format!("`{expected}` is missing")),
    }
    None
}

fn model_names(to: &[usize], populations: &[PopulationSpec]) -> String {
    let mut names: Vec<&str> = to.iter().filter_map(|&p| populations[p].info().map(|info| info.name)).collect();
    names.dedup();
    names.join(", ")
}

fn weight_name(
    reader: &Reader<'_>,
    path: &str,
    reached: &Reached<'_>,
    populations: &[PopulationSpec],
) -> Option<String> {
    let mut names = Vec::new();
    for (&population, receptor) in reached.to.iter().zip(&reached.receptors) {
        match populations[population].info() {
            Some(info) => names.push(info.weight_unit(*receptor)?.name_of("weight")),
            None => {
                reader.fault(&join(path, "to"), format!("the cells of `{}` only send", populations[population].name));
                return None;
            }
        }
    }
    names.dedup();
    if names.len() > 1 {
        reader.fault(
            &join(path, "to"),
            format!("these populations need weights in different units ({}): use one item for each", names.join(", ")),
        );
    }
    names.into_iter().next()
}

fn delay(fields: &mut Fields<'_, '_>, clock: Clock) -> Option<Property> {
    let path = fields.path_of("delay_ms");
    let reader = fields.reader;
    let node = fields.require("delay_ms")?;
    let delay = property(reader, node, &path)?;
    sound_delays(reader, &delay, &path, clock)?;
    Some(delay)
}

/// Delays must be steps of the grid, at least one.
fn sound_delays(reader: &Reader<'_>, delay: &Property, path: &str, clock: Clock) -> Option<()> {
    let dt = clock.dt_ms();
    match delay {
        Property::Drawn(drawn) => match drawn.as_constant() {
            Some(constant) if constant < dt * (1.0 - 1e-9) => {
                reader.fault(path, format!("found {} ms, must be at least dt = {dt} ms", shown(constant)));
                return None;
            }
            Some(constant) => {
                if let Err(fault) = clock.steps(constant) {
                    reader.fault(path, fault.to_string());
                    return None;
                }
            }
            None if drawn.support().0 < 0.5 * dt => {
                reader.fault(
                    path,
                    format!("draws may round to 0: add \"min\" of at least half a step ({} ms)", 0.5 * dt),
                );
                return None;
            }
            None => {}
        },
        Property::List(delays) => {
            for (index, &delay) in delays.iter().enumerate() {
                if delay < dt * (1.0 - 1e-9) || clock.steps(delay).is_err() {
                    reader.fault(
                        &join(path, &index.to_string()),
                        format!("found {} ms, must be a multiple of dt = {dt} ms and at least dt", shown(delay)),
                    );
                    return None;
                }
            }
        }
        _ => {}
    }
    Some(())
}

/// The model of the synapses, if the projection names one.
fn synapse(reader: &Reader<'_>, node: &Node, path: &str) -> Option<SynapseSpec> {
    let mut fields = reader.object(node, path, "synapse")?;
    let names: Vec<&str> = synapse::MODELS.iter().map(|entry| entry.info.name).collect();
    let entry = &synapse::MODELS[fields.required_word("model", &names)?];
    let value =
        |row: &Parameter| fields.number_or(&row.name(), row.default, &row.range.expected(), |v| row.range.contains(v));
    let values = entry.info.parameters.iter().map(value).collect();
    fields.finish();
    Some(SynapseSpec { entry, values })
}
