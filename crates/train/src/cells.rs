//! The cells of a task: their model, constants, signs and types.

use crate::written_cells::WrittenCells;
use neuropil_core::{Clock, Parameter, did_you_mean};
use neuropil_engine::trial::{TrialCells, TrialError};
use neuropil_model::document::Value;
use neuropil_model::fields::{Fields, Reader};
use neuropil_model::sections::table::Section;
use neuropil_model::sections::task_cells::{Adaptive, AdaptiveCells, TaskCells, models};
use neuropil_model::{constants, is_file};
use neuropil_network::neuron::{Column, Entry, ModelInfo, Output};
use neuropil_plasticity::PseudoDerivative;
use std::path::Path;

/// The cells of a task.
pub(crate) struct Cells {
    own: Own,
    pub count: usize,
    /// −1 inhibits, 1 excites; all 0 without Dale's law.
    pub signs: Vec<i8>,
    pub types: Types,
}

/// What the cells are.
enum Own {
    /// A model of [`models`].
    BuiltIn { entry: &'static Entry, adaptive: AdaptiveCells, parameters: Vec<Column> },
    /// Those of a file.
    Written(Box<WrittenCells>),
}

/// The type of each cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Types {
    /// By cell.
    pub of: Vec<usize>,
    /// By type; their numbers where nothing names them.
    pub names: Vec<String>,
}

/// Reads the section; relative paths begin in `folder`.
pub(crate) fn cells(mut own: Fields, clock: Clock, folder: &Path) -> Option<Cells> {
    let written = own.get("model").is_some_and(|node| matches!(&node.value, Value::String(name) if is_file(name)));
    let known: Vec<&'static Entry> = models().collect();
    let names: Vec<&str> = known.iter().map(|entry| entry.info.name).collect();
    let chosen = if written { None } else { own.required_word("model", &names) };
    let section = TaskCells::fields(&mut own);
    let signs = section.as_ref().and_then(|section| signs(&mut own, section));
    let types = section.as_ref().zip(signs.as_ref()).and_then(|(section, signs)| types(&mut own, section, signs));
    let count = section.map(|section| section.count);
    let number = u32::try_from(count?).unwrap_or(u32::MAX);
    let cells = if written {
        // Of a file that cannot be read no name is known.
        Some(Own::Written(Box::new(WrittenCells::read(&mut own, clock, (folder, number))?)))
    } else {
        built_in(&mut own, known[chosen?], number)
    };
    own.finish();
    Some(Cells { own: cells?, count: count?, signs: signs?, types: types? })
}

/// Cells of a model of [`models`].
fn built_in(own: &mut Fields, entry: &'static Entry, cells: u32) -> Option<Own> {
    own.excludes("adaptive_last", "adaptive");
    let adaptive = AdaptiveCells::fields(own);
    if let Some(adaptive) = adaptive {
        check_adaptive(own, entry.info, adaptive, cells as usize);
    }
    let parameters = constants(own, entry.info.parameters, cells)?;
    Some(Own::BuiltIn { entry, adaptive: adaptive?, parameters })
}

/// Refuses a choice of adapting cells among cells that do not adapt, and of more than there are.
fn check_adaptive(own: &mut Fields, info: &ModelInfo, chosen: AdaptiveCells, cells: usize) {
    let adapts = info.parameters.iter().any(|row| row.symbol == "beta");
    for key in ["adaptive", "adaptive_last"] {
        if !adapts && own.get(key).is_some() {
            let path = own.path_of(key);
            own.reader.fault(&path, format!("has no effect: cells of `{}` do not adapt", info.name));
        }
    }
    if let (true, Some(last)) = (adapts, chosen.adaptive_last)
        && last > cells
    {
        let path = own.path_of("adaptive_last");
        own.reader.fault(&path, format!("found {last}, of {cells} cells"));
    }
}

