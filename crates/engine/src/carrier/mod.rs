//! Carriers of credit through tissue: cells release what they emit as peptides, which spread, vanish, and are heard.
//!
//! # Equations
//! Every response class r has its own peptides. Over a field step of s steps of the trial, Δ = `step_ms` of the tissue,
//! ```text
//! opponent   two peptides, released max(0, a_m) and max(0, −a_m):   M = (m₊ − m₋) g
//! baseline   one peptide, released max(0, b/n_r + a_m):             M = (m − m_b) g
//! field      c ← e^{LΔ}(c + deposits),  L diffusion, loss and walls, on a grid
//! kernel     c_p = Σ_m Σ_u K(|x_p − x_m|, uΔ) deposits_m,  K = (4πD*t)^{−3/2} e^{−r²/(4D*t) − kt}: unbounded tissue
//! linear     m ← stages driven by c;      binding   m ← stages driven by k_d o,  o the occupancy of a receptor
//! ```
//! What is reported is m, or with [`Report::Change`] the difference of m to the step before. The gain g of a class is such
//! that a steady emission of its cells, all alike, arrives with its own size on the mean over all cells. A learning signal has one
//! class of all n cells, and each releases L/n: one that is steady and equal in all cells arrives as it is on the mean.
//!
//! # Order
//! Field step i covers the steps [i s, (i + 1) s). It deposits what was emitted before them and not yet deposited, advances,
//! and is heard; M holds over the steps [(i + 1) s, (i + 2) s). A modulator comes between s + 1 and 2 s steps late at
//! least. Every trial has a field of its own, a free run one for ever. Receptors are given the concentration at the end of a step, so that what is
//! deposited has spread for a step before it is heard.

mod blur;
mod chain;
mod diffusion;
mod in_transit;
mod reception;

pub use blur::{Blur, BlurPlan, OwnSignal, SiteOrder};
pub use chain::courses;
pub use diffusion::Spread;
pub use in_transit::StreamState;
pub use reception::{Hearing, Receptors, Report};

pub(crate) use in_transit::CreditInTransit;

use diffusion::Diffusion;
use neuropil_neuromod::NeuromodError;
use neuropil_neuromod::field::Transport;
use neuropil_plasticity::carrier::{Signal, TrialNumbers};
use neuropil_plasticity::types::Classes;
use neuropil_plasticity::{Carrier, Error, Plane};
use reception::ReceptorDynamics;
use thiserror::Error;

/// A carrier that cannot be.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum CarrierError {
    /// A field, a position or a rate that is none.
    #[error(transparent)]
    Tissue(#[from] NeuromodError),
    /// Something that does not go with the rest.
    #[error("{what}: {reason}")]
    Unfit {
        /// What, as files name it.
        what: &'static str,
        /// Why.
        reason: String,
    },
}

/// The least share of a deposit that is left at the end of a field step: of less the steady level is 0, by which its gain divides.
const LEAST_LEFT: f64 = 1e-300;

/// How a credit that has a sign is released.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Signed {
    /// Two peptides, for the positive and for the negative part.
    Opponent,
    /// More or less than a baseline of one peptide: `credit` is the baseline of a class, in units of its emission.
    Baseline {
        /// b.
        credit: f64,
    },
}

/// What a carrier is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct CarrierPlan {
    /// How peptides get from cell to cell.
    pub spread: Spread,
    /// Grid, walls, D* and loss; the kernel takes D* along x and the loss.
    pub transport: Transport,
    /// Where the cells are, um.
    pub positions: Vec<[f64; 3]>,
    /// Steps of the trial in a field step.
    pub steps: usize,
    /// Length of a field step on the clock of the tissue, ms.
    pub step_ms: f64,
    /// How credit gets a sign.
    pub signed: Signed,
    /// How cells hear.
    pub hearing: Hearing,
    /// ℓ: steps for which synapses hold their eligibility back.
    pub hold_back: usize,
}

/// A carrier through tissue; see the [module](self).
#[derive(Debug)]
pub struct Chemical {
    plan: CarrierPlan,
    diffusion: Diffusion,
    receptors: ReceptorDynamics,
}

