//! What learning needs of a cell: the constants of its recursion, and where its planes have what, as plain numbers.

use super::State;
use neuropil_core::Real;

/// The recursion of a cell that can learn, per step. Its planes have their places in the tables of the models.
///
/// | Kind | Models | Membrane v | Output z |
/// |---|---|---|---|
/// | `Adaptive` | `alif` | plane 0; adaptation in plane 1 | spikes |
/// | `Rectified` | `leaky_relu` | plane 0 | plane 1 |
/// | `Tanh` | `rflo_tanh` | summed input u in plane 1 | plane 0 |
/// | `Clamped` | `lif_delta`, `lif_exp` | plane 0, of [`without_threshold`](super::NeuronModel::without_threshold) | spikes |
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Learnable {
    /// v ← α v + g input − v_th z⁻, a ← ρ a + g_a z⁻, z = \[v > v_th + β a\].
    Adaptive {
        /// α = e^{−dt/τ_m}.
        alpha: f64,
        /// What multiplies arrivals.
        g: f64,
        /// Baseline threshold; a spike subtracts it.
        v_th: f64,
        /// Strength of the adaptation.
        beta: f64,
        /// ρ = e^{−dt/τ_a}.
        rho: f64,
        /// What multiplies a spike in the adaptation.
        g_a: f64,
    },
    /// s ← α s + g input, z = max(0, s − θ).
    Rectified {
        /// α = e^{−dt/τ_m}.
        alpha: f64,
        /// What multiplies arrivals.
        g: f64,
        /// Threshold of the rectifier.
        theta: f64,
    },
    /// h ← (1 − rate) h + rate tanh u.
    Tanh {
        /// dt/τ_m.
        rate: f64,
    },
    /// A membrane in mV that a spike sets to `v_reset` and holds there while refractory.
    Clamped {
        /// α = e^{−dt/τ_m}.
        alpha: f64,
        /// Threshold above E_L, mV.
        v_th: f64,
        /// Reset above E_L, mV.
        v_reset: f64,
        /// Currents that arrivals go to, excitatory and inhibitory; without, arrivals move the membrane at once.
        receptors: Option<[Receptor; 2]>,
    },
}

/// A synaptic current that decays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Receptor {
    /// e^{−dt/τ_syn}.
    pub decay: f64,
    /// What a current of 1 pA at the start of a step adds to the membrane over it, mV.
    pub p21: f64,
}

/// How the output of a cell grows with its membrane (plane 0) where that is tested.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OutputSlope {
    /// Of a spike, at the distance v − (v_th + β a) from the threshold; 0 while the cell is refractory.
    Spike {
        /// Threshold without adaptation.
        v_th: f64,
        /// What raises it.
        adaptation: Option<Adaptation>,
    },
    /// Of max(0, v − θ).
    Rectified {
        /// θ.
        theta: f64,
    },
    /// Of tanh u.
    Tanh {
        /// The plane of u.
        plane: usize,
    },
}

/// An adaptation of the threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adaptation {
    /// Its plane.
    pub plane: usize,
    /// Its strength β.
    pub beta: f64,
}

/// The plane of `Adaptive` cells that says whether the cell spiked.
const SPIKED: usize = 2;

impl Learnable {
    /// How its output grows with its membrane.
    pub fn output_slope(&self) -> OutputSlope {
        match *self {
            Learnable::Adaptive { v_th, beta, .. } => {
                OutputSlope::Spike { v_th, adaptation: Some(Adaptation { plane: 1, beta }) }
            }
            Learnable::Clamped { v_th, .. } => OutputSlope::Spike { v_th, adaptation: None },
            Learnable::Rectified { theta, .. } => OutputSlope::Rectified { theta },
            Learnable::Tanh { .. } => OutputSlope::Tanh { plane: 1 },
        }
    }

    /// Whether it spikes, so that recorded spikes can be put in the place of its own.
    pub fn spikes(&self) -> bool {
        matches!(self.output_slope(), OutputSlope::Spike { .. })
    }

