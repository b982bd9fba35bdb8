//! `lif_delta`: arrivals move the membrane at once, a spike sets it to v_reset and holds it there.
//!
//! # Equations
//! ```text
//! v ← (1 − R)(m + pre),   e = ψ v,   m = α [(1 − z⁻) v + s (v_reset − v⁻) e⁻]
//! back = α (1 − R⁺) y⁺,   y = ψ (λ + s (v_reset − v) back) + (1 − z) back,   dE/d(arrivals) = (1 − R) y
//! ```

use super::planes::ClampedGates;
use super::{BackwardStep, Gate, LocalStep, Planes, Reset, Traces, WorthStep};

/// Constants of `lif_delta`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LifDelta {
    /// e^{−dt/τ_m}.
    pub alpha: f64,
    /// The reset, if the gradient follows it.
    pub reset: Reset,
}

impl LocalStep for LifDelta {
    fn kind(&self) -> &'static str {
        "`lif_delta` cells"
    }

    #[inline(always)]
    fn states(&self) -> usize {
        1
    }

    fn step(&self, gate: &Gate<'_>, e_before: f64, arriving: &[f64], state: &mut [f64]) {
        let membrane = self.reset.membrane(self.alpha, gate, state[0], e_before);
        state[0] = (1.0 - gate.refractory) * (membrane + arriving[0]);
    }

    #[inline(always)]
    fn observed(&self, _: usize) -> f64 {
        1.0
    }

    fn is_clamped(&self) -> bool {
        true
    }

    /// A reset to v_reset is none of them.
    fn constants(&self) -> Vec<f64> {
        vec![self.alpha]
    }

    #[inline(always)]
    fn trace(&self, gate: &Gate<'_>, arriving: &[f64], traces: &mut Traces) {
        let Traces { state: v, linear, e } = traces;
        for i in 0..e.len() {
            v[i] = (1.0 - gate.refractory) * (self.reset.membrane(self.alpha, gate, v[i], e[i]) + arriving[i]);
            linear[i] = v[i];
            e[i] = gate.psi * v[i];
        }
    }

    #[inline(always)]
    fn backward(&self, at: &BackwardStep<'_>, adjoint: Planes<'_>, arriving: Planes<'_>) {
        let (psi, gates) = (at.psi(), ClampedGates::new(at));
        let n = psi.len();
        let ([c], [k]) = (adjoint.split(), arriving.split());
        let (c, k, direct, gamma) = (&mut c[..n], &mut k[..n], &at.direct[..n], &at.gamma[..n]);
        for i in 0..n {
            let back = self.alpha * (1.0 - gates.refractory_next(i)) * c[i];
            c[i] = gates.membrane(psi[i], direct[i] + gamma[i], gates.distance(self.reset, i), back, i);
            k[i] = (1.0 - gates.refractory[i]) * c[i];
        }
    }

    #[inline(always)]
    fn backward_intermediate(&self, mu: f64, source: &[f64], gamma: &[f64], adjoint: Planes<'_>, arriving: Planes<'_>) {
        let n = source.len();
        let ([c], [k]) = (adjoint.split(), arriving.split());
        let (c, k, gamma) = (&mut c[..n], &mut k[..n], &gamma[..n]);
        for i in 0..n {
            c[i] = source[i] + mu * gamma[i] + self.alpha * c[i];
            k[i] = c[i];
        }
    }

    #[inline(always)]
    fn window(&self, _: usize, gate: &Gate<'_>, before: &Gate<'_>, adjoint: &mut [f64], arriving: &mut [f64]) {
        let free = 1.0 - gate.refractory;
        let kept = free * self.alpha * (1.0 - gate.z_before + self.reset.distance(gate) * before.psi);
        for (v, arriving) in adjoint.iter_mut().zip(arriving) {
            *arriving = free * *v;
            *v *= kept;
        }
    }

    #[inline(always)]
    fn worth(&self, _: usize, at: &WorthStep<'_>, adjoint: Planes<'_>, arriving: &mut [f64]) {
        let (n, membrane) = (arriving.len(), (self.alpha, self.reset));
        let [v] = adjoint.split();
        let (v, psi, credit) = (&mut v[..n], &at.psi[..n], &at.credit[..n]);
        for i in 0..n {
            let worth = v[i] + psi[i] * credit[i];
            arriving[i] = f64::from(1 - at.refractory[i]) * worth;
            v[i] = at.kept(membrane, i) * worth;
        }
    }

    fn lasting(&self, _: usize) -> f64 {
        1.0 / (1.0 - self.alpha)
    }
}
