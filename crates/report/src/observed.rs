//! When cells were observed: no spikes where nobody looked is no silence.

use crate::Window;

/// When the cells of a population were observed.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Observed {
    /// All of them, throughout.
    #[default]
    Throughout,
    /// Each in stretches of its own, (from, to) in ms, in order and apart.
    Each(Vec<Vec<[f64; 2]>>),
}

impl Observed {
    /// How long a cell was observed in a window, ms.
    pub fn of_cell_ms(&self, cell: u64, window: Window) -> f64 {
        match self {
            Self::Throughout => window.duration_ms(),
            Self::Each(_) => self.stretches(cell).iter().map(|stretch| overlap_ms(*stretch, window)).sum(),
        }
    }

    /// How long `cells` cells were observed in a window, ms, all added up.
    pub fn of_all_ms(&self, cells: u64, window: Window) -> f64 {
        match self {
            Self::Throughout => window.duration_ms() * cells as f64,
            Self::Each(_) => (0..cells).map(|cell| self.of_cell_ms(cell, window)).sum(),
        }
    }

    /// How many of `cells` cells were observed in a window at all.
    pub fn seen(&self, cells: u64, window: Window) -> u64 {
        match self {
            Self::Throughout => cells,
            Self::Each(_) => (0..cells).filter(|&cell| self.of_cell_ms(cell, window) > 0.0).count() as u64,
        }
    }

    /// Whether a cell was observed from one time to another without a gap.
    pub fn is_without_gap(&self, cell: u64, from_ms: f64, to_ms: f64) -> bool {
        match self {
            Self::Throughout => true,
            Self::Each(_) => self.stretches(cell).iter().any(|[from, to]| *from <= from_ms && to_ms <= *to),
        }
    }

    /// Whether the cells that a window holds at all were observed throughout a part of it.
    pub(crate) fn is_whole(&self, cells: u64, window: Window, [from_ms, to_ms]: [f64; 2]) -> bool {
        let left_out = |cell| self.of_cell_ms(cell, window) == 0.0 || self.is_without_gap(cell, from_ms, to_ms);
        *self == Self::Throughout || (0..cells).all(left_out)
    }

    fn stretches(&self, cell: u64) -> &[[f64; 2]] {
        match self {
            Self::Throughout => &[],
            Self::Each(all) => usize::try_from(cell).ok().and_then(|cell| all.get(cell)).map_or(&[], Vec::as_slice),
        }
    }
}

fn overlap_ms([from, to]: [f64; 2], window: Window) -> f64 {
    (to.min(window.to_ms()) - from.max(window.from_ms())).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_what_stretch_and_window_share() {
        let observed = Observed::Each(vec![vec![[0.0, 40.0], [60.0, 100.0]], vec![[0.0, 100.0]], Vec::new()]);
        let window = Window::new(30.0, 80.0).unwrap();
        assert_eq!([0, 1, 2, 9].map(|cell| observed.of_cell_ms(cell, window)), [30.0, 50.0, 0.0, 0.0]);
        assert_eq!((observed.of_all_ms(3, window), observed.seen(3, window)), (80.0, 2));
        assert!(observed.is_without_gap(0, 60.0, 100.0) && !observed.is_without_gap(0, 39.0, 61.0));
        // The third cell, which was never seen, hinders nobody; the first one does.
        assert!(observed.is_whole(3, window, [60.0, 80.0]) && !observed.is_whole(3, window, [35.0, 45.0]));
        assert_eq!(Observed::Throughout.of_all_ms(3, window), 150.0);
    }
}
