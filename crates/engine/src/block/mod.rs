//! The state of a block and the phases of a step that concern it alone.

mod cells;
mod currents;
mod fired;
mod learning;
mod planes;
mod timed;

use crate::clamp::{ClampedPart, ToldFrame};
use crate::intervention::Overlay;
use crate::learning::{BlockLearning, CellRecord};
use crate::probe::Probe;
use crate::signals::Signals;
use crate::snapshot::Snapshot;
use arrayvec::ArrayVec;
use fired::collect;
use neuropil_core::Real;
use neuropil_core::memory::Numbers;
use neuropil_core::simd::vectorized;
use neuropil_network::delivery::Due;
use neuropil_network::delivery::plastic::DueRow as DuePlastic;
use neuropil_network::history::History;
use neuropil_network::neuron::{Frame, Modulated, NeuronModel, Output, PORTS, Refusal, State};
use neuropil_network::population::Kind;
use neuropil_network::synapse::timing::Due as DueRow;
use neuropil_network::synapse::{SenderState, Sent, TimedSynapses};
use neuropil_network::{Block, Network, Part};
use planes::{driven, felt, settle, view};
use std::ops::Range;
use timed::{Deeds, Shown, acted};

/// What evolves in a block, its signals and its scratch.
pub struct BlockState<R: Real> {
    /// Index of the block.
    index: usize,
    /// The cells of each part; `None` where they only send. Variables that arrivals are added to are among the
    /// signals, and empty here.
    states: Vec<Option<State<R>>>,
    /// For each part, the synapses of each projection with factors (numbered among such) that it sends.
    synapses: Vec<Vec<(usize, SenderState)>>,
    /// What each current of the network remembers of each part; empty of those that remember nothing.
    currents: Vec<Vec<Vec<f64>>>,
    /// What each current remembers that is laid on.
    laid_on: Vec<currents::Laid>,
    /// The cells of each part that peptides act on.
    modulated: Vec<Option<Box<dyn Modulated<R>>>>,
    /// The first cell that could not be modulated, if there was one.
    pub impossible: Option<Impossible>,
    /// The weights of plastic synapses, a list a table.
    pub(crate) plastic: Vec<Numbers>,
    /// The synapses whose weights follow spikes, of each table.
    timed: Vec<Box<dyn TimedSynapses>>,
    due_rows: Vec<DueRow>,
    /// Levels of a third factor at the cells of a part, or their membranes.
    felt: Vec<f64>,
    /// What synapses are shown of cells that they watch; scratch.
    shown: Shown,
    /// What changes plastic weights.
    pub(crate) learning: Option<Box<BlockLearning>>,
    /// What is kept of cells that learn.
    pub(crate) cell_record: Option<Box<CellRecord<R>>>,
    /// The cells of each part that send recorded spikes.
    pub(crate) clamps: Vec<Option<ClampedPart<R>>>,
    /// What crosses to others.
    pub signals: Signals<R>,
    due: Vec<Due<R>>,
    due_plastic: Vec<DuePlastic>,
    /// Entries delivered so far.
    pub events: u64,
    /// For each probe, the values sampled in this chunk.
    pub samples: Vec<Vec<f64>>,
}

