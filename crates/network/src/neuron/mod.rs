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
mod membrane;
pub mod rflo_tanh;

#[cfg(test)]
mod conformance;

mod cells;
mod learnable;
mod modulation;
mod state;
pub use cells::{Cells, Column};
pub use learnable::{Adaptation, Learnable, OutputSlope, Receptor};
pub use modulation::{Modulated, Modulation, Refusal};
pub use state::{State, View};

use crate::scalar::Scalar;
use neuropil_core::{BadParameter, Clock, ClockError, Parameter, ParameterSet, Real, Unit};
use std::ops::Range;

/// A state variable of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its symbol, without unit.
    pub symbol: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// Meaning.
    pub doc: &'static str,
}

impl Variable {
    /// The name in files: `v_m_mv`.
    pub fn name(&self) -> String {
        self.unit.name_of(self.symbol)
    }
}

/// Where arrivals of one kind are summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receptors {
    /// One channel takes weights of both signs.
    Joint,
    /// Channel 0 takes positive weights, channel 1 negative ones.
    Split,
    /// The same, and channel 1 holds absolute values (conductances).
    SplitAbsolute,
}

impl Receptors {
    /// How many channels there are.
    pub fn channels(self) -> usize {
        match self {
            Receptors::Joint => 1,
            Receptors::Split | Receptors::SplitAbsolute => 2,
        }
    }

    /// The channel of a weight and what is added there.
    pub fn place(self, weight: f64) -> (usize, f64) {
        match self {
            Receptors::Joint => (0, weight),
            Receptors::Split => (usize::from(weight.is_sign_negative()), weight),
            Receptors::SplitAbsolute => (usize::from(weight.is_sign_negative()), weight.abs()),
        }
    }
}

/// Most receptor channels of a model.
pub const CHANNELS: usize = 2;
/// Most state variables of a model.
pub const VARIABLES: usize = 5;
/// Most counters of a model.
pub const COUNTERS: usize = 2;

/// When arrivals act on a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrivals {
    /// The cell is given their sum as it advances, before the threshold is tested.
    BeforeTest,
    /// They are added to these variables, one a channel, once the cell has advanced: it never sees them apart.
    Into(&'static [usize]),
}

impl Arrivals {
    /// The variables that they are added to.
    pub fn variables(self) -> &'static [usize] {
        match self {
            Arrivals::BeforeTest => &[],
            Arrivals::Into(variables) => variables,
        }
    }
}

/// What leaves a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Spikes.
    Spikes,
    /// The value of this state variable, at every step.
    Graded(usize),
}

/// What a model is, without its numbers.
#[derive(Debug, Clone, Copy)]
pub struct ModelInfo {
    /// Name in files.
    pub name: &'static str,
    /// One line for lists and pages.
    pub summary: &'static str,
    /// Parameters, in the order of [`Column`]s.
    pub parameters: &'static [Parameter],
    /// State variables, in the order of the planes; the first is the membrane.
    pub variables: &'static [Variable],
    /// Planes of whole numbers (refractoriness).
    pub counters: usize,
    /// Where arrivals go.
    pub receptors: Receptors,
    /// When they get there.
    pub arrivals: Arrivals,
    /// Unit of weights onto these cells.
    pub weight_unit: Unit,
    /// Unit of injected currents; `None` where the model takes none.
    pub current_unit: Option<Unit>,
    /// What leaves the cell.
    pub output: Output,
}

