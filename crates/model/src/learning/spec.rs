//! What `plastic` and `learning` say.

use super::weights::{OutWeights, ReadoutWeights};
use crate::chosen::Chosen;
use crate::sections::MuKind;
use crate::sections::carrier::CarrierSettings;
use crate::taps::TapSettings;
use neuropil_engine::learning::{Descent, TimeSeries};
use neuropil_engine::trial::ResetGradient;
use neuropil_plasticity::cascade::Cascade;
use neuropil_plasticity::feedback::Draw;
use neuropil_plasticity::{PseudoDerivative, RateRegulariser, Rule};
use std::path::PathBuf;

/// What `plastic` says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlasticSpec {
    pub(super) rate: f64,
    pub(super) descent: Descent,
    pub(super) min: f64,
    pub(super) max: f64,
}

/// What the section `learning` says.
#[derive(Debug, Clone)]
pub(crate) struct LearningSpec {
    pub(super) teacher: TeacherSpec,
    pub(super) pseudo_derivative: PseudoDerivative,
    pub(super) reset: ResetGradient,
    pub(super) mu: Option<MuKind>,
    pub(crate) feedback: Draw,
    pub(super) regulariser: Option<RateRegulariser>,
    /// S of the rules `*_S`, and what they make of their taps.
    pub lags: usize,
    pub taps: TapSettings,
    pub(crate) carrier: CarrierSettings,
    /// The stages between what synapses remember and what arrives.
    pub(crate) cascade: Option<Cascade>,
    /// Steps between frames of credit, and cells of each population in them.
    pub(super) watch: Option<(u64, usize)>,
    pub(super) apply_steps: u64,
    pub(super) horizon_steps: Option<u64>,
    pub(super) snapshot_steps: Option<u64>,
    /// Files that it reads, and the paths in this file that name them.
    pub files: Vec<(String, PathBuf)>,
}

#[derive(Debug, Clone)]
pub(super) enum TeacherSpec {
    Readout(&'static Rule, Box<ReadoutSpec>),
    ThirdFactor { series: TimeSeries, kappa: f64 },
}

#[derive(Debug, Clone)]
pub(super) struct ReadoutSpec {
    pub(super) from: Vec<Chosen>,
    pub(super) outputs: usize,
    pub(super) kappa: f64,
    pub(super) scale: f64,
    pub(super) start: ReadoutWeights,
    pub(super) rate: f64,
    pub(super) target: TargetSpec,
    pub(super) said: Option<TimeSeries>,
}

#[derive(Debug, Clone)]
pub(super) enum TargetSpec {
    Series(TimeSeries),
    /// The answers of the model's task; the last so many steps of a trial count.
    Task(Option<usize>),
    /// Errors that were found elsewhere.
    Errors(TimeSeries),
}

impl LearningSpec {
    /// Whether a readout is asked for numbers over time.
    pub fn has_time_series(&self) -> bool {
        matches!(&self.teacher, TeacherSpec::Readout(_, own) if matches!(own.target, TargetSpec::Series(_)))
    }

    /// Whether the readout, or its errors, were recorded.
    pub fn is_told(&self) -> bool {
        let told = |own: &ReadoutSpec| own.said.is_some() || matches!(own.target, TargetSpec::Errors(_));
        matches!(&self.teacher, TeacherSpec::Readout(_, own) if told(own))
    }

    /// Whom the readout reads.
    pub(crate) fn reads(&self) -> &[Chosen] {
        match &self.teacher {
            TeacherSpec::Readout(_, own) => &own.from,
            TeacherSpec::ThirdFactor { .. } => &[],
        }
    }

    /// Whether the weights of the readout are given one by one.
    pub(crate) fn has_given_weights(&self) -> bool {
        matches!(&self.teacher, TeacherSpec::Readout(_, own) if matches!(own.start.w_out, OutWeights::Given(_)))
    }
}
