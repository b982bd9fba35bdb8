//! What a machine does in a nanosecond: constants, measured on networks that have much of one thing.

use crate::{Changes, Input, Job, SessionError};
use cpu_time::ProcessTime;
use neuropil_engine::{Runnable, Simulation};
use neuropil_model::Document;
use neuropil_network::Network;
use serde_json::{Map, Value};
use std::sync::atomic::AtomicU64;

/// Cells that receive.
const CELLS: u32 = 30_000;
/// Cells that send: many, of short rows, or few, of long ones. All fit into one block with those that receive.
const SENDERS: [u32; 2] = [30_000, 1000];
/// Delays of the networks with short rows: 1 to so many steps.
const DELAYS: u32 = 40;
/// Steps of a piece that is measured, and pieces, of which the fastest counts: short ones, since other work of the machine halts some.
const STEPS: u64 = 32;
const PIECES: usize = 24;

/// What parts of a run cost on one thread, in ns, while `threads` work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Machine {
    /// Threads that worked side by side.
    pub threads: f64,
    /// A synapse of constant weight and delay: drawn, and put in its place.
    pub draw_ns: f64,
    /// A weight or a delay that is drawn.
    pub value_ns: f64,
    /// A synaptic event of a long row.
    pub event_ns: f64,
    /// A row with entries: its first.
    pub row_ns: f64,
    /// A row without entries.
    pub look_ns: f64,
    /// A spike that a thread takes into its history.
    pub spike_ns: f64,
}

/// What one of the networks cost.
struct Tried {
    /// ns for each synapse, of one thread.
    build_ns: f64,
    synapses: f64,
    /// ns for each spike and block, of one thread.
    delivery_ns: f64,
    spike_ns: f64,
    /// Blocks, one a thread.
    blocks: f64,
}

/// A network of senders onto cells that do not fire.
struct Trial {
    senders: u32,
    rate_hz: u32,
    in_degree: u32,
    is_drawn: bool,
}

impl Machine {
    /// The constants by their names.
    fn named(&mut self) -> [(&'static str, &mut f64); 7] {
        [
            ("threads", &mut self.threads),
            ("draw_ns", &mut self.draw_ns),
            ("value_ns", &mut self.value_ns),
            ("event_ns", &mut self.event_ns),
            ("row_ns", &mut self.row_ns),
            ("look_ns", &mut self.look_ns),
            ("spike_ns", &mut self.spike_ns),
        ]
    }

    const NOTHING: Self =
        Self { threads: 0.0, draw_ns: 0.0, value_ns: 0.0, event_ns: 0.0, row_ns: 0.0, look_ns: 0.0, spike_ns: 0.0 };

    /// As JSON.
    pub fn json(mut self) -> Value {
        Value::Object(self.named().into_iter().map(|(name, value)| (name.to_owned(), Value::from(*value))).collect())
    }

    /// From JSON, as [`Self::json`] writes it.
    ///
    /// # Errors
    /// In words: what is missing, unknown, or no number from 0 on.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut found: Map<String, Value> = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let mut own = Self::NOTHING;
        for (name, value) in own.named() {
            let given = found.remove(name).ok_or_else(|| format!("`{name}` is missing"))?;
            let number = given.as_f64().filter(|number| number.is_finite() && *number >= 0.0);
            *value = number.ok_or_else(|| format!("{name}: found {given}, expected a number >= 0"))?;
        }
        if own.threads < 1.0 {
            return Err(format!("threads: found {}, expected >= 1", own.threads));
        }
        match found.keys().next() {
            Some(name) => Err(format!("unknown `{name}`; known are {}", own.named().map(|(name, _)| name).join(", "))),
            None => Ok(own),
        }
    }

    /// Measures this machine with so many threads side by side, in some seconds and about 300 MB.
    ///
    /// # Errors
    /// Memory that is not there.
    pub fn measure(threads: usize) -> Result<Self, SessionError> {
        let long = Trial { senders: SENDERS[1], rate_hz: 50, in_degree: 250, is_drawn: false }.run(threads)?;
        let short = Trial { senders: SENDERS[0], rate_hz: 20, in_degree: 20, is_drawn: true }.run(threads)?;
        let empty = Trial { senders: SENDERS[0], rate_hz: 20, in_degree: 1, is_drawn: true }.run(threads)?;
        let event_ns = long.delivery_ns / (long.synapses / f64::from(SENDERS[1]) / long.blocks);
        // Of the rows of a spike, so many have entries; what an event beyond the first of its row costs is known.
        let rows = f64::from(DELAYS);
        let shape = |own: &Tried| {
            let mean = own.synapses / (f64::from(SENDERS[0]) * rows * own.blocks);
            let filled = 1.0 - (-mean).exp();
            (filled, own.delivery_ns / rows - (mean - filled) * event_ns)
        };
        let ((many, slow), (few, fast)) = (shape(&short), shape(&empty));
        // slow = (1 - many) look + many row, fast = (1 - few) look + few row.
        let look_ns = ((many * fast - few * slow) / (many - few)).max(0.0);
        let row_ns = ((slow - (1.0 - many) * look_ns) / many).max(event_ns);
        let value_ns = (0.5 * (short.build_ns - long.build_ns)).max(0.0);
        let spike_ns = empty.spike_ns;
        Ok(Self { threads: threads as f64, draw_ns: long.build_ns, value_ns, event_ns, row_ns, look_ns, spike_ns })
    }
}