/// What one step of some cells reads and writes. All planes cover the same cells.
pub struct Frame<'a, R> {
    /// State planes, one a variable; empty for those that the model lacks.
    pub variables: [&'a mut [R]; VARIABLES],
    /// Counter planes.
    pub counters: [&'a mut [u32]; COUNTERS],
    /// Arrivals of this step by channel, summed; zeros again once the cells have them. Empty for channels that the
    /// model lacks, or that are [`Arrivals::Into`] a variable.
    pub input: [&'a mut [R]; CHANNELS],
    /// Injected current, held over this step; empty where there is none.
    pub current: &'a [R],
    /// 1 where a cell fires in this step.
    pub fired: &'a mut [u8],
    /// The number of this step.
    pub step: u64,
    /// The elements of all planes that are advanced.
    pub range: Range<usize>,
}

impl<R: Real> Frame<'_, R> {
    /// Some of its elements.
    #[inline(always)]
    fn part(&mut self, range: Range<usize>) -> Frame<'_, R> {
        Frame {
            variables: self.variables.each_mut().map(|plane| &mut **plane),
            counters: self.counters.each_mut().map(|plane| &mut **plane),
            input: self.input.each_mut().map(|plane| &mut **plane),
            current: self.current,
            fired: &mut *self.fired,
            step: self.step,
            range,
        }
    }

    /// Advances every cell by `cell`, which is given its variables, its counters, its arrivals by channel and its current,
    /// and tells whether it fires. Tells whether all variables are finite.
    #[inline(always)]
    fn each_cell<const V: usize, const C: usize, const I: usize>(
        self,
        cell: impl Fn(&mut [R; V], &mut [u32; C], [R; I], R) -> bool,
    ) -> bool {
        let range = self.range;
        let [v0, v1, v2, v3, v4] = self.variables.map(|plane| part(plane, &range));
        let [c0, c1] = self.counters.map(|plane| part(plane, &range));
        let [i0, i1] = self.input.map(|plane| part(plane, &range));
        let fired = &mut self.fired[range.clone()];
        if self.current.is_empty() {
            each_of(v0, v1, v2, v3, v4, c0, c1, i0, i1, |_| R::ZERO, fired, cell)
        } else {
            let current = &self.current[range][..fired.len()];
            each_of(v0, v1, v2, v3, v4, c0, c1, i0, i1, |i| current[i], fired, cell)
        }
    }
}

/// The elements of a plane in `range`; none of a plane that the model lacks.
#[inline(always)]
fn part<'a, T>(plane: &'a mut [T], range: &Range<usize>) -> &'a mut [T] {
    if plane.is_empty() { plane } else { &mut plane[range.clone()] }
}

/// The loop over cells. Planes that the model does not have are empty.
///
/// Each plane is an argument of its own because the compiler then knows that no two overlap, and makes vectors of the loop.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "each plane is one")]
fn each_of<R: Real, const V: usize, const C: usize, const I: usize>(
    v0: &mut [R],
    v1: &mut [R],
    v2: &mut [R],
    v3: &mut [R],
    v4: &mut [R],
    c0: &mut [u32],
    c1: &mut [u32],
    i0: &mut [R],
    i1: &mut [R],
    current: impl Fn(usize) -> R,
    fired: &mut [u8],
    cell: impl Fn(&mut [R; V], &mut [u32; C], [R; I], R) -> bool,
) -> bool {
    const { assert!(V <= VARIABLES && C <= COUNTERS && I <= CHANNELS) };
    let cells = fired.len();
    let own = |plane: usize, planes: usize| if plane < planes { cells } else { 0 };
    let (v0, v1, v2) = (&mut v0[..own(0, V)], &mut v1[..own(1, V)], &mut v2[..own(2, V)]);
    let (v3, v4) = (&mut v3[..own(3, V)], &mut v4[..own(4, V)]);
    let (c0, c1) = (&mut c0[..own(0, C)], &mut c1[..own(1, C)]);
    let (i0, i1) = (&mut i0[..own(0, I)], &mut i1[..own(1, I)]);
    let mut unsound = R::Bits::default();
    for (i, fires) in fired.iter_mut().enumerate() {
        let mut v: [R; V] = std::array::from_fn(|plane| match plane {
            0 => v0[i],
            1 => v1[i],
            2 => v2[i],
            3 => v3[i],
            _ => v4[i],
        });
        let mut c: [u32; C] = std::array::from_fn(|plane| if plane == 0 { c0[i] } else { c1[i] });
        let input: [R; I] =
            std::array::from_fn(|plane| std::mem::take(if plane == 0 { &mut i0[i] } else { &mut i1[i] }));
        *fires = u8::from(cell(&mut v, &mut c, input, current(i)));
        // 0 x is 0 for every finite x and NaN for all others.
        unsound = unsound | v.iter().fold(R::ZERO, |sum, value| sum + *value * R::ZERO).bits();
        for (plane, value) in v.into_iter().enumerate() {
            match plane {
                0 => v0[i] = value,
                1 => v1[i] = value,
                2 => v2[i] = value,
                3 => v3[i] = value,
                _ => v4[i] = value,
            }
        }
        for (plane, value) in c.into_iter().enumerate() {
            if plane == 0 { c0[i] = value } else { c1[i] = value }
        }
    }
    unsound & R::INFINITY_BITS == R::Bits::default()
}

