//! Some cells of a population.

use std::ops::Range;
use std::sync::Arc;

/// Cells of one population by their indices in it, ascending, each once. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellSet(Arc<[u32]>);

/// Two neighbours of a list that do not ascend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("found {second} after {first}: cells of a set ascend, each once")]
pub struct Disorder {
    /// Where the second stands.
    pub index: usize,
    /// The first.
    pub first: u32,
    /// The one after it.
    pub second: u32,
}

impl CellSet {
    /// The set of these cells.
    ///
    /// # Errors
    /// The first pair of neighbours that does not ascend.
    pub fn new(cells: impl Into<Arc<[u32]>>) -> Result<Self, Disorder> {
        let cells = cells.into();
        match (1..cells.len()).find(|&index| cells[index - 1] >= cells[index]) {
            Some(index) => Err(Disorder { index, first: cells[index - 1], second: cells[index] }),
            None => Ok(Self(cells)),
        }
    }

    /// Number of cells.
    pub fn len(&self) -> u32 {
        u32::try_from(self.0.len()).expect("indices are below 2^32, each once")
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The cells.
    pub fn cells(&self) -> &[u32] {
        &self.0
    }

    /// Cell number `place` of the set.
    #[inline]
    pub fn at(&self, place: u32) -> u32 {
        self.0[place as usize]
    }

    /// The place of a cell in the set, if it is there.
    pub fn place(&self, cell: u32) -> Option<u32> {
        self.0.binary_search(&cell).ok().and_then(|place| u32::try_from(place).ok())
    }

    /// Whether a cell is there.
    pub fn contains(&self, cell: u32) -> bool {
        self.0.binary_search(&cell).is_ok()
    }

    /// The places of those among `cells`.
    pub fn places(&self, cells: Range<u32>) -> Range<u32> {
        let place = |end: u32| u32::try_from(self.0.partition_point(|&cell| cell < end)).unwrap_or(u32::MAX);
        place(cells.start)..place(cells.end)
    }

    /// The cells that are in both sets.
    pub fn shared(&self, other: &Self) -> impl Iterator<Item = u32> {
        self.0.iter().copied().filter(|cell| other.contains(*cell))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(cells: &[u32]) -> CellSet {
        CellSet::new(cells).unwrap()
    }

    #[test]
    fn what_does_not_ascend_is_no_set() {
        assert_eq!(CellSet::new([1, 5, 3]).unwrap_err(), Disorder { index: 2, first: 5, second: 3 });
        assert_eq!(CellSet::new([4, 4]).unwrap_err().to_string(), "found 4 after 4: cells of a set ascend, each once");
        assert!(CellSet::new([]).unwrap().is_empty());
    }

    #[test]
    fn places_and_cells_are_inverse() {
        let own = set(&[2, 3, 7, 11]);
        assert!((0..4).all(|place| own.place(own.at(place)) == Some(place)));
        assert_eq!((own.len(), own.place(4), own.contains(7), own.contains(8)), (4, None, true, false));
        for (cells, places) in [(0..2, 0..0), (0..3, 0..1), (3..8, 1..3), (8..100, 3..4), (12..13, 4..4)] {
            assert_eq!(own.places(cells), places);
        }
        assert_eq!(own.shared(&set(&[0, 3, 11, 12])).collect::<Vec<_>>(), [3, 11]);
    }
}
