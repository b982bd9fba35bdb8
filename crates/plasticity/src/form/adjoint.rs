//! The adjoint form: one sweep from the last step to the first, shared by all rules. No synaptic trace; memory of the
//! tape plus O(cells x lanes). This is how networks are trained.

use super::accumulate::Accumulator;
use super::emission::Emitted;
use super::lanes::add_product;
use super::reverse::{Arriving, Reverse};
use super::way::Way;
use crate::rule::{Rule, Slope};
use crate::{Credit, Error, Gradient, Learner, Matrix, Tape};
use neuropil_core::simd::vectorized;

/// State of the sweep, `[cell][lane]`.
struct Sweep<'a> {
    learner: &'a Learner,
    tape: &'a Tape,
    emitted: Emitted<'a>,
    way: Way,
    own: Reverse,
    /// What multiplies Γ behind the slope; `None` if Γ goes through it.
    first_hop: Option<Vec<f64>>,
    direct: Vec<f64>,
    emission: Vec<f64>,
    gamma: Vec<f64>,
    /// Σ Q z, `[readout][cell][lane]`.
    readout: Vec<f64>,
}

/// The gradient, over existing and absent synapses.
pub(super) fn adjoint(rule: &Rule, learner: &Learner, tape: &Tape, credit: &Credit) -> Result<Gradient, Error> {
    let (lanes, cells) = (tape.lanes(), learner.cells());
    let channels = if learner.is_split() { 2 } else { 1 };
    let broadcast = rule.broadcast_matrix(learner)?;
    let size = cells * lanes;
    let code = rule.slope == Slope::MuAndFirstHop;
    let mut sweep = Sweep {
        learner,
        tape,
        emitted: Emitted::new(rule, learner, tape, credit, &broadcast),
        way: Way::new(rule, learner, channels, lanes)?,
        own: Reverse::new(cells, channels, lanes),
        first_hop: code.then(|| learner.type_id.iter().map(|a| learner.mu[*a]).collect()),
        direct: vec![0.0; size],
        emission: vec![0.0; size],
        gamma: vec![0.0; size],
        readout: vec![0.0; learner.readout.outputs() * size],
    };
    let mut sums = Accumulator::new(learner.inputs() + cells, channels * cells, lanes);
    for step in (0..tape.steps()).rev() {
        vectorized(
            #[inline(always)]
            || {
                sweep.step(step);
                sums.push(step, sweep.own.k());
            },
        );
        if sums.is_full() || step == 0 {
            sums.flush(&tape.x, &tape.z, learner.delay);
        }
    }
    let [w_in, w_rec] = sums.gradients(learner, channels);
    let outputs = learner.readout.outputs();
    let scale = learner.readout.scale;
    let w_out = Matrix::from_fn(outputs, cells, |k, j| {
        let first = (k * cells + j) * lanes;
        scale * sweep.readout[first..first + lanes].iter().sum::<f64>()
    });
    let b = (0..outputs).map(|k| (0..tape.steps()).map(|step| credit.err.row(step, k).iter().sum::<f64>()).sum());
    Ok(Gradient { w_in, w_rec, w_out, b: b.collect() })
}

impl Sweep<'_> {
    #[inline(always)]
    fn step(&mut self, step: usize) {
        let lanes = self.tape.lanes();
        self.emitted.step(step);
        self.read_out(step);
        self.way.arrive(&mut self.gamma, lanes);
        for (cell, dynamics) in self.learner.dynamics.iter().enumerate() {
            let own = cell * lanes..(cell + 1) * lanes;
            let (direct, emission) = (&mut self.direct[own.clone()], &mut self.emission[own.clone()]);
            self.emitted.cell(self.tape, [step, cell], direct, emission);
            let gamma = &self.gamma[own];
            let after = match &self.first_hop {
                Some(mu) => mu[cell],
                None => {
                    direct.iter_mut().zip(gamma).for_each(|(direct, gamma)| *direct += gamma);
                    0.0
                }
            };
            let credit = Arriving { through: direct, beyond: gamma, after };
            self.own.cell(dynamics, self.tape, [step, cell], &credit);
        }
        self.way.send(&self.emission, &self.gamma, self.own.k(), lanes);
    }

    /// dE/dW_out = g_o Σ Q z.
    #[inline(always)]
    fn read_out(&mut self, step: usize) {
        let size = self.learner.cells() * self.tape.lanes();
        let lanes = self.tape.lanes();
        for (q, sums) in self.emitted.filtered.chunks_exact(lanes).zip(self.readout.chunks_exact_mut(size)) {
            for (z, sums) in self.tape.z.step(step).chunks_exact(lanes).zip(sums.chunks_exact_mut(lanes)) {
                add_product(sums, q, z);
            }
        }
    }
}
