//! The path of credit from cell to cell: backward, from emissions to Γ ([`CreditPath`]), and the path that eligibility takes
//! forward in its place ([`EligibilityPath`]).

pub(crate) mod carried;
pub(crate) mod downstream;
pub(crate) mod eligibility;
pub(crate) mod feedback_weights;
pub(crate) mod intermediate;
pub(crate) mod modes;

pub(crate) use eligibility::{EligibilityPath, EmissionRouting, eligibility_path};

use crate::cell::{Adjoint, EqualCells, FirstHop, LocalStep, equal_cells};
use crate::rows::{Ring, add_scaled};
use crate::rule::{Feedback, Reach, Rule, Slope};
use crate::taps::Taps;
use crate::types::Classes;
use crate::{Error, Learner};
use carried::CarriedPath;
use feedback_weights::FeedbackWeights;
use intermediate::mean_constants;

/// The path of one rule.
pub(crate) enum CreditPath {
    /// No credit returns.
    None,
    /// Over the weights, from the exact k of the learning cells themselves.
    Exact { feedback: FeedbackWeights, sent: Ring },
    /// One hop from the emissions.
    OneHop { feedback: FeedbackWeights, sent: Ring, hop: Hop },
    /// Through intermediate cells.
    Intermediate { feedback: FeedbackWeights, sent: Ring, adjoint: Adjoint, equal: Vec<EqualCells> },
    /// By taps, over sums of the emissions of a class.
    Taps { taps: Taps, class_of: Vec<usize>, type_id: Vec<usize>, sums: Ring, arriving: Vec<f64> },
    /// From modulators that a carrier has brought.
    Carried(Box<CarriedPath>),
}

/// Emission to dE/d(arrivals) within one hop: what an arrival first does to what its cell tests.
pub(crate) struct Hop {
    /// `[channel][cell]`.
    first: Vec<FirstHop>,
    cells: usize,
    /// Emissions of the last steps, `[cell][trial]`: a of this step, of the next, and so on.
    emitted: Ring,
}

impl CreditPath {
    pub(crate) fn new(rule: &Rule, learner: &Learner, channels: usize, trials: usize) -> Result<Self, Error> {
        let cells = learner.cells();
        let feedback = || FeedbackWeights::new(rule.feedback, learner, channels, trials);
        let sent = || Ring::new(learner.delay, channels * cells * trials);
        let taps = |taps: Taps| {
            let (types, classes) = (learner.types(), Classes::new(learner));
            CreditPath::Taps {
                sums: Ring::new(taps.lags() + 1, taps.classes() * trials),
                class_of: classes.of_cell,
                type_id: learner.type_id.clone(),
                taps,
                arriving: vec![0.0; types * trials],
            }
        };
        let mu = |cell: usize| learner.mu[learner.type_id[cell]];
        Ok(match (rule.feedback, rule.reach, rule.slope) {
            (Feedback::None, ..) => CreditPath::None,
            (_, Reach::OneHop, _) => CreditPath::OneHop {
                feedback: feedback(),
                sent: sent(),
                hop: Hop::new(learner, channels, cells * trials),
            },
            (_, Reach::Lags | Reach::LagsWithoutLeak, _) => taps(taps_of(rule, learner)?),
            (_, Reach::Hops(_), _) => unreachable!("each cell has a sweep of its own: form::hops"),
            (_, Reach::All, Slope::Exact) => CreditPath::Exact { feedback: feedback(), sent: sent() },
            (_, Reach::All | Reach::AllMeanConstants, _) => {
                let equal = match rule.reach {
                    Reach::AllMeanConstants => equal_cells(&mean_constants(learner), mu),
                    _ => equal_cells(&learner.dynamics, mu),
                };
                let adjoint = Adjoint::new(&equal, channels, cells * trials);
                CreditPath::Intermediate { feedback: feedback(), sent: sent(), adjoint, equal }
            }
        })
    }

    /// Whether it carries what cells emit; else it needs no emissions.
    pub(crate) fn takes_emissions(&self) -> bool {
        !matches!(self, CreditPath::None | CreditPath::Exact { .. } | CreditPath::Carried(_))
    }

    /// Γ of this step, `[cell][trial]`.
    #[inline(always)]
    pub(crate) fn arrive(&mut self, gamma: &mut [f64], trials: usize) {
        match self {
            CreditPath::None => {}
            CreditPath::Carried(own) => own.arrive(gamma, trials),
            CreditPath::Exact { feedback, sent }
            | CreditPath::OneHop { feedback, sent, .. }
            | CreditPath::Intermediate { feedback, sent, .. } => {
                feedback.gather(sent.back(sent.blocks() - 1), gamma, trials);
            }
            CreditPath::Taps { taps, sums, type_id, arriving, .. } => {
                arriving.fill(0.0);
                for lag in 1..=taps.lags() {
                    for (r, sum) in sums.back(lag - 1).chunks_exact(trials).enumerate() {
                        for (b, arriving) in arriving.chunks_exact_mut(trials).enumerate() {
                            add_scaled(arriving, taps.at(lag, r, b), sum);
                        }
                    }
                }
                for (gamma, b) in gamma.chunks_exact_mut(trials).zip(type_id) {
                    gamma.copy_from_slice(&arriving[*b * trials..(*b + 1) * trials]);
                }
            }
        }
    }

    /// Takes the emissions of this step and its Γ, and `exact`, the k of the learning cells, `[channel][cell][trial]`.
    #[inline(always)]
    pub(crate) fn send(&mut self, emitted: &[f64], gamma: &[f64], exact: &[f64], trials: usize) {
        match self {
            CreditPath::None => {}
            CreditPath::Carried(own) => own.send(),
            CreditPath::Exact { sent, .. } => sent.push().copy_from_slice(exact),
            CreditPath::OneHop { sent, hop, .. } => hop.send(emitted, sent.push(), trials),
            CreditPath::Intermediate { sent, adjoint, equal, .. } => {
                for equal in &*equal {
                    adjoint.intermediate(equal, emitted, gamma, trials);
                }
                sent.push().copy_from_slice(adjoint.arriving());
            }
            CreditPath::Taps { sums, class_of, .. } => {
                let sums = sums.push();
                sums.fill(0.0);
                for (emitted, class) in emitted.chunks_exact(trials).zip(class_of) {
                    add_scaled(&mut sums[*class * trials..(*class + 1) * trials], 1.0, emitted);
                }
            }
        }
    }
}

impl Hop {
    fn new(learner: &Learner, channels: usize, size: usize) -> Self {
        let first = |channel| learner.dynamics.iter().map(move |cell| cell.first_hop(cell.port(channel)));
        let first: Vec<FirstHop> = (0..channels).flat_map(first).collect();
        let late = first.iter().map(|hop| hop.late).max().unwrap_or(0);
        Self { first, cells: learner.cells(), emitted: Ring::new(late + 1, size) }
    }

    #[inline(always)]
    fn send(&mut self, emitted: &[f64], arriving: &mut [f64], trials: usize) {
        self.emitted.push().copy_from_slice(emitted);
        arriving.fill(0.0);
        for (row, (hop, arriving)) in self.first.iter().zip(arriving.chunks_exact_mut(trials)).enumerate() {
            let cell = row % self.cells;
            let emitted = &self.emitted.back(hop.late)[cell * trials..(cell + 1) * trials];
            add_scaled(arriving, hop.gain, emitted);
        }
    }
}

/// The taps that a rule of finite reach is defined by.
pub(crate) fn taps_of(rule: &Rule, learner: &Learner) -> Result<Taps, Error> {
    Taps::shaped(learner, rule.reach)
}
