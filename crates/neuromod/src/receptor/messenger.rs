//! Second messengers: cascades of first-order stages, one a class of G protein.
//!
//! # Equations
//! ```text
//! dy_k/dt = (y_{k−1} − y_k)/τ,     y_0 = Σ gain · density · occupancy,     τ = τ_on where y_{k−1} > y_k, else τ_off
//! y_k ← ȳ + (y_k − ȳ) e^{−Δ/τ},    ȳ the mean of y_{k−1} before and after the step
//! ```
//! Every stage has gain 1 for a constant drive. Exact for a drive held over the step in the first stage, second order in
//! the others. Test: `cascades_follow_their_equations`.
//!
//! # References
//! Times after \[Williams2014\], \[Banghart2012\] (Gi), \[Pedarzani1993\] (Gs), \[Suh2004\] (Gq).

/// Class of G protein.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GClass {
    /// Gi/o: opens potassium channels, lowers cAMP.
    Gi,
    /// Gs: raises cAMP.
    Gs,
    /// Gq/11: closes M-channels.
    Gq,
}

impl GClass {
    /// All, in the order of levels.
    pub const ALL: [GClass; 3] = [GClass::Gi, GClass::Gs, GClass::Gq];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            GClass::Gi => "Gi",
            GClass::Gs => "Gs",
            GClass::Gq => "Gq",
        }
    }

    /// What a released peptide does by it to how easily the cell fires: −1 for Gi, +1 for the others.
    pub fn sign(self) -> f64 {
        if self == GClass::Gi { -1.0 } else { 1.0 }
    }

    /// Place among three levels.
    pub fn index(self) -> usize {
        self as usize
    }
}

/// A stage: time constants of rise and fall, ms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stage {
    /// Of rise.
    pub tau_on: f64,
    /// Of fall.
    pub tau_off: f64,
}

/// The stages of a messenger.
#[derive(Debug, Clone, PartialEq)]
pub struct Cascade {
    stages: Vec<Stage>,
}

impl Cascade {
    /// A cascade of at least one stage; `None` if there is none, or a time constant is not > 0.
    pub fn new(stages: Vec<Stage>) -> Option<Self> {
        let sound = |stage: &Stage| stage.tau_on.min(stage.tau_off) > 0.0 && (stage.tau_on + stage.tau_off).is_finite();
        (!stages.is_empty() && stages.iter().all(sound)).then_some(Self { stages })
    }

    /// A cascade whose stages rise and fall alike.
    pub fn linear(tau_ms: &[f64]) -> Option<Self> {
        Self::new(tau_ms.iter().map(|&tau| Stage { tau_on: tau, tau_off: tau }).collect())
    }

    /// What is known of the class: fast rise, slow fall.
    pub fn default_of(class: GClass) -> Self {
        let stage = |tau_on, tau_off| Stage { tau_on, tau_off };
        let stages = match class {
            GClass::Gi => vec![stage(300.0, 1500.0)],
            GClass::Gs => vec![stage(600.0, 600.0), stage(2000.0, 15_000.0)],
            GClass::Gq => vec![stage(1000.0, 1000.0), stage(5000.0, 100_000.0)],
        };
        Self { stages }
    }

    /// The linear cascade nearest to it, for taps.
    pub fn linear_of(class: GClass) -> Self {
        let taus: &[f64] = match class {
            GClass::Gi => &[500.0],
            GClass::Gs => &[600.0, 2000.0],
            GClass::Gq => &[1000.0, 5000.0],
        };
        Self { stages: taus.iter().map(|&tau| Stage { tau_on: tau, tau_off: tau }).collect() }
    }

    /// The stages.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// Time constants, if rise and fall are alike in all stages.
    pub fn taus(&self) -> Option<Vec<f64>> {
        self.stages.iter().map(|stage| (stage.tau_on == stage.tau_off).then_some(stage.tau_on)).collect()
    }

    /// Advances the stages by `dt_ms` under a mean drive, and gives the level of the last.
    pub fn advance(&self, levels: &mut [f64], drive: f64, dt_ms: f64) -> f64 {
        let mut mean = drive;
        for (level, stage) in levels.iter_mut().zip(&self.stages) {
            let tau = if mean > *level { stage.tau_on } else { stage.tau_off };
            let before = *level;
            *level = mean + (before - mean) * (-dt_ms / tau).exp();
            mean = 0.5 * (before + *level);
        }
        levels[levels.len() - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The step response of stages 600 and 2000 ms is 1 − (2000 e^{−t/2000} − 600 e^{−t/600})/1400; one stage is exact
    /// at any step. Would catch a stage driven by the wrong level.
    #[test]
    fn cascades_follow_their_equations() {
        let cascade = Cascade::linear_of(GClass::Gs);
        let mut levels = [0.0; 2];
        for step in 1..=500 {
            let found = cascade.advance(&mut levels, 1.0, 10.0);
            let t = 10.0 * f64::from(step);
            let expected = 1.0 - (2000.0 * (-t / 2000.0).exp() - 600.0 * (-t / 600.0).exp()) / 1400.0;
            assert!((found - expected).abs() < 2e-5, "{t} {found} {expected}");
        }
        let one = Cascade::linear(&[500.0]).unwrap();
        let mut level = [0.0];
        one.advance(&mut level, 2.0, 700.0);
        assert_eq!(level[0], 2.0 - 2.0 * (-1.4_f64).exp());
    }

    #[test]
    fn rise_and_fall_differ() {
        let cascade = Cascade::default_of(GClass::Gi);
        let mut level = [0.0];
        cascade.advance(&mut level, 1.0, 300.0);
        assert!((level[0] - (1.0 - (-1.0_f64).exp())).abs() < 1e-15);
        let top = level[0];
        cascade.advance(&mut level, 0.0, 300.0);
        assert!((level[0] / top - (-0.2_f64).exp()).abs() < 1e-15);
        assert_eq!(cascade.taus(), None);
        assert!(Cascade::linear(&[]).is_none() && Cascade::linear(&[1.0, 0.0]).is_none());
    }
}
