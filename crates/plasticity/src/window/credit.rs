//! Credit of a window's steps: the learning signal of each cell, and what cells emit.

use crate::rows::add_scaled;
use neuropil_core::simd::vectorized;

/// L_j = Σ_k `B_fb[j,k]` err_k, `[step][place]`, of err, `[step][readout]`; `feedback` is `[readout][place]`.
pub fn learning_signals(feedback: &[&[f64]], err: &[f64], signals: &mut Vec<f64>) {
    let (outputs, places) = (feedback.len(), feedback.first().map_or(0, |own| own.len()));
    signals.clear();
    signals.resize(err.len() / outputs.max(1) * places, 0.0);
    vectorized(
        #[inline(always)]
        || {
            for (signals, err) in signals.chunks_exact_mut(places.max(1)).zip(err.chunks_exact(outputs.max(1))) {
                feedback.iter().zip(err).for_each(|(feedback, err)| add_scaled(signals, *err, feedback));
            }
        },
    );
}

/// What cells emit: ψ g_o L, or, where the readout has a memory, ψ̄ L g_o/(1 − κ) with ψ̄ ← κ ψ̄ + (1 − κ) ψ.
#[derive(Debug, Clone, PartialEq)]
pub struct Emission {
    kappa: f64,
    scale: f64,
    /// ψ̄ of each place.
    pub slow_psi: Vec<f64>,
}

impl Emission {
    /// At rest, for `places` places and a readout of leak κ and gain g_o.
    pub fn new(kappa: f64, scale: f64, places: usize) -> Self {
        Self { kappa, scale, slow_psi: vec![0.0; places] }
    }

    /// Emissions of one step from ψ and L of all places.
    pub fn step(&mut self, psi: &[f64], signals: &[f64], emitted: &mut [f64]) {
        let (kappa, gain) = (self.kappa, self.scale / (1.0 - self.kappa));
        vectorized(
            #[inline(always)]
            || {
                for (((slow, psi), signal), emitted) in self.slow_psi.iter_mut().zip(psi).zip(signals).zip(emitted) {
                    *slow = kappa * *slow + (1.0 - kappa) * psi;
                    *emitted = gain * signal * *slow;
                }
            },
        );
    }
}
