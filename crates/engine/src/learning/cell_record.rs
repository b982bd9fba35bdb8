//! What the learning cells of a block do, step by step: ψ, spikes, refractoriness, and v where it is needed.

use crate::free_membrane::FreeMembrane;
use crate::slope::{Slopes, Tested};
use neuropil_core::Real;
use neuropil_network::neuron::{Learnable, View};
use neuropil_network::{Network, Part};
use neuropil_plasticity::PseudoDerivative;

/// A window of steps of the cells of a block; slot 0 is the step before it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tape {
    places: usize,
    /// `[slot][place]`.
    pub psi: Vec<f64>,
    pub fired: Vec<u8>,
    pub refractory: Vec<u8>,
    /// v − E_L at the test; empty unless the reset of clamped cells is attached.
    pub v: Vec<f64>,
}

impl Tape {
    pub fn new(places: usize, slots: usize, with_v: bool) -> Self {
        let size = places * slots;
        let v = vec![0.0; if with_v { size } else { 0 }];
        Self { places, psi: vec![0.0; size], fired: vec![0; size], refractory: vec![0; size], v }
    }

    /// The elements of a slot.
    pub fn slot(&self, slot: usize) -> std::ops::Range<usize> {
        slot * self.places..(slot + 1) * self.places
    }

    /// The last slot becomes the first.
    pub fn turn(&mut self, last: usize) {
        let slot = self.slot(last);
        self.psi.copy_within(slot.clone(), 0);
        self.fired.copy_within(slot.clone(), 0);
        self.refractory.copy_within(slot.clone(), 0);
        if !self.v.is_empty() {
            self.v.copy_within(slot, 0);
        }
    }
}

/// The cells of one part, looked at.
struct PartRecord<R: Real> {
    slopes: Slopes,
    free: Option<FreeMembrane<R>>,
    /// Membranes at the test, where a reset hides them.
    tested: Vec<R>,
}

impl<R: Real> PartRecord<R> {
    /// The cells of a part; `None` where they do not learn.
    fn new(network: &Network<R>, part: &Part, shape: PseudoDerivative, learns: bool) -> Option<Self> {
        let model = network.design.populations[part.population].neurons().filter(|_| learns)?;
        let range = part.cells.start as usize..part.cells.end as usize;
        let own = range.clone().map(|cell| model.learnable(cell).expect("it was checked that they can learn"));
        let slopes = Slopes::new(&own.collect::<Vec<Learnable>>(), shape);
        Some(Self { slopes, free: FreeMembrane::of(model, range), tested: Vec::new() })
    }

    /// Before the cells advance: their state, what arrives, the current.
    fn before(&mut self, state: &View<'_, R>, input: &[R], current: &[R], refractory: &mut [u8]) {
        refractory.iter_mut().zip(state.counters[0]).for_each(|(refractory, left)| *refractory = u8::from(*left > 0));
        if let Some(free) = &mut self.free {
            free.copy(state, input, current);
        }
    }

    /// Once they have: ψ, and v where there is room for it.
    fn after(
        &mut self,
        state: &View<'_, R>,
        (fired, refractory): (&[u8], &[u8]),
        (psi, v): (&mut [f64], &mut [f64]),
        step: u64,
    ) {
        let membrane = match &mut self.free {
            None => state.variables[0],
            Some(free) => {
                self.tested.clear();
                self.tested.extend_from_slice(state.variables[0]);
                for (cell, tested) in self.tested.iter_mut().enumerate().filter(|(cell, _)| fired[*cell] == 1) {
                    *tested = free.membrane(cell, step);
                }
                &self.tested
            }
        };
        self.slopes.write(&Tested { membrane, variables: &state.variables, refractory }, 1, psi);
        v.iter_mut().zip(membrane).for_each(|(v, tested)| *v = tested.to_f64());
    }
}

/// All cells of a block that are looked at, and what they did since a step.
pub(crate) struct CellRecord<R: Real> {
    parts: Vec<Option<PartRecord<R>>>,
    pub tape: Tape,
    /// The step of slot 0.
    pub begun: u64,
}

impl<R: Real> CellRecord<R> {
    /// Looks at the populations that `learns` says, for windows of up to `steps` steps; v is kept if `with_v`.
    pub fn new(
        network: &Network<R>,
        index: usize,
        learns: &[bool],
        shape: PseudoDerivative,
        (steps, with_v): (usize, bool),
    ) -> Self {
        let block = &network.blocks[index];
        let part_record = |part: &Part| PartRecord::new(network, part, shape, learns[part.population]);
        let tape = Tape::new(block.cells, steps + 1, with_v);
        Self { parts: block.parts.iter().map(part_record).collect(), tape, begun: 0 }
    }

    fn place(&self, step: u64, offset: usize, cells: usize) -> std::ops::Range<usize> {
        let slot = usize::try_from(step - self.begun).expect("a window is short");
        let first = self.tape.slot(slot).start + offset;
        first..first + cells
    }

    /// Before the cells of a part advance.
    pub fn before(
        &mut self,
        (part, offset): (usize, usize),
        state: &View<'_, R>,
        (input, current): (&[R], &[R]),
        step: u64,
    ) {
        let range = self.place(step, offset, input.len());
        if let Some(part_record) = &mut self.parts[part] {
            part_record.before(state, input, current, &mut self.tape.refractory[range]);
        }
    }

    /// Once they have.
    pub fn after(&mut self, (part, offset): (usize, usize), state: &View<'_, R>, fired: &[u8], step: u64) {
        let range = self.place(step, offset, fired.len());
        if let Some(part_record) = &mut self.parts[part] {
            let Tape { psi, refractory, v, .. } = &mut self.tape;
            let v = if v.is_empty() { &mut v[..] } else { &mut v[range.clone()] };
            part_record.after(state, (fired, &refractory[range.clone()]), (&mut psi[range.clone()], v), step);
            self.tape.fired[range].copy_from_slice(fired);
        }
    }

    /// A window of `steps` steps has ended.
    pub fn turn(&mut self, steps: usize) {
        self.tape.turn(steps);
        self.begun += steps as u64;
    }
}
