//! The immutable network: what was asked for ([`Design`]) and what runs ([`Network`]).

mod cut;
mod share;
mod third_factors;

pub use share::{Beyond, Census, Share};

use crate::current::Current;
use crate::delivery::plastic::{self, PlasticRows};
use crate::delivery::{Layout, Rows, Weights};
use crate::error::NetworkError;
use crate::history::History;
use crate::neuron::{ModelInfo, Output};
use crate::population::{Kind, Population};
use crate::projection::{Context, Projection, Synapse};
use crate::source::PoissonInput;
use crate::synapse::{SenderModel, SynapseModel, TimingModel};
use crate::voice::Voice;
use cut::default_blocks;
use neuropil_core::{Clock, Real};
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Populations, projections and inputs, before any synapse is drawn.
pub struct Design<R: Real> {
    /// The grid of time.
    pub clock: Clock,
    /// The seed of every draw.
    pub seed: u64,
    /// In the order of global ids.
    pub populations: Vec<Population<R>>,
    /// Projections.
    pub projections: Vec<Projection>,
    /// Poisson trains onto cells.
    pub poisson: Vec<PoissonInput>,
    /// Currents into cells.
    pub currents: Vec<Current>,
    /// Cells that send given spikes instead of their own.
    pub voices: Vec<Voice>,
    /// How weights are stored.
    pub weights: Weights,
}

/// Consecutive cells of one population in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Index of the population.
    pub population: usize,
    /// Indices in the population.
    pub cells: Range<u32>,
    /// Offset of the first in the block.
    pub offset: usize,
    /// Global id of the first.
    pub first_id: u32,
}

impl Part {
    /// The index in the population of the cell at a place of the block.
    #[expect(clippy::cast_possible_truncation, reason = "a block has at most 2^16 cells")]
    pub fn cell(&self, place: usize) -> u32 {
        self.cells.start + (place - self.offset) as u32
    }
}

/// The unit of work: at most 65,536 consecutive cells and all synapses onto them.
#[derive(Debug, PartialEq)]
pub struct Block<R> {
    /// Its cells, in the order of global ids.
    pub parts: Vec<Part>,
    /// Number of cells.
    pub cells: usize,
    /// Synapses onto them.
    pub rows: Rows<R>,
    /// Those whose weights a learning rule changes.
    pub plastic: PlasticRows,
    /// Those whose weights follow spikes by their own model.
    pub timed: PlasticRows,
}

/// A Poisson input as its cells see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrival {
    /// Index in [`Design::poisson`].
    pub input: usize,
    /// Plane of the block.
    pub plane: usize,
    /// What one spike adds there.
    pub value: f64,
}

/// A network that can run; immutable.
pub struct Network<R: Real> {
    /// What it was built from.
    pub design: Design<R>,
    /// Its cells and synapses by block; of a network over ranks, those of this rank.
    pub blocks: Vec<Block<R>>,
    /// What lies on other ranks; nothing where there is one.
    pub beyond: Beyond,
    /// For each population, the Poisson trains onto it.
    pub arrivals: Vec<Vec<Arrival>>,
    /// The shortest delay, steps; 1 without synapses.
    pub min_delay: u32,
    /// The longest delay, steps.
    pub max_delay: u32,
    /// The planes of a block.
    pub layout: Layout,
}

impl<R: Real> Design<R> {
    /// First global id of each population, then the number of all cells.
    pub fn first_ids(&self) -> Vec<u32> {
        let counts = self.populations.iter().map(|population| population.cells);
        std::iter::once(0)
            .chain(counts.scan(0, |sum, cells| {
                *sum += cells;
                Some(*sum)
            }))
            .collect()
    }

    /// Where the outputs of a graded population begin among all graded cells; `None` for spiking ones.
    pub fn graded_index(&self, population: usize) -> Option<usize> {
        let graded = |population: &&Population<R>| {
            population.neurons().is_some_and(|model| matches!(model.info().output, Output::Graded(_)))
        };
        let before = self.populations[..population].iter().filter(graded).map(|other| other.cells as usize).sum();
        graded(&&self.populations[population]).then_some(before)
    }

