//! The way of non-local credit, swept backward: from emissions to Γ.

use super::carried::Carried;
use super::lanes::{Ring, add_scaled};
use super::response::mean_constants;
use super::returns::Returns;
use super::taps_of;
use crate::cell::{Adjoint, EqualCells, FirstHop, LocalStep, equal_cells};
use crate::rule::{Feedback, Reach, Rule, Slope};
use crate::taps::Taps;
use crate::types::Classes;
use crate::{Error, Learner};

/// The way of one rule.
pub(crate) enum Way {
    /// No credit returns.
    None,
    /// Over the weights, from the exact k of the learning cells themselves.
    Exact { returns: Returns, sent: Ring },
    /// One hop from the emissions.
    OneHop { returns: Returns, sent: Ring, hop: Hop },
    /// Through intermediate cells.
    Intermediate { returns: Returns, sent: Ring, adjoint: Adjoint, equal: Vec<EqualCells> },
    /// By taps, over sums of the emissions of a class.
    Taps { taps: Taps, class_of: Vec<usize>, type_id: Vec<usize>, sums: Ring, arriving: Vec<f64> },
    /// From modulators that a carrier has brought.
    Carried(Box<Carried>),
}

/// Emission to dE/d(arrivals) within one hop: what an arrival first does to what its cell tests.
pub(crate) struct Hop {
    /// `[channel][cell]`.
    first: Vec<FirstHop>,
    cells: usize,
    /// Emissions of the last steps, `[cell][lane]`: a of this step, of the next, and so on.
    emitted: Ring,
}

impl Way {
    pub(crate) fn new(rule: &Rule, learner: &Learner, channels: usize, lanes: usize) -> Result<Self, Error> {
        let cells = learner.cells();
        let returns = || Returns::new(rule.feedback, learner, channels, lanes);
        let sent = || Ring::new(learner.delay, channels * cells * lanes);
        let taps = |taps: Taps| {
            let (types, classes) = (learner.types(), Classes::new(learner));
            Way::Taps {
                sums: Ring::new(taps.lags() + 1, taps.classes() * lanes),
                class_of: classes.of_cell,
                type_id: learner.type_id.clone(),
                taps,
                arriving: vec![0.0; types * lanes],
            }
        };
        let mu = |cell: usize| learner.mu[learner.type_id[cell]];
        Ok(match (rule.feedback, rule.reach, rule.slope) {
            (Feedback::None, ..) => Way::None,
            (_, Reach::OneHop, _) => {
                Way::OneHop { returns: returns(), sent: sent(), hop: Hop::new(learner, channels, cells * lanes) }
            }
            (_, Reach::Lags | Reach::LagsWithoutLeak, _) => taps(taps_of(rule, learner)?),
            (_, Reach::All, Slope::Exact) => Way::Exact { returns: returns(), sent: sent() },
            (_, Reach::All | Reach::AllMeanConstants, _) => {
                let equal = match rule.reach {
                    Reach::AllMeanConstants => equal_cells(&mean_constants(learner), mu),
                    _ => equal_cells(&learner.dynamics, mu),
                };
                let adjoint = Adjoint::new(&equal, channels, cells * lanes);
                Way::Intermediate { returns: returns(), sent: sent(), adjoint, equal }
            }
        })
    }

    /// Whether it carries what cells emit; else it needs no emissions.
    pub(crate) fn takes_emissions(&self) -> bool {
        !matches!(self, Way::None | Way::Exact { .. } | Way::Carried(_))
    }

    /// Γ of this step, `[cell][lane]`.
    #[inline(always)]
    pub(crate) fn arrive(&mut self, gamma: &mut [f64], lanes: usize) {
        match self {
            Way::None => {}
            Way::Carried(own) => own.arrive(gamma, lanes),
            Way::Exact { returns, sent }
            | Way::OneHop { returns, sent, .. }
            | Way::Intermediate { returns, sent, .. } => {
                returns.gather(sent.back(sent.blocks() - 1), gamma, lanes);
            }
            Way::Taps { taps, sums, type_id, arriving, .. } => {
                arriving.fill(0.0);
                for lag in 1..=taps.lags() {
                    for (r, sum) in sums.back(lag - 1).chunks_exact(lanes).enumerate() {
                        for (b, arriving) in arriving.chunks_exact_mut(lanes).enumerate() {
                            add_scaled(arriving, taps.at(lag, r, b), sum);
                        }
                    }
                }
                for (gamma, b) in gamma.chunks_exact_mut(lanes).zip(type_id) {
                    gamma.copy_from_slice(&arriving[*b * lanes..(*b + 1) * lanes]);
                }
            }
        }
    }

    /// Takes the emissions of this step and its Γ, and `exact`, the k of the learning cells, `[channel][cell][lane]`.
    #[inline(always)]
    pub(crate) fn send(&mut self, emitted: &[f64], gamma: &[f64], exact: &[f64], lanes: usize) {
        match self {
            Way::None => {}
            Way::Carried(own) => own.send(),
            Way::Exact { sent, .. } => sent.push().copy_from_slice(exact),
            Way::OneHop { sent, hop, .. } => hop.send(emitted, sent.push(), lanes),
            Way::Intermediate { sent, adjoint, equal, .. } => {
                for equal in &*equal {
                    adjoint.intermediate(equal, emitted, gamma, lanes);
                }
                sent.push().copy_from_slice(adjoint.arriving());
            }
            Way::Taps { sums, class_of, .. } => {
                let sums = sums.push();
                sums.fill(0.0);
                for (emitted, class) in emitted.chunks_exact(lanes).zip(class_of) {
                    add_scaled(&mut sums[*class * lanes..(*class + 1) * lanes], 1.0, emitted);
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
    fn send(&mut self, emitted: &[f64], arriving: &mut [f64], lanes: usize) {
        self.emitted.push().copy_from_slice(emitted);
        arriving.fill(0.0);
        for (row, (hop, arriving)) in self.first.iter().zip(arriving.chunks_exact_mut(lanes)).enumerate() {
            let cell = row % self.cells;
            let emitted = &self.emitted.back(hop.late)[cell * lanes..(cell + 1) * lanes];
            add_scaled(arriving, hop.gain, emitted);
        }
    }
}