/// A cell that its messengers have made impossible.
#[derive(Debug, Clone)]
pub struct Impossible {
    /// Index of the population.
    pub population: usize,
    /// Index in the population.
    pub cell: u32,
    /// What is impossible.
    pub reason: Refusal,
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

/// A network and what is edited of it.
pub type Ground<'g, R> = (&'g Network<R>, &'g Overlay<R>);

impl<R: Real> BlockState<R> {
    /// The initial state of block `index`.
    pub fn new(network: &Network<R>, index: usize, probes: usize) -> Self {
        let block = &network.blocks[index];
        let mut signals = Signals::new(network, block.cells);
        let mut initial = |part| initial_state(network, part).map(|state| settle(network, part, state, &mut signals));
        let mut own = Self {
            index,
            states: block.parts.iter().map(&mut initial).collect(),
            synapses: block.parts.iter().map(|part| rested(network, part)).collect(),
            currents: block.parts.iter().map(|part| currents::remembered(network, part)).collect(),
            laid_on: Vec::new(),
            modulated: block.parts.iter().map(|_| None).collect(),
            impossible: None,
            plastic: block.plastic.tables.iter().map(|table| table.weights.clone()).collect(),
            timed: crate::timed::at_start(network, block),
            due_rows: Vec::new(),
            felt: Vec::new(),
            shown: Shown::default(),
            learning: None,
            cell_record: None,
            clamps: block.parts.iter().map(|_| None).collect(),
            signals,
            due: Vec::new(),
            due_plastic: Vec::new(),
            events: 0,
            samples: vec![Vec::new(); probes],
        };
        own.begin_timed(network);
        own
    }

    /// Adds the state of this block behind that of the blocks before it.
    pub fn save(&self, network: &Network<R>, snapshot: &mut Snapshot) {
        for ((part, state), synapses) in self.block(network).parts.iter().zip(&self.states).zip(&self.synapses) {
            if let (Some(state), Some(whole)) = (state, &mut snapshot.populations[part.population]) {
                view(network, part, state, &self.signals).append_to(whole);
            }
            for (number, sender) in synapses {
                snapshot.synapses[*number].append(sender);
            }
        }
        self.save_currents(snapshot);
        self.save_timed(network, snapshot);
        snapshot.events += self.events;
    }

    /// Takes its cells from a snapshot that fits; events are counted from there on.
    pub fn load(&mut self, network: &Network<R>, snapshot: &Snapshot) {
        let parts = &network.blocks[self.index].parts;
        for ((part, state), synapses) in parts.iter().zip(&mut self.states).zip(&mut self.synapses) {
            let cells = part.cells.start as usize..part.cells.end as usize;
            if let (Some(state), Some(whole)) = (state, &snapshot.populations[part.population]) {
                *state = settle(network, part, State::part_of(whole, cells.clone()), &mut self.signals);
            }
            for (number, sender) in synapses {
                *sender = snapshot.synapses[*number].part(cells.clone());
            }
        }
        self.load_currents(network, snapshot);
        self.load_timed(network, snapshot);
        self.events = 0;
    }

