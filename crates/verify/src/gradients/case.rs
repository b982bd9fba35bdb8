//! Layouts `case` and `rflo`: the forward pass, the type matrices, and every rule in every form that it has.

use super::THREADS;
use super::compare::Worst;
use super::header::Header;
use crate::Check;
use crate::cases::Case;
use crate::error::Error;
use crate::gradient_case::{Case as Gradients, Kind, Layout};
use neuropil_engine::trial::{Outcome, TrialError};
use neuropil_plasticity::rule::rule;
use neuropil_plasticity::taps::Taps;
use neuropil_plasticity::types::{Classes, TypeMatrix};
use neuropil_plasticity::{Error as Refusal, Form, Gradient, Learner, Plane};

/// Gradients and everything on the way to them.
const TOLERANCE: f64 = 1e-9;
const FORMS: [Form; 4] = [Form::Adjoint, Form::Forward, Form::Modal, Form::Causal];

/// Trajectories that files may hold besides: they tell where a deviation begins.
const NOT_COMPARED: [&str; 3] = ["v", "a", "u"];

pub(super) fn checks(case: &Case) -> Result<Vec<Check>, Error> {
    let own = Gradients::open(&case.header_path)?;
    let outcome = own.run(THREADS)?;
    let reader = Reader { case, own: &own, outcome: &outcome };
    let mut checks: Vec<Check> = [reader.forward()?, reader.losses()?, reader.types()?].into_iter().flatten().collect();
    let rules = own.arrays.list("grads")?;
    if rules.is_empty() {
        let reason = "found no rule, expected a group for each, as grads/eprop with dW_in and dW_rec".into();
        return Err(reader.wrong("grads", reason));
    }
    for name in rules {
        checks.push(if name == "readout" { reader.readout()? } else { reader.rule(&name)? });
    }
    Ok(checks)
}

struct Reader<'c> {
    case: &'c Case,
    own: &'c Gradients,
    outcome: &'c Outcome,
}

