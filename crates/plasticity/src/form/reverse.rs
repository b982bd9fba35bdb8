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
use crate::rule::{Rule, Slope};
use crate::{Dynamics, Learner, Tape};
use std::ops::Range;

/// dE/dv, dE/da and dE/dI of every cell at the step last swept, `[cell][lane]`.
pub(crate) struct Reverse {
    cells: usize,
    lanes: usize,
    channels: usize,
    c: Vec<f64>,
    h: Vec<f64>,
    /// k of the step last swept, `[channel][cell][lane]`: dE/dI of `lif_exp`.
    k: Vec<f64>,
}

/// Neighbouring cells with the same constants, swept together.
pub(crate) struct Run {
    pub(crate) cells: Range<usize>,
    dynamics: Dynamics,
    mu: f64,
}

/// Cells in runs; `mu` is that of a cell.
pub(crate) fn runs(dynamics: &[Dynamics], mu: impl Fn(usize) -> f64) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (cell, own) in dynamics.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if run.dynamics == *own && run.mu == mu(cell) => run.cells.end = cell + 1,
            _ => runs.push(Run { cells: cell..cell + 1, dynamics: *own, mu: mu(cell) }),
        }
    }
    runs
}

/// Whether Γ goes through the slope of the learning cells; else it is added behind, times μ.
pub(crate) fn goes_through(rule: &Rule) -> bool {
    rule.slope != Slope::MuAndFirstHop
}

/// The learning cells in runs.
pub(crate) fn learning_runs(rule: &Rule, learner: &Learner) -> Vec<Run> {
    runs(&learner.dynamics, |cell| if goes_through(rule) { 0.0 } else { learner.mu[learner.type_id[cell]] })
}

/// Credit of all cells at one step, `[cell][lane]`.
pub(crate) struct Arriving<'a> {
    /// D.
    pub(crate) direct: &'a [f64],
    /// Γ.
    pub(crate) gamma: &'a [f64],
    /// Whether Γ passes through the cell's own slope, as D does. Else it is added behind, times the μ of the run.
    pub(crate) through: bool,
}

impl Reverse {
    pub(crate) fn new(cells: usize, channels: usize, lanes: usize) -> Self {
        let size = cells * lanes;
        Self { cells, lanes, channels, c: vec![0.0; size], h: vec![0.0; size], k: vec![0.0; channels * size] }
    }

    /// k, `[channel][cell][lane]`, of the step last swept.
    #[inline(always)]
    pub(crate) fn k(&self) -> &[f64] {
        &self.k
    }

    /// Sweeps the cells of a run over one step with their true slopes and gates.
    #[inline(always)]
    pub(crate) fn cells(&mut self, run: &Run, tape: &Tape, step: usize, credit: &Arriving<'_>, lanes: usize) {
        let range = run.cells.start * lanes..run.cells.end * lanes;
        let (c, h) = (&mut self.c[range.clone()], &mut self.h[range.clone()]);
        let psi = &tape.psi.step(step)[range.clone()];
        let (direct, gamma) = (&credit.direct[range.clone()], &credit.gamma[range.clone()]);
        let n = psi.len();
        let (c, h, direct, gamma) = (&mut c[..n], &mut h[..n], &direct[..n], &gamma[..n]);
        let [inside, behind] = if credit.through { [1.0, 0.0] } else { [0.0, run.mu] };
        match &run.dynamics {
            Dynamics::Threshold(own) => {
                own.sweep(
                    [c, h, &mut self.k[range.clone()]],
                    #[inline(always)]
                    |i, state| psi[i] * (direct[i] + inside * gamma[i] + state) + behind * gamma[i],
                );
            }
            Dynamics::Rflo { rate } => {
                let k = &mut self.k[range.clone()][..n];
                for i in 0..n {
                    c[i] = direct[i] + gamma[i] + (1.0 - rate) * c[i];
                    k[i] = rate * psi[i] * c[i];
                }
            }
            Dynamics::LifDelta { alpha, reset } => {
                let gates = Gates::new(tape, step, &range);
                let k = &mut self.k[range.clone()][..n];
                for i in 0..n {
                    let back = alpha * (1.0 - gates.held_next(i)) * c[i];
                    c[i] = clamped(psi[i], direct[i] + gamma[i], gates.of_reset(*reset, i), back, gates.z[i]);
                    k[i] = (1.0 - gates.held[i]) * c[i];
                }
            }
            Dynamics::LifExp { alpha, reset, receptors } => {
                let gates = Gates::new(tape, step, &range);
                for (x, receptor) in receptors.iter().enumerate() {
                    let k = &mut self.k[x * self.cells * lanes + range.start..][..n];
                    for i in 0..n {
                        k[i] = receptor.chi * k[i] + receptor.p21 * (1.0 - gates.held_next(i)) * c[i];
                    }
                }
                for i in 0..n {
                    let back = alpha * (1.0 - gates.held_next(i)) * c[i];
                    c[i] = clamped(psi[i], direct[i] + gamma[i], gates.of_reset(*reset, i), back, gates.z[i]);
                }
            }
        }
        self.share(&run.dynamics, range);
    }

