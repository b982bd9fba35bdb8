//! Projections whose synapses stand in a recording: drawn by another run, learned, or made elsewhere.

use crate::cells::Chosen;
use crate::connectors::Rule;
use crate::document::join;
use crate::fields::{Fields, brief};
use crate::model::{PopulationSpec, ProjectionSpec};
use crate::paths::resolved;
use crate::reached::Reached;
use neuropil_core::CellSet;
use neuropil_network::Property;
use neuropil_record::{Recording, WeightData, WeightRecord};
use std::path::PathBuf;

/// What `"rule": "recorded"` stands for.
pub(crate) struct Recorded {
    pub rule: Rule,
    /// The port of the receiving model.
    pub receptor: Option<usize>,
    pub weight: Property,
    pub delay_ms: Property,
    /// Where the file lies.
    pub file: PathBuf,
}

/// Reads `file` and `projection`, and the synapses that they name.
pub(crate) fn recorded(
    fields: &mut Fields<'_, '_>,
    populations: &[PopulationSpec],
    (from, reached): (&[Chosen], &Reached<'_>),
) -> Option<Recorded> {
    let (reader, path) = (fields.reader, fields.path.clone());
    let file = fields.require("file").and_then(|node| reader.string(node, &join(&path, "file")));
    let wanted = fields.get("projection").map(|node| reader.string(node, &join(&path, "projection")));
    let wanted = wanted.map_or(Some(None), |name| name.map(Some))?;
    let file = resolved(reader, file?);
    let ([from], &[to]) = (from, reached.to) else {
        reader.fault(&path, "recorded synapses join one population to one: name one in `from` and one in `to`");
        return None;
    };
    let pair = [&populations[from.population], &populations[to]];
    let read = Recording::open(&file).and_then(|recording| Ok((recording.weights()?, recording)));
    let (known, recording) = read.map_err(|error| reader.fault(&join(&path, "file"), error.to_string())).ok()?;
    let record = chosen(&known, wanted, pair).map_err(|fault| reader.fault(&path, fault)).ok()?;
    let info = pair[1].info()?;
    let receptor = match (reached.receptors[0], record.receptor.as_str()) {
        (Some(named), _) => Some(named),
        (None, "") => None,
        (None, name) => Some(info.port(name).or_else(|| {
            let (found, ports) = (brief(name), info.port_names());
            let name = brief(&record.name);
            reader.fault(&path, format!("`{name}` reaches receptor `{found}`, `{}` has {ports}", pair[1].name));
            None
        })?),
    };
    let chosen = Reached { to: reached.to, receptors: vec![receptor] };
    let unit = if chosen.can_choose(fields, populations) { info.weight_unit(receptor)?.symbol() } else { return None };
    if record.unit != unit {
        let (name, found) = (brief(&record.name), brief(&record.unit));
        reader.fault(&path, format!("weights of `{name}` are in `{found}`, those onto `{}` in `{unit}`", pair[1].name));
        return None;
    }
    let data = recording.weight_data(record).map_err(|error| reader.fault(&join(&path, "file"), error.to_string()));
    let WeightData { sources, targets, weights, delays_ms, initial_weights: _ } = data.ok()?;
    if let Some(index) = weights.iter().position(|weight| !weight.is_finite()) {
        let found = weights[index];
        reader.fault(&path, format!("weight {index} of `{}` is {found}, expected a number", brief(&record.name)));
        return None;
    }
    let rule = Rule::List { sources, targets };
    Some(Recorded { rule, receptor, weight: Property::List(weights), delay_ms: Property::List(delays_ms), file })
}

/// The same projection between sets of cells, of whose recorded synapses only those between them are left, counted in the
/// sets; `None` where nothing of it is recorded or left out.
pub(crate) fn between(spec: &ProjectionSpec, [from, to]: &[Option<CellSet>; 2]) -> Option<ProjectionSpec> {
    let (Some(_), Rule::List { sources, targets }, true) = (&spec.file, &spec.rule, from.is_some() || to.is_some())
    else {
        return None;
    };
    let place = |set: &Option<CellSet>, cell: u64| match set {
        Some(set) => set.place(u32::try_from(cell).ok()?).map(u64::from),
        None => Some(cell),
    };
    let pairs = sources.iter().zip(targets).enumerate();
    let kept: Vec<(usize, u64, u64)> = pairs
        .filter_map(|(index, (source, target))| Some((index, place(from, *source)?, place(to, *target)?)))
        .collect();
    let chosen = |property: &Property| match property {
        Property::List(values) => Property::List(kept.iter().map(|own| values[own.0]).collect()),
        other => other.clone(),
    };
    let rule =
        Rule::List { sources: kept.iter().map(|own| own.1).collect(), targets: kept.iter().map(|own| own.2).collect() };
    Some(ProjectionSpec { rule, weight: chosen(&spec.weight), delay_ms: chosen(&spec.delay_ms), ..spec.clone() })
}

/// The projection of that name, or the only one between populations of these names.
fn chosen<'r>(
    known: &'r [WeightRecord],
    wanted: Option<&str>,
    [from, to]: [&PopulationSpec; 2],
) -> Result<&'r WeightRecord, String> {
    let fits = |record: &&WeightRecord| match wanted {
        Some(name) => record.name == name,
        None => record.source_population == from.name && record.target_population == to.name,
    };
    let mut fitting = known.iter().filter(fits);
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => {
            Err("the file has several projections between these populations: add \"projection\"".into())
        }
        (None, _) => {
            let sought =
                wanted.map_or(format!("from `{}` to `{}`", from.name, to.name), |name| format!("`{}`", brief(name)));
            let names: Vec<String> = known.iter().take(20).map(|record| format!("`{}`", brief(&record.name))).collect();
            let has = if names.is_empty() { "none: record them by \"weights\": true".into() } else { names.join(", ") };
            Err(format!("the file has no weights of a projection {sought}; it has {has}"))
        }
    }
}
