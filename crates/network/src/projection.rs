//! Projections: which cells of one population reach which of another, how strongly and how late.

use crate::connect::{Connector, Pair, Wiring};
use crate::population::{Population, Sign};
use crate::position::distance;
use crate::synapse::ShortTerm;
use neuropil_core::{Clock, Distribution, Real, Stream, StreamKey};

/// A weight or a delay of every synapse of a projection.
#[derive(Debug, Clone, PartialEq)]
pub enum Property {
    /// Constant or drawn.
    Drawn(Distribution),
    /// offset + slope x distance.
    Linear {
        /// Value at distance 0.
        offset: f64,
        /// Change per um.
        slope_per_um: f64,
    },
    /// amplitude x exp(-distance / length).
    Exponential {
        /// Value at distance 0.
        amplitude: f64,
        /// Decay length, um.
        length_um: f64,
    },
    /// amplitude x exp(-distance^2 / (2 sigma^2)).
    Gaussian {
        /// Value at distance 0.
        amplitude: f64,
        /// Standard deviation, um.
        sigma_um: f64,
    },
    /// One value a synapse, in the order of an explicit list.
    List(Vec<f64>),
}

impl Property {
    /// Whether positions are needed.
    pub fn by_distance(&self) -> bool {
        matches!(self, Property::Linear { .. } | Property::Exponential { .. } | Property::Gaussian { .. })
    }

    fn value(&self, pair: &Pair, distance: impl FnOnce() -> f64, draws: &StreamKey, which: u64) -> f64 {
        match self {
            Property::Drawn(distribution) => match distribution.as_constant() {
                Some(value) => value,
                None => distribution.draw(&mut draws.at(pair.entity, pair.number << 1 | which)),
            },
            Property::Linear { offset, slope_per_um } => offset + slope_per_um * distance(),
            Property::Exponential { amplitude, length_um } => amplitude * (-distance() / length_um).exp(),
            Property::Gaussian { amplitude, sigma_um } => amplitude * (-0.5 * (distance() / sigma_um).powi(2)).exp(),
            Property::List(values) => values[usize::try_from(pair.number).expect("an index into the list")],
        }
    }

    /// Whether every value that can come out is >= 0 or every one <= 0; `None` if not known.
    pub fn sign(&self) -> Sign {
        let (low, high) = match self {
            Property::Drawn(distribution) => distribution.support(),
            Property::Linear { .. } => (f64::NEG_INFINITY, f64::INFINITY),
            Property::Exponential { amplitude, .. } | Property::Gaussian { amplitude, .. } => {
                (amplitude.min(0.0), amplitude.max(0.0))
            }
            Property::List(values) => {
                values.iter().fold((0.0, 0.0), |(low, high): (f64, f64), &value| (low.min(value), high.max(value)))
            }
        };
        if low >= 0.0 {
            Sign::Excitatory
        } else if high <= 0.0 {
            Sign::Inhibitory
        } else {
            Sign::Mixed
        }
    }
}

/// A rule of wiring between two populations; immutable.
pub struct Projection {
    /// Its name.
    pub name: String,
    /// Index of the sending population.
    pub source: usize,
    /// Index of the receiving population.
    pub target: usize,
    /// Which pairs are connected.
    pub connector: Box<dyn Connector>,
    /// Whether a cell may reach itself.
    pub autapses: bool,
    /// Whether a pair may have several synapses.
    pub multapses: bool,
    /// Weights, in the unit of the target's model.
    pub weight: Property,
    /// Delays, ms.
    pub delay_ms: Property,
    /// Short-term plasticity.
    pub short_term: Option<ShortTerm>,
}

/// One synapse.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Synapse {
    /// Index in the sending population.
    pub source: u32,
    /// Index in the receiving population.
    pub target: u32,
    /// Weight, in the unit of the target's model.
    pub weight: f64,
    /// Delay in steps, >= 1.
    pub delay_steps: u32,
}

