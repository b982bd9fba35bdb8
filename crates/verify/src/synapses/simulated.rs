//! The network of a case, run.

use super::*;
use crate::deviation::larger;
use neuropil_engine::{Probe, Runnable, Simulation};
use neuropil_network::Network;
use std::sync::atomic::AtomicU64;

/// What a network did.
pub(super) struct Simulated {
    /// One for each that was asked for, as far as the run went.
    pub weights: Vec<f64>,
    pub spikes: Vec<(u64, u32)>,
    pub v_m: Vec<f64>,
}

impl Reader<'_> {
    /// Runs the network, and looks at each weight when its spike arrives.
    pub(super) fn simulate(&self, design: Design<f64>, expected: &[Carried]) -> Result<Simulated, Error> {
        let stop = self.clock.steps(self.header.t_stop_ms);
        let stop = stop.map_err(|error| self.wrong(format!("t_stop_ms: {error}")))?;
        let network = Network::build(design, Some(1), 1, &AtomicU64::new(0))
            .map_err(|faults| Error::Network { file: self.case.header_path.clone(), faults })?;
        let probe = Probe { population: POST, variable: 0, cells: vec![0], every_steps: 1 };
        let mut places = HashMap::new();
        for (table_number, table) in network.blocks[0].timed.tables.iter().enumerate() {
            for (synapse, ((source, _), cell)) in table.origins().zip(table.cells.iter()).enumerate() {
                places.insert((source, u32::from(*cell)), (table_number, synapse));
            }
        }
        let mut simulation = Simulation::new(network, vec![probe], 1);
        let mut found = Simulated { weights: Vec::new(), spikes: Vec::new(), v_m: Vec::new() };
        let mut stops: Vec<u64> = expected.iter().map(|own| own.step).chain([stop]).collect();
        stops.dedup();
        for until in stops {
            while simulation.step() < until {
                let outcome = simulation.advance((until - simulation.step()).min(1000));
                outcome.map_err(|reason| Error::Run { file: self.case.header_path.clone(), reason })?;
                let cells = self.header.n_post;
                found.spikes.extend(simulation.chunk().spikes.iter().filter(|spike| spike.1 < cells));
                found.v_m.extend(simulation.chunk().frames.iter().flatten());
            }
            let weights: Vec<&[f64]> = simulation.timed_weights().collect();
            for own in expected[found.weights.len()..].iter().take_while(|own| own.step == until) {
                let place = places.get(&(own.source, own.target));
                let (table, synapse) = place.ok_or_else(|| self.wrong("a weight of no plastic synapse"))?;
                found.weights.push(weights[*table][*synapse]);
            }
        }
        Ok(found)
    }

    /// How far the membrane of cell 0 is.
    pub(super) fn trace_check(&self, trace: &[f64]) -> Result<Check, Error> {
        let object = if self.header.kind == "pairs" { "post/0/V_m" } else { "v_m_0" };
        let (_, expected) = self.arrays.f64(object)?;
        if expected.is_empty() || expected.len() > trace.len() {
            let reason = format!("has {} samples, expected 1 to {}", expected.len(), trace.len());
            return Err(self.bad_array(object, reason));
        }
        let far = expected.iter().zip(trace).fold(0.0, |far, (own, found)| larger(far, (own - found).abs()));
        let detail = format!("largest over {} samples", expected.len());
        Ok(Check { what: "v_m".into(), deviation: far, tolerance: TOLERANCE, unit: "mV", detail })
    }
}
