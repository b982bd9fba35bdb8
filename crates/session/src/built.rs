//! A network in memory, to be advanced step by step.

use crate::building::{Around, build, threads_of};
use crate::size::{count_text, expected_size, fits};
use crate::{Editor, Input, Job, Places, SessionError, Watch};
use neuropil_core::{Clock, Unit};
use neuropil_engine::Runnable;
use neuropil_network::Scalar;
use neuropil_network::network::Share;

/// A population of a network in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltPopulation {
    /// Its name.
    pub name: String,
    /// Global id of its first cell.
    pub first_id: u32,
    /// Cells.
    pub cells: u32,
    /// Names of its state variables; none of sources.
    pub variables: Vec<String>,
}

/// A projection of a network in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltProjection {
    /// Its name.
    pub name: String,
    /// What model files call its weights: `weight_pa` and the like.
    pub weight: String,
}

/// A network with its state, and what is known of it.
pub struct Built {
    /// The simulation.
    pub simulation: Box<dyn Runnable>,
    /// The grid of time.
    pub clock: Clock,
    /// Populations, in the order of their ids.
    pub populations: Vec<BuiltPopulation>,
    /// Its projections.
    pub projections: Vec<BuiltProjection>,
    /// Number of synapses.
    pub synapses: u64,
    /// Edits it while it runs; `None` of circuits.
    pub editor: Option<Editor>,
}

impl Input {
    /// Builds the network, `scale` times its size, to run on `threads` threads, or one a core. Nothing is recorded.
    ///
    /// # Errors
    /// Faults of the input, and networks that do not fit the memory.
    pub fn build(self, scale: f64, threads: Option<u16>, watch: &dyn Watch) -> Result<Built, SessionError> {
        if self.single() {
            self.build_as::<f32>(scale, threads, watch)
        } else {
            self.build_as::<f64>(scale, threads, watch)
        }
    }

    fn build_as<R: Scalar>(self, scale: f64, threads: Option<u16>, watch: &dyn Watch) -> Result<Built, SessionError> {
        let edited = match &self {
            Input::Model(model) => Some((**model).clone()),
            Input::Circuit { .. } => None,
        };
        let asked = threads;
        let job = Job::<R>::new(&self, scale)?;
        let places = Places::new(self, &job);
        let (cells, synapses, bytes) = expected_size(&job.design);
        fits(
            bytes + job.learning_bytes,
            &format!("{} cells and about {} synapses", count_text(cells), count_text(synapses)),
        )?;
        let threads = threads_of(threads);
        let Job { clock, blocks, design, tissue, interventions, .. } = job;
        let network =
            build(design, (blocks, Share::WHOLE), threads, watch).map_err(|faults| places.fault::<R>(faults))?;
        let editor = edited.map(|model| Editor::new::<R>(model, (scale, asked, network.max_delay)));
        let learning = places.learning(&network, (threads, None))?;
        let populations = network.design.populations.iter().zip(network.design.first_ids());
        let variables = |own: &neuropil_network::Population<R>| {
            let info = own.neurons().map(|model| model.info().observables());
            info.into_iter().flatten().map(neuropil_network::neuron::Variable::name).collect()
        };
        let populations = populations.map(|(own, first_id)| BuiltPopulation {
            name: own.name.clone(),
            first_id,
            cells: own.cells,
            variables: variables(own),
        });
        let (populations, synapses) = (populations.collect(), network.synapses());
        let projections = network.design.projections.iter().map(|own| {
            let info = network.design.populations[own.target].neurons().map(|model| model.info());
            let unit = info.and_then(|info| info.weight_unit(own.receptor)).unwrap_or(Unit::One);
            BuiltProjection { name: own.name.clone(), weight: unit.name_of("weight") }
        });
        let projections = projections.collect();
        let tissue = tissue.map(|tissue| (tissue, threads));
        let around = Around { probes: Vec::new(), weights_every: None, tissue, learning, interventions };
        let simulation = around.simulation(network, threads)?;
        Ok(Built { simulation: Box::new(simulation), clock, populations, projections, synapses, editor })
    }
}
