//! The step of a group of trials: the only place that knows its order.

use super::cells::{Part, Rules, TrialCells};
use super::derived::{Derived, Stretch, Tested as DerivedState, records};
use super::nudge::Nudge;
use super::synapses::Synapses;
use super::{GROUP_TRIALS, TrialError, Workers};
use crate::slope::Tested;
use arrayvec::ArrayVec;
use neuropil_core::simd::vectorized;
use neuropil_network::neuron::{Frame, NeuronModel, Output, PORTS, Planes, State, VARIABLES};
use neuropil_plasticity::cell::LocalStep;
use neuropil_plasticity::tape::Clamped;
use neuropil_plasticity::{Learner, Plane, Readout, Tape};
use std::sync::Arc;

/// Weights as spikes need them; made once a batch.
pub(super) struct Wiring {
    input: Synapses,
    recurrent: Synapses,
    delay: usize,
}

impl Wiring {
    pub fn of(learner: &Learner) -> Self {
        let mut existing = learner.w_rec.clone();
        for (post, pre) in pairs(learner.cells()).filter(|(post, pre)| !learner.exists(*post, *pre)) {
            existing[(post, pre)] = 0.0;
        }
        let input =
            Synapses::of(&learner.w_in, |post, pre| learner.dynamics[post].port(learner.input_receptor(post, pre)));
        let recurrent = Synapses::of(&existing, |post, pre| learner.dynamics[post].port(learner.receptor(post, pre)));
        Self { input, recurrent, delay: learner.delay }
    }
}

fn pairs(cells: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..cells).flat_map(move |post| (0..cells).map(move |pre| (post, pre)))
}

/// What a group of trials did.
pub(super) struct Ran {
    pub tape: Tape,
    /// y, `[step][readout][trial]`.
    pub y: Plane,
    /// Σ z and Σ ψ over steps and trials, of each cell.
    pub sums: [Vec<f64>; 2],
    /// Σ z over steps, `[cell][trial]`.
    pub fired: Vec<f64>,
}

/// Runs a group of trials from rest with the weights of `learner`; `x` is `[step][input][trial]`.
///
/// # Errors
/// [`TrialError::NonFinite`], with trials counted from the first of the group; what does not fit the learner.
pub fn run_group(cells: &TrialCells, learner: &Learner, x: Plane) -> Result<Tape, TrialError> {
    learner.check()?;
    Ok(run(cells, learner, &Wiring::of(learner), (&x.into(), None), &Workers::new(1))?.tape)
}

/// The same, with the learner checked and its weights in order, and cells that may be nudged.
pub(super) fn run(
    cells: &TrialCells,
    learner: &Learner,
    wiring: &Wiring,
    (x, nudge): (&Arc<Plane>, Option<&Nudge>),
    workers: &Workers,
) -> Result<Ran, TrialError> {
    for (what, found, expected) in
        [("cells of the learner", learner.cells(), cells.len()), ("inputs", x.channels(), learner.inputs())]
    {
        if found != expected {
            return Err(TrialError::Size { what, found: found.to_string(), expected: expected.to_string() });
        }
    }
    let mut group = GroupState::rested(cells, learner, x, workers);
    let mut states: Vec<PartState> = cells.parts.iter().map(|part| PartState::rested(part, x.trials())).collect();
    for step in 0..x.steps() {
        group.wide(
            #[inline(always)]
            |group, trials| group.deliver(wiring, step, trials),
        );
        nudge.into_iter().for_each(|own| own.add(step, &mut group.arrivals));
        for (population, (part, state)) in cells.parts.iter().zip(&mut states).enumerate() {
            state.differentiate(part, &mut group, (population, step))?;
            if !state.advance(part, &mut group.arrivals, step) {
                return Err(state.not_finite(part, (population, step)));
            }
            vectorized(
                #[inline(always)]
                || state.tell(part, &mut group.tape, step),
            );
        }
        group.wide(
            #[inline(always)]
            |group, trials| group.conclude(&learner.readout, step, trials),
        );
    }
    let by_cell = |sums: Vec<f64>| sums.chunks_exact(x.trials()).map(|trials| trials.iter().sum()).collect();
    let fired = group.sums[0].clone();
    Ok(Ran { tape: group.tape, y: group.y, sums: group.sums.map(by_cell), fired })
}

/// What the cells of all parts share.
struct GroupState {
    tape: Tape,
    /// What arrives at a step, `[channel][cell, trial]`. Cells take it, so that it is 0 again after every step.
    arrivals: Vec<Vec<f64>>,
    /// Presynaptic cells that are not silent.
    active: Vec<usize>,
    y: Plane,
    /// ȳ, `[readout][trial]`.
    filtered: Vec<f64>,
    /// Σ z and Σ ψ over steps, `[cell][trial]`.
    sums: [Vec<f64>; 2],
}