    fn block<'a>(&self, network: &'a Network<R>) -> &'a Block<R> {
        &network.blocks[self.index]
    }

    /// Adds what arrives over synapses at the end of this step onto some of the planes.
    pub fn deliver(
        &mut self,
        (network, overlay): Ground<'_, R>,
        history: &History<R>,
        step: u64,
        planes: Range<usize>,
    ) {
        let rows = overlay.rows(network, self.index);
        let plastic = &network.blocks[self.index].plastic;
        let arrivals = &mut self.signals.arrivals;
        self.events += rows.deliver((history, step), planes.clone(), arrivals, &mut self.due);
        self.events +=
            plastic.deliver((history, step), &self.plastic, planes.clone(), (arrivals, &mut self.due_plastic));
        self.deliver_timed((network, overlay), (history, step), planes);
    }

    /// Adds the arrivals of Poisson trains onto some of the planes.
    pub fn stimulate(&mut self, (network, overlay): Ground<'_, R>, step: u64, planes: Range<usize>) {
        for part in &network.blocks[self.index].parts {
            let range = part.offset..part.offset + part.cells.len();
            let arrivals = network.arrivals[part.population].iter();
            for arrival in arrivals.filter(|arrival| planes.contains(&arrival.plane)) {
                let plane = &mut self.signals.arrivals[arrival.plane][range.clone()];
                overlay.poisson(network, arrival.input).add(step, part.cells.clone(), arrival.value, plane);
            }
        }
    }

    /// Propagates every cell over the step, gives it its arrivals, tests the threshold; fills the outbox.
    ///
    /// # Errors
    /// The first cell with a variable that is not finite.
    pub fn advance(&mut self, (network, overlay): Ground<'_, R>, step: u64) -> Result<(), NonFinite> {
        let outbox = &mut self.signals.outbox;
        outbox.fired.clear();
        outbox.graded.clear();
        outbox.factors.iter_mut().for_each(Vec::clear);
        let (cell_record, clamps) = (&mut self.cell_record, &mut self.clamps);
        let parts = network.blocks[self.index].parts.iter().zip(&mut self.states).zip(&mut self.synapses);
        let parts = parts.zip(&self.modulated).zip(clamps);
        for (number, ((((part, state), synapses), modulated), clamp)) in parts.enumerate() {
            let first = self.signals.outbox.fired.len();
            match (&network.design.populations[part.population].kind, &mut *state) {
                (Kind::Neurons(model), Some(state)) => {
                    let range = part.offset..part.offset + part.cells.len();
                    if cell_record.is_some() || clamp.is_some() {
                        let felt = felt((network, overlay), part, &self.signals);
                        let before = view(network, part, state, &self.signals);
                        if let Some(cell_record) = cell_record {
                            cell_record.before((number, part.offset), &before, &felt, step);
                        }
                        if let Some(clamp) = clamp {
                            clamp.before(&before, felt.only());
                        }
                    }
                    let model = overlay.edited_model(part.population).unwrap_or(model.as_ref());
                    let told = clamp.as_mut().and_then(|clamp| clamp.telling(step));
                    advance_part(
                        (network, overlay),
                        Cells { model, modulated: modulated.as_deref(), told },
                        part,
                        (state, &mut self.signals),
                        step,
                    )
                    .map_err(|Unsound| not_finite(network, part, state, &self.signals))?;
                    if let Some(clamp) = clamp {
                        clamp.after(state, &mut self.signals.fired[range.clone()], step);
                    }
                    overlay.hush(part, &mut self.signals.fired[range.clone()]);
                    vectorized(
                        #[inline(always)]
                        || collect(&self.signals.fired[range.clone()], part.first_id, &mut self.signals.outbox.fired),
                    );
                    let ids = (part.cells.clone(), part.first_id);
                    for voice in network.design.voices.iter().filter(|own| own.population == part.population) {
                        voice.speak(step, ids.clone(), &mut self.signals.outbox.fired, first);
                    }
                    if let Some(cell_record) = cell_record {
                        let after = view(network, part, state, &self.signals);
                        cell_record.after((number, part.offset), &after, &self.signals.fired[range], step);
                    }
                }
                (Kind::Source(source), _) => {
                    let fired = &mut self.signals.outbox.fired;
                    let source = overlay.source(part.population).unwrap_or(source.as_ref());
                    source.emit(step, part.cells.clone(), fired);
                    fired[first..].iter_mut().for_each(|cell| *cell += part.first_id - part.cells.start);
                }
                (Kind::Neurons(_), None) => unreachable!("cells have a state"),
            }
            let outbox = &mut self.signals.outbox;
            overlay.mute(part, &mut outbox.fired, first);
            if !self.timed.is_empty() {
                let state = overlay.model(network, part.population).zip(state.as_ref());
                let fired = &self.signals.outbox.fired[first..];
                let deeds = Deeds { step, fired, state, signals: &self.signals };
                acted((network, self.index), &mut self.timed, part, &deeds, &mut self.shown);
            }
            let outbox = &mut self.signals.outbox;
            for (number, sender) in synapses {
                let Some((_, model)) = network.design.scaled().nth(*number) else { continue };
                let (clock, fired) = (network.design.clock, &outbox.fired[first..]);
                let sent = Sent { clock, step, fired, first_id: part.first_id };
                model.send(sender, sent, &mut outbox.factors[*number]);
            }
        }
        Ok(())
    }

    /// Samples the probed variables at the end of the step.
    pub fn sample(&mut self, ground: Ground<'_, R>, probes: &[Probe], step: u64) {
        let mut samples = std::mem::take(&mut self.samples);
        for (probe, samples) in probes.iter().zip(&mut samples) {
            self.observe(ground, probe, step, samples);
        }
        self.samples = samples;
    }

    /// Appends the values of one probe after `step`.
    pub fn observe(&self, (network, overlay): Ground<'_, R>, probe: &Probe, step: u64, values: &mut Vec<f64>) {
        for (part, state) in self.block(network).parts.iter().zip(&self.states) {
            if let (Some(state), Some(model)) = (state, overlay.model(network, part.population)) {
                probe.sample(model, part, &view(network, part, state, &self.signals), step, values);
            }
        }
    }
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

