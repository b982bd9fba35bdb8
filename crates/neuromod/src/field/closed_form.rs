//! Concentrations around a source in unbounded tissue, in closed form \[Crank1975\], \[Nicholson1981\].
//!
//! ```text
//! pulse of N:           N/(A α) (4π D t)^{−3/2} e^{−r²/(4 D t) − k t}
//! steady source q:      q/(4π D A α r) e^{−s r},     s = sqrt(k/D)
//! source since t = 0:   q/(8π D A α r) [e^{−s r} erfc(a − b) + e^{s r} erfc(a + b)],  a = r/(2 sqrt(D t)), b = sqrt(k t)
//! sphere filled at c_0: c_0 e^{−kt} {½ [erf((R−r)/w) + erf((R+r)/w)]
//!                       − w/(2 r sqrt(π)) [e^{−((R−r)/w)²} − e^{−((R+r)/w)²}]},  w = 2 sqrt(D t)
//! ```
//! A = [`MOLECULES_PER_NM_UM3`]. Distances are > 0 except for the pulse. Tests: `closed_forms_agree_with_each_other`.

use crate::species::MOLECULES_PER_NM_UM3;
use libm::{erf, erfc};
use std::f64::consts::PI;

/// A tissue, and a species in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unbounded {
    /// D*, um²/ms.
    pub diffusivity: f64,
    /// Rate of loss, 1/ms.
    pub loss: f64,
    /// α.
    pub volume_fraction: f64,
}

impl Unbounded {
    /// nM at distance `r` um, `t` ms after `molecules` were released in a point.
    pub fn point_pulse(&self, molecules: f64, r: f64, t: f64) -> f64 {
        let spread = 4.0 * self.diffusivity * t;
        molecules / self.per_nm() * (PI * spread).powf(-1.5) * (-r * r / spread - self.loss * t).exp()
    }

    /// nM at distance `r` um of a point that has released `rate` molecules/ms for ever.
    pub fn point_source_steady(&self, rate: f64, r: f64) -> f64 {
        let s = (self.loss / self.diffusivity).sqrt();
        rate / (4.0 * PI * self.diffusivity * self.per_nm() * r) * (-s * r).exp()
    }

    /// The same, `t` ms after the release began.
    pub fn point_source_on(&self, rate: f64, r: f64, t: f64) -> f64 {
        if t <= 0.0 {
            return 0.0;
        }
        let s = (self.loss / self.diffusivity).sqrt();
        let (a, b) = (r / (2.0 * (self.diffusivity * t).sqrt()), (self.loss * t).sqrt());
        // e^{s r} erfc(a + b) with s r = 2 a b: scaled, so that neither factor overflows.
        let far = (2.0 * a * b - (a + b) * (a + b)).exp() * erfcx(a + b);
        let near = (-s * r).exp() * erfc(a - b);
        rate / (8.0 * PI * self.diffusivity * self.per_nm() * r) * (near + far)
    }

    /// nM at distance `r` um of the centre of a sphere of `radius` um that held `concentration` nM at t = 0.
    pub fn sphere_pulse(&self, concentration: f64, radius: f64, r: f64, t: f64) -> f64 {
        if t <= 0.0 {
            return if r < radius { concentration } else { 0.0 };
        }
        let w = 2.0 * (self.diffusivity * t).sqrt();
        let (inner, outer) = ((radius - r) / w, (radius + r) / w);
        let edges = if r > 0.0 {
            w / (2.0 * r) * ((-inner * inner).exp() - (-outer * outer).exp())
        } else {
            2.0 * inner * (-inner * inner).exp()
        };
        let shape = 0.5 * (erf(inner) + erf(outer)) - edges / PI.sqrt();
        concentration * (-self.loss * t).exp() * shape
    }

    fn per_nm(&self) -> f64 {
        MOLECULES_PER_NM_UM3 * self.volume_fraction
    }
}