    /// The planes that arrivals are summed on.
    pub fn layout(&self) -> Layout {
        Layout::of(self.populations.iter().filter_map(|population| Some(population.neurons()?.info())))
    }

    /// Projections whose synapses have a model, in order: their index and the model.
    pub fn synapse_models(&self) -> impl Iterator<Item = (usize, &dyn SynapseModel)> {
        let projections = self.projections.iter().enumerate();
        projections.filter_map(|(index, projection)| Some((index, projection.synapse.as_deref()?)))
    }

    /// Those whose spikes leave with factors.
    pub fn scaled(&self) -> impl Iterator<Item = (usize, &dyn SenderModel)> {
        self.synapse_models().filter_map(|(index, model)| Some((index, model.sender()?)))
    }

    /// Those whose weights follow spikes of both sides.
    pub fn timed(&self) -> impl Iterator<Item = (usize, &dyn TimingModel)> {
        self.synapse_models().filter_map(|(index, model)| Some((index, model.timing()?)))
    }

    /// The number of a projection among those whose spikes leave with factors.
    pub fn scaled_index(&self, projection: usize) -> Option<usize> {
        self.scaled().position(|(index, _)| index == projection)
    }

    /// What the synapses of projection `number` are drawn from.
    pub fn context(&self, number: u32) -> Context<'_, R> {
        let number = self.projections[number as usize].stream.unwrap_or(number);
        Context { populations: &self.populations, number, seed: self.seed, clock: self.clock, weights: self.weights }
    }

    /// Number of cells.
    pub fn cells(&self) -> u64 {
        self.populations.iter().map(|population| u64::from(population.cells)).sum()
    }

    /// Synapses to expect.
    pub fn expected_synapses(&self) -> f64 {
        let each = (0..).zip(&self.projections);
        each.map(|(number, projection)| projection.connector.expected(&self.context(number).wiring(projection))).sum()
    }

    /// Everything that is wrong and can be told without drawing synapses.
    pub fn faults(&self) -> Vec<NetworkError> {
        let mut faults = Vec::new();
        if self.cells() > 1 << 31 {
            faults.push(NetworkError::TooManyCells(self.cells()));
        }
        for (number, projection) in (0..).zip(&self.projections) {
            let mut wrong =
                |fault: String| faults.push(NetworkError::Wiring { projection: projection.name.clone(), fault });
            if let Some(fault) = projection.connector.fault(&self.context(number).wiring(projection)) {
                wrong(fault);
            }
            let placed =
                [projection.source, projection.target].iter().all(|&p| self.populations[p].positions.is_some());
            if (projection.weight.by_distance() || projection.delay_ms.by_distance()) && !placed {
                wrong("weights or delays by distance need \"positions\" in both populations".into());
            }
            let source = &self.populations[projection.source];
            if let Some(synapse) = &projection.synapse {
                let title = synapse.info().title;
                if self.graded_index(projection.source).is_some() {
                    wrong(format!("{title} needs spikes, but the cells of {} are graded", source.name));
                }
                if projection.plastic {
                    wrong(format!("its synapses cannot have {title} and learn by a rule"));
                }
                let axonal_ms = synapse.timing().map_or(0.0, TimingModel::axonal_delay_ms);
                if let Err(fault) = self.clock.steps(axonal_ms) {
                    wrong(format!("axonal_delay_ms: {fault}"));
                }
                if synapse.timing().is_some() && self.weights == Weights::Half {
                    wrong(format!("weights of 16 bits cannot follow {title}"));
                }
            }
            self.deaf(projection).into_iter().chain(self.unseen(projection)).for_each(&mut wrong);
            if projection.plastic && self.graded_index(projection.source).is_some() {
                wrong(format!("plastic synapses need spikes, but the cells of {} are graded", source.name));
            }
            match self.populations[projection.target].neurons() {
                None => wrong(format!("the cells of {} only send", self.populations[projection.target].name)),
                Some(model) => wrong_port(model.info(), projection.receptor).into_iter().for_each(wrong),
            }
        }
        let target = |population: usize, what: &str, fault: &str| NetworkError::Target {
            what: what.into(),
            population: self.populations[population].name.clone(),
            fault: fault.into(),
        };
        for input in &self.poisson {
            let fault = match self.populations[input.target].neurons() {
                None => Some("its cells only send".into()),
                Some(model) => wrong_weight(model.info(), input.receptor, input.weight),
            };
            faults.extend(fault.map(|fault| target(input.target, "Poisson input", &fault)));
        }
        for current in &self.currents {
            match self.populations[current.target].neurons() {
                None => faults.push(target(current.target, "current", "its cells only send")),
                Some(model) if current.port >= model.info().currents.len() => {
                    let fault = match model.info().currents.len() {
                        0 => format!("{} takes no current", model.info().name),
                        ports => {
                            format!("{} has {ports} ports of currents, not {}", model.info().name, current.port + 1)
                        }
                    };
                    faults.push(target(current.target, "current", &fault));
                }
                Some(_) => {}
            }
        }
        faults
    }

    /// The number of blocks that the cells are cut into, if so many are asked for; no more threads can run.
    pub fn blocks(&self, asked: Option<u32>) -> u64 {
        asked.map_or_else(|| default_blocks(self.cells()), u64::from)
    }

    /// Calls `visit` with every synapse of a projection, by target.
    ///
    /// # Errors
    /// The first impossible synapse.
    pub fn synapses(&self, projection: usize, visit: &mut dyn FnMut(Synapse)) -> Result<(), NetworkError> {
        let asked = &self.projections[projection];
        let number = u32::try_from(projection).expect("fewer than 2^32 projections");
        let targets = 0..self.populations[asked.target].cells;
        asked
            .visit(&self.context(number), targets, visit)
            .map_err(|fault| NetworkError::Synapse { projection: asked.name.clone(), fault })
    }
}

