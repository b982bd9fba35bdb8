//! Cell models: one file each, behind one trait.
//!
//! A model is written once, as [`Equations`] over slices of state planes. [`Cells`] makes of it a
//! [`NeuronModel`], virtual at the grain of a population, for equal cells (one propagator) and for cells
//! with their own parameters (one propagator each). Planes are laid out (variable, cell, lane).

pub mod alif;
pub mod int_fire1;
pub mod leaky_relu;
pub mod lif_alpha;
pub mod lif_cond_exp;
pub mod lif_delta;
pub mod lif_exp;
pub mod lif_exp_multi;
mod membrane;
pub mod rflo_tanh;
pub mod stepwise;

#[cfg(test)]
mod bench;
#[cfg(test)]
mod conformance;

mod cells;
mod frame;
mod from_equations;
mod info;
mod learnable;
mod modulation;
mod shape;
mod state;
pub use cells::{Cells, Column};
pub use frame::{Frame, Planes};
pub(crate) use from_equations::unit_of;
pub use from_equations::{EquationModel, Unfit};
pub(crate) use info::STEP_PART;
pub use info::{
    COUNTERS, CURRENTS, CurrentPort, ModelInfo, Output, PORTS, Placement, Port, SignRule, VARIABLES, Variable,
};
pub use learnable::force;
pub use modulation::{Modulated, Modulation, Refusal};
pub use neuropil_core::learnable::{Adaptation, Learnable, OutputSlope, Receptor};
pub use shape::{AskedPort, Description, Shape, interned};
pub use state::{State, View};

use crate::scalar::Scalar;
use neuropil_core::{BadParameter, CellSet, Clock, ClockError, ParameterSet, Real};
use neuropil_equations::machine;
pub use neuropil_equations::machine::{Derivative, Frame as DerivativeFrame, Jump, Quantity, Source, SpikeLevel};
pub use neuropil_equations::spike::{Level, NoSlope, SpikeChoice};
use std::ops::Range;

/// The equations of one model.
pub trait Equations: Send + Sync + 'static {
    /// What the model is.
    const INFO: ModelInfo;
    /// How the user names its ports, where there are as many as there are names.
    const SHAPE: Option<Shape> = None;
    /// What the user sets.
    type Params: ParameterSet;
    /// What a step needs, derived from the parameters and dt; holds every `exp`.
    type Propagator<R: Real>: Send + Sync;

    /// Combinations of values that make no sense (each value alone is in range).
    fn conflicts(_params: &Self::Params) -> Vec<BadParameter> {
        Vec::new()
    }

    /// Derives what a step needs. Fails where a duration is off the grid.
    fn propagator<R: Real>(params: &Self::Params, clock: Clock) -> Result<Self::Propagator<R>, ClockError>;

    /// The value of a variable at rest, in its unit.
    fn rest(params: &Self::Params, variable: usize) -> f64;

    /// The stored value of a variable whose value is `value`; the inverse of [`Self::observed`].
    fn stored(_params: &Self::Params, _variable: usize, value: f64) -> f64 {
        value
    }

    /// The value of variable `variable` of a cell whose stored planes and counters are given, after `step`.
    fn observed(_params: &Self::Params, variable: usize, stored: &[f64], _counters: &[u32], _since: f64) -> f64 {
        stored[variable]
    }

    /// Advances cells that share a propagator by one step; tells whether all variables are finite.
    fn advance<R: Real>(propagator: &Self::Propagator<R>, frame: Frame<'_, '_, R>) -> bool;

    /// The constant current that has the mean effect of arrivals of `weight` at a port, at `rate_hz`.
    fn mean_current(params: &Self::Params, port: usize, weight: f64, rate_hz: f64) -> Option<f64>;

    /// The counter that holds the step after which variables have the value that is stored, where that is not the last one.
    const STORED_AT: Option<usize> = None;

    /// Symbols of parameters that what is stored of a cell depends on: they cannot change while it runs.
    const FIXED: &'static [&'static str] = &[];

    /// Whether cells of this model can learn.
    const LEARNS: bool = false;

    /// What learning needs of a cell; `None` where no eligibility traces are known for it.
    fn learnable(_params: &Self::Params, _clock: Clock) -> Option<Learnable> {
        None
    }

    /// What a step needs of a modulated cell; none by itself takes a modulation.
    ///
    /// # Errors
    /// What the cell cannot take.
    fn modulated<R: Real>(
        _params: &Self::Params,
        _modulation: &Modulation,
        _clock: Clock,
    ) -> Result<Self::Propagator<R>, Refusal> {
        Err(Refusal::Effect { model: Self::INFO.name, effect: "membrane or threshold" })
    }

    /// The same cell with a threshold out of reach, where its reset hides the membrane potential that fired it.
    fn without_threshold(_params: &Self::Params) -> Option<Self::Params> {
        None
    }
}

