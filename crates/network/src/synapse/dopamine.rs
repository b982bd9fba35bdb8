//! What rules of three factors have in common: a third factor that is followed, and turns eligibility into a change of the weight.

use super::third_factor::Change;
use super::timing::{Decay, Elapsed};
use neuropil_core::Clock;

/// Numbers of a rule with eligibility c and dopamine n: dc/dt = −c/τ_c, dn/dt = (L − n)/τ_n, dw/dt = c (n − b), w in [w_min, w_max].
#[derive(Debug, Clone, Copy)]
pub(super) struct Constants {
    /// τ_c, ms.
    pub tau_c: f64,
    /// τ_n, ms.
    pub tau_n: f64,
    /// b, 1/ms.
    pub baseline: f64,
    pub w_min: f64,
    pub w_max: f64,
}

/// The same on a grid of time.
pub(super) struct Dopamine {
    own: Constants,
    /// Of eligibility and of dopamine.
    c: Decay,
    n: Decay,
    /// 1/τ = 1/τ_c + 1/τ_n.
    tau_both: f64,
}

/// What has gone of 1.
#[inline(always)]
fn gone(elapsed_ms: f64, tau_ms: f64) -> f64 {
    -(-elapsed_ms / tau_ms).exp_m1()
}

impl Dopamine {
    pub(super) fn new(own: Constants, clock: Clock) -> Self {
        let Constants { tau_c, tau_n, .. } = own;
        let tau_both = tau_c * tau_n / (tau_c + tau_n);
        Self { own, c: Decay::new(tau_c, clock), n: Decay::new(tau_n, clock), tau_both }
    }

    /// n and L, some time after a change left them behind.
    fn level(&self, factor: Option<(&[f64; 2], Elapsed)>) -> [f64; 2] {
        factor.map_or([0.0; 2], |([n, level], since)| [level + (n - level) * self.n.left(since), *level])
    }

    /// n and L just after a change; n begins with the level that the run begins with.
    pub(super) fn changed(&self, before: Option<(&[f64; 2], Elapsed)>, change: Change) -> [f64; 2] {
        let [n, level] = self.level(before);
        match change {
            Change::Spikes(count) => [n + count / self.own.tau_n, level],
            Change::Level(level) if before.is_none() => [level, level],
            Change::Level(level) => [n, level],
        }
    }

    /// When n passes b, if it does so within a time.
    fn turn(&self, [n, level]: [f64; 2], within_ms: f64) -> Option<f64> {
        let (from, to) = (n - self.own.baseline, level - self.own.baseline);
        if from * to >= 0.0 {
            return None;
        }
        let at = self.own.tau_n * ((from - to) / -to).ln();
        (at < within_ms).then_some(at)
    }

    /// Time passes in which nothing comes to a synapse.
    #[inline(always)]
    pub(super) fn pass(&self, size: &mut f64, c: &mut f64, factor: Option<(&[f64; 2], Elapsed)>, elapsed: Elapsed) {
        let p = &self.own;
        if *c == 0.0 {
            return;
        }
        let (time, dt_ms) = (elapsed.ms(), elapsed.dt_ms);
        let [n, level] = self.level(factor);
        let change = |time: f64| {
            let steady = (level - p.baseline) * p.tau_c * gone(time, p.tau_c);
            *c * (steady + (n - level) * self.tau_both * gone(time, self.tau_both))
        };
        let held = |size: f64| size.max(p.w_min).min(p.w_max);
        let mut passed = 0.0;
        if let Some(turn) = self.turn([n, level], time) {
            let step = (turn / dt_ms).floor() * dt_ms;
            for until in [step, (step + dt_ms).min(time)] {
                let now = change(until);
                (*size, passed) = (held(*size + (now - passed)), now);
            }
        }
        *size = held(*size + (change(time) - passed));
        *c *= self.c.left(elapsed);
    }
}
