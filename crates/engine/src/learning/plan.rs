//! What is asked of a network that learns while it runs.

use super::target::{Asked, Target};
use super::time_series::TimeSeries;
use crate::carrier::{CarrierError, CarrierPlan};
use crate::ranks::ExchangeError;
use crate::slope::SlopeChoice;
use crate::trial::ResetGradient;
use neuropil_core::Real;
use neuropil_network::Network;
use neuropil_plasticity::cascade::Cascade;
use neuropil_plasticity::rule::{Emission, Estimate, Feedback, Memory, Reach, Scope, Teaching};
use neuropil_plasticity::window::TraceFilter;
use neuropil_plasticity::{Matrix, PseudoDerivative, RateRegulariser, Rule};

/// Everything that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct LearningPlan {
    /// Where credit comes from.
    pub teacher: Teacher,
    /// ψ of spiking cells.
    pub pseudo_derivative: PseudoDerivative,
    /// How the slopes of cells from equations are had, by population; where there is nothing, as their file has them.
    pub slopes: Vec<SlopeChoice>,
    /// Whether gradients follow the reset.
    pub reset: ResetGradient,
    /// The firing-rate regulariser of the cells that learn; it stays with them, and is no part of what they emit.
    pub regulariser: Option<RateRegulariser>,
    /// μ of each cell type by name, for the rules that need it.
    pub mu: Vec<(String, f64)>,
    /// The tissue that carries modulators to cells, with the place of every cell that learns, in the order of global ids;
    /// `None`: they are everywhere at once.
    pub carrier: Option<CarrierPlan>,
    /// The stages between what synapses remember and the signals that arrive.
    pub cascade: Option<Cascade>,
    /// What is recorded of credit.
    pub watch: Option<CreditWatch>,
    /// Steps between changes of weights.
    pub apply_steps: u64,
    /// How long synapses remember; `None`: nothing is left out, and they carry what they remember.
    pub horizon: Option<Horizon>,
    /// Steps between recorded weights, a multiple of those.
    pub snapshot_steps: Option<u64>,
    /// What becomes of the weights of each projection; `None` where it is not plastic.
    pub projections: Vec<Option<PlasticPlan>>,
}

/// How long synapses remember: what a spike of more steps before a window adds to it is left out, and synapses carry nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    /// Steps.
    pub steps: u64,
    /// Most bytes that cells write down in the steps that a window looks at: it ends sooner than weights change if need be.
    pub tape_bytes: u64,
}

impl Horizon {
    /// Of so many steps, in 6 GiB.
    pub fn of(steps: u64) -> Self {
        Self { steps, tape_bytes: 6 << 30 }
    }
}

/// What is recorded of credit on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditWatch {
    /// Steps between two frames.
    pub every_steps: u64,
    /// Global ids of the cells at which it is looked at.
    pub cells: Vec<usize>,
}

/// Where credit comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Teacher {
    /// Errors of a readout, by a rule.
    Readout(&'static Rule, ReadoutPlan),
    /// One number for all cells, such as a reward: eligibility times that, upward.
    ThirdFactor {
        /// The number over time.
        series: TimeSeries,
        /// κ of the mean eligibility, ē ← κ ē + (1 − κ) e; 0: eligibility as it is.
        kappa: f64,
    },
}

/// A readout and what it should say.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadoutPlan {
    /// W_out, readouts x cells (by global id).
    pub w_out: Matrix,
    /// b.
    pub b: Vec<f64>,
    /// κ.
    pub kappa: f64,
    /// g_o.
    pub scale: f64,
    /// B, cells x readouts; the transposed W_out without.
    pub feedback: Option<Matrix>,
    /// What it should say.
    pub target: Target,
    /// What it said, by a recording, in place of what the cells come to.
    pub said: Option<TimeSeries>,
    /// Learning rate of W_out and b; 0 leaves them.
    pub rate: f64,
}

/// How the weights of a projection change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlasticPlan {
    /// η.
    pub rate: f64,
    /// By what.
    pub descent: Descent,
    /// Where weights stay.
    pub bounds: Bounds,
}

/// From a gradient to a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Descent {
    /// w ← w − η g.
    Plain,
    /// Adam.
    Adam,
}