/// A population's cells behind a virtual interface; immutable.
pub trait NeuronModel<R: Real>: Send + Sync {
    /// What the model is.
    fn info(&self) -> &'static ModelInfo;
    /// The state at rest of `cells` (indices in the population), `lanes` copies each.
    fn rest(&self, cells: Range<usize>, lanes: usize) -> State<R>;
    /// Sets a variable of one cell (index in the population; `slot` is its element in the planes).
    fn set(&self, state: &mut State<R>, variable: usize, cell: usize, slot: usize, value: f64);
    /// The same after `step`, whatever the cell did before.
    fn write(&self, state: &mut State<R>, (variable, cell, slot): (usize, usize, usize), value: f64, _step: u64) {
        self.set(state, variable, cell, slot, value);
    }
    /// The value of a variable of one cell after `step`.
    fn observe(&self, state: &View<'_, R>, variable: usize, cell: usize, slot: usize, step: u64) -> f64;
    /// Advances `cells` by one step; the frame's planes begin with the first of them. Tells whether all variables are
    /// finite.
    fn advance(&self, cells: Range<usize>, lanes: usize, frame: Frame<'_, '_, R>) -> bool;
    /// The parameters of a cell, in the order of the model's table.
    fn parameters(&self, cell: usize) -> Vec<f64>;
    /// The constant current (in the model's unit) with the mean effect of arrivals of `weight` at a port, at `rate_hz`;
    /// `None` where no current has it.
    fn mean_current(&self, cell: usize, port: usize, weight: f64, rate_hz: f64) -> Option<f64>;
    /// What learning needs of a cell; `None` where it cannot learn yet.
    fn learnable(&self, cell: usize) -> Option<Learnable>;
    /// The derivative of a step of cells that are written as equations, for the slope of their spikes that is asked for and a
    /// bound of their transitions; `None` of cells of other models.
    fn derivative(&self, _slope: &SpikeChoice, _limit: Option<f64>) -> Option<Result<Derivative, NoSlope>> {
        None
    }
    /// Whether the cells are those of a file, whatever it calls them: a file may say `model lif_exp`.
    fn is_written(&self) -> bool {
        false
    }
    /// The same `cells` cells, which spike where they are told to, whatever their membrane says: their frames have a plane of
    /// input behind those of their ports, above 0 for those that spike in the step. `None` of cells of other models than those
    /// that are written as equations.
    ///
    /// # Errors
    /// Why they cannot be told.
    fn told(&self, _cells: usize) -> Option<Result<Box<dyn NeuronModel<R>>, String>> {
        None
    }
    /// Whether all cells take a modulation.
    ///
    /// # Errors
    /// The first cell that does not, and why.
    fn takes(&self, modulation: &Modulation) -> Result<(), (usize, Refusal)>;
    /// `cells`, each to have a modulation of its own; `None` where the model takes none.
    fn modulated(&self, cells: Range<usize>) -> Option<Box<dyn Modulated<R>>>;
    /// The same cells with thresholds out of reach; `None` where the planes tell the membrane that fired.
    fn without_threshold(&self) -> Option<Box<dyn NeuronModel<R>>>;
    /// The same `cells` cells with other values of parameters.
    ///
    /// # Errors
    /// Why they cannot have them.
    fn changed(&self, changes: &[ParameterChange], cells: usize) -> Result<Box<dyn NeuronModel<R>>, Unchanged>;
    /// What is stored of a variable whose value is 0; a value v is stored as v plus this.
    fn offset(&self, _variable: usize, _cell: usize) -> f64 {
        0.0
    }
    /// In how many steps of a cell, of all so far, a tolerance was not met.
    fn unmet(&self) -> u64 {
        0
    }
}

/// Another value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterChange {
    /// Its row in the table of the model.
    pub parameter: usize,
    /// The cells that have it; all if `None`.
    pub cells: Option<CellSet>,
    /// In the unit of the table.
    pub value: f64,
}

