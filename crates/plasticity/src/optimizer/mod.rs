//! What turns gradients into weights. One optimiser holds the state of one array of parameters.

mod adam;
mod clip;
mod gradient_descent;
mod schedule;

pub use adam::{Adam, Epsilon};
pub use clip::{clip, norm};
pub use gradient_descent::GradientDescent;
pub use schedule::Schedule;

/// One update of an array of parameters.
pub trait Optimizer {
    /// Moves `weights` against `gradient`, at a learning rate. The arrays have the same length at every call.
    fn step(&mut self, rate: f64, weights: &mut [f64], gradient: &[f64]);
}

/// The papers that an optimiser comes from, by its name in files: keys of docs/references.bib.
pub fn references(name: &str) -> &'static [&'static str] {
    if name.starts_with("adam") { &["Kingma2015"] } else { &[] }
}
