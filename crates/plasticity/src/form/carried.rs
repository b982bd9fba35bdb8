//! Rules whose signal is brought by a [`Carrier`]: the same gradient, with modulators, or a learning signal, for each receiving cell.
//!
//! Emissions are swept backward, carried forward, and credited backward again (adjoint), or times traces that run
//! forward. With [`crate::carrier::Ideal`] both are the rule without a carrier, to rounding.

use super::emission::{Brought, Emitted};
use super::incoming::{Credits, IncomingSynapses, Shared, Slow};
use super::{Form, adjoint};
use crate::carrier::{Carrier, Signal, TrialNumbers};
use crate::factors::Factored;
use crate::path::carried::{CarriedPath, finite_taps};
use crate::path::intermediate::IntermediateCells;
use crate::path::{CreditPath, EligibilityPath};
use crate::rule::Rule;
use crate::taps::Taps;
use crate::types::Classes;
use crate::{Credit, Error, Gradient, Learner, Matrix, Plane, Readout, Tape};

/// The gradient of a rule for one group of trials, its modulators brought by a carrier.
///
/// # Errors
/// Rules without a signal that can be brought; forms other than adjoint and forward; what the carrier refuses.
pub fn carried(
    form: Form,
    rule: &Rule,
    learner: &Learner,
    (tape, credit): (&Tape, &Credit),
    (carrier, trials): (&dyn Carrier, TrialNumbers),
) -> Result<Gradient, Error> {
    let signal = signal_of(rule)?;
    if form == Form::Adjoint && signal == Signal::Learning && learner.cascade.is_none() && carrier.waits() {
        let (sent, from) = learning_signal(rule, learner, (tape, credit))?;
        let classes = senders(signal, learner);
        let arrived = carrier.carry(signal, &sent, &classes, TrialNumbers { step: from, ..trials })?;
        let brought = Brought { arrived, from, hold_back: carrier.hold_back() };
        let mut gradient = adjoint::swept(rule, learner, (tape, credit), CreditPath::None, Some(brought))?;
        gradient.mask(learner);
        return Ok(gradient);
    }
    let (_, arrived) = arrivals(rule, learner, (tape, credit), (carrier, trials))?;
    credited(form, rule, learner, (tape, credit), (arrived, carrier.hold_back()))
}

/// What the cells of a group send, `[step][cell][trial]`: a = ψ D, or what the rule has in its place; of a rule without emissions
/// L = Σ_k B_fb err_k.
///
/// # Errors
/// Faults of the learner, its data, and the rule.
pub fn emissions(rule: &Rule, learner: &Learner, (tape, credit): (&Tape, &Credit)) -> Result<Plane, Error> {
    if rule.signal() == Ok(Signal::Learning) {
        let (late, from) = learning_signal(rule, learner, (tape, credit))?;
        let mut plane = Plane::zeros(tape.steps(), learner.cells(), tape.trials());
        (from..tape.steps()).for_each(|step| plane.step_mut(step).copy_from_slice(late.step(step - from)));
        return Ok(plane);
    }
    checked(rule, learner, (tape, credit))?;
    let broadcast = rule.broadcast_matrix(learner)?;
    let mut emitted = Emitted::new(rule, learner, (tape, credit), &broadcast)?;
    let mut plane = Plane::zeros(tape.steps(), learner.cells(), tape.trials());
    let mut direct = vec![0.0; learner.cells() * tape.trials()];
    for step in (0..tape.steps()).rev() {
        emitted.step(step);
        emitted.direct(&mut direct, tape.trials());
        emitted.emit(tape, step, &direct, plane.step_mut(step), tape.trials());
    }
    Ok(plane)
}

fn checked(rule: &Rule, learner: &Learner, (tape, credit): (&Tape, &Credit)) -> Result<(), Error> {
    learner.check()?;
    tape.check(learner)?;
    credit.check(learner, tape)?;
    rule.check(learner)
}

