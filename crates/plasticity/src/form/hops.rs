//! The adjoint form of rules that follow credit through the cells behind the one that learns, and no others: a sweep for each cell.
//!
//! # Equations
//! ```text
//! Γ_m^t = Σ_{m' behind p} W[m',m] k_m'^{t+d},     k of every cell behind p by its own states,     dE/dW[p,q] = Σ_t k_p^t pre_q^t
//! ```
//! The sweep of p sees its own Γ of the cells behind it, since they are cut off from all others.

use super::accumulate::Accumulator;
use super::arrivals::{of_arrivals, with_readout};
use super::emission::Emitted;
use crate::cell::{Adjoint, Arriving, EqualCells, single_cells};
use crate::path::downstream::downstream;
use crate::path::feedback_weights::{FeedbackEntry, entries};
use crate::rows::{Ring, add_scaled};
use crate::rule::{Feedback, Rule};
use crate::{Credit, Error, Gradient, Learner, Plane, Tape};
use neuropil_core::simd::vectorized;

/// What the sweeps of all cells give.
pub(super) struct Swept {
    /// k, `[step][channel * cells + cell][trial]`.
    pub(super) arriving: Plane,
    /// Γ, `[step][cell][trial]`.
    pub(super) returned: Plane,
}

/// The gradient, over existing and absent synapses.
pub(super) fn adjoint(rule: &Rule, learner: &Learner, tape: &Tape, credit: &Credit) -> Result<Gradient, Error> {
    let (cells, trials) = (learner.cells(), tape.trials());
    let mut emitted = Emitted::new(rule, learner, (tape, credit), &rule.broadcast_matrix(learner)?)?;
    let mut direct = Plane::zeros(tape.steps(), cells, trials);
    let mut readout = Accumulator::new(cells, learner.readout.outputs(), trials);
    for step in (0..tape.steps()).rev() {
        emitted.step(step);
        emitted.direct(direct.step_mut(step), trials);
        readout.push(step, &emitted.filtered, trials);
        if readout.is_full() || step == 0 {
            readout.flush([(&tape.z, 0)]);
        }
    }
    let swept = sweeps(rule, learner, tape, &direct);
    Ok(with_readout(of_arrivals(learner, tape, &swept.arriving), learner, credit, &readout))
}

/// The sweeps of all cells, of D, `[step][cell][trial]`.
pub(super) fn sweeps(rule: &Rule, learner: &Learner, tape: &Tape, direct: &Plane) -> Swept {
    let (cells, channels, trials) = (learner.cells(), learner.channels(), tape.trials());
    let size = cells * trials;
    let alone = single_cells(rule, learner);
    let outgoing = entries(Feedback::Weights, learner, channels);
    let mut swept = Swept {
        arriving: Plane::zeros(tape.steps(), channels * cells, trials),
        returned: Plane::zeros(tape.steps(), cells, trials),
    };
    for (cell, behind) in downstream(learner, rule.hops(learner) - 1).iter().enumerate() {
        let is_behind = |own: &FeedbackEntry| behind.binary_search(&own.post).is_ok();
        let followed: Vec<Vec<FeedbackEntry>> =
            behind.iter().map(|m| outgoing[*m].iter().filter(|own| is_behind(own)).cloned().collect()).collect();
        let mut sweep = Sweep {
            behind,
            followed,
            alone: &alone,
            own: Adjoint::new(&alone, channels, size),
            sent: Ring::new(learner.delay, channels * size),
            gamma: vec![0.0; size],
            shape: [channels, cells, trials],
        };
        for step in (0..tape.steps()).rev() {
            vectorized(
                #[inline(always)]
                || sweep.step(step, tape, direct.step(step)),
            );
            swept.returned.row_mut(step, cell).copy_from_slice(&sweep.gamma[cell * trials..(cell + 1) * trials]);
            for channel in 0..channels {
                let first = (channel * cells + cell) * trials;
                let row = swept.arriving.row_mut(step, channel * cells + cell);
                row.copy_from_slice(&sweep.own.arriving()[first..first + trials]);
            }
        }
    }
    swept
}

/// The sweep of one cell.
struct Sweep<'a> {
    /// The cells behind it, itself among them.
    behind: &'a [usize],
    /// What each of them sends to others of them.
    followed: Vec<Vec<FeedbackEntry>>,
    alone: &'a [EqualCells],
    own: Adjoint,
    /// k of the last steps, `[channel][cell][trial]`.
    sent: Ring,
    gamma: Vec<f64>,
    /// Channels, cells and trials.
    shape: [usize; 3],
}

impl Sweep<'_> {
    #[inline(always)]
    fn step(&mut self, step: usize, tape: &Tape, direct: &[f64]) {
        let [channels, cells, trials] = self.shape;
        let sent = self.sent.back(self.sent.blocks() - 1);
        for (cell, followed) in self.behind.iter().zip(&self.followed) {
            let gamma = &mut self.gamma[cell * trials..(cell + 1) * trials];
            gamma.fill(0.0);
            for FeedbackEntry { post, channel, weight } in followed {
                let first = (channel * cells + post) * trials;
                add_scaled(gamma, *weight, &sent[first..first + trials]);
            }
        }
        let credit = Arriving { direct, gamma: &self.gamma, through: true };
        for cell in self.behind {
            self.own.cells(&self.alone[*cell], tape, step, &credit, trials);
        }
        let (arriving, newest) = (self.own.arriving(), self.sent.push());
        for cell in self.behind {
            for channel in 0..channels {
                let first = (channel * cells + cell) * trials;
                newest[first..first + trials].copy_from_slice(&arriving[first..first + trials]);
            }
        }
    }
}