/// Why cells cannot have other parameters.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unchanged {
    /// A parameter that what is stored of a cell depends on.
    #[error("{name} of `{model}` cannot change while it runs: what is stored of a cell depends on it")]
    Fixed {
        /// The model.
        model: &'static str,
        /// The parameter.
        name: String,
    },
    /// A value that the cells cannot have.
    #[error("{0}")]
    Bad(BadCell),
    /// A value that cells of a file cannot have.
    #[error("{0}")]
    Written(machine::BadCell),
}

/// Why cells cannot be built.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("cell {cell}: {fault}")]
pub struct BadCell {
    /// The first cell (index in the population) that has the fault.
    pub cell: usize,
    /// The fault.
    pub fault: BadParameter,
}

/// Makes the cells of a population from one column of values a parameter.
pub type Builder<R> = fn(&'static ModelInfo, &[Column], usize, Clock) -> Result<Box<dyn NeuronModel<R>>, Vec<BadCell>>;

/// A model by name.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// What it is; of models whose ports the user names, as it is without names.
    pub info: &'static ModelInfo,
    /// Whether its cells can learn.
    pub learns: bool,
    /// How its ports can be named, where the user names them.
    pub shape: Option<Shape>,
    pub(crate) double: Builder<f64>,
    pub(crate) single: Builder<f32>,
}

impl Entry {
    const fn of<M: Equations>() -> Self {
        Self {
            info: &M::INFO,
            learns: M::LEARNS,
            shape: M::SHAPE,
            double: Cells::<M, f64>::boxed,
            single: Cells::<M, f32>::boxed,
        }
    }

    /// Builds `cells` cells, one column a parameter of the table.
    ///
    /// # Errors
    /// The first cell of each fault.
    pub fn build<R: Scalar>(
        &self,
        columns: &[Column],
        cells: usize,
        clock: Clock,
    ) -> Result<Box<dyn NeuronModel<R>>, Vec<BadCell>> {
        self.build_shaped(self.info, columns, cells, clock)
    }

    /// The same, of the model with ports of the user's own; `info` is [`Shape::info`]'s or the model's.
    ///
    /// # Errors
    /// The first cell of each fault.
    pub fn build_shaped<R: Scalar>(
        &self,
        info: &'static ModelInfo,
        columns: &[Column],
        cells: usize,
        clock: Clock,
    ) -> Result<Box<dyn NeuronModel<R>>, Vec<BadCell>> {
        R::builder(self)(info, columns, cells, clock)
    }
}

/// Every cell model; a new one is its file and a line here.
pub static MODELS: &[Entry] = &[
    Entry::of::<lif_delta::LifDelta>(),
    Entry::of::<lif_exp::LifExp>(),
    Entry::of::<lif_exp_multi::LifExpMulti>(),
    Entry::of::<lif_alpha::LifAlpha>(),
    Entry::of::<lif_cond_exp::LifCondExp>(),
    Entry::of::<alif::Alif>(),
    Entry::of::<int_fire1::IntFire1>(),
    Entry::of::<leaky_relu::LeakyRelu>(),
    Entry::of::<rflo_tanh::RfloTanh>(),
];

/// Names of the models whose cells can learn.
pub fn learning_models() -> impl Iterator<Item = &'static str> {
    MODELS.iter().filter(|entry| entry.learns).map(|entry| entry.info.name)
}

/// The model of that name.
pub fn model(name: &str) -> Option<&'static Entry> {
    MODELS.iter().find(|entry| entry.info.name == name)
}
