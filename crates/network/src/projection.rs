//! Projections: which cells of one population reach which of another, how strongly and how late.

mod delays;

use crate::connect::{Connector, Pair, Wiring};
use crate::delivery::Weights;
use crate::neuron::SignRule;
use crate::population::{Population, Sign};
use crate::synapse::{SynapseModel, ThirdFactor, TimingModel};
use neuropil_core::{CellSet, Clock, CounterRng, Distribution, Real, Stream, StreamKey};
use std::ops::Range;

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

    fn value(&self, pair: &Pair, distance: impl FnOnce() -> f64, rng: &mut CounterRng) -> f64 {
        match self {
            Property::Drawn(distribution) => distribution.as_constant().unwrap_or_else(|| distribution.draw(rng)),
            Property::Linear { offset, slope_per_um } => offset + slope_per_um * distance(),
            Property::Exponential { amplitude, length_um } => amplitude * (-distance() / length_um).exp(),
            Property::Gaussian { amplitude, sigma_um } => amplitude * (-0.5 * (distance() / sigma_um).powi(2)).exp(),
            Property::List(values) => values[usize::try_from(pair.number).expect("an index into the list")],
        }
    }

    /// +1 if every value that can come out is >= 0, else -1 if every one is <= 0; `None` if not known.
    pub fn sign(&self) -> Option<f64> {
        let (low, high) = match self {
            Property::Drawn(distribution) => distribution.support(),
            Property::Exponential { amplitude, .. } | Property::Gaussian { amplitude, .. } => (*amplitude, *amplitude),
            Property::Linear { .. } | Property::List(_) => return None,
        };
        match (low >= 0.0, high <= 0.0) {
            (true, _) => Some(1.0),
            (_, true) => Some(-1.0),
            _ => None,
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
    /// The cells that send; all if `None`.
    pub from: Option<CellSet>,
    /// The cells that receive; all if `None`.
    pub to: Option<CellSet>,
    /// Which pairs are connected.
    pub connector: Box<dyn Connector>,
    /// Whether a cell may reach itself.
    pub autapses: bool,
    /// Whether a pair may have several synapses.
    pub multapses: bool,
    /// Port of the target's model that its synapses reach; `None` where the sign of each weight chooses.
    pub receptor: Option<usize>,
    /// Weights, in the unit of the port.
    pub weight: Property,
    /// Delays, ms.
    pub delay_ms: Property,
    /// What spikes do to its synapses; `None` where they are static.
    pub synapse: Option<Box<dyn SynapseModel>>,
    /// What its synapses hear beside spikes, one a port of their model.
    pub third_factors: Vec<ThirdFactor>,
    /// Whether its weights may change while the network runs.
    pub plastic: bool,
    /// Number of its random streams; its place in the design, if there is none. Projections that are left out of a
    /// network then leave the synapses of the others as they were.
    pub stream: Option<u32>,
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
    /// The model of its synapses, where their weights follow spikes.
    pub fn timing(&self) -> Option<&dyn TimingModel> {
        self.synapse.as_deref()?.timing()
    }

    /// Calls `visit` with every synapse onto `targets` (indices in the target population), in an order that does
    /// not depend on how the targets are divided. Of a synapse the delay is drawn first, then the weight, which is
    /// rounded to one that can be stored.
    ///
    /// # Errors
    /// The first synapse with an impossible weight or delay; nothing is visited after it.
    pub fn visit<R: Real>(
        &self,
        context: &Context<'_, R>,
        targets: Range<u32>,
        visit: &mut dyn FnMut(Synapse),
    ) -> Result<(), BadSynapse> {
        let (pre, post) = (&context.populations[self.source], &context.populations[self.target]);
        let wiring = context.wiring(self);
        let draws = StreamKey::new(context.seed, Stream::Synapse, context.number);
        let sign = self.weight.sign().filter(|sign| pre.sign.allows(*sign));
        let placement = post.neurons().and_then(|model| model.info().placement(self.receptor));
        let port_sign = placement.map_or(SignRule::Any, |placement| placement.sign());
        let constant_steps = match &self.delay_ms {
            Property::Drawn(delay) => delay.as_constant().and_then(|delay| steps(context.clock, delay)),
            _ => None,
        };
        let kept = KeptWeight { sign, sending: pre.sign, port_sign, form: context.weights };
        // One that cannot be is a fault of the first synapse, if there is one.
        let constant_weight = match &self.weight {
            Property::Drawn(weight) => weight.as_constant().and_then(|weight| kept.of(weight).ok()),
            _ => None,
        };
        let mut fault = None;
        let places = self.to.as_ref().map_or(targets.clone(), |cells| cells.places(targets));
        self.connector.visit(&wiring, places, &mut |pair| {
            if fault.is_some() {
                return;
            }
            let far = || wiring.distance(pair.source, pair.target);
            let (source, target) = (wiring.source_cell(pair.source), wiring.target_cell(pair.target));
            let mut rng = draws.at(pair.entity, pair.number);
            let delay_steps = match constant_steps {
                Some(steps) => steps,
                None => {
                    let delay_ms = self.delay_ms.value(&pair, far, &mut rng);
                    match steps(context.clock, delay_ms) {
                        Some(steps) => steps,
                        None => {
                            fault = Some(bad_delay((source, target), delay_ms, context.clock.dt_ms()));
                            return;
                        }
                    }
                }
            };
            let weight = match constant_weight {
                Some(weight) => weight,
                None => match kept.of(self.weight.value(&pair, far, &mut rng)) {
                    Ok(weight) => weight,
                    Err((weight, expected)) => {
                        fault = Some(bad_weight((source, target), weight, expected));
                        return;
                    }
                },
            };
            visit(Synapse { source, target, weight, delay_steps });
        });
        fault.map_or(Ok(()), Err)
    }
}

/// How a weight is kept that was drawn.
struct KeptWeight {
    /// The sign that all weights of the projection have, where it is known.
    sign: Option<f64>,
    sending: Sign,
    port_sign: SignRule,
    form: Weights,
}

impl KeptWeight {
    /// The weight as it is stored; or the weight that cannot be, and what was expected.
    #[inline(always)]
    fn of(&self, drawn: f64) -> Result<f64, (f64, &'static str)> {
        let weight = match self.sign {
            // A weight of 0 has the sign of the others, so that it meets the same receptor.
            Some(sign) => drawn.abs().copysign(sign),
            // Or that of its sending cell, towards which it may grow.
            None if drawn == 0.0 && self.sending != Sign::Mixed => 0.0_f64.copysign(f64::from(self.sending.number())),
            None => drawn,
        };
        if !(weight.is_finite() && self.sending.allows(weight) && self.port_sign.allows(weight)) {
            return Err((weight, expected(weight, self.sending, self.port_sign)));
        }
        self.form.stored(weight).ok_or((weight, "at most 65504 in size, for weights of 16 bits"))
    }
}

/// A delay in steps, if it is one.
#[inline]
fn steps(clock: Clock, delay_ms: f64) -> Option<u32> {
    let steps = u32::try_from(clock.nearest_step(delay_ms).ok()?).ok()?;
    (1..=MAX_DELAY_STEPS).contains(&steps).then_some(steps)
}

fn bad_delay((source_cell, target_cell): (u32, u32), delay_ms: f64, dt_ms: f64) -> BadSynapse {
    BadSynapse::Delay { source_cell, target_cell, delay_ms, dt_ms }
}

fn expected(weight: f64, sign: Sign, port_sign: SignRule) -> &'static str {
    match sign {
        _ if !weight.is_finite() => "a finite number",
        _ if sign.allows(weight) => port_sign.expected(),
        Sign::Excitatory => ">= 0, the sending population is excitatory",
        Sign::Inhibitory => "<= 0, the sending population is inhibitory",
        Sign::Mixed => "a finite number",
    }
}

