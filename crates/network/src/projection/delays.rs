//! Delays without synapses, for estimates.

use super::{Context, Projection, Property, steps};
use crate::connect::Pair;
use neuropil_core::{Real, Stream, StreamKey};

/// Steps from pair to pair through the cells of a population: primes, so that pairs do not repeat soon.
const STRIDES: [u64; 2] = [1_000_003, 7_368_787];

impl Projection {
    /// The delays that `samples` pairs of its cells would have, in steps; those that are refused are left out. Pairs are spread
    /// over all cells, near or far.
    pub fn sample_delays<R: Real>(&self, context: &Context<'_, R>, samples: u32) -> Vec<u32> {
        let wiring = context.wiring(self);
        let draws = StreamKey::new(context.seed, Stream::Synapse, context.number);
        let spread = |number: u64, stride: u64, cells: u32| {
            u32::try_from(number * stride % u64::from(cells.max(1))).expect("below the number of cells")
        };
        let is_empty = matches!(&self.delay_ms, Property::List(values) if values.is_empty());
        let samples = if is_empty { 0 } else { u64::from(samples) };
        let delays = (0..samples).map(|number| {
            let source = spread(number, STRIDES[0], wiring.n_pre);
            let target = spread(number, STRIDES[1], wiring.n_post);
            let listed = match &self.delay_ms {
                Property::List(values) => number % (values.len() as u64),
                _ => number,
            };
            let pair = Pair { source, target, entity: target, number: listed };
            let mut rng = draws.at(target, number);
            steps(context.clock, self.delay_ms.value(&pair, || wiring.distance(source, target), &mut rng))
        });
        delays.flatten().collect()
    }
}