impl GroupState {
    fn rested(cells: &TrialCells, learner: &Learner, x: &Arc<Plane>, workers: &Workers) -> Self {
        let (steps, trials, outputs) = (x.steps(), x.trials(), learner.readout.outputs());
        let size = cells.len() * trials;
        let plane = || workers.plane(steps, cells.len(), trials);
        let clamped = learner.dynamics.iter().any(|cell| cell.is_clamped());
        let clamped = clamped.then(|| Clamped { v: plane(), refractory: plane() });
        Self {
            tape: Tape {
                x: x.clone(),
                z: plane(),
                psi: plane(),
                clamped,
                records: records(&learner.dynamics, cells.parts.iter().map(|part| part.cells.clone()), |channels| {
                    workers.plane(steps, channels, trials)
                }),
            },
            arrivals: vec![vec![0.0; size]; cells.channels()],
            active: Vec::with_capacity(cells.len().max(x.channels())),
            y: workers.plane(steps, outputs, trials),
            filtered: vec![0.0; outputs * trials],
            sums: [vec![0.0; size], vec![0.0; size]],
        }
    }

    /// Calls `work` with the number of trials, as compiled for it where it is a usual one.
    #[inline(always)]
    fn wide(&mut self, work: impl Fn(&mut Self, usize)) {
        let trials = self.tape.trials();
        vectorized(
            #[inline(always)]
            || match trials {
                GROUP_TRIALS => work(self, GROUP_TRIALS),
                1 => work(self, 1),
                trials => work(self, trials),
            },
        );
    }

    #[inline(always)]
    fn deliver(&mut self, wiring: &Wiring, step: usize, trials: usize) {
        let Self { tape, arrivals, active, .. } = self;
        wiring.input.deliver(tape.x.step(step), trials, arrivals, active);
        if let Some(sent) = step.checked_sub(wiring.delay) {
            wiring.recurrent.deliver(tape.z.step(sent), trials, arrivals, active);
        }
    }

    /// Reads the outputs of a step, while they are near.
    #[inline(always)]
    fn conclude(&mut self, readout: &Readout, step: usize, trials: usize) {
        let z = self.tape.z.step(step);
        readout.step(z, &mut self.filtered, self.y.step_mut(step), trials);
        for (sums, plane) in self.sums.iter_mut().zip([z, self.tape.psi.step(step)]) {
            sums.iter_mut().zip(plane).for_each(|(sum, value)| *sum += value);
        }
    }
}

/// The state of a part in all trials of a group, and its scratch.
struct PartState {
    state: State<f64>,
    /// A copy of the state that is advanced without threshold.
    free: Option<State<f64>>,
    fired: Vec<u8>,
    /// 1 where the cell was refractory in this step.
    refractory: Vec<f64>,
    /// A copy of what arrives, for the cells without threshold.
    arrived: Vec<f64>,
    /// Of cells from equations.
    derived: Option<DerivedState>,
    trials: usize,
}

impl PartState {
    fn rested(part: &Part, trials: usize) -> Self {
        let size = part.cells.len() * trials;
        let state = part.model.rest(0..part.cells.len(), trials);
        let free = part.free.is_some().then(|| state.clone());
        let arrived = if part.free.is_some() { vec![0.0; size] } else { Vec::new() };
        let derived = match &part.own {
            Rules::Constants { .. } => None,
            Rules::Derived(own) => Some(DerivedState::rested(own, &state)),
        };
        Self { state, free, fired: vec![0; size], refractory: vec![0.0; size], arrived, derived, trials }
    }

    /// Writes the derivatives of the step down, of cells from equations.
    fn differentiate(
        &mut self,
        part: &Part,
        group: &mut GroupState,
        (population, step): (usize, usize),
    ) -> Result<(), TrialError> {
        let (Rules::Derived(own), Some(tested)) = (&part.own, &mut self.derived) else { return Ok(()) };
        own.arrive(tested, &mut group.arrivals, self.trials);
        let records = group.tape.records.iter_mut().find(|records| records.cells == part.cells);
        let numbers = records.expect("the planes of a part are there").numbers.step_mut(step);
        let stretch = Stretch { first_cell: 0, trials: self.trials, step: step as u64 + 1 };
        if own.differentiate(tested, numbers, &[], stretch) {
            return Ok(());
        }
        // What is not finite of the state itself is told by the cells.
        let Some((number, place, value)) = Derived::not_finite(numbers, part.cells.len() * self.trials) else {
            return Ok(());
        };
        let (trial, cell) = (place % self.trials, place / self.trials);
        let what = own.named(number);
        Err(TrialError::NoDerivative { trial, step, population, cell, what, value })
    }

