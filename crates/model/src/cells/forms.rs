//! The forms in which cells of a population are named: a count, a range, a list, a condition.

use super::Cells;
use crate::document::{Node, Value, join};
use crate::fields::{Reader, brief, described, shown};
use crate::model::PopulationSpec;
use neuropil_core::CellSet;

/// The fields of a condition on places.
const AXES: [&str; 3] = ["x_um", "y_um", "z_um"];

const HERE: &str = "a number of cells, a range as in \"0:100\" or \"0:100:2\", a list of indices, or a condition as in {\"x_um\": [0, 100]}";

/// Some cells of a population.
pub(crate) fn cells(reader: &Reader<'_>, node: &Node, path: &str, own: &PopulationSpec) -> Option<Cells> {
    let count = own.cells;
    match &node.value {
        Value::Number(_, Some(first)) => match u32::try_from(*first) {
            Ok(end @ 1..) if end <= count => Some(Cells::Range { from: 0, end, step: 1 }),
            _ => {
                let name = &own.name;
                reader.fault(
                    path,
                    format!("found {first}, must be between 1 and {count}, the number of cells of `{name}`"),
                );
                None
            }
        },
        Value::String(text) => range(text, own).map_err(|fault| reader.fault(path, fault)).ok(),
        Value::Array(_) => list(reader, node, path, own),
        Value::Object(_) => condition(reader, node, path, own),
        other => {
            reader.fault(path, format!("found {}, expected {HERE}", described(other)));
            None
        }
    }
}

/// `"from:end"` or `"from:end:step"`; ends that are left out are those of the population.
fn range(text: &str, own: &PopulationSpec) -> Result<Cells, String> {
    let (name, count) = (&own.name, own.cells);
    let wrong = |what: &str| format!("found \"{}\", {what}", brief(text));
    let parts: Vec<&str> = text.split(':').map(str::trim).collect();
    let number = |text: &str, default: u32| match text {
        "" => Ok(default),
        _ if text.bytes().all(|byte| byte.is_ascii_digit()) => Ok(text.parse().unwrap_or(u32::MAX)),
        _ => Err(wrong("expected a range of whole numbers >= 0, as in \"0:100\" or \"0:100:2\"")),
    };
    let (from, end, step) = match parts.as_slice() {
        [from, end] => (number(from, 0)?, number(end, count)?, 1),
        [from, end, step] => (number(from, 0)?, number(end, count)?, number(step, 1)?),
        _ => return Err(wrong("expected a range, as in \"0:100\" or \"0:100:2\"")),
    };
    if end > count {
        return Err(wrong(&format!(
            "but `{name}` has {count} cells, numbered from 0: a range ends at {count} at most"
        )));
    }
    if from >= end || step == 0 {
        return Err(wrong("which is no cell: expected FROM below END, and a step of 1 at least"));
    }
    Ok(if (from, end, step) == (0, count, 1) { Cells::All } else { Cells::Range { from, end, step } })
}

fn list(reader: &Reader<'_>, node: &Node, path: &str, own: &PopulationSpec) -> Option<Cells> {
    let asked = reader.wholes(node, path)?;
    if asked.is_empty() {
        reader.fault(path, format!("no cell is chosen: expected {HERE}"));
        return None;
    }
    let mut chosen = Vec::with_capacity(asked.len());
    for (index, cell) in asked.into_iter().enumerate() {
        match u32::try_from(cell) {
            Ok(cell) if cell < own.cells => chosen.push(cell),
            _ => {
                let (count, name) = (own.cells, &own.name);
                let message = format!("found {cell}, but `{name}` has {count} cells, numbered from 0");
                reader.fault(&join(path, &index.to_string()), message);
                return None;
            }
        }
    }
    match CellSet::new(chosen) {
        Ok(these) => Some(Cells::These(these)),
        Err(fault) => {
            reader.fault(&join(path, &fault.index.to_string()), fault.to_string());
            None
        }
    }
}

fn condition(reader: &Reader<'_>, node: &Node, path: &str, own: &PopulationSpec) -> Option<Cells> {
    let mut fields = reader.object(node, path, "condition")?;
    let mut bounds = [None; 3];
    let mut sound = true;
    for (own, axis) in bounds.iter_mut().zip(AXES) {
        let path = fields.path_of(axis);
        let Some(node) = fields.get(axis) else { continue };
        match reader.numbers(node, &path).as_deref() {
            Some(&[from, to]) if from < to => *own = Some([from, to]),
            None => sound = false,
            Some(found) => {
                let found: Vec<String> = found.iter().map(|x| shown(*x)).collect();
                let found = found.join(", ");
                reader.fault(&path, format!("found [{found}], expected [from, to] in um, from below to"));
                sound = false;
            }
        }
    }
    fields.finish();
    if sound && bounds == [None; 3] {
        reader.fault(path, "expected one of `x_um`, `y_um`, `z_um` inside");
        return None;
    }
    if own.placement.is_none() {
        reader.fault(path, format!("a condition on places, but `{}` has no `positions`", own.name));
        return None;
    }
    sound.then_some(Cells::Where(bounds))
}