    /// Gives a cell that has advanced the reset of a spike that it did not have, or takes back that of one that it had;
    /// `tested` is its membrane at the test. Refractoriness is for the caller.
    pub fn force<R: Real>(&self, state: &mut State<R>, cell: usize, spikes: bool, tested: impl FnOnce() -> R) {
        match *self {
            Learnable::Adaptive { .. } => state.variables[SPIKED][cell] = if spikes { R::ONE } else { R::ZERO },
            Learnable::Clamped { v_reset, .. } => {
                state.variables[0][cell] = if spikes { R::from_f64(v_reset) } else { tested() };
            }
            Learnable::Rectified { .. } | Learnable::Tanh { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neuron::bench::{Bench, columns, gentle, noise, strong};
    use crate::neuron::conformance::clock;
    use crate::neuron::{MODELS, Output};

    /// What a learnable cell must do with an arrival of `weight` a step, by the recursion of its kind: the trajectory of
    /// plane 0 where it is tested, and whether the cell is above its threshold.
    struct Recursion {
        own: Learnable,
        v: f64,
        a: f64,
        z: f64,
        currents: [f64; 2],
    }

    impl Recursion {
        fn step(&mut self, input: f64, held: bool) -> bool {
            let above = match self.own {
                Learnable::Adaptive { alpha, g, v_th, beta, rho, g_a } => {
                    self.a = rho * self.a + g_a * self.z;
                    self.v = alpha * self.v + g * input - v_th * self.z;
                    self.v > v_th + beta * self.a
                }
                Learnable::Rectified { alpha, g, theta } => {
                    self.v = alpha * self.v + g * input;
                    self.v > theta
                }
                Learnable::Tanh { rate } => {
                    self.v = (1.0 - rate) * self.v + rate * input.tanh();
                    false
                }
                Learnable::Clamped { alpha, v_th, v_reset, receptors } => {
                    let before = if self.z == 1.0 { v_reset } else { self.v };
                    let [exc, inh] = self.currents;
                    let arrived = receptors.map_or(input, |[e, i]| e.p21 * exc + i.p21 * inh);
                    self.v = if held { v_reset } else { alpha * before + arrived };
                    if let Some([e, i]) = receptors {
                        self.currents = [e.decay * exc + input.max(0.0), i.decay * inh + input.min(0.0)];
                    }
                    self.v >= v_th
                }
            };
            let fires = above && !held && !matches!(self.own, Learnable::Rectified { .. } | Learnable::Tanh { .. });
            self.z = f64::from(u8::from(fires));
            fires
        }
    }

    /// Every cell that can learn follows the recursion of the constants it declares, and the planes (of the cell without
    /// threshold, where there is one) hold the membrane that was tested. Would catch a constant of another step or
    /// convention, a membrane after its reset, and a model that declares traces it does not have.
    #[test]
    fn learnable_constants_are_those_of_the_recursion() {
        let mut learnable = Vec::new();
        for entry in MODELS {
            let given: &[(&str, f64)] = match entry.info.name {
                "alif" => &[("beta", 0.2), ("t_ref", 0.3), ("input_gain", 0.8), ("adaptation_scaling", 1.0)],
                "leaky_relu" => &[("theta", 0.01)],
                "rflo_tanh" => &[],
                _ => &[("t_ref", 0.3)],
            };
            let columns = columns(entry.info, given);
            let mut bench = Bench::<f64>::new(entry.build(&columns, 1, clock()).unwrap(), 0..1, 1);
            let Some(own) = bench.model.learnable(0) else { continue };
            learnable.push(entry.info.name);
            let free = bench.model.without_threshold();
            assert_eq!(free.is_some(), matches!(own, Learnable::Clamped { .. }), "{}", entry.info.name);
            let mut recursion = Recursion { own, v: 0.0, a: 0.0, z: 0.0, currents: [0.0; 2] };
            let mut spikes = 0;
            for step in 1..=300 {
                let input = strong(entry.info) * gentle(entry.info) * (1.6 * noise(0, step) - 0.4);
                let held = bench.state.counters.first().is_some_and(|left| left[0] > 0);
                let mut twin = free.as_ref().map(|_| {
                    let mut twin = Bench::new(bench.model.without_threshold().unwrap(), 0..1, 1);
                    twin.state = bench.state.clone();
                    twin
                });
                for bench in twin.iter_mut().chain(std::iter::once(&mut bench)) {
                    bench.arrive(0, input);
                    bench.advance();
                }
                let fires = recursion.step(input, held);
                assert_eq!(bench.fired[0] == 1, fires, "{} step {step}", entry.info.name);
                let tested = twin.as_ref().unwrap_or(&bench).state.variables[0][0];
                let error = (tested - recursion.v).abs();
                assert!(error < 1e-12 * (1.0 + tested.abs()), "{} step {step}: {tested}, {error}", entry.info.name);
                spikes += u32::from(fires);
            }
            assert_eq!(spikes > 10, entry.info.output == Output::Spikes, "{}: {spikes} spikes", entry.info.name);
        }
        assert_eq!(learnable, crate::neuron::learning_models().collect::<Vec<_>>());
    }

    /// A cell in mV whose reset subtracts has no traces. Would catch traces of the wrong reset.
    #[test]
    fn a_reset_by_subtraction_in_mv_cannot_learn() {
        for name in ["lif_delta", "lif_exp"] {
            let entry = crate::neuron::model(name).unwrap();
            let built = entry.build::<f64>(&columns(entry.info, &[("reset", 1.0)]), 1, clock()).unwrap();
            assert_eq!(built.learnable(0), None);
        }
    }
}