/// Why synapses cannot reach a port of a model, or cannot do without a name.
fn wrong_port(info: &ModelInfo, receptor: Option<usize>) -> Option<String> {
    match (info.placement(receptor), receptor) {
        (Some(_), _) => None,
        (None, Some(port)) => Some(format!("{} has {} receptors, not {}", info.name, info.ports.len(), port + 1)),
        (None, None) => Some(format!("name its receptor, one of {} of {}", info.port_names(), info.name)),
    }
}

/// Why a port does not take a weight.
fn wrong_weight(info: &ModelInfo, receptor: Option<usize>, weight: f64) -> Option<String> {
    let Some(placement) = info.placement(receptor) else { return wrong_port(info, receptor) };
    let sign = placement.sign();
    (!sign.allows(weight)).then(|| format!("weight {weight}: must be {}", sign.expected()))
}

/// The synapses of a block, or why they cannot be.
type Built<R> = Result<(Rows<R>, PlasticRows, PlasticRows), NetworkError>;

impl<R: Real> Network<R> {
    /// Draws all synapses, blocks in parallel. `placed` counts synapses along; neither the synapses nor the spikes of the
    /// network depend on `threads` or `blocks`.
    ///
    /// # Errors
    /// Every fault of the design, or the first impossible synapse.
    pub fn build(
        design: Design<R>,
        blocks: Option<u32>,
        threads: usize,
        placed: &AtomicU64,
    ) -> Result<Self, Vec<NetworkError>> {
        Self::build_share(design, blocks, Share::WHOLE, threads, placed)
    }

