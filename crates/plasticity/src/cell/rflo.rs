//! Cells of RFLO, `rflo_tanh`: a rate behind a leak.
//!
//! # Equations
//! ```text
//! P ← (1 − 1/τ) P + (1/τ) ψ pre,   e = P                                               (ψ = 1 − tanh² u)
//! ```

use super::{BackwardStep, Gate, LocalStep, Planes, Traces};

/// Constants of `rflo_tanh`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rflo {
    /// dt/τ.
    pub rate: f64,
}

impl LocalStep for Rflo {
    fn kind(&self) -> &'static str {
        "`rflo_tanh` cells"
    }

    #[inline(always)]
    fn states(&self) -> usize {
        1
    }

    fn step(&self, gate: &Gate<'_>, _: f64, arriving: &[f64], state: &mut [f64]) {
        state[0] = (1.0 - self.rate) * state[0] + self.rate * gate.psi * arriving[0];
    }

    #[inline(always)]
    fn observed(&self, _: usize) -> f64 {
        1.0
    }

    #[inline(always)]
    fn output_slope(&self, _: &Gate<'_>) -> f64 {
        1.0
    }

    fn constants(&self) -> Vec<f64> {
        vec![self.rate]
    }

    #[inline(always)]
    fn trace(&self, gate: &Gate<'_>, arriving: &[f64], traces: &mut Traces) {
        let Traces { state, linear, e } = traces;
        for i in 0..e.len() {
            state[i] = (1.0 - self.rate) * state[i] + self.rate * gate.psi * arriving[i];
            linear[i] = state[i];
            e[i] = state[i];
        }
    }

    #[inline(always)]
    fn backward(&self, at: &BackwardStep<'_>, adjoint: Planes<'_>, arriving: Planes<'_>) {
        let psi = at.psi();
        let n = psi.len();
        let ([c], [k]) = (adjoint.split(), arriving.split());
        let (c, k, direct, gamma) = (&mut c[..n], &mut k[..n], &at.direct[..n], &at.gamma[..n]);
        for i in 0..n {
            c[i] = direct[i] + gamma[i] + (1.0 - self.rate) * c[i];
            k[i] = self.rate * psi[i] * c[i];
        }
    }
}
