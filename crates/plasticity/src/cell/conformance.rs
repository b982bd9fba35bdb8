//! What every cell that learns must satisfy, whoever wrote it: [`check`].
//!
//! # Equations
//! ```text
//! ⟨A x + k e + Σ b_p u_p, y⟩ = ⟨x, Aᵀ y⟩ + e kᵀ y + Σ u_p b_pᵀ y
//! step(p + q) = step(p) + step(q),   step(s p) = s step(p)
//! ```
//! and what a cell writes out is what is derived of its step: traces, both sweeps backward, windows, gain and first hop.

use super::{BackwardStep, Gate, LocalStep, Planes, Record, Traces, WorthStep, derived};
use crate::tape::{Clamped, Plane, Records, Tape};

/// Steps, and cells side by side, that sweeps are compared over.
const STEPS: usize = 12;
const SIDE_BY_SIDE: usize = 3;
/// Partners, or numbers of a synapse.
const WIDTH: usize = 4;

/// Checks one cell.
///
/// # Errors
/// What deviates by more than 10⁻¹² relative, and by how much.
pub fn check(cell: &impl LocalStep) -> Result<(), String> {
    let mut draws = Draws(1);
    for _ in 0..20 {
        linear(cell, &mut draws)?;
        transposed(cell, &mut draws)?;
        traces(cell, &mut draws)?;
        windows(cell, &mut draws)?;
        worths(cell, &mut draws)?;
    }
    backward(cell, &mut draws)?;
    intermediate(cell, &mut draws)?;
    for port in 0..cell.ports() {
        same("the lasting gain", &[cell.lasting(port)], &[derived::lasting(cell, port)])?;
        let (found, expected) = (cell.first_hop(port), derived::first_hop(cell, port));
        same("the first hop", &[found.gain, found.late as f64], &[expected.gain, expected.late as f64])?;
        let (found, expected) = (cell.traced(port), derived::traced(cell, port));
        if found != expected {
            return Err(format!("{}: traced states of port {port} are {found:?}, not {expected:?}", cell.kind()));
        }
    }
    Ok(())
}

/// Uniform numbers in −1..1.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    fn many(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.next()).collect()
    }

    fn flag(&mut self) -> f64 {
        f64::from(u8::from(self.next() > 0.4))
    }

    fn gate<'a>(&mut self, cell: &impl LocalStep, numbers: &'a mut GateNumbers) -> Gate<'a> {
        *numbers = GateNumbers { tested_before: [self.next()], numbers: self.many(cell.recorded()) };
        let record = if numbers.numbers.is_empty() { Record::NONE } else { Record::new(&numbers.numbers, 1, 0) };
        let tested_before = &numbers.tested_before;
        Gate { psi: self.next().abs(), z_before: self.flag(), refractory: self.flag(), tested_before, record }
    }
}

/// What a gate refers to.
#[derive(Default)]
struct GateNumbers {
    tested_before: [f64; 1],
    numbers: Vec<f64>,
}

fn same(what: &str, found: &[f64], expected: &[f64]) -> Result<(), String> {
    let size = expected.iter().fold(1.0, |most: f64, value| most.max(value.abs()));
    let off = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let fits = found.len() == expected.len() && off <= 1e-12 * size;
    if fits { Ok(()) } else { Err(format!("{what}: {found:?}, expected {expected:?} (off by {off:.1e})")) }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn linear(cell: &impl LocalStep, draws: &mut Draws) -> Result<(), String> {
    let mut numbers = GateNumbers::default();
    let gate = draws.gate(cell, &mut numbers);
    let mut drawn = || (draws.next(), draws.many(cell.ports()), draws.many(cell.states()));
    let (p, q, factor) = (drawn(), drawn(), 0.7);
    let after = |e_before: f64, arriving: &[f64], state: &[f64]| {
        let mut state = state.to_vec();
        cell.step(&gate, e_before, arriving, &mut state);
        state
    };
    let sum = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a + factor * b).collect::<Vec<f64>>();
    let together = after(p.0 + factor * q.0, &sum(&p.1, &q.1), &sum(&p.2, &q.2));
    same("a step of a sum", &together, &sum(&after(p.0, &p.1, &p.2), &after(q.0, &q.1, &q.2)))
}