/// e^{x²} erfc(x) for x ≥ 0; a continued fraction where erfc is tiny.
fn erfcx(x: f64) -> f64 {
    if x < 20.0 {
        return (x * x).exp() * erfc(x);
    }
    let fraction = (1..=12).rev().fold(x, |below, k| x + 0.5 * f64::from(k) / below);
    1.0 / (fraction * PI.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TISSUE: Unbounded = Unbounded { diffusivity: 0.0685, loss: 2e-4, volume_fraction: 0.2 };

    /// ∫ f over (from, to) by Simpson's rule.
    fn integral(from: f64, to: f64, f: impl Fn(f64) -> f64) -> f64 {
        let panels = 20_000;
        let h = (to - from) / f64::from(panels);
        let at = |i: i32| f(from + h * f64::from(i));
        let inner: f64 = (1..panels).map(|i| if i % 2 == 1 { 4.0 } else { 2.0 } * at(i)).sum();
        h / 3.0 * (at(0) + inner + at(panels))
    }

    /// A source is a sum of pulses; steady is after a long time; a sphere is a sum of pulses over its volume; a pulse
    /// has its amount, and peaks at t = r²/(6 D) with 0.073616 N/(A α r³).
    #[test]
    fn closed_forms_agree_with_each_other() {
        for (r, t) in [(5.0, 200.0), (20.0, 3000.0), (60.0, 9000.0)] {
            let sum = integral(1e-9, t, |s| TISSUE.point_pulse(10.0, r, s));
            let found = TISSUE.point_source_on(10.0, r, t);
            assert!((found / sum - 1.0).abs() < 1e-9, "{found} {sum}");
            let steady = TISSUE.point_source_steady(10.0, r);
            assert!((TISSUE.point_source_on(10.0, r, 1e6) / steady - 1.0).abs() < 1e-12);
            // Shells of the sphere of radius 12 seen from distance r: the pulse integrated over a shell of radius q.
            let shell = |q: f64| {
                let w = 4.0 * TISSUE.diffusivity * t;
                let near = (-(r - q) * (r - q) / w).exp() - (-(r + q) * (r + q) / w).exp();
                7.0 * q / r * near / (PI * w).sqrt() * (-TISSUE.loss * t).exp()
            };
            let sum = integral(0.0, 12.0, shell);
            let found = TISSUE.sphere_pulse(7.0, 12.0, r, t);
            assert!((found - sum).abs() < 1e-9 * sum.abs(), "{found} {sum}");
        }
        let at_centre = |q: f64| {
            let w = 4.0 * TISSUE.diffusivity * 200.0;
            7.0 * 4.0 * PI * q * q * (PI * w).powf(-1.5) * (-q * q / w - TISSUE.loss * 200.0).exp()
        };
        let (found, sum) = (TISSUE.sphere_pulse(7.0, 12.0, 0.0, 200.0), integral(0.0, 12.0, at_centre));
        assert!((found / sum - 1.0).abs() < 1e-9, "{found} {sum}");
        let lossless = Unbounded { loss: 0.0, ..TISSUE };
        let peak = lossless.point_pulse(5000.0, 10.0, 100.0 / (6.0 * 0.0685));
        assert!((peak / (0.073_616 * 5000.0 / (MOLECULES_PER_NM_UM3 * 0.2 * 1000.0)) - 1.0).abs() < 1e-5);
        let amount = integral(1e-9, 400.0, |r| 4.0 * PI * r * r * TISSUE.point_pulse(5000.0, r, 500.0));
        assert!((amount * MOLECULES_PER_NM_UM3 * 0.2 / (5000.0 * (-0.1_f64).exp()) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn scaled_erfc_is_continuous_where_its_form_changes() {
        assert!((erfcx(20.0) / erfcx(20.0_f64.next_down()) - 1.0).abs() < 1e-13);
        assert_eq!(erfcx(0.0), 1.0);
        let far = TISSUE.point_source_on(1.0, 2000.0, 10.0);
        assert!(far.is_finite() && far >= 0.0);
    }
}