/// The sign of each cell: the first so many inhibit, or as they are given.
fn signs(own: &mut Fields, &TaskCells { count, inhibitory, .. }: &TaskCells) -> Option<Vec<i8>> {
    own.excludes("signs", "inhibitory");
    let path = own.path_of("signs");
    if let Some(node) = own.get("signs") {
        let values = own.reader.array_of(node, &path, &[("cells", count)])?;
        let sign = |(cell, value): (usize, &f64)| match *value {
            -1.0 => Some(-1),
            1.0 => Some(1),
            other => {
                let message = format!("found {other} of cell {cell}, must be -1 (inhibits) or 1 (excites)");
                own.reader.fault(&path, message);
                None
            }
        };
        return values.iter().enumerate().map(sign).collect();
    }
    if inhibitory > count {
        let path = own.path_of("inhibitory");
        own.reader.fault(&path, format!("found {inhibitory}, of {count} cells"));
        return None;
    }
    let sign = |cell: usize| match (inhibitory, cell < inhibitory) {
        (0, _) => 0,
        (_, true) => -1,
        (_, false) => 1,
    };
    Some((0..count).map(sign).collect())
}

/// The type of each cell: as it is labelled, or neighbours of a sign together.
fn types(own: &mut Fields, section: &TaskCells, signs: &[i8]) -> Option<Types> {
    own.excludes("types", "types_per_sign");
    let path = own.path_of("types");
    let names = type_names(own);
    if let Some(node) = own.get("types") {
        let labels = own.reader.labels_of(node, &path, signs.len())?;
        return labelled(own, &labels, names?);
    }
    if own.get("type_names").is_some() {
        let message = "found names without `types`, the type of each cell";
        own.reader.fault(&own.path_of("type_names"), message);
        return None;
    }
    let count = signs.len();
    let inhibitory = signs.iter().filter(|sign| **sign == -1).count();
    let per_sign = section.types_per_sign;
    let path = own.path_of("types_per_sign");
    let fewest = if inhibitory > 0 { inhibitory.min(count - inhibitory).max(1) } else { count };
    if per_sign > fewest {
        own.reader.fault(&path, format!("found {per_sign}, of {fewest} cells of a sign"));
        return None;
    }
    let is_first = signs[..inhibitory].iter().all(|sign| *sign == -1);
    if !is_first && per_sign > 1 {
        let message = "found beside `signs` of cells in another order than inhibitory ones first: say `types`";
        own.reader.fault(&path, message);
        return None;
    }
    let first = if inhibitory > 0 { per_sign } else { 0 };
    let of = |cell: usize| match (signs[cell] == -1, is_first) {
        (true, true) => cell * per_sign / inhibitory,
        (false, true) => first + (cell - inhibitory) * per_sign / (count - inhibitory),
        (inhibits, false) => usize::from(!inhibits),
    };
    let of: Vec<usize> = (0..count).map(of).collect();
    let last = of.iter().max().copied().unwrap_or(0);
    Some(Types { of, names: (0..=last).map(|number| number.to_string()).collect() })
}

/// The names of types in their order, if they are there.
fn type_names(own: &mut Fields) -> Option<Option<Vec<String>>> {
    let (reader, path) = (own.reader, own.path_of("type_names"));
    let Some(node) = own.get("type_names") else { return Some(None) };
    let mut names: Vec<String> = Vec::new();
    for (index, item) in reader.array(node, &path)?.iter().enumerate() {
        let path = format!("{path}.{index}");
        let name = reader.string(item, &path)?;
        if names.iter().any(|known| known == name) {
            reader.fault(&path, format!("`{name}` stands here twice"));
            return None;
        }
        names.push(name.to_owned());
    }
    Some(Some(names))
}