impl Chemical {
    /// # Errors
    /// Positions outside of the box, a step that is none, a tissue without a gain for steady emission.
    pub fn new(plan: CarrierPlan) -> Result<Self, CarrierError> {
        let unfit = |what, reason: &str| Err(CarrierError::Unfit { what, reason: reason.into() });
        plan.transport.check(plan.step_ms)?;
        if plan.steps == 0 {
            return unfit("step_ms", "a field step has no steps of the trial");
        }
        if matches!(plan.signed, Signed::Baseline { credit } if !(credit.is_finite() && credit > 0.0)) {
            return unfit("signed.credit", "must be > 0");
        }
        plan.hearing.check()?;
        let diffusion = Diffusion::new(&plan)?;
        match (diffusion.grows(), plan.hearing.report) {
            (true, Report::Level) => {
                return unfit(
                    "loss_per_ms",
                    "nothing is lost, so that a steady emission never settles: give a loss, or `report`: `change`",
                );
            }
            (false, Report::Change) => {
                return unfit(
                    "receptors.report",
                    "`change` tells nothing of a steady emission where peptides are lost: give a loss of 0 and closed walls, or `level`",
                );
            }
            (true, Report::Change) if matches!(plan.signed, Signed::Baseline { .. }) => {
                return unfit("signed", "a baseline needs a loss");
            }
            _ => {}
        }
        let left = diffusion.left();
        if left < LEAST_LEFT {
            let reason = format!(
                "found {}: of what is released nothing is left after a field step of {} ms on the clock of the tissue, and cells are told of its end: expected a smaller loss, field step (`step_ms`) or `time_scale`, or walls farther away",
                plan.transport.loss, plan.step_ms
            );
            return unfit("loss_per_ms", &reason);
        }
        let receptors = ReceptorDynamics::new(&plan.hearing);
        Ok(Self { plan, diffusion, receptors })
    }

    /// What it is made of.
    pub fn plan(&self) -> &CarrierPlan {
        &self.plan
    }

    /// Field steps for which a run without end must remember deposits: 0 on a grid.
    pub(crate) fn memory(&self) -> Result<usize, CarrierError> {
        self.diffusion.memory()
    }

    /// The modulator of a receiving cell for steady emission of one in all by a class: 1 on the mean over cells.
    pub fn steady_gain(&self, classes: &Classes, class: usize) -> Vec<f64> {
        let steady = self.diffusion.steady(&members(classes, class));
        let mean = steady.iter().sum::<f64>() / steady.len() as f64;
        steady.into_iter().map(|own| own / mean).collect()
    }

    /// The mean steady concentration at cells for a deposit of one in all by a class in every field step.
    fn mean_steady(&self, classes: &Classes, class: usize) -> f64 {
        let steady = self.diffusion.steady(&members(classes, class));
        steady.iter().sum::<f64>() / steady.len() as f64
    }
}

/// The cells of a class.
fn members(classes: &Classes, class: usize) -> Vec<usize> {
    (0..classes.of_cell.len()).filter(|cell| classes.of_cell[*cell] == class).collect()
}

impl Carrier for Chemical {
    fn name(&self) -> &'static str {
        match self.plan.spread {
            Spread::Field => "field",
            Spread::Kernel => "kernel",
        }
    }

    fn hold_back(&self) -> usize {
        self.plan.hold_back
    }

    fn carry(&self, signal: Signal, emitted: &Plane, classes: &Classes, _: TrialNumbers) -> Result<Plane, Error> {
        let cells = self.plan.positions.len();
        if emitted.channels() != cells {
            let (found, expected) = (cells.to_string(), format!("one a cell, {}", emitted.channels()));
            return Err(Error::Shape { what: "positions of the carrier", found, expected });
        }
        // Sums arrive as sums; a learning signal that all cells share arrives as it is, not once for each.
        let part = match signal {
            Signal::Emission => 1.0,
            Signal::Learning => 1.0 / cells as f64,
        };
        let steps = self.plan.steps;
        let mut arrived = Plane::zeros(emitted.steps(), classes.size.len() * cells, emitted.trials());
        let mut in_transit = CreditInTransit::new(self, classes, emitted.steps().div_ceil(steps))?;
        for trial in 0..emitted.trials() {
            in_transit.begin(self);
            for step in 0..emitted.steps() {
                if step.is_multiple_of(steps) {
                    in_transit.field_step(self);
                }
                for (channel, modulator) in in_transit.modulators().iter().enumerate() {
                    arrived.row_mut(step, channel)[trial] = *modulator;
                }
                (0..cells).for_each(|cell| in_transit.emit(self, cell, part * emitted.at(step, cell, trial)));
            }
        }
        Ok(arrived)
    }
}
