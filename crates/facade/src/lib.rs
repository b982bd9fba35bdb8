//! Spiking networks, extracellular neuropeptides and biologically plausible credit assignment in one simulator.
//!
//! This crate re-exports the libraries that neuropil consists of; how they are divided is an implementation detail.
//! It simulates networks of point neurons, the peptides that their spikes release and that change how they fire,
//! [`neuromod`], computes what they learn, [`plasticity`], and trains them on tasks, [`train`].
//!
//! # Should I use it?
//!
//! Most work needs no Rust: the `neuropil` command runs model files, records them and draws what came out. Use the
//! library to embed a network in a program, to build many from one template, or to watch a run while it goes.
//!
//! # A tour
//!
//! A model file, [`model`], says what the network is. It becomes a [design](network::network::Design), which is
//! checked, and then a [`Network`](network::Network) with all its synapses, which nothing changes any more. A
//! [`Simulation`](engine::Simulation) owns what does change, and advances it in chunks of steps:
//!
//! ```
//! use neuropil::engine::{Runnable, Simulation};
//! use neuropil::model::{Document, Model};
//! use neuropil::network::Network;
//! use std::sync::atomic::AtomicU64;
//!
//! let text = r#"{
//!   "populations": {
//!     "exc": {"cells": 80, "model": "lif_exp", "i_e_pa": 400},
//!     "inh": {"cells": 20, "model": "lif_exp"}
//!   },
//!   "projections": [
//!     {"from": "exc", "to": "inh", "rule": "fixed_in_degree", "in_degree": 40, "weight_pa": 100, "delay_ms": 1.5},
//!     {"from": "inh", "to": "exc", "rule": "all_to_all", "weight_pa": -20, "delay_ms": 1}
//!   ]
//! }"#;
//! let model = Model::decode(Document::parse("tour.json", text.into())?)?;
//! let design = model.design::<f64>(model.seed, 1.0)?.design;
//! let network = Network::build(design, None, 1, &AtomicU64::new(0)).expect("the design is sound");
//! assert_eq!(network.synapses(), 20 * 40 + 80 * 20);
//!
//! let mut simulation = Simulation::new(network, Vec::new(), 1);
//! simulation.advance(model.clock.steps(100.0)?)?;
//! // Spikes are (step, global id), in that order; ids count through the populations.
//! let of_inh = simulation.chunk().spikes.iter().filter(|(_, id)| *id >= 80).count();
//! assert!(of_inh > 0, "the excitatory cells drive the inhibitory ones");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Whoever wants to see every chunk is an [`Observer`](engine::Observer); the [`RunRecorder`](record::RunRecorder)
//! is one and writes HDF5. A [`Session`](session::Session) does all of it, from a file to its recording. [`report`] measures and draws, [`verify`] runs reference cases.
//!
//! A faulty file gives all its faults at once, with their places:
//!
//! ```
//! use neuropil::model::{Document, Model};
//!
//! let text = r#"{"populations": {"exc": {"cells": 10, "model": "lif_exp", "tau_m": 10, "sign": "exitatory"}}}"#;
//! let faults = Model::decode(Document::parse("wrong.json", text.into())?).unwrap_err().to_string();
//! assert!(faults.contains("did you mean `tau_m_ms`?") && faults.contains("`excitatory`"), "{faults}");
//! # Ok::<(), neuropil::model::Faults>(())
//! ```
//!
//! # Themes
//!
//! - **Units** are in the names where numbers cross the border (`tau_m_ms`), and ms, mV, pA, pF, nS, um inside:
//!   [`core::units`].
//! - **Time** is a grid; step n covers (t<sub>n-1</sub>, t<sub>n</sub>]: [`core::clock`], [`engine::schedule`].
//! - **Randomness** is a pure function of seed, purpose, cell and step: [`core::rng`]. Spikes and weights are the same
//!   bits for any number of threads.
//! - **Errors** carry data; a `panic` is a bug of ours.

pub use neuropil_core as core;
pub use neuropil_engine as engine;
pub use neuropil_equations as equations;
pub use neuropil_model as model;
pub use neuropil_network as network;
pub use neuropil_neuromod as neuromod;
pub use neuropil_plasticity as plasticity;
pub use neuropil_record as record;
pub use neuropil_report as report;
pub use neuropil_session as session;
pub use neuropil_train as train;
pub use neuropil_verify as verify;
