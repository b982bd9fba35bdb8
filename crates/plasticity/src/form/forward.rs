//! Forward and causal forms of a whole tape: one trial after another.

use super::Form;
use super::online::{Moment, Online};
use crate::carrier::Signal;
use crate::rule::Rule;
use crate::{Credit, Error, Gradient, Learner, Plane, Readout, Tape};

/// The numbers of one step and one trial.
#[derive(Default)]
struct Column(Vec<f64>);

impl Column {
    fn of(&mut self, plane: &Plane, step: usize, trial: usize) -> &[f64] {
        self.0.clear();
        self.0.extend((0..plane.channels()).map(|channel| plane.at(step, channel, trial)));
        &self.0
    }
}

/// The gradient, over existing and absent synapses.
pub(super) fn forward(
    form: Form,
    rule: &Rule,
    learner: &Learner,
    tape: &Tape,
    credit: &Credit,
) -> Result<Gradient, Error> {
    let mut online = Online::of(form, rule, learner, &[])?;
    let taught = &*rule.taught(learner, credit)?;
    let direct = match form {
        Form::Causal => None,
        _ => {
            let broadcast = rule.broadcast_matrix(learner)?;
            let err = match learner.cascade.filter(|_| rule.signal() == Ok(Signal::Learning)) {
                Some(cascade) => cascade.backward(taught),
                None => taught.clone(),
            };
            let full = Credit { err, regulariser: credit.regulariser.clone(), asked: None };
            let task = Credit { regulariser: Vec::new(), ..full.clone() };
            let readout = Readout { kappa: rule.kappa(learner), ..learner.readout.clone() };
            Some([full, task].map(|own| own.direct(&readout, &broadcast)))
        }
    };
    let mut columns: [Column; 9] = Default::default();
    let mut records: Vec<_> = tape.records.iter().map(|own| (own.cells.clone(), Vec::new())).collect();
    for trial in 0..tape.trials() {
        online.rest();
        online.regularise(&credit.regulariser_in(trial));
        for step in 0..tape.steps() {
            let [x, z, psi, err, told, v, refractory, full, task] = &mut columns;
            let (v, refractory): (&[f64], &[f64]) = match &tape.clamped {
                Some(clamped) => (v.of(&clamped.v, step, trial), refractory.of(&clamped.refractory, step, trial)),
                None => (&[], &[]),
            };
            for (own, (_, numbers)) in tape.records.iter().zip(&mut records) {
                numbers.clear();
                numbers.extend((0..own.numbers.channels()).map(|channel| own.numbers.at(step, channel, trial)));
            }
            let now = Moment {
                x: x.of(&tape.x, step, trial),
                z: z.of(&tape.z, step, trial),
                psi: psi.of(&tape.psi, step, trial),
                err: err.of(&credit.err, step, trial),
                taught: told.of(taught, step, trial),
                v,
                refractory,
                records: &records,
            };
            let direct = direct.as_ref().map(|[f, t]| [full.of(f, step, trial), task.of(t, step, trial)]);
            online.advance(&now, direct);
        }
    }
    Ok(online.dense())
}
