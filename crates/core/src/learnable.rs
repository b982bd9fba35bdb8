//! A cell that can learn, as plain numbers: the constants of its recursion, and where its planes have what.
//!
//! Cells (`network`) say them, learning rules (`plasticity`) take them, and neither knows the other.

/// The recursion of a cell that can learn, per step. Its planes have their places in the tables of the models.
///
/// | Kind | Models | Membrane v | Output z |
/// |---|---|---|---|
/// | `Adaptive` | `alif` | plane 0; adaptation in plane 1 | spikes |
/// | `Rectified` | `leaky_relu` | plane 0 | plane 1 |
/// | `Tanh` | `rflo_tanh` | summed input u in plane 1 | plane 0 |
/// | `Clamped` | `lif_delta`, `lif_exp` | plane 0, of the model without its threshold | spikes |
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

/// What a spike leaves in the planes of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AfterSpike {
    /// Nothing that another spike would not.
    Nothing,
    /// 1 in this plane, 0 where there was none.
    Marked {
        /// The plane.
        plane: usize,
    },
    /// A membrane (plane 0) of this value, which hides the one that was tested.
    Reset {
        /// Above E_L, mV.
        value: f64,
    },
}

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

    /// What a spike leaves.
    pub fn after_spike(&self) -> AfterSpike {
        match *self {
            Learnable::Adaptive { .. } => AfterSpike::Marked { plane: 2 },
            Learnable::Clamped { v_reset, .. } => AfterSpike::Reset { value: v_reset },
            Learnable::Rectified { .. } | Learnable::Tanh { .. } => AfterSpike::Nothing,
        }
    }
}

/// The recursion of the constants, written out for one cell: what models that declare them are held to.
#[derive(Debug, Clone)]
pub struct Recursion {
    own: Learnable,
    /// The membrane where it is tested; of `Tanh` the output h.
    pub v: f64,
    a: f64,
    z: f64,
    currents: [f64; 2],
}

impl Recursion {
    /// At rest.
    pub fn new(own: Learnable) -> Self {
        Self { own, v: 0.0, a: 0.0, z: 0.0, currents: [0.0; 2] }
    }

    /// A step with an arrival of `input`, of a cell that is refractory or not; whether it spikes.
    pub fn step(&mut self, input: f64, refractory: bool) -> bool {
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
                self.v = if refractory { v_reset } else { alpha * before + arrived };
                if let Some([e, i]) = receptors {
                    self.currents = [e.decay * exc + input.max(0.0), i.decay * inh + input.min(0.0)];
                }
                self.v >= v_th
            }
        };
        let spikes = above && !refractory && self.own.spikes();
        self.z = f64::from(u8::from(spikes));
        spikes
    }
}