    /// One step of all cells and trials; whether all variables are finite.
    fn advance(&mut self, part: &Part, planes: &mut [Vec<f64>], step: usize) -> bool {
        if let Some(left) = self.state.counters.first() {
            let refractory = self.refractory.iter_mut().zip(left);
            vectorized(
                #[inline(always)]
                || refractory.for_each(|(refractory, left)| *refractory = if *left > 0 { 1.0 } else { 0.0 }),
            );
        }
        let range = part.cells.start * self.trials..part.cells.end * self.trials;
        if let (Some(model), Some(free)) = (&part.free, &mut self.free) {
            copy(&self.state, free);
            let input: &mut [&mut [f64]] = if model.info().before_test() {
                self.arrived.copy_from_slice(&planes[0][range.clone()]);
                &mut [&mut self.arrived]
            } else {
                &mut []
            };
            advance(model.as_ref(), (part.cells.len(), self.trials), free, input, (&mut self.fired, step));
        }
        let info = part.model.info();
        if let Some(derived) = &mut self.derived {
            let mut input: ArrayVec<&mut [f64], PORTS> = derived.arrivals().iter_mut().map(Vec::as_mut_slice).collect();
            let size = (part.cells.len(), self.trials);
            return advance(part.model.as_ref(), size, &mut self.state, &mut input, (&mut self.fired, step));
        }
        let mut input: ArrayVec<&mut [f64], PORTS> = ArrayVec::new();
        for (plane, port) in planes.iter_mut().zip(info.ports) {
            input.push(if port.into.is_none() { &mut plane[range.clone()] } else { &mut [] });
        }
        let size = (part.cells.len(), self.trials);
        let sound = advance(part.model.as_ref(), size, &mut self.state, &mut input, (&mut self.fired, step));
        drop(input);
        for (port, variable) in info.lasting() {
            let values = self.state.variables[variable].iter_mut().zip(&mut planes[port][range.clone()]);
            vectorized(
                #[inline(always)]
                || values.for_each(|(value, arrival)| *value += std::mem::take(arrival)),
            );
        }
        sound
    }

    /// Writes z, ψ and, where cells are clamped, v and R of this step.
    #[inline(always)]
    fn tell(&self, part: &Part, tape: &mut Tape, step: usize) {
        let range = part.cells.start * self.trials..part.cells.end * self.trials;
        let z = &mut tape.z.step_mut(step)[range.clone()];
        match part.model.info().output {
            Output::Spikes => z.iter_mut().zip(&self.fired).for_each(|(z, fired)| *z = f64::from(*fired)),
            Output::Graded(variable) => z.copy_from_slice(&self.state.variables[variable]),
        }
        let psi = &mut tape.psi.step_mut(step)[range.clone()];
        let slopes = match &part.own {
            Rules::Constants { slopes, .. } => slopes,
            Rules::Derived(own) => {
                let records = tape.records.iter().find(|records| records.cells == part.cells);
                let numbers = records.expect("the planes of a part are there").numbers.step(step);
                let stretch = Stretch { first_cell: 0, trials: self.trials, step: step as u64 + 1 };
                return own.slopes(numbers, stretch, psi);
            }
        };
        let variables: ArrayVec<&[f64], VARIABLES> = self.state.variables.iter().map(Vec::as_slice).collect();
        let membrane = &self.free.as_ref().unwrap_or(&self.state).variables[0];
        let tested = Tested { membrane, variables: &variables, refractory: &self.refractory };
        slopes.write(&tested, self.trials, psi);
        if let (Some(clamped), Some(free)) = (&mut tape.clamped, &self.free) {
            clamped.v.step_mut(step)[range.clone()].copy_from_slice(&free.variables[0]);
            clamped.refractory.step_mut(step)[range].copy_from_slice(&self.refractory);
        }
    }

    /// The first cell with a variable that is no number.
    fn not_finite(&self, part: &Part, (population, step): (usize, usize)) -> TrialError {
        let of = |(variable, plane): (usize, &Vec<f64>)| {
            plane.iter().position(|value| !value.is_finite()).map(|slot| (variable, slot, plane[slot]))
        };
        let mut found = self.state.variables.iter().enumerate().filter_map(of);
        let (variable, slot, value) = found.next().expect("one of them is not finite");
        let variable = part.model.info().variables[variable].symbol;
        let (trial, cell) = (slot % self.trials, slot / self.trials);
        TrialError::NonFinite { trial, step, population, cell, variable, value }
    }
}

fn copy(from: &State<f64>, to: &mut State<f64>) {
    to.variables.iter_mut().zip(&from.variables).for_each(|(to, from)| to.copy_from_slice(from));
    to.counters.iter_mut().zip(&from.counters).for_each(|(to, from)| to.copy_from_slice(from));
}

/// Advances some cells by one step.
fn advance<'p>(
    model: &dyn NeuronModel<f64>,
    (cells, trials): (usize, usize),
    state: &'p mut State<f64>,
    input: &mut [&'p mut [f64]],
    (fired, step): (&mut [u8], usize),
) -> bool {
    let Planes { mut variables, mut counters } = state.planes();
    let (step, range) = (step as u64 + 1, 0..cells * trials);
    let (variables, counters) = (&mut variables[..], &mut counters[..]);
    model.advance(0..cells, trials, Frame { variables, counters, input, currents: &[], fired, step, range })
}
