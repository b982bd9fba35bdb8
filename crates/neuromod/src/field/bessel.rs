//! The weights of the separable exact kernel.
//!
//! ```text
//! K_j(r) = e^{−2r} I_j(2r),     r = D* Δ/dx²
//! ```
//! is what a voxel gets after a time Δ from one that is j away, on an endless line of voxels: the exact solution of the
//! semi-discrete equation dc_i/dt = (D*/dx²)(c_{i−1} − 2 c_i + c_{i+1}). I_j are the modified Bessel functions, found by
//! backward recurrence, which normalises them too \[Olver1964\]. Test: `weights_solve_the_semi_discrete_equation`.

/// Weight that is left out at most on both sides together.
const LEFT_OUT: f64 = 1e-12;
/// The recurrence begins this far beyond the last weight wanted.
const AHEAD: usize = 20;
/// Farther neighbours than this are never needed: larger steps are divided.
pub const MOST_REACH: usize = 40;

/// K_1 … K_m, m the smallest with at most 10⁻¹² of the weight beyond; `None` if that is more than [`MOST_REACH`].
pub fn weights(r: f64) -> Option<Vec<f64>> {
    if r == 0.0 {
        return Some(Vec::new());
    }
    let all = normalised(r);
    let mut beyond = 0.0;
    let mut reach = MOST_REACH + AHEAD;
    while reach > 0 && 2.0 * (beyond + all[reach]) <= LEFT_OUT {
        beyond += all[reach];
        reach -= 1;
    }
    (reach <= MOST_REACH).then(|| all[1..=reach].to_vec())
}

/// K_0 … K_60 by the recurrence t_{j−1} = t_{j+1} + (2j/X) t_j, X = 2r, begun far out where t is arbitrary.
#[expect(clippy::cast_precision_loss, reason = "few terms")]
fn normalised(r: f64) -> Vec<f64> {
    let last = MOST_REACH + AHEAD;
    let mut t = vec![0.0; last + 1 + AHEAD];
    let mut above = 0.0;
    let top = t.len() - 1;
    t[top] = 1e-300;
    for j in (1..=top).rev() {
        let below = above + (2.0 * j as f64 / (2.0 * r)) * t[j];
        above = t[j];
        t[j - 1] = below;
        if below > 1e200 {
            t[j - 1..].iter_mut().for_each(|t| *t *= 1e-200);
            above *= 1e-200;
        }
    }
    let sum = t[0] + 2.0 * t[1..].iter().sum::<f64>();
    t.truncate(last + 1);
    t.iter_mut().for_each(|t| *t /= sum);
    t
}

#[cfg(test)]
mod tests {
    use super::*;

    /// K_j against its Fourier integral (1/π) ∫₀^π cos(jθ) e^{−2r(1 − cos θ)} dθ, by the trapezoidal rule, which is exact
    /// for periodic functions.
    #[test]
    fn weights_solve_the_semi_discrete_equation() {
        for r in [1e-9, 7e-4, 0.007, 0.14, 0.3, 1.0, 4.0, 9.0] {
            let weights = weights(r).unwrap();
            for (j, weight) in (1..).zip(&weights) {
                let points = 4096;
                let sum: f64 = (0..points)
                    .map(|i| {
                        let theta = std::f64::consts::TAU * i as f64 / points as f64;
                        (j as f64 * theta).cos() * (-2.0 * r * (1.0 - theta.cos())).exp()
                    })
                    .sum();
                let expected = sum / points as f64;
                assert!((weight - expected).abs() < 2e-15, "r {r}, j {j}: {weight:e} {expected:e}");
            }
        }
    }

    /// Reaches of the method's description: 6, 7, 9, 10. Would catch a criterion that keeps too little or too much.
    #[test]
    fn reaches_are_the_smallest_that_suffice() {
        assert_eq!([0.04, 0.08, 0.21, 0.30].map(|r| weights(r).unwrap().len()), [6, 7, 9, 10]);
        assert_eq!(weights(0.0).unwrap().len(), 0);
        assert!(weights(60.0).is_none());
    }
}
