//! The next update of a run as tables, for programs that are compared with ours.

use crate::task::{Draw, Split};
use crate::{TrainError, Trainer};
use neuropil_engine::trial::Answer;
use neuropil_record::Table;

impl Trainer<'_> {
    /// The weights, the trials of the next update, their loss and the gradient of the rule, in the layout of cases of
    /// `neuropil gradients`; then the loss without and of the regulariser.
    ///
    /// # Errors
    /// As [`Trainer::advance`].
    pub fn export(&self) -> Result<(Vec<Table>, [f64; 2]), TrainError> {
        let (shape, trials) = (self.setup.task.shape(), self.setup.settings.training.batch);
        let first = Draw { seed: self.seed, split: Split::Training, update: u64::from(self.updates), trial: 0 };
        let (own, goal) = (shape.steps * shape.inputs, shape.target_size());
        let (mut x, mut targets) = (vec![0.0; trials * own], vec![0.0; trials * goal]);
        let mut labels = Vec::with_capacity(trials);
        for (trial, number) in (0..trials).zip(first.trial..) {
            let target = &mut targets[trial * goal..(trial + 1) * goal];
            let draw = Draw { trial: number, ..first };
            labels.push(self.setup.task.trial(&draw, &mut x[trial * own..(trial + 1) * own], target) as f64);
        }
        let drawn = self.draw()?;
        let (outcome, learner) = (&drawn.outcome, &self.learner);
        let gradient = self.gradient_by(&drawn, self.rule)?;
        let (cells, outputs) = (learner.cells(), shape.outputs);
        let mut tables = vec![table("inputs/x", &[trials, shape.steps, shape.inputs], x)];
        tables.push(match shape.answer {
            Answer::Class => table("inputs/target", &[trials], labels),
            Answer::ClassEachStep | Answer::Values => table("inputs/target", &[trials, shape.steps, outputs], targets),
        });
        tables.push(table("inputs/loss_weight", &[shape.steps], self.objective.weights.clone()));
        let rule = format!("grads/{}", self.rule.name);
        for (name, shape, weights, slope) in [
            ("in", [cells, shape.inputs], &learner.w_in, &gradient.w_in),
            ("rec", [cells, cells], &learner.w_rec, &gradient.w_rec),
            ("out", [outputs, cells], &learner.readout.w_out, &gradient.w_out),
        ] {
            let group = if name == "out" { "grads/readout" } else { &rule };
            tables.push(table(&format!("params/W_{name}"), &shape, weights.values().to_vec()));
            tables.push(table(&format!("{group}/dW_{name}"), &shape, slope.values().to_vec()));
        }
        tables.push(table("params/b_out", &[outputs], learner.readout.b.clone()));
        if let Some(mask) = &learner.mask {
            tables.push(table("params/mask_rec", &[cells, cells], mask.values().to_vec()));
        }
        Ok((tables, [outcome.task_loss, outcome.reg_loss]))
    }
}

fn table(object: &str, shape: &[usize], values: Vec<f64>) -> Table {
    Table { object: object.into(), shape: shape.to_vec(), values }
}