fn bad_weight((source_cell, target_cell): (u32, u32), weight: f64, expected: &'static str) -> BadSynapse {
    BadSynapse::Weight { source_cell, target_cell, weight, expected }
}

/// What the synapses of a projection are drawn from.
#[derive(Clone, Copy)]
pub struct Context<'a, R: Real> {
    /// All populations.
    pub populations: &'a [Population<R>],
    /// Number of the projection.
    pub number: u32,
    /// The seed.
    pub seed: u64,
    /// The grid of time.
    pub clock: Clock,
    /// How weights are stored, and so rounded.
    pub weights: Weights,
}

impl<'a, R: Real> Context<'a, R> {
    /// What the projection's connector sees.
    pub fn wiring<'p>(&self, projection: &'p Projection) -> Wiring<'p>
    where
        'a: 'p,
    {
        let (pre, post) = (&self.populations[projection.source], &self.populations[projection.target]);
        Wiring {
            n_pre: projection.from.as_ref().map_or(pre.cells, CellSet::len),
            n_post: projection.to.as_ref().map_or(post.cells, CellSet::len),
            within: projection.source == projection.target,
            autapses: projection.autapses,
            multapses: projection.multapses,
            pre_cells: projection.from.as_ref(),
            post_cells: projection.to.as_ref(),
            pre_positions: pre.positions.as_deref(),
            post_positions: post.positions.as_deref(),
            key: StreamKey::new(self.seed, Stream::Wiring, self.number),
        }
    }
}
