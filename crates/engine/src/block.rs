//! The state of a block and the phases of a step that concern it alone.

use crate::probe::Probe;
use crate::signals::Signals;
use crate::snapshot::Snapshot;
use neuropil_core::Real;
use neuropil_core::simd::vectorized;
use neuropil_network::delivery::Due;
use neuropil_network::history::History;
use neuropil_network::neuron::{Frame, NeuronModel, Output, State};
use neuropil_network::population::Kind;
use neuropil_network::synapse::EfficacyState;
use neuropil_network::{Block, Network, Part};

/// What evolves in a block, its signals and its scratch.
pub struct BlockState<R: Real> {
    /// Index of the block.
    index: usize,
    /// The cells of each part; `None` where they only send.
    states: Vec<Option<State<R>>>,
    /// For each part, the short-term plasticity of each projection (in their order) that it sends.
    efficacies: Vec<Vec<(usize, EfficacyState)>>,
    /// What crosses to others.
    pub signals: Signals<R>,
    due: Vec<Due<R>>,
    /// Entries delivered so far.
    pub events: u64,
    /// For each probe, the values sampled in this chunk.
    pub samples: Vec<Vec<f64>>,
}

/// A cell with a variable that is no number.
#[derive(Debug, Clone, Copy)]
pub struct NonFinite {
    /// Index of the population.
    pub population: usize,
    /// Index of the variable.
    pub variable: usize,
    /// Index in the population.
    pub cell: u32,
    /// The value.
    pub value: f64,
}

impl<R: Real> BlockState<R> {
    /// The initial state of block `index`.
    pub fn new(network: &Network<R>, index: usize, probes: usize) -> Self {
        let block = &network.blocks[index];
        let populations = &network.design.populations;
        let channels = block.parts.iter().filter_map(|part| populations[part.population].neurons());
        let channels = channels.map(|model| model.info().receptors.channels()).max().unwrap_or(0);
        let short_term = network.design.projections.iter().filter(|projection| projection.short_term.is_some()).count();
        Self {
            index,
            states: block.parts.iter().map(|part| initial_state(network, part)).collect(),
            efficacies: block.parts.iter().map(|part| rested(network, part)).collect(),
            signals: Signals::new(block.cells, channels, short_term),
            due: Vec::new(),
            events: 0,
            samples: vec![Vec::new(); probes],
        }
    }

    /// Adds the state of this block behind that of the blocks before it.
    pub fn save(&self, network: &Network<R>, snapshot: &mut Snapshot) {
        for ((part, state), efficacies) in self.block(network).parts.iter().zip(&self.states).zip(&self.efficacies) {
            if let (Some(state), Some(whole)) = (state, &mut snapshot.populations[part.population]) {
                state.append_to(whole);
            }
            for (projection, efficacy) in efficacies {
                snapshot.efficacies[short_term_of(network, *projection).0].append(efficacy);
            }
        }
        snapshot.events += self.events;
    }

    /// Takes its cells from a snapshot that fits; events are counted from there on.
    pub fn load(&mut self, network: &Network<R>, snapshot: &Snapshot) {
        let parts = &network.blocks[self.index].parts;
        for ((part, state), efficacies) in parts.iter().zip(&mut self.states).zip(&mut self.efficacies) {
            let cells = part.cells.start as usize..part.cells.end as usize;
            if let (Some(state), Some(whole)) = (state, &snapshot.populations[part.population]) {
                *state = State::part_of(whole, cells.clone());
            }
            for (projection, efficacy) in efficacies {
                *efficacy = snapshot.efficacies[short_term_of(network, *projection).0].part(cells.clone());
            }
        }
        self.events = 0;
    }

    fn block<'a>(&self, network: &'a Network<R>) -> &'a Block<R> {
        &network.blocks[self.index]
    }

    /// Sums the arrivals over synapses, stamped with the end of this step, onto planes of zeros.
    pub fn deliver(&mut self, network: &Network<R>, history: &History<R>, step: u64) {
        self.events += self.block(network).rows.deliver(history, step, &mut self.signals.input, &mut self.due);
    }

    /// Adds the arrivals of Poisson trains, and the currents.
    pub fn stimulate(&mut self, network: &Network<R>, step: u64) {
        let block = self.block(network);
        for part in &block.parts {
            let range = part.offset..part.offset + part.cells.len();
            for arrival in &network.arrivals[part.population] {
                let plane = &mut self.signals.input[arrival.channel][range.clone()];
                network.design.poisson[arrival.input].add(step, part.cells.clone(), arrival.value, plane);
            }
            let mut currents =
                network.design.currents.iter().filter(|current| current.target == part.population).peekable();
            if currents.peek().is_some() {
                self.signals.current[range.clone()].fill(R::ZERO);
            }
            for current in currents {
                current.add(step, network.design.clock, part.cells.clone(), &mut self.signals.current[range.clone()]);
            }
        }
    }

    /// Propagates every cell over the step, adds the arrivals, tests the threshold; fills the outbox.
    ///
    /// # Errors
    /// The first cell with a variable that is not finite.
    pub fn advance(&mut self, network: &Network<R>, step: u64) -> Result<(), NonFinite> {
        let outbox = &mut self.signals.outbox;
        outbox.fired.clear();
        outbox.graded.clear();
        outbox.factors.iter_mut().for_each(Vec::clear);
        for ((part, state), efficacies) in
            network.blocks[self.index].parts.iter().zip(&mut self.states).zip(&mut self.efficacies)
        {
            let first = self.signals.outbox.fired.len();
            match (&network.design.populations[part.population].kind, state) {
                (Kind::Neurons(model), Some(state)) => {
                    let driven = network.design.currents.iter().any(|current| current.target == part.population);
                    advance_part(model.as_ref(), part, state, &mut self.signals, (step, driven))?
                }
                (Kind::Source(source), _) => {
                    let fired = &mut self.signals.outbox.fired;
                    source.emit(step, part.cells.clone(), fired);
                    fired[first..].iter_mut().for_each(|cell| *cell += part.first_id - part.cells.start);
                }
                (Kind::Neurons(_), None) => unreachable!("cells have a state"),
            }
            let outbox = &mut self.signals.outbox;
            for (projection, efficacy) in efficacies {
                let short_term = short_term_of(network, *projection);
                for id in &outbox.fired[first..] {
                    let cell = (id - part.first_id) as usize;
                    outbox.factors[short_term.0].push(efficacy.spike(short_term.1, network.design.clock, cell, step));
                }
            }
        }
        Ok(())
    }

    /// Samples the probed variables at the end of the step.
    pub fn sample(&mut self, network: &Network<R>, probes: &[Probe], step: u64) {
        let block = self.block(network);
        for (probe, samples) in probes.iter().zip(&mut self.samples) {
            for (part, state) in block.parts.iter().zip(&self.states) {
                if let Some(state) = state {
                    probe.sample(network, part, state, step, samples);
                }
            }
        }
    }
}

