//! `cascade`: how long synapses wait for a signal, as stages between what they remember and what arrives.

use super::kinds::{NonNegative, Whole};
use super::table::section;
use neuropil_core::Clock;
use neuropil_plasticity::cascade::Cascade;

section! {
    /// Stages in series between what synapses remember and the signals that arrive, so that they meet what was done a while ago.
    #[derive(Copy)]
    pub struct CascadeSection = "cascade" {
        /// How many stages; the more there are, the sharper the delay.
        stages: Whole<1, 100>, required;
        /// Mean delay of all stages together, ms; 0 for none.
        delay_ms: NonNegative, required;
    }
}

impl CascadeSection {
    /// The stages on a clock.
    pub fn cascade(self, clock: Clock) -> Cascade {
        Cascade::of_delay(self.stages, self.delay_ms / clock.dt_ms())
    }
}
