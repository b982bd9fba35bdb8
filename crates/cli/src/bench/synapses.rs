//! `neuropil bench synapses`: what an event costs at synapses of files, of the built-in models of the same names, and at static ones.

use crate::args::BenchSynapsesArgs;
use crate::error::CliError;
use crate::screen;
use cpu_time::ProcessTime;
use neuropil_core::simd::vector_bits;
use neuropil_engine::{Runnable, Simulation};
use neuropil_model::{Document, Model};
use neuropil_network::synapse::Entry;
use neuropil_network::{Network, synapse};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::AtomicU64;

/// Cells on each side.
const CELLS: u32 = 1000;
/// Repeats of each measurement; the fastest counts.
const REPEATS: usize = 3;
/// Steps before the measurement, and in it for each simulated second.
const STEPS_BEFORE: u64 = 200;
const STEPS_A_SECOND: f64 = 1e3;

/// Measures each file beside the model of its name, and prints one JSON object.
///
/// # Errors
/// Files that are no synapses.
pub fn bench(args: &BenchSynapsesArgs) -> Result<(), CliError> {
    if !(args.seconds.is_finite() && args.seconds > 0.0) {
        return Err(CliError::Input(format!("--seconds: found {}, must be above 0", args.seconds)));
    }
    let resting = cost(&[None], args.seconds)?[0];
    let mut all = Vec::new();
    for file in &args.files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let twin = synapse::model(&name).map(built_in);
        let own = written(file, &name);
        let costs = cost(&[Some(own), twin], args.seconds)?;
        let mut figures = json!({"file": file, "ns_per_event": costs[0]});
        if let Some(built_in) = costs.get(1) {
            figures["built_in_ns_per_event"] = (*built_in).into();
            figures["ratio"] = (costs[0] / built_in).into();
        }
        all.push(figures);
    }
    screen::print(&json!({"vector_bits": vector_bits(), "static_ns_per_event": resting, "synapses": all}).to_string())
}

/// What a projection says of a file.
fn written(file: &Path, name: &str) -> Value {
    let mut own = json!({"model": file});
    match name {
        "short_term" => own["weight"] = "w".into(),
        "stdp_dopamine" => own["ports"] = json!({"dopamine_spikes": others()}),
        "clopath" => {
            let potential = json!({"post": "v_m_mv"});
            own["ports"] = json!({"V_post": potential, "V_earlier": {"post": "v_m_mv", "earlier_ms": 5}});
        }
        _ => (),
    }
    own
}

/// What it says of a built-in model.
fn built_in(entry: &Entry) -> Value {
    let mut own = json!({"model": entry.info.name});
    if let Some(port) = entry.info.third_factor {
        own[port.name] = others();
    }
    own
}

/// The third factor of those that hear one.
fn others() -> Value {
    json!({"spikes_of": "others", "delay_ms": 2})
}

/// Nanoseconds of processor time an event, with all that spikes of both sides do at synapses: of each of these, where there is one, one after the
/// other, so that all meet the same machine.
fn cost(synapses: &[Option<Value>], seconds: f64) -> Result<Vec<f64>, CliError> {
    let present: Vec<&Option<Value>> =
        synapses.iter().enumerate().filter(|(place, own)| *place == 0 || own.is_some()).map(|(_, own)| own).collect();
    let mut costs = vec![f64::INFINITY; present.len()];
    for _ in 0..REPEATS {
        for (cost, synapse) in costs.iter_mut().zip(&present) {
            let own = once(synapse.as_ref(), seconds)?;
            *cost = if own < *cost { own } else { *cost };
        }
    }
    Ok(costs)
}

/// A network whose cells are driven by trains that are not measured, so that weights of hardly any effect change beside.
fn once(synapse: Option<&Value>, seconds: f64) -> Result<f64, CliError> {
    let mut projection = json!({
        "from": "pre", "to": "post", "rule": "fixed_probability", "probability": 0.5, "weight_pa": 0.001, "delay_ms": 2,
    });
    if let Some(synapse) = synapse {
        projection["synapse"] = synapse.clone();
    }
    let network = json!({
        "simulation": {"dt_ms": 1, "seed": 1},
        "populations": {
            "pre": {"cells": CELLS, "model": "poisson_source", "rate_hz": 10},
            "others": {"cells": 1, "model": "poisson_source", "rate_hz": 10},
            "post": {"cells": CELLS, "model": "lif_exp"},
        },
        "projections": [projection],
        "inputs": [{"kind": "poisson", "to": "post", "rate_hz": 1000, "weight_pa": 500}],
    });
    let here = std::env::current_dir().map_err(CliError::input)?.join("bench.json");
    let document = Document::parse(&here.display().to_string(), network.to_string()).map_err(CliError::input)?;
    let model = Model::decode(document).map_err(CliError::input)?;
    let design = model.design::<f64>(1, 1.0).map_err(CliError::input)?.design;
    let network = Network::build(design, Some(1), 1, &AtomicU64::new(0));
    let network = network.map_err(|faults| CliError::Input(faults[0].to_string()))?;
    let mut simulation = Simulation::new(network, Vec::new(), 1);
    simulation.advance(STEPS_BEFORE).map_err(CliError::input)?;
    let before = simulation.events();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of seconds")]
    let steps = (seconds * STEPS_A_SECOND) as u64;
    let begun = ProcessTime::now();
    simulation.advance(steps.max(1)).map_err(CliError::input)?;
    let spent = begun.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 events")]
    let events = (simulation.events() - before) as f64;
    Ok(1e9 * spent / events)
}
