//! Learning rules. All are the exact gradient with another credit that returns to a cell over its axon.
//!
//! # Equations
//! ```text
//! dE/dW[p,q] = Σ_t (D_p + Γ_p) e_pq,     Γ_p^t = Σ_m Wfb[m,p] g_m c_m^{t+d},     c = dE/dv
//! ```
//! A rule chooses by which matrix Γ comes back ([`Feedback`]), what slope intermediate cells have ([`Slope`]), how far
//! back it reaches ([`Reach`]), what cells emit ([`Emission`]), by which matrix errors reach cells ([`Broadcast`]), whether these are errors
//! at all ([`Teaching`]), and what a synapse remembers until then ([`Memory`]).
//! A new rule is its file and its line in [`RULES`]. What brings its signal to the cells is another choice: [`crate::carrier`].
//!
//! # References
//! \[Bellec2020\]; \[Murray2019\]; \[Liu2021\]; \[Liu2022\].

mod bptt;
mod carried;
mod d_rtrl;
mod eprop;
mod mdgl;
mod modprop;
mod modprop_lags;
mod node_perturbation;
mod online;
mod osttp;
mod ottt;
mod pp_prop;
mod rflo;
mod s_tllr;
mod snap;
mod uoro;
mod weight_perturbation;

pub use carried::{Named, carried, named};

use crate::carrier::CarrierKind;
use crate::cascade::Cascade;
use crate::cell::{LocalStep, Threshold};
use crate::form::Form;
pub use crate::rule_settings::{Product, SignDraws, Window};
use crate::{Credit, Dynamics, Error, Learner, Matrix, Plane};
use std::borrow::Cow;

/// The matrix by which credit returns from post- to presynaptic cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feedback {
    /// None: Γ = 0.
    None,
    /// The weights themselves.
    Weights,
    /// Mean weight of existing synapses between two types, on existing synapses.
    TypeConnected,
    /// Mean weight of all pairs of two types, to all pairs.
    TypeAll,
    /// The same without pairs of a cell with itself.
    TypeAllOthers,
}

/// Slope of intermediate cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slope {
    /// ψ itself.
    Exact,
    /// μ of the cell's type, in intermediate cells only; ψ at both ends.
    Mu,
    /// μ in intermediate cells and in place of the ψ of the receiving cell, as in the published code of \[Liu2022\].
    MuAndFirstHop,
}

/// How many steps back from an emission credit is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// One synaptic hop: lag d (d + 1 for `lif_exp`).
    OneHop,
    /// Lags 1..S.
    Lags,
    /// Lags 1..S by taps without leak, adaptation and reset of intermediate cells.
    LagsWithoutLeak,
    /// All.
    All,
    /// All, through the cells within n − 1 synapses behind the one that learns; `None`: n of [`crate::RuleSettings`].
    Hops(Option<usize>),
    /// All, by intermediate cells with the mean constants of their type.
    AllMeanConstants,
}

/// What cells emit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emission {
    /// ψ D with the regulariser.
    Full,
    /// ψ D of the task alone; the regulariser stays local.
    LocalRegulariser,
    /// Filtered on both sides by the readout's κ, so that nothing of the future is needed.
    Online,
}

/// The matrix by which errors reach cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broadcast {
    /// W_out transposed, always the current one.
    Symmetric,
    /// [`crate::Learner::feedback`]: fixed.
    Given,
}

/// What a cell is told of its readouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Teaching {
    /// err: what they say less what they should.
    Error,
    /// −w y*: what they should say, whatever they say.
    Target,
}

/// What is remembered between a presynaptic spike and an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// e, for as long as the readout remembers.
    Readout,
    /// e, of the step of the error alone.
    Cell,
    /// The same, with e as if cells had neither adaptation nor reset: one trace a presynaptic cell.
    Presynaptic,
    /// What both cells did within a window of time, in both orders.
    Window,
    /// A memory of the cell times one of its partner.
    Product,
}

