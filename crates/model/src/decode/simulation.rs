//! The section `simulation`: time, precision, seed.

use crate::catalogue::{PRECISIONS, WEIGHTS};
use crate::document::Node;
use crate::fields::{Reader, shown};
use neuropil_core::{Clock, ClockError};
use neuropil_network::delivery::Weights;

/// What holds where `simulation` does not say.
pub const DT_MS: f64 = 0.1;
const DURATION_MS: f64 = 1000.0;
const SEED: u64 = 1;

pub(super) struct Simulation {
    pub clock: Clock,
    pub duration_ms: f64,
    pub seed: u64,
    pub single: bool,
    pub weights: Weights,
    pub blocks: Option<u32>,
}

/// The section, or its defaults where it is missing or faulty, so that the rest can be judged.
pub(super) fn simulation(reader: &Reader<'_>, node: Option<&Node>) -> Simulation {
    let default_clock = Clock::new(DT_MS).expect("a step that is a number > 0");
    let Some(mut fields) = node.and_then(|node| reader.object(node, "simulation", "simulation")) else {
        return Simulation {
            clock: default_clock,
            duration_ms: DURATION_MS,
            seed: SEED,
            single: false,
            weights: Weights::Full,
            blocks: None,
        };
    };
    let dt_ms = fields.number_or("dt_ms", DT_MS, "> 0", |dt| dt > 0.0);
    let clock = Clock::new(dt_ms).unwrap_or(default_clock);
    let duration_ms = fields.number_or("duration_ms", DURATION_MS, ">= 0", |duration| duration >= 0.0);
    if let Err(fault) = clock.steps(duration_ms) {
        let message = match fault {
            ClockError::OffGrid { duration_ms, dt_ms } => {
                format!("found {}, must be a multiple of dt_ms = {}", shown(duration_ms), shown(dt_ms))
            }
            _ => format!("found {}, more steps of dt_ms = {} than can be counted", shown(duration_ms), shown(dt_ms)),
        };
        reader.fault("simulation.duration_ms", message);
    }
    let seed = fields.whole("seed").unwrap_or(SEED);
    let single = fields.word("precision", PRECISIONS) == Some(1);
    let weights = if fields.word("weights", WEIGHTS) == Some(1) { Weights::Half } else { Weights::Full };
    let blocks = fields.whole("blocks").map(|blocks| u32::try_from(blocks).unwrap_or(u32::MAX));
    if blocks == Some(0) {
        reader.fault("simulation.blocks", "found 0, must be > 0");
    }
    fields.finish();
    Simulation { clock, duration_ms, seed, single, weights, blocks }
}
