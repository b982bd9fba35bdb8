//! Release that is not due to spikes, from a table: what a cell releases from a time on, until a later row of the same
//! cell and species.

use super::spec::{DriveSpec, Row, TissueSpec};
use crate::fields::{Fields, Reader, brief};
use crate::model::{Model, PopulationSpec};
use crate::paths::resolved;
use crate::peptides::csv::rows;
use neuropil_core::Real;
use neuropil_engine::Tissue;
use neuropil_engine::tissue::DriveChange;
use neuropil_network::network::Design;
use neuropil_neuromod::Drive;
use std::collections::BTreeMap;

const HEADER: &str = "time_ms,population,cell,species,molecules_per_ms";
/// All cells of a population, in the column `cell`.
const ALL: &str = "*";

/// Reads `drive` and the table that it names.
pub(super) fn drive(
    fields: &mut Fields<'_, '_>,
    (species, step_ms): (&[&str], f64),
    populations: &[PopulationSpec],
) -> Option<DriveSpec> {
    let (reader, path) = (fields.reader, fields.path_of("drive"));
    let named = fields.get("drive").and_then(|node| reader.string(node, &path))?;
    let file = resolved(reader, named);
    let text = match neuropil_files::text(&file, neuropil_files::MOST_TABLE) {
        Ok(text) => text,
        Err(error) => {
            reader.fault(&path, error.to_string());
            return None;
        }
    };
    let lines = match rows("table of drives", &text, HEADER) {
        Ok(lines) => lines,
        Err(error) => {
            reader.fault(&path, error.to_string());
            return None;
        }
    };
    let mut read = Vec::new();
    for (line, columns) in lines {
        match row((line, &columns), (species, step_ms), populations) {
            Ok(row) => read.push(row),
            Err(reason) => fault(reader, &path, line, &reason),
        }
    }
    read.sort_by(|one, other| (one.step.cmp(&other.step)).then(one.passed.total_cmp(&other.passed)));
    Some(DriveSpec { file, rows: read })
}

fn fault(reader: &Reader<'_>, path: &str, line: usize, reason: &str) {
    reader.fault(path, format!("table of drives, line {line}: {reason}"));
}

fn row(
    (line, columns): (usize, &[&str]),
    (species, step_ms): (&[&str], f64),
    populations: &[PopulationSpec],
) -> Result<Row, String> {
    let [time, population, cell, of, rate] = *columns else {
        return Err(format!("found {} columns, expected 5", columns.len()));
    };
    let not_negative = |name: &str, text: &str| {
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
        number.ok_or_else(|| format!("{name} is \"{}\", must be >= 0", brief(text)))
    };
    let own = populations.iter().position(|known| known.name == population);
    let own = own.ok_or_else(|| format!("there is no population `{}`", brief(population)))?;
    let found = species.iter().position(|known| *known == of);
    let found = found.ok_or_else(|| format!("there is no species `{}`", brief(of)))?;
    let cell = match cell {
        ALL => None,
        _ => {
            let index = cell.parse::<u32>().ok().filter(|index| *index < populations[own].cells);
            let cells = populations[own].cells;
            Some(index.ok_or_else(|| format!("cell is \"{}\", must be {ALL} or below {cells}", brief(cell)))?)
        }
    };
    let (time_ms, rate) = (not_negative("time_ms", time)?, not_negative("molecules_per_ms", rate)?);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, and saturating")]
    let step = (time_ms / step_ms + 1e-6).floor() as u64;
    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 steps")]
    let passed = Some(time_ms / step_ms - step as f64).filter(|passed| *passed > 1e-6).unwrap_or(0.0);
    let species = u32::try_from(found).unwrap_or(u32::MAX);
    Ok(Row { line, step, passed, population: own, cell, species, rate })
}

impl DriveSpec {
    /// The rows that begin later than the last field step before `end_ms`: how many there are, and the line of the first.
    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 steps")]
    pub(crate) fn later_than(&self, end_ms: f64, step_ms: f64) -> Option<(usize, usize)> {
        let late = self.rows.iter().filter(|row| (row.step as f64 + 1.0 - 1e-6) * step_ms > end_ms);
        let first = late.clone().map(|row| row.line).min()?;
        Some((late.count(), first))
    }
}

impl Model {
    /// All rates that hold from each field step at which one changes; within a step, their means over it. `Err` says what
    /// has no cell.
    pub(super) fn drives<R: Real>(
        &self,
        spec: &TissueSpec,
        (design, tissue): (&Design<R>, &Tissue),
    ) -> Result<Vec<DriveChange>, String> {
        let Some(table) = &spec.drive else { return Ok(Vec::new()) };
        let first_ids = design.first_ids();
        // Rates at the moment, and their means over the field step at hand.
        let mut holding: BTreeMap<(u32, u32), f64> = BTreeMap::new();
        let mut changes: Vec<DriveChange> = Vec::new();
        for rows in table.rows.chunk_by(|a, b| a.step == b.step) {
            let step = rows[0].step;
            if changes.last().is_some_and(|last| last.field_step + 1 < step) {
                let after = changes.last().map_or(0, |last| last.field_step + 1);
                changes.push(change(after, &holding));
            }
            let mut means = holding.clone();
            for row in rows {
                let cells = design.populations[row.population].cells;
                let chosen = row.cell.map_or(0..cells, |cell| cell..cell + 1);
                for cell in chosen {
                    let place = Some(cell).filter(|cell| *cell < cells);
                    let place = place.and_then(|cell| tissue.cell(first_ids[row.population] + cell));
                    let place = place.and_then(|place| u32::try_from(place).ok()).ok_or_else(|| {
                        let name = &design.populations[row.population].name;
                        format!(
                            "table of drives, line {}: cell {cell} of `{name}` takes no part in the exchange",
                            row.line
                        )
                    })?;
                    let before = holding.insert((place, row.species), row.rate).unwrap_or(0.0);
                    let mean = means.entry((place, row.species)).or_insert(0.0);
                    *mean = match row.passed {
                        0.0 => row.rate,
                        passed => (*mean + (row.rate - before) * (1.0 - passed)).max(0.0),
                    };
                }
            }
            changes.push(change(step, &means));
        }
        if let Some(last) = changes.last().map(|last| last.field_step) {
            changes.push(change(last + 1, &holding));
        }
        Ok(changes)
    }
}

/// The rates from a field step on, those above 0.
fn change(field_step: u64, rates: &BTreeMap<(u32, u32), f64>) -> DriveChange {
    let drives = rates.iter().filter(|(_, rate)| **rate > 0.0);
    DriveChange { field_step, drives: drives.map(|(&(cell, species), &rate)| Drive { cell, species, rate }).collect() }
}
