//! Cells whose parameters change while they run: what a modulation is, and the cells under it.
//!
//! # Equations
//! With g_L = C_m/τ_m, a leak g_L × `leak`, its reversal E_L + `e_l_mv` and a conductance g_L × `conductance` towards E:
//! ```text
//! C_m dv/dt = −g_L leak (v − E_L − e_l) − g_L conductance (v − E) + I
//!           = −(C_m/τ)(v − E_L) + I + i,     τ = τ_m/(leak + conductance),   i = g_L (leak e_l + conductance (E − E_L))
//! ```
//! so that the cell is one of other τ_m, i_e and v_th, and what is stored of it keeps its meaning. Excitatory arrivals
//! act times `gain`. Test: `a_modulated_membrane_follows_its_equation`.

use super::{Equations, Frame};
use neuropil_core::simd::vectorized;
use neuropil_core::units::{Mv, Pa};
use neuropil_core::{BadParameter, Clock, Quantity, Real};

/// What a cell's parameters become, from their own values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Modulation {
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
    /// Factor of the adaptation's increment; cells without adaptation have nothing to multiply.
    pub adaptation: f64,
    /// Factor of excitatory input.
    pub gain: f64,
}

impl Modulation {
    /// Changes nothing.
    pub const NONE: Self =
        Self { conductance: 0.0, reversal_mv: 0.0, leak: 1.0, e_l_mv: 0.0, v_th_mv: 0.0, adaptation: 1.0, gain: 1.0 };

    /// Whether it changes nothing: a conductance of 0 pulls nowhere, whatever its reversal.
    pub fn is_none(&self) -> bool {
        let reversal_mv = if self.conductance == 0.0 { Self::NONE.reversal_mv } else { self.reversal_mv };
        Self { reversal_mv, ..*self } == Self::NONE
    }
}

/// Why cells cannot be modulated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The model lacks what would change.
    #[error("cells of `{model}` take no change of {effect}")]
    Effect {
        /// The model.
        model: &'static str,
        /// What would change.
        effect: &'static str,
    },
    /// A parameter would leave its range.
    #[error("modulated, {0}")]
    Parameter(BadParameter),
    /// The same, of cells of a file.
    #[error("modulated, {0}")]
    Written(neuropil_equations::machine::BadCell),
}

/// Cells of a part of a population, each with its own modulation.
pub trait Modulated<R: Real>: Send {
    /// Sets the modulation of a cell (its place in the part).
    ///
    /// # Errors
    /// One that leaves the cell no cell: a time constant that is no number, say. The cell stays as it was.
    fn set(&mut self, slot: usize, modulation: &Modulation) -> Result<(), Refusal>;
    /// Advances all cells by one step, as [`NeuronModel::advance`](super::NeuronModel::advance).
    fn advance(&self, frame: Frame<'_, '_, R>) -> bool;
}

/// Cells of one model under their modulations.
pub(super) struct ModulatedCells<M: Equations, R: Real> {
    pub params: Vec<M::Params>,
    /// The modulation that each propagator was made for.
    pub held: Vec<Modulation>,
    pub propagators: Vec<M::Propagator<R>>,
    pub clock: Clock,
}

impl<M: Equations, R: Real> Modulated<R> for ModulatedCells<M, R> {
    fn set(&mut self, slot: usize, modulation: &Modulation) -> Result<(), Refusal> {
        if self.held[slot] != *modulation {
            self.propagators[slot] = M::modulated(&self.params[slot], modulation, self.clock)?;
            self.held[slot] = *modulation;
        }
        Ok(())
    }

    fn advance(&self, mut frame: Frame<'_, '_, R>) -> bool {
        let first = frame.range.start;
        vectorized(
            #[inline(always)]
            || {
                let cells = (first..).zip(&self.propagators);
                cells.fold(true, |sound, (slot, own)| sound & M::advance(own, frame.part(slot..slot + 1)))
            },
        )
    }
}

/// What modulation changes of a leaky membrane in mV.
pub(super) struct Leaky<'a> {
    pub c_m: f64,
    pub tau_m: &'a mut neuropil_core::units::Ms,
    pub e_l: Mv,
    pub v_th: &'a mut Mv,
    pub i_e: &'a mut Pa,
}

