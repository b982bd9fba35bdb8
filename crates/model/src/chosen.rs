//! Populations, and parts of them: what a file has chosen.

use neuropil_core::CellSet;

/// Some cells of a population, before it is known how many it has at the scale of the run, and where they are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cells {
    /// All.
    All,
    /// From, up to and without, every so manieth.
    Range { from: u32, end: u32, step: u32 },
    /// These.
    These(CellSet),
    /// Those whose place lies in [from, to) um along each axis that is given.
    Where([Option<[f64; 2]>; 3]),
}

/// A population, or some of its cells.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chosen {
    /// Its index.
    pub population: usize,
    /// Which of its cells.
    pub cells: Cells,
    /// Where the file says so.
    pub path: String,
}

impl Cells {
    /// Whether these are all cells, whatever their number.
    pub fn is_all(&self) -> bool {
        *self == Cells::All
    }

    /// How many these are of `cells`; `None` where that depends on places.
    pub fn count(&self, cells: u32) -> Option<u32> {
        match self {
            Cells::All => Some(cells),
            Cells::Range { from, end, step } => Some(cells.min(*end).saturating_sub(*from).div_ceil(*step)),
            Cells::These(these) => Some(these.places(0..cells).len().try_into().unwrap_or(u32::MAX)),
            Cells::Where(_) => None,
        }
    }

    /// Those that a population of `cells` cells at `places` has; `None` for all of it.
    pub fn of(&self, cells: u32, places: Option<&[[f64; 3]]>) -> Option<CellSet> {
        let these: Vec<u32> = match self {
            Cells::All => return None,
            Cells::Range { from, end, step } => (*from..cells.min(*end)).step_by(*step as usize).collect(),
            Cells::These(these) => these.cells().iter().copied().filter(|&cell| cell < cells).collect(),
            Cells::Where(bounds) => {
                let inside = |place: &[f64; 3]| {
                    bounds.iter().zip(place).all(|(own, x)| own.is_none_or(|[from, to]| (from..to).contains(x)))
                };
                let places = (0..cells).zip(places.unwrap_or_default());
                places.filter(|(_, place)| inside(place)).map(|(cell, _)| cell).collect()
            }
        };
        (these.len() < cells as usize).then(|| CellSet::new(these).expect("taken in their order"))
    }

    /// The same as indices.
    pub fn indices(&self, cells: u32, places: Option<&[[f64; 3]]>) -> Vec<u32> {
        self.of(cells, places).map_or_else(|| (0..cells).collect(), |own| own.cells().to_vec())
    }
}
