//! From the equations of a model to the synapses of a projection.

use super::rows::{TimedRows, TimedSynapses};
use super::rule::{Numbers, Timing};
use super::state::Widths;
use crate::delivery::PlasticTable;
use crate::synapse::third_factor::Port;
use neuropil_core::Clock;

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
    /// The synapses of a table, which nothing has reached yet, onto so many cells from an offset in their block on.
    fn synapses(&self, table: &PlasticTable, cells: (usize, usize), clock: Clock) -> Box<dyn TimedSynapses>;
}

/// Synapses of one model, all of the same parameters.
pub struct Timed<M: Timing> {
    /// Their parameters.
    pub params: M::Params,
}

impl<M: Timing> TimingModel for Timed<M> {
    fn axonal_delay_ms(&self) -> f64 {
        M::axonal_delay_ms(&self.params)
    }

    fn refuses(&self, weight: f64, delay_steps: u32, clock: Clock) -> Option<String> {
        let (largest, axonal) = (M::largest(&self.params), self.axonal_delay_ms());
        if weight.abs() > largest {
            return Some(format!("weight {weight}: its synapses are at most {largest} in size (w_max)"));
        }
        let smallest = M::smallest(&self.params);
        if weight.abs() < smallest {
            return Some(format!("weight {weight}: its synapses are at least {smallest} in size (w_min)"));
        }
        too_short(axonal, delay_steps, clock)
    }

    fn ports(&self) -> &[Port] {
        const { &M::INFO.third_factor }.as_slice()
    }

    fn widths(&self) -> Widths {
        Widths { pre: M::Pre::COUNT, post: M::Post::COUNT, own: M::Own::COUNT, factor: M::Factor::COUNT }
    }

    fn synapses(&self, table: &PlasticTable, cells: (usize, usize), clock: Clock) -> Box<dyn TimedSynapses> {
        Box::new(TimedRows::<M>::new(&self.params, table, cells, clock))
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
