//! Cells backward in time: from credit at a cell's output to credit at its arrivals.
//!
//! # Equations
//! With λ = D + Γ, s = 1 for an attached reset, k = dE/d(arrivals):
//! ```text
//! threshold  o = λ + g_a h⁺ − r c⁺,   c = ψ o + α c⁺,   h = −β ψ o + ρ h⁺,   k = g c
//! rflo       c = λ + (1 − 1/τ) c⁺,    k = (1/τ) ψ c
//! lif_delta  back = α (1 − R⁺) c⁺,    c = ψ (λ + s (v_reset − v) back) + (1 − z) back,   k = (1 − R) c
//! lif_exp    the same c,   k_x = χ_x k_x⁺ + P21_x (1 − R⁺) c⁺
//! ```
//! Intermediate cells of the rules with μ have μ in place of ψ in front of Γ and of their own state, ψ D as a source, and
//! no gates (1 − R), (1 − z), no reset to v_reset.

use crate::cells::{Reset, Threshold};
use crate::{Dynamics, Tape};

/// dE/dv, dE/da and dE/dI of every cell at the step last swept, `[cell][lane]`.
pub(crate) struct Reverse {
    lanes: usize,
    cells: usize,
    channels: usize,
    c: Vec<f64>,
    h: Vec<f64>,
    /// k of the step last swept, `[channel][cell][lane]`: dE/dI of `lif_exp`.
    k: Vec<f64>,
}

/// Credit that a cell gets at one step; rows over lanes.
pub(crate) struct Arriving<'a> {
    /// Passes through the cell's own slope.
    pub(crate) through: &'a [f64],
    /// Is added after the slope; `after` times it.
    pub(crate) beyond: &'a [f64],
    /// What multiplies `beyond`.
    pub(crate) after: f64,
}

impl Reverse {
    pub(crate) fn new(cells: usize, channels: usize, lanes: usize) -> Self {
        let size = cells * lanes;
        Self { lanes, cells, channels, c: vec![0.0; size], h: vec![0.0; size], k: vec![0.0; channels * size] }
    }

    /// k, `[channel][cell][lane]`, of the step last swept.
    #[inline(always)]
    pub(crate) fn k(&self) -> &[f64] {
        &self.k
    }

    /// Sweeps one cell over one step with its true slope and gates.
    #[inline(always)]
    pub(crate) fn cell(&mut self, dynamics: &Dynamics, tape: &Tape, [step, cell]: [usize; 2], credit: &Arriving<'_>) {
        let range = cell * self.lanes..(cell + 1) * self.lanes;
        let (c, h) = (&mut self.c[range.clone()], &mut self.h[range.clone()]);
        let psi = &tape.psi.row(step, cell)[..self.lanes];
        let (c, h) = (&mut c[..self.lanes], &mut h[..self.lanes]);
        let lanes = 0..self.lanes;
        let (through, beyond) = (&credit.through[..self.lanes], &credit.beyond[..self.lanes]);
        match dynamics {
            Dynamics::Threshold(own) => {
                let k = &mut self.k[range][..self.lanes];
                for lane in lanes {
                    let state = through[lane] + own.g_a * h[lane] - own.reset * c[lane];
                    let slope = psi[lane] * state + credit.after * beyond[lane];
                    advance_threshold(own, slope, &mut c[lane], &mut h[lane], &mut k[lane]);
                }
            }
            Dynamics::Rflo { rate } => {
                let k = &mut self.k[range][..self.lanes];
                for lane in lanes {
                    c[lane] = through[lane] + (1.0 - rate) * c[lane];
                    k[lane] = rate * psi[lane] * c[lane];
                }
            }
            Dynamics::LifDelta { alpha, reset } => {
                let gates = Gates::new(tape, step, cell);
                let k = &mut self.k[range][..self.lanes];
                for lane in lanes {
                    let back = alpha * (1.0 - gates.held_next(lane)) * c[lane];
                    c[lane] = clamped(psi[lane], through[lane], gates.of_reset(*reset, lane), back, gates.z[lane]);
                    k[lane] = (1.0 - gates.held[lane]) * c[lane];
                }
            }
            Dynamics::LifExp { alpha, reset, receptors } => {
                let gates = Gates::new(tape, step, cell);
                for (x, receptor) in receptors.iter().enumerate() {
                    let first = (x * self.cells + cell) * self.lanes;
                    let k = &mut self.k[first..first + self.lanes][..self.lanes];
                    for lane in lanes.clone() {
                        k[lane] = receptor.chi * k[lane] + receptor.p21 * (1.0 - gates.held_next(lane)) * c[lane];
                    }
                }
                for lane in lanes {
                    let back = alpha * (1.0 - gates.held_next(lane)) * c[lane];
                    c[lane] = clamped(psi[lane], through[lane], gates.of_reset(*reset, lane), back, gates.z[lane]);
                }
            }
        }
        self.share(dynamics, cell);
    }

