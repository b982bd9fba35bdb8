//! Kernels that are sums of geometric series, and what a modulator makes of them.

/// K_s = Σ_k κ_k ρ_k^s, s = 0, 1, …; the tap of lag s + 1 in a filter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Modes {
    /// (κ, ρ), 0 ≤ ρ < 1.
    pub modes: Vec<(f64, f64)>,
}

/// What remains of a kernel when the modulator comes late.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlation {
    /// F_s for s ≥ 0: κ_k Ĝ(ρ_k) ρ_k^s.
    pub right: Modes,
    /// Share of all weight that is at s < 0.
    pub miscredited: f64,
}

/// The filtered eligibility of one synapse: a state a mode.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    states: Vec<f64>,
}

impl Modes {
    /// One mode of gain 1.
    pub fn single(rho: f64) -> Self {
        Self { modes: vec![(1.0, rho)] }
    }

    /// The largest ρ; 0 without modes.
    pub fn slowest(&self) -> f64 {
        self.modes.iter().map(|(_, rho)| *rho).fold(0.0, f64::max)
    }

    /// K_0 … K_{count − 1}.
    pub fn taps(&self, count: usize) -> Vec<f64> {
        let mut powers: Vec<f64> = self.modes.iter().map(|(kappa, _)| *kappa).collect();
        let mut next = || {
            let sum = powers.iter().sum();
            powers.iter_mut().zip(&self.modes).for_each(|(power, (_, rho))| *power *= rho);
            sum
        };
        (0..count).map(|_| next()).collect()
    }

    /// All taps to infinity.
    pub fn sum(&self) -> f64 {
        self.modes.iter().map(|(kappa, rho)| kappa / (1.0 - rho)).sum()
    }

    /// F_s = Σ_u G_u K_{u+s}, u = 0, 1, … counting `modulator`.
    pub fn correlate(&self, modulator: &[f64]) -> Correlation {
        let transform = |rho: f64| modulator.iter().rev().fold(0.0, |sum, g| sum * rho + g);
        let right = Modes { modes: self.modes.iter().map(|&(kappa, rho)| (kappa * transform(rho), rho)).collect() };
        let all = transform(1.0) * self.sum();
        let miscredited = if all == 0.0 { 0.0 } else { 1.0 - right.sum() / all };
        Correlation { right, miscredited }
    }

    /// A trace at rest.
    pub fn trace(&self) -> Trace {
        Trace { states: vec![0.0; self.modes.len()] }
    }
}

impl Trace {
    /// After a step with eligibility e: x_k ← ρ_k x_k + κ_k e; gives Σ x_k = Σ_s K_s e(t − s).
    pub fn advance(&mut self, modes: &Modes, eligibility: f64) -> f64 {
        let states = self.states.iter_mut().zip(&modes.modes);
        states.for_each(|(state, (kappa, rho))| *state = rho * *state + kappa * eligibility);
        self.states.iter().sum()
    }
}
