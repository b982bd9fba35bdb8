//! The step of a group of trials: the only place that knows its order.

use super::TrialError;
use super::cells::{Part, TrialCells};
use super::synapses::Synapses;
use neuropil_core::simd::vectorized;
use neuropil_network::neuron::{Arrivals, CHANNELS, Frame, Learnable, NeuronModel, Output, State};
use neuropil_plasticity::{Learner, Plane, PseudoDerivative, Tape};

/// Weights as spikes need them; made once a batch.
pub(super) struct Wiring {
    input: Synapses,
    recurrent: Synapses,
    delay: usize,
}

impl Wiring {
    pub fn of(learner: &Learner) -> Self {
        let split: Vec<bool> = learner.dynamics.iter().map(|cell| cell.is_split()).collect();
        let mut existing = learner.w_rec.clone();
        for (post, pre) in pairs(learner.cells()).filter(|(post, pre)| !learner.exists(*post, *pre)) {
            existing[(post, pre)] = 0.0;
        }
        let input =
            Synapses::of(&learner.w_in, |post, pre| if split[post] { learner.input_receptor(post, pre) } else { 0 });
        let recurrent = Synapses::of(&existing, |post, pre| if split[post] { learner.receptor(post, pre) } else { 0 });
        Self { input, recurrent, delay: learner.delay }
    }
}

fn pairs(cells: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..cells).flat_map(move |post| (0..cells).map(move |pre| (post, pre)))
}

/// Runs a group of trials from rest with the weights of `learner`; `x` is `[step][input][lane]`.
///
/// # Errors
/// [`TrialError::NonFinite`], with trials counted from the first of the group; what does not fit the learner.
pub fn run_group(cells: &TrialCells, learner: &Learner, x: Plane) -> Result<Tape, TrialError> {
    learner.check()?;
    run(cells, learner, &Wiring::of(learner), x)
}

/// The same, with the learner checked and its weights in order.
pub(super) fn run(cells: &TrialCells, learner: &Learner, wiring: &Wiring, x: Plane) -> Result<Tape, TrialError> {
    for (what, found, expected) in
        [("cells of the learner", learner.cells(), cells.len()), ("inputs", x.channels(), learner.inputs())]
    {
        if found != expected {
            return Err(TrialError::Size { what, found: found.to_string(), expected: expected.to_string() });
        }
    }
    let (steps, lanes) = (x.steps(), x.lanes());
    let mut tape = Tape::zeros(learner, steps, lanes);
    tape.x = x;
    let mut planes = vec![vec![0.0; cells.len() * lanes]; cells.channels()];
    let mut states: Vec<PartState> = cells.parts.iter().map(|part| PartState::rested(part, lanes)).collect();
    // Cells take what arrives, so that the planes are zeros again after every step.
    for step in 0..steps {
        wiring.input.deliver(tape.x.step(step), lanes, &mut planes);
        if let Some(sent) = step.checked_sub(wiring.delay) {
            wiring.recurrent.deliver(tape.z.step(sent), lanes, &mut planes);
        }
        for (population, (part, state)) in cells.parts.iter().zip(&mut states).enumerate() {
            if !state.advance(part, &mut planes, step) {
                return Err(state.not_finite(part, (population, step)));
            }
            state.tell(part, cells.pseudo_derivative, &mut tape, step);
        }
    }
    Ok(tape)
}

/// The state of a part in all lanes of a group, and its scratch.
struct PartState {
    state: State<f64>,
    /// A copy of the state that is advanced without threshold.
    free: Option<State<f64>>,
    fired: Vec<u8>,
    /// 1 where the cell was refractory in this step.
    held: Vec<f64>,
    /// A copy of what arrives, for the cells without threshold.
    arrived: Vec<f64>,
    lanes: usize,
}

impl PartState {
    fn rested(part: &Part, lanes: usize) -> Self {
        let size = part.cells.len() * lanes;
        let state = part.model.rest(0..part.cells.len(), lanes);
        let free = part.free.is_some().then(|| state.clone());
        let arrived = if part.free.is_some() { vec![0.0; size] } else { Vec::new() };
        Self { state, free, fired: vec![0; size], held: vec![0.0; size], arrived, lanes }
    }

