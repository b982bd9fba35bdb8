//! Populations, as files say them.

use crate::catalogue::{SIGNS, SOURCES, models};
use crate::constants::parameter;
use crate::document::{Node, Value, join};
use crate::fields::{ALWAYS, Fields, Reader, brief, shown};
use crate::input::window;
use crate::model::{CellSource, KindSpec, PopulationSpec, SourceSpec};
use crate::placement::placement;
use crate::values::{PerCell, per_cell, rate};
use crate::written::{is_file, special, written};
use neuropil_core::Clock;
use neuropil_network::neuron::{AskedPort, ModelInfo, PORTS, Shape, SignRule, interned, model};
use neuropil_network::{Sign, Window, source};

/// Most cells of one population.
const MAX_CELLS: u64 = 1 << 31;

pub(crate) fn population(reader: &Reader<'_>, name: &str, node: &Node, clock: Clock) -> Option<PopulationSpec> {
    let path = join("populations", name);
    if matches!(name, "" | "." | "..") || name.contains(['/', '\0']) {
        // It becomes the name of a group in the recording.
        reader.fault(
            &path,
            format!(
                "\"{}\" cannot be the name of a population: it must not be empty, `.` or `..`, nor contain `/`",
                brief(name)
            ),
        );
    }
    let mut fields = reader.object(node, &path, "population")?;
    let cells = fields.required_whole("cells").and_then(|cells| match cells {
        1..=MAX_CELLS => u32::try_from(cells).ok(),
        _ => {
            reader.fault(&join(&path, "cells"), format!("found {cells}, must be between 1 and {MAX_CELLS}"));
            None
        }
    });
    let named =
        fields.get("model").and_then(|node| if let Value::String(name) = &node.value { Some(name) } else { None });
    let chosen = if named.is_some_and(|name| is_file(name)) {
        written(&mut fields, clock).map(|cell| Named::Neurons(CellSource::File(cell)))
    } else {
        let known = models();
        let word = fields.required_word("model", &known).map(|index| known[index]);
        word.map(|word| match (model(word), source::model(word)) {
            (Some(entry), _) => Named::Neurons(CellSource::Built(entry)),
            (None, Some(entry)) => Named::Equations(entry),
            (None, None) => Named::Source(word),
        })
    };
    let cell_type = fields
        .get("cell_type")
        .and_then(|node| reader.string(node, &join(&path, "cell_type")))
        .unwrap_or_default()
        .to_owned();
    let sign = fields
        .word("sign", SIGNS)
        .map_or(Sign::Mixed, |index| [Sign::Excitatory, Sign::Inhibitory, Sign::Mixed][index]);
    let mean_rate_hz =
        fields.get("mean_rate_hz").is_some().then(|| fields.number_or("mean_rate_hz", 0.0, ">= 0", |rate| rate >= 0.0));
    if mean_rate_hz.is_some() && matches!(chosen, Some(Named::Source("poisson_source"))) {
        reader
            .fault(&fields.path_of("mean_rate_hz"), "the mean rate of this source is that of `rate_hz`; leave one out");
    }
    let placement = fields.get("positions").and_then(|node| placement(reader, node, &join(&path, "positions"), name));
    let (placement, positions_file) = placement.map_or((None, None), |(placement, file)| (Some(placement), file));
    let window = match chosen {
        Some(Named::Source("poisson_source") | Named::Equations(_)) => window(&mut fields, clock).unwrap_or_default(),
        _ => Window::ALWAYS,
    };
    let kind = match (chosen, cells) {
        (Some(chosen), Some(cells)) => kind(&mut fields, chosen, cells, clock),
        // The parameters cannot be judged without the model and the number of cells.
        _ => return None,
    };
    fields.finish();
    Some(PopulationSpec {
        name: name.into(),
        path,
        cells: cells?,
        kind: kind?,
        cell_type,
        sign,
        mean_rate_hz,
        placement,
        window,
        positions_file,
        replays: false,
        voices: Vec::new(),
    })
}

