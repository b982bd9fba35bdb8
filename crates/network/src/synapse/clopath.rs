//! `clopath`: plasticity that follows the voltage of the receiving cell.
//!
//! # Equations
//! The sending cell has a trace x̄ that jumps by 1/τ_x at each of its spikes and decays with τ_x. The potential u of the receiving cell
//! is followed by three low passes, ū₊ (τ₊) and ū₋ (τ₋) of u, and ū̄ (τ_mean) of ū₋. With (y)₊ = max(0, y):
//! ```text
//! potentiation, at all times    dw/dt = A_LTP x̄ (u − θ₊)₊ (ū₊ − θ₋)₊,                      w ≤ w_max
//! depression, at a spike        w ← w − A_LTD (|ū̄ − u_rest| / u_ref)^h (ū₋ − θ₋)₊,         w ≥ w_min
//! ```
//! ū₊ and ū₋ are those of `delay_u_bars` ago, so that an action potential does not see itself. h = 2 is the homeostasis of the paper, and
//! h = 0 is none.
//!
//! # Numerics
//! Potentiation is summed over the steps of the grid of time, with u at their ends. Low passes are exact for a potential that is linear within a
//! step. Tests: `a_clamped_cell_is_the_closed_form`, `clopath_lazy_is_eager`, and `neuropil verify` on `clopath_aeif` and `clopath_hh`,
//! which gives the rule the voltages of NEST's cells.
//!
//! # Departures
//! - Low passes begin at the potential at which the cell begins, and were there before. In NEST ū₊ and ū₋ read 0 mV until `delay_u_bars` have
//!   passed, and every presynaptic spike before then depresses as if the cell were at 0 mV.
//! - NEST has ū̄² / u_ref², which is `u_rest` = 0 here. Mean depolarisation is measured from rest in the paper. Its authors' program has
//!   the mean of (u − E_L)² in place of the square of a mean.
//!
//! # References
//! \[Clopath2010\], the equations of depression, of potentiation and of their sum; as NEST's `clopath_synapse`.

use super::equations::SynapseInfo;
use super::timing::{Decay, Elapsed, LowPass, Post, Pre, Timing, Watched};
use neuropil_core::units::Ms;
use neuropil_core::{Clock, ParameterSet};

neuropil_core::parameters! {
    /// Parameters of plasticity that follows a voltage; the defaults are those of the visual cortex, for weights around 1.
    pub struct ClopathParams {
        /// A_LTP: size of potentiation, in the unit of the weight over mV^2
        a_ltp: One = 8e-5, NonNegative;
        /// A_LTD: size of depression, in the unit of the weight over mV
        a_ltd: One = 14e-5, NonNegative;
        /// theta+: potential above which there is potentiation
        theta_plus: Mv = -45.3, Any;
        /// theta-: low-passed potential above which there is plasticity
        theta_minus: Mv = -70.6, Any;
        /// Time constant of the presynaptic trace
        tau_x: Ms = 15.0, Positive;
        /// Time constant of u+, for potentiation
        tau_plus: Ms = 7.0, Positive;
        /// Time constant of u-, for depression
        tau_minus: Ms = 10.0, Positive;
        /// How old the u+ and u- are that synapses see
        delay_u_bars: Ms = 5.0, NonNegative;
        /// h: the power of the mean depolarisation with which depression grows
        homeostasis: One = 0.0, NonNegative;
        /// Time constant of the mean of u-
        tau_mean: Ms = 1000.0, Positive;
        /// Potential from which the mean depolarisation is measured
        u_rest: Mv = -70.6, Any;
        /// Mean depolarisation at which depression has its size
        u_ref: Mv = 7.745_966_692_414_834, Positive;
        /// Least size of a weight, in its unit
        w_min: One = 0.0, NonNegative;
        /// Greatest size of a weight, in its unit
        w_max: One = 1.0, Positive;
        /// The part of the delay that lies before the synapse
        axonal_delay: Ms = 0.0, NonNegative;
    }
}

