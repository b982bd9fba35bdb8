//! The way of non-local credit, swept backward: from emissions to Γ.

use super::carried::Carried;
use super::lanes::{Ring, add_scaled};
use super::response::mean_constants;
use super::returns::Returns;
use super::reverse::{Reverse, Run, runs};
use super::taps_of;
use crate::rule::{Feedback, Reach, Rule, Slope};
use crate::taps::Taps;
use crate::types::Classes;
use crate::{Dynamics, Error, Learner};

/// The way of one rule.
pub(crate) enum Way {
    /// No credit returns.
    None,
    /// Over the weights, from the exact k of the learning cells themselves.
    Exact { returns: Returns, sent: Ring },
    /// One hop from the emissions.
    OneHop { returns: Returns, sent: Ring, hop: Hop },
    /// Through intermediate cells.
    Intermediate { returns: Returns, sent: Ring, reverse: Reverse, runs: Vec<Run> },
    /// By taps, over sums of the emissions of a class.
    Taps { taps: Taps, class_of: Vec<usize>, type_id: Vec<usize>, sums: Ring, arriving: Vec<f64> },
    /// From modulators that a carrier has brought.
    Carried(Box<Carried>),
}

/// Emission to k within one hop: g a, or P21 a⁺ of `lif_exp`.
pub(crate) struct Hop {
    dynamics: Vec<Dynamics>,
    channels: usize,
    /// a of the next step, `[cell][lane]`.
    next: Vec<f64>,
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
            (_, Reach::OneHop, _) => Way::OneHop {
                returns: returns(),
                sent: sent(),
                hop: Hop { dynamics: learner.dynamics.clone(), channels, next: vec![0.0; cells * lanes] },
            },
            (_, Reach::Lags | Reach::LagsWithoutLeak, _) => taps(taps_of(rule, learner)?),
            (_, Reach::All, Slope::Exact) => Way::Exact { returns: returns(), sent: sent() },
            (_, Reach::All | Reach::AllMeanConstants, _) => Way::Intermediate {
                returns: returns(),
                sent: sent(),
                reverse: Reverse::new(cells, channels, lanes),
                runs: match rule.reach {
                    Reach::AllMeanConstants => runs(&mean_constants(learner), mu),
                    _ => runs(&learner.dynamics, mu),
                },
            },
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
            Way::Intermediate { sent, reverse, runs, .. } => {
                for run in &*runs {
                    reverse.intermediate(run, emitted, gamma, lanes);
                }
                sent.push().copy_from_slice(reverse.k());
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
    #[inline(always)]
    fn send(&mut self, emitted: &[f64], k: &mut [f64], lanes: usize) {
        let cells = self.dynamics.len();
        k.fill(0.0);
        for channel in 0..self.channels {
            for (cell, dynamics) in self.dynamics.iter().enumerate() {
                let own = cell * lanes..(cell + 1) * lanes;
                let first = (channel * cells + cell) * lanes;
                let (factor, from) = match dynamics {
                    Dynamics::Threshold(threshold) => (threshold.g, &emitted[own]),
                    Dynamics::LifExp { receptors, .. } => (receptors[channel].p21, &self.next[own]),
                    Dynamics::LifDelta { .. } | Dynamics::Rflo { .. } => (1.0, &emitted[own]),
                };
                add_scaled(&mut k[first..first + lanes], factor, from);
            }
        }
        self.next.copy_from_slice(emitted);
    }
}