/// The equations of one model.
pub trait Equations: Send + Sync + 'static {
    /// What the model is.
    const INFO: ModelInfo;
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
    fn advance<R: Real>(propagator: &Self::Propagator<R>, frame: Frame<'_, R>) -> bool;

    /// The constant current that has the mean effect of arrivals of `weight` at `rate_hz`.
    fn mean_current(params: &Self::Params, weight: f64, rate_hz: f64) -> Option<f64>;

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
    /// The value of a variable of one cell after `step`.
    fn observe(&self, state: View<'_, R>, variable: usize, cell: usize, slot: usize, step: u64) -> f64;
    /// Advances `cells` by one step; the frame's planes begin with the first of them. Tells whether all variables are
    /// finite.
    fn advance(&self, cells: Range<usize>, lanes: usize, frame: Frame<'_, R>) -> bool;
    /// The parameters of a cell, in the order of the model's table.
    fn parameters(&self, cell: usize) -> Vec<f64>;
    /// The constant current (in the model's unit) with the mean effect of arrivals of `weight` at `rate_hz`;
    /// `None` where no current has it.
    fn mean_current(&self, cell: usize, weight: f64, rate_hz: f64) -> Option<f64>;
    /// What learning needs of a cell; `None` where it cannot learn yet.
    fn learnable(&self, cell: usize) -> Option<Learnable>;
    /// Whether all cells take a modulation.
    ///
    /// # Errors
    /// The first cell that does not, and why.
    fn takes(&self, modulation: &Modulation) -> Result<(), (usize, Refusal)>;
    /// `cells`, each to have a modulation of its own; `None` where the model takes none.
    fn modulated(&self, cells: Range<usize>) -> Option<Box<dyn Modulated<R>>>;
    /// The same cells with thresholds out of reach; `None` where the planes tell the membrane that fired.
    fn without_threshold(&self) -> Option<Box<dyn NeuronModel<R>>>;
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
pub type Builder<R> = fn(&[Column], usize, Clock) -> Result<Box<dyn NeuronModel<R>>, Vec<BadCell>>;

/// A model by name.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// What it is.
    pub info: &'static ModelInfo,
    /// Whether its cells can learn.
    pub learns: bool,
    pub(crate) double: Builder<f64>,
    pub(crate) single: Builder<f32>,
}

impl Entry {
    const fn of<M: Equations>() -> Self {
        Self { info: &M::INFO, learns: M::LEARNS, double: Cells::<M, f64>::boxed, single: Cells::<M, f32>::boxed }
    }

    /// Builds `cells` cells, one column a parameter of the table.
    pub fn build<R: Scalar>(
        &self,
        columns: &[Column],
        cells: usize,
        clock: Clock,
    ) -> Result<Box<dyn NeuronModel<R>>, Vec<BadCell>> {
        R::builder(self)(columns, cells, clock)
    }
}

/// Every cell model; a new one is its file and a line here.
pub static MODELS: &[Entry] = &[
    Entry::of::<lif_delta::LifDelta>(),
    Entry::of::<lif_exp::LifExp>(),
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
