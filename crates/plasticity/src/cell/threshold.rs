//! Cells with a threshold, a leak and a subtractive reset: `alif`, and `leaky_relu` with β = 0 and no reset.
//!
//! # Equations
//! ```text
//! v ← α v + g pre − r e⁻,   a ← ρ a + g_a e⁻,   e = ψ (v − β a)                    (r = v_th or 0)
//! ```

use super::{BackwardStep, Gate, LocalStep, Planes, Traces, WorthStep};

/// Places of a sweep that are taken together: half the trials of a group.
const TOGETHER: usize = 8;

/// Constants of a cell with threshold, leak and subtractive reset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// α = e^{−dt/τ_m}.
    pub alpha: f64,
    /// g: what multiplies arrivals.
    pub g: f64,
    /// β: strength of the adaptation.
    pub beta: f64,
    /// ρ = e^{−dt/τ_a}.
    pub rho: f64,
    /// g_a: what multiplies a spike in the adaptation.
    pub g_a: f64,
    /// r: what a spike subtracts from v *in the gradient*: v_th if the reset is attached, else 0.
    pub reset: f64,
}

impl LocalStep for Threshold {
    fn kind(&self) -> &'static str {
        "`alif` or `leaky_relu` cells"
    }

    /// Adaptation that nothing sees is no state.
    #[inline(always)]
    fn states(&self) -> usize {
        if self.beta == 0.0 { 1 } else { 2 }
    }

    fn step(&self, _: &Gate<'_>, e_before: f64, arriving: &[f64], state: &mut [f64]) {
        state[0] = self.alpha * state[0] + self.g * arriving[0] - self.reset * e_before;
        if let Some(a) = state.get_mut(1) {
            *a = self.rho * *a + self.g_a * e_before;
        }
    }

    #[inline(always)]
    fn observed(&self, state: usize) -> f64 {
        if state == 0 { 1.0 } else { -self.beta }
    }

    fn constants(&self) -> Vec<f64> {
        vec![self.alpha, self.g, self.beta, self.rho, self.g_a, self.reset]
    }

    #[inline(always)]
    fn trace(&self, gate: &Gate<'_>, arriving: &[f64], traces: &mut Traces) {
        let Traces { state, linear, e } = traces;
        let width = e.len();
        if self.beta == 0.0 {
            let (v, arriving, linear) = (&mut state[..width], &arriving[..width], &mut linear[..width]);
            for i in 0..width {
                v[i] = self.alpha * v[i] + self.g * arriving[i] - self.reset * e[i];
                linear[i] = v[i];
                e[i] = gate.psi * linear[i];
            }
            return;
        }
        let (v, a) = state.split_at_mut(width);
        for i in 0..width {
            v[i] = self.alpha * v[i] + self.g * arriving[i] - self.reset * e[i];
            a[i] = self.rho * a[i] + self.g_a * e[i];
            linear[i] = v[i] - self.beta * a[i];
            e[i] = gate.psi * linear[i];
        }
    }

    /// Whatever β: the loop is the same for all cells of a network.
    fn adjoint_planes(&self) -> usize {
        2
    }

    #[inline(always)]
    fn backward(&self, at: &BackwardStep<'_>, adjoint: Planes<'_>, arriving: Planes<'_>) {
        let (inside, behind) = (at.inside, at.behind);
        self.sweep(
            adjoint,
            arriving,
            [at.psi(), at.direct, at.gamma],
            #[inline(always)]
            |[psi, direct, gamma], state| psi * (direct + inside * gamma + state) + behind * gamma,
        );
    }

    #[inline(always)]
    fn backward_intermediate(&self, mu: f64, source: &[f64], gamma: &[f64], adjoint: Planes<'_>, arriving: Planes<'_>) {
        self.sweep(
            adjoint,
            arriving,
            [source, gamma],
            #[inline(always)]
            |[source, gamma], state| source + mu * (gamma + state),
        );
    }

    #[inline(always)]
    fn window(&self, _: usize, _: &Gate<'_>, before: &Gate<'_>, adjoint: &mut [f64], arriving: &mut [f64]) {
        let kept = self.alpha - self.reset * before.psi;
        if self.beta == 0.0 {
            for (v, arriving) in adjoint.iter_mut().zip(arriving) {
                *arriving = self.g * *v;
                *v *= kept;
            }
            return;
        }
        let (v, a) = adjoint.split_at_mut(arriving.len());
        let (to_a, of_v) = (self.g_a * before.psi, self.reset * self.beta * before.psi);
        let kept_a = self.rho - self.g_a * self.beta * before.psi;
        for ((v, a), arriving) in v.iter_mut().zip(a).zip(arriving) {
            *arriving = self.g * *v;
            (*v, *a) = (kept * *v + to_a * *a, of_v * *v + kept_a * *a);
        }
    }

    #[inline(always)]
    fn worth(&self, _: usize, at: &WorthStep<'_>, adjoint: Planes<'_>, arriving: &mut [f64]) {
        let n = arriving.len();
        let (psi, psi_before, credit) = (&at.psi[..n], &at.psi_before[..n], &at.credit[..n]);
        if self.beta == 0.0 {
            let [v] = adjoint.split();
            let v = &mut v[..n];
            for i in 0..n {
                let worth = v[i] + psi[i] * credit[i];
                arriving[i] = self.g * worth;
                v[i] = (self.alpha - self.reset * psi_before[i]) * worth;
            }
            return;
        }
        let [v, a] = adjoint.split();
        let (v, a) = (&mut v[..n], &mut a[..n]);
        for i in 0..n {
            let (slope, before) = (psi[i] * credit[i], psi_before[i]);
            let (of_v, of_a) = (v[i] + slope, a[i] - self.beta * slope);
            arriving[i] = self.g * of_v;
            v[i] = (self.alpha - self.reset * before) * of_v + self.g_a * before * of_a;
            a[i] = self.reset * self.beta * before * of_v + (self.rho - self.g_a * self.beta * before) * of_a;
        }
    }

    fn lasting(&self, _: usize) -> f64 {
        self.g / (1.0 - self.alpha)
    }
}

