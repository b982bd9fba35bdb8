//! How long the parts of a step take, and construction: `cargo bench -p neuropil-network [-- PART]`.

mod construction;
mod delivery;
mod input;
mod update;

use neuropil_core::{Clock, Distribution, Shape};
use neuropil_network::connect::FixedInDegree;
use neuropil_network::delivery::Weights;
use neuropil_network::network::Design;
use neuropil_network::neuron::{Column, NeuronModel, model};
use neuropil_network::{Kind, Network, Population, Projection, Property, Scalar, Sign};
use std::sync::atomic::AtomicU64;

const CELLS: u32 = 10_000;
const IN_DEGREE: u32 = 200;

fn main() {
    divan::main();
}

fn clock() -> Clock {
    Clock::new(0.1).expect("a step of 0.1 ms")
}

/// Cells with default parameters.
fn cells<R: Scalar>(name: &str) -> Box<dyn NeuronModel<R>> {
    let entry = model(name).expect("a model of that name");
    let columns: Vec<Column> = entry.info.parameters.iter().map(|row| Column::Constant(row.default)).collect();
    let Ok(built) = entry.build(&columns, CELLS as usize, clock()) else { panic!("defaults are sound") };
    built
}

/// One population that projects onto itself; delays of 1.5 ms, or drawn around it.
fn design<R: Scalar>(spread_of_delays_ms: f64) -> Design<R> {
    let population = Population {
        name: "cells".into(),
        cells: CELLS,
        kind: Kind::Neurons(cells("lif_exp")),
        cell_type: String::new(),
        sign: Sign::Mixed,
        positions: None,
        initial: Vec::new(),
    };
    let delay = Distribution { min: 0.05, ..Distribution::unbounded(normal(1.5, spread_of_delays_ms)) };
    let projection = Projection {
        name: "cells_to_cells".into(),
        source: 0,
        target: 0,
        from: None,
        to: None,
        connector: Box::new(FixedInDegree { in_degree: IN_DEGREE }),
        autapses: true,
        multapses: true,
        weight: Property::Drawn(Distribution::unbounded(normal(50.0, 5.0))),
        delay_ms: Property::Drawn(delay),
        receptor: None,
        synapse: None,
        plastic: false,
        third_factors: Vec::new(),
        stream: None,
    };
    Design {
        clock: clock(),
        seed: 1,
        populations: vec![population],
        projections: vec![projection],
        poisson: Vec::new(),
        currents: Vec::new(),
        voices: Vec::new(),
        weights: Weights::Full,
    }
}

fn normal(mean: f64, std: f64) -> Shape {
    if std > 0.0 { Shape::Normal { mean, std } } else { Shape::Constant(mean) }
}

/// The network of [`design`] in one block.
fn network<R: Scalar>(spread_of_delays_ms: f64) -> Network<R> {
    let built = Network::build(design(spread_of_delays_ms), Some(1), 1, &AtomicU64::new(0));
    let Ok(network) = built else { panic!("the design is sound") };
    network
}