fn transposed(cell: &impl LocalStep, draws: &mut Draws) -> Result<(), String> {
    let mut numbers = GateNumbers::default();
    let gate = draws.gate(cell, &mut numbers);
    let (e_before, arriving) = (draws.next(), draws.many(cell.ports()));
    let (x, y) = (draws.many(cell.states()), draws.many(cell.states()));
    let mut after = x.clone();
    cell.step(&gate, e_before, &arriving, &mut after);
    let arrived: f64 = (0..cell.ports()).map(|port| arriving[port] * cell.arrival(&gate, port, &y)).sum();
    let mut back = y.clone();
    let from_output = cell.transposed(&gate, &mut back);
    same("<Ax, y> and <x, A'y>", &[dot(&after, &y)], &[dot(&x, &back) + e_before * from_output + arrived])
}

fn traces(cell: &impl LocalStep, draws: &mut Draws) -> Result<(), String> {
    let (mut found, mut expected) = (Traces::new(cell, WIDTH), Traces::new(cell, WIDTH));
    for _ in 0..STEPS {
        let mut numbers = GateNumbers::default();
        let gate = draws.gate(cell, &mut numbers);
        let arriving = draws.many(cell.ports() * WIDTH);
        cell.trace(&gate, &arriving, &mut found);
        derived::trace(cell, &gate, &arriving, &mut expected);
        same("traces", &found.state, &expected.state)?;
        same("what is tested", &found.linear, &expected.linear)?;
        same("e", &found.e, &expected.e)?;
    }
    Ok(())
}

fn windows(cell: &impl LocalStep, draws: &mut Draws) -> Result<(), String> {
    for port in 0..cell.ports() {
        let [mut numbers, mut numbers_before] = [GateNumbers::default(), GateNumbers::default()];
        let gate = draws.gate(cell, &mut numbers);
        let before = draws.gate(cell, &mut numbers_before);
        let mut found = draws.many(cell.traced(port).len() * WIDTH);
        let mut expected = found.clone();
        let mut arriving = [[0.0; WIDTH]; 2];
        cell.window(port, &gate, &before, &mut found, &mut arriving[0]);
        derived::window(cell, port, (&gate, &before), &mut expected, &mut arriving[1]);
        same("a window's step", &found, &expected)?;
        same("a window's arrivals", &arriving[0], &arriving[1])?;
    }
    Ok(())
}

fn worths(cell: &impl LocalStep, draws: &mut Draws) -> Result<(), String> {
    let flags = |draws: &mut Draws| -> Vec<u8> { (0..SIDE_BY_SIDE).map(|_| u8::from(draws.next() > 0.4)).collect() };
    let records = [(); 2].map(|()| draws.many(cell.recorded() * SIDE_BY_SIDE));
    let (fired_before, refractory) = (flags(draws), flags(draws));
    let [psi, psi_before, tested_before, credit] = [(); 4].map(|()| draws.many(SIDE_BY_SIDE));
    let at = WorthStep {
        psi: &psi,
        psi_before: &psi_before,
        fired_before: &fired_before,
        refractory: &refractory,
        tested_before: &tested_before,
        credit: &credit,
        records: [0, 1].map(|own: usize| match records[own].is_empty() {
            true => Record::NONE,
            false => Record::new(&records[own], SIDE_BY_SIDE, 0),
        }),
    };
    for port in 0..cell.ports() {
        let mut found = draws.many(cell.traced(port).len() * SIDE_BY_SIDE);
        let mut expected = found.clone();
        let mut arriving = [[0.0; SIDE_BY_SIDE]; 2];
        let planes = |own| Planes::new(own, SIDE_BY_SIDE, 0..SIDE_BY_SIDE);
        cell.worth(port, &at, planes(&mut found), &mut arriving[0]);
        derived::worth(cell, port, &at, planes(&mut expected), &mut arriving[1]);
        same("what arrivals are worth", &arriving[0], &arriving[1])?;
        same("worth of traces", &found, &expected)?;
    }
    Ok(())
}

