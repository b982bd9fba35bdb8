//! Layout `trajectory`: a few updates from the network and batch of a case.

use super::THREADS;
use super::compare::Worst;
use super::header::Header;
use crate::Check;
use crate::cases::Case;
use crate::error::Error;
use crate::gradient_case::{Case as Start, Layout, Settings};
use neuropil_engine::trial::Outcome;
use neuropil_plasticity::bounds::clamp_to_sign;
use neuropil_plasticity::mu::{AdaptiveMu, mean_psi};
use neuropil_plasticity::optimizer::{Adam, Epsilon, Optimizer};
use neuropil_plasticity::rule::rule;
use neuropil_plasticity::types::TypeMatrix;
use neuropil_plasticity::{Form, Learner};
use neuropil_record::Arrays;
use std::path::PathBuf;

const TOLERANCE: f64 = 1e-8;
/// How much of the last mean ψ goes into μ.
const MU_RATE: f64 = 0.1;

/// What an optimiser looks like.
const ADAM: &str = "\"Adam lr .., b1 .., b2 .., eps ..\"";

pub(super) fn checks(case: &Case) -> Result<Vec<Check>, Error> {
    let header = Header::of(case)?;
    let updates = header.need("updates", "a whole number")?;
    let start = start_path(case, &header)?;
    let optimiser: String = header.need("optimiser", ADAM)?;
    let adam =
        adam(&optimiser).ok_or_else(|| header.wrong(format!("optimiser is \"{optimiser}\", expected {ADAM}")))?;
    let arrays = Arrays::open(&case.arrays_path)?;
    let rules = arrays.list("/")?;
    if rules.is_empty() {
        let reason = "found no rule, expected a group for each, as eprop with loss and final".into();
        return Err(Error::Array { file: case.arrays_path.clone(), object: "/".into(), reason });
    }
    let runs = rules.into_iter().map(|name| {
        let run = Run { start: Start::open(&start)?, arrays: &arrays, updates, name };
        run.check(&adam)
    });
    runs.collect()
}

/// The case that it starts from, which must not be a trajectory again.
fn start_path(case: &Case, header: &Header) -> Result<PathBuf, Error> {
    let name: String = header.need("start", "the file of a case")?;
    let start = case.header_path.with_file_name(&name);
    let layout = Settings::read(&start.with_extension("json"))?.layout;
    if layout != Layout::Case {
        let found = layout.name();
        return Err(header.wrong(format!("start is \"{name}\" of layout {found}, expected one of layout case")));
    }
    Ok(start)
}

/// The learning rate and an optimiser: `Adam lr 0.01, b1 0.9, b2 0.999, eps 1e-8 (TensorFlow form)`.
fn adam(text: &str) -> Option<(f64, Adam)> {
    let words: Vec<&str> = text.strip_prefix("Adam ")?.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let number = |name: &str| {
        let at = words.iter().position(|word| *word == name)?;
        words.get(at + 1)?.parse::<f64>().ok()
    };
    let place = if text.contains("PyTorch") { Epsilon::Inside } else { Epsilon::Outside };
    Some((number("lr")?, super::compare::adam(place, [number("b1")?, number("b2")?, number("eps")?])))
}

/// The updates of one rule.
struct Run<'a> {
    start: Start,
    arrays: &'a Arrays,
    updates: usize,
    name: String,
}

impl Run<'_> {
    fn outcome(&self, learner: &Learner) -> Result<Outcome, Error> {
        Ok(Outcome::of(&self.start.cells, learner, &self.start.batches[0], &self.start.objective, THREADS)?)
    }

    fn check(&self, (rate, adam): &(f64, Adam)) -> Result<Check, Error> {
        let rule = rule(&self.name).map_err(|reason| Error::Trial(reason.into()))?;
        let mut learner = self.start.learner.clone();
        let mut adams: [Adam; 4] = std::array::from_fn(|_| adam.clone());
        let mut mu = AdaptiveMu::new(MU_RATE, Vec::new());
        let (mut losses, mut mus, mut means) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.updates {
            let outcome = self.outcome(&learner)?;
            mu.update(&mean_psi(&outcome.tapes, &learner.type_id));
            learner.mu = mu.values().to_vec();
            losses.extend([outcome.task_loss, outcome.reg_loss]);
            mus.extend_from_slice(mu.values());
            means.extend_from_slice(TypeMatrix::all(&learner).total().values());
            let gradient = outcome.gradient(Form::Adjoint, rule, &learner, THREADS)?;
            let [w_in, w_rec, w_out, b] = &mut adams;
            w_in.step(*rate, learner.w_in.values_mut(), gradient.w_in.values());
            w_rec.step(*rate, learner.w_rec.values_mut(), gradient.w_rec.values());
            w_out.step(*rate, learner.readout.w_out.values_mut(), gradient.w_out.values());
            b.step(*rate, &mut learner.readout.b, &gradient.b);
            clamp_to_sign(&mut learner.w_rec, &learner.sign);
        }
        let last = self.outcome(&learner)?;
        losses.extend([last.task_loss, last.reg_loss]);
        let mut worst = Worst::of(&self.name);
        let (updates, types) = (("updates", self.updates), ("C", learner.types()));
        self.add(&mut worst, "loss", &losses, &[("updates + 1", self.updates + 1), ("task, regulariser", 2)])?;
        self.add(&mut worst, "mu", &mus, &[updates, types])?;
        self.add(&mut worst, "W_ab", &means, &[updates, types, types])?;
        let (cells, inputs, readouts) =
            (("N", learner.cells()), ("N_in", learner.inputs()), ("K", learner.readout.outputs()));
        self.add(&mut worst, "final/W_in", learner.w_in.values(), &[cells, inputs])?;
        self.add(&mut worst, "final/W_rec", learner.w_rec.values(), &[cells, cells])?;
        self.add(&mut worst, "final/W_out", learner.readout.w_out.values(), &[readouts, cells])?;
        self.add(&mut worst, "final/b", &learner.readout.b, &[readouts])?;
        Ok(worst.check(TOLERANCE).expect("seven comparisons"))
    }

    fn add(&self, worst: &mut Worst, name: &str, found: &[f64], extents: &[(&str, usize)]) -> Result<(), Error> {
        let expected = self.arrays.numbers(&format!("{}/{name}", self.name), extents)?;
        worst.add(format!("{name}, {} updates", self.updates), found, &expected);
        Ok(())
    }
}