/// L = Σ_k B_fb err_k of all cells, `[step][cell][trial]`, from the first step on at which anything is taught, and that step. Where a task
/// asks at the end of a trial, that is a small part of it.
fn learning_signal(rule: &Rule, learner: &Learner, (tape, credit): (&Tape, &Credit)) -> Result<(Plane, usize), Error> {
    checked(rule, learner, (tape, credit))?;
    let taught = rule.taught(learner, credit)?;
    let is_taught = |step: &usize| taught.step(*step).iter().any(|own| *own != 0.0);
    let from = (0..taught.steps()).find(is_taught).unwrap_or(taught.steps());
    let immediate = Readout { kappa: 0.0, scale: 1.0, ..learner.readout.clone() };
    let own = Credit { err: taught.after(from), regulariser: Vec::new(), asked: None };
    Ok((own.direct(&immediate, &rule.broadcast_matrix(learner)?), from))
}

/// What a carrier brings to the cells, `[step][class * cells + cell][trial]`; a learning signal has one class.
pub(super) fn arrivals(
    rule: &Rule,
    learner: &Learner,
    (tape, credit): (&Tape, &Credit),
    (carrier, trials): (&dyn Carrier, TrialNumbers),
) -> Result<(Signal, Plane), Error> {
    let signal = signal_of(rule)?;
    let sent = emissions(rule, learner, (tape, credit))?;
    Ok((signal, carrier.carry(signal, &sent, &senders(signal, learner), trials)?))
}

fn signal_of(rule: &Rule) -> Result<Signal, Error> {
    let refused = |reason| Error::NotCarried { rule: rule.base_name(), carrier: rule.carrier.name(), reason };
    rule.signal().map_err(refused)
}

/// The classes that a signal is sent by.
fn senders(signal: Signal, learner: &Learner) -> Classes {
    match signal {
        Signal::Emission => Classes::new(learner),
        Signal::Learning => Classes::one(learner.cells()),
    }
}

/// The gradient with modulators that have arrived, M and ℓ.
///
/// # Errors
/// As [`carried`]; modulators of another shape.
pub fn credited(
    form: Form,
    rule: &Rule,
    learner: &Learner,
    (tape, credit): (&Tape, &Credit),
    (arrived, hold_back): (Plane, usize),
) -> Result<Gradient, Error> {
    checked(rule, learner, (tape, credit))?;
    let signal = signal_of(rule)?;
    let classes = senders(signal, learner);
    let expected = Plane::zeros(0, classes.size.len() * learner.cells(), tape.trials());
    let same = arrived.channels() == expected.channels() && arrived.trials() == tape.trials();
    if !same || arrived.steps() != tape.steps() {
        let expected = format!("{} steps x {} channels x {} trials", tape.steps(), expected.channels(), tape.trials());
        return Err(Error::Shape { what: "modulators", found: arrived.shape(), expected });
    }
    // Forward in time, synapses themselves hold travelled eligibility back.
    let arrived = match learner.cascade.filter(|_| form == Form::Adjoint || signal == Signal::Learning) {
        Some(cascade) => cascade.backward(&arrived),
        None => arrived,
    };
    let brought = Brought { arrived, from: 0, hold_back };
    let mut gradient = match form {
        Form::Adjoint if signal == Signal::Learning => {
            adjoint::swept(rule, learner, (tape, credit), CreditPath::None, Some(brought))?
        }
        Form::Adjoint => {
            let path = CarriedPath::new(rule, learner, brought.arrived, hold_back)?;
            adjoint::swept(rule, learner, (tape, credit), CreditPath::Carried(Box::new(path)), None)?
        }
        Form::Forward => forward(rule, learner, (tape, credit), (signal, &brought))?,
        Form::Modal | Form::Causal => {
            let reason = "modulators of a carrier are known when it has carried the whole trial";
            return Err(Error::NoForm { rule: rule.name, form, reason });
        }
    };
    gradient.mask(learner);
    Ok(gradient)
}

