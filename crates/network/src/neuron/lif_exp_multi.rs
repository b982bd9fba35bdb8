//! `lif_exp_multi`: leaky integrate-and-fire with any number of receptors, each an exponential current of its own.
//!
//! # Equations
//! ```text
//! C_m dv_m/dt = −(C_m/τ_m)(v_m − E_L) + Σ_k I_k + I,     dI_k/dt = −I_k/τ_k
//! arrival of weight w (pA) at receptor k:  I_k ← I_k + w
//! v_m ≥ v_th and not refractory:  spike, v_m ← v_reset (or v_m − (v_th − v_reset)), held for t_ref
//! ```
//! The update over a step is exact, that of [`lif_exp`](super::lif_exp) with a sum over k:
//! ```text
//! u ← e^{−ah} u + Σ_k P21_k I_k + P20 I,     I_k ← e^{−h/τ_k} I_k,     then arrivals, then the test
//! ```
//! Tests: `two_receptors_are_lif_exp`, and `tests/it/physics/multisynapse.rs` of the repository, beside NEST's
//! `iaf_psc_exp_multisynapse`.
//!
//! # Ports
//! As many as the user names (at most 16), each with `tau_syn`. Without names, `exc` and `inh`: the model is `lif_exp`.
//!
//! # References
//! \[Rotter1999\] eq. 3.2-3.4.

use super::lif_exp::{current_step, decaying_current_step};
use super::membrane::{RESETS, Threshold, reset_conflict};
use super::{
    AskedPort, CurrentPort, Description, Equations, Frame, ModelInfo, Output, Port, Shape, SignRule, Variable, interned,
};
use neuropil_core::units::Ms;
use neuropil_core::{BadParameter, Clock, ClockError, Parameter, ParameterSet, Real, Unit};
use std::hint::select_unpredictable;

neuropil_core::parameters! {
    /// Parameters of `lif_exp_multi` that do not belong to a receptor.
    pub struct MembraneParams {
        /// Membrane capacitance
        c_m: Pf = 250.0, Positive;
        /// Membrane time constant
        tau_m: Ms = 10.0, Positive;
        /// Resting potential
        e_l: Mv = -70.0, Any;
        /// Threshold
        v_th: Mv = -55.0, Any;
        /// Potential after a spike
        v_reset: Mv = -70.0, Any;
        /// Absolute refractory period
        t_ref: Ms = 2.0, NonNegative;
        /// Constant current
        i_e: Pa = 0.0, Any;
        /// Reset to v_reset, or by subtraction of v_th - v_reset
        reset: One = 0.0, Choice(RESETS);
    }
}

neuropil_core::parameters! {
    /// What a receptor of `lif_exp_multi` has of its own.
    pub struct ReceptorParams {
        /// Time constant of its current
        tau_syn: Ms = 2.0, Positive;
    }
}

/// Parameters of `lif_exp_multi`.
#[derive(Debug, Clone, PartialEq)]
pub struct LifExpMultiParams {
    /// Those of the membrane.
    pub membrane: MembraneParams,
    /// Time constant of the current of each receptor.
    pub tau_syn: Vec<Ms>,
}

const MEMBRANE: usize = MembraneParams::TABLE.len();
const TABLE: [Parameter; MEMBRANE + 2] = {
    let mut table = [ReceptorParams::TABLE[0]; MEMBRANE + 2];
    let mut row = 0;
    while row < MEMBRANE {
        table[row] = MembraneParams::TABLE[row];
        row += 1;
    }
    table[MEMBRANE].symbol = "tau_syn_exc";
    table[MEMBRANE + 1].symbol = "tau_syn_inh";
    table
};
const V_M: Variable = Variable { symbol: "v_m", unit: Unit::Mv, doc: "membrane potential" };

const fn current_of(symbol: &'static str) -> Variable {
    Variable { symbol, unit: Unit::Pa, doc: "current of a receptor" }
}

impl ParameterSet for LifExpMultiParams {
    const TABLE: &'static [Parameter] = &TABLE;

    fn from_values(values: &[f64]) -> Self {
        let (membrane, receptors) = values.split_at(MEMBRANE);
        let tau_syn = receptors.iter().map(|tau| Ms(*tau)).collect();
        Self { membrane: MembraneParams::from_values(membrane), tau_syn }
    }

    fn values(&self) -> Vec<f64> {
        self.membrane.values().into_iter().chain(self.tau_syn.iter().map(|tau| tau.0)).collect()
    }
}

