//! What a run keeps besides its evaluations: the best weights, weights every so many updates, trials that were watched.

use crate::TrainError;
use neuropil_plasticity::Learner;
use neuropil_record::{Table, TrainingRun};

/// W_in, W, W_out and b, as recordings name them.
pub(crate) const WEIGHTS: [&str; 4] = ["w_in", "w_rec", "w_out", "b_out"];

/// All weights at an update.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    /// Updates made before.
    pub update: u32,
    /// The loss by which it was judged.
    pub loss: f64,
    weights: [Vec<f64>; 4],
}

/// What is kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    /// The weights of the lowest loss.
    pub best: Option<Snapshot>,
    /// Weights every so many updates.
    pub history: Vec<Snapshot>,
    /// Tables of watched trials.
    pub trials: Vec<Table>,
}

/// The weights of a learner in the order of [`WEIGHTS`].
pub(crate) fn weights(learner: &Learner) -> [&[f64]; 4] {
    [learner.w_in.values(), learner.w_rec.values(), learner.readout.w_out.values(), &learner.readout.b]
}

/// Extents of the weights in the order of [`WEIGHTS`].
pub(crate) fn extents(learner: &Learner) -> [Vec<usize>; 4] {
    let of = |matrix: &neuropil_plasticity::Matrix| vec![matrix.rows(), matrix.columns()];
    [of(&learner.w_in), of(&learner.w_rec), of(&learner.readout.w_out), vec![learner.readout.b.len()]]
}

/// The values of a table of a run, of a known number if one is given.
///
/// # Errors
/// [`TrainError::Other`] where it is missing or has another size.
pub(crate) fn table<'r>(run: &'r TrainingRun, name: &str, expected: Option<usize>) -> Result<&'r [f64], TrainError> {
    let what = format!("runs/{}/seed_{}/{name}", run.rule, run.seed);
    let found = run.table(name).map(|table| table.values.as_slice());
    match (found, expected) {
        (Some(values), Some(size)) if values.len() != size => {
            Err(TrainError::Other { what, found: format!("{} values", values.len()), expected: size.to_string() })
        }
        (Some(values), _) => Ok(values),
        (None, _) => Err(TrainError::Other { what, found: "nothing".into(), expected: "a table".into() }),
    }
}

impl Kept {
    /// Keeps the weights as the best if their loss is lower than that of all before.
    pub fn judge(&mut self, update: u32, loss: f64, learner: &Learner) {
        if self.best.as_ref().is_none_or(|best| loss < best.loss) {
            self.best = Some(Snapshot { update, loss, weights: weights(learner).map(<[f64]>::to_vec) });
        }
    }

    /// Keeps the weights in the history.
    pub fn remember(&mut self, update: u32, learner: &Learner) {
        self.history.push(Snapshot { update, loss: f64::NAN, weights: weights(learner).map(<[f64]>::to_vec) });
    }

    /// As recorded.
    pub fn tables(&self, learner: &Learner) -> Vec<Table> {
        let mut tables = Vec::new();
        let mut put =
            |object: String, shape: Vec<usize>, values: Vec<f64>| tables.push(Table { object, shape, values });
        if let Some(best) = &self.best {
            put("best/update".into(), vec![1], vec![best.update.into()]);
            put("best/loss".into(), vec![1], vec![best.loss]);
            for ((name, shape), values) in WEIGHTS.iter().zip(extents(learner)).zip(&best.weights) {
                put(format!("best/{name}"), shape, values.clone());
            }
        }
        if !self.history.is_empty() {
            let rows = self.history.len();
            put("history/update".into(), vec![rows], self.history.iter().map(|own| own.update.into()).collect());
            for ((place, name), shape) in WEIGHTS.iter().enumerate().zip(extents(learner)) {
                let values = self.history.iter().flat_map(|own| own.weights[place].iter().copied()).collect();
                put(format!("history/{name}"), [vec![rows], shape].concat(), values);
            }
        }
        tables.extend(self.trials.iter().cloned());
        tables
    }

    /// What a recorded run has kept.
    ///
    /// # Errors
    /// [`TrainError::Other`] where a table is missing or has another size.
    pub fn of(run: &TrainingRun, learner: &Learner) -> Result<Self, TrainError> {
        let sizes = weights(learner).map(<[f64]>::len);
        let mut kept = Self::default();
        if run.table("best/update").is_some() {
            let weights = snapshot(run, "best", sizes, [0, 1])?;
            let single = |name: &str| table(run, name, Some(1)).map(|values| values[0]);
            kept.best = Some(Snapshot { update: whole(single("best/update")?), loss: single("best/loss")?, weights });
        }
        if run.table("history/update").is_some() {
            let updates = table(run, "history/update", None)?;
            for (row, update) in updates.iter().enumerate() {
                let weights = snapshot(run, "history", sizes, [row, updates.len()])?;
                kept.history.push(Snapshot { update: whole(*update), loss: f64::NAN, weights });
            }
        }
        kept.trials = run.tables.iter().filter(|table| table.object.starts_with("trials/")).cloned().collect();
        Ok(kept)
    }
}

/// The weights of one row of so many.
pub(crate) fn snapshot(
    run: &TrainingRun,
    group: &str,
    sizes: [usize; 4],
    [row, rows]: [usize; 2],
) -> Result<[Vec<f64>; 4], TrainError> {
    let mut weights = [const { Vec::new() }; 4];
    for ((own, name), size) in weights.iter_mut().zip(WEIGHTS).zip(sizes) {
        let all = table(run, &format!("{group}/{name}"), Some(rows * size))?;
        *own = all[row * size..(row + 1) * size].to_vec();
    }
    Ok(weights)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of updates")]
fn whole(number: f64) -> u32 {
    number as u32
}
