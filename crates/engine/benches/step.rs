//! A whole step of an active network, threads and exchange of spikes included: `cargo bench -p neuropil-engine --bench step`.

use divan::Bencher;
use divan::counter::ItemsCount;
use neuropil_core::{Clock, Distribution, Stream, StreamKey};
use neuropil_engine::{Runnable, Simulation};
use neuropil_network::connect::FixedInDegree;
use neuropil_network::delivery::Weights;
use neuropil_network::network::Design;
use neuropil_network::neuron::{Column, model};
use neuropil_network::source::{PoissonInput, Rate};
use neuropil_network::{Kind, Network, Population, Projection, Property, Scalar, Sign};
use std::sync::atomic::AtomicU64;

const CELLS: u32 = 10_000;
const IN_DEGREE: u32 = 200;
/// Steps of one measurement, as between two visits of the observers.
const CHUNK: u64 = 100;

fn main() {
    divan::main();
}

/// Cells driven by Poisson trains that inhibit each other; items are steps.
#[divan::bench(types = [f32, f64], args = [1, 2], sample_count = 20)]
fn chunk_by_threads<R: Scalar>(bencher: Bencher, threads: usize) {
    let Ok(network) = Network::<R>::build(design(), Some(2), threads, &AtomicU64::new(0)) else {
        panic!("the design is sound")
    };
    let mut simulation = Simulation::new(network, Vec::new(), threads);
    simulation.advance(1000).expect("the state stays finite");
    assert!(!simulation.chunk().spikes.is_empty(), "a silent network measures nothing");
    bencher.counter(ItemsCount::new(CHUNK)).bench_local(|| simulation.advance(CHUNK));
}

fn design<R: Scalar>() -> Design<R> {
    let clock = Clock::new(0.1).expect("a step of 0.1 ms");
    let entry = model("lif_exp").expect("a model of that name");
    let columns: Vec<Column> = entry.info.parameters.iter().map(|row| Column::Constant(row.default)).collect();
    let Ok(cells) = entry.build(&columns, CELLS as usize, clock) else { panic!("defaults are sound") };
    let population = Population {
        name: "cells".into(),
        cells: CELLS,
        kind: Kind::Neurons(cells),
        cell_type: String::new(),
        sign: Sign::Mixed,
        positions: None,
        initial: Vec::new(),
    };
    let projection = Projection {
        name: "inhibition".into(),
        source: 0,
        target: 0,
        from: None,
        to: None,
        connector: Box::new(FixedInDegree { in_degree: IN_DEGREE }),
        autapses: false,
        multapses: true,
        weight: Property::Drawn(Distribution::constant(-20.0)),
        delay_ms: Property::Drawn(Distribution::constant(1.5)),
        receptor: None,
        synapse: None,
        plastic: false,
        third_factors: Vec::new(),
        stream: None,
    };
    let key = StreamKey::new(1, Stream::Poisson, 0);
    let poisson = PoissonInput::new(0, Rate::Constant(8000.0), 60.0, key, clock);
    Design {
        clock,
        seed: 1,
        populations: vec![population],
        projections: vec![projection],
        poisson: vec![poisson],
        currents: Vec::new(),
        voices: Vec::new(),
        weights: Weights::Full,
    }
}
