//! What a rule tells cells and synapses, step by step: kept, where the other forms only sum it.
//!
//! # Equations
//! ```text
//! dE/dW[p,q] = Σ_t (D_p + Γ_p) e_pq
//! ```
//! D, the emission a and Γ come of the sweep of the adjoint form, e of traces forward in time. Test:
//! `modulators_times_eligibility_is_the_gradient`. (`modprop_code` and `modprop_code_cell` multiply Γ by something else than e.)

use super::Form;
use super::carried::{arrivals, emissions};
use super::emission::{Brought, Emitted};
use super::hops;
use crate::carrier::{Carrier, CarrierKind, Signal, TrialNumbers};
use crate::cascade::Stages;
use crate::cell::{Adjoint, Arriving, LocalStep, Traces, goes_through, learning_cells};
use crate::path::CreditPath;
use crate::path::carried::CarriedPath;
use crate::rule::{Reach, Rule};
use crate::{Credit, Error, Learner, Plane, Tape};

/// Modulators of all cells, `[step][cell][trial]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Modulators {
    /// D: direct credit through the readout, or as it was brought, with the regulariser.
    pub direct: Plane,
    /// a: what the cell emits for others; of a learning signal that is brought, L.
    pub emission: Plane,
    /// Γ: what comes back to it from others.
    pub returned: Plane,
}

/// The modulators of a rule for one group of trials.
///
/// # Errors
/// As [`super::gradient`].
pub fn modulators(rule: &Rule, learner: &Learner, tape: &Tape, credit: &Credit) -> Result<Modulators, Error> {
    learner.check()?;
    tape.check(learner)?;
    credit.check(learner, tape)?;
    rule.check(learner)?;
    if rule.carrier != CarrierKind::Ideal {
        return Err(Error::Missing { rule: rule.name, what: "a carrier" });
    }
    rule.is_of_tapes(Form::Adjoint)?;
    if let Reach::Hops(_) = rule.reach {
        return behind(rule, learner, tape, credit);
    }
    let channels = learner.channels();
    told(rule, learner, (tape, credit), CreditPath::new(rule, learner, channels, tape.trials())?, None)
}

/// Of a rule that follows the cells behind each cell.
fn behind(rule: &Rule, learner: &Learner, tape: &Tape, credit: &Credit) -> Result<Modulators, Error> {
    let mut told = told(rule, learner, (tape, credit), CreditPath::None, None)?;
    told.returned = hops::sweeps(rule, learner, tape, &told.direct).returned;
    Ok(told)
}

/// The same of a rule whose modulators a carrier brings; and M of each class at each cell, `[step][class * cells + cell][trial]`.
///
/// # Errors
/// As [`super::carried()`].
pub fn carried_modulators(
    rule: &Rule,
    learner: &Learner,
    (tape, credit): (&Tape, &Credit),
    (carrier, trials): (&dyn Carrier, TrialNumbers),
) -> Result<(Modulators, Plane), Error> {
    let (signal, arrived) = arrivals(rule, learner, (tape, credit), (carrier, trials))?;
    if signal == Signal::Learning {
        let brought = Brought { arrived: held(learner, &arrived), from: 0, hold_back: carrier.hold_back() };
        let mut told = told(rule, learner, (tape, credit), CreditPath::None, Some(brought))?;
        told.emission = emissions(rule, learner, (tape, credit))?;
        return Ok((told, arrived));
    }
    let path = CarriedPath::new(rule, learner, held(learner, &arrived), carrier.hold_back())?;
    Ok((told(rule, learner, (tape, credit), CreditPath::Carried(Box::new(path)), None)?, arrived))
}

/// What has arrived, as it meets eligibility that no cascade has held back.
fn held(learner: &Learner, arrived: &Plane) -> Plane {
    learner.cascade.map_or_else(|| arrived.clone(), |own| own.backward(arrived))
}

fn told(
    rule: &Rule,
    learner: &Learner,
    (tape, credit): (&Tape, &Credit),
    mut path: CreditPath,
    brought: Option<Brought>,
) -> Result<Modulators, Error> {
    let (trials, cells) = (tape.trials(), learner.cells());
    let channels = learner.channels();
    let broadcast = rule.broadcast_matrix(learner)?;
    let mut emitted = Emitted::new(rule, learner, (tape, credit), &broadcast)?.with_brought(brought);
    let equal = learning_cells(rule, learner);
    let mut own = Adjoint::new(&equal, channels, cells * trials);
    let plane = || Plane::zeros(tape.steps(), cells, trials);
    let mut stages = learner.cascade.map(|own| Stages::new(own, cells * trials));
    let mut told = Modulators { direct: plane(), emission: plane(), returned: plane() };
    for step in (0..tape.steps()).rev() {
        emitted.step(step);
        path.arrive(told.returned.step_mut(step), trials);
        emitted.direct(told.direct.step_mut(step), trials);
        emitted.emit(tape, step, told.direct.step(step), told.emission.step_mut(step), trials);
        let credit =
            Arriving { direct: told.direct.step(step), gamma: told.returned.step(step), through: goes_through(rule) };
        for equal in &equal {
            own.cells(equal, tape, step, &credit, trials);
        }
        let emission = told.emission.step(step);
        let sent = stages.as_mut().map_or(emission, |own| own.step(emission));
        path.send(sent, told.returned.step(step), own.arriving(), trials);
    }
    Ok(told)
}

/// e of recurrent synapses `[post, pre]`, `[step][synapse][trial]`.
///
/// # Errors
/// As [`super::gradient`].
pub fn eligibility(learner: &Learner, tape: &Tape, synapses: &[[usize; 2]]) -> Result<Plane, Error> {
    learner.check()?;
    tape.check(learner)?;
    let mut all = Plane::zeros(tape.steps(), synapses.len(), tape.trials());
    for (number, [post, pre]) in synapses.iter().copied().enumerate() {
        let dynamics = &learner.dynamics[post];
        let port = dynamics.port(learner.receptor(post, pre));
        for trial in 0..tape.trials() {
            let mut traces = Traces::new(dynamics, 1);
            let mut arriving = vec![0.0; dynamics.ports()];
            for step in 0..tape.steps() {
                arriving[port] = step.checked_sub(learner.delay).map_or(0.0, |sent| tape.z.at(sent, pre, trial));
                dynamics.trace(&tape.gate(step, post * tape.trials() + trial), &arriving, &mut traces);
                all.row_mut(step, number)[trial] = traces.e[0];
            }
        }
    }
    Ok(all)
}
