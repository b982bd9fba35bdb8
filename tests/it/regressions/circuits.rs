//! Circuits of the repository, changed and run, for the tests beside.

use neuropil::engine::{Runnable, Simulation};
use neuropil::model::Document;
use neuropil::model::circuit::{Circuit, CircuitError, Lowered};
use neuropil::network::Network;
use neuropil::record::Recording;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;

/// Spikes as (step, node), ascending, by population.
pub type Spikes = BTreeMap<String, Vec<(u64, u64)>>;

/// A place below `tests/data/sonata`.
pub fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sonata").join(name)
}

/// Reads a configuration file.
pub fn read(config: &Path) -> Result<Circuit, CircuitError> {
    let text = std::fs::read_to_string(config).unwrap();
    Circuit::read(&Document::parse(&config.display().to_string(), text).unwrap(), None)
}

/// Reads a configuration of which `change` changes the members; its files stay where they are.
pub fn changed(config: &str, change: impl Fn(&mut Value)) -> Result<Circuit, CircuitError> {
    let path = data(config);
    let mut members: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    change(&mut members);
    Circuit::read(&Document::parse(&path.display().to_string(), members.to_string()).unwrap(), None)
}

/// The fault of a circuit, where it is read or where its network is made.
pub fn fault(circuit: Result<Circuit, CircuitError>) -> String {
    match circuit.map(|circuit| circuit.design::<f64>().map(|_| circuit.notes)) {
        Err(error) | Ok(Err(error)) => error.to_string(),
        Ok(Ok(notes)) => panic!("accepted, with the notes {notes:?}"),
    }
}

/// All spikes of the cells of a circuit, up to its end.
pub fn run(circuit: &Circuit) -> Spikes {
    let Lowered { design, recorded, .. } = circuit.design::<f64>().unwrap();
    let network = Network::build(design, None, 2, &AtomicU64::new(0)).unwrap();
    let first_ids = network.design.first_ids();
    let mut simulation = Simulation::new(network, Vec::new(), 2);
    let mut spikes = Spikes::new();
    let until = circuit.clock.steps(circuit.duration_ms).unwrap();
    while simulation.step() < until {
        simulation.advance((until - simulation.step()).min(100_000)).unwrap();
        for &(step, id) in &simulation.chunk().spikes {
            let population = first_ids.partition_point(|first| *first <= id) - 1;
            let own = &recorded[population];
            if own.spikes {
                let cell = usize::try_from(id - first_ids[population]).unwrap();
                spikes.entry(own.population.clone()).or_default().push((step, own.ids[cell]));
            }
        }
    }
    spikes.values_mut().for_each(|own| own.sort_unstable());
    spikes
}

/// The spikes of a file, in steps of a circuit.
pub fn expected(circuit: &Circuit, path: &Path) -> Spikes {
    let recording = Recording::open(path).unwrap();
    let populations = recording.populations().unwrap().into_iter().map(|population| {
        let spikes = recording.spikes(&population.name).unwrap();
        let steps = spikes.times_ms.iter().map(|time| circuit.clock.steps(*time).unwrap());
        let mut own: Vec<(u64, u64)> = steps.zip(spikes.node_ids.iter().copied()).collect();
        own.sort_unstable();
        (population.name, own)
    });
    populations.collect()
}
