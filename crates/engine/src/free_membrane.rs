//! Cells of a part as they were before a step, without a threshold: what a reset hides.

use neuropil_core::Real;
use neuropil_network::neuron::{Frame, NeuronModel, Planes, State, View};

/// A copy of the cells of one part.
pub(crate) struct FreeMembrane<R: Real> {
    model: Box<dyn NeuronModel<R>>,
    before: State<R>,
    /// What arrives; nothing where arrivals are added to a variable, behind the test.
    input: Vec<R>,
    current: Vec<R>,
    /// Index in the population of the first cell.
    first: usize,
}

impl<R: Real> FreeMembrane<R> {
    /// Of `cells` (indices in the population) of a model; `None` where the planes tell the membrane that fired.
    pub fn of(model: &dyn NeuronModel<R>, cells: std::ops::Range<usize>) -> Option<Self> {
        let arriving = if model.info().before_test() { cells.len() } else { 0 };
        let (before, input) = (model.rest(cells.clone(), 1), vec![R::ZERO; arriving]);
        Some(Self { model: model.without_threshold()?, before, input, current: Vec::new(), first: cells.start })
    }

    /// Copies what the cells are, what arrives and the current, before they advance.
    pub fn copy(&mut self, state: &View<'_, R>, input: &[R], current: &[R]) {
        self.before.variables.iter_mut().zip(&state.variables).for_each(|(to, from)| to.copy_from_slice(from));
        self.before.counters.iter_mut().zip(&state.counters).for_each(|(to, from)| to.copy_from_slice(from));
        if !self.input.is_empty() {
            self.input.copy_from_slice(input);
        }
        self.current.clear();
        self.current.extend_from_slice(current);
    }

    /// The membrane of a cell at the test of the threshold; once a step.
    pub fn membrane(&mut self, cell: usize, step: u64) -> R {
        fn one<T>(plane: &mut [T], cell: usize) -> &mut [T] {
            if plane.is_empty() { plane } else { &mut plane[cell..cell + 1] }
        }
        let before_test = self.model.info().before_test();
        let Planes { mut variables, mut counters } = self.before.planes();
        variables.iter_mut().for_each(|plane| *plane = one(std::mem::take(plane), cell));
        counters.iter_mut().for_each(|plane| *plane = one(std::mem::take(plane), cell));
        let input: &mut [&mut [R]] = if before_test { &mut [one(&mut self.input, cell)] } else { &mut [] };
        let current = if self.current.is_empty() { &[] } else { &self.current[cell..cell + 1] };
        let frame = Frame {
            variables: &mut variables,
            counters: &mut counters,
            input,
            currents: &[current],
            fired: &mut [0],
            step,
            range: 0..1,
        };
        let place = self.first + cell;
        self.model.advance(place..place + 1, 1, frame);
        variables[0][0]
    }
}