/// What a rule makes its gradient of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Estimate {
    /// What cells did.
    Tape,
    /// The loss of runs with other weights: no form is one of a tape, training makes the runs.
    Weights,
    /// The loss of runs whose cells are nudged: the same.
    Nodes,
    /// What cells did, by a product of random signs that is right on average.
    RandomProduct,
}

/// One learning rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its name, in files and recordings; with its carrier, `RULE+CARRIER`, if that is not the ideal one.
    pub name: &'static str,
    /// One line on what it is.
    pub summary: &'static str,
    /// The papers that it comes from: keys of docs/references.bib.
    pub references: &'static [&'static str],
    /// How credit returns.
    pub feedback: Feedback,
    /// Slope on the way.
    pub slope: Slope,
    /// How far.
    pub reach: Reach,
    /// What is emitted.
    pub emission: Emission,
    /// How errors arrive.
    pub broadcast: Broadcast,
    /// What of the readouts they are told.
    pub teaching: Teaching,
    /// What is remembered until then.
    pub memory: Memory,
    /// What its gradient is made of.
    pub estimate: Estimate,
    /// What brings its signal to the cells that learn.
    pub carrier: CarrierKind,
    /// Which cells it exists for.
    pub cells: Scope,
}

/// Cells that a rule exists for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All that can learn.
    Any,
    /// All but `rflo_tanh`.
    NotRflo,
    /// `rflo_tanh` only.
    Rflo,
    /// Cells without a clamp (neither `rflo_tanh` nor `lif_delta`, `lif_exp`).
    Threshold,
}

/// All rules.
pub const RULES: &[Rule] = &[
    bptt::BPTT,
    eprop::EPROP,
    eprop::EPROP_RANDOM,
    rflo::RFLO_SYMMETRIC,
    rflo::RFLO_RANDOM,
    mdgl::MDGL_CELL,
    mdgl::MDGL_TYPE_CONNECTED,
    mdgl::MDGL_TYPE_ALL,
    modprop::MODPROP_CELL,
    modprop::MODPROP_CELL_EXACT,
    modprop::MODPROP_TYPE,
    modprop_lags::MODPROP_TYPE_S,
    modprop_lags::MODPROP_TYPE_NOLEAK_S,
    modprop::MODPROP_TYPE_RANDOM,
    modprop::MODPROP_TYPE_REGLOCAL,
    modprop::MODPROP_TYPE_MEANCONST,
    modprop::MODPROP_CODE,
    modprop::MODPROP_CODE_CELL,
    online::MDGL_TYPE_ONLINE,
    online::MODPROP_TYPE_ONLINE,
    ottt::OTTT,
    d_rtrl::D_RTRL,
    osttp::OSTTP,
    s_tllr::S_TLLR,
    pp_prop::PP_PROP,
    snap::SNAP_1,
    snap::SNAP_2,
    snap::SNAP_N,
    uoro::UORO,
    weight_perturbation::WEIGHT_PERTURBATION,
    node_perturbation::NODE_PERTURBATION,
];

/// The rule of a name, of the ideal carrier where the name has no `+CARRIER`.
///
/// # Errors
/// Names that no rule has, and pairs of rule and carrier without a meaning.
pub fn rule(name: &str) -> Result<&'static Rule, Error> {
    named(name)?.or(CarrierKind::Ideal)
}

impl Rule {
    /// The same rule with another feedback of errors.
    pub const fn with_broadcast(self, broadcast: Broadcast) -> Self {
        Self { broadcast, ..self }
    }

    /// The same rule with another emission.
    pub const fn with_emission(self, emission: Emission) -> Self {
        Self { emission, ..self }
    }

    /// Whether it needs [`crate::Learner::mu`].
    pub fn needs_mu(&self) -> bool {
        self.feedback != Feedback::None && self.reach != Reach::OneHop && self.slope != Slope::Exact
    }

    /// # Errors
    /// [`Error::NoCascade`]: a cascade for a rule of which no signal arrives at a cell.
    pub fn goes_with(&self, cascade: Option<Cascade>) -> Result<(), Error> {
        match cascade {
            Some(_) if self.signal().is_err() => Err(Error::NoCascade { rule: self.name }),
            _ => Ok(()),
        }
    }

