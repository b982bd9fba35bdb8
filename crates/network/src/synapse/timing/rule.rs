//! What the file of a model says whose weights follow spikes of both sides.

use super::decay::Elapsed;
use crate::synapse::equations::SynapseInfo;
use crate::synapse::third_factor::Change;
use neuropil_core::{Clock, ParameterSet};

/// Numbers of a trace or a synapse.
pub trait Numbers: Copy + Send + Sync + 'static {
    /// How many.
    const COUNT: usize;
    /// All 0.
    const ZERO: Self;
    /// As they are kept in checkpoints.
    fn numbers(&self) -> &[f64];
    /// The inverse; `None` where there are not as many.
    fn of(numbers: &[f64]) -> Option<Self>;
}

impl<const N: usize> Numbers for [f64; N] {
    const COUNT: usize = N;
    const ZERO: Self = [0.0; N];

    fn numbers(&self) -> &[f64] {
        self
    }

    fn of(numbers: &[f64]) -> Option<Self> {
        numbers.try_into().ok()
    }
}

/// A postsynaptic spike at a synapse.
pub struct Post<'e, M: Timing> {
    /// The trace just after the last presynaptic spike; `None` before the first.
    pub pre: Option<&'e M::Pre>,
    /// Time since that spike; before the first, since the start of the run.
    pub since_pre: Elapsed,
    /// What the cell keeps of this spike.
    pub post: &'e M::Post,
    /// Whether it is the first since the last presynaptic spike.
    pub first: bool,
    /// What the third factor left behind before this time, and how long ago; `None` if it never came.
    pub factor: Option<(&'e M::Factor, Elapsed)>,
}

/// A presynaptic spike at a synapse.
pub struct Pre<'e, M: Timing> {
    /// The trace just after the presynaptic spike before; `None` if this is the first.
    pub pre: Option<&'e M::Pre>,
    /// Time since that spike; at the first, since the start of the run.
    pub since_pre: Elapsed,
    /// What the cell keeps of the last postsynaptic spike before this one; `None` if there was none.
    pub post: Option<&'e M::Post>,
    /// Time since that spike.
    pub since_post: Elapsed,
    /// Whether a postsynaptic spike came since the presynaptic spike before, up to now.
    pub paired: bool,
    /// The membrane of the receiving cell, as it reaches the synapse now.
    pub membrane: Watched<M::Membrane>,
    /// What the third factor left behind before this time, and how long ago; `None` if it never came.
    pub factor: Option<(&'e M::Factor, Elapsed)>,
}

/// The membrane of a receiving cell, as a model that watches it sees it; nothing of others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Watched<V> {
    /// At a step.
    pub now: V,
    /// So long before it as the model says ([`Timing::LAG`]).
    pub earlier: V,
}

/// A stretch of time at a synapse in which nothing comes to it: no spike of either side, and no change of a third factor.
pub struct Stretch<'e, M: Timing> {
    /// The trace just after the last presynaptic spike, and how long ago that was when the stretch begins.
    pub pre: Option<(&'e M::Pre, Elapsed)>,
    /// The same of the last spike of the receiving cell.
    pub post: Option<(&'e M::Post, Elapsed)>,
    /// The same of the last change of the third factor.
    pub factor: Option<(&'e M::Factor, Elapsed)>,
    /// Its length; more than 0.
    pub elapsed: Elapsed,
}

/// The value of the parameter of a symbol, where there is such.
pub(super) fn value_of<P: ParameterSet>(params: &P, symbol: &str) -> Option<f64> {
    P::TABLE.iter().position(|row| row.symbol == symbol).map(|row| params.values()[row])
}

/// The equations of one model of synapses whose weights follow spikes of both sides.
pub trait Timing: Sized + Send + Sync + 'static {
    /// What the model is.
    const INFO: SynapseInfo;
    /// What the user sets.
    type Params: ParameterSet;
    /// What a presynaptic spike leaves behind.
    type Pre: Numbers;
    /// What a receiving cell keeps of each of its spikes.
    type Post: Numbers;
    /// What a synapse keeps beside its weight.
    type Own: Numbers;
    /// What a change of the third factor leaves behind; nothing of models that hear none.
    type Factor: Numbers;
    /// What is kept of the membrane of a receiving cell at the end of a step; nothing of models that do not watch it.
    type Membrane: Numbers;

    /// Whether something happens at a synapse between spikes.
    const FLOWS: bool = false;
    /// Whether synapses lie at the soma: a spike of the sending cell is there as it reaches the cell, behind all that the cell did before that
    /// step, and what the cell does is there at once.
    const AT_SOMA: bool = false;
    /// The symbol of the parameter that says how long ago a model that watches membranes looks at them as well.
    const LAG: Option<&'static str> = None;
    /// After how much time, ms, all synapses are to be brought up to date, so that what cells did can be forgotten.
    const SETTLE_MS: f64 = 1000.0;
    /// In which part of all steps a watched cell has a moment, about: memory is reckoned by it.
    const MOMENTS: f64 = 0.0;

    /// The equations with these parameters, on a grid of time.
    fn new(params: &Self::Params, clock: Clock) -> Self;
    /// The part of the delay that lies before the synapse, ms: `axonal_delay` among the parameters, or none.
    fn axonal_delay_ms(params: &Self::Params) -> f64 {
        value_of(params, "axonal_delay").unwrap_or(0.0)
    }
    /// The least size that a weight may have: `w_min` among the parameters, or 0.
    fn smallest(params: &Self::Params) -> f64 {
        value_of(params, "w_min").unwrap_or(0.0)
    }
    /// The greatest size that a weight may have: `w_max` among the parameters, or no bound.
    fn largest(params: &Self::Params) -> f64 {
        value_of(params, "w_max").unwrap_or(f64::INFINITY)
    }

    /// The presynaptic trace just after a spike; `before` is the one just after the spike before, and the time since then.
    fn trace_pre(&self, before: Option<(&Self::Pre, Elapsed)>) -> Self::Pre;
    /// The same of the receiving cell. Models that watch its membrane have [`Timing::moment`] instead.
    fn trace_post(&self, before: Option<(&Self::Post, Elapsed)>) -> Self::Post {
        let _ = before;
        Self::Post::ZERO
    }
    /// What is kept of a membrane of this potential, mV, at the end of a step; `before` is what is kept of its beginning, and `None` at
    /// the start of the run.
    fn low_pass(&self, before: Option<&Self::Membrane>, v_m: f64) -> Self::Membrane {
        let _ = (before, v_m);
        Self::Membrane::ZERO
    }
    /// What a watched cell keeps of a step, if its synapses are to have it: it comes to them as a postsynaptic spike of others does.
    fn moment(&self, membrane: Watched<Self::Membrane>, fired: bool) -> Option<Self::Post> {
        let _ = (membrane, fired);
        None
    }
    /// A postsynaptic spike.
    fn post(&self, size: &mut f64, own: &mut Self::Own, event: Post<'_, Self>);
    /// A presynaptic spike.
    fn pre(&self, size: &mut f64, own: &mut Self::Own, event: Pre<'_, Self>);
    /// What a change of the third factor leaves behind; `before` is what the last one did, and the time since then.
    fn trace_factor(&self, before: Option<(&Self::Factor, Elapsed)>, change: Change) -> Self::Factor {
        let _ = (before, change);
        Self::Factor::ZERO
    }
    /// Time passes without a spike or a change of the third factor; asked for of models that flow.
    fn pass(&self, size: &mut f64, own: &mut Self::Own, stretch: Stretch<'_, Self>) {
        let _ = (size, own, stretch);
    }
}