impl Trial {
    fn json(&self, threads: usize) -> String {
        let Self { senders, rate_hz, in_degree, is_drawn } = self;
        let (weight, delay_ms) = match is_drawn {
            false => ("1e-9".to_owned(), "1".to_owned()),
            true => (
                r#"{"distribution": "normal", "mean": 1e-9, "std": 1e-10, "min": 0}"#.to_owned(),
                format!(r#"{{"distribution": "uniform", "low": 0.501, "high": {DELAYS}.499}}"#),
            ),
        };
        // One block a thread, each with as many cells and senders as the others.
        let parts = u32::try_from(threads).unwrap_or(u32::MAX);
        let populations = (0..parts).map(|part| {
            format!(
                r#""cells{part}": {{"cells": {}, "model": "lif_delta"}},
                "senders{part}": {{"cells": {}, "model": "poisson_source", "rate_hz": {rate_hz}}}"#,
                CELLS / parts,
                senders / parts
            )
        });
        let populations = populations.collect::<Vec<_>>().join(", ");
        let all = |name: &str| (0..parts).map(|part| format!("\"{name}{part}\"")).collect::<Vec<_>>().join(", ");
        format!(
            r#"{{"simulation": {{"dt_ms": 1, "duration_ms": 1000, "seed": 1, "blocks": {parts}}},
            "populations": {{{populations}}},
            "projections": [{{"from": [{}], "to": [{}], "rule": "fixed_in_degree", "in_degree": {},
              "weight_mv": {weight}, "delay_ms": {delay_ms}}}]}}"#,
            all("senders"),
            all("cells"),
            (in_degree / parts).max(1)
        )
    }

    fn run(&self, threads: usize) -> Result<Tried, SessionError> {
        let document = Document::parse("a network to measure", self.json(threads))?;
        let input = Input::of(document, &Changes::default())?;
        let Job { design, blocks, .. } = Job::<f64>::new(&input, 1.0)?;
        let begun = ProcessTime::now();
        let network = Network::build(design, blocks, threads, &AtomicU64::new(0)).map_err(SessionError::Network)?;
        // Of processors, so that other work of the machine does not count.
        let build_ns = begun.elapsed().as_secs_f64() * 1e9;
        let synapses = network.synapses() as f64;
        let mut simulation = Simulation::new(network, Vec::new(), threads);
        simulation.advance(u64::from(2 * DELAYS))?;
        let (mut delivery_ns, mut spike_ns) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..PIECES {
            simulation.measure();
            simulation.advance(STEPS)?;
            let (phases, spikes) = (simulation.phases(), simulation.chunk().spikes.len().max(1) as f64);
            let each = |spent: std::time::Duration| spent.as_secs_f64() * 1e9 / (spikes * threads as f64);
            delivery_ns = each(phases.delivery).min(delivery_ns);
            spike_ns = each(phases.exchange).min(spike_ns);
        }
        Ok(Tried { build_ns: build_ns / synapses, synapses, delivery_ns, spike_ns, blocks: threads as f64 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_read_as_they_are_written() {
        let own = Machine { threads: 2.0, draw_ns: 30.5, ..Machine::NOTHING };
        assert_eq!(Machine::read(&own.json().to_string()), Ok(own));
        let refused = |change: fn(&mut Value)| {
            let mut json = own.json();
            change(&mut json);
            Machine::read(&json.to_string()).unwrap_err()
        };
        assert_eq!(refused(|json| json["row_ns"] = (-1).into()), "row_ns: found -1, expected a number >= 0");
        assert_eq!(refused(|json| json["threads"] = 0.into()), "threads: found 0, expected >= 1");
        assert!(
            refused(|json| json["rows_ns"] = 1.into()).starts_with("unknown `rows_ns`; known are threads, draw_ns")
        );
        assert_eq!(refused(|json| drop(json.as_object_mut().unwrap().remove("draw_ns"))), "`draw_ns` is missing");
    }
}
