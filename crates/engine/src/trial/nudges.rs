//! Runs whose cells are nudged at what arrives, and what that says of the gradient: `node_perturbation`.
//!
//! # Equations
//! ```text
//! s_b = (E_b(σ ξ) − E_b(−σ ξ))/(2σ),     E_b = l_b + Σ_p reg_pb Σ_t z_pb^t,     dE/dW[p,q] ≈ Σ_b s_b Σ_t ξ_pb^t pre_qb^t
//! ```
//! l_b is the loss of trial b, reg that of the run without nudges, whose pre are taken too. Where E is a quadratic form of cells that are linear, the mean over all ξ of signs is the exact
//! gradient for any σ.

use super::batch::{Batch, Objective};
use super::cells::TrialCells;
use super::group::{self, Wiring};
use super::nudge::Nudge;
use super::outcome::{Outcome, in_batch};
use super::{TrialError, Workers};
use neuropil_core::StreamKey;
use neuropil_plasticity::cell::LocalStep;
use neuropil_plasticity::form::of_arrivals;
use neuropil_plasticity::loss::Judged;
use neuropil_plasticity::{Learner, Matrix, Plane};

/// ξ of a batch, a plane a group, `[step][channel * cells + cell][trial]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Nudges {
    planes: Vec<Plane>,
}

fn ports(learner: &Learner) -> Vec<bool> {
    let of = |channel: usize| learner.dynamics.iter().map(move |cell| channel < cell.ports());
    (0..learner.channels()).flat_map(of).collect()
}

impl Nudges {
    /// Given ones: a plane a group; a cell with one port has the same at every channel.
    pub fn new(planes: Vec<Plane>) -> Self {
        Self { planes }
    }

    /// ξ of each group, `[step][channel * cells + cell][trial]`.
    pub fn planes(&self) -> &[Plane] {
        &self.planes
    }

    /// 1 or −1, a function of the stream, the time and the trial's number in its batch.
    pub fn drawn(learner: &Learner, batch: &Batch, (key, time): (StreamKey, u64)) -> Self {
        let (cells, rows) = (learner.cells(), ports(learner));
        let group = |first: usize, trials: usize| {
            let mut plane = Plane::zeros(batch.steps(), rows.len(), trials);
            for trial in 0..trials {
                let mut rng = key.at(u32::try_from(first + trial).unwrap_or(u32::MAX), time);
                let (mut bits, mut left) = (0, 0);
                for step in 0..batch.steps() {
                    let own = plane.step_mut(step);
                    for (row, has_port) in rows.iter().enumerate() {
                        if !has_port {
                            own[row * trials + trial] = own[(row % cells) * trials + trial];
                            continue;
                        }
                        if left == 0 {
                            (bits, left) = (rng.draw_u32(), u32::BITS);
                        }
                        own[row * trials + trial] = if bits & 1 == 0 { -1.0 } else { 1.0 };
                        (bits, left) = (bits >> 1, left - 1);
                    }
                }
            }
            plane
        };
        Self { planes: batch.groups.iter().map(|own| group(own.first, own.x.trials())).collect() }
    }

    /// s_b of the trials of each group; `outcome` is that of the batch without nudges.
    ///
    /// # Errors
    /// Nudges of another shape; runs that diverge.
    pub fn slopes(
        &self,
        (workers, cells, learner): (&Workers, &TrialCells, &Learner),
        (batch, objective, outcome): (&Batch, &Objective, &Outcome),
        size: f64,
    ) -> Result<Vec<Vec<f64>>, TrialError> {
        learner.check()?;
        let (wiring, has_port) = (Wiring::of(learner), ports(learner));
        let losses = |number: usize, size: f64| {
            let (group, plane) = (&batch.groups[number], self.plane(number, batch, has_port.len())?);
            let nudge = Nudge { plane, size, has_port: &has_port };
            let ran = group::run(cells, learner, &wiring, (&group.x, Some(&nudge)), workers)
                .map_err(|fault| in_batch(fault, group))?;
            let Judged { mut lost, .. } = group.target.judge(&ran.y, &objective.weights, batch.trials())?;
            let trials = lost.len();
            for (place, (asked, fired)) in outcome.credits[number].regulariser.iter().zip(&ran.fired).enumerate() {
                lost[place % trials] += asked * fired;
            }
            workers.keep(ran.y);
            [ran.tape.z, ran.tape.psi].into_iter().for_each(|plane| workers.keep(plane));
            Ok::<_, TrialError>(lost)
        };
        outcome.is_of(workers)?;
        workers.each_of_all(batch.groups.len(), |number| {
            let [up, down] = [losses(number, size)?, losses(number, -size)?];
            Ok(up.iter().zip(&down).map(|(up, down)| (up - down) / (2.0 * size)).collect())
        })
    }

    fn plane(&self, group: usize, batch: &Batch, rows: usize) -> Result<&Plane, TrialError> {
        let expected = [batch.steps(), rows, batch.groups[group].x.trials()];
        let found = self.planes.get(group).map(|own| [own.steps(), own.channels(), own.trials()]);
        match self.planes.get(group) {
            Some(own) if found == Some(expected) => Ok(own),
            _ => {
                let shown = |own: [usize; 3]| format!("{} steps x {} rows x {} trials", own[0], own[1], own[2]);
                let found = found.map_or_else(|| "none".into(), shown);
                Err(TrialError::Size { what: "nudges of a group", found, expected: shown(expected) })
            }
        }
    }

    /// dE/dW_in and dE/dW_rec of the slopes of all trials, summed over groups in their order.
    ///
    /// # Errors
    /// Workers of other ranks than those that ran the batch.
    pub fn gradient(
        &self,
        (workers, learner): (&Workers, &Learner),
        outcome: &Outcome,
        slopes: &[Vec<f64>],
    ) -> Result<[Matrix; 2], TrialError> {
        outcome.is_of(workers)?;
        let part = |group: usize| {
            let mut worth = self.planes[group].clone();
            for row in worth.values_mut().chunks_exact_mut(slopes[group].len()) {
                row.iter_mut().zip(&slopes[group]).for_each(|(xi, slope)| *xi *= slope);
            }
            Ok(of_arrivals(learner, &outcome.tapes[group], &worth))
        };
        let mut sums = [&learner.w_in, &learner.w_rec].map(|own| Matrix::zeros(own.rows(), own.columns()));
        for parts in workers.each_of_all(self.planes.len().min(slopes.len()), part)? {
            sums.iter_mut().zip(&parts).for_each(|(sum, part)| sum.add(part));
        }
        Ok(sums)
    }
}
