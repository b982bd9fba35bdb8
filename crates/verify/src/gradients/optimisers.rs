//! Layout `optimisers`: a vector after each update, without arrays.

use super::compare::{Worst, adam};
use super::header::Header;
use crate::Check;
use crate::cases::Case;
use crate::error::Error;
use neuropil_plasticity::optimizer::{Epsilon, GradientDescent, Optimizer, Schedule};

const TOLERANCE: f64 = 1e-12;

const ROWS: &str = "a list of lists of numbers, one an update";

pub(super) fn checks(case: &Case) -> Result<Vec<Check>, Error> {
    let header = Header::of(case)?;
    let start: Vec<f64> = header.need("w0", "a list of numbers")?;
    let rows = |name: &str| header.need::<Vec<Vec<f64>>>(name, ROWS);
    let (gradients, adams, plain, halving) = (rows("gradients")?, rows("adam")?, rows("gd")?, rows("gd_schedule")?);
    if gradients.is_empty() {
        return Err(header.wrong("gradients: found no row, expected one an update".into()));
    }
    let fits = |list: &Vec<Vec<f64>>| list.len() == gradients.len() && list.iter().all(|row| row.len() == start.len());
    if ![&gradients, &adams, &plain, &halving].into_iter().all(fits) {
        return Err(
            header.wrong("gradients, adam, gd and gd_schedule: expected as many rows, each as long as w0".into())
        );
    }
    let number = |name: &str| header.need::<f64>(name, "a number");
    let rate = number("lr")?;
    let constant = Schedule::constant(rate);
    let halved = Schedule { rate, decay: 0.5, every: 2 };
    let adam = adam(Epsilon::Outside, [number("beta1")?, number("beta2")?, number("eps")?]);
    let mut worst = Worst::of("optimisers");
    let updates = Updates { start: &start, gradients: &gradients };
    worst.add("adam", &updates.run(adam, constant), &adams.concat());
    worst.add("gd", &updates.run(GradientDescent, constant), &plain.concat());
    worst.add("gd_schedule", &updates.run(GradientDescent, halved), &halving.concat());
    Ok(worst.check(TOLERANCE).into_iter().collect())
}

/// A vector and the gradients it is updated with.
struct Updates<'h> {
    start: &'h [f64],
    gradients: &'h [Vec<f64>],
}

impl Updates<'_> {
    /// The vector after each update, one behind the other.
    fn run(&self, mut optimiser: impl Optimizer, schedule: Schedule) -> Vec<f64> {
        let mut weights = self.start.to_vec();
        let updates = (0..).zip(self.gradients).flat_map(|(update, gradient)| {
            optimiser.step(schedule.at(update), &mut weights, gradient);
            weights.clone()
        });
        updates.collect()
    }
}