/// Types of labels: each a name, or its number.
fn labelled(own: &Fields, labels: &[String], names: Option<Vec<String>>) -> Option<Types> {
    let (reader, path) = (own.reader, own.path_of("types"));
    let number = |label: &String| label.parse::<usize>().ok();
    let has_names = names.is_some();
    let names = names.unwrap_or_else(|| {
        let numbers: Option<Vec<usize>> = labels.iter().map(number).collect();
        if let Some(numbers) = numbers {
            let last = numbers.iter().max().copied().unwrap_or(0).min(labels.len());
            return (0..=last).map(|number| number.to_string()).collect();
        }
        let mut seen: Vec<String> = Vec::new();
        labels.iter().for_each(|label| {
            if !seen.contains(label) {
                seen.push(label.clone());
            }
        });
        seen
    });
    let of = |(cell, label): (usize, &String)| {
        let by_name = names.iter().position(|name| name == label);
        let found = by_name.or_else(|| number(label).filter(|number| *number < names.len()));
        if found.is_none() {
            let hint = did_you_mean(label, names.iter().map(String::as_str));
            let known = names.join(", ");
            reader
                .fault(&path, format!("there is no type `{label}`, that of cell {cell}{hint}; the types are {known}"));
        }
        found
    };
    let of: Vec<usize> = labels.iter().enumerate().map(of).collect::<Option<_>>()?;
    if let Some(empty) = (0..names.len()).find(|number| !of.contains(number)) {
        let place = if has_names { own.path_of("type_names") } else { path };
        reader.fault(&place, format!("no cell has the type `{}`", names[empty]));
        return None;
    }
    Some(Types { of, names })
}

/// Whether a cell keeps its β.
fn adapts(own: AdaptiveCells, cell: usize, cells: usize) -> bool {
    match (own.adaptive_last, own.adaptive) {
        (Some(last), _) => cell + last >= cells,
        (None, Adaptive::All) => true,
        (None, Adaptive::Even) => cell.is_multiple_of(2),
        (None, Adaptive::SecondHalf) => cell >= cells / 2,
        (None, Adaptive::None) => false,
    }
}

impl Types {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.names.len()
    }
}

impl Cells {
    /// Whether they send spikes.
    pub fn is_spiking(&self) -> bool {
        match &self.own {
            Own::BuiltIn { entry, .. } => matches!(entry.info.output, Output::Spikes),
            Own::Written(own) => own.is_spiking(),
        }
    }

    /// The text of the file that writes them, if one does.
    pub fn text(&self) -> Option<&str> {
        match &self.own {
            Own::BuiltIn { .. } => None,
            Own::Written(own) => Some(own.text()),
        }
    }

    /// What to do where a step is too coarse for cells of a file, for a message of numbers that are not finite.
    pub fn finer(&self) -> &'static str {
        match self.own {
            Own::BuiltIn { .. } => "",
            Own::Written(_) => {
                "; where the step is too coarse for the cells, finer parts of it help, \
                 `cells.integration`: {\"method\": \"rk4\", \"substeps\": 4}, or a smaller `dt_ms`"
            }
        }
    }

    /// Whether Dale's law holds.
    pub fn is_signed(&self) -> bool {
        self.signs.iter().any(|sign| *sign != 0)
    }

    /// Refuses cells that cannot learn, where the file says what keeps them from it.
    pub fn learn(&self, reader: &Reader, clock: Clock, slope: PseudoDerivative) {
        if let Own::Written(own) = &self.own {
            return own.learn(reader, self.count, slope);
        }
        if let Err(fault) = self.build(clock, slope, 0) {
            reader.fault("cells", fault.reason());
        }
    }

    /// As trials take them; the seed is of random numbers in files.
    pub fn build(&self, clock: Clock, slope: PseudoDerivative, seed: u64) -> Result<TrialCells, TrialError> {
        let (entry, adaptive, parameters) = match &self.own {
            Own::BuiltIn { entry, adaptive, parameters } => (entry, adaptive, parameters),
            Own::Written(own) => return own.build(self.count, slope, seed),
        };
        let column = |(row, own): (&Parameter, &Column)| match row.symbol {
            "beta" => {
                let beta = |cell: usize| if adapts(*adaptive, cell, self.count) { own.value(cell) } else { 0.0 };
                Column::PerCell((0..self.count).map(beta).collect())
            }
            _ => own.clone(),
        };
        let columns: Vec<Column> = entry.info.parameters.iter().zip(parameters).map(column).collect();
        let built = entry.build(&columns, self.count, clock).map_err(|faults| {
            let what: Vec<String> = faults.iter().map(ToString::to_string).collect();
            TrialError::Unfit { what: what.join("; ") }
        })?;
        TrialCells::new(vec![(built, self.count)], slope)
    }
}