/// What a population is.
enum Named {
    /// Cells of a model.
    Neurons(CellSource),
    /// A source whose spikes follow from parameters of its cells.
    Equations(&'static source::Entry),
    /// Another that only sends.
    Source(&'static str),
}

fn kind(fields: &mut Fields<'_, '_>, chosen: Named, cells: u32, clock: Clock) -> Option<KindSpec> {
    let reader = fields.reader;
    let chosen = match chosen {
        Named::Neurons(source) => return neurons(fields, source, cells),
        Named::Equations(entry) => {
            let rows = entry.info.parameters.iter();
            let parameters: Vec<_> = rows.map(|row| parameter(fields, row, cells)).collect();
            let parameters = parameters.into_iter().collect::<Option<_>>()?;
            return Some(KindSpec::Source(SourceSpec { entry, parameters, since: 0 }));
        }
        Named::Source(chosen) => chosen,
    };
    if chosen == SOURCES[0] {
        let path = fields.path_of("rate_hz");
        let node = fields.require("rate_hz")?;
        return rate(reader, node, &path, 1.0, cells, clock.dt_ms()).map(KindSpec::Poisson);
    }
    if chosen == SOURCES[2] {
        return Some(KindSpec::Task { inputs: 0..0 });
    }
    let path = fields.path_of("spikes");
    let node = fields.require("spikes")?;
    spike_train(reader, node, &path, cells, clock).map(KindSpec::SpikeTrain)
}

/// Cells of a model: its parameters and initial values.
fn neurons(fields: &mut Fields<'_, '_>, source: CellSource, cells: u32) -> Option<KindSpec> {
    let reader = fields.reader;
    let (info, parameters) = match &source {
        CellSource::Built(entry) => {
            let asked = entry.shape.and_then(|shape| fields.get("ports").map(|node| (shape, node)));
            let (info, own) = match asked {
                Some((shape, node)) => ports(reader, node, &fields.path_of("ports"), shape, cells)?,
                None => (entry.info, Vec::new()),
            };
            let rows = &info.parameters[..info.parameters.len() - own.len()];
            let common = rows.iter().map(|row| parameter(fields, row, cells)).collect::<Vec<_>>();
            (info, common.into_iter().chain(own).collect::<Option<Vec<_>>>())
        }
        CellSource::File(cell) => {
            let rows = cell.model.info().parameters;
            let each = rows.iter().enumerate().map(|(at, row)| {
                let special = special(fields, cell.model.cell(), at);
                special.unwrap_or_else(|| parameter(fields, row, cells))
            });
            (cell.model.info(), each.collect::<Vec<_>>().into_iter().collect())
        }
    };
    let initial = fields.get("initial").map(|node| initial(reader, node, &fields.path_of("initial"), info, cells));
    Some(KindSpec::Neurons { source, info, parameters: parameters?, initial: initial.unwrap_or_default() })
}

/// The ports that a population names, and the parameters of each in turn.
fn ports(
    reader: &Reader<'_>,
    node: &Node,
    path: &str,
    shape: Shape,
    cells: u32,
) -> Option<(&'static ModelInfo, Vec<Option<PerCell>>)> {
    let members = reader.object(node, path, "ports")?;
    let (mut asked, mut parameters) = (Vec::new(), Vec::new());
    for member in members.members().iter().filter(|member| !ALWAYS.contains(&member.key.as_str())) {
        let path = join(path, &member.key);
        let word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        if member.key.is_empty() || !member.key.chars().all(word) {
            reader.fault(&path, "the name of a port must be of letters, digits and `_`");
            return None;
        }
        let mut fields = reader.object(&member.node, &path, "port")?;
        let sign = [SignRule::Positive, SignRule::Negative, SignRule::Any][fields.word("sign", SIGNS).unwrap_or(2)];
        asked.push(AskedPort { name: interned(&member.key), sign });
        parameters.extend(shape.parameters.iter().map(|row| parameter(&mut fields, row, cells)));
        fields.finish();
    }
    if !(1..=PORTS).contains(&asked.len()) {
        reader.fault(path, format!("found {} ports, expected 1 to {PORTS}", asked.len()));
        return None;
    }
    Some(((shape.info)(&asked), parameters))
}

fn initial(reader: &Reader<'_>, node: &Node, path: &str, info: &ModelInfo, cells: u32) -> Vec<(usize, PerCell)> {
    let Some(mut fields) = reader.object(node, path, "initial") else { return Vec::new() };
    let mut values = Vec::new();
    for (index, variable) in info.variables.iter().enumerate() {
        let name = variable.name();
        if let Some(node) = fields.get(&name) {
            values.extend(per_cell(reader, node, &join(path, &name), cells).map(|value| (index, value)));
        }
    }
    fields.finish();
    values
}

fn spike_train(reader: &Reader<'_>, node: &Node, path: &str, cells: u32, clock: Clock) -> Option<Vec<(u64, u32)>> {
    let mut fields = reader.object(node, path, "spikes")?;
    let times = fields.require("times_ms").and_then(|node| reader.list_of_numbers(node, &join(path, "times_ms")));
    let senders = fields.require("cells").and_then(|node| reader.list_of_wholes(node, &join(path, "cells")));
    fields.finish();
    let (times, senders) = (times?, senders?);
    if times.len() != senders.len() {
        reader.fault(path, format!("{} times and {} cells, expected as many", times.len(), senders.len()));
        return None;
    }
    let mut spikes = Vec::with_capacity(times.len());
    for (index, (&time, &cell)) in times.iter().zip(&senders).enumerate() {
        let step = clock.nearest_step(time).ok().filter(|&step| step > 0);
        if step.is_none() {
            reader.fault(
                &format!("{path}.times_ms.{index}"),
                format!("found {} ms, must be at least half a step ({} ms)", shown(time), 0.5 * clock.dt_ms()),
            );
        }
        let cell_id = u32::try_from(cell).ok().filter(|&cell| cell < cells);
        if cell_id.is_none() {
            reader.fault(
                &format!("{path}.cells.{index}"),
                format!("found {cell}, but there are {cells} cells, numbered from 0"),
            );
        }
        spikes.extend(step.zip(cell_id));
    }
    Some(spikes)
}
