//! Time between two things that come to a synapse, and what is left of a trace after it.

use neuropil_core::Clock;

/// Most steps that are looked up; what is left after more of them is computed.
const MOST_STEPS: f64 = 8192.0;
/// Nobody asks often for what is left after so many time constants.
const MOST_TAUS: f64 = 40.0;

/// A time of whole steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Elapsed {
    /// How many.
    pub steps: u64,
    /// A step, ms.
    pub dt_ms: f64,
}

impl Elapsed {
    /// Longer than anything lasts: the time since what never was.
    pub const FOREVER: Self = Self { steps: u64::MAX, dt_ms: f64::INFINITY };

    /// In ms.
    #[inline(always)]
    #[expect(clippy::cast_precision_loss, reason = "steps stay below 2^48")]
    pub fn ms(self) -> f64 {
        self.steps as f64 * self.dt_ms
    }
}

/// An exponential decay: what is left after few steps lies in a table, and has the bits of what is computed after many.
#[derive(Debug, Clone)]
pub struct Decay {
    tau_ms: f64,
    left: Box<[f64]>,
}

impl Decay {
    /// With a time constant, on a grid of time.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number from 0 to `MOST_STEPS` is cut"
    )]
    pub fn new(tau_ms: f64, clock: Clock) -> Self {
        let count = (MOST_TAUS * tau_ms / clock.dt_ms()).ceil().min(MOST_STEPS) as u64;
        let elapsed = |steps| Elapsed { steps, dt_ms: clock.dt_ms() };
        Self { tau_ms, left: (0..count).map(|steps| left(elapsed(steps), tau_ms)).collect() }
    }

    /// What is left of 1.
    #[inline(always)]
    pub fn left(&self, elapsed: Elapsed) -> f64 {
        let known = usize::try_from(elapsed.steps).ok().and_then(|steps| self.left.get(steps));
        if let Some(left) = known { *left } else { left_long_after(elapsed, self.tau_ms) }
    }

    /// A trace just after it has jumped; `before` is the one just after the jump before, and the time since then.
    #[inline(always)]
    pub fn jumped(&self, before: Option<(&[f64; 1], Elapsed)>, by: f64) -> [f64; 1] {
        [before.map_or(0.0, |([trace], elapsed)| trace * self.left(elapsed)) + by]
    }
}

#[cold]
#[inline(never)]
fn left_long_after(elapsed: Elapsed, tau_ms: f64) -> f64 {
    left(elapsed, tau_ms)
}

fn left(elapsed: Elapsed, tau_ms: f64) -> f64 {
    (-elapsed.ms() / tau_ms).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch a table of another step, an end of it that is off by one, and a time without end that is not 0.
    #[test]
    fn what_is_looked_up_is_what_is_computed() {
        for (tau, dt) in [(20.0, 0.1), (3.0, 0.5), (1e5, 0.1), (0.01, 0.1), (1e-12, 0.1)] {
            let decay = Decay::new(tau, Clock::new(dt).unwrap());
            for steps in (0..20_000).chain([1 << 40]) {
                let time = dt * f64::from(u32::try_from(steps.min(1 << 30)).unwrap());
                let found = decay.left(Elapsed { steps, dt_ms: dt });
                let wanted = if steps > 1 << 30 { 0.0 } else { (-time / tau).exp() };
                assert_eq!(found.to_bits(), wanted.to_bits(), "{steps} steps of {dt} ms, {tau} ms");
            }
            assert_eq!(decay.left(Elapsed::FOREVER), 0.0);
        }
    }
}