    /// The same of one rank's share of the blocks. Ranks then tell each other of theirs ([`Self::agree`]).
    ///
    /// # Errors
    /// As [`Self::build`]; fewer blocks than ranks.
    pub fn build_share(
        design: Design<R>,
        blocks: Option<u32>,
        share: Share,
        threads: usize,
        placed: &AtomicU64,
    ) -> Result<Self, Vec<NetworkError>> {
        let faults = design.faults();
        if !faults.is_empty() {
            return Err(faults);
        }
        let cut = design.blocks_of(blocks, share).map_err(|fault| vec![fault])?;
        let built: Vec<Mutex<Option<Built<R>>>> = cut.iter().map(|_| Mutex::new(None)).collect();
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..threads.clamp(1, cut.len()) {
                scope.spawn(|| {
                    loop {
                        let block = next.fetch_add(1, Ordering::Relaxed);
                        let Some(parts) = cut.get(block) else { break };
                        let rows = Rows::build(&design, parts, placed);
                        let changing = |wanted: fn(&Projection) -> bool| PlasticRows::build(&design, parts, wanted);
                        let rows = rows.and_then(|rows| {
                            Ok((rows, changing(|own| own.plastic)?, changing(|own| own.timing().is_some())?))
                        });
                        *built[block].lock().expect("no thread panics while it holds the lock") = Some(rows);
                    }
                });
            }
        });
        let mut complete = Vec::with_capacity(cut.len());
        for (parts, rows) in cut.into_iter().zip(built) {
            let rows = rows.into_inner().expect("all threads have ended").expect("every block was built");
            let (rows, plastic, timed) = rows.map_err(|fault| vec![fault])?;
            let cells = parts.iter().map(|part| part.cells.len()).sum();
            complete.push(Block { parts, cells, rows, plastic, timed });
        }
        let plastic = complete.iter_mut().flat_map(|block| [&mut block.plastic, &mut block.timed]);
        plastic::number(plastic, design.projections.len()).map_err(|fault| vec![fault])?;
        let (arrivals, layout) = (arrivals(&design), design.layout());
        let delays = complete.iter().flat_map(|block: &Block<R>| {
            [block.rows.delay_span(), block.plastic.delay_span(), block.timed.delay_span()]
        });
        let delays: Vec<u32> = delays.flatten().flatten().chain(design.factor_delays()).collect();
        let (min_delay, max_delay) = (delays.iter().min(), delays.iter().max());
        let (min_delay, max_delay) = (min_delay.map_or(1, |own| *own), max_delay.map_or(1, |own| *own));
        Ok(Self { design, blocks: complete, beyond: Beyond::default(), arrivals, min_delay, max_delay, layout })
    }

    /// An empty history of this network.
    pub fn history(&self) -> History<R> {
        let populations = 0..self.design.populations.len();
        let graded = populations.filter(|&p| self.design.graded_index(p).is_some());
        let graded_cells = graded.map(|p| self.design.populations[p].cells as usize).sum();
        History::new(self.max_delay, self.design.first_ids(), self.design.scaled().count(), graded_cells)
    }

    /// Number of synapses, on all ranks.
    pub fn synapses(&self) -> u64 {
        self.beyond.synapses + self.own_synapses()
    }

    fn own_synapses(&self) -> u64 {
        self.blocks.iter().map(|block| (block.rows.len() + block.plastic.len() + block.timed.len()) as u64).sum()
    }

    /// Bytes of synapses and their index; of a network over ranks, of this rank.
    pub fn bytes(&self) -> u64 {
        self.blocks.iter().map(|block| (block.rows.bytes() + block.plastic.bytes() + block.timed.bytes()) as u64).sum()
    }
}

fn arrivals<R: Real>(design: &Design<R>) -> Vec<Vec<Arrival>> {
    let layout = design.layout();
    let onto = |population: usize| {
        let Kind::Neurons(model) = &design.populations[population].kind else { return Vec::new() };
        let own = design.poisson.iter().enumerate().filter(|(_, input)| input.target == population);
        own.filter_map(|(input, poisson)| {
            let (port, value) = model.info().placement(poisson.receptor)?.place(poisson.weight);
            Some(Arrival { input, plane: layout.plane(model.info(), port), value })
        })
        .collect()
    };
    (0..design.populations.len()).map(onto).collect()
}
