//! What the synapses of one port meet of a cell from equations, and a step back over it.
//!
//! # Equations
//! ```text
//! arriving = b_pᵀ y,     y ← (A + k ψ⁻ c⁻ᵀ)ᵀ y            for the states that arrivals reach and that what is tested depends on
//! ```

use super::record::{MOST_STATES, Number, Part};

/// Numbers of a synapse that are worked on at a time.
const BESIDE: usize = 4;

/// A number that leads from one traced state to another, by their places.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Transition {
    to: usize,
    from: usize,
    number: Number,
}

/// A number of one traced state, by its place.
#[derive(Debug, Clone, Copy, PartialEq)]
struct OfState {
    place: usize,
    number: Number,
}

/// What a spike of the step before adds to a traced state.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Jump {
    to: OfState,
    membrane: bool,
}

/// The numbers of a derivative that the synapses of one port meet.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PortPath {
    /// The states that they have traces in, ascending.
    pub traced: Vec<usize>,
    arrivals: Vec<OfState>,
    transitions: Vec<Transition>,
    jumps: Vec<Jump>,
    seen: Vec<OfState>,
}

/// The gate of the step before, as a step back needs it.
pub(super) struct Before<S> {
    /// ψ⁻.
    pub psi: f64,
    /// c⁻.
    pub seen: S,
    /// Whether the jump of the membrane is followed.
    pub attached: bool,
}

impl PortPath {
    /// Of a port; states are those from which something arrives there leads to what is tested, by structure.
    pub fn of(entries: &[(Part, Number)], states: usize, port: usize) -> Self {
        let traced = traced(entries, states, port);
        let place = |state: usize| traced.iter().position(|own| *own == state);
        let mut path = Self {
            arrivals: Vec::new(),
            transitions: Vec::new(),
            jumps: Vec::new(),
            seen: Vec::new(),
            traced: Vec::new(),
        };
        for (part, number) in entries {
            let number = *number;
            let of_state = |state: usize| place(state).map(|place| OfState { place, number });
            match *part {
                Part::Arrival { to, port: own } if own == port => path.arrivals.extend(of_state(to)),
                Part::Arrival { .. } => {}
                Part::Transition { to, from } => {
                    let pair = place(to).zip(place(from));
                    path.transitions.extend(pair.map(|(to, from)| Transition { to, from, number }));
                }
                Part::Jump { to, membrane, .. } => path.jumps.extend(of_state(to).map(|to| Jump { to, membrane })),
                Part::Seen { from } => path.seen.extend(of_state(from)),
            }
        }
        Self { traced, ..path }
    }

    /// One step back of `adjoint`, `[traced state][number]`; `value` tells a number of the step.
    #[inline(always)]
    pub fn back<S: Fn(Number) -> f64>(
        &self,
        value: impl Fn(Number) -> f64,
        before: &Before<S>,
        adjoint: &mut [f64],
        arriving: &mut [f64],
    ) {
        let width = arriving.len();
        for first in (0..width).step_by(BESIDE) {
            let size = BESIDE.min(width - first);
            let of = |place: usize| place * width + first..place * width + first + size;
            let mut arrived = [0.0; BESIDE];
            let mut next = [[0.0; BESIDE]; MOST_STATES];
            let mut output = [0.0; BESIDE];
            for OfState { place, number } in &self.arrivals {
                add(&mut arrived, value(*number), &adjoint[of(*place)]);
            }
            for Transition { to, from, number } in &self.transitions {
                add(&mut next[*from], value(*number), &adjoint[of(*to)]);
            }
            for Jump { to, membrane } in &self.jumps {
                if before.attached || !membrane {
                    add(&mut output, value(to.number), &adjoint[of(to.place)]);
                }
            }
            for OfState { place, number } in &self.seen {
                let slope = (before.seen)(*number) * before.psi;
                add(&mut next[*place], slope, &output[..size]);
            }
            arriving[first..first + size].copy_from_slice(&arrived[..size]);
            for (place, own) in next.iter().enumerate().take(self.traced.len()) {
                adjoint[of(place)].copy_from_slice(&own[..size]);
            }
        }
    }
}

#[inline(always)]
fn add(to: &mut [f64; BESIDE], factor: f64, from: &[f64]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += factor * from);
}

/// The states that arrivals at a port reach and that what is tested depends on, whatever the numbers are.
fn traced(entries: &[(Part, Number)], states: usize, port: usize) -> Vec<usize> {
    let is = |wanted: &dyn Fn(&Part) -> Option<usize>| {
        let mut found = vec![false; states];
        entries.iter().filter_map(|(part, _)| wanted(part)).for_each(|state| found[state] = true);
        found
    };
    let seen = is(&|part| if let Part::Seen { from } = part { Some(*from) } else { None });
    let jumped = is(&|part| if let Part::Jump { to, .. } = part { Some(*to) } else { None });
    let arrived = is(&|part| match part {
        Part::Arrival { to, port: own } if *own == port => Some(*to),
        _ => None,
    });
    let mut leads = vec![vec![false; states]; states];
    for (from, to) in (0..states).flat_map(|from| (0..states).map(move |to| (from, to))) {
        leads[from][to] = seen[from] && jumped[to];
    }
    for (part, _) in entries {
        if let Part::Transition { to, from } = *part {
            leads[from][to] = true;
        }
    }
    let reached = closure(arrived, |from, to| leads[from][to]);
    let matters = closure(seen, |from, to| leads[to][from]);
    (0..states).filter(|state| reached[*state] && matters[*state]).collect()
}

/// All that can be reached.
fn closure(mut reached: Vec<bool>, leads: impl Fn(usize, usize) -> bool) -> Vec<bool> {
    let states = reached.len();
    let mut open: Vec<usize> = (0..states).filter(|state| reached[*state]).collect();
    while let Some(from) = open.pop() {
        let fresh: Vec<usize> = (0..states).filter(|to| !reached[*to] && leads(from, *to)).collect();
        fresh.iter().for_each(|to| reached[*to] = true);
        open.extend(fresh);
    }
    reached
}