    /// Sweeps one intermediate cell over one step: `source` = ψ D, `gamma` = Γ.
    #[inline(always)]
    pub(crate) fn intermediate(&mut self, dynamics: &Dynamics, cell: usize, mu: f64, source: &[f64], gamma: &[f64]) {
        let range = cell * self.lanes..(cell + 1) * self.lanes;
        let (c, h) = (&mut self.c[range.clone()], &mut self.h[range.clone()]);
        let (source, gamma) = (&source[..self.lanes], &gamma[..self.lanes]);
        let (c, h) = (&mut c[..self.lanes], &mut h[..self.lanes]);
        match dynamics {
            Dynamics::Threshold(own) => {
                let k = &mut self.k[range][..self.lanes];
                for lane in 0..self.lanes {
                    let state = gamma[lane] + own.g_a * h[lane] - own.reset * c[lane];
                    advance_threshold(own, source[lane] + mu * state, &mut c[lane], &mut h[lane], &mut k[lane]);
                }
            }
            Dynamics::Rflo { .. } => unreachable!("no rule with intermediate cells exists for rflo cells"),
            Dynamics::LifDelta { alpha, .. } => {
                let k = &mut self.k[range][..self.lanes];
                for lane in 0..self.lanes {
                    c[lane] = source[lane] + mu * gamma[lane] + alpha * c[lane];
                    k[lane] = c[lane];
                }
            }
            Dynamics::LifExp { alpha, receptors, .. } => {
                for (x, receptor) in receptors.iter().enumerate() {
                    let first = (x * self.cells + cell) * self.lanes;
                    let k = &mut self.k[first..first + self.lanes][..self.lanes];
                    for lane in 0..self.lanes {
                        k[lane] = receptor.chi * k[lane] + receptor.p21 * c[lane];
                    }
                }
                for lane in 0..self.lanes {
                    c[lane] = source[lane] + mu * gamma[lane] + alpha * c[lane];
                }
            }
        }
        self.share(dynamics, cell);
    }

    /// A cell without receptors of its own has the same k in every channel.
    #[inline(always)]
    fn share(&mut self, dynamics: &Dynamics, cell: usize) {
        if self.channels == 2 && !dynamics.is_split() {
            let (first, second) = self.k.split_at_mut(self.cells * self.lanes);
            let range = cell * self.lanes..(cell + 1) * self.lanes;
            second[range.clone()].copy_from_slice(&first[range]);
        }
    }
}

#[inline(always)]
fn advance_threshold(own: &Threshold, slope: f64, c: &mut f64, h: &mut f64, k: &mut f64) {
    *c = slope + own.alpha * *c;
    *h = -own.beta * slope + own.rho * *h;
    *k = own.g * *c;
}

#[inline(always)]
fn clamped(psi: f64, lambda: f64, of_reset: f64, back: f64, z: f64) -> f64 {
    psi * (lambda + of_reset * back) + (1.0 - z) * back
}

/// The gates of one clamped cell at one step; rows over lanes.
struct Gates<'a> {
    z: &'a [f64],
    v: &'a [f64],
    held: &'a [f64],
    held_next: Option<&'a [f64]>,
}

impl<'a> Gates<'a> {
    #[inline(always)]
    fn new(tape: &'a Tape, step: usize, cell: usize) -> Self {
        let clamped = tape.clamped.as_ref().expect("checked: clamped cells have their planes");
        let next = (step + 1 < tape.steps()).then(|| clamped.held.row(step + 1, cell));
        Self {
            z: tape.z.row(step, cell),
            v: clamped.v.row(step, cell),
            held: clamped.held.row(step, cell),
            held_next: next,
        }
    }

    /// R of the next step; after the last nothing comes back anyway.
    #[inline(always)]
    fn held_next(&self, lane: usize) -> f64 {
        self.held_next.map_or(0.0, |held| held[lane])
    }

    #[inline(always)]
    fn of_reset(&self, reset: Reset, lane: usize) -> f64 {
        match reset {
            Reset::Detached => 0.0,
            Reset::Attached { v_reset } => v_reset - self.v[lane],
        }
    }
}