impl Leaky<'_> {
    pub(super) fn modulate(self, by: &Modulation) {
        let leak = self.c_m / self.tau_m.0;
        *self.tau_m = Quantity::new(self.tau_m.0 / (by.leak + by.conductance));
        self.i_e.0 += leak * (by.leak * by.e_l_mv + by.conductance * (by.reversal_mv - self.e_l.0));
        self.v_th.0 += by.v_th_mv;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neuron::{Column, NeuronModel, Planes, model};

    const BY: Modulation = Modulation {
        conductance: 0.3,
        reversal_mv: -90.0,
        leak: 0.8,
        e_l_mv: 2.0,
        v_th_mv: -3.0,
        adaptation: 0.5,
        gain: 1.25,
    };

    fn cells(name: &str, given: &[(&str, f64)]) -> Box<dyn NeuronModel<f64>> {
        let entry = model(name).unwrap();
        let value = |row: &neuropil_core::Parameter| {
            given.iter().find(|(symbol, _)| *symbol == row.symbol).map_or(row.default, |(_, value)| *value)
        };
        let columns: Vec<_> = entry.info.parameters.iter().map(|row| Column::Constant(value(row))).collect();
        entry.build(&columns, 2, Clock::new(0.1).unwrap()).unwrap()
    }

    /// The membrane of the second of two cells after each of `steps` steps, from `v_m` = −68 mV, with currents of 100
    /// and −60 pA in the synaptic variables, if there are such.
    fn traces(cells: &dyn NeuronModel<f64>, by: &Modulation, steps: u64) -> Vec<(f64, bool)> {
        let mut modulated = cells.modulated(0..2).unwrap();
        modulated.set(1, by).unwrap();
        let mut state = cells.rest(0..2, 1);
        let variables = cells.info().variables.len();
        cells.set(&mut state, 0, 1, 1, -68.0);
        if cells.info().lasting().count() == 2 {
            cells.set(&mut state, 1, 1, 1, 100.0);
            cells.set(&mut state, 2, 1, 1, -60.0);
        }
        let mut arrivals = [vec![0.0; 2], vec![0.0; 2]];
        let mut trace = Vec::new();
        for step in 1..=steps {
            let mut fired = [0; 2];
            let Planes { variables: mut planes, mut counters } = state.planes();
            let channels = if variables == 1 { 1 } else { 0 };
            let mut input: [&mut [f64]; 2] = Default::default();
            input.iter_mut().zip(&mut arrivals).take(channels).for_each(|(plane, own)| *plane = own);
            let frame = Frame {
                variables: &mut planes,
                counters: &mut counters,
                input: &mut input,
                currents: &[],
                fired: &mut fired,
                step,
                range: 0..2,
            };
            assert!(modulated.advance(frame));
            drop((planes, counters));
            trace.push((cells.observe(&state.view(), 0, 1, 1, step), fired[1] == 1));
        }
        trace
    }

    /// The equation of the module by steps of 0.1 us (forward Euler, error below 1e-4 mV); crossing the lowered
    /// threshold fires.
    #[test]
    fn a_modulated_membrane_follows_its_equation() {
        let (c_m, tau_m, e_l, i_e, tau_syn) = (250.0, 10.0, -70.0, 400.0, 2.0);
        for name in ["lif_exp", "lif_delta"] {
            let by = Modulation { gain: if name == "lif_exp" { BY.gain } else { 1.0 }, ..BY };
            let synapses = if name == "lif_exp" { by.gain * 100.0 - 60.0 } else { 0.0 };
            let own = cells(name, &[("i_e", i_e), ("v_th", -50.0)]);
            let trace = traces(own.as_ref(), &by, 100);
            let (mut v, fine) = (-68.0, 1e-4);
            let leak: f64 = c_m / tau_m;
            for (step, &(found, fired)) in trace.iter().enumerate() {
                for part in 0..1000 {
                    let t = 0.1 * step as f64 + fine * f64::from(part);
                    let i = i_e + synapses * (-t / tau_syn).exp();
                    let currents = -leak * 0.8 * (v - e_l - 2.0) - leak * 0.3 * (v + 90.0) + i;
                    v += fine * currents / c_m;
                }
                assert!(!fired && (found - v).abs() < 1e-3, "{name}, step {step}: {found} instead of {v}");
            }
            let end = trace[99].0;
            let low = cells(name, &[("i_e", i_e), ("v_th", end + 2.9)]);
            assert!(traces(low.as_ref(), &by, 100).iter().any(|(_, fired)| *fired), "{name}");
            let high = Modulation { v_th_mv: -2.8, ..by };
            assert!(!traces(low.as_ref(), &high, 100).iter().any(|(_, fired)| *fired), "{name}");
        }
    }

    /// No modulation is the cell itself, bit by bit.
    #[test]
    fn no_modulation_changes_no_bit() {
        for name in ["lif_exp", "lif_delta"] {
            let own = cells(name, &[("i_e", 500.0), ("tau_m", 11.3)]);
            let modulated = traces(own.as_ref(), &Modulation::NONE, 300);
            let mut state = own.rest(0..2, 1);
            own.set(&mut state, 0, 1, 1, -68.0);
            if name == "lif_exp" {
                own.set(&mut state, 1, 1, 1, 100.0);
                own.set(&mut state, 2, 1, 1, -60.0);
            }
            let mut zeros = [0.0; 2];
            for (step, found) in (1..).zip(modulated) {
                let mut fired = [0; 2];
                let Planes { mut variables, mut counters } = state.planes();
                let mut input = [if name == "lif_delta" { &mut zeros[..] } else { &mut [] }];
                let frame = Frame {
                    variables: &mut variables,
                    counters: &mut counters,
                    input: &mut input,
                    currents: &[],
                    fired: &mut fired,
                    step,
                    range: 0..2,
                };
                own.advance(0..2, 1, frame);
                drop((variables, counters));
                let expected = own.observe(&state.view(), 0, 1, 1, step);
                assert_eq!((found.0.to_bits(), found.1), (expected.to_bits(), fired[1] == 1), "{name}, step {step}");
            }
        }
    }

    /// What a model lacks is refused by name, a threshold below the reset with its number.
    #[test]
    fn what_a_cell_cannot_take_is_refused() {
        assert_eq!(cells("lif_exp", &[]).takes(&BY), Ok(()));
        let message = |name: &str, by: &Modulation| cells(name, &[]).takes(by).unwrap_err().1.to_string();
        assert_eq!(message("lif_delta", &BY), "cells of `lif_delta` take no change of the gain of excitatory input");
        assert_eq!(message("alif", &BY), "cells of `alif` take no change of membrane or threshold");
        assert_eq!(cells("alif", &[]).takes(&Modulation::NONE), Ok(()));
        let without_conductance = Modulation { reversal_mv: -90.0, ..Modulation::NONE };
        assert_eq!(cells("alif", &[]).takes(&without_conductance), Ok(()));
        assert!(cells("alif", &[]).takes(&Modulation { conductance: 0.1, ..without_conductance }).is_err());
        assert!(cells("alif", &[]).modulated(0..2).is_none());
        let low = message("lif_exp", &Modulation { v_th_mv: -15.0, ..BY });
        assert!(low.contains("v_reset_mv") && low.contains("-70"), "{low}");
    }
}
