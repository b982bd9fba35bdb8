//! Which edits are of one thing, and when one ends the other.

use super::{EditFault, FOR_GOOD, Intervention};
use neuropil_core::{CellSet, Clock};

/// What helps edits of one thing that begin together.
const TOGETHER: &str = "say both at once, or let one begin a step later (advance a simulation between the two)";
/// What helps edits of things that are the same in part, of which the first has no end.
const APART: &str = "end that with `until_ms`, or edit exactly what it edits, which ends it";
/// What helps an edit of what is gone for good.
const GONE: &str = "what was added has vanished then: let this end where that begins";

/// What an edit changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Thing<'e> {
    /// Something of cells of a population (or of those that an input reaches).
    Cells { what: usize, population: usize, cells: Option<&'e CellSet> },
    /// What a receptor of a cell type says.
    Receptor { cell_type: usize, receptor: usize },
    /// How a species spreads, vanishes and is released.
    Species { species: usize },
    /// Weights of synapses.
    Synapses { projection: usize, from: Option<&'e CellSet>, to: Option<&'e CellSet> },
    /// Sums of the weights of a projection.
    Sums { projection: usize },
}

impl Thing<'_> {
    /// Whether an edit of both at a time would be one of the same thing, in part at least.
    fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Cells { what, population, cells }, Self::Cells { what: w, population: p, cells: c }) => {
                what == w && population == p && share(*cells, *c)
            }
            (Self::Synapses { projection, from, to }, Self::Synapses { projection: p, from: f, to: t }) => {
                projection == p && share(*from, *f) && share(*to, *t)
            }
            (Self::Receptor { .. }, Self::Receptor { .. })
            | (Self::Species { .. }, Self::Species { .. })
            | (Self::Sums { .. }, Self::Sums { .. }) => self == other,
            _ => false,
        }
    }
}

fn share(a: Option<&CellSet>, b: Option<&CellSet>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.shared(b).next().is_some(),
        (Some(own), None) | (None, Some(own)) => !own.is_empty(),
        (None, None) => true,
    }
}

/// Whether `later`, which begins after `own`, ends it: `own` has no end, and both are of exactly the same thing.
fn ends(own: &Intervention, later: &Intervention) -> bool {
    own.end().is_none() && own.from < later.from && own.edit.thing().is_some() && own.edit.thing() == later.edit.thing()
}

/// Interventions whose ends are those that they have.
pub(super) fn ended(list: &[Intervention]) -> Vec<Intervention> {
    let end = |own: &Intervention| list.iter().filter(|later| ends(own, later)).map(|later| later.from).min();
    list.iter().map(|own| Intervention { until: own.until.or_else(|| end(own)), ..own.clone() }).collect()
}

/// Adds one to interventions with their ends.
pub(super) fn add(list: &mut Vec<Intervention>, own: Intervention, clock: Clock) -> Result<(), EditFault> {
    let before: Vec<(usize, u64)> =
        list.iter().enumerate().filter(|(_, other)| ends(other, &own)).map(|(index, _)| (index, own.from)).collect();
    for (index, from) in &before {
        list[*index].until = Some(*from);
    }
    if let Some(fault) = overlaps(list, &own, clock) {
        before.iter().for_each(|(index, _)| list[*index].until = None);
        return Err(fault);
    }
    list.push(own);
    Ok(())
}

/// Edits that are of one thing at one time: the index of the later in the list.
pub(super) fn faults(list: &[Intervention], clock: Clock) -> Vec<(usize, EditFault)> {
    let ended = ended(list);
    let each = ended.iter().enumerate();
    each.filter_map(|(index, own)| Some((index, overlaps(&ended[..index], own, clock)?))).collect()
}

/// Whether one of `others`, which have their ends, is of the same thing at the same time.
fn overlaps(others: &[Intervention], own: &Intervention, clock: Clock) -> Option<EditFault> {
    let thing = own.edit.thing()?;
    let at_a_time = |other: &&Intervention| {
        own.end().is_none_or(|end| other.from < end) && other.end().is_none_or(|end| own.from < end)
    };
    let meets = |other: &&Intervention| other.edit.thing().is_some_and(|other| thing.meets(&other));
    let other = others.iter().filter(at_a_time).find(meets)?;
    let until = match other.end() {
        None => "on".into(),
        Some(FOR_GOOD) => "on for good".into(),
        Some(until) => format!("to {} ms", clock.time_ms(until)),
    };
    let remedy = if own.edit.thing() == other.edit.thing() && other.from == own.from {
        TOGETHER
    } else if other.end() == Some(FOR_GOOD) {
        GONE
    } else if other.end().is_some() {
        "let it begin where that ends, or end where that begins"
    } else {
        APART
    };
    Some(EditFault::Overlap { from_ms: clock.time_ms(other.from), until, remedy })
}

#[cfg(test)]
mod tests {
    use super::super::{Edit, Silence};
    use super::*;

    fn silence(from: u64, until: Option<u64>, cells: Option<&[u32]>) -> Intervention {
        let cells = cells.map(|cells| CellSet::new(cells).unwrap());
        Intervention { from, until, edit: Edit::Silence(Silence { population: 0, cells }) }
    }

    fn faulty(list: &[Intervention]) -> Vec<usize> {
        faults(list, Clock::new(0.1).unwrap()).into_iter().map(|own| own.0).collect()
    }

    /// Would catch an edit that another ends although it has an end, and edits of other cells taken for the same.
    #[test]
    fn the_same_thing_ends_what_has_no_end() {
        let open = [silence(5, None, Some(&[1, 2])), silence(9, Some(12), Some(&[1, 2]))];
        assert_eq!((ended(&open)[0].until, faulty(&open)), (Some(9), vec![]));
        assert_eq!(faulty(&[silence(5, Some(10), None), silence(9, Some(12), None)]), [1]);
        assert_eq!(faulty(&[silence(5, Some(9), None), silence(9, Some(12), None)]), Vec::<usize>::new());
        assert_eq!(faulty(&[silence(5, None, Some(&[1, 2])), silence(9, None, Some(&[2, 3]))]), [1]);
        assert_eq!(faulty(&[silence(5, None, Some(&[1, 2])), silence(9, None, Some(&[3]))]), Vec::<usize>::new());
        assert_eq!(faulty(&[silence(5, None, None), silence(5, None, None)]), [1]);
    }

    /// What is refused leaves the list as it was.
    #[test]
    fn an_edit_is_added_or_nothing_changes() {
        let clock = Clock::new(0.1).unwrap();
        let mut list = vec![silence(5, None, None), silence(20, Some(30), None)];
        let before = list.clone();
        assert!(add(&mut list, silence(9, None, None), clock).is_err(), "it would still be in force at 20");
        assert_eq!(list, before);
        add(&mut list, silence(9, Some(15), None), clock).unwrap();
        assert_eq!((list.len(), list[0].until), (3, Some(9)));
    }
}
