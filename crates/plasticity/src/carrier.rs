//! Carriers: how what cells emit becomes the modulators that arrive at the cells that learn.
//!
//! # Equations
//! ```text
//! dW[p,q] = Σ_t D_p^t e_pq^t + Σ_t Σ_r M_{r,p}^t (F_{r,τ(p)} ∗ e_pq)^{t−ℓ},      a_m^t = ψ_m^t D_m^t      (what m emits)
//! ideal     M_{r,p}^t = Σ_{m in r} a_m^t, the same for all p: the rules of the papers                      (ℓ = 0)
//! ```
//! r are response classes, F the taps of the rule over them ([`crate::taps`]). Of rules without emissions a carrier brings the
//! learning signal ([`Signal`]). Physical carriers lie where peptides are known: this crate has the [`Carrier`] and the ideal one.
//!
//! # References
//! \[Liu2022\], whose modulators are everywhere at once; \[Barretto2026\], whose learning signals diffuse.

mod kind;

pub use kind::{CarrierKind, Signal};

use crate::types::Classes;
use crate::{Error, Plane};

/// Which trials a signal is of, for carriers that draw random numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TrialNumbers {
    /// The update that the batch is for, counted from 0.
    pub update: u32,
    /// The number of the first trial in the batch.
    pub first: usize,
    /// The step of the trial at which what is sent begins: 0, or a later one for a carrier that [waits](Carrier::waits).
    pub step: usize,
}

/// Brings what cells send to the cells that learn.
pub trait Carrier: Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// The modulators M, `[step][class * cells + cell][trial]`, of a signal that cells send, `[step][cell][trial]`. Learning signals
    /// have one class ([`Classes::one`]). M of a step must not depend on what is sent later, and no trial on another. What is drawn is a function of a
    /// trial's number alone.
    ///
    /// # Errors
    /// Cells that it has no place for.
    fn carry(&self, signal: Signal, sent: &Plane, classes: &Classes, trials: TrialNumbers) -> Result<Plane, Error>;

    /// Whether it may be given what is sent from the first step on at which a cell sends, instead of the whole trial: it rests until then, and
    /// does the same whenever it begins.
    fn waits(&self) -> bool {
        false
    }

    /// ℓ: the steps for which synapses hold their eligibility back, because modulators come late.
    fn hold_back(&self) -> usize {
        0
    }
}

/// Everywhere at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ideal;

impl Carrier for Ideal {
    fn name(&self) -> &'static str {
        "ideal"
    }

    fn carry(&self, signal: Signal, emitted: &Plane, classes: &Classes, _: TrialNumbers) -> Result<Plane, Error> {
        if signal == Signal::Learning {
            return Ok(emitted.clone());
        }
        let (cells, trials) = (emitted.channels(), emitted.trials());
        let mut arrived = Plane::zeros(emitted.steps(), classes.size.len() * cells, trials);
        let mut sums = vec![0.0; classes.size.len() * trials];
        for step in 0..emitted.steps() {
            sums.fill(0.0);
            for (cell, class) in classes.of_cell.iter().enumerate() {
                let sum = &mut sums[class * trials..(class + 1) * trials];
                sum.iter_mut().zip(emitted.row(step, cell)).for_each(|(sum, own)| *sum += own);
            }
            for (channel, row) in arrived.step_mut(step).chunks_exact_mut(trials).enumerate() {
                let class = channel / cells;
                row.copy_from_slice(&sums[class * trials..(class + 1) * trials]);
            }
        }
        Ok(arrived)
    }
}