impl Threshold {
    /// One step of y_v, y_a and g y_v of cells with these constants. `slope` tells ψ o of a place by what is given there and
    /// what o has of the cell's own state.
    ///
    /// Places are taken [`TOGETHER`]: each is read before any is written, so that nobody has to prove that planes do not
    /// overlap, and single cells, whose trials are few, are vectors too.
    #[inline(always)]
    fn sweep<const N: usize>(
        &self,
        adjoint: Planes<'_>,
        arriving: Planes<'_>,
        given: [&[f64]; N],
        slope: impl Fn([f64; N], f64) -> f64,
    ) {
        let n = adjoint.len();
        let ([c, h], [k]) = (adjoint.split(), arriving.split());
        let (c, c_rest) = c[..n].as_chunks_mut::<TOGETHER>();
        let (h, h_rest) = h[..n].as_chunks_mut::<TOGETHER>();
        let (k, k_rest) = k[..n].as_chunks_mut::<TOGETHER>();
        let whole = c.len();
        let (h, k) = (&mut h[..whole], &mut k[..whole]);
        let chunks: [&[[f64; TOGETHER]]; N] = std::array::from_fn(|plane| &given[plane].as_chunks().0[..whole]);
        for place in 0..whole {
            let (before, adapted) = (c[place], h[place]);
            let here: [[f64; TOGETHER]; N] = std::array::from_fn(|plane| chunks[plane][place]);
            let (mut v, mut a, mut sent) = ([0.0; TOGETHER], [0.0; TOGETHER], [0.0; TOGETHER]);
            for i in 0..TOGETHER {
                let seen = self.g_a * adapted[i] - self.reset * before[i];
                let slope = slope(std::array::from_fn(|plane| here[plane][i]), seen);
                v[i] = slope + self.alpha * before[i];
                a[i] = -self.beta * slope + self.rho * adapted[i];
                sent[i] = self.g * v[i];
            }
            (c[place], h[place], k[place]) = (v, a, sent);
        }
        for i in 0..c_rest.len() {
            let here = std::array::from_fn(|plane| given[plane][whole * TOGETHER + i]);
            let slope = slope(here, self.g_a * h_rest[i] - self.reset * c_rest[i]);
            c_rest[i] = slope + self.alpha * c_rest[i];
            h_rest[i] = -self.beta * slope + self.rho * h_rest[i];
            k_rest[i] = self.g * c_rest[i];
        }
    }

    /// The mean constants of some cells; 0 of none.
    pub(crate) fn mean<'a>(cells: impl Iterator<Item = &'a Threshold>) -> Self {
        let (mut sums, mut count) = ([0.0; 6], 0.0);
        for own in cells {
            let fields = [own.alpha, own.g, own.beta, own.rho, own.g_a, own.reset];
            sums.iter_mut().zip(fields).for_each(|(sum, own)| *sum += own);
            count += 1.0;
        }
        let [alpha, g, beta, rho, g_a, reset] = sums.map(|sum| sum / f64::max(count, 1.0));
        Self { alpha, g, beta, rho, g_a, reset }
    }
}
