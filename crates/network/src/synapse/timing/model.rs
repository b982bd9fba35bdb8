//! From the equations of a model to the synapses of a projection.

use super::membrane::remembered;
use super::rows::{TimedRows, TimedSynapses};
use super::rule::{Numbers, Timing};
use super::seat::{Seat, lag_ms, lag_steps, reach};
use super::state::Widths;
use crate::delivery::PlasticTable;
use crate::synapse::third_factor::Port;
use neuropil_core::{Clock, ParameterSet};

/// Synapses whose weights follow spikes of both sides, behind a virtual interface; immutable.
pub trait TimingModel: Send + Sync {
    /// The part of the delay that lies before the synapse, ms.
    fn axonal_delay_ms(&self) -> f64;
    /// Why a synapse cannot have this weight and delay.
    fn refuses(&self, weight: f64, delay_steps: u32, clock: Clock) -> Option<String>;
    /// The third factors that it needs, in the order of its ports.
    fn ports(&self) -> &[Port];
    /// How many numbers are kept.
    fn widths(&self) -> Widths;
    /// Whether it watches the membranes of receiving cells.
    fn watches(&self) -> bool {
        false
    }
    /// How long ago it looks at them as well, where a parameter says so.
    fn lag(&self) -> Option<Lag> {
        None
    }
    /// How many steps of them it keeps, in a network of such delays.
    fn remembers(&self, max_delay: u32, clock: Clock) -> u64 {
        let _ = (max_delay, clock);
        0
    }
    /// After how much time, ms, its synapses are all to be brought up to date, so that what cells did can be forgotten.
    fn settle_ms(&self) -> f64 {
        1000.0
    }
    /// The synapses of a table, which nothing has reached yet.
    fn synapses(&self, table: &PlasticTable, seat: Seat) -> Box<dyn TimedSynapses>;
}

/// A time back from now at which membranes are looked at as well.
#[derive(Debug, Clone, PartialEq)]
pub struct Lag {
    /// The parameter that says so, as files have it: `delay_u_bars_ms`.
    pub name: String,
    /// Its value, ms.
    pub ms: f64,
}

/// Synapses of one model, all of the same parameters.
pub struct Timed<M: Timing> {
    /// Their parameters.
    pub params: M::Params,
    axonal_delay_ms: f64,
    smallest: f64,
    largest: f64,
}

impl<M: Timing> Timed<M> {
    /// With these parameters.
    pub fn new(params: M::Params) -> Self {
        let (smallest, largest) = (M::smallest(&params), M::largest(&params));
        Self { axonal_delay_ms: M::axonal_delay_ms(&params), smallest, largest, params }
    }
}

impl<M: Timing> TimingModel for Timed<M> {
    fn axonal_delay_ms(&self) -> f64 {
        self.axonal_delay_ms
    }

    fn refuses(&self, weight: f64, delay_steps: u32, clock: Clock) -> Option<String> {
        let Self { axonal_delay_ms, smallest, largest, .. } = *self;
        if weight.abs() > largest {
            return Some(format!("weight {weight}: its synapses are at most {largest} in size (w_max)"));
        }
        if weight.abs() < smallest {
            return Some(format!("weight {weight}: its synapses are at least {smallest} in size (w_min)"));
        }
        too_short(axonal_delay_ms, delay_steps, clock)
    }

    fn ports(&self) -> &[Port] {
        const { &M::INFO.third_factor }.as_slice()
    }

    fn widths(&self) -> Widths {
        let (pre, post, own, factor) = (M::Pre::COUNT, M::Post::COUNT, M::Own::COUNT, M::Factor::COUNT);
        Widths { pre, post, own, factor, membrane: M::Membrane::COUNT }
    }

    fn watches(&self) -> bool {
        M::Membrane::COUNT > 0
    }

    fn lag(&self) -> Option<Lag> {
        let row = M::Params::TABLE.iter().find(|row| Some(row.symbol) == M::LAG)?;
        Some(Lag { name: row.name(), ms: lag_ms::<M>(&self.params) })
    }

    fn settle_ms(&self) -> f64 {
        // A cell that is watched may have a moment in every step.
        if self.watches() { 100.0 } else { 1000.0 }
    }

    fn remembers(&self, max_delay: u32, clock: Clock) -> u64 {
        remembered::<M::Membrane>(lag_steps::<M>(&self.params, clock), reach(max_delay))
    }

    fn synapses(&self, table: &PlasticTable, seat: Seat) -> Box<dyn TimedSynapses> {
        Box::new(TimedRows::<M>::new(&self.params, table, seat))
    }
}

/// Why a delay leaves no step behind the synapse.
pub(crate) fn too_short(axonal_ms: f64, delay_steps: u32, clock: Clock) -> Option<String> {
    let (delay, dt) = (clock.time_ms(u64::from(delay_steps)), clock.dt_ms());
    let shortest = axonal_ms + dt * (1.0 - 1e-6);
    (delay < shortest).then(|| {
        format!("delay {delay} ms: must be longer than axonal_delay_ms = {axonal_ms} ms by a step of {dt} ms at least")
    })
}
