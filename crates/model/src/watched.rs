//! Ports of synapses that are variables of their receiving cells: `"V_post": {"post": "v_m_mv", "earlier_ms": 5}`.

use crate::chosen::Chosen;
use crate::document::Node;
use crate::fields::{Reader, brief};
use crate::model::{CellSource, KindSpec, PopulationSpec};
use crate::third_factor::Surroundings;
use crate::third_factor::spec::{FactorKind, ThirdFactorSpec, WatchedVariable};
use neuropil_core::did_you_mean;
use neuropil_equations::{Cell, Unit, ir};
use neuropil_network::neuron::{ModelInfo, Variable};

/// What a port shows, and how many steps earlier it looks.
pub(crate) struct WatchedPort {
    pub factor: ThirdFactorSpec,
    pub earlier_steps: u64,
}

/// Reads what a port of that unit watches of the cells `to`.
pub(crate) fn watched(
    reader: &Reader<'_>,
    (node, path): (&Node, &str),
    port: &ir::Name,
    (to, around): (&[Chosen], Surroundings<'_>),
) -> Option<WatchedPort> {
    let mut fields = reader.object(node, path, "post_variable")?;
    let at = fields.path_of("post");
    let name = fields.get("post").and_then(|node| reader.string(node, &at));
    let steps = |ms: f64| around.clock.steps(ms).ok();
    let expected = format!("a multiple of dt_ms = {}, at least 0", around.clock.dt_ms());
    let earlier = fields.number_or("earlier_ms", 0.0, &expected, |ms| ms >= 0.0 && steps(ms).is_some());
    fields.finish();
    let name = name?;
    let of = |own: &Chosen| {
        let population = &around.populations[own.population];
        let found = variable(population, name, port);
        let (variable, factor) = found.map_err(|reason| reader.fault(&at, reason)).ok()?;
        Some(WatchedVariable { population: own.population, variable, factor })
    };
    let each: Vec<Option<WatchedVariable>> = to.iter().map(of).collect();
    let kind = FactorKind::Watched(each.into_iter().collect::<Option<_>>()?);
    let factor = ThirdFactorSpec { path: path.into(), gain: 1.0, kind, files: Vec::new() };
    Some(WatchedPort { factor, earlier_steps: steps(earlier)? })
}

/// The place of a variable of cells, and what makes a number of it that the port understands.
fn variable(population: &PopulationSpec, name: &str, port: &ir::Name) -> Result<(usize, f64), String> {
    let KindSpec::Neurons { source, info, .. } = &population.kind else {
        return Err(format!("the cells of `{}` have no state", population.name));
    };
    let place = place(info, name)?;
    let wanted = Unit::coherent(port.unit.dimensions).map_or_else(|| port.unit.text.clone(), |unit| unit.text);
    let shown = |unit: &str| if unit.is_empty() { "a pure number".to_owned() } else { format!("in {unit}") };
    let unfit = |found: &str| {
        let (port, declared) = (&port.text, shown(&port.unit.text));
        format!("`{name}` of `{}` is {}, and `{port}` is {declared}", population.name, shown(found))
    };
    let of_file = match source {
        CellSource::File(cell) => declared(cell.model.cell(), name),
        CellSource::Built(_) => None,
    };
    if let Some(own) = of_file {
        let fits = own.unit.dimensions == port.unit.dimensions;
        return if fits { Ok((place, own.unit.factor())) } else { Err(unfit(&own.unit.text)) };
    }
    let unit = info.observables().nth(place).map_or("", |own| own.unit.symbol());
    if unit == wanted { Ok((place, 1.0)) } else { Err(unfit(unit)) }
}

fn place(info: &ModelInfo, name: &str) -> Result<usize, String> {
    let known: Vec<String> = info.observables().map(Variable::name).collect();
    known.iter().position(|own| own == name).ok_or_else(|| {
        let hint = did_you_mean(name, known.iter().map(String::as_str));
        format!("{} has no variable `{}`{hint}; it has {}", info.name, brief(name), known.join(", "))
    })
}

/// What a file declares of a variable.
fn declared<'c>(cell: &'c Cell, column: &str) -> Option<&'c ir::Name> {
    let states = cell.states.iter().map(|own| &own.name);
    let components = cell.convolutions.iter().flat_map(|own| &own.names);
    let recordables = cell.recordables.iter().map(|own| &own.name);
    states.chain(components).chain(recordables).find(|own| own.column == column)
}