/// What cells side by side did, spikes and refractory steps at random.
fn tape(cell: &impl LocalStep, draws: &mut Draws) -> Tape {
    let numbers = Plane::from_fn(STEPS, cell.recorded() * SIDE_BY_SIDE, 1, |_, _, _| draws.next());
    let records = if cell.recorded() > 0 { vec![Records { cells: 0..SIDE_BY_SIDE, numbers }] } else { Vec::new() };
    let mut plane = |value: fn(&mut Draws) -> f64| Plane::from_fn(STEPS, SIDE_BY_SIDE, 1, |_, _, _| value(draws));
    Tape {
        x: Plane::zeros(STEPS, 0, 1).into(),
        z: plane(Draws::flag),
        psi: plane(|draws| draws.next().abs()),
        clamped: Some(Clamped { v: plane(Draws::next), refractory: plane(Draws::flag) }),
        records,
    }
}

fn backward(cell: &impl LocalStep, draws: &mut Draws) -> Result<(), String> {
    let tape = tape(cell, draws);
    let mut found = [vec![0.0; cell.adjoint_planes() * SIDE_BY_SIDE], vec![0.0; cell.ports() * SIDE_BY_SIDE]];
    let mut expected = [vec![0.0; cell.states() * SIDE_BY_SIDE], found[1].clone()];
    let range = 0..SIDE_BY_SIDE;
    for step in (0..STEPS).rev() {
        let (direct, gamma) = (draws.many(SIDE_BY_SIDE), draws.many(SIDE_BY_SIDE));
        let (inside, behind) = (1.0, 0.0);
        let at =
            BackwardStep { tape: &tape, step, range: range.clone(), direct: &direct, gamma: &gamma, inside, behind };
        let [state, arriving] = &mut found;
        let planes = [state, arriving].map(|own| Planes::new(own, SIDE_BY_SIDE, range.clone()));
        let [adjoint, arriving] = planes;
        cell.backward(&at, adjoint, arriving);
        let [state, arriving] = &mut expected;
        let [adjoint, arriving] = [state, arriving].map(|own| Planes::new(own, SIDE_BY_SIDE, range.clone()));
        derived::backward(cell, &at, adjoint, arriving);
        same("credit at arrivals", &found[1], &expected[1])?;
    }
    Ok(())
}

