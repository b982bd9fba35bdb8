//! Signed messengers out of levels that are never negative: what a synapse with a third factor reads; no gradient rule does.
//!
//! ```text
//! baseline:  M = Σ w m − ⟨Σ w m⟩,   ⟨·⟩ ← ⟨·⟩ + (· − ⟨·⟩)(1 − e^{−Δ/τ})
//! opponent:  M = Σ w m,  with weights of both signs
//! abstract:  M is given, and has no physics
//! ```
//! m are the levels of Gi, Gs and Gq. Tests: `baselines_are_forgotten`, `opponents_cancel`.

/// How a signed messenger comes about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SignedMode {
    /// The deviation of weighted levels from their slow running mean.
    Baseline {
        /// Weights of Gi, Gs, Gq.
        weights: [f64; 3],
        /// Time constant of the mean, ms.
        tau_ms: f64,
    },
    /// Weighted levels, of both signs.
    Opponent {
        /// Weights of Gi, Gs, Gq.
        weights: [f64; 3],
    },
    /// A signal from outside.
    Abstract,
}

impl Default for SignedMode {
    /// Gs and Gq against Gi.
    fn default() -> Self {
        SignedMode::Opponent { weights: [-1.0, 1.0, 1.0] }
    }
}

/// The signed messenger of one cell.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Signed {
    /// M.
    pub value: f64,
    /// The running mean; none before the first step.
    pub mean: Option<f64>,
}

impl Signed {
    /// After a step of `dt_ms` with levels \[Gi, Gs, Gq\]; an abstract one stays.
    pub fn advance(&mut self, mode: SignedMode, levels: [f64; 3], dt_ms: f64) {
        let weighted = |weights: [f64; 3]| weights.iter().zip(levels).map(|(w, m)| w * m).sum::<f64>();
        match mode {
            SignedMode::Baseline { weights, tau_ms } => {
                let level = weighted(weights);
                let mean = self.mean.map_or(level, |mean| level + (mean - level) * (-dt_ms / tau_ms).exp());
                *self = Self { value: level - mean, mean: Some(mean) };
            }
            SignedMode::Opponent { weights } => self.value = weighted(weights),
            SignedMode::Abstract => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A constant level is the baseline; a step up decays to it as e^{−t/τ}; a step down is negative.
    #[test]
    fn baselines_are_forgotten() {
        let mode = SignedMode::Baseline { weights: [0.0, 1.0, 0.0], tau_ms: 1000.0 };
        let mut signed = Signed::default();
        signed.advance(mode, [5.0, 2.0, 5.0], 10.0);
        assert_eq!(signed.value, 0.0);
        (0..50).for_each(|_| signed.advance(mode, [5.0, 3.0, 5.0], 10.0));
        assert!((signed.value - (-0.5_f64).exp()).abs() < 1e-12);
        signed.advance(mode, [0.0; 3], 10.0);
        assert!(signed.value < 0.0);
    }

    #[test]
    fn opponents_cancel() {
        let mut signed = Signed::default();
        signed.advance(SignedMode::default(), [3.0, 1.0, 2.0], 10.0);
        assert_eq!(signed.value, 0.0);
        signed.value = -0.7;
        signed.advance(SignedMode::Abstract, [3.0, 1.0, 2.0], 10.0);
        assert_eq!(signed.value, -0.7);
    }
}
