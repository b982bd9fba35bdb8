//! Layout `published_run`: the losses of a training run that others published, and its first gradient.

use super::THREADS;
use super::compare::{Worst, adam};
use super::header::Header;
use crate::Check;
use crate::cases::Case;
use crate::error::Error;
use crate::gradient_case::Case as Run;
use neuropil_engine::trial::Outcome;
use neuropil_plasticity::optimizer::{Epsilon, GradientDescent, Optimizer};
use neuropil_plasticity::rule::rule;
use neuropil_plasticity::{Form, Gradient, Learner};
use serde::Deserialize;

/// Losses of the published program, in double precision.
const LOSS: f64 = 1e-8;
/// Gradients stored in single precision.
const GRADIENT: f64 = 1e-6;

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Settings {
    #[serde(alias = "gd", alias = "sgd")]
    GradientDescent {
        #[serde(alias = "lr")]
        eta: f64,
    },
    Adam {
        #[serde(alias = "lr")]
        eta: f64,
        #[serde(alias = "beta1", alias = "b1", default = "beta_1")]
        beta_1: f64,
        #[serde(alias = "beta2", alias = "b2", default = "beta_2")]
        beta_2: f64,
        #[serde(alias = "eps", default = "epsilon")]
        epsilon: f64,
    },
}

fn beta_1() -> f64 {
    0.9
}

fn beta_2() -> f64 {
    0.999
}

fn epsilon() -> f64 {
    1e-8
}

impl Settings {
    /// The learning rate, and an optimiser for one array.
    fn optimiser(&self) -> (f64, Box<dyn Optimizer>) {
        match *self {
            Self::GradientDescent { eta } => (eta, Box::new(GradientDescent)),
            Self::Adam { eta, beta_1, beta_2, epsilon } => {
                (eta, Box::new(adam(Epsilon::Outside, [beta_1, beta_2, epsilon])))
            }
        }
    }
}

pub(super) fn checks(case: &Case) -> Result<Vec<Check>, Error> {
    let header = Header::of(case)?;
    let name: String = header.need("rule", "the name of a rule")?;
    let published: Vec<f64> = header.need("published_losses_float64", "a list of numbers, one an iteration")?;
    let optimizer: Settings = header
        .need("optimizer", "{\"kind\": \"gradient_descent\", \"eta\": ..} or {\"kind\": \"adam\", \"eta\": ..}")?;
    let Run { cells, mut learner, batches, objective, arrays, settings, .. } = Run::open(&case.header_path)?;
    let rule = rule(&name).map_err(|reason| Error::Trial(reason.into()))?;
    let iterations = published.len();
    let expected = settings.iterations;
    if iterations != expected || (batches.len() > 1 && batches.len() != iterations) {
        let reason = format!("found {iterations} published losses, expected {expected}, one an iteration");
        return Err(header.wrong(reason));
    }
    let [mut w_in, mut w_rec, mut w_out] = [(); 3].map(|()| optimizer.optimiser());
    let (mut losses, mut first) = (Vec::new(), None);
    for iteration in 0..iterations {
        let batch = &batches[iteration.min(batches.len() - 1)];
        let outcome = Outcome::of(&cells, &learner, batch, &objective, THREADS)?;
        losses.push(outcome.task_loss);
        let gradient = outcome.gradient(Form::Adjoint, rule, &learner, THREADS)?;
        w_in.1.step(w_in.0, learner.w_in.values_mut(), gradient.w_in.values());
        w_rec.1.step(w_rec.0, learner.w_rec.values_mut(), gradient.w_rec.values());
        w_out.1.step(w_out.0, learner.readout.w_out.values_mut(), gradient.w_out.values());
        first.get_or_insert(gradient);
    }
    let mut loss = Worst::of("published losses");
    loss.add(format!("{iterations} iterations"), &losses, &published);
    let mut gradients = Worst::of(rule.name);
    if let Some(first) = first {
        compare(&first, &learner, &arrays, &mut gradients)?;
    }
    Ok([loss.check(LOSS), gradients.check(GRADIENT)].into_iter().flatten().collect())
}

fn compare(
    first: &Gradient,
    learner: &Learner,
    arrays: &neuropil_record::Arrays,
    worst: &mut Worst,
) -> Result<(), Error> {
    let (cells, inputs) = (("N", learner.cells()), ("N_in", learner.inputs()));
    let readouts = ("K", learner.readout.outputs());
    let expected = |object: &str, extents: &[(&str, usize)]| -> Result<Vec<f64>, Error> {
        Ok(arrays.numbers(&format!("grads/first_iteration/{object}"), extents)?)
    };
    worst.add("dW_in of iteration 1", first.w_in.values(), &expected("dW_in", &[cells, inputs])?);
    let dense = expected("dW_rec", &[cells, cells])?;
    let existing = |dense: &[f64]| super::case::existing(learner, dense);
    worst.add("dW_rec of iteration 1", &existing(first.w_rec.values()), &existing(&dense));
    worst.add("dW_out of iteration 1", first.w_out.values(), &expected("dW_out", &[readouts, cells])?);
    Ok(())
}