fn rested<R: Real>(network: &Network<R>, part: &Part) -> Vec<(usize, SenderState)> {
    let design = &network.design;
    let sent =
        design.scaled().enumerate().filter(|(_, (index, _))| design.projections[*index].source == part.population);
    sent.map(|(number, (_, model))| (number, model.rest(part.cells.len()))).collect()
}

/// Some variable is no number.
struct Unsound;

/// What advances the cells of a part.
struct Cells<'a, R: Real> {
    model: &'a dyn NeuronModel<R>,
    /// In its place, where peptides act on them.
    modulated: Option<&'a dyn Modulated<R>>,
    /// In its place, where they are told of spikes.
    told: Option<ToldFrame<'a, R>>,
}

fn advance_part<R: Real>(
    (network, overlay): Ground<'_, R>,
    Cells { mut model, modulated, told }: Cells<'_, R>,
    part: &Part,
    (state, signals): (&mut State<R>, &mut Signals<R>),
    step: u64,
) -> Result<(), Unsound> {
    let cells = part.cells.len();
    let range = part.offset..part.offset + cells;
    let info = model.info();
    let (mut variables, mut counters) = (ArrayVec::new(), ArrayVec::new());
    state.lend(&mut variables, &mut counters);
    let mut input: ArrayVec<&mut [R], PORTS> = ArrayVec::new();
    let (before, after) = signals.arrivals.split_at_mut(network.layout.after_test().start);
    let (mut before, mut after) = (before.iter_mut(), after.iter_mut());
    for port in info.ports {
        let planes = if port.into.is_some() { &mut after } else { &mut before };
        let plane = &mut planes.next().expect("the layout has a plane for each port")[range.clone()];
        match port.into {
            Some(variable) => {
                variables[variable] = plane;
                input.push(&mut []);
            }
            None => input.push(plane),
        }
    }
    if let Some((own, due)) = told {
        model = own;
        input.push(due);
    }
    let fired = &mut signals.fired[range.clone()];
    let currents = driven((network, overlay), part, &signals.currents);
    let frame = Frame {
        variables: &mut variables,
        counters: &mut counters,
        input: &mut input,
        currents: &currents,
        fired,
        step,
        range: 0..cells,
    };
    let sound = match modulated {
        Some(cells) => cells.advance(frame),
        None => model.advance(part.cells.start as usize..part.cells.end as usize, 1, frame),
    };
    if let Output::Graded(variable) = info.output {
        signals.outbox.graded.extend_from_slice(variables[variable]);
    }
    if sound { Ok(()) } else { Err(Unsound) }
}

/// The first variable, and its first cell, that is no number.
fn not_finite<R: Real>(network: &Network<R>, part: &Part, state: &State<R>, signals: &Signals<R>) -> NonFinite {
    let of = |(variable, plane): (usize, &[R])| {
        let mut cells = part.cells.clone().zip(plane);
        let (cell, value) = cells.find(|(_, value)| !value.is_finite())?;
        Some(NonFinite { population: part.population, variable, cell, value: value.to_f64() })
    };
    let planes = view(network, part, state, signals).variables;
    planes.into_iter().enumerate().find_map(of).expect("one of them is not finite")
}
