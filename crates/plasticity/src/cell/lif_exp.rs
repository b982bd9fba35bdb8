//! `lif_exp`: arrivals go into one of two currents that decay, a spike sets the membrane to v_reset and holds it there.
//!
//! # Equations
//! ```text
//! v ← (1 − R)(m + Σ_p P21_p I_p⁻),   I_p ← χ_p I_p + pre_p,   e = ψ v          (m as of lif_delta)
//! y_I,p = χ_p y_I,p⁺ + P21_p (1 − R⁺) y_v⁺,   dE/d(arrivals at p) = y_I,p                (y_v as of lif_delta)
//! ```

use super::planes::ClampedGates;
use super::{BackwardStep, Gate, LocalStep, Planes, Reset, Traces, WorthStep};

/// A synaptic current.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Receptor {
    /// χ = e^{−dt/τ_syn}.
    pub chi: f64,
    /// P21: mV over a step per pA at its start.
    pub p21: f64,
}

/// Constants of `lif_exp`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LifExp {
    /// e^{−dt/τ_m}.
    pub alpha: f64,
    /// The reset, if the gradient follows it.
    pub reset: Reset,
    /// Currents: excitatory, inhibitory.
    pub receptors: [Receptor; 2],
}

impl LocalStep for LifExp {
    fn kind(&self) -> &'static str {
        "`lif_exp` cells"
    }

    #[inline(always)]
    fn states(&self) -> usize {
        3
    }

    #[inline(always)]
    fn ports(&self) -> usize {
        2
    }

    fn step(&self, gate: &Gate<'_>, e_before: f64, arriving: &[f64], state: &mut [f64]) {
        let [v, currents @ ..] = state else { unreachable!("three states") };
        let mut membrane = self.reset.membrane(self.alpha, gate, *v, e_before);
        for ((current, receptor), arriving) in currents.iter_mut().zip(self.receptors).zip(arriving) {
            membrane += receptor.p21 * *current;
            *current = receptor.chi * *current + arriving;
        }
        *v = (1.0 - gate.refractory) * membrane;
    }

    #[inline(always)]
    fn observed(&self, state: usize) -> f64 {
        if state == 0 { 1.0 } else { 0.0 }
    }

    fn is_clamped(&self) -> bool {
        true
    }

    /// A reset to v_reset is none of them.
    fn constants(&self) -> Vec<f64> {
        let [exc, inh] = self.receptors;
        vec![self.alpha, exc.chi, exc.p21, inh.chi, inh.p21]
    }

    #[inline(always)]
    fn trace(&self, gate: &Gate<'_>, arriving: &[f64], traces: &mut Traces) {
        let Traces { state, linear, e } = traces;
        let width = e.len();
        let (v, currents) = state.split_at_mut(width);
        for i in 0..width {
            let mut membrane = self.reset.membrane(self.alpha, gate, v[i], e[i]);
            for (p, receptor) in self.receptors.iter().enumerate() {
                let current = &mut currents[p * width + i];
                membrane += receptor.p21 * *current;
                *current = receptor.chi * *current + arriving[p * width + i];
            }
            v[i] = (1.0 - gate.refractory) * membrane;
            linear[i] = v[i];
            e[i] = gate.psi * v[i];
        }
    }

    /// Credit of the currents is that of their arrivals, and is kept there.
    fn adjoint_planes(&self) -> usize {
        1
    }

    #[inline(always)]
    fn backward(&self, at: &BackwardStep<'_>, adjoint: Planes<'_>, arriving: Planes<'_>) {
        let (psi, gates) = (at.psi(), ClampedGates::new(at));
        let n = psi.len();
        let [c] = adjoint.split();
        let (c, direct, gamma) = (&mut c[..n], &at.direct[..n], &at.gamma[..n]);
        for (k, receptor) in arriving.split::<2>().into_iter().zip(&self.receptors) {
            let k = &mut k[..n];
            for i in 0..n {
                k[i] = receptor.chi * k[i] + receptor.p21 * (1.0 - gates.refractory_next(i)) * c[i];
            }
        }
        for i in 0..n {
            let back = self.alpha * (1.0 - gates.refractory_next(i)) * c[i];
            c[i] = gates.membrane(psi[i], direct[i] + gamma[i], gates.distance(self.reset, i), back, i);
        }
    }

    #[inline(always)]
    fn backward_intermediate(&self, mu: f64, source: &[f64], gamma: &[f64], adjoint: Planes<'_>, arriving: Planes<'_>) {
        let n = source.len();
        let [c] = adjoint.split();
        let (c, gamma) = (&mut c[..n], &gamma[..n]);
        for (k, receptor) in arriving.split::<2>().into_iter().zip(&self.receptors) {
            let k = &mut k[..n];
            for i in 0..n {
                k[i] = receptor.chi * k[i] + receptor.p21 * c[i];
            }
        }
        for i in 0..n {
            c[i] = source[i] + mu * gamma[i] + self.alpha * c[i];
        }
    }

    fn traced(&self, port: usize) -> Vec<usize> {
        vec![0, 1 + port]
    }

    #[inline(always)]
    fn window(&self, port: usize, gate: &Gate<'_>, before: &Gate<'_>, adjoint: &mut [f64], arriving: &mut [f64]) {
        let (free, receptor) = (1.0 - gate.refractory, self.receptors[port]);
        let kept = free * self.alpha * (1.0 - gate.z_before + self.reset.distance(gate) * before.psi);
        let (v, current) = adjoint.split_at_mut(arriving.len());
        for ((v, current), arriving) in v.iter_mut().zip(current).zip(arriving) {
            *arriving = *current;
            *current = receptor.chi * *current + free * receptor.p21 * *v;
            *v *= kept;
        }
    }

    #[inline(always)]
    fn worth(&self, port: usize, at: &WorthStep<'_>, adjoint: Planes<'_>, arriving: &mut [f64]) {
        let (n, receptor, membrane) = (arriving.len(), self.receptors[port], (self.alpha, self.reset));
        let [v, current] = adjoint.split();
        let (v, current, psi, credit) = (&mut v[..n], &mut current[..n], &at.psi[..n], &at.credit[..n]);
        for i in 0..n {
            let worth = v[i] + psi[i] * credit[i];
            arriving[i] = current[i];
            let free = f64::from(1 - at.refractory[i]);
            current[i] = receptor.chi * current[i] + free * receptor.p21 * worth;
            v[i] = at.kept(membrane, i) * worth;
        }
    }

    fn lasting(&self, port: usize) -> f64 {
        let receptor = self.receptors[port];
        receptor.p21 / (1.0 - receptor.chi) / (1.0 - self.alpha)
    }
}
