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
    /// The least and the greatest size that a weight may have; `None` where no two numbers say so.
    fn bounds(&self) -> Option<[f64; 2]>;
    /// Whether weights move between events, so that what is kept of one is not what it is.
    fn moves(&self) -> bool {
        false
    }
    /// The third factors that it needs, in the order of its ports.
    fn ports(&self) -> &[Port];
    /// How many numbers are kept.
    fn widths(&self) -> Widths;
    /// Whether it watches the membranes of receiving cells, each the first variable of its cell; other variables are third factors.
    fn watches(&self) -> bool {
        false
    }
    /// How long ago it looks at them as well, where a parameter says so.
    fn lag(&self) -> Option<Lag> {
        None
    }
    /// In which part of all steps a cell that it watches has a moment, about.
    fn moments(&self) -> f64 {
        0.0
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
    /// The bytes that its synapses keep while a network runs, about: weights and numbers of their own, the membranes that they may
    /// still ask for, and the moments between two times at which all are brought up to date.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn bytes(&self, kept: Kept, clock: Clock) -> f64 {
        let Widths { post, own, membrane, .. } = self.widths();
        let number = size_of::<f64>() as f64;
        let of_synapse = number * (1 + own) as f64;
        let ring = number * membrane as f64 * self.remembers(kept.max_delay, clock) as f64;
        let between = self.settle_ms() / clock.dt_ms() + 2.0 * f64::from(kept.max_delay);
        // A cell has room for as many again.
        let moments = 2.0 * self.moments() * between * number * (1 + post) as f64;
        kept.synapses * of_synapse + kept.cells * (ring + moments)
    }
    /// The synapses of a table, which nothing has reached yet.
    fn synapses(&self, table: &PlasticTable, seat: Seat) -> Box<dyn TimedSynapses>;
}

/// How often synapses are brought up to date, steps: at least 1.
pub fn settle_steps(settle_ms: f64, clock: Clock) -> u64 {
    clock.nearest_step(settle_ms).unwrap_or(1).max(1)
}

/// A time back from now at which membranes are looked at as well.
#[derive(Debug, Clone, PartialEq)]
pub struct Lag {
    /// The parameter that says so, as files have it: `delay_u_bars_ms`.
    pub name: String,
    /// Its value, ms.
    pub ms: f64,
}

/// How much a projection keeps something of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kept {
    /// Synapses, as expected.
    pub synapses: f64,
    /// Receiving cells.
    pub cells: f64,
    /// The longest delay of the network, steps.
    pub max_delay: u32,
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

    fn bounds(&self) -> Option<[f64; 2]> {
        Some([self.smallest, self.largest])
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

    fn moments(&self) -> f64 {
        M::MOMENTS
    }

    fn settle_ms(&self) -> f64 {
        M::SETTLE_MS
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synapse::timing::membrane::Membranes;
    use crate::synapse::{Clopath, RMax, Stdp};

    fn told<M: Timing>(kept: Kept, clock: Clock) -> f64 {
        Timed::<M>::new(M::Params::defaults()).bytes(kept, clock)
    }

    /// Of 1000 synapses onto 30 cells, 1.5 ms away. Would catch a ring of other planes than are kept, and numbers that are left out.
    #[test]
    fn bytes_are_those_of_what_is_kept() {
        let clock = Clock::new(0.1).unwrap();
        let kept = Kept { synapses: 1000.0, cells: 30.0, max_delay: 15 };
        assert_eq!(told::<Stdp>(kept, clock), 8000.0);
        // Four voltages for 5 ms and twice the delay; a moment is a step and a number, in a tenth of the steps of 100 ms and twice the delay.
        let ring = Membranes::<[f64; 4]>::new(30, 50, reach(15)).bytes() as f64;
        assert_eq!(ring, 30.0 * 4.0 * 8.0 * 81.0);
        let moments = 30.0 * 2.0 * 0.1 * 1030.0 * 16.0;
        assert!((told::<Clopath>(kept, clock) - (8000.0 + ring + moments)).abs() < 1e-6);
        // A synapse has its eligibility too, and every step of 10 ms is a moment.
        let ring = Membranes::<[f64; 2]>::new(30, 0, reach(15)).bytes() as f64;
        assert!((told::<RMax>(kept, clock) - (16_000.0 + ring + 30.0 * 2.0 * 130.0 * 16.0)).abs() < 1e-6);
    }
}
