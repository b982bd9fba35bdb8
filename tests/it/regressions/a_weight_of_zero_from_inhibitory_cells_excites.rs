//! Weights of 0 from an inhibitory population met the excitatory receptor, whose sign they have as numbers: synapses that follow
//! spikes then grew there, against Dale's law.

use neuropil::engine::{Runnable, Simulation};
use neuropil::model::{Document, Model};
use neuropil::network::Network;
use std::sync::atomic::AtomicU64;

#[test]
fn weights_of_zero_grow_to_the_side_of_their_cells() {
    for weights in ["0", "[0, -0.5]"] {
        let text = r#"{"populations": {
            "inh": {"cells": 2, "model": "spike_train", "sign": "inhibitory", "spikes": {"times_ms": [10, 10, 14, 14], "cells": [0, 1, 0, 1]}},
            "cell": {"cells": 1, "model": "lif_cond_exp", "i_e_pa": 1000}},
          "projections": [{"from": "inh", "to": "cell", "rule": "list", "sources": [0, 1], "targets": [0, 0], "delay_ms": 1,
            "weight_ns": WEIGHTS, "synapse": {"model": "vogels_sprekeler", "learning_rate": 0.1, "alpha": 0}}]}"#
            .replace("WEIGHTS", weights);
        let model = Model::decode(Document::parse("m.json", text).unwrap()).unwrap_or_else(|faults| panic!("{faults}"));
        let design = model.design::<f64>(1, 1.0).unwrap_or_else(|faults| panic!("{faults}")).design;
        let network = Network::build(design, Some(1), 1, &AtomicU64::new(0)).expect("a sound network");
        let mut simulation = Simulation::new(network, Vec::new(), 1);
        simulation.advance(2000).unwrap();
        let grown = simulation.weights(0);
        assert!(grown.iter().all(|weight| *weight < 0.0), "{weights}: {grown:?}");
    }
}
