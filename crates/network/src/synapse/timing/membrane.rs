//! The membranes of the receiving cells of a table, as far as a synapse may still ask for them.

use super::rule::{Numbers, Watched};
use super::state::Past;

/// What low passes keep of each cell at the ends of the last steps: a ring of planes, one a step, of one entry a cell. Before the
/// start of the run all cells were as they are at its start.
#[derive(Debug, Clone)]
pub(super) struct Membranes<V> {
    cells: usize,
    /// How long before a step the earlier of the two lies that are seen, steps.
    lag: u64,
    /// Planes of the ring; none where nobody watches.
    count: u64,
    /// The step of the newest plane; `None` before the start of the run is told.
    newest: Option<u64>,
    planes: Vec<V>,
}

/// The membranes of all cells, as they are seen at a step; empty where nobody watches.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'m, V> {
    now: &'m [V],
    earlier: &'m [V],
}

impl<V: Numbers> View<'_, V> {
    /// That of one.
    #[inline(always)]
    pub(super) fn of(&self, cell: usize) -> Watched<V> {
        if const { V::COUNT == 0 } {
            return Watched { now: V::ZERO, earlier: V::ZERO };
        }
        Watched { now: self.now[cell], earlier: self.earlier[cell] }
    }
}

impl<V: Numbers> Membranes<V> {
    /// Of so many cells, at any of the last `reach` steps; they are to be told of the start of the run first.
    pub(super) fn new(cells: usize, lag: u64, reach: u64) -> Self {
        let count = remembered::<V>(lag, reach);
        let planes = usize::try_from(count).ok().and_then(|count| count.checked_mul(cells));
        let planes = planes.expect("memory was reckoned before");
        Self { cells, lag, count, newest: None, planes: vec![V::ZERO; planes] }
    }

    /// Bytes of the ring.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.planes)
    }

    /// The entries of a step, which may lie before the start.
    #[inline(always)]
    fn plane(&self, step: i64) -> usize {
        let place = step.rem_euclid(self.count.cast_signed());
        usize::try_from(place).unwrap_or(0) * self.cells
    }

    /// Adds a step, of the potential of each cell at its end; `low_pass` makes an entry of it and of the one before.
    pub(super) fn add(&mut self, step: u64, v_m: &[f64], low_pass: impl Fn(Option<&V>, f64) -> V) {
        if self.count == 0 {
            return;
        }
        if self.newest.is_none() {
            let start: Vec<V> = v_m.iter().map(|v_m| low_pass(None, *v_m)).collect();
            self.planes.chunks_exact_mut(self.cells.max(1)).for_each(|plane| plane.copy_from_slice(&start));
        } else {
            let (from, to) = (self.plane(step.cast_signed() - 1), self.plane(step.cast_signed()));
            for (cell, v_m) in v_m.iter().enumerate() {
                self.planes[to + cell] = low_pass(Some(&self.planes[from + cell]), *v_m);
            }
        }
        self.newest = Some(step);
    }

    /// What is seen of all cells at a step.
    #[inline(always)]
    pub(super) fn at(&self, step: i64) -> View<'_, V> {
        if const { V::COUNT == 0 } {
            return View { now: &[], earlier: &[] };
        }
        let plane = |step| {
            let first = self.plane(step);
            &self.planes[first..first + self.cells]
        };
        View { now: plane(step), earlier: plane(step - self.lag.cast_signed()) }
    }

    /// Puts what is kept to its places among that of all receiving cells.
    pub(super) fn save(&self, first_cell: usize, membranes: &mut [Past]) {
        let Some(newest) = self.newest else { return };
        let steps: Vec<u64> = (newest.saturating_sub(self.count.saturating_sub(1))..=newest).collect();
        let planes: Vec<usize> = steps.iter().map(|step| self.plane(step.cast_signed())).collect();
        for (cell, past) in membranes.iter_mut().skip(first_cell).take(self.cells).enumerate() {
            let mut traces = Vec::with_capacity(planes.len() * V::COUNT);
            planes.iter().for_each(|plane| traces.extend_from_slice(self.planes[plane + cell].numbers()));
            *past = Past { steps: steps.clone(), traces };
        }
    }

    /// Takes it back.
    pub(super) fn load(&mut self, first_cell: usize, membranes: &[Past]) {
        for (cell, past) in membranes.iter().skip(first_cell).take(self.cells).enumerate() {
            let entries = past.traces.chunks_exact(V::COUNT.max(1)).map(|own| V::of(own).unwrap_or(V::ZERO));
            let mut entries = past.steps.iter().zip(entries).peekable();
            // Nobody knew of a cell that no synapse reached then, and nobody asks for it.
            let Some((_, oldest)) = entries.peek().copied() else { continue };
            self.planes.iter_mut().skip(cell).step_by(self.cells).for_each(|own| *own = oldest);
            for (step, entry) in entries {
                let place = self.plane(step.cast_signed()) + cell;
                self.planes[place] = entry;
            }
            self.newest = past.steps.last().copied();
        }
    }
}

