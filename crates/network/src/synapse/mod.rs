//! Synapse models: what happens between a spike and its arrival. One file each, behind one trait, and a line in [`MODELS`].
//!
//! A static synapse does nothing. A model with state is written once, as [`Equations`] over the state of one sending
//! cell. All synapses of a cell's projection share that state, because it depends on the cell's spikes only: a spike
//! leaves with a *factor*, by which all its arrivals are multiplied. [`Synapses`] makes of it a [`SynapseModel`], virtual
//! at the grain of a projection. State is brought up to date at a spike, with the time since the one before; nothing is
//! done in between.
//!
//! Synapses whose weights follow the spikes of both sides are a second kind, [`timing`], behind the same table. Some of them hear a
//! third factor too ([`third_factor`]), or watch the membranes of receiving cells. Models that a file writes as equations are of either kind, [`from_equations`].

pub mod clopath;
pub mod from_equations;
pub mod r_max;
pub mod short_term;
pub mod stdp;
pub mod stdp_dopamine;
pub mod stdp_heterosynaptic;
pub mod stdp_nn_pre_centered;
pub mod stdp_nn_restr;
pub mod stdp_nn_symm;
pub mod stdp_power_law;
pub mod stdp_scaling;
pub mod stdp_triplet;
pub mod third_factor;
pub mod timing;
pub mod tsodyks;
pub mod vogels_sprekeler;

#[cfg(test)]
mod conformance;
mod dopamine;
mod equations;
mod model;
mod state;
pub use clopath::Clopath;
pub use equations::{Equations, SynapseInfo};
pub use from_equations::EquationSynapse;
pub use model::{SenderModel, Sent, SynapseModel, Synapses};
pub use r_max::RMax;
pub use short_term::ShortTerm;
pub use state::SenderState;
pub use stdp::Stdp;
pub use stdp_dopamine::StdpDopamine;
pub use stdp_heterosynaptic::StdpHeterosynaptic;
pub use stdp_nn_pre_centered::StdpNnPreCentered;
pub use stdp_nn_restr::StdpNnRestr;
pub use stdp_nn_symm::StdpNnSymm;
pub use stdp_power_law::StdpPowerLaw;
pub use stdp_scaling::StdpScaling;
pub use stdp_triplet::StdpTriplet;
pub use third_factor::ThirdFactor;
pub use timing::{Timed, TimedState, TimedSynapses, Timing, TimingModel};
pub use tsodyks::Tsodyks;
pub use vogels_sprekeler::VogelsSprekeler;

use neuropil_core::ParameterSet;

/// A model by name.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// What it is.
    pub info: &'static SynapseInfo,
    build: fn(&[f64]) -> Box<dyn SynapseModel>,
}

impl Entry {
    const fn of<M: Equations>() -> Self {
        Self { info: &M::INFO, build: Synapses::<M>::boxed }
    }

    const fn timed<M: Timing>() -> Self {
        Self { info: &M::INFO, build: |values| Box::new(Timed::<M>::new(M::Params::from_values(values))) }
    }

    /// The model with these values, one a parameter.
    pub fn build(&self, values: &[f64]) -> Box<dyn SynapseModel> {
        (self.build)(values)
    }
}

/// Every synapse model with state; a new one is its file and a line here.
pub static MODELS: &[Entry] = &[
    Entry::of::<ShortTerm>(),
    Entry::timed::<Stdp>(),
    Entry::timed::<StdpNnSymm>(),
    Entry::timed::<StdpNnRestr>(),
    Entry::timed::<StdpNnPreCentered>(),
    Entry::timed::<StdpPowerLaw>(),
    Entry::timed::<StdpTriplet>(),
    Entry::timed::<VogelsSprekeler>(),
    Entry::timed::<StdpDopamine>(),
    Entry::timed::<StdpScaling>(),
    Entry::timed::<StdpHeterosynaptic>(),
    Entry::timed::<Clopath>(),
    Entry::timed::<RMax>(),
];

/// A model that circuits of NEST have, and model files do not: `short_term` is as good there.
pub static TSODYKS: Entry = Entry::of::<Tsodyks>();

/// The model of that name.
pub fn model(name: &str) -> Option<&'static Entry> {
    MODELS.iter().find(|entry| entry.info.name == name)
}