impl Reader<'_> {
    fn expected(&self, object: &str, extents: &[(&str, usize)]) -> Result<Vec<f64>, Error> {
        Ok(self.own.arrays.numbers(object, extents)?)
    }

    fn wrong(&self, object: &str, reason: String) -> Error {
        Error::Array { file: self.case.arrays_path.clone(), object: object.into(), reason }
    }

    /// A group of trajectories must hold one that is compared, and none of an unknown name.
    fn check_forward(&self, compared: &[&str]) -> Result<(), Error> {
        if !self.own.arrays.has("forward") {
            return Ok(());
        }
        let found = self.own.arrays.list("forward")?;
        let is_compared = |name: &String| compared.iter().any(|object| object.strip_prefix("forward/") == Some(name));
        let unknown = found.iter().find(|name| !is_compared(name) && !NOT_COMPARED.contains(&name.as_str()));
        if unknown.is_none() && found.iter().any(is_compared) {
            return Ok(());
        }
        let found = unknown.map_or_else(|| format!("only [{}]", found.join(", ")), |name| format!("`{name}`"));
        let reason =
            format!("found {found}, expected {}; {} are not compared", compared.join(", "), NOT_COMPARED.join(", "));
        Err(self.wrong("forward", reason))
    }

    /// z, ψ, y, err and D against the stored trajectories, where there are any.
    fn forward(&self) -> Result<Option<Check>, Error> {
        let s = &self.own.settings;
        let (trials, steps) = (("B", s.trials), ("T", s.steps));
        let mut worst = Worst::of("forward pass");
        let tapes = || self.outcome.tapes.iter();
        let direct: Vec<Plane> = self
            .outcome
            .credits
            .iter()
            .map(|credit| credit.direct(&self.own.learner.readout, &self.own.learner.readout.w_out.transposed()))
            .collect();
        let rflo = s.layout == Layout::Rflo;
        let (z, cells, readouts) = (if rflo { "forward/h" } else { "forward/z" }, ("N", s.cells), ("K", s.readouts));
        let planes: Vec<(&str, (&str, usize), Vec<f64>)> = vec![
            (z, cells, by_trial(tapes().map(|tape| &tape.z))),
            ("forward/psi", cells, by_trial(tapes().map(|tape| &tape.psi))),
            ("forward/y", readouts, by_trial(self.outcome.readouts.iter())),
            ("forward/err", readouts, by_trial(self.outcome.credits.iter().map(|credit| &credit.err))),
            ("forward/D", cells, by_trial(direct.iter())),
        ];
        self.check_forward(&planes.iter().map(|(object, ..)| *object).collect::<Vec<_>>())?;
        for (object, channels, found) in planes {
            if self.own.arrays.has(object) {
                worst.add(object, &found, &self.expected(object, &[trials, steps, channels])?);
            }
        }
        Ok(worst.check(TOLERANCE))
    }

    fn losses(&self) -> Result<Option<Check>, Error> {
        let header = Header::of(self.case)?;
        let mut worst = Worst::of("losses");
        for (name, found) in [("task_loss", self.outcome.task_loss), ("reg_loss", self.outcome.reg_loss)] {
            if let Some(expected) = header.get(name, "a number")? {
                worst.add(name, &[found], &[expected]);
            }
        }
        Ok(worst.check(TOLERANCE))
    }

    /// Type matrices, response classes and taps.
    fn types(&self) -> Result<Option<Check>, Error> {
        let (s, learner) = (&self.own.settings, &self.own.learner);
        let mut worst = Worst::of("types");
        if s.kind == Kind::RfloTanh {
            return Ok(None);
        }
        let (types, classes) = (("C", s.types), Classes::new(learner));
        let matrices =
            [("types/W_ab_all", TypeMatrix::all(learner)), ("types/W_ab_connected", TypeMatrix::connected(learner))];
        for (object, matrix) in matrices {
            if self.own.arrays.has(object) {
                worst.add(object, matrix.total().values(), &self.expected(object, &[types, types])?);
            }
        }
        // Classes may be numbered otherwise: each of theirs is found by one of its cells.
        let class_id = match self.own.arrays.has("types/class_id") {
            true => self.own.arrays.wholes("types/class_id", &[("N", s.cells)], 0..i64::MAX, "a class")?,
            false => learner.type_id.iter().map(|id| i64::try_from(*id).unwrap_or(0)).collect(),
        };
        let count = class_id.iter().max().map_or(0, |last| usize::try_from(*last).unwrap_or(0) + 1);
        let own_class: Vec<usize> = (0..count)
            .filter_map(|class| {
                let cell = class_id.iter().position(|id| usize::try_from(*id) == Ok(class))?;
                Some(classes.of_cell[cell])
            })
            .collect();
        for (object, taps) in
            [("types/taps", Taps::new(learner, s.lags)), ("types/taps_noleak", Taps::without_leak(learner, s.lags))]
        {
            if self.own.arrays.has(object) {
                let taps = taps.map_err(|reason| self.own.refused(TrialError::from(reason)))?;
                let found: Vec<f64> = (0..s.lags)
                    .flat_map(|lag| {
                        own_class.iter().flat_map(move |class| (0..s.types).map(move |ty| (lag, *class, ty)))
                    })
                    .map(|(lag, class, ty)| taps.at(lag + 1, class, ty))
                    .collect();
                worst.add(object, &found, &self.expected(object, &[("S", s.lags), ("R", count), types])?);
            }
        }
        Ok(worst.check(TOLERANCE))
    }

    fn readout(&self) -> Result<Check, Error> {
        let s = &self.own.settings;
        let found = self.gradient("bptt", Form::Adjoint)?;
        let mut worst = Worst::of("readout");
        let (cells, readouts) = (("N", s.cells), ("K", s.readouts));
        worst.add("dW_out", found.w_out.values(), &self.expected("grads/readout/dW_out", &[readouts, cells])?);
        worst.add("db", &found.b, &self.expected("grads/readout/db", &[readouts])?);
        Ok(worst.check(TOLERANCE).expect("two comparisons"))
    }

    fn gradient(&self, name: &str, form: Form) -> Result<Gradient, TrialError> {
        self.outcome.gradient(form, rule(name)?, &self.own.learner, THREADS)
    }

    /// A rule in every form that it has; one that is unknown, or has none, misses its tolerance.
    fn rule(&self, name: &str) -> Result<Check, Error> {
        let s = &self.own.settings;
        let (cells, inputs) = (("N", s.cells), ("N_in", s.inputs));
        let expected_in = self.expected(&format!("grads/{name}/dW_in"), &[cells, inputs])?;
        let expected_rec = self.expected(&format!("grads/{name}/dW_rec"), &[cells, cells])?;
        let expected_rec = existing(&self.own.learner, &expected_rec);
        let (mut worst, mut forms) = (Worst::of(name), Vec::new());
        for form in FORMS {
            match self.gradient(name, form) {
                Ok(found) => {
                    forms.push(form);
                    worst.add(format!("{form}, dW_in"), found.w_in.values(), &expected_in);
                    let found = existing(&self.own.learner, found.w_rec.values());
                    worst.add(format!("{form}, dW_rec"), &found, &expected_rec);
                }
                Err(TrialError::Plasticity(Refusal::NoForm { .. } | Refusal::NoModes { .. })) => {}
                Err(TrialError::Plasticity(Refusal::UnknownRule { .. })) => {
                    worst.include("no such rule here", f64::INFINITY);
                    break;
                }
                Err(fault) => return Err(self.own.refused(fault).into()),
            }
        }
        let forms: Vec<String> = forms.iter().map(Form::to_string).collect();
        let check = worst
            .check(TOLERANCE)
            .map(|check| Check { detail: format!("{}; {}", forms.join(", "), check.detail), ..check });
        Ok(check.unwrap_or_else(|| Check {
            what: name.into(),
            deviation: f64::INFINITY,
            tolerance: TOLERANCE,
            unit: "",
            detail: "no form".into(),
        }))
    }
}

/// Groups of trials as `[trial][step][channel]`.
fn by_trial<'p>(groups: impl Iterator<Item = &'p Plane>) -> Vec<f64> {
    let mut values = Vec::new();
    for plane in groups {
        for trial in 0..plane.trials() {
            for step in 0..plane.steps() {
                values.extend((0..plane.channels()).map(|channel| plane.at(step, channel, trial)));
            }
        }
    }
    values
}

/// The values of synapses that exist.
pub(super) fn existing(learner: &Learner, dense: &[f64]) -> Vec<f64> {
    let pairs = (0..learner.cells()).flat_map(|post| (0..learner.cells()).map(move |pre| (post, pre)));
    pairs.zip(dense).filter(|((post, pre), _)| learner.exists(*post, *pre)).map(|(_, value)| *value).collect()
}
