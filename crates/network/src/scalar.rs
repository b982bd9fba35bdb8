//! The two precisions of a network.

use crate::neuron::{Builder, Entry};
use neuropil_equations::function::Elementary;

/// A `Real` for which cell models are compiled.
pub trait Scalar: Elementary {
    /// `double` or `single`.
    const NAME: &'static str;
    /// The constructor of a model in this precision.
    fn builder(entry: &Entry) -> Builder<Self>;
}

impl Scalar for f64 {
    const NAME: &'static str = "double";
    fn builder(entry: &Entry) -> Builder<f64> {
        entry.double
    }
}

impl Scalar for f32 {
    const NAME: &'static str = "single";
    fn builder(entry: &Entry) -> Builder<f32> {
        entry.single
    }
}
