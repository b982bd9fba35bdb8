//! What follows of a cell's step and of what its test sees: right for every cell, and slow.
//!
//! The step is linear, so that units in its arguments give the columns of A, k and b.

use super::{BackwardStep, FirstHop, Gate, LocalStep, Planes, Traces, WorthStep};
use nalgebra::{DMatrix, DVector};

/// A, k, b and c at one gate.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Matrices {
    /// `[column][row]`.
    pub(super) a: Vec<Vec<f64>>,
    pub(super) k: Vec<f64>,
    /// `[port][row]`.
    pub(super) b: Vec<Vec<f64>>,
    pub(super) c: Vec<f64>,
}

impl Matrices {
    pub(super) fn of<C: LocalStep + ?Sized>(cell: &C, gate: &Gate<'_>) -> Self {
        let unit = |length: usize, place: usize| {
            let mut all = vec![0.0; length];
            all[place] = 1.0;
            all
        };
        let (states, ports) = (cell.states(), cell.ports());
        let after = |e_before: f64, arriving: &[f64], mut state: Vec<f64>| {
            cell.step(gate, e_before, arriving, &mut state);
            state
        };
        let (silence, rest) = (vec![0.0; ports], vec![0.0; states]);
        Self {
            a: (0..states).map(|state| after(0.0, &silence, unit(states, state))).collect(),
            k: after(1.0, &silence, rest.clone()),
            b: (0..ports).map(|port| after(0.0, &unit(ports, port), rest.clone())).collect(),
            c: (0..states).map(|state| cell.observed(state)).collect(),
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn observed<C: LocalStep + ?Sized>(cell: &C, state: &[f64]) -> f64 {
    state.iter().enumerate().map(|(place, value)| cell.observed(place) * value).sum()
}

pub(super) fn constants<C: LocalStep + ?Sized>(cell: &C) -> Vec<f64> {
    let Matrices { a, k, b, c } = Matrices::of(cell, &Gate::open(1.0));
    [a.concat(), k, b.concat(), c].concat()
}

pub(super) fn transposed<C: LocalStep + ?Sized>(cell: &C, gate: &Gate<'_>, adjoint: &mut [f64]) -> f64 {
    let Matrices { a, k, .. } = Matrices::of(cell, gate);
    let from_output = dot(&k, adjoint);
    let before: Vec<f64> = a.iter().map(|column| dot(column, adjoint)).collect();
    adjoint.copy_from_slice(&before);
    from_output
}

pub(super) fn arrival<C: LocalStep + ?Sized>(cell: &C, gate: &Gate<'_>, port: usize, adjoint: &[f64]) -> f64 {
    let mut arriving = vec![0.0; cell.ports()];
    arriving[port] = 1.0;
    let mut state = vec![0.0; cell.states()];
    cell.step(gate, 0.0, &arriving, &mut state);
    dot(&state, adjoint)
}

pub(super) fn trace<C: LocalStep + ?Sized>(cell: &C, gate: &Gate<'_>, arriving: &[f64], traces: &mut Traces) {
    let width = traces.e.len();
    let slope = cell.output_slope(gate);
    let (mut state, mut arrived) = (vec![0.0; cell.states()], vec![0.0; cell.ports()]);
    for partner in 0..width {
        let of_partner = |planes: &[f64], out: &mut [f64]| {
            out.iter_mut().enumerate().for_each(|(plane, out)| *out = planes[plane * width + partner]);
        };
        of_partner(&traces.state, &mut state);
        of_partner(arriving, &mut arrived);
        cell.step(gate, traces.e[partner], &arrived, &mut state);
        state.iter().enumerate().for_each(|(plane, value)| traces.state[plane * width + partner] = *value);
        let seen = state.iter().enumerate().map(|(place, value)| cell.seen(gate, place) * value);
        traces.linear[partner] = seen.sum();
        traces.e[partner] = slope * traces.linear[partner];
    }
}

pub(super) fn backward<C: LocalStep + ?Sized>(
    cell: &C,
    at: &BackwardStep<'_>,
    adjoint: Planes<'_>,
    arriving: Planes<'_>,
) {
    each_backward(cell, adjoint, arriving, |index, own| {
        let from_output = match at.next_gate(index) {
            Some(next) => cell.transposed(&next, own),
            None => {
                own.fill(0.0);
                0.0
            }
        };
        let (gate, gamma) = (at.gate(index), at.gamma[index]);
        let output = at.direct[index] + at.inside * gamma + from_output;
        (gate, cell.output_slope(&gate) * output + at.behind * gamma)
    });
}

pub(super) fn backward_intermediate<C: LocalStep + ?Sized>(
    cell: &C,
    mu: f64,
    (source, gamma): (&[f64], &[f64]),
    adjoint: Planes<'_>,
    arriving: Planes<'_>,
) {
    each_backward(cell, adjoint, arriving, |index, own| {
        let gate = Gate::open(mu);
        let from_output = cell.transposed(&gate, own);
        (gate, source[index] + mu * (gamma[index] + from_output))
    });
}

/// Every place of the planes: `passed` takes y of the next step to Aᵀ y, and tells the gate and what is credited to cᵀ x.
fn each_backward<'g, C: LocalStep + ?Sized>(
    cell: &C,
    mut adjoint: Planes<'_>,
    mut arriving: Planes<'_>,
    passed: impl Fn(usize, &mut [f64]) -> (Gate<'g>, f64),
) {
    let mut own = vec![0.0; cell.states()];
    for index in 0..adjoint.len() {
        own.iter_mut().enumerate().for_each(|(plane, own)| *own = *adjoint.at(plane, index));
        let (gate, credit) = passed(index, &mut own);
        for (plane, own) in own.iter_mut().enumerate() {
            *own += cell.seen(&gate, plane) * credit;
            *adjoint.at(plane, index) = *own;
        }
        for port in 0..cell.ports() {
            *arriving.at(port, index) = cell.arrival(&gate, port, &own);
        }
    }
}

/// As an open gate shows it: a cell whose gate opens more ways writes them out.
pub(super) fn traced<C: LocalStep + ?Sized>(cell: &C, port: usize) -> Vec<usize> {
    let Matrices { a, k, b, c } = Matrices::of(cell, &Gate::open(1.0));
    let leads = |from: usize, to: usize| a[from][to] != 0.0 || (c[from] != 0.0 && k[to] != 0.0);
    let reached = closure(&b[port], leads);
    let seen = closure(&c, |from, to| leads(to, from));
    (0..c.len()).filter(|state| reached[*state] && seen[*state]).collect()
}

/// The states that can be reached from those that are not 0.
fn closure(start: &[f64], leads: impl Fn(usize, usize) -> bool) -> Vec<bool> {
    let mut reached: Vec<bool> = start.iter().map(|value| *value != 0.0).collect();
    for _ in 0..start.len() {
        for (from, to) in (0..start.len()).flat_map(|from| (0..start.len()).map(move |to| (from, to))) {
            reached[to] |= reached[from] && leads(from, to);
        }
    }
    reached
}

pub(super) fn window<C: LocalStep + ?Sized>(
    cell: &C,
    port: usize,
    (gate, before): (&Gate<'_>, &Gate<'_>),
    adjoint: &mut [f64],
    arriving: &mut [f64],
) {
    let (traced, width) = (cell.traced(port), arriving.len());
    let slope_before = cell.output_slope(before);
    let mut own = vec![0.0; cell.states()];
    for (number, arriving) in arriving.iter_mut().enumerate() {
        own.fill(0.0);
        traced.iter().enumerate().for_each(|(plane, state)| own[*state] = adjoint[plane * width + number]);
        *arriving = cell.arrival(gate, port, &own);
        let from_output = cell.transposed(gate, &mut own);
        for (plane, state) in traced.iter().enumerate() {
            let credit = cell.seen(before, *state) * slope_before * from_output;
            adjoint[plane * width + number] = own[*state] + credit;
        }
    }
}

pub(super) fn worth<C: LocalStep + ?Sized>(
    cell: &C,
    port: usize,
    at: &WorthStep<'_>,
    mut adjoint: Planes<'_>,
    arriving: &mut [f64],
) {
    let traced = cell.traced(port);
    let mut own = vec![0.0; traced.len()];
    for (index, arriving) in arriving.iter_mut().enumerate() {
        let (gate, before) = (at.gate(index), at.gate_before(index));
        for (plane, (own, state)) in own.iter_mut().zip(&traced).enumerate() {
            *own = *adjoint.at(plane, index) + cell.seen(&gate, *state) * gate.psi * at.credit[index];
        }
        cell.window(port, &gate, &before, &mut own, std::slice::from_mut(arriving));
        own.iter().enumerate().for_each(|(plane, own)| *adjoint.at(plane, index) = *own);
    }
}

pub(super) fn lasting<C: LocalStep + ?Sized>(cell: &C, port: usize) -> f64 {
    let Matrices { a, b, c, .. } = Matrices::of(cell, &Gate::open(1.0));
    let states = c.len();
    let kept = DMatrix::from_fn(states, states, |row, column| f64::from(u8::from(row == column)) - a[column][row]);
    let arrived = DVector::from_column_slice(&b[port]);
    kept.lu().solve(&arrived).map_or(f64::INFINITY, |state| dot(state.as_slice(), &c))
}

pub(super) fn first_hop<C: LocalStep + ?Sized>(cell: &C, port: usize) -> FirstHop {
    let (gate, silence) = (Gate::open(1.0), vec![0.0; cell.ports()]);
    let mut arriving = silence.clone();
    arriving[port] = 1.0;
    let mut state = vec![0.0; cell.states()];
    for late in 0..=cell.states() {
        cell.step(&gate, 0.0, &arriving, &mut state);
        arriving.copy_from_slice(&silence);
        let gain = observed(cell, &state);
        if gain != 0.0 {
            return FirstHop { gain, late };
        }
    }
    FirstHop { gain: 0.0, late: 0 }
}

/// The largest |cᵀ Aᵗ u| over units u of the state and a thousand steps from `steps` on, as a share of the largest over the first thousand, of
/// an open gate.
pub(super) fn left_after<C: LocalStep + ?Sized>(cell: &C, steps: u32) -> f64 {
    const FOLLOWED: u32 = 1000;
    let Matrices { a, c, .. } = Matrices::of(cell, &Gate::open(1.0));
    let states = c.len();
    let (once, seen) = (DMatrix::from_fn(states, states, |row, column| a[column][row]), DVector::from_vec(c));
    let share = |start: DVector<f64>, later: DVector<f64>| {
        let most = |mut state: DVector<f64>, steps: u32| {
            let mut most = seen.dot(&state).abs();
            for _ in 0..steps {
                state = &once * state;
                most = most.max(seen.dot(&state).abs());
            }
            most
        };
        let first = most(start, FOLLOWED.min(steps));
        if first > 0.0 { most(later, FOLLOWED) / first } else { 0.0 }
    };
    let late = once.pow(steps);
    let unit = |state| DVector::from_fn(states, |row, _| f64::from(u8::from(row == state)));
    (0..states).map(|state| share(unit(state), &late * unit(state))).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use crate::Dynamics;
    use crate::cell::{LifExp, Receptor, Reset, Threshold};

    /// Closed forms: adaptation fades as ρ, a membrane as α. Would catch a memory that arrivals do not reach at once.
    #[test]
    fn the_slowest_memory_is_what_is_left() {
        let adaptive =
            |beta| Dynamics::Threshold(Threshold { alpha: 0.9, g: 1.0, beta, rho: 0.99, g_a: 1.0, reset: 0.0 });
        let receptors = [Receptor { chi: 0.5, p21: 0.1 }; 2];
        let lif = Dynamics::LifExp(LifExp { alpha: 0.9, reset: Reset::Detached, receptors });
        let close =
            |found: f64, expected: f64| assert!((found / expected - 1.0).abs() < 1e-9, "{found}, expected {expected}");
        close(adaptive(0.1).left_after(300), 0.99_f64.powi(300));
        close(adaptive(0.0).left_after(300), 0.9_f64.powi(300));
        close(lif.left_after(0), 1.0);
        assert!(lif.left_after(100) >= 0.9_f64.powi(100) && lif.left_after(100) < 4.0 * 0.9_f64.powi(100));
    }
}