    /// Sweeps intermediate cells of a run over one step: `source` = ψ D and `gamma` = Γ of all cells.
    #[inline(always)]
    pub(crate) fn intermediate(&mut self, run: &Run, source: &[f64], gamma: &[f64], lanes: usize) {
        let range = run.cells.start * lanes..run.cells.end * lanes;
        let (source, gamma) = (&source[range.clone()], &gamma[range.clone()]);
        let n = source.len();
        let (c, h) = (&mut self.c[range.clone()][..n], &mut self.h[range.clone()][..n]);
        let (gamma, mu) = (&gamma[..n], run.mu);
        match &run.dynamics {
            Dynamics::Threshold(own) => {
                own.sweep(
                    [c, h, &mut self.k[range.clone()]],
                    #[inline(always)]
                    |i, state| source[i] + mu * (gamma[i] + state),
                );
            }
            Dynamics::Rflo { .. } => unreachable!("no rule with intermediate cells exists for rflo cells"),
            Dynamics::LifDelta { alpha, .. } => {
                let k = &mut self.k[range.clone()][..n];
                for i in 0..n {
                    c[i] = source[i] + mu * gamma[i] + alpha * c[i];
                    k[i] = c[i];
                }
            }
            Dynamics::LifExp { alpha, receptors, .. } => {
                for (x, receptor) in receptors.iter().enumerate() {
                    let k = &mut self.k[x * self.cells * lanes + range.start..][..n];
                    for i in 0..n {
                        k[i] = receptor.chi * k[i] + receptor.p21 * c[i];
                    }
                }
                for i in 0..n {
                    c[i] = source[i] + mu * gamma[i] + alpha * c[i];
                }
            }
        }
        self.share(&run.dynamics, range);
    }

    /// Cells without receptors of their own have the same k in every channel.
    #[inline(always)]
    fn share(&mut self, dynamics: &Dynamics, range: Range<usize>) {
        if self.channels == 2 && !dynamics.is_split() {
            let (first, second) = self.k.split_at_mut(self.cells * self.lanes);
            second[range.clone()].copy_from_slice(&first[range]);
        }
    }
}

impl Threshold {
    /// One step of c, h and k of cells with these constants. `slope` tells ψ o of a place, given what o has of the cell's
    /// own state.
    ///
    /// Two loops, because the compiler proves for few planes only that they do not overlap.
    #[inline(always)]
    fn sweep(&self, [c, h, k]: [&mut [f64]; 3], slope: impl Fn(usize, f64) -> f64) {
        let n = c.len();
        let (c, h, k) = (&mut c[..n], &mut h[..n], &mut k[..n]);
        for i in 0..n {
            k[i] = slope(i, self.g_a * h[i] - self.reset * c[i]);
        }
        for i in 0..n {
            let slope = k[i];
            c[i] = slope + self.alpha * c[i];
            h[i] = -self.beta * slope + self.rho * h[i];
            k[i] = self.g * c[i];
        }
    }
}

#[inline(always)]
fn clamped(psi: f64, lambda: f64, of_reset: f64, back: f64, z: f64) -> f64 {
    psi * (lambda + of_reset * back) + (1.0 - z) * back
}

/// The gates of clamped cells at one step, `[cell][lane]`.
struct Gates<'a> {
    z: &'a [f64],
    v: &'a [f64],
    held: &'a [f64],
    held_next: Option<&'a [f64]>,
}

impl<'a> Gates<'a> {
    #[inline(always)]
    fn new(tape: &'a Tape, step: usize, range: &Range<usize>) -> Self {
        let clamped = tape.clamped.as_ref().expect("checked: clamped cells have their planes");
        let next = (step + 1 < tape.steps()).then(|| &clamped.held.step(step + 1)[range.clone()]);
        Self {
            z: &tape.z.step(step)[range.clone()],
            v: &clamped.v.step(step)[range.clone()],
            held: &clamped.held.step(step)[range.clone()],
            held_next: next,
        }
    }

    /// R of the next step; after the last nothing comes back anyway.
    #[inline(always)]
    fn held_next(&self, i: usize) -> f64 {
        self.held_next.map_or(0.0, |held| held[i])
    }

    #[inline(always)]
    fn of_reset(&self, reset: Reset, i: usize) -> f64 {
        match reset {
            Reset::Detached => 0.0,
            Reset::Attached { v_reset } => v_reset - self.v[i],
        }
    }
}