/// The least and the most that a weight may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// The least.
    pub low: f64,
    /// The most.
    pub high: f64,
}

impl std::fmt::Display for Bounds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.low.is_finite(), self.high.is_finite()) {
            (true, true) => write!(f, "between {} and {}", self.low, self.high),
            (true, false) => write!(f, ">= {}", self.low),
            (false, true) => write!(f, "<= {}", self.high),
            (false, false) => write!(f, "a number"),
        }
    }
}

/// Why a network cannot learn while it runs.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LearningError {
    /// Nothing is plastic.
    #[error("no projection is plastic")]
    NothingPlastic,
    /// Cells without eligibility traces.
    #[error("population `{population}`, cell {cell}: {reason}")]
    CannotLearn {
        /// The population.
        population: String,
        /// Index of the cell in it.
        cell: usize,
        /// Why.
        reason: String,
    },
    /// A derivative that is not finite.
    #[error(
        "population `{population}`, cell {cell}: {what} is {value} in step {step}; where the step is too coarse for the cell, a smaller \
         `dt_ms` or finer parts of it (`integration`) help"
    )]
    NoDerivative {
        /// The population.
        population: String,
        /// Index of the cell in it.
        cell: usize,
        /// What is not finite.
        what: String,
        /// What it is.
        value: f64,
        /// The step.
        step: u64,
    },
    /// A rule that needs the future, or more than a synapse can know.
    #[error("rule `{rule}` cannot run online: {reason}")]
    NotOnline {
        /// The rule.
        rule: &'static str,
        /// Why.
        reason: String,
    },
    /// μ of a type is missing.
    #[error("rule `{rule}` needs mu of cell type `{cell_type}`")]
    NoMu {
        /// The rule.
        rule: &'static str,
        /// The type.
        cell_type: String,
    },
    /// A carrier for a rule that emits nothing.
    #[error(
        "rule `{rule}` emits nothing that a carrier could bring to other cells while a network runs; use modprop_type_online, or the carrier `ideal`"
    )]
    NothingCarried {
        /// The rule.
        rule: &'static str,
    },
    /// The carrier refused.
    #[error("carrier: {0}")]
    Carrier(Box<CarrierError>),
    /// What synapses that carry nothing cannot do.
    #[error("synapses that remember so many steps and carry nothing: {0}")]
    Horizon(String),
    /// Arrays that do not fit.
    #[error("{what}: found {found}, expected {expected}")]
    Size {
        /// The array.
        what: &'static str,
        /// Its size.
        found: String,
        /// The size that fits.
        expected: String,
    },
    /// A weight that the network begins with beyond where weights stay.
    #[error(
        "projection `{projection}`: found a weight of {weight} at the beginning, must be {bounds}, where its weights \
         stay while it learns"
    )]
    Beyond {
        /// The projection.
        projection: String,
        /// The first such weight.
        weight: f64,
        /// The bounds, those of signs among them.
        bounds: Bounds,
    },
    /// Ranks cannot hand each other what they have.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// The rule refused.
    #[error(transparent)]
    Plasticity(#[from] neuropil_plasticity::Error),
}

/// Whether a rule is a sum over few classes that needs nothing of the future, for a readout without memory at least.
pub fn can_run_online(rule: &Rule) -> bool {
    let local =
        matches!((rule.feedback, rule.reach), (Feedback::None, _) | (Feedback::TypeAll, Reach::OneHop | Reach::All));
    let is_plain = (rule.estimate, rule.teaching, rule.memory) == (Estimate::Tape, Teaching::Error, Memory::Readout);
    local && is_plain && rule.emission != Emission::LocalRegulariser && rule.cells != Scope::Rflo
}

impl From<CarrierError> for LearningError {
    fn from(fault: CarrierError) -> Self {
        Self::Carrier(Box::new(fault))
    }
}

impl LearningPlan {
    /// κ of the filtered eligibility.
    pub fn kappa(&self) -> f64 {
        match &self.teacher {
            Teacher::Readout(_, readout) => readout.kappa,
            Teacher::ThirdFactor { kappa, .. } => *kappa,
        }
    }

