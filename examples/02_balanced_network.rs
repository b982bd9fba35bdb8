//! Is a balanced network irregular? A model file, run from Rust; rates and variability of its cells.
//!
//! Where excitation and inhibition cancel on average, cells are driven by what is left, the fluctuations: they fire
//! seldom and irregularly, with a coefficient of variation of their intervals not far below that of a Poisson process,
//! which is 1 [Brunel2000]. With excitation alone, the same network fires fast and regularly.

use neuropil::engine::{Runnable, Simulation};
use neuropil::model::{Document, Model};
use neuropil::network::Network;
use neuropil::report::{PopulationSpikes, PopulationStatistics, Window, population_statistics};
use std::error::Error;
use std::sync::atomic::AtomicU64;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/models/networks/first_network.json");
/// The beginning, in which the network forgets its initial state.
const SETTLING_MS: f64 = 200.0;
const THREADS: usize = 2;

/// Runs the model with these values changed; statistics of its excitatory cells.
fn excitatory_cells(changes: &[&str]) -> Result<PopulationStatistics, Box<dyn Error>> {
    let mut document = Document::parse(MODEL, std::fs::read_to_string(MODEL)?)?;
    for change in changes {
        document.set(change)?;
    }
    let model = Model::decode(document)?;
    let design = model.design::<f64>(model.seed, 1.0)?.design;
    let network = Network::build(design, model.blocks, THREADS, &AtomicU64::new(0)).expect("the design was checked");
    let exc = &network.design.populations[0];
    let mut spikes = PopulationSpikes {
        name: exc.name.clone(),
        cell_type: exc.cell_type.clone(),
        sign: exc.sign.number(),
        cells: exc.cells.into(),
        ..Default::default()
    };
    let mut simulation = Simulation::new(network, Vec::new(), THREADS);
    simulation.advance(model.clock.steps(model.duration_ms)?)?;
    // The first population has the global ids from 0 on.
    let own = simulation.chunk().spikes.iter().filter(|(_, id)| u64::from(*id) < spikes.cells);
    (spikes.times_ms, spikes.node_ids) = own.map(|(step, id)| (model.clock.time_ms(*step), u64::from(*id))).unzip();
    Ok(population_statistics(&spikes, Window::of_steps(SETTLING_MS, model.duration_ms)?))
}

fn main() -> Result<(), Box<dyn Error>> {
    let balanced = excitatory_cells(&[])?;
    let unbalanced = excitatory_cells(&["projections.1.weight_pa=0"])?;
    let rate_hz = |statistics: &PopulationStatistics| statistics.rate_hz.unwrap_or(f64::NAN);
    let cv = |statistics: &PopulationStatistics| statistics.cv_isi.unwrap_or(f64::NAN);
    println!("balanced:           {:>6.1} Hz, CV {:.2}", rate_hz(&balanced), cv(&balanced));
    println!("without inhibition: {:>6.1} Hz, CV {:.2}", rate_hz(&unbalanced), cv(&unbalanced));
    assert!((5.0..20.0).contains(&rate_hz(&balanced)) && cv(&balanced) > 0.6, "balance makes a network irregular");
    assert!(
        rate_hz(&unbalanced) > 5.0 * rate_hz(&balanced) && cv(&unbalanced) < 0.3,
        "excitation alone makes it regular"
    );
    Ok(())
}
