//! The path of eligibility forward in time, and the emissions that meet it: what [`super::CreditPath`] is backward.

use super::downstream::downstream;
use super::feedback_weights::{FeedbackEntry, entries};
use super::intermediate::IntermediateCells;
use super::modes::Modes;
use super::taps_of;
use crate::cell::{FirstHop, LocalStep};
use crate::form::Form;
use crate::rule::{Feedback, Reach, Rule, Slope};
use crate::taps::Taps;
use crate::types::Classes;
use crate::{Error, Learner};

/// How eligibility travels.
pub(crate) enum EligibilityPath {
    /// Not at all.
    None,
    /// To fixed lags 1..=S: e of so many steps before.
    Lags(usize),
    /// Through the states of intermediate nodes; with μ also in the receiving cell for the published code.
    Nodes { system: IntermediateCells, sources: Vec<usize>, first_hop: bool },
    /// Through the modes of the type matrix.
    Modes { modes: Modes, sources: Vec<usize> },
    /// Through every cell, or some, with its own ψ: real-time recurrent learning.
    Network {
        incoming: Vec<Vec<Synapse>>,
        /// The cells that each learning cell follows.
        followed: Vec<Vec<usize>>,
    },
}

/// A recurrent synapse onto a cell.
pub(crate) struct Synapse {
    pub(crate) pre: usize,
    pub(crate) port: usize,
    pub(crate) weight: f64,
}

/// From emissions, one a cell, to what multiplies travelled eligibility.
pub(crate) enum EmissionRouting {
    None,
    /// One hop: entries (post, channel, weight) for each pre; `[lag][cell]`.
    OneHop {
        entries: Vec<Vec<FeedbackEntry>>,
        /// `[channel][cell]`.
        first: Vec<FirstHop>,
        delay: usize,
    },
    /// Taps over class sums; `[lag][cell]`.
    Taps {
        taps: Taps,
        class_of: Vec<usize>,
        type_id: Vec<usize>,
    },
    /// Class sums.
    Classes {
        class_of: Vec<usize>,
        classes: usize,
    },
    /// As they are.
    Cells,
}

/// The path of eligibility of a rule, and the routing of emissions that goes with it.
pub(crate) fn eligibility_path(
    form: Form,
    rule: &Rule,
    learner: &Learner,
) -> Result<(EligibilityPath, EmissionRouting), Error> {
    let class_of = || Classes::new(learner).of_cell;
    let by_class = |reach| -> Result<(IntermediateCells, EmissionRouting), Error> {
        let system = IntermediateCells::by_class(learner, reach)?;
        let class_of = if reach == Reach::AllMeanConstants { learner.type_id.clone() } else { class_of() };
        let routing = EmissionRouting::Classes { class_of, classes: system.nodes() };
        Ok((system, routing))
    };
    let sources = || learner.type_id.clone();
    Ok(match (rule.feedback, rule.reach, rule.slope) {
        (Feedback::None, ..) => (EligibilityPath::None, EmissionRouting::None),
        (_, Reach::OneHop, _) => {
            let channels = learner.channels();
            let entries = entries(rule.feedback, learner, channels);
            let first = |channel| learner.dynamics.iter().map(move |cell| cell.first_hop(cell.port(channel)));
            let first: Vec<FirstHop> = (0..channels).flat_map(first).collect();
            let late = first.iter().map(|hop| hop.late).max().unwrap_or(0);
            (
                EligibilityPath::Lags(learner.delay + late),
                EmissionRouting::OneHop { entries, first, delay: learner.delay },
            )
        }
        (_, Reach::Lags | Reach::LagsWithoutLeak, _) => {
            let taps = taps_of(rule, learner)?;
            (
                EligibilityPath::Lags(taps.lags()),
                EmissionRouting::Taps { taps, class_of: class_of(), type_id: sources() },
            )
        }
        (_, Reach::Hops(_), _) => {
            let followed = downstream(learner, rule.hops(learner) - 1);
            (EligibilityPath::Network { incoming: incoming(learner), followed }, EmissionRouting::None)
        }
        (_, Reach::All, Slope::Exact) => {
            let followed = vec![(0..learner.cells()).collect(); learner.cells()];
            (EligibilityPath::Network { incoming: incoming(learner), followed }, EmissionRouting::None)
        }
        (Feedback::TypeAll, reach, _) => {
            let (system, routing) = by_class(reach)?;
            if form == Form::Modal {
                (EligibilityPath::Modes { modes: Modes::new(&system)?, sources: sources() }, routing)
            } else {
                (EligibilityPath::Nodes { system, sources: sources(), first_hop: false }, routing)
            }
        }
        _ => {
            let system = IntermediateCells::by_cell(learner, rule.feedback)?;
            let first_hop = rule.slope == Slope::MuAndFirstHop;
            (
                EligibilityPath::Nodes { system, sources: (0..learner.cells()).collect(), first_hop },
                EmissionRouting::Cells,
            )
        }
    })
}

/// The synapses onto each cell.
pub(crate) fn incoming(learner: &Learner) -> Vec<Vec<Synapse>> {
    let of = |post: usize| {
        let port = |pre| learner.dynamics[post].port(learner.receptor(post, pre));
        let weights = learner.w_rec.row(post).iter().enumerate().filter(|(_, weight)| **weight != 0.0);
        weights.map(|(pre, weight)| Synapse { pre, port: port(pre), weight: *weight }).collect()
    };
    (0..learner.cells()).map(of).collect()
}

impl EmissionRouting {
    /// What multiplies travelled eligibility, of emissions of all cells.
    pub(crate) fn route(&self, path: &EligibilityPath, emitted: &[f64], out: &mut Vec<f64>) {
        let cells = emitted.len();
        out.clear();
        match self {
            EmissionRouting::None => {}
            EmissionRouting::Cells => out.extend_from_slice(emitted),
            EmissionRouting::Classes { class_of, classes } => {
                out.resize(*classes, 0.0);
                class_of.iter().zip(emitted).for_each(|(class, emitted)| out[*class] += emitted);
            }
            EmissionRouting::OneHop { entries, first, delay } => {
                let EligibilityPath::Lags(lags) = path else { unreachable!("made together") };
                out.resize(lags * cells, 0.0);
                for (pre, entries) in entries.iter().enumerate() {
                    for FeedbackEntry { post, channel, weight } in entries {
                        let FirstHop { gain, late } = first[channel * cells + post];
                        out[(delay + late - 1) * cells + pre] += weight * gain * emitted[*post];
                    }
                }
            }
            EmissionRouting::Taps { taps, class_of, type_id } => {
                let mut sums = vec![0.0; taps.classes()];
                class_of.iter().zip(emitted).for_each(|(class, emitted)| sums[*class] += emitted);
                out.resize(taps.lags() * cells, 0.0);
                for lag in 1..=taps.lags() {
                    for (pre, b) in type_id.iter().enumerate() {
                        let all = sums.iter().enumerate().map(|(r, sum)| sum * taps.at(lag, r, *b));
                        out[(lag - 1) * cells + pre] = all.sum();
                    }
                }
            }
        }
    }
}