    /// g_o: what e is multiplied by on its way into the filter.
    pub fn scale(&self) -> f64 {
        match &self.teacher {
            Teacher::Readout(_, readout) => readout.scale,
            Teacher::ThirdFactor { kappa, .. } => 1.0 - kappa,
        }
    }

    /// How e is filtered on its way to a learning signal, where it is. Where cells emit, that is the readout's memory alone.
    pub(super) fn filter(&self) -> Option<TraceFilter> {
        let cascade = self.cascade.filter(|_| self.returns().is_none());
        let (kappa, scale) = (self.kappa(), self.scale());
        (kappa > 0.0 || cascade.is_some()).then_some(TraceFilter { kappa, scale, cascade })
    }

    /// The stages behind F∗e.
    pub(super) fn cascade_of_emissions(&self) -> Option<Cascade> {
        self.cascade.filter(|_| self.returns().is_some())
    }

    /// κ, where the readout remembers.
    pub(super) fn memory(&self) -> Option<f64> {
        Some(self.kappa()).filter(|kappa| *kappa > 0.0)
    }

    /// The rule, where there is a readout.
    pub(super) fn rule(&self) -> Option<&'static Rule> {
        match &self.teacher {
            Teacher::Readout(rule, _) => Some(rule),
            Teacher::ThirdFactor { .. } => None,
        }
    }

    /// Whether credit returns over classes, and if so, whether by more than one hop.
    pub(super) fn returns(&self) -> Option<Reach> {
        self.rule().filter(|rule| rule.feedback != Feedback::None).map(|rule| rule.reach)
    }

    /// What can be told without a network's cells.
    pub(super) fn check<R: Real>(&self, network: &Network<R>) -> Result<(), LearningError> {
        let is_plastic = |projection: usize| network.design.projections[projection].plastic;
        let plastic = (0..network.design.projections.len()).filter(|projection| is_plastic(*projection));
        if plastic.map(|projection| network.numbered_synapses(projection)).sum::<u64>() == 0 {
            return Err(LearningError::NothingPlastic);
        }
        let Teacher::Readout(rule, readout) = &self.teacher else { return Ok(()) };
        let no = |reason: String| Err(LearningError::NotOnline { rule: rule.name, reason });
        if !can_run_online(rule) {
            return no(format!("it is not a sum over few classes; use `{}`", near(rule)));
        }
        if rule.feedback != Feedback::None && readout.kappa > 0.0 && rule.emission != Emission::Online {
            return no(format!("the readout has a memory (tau_ms > 0); use `{}`", near(rule)));
        }
        let cells = usize::try_from(network.design.cells()).unwrap_or(usize::MAX);
        let outputs = readout.w_out.rows();
        let sizes = [
            ("w_out", readout.w_out.columns(), cells),
            ("b", readout.b.len(), outputs),
            ("target", readout.target.outputs().unwrap_or(outputs), outputs),
            ("target", asked(&readout.target, outputs), outputs),
            ("y", readout.said.as_ref().map_or(outputs, |own| own.channels), outputs),
            ("feedback", readout.feedback.as_ref().map_or(cells, Matrix::rows), cells),
        ];
        match sizes.into_iter().find(|(_, found, expected)| found != expected) {
            Some((what, found, expected)) => {
                Err(LearningError::Size { what, found: found.to_string(), expected: expected.to_string() })
            }
            None => Ok(()),
        }
    }
}

/// The rule that is near another one and runs while a network runs.
fn near(rule: &Rule) -> &'static str {
    if rule.reach == Reach::OneHop { "mdgl_type_online" } else { "modprop_type_online" }
}

/// Readouts that trials ask for: as many as `outputs`, if labels and values fit them.
fn asked(target: &Target, outputs: usize) -> usize {
    match target.trials().map(|own| (&own.asked, own.weights.len())) {
        Some((Asked::Labels(labels), _)) => outputs.max(labels.iter().max().map_or(0, |most| most + 1)),
        Some((Asked::Values(values) | Asked::Classes(values), steps))
            if !values.len().is_multiple_of(steps.max(1) * outputs) =>
        {
            0
        }
        _ => outputs,
    }
}
