//! Small networks, built and run through the public interface, against independent computations.

mod blur;
mod carrier;
mod carrier_learning;
mod currents;
mod determinism;
mod equations;
mod equations_learn;
mod faults;
mod graded;
mod learning;
mod learning_carried;
mod learning_horizon;
mod learning_over_ranks;
mod learning_written;
mod nudges;
mod order;
mod peptide_edits;
mod peptides;
mod peptides_written;
mod ports;
mod ranks;
mod replay;
mod replay_written;
mod rules;
mod short_term;
mod third_factor;
mod timed;
mod timed_edits;
mod timed_equations;
mod trial;
mod voltage;

use neuropil_core::{Clock, Distribution, Stream, StreamKey};
use neuropil_engine::{Probe, Runnable, Simulation};
use neuropil_network::Window;
use neuropil_network::connect::Connector;
use neuropil_network::current::{Current, Waveform};
use neuropil_network::delivery::Weights;
use neuropil_network::network::Design;
use neuropil_network::neuron::{Column, model};
use neuropil_network::source::{PoissonInput, Rate, SpikeSource, SpikeTrain};
use neuropil_network::synapse::{self, SynapseModel};
use neuropil_network::{Kind, Network, NetworkError, Population, Projection, Property, Scalar, Sign};
use std::sync::atomic::AtomicU64;

/// Spikes (step, id) and the frames of each probe.
type Record = (Vec<(u64, u32)>, Vec<Vec<f64>>);

/// A network under construction.
struct Net<R: Scalar> {
    design: Design<R>,
}

impl<R: Scalar> Net<R> {
    fn new(dt_ms: f64, seed: u64) -> Self {
        let clock = Clock::new(dt_ms).unwrap();
        let (populations, projections) = (Vec::new(), Vec::new());
        Self {
            design: Design {
                clock,
                seed,
                populations,
                projections,
                poisson: Vec::new(),
                currents: Vec::new(),
                voices: Vec::new(),
                weights: Weights::Full,
            },
        }
    }

    fn population(&mut self, cells: u32, kind: Kind<R>) -> usize {
        let name = format!("p{}", self.design.populations.len());
        let cell_type = String::new();
        let (sign, positions, initial) = (Sign::Mixed, None, Vec::new());
        self.design.populations.push(Population { name, cells, kind, cell_type, sign, positions, initial });
        self.design.populations.len() - 1
    }

    /// Cells with default parameters, but for those given.
    fn cells(&mut self, name: &str, cells: u32, given: &[(&str, f64)]) -> usize {
        let given: Vec<_> = given.iter().map(|&(symbol, value)| (symbol, Column::Constant(value))).collect();
        self.cells_with(name, cells, &given)
    }

    fn cells_with(&mut self, name: &str, cells: u32, given: &[(&str, Column)]) -> usize {
        let entry = model(name).unwrap();
        assert!(given.iter().all(|(symbol, _)| entry.info.parameters.iter().any(|row| row.symbol == *symbol)));
        let column = |row: &neuropil_core::Parameter| {
            let own = given.iter().find(|(symbol, _)| *symbol == row.symbol);
            own.map_or(Column::Constant(row.default), |(_, column)| column.clone())
        };
        let columns: Vec<Column> = entry.info.parameters.iter().map(column).collect();
        let built = entry.build(&columns, cells as usize, self.design.clock).unwrap();
        self.population(cells, Kind::Neurons(built))
    }

    fn source(&mut self, cells: u32, source: impl SpikeSource + 'static) -> usize {
        self.population(cells, Kind::Source(Box::new(source)))
    }

    /// A source of given spikes (step, cell).
    fn train(&mut self, cells: u32, spikes: &[(u64, u32)]) -> usize {
        self.source(cells, SpikeTrain::new(spikes.to_vec()))
    }

    fn project(
        &mut self,
        from: usize,
        to: usize,
        connector: impl Connector + 'static,
        weight: f64,
        delay_ms: f64,
    ) -> &mut Projection {
        self.design.projections.push(Projection {
            name: format!("{from}_to_{to}"),
            source: from,
            target: to,
            from: None,
            to: None,
            connector: Box::new(connector),
            autapses: true,
            multapses: true,
            weight: Property::Drawn(Distribution::constant(weight)),
            delay_ms: Property::Drawn(Distribution::constant(delay_ms)),
            receptor: None,
            synapse: None,
            plastic: false,
            third_factors: Vec::new(),
            stream: None,
        });
        self.design.projections.last_mut().unwrap()
    }

    fn poisson(&mut self, target: usize, rate: Rate, weight: f64) {
        let owner = u32::try_from(self.design.poisson.len()).unwrap();
        let key = StreamKey::new(self.design.seed, Stream::Poisson, owner);
        self.design.poisson.push(PoissonInput::new(target, rate, weight, key, self.design.clock));
    }

    fn current(&mut self, target: usize, waveform: Waveform) {
        self.current_in(target, waveform, Window::ALWAYS);
    }

    fn current_in(&mut self, target: usize, waveform: Waveform, window: Window) {
        let owner = u32::try_from(self.design.currents.len()).unwrap();
        self.design.currents.push(Current {
            only: None,
            target,
            port: 0,
            waveform,
            window,
            key: StreamKey::new(self.design.seed, Stream::Noise, owner),
        });
    }

    fn build(self, blocks: Option<u32>, threads: usize) -> Result<Network<R>, Vec<NetworkError>> {
        Network::build(self.design, blocks, threads, &AtomicU64::new(0))
    }

    fn simulation(self, blocks: u32, threads: usize, probes: Vec<Probe>) -> Simulation<R> {
        Simulation::new(self.build(Some(blocks), threads).unwrap(), probes, threads)
    }
}

/// A probe of one variable of the first `cells` cells, in every step.
fn probe(population: usize, variable: usize, cells: u32) -> Probe {
    Probe { population, variable, cells: (0..cells).collect(), every_steps: 1 }
}

fn record(simulation: &mut dyn Runnable, steps: u64, chunk: u64) -> Record {
    let mut record = Record::default();
    while simulation.step() < steps {
        simulation.advance(chunk.min(steps - simulation.step())).unwrap();
        let now = simulation.chunk();
        record.0.extend(&now.spikes);
        record.1.resize(now.frames.len(), Vec::new());
        record.1.iter_mut().zip(&now.frames).for_each(|(all, frames)| all.extend(frames));
    }
    record
}

fn short_term(u: f64, tau_rec: f64, tau_fac: f64) -> Option<Box<dyn SynapseModel>> {
    Some(synapse::model("short_term").unwrap().build(&[u, tau_rec, tau_fac]))
}

/// A number of 0..1 for each (entity, step), of a stream that no network here uses.
fn noise(entity: u32, step: u64) -> f64 {
    StreamKey::new(4242, Stream::Position, 77).at(entity, step).unit()
}
