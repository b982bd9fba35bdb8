//! What evolves in cells.

use super::{COUNTERS, ModelInfo, Planes, VARIABLES};
use arrayvec::ArrayVec;
use neuropil_core::Real;
use std::ops::Range;

/// The state of some cells of one population: one plane a variable, (cell, lane).
#[derive(Debug, Clone, PartialEq)]
pub struct State<R> {
    /// One plane a variable of the model.
    pub variables: Vec<Vec<R>>,
    /// Whole numbers: steps of refractoriness left and the like.
    pub counters: Vec<Vec<u32>>,
}

impl<R: Real> State<R> {
    /// A state of no cells, with as many planes as `info` asks for.
    pub fn empty(info: &ModelInfo) -> Self {
        Self { variables: vec![Vec::new(); info.variables.len()], counters: vec![Vec::new(); info.counters] }
    }

    /// Its planes, to be advanced.
    pub fn planes(&mut self) -> Planes<'_, R> {
        let mut planes = Planes { variables: ArrayVec::new(), counters: ArrayVec::new() };
        self.lend(&mut planes.variables, &mut planes.counters);
        planes
    }

    /// The same into lists of the caller, which has room for many planes: to move them costs more than to fill them.
    #[inline(always)]
    pub fn lend<'p>(
        &'p mut self,
        variables: &mut ArrayVec<&'p mut [R], VARIABLES>,
        counters: &mut ArrayVec<&'p mut [u32], COUNTERS>,
    ) {
        self.variables.iter_mut().for_each(|plane| variables.push(plane));
        self.counters.iter_mut().for_each(|plane| counters.push(plane));
    }

    /// Its planes, to be read.
    pub fn view(&self) -> View<'_, R> {
        View {
            variables: self.variables.iter().map(Vec::as_slice).collect(),
            counters: self.counters.iter().map(Vec::as_slice).collect(),
        }
    }

    /// Some cells of `whole`, of one lane.
    pub fn part_of(whole: &State<f64>, cells: Range<usize>) -> Self {
        let variables = whole.variables.iter();
        Self {
            variables: variables
                .map(|plane| plane[cells.clone()].iter().map(|value| R::from_f64(*value)).collect())
                .collect(),
            counters: whole.counters.iter().map(|plane| plane[cells.clone()].to_vec()).collect(),
        }
    }
}

/// The planes of a state, wherever they lie.
#[derive(Debug, Clone)]
pub struct View<'a, R> {
    /// One plane a variable.
    pub variables: ArrayVec<&'a [R], VARIABLES>,
    /// Counter planes.
    pub counters: ArrayVec<&'a [u32], COUNTERS>,
}

impl<R: Real> View<'_, R> {
    /// A copy of all planes.
    pub fn owned(&self) -> State<R> {
        State {
            variables: self.variables.iter().map(|plane| plane.to_vec()).collect(),
            counters: self.counters.iter().map(|plane| plane.to_vec()).collect(),
        }
    }

    /// Adds these cells behind those of `whole`; `f64` holds every `f32`.
    pub fn append_to(&self, whole: &mut State<f64>) {
        for (all, own) in whole.variables.iter_mut().zip(&self.variables) {
            all.extend(own.iter().map(|value| value.to_f64()));
        }
        for (all, own) in whole.counters.iter_mut().zip(&self.counters) {
            all.extend_from_slice(own);
        }
    }
}
