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

/// Whether `later`, which begins after `own`, ends it: `own` has no end, and the item of `later` edits all that the item of `own` does.
fn ends(own: &Intervention, later: &Intervention, list: &[Intervention]) -> bool {
    let is_same = |a: &Intervention, b: &Intervention| a.edit.thing().is_some() && a.edit.thing() == b.edit.thing();
    let parts = |whole: &Intervention| {
        let (item, from) = (whole.item, whole.from);
        list.iter().filter(move |part| part.item == item && part.from == from)
    };
    own.end().is_none()
        && own.from < later.from
        && is_same(own, later)
        && parts(own).all(|part| parts(later).any(|other| is_same(part, other)))
}

/// `own` with the end that it has because of others of a list.
fn with_end<'l>(
    own: &Intervention,
    later: impl Iterator<Item = &'l Intervention>,
    list: &[Intervention],
) -> Intervention {
    let until = own.until.or_else(|| later.filter(|later| ends(own, later, list)).map(|later| later.from).min());
    Intervention { until, ..own.clone() }
}

/// Interventions whose ends are those that they have.
pub(super) fn ended(list: &[Intervention]) -> Vec<Intervention> {
    list.iter().map(|own| with_end(own, list.iter(), list)).collect()
}

/// Interventions with their ends, and the parts of one item more.
pub(super) fn added(
    list: &[Intervention],
    own: Vec<Intervention>,
    clock: Clock,
) -> Result<Vec<Intervention>, EditFault> {
    let known = list.len();
    let mut all = list.to_vec();
    all.extend(own);
    let before: Vec<Intervention> = list.iter().map(|own| with_end(own, all[known..].iter(), &all)).collect();
    all.splice(..known, before);
    match (known..all.len()).find_map(|index| overlaps(&all[..index], &all[index], clock)) {
        Some(fault) => Err(fault),
        None => Ok(all),
    }
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
        Intervention { from, until, edit: Edit::Silence(Silence { population: 0, cells }), item: 0 }
    }

    /// Of whole populations, as one item.
    fn populations(item: usize, from: u64, until: Option<u64>, populations: &[usize]) -> Vec<Intervention> {
        let own = |population: &usize| Edit::Silence(Silence { population: *population, cells: None });
        populations.iter().map(|population| Intervention { from, until, edit: own(population), item }).collect()
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

    /// An item is ended as a whole or not at all, in files and in running networks. Would catch a part of an item that another ends, so that what
    /// is said of the item were wrong; items that begin together and are taken for one; a wider edit that ends nothing.
    #[test]
    fn an_item_is_ended_as_a_whole() {
        let clock = Clock::new(0.1).unwrap();
        let both = populations(0, 5, None, &[0, 1]);
        for (later, ends) in [
            (populations(1, 9, Some(12), &[0]), None),
            (populations(1, 9, Some(12), &[1]), None),
            (populations(1, 9, Some(12), &[0, 1]), Some(9)),
            (populations(1, 9, Some(12), &[2, 1, 0]), Some(9)),
        ] {
            let list = [both.clone(), later.clone()].concat();
            assert_eq!(faulty(&list).is_empty(), ends.is_some(), "{later:?}");
            assert!(ended(&list)[..2].iter().all(|own| own.until == ends));
            let live = added(&both, later.clone(), clock);
            assert_eq!(live.ok().map(|list| list[0].until), ends.map(Some));
        }
        let alone =
            [populations(0, 5, None, &[0]), populations(1, 5, None, &[1]), populations(2, 9, None, &[1])].concat();
        assert_eq!(faulty(&alone), Vec::<usize>::new());
        assert_eq!(ended(&alone).iter().map(|own| own.until).collect::<Vec<_>>(), [None, Some(9), None]);
    }

    #[test]
    fn an_edit_is_added_or_refused() {
        let clock = Clock::new(0.1).unwrap();
        let list = [silence(5, None, None), silence(20, Some(30), None)];
        let of = |own: Intervention| added(&list, vec![Intervention { item: 1, ..own }], clock);
        assert!(of(silence(9, None, None)).is_err(), "it would still be in force at 20");
        let next = of(silence(9, Some(15), None)).unwrap();
        assert_eq!((next.len(), next[0].until), (3, Some(9)));
    }
}