/// The model with these ports.
fn with_ports(asked: &[AskedPort]) -> &'static ModelInfo {
    let row = |port: &AskedPort| Parameter {
        symbol: interned(&format!("{}_{}", ReceptorParams::TABLE[0].symbol, port.name)),
        ..ReceptorParams::TABLE[0]
    };
    let port = |(index, port): (usize, &AskedPort)| Port {
        name: port.name,
        unit: Unit::Pa,
        sign: port.sign,
        into: Some(1 + index),
        doc: "a receptor",
    };
    let current = |port: &AskedPort| current_of(interned(&format!("i_syn_{}", port.name)));
    Description {
        name: LifExpMulti::INFO.name,
        summary: LifExpMulti::INFO.summary,
        parameters: MembraneParams::TABLE.iter().copied().chain(asked.iter().map(row)).collect(),
        variables: std::iter::once(V_M).chain(asked.iter().map(current)).collect(),
        derived: Vec::new(),
        counters: LifExpMulti::INFO.counters,
        ports: asked.iter().enumerate().map(port).collect(),
        currents: LifExpMulti::INFO.currents.to_vec(),
        output: LifExpMulti::INFO.output,
    }
    .interned()
}

/// The model; see the [module](self).
pub struct LifExpMulti;

/// What a step needs of a receptor.
struct Receptor<R> {
    p21: R,
    p11: R,
}

/// What a step needs.
pub struct Propagator<R> {
    p22: R,
    receptors: Vec<Receptor<R>>,
    p20: R,
    drift: R,
    threshold: Threshold<R>,
}

/// Cells whose currents are summed at a time.
const TILE: usize = 64;

impl Equations for LifExpMulti {
    const INFO: ModelInfo = ModelInfo {
        name: "lif_exp_multi",
        summary: "leaky integrate-and-fire, any number of receptors with exponential currents",
        references: &["Rotter1999"],
        parameters: LifExpMultiParams::TABLE,
        variables: &[V_M, current_of("i_syn_exc"), current_of("i_syn_inh")],
        derived: &[],
        counters: 1,
        ports: &[Port::exc(Unit::Pa, Some(1)), Port::inh(Unit::Pa, SignRule::Negative, Some(2))],
        currents: &[CurrentPort::only(Unit::Pa)],
        output: Output::Spikes,
    };
    const SHAPE: Option<Shape> = Some(Shape { parameters: ReceptorParams::TABLE, info: with_ports });
    type Params = LifExpMultiParams;
    type Propagator<R: Real> = Propagator<R>;

    fn conflicts(p: &LifExpMultiParams) -> Vec<BadParameter> {
        reset_conflict(p.membrane.v_reset, p.membrane.v_th)
    }

    fn propagator<R: Real>(p: &LifExpMultiParams, clock: Clock) -> Result<Propagator<R>, ClockError> {
        let (h, own) = (clock.dt_ms(), &p.membrane);
        let p20 = current_step(own.c_m.0, own.tau_m.0, h);
        let receptor = |tau: &Ms| Receptor {
            p21: R::from_f64(decaying_current_step(own.c_m.0, own.tau_m.0, tau.0, h)),
            p11: R::from_f64((-h / tau.0).exp()),
        };
        Ok(Propagator {
            p22: R::from_f64((-h / own.tau_m.0).exp()),
            receptors: p.tau_syn.iter().map(receptor).collect(),
            p20: R::from_f64(p20),
            drift: R::from_f64(p20 * own.i_e.0),
            threshold: Threshold::new(own.v_th, own.v_reset, own.e_l, own.reset.0, own.t_ref, clock)?,
        })
    }

    fn rest(p: &LifExpMultiParams, variable: usize) -> f64 {
        if variable == 0 { p.membrane.e_l.0 } else { 0.0 }
    }

    fn stored(p: &LifExpMultiParams, variable: usize, value: f64) -> f64 {
        if variable == 0 { value - p.membrane.e_l.0 } else { value }
    }

    fn observed(p: &LifExpMultiParams, variable: usize, stored: &[f64], _: &[u32], _: f64) -> f64 {
        if variable == 0 { stored[0] + p.membrane.e_l.0 } else { stored[variable] }
    }

