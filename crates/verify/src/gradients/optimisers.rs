//! Layout `optimisers`: a vector after each update, without arrays.

use super::compare::{Worst, adam};
use crate::Check;
use crate::cases::Case;
use crate::error::Error;
use neuropil_plasticity::optimizer::{Epsilon, GradientDescent, Optimizer, Schedule};
use serde::Deserialize;

const TOLERANCE: f64 = 1e-12;

#[derive(Deserialize)]
struct Header {
    w0: Vec<f64>,
    gradients: Vec<Vec<f64>>,
    lr: f64,
    beta1: f64,
    beta2: f64,
    eps: f64,
    adam: Vec<Vec<f64>>,
    gd: Vec<Vec<f64>>,
    gd_schedule: Vec<Vec<f64>>,
}

pub(super) fn checks(case: &Case) -> Result<Vec<Check>, Error> {
    let wrong = |reason: String| Error::Header { file: case.header_path.clone(), reason };
    let header: Header = serde_json::from_str(&case.header).map_err(|error| wrong(error.to_string()))?;
    let lists = [&header.gradients, &header.adam, &header.gd, &header.gd_schedule];
    let fits = |list: &Vec<Vec<f64>>| {
        list.len() == header.gradients.len() && list.iter().all(|row| row.len() == header.w0.len())
    };
    if !lists.into_iter().all(fits) {
        return Err(wrong("gradients, adam, gd and gd_schedule: expected as many rows, each as long as w0".into()));
    }
    let constant = Schedule::constant(header.lr);
    let halved = Schedule { rate: header.lr, decay: 0.5, every: 2 };
    let adam = adam(Epsilon::Outside, [header.beta1, header.beta2, header.eps]);
    let mut worst = Worst::of("optimisers");
    worst.add("adam", &run(&header, adam, constant), &header.adam.concat());
    worst.add("gd", &run(&header, GradientDescent, constant), &header.gd.concat());
    worst.add("gd_schedule", &run(&header, GradientDescent, halved), &header.gd_schedule.concat());
    Ok(worst.check(TOLERANCE).into_iter().collect())
}

/// The vector after each update, one behind the other.
fn run(header: &Header, mut optimiser: impl Optimizer, schedule: Schedule) -> Vec<f64> {
    let mut weights = header.w0.clone();
    let updates = (0..).zip(&header.gradients).flat_map(|(update, gradient)| {
        optimiser.step(schedule.at(update), &mut weights, gradient);
        weights.clone()
    });
    updates.collect()
}