    /// One step of all cells and lanes; whether all variables are finite.
    fn advance(&mut self, part: &Part, planes: &mut [Vec<f64>], step: usize) -> bool {
        if let Some(left) = self.state.counters.first() {
            self.held.iter_mut().zip(left).for_each(|(held, left)| *held = f64::from(u8::from(*left > 0)));
        }
        let range = part.cells.start * self.lanes..part.cells.end * self.lanes;
        if let (Some(model), Some(free)) = (&part.free, &mut self.free) {
            copy(&self.state, free);
            let mut input: [&mut [f64]; CHANNELS] = Default::default();
            if model.info().arrivals == Arrivals::BeforeTest {
                self.arrived.copy_from_slice(&planes[0][range.clone()]);
                input[0] = &mut self.arrived;
            }
            advance(model.as_ref(), (part.cells.len(), self.lanes), free, input, (&mut self.fired, step));
        }
        let info = part.model.info();
        let mut input: [&mut [f64]; CHANNELS] = Default::default();
        if info.arrivals == Arrivals::BeforeTest {
            let own = planes.iter_mut().take(info.receptors.channels());
            input.iter_mut().zip(own).for_each(|(input, plane)| *input = &mut plane[range.clone()]);
        }
        let size = (part.cells.len(), self.lanes);
        let sound = advance(part.model.as_ref(), size, &mut self.state, input, (&mut self.fired, step));
        for (variable, plane) in info.arrivals.variables().iter().zip(planes) {
            let values = self.state.variables[*variable].iter_mut().zip(&mut plane[range.clone()]);
            values.for_each(|(value, arrival)| *value += std::mem::take(arrival));
        }
        sound
    }

    /// Writes z, ψ and, where cells are clamped, v and R of this step.
    fn tell(&self, part: &Part, shape: PseudoDerivative, tape: &mut Tape, step: usize) {
        let range = part.cells.start * self.lanes..part.cells.end * self.lanes;
        let z = &mut tape.z.step_mut(step)[range.clone()];
        match part.model.info().output {
            Output::Spikes => z.iter_mut().zip(&self.fired).for_each(|(z, fired)| *z = f64::from(*fired)),
            Output::Graded(variable) => z.copy_from_slice(&self.state.variables[variable]),
        }
        let psi = &mut tape.psi.step_mut(step)[range.clone()];
        vectorized(
            #[inline(always)]
            || self.slopes(part, shape, psi),
        );
        if let (Some(clamped), Some(free)) = (&mut tape.clamped, &self.free) {
            clamped.v.step_mut(step)[range.clone()].copy_from_slice(&free.variables[0]);
            clamped.held.step_mut(step)[range].copy_from_slice(&self.held);
        }
    }

    #[inline(always)]
    fn slopes(&self, part: &Part, shape: PseudoDerivative, psi: &mut [f64]) {
        let variables = &self.state.variables;
        for ((cell, own), psi) in part.own.iter().enumerate().zip(psi.chunks_exact_mut(self.lanes)) {
            let lanes = cell * self.lanes..(cell + 1) * self.lanes;
            let (held, v) = (&self.held[lanes.clone()], &variables[0][lanes.clone()]);
            match *own {
                Learnable::Adaptive { v_th, beta, .. } => {
                    for (((psi, v), a), held) in psi.iter_mut().zip(v).zip(&variables[1][lanes]).zip(held) {
                        *psi = (1.0 - held) * shape.slope(v - (v_th + beta * a), v_th);
                    }
                }
                Learnable::Rectified { theta, .. } => {
                    let slope = |v: f64| PseudoDerivative::Relu.slope(v - theta, theta);
                    psi.iter_mut().zip(v).for_each(|(psi, v)| *psi = slope(*v));
                }
                Learnable::Tanh { .. } => {
                    for (psi, u) in psi.iter_mut().zip(&variables[1][lanes]) {
                        let tanh = u.tanh();
                        *psi = 1.0 - tanh * tanh;
                    }
                }
                Learnable::Clamped { v_th, .. } => {
                    let free = self.free.as_ref().map_or(v, |free| &free.variables[0][lanes]);
                    for ((psi, v), held) in psi.iter_mut().zip(free).zip(held) {
                        *psi = (1.0 - held) * shape.slope(v - v_th, v_th);
                    }
                }
            }
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
        let (trial, cell) = (slot % self.lanes, slot / self.lanes);
        TrialError::NonFinite { trial, step, population, cell, variable, value }
    }
}

fn copy(from: &State<f64>, to: &mut State<f64>) {
    to.variables.iter_mut().zip(&from.variables).for_each(|(to, from)| to.copy_from_slice(from));
    to.counters.iter_mut().zip(&from.counters).for_each(|(to, from)| to.copy_from_slice(from));
}

/// Advances some cells by one step.
fn advance(
    model: &dyn NeuronModel<f64>,
    (cells, lanes): (usize, usize),
    state: &mut State<f64>,
    input: [&mut [f64]; CHANNELS],
    (fired, step): (&mut [u8], usize),
) -> bool {
    let (variables, counters) = state.planes();
    let (step, range) = (step as u64 + 1, 0..cells * lanes);
    model.advance(0..cells, lanes, Frame { variables, counters, input, current: &[], fired, step, range })
}
