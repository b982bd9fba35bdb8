//! Sets of cells, as files say them: wherever a name of a population may stand, a part of one may stand.
//!
//! ```text
//! "exc"                                                   all of it
//! {"population": "exc", "cells": CELLS}                   some of it
//! {"cell_type": "Pyr", "cells": CELLS}                    of every population of a type; all cells without `cells`
//!
//! CELLS   100                                             the first so many
//!         "0:100", "0:100:2", ":100", "100:"              from, up to and without the second, every so manieth
//!         [0, 3, 7]                                       these, ascending
//!         {"x_um": [0, 100], "z_um": [-300, -100]}        whose place is in [from, to) along each axis
//! ```

mod forms;

use crate::document::{Document, Node, Value, join};
use crate::fault::Faults;
use crate::fields::{Fields, Reader, brief, described};
use crate::model::{Model, PopulationSpec};
use crate::scale::scaled_cells;
use neuropil_core::{CellSet, did_you_mean};

pub(crate) use crate::chosen::{Cells, Chosen};
pub(crate) use forms::cells;

impl Model {
    /// The cells of one population that a part of it names, as files say it, by their indices; places are drawn from `seed`.
    ///
    /// # Errors
    /// What is no part of one population of this model, or has no cell.
    pub fn cells_of(&self, part: &str, seed: u64, scale: f64) -> Result<Vec<u32>, Faults> {
        let document = Document::parse("part", part.to_owned())?;
        let reader = Reader::new(&document);
        let chosen = item(&reader, &document.root, "", &self.populations).unwrap_or_default();
        if let ([own], true) = (chosen.as_slice(), reader.is_sound()) {
            let spec = &self.populations[own.population];
            let (count, number) = (scaled_cells(spec.cells, scale), u32::try_from(own.population).unwrap_or(u32::MAX));
            let places = spec.placement.as_ref().and_then(|placement| placement.place(count, seed, number).ok());
            let cells = own.cells.indices(count, places.as_deref());
            if !cells.is_empty() {
                return Ok(cells);
            }
            reader.fault("cells", none_left(&spec.name, scale));
        } else if reader.is_sound() {
            reader.fault("", format!("found {} populations, expected one", chosen.len()));
        }
        Err(reader.into_faults())
    }
}

/// What is wrong with a part that has no cells.
pub(crate) fn none_left(name: &str, scale: f64) -> String {
    if scale == 1.0 {
        return format!("no cell of `{name}` meets this condition");
    }
    format!("none of these cells of `{name}` is left at scale {scale}")
}

/// Their populations.
pub(crate) fn populations_of(chosen: &[Chosen]) -> Vec<usize> {
    chosen.iter().map(|own| own.population).collect()
}

/// How many cells these are in all; `None` where that depends on places.
pub(crate) fn count_of(chosen: &[Chosen], populations: &[PopulationSpec]) -> Option<usize> {
    let count = |own: &Chosen| own.cells.count(populations[own.population].cells).map(|count| count as usize);
    chosen.iter().map(count).sum()
}

/// The populations, or parts, that a field names: one item, or a list that is not empty.
pub(crate) fn some_chosen(
    fields: &mut Fields<'_, '_>,
    key: &str,
    populations: &[PopulationSpec],
) -> Option<Vec<Chosen>> {
    let chosen = chosen(fields, key, populations)?;
    if chosen.is_empty() {
        fields.reader.fault(&fields.path_of(key), "the list is empty, expected names of populations");
        return None;
    }
    Some(chosen)
}

/// The same where a list may be empty.
pub(crate) fn chosen(fields: &mut Fields<'_, '_>, key: &str, populations: &[PopulationSpec]) -> Option<Vec<Chosen>> {
    let path = fields.path_of(key);
    let reader = fields.reader;
    let node = fields.require(key)?;
    let chosen = match &node.value {
        Value::Array(items) => {
            let read = |(index, node)| item(reader, node, &join(&path, &format!("{index}")), populations);
            items.iter().enumerate().map(read).collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>()?.concat()
        }
        _ => item(reader, node, &path, populations)?,
    };
    apart(reader, &chosen, populations).then_some(chosen)
}

/// Populations as a whole, where no part of one can stand; `why` says why not.
pub(crate) fn wholes(
    fields: &mut Fields<'_, '_>,
    (key, why): (&str, &str),
    populations: &[PopulationSpec],
) -> Option<Vec<usize>> {
    let chosen = some_chosen(fields, key, populations)?;
    let part = chosen.iter().find(|own| !own.cells.is_all());
    if let Some(own) = part {
        let name = &populations[own.population].name;
        fields.reader.fault(&own.path, format!("found a part of `{name}`, but {why}: expected `{name}`, all of it"));
        return None;
    }
    Some(populations_of(&chosen))
}