    #[inline(always)]
    fn advance<R: Real>(p: &Propagator<R>, frame: Frame<'_, '_, R>) -> bool {
        let Some((v_m, currents)) = frame.variables.split_first_mut() else { return true };
        let injected = frame.currents.first().copied().unwrap_or(&[]);
        let mut unsound = R::Bits::default();
        let mut free = [R::ZERO; TILE];
        for first in frame.range.clone().step_by(TILE) {
            let tile = first..frame.range.end.min(first + TILE);
            let (v_m, free) = (&mut v_m[tile.clone()], &mut free[..tile.len()]);
            free.iter_mut().zip(&*v_m).for_each(|(free, v_m)| *free = p.p22 * *v_m);
            for (receptor, current) in p.receptors.iter().zip(&mut *currents) {
                for (free, current) in free.iter_mut().zip(&mut current[tile.clone()]) {
                    *free += receptor.p21 * *current;
                    *current = receptor.p11 * *current;
                    unsound = unsound | (*current * R::ZERO).bits();
                }
            }
            if !injected.is_empty() {
                let injected = &injected[tile.clone()];
                free.iter_mut().zip(injected).for_each(|(free, current)| *free += p.p20 * *current);
            }
            let cells = v_m.iter_mut().zip(free).zip(&mut frame.counters[0][tile.clone()]);
            for (((v_m, free), refractory), fired) in cells.zip(&mut frame.fired[tile]) {
                *v_m = select_unpredictable(*refractory == 0, *free + p.drift, *v_m);
                *fired = u8::from(p.threshold.test(v_m, refractory));
                unsound = unsound | (*v_m * R::ZERO).bits();
            }
        }
        // 0 x is 0 for every finite x and NaN for all others.
        unsound & R::INFINITY_BITS == R::Bits::default()
    }

    /// Charge per arrival w τ_k (pA ms).
    fn mean_current(p: &LifExpMultiParams, port: usize, weight: f64, rate_hz: f64) -> Option<f64> {
        Some(weight * p.tau_syn[port].0 * rate_hz * 1e-3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neuron::bench::{Bench, columns, noise, one_cell};
    use crate::neuron::conformance::clock;
    use crate::neuron::model;

    /// Two receptors with the time constants of `lif_exp` give its spikes and its bits, for one sign each and for a
    /// current. Would catch another order of sums, a receptor that takes another's arrivals, and a tile that is cut.
    #[test]
    fn two_receptors_are_lif_exp() {
        let given = [("tau_syn_exc", 1.5), ("tau_syn_inh", 7.0), ("i_e", 100.0)];
        let (mut own, mut twin) = (one_cell("lif_exp_multi", 0.1, &given), one_cell("lif_exp", 0.1, &given));
        let mut spikes = 0;
        for step in 0..2000 {
            for bench in [&mut own, &mut twin] {
                bench.current[0] = 300.0 * noise(1, step);
                bench.arrive(0, 900.0 * (noise(0, step) - 0.2));
            }
            let fired = own.advance();
            assert_eq!(fired, twin.advance(), "step {step}");
            for variable in 0..3 {
                assert_eq!(own.value(variable, 0).to_bits(), twin.value(variable, 0).to_bits(), "step {step}");
            }
            spikes += u32::from(fired);
        }
        assert!(spikes > 20, "{spikes} spikes");
    }

    /// A receptor decays with its own time constant, and nothing reaches the others; more cells than a tile are all
    /// advanced. Would catch receptors that share a constant or a plane.
    #[test]
    fn each_receptor_decays_with_its_own_time_constant() {
        let asked: Vec<AskedPort> =
            (0..16).map(|port| AskedPort { name: interned(&format!("r{port}")), sign: SignRule::Any }).collect();
        let entry = model("lif_exp_multi").unwrap();
        let info = (entry.shape.unwrap().info)(&asked);
        let given: Vec<(String, f64)> =
            (0..16).map(|port| (format!("tau_syn_r{port}"), 0.5 + f64::from(port))).collect();
        let given: Vec<(&str, f64)> = given.iter().map(|(name, tau)| (name.as_str(), *tau)).collect();
        let built = entry.build_shaped::<f64>(info, &columns(info, &given), 200, clock()).unwrap();
        let mut bench = Bench::new(built, 0..200, 1);
        for port in 0..16 {
            bench.set(1 + port, 150, 10.0 + port as f64);
        }
        for _ in 0..20 {
            bench.advance();
        }
        for port in 0..16 {
            let expected = (10.0 + port as f64) * (-2.0 / (0.5 + port as f64)).exp();
            assert!((bench.value(1 + port, 150) / expected - 1.0).abs() < 1e-12, "receptor {port}");
            assert_eq!(bench.value(1 + port, 149), 0.0);
        }
    }
}
