//! Projections, as files say them.

use crate::cells::{Chosen, populations_of, some_chosen};
use crate::connectors::{Rule, rule, rule_name};
use crate::document::{Node, Value, join};
use crate::fields::{Fields, Reader, shown};
use crate::learning::plastic;
use crate::model::{PopulationSpec, ProjectionSpec, SynapseSpec};
use crate::reached::{Reached, any_weight, receptors, weight};
use crate::recorded::{Recorded, recorded};
use crate::third_factor::{Surroundings, third_factor};
use crate::values::property;
use crate::written::is_file;
use crate::written_synapse::written_synapse;
use neuropil_core::{Clock, Parameter};
use neuropil_network::Property;
use neuropil_network::synapse;
use std::path::PathBuf;

pub(crate) fn projection(
    reader: &Reader<'_>,
    node: &Node,
    path: &str,
    around: Surroundings<'_>,
) -> Option<ProjectionSpec> {
    let Surroundings { populations, clock, .. } = around;
    let mut fields = reader.object(node, path, "projection")?;
    let name = fields.get("name").and_then(|node| reader.string(node, &join(path, "name"))).map(str::to_owned);
    let from = some_chosen(&mut fields, "from", populations);
    let to = some_chosen(&mut fields, "to", populations);
    let rule = rule_name(&mut fields);
    let receivers = to.as_deref().unwrap_or_default();
    let synapse = fields.get("synapse").map(|node| synapse(reader, node, &join(path, "synapse"), (receivers, around)));
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
    weights_fit(reader, &spec, populations)?;
    lists_fit(reader, &spec).then_some(spec)
}

/// Weights are in the unit that a file of synapses declares.
fn weights_fit(reader: &Reader<'_>, spec: &ProjectionSpec, populations: &[PopulationSpec]) -> Option<()> {
    let Some(SynapseSpec::File(own)) = &spec.synapse else { return Some(()) };
    let targets = spec.to.iter().zip(&spec.receptors);
    let mut units = targets.filter_map(|(to, receptor)| populations[to.population].info()?.weight_unit(*receptor));
    let Some(fault) = units.find_map(|unit| own.weight_fault(unit)) else { return Some(()) };
    reader.fault(&join(&join(&spec.path, "synapse"), "model"), fault);
    None
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
    let multapses = multapses(fields, name);
    let weight = to.as_ref().and_then(|to| weight(fields, to, populations));
    let delay_ms = delay(fields, clock);
    if to.is_none() {
        any_weight(fields);
    }
    let receptors = to?.receptors;
    Some(Synapses { rule: rule?, receptors, weight: weight?, delay_ms: delay_ms?, autapses, multapses, file: None })
}

/// Rules that may join a pair more than once.
const WITH_MULTAPSES: [&str; 4] = ["fixed_in_degree", "fixed_out_degree", "fixed_total_number", "list"];

/// Whether a pair may have several synapses; refused where the rule makes one at most.
fn multapses(fields: &mut Fields<'_, '_>, rule: Option<&str>) -> bool {
    let found = fields.boolean_or("multapses", false);
    if let Some(rule) = rule.filter(|rule| found && !WITH_MULTAPSES.contains(rule)) {
        let users = WITH_MULTAPSES.join(", ");
        let message =
            format!("found true, but rule `{rule}` makes at most one synapse of a pair; the rules {users} take it");
        fields.reader.fault(&fields.path_of("multapses"), message);
    }
    found
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

/// The model of the synapses onto some cells, if the projection names one.
fn synapse(
    reader: &Reader<'_>,
    node: &Node,
    path: &str,
    (to, around): (&[Chosen], Surroundings<'_>),
) -> Option<SynapseSpec> {
    let mut fields = reader.object(node, path, "synapse")?;
    if let Some(Value::String(name)) = fields.get("model").map(|node| &node.value)
        && is_file(name)
    {
        let own = written_synapse(&mut fields, (to, around))?;
        fields.finish();
        return Some(SynapseSpec::File(own));
    }
    let names: Vec<&str> = synapse::MODELS.iter().map(|entry| entry.info.name).collect();
    let entry = &synapse::MODELS[fields.required_word("model", &names)?];
    let value =
        |row: &Parameter| fields.number_or(&row.name(), row.default, &row.range.expected(), |v| row.range.contains(v));
    let values = entry.info.parameters.iter().map(value).collect();
    let heard = entry.info.third_factor.as_ref().map(|port| {
        let own = third_factor(reader, fields.require(port.name)?, &join(path, port.name), port, around)?;
        own.reaches(reader, to, around);
        Some(own)
    });
    fields.finish();
    let third_factors = heard.map_or(Some(Vec::new()), |own| Some(vec![own?]))?;
    Some(SynapseSpec::Built { entry, values, third_factors })
}