/// What one item names.
pub(crate) fn item(
    reader: &Reader<'_>,
    node: &Node,
    path: &str,
    populations: &[PopulationSpec],
) -> Option<Vec<Chosen>> {
    if !matches!(node.value, Value::Object(_)) {
        if !matches!(node.value, Value::String(_)) {
            let found = described(&node.value);
            let expected =
                "the name of a population, or a part of one, as in {\"population\": \"exc\", \"cells\": \"0:100\"}";
            reader.fault(path, format!("found {found}, expected {expected}"));
            return None;
        }
        let population = population(reader, node, path, populations)?;
        return Some(vec![Chosen { population, cells: Cells::All, path: path.into() }]);
    }
    let mut fields = reader.object(node, path, "part")?;
    let by_name = fields.get("population").map(|node| (node, fields.path_of("population")));
    let by_type = fields.get("cell_type").map(|node| (node, fields.path_of("cell_type")));
    let cells_node = fields.get("cells");
    let cells_path = fields.path_of("cells");
    fields.finish();
    let named = match (by_name, by_type) {
        (Some((node, path)), None) => vec![population(reader, node, &path, populations)?],
        (None, Some((node, path))) => of_type(reader, node, &path, populations)?,
        _ => {
            reader.fault(path, "expected either `population` or `cell_type`");
            return None;
        }
    };
    let part = |population: usize| {
        let own = &populations[population];
        let cells = cells_node.map_or(Some(Cells::All), |node| cells(reader, node, &cells_path, own))?;
        Some(Chosen { population, cells, path: path.into() })
    };
    named.into_iter().map(part).collect()
}

/// The one population, or part of one, that replays, by number: parts by places are known only once a network is made.
pub(crate) fn one_known(
    reader: &Reader<'_>,
    node: &Node,
    path: &str,
    populations: &[PopulationSpec],
) -> Option<(usize, Option<CellSet>)> {
    let chosen = item(reader, node, path, populations)?;
    let [own] = chosen.as_slice() else {
        reader.fault(path, format!("found {} populations, expected one: use one item for each", chosen.len()));
        return None;
    };
    if let Cells::Where(_) = own.cells {
        reader.fault(
            path,
            "a part by its place cannot replay, as recorded units are given to cells by number: use a range or a list",
        );
        return None;
    }
    Some((own.population, own.cells.of(populations[own.population].cells, None)))
}

fn population(reader: &Reader<'_>, node: &Node, path: &str, populations: &[PopulationSpec]) -> Option<usize> {
    let name = reader.string(node, path)?;
    let found = populations.iter().position(|population| population.name == name);
    if found.is_none() && !reader.declares(name) {
        let hint = did_you_mean(name, populations.iter().map(|population| population.name.as_str()));
        reader.fault(path, format!("there is no population `{}`{hint}", brief(name)));
    }
    found
}

/// All populations of a type.
fn of_type(reader: &Reader<'_>, node: &Node, path: &str, populations: &[PopulationSpec]) -> Option<Vec<usize>> {
    let wanted = reader.string(node, path)?;
    let fits = |(index, own): (usize, &PopulationSpec)| (own.cell_type == wanted).then_some(index);
    let found: Vec<usize> = populations.iter().enumerate().filter_map(fits).collect();
    if found.is_empty() || wanted.is_empty() {
        let mut known: Vec<&str> = populations.iter().map(|own| own.cell_type.as_str()).collect();
        known.retain(|name| !name.is_empty());
        known.dedup();
        let hint = did_you_mean(wanted, known.iter().copied());
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        reader.fault(path, format!("no population has the cell_type `{}`{hint}; there are: {known}", brief(wanted)));
        return None;
    }
    Some(found)
}

/// Whether no cell stands in two of these, as far as can be told without places.
fn apart(reader: &Reader<'_>, chosen: &[Chosen], populations: &[PopulationSpec]) -> bool {
    let mut apart = true;
    for (index, own) in chosen.iter().enumerate() {
        let count = populations[own.population].cells;
        let known = |own: &Chosen| own.cells.count(count).map(|_| own.cells.of(count, None));
        let others = chosen[..index].iter().filter(|other| other.population == own.population);
        let twice = others.filter_map(|other| twice(&known(other)?, &known(own)?)).next();
        if let Some(cell) = twice {
            reader.fault(&own.path, stands_twice(&populations[own.population].name, own, cell));
            apart = false;
        }
    }
    apart
}

/// The words for a cell that stands in two items.
pub(crate) fn stands_twice(name: &str, own: &Chosen, cell: u32) -> String {
    if own.cells.is_all() {
        format!("`{name}` stands here twice")
    } else {
        format!("cell {cell} of `{name}` stands here twice")
    }
}

/// A cell that is in both sets.
pub(crate) fn twice(a: &Option<CellSet>, b: &Option<CellSet>) -> Option<u32> {
    match (a, b) {
        (None, None) => Some(0),
        (Some(some), None) | (None, Some(some)) => some.cells().first().copied(),
        (Some(a), Some(b)) => a.shared(b).next(),
    }
}