/// Of cells that some rule takes as intermediate ones: those whose e is ψ times what is tested.
fn intermediate(cell: &impl LocalStep, draws: &mut Draws) -> Result<(), String> {
    let mu = 0.3;
    if cell.output_slope(&Gate::open(mu)) != mu {
        return Ok(());
    }
    let mut found = [vec![0.0; cell.adjoint_planes() * SIDE_BY_SIDE], vec![0.0; cell.ports() * SIDE_BY_SIDE]];
    let mut expected = [vec![0.0; cell.states() * SIDE_BY_SIDE], found[1].clone()];
    for _ in 0..STEPS {
        let (source, gamma) = (draws.many(SIDE_BY_SIDE), draws.many(SIDE_BY_SIDE));
        let [state, arriving] = &mut found;
        let [adjoint, arriving] = [state, arriving].map(|own| Planes::new(own, SIDE_BY_SIDE, 0..SIDE_BY_SIDE));
        cell.backward_intermediate(mu, &source, &gamma, adjoint, arriving);
        let [state, arriving] = &mut expected;
        let [adjoint, arriving] = [state, arriving].map(|own| Planes::new(own, SIDE_BY_SIDE, 0..SIDE_BY_SIDE));
        derived::backward_intermediate(cell, mu, (&source, &gamma), adjoint, arriving);
        same("credit at arrivals of intermediate cells", &found[1], &expected[1])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dynamics;
    use crate::cell::recorded::{Number, Part, Pattern};
    use crate::cell::{LifDelta, LifExp, Linear, Receptor, Recorded, Reset, Rflo, Threshold};

    fn cells() -> Vec<Dynamics> {
        let threshold = Threshold { alpha: 0.8, g: 0.7, beta: 0.4, rho: 0.9, g_a: 0.6, reset: 0.5 };
        let receptors = [Receptor { chi: 0.5, p21: 0.6 }, Receptor { chi: 0.7, p21: 0.4 }];
        let mut cells = vec![
            Dynamics::Threshold(threshold),
            Dynamics::Threshold(Threshold { beta: 0.0, ..threshold }),
            Dynamics::Rflo(Rflo { rate: 0.3 }),
        ];
        for reset in [Reset::Detached, Reset::Attached { v_reset: -0.3 }] {
            cells.push(Dynamics::LifDelta(LifDelta { alpha: 0.8, reset }));
            cells.push(Dynamics::LifExp(LifExp { alpha: 0.8, reset, receptors }));
        }
        let linear: Vec<Dynamics> = cells.iter().map(|cell| Dynamics::Linear(Linear::of(cell))).collect();
        cells.extend(linear);
        cells.extend([false, true].map(|attached| Dynamics::Recorded(recorded(attached))));
        cells
    }

    /// Three states, two ports, numbers that vary and numbers that do not.
    fn recorded(attached: bool) -> Recorded {
        let number =
            |place: usize| if place.is_multiple_of(3) { Number::Fixed(place / 3) } else { Number::Recorded(place % 7) };
        let transitions = [(0, 0), (0, 1), (0, 2), (1, 1), (2, 0), (2, 2)];
        let mut parts: Vec<Part> =
            transitions.iter().map(|(to, from)| Part::Transition { to: *to, from: *from }).collect();
        parts.extend([(1, 0), (2, 1), (0, 1)].map(|(to, port)| Part::Arrival { to, port }));
        parts.extend([0, 2].map(|from| Part::Seen { from }));
        parts.push(Part::Jump { to: 0, membrane: true, constant: false });
        parts.push(Part::Jump { to: 2, membrane: false, constant: true });
        let entries: Vec<_> = parts.into_iter().enumerate().map(|(place, part)| (part, number(place))).collect();
        let pattern = Pattern::new([3, 2], entries, Number::Fixed(0), 7);
        let start = [0.3, 0.4, -0.2, 0.5, 0.1, 0.6, 0.2];
        Recorded::new(pattern.into(), vec![0.5, -0.3, 0.7, 0.9, 0.4].into(), &start, attached, false)
    }

    /// Every cell. Would catch a loop that is not the transposed of the step, a gate of the wrong step, a reset that is
    /// followed in intermediate cells, and a state that a synapse has no trace in.
    #[test]
    fn every_cell_is_what_its_step_says() {
        for cell in cells() {
            check(&cell).unwrap_or_else(|fault| panic!("{}: {fault}", cell.kind()));
        }
    }

    /// A cell that is wrong in one place. Would catch a kit that compares a thing with itself.
    #[test]
    fn a_wrong_loop_is_told() {
        #[derive(Debug)]
        struct Wrong(LifDelta);
        impl LocalStep for Wrong {
            fn kind(&self) -> &'static str {
                "wrong"
            }
            fn states(&self) -> usize {
                1
            }
            fn step(&self, gate: &Gate<'_>, e_before: f64, arriving: &[f64], state: &mut [f64]) {
                self.0.step(gate, e_before, arriving, state);
            }
            fn observed(&self, _: usize) -> f64 {
                1.0
            }
            fn transposed(&self, gate: &Gate<'_>, adjoint: &mut [f64]) -> f64 {
                adjoint[0] *= (1.0 - gate.refractory) * self.0.alpha;
                0.0
            }
        }
        let fault = check(&Wrong(LifDelta { alpha: 0.8, reset: Reset::Detached })).unwrap_err();
        assert!(fault.contains("<Ax, y>"), "{fault}");
    }

    /// Without leak arrivals are forgotten at once, or pass the current alone; without memory they pass once. By hand.
    #[test]
    fn what_forgets() {
        for cell in cells().into_iter().filter(|cell| !matches!(cell, Dynamics::Recorded(_))) {
            for port in 0..cell.ports() {
                let hop = cell.first_hop(port);
                let [leaky, forgetful] = [Linear::of(&cell).without_leak(), Linear::of(&cell).without_memory()];
                let expected = match &cell {
                    Dynamics::LifExp(own) => own.receptors[port].p21 / (1.0 - own.receptors[port].chi),
                    _ => hop.gain,
                };
                if !matches!(cell, Dynamics::Linear(_)) {
                    assert!((leaky.lasting(port) - expected).abs() < 1e-12, "{}", cell.kind());
                }
                assert!((forgetful.lasting(port) - hop.gain).abs() < 1e-12, "{}", cell.kind());
                assert_eq!(forgetful.first_hop(port), hop);
            }
        }
    }
}
