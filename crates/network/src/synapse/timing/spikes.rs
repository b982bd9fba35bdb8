//! What the receiving cells of a table did, as far as a synapse may still ask for it.

use super::rule::Numbers;

/// A spike of a receiving cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spike<P> {
    /// When, in steps; [`NONE`] before the first.
    pub step: i64,
    /// What the cell keeps of it.
    pub trace: P,
}

/// The step of what stands before the first spike of a cell: long before anything.
pub(super) const NONE: i64 = i64::MIN / 2;

/// The last spike of a cell that counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Seen<P> {
    /// When; [`NONE`] where there is none.
    pub step: i64,
    /// What the cell keeps of it.
    pub trace: P,
    /// Behind it in the pool.
    pub end: u32,
}

/// Least room of a cell.
const LEAST_ROOM: usize = 4;

/// Where the spikes of a cell lie in the pool.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// What stands before the first.
    start: u32,
    /// The end of its room.
    room: u32,
}

/// Spikes of many cells in one pool, those of a cell one behind the other. A search from the last of them backwards ends at the latest
/// at what stands before the first.
#[derive(Debug, Clone)]
pub(super) struct Spikes<P> {
    pool: Vec<Spike<P>>,
    places: Vec<Place>,
    /// Behind the last spike of each cell: 0 of those that no synapse asks for.
    ends: Vec<u32>,
}

impl<P: Numbers> Spikes<P> {
    /// Of so many cells that never fired; those are kept that are asked for.
    pub(super) fn new(cells: usize, asked: impl Iterator<Item = usize>) -> Self {
        let mut own = Self { pool: Vec::new(), places: vec![Place::default(); cells], ends: vec![0; cells] };
        for cell in asked {
            if own.ends[cell] == 0 {
                own.set(cell, &[]);
            }
        }
        own
    }

    /// The number of cells.
    pub(super) fn cells(&self) -> usize {
        self.ends.len()
    }

    /// Whether a synapse asks for this cell.
    pub(super) fn asks(&self, cell: usize) -> bool {
        self.ends[cell] > 0
    }

    /// All that are kept of a cell, in their order.
    #[inline(always)]
    pub(super) fn of(&self, cell: usize) -> &[Spike<P>] {
        &self.pool[self.places[cell].start as usize + 1..self.ends[cell] as usize]
    }

    /// The last spike of a cell up to a step.
    #[inline(always)]
    pub(super) fn seen(&self, cell: usize, until: i64) -> Seen<P> {
        let mut end = self.ends[cell];
        // Nearly always at once, or after one that is still under way: without a guess of the processor.
        end = end.wrapping_sub(u32::from(self.before(end, 1).step > until));
        while self.before(end, 1).step > until {
            end = end.wrapping_sub(1);
        }
        let last = self.before(end, 1);
        Seen { step: last.step, trace: last.trace, end }
    }

    /// The same of every cell.
    pub(super) fn all_seen(&self, until: i64, seen: &mut Vec<Seen<P>>) {
        seen.clear();
        let of =
            |cell| if self.asks(cell) { self.seen(cell, until) } else { Seen { step: NONE, trace: P::ZERO, end: 0 } };
        seen.extend((0..self.cells()).map(of));
    }

    /// The last before an end, or the one before that ...
    #[inline(always)]
    pub(super) fn before(&self, end: u32, back: u32) -> &Spike<P> {
        &self.pool[end.wrapping_sub(back) as usize]
    }

    /// The step of such a one, where there is one.
    #[inline(always)]
    pub(super) fn step_before(&self, end: u32, back: u32) -> i64 {
        self.pool.get(end.wrapping_sub(back) as usize).map_or(NONE, |spike| spike.step)
    }

    /// Adds a spike of a cell that is asked for.
    pub(super) fn push(&mut self, cell: usize, spike: Spike<P>) {
        if self.ends[cell] == self.places[cell].room {
            let own = self.of(cell).to_vec();
            self.place(cell, &own, 2 * own.len() + LEAST_ROOM);
        }
        self.pool[self.ends[cell] as usize] = spike;
        self.ends[cell] += 1;
    }

    /// Puts spikes in the place of those of a cell.
    pub(super) fn set(&mut self, cell: usize, spikes: &[Spike<P>]) {
        self.place(cell, spikes, spikes.len() + LEAST_ROOM);
    }

    /// Gives a cell new room, at the end of the pool.
    fn place(&mut self, cell: usize, spikes: &[Spike<P>], room: usize) {
        let none = Spike { step: NONE, trace: P::ZERO };
        let start = self.pool.len();
        self.pool.push(none);
        self.pool.extend_from_slice(spikes);
        let end = self.pool.len();
        self.pool.resize(start + 1 + room, none);
        let number = |place: usize| u32::try_from(place).expect("fewer than 2^32 spikes are kept");
        self.places[cell] = Place { start: number(start), room: number(self.pool.len()) };
        self.ends[cell] = number(end);
    }

    /// Forgets spikes up to a step, but for the last of each cell: the next presynaptic spike meets its trace.
    pub(super) fn forget(&mut self, step: i64) {
        let old = std::mem::take(&mut self.pool);
        self.pool.reserve(old.len());
        for cell in 0..self.ends.len() {
            let (Place { start, .. }, end) = (self.places[cell], self.ends[cell]);
            if end > 0 {
                let own = &old[start as usize + 1..end as usize];
                let past = own.partition_point(|spike| spike.step <= step).saturating_sub(1);
                // As many again may come until the next time.
                self.place(cell, &own[past..], own.len() + LEAST_ROOM);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Beside lists of each cell: spikes of many cells that come in any order, some forgotten now and then. Would catch room of one
    /// cell that another writes to, a spike that is lost as room grows, and one too many that is forgotten.
    #[test]
    fn a_pool_is_many_lists() {
        let mut pool = Spikes::<[f64; 1]>::new(5, [0, 1, 3, 4, 1].into_iter());
        let mut lists: Vec<Vec<(i64, f64)>> = vec![Vec::new(); 5];
        let (mut state, mut seen) = (1_u64, Vec::new());
        for step in 0..2000_i64 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let cell = [0, 1, 1, 3, 3, 3, 3, 1][(state >> 61) as usize];
            pool.push(cell, Spike { step, trace: [f64::from(i32::try_from(step).unwrap()) + 0.5] });
            lists[cell].push((step, f64::from(i32::try_from(step).unwrap()) + 0.5));
            if step % 300 == 299 {
                pool.forget(step - 40);
                for own in &mut lists {
                    let past = own.iter().filter(|spike| spike.0 <= step - 40).count();
                    own.drain(..past.saturating_sub(1));
                }
            }
            for (cell, own) in lists.iter().enumerate().filter(|(cell, _)| *cell != 2) {
                let found: Vec<(i64, f64)> = pool.of(cell).iter().map(|spike| (spike.step, spike.trace[0])).collect();
                assert_eq!(&found, own);
                for until in [step, step - 1, step - 2, step - 7] {
                    let found = pool.seen(cell, until);
                    let Seen { step, end, .. } = found;
                    let last = own.iter().rev().find(|spike| spike.0 <= until).map_or(NONE, |spike| spike.0);
                    assert_eq!([step, pool.before(end, 1).step, pool.step_before(end, 1)], [last; 3]);
                    pool.all_seen(until, &mut seen);
                    assert_eq!(seen[cell], found);
                }
            }
        }
        assert!(!pool.asks(2) && pool.asks(4) && pool.of(4).is_empty());
    }
}
