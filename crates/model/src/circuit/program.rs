//! What runs the cells of a part: a model of ours, or equations.

use super::templates::Program;
use crate::written::FileCell;
use neuropil_core::{Clock, Parameter, Stream, StreamKey};
use neuropil_network::Scalar;
use neuropil_network::neuron::stepwise::StepwiseModel;
use neuropil_network::neuron::{AskedPort, Column, Entry, ModelInfo, NeuronModel, SignRule, interned, model};
use std::sync::Arc;

/// A program that is ready.
#[derive(Debug, Clone)]
pub enum Runs {
    /// A model of ours, with its ports.
    Built(&'static Entry, &'static ModelInfo),
    /// A cell that is integrated in parts of a step.
    Stepwise(StepwiseModel),
    /// Equations.
    Written(Arc<FileCell>),
}

impl Runs {
    /// Makes a program ready.
    ///
    /// # Errors
    /// What is wrong with a text.
    pub(super) fn new(program: &Program, clock: Clock) -> Result<Self, String> {
        let none = |name: &str| format!("there is no model `{name}`");
        match program {
            Program::Built(name) => model(name).map(|own| Self::Built(own, own.info)).ok_or_else(|| none(name)),
            Program::Shaped { name, receptors } => {
                let (own, shape) = model(name).and_then(|own| Some((own, own.shape?))).ok_or_else(|| none(name))?;
                let port =
                    |number: usize| AskedPort { name: interned(&format!("receptor_{number}")), sign: SignRule::Any };
                Ok(Self::Built(own, (shape.info)(&(1..=*receptors).map(port).collect::<Vec<_>>())))
            }
            Program::Stepwise { name, receptors } => {
                StepwiseModel::new(name, *receptors).map(Self::Stepwise).ok_or_else(|| none(name))
            }
            Program::Written { name, text, method } => {
                FileCell::of_text(name, text.clone(), clock, *method).map(|cell| Self::Written(Arc::new(cell)))
            }
        }
    }

    /// What the model is.
    pub fn info(&self) -> &'static ModelInfo {
        match self {
            Self::Built(_, info) => info,
            Self::Stepwise(model) => model.info(),
            Self::Written(cell) => cell.model.info(),
        }
    }

    /// The names of its parameters: symbols of a built model, names of a text.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        let (built, written) = match self {
            Self::Built(..) | Self::Stepwise(_) => (Some(self.info().parameters), None),
            Self::Written(cell) => (None, Some(&cell.model.cell().parameters)),
        };
        let built = built.into_iter().flatten().map(|row| row.symbol);
        built.chain(written.into_iter().flatten().map(|own| own.name.text.as_str()))
    }

    /// What its parameters are where nothing else is said, in their units; NaN where a text says it, perhaps by others.
    pub fn defaults(&self) -> Vec<f64> {
        let default = |row: &Parameter| if matches!(self, Self::Written(_)) { f64::NAN } else { row.default };
        self.info().parameters.iter().map(default).collect()
    }

    /// The index of the variable of a name: a symbol of a built model, a name of a text; by the case of letters only where
    /// no other name is the same.
    pub fn variable(&self, name: &str) -> Option<usize> {
        let ours = [("_ex", "_exc"), ("_in", "_inh")]
            .into_iter()
            .find_map(|(theirs, ours)| name.strip_suffix(theirs).map(|stem| format!("{stem}{ours}")));
        let is = |symbol: &str| {
            symbol.eq_ignore_ascii_case(name) || ours.as_ref().is_some_and(|ours| symbol.eq_ignore_ascii_case(ours))
        };
        self.info().observables().position(|variable| is(variable.symbol))
    }

    /// Cells of a population, one column a parameter.
    ///
    /// # Errors
    /// The first cell of each fault, in words.
    pub fn build<R: Scalar>(
        &self,
        columns: &[Column],
        cells: usize,
        (clock, owner): (Clock, u32),
    ) -> Result<Box<dyn NeuronModel<R>>, String> {
        fn told<F: ToString>(faults: &[F]) -> String {
            faults.iter().map(F::to_string).collect::<Vec<_>>().join("; ")
        }
        match self {
            Self::Built(entry, info) => {
                entry.build_shaped::<R>(info, columns, cells, clock).map_err(|faults| told(&faults))
            }
            Self::Stepwise(model) => model.build::<R>(columns, cells, clock).map_err(|faults| told(&faults)),
            Self::Written(cell) => {
                let key = StreamKey::new(0, Stream::Equation, owner);
                cell.build::<R>(columns, cells, key).map_err(|faults| told(&faults))
            }
        }
    }
}
