//! What falls to each rank, told from the rules of wiring: no synapse is drawn.

use neuropil_core::Real;
use neuropil_network::network::{Design, Share};
use neuropil_network::{NetworkError, Projection, Property};
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// Delays of a projection that are sampled.
const SAMPLES: u32 = 4096;
/// Bytes of a row's start, and of the mark of a row where few have entries.
const START: f64 = 4.0;
const MARK: f64 = 0.25;

/// What a rank holds, and what it does a second.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Load {
    /// Its synapses.
    pub synapses: f64,
    /// Synapses that its rules of wiring visit: all of a `fixed_out_degree`, else its own.
    pub visited: f64,
    /// Weights and delays that are drawn for them.
    pub values: f64,
    /// Bytes of where rows begin.
    pub index_bytes: f64,
    /// The most synapses that a block has of one sender: those that wait for their places while it is built.
    pub drafts: f64,
    /// Synaptic events a second.
    pub events: f64,
    /// Rows that are looked for a second.
    pub looked: f64,
    /// Those of them that have entries.
    pub filled: f64,
    /// Spikes of its own cells a second.
    pub spikes: f64,
}

impl AddAssign for Load {
    fn add_assign(&mut self, other: Self) {
        self.synapses += other.synapses;
        self.visited += other.visited;
        self.values += other.values;
        self.index_bytes += other.index_bytes;
        self.drafts = self.drafts.max(other.drafts);
        self.events += other.events;
        self.looked += other.looked;
        self.filled += other.filled;
        self.spikes += other.spikes;
    }
}

/// A projection as it is counted.
struct Wire {
    /// Which rows are merged: the sender, and the projection where its spikes have factors of their own.
    group: (usize, Option<usize>),
    expected: f64,
    /// How many cells may receive.
    targets: f64,
    /// Delays, in steps, and which share of the synapses has each.
    delays: Vec<(u32, f64)>,
    /// Weights and delays that are drawn for a synapse.
    values: f64,
    visits_all: bool,
}

/// A network's rules of wiring, as they are counted.
pub(super) struct Wires<'d, R: Real> {
    design: &'d Design<R>,
    rates_hz: &'d [f64],
    /// Of each population, the projections onto it.
    onto: Vec<Vec<Wire>>,
}

impl<'d, R: Real> Wires<'d, R> {
    /// Of a design whose populations fire at these rates.
    pub fn new(design: &'d Design<R>, rates_hz: &'d [f64]) -> Self {
        let mut onto: Vec<Vec<Wire>> = design.populations.iter().map(|_| Vec::new()).collect();
        for (number, projection) in (0..).zip(&design.projections) {
            onto[projection.target].push(wire(design, number, projection));
        }
        Self { design, rates_hz, onto }
    }

    /// What falls to a rank.
    ///
    /// # Errors
    /// Fewer blocks than ranks.
    pub fn load(&self, blocks: Option<u32>, share: Share) -> Result<Load, NetworkError> {
        let mut load = Load::default();
        for parts in self.design.blocks_of(blocks, share)? {
            // Synapses of each group and delay.
            let mut groups: BTreeMap<(usize, Option<usize>), BTreeMap<u32, f64>> = BTreeMap::new();
            for part in &parts {
                load.spikes += part.cells.len() as f64 * self.rates_hz[part.population];
                for wire in &self.onto[part.population] {
                    let synapses = wire.expected * (part.cells.len() as f64 / wire.targets);
                    load.synapses += synapses;
                    load.visited += if wire.visits_all { wire.expected } else { synapses };
                    load.values += wire.values * synapses;
                    let group = groups.entry(wire.group).or_default();
                    wire.delays.iter().for_each(|(step, share)| *group.entry(*step).or_default() += share * synapses);
                }
            }
            for ((source, _), delays) in groups {
                load += self.rows(source, &delays);
            }
        }
        Ok(load)
    }

    /// Rows of a sender in a block.
    fn rows(&self, source: usize, delays: &BTreeMap<u32, f64>) -> Load {
        let (cells, rate) = (f64::from(self.design.populations[source].cells.max(1)), self.rates_hz[source]);
        let share_of_some = |mean: f64| 1.0 - (-mean).exp();
        // Of the delays those that occur, and of the rows those that have entries.
        let slots: f64 = delays.values().map(|synapses| share_of_some(*synapses)).sum();
        let filled: f64 = delays.values().map(|synapses| cells * share_of_some(synapses / cells)).sum();
        let (listed, marked) = (START * cells * slots, MARK * cells * slots + START * filled);
        let synapses: f64 = delays.values().sum();
        Load {
            index_bytes: if 2.0 * marked > listed { listed } else { marked },
            drafts: synapses,
            events: synapses * rate,
            looked: rate * cells * slots,
            filled: rate * filled,
            ..Load::default()
        }
    }

    /// The shortest delay that can come out, steps: so many pass between two meetings of ranks.
    pub fn min_delay(&self) -> u32 {
        let clock = self.design.clock;
        let shortest = |own: &Projection| match &own.delay_ms {
            Property::Drawn(delay) => clock.nearest_step(delay.support().0.max(0.0)).ok(),
            _ => None,
        };
        let told = self.design.projections.iter().filter_map(shortest);
        let sampled = self.onto.iter().flatten().filter_map(|own| own.delays.first()).map(|(step, _)| u64::from(*step));
        u32::try_from(told.chain(sampled).min().unwrap_or(1).max(1)).unwrap_or(u32::MAX)
    }
}

fn wire<R: Real>(design: &Design<R>, number: u32, projection: &Projection) -> Wire {
    let context = design.context(number);
    let wiring = context.wiring(projection);
    let mut counts: BTreeMap<u32, f64> = BTreeMap::new();
    let is_drawn = |property: &Property| !matches!(property, Property::Drawn(own) if own.as_constant().is_some());
    let samples = if is_drawn(&projection.delay_ms) { SAMPLES } else { 1 };
    let sampled = projection.sample_delays(&context, samples);
    let share = 1.0 / sampled.len().max(1) as f64;
    sampled.into_iter().for_each(|step| *counts.entry(step).or_default() += share);
    let drawn = [&projection.weight, &projection.delay_ms].map(is_drawn).into_iter().filter(|own| *own).count();
    Wire {
        group: (projection.source, projection.synapse.as_ref().map(|_| number as usize)),
        expected: projection.connector.expected(&wiring),
        targets: f64::from(design.populations[projection.target].cells.max(1)),
        delays: counts.into_iter().collect(),
        values: drawn as f64,
        visits_all: projection.connector.name() == "fixed_out_degree",
    }
}
