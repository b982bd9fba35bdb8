//! What a run leaves in its file, and how it goes on from there.

use super::Trainer;
use crate::evaluation::NAMES;
use crate::kept::{Kept, WEIGHTS, extents, table, weights};
use crate::mu::Mu;
use crate::{Evaluation, TrainError};
use neuropil_record::{Table, TrainingRun};

/// Seconds that a run has taken, over all its pauses.
const WALL: &str = "cost/wall_s";

impl Trainer<'_> {
    /// The run as it is recorded, with what it cost: wall time over all pauses, and threads.
    pub fn record_with_cost(&self) -> TrainingRun {
        let mut run = self.record();
        let single = |object: &str, value| Table { object: object.into(), shape: vec![1], values: vec![value] };
        run.tables.push(single(WALL, self.spent_s + self.begun.elapsed().as_secs_f64()));
        run.tables.push(single("cost/threads", self.workers.threads() as f64));
        run
    }

    /// The results of the run: evaluations, weights, and the state from which it goes on.
    pub fn record(&self) -> TrainingRun {
        let mut tables = Vec::new();
        let mut put = |object: &str, shape: &[usize], values: Vec<f64>| {
            tables.push(Table { object: object.into(), shape: shape.to_vec(), values });
        };
        let numbers: Vec<_> = self.evaluations.iter().map(Evaluation::numbers).collect();
        for (place, name) in NAMES.iter().enumerate() {
            put(&format!("evaluations/{name}"), &[numbers.len()], numbers.iter().map(|own| own[place]).collect());
        }
        let types = if self.rule.needs_mu() { self.learner.types() } else { 0 };
        let mu = self.evaluations.iter().flat_map(|own| own.mu.clone()).collect();
        put("evaluations/mu", &[self.evaluations.len(), types], mu);
        let learner = &self.learner;
        for ((name, shape), values) in WEIGHTS.iter().zip(extents(learner)).zip(weights(learner)) {
            put(&format!("weights/{name}"), &shape, values.to_vec());
        }
        put("state/updates", &[1], vec![f64::from(self.updates)]);
        put("state/done", &[1], vec![f64::from(u8::from(self.done))]);
        put("state/mu", &[self.mu.values().len()], self.mu.values().to_vec());
        for (number, [mean, square]) in self.updater.moments().into_iter().enumerate() {
            put(&format!("state/mean_{number}"), &[mean.len()], mean);
            put(&format!("state/square_{number}"), &[square.len()], square);
        }
        tables.extend(self.kept.tables(learner));
        let point = self.setup.point.clone();
        TrainingRun { rule: self.name.clone(), seed: self.seed, point, tables, source: String::new() }
    }

    /// Goes on from a recorded run of the same task, rule and seed.
    ///
    /// # Errors
    /// [`TrainError::Other`] where a table is missing or has another size.
    pub fn resume(mut self, run: &TrainingRun) -> Result<Self, TrainError> {
        let group = format!("{}, seed {}", run.label(), run.seed);
        let table = |name: &str, expected: Option<usize>| table(run, name, expected);
        let single = |name: &str| table(name, Some(1)).map(|values| values[0]);
        let updates = single("state/updates")?;
        self.updates = (0..=self.setup.settings.updates).find(|own| f64::from(*own) == updates).ok_or_else(|| {
            let expected = format!("at most {}", self.setup.settings.updates);
            TrainError::Other { what: format!("{group}/state/updates"), found: updates.to_string(), expected }
        })?;
        self.learner.type_id = self.setup.labels(self.seed, self.updates);
        self.learner.rules.controls = self.setup.controls(self.seed, self.updates);
        self.done = single("state/done")? != 0.0;
        self.spent_s = single(WALL).unwrap_or(0.0);
        let learner = &mut self.learner;
        let places = [
            ("weights/w_in", learner.w_in.values_mut()),
            ("weights/w_rec", learner.w_rec.values_mut()),
            ("weights/w_out", learner.readout.w_out.values_mut()),
            ("weights/b_out", &mut learner.readout.b),
        ];
        let mut sizes = Vec::new();
        for (name, place) in places {
            place.copy_from_slice(table(name, Some(place.len()))?);
            sizes.push(place.len());
        }
        let saved = table("state/mu", None)?.to_vec();
        self.mu = Mu::new(self.setup.settings.mu.clone(), self.learner.types(), Some(saved));
        let mut moments = Vec::new();
        if !self.updater.moments().is_empty() {
            let sizes = sizes.iter().map(|size| if self.updates == 0 { 0 } else { *size }).enumerate();
            for (number, size) in sizes {
                let moment = |name: &str| table(&format!("state/{name}_{number}"), Some(size)).map(<[f64]>::to_vec);
                moments.push([moment("mean")?, moment("square")?]);
            }
        }
        self.updater.resume(self.updates, moments, &mut self.learner);
        self.kept = Kept::of(run, &self.learner)?;
        let rows = table("evaluations/update", None)?.len();
        let columns = NAMES.iter().map(|name| table(&format!("evaluations/{name}"), Some(rows)));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let types = if self.rule.needs_mu() { self.learner.types() } else { 0 };
        let mu = table("evaluations/mu", Some(rows * types))?;
        self.evaluations = (0..rows)
            .map(|row| {
                Evaluation::of_numbers(
                    &columns.iter().map(|own| own[row]).collect::<Vec<_>>(),
                    &mu[row * types..][..types],
                )
            })
            .collect();
        Ok(self)
    }
}