    /// An error for a rule whose gradient is not one of traces and credit.
    pub(crate) fn is_of_tapes(&self, form: Form) -> Result<(), Error> {
        match self.estimate {
            Estimate::Tape => Ok(()),
            Estimate::Weights | Estimate::Nodes => {
                let reason = "it is made of the losses of other runs: training makes them";
                Err(Error::NoForm { rule: self.name, form, reason })
            }
            Estimate::RandomProduct => {
                let reason = "its random product runs forward in time, in the causal form";
                Err(Error::NoForm { rule: self.name, form, reason })
            }
        }
    }

    /// The form that training takes.
    pub fn trained_by(&self) -> Form {
        if self.estimate == Estimate::RandomProduct { Form::Causal } else { Form::Adjoint }
    }

    /// n of rules that follow the cells behind the one that learns.
    pub(crate) fn hops(&self, learner: &Learner) -> usize {
        match self.reach {
            Reach::Hops(Some(hops)) => hops,
            _ => learner.rules.hops,
        }
    }

    /// What stands for err in the credit of cells.
    pub(crate) fn taught<'c>(&self, learner: &Learner, credit: &'c Credit) -> Result<Cow<'c, Plane>, Error> {
        let taught = match self.teaching {
            Teaching::Error => &credit.err,
            Teaching::Target => credit.asked.as_ref().ok_or(Error::Missing {
                rule: self.name,
                what: "what the readout was asked to say: labels or targets",
            })?,
        };
        Ok(if learner.rules.controls.reversed { Cow::Owned(taught.reversed()) } else { Cow::Borrowed(taught) })
    }

    /// κ of the credit of cells; the readout's own weights have their exact gradient.
    pub(crate) fn kappa(&self, learner: &Learner) -> f64 {
        if self.memory == Memory::Readout { learner.readout.kappa } else { 0.0 }
    }

    /// The constants of cells by which their synapses remember.
    pub(crate) fn remembering(&self, learner: &Learner) -> Vec<Dynamics> {
        let plain = |own: &Dynamics| match own {
            Dynamics::Threshold(own) => {
                Dynamics::Threshold(Threshold { beta: 0.0, rho: 0.0, g_a: 0.0, reset: 0.0, ..*own })
            }
            other => other.clone(),
        };
        match self.memory {
            Memory::Readout | Memory::Cell | Memory::Window | Memory::Product => learner.dynamics.clone(),
            Memory::Presynaptic => learner.dynamics.iter().map(plain).collect(),
        }
    }

    /// B_fb, cells x readouts.
    pub(crate) fn broadcast_matrix(&self, learner: &Learner) -> Result<Matrix, Error> {
        match (self.broadcast, &learner.feedback) {
            (Broadcast::Symmetric, _) => Ok(learner.readout.w_out.transposed()),
            (Broadcast::Given, Some(feedback)) => Ok(feedback.clone()),
            (Broadcast::Given, None) => Err(Error::Missing { rule: self.name, what: "a feedback matrix" }),
        }
    }

    /// An error if the rule does not exist for the learner's cells, or needs what it has not.
    pub(crate) fn check(&self, learner: &Learner) -> Result<(), Error> {
        let fits = |cell: &Dynamics| match (self.cells, cell) {
            (Scope::Any, _) | (Scope::Rflo, Dynamics::Rflo(_)) => true,
            (Scope::NotRflo, cell) => !matches!(cell, Dynamics::Rflo(_)),
            (Scope::Threshold, cell) => matches!(cell, Dynamics::Threshold(_)),
            (Scope::Rflo, _) => false,
        };
        if let Some(cell) = learner.dynamics.iter().find(|cell| !fits(cell)) {
            return Err(Error::CellKind { rule: self.name, kind: cell.kind() });
        }
        if self.needs_mu() && learner.mu.is_empty() {
            return Err(Error::Missing { rule: self.name, what: "mu of every type" });
        }
        self.goes_with(learner.cascade)?;
        self.broadcast_matrix(learner).map(drop)
    }
}