fn short_term_of<R: Real>(network: &Network<R>, projection: usize) -> (usize, &neuropil_network::synapse::ShortTerm) {
    let number = u32::try_from(projection).expect("fewer than 2^32 projections");
    let index = network.design.short_term_index(number).expect("it has short-term plasticity");
    (index, network.design.projections[projection].short_term.as_ref().expect("it has short-term plasticity"))
}

fn initial_state<R: Real>(network: &Network<R>, part: &Part) -> Option<State<R>> {
    let population = &network.design.populations[part.population];
    let model = population.neurons()?;
    let mut state = model.rest(part.cells.start as usize..part.cells.end as usize, 1);
    for initial in &population.initial {
        for (slot, cell) in part.cells.clone().enumerate() {
            model.set(&mut state, initial.variable, cell as usize, slot, initial.values[cell as usize]);
        }
    }
    Some(state)
}

fn rested<R: Real>(network: &Network<R>, part: &Part) -> Vec<(usize, EfficacyState)> {
    let sent =
        network.design.projections.iter().enumerate().filter(|(_, projection)| projection.source == part.population);
    sent.filter_map(|(index, projection)| {
        Some((index, EfficacyState::rested(projection.short_term.as_ref()?, part.cells.len())))
    })
    .collect()
}

fn advance_part<R: Real>(
    model: &dyn NeuronModel<R>,
    part: &Part,
    state: &mut State<R>,
    signals: &mut Signals<R>,
    (step, driven): (u64, bool),
) -> Result<(), NonFinite> {
    let cells = part.cells.len();
    let range = part.offset..part.offset + cells;
    let mut planes: [&[R]; 2] = [&[], &[]];
    for (plane, input) in planes.iter_mut().zip(&signals.input) {
        *plane = &input[range.clone()];
    }
    let frame = Frame {
        variables: &mut state.variables,
        counters: &mut state.counters,
        input: &planes[..model.info().receptors.channels()],
        current: if driven { &signals.current[range.clone()] } else { &[] },
        fired: &mut signals.fired[range.clone()],
        step,
        range: 0..cells,
    };
    let sound = model.advance(part.cells.start as usize..part.cells.end as usize, 1, frame);
    signals.input.iter_mut().for_each(|input| input[range.clone()].fill(R::ZERO));
    vectorized(
        #[inline(always)]
        || collect(&signals.fired[range], part.first_id, &mut signals.outbox.fired),
    );
    if let Output::Graded(variable) = model.info().output {
        signals.outbox.graded.extend_from_slice(&state.variables[variable]);
    }
    if sound { Ok(()) } else { Err(not_finite(part, state)) }
}

/// Appends the ids of the cells that fired; looks at many flags at a time, since few are set.
#[inline(always)]
fn collect(fired: &[u8], first_id: u32, ids: &mut Vec<u32>) {
    let (groups, rest) = fired.as_chunks::<64>();
    for (id, group) in (first_id..).step_by(64).zip(groups) {
        if group.iter().fold(0, |any, flag| any | flag) != 0 {
            ids.extend((id..).zip(group).filter(|(_, flag)| **flag != 0).map(|(id, _)| id));
        }
    }
    let first_rest = first_id + u32::try_from(fired.len() - rest.len()).expect("a block has at most 2^16 cells");
    ids.extend((first_rest..).zip(rest).filter(|(_, flag)| **flag != 0).map(|(id, _)| id));
}

/// The first variable, and its first cell, that is no number.
fn not_finite<R: Real>(part: &Part, state: &State<R>) -> NonFinite {
    let of = |(variable, plane): (usize, &Vec<R>)| {
        let mut cells = part.cells.clone().zip(plane);
        let (cell, value) = cells.find(|(_, value)| !value.is_finite())?;
        Some(NonFinite { population: part.population, variable, cell, value: value.to_f64() })
    };
    state.variables.iter().enumerate().find_map(of).expect("one of them is not finite")
}
