//! What the learning cells of a block do, step by step: ψ, spikes, refractoriness, and v where it is needed.

use super::written_record::{Felt, NotDerived, PartRecords, WrittenRecord};
use crate::free_membrane::FreeMembrane;
use crate::slope::{Slopes, Tested};
use crate::trial::Derived;
use neuropil_core::Real;
use neuropil_network::neuron::{Learnable, View};
use neuropil_network::{Network, Part};
use neuropil_plasticity::PseudoDerivative;
use std::sync::Arc;

/// A window of steps of the cells of a block, and those that are kept before it; slot 0 is the step before all of them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tape {
    places: usize,
    /// `[slot][place]`.
    pub psi: Vec<f64>,
    pub fired: Vec<u8>,
    pub refractory: Vec<u8>,
    /// v − E_L at the test; empty unless the reset of clamped cells is attached.
    pub v: Vec<f64>,
    /// What cells from equations wrote down, part by part.
    pub records: Vec<PartRecords>,
}

impl Tape {
    pub fn new(places: usize, slots: usize, with_v: bool) -> Self {
        let size = places * slots;
        let v = vec![0.0; if with_v { size } else { 0 }];
        Self { places, psi: vec![0.0; size], fired: vec![0; size], refractory: vec![0; size], v, records: Vec::new() }
    }

    /// The elements of a slot.
    pub fn slot(&self, slot: usize) -> std::ops::Range<usize> {
        slot * self.places..(slot + 1) * self.places
    }

    /// The slots from `first` to `last` become the first ones.
    pub fn turn(&mut self, first: usize, last: usize) {
        let slots = self.slot(first).start..self.slot(last).end;
        self.psi.copy_within(slots.clone(), 0);
        self.fired.copy_within(slots.clone(), 0);
        self.refractory.copy_within(slots.clone(), 0);
        if !self.v.is_empty() {
            self.v.copy_within(slots, 0);
        }
        self.records.iter_mut().for_each(|own| own.turn(first, last));
    }
}

/// The cells of one part, looked at.
enum PartRecord<R: Real> {
    /// Cells of the models that are built in.
    BuiltIn(Box<BuiltInRecord<R>>),
    /// Cells from equations.
    Written(Box<WrittenRecord>),
}

/// Cells of a model that is built in.
struct BuiltInRecord<R: Real> {
    slopes: Slopes,
    free: Option<FreeMembrane<R>>,
    /// Membranes at the test, where a reset hides them.
    tested: Vec<R>,
}

impl<R: Real> BuiltInRecord<R> {
    /// The cells of a part; `None` where they only send.
    fn new(network: &Network<R>, part: &Part, shape: PseudoDerivative) -> Option<Self> {
        let model = network.design.populations[part.population].neurons()?;
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
    /// The first number of a derivative that is not finite.
    pub fault: Option<NotDerived>,
}

/// Which cells are looked at, and how.
pub(crate) struct Looked<'a> {
    /// Whether the cells of each population are.
    pub learns: &'a [bool],
    /// Those from equations; empty where there are none.
    pub derived: &'a [Option<Arc<Derived>>],
    /// ψ of the others.
    pub shape: PseudoDerivative,
}

impl<R: Real> CellRecord<R> {
    /// Looks at some populations, for windows of up to `steps` steps; v is kept if `with_v`.
    pub fn new(network: &Network<R>, index: usize, looked: &Looked<'_>, (steps, with_v): (usize, bool)) -> Self {
        let block = &network.blocks[index];
        let mut tape = Tape::new(block.cells, steps + 1, with_v);
        let mut parts = Vec::with_capacity(block.parts.len());
        for part in &block.parts {
            let population = part.population;
            let cells = part.cells.start as usize..part.cells.end as usize;
            let own = match looked.derived.get(population).and_then(Option::as_ref) {
                _ if !looked.learns[population] => None,
                None => BuiltInRecord::new(network, part, looked.shape).map(|own| PartRecord::BuiltIn(Box::new(own))),
                Some(derived) => {
                    let place = tape.records.len();
                    let places = part.offset..part.offset + cells.len();
                    tape.records.push(PartRecords::new(derived, population, (places, cells.start), steps + 1));
                    Some(PartRecord::Written(Box::new(WrittenRecord::new(derived, cells, place))))
                }
            };
            parts.push(own);
        }
        Self { parts, tape, begun: 0, fault: None }
    }

    fn slot(&self, step: u64) -> usize {
        usize::try_from(step - self.begun).expect("a window is short")
    }

    /// The states at the test of the cells of a population that write something down, part by part.
    pub fn tested_of(&self, population: usize) -> impl Iterator<Item = &Vec<Vec<f64>>> {
        let records = &self.tape.records;
        self.parts.iter().flatten().filter_map(move |part| match part {
            PartRecord::Written(own) if records[own.place].population == population => Some(&own.tested.planes),
            _ => None,
        })
    }

    /// The same, to be written.
    pub fn tested_of_mut(&mut self, population: usize) -> impl Iterator<Item = &mut Vec<Vec<f64>>> {
        let Self { parts, tape, .. } = self;
        parts.iter_mut().flatten().filter_map(move |part| match part {
            PartRecord::Written(own) if tape.records[own.place].population == population => {
                Some(&mut own.tested.planes)
            }
            _ => None,
        })
    }

    fn place(&self, step: u64, offset: usize, cells: usize) -> std::ops::Range<usize> {
        let first = self.tape.slot(self.slot(step)).start + offset;
        first..first + cells
    }

    /// Before the cells of a part advance.
    pub fn before(&mut self, (part, offset): (usize, usize), state: &View<'_, R>, felt: &Felt<'_, R>, step: u64) {
        let slot = self.slot(step);
        match &mut self.parts[part] {
            None => {}
            Some(PartRecord::BuiltIn(own)) => {
                let (input, current) = felt.only();
                let first = self.tape.slot(slot).start + offset;
                own.before(state, input, current, &mut self.tape.refractory[first..first + input.len()]);
            }
            Some(PartRecord::Written(own)) => {
                let first = self.tape.slot(slot - 1).start + offset;
                let Tape { fired, records, .. } = &mut self.tape;
                let records = &mut records[own.place];
                let fired = &fired[first..first + records.places.len()];
                let fault = own.write((state, fired), felt, (records, slot), step);
                self.fault = self.fault.take().or(fault);
            }
        }
    }

    /// Once they have.
    pub fn after(&mut self, (part, offset): (usize, usize), state: &View<'_, R>, fired: &[u8], step: u64) {
        let (range, slot) = (self.place(step, offset, fired.len()), self.slot(step));
        let Tape { psi, refractory, v, records, .. } = &mut self.tape;
        match &mut self.parts[part] {
            None => return,
            Some(PartRecord::BuiltIn(own)) => {
                let v = if v.is_empty() { &mut v[..] } else { &mut v[range.clone()] };
                own.after(state, (fired, &refractory[range.clone()]), (&mut psi[range.clone()], v), step);
            }
            Some(PartRecord::Written(own)) => {
                own.slopes(records[own.place].at(slot), &mut psi[range.clone()], step);
            }
        }
        self.tape.fired[range].copy_from_slice(fired);
    }

    /// A window has ended in slot `last`; the `kept` slots before it are kept, where there are as many.
    pub fn turn(&mut self, last: usize, kept: usize) {
        let first = last.saturating_sub(kept);
        self.tape.turn(first, last);
        self.begun += first as u64;
    }
}