/// Traces forward in time, one receiving cell and trial after the other; D and M are read from their planes.
fn forward(
    rule: &Rule,
    learner: &Learner,
    (tape, credit): (&Tape, &Credit),
    (signal, Brought { arrived, hold_back, .. }): (Signal, &Brought),
) -> Result<Gradient, Error> {
    let taps = if signal == Signal::Emission { finite_taps(rule, learner)? } else { None };
    let path = match &taps {
        Some(taps) => EligibilityPath::Lags(taps.lags()),
        None if signal == Signal::Learning => EligibilityPath::None,
        None => {
            let (system, sources) = (IntermediateCells::by_class(learner, rule.reach)?, learner.type_id.clone());
            EligibilityPath::Nodes { system, sources, first_hop: false }
        }
    };
    let cascade = learner.cascade.filter(|_| signal == Signal::Emission);
    let (dynamics, kappa) = (rule.remembering(learner), rule.kappa(learner));
    let factored = Factored::of(rule, learner);
    let shared = Shared { learner, dynamics, path, slow: Slow::Nothing, kappa, cascade, factored };
    let direct = match signal {
        Signal::Emission => credit.direct(&learner.readout, &rule.broadcast_matrix(learner)?),
        Signal::Learning => direct_of(&Readout { kappa, ..learner.readout.clone() }, credit, (arrived, *hold_back)),
    };
    let (cells, inputs) = (learner.cells(), learner.inputs());
    let mut rows = Vec::with_capacity(cells);
    for cell in 0..cells {
        let mut own = IncomingSynapses::new(&shared, cell);
        for trial in 0..tape.trials() {
            own.rest(&shared);
            for step in 0..tape.steps() {
                let pre = presynaptic(tape, learner.delay, [step, trial]);
                let credits = Credits {
                    own: (0..cells).map(|cell| direct.at(step, cell, trial)).collect(),
                    emitted: travelled(taps.as_ref(), learner, arrived, [step + hold_back, cell, trial]),
                    ..Credits::default()
                };
                own.step(&shared, &pre, &|cell| tape.gate(step, cell * tape.trials() + trial), &credits);
            }
        }
        rows.push(own.sum);
    }
    let q = credit.filtered_back(learner.readout.kappa);
    let over = |k: usize, j: usize| -> f64 {
        let of = |step| q.row(step, k).iter().zip(tape.z.row(step, j)).map(|(q, z)| q * z).sum::<f64>();
        (0..tape.steps()).map(of).sum()
    };
    let outputs = learner.readout.outputs();
    Ok(Gradient {
        w_in: Matrix::from_fn(cells, inputs, |post, q| rows[post][q]),
        w_rec: Matrix::from_fn(cells, cells, |post, q| rows[post][inputs + q]),
        w_out: Matrix::from_fn(outputs, cells, |k, j| learner.readout.scale * over(k, j)),
        b: (0..outputs)
            .map(|k| (0..tape.steps()).map(|step| credit.err.row(step, k).iter().sum::<f64>()).sum())
            .collect(),
    })
}

/// D of a learning signal that was brought: it is the error of a readout that every cell is for itself.
fn direct_of(readout: &Readout, credit: &Credit, (arrived, hold_back): (&Plane, usize)) -> Plane {
    let err = Plane::from_fn(arrived.steps(), arrived.channels(), arrived.trials(), |step, cell, trial| {
        if step + hold_back < arrived.steps() { arrived.at(step + hold_back, cell, trial) } else { 0.0 }
    });
    let cells = arrived.channels();
    let own = Matrix::from_fn(cells, cells, |a, b| f64::from(u8::from(a == b)));
    Credit { err, regulariser: credit.regulariser.clone(), asked: None }.direct(readout, &own)
}

/// x^t, then z^{t−d}.
fn presynaptic(tape: &Tape, delay: usize, [step, trial]: [usize; 2]) -> Vec<f64> {
    let x = (0..tape.x.channels()).map(|input| tape.x.at(step, input, trial));
    let z = |cell| step.checked_sub(delay).map_or(0.0, |sent| tape.z.at(sent, cell, trial));
    x.chain((0..tape.z.channels()).map(z)).collect()
}

/// What multiplies travelled eligibility of one receiving cell: M of each class, or Σ F M, `[lag][cell]`.
fn travelled(taps: Option<&Taps>, learner: &Learner, arrived: &Plane, [step, cell, trial]: [usize; 3]) -> Vec<f64> {
    let cells = learner.cells();
    let classes = arrived.channels() / cells;
    let of = |class: usize| if step < arrived.steps() { arrived.at(step, class * cells + cell, trial) } else { 0.0 };
    let Some(taps) = taps else { return (0..classes).map(of).collect() };
    let mut credits = vec![0.0; taps.lags() * cells];
    for lag in 1..=taps.lags() {
        let b = learner.type_id[cell];
        credits[(lag - 1) * cells + cell] = (0..classes).map(|class| taps.at(lag, class, b) * of(class)).sum();
    }
    credits
}