/// What is kept of a membrane: u, ū₊, ū₋ and ū̄, mV.
type Voltages = [f64; 4];

/// The model; see the [module](self).
pub struct Clopath {
    params: ClopathParams,
    x: Decay,
    plus: LowPass,
    minus: LowPass,
    mean: LowPass,
    dt_ms: f64,
}

/// (y)₊.
#[inline(always)]
fn above(y: f64, threshold: f64) -> f64 {
    if y > threshold { y - threshold } else { 0.0 }
}

impl Timing for Clopath {
    const INFO: SynapseInfo = SynapseInfo {
        name: "clopath",
        title: "voltage-based plasticity",
        references: &["Clopath2010"],
        summary: "Plasticity that follows the voltage of the receiving cell [Clopath2010]",
        parameters: ClopathParams::TABLE,
        variables: &[],
        third_factor: None,
    };
    const LAG: Option<&'static str> = Some("delay_u_bars");
    /// Moments of a cell are many at its action potentials.
    const SETTLE_MS: f64 = 100.0;
    /// An action potential of 2 ms, 50 times a second.
    const MOMENTS: f64 = 0.1;
    type Params = ClopathParams;
    type Pre = [f64; 1];
    /// Potentiation in a step, over x̄.
    type Post = [f64; 1];
    type Own = [f64; 0];
    type Factor = [f64; 0];
    type Membrane = Voltages;

    fn new(params: &ClopathParams, clock: Clock) -> Self {
        let dt_ms = clock.dt_ms();
        let low_pass = |tau: Ms| LowPass::new(tau.0, dt_ms);
        let (plus, minus, mean) = (low_pass(params.tau_plus), low_pass(params.tau_minus), low_pass(params.tau_mean));
        Self { params: params.clone(), x: Decay::new(params.tau_x.0, clock), plus, minus, mean, dt_ms }
    }

    fn trace_pre(&self, before: Option<(&[f64; 1], Elapsed)>) -> [f64; 1] {
        self.x.jumped(before, 1.0 / self.params.tau_x.0)
    }

    #[inline(always)]
    fn low_pass(&self, before: Option<&Voltages>, v_m: f64) -> Voltages {
        let Some([u, plus, minus, mean]) = before.copied() else { return [v_m; 4] };
        let minus_now = self.minus.after(minus, [u, v_m]);
        [v_m, self.plus.after(plus, [u, v_m]), minus_now, self.mean.after(mean, [minus, minus_now])]
    }

    #[inline(always)]
    fn moment(&self, membrane: Watched<Voltages>, _fired: bool) -> Option<[f64; 1]> {
        let p = &self.params;
        let ([u, ..], [_, plus, ..]) = (membrane.now, membrane.earlier);
        let product = above(u, p.theta_plus.0) * above(plus, p.theta_minus.0);
        (product > 0.0).then_some([p.a_ltp.0 * product * self.dt_ms])
    }

    #[inline(always)]
    fn post(&self, size: &mut f64, _own: &mut [f64; 0], event: Post<'_, Self>) {
        if let Some([x]) = event.pre {
            let grown = *size + event.post[0] * x * self.x.left(event.since_pre);
            *size = grown.min(self.params.w_max.0);
        }
    }

    #[inline(always)]
    fn pre(&self, size: &mut f64, _own: &mut [f64; 0], event: Pre<'_, Self>) {
        let p = &self.params;
        let ([.., mean], [_, _, minus, _]) = (event.membrane.now, event.membrane.earlier);
        let depolarised = above(minus, p.theta_minus.0);
        if depolarised > 0.0 {
            let size_of_step = match p.homeostasis.0 {
                0.0 => p.a_ltd.0,
                power => p.a_ltd.0 * ((mean - p.u_rest.0).abs() / p.u_ref.0).powf(power),
            };
            *size = (*size - size_of_step * depolarised).max(p.w_min.0);
        }
    }
}