/// A synapse that breaks a rule of its projection.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum BadSynapse {
    /// Weight not finite, or against the sign of the sending population.
    #[error("weight {weight} from cell {source_cell} to cell {target_cell}: must be {expected}")]
    Weight {
        /// Index in the sending population.
        source_cell: u32,
        /// Index in the receiving population.
        target_cell: u32,
        /// The weight.
        weight: f64,
        /// What it must be.
        expected: &'static str,
    },
    /// Delay not finite or, rounded to the grid, shorter than a step.
    #[error(
        "delay {delay_ms} ms from cell {source_cell} to cell {target_cell}: must be at least dt = {dt_ms} ms, and at most {MAX_DELAY_STEPS} steps"
    )]
    Delay {
        /// Index in the sending population.
        source_cell: u32,
        /// Index in the receiving population.
        target_cell: u32,
        /// The delay.
        delay_ms: f64,
        /// The step.
        dt_ms: f64,
    },
}

/// Longer delays are refused: the history holds so many steps.
pub const MAX_DELAY_STEPS: u32 = 1_000_000;

impl Projection {
    /// Calls `visit` with every synapse onto `targets` (indices in the target population), in an order that does
    /// not depend on how the targets are divided. Work: one call of the connector, one or two draws a synapse.
    ///
    /// # Errors
    /// The first synapse with an impossible weight or delay; nothing is visited after it.
    pub fn visit<R: Real>(
        &self,
        populations: &[Population<R>],
        number: u32,
        seed: u64,
        clock: Clock,
        targets: std::ops::Range<u32>,
        visit: &mut dyn FnMut(Synapse),
    ) -> Result<(), BadSynapse> {
        let (pre, post) = (&populations[self.source], &populations[self.target]);
        let wiring = self.wiring(populations, number, seed);
        let draws = StreamKey::new(seed, Stream::Synapse, number);
        let constant_delay = match &self.delay_ms {
            Property::Drawn(delay) => delay.as_constant().and_then(|delay| clock.nearest_step(delay).ok()),
            _ => None,
        };
        let mut fault = None;
        self.connector.visit(&wiring, targets, &mut |pair| {
            if fault.is_some() {
                return;
            }
            let far = || match (&pre.positions, &post.positions) {
                (Some(from), Some(to)) => distance(&from[pair.source as usize], &to[pair.target as usize]),
                _ => f64::NAN,
            };
            let weight = self.weight.value(&pair, far, &draws, 0);
            if !(weight.is_finite() && pre.sign.allows(weight)) {
                fault = Some(self.bad_weight(&pair, weight, pre.sign));
                return;
            }
            let steps = constant_delay.or_else(|| clock.nearest_step(self.delay_ms.value(&pair, far, &draws, 1)).ok());
            match steps.and_then(|steps| u32::try_from(steps).ok()) {
                Some(delay_steps @ 1..=MAX_DELAY_STEPS) => {
                    visit(Synapse { source: pair.source, target: pair.target, weight, delay_steps });
                }
                _ => {
                    let delay_ms = self.delay_ms.value(&pair, far, &draws, 1);
                    fault = Some(BadSynapse::Delay {
                        source_cell: pair.source,
                        target_cell: pair.target,
                        delay_ms,
                        dt_ms: clock.dt_ms(),
                    });
                }
            }
        });
        fault.map_or(Ok(()), Err)
    }

    fn bad_weight(&self, pair: &Pair, weight: f64, sign: Sign) -> BadSynapse {
        let expected = match sign {
            _ if !weight.is_finite() => "a finite number",
            Sign::Excitatory => ">= 0, the sending population is excitatory",
            Sign::Inhibitory => "<= 0, the sending population is inhibitory",
            Sign::Mixed => "a finite number",
        };
        BadSynapse::Weight { source_cell: pair.source, target_cell: pair.target, weight, expected }
    }

    /// What the connector sees.
    pub fn wiring<'a, R: Real>(&self, populations: &'a [Population<R>], number: u32, seed: u64) -> Wiring<'a> {
        let (pre, post) = (&populations[self.source], &populations[self.target]);
        Wiring {
            n_pre: pre.cells,
            n_post: post.cells,
            within: self.source == self.target,
            autapses: self.autapses,
            multapses: self.multapses,
            pre_positions: pre.positions.as_deref(),
            post_positions: post.positions.as_deref(),
            key: StreamKey::new(seed, Stream::Wiring, number),
        }
    }
}
