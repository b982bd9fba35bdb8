//! How readouts move with weights, one trial at a time.

use super::{Drawn, Trainer};
use crate::TrainError;
use crate::task::{Draw, batch};
use neuropil_engine::trial::Labels;
use neuropil_plasticity::rule::rule;
use neuropil_plasticity::{Matrix, Plane};

impl Trainer<'_> {
    /// ∂ȳ_k/∂W of a trial, ȳ = Σ_t w_t y_t: of all readouts one after the other, each with W_in, W and W_out, 0 where no synapse
    /// exists; and its right answer.
    ///
    /// # Errors
    /// What the exact rule refuses, and runs whose numbers leave their range.
    pub(crate) fn readout_slopes(&self, trial: Draw) -> Result<(Vec<f64>, Labels), TrainError> {
        let (trials, labels) = batch(self.setup.task.as_ref(), trial, 1, &self.workers);
        let mut drawn = Drawn { outcome: self.run(&trials)?, labels, update: self.updates };
        let exact = rule("bptt").map_err(|fault| self.failed(fault.into()))?;
        let weights = &self.objective.weights;
        let [input, output] = self.updater.masks();
        let outputs = self.learner.readout.outputs();
        let mut slopes = Vec::new();
        for readout in 0..outputs {
            let credit = &mut drawn.outcome.credits[0];
            let err = |step: usize, own: usize, _| if own == readout { weights[step] } else { 0.0 };
            credit.err = Plane::from_fn(weights.len(), outputs, 1, err);
            credit.regulariser = Vec::new();
            let gradient = self.gradient_by(&drawn, exact)?;
            slopes.extend(existing(&gradient.w_in, input));
            slopes.extend_from_slice(gradient.w_rec.values());
            slopes.extend(existing(&gradient.w_out, output));
        }
        Ok((slopes, drawn.labels))
    }
}

fn existing<'m>(slope: &'m Matrix, mask: &'m Matrix) -> impl Iterator<Item = f64> + 'm {
    slope.values().iter().zip(mask.values()).map(|(slope, mask)| if *mask == 0.0 { 0.0 } else { *slope })
}

#[cfg(test)]
mod tests {
    use crate::kept::weights;
    use crate::task::{Draw, Split, batch};
    use crate::{Setup, Trainer};
    use neuropil_model::Document;
    use std::path::Path;

    /// Of rate cells: against differences of the readout as the network computes it with each weight moved. Would catch a regulariser that is
    /// in it, a loss, weights of steps that are left out, and matrices in another order.
    #[test]
    fn slopes_are_those_of_the_readout() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/tasks");
        let text = std::fs::read_to_string(folder.join("small_delayed_xor.json")).unwrap();
        let mut task = Document::parse("task", text).unwrap();
        for change in [
            "cells.count=8",
            "cells.inhibitory=2",
            "training.validation_trials=0",
            "loss.rate_strength=0.5",
            "loss.last_ms=20",
        ] {
            task.set(change).unwrap();
        }
        let setup = Setup::decode(&task, &folder).unwrap();
        let mut trainer = Trainer::new(&setup, setup.rule("bptt").unwrap(), 1).unwrap();
        let trial = Draw { seed: 1, split: Split::Validation, update: 0, trial: 3 };
        let (slopes, _) = trainer.readout_slopes(trial).unwrap();
        let start: [Vec<f64>; 4] = weights(&trainer.learner).map(<[f64]>::to_vec);
        let outputs = start[3].len();
        let said = |trainer: &Trainer<'_>| -> Vec<f64> {
            let (trials, _) = batch(setup.task.as_ref(), trial, 1, &trainer.workers);
            let y = trainer.run(&trials).unwrap().readouts.swap_remove(0);
            let of =
                |k: usize| trainer.objective.weights.iter().enumerate().map(|(step, w)| w * y.row(step, k)[0]).sum();
            (0..outputs).map(of).collect()
        };
        let each = slopes.len() / outputs;
        let (mut place, mut compared, cells) = (0, 0, trainer.learner.cells());
        for matrix in 0..3 {
            for weight in 0..start[matrix].len() {
                if matrix == 1 && !trainer.learner.exists(weight / cells, weight % cells) {
                    assert!((0..outputs).all(|k| slopes[k * each + place] == 0.0), "no synapse {weight}");
                    place += 1;
                    continue;
                }
                let [up, down] = [1e-5, -1e-5].map(|by| {
                    let mut moved = start.clone();
                    moved[matrix][weight] += by;
                    trainer.put(&moved).unwrap();
                    said(&trainer)
                });
                for k in 0..outputs {
                    let found = slopes[k * each + place];
                    let expected = (up[k] - down[k]) / 2e-5;
                    // No synapse: the network would hear it, the run has none.
                    if found != 0.0 {
                        assert!((found - expected).abs() < 1e-6 * (1.0 + expected.abs()), "{matrix} {weight} {k}");
                        compared += 1;
                    }
                }
                place += 1;
            }
        }
        assert!(place == each && compared > 30, "{compared} of {place}");
    }
}