/// A low pass of first order, on the grid of time. It is exact for a potential that is linear within a step.
#[derive(Debug, Clone, Copy)]
pub struct LowPass {
    left: f64,
    /// Of the potential at the beginning and at the end of a step.
    first: f64,
    last: f64,
}

impl LowPass {
    /// With a time constant and a step, ms.
    pub fn new(tau_ms: f64, dt_ms: f64) -> Self {
        let (left, gone) = ((-dt_ms / tau_ms).exp(), -(-dt_ms / tau_ms).exp_m1());
        let mean = gone * tau_ms / dt_ms;
        Self { left, first: mean - left, last: 1.0 - mean }
    }

    /// Its value after a step, in which what it follows has gone from one value to another.
    #[inline(always)]
    pub fn after(self, before: f64, [from, to]: [f64; 2]) -> f64 {
        self.left * before + (self.first * from + self.last * to)
    }
}

/// How many steps of a membrane a synapse may ask for, back from now: those of the low passes of a model, and twice the longest delay;
/// none where nobody watches.
pub(super) fn remembered<V: Numbers>(lag: u64, reach: u64) -> u64 {
    if V::COUNT > 0 { lag + reach + 1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// dū/dt = (u − ū)/τ of u = u₀ + s t from ū₀ on: ū = u₀ + s (t − τ) + (ū₀ − u₀ + s τ) e^{−t/τ}. Would catch the weights of both ends changed
    /// with one another, and a time constant that is a rate.
    #[test]
    fn a_line_is_followed_exactly() {
        for (tau, dt) in [(7.0, 0.1), (0.3, 0.5), (500.0, 0.1)] {
            let (pass, start, slope, mut low) = (LowPass::new(tau, dt), -60.0, 3.0, -71.0);
            let u = |step: u32| start + slope * dt * f64::from(step);
            for step in 0..400 {
                low = pass.after(low, [u(step), u(step + 1)]);
                let t = dt * f64::from(step + 1);
                let exact = start + slope * (t - tau) + (-71.0 - start + slope * tau) * (-t / tau).exp();
                assert!((low - exact).abs() < 1e-10, "{tau} ms, {t} ms: {low}, not {exact}");
            }
        }
    }

    /// Beside a list of all steps. Would catch a ring that is a plane too short, and cells that read each other.
    #[test]
    fn a_ring_is_a_list() {
        let (lag, reach) = (3, 5);
        let mut ring = Membranes::<[f64; 1]>::new(2, lag, reach);
        let sum = |before: Option<&[f64; 1]>, v_m: f64| [before.map_or(0.0, |own| 0.5 * own[0]) + v_m];
        let v_m = |step: u64, cell: u32| f64::from(u32::try_from(step * step % 17).unwrap()) - 40.0 * f64::from(cell);
        let mut list = Vec::new();
        for step in 0..40_u64 {
            let now = [v_m(step, 0), v_m(step, 1)];
            ring.add(step, &now, sum);
            let before: Option<&[[f64; 1]; 2]> = list.last();
            list.push([0, 1].map(|cell| sum(before.map(|own| &own[cell]), now[cell])));
            let of = |step: i64, cell: usize| list[usize::try_from(step).unwrap_or(0)][cell];
            for (back, cell) in (0..=reach.cast_signed()).flat_map(|back| [(back, 0), (back, 1)]) {
                let at = step.cast_signed() - back;
                let Watched { now, earlier } = ring.at(at).of(cell);
                assert_eq!((now, earlier), (of(at, cell), of(at - 3, cell)), "{at}");
            }
            let mut pasts = vec![Past::default(); 3];
            ring.save(1, &mut pasts);
            let mut again = Membranes::<[f64; 1]>::new(2, lag, reach);
            again.load(1, &pasts);
            assert!(again.planes == ring.planes || step < lag + reach, "{step}");
            let back = step.cast_signed() - 5;
            assert_eq!(again.at(back).of(1), ring.at(back).of(1));
        }
    }
}
