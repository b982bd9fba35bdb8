//! The adjoint form: one sweep from the last step to the first, shared by all rules. No synaptic trace; memory of the
//! tape plus O(cells x trials). This is how networks are trained.

use super::accumulate::Accumulator;
use super::arrivals::with_readout;
use super::emission::{Brought, Emitted};
use super::hops;
use crate::cascade::Stages;
use crate::cell::{Adjoint, Arriving, EqualCells, goes_through, learning_cells};
use crate::factors::{FactorSweep, Factored};
use crate::path::CreditPath;
use crate::rows::WIDE;
use crate::rule::{Reach, Rule};
use crate::{Credit, Error, Gradient, Learner, Tape};
use neuropil_core::simd::vectorized;

/// State of the sweep, `[cell][trial]`.
struct Sweep<'a> {
    tape: &'a Tape,
    emitted: Emitted<'a>,
    path: CreditPath,
    /// What emissions pass before they act.
    stages: Option<Stages>,
    equal: Vec<EqualCells>,
    own: Adjoint,
    /// What synapses remember in the place of eligibility.
    factors: Option<FactorSweep>,
    /// Whether Γ goes through the slope of the cell; else it is added behind, times μ.
    through: bool,
    direct: Vec<f64>,
    emission: Vec<f64>,
    gamma: Vec<f64>,
    /// Σ k pre.
    weights: Accumulator,
    /// Σ Q z.
    readout: Accumulator,
}

/// The gradient, over existing and absent synapses.
pub(super) fn adjoint(rule: &Rule, learner: &Learner, tape: &Tape, credit: &Credit) -> Result<Gradient, Error> {
    if let Reach::Hops(_) = rule.reach {
        return hops::adjoint(rule, learner, tape, credit);
    }
    let channels = learner.channels();
    swept(rule, learner, (tape, credit), CreditPath::new(rule, learner, channels, tape.trials())?, None)
}

/// The same, with credit that returns by a path of its own, or a learning signal that was brought.
pub(super) fn swept(
    rule: &Rule,
    learner: &Learner,
    (tape, credit): (&Tape, &Credit),
    path: CreditPath,
    brought: Option<Brought>,
) -> Result<Gradient, Error> {
    let (trials, cells) = (tape.trials(), learner.cells());
    let channels = learner.channels();
    let broadcast = rule.broadcast_matrix(learner)?;
    let size = cells * trials;
    let equal = learning_cells(rule, learner);
    let mut sweep = Sweep {
        tape,
        emitted: Emitted::new(rule, learner, (tape, credit), &broadcast)?.with_brought(brought),
        stages: learner.cascade.filter(|_| path.takes_emissions()).map(|own| Stages::new(own, size)),
        path,
        own: Adjoint::new(&equal, channels, size),
        equal,
        factors: Factored::of(rule, learner).map(|own| FactorSweep::new(own, learner, tape)),
        through: goes_through(rule),
        direct: vec![0.0; size],
        emission: vec![0.0; size],
        gamma: vec![0.0; size],
        weights: Accumulator::new(learner.inputs() + cells, channels * cells, trials),
        readout: Accumulator::new(cells, learner.readout.outputs(), trials),
    };
    for step in (0..tape.steps()).rev() {
        vectorized(
            #[inline(always)]
            || match trials {
                // Lengths that the compiler knows make vectors of the trials, or of the cells.
                WIDE => sweep.step(step, WIDE),
                1 => sweep.step(step, 1),
                trials => sweep.step(step, trials),
            },
        );
        if sweep.weights.is_full() || step == 0 {
            sweep.weights.flush([(&tape.x, 0), (&tape.z, learner.delay)]);
            sweep.readout.flush([(&tape.z, 0)]);
        }
    }
    Ok(with_readout(sweep.weights.matrices(learner), learner, credit, &sweep.readout))
}

impl Sweep<'_> {
    #[inline(always)]
    fn step(&mut self, step: usize, trials: usize) {
        self.emitted.step(step);
        self.path.arrive(&mut self.gamma, trials);
        self.emitted.direct(&mut self.direct, trials);
        if self.path.takes_emissions() {
            self.emitted.emit(self.tape, step, &self.direct, &mut self.emission, trials);
            if let Some(stages) = &mut self.stages {
                stages.pass(&mut self.emission);
            }
        }
        if let Some(factors) = &mut self.factors {
            self.weights.push(step, factors.step(step, &self.direct), trials);
            self.readout.push(step, &self.emitted.filtered, trials);
            return;
        }
        let credit = Arriving { direct: &self.direct, gamma: &self.gamma, through: self.through };
        for equal in &self.equal {
            self.own.cells(equal, self.tape, step, &credit, trials);
        }
        self.path.send(&self.emission, &self.gamma, self.own.arriving(), trials);
        self.weights.push(step, self.own.arriving(), trials);
        // dE/dW_out = g_o Σ Q z.
        self.readout.push(step, &self.emitted.filtered, trials);
    }
}
