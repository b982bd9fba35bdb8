//! How cells hear a peptide: receptors, then stages of messengers.

use super::CarrierError;
use neuropil_neuromod::receptor::{Binding, Cascade, GClass, Ligand, Receptor};

/// What a messenger reports to the synapses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// Its level.
    Level,
    /// How much it has changed since the field step before: for tissue that loses nothing.
    Change,
}

/// What a peptide binds to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Receptors {
    /// Far from saturation; follows with 1/k_off ms, 0 is at once.
    Linear {
        /// 1/k_off, ms of the tissue.
        tau_ms: f64,
    },
    /// One receptor that saturates.
    Binding {
        /// Concentration of half occupancy, nM.
        k_d_nm: f64,
        /// Rate of binding, 1/(nM ms); infinite is at once.
        k_on: f64,
        /// Mean concentration that a steady emission of one comes to, nM.
        nm_per_credit: f64,
    },
}

/// How cells hear.
#[derive(Debug, Clone, PartialEq)]
pub struct Hearing {
    /// Receptors.
    pub receptors: Receptors,
    /// Time constants of the stages behind them, ms of the tissue.
    pub stages_ms: Vec<f64>,
    /// What is reported.
    pub report: Report,
}

/// The state of one peptide's receptors and messenger at one cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ReceptorState {
    /// Bound fraction, and an unused desensitised one.
    bound: [f64; 2],
    stages: Vec<f64>,
    before: f64,
}

impl ReceptorState {
    pub(super) fn numbers(&self) -> impl Iterator<Item = f64> {
        self.bound.iter().chain(&self.stages).copied().chain([self.before])
    }

    /// Takes numbers back, as many as there are.
    pub(super) fn set(&mut self, numbers: &[f64]) {
        let own = self.bound.iter_mut().chain(&mut self.stages).chain([&mut self.before]);
        own.zip(numbers).for_each(|(own, value)| *own = *value);
    }
}

impl Hearing {
    pub(super) fn check(&self) -> Result<(), CarrierError> {
        let unfit = |what, reason: String| Err(CarrierError::Unfit { what, reason });
        let positive = |value: f64| value.is_finite() && value > 0.0;
        if let Some(tau) = self.stages_ms.iter().find(|tau| !positive(**tau)) {
            return unfit("messenger_tau_ms", format!("found {tau}, must be > 0"));
        }
        match self.receptors {
            Receptors::Linear { tau_ms } if !(tau_ms.is_finite() && tau_ms >= 0.0) => {
                unfit("receptors.tau_ms", format!("found {tau_ms}, must be >= 0"))
            }
            Receptors::Binding { k_d_nm, k_on, nm_per_credit } => {
                if !(positive(k_d_nm) && k_on > 0.0 && positive(nm_per_credit)) {
                    return unfit("receptors", "k_d_nm, k_on_per_nm_per_ms and nm_per_credit must be > 0".into());
                }
                if self.report == Report::Change {
                    return unfit("receptors.report", "`change` needs linear receptors: others saturate".into());
                }
                Ok(())
            }
            Receptors::Linear { .. } => Ok(()),
        }
    }
}

/// Hearing, ready to be used.
#[derive(Debug)]
pub(super) struct ReceptorDynamics {
    hearing: Hearing,
    receptor: Receptor,
    /// All linear stages; none if levels follow at once.
    cascade: Option<Cascade>,
}

impl ReceptorDynamics {
    pub(super) fn new(hearing: &Hearing) -> Self {
        let first = match hearing.receptors {
            Receptors::Linear { tau_ms } if tau_ms > 0.0 => Some(tau_ms),
            _ => None,
        };
        let stages: Vec<f64> = first.into_iter().chain(hearing.stages_ms.iter().copied()).collect();
        let (k_d, k_on) = match hearing.receptors {
            Receptors::Linear { .. } => (1.0, 1.0),
            Receptors::Binding { k_d_nm, k_on, .. } => (k_d_nm, k_on),
        };
        let receptor = Receptor {
            name: String::new(),
            class: GClass::Gs,
            ligands: vec![Ligand { species: 0, k_d, k_on }],
            binding: if k_on.is_finite() { Binding::Kinetic } else { Binding::Equilibrium { hill: 1.0 } },
            desensitisation: None,
        };
        Self { hearing: hearing.clone(), receptor, cascade: Cascade::linear(&stages) }
    }

    /// Concentration per unit of credit, nM, and modulator per unit of level.
    pub(super) fn gain(&self) -> (f64, f64) {
        match self.hearing.receptors {
            Receptors::Linear { .. } => (1.0, 1.0),
            Receptors::Binding { nm_per_credit, .. } => (nm_per_credit, 1.0 / nm_per_credit),
        }
    }

    /// The level that a concentration comes to: k_d o of receptors that bind.
    pub(super) fn settled(&self, c: f64) -> f64 {
        match self.hearing.receptors {
            Receptors::Linear { .. } => c,
            Receptors::Binding { k_d_nm, .. } => k_d_nm * c / (c + k_d_nm),
        }
    }

    /// Settled to a concentration.
    pub(super) fn settled_state(&self, c: f64) -> ReceptorState {
        let level = self.settled(c);
        let bound = match self.hearing.receptors {
            Receptors::Linear { .. } => 0.0,
            Receptors::Binding { k_d_nm, .. } => level / k_d_nm,
        };
        let stages = self.cascade.as_ref().map_or(0, |cascade| cascade.stages().len());
        ReceptorState { bound: [bound, 0.0], stages: vec![level; stages], before: level }
    }

    /// A field step under a concentration; what is reported.
    pub(super) fn advance(&self, state: &mut ReceptorState, c: f64, step_ms: f64) -> f64 {
        let drive = match self.hearing.receptors {
            Receptors::Linear { .. } => c,
            Receptors::Binding { k_d_nm, k_on, .. } => {
                let before = state.bound[0];
                self.receptor.advance(&mut state.bound, &[c], step_ms);
                let held = if k_on.is_finite() { 0.5 * (before + state.bound[0]) } else { state.bound[0] };
                k_d_nm * held
            }
        };
        let level = match &self.cascade {
            Some(cascade) => cascade.advance(&mut state.stages, drive, step_ms),
            None => drive,
        };
        match self.hearing.report {
            Report::Level => level,
            Report::Change => level - std::mem::replace(&mut state.before, level),
        }
    }
}
