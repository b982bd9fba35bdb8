//! The linear way of a peptide to a cell: diffusion with loss, a receptor far from saturation, stages of messengers.

use nalgebra::Complex;

/// Points of the inversion: about 12 digits.
const POINTS: u32 = 24;

/// A way; its transform is in the [module above](super).
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// r, um.
    pub distance: f64,
    /// D*, um²/ms.
    pub diffusivity: f64,
    /// k, 1/ms.
    pub loss: f64,
    /// 1/ms; infinite is a receptor that follows at once.
    pub k_off: f64,
    /// Stages, ms.
    pub taus: Vec<f64>,
}

impl Way {
    /// Ĝ(σ), relative to 1/(4π D* A α r).
    pub fn transform(&self, sigma: Complex<f64>) -> Complex<f64> {
        let reach = ((sigma + self.loss) / self.diffusivity).sqrt();
        let spread = (-reach * self.distance).exp();
        let binding = (sigma / self.k_off + 1.0).inv();
        self.taus.iter().fold(spread * binding, |product, tau| product / (sigma * *tau + 1.0))
    }

    /// Ĝ at a real σ ≥ 0, 1/ms: the gain for an eligibility that decays at this rate.
    pub fn gain(&self, sigma: f64) -> f64 {
        self.transform(Complex::new(sigma, 0.0)).re
    }

    /// Ĝ(0) = e^{−r sqrt(k/D*)}: the sum of all taps.
    pub fn dc_gain(&self) -> f64 {
        (-self.distance * (self.loss / self.diffusivity).sqrt()).exp()
    }

    /// Mean time of the response, −d ln Ĝ/dσ at 0: r/(2 sqrt(k D*)) + 1/k_off + Σ τ.
    pub fn mean_delay(&self) -> f64 {
        0.5 * self.distance / (self.loss * self.diffusivity).sqrt() + 1.0 / self.k_off + self.taus.iter().sum::<f64>()
    }

    /// C(t), the response to a drive that is switched on, by the fixed Talbot contour \[Abate2004\].
    pub fn cumulative(&self, t_ms: f64) -> f64 {
        if t_ms <= 0.0 {
            return 0.0;
        }
        let points = f64::from(POINTS);
        let r = 2.0 * points / (5.0 * t_ms);
        let at = |s: Complex<f64>| self.transform(s) / s * (s * t_ms).exp();
        let mut sum = 0.5 * at(Complex::new(r, 0.0)).re;
        for point in 1..POINTS {
            let theta = f64::from(point) * std::f64::consts::PI / points;
            let cot = 1.0 / theta.tan();
            let s = Complex::new(r * theta * cot, r * theta);
            let slope = Complex::new(1.0, theta + (theta * cot - 1.0) * cot);
            sum += (at(s) * slope).re;
        }
        sum * r / points
    }

    /// Taps 1 … `count` of `bin_ms`.
    pub fn taps(&self, bin_ms: f64, count: usize) -> Vec<f64> {
        let edges = self.edges(bin_ms, count);
        edges.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    /// C at the edges 0 … `count` of the taps.
    #[expect(clippy::cast_precision_loss, reason = "few taps")]
    pub fn edges(&self, bin_ms: f64, count: usize) -> Vec<f64> {
        (0..=count).map(|edge| self.cumulative(edge as f64 * bin_ms)).collect()
    }
}
