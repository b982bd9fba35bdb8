//! Spikes that leave with a factor.

use super::programs::Programs;
use crate::synapse::model::Sent;
use crate::synapse::state::SenderState;
use neuropil_equations::machine::lanes::{Bank, Input, LANES, Program};

/// The state of cells that never fired.
pub(super) fn rest(programs: &Programs, cells: usize) -> SenderState {
    let cell = &programs.starts.pre;
    SenderState { width: cell.len(), variables: cell.repeat(cells), last_step: vec![None; cells] }
}

/// Adds the factor of each spike of a step.
pub(super) fn send(
    (programs, program): (&Programs, &Program),
    bank: &mut Bank,
    state: &mut SenderState,
    sent: Sent<'_>,
    factors: &mut Vec<f64>,
) {
    let mut rest = sent.fired;
    while !rest.is_empty() {
        // A cell that fires twice in a step does so one after the other.
        let distinct = 1 + rest.windows(2).take(LANES - 1).take_while(|pair| pair[0] != pair[1]).count();
        let (now, later) = rest.split_at(distinct);
        rest = later;
        some(program, programs.starts.pre.len(), bank, state, Sent { fired: now, ..sent }, factors);
    }
}

#[expect(clippy::cast_precision_loss, reason = "steps stay below 2^48")]
fn some(
    program: &Program,
    width: usize,
    bank: &mut Bank,
    state: &mut SenderState,
    sent: Sent<'_>,
    factors: &mut Vec<f64>,
) {
    let (dt, cells) = (sent.clock.dt_ms(), || sent.fired.iter().map(|id| (id - sent.first_id) as usize));
    for (place, input) in program.inputs().iter().enumerate() {
        let to = bank.input(place).iter_mut().zip(cells());
        match input {
            Input::Pre(own) => to.for_each(|(to, cell)| *to = state.variables[cell * width + own]),
            Input::SincePre => {
                to.for_each(|(to, cell)| *to = (sent.step - state.last_step[cell].unwrap_or(0)) as f64 * dt);
            }
            Input::Time => to.for_each(|(to, _)| *to = sent.step as f64 * dt),
            other => unreachable!("{other:?} is not known to a sending cell"),
        }
    }
    program.run(bank, sent.fired.len(), None);
    for (lane, cell) in cells().enumerate() {
        for own in 0..width {
            state.variables[cell * width + own] = program.output(bank, own, lane);
        }
        state.last_step[cell] = Some(sent.step);
        factors.push(program.output(bank, width, lane));
    }
}
