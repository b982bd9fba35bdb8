//! The forms of a rule: ways to the same gradient that differ in cost, memory, and in what they must know.

mod accumulate;
mod adjoint;
mod arrivals;
mod carried;
mod emission;
mod forward;
mod hops;
mod incoming;
mod kind;
mod modulators;
mod online;
mod random_product;

use crate::carrier::CarrierKind;
pub use crate::rows::add_scaled;
use crate::rule::{Estimate, Rule};
use crate::{Credit, Error, Gradient, Learner, Tape};
pub use arrivals::of_arrivals;
pub use carried::{carried, credited, emissions};
pub use kind::Form;
pub use modulators::{Modulators, carried_modulators, eligibility, modulators};
pub use online::{Moment, Online};
pub use random_product::{Balance, by_signs};

/// The gradient of a rule for one group of trials.
pub fn gradient(form: Form, rule: &Rule, learner: &Learner, tape: &Tape, credit: &Credit) -> Result<Gradient, Error> {
    learner.check()?;
    tape.check(learner)?;
    credit.check(learner, tape)?;
    rule.check(learner)?;
    if rule.carrier != CarrierKind::Ideal {
        return Err(Error::Missing { rule: rule.name, what: "a carrier" });
    }
    let is_random = rule.estimate == Estimate::RandomProduct && matches!(form, Form::Forward | Form::Causal);
    let mut gradient = match form {
        _ if is_random => random_product::drawn(rule, learner, tape, credit)?,
        Form::Adjoint => rule.is_of_tapes(form).and_then(|()| adjoint::adjoint(rule, learner, tape, credit))?,
        Form::Forward | Form::Modal | Form::Causal => forward::forward(form, rule, learner, tape, credit)?,
    };
    if !gradient.is_finite() {
        // A finite gradient needs no look at every number of the tape.
        tape.check_values()?;
    }
    gradient.mask(learner);
    Ok(gradient)
}
