//! What messengers do to a cell, in plain numbers that a cell model applies to its own parameters.
//!
//! # Equations
//! With m̂ = m/(1 + m) for each class,
//! ```text
//! extra conductance g_K m̂_i (in units of the leak) with reversal E_K                          GIRK
//! leak × (1 − a m̂_q),   e_l + b m̂_q                                                           KCNQ
//! v_th − c m̂_s − d m̂_q + e m̂_i
//! adaptation × (1 − f m̂_s − g m̂_q),   not below 0
//! excitatory input × (1 + h m̂_s),   release of transmitter × (1 − i m̂_i)
//! ```
//! A size of 0 switches a law off. Signs are well supported, sizes are choices. Test: `laws_are_as_written`.

neuropil_core::parameters! {
    /// Sizes of the effects.
    pub struct EffectLaws {
        /// Potassium conductance at full Gi, in units of the leak
        girk_conductance: One = 0.2, NonNegative;
        /// Reversal potential of that conductance
        girk_reversal: Mv = -90.0, Any;
        /// Share of the leak that full Gq closes
        kcnq_leak: One = 0.15, Fraction;
        /// Shift of the leak's reversal at full Gq
        kcnq_e_l: Mv = 2.0, Any;
        /// Fall of the threshold at full Gs
        threshold_gs: Mv = 2.0, Any;
        /// Fall of the threshold at full Gq
        threshold_gq: Mv = 2.0, Any;
        /// Rise of the threshold at full Gi
        threshold_gi: Mv = 1.0, Any;
        /// Share of the adaptation that full Gs takes
        adaptation_gs: One = 0.6, Fraction;
        /// Share of the adaptation that full Gq takes
        adaptation_gq: One = 0.4, Fraction;
        /// Gain of excitatory input at full Gs, above 1
        gain_gs: One = 0.2, Any;
        /// Share of the transmitter release that full Gi takes
        release_gi: One = 0.0, Fraction;
    }
}

/// What a cell is to change, from its unmodulated values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CellEffect {
    /// Conductance to add, in units of the leak.
    pub conductance: f64,
    /// Its reversal potential, mV.
    pub reversal_mv: f64,
    /// Factor of the leak.
    pub leak: f64,
    /// To add to the leak's reversal, mV.
    pub e_l_mv: f64,
    /// To add to the threshold, mV.
    pub v_th_mv: f64,
    /// Factor of the adaptation's increment.
    pub adaptation: f64,
    /// Factor of excitatory input.
    pub gain: f64,
    /// Factor of the transmitter that the cell releases.
    pub release: f64,
}

impl EffectLaws {
    /// The effect of levels \[Gi, Gs, Gq\].
    pub fn effect(&self, levels: [f64; 3]) -> CellEffect {
        let [i, s, q] = levels.map(|m| m / (1.0 + m));
        CellEffect {
            conductance: self.girk_conductance.0 * i,
            reversal_mv: self.girk_reversal.0,
            leak: 1.0 - self.kcnq_leak.0 * q,
            e_l_mv: self.kcnq_e_l.0 * q,
            v_th_mv: self.threshold_gi.0 * i - self.threshold_gs.0 * s - self.threshold_gq.0 * q,
            adaptation: (1.0 - self.adaptation_gs.0 * s - self.adaptation_gq.0 * q).max(0.0),
            gain: 1.0 + self.gain_gs.0 * s,
            release: 1.0 - self.release_gi.0 * i,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_core::ParameterSet;
    use neuropil_core::units::One;

    /// Level 1 is half of full; no level, no effect.
    #[test]
    fn laws_are_as_written() {
        let laws = EffectLaws { release_gi: One(0.4), ..EffectLaws::defaults() };
        let none = laws.effect([0.0; 3]);
        assert_eq!((none.conductance, none.leak, none.e_l_mv, none.v_th_mv), (0.0, 1.0, 0.0, 0.0));
        assert_eq!((none.adaptation, none.gain, none.release), (1.0, 1.0, 1.0));
        let inhibited = laws.effect([1.0, 0.0, 0.0]);
        assert_eq!((inhibited.conductance, inhibited.v_th_mv, inhibited.release), (0.1, 0.5, 0.8));
        let excited = laws.effect([0.0, 1.0, 3.0]);
        let found = [excited.v_th_mv, excited.adaptation, excited.gain, excited.leak, excited.e_l_mv];
        let expected = [-1.0 - 1.5, 1.0 - 0.3 - 0.3, 1.1, 1.0 - 0.1125, 1.5];
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15), "{found:?}");
    }
}
