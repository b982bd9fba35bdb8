//! Which cells send the spikes of which recorded units, and which have no unit.

use crate::document::join;
use crate::fields::Reader;
use crate::model::PopulationSpec;
use neuropil_core::CellSet;
use neuropil_record::trains::{Format, Trains};
use std::collections::HashMap;

/// Cells that a message lists one by one.
const LISTED: usize = 8;

/// Which unit a cell plays.
pub(crate) enum CellsOfUnits {
    ById,
    InOrder,
    /// The unit of each cell.
    These(Vec<u64>),
}

/// The cells that are to send what was recorded.
pub(crate) struct Players<'p> {
    /// Where the item of `replay` stands.
    pub path: &'p str,
    /// Their population.
    pub own: &'p PopulationSpec,
    /// Those of its cells that replay; all if `None`.
    pub only: Option<&'p CellSet>,
    /// What the item says of them.
    pub asked: Option<&'p CellsOfUnits>,
    /// Whether the item chooses among the units of the file.
    pub chooses_units: bool,
}

impl Players<'_> {
    fn count(&self) -> u32 {
        self.only.map_or(self.own.cells, CellSet::len)
    }

    fn cell(&self, number: u32) -> u32 {
        self.only.map_or(number, |only| only.at(number))
    }

    fn has(&self, id: u64) -> bool {
        u32::try_from(id).is_ok_and(|id| id < self.own.cells && self.only.is_none_or(|only| only.contains(id)))
    }

    /// The cells that play each unit.
    pub fn of(&self, reader: &Reader<'_>, trains: &Trains) -> Option<Vec<Vec<u32>>> {
        let path = join(self.path, "cells");
        let (name, count, units) = (&self.own.name, self.count(), trains.unit_ids.len());
        let default = if trains.format == Format::Nwb { CellsOfUnits::InOrder } else { CellsOfUnits::ById };
        let too_many = |units: usize| reader.fault(&path, format!("{units} units for the {count} cells of `{name}`"));
        match self.asked.unwrap_or(&default) {
            CellsOfUnits::ById => {
                if let Some(stray) = trains.unit_ids.iter().find(|id| !self.has(**id)) {
                    let has = match self.only {
                        None => format!("`{name}` has {count}, numbered from 0"),
                        Some(_) => format!("it is not among the {count} cells of `{name}` that replay"),
                    };
                    let advice = format!("(\"in_order\" lays the {units} units on its first cells)");
                    reader.fault(&path, format!("unit {stray} has no cell: {has} {advice}"));
                    return None;
                }
                if let Some(fault) = self.unrecorded(trains) {
                    reader.fault(self.path, fault);
                    return None;
                }
                trains.unit_ids.iter().map(|&id| Some(vec![u32::try_from(id).ok()?])).collect()
            }
            CellsOfUnits::InOrder => {
                if units > count as usize {
                    too_many(units);
                    return None;
                }
                Some((0..count).take(units).map(|number| vec![self.cell(number)]).collect())
            }
            CellsOfUnits::These(ids) => {
                if ids.len() > count as usize {
                    too_many(ids.len());
                    return None;
                }
                let mut of: HashMap<u64, Vec<u32>> = HashMap::new();
                for (number, id) in (0..).zip(ids) {
                    of.entry(*id).or_default().push(self.cell(number));
                }
                Some(trains.unit_ids.iter().map(|id| of.remove(id).unwrap_or_default()).collect())
            }
        }
    }

    /// What is wrong where a recording is of some cells alone, others are to replay it, and nobody said what these do.
    fn unrecorded(&self, trains: &Trains) -> Option<String> {
        let whole = trains.some_of.filter(|_| self.asked.is_none() && !self.chooses_units)?;
        let missing = self.count() as usize - trains.unit_ids.len();
        let (name, cells) = (&self.own.name, ranged(&trains.unit_ids));
        let named = if cells.starts_with('[') { cells.clone() } else { format!("\"{cells}\"") };
        let in_brackets = cells.trim_matches(['[', ']']);
        (missing > 0).then(|| {
            format!(
                "`{}` has the spikes of {} of the {whole} cells of `{name}` alone: name these, and the others run free, as in \
                 {{\"population\": \"{name}\", \"cells\": {named}}} (--replay {name}[{in_brackets}]=FILE); or say \
                 \"cells\": \"by_id\", and the other {missing} are silent",
                trains.path.display(),
                trains.unit_ids.len(),
            )
        })
    }

    /// A word on cells that have no unit.
    pub fn silent(&self, cells: &[Vec<u32>]) -> Option<String> {
        let mut playing: Vec<u32> = cells.iter().flatten().copied().collect();
        playing.sort_unstable();
        playing.dedup();
        let (count, name) = (self.count(), &self.own.name);
        let silent = count as usize - playing.len();
        (silent > 0).then(|| format!("replay: {silent} of the {count} cells of `{name}` have no unit and are silent"))
    }
}

/// Cells that ascend, as model files name them: a range where they are one.
fn ranged(cells: &[u64]) -> String {
    let step = cells.get(1).map_or(1, |second| second - cells[0]);
    let is_range = cells.windows(2).all(|pair| pair[1] - pair[0] == step);
    match (cells, is_range) {
        ([first, .., last], true) if step == 1 => format!("{first}:{}", last + 1),
        ([first, .., last], true) => format!("{first}:{}:{step}", last + 1),
        _ => {
            let listed: Vec<String> = cells.iter().take(LISTED).map(u64::to_string).collect();
            let more = if cells.len() > LISTED { ", .." } else { "" };
            format!("[{}{more}]", listed.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_model_files_name_them() {
        assert_eq!(ranged(&[20, 21, 22]), "20:23");
        assert_eq!(ranged(&[0, 40, 80]), "0:81:40");
        assert_eq!((ranged(&[7]), ranged(&[])), ("[7]".into(), "[]".into()));
        assert_eq!(ranged(&[0, 3, 7, 8, 9, 10, 11, 12, 13]), "[0, 3, 7, 8, 9, 10, 11, 12, ..]");
    }
}
