//! The forms of a rule: ways to the same gradient that differ in cost, memory, and in what they must know.

mod accumulate;
mod adjoint;
mod carried;
mod emission;
mod forward;
pub(crate) mod lanes;
pub(crate) mod modes;
mod online;
mod onto;
pub(crate) mod response;
mod returns;
mod watch;
mod way;

use crate::rule::{Carriage, Rule};
use crate::taps::Taps;
use crate::{Credit, Error, Gradient, Learner, Tape};
pub use carried::{carried, credited, emissions};
pub use lanes::add_scaled;
pub use online::{Moment, Online};
use std::fmt;
pub use watch::{Modulators, carried_modulators, eligibility, modulators};

/// How a gradient is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One reverse sweep over the tape.
    Adjoint,
    /// Traces forward in time, direct credit from the tape.
    Forward,
    /// Forward, through the independent modes of the type matrix.
    Modal,
    /// Forward, with nothing from the future and bounded memory.
    Causal,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Form::Adjoint => "adjoint",
            Form::Forward => "forward",
            Form::Modal => "modal",
            Form::Causal => "causal",
        })
    }
}

/// The gradient of a rule for one group of trials.
pub fn gradient(form: Form, rule: &Rule, learner: &Learner, tape: &Tape, credit: &Credit) -> Result<Gradient, Error> {
    learner.check()?;
    tape.check(learner)?;
    credit.check(learner, tape)?;
    rule.check(learner)?;
    if rule.carriage != Carriage::AtOnce {
        return Err(Error::Missing { rule: rule.name, what: "a carrier" });
    }
    let mut gradient = match form {
        Form::Adjoint => adjoint::adjoint(rule, learner, tape, credit)?,
        Form::Forward | Form::Modal | Form::Causal => forward::forward(form, rule, learner, tape, credit)?,
    };
    if !gradient.is_finite() {
        // A finite gradient needs no look at every number of the tape.
        tape.check_values()?;
    }
    gradient.mask(learner);
    Ok(gradient)
}

/// The taps that a rule of finite reach is defined by.
fn taps_of(rule: &Rule, learner: &Learner) -> Result<Taps, Error> {
    Taps::shaped(learner, rule.reach)
}
