//! The gradient of `uoro`: one trial after another, forward in time, with nothing of the future.

use super::Form;
use super::arrivals::exact_readout;
use crate::cell::{LocalStep, Traces};
use crate::path::eligibility::{Synapse, incoming};
use crate::rows::Ring;
use crate::rule::Rule;
use crate::{Credit, Error, Gradient, Learner, Matrix, Tape};
use neuropil_core::{Stream, StreamKey};

/// By the signs of [`crate::RuleSettings::draws`].
pub(super) fn drawn(rule: &Rule, learner: &Learner, tape: &Tape, credit: &Credit) -> Result<Gradient, Error> {
    let draws = learner.rules.draws;
    let key = StreamKey::new(draws.seed, Stream::Control, 6);
    let of = |trial: usize| key.at(u32::try_from(draws.first + trial).unwrap_or(u32::MAX), u64::from(draws.update));
    let (mut rng, mut last) = (of(0), 0);
    let signs = |[trial, _]: [usize; 2], signs: &mut [f64]| {
        if trial != last {
            (rng, last) = (of(trial), trial);
        }
        for chunk in signs.chunks_mut(u32::BITS as usize) {
            let bits = rng.draw_u32();
            for (bit, sign) in chunk.iter_mut().enumerate() {
                *sign = if bits >> bit & 1 == 0 { -1.0 } else { 1.0 };
            }
        }
    };
    by_signs(rule, learner, (tape, credit), Balance::Norms, signs)
}

/// What ρ0 and ρ1 are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Balance {
    /// Those that make s and w as large as each other.
    Norms,
    /// Given ones.
    Given([f64; 2]),
}

/// The gradient of one draw, over existing synapses; `signs` writes ν of a trial and a step, `[port * cells + cell]`, trial after trial.
///
/// # Errors
/// Learners, tapes and credit that do not fit.
pub fn by_signs(
    rule: &Rule,
    learner: &Learner,
    (tape, credit): (&Tape, &Credit),
    balance: Balance,
    mut signs: impl FnMut([usize; 2], &mut [f64]),
) -> Result<Gradient, Error> {
    learner.check()?;
    tape.check(learner)?;
    credit.check(learner, tape)?;
    rule.check(learner)?;
    if learner.rules.controls.reversed {
        let reason = "errors that come in the reverse order of steps are of the future";
        return Err(Error::NoForm { rule: rule.name, form: Form::Causal, reason });
    }
    let broadcast = rule.broadcast_matrix(learner)?;
    let mut gradient = exact_readout(learner, tape, credit);
    let mut own = Product::new(learner, &broadcast, balance);
    for trial in 0..tape.trials() {
        own.rest();
        let regulariser = credit.regulariser_in(trial);
        for step in 0..tape.steps() {
            signs([trial, step], &mut own.signs);
            own.step((tape, step, trial));
            let worth = own.worth(|k| credit.err.at(step, k, trial), &regulariser);
            if worth != 0.0 {
                own.add(worth, &mut gradient);
            }
        }
    }
    gradient.mask(learner);
    Ok(gradient)
}

/// s and w of one trial.
struct Product<'a> {
    learner: &'a Learner,
    broadcast: &'a Matrix,
    balance: Balance,
    incoming: Vec<Vec<Synapse>>,
    /// How many synapses begin at each partner, inputs first.
    fan_out: Vec<f64>,
    /// s: states of all cells.
    cells: Vec<Traces>,
    /// s: e of the last d steps.
    sent: Ring,
    /// s: ȳ.
    said: Vec<f64>,
    /// w, `[cell][partner]`, inputs first.
    w: Vec<f64>,
    /// ν of the step, `[port * cells + cell]`.
    signs: Vec<f64>,
    pre: Vec<f64>,
    arriving: Vec<f64>,
    state: Vec<f64>,
}

impl<'a> Product<'a> {
    fn new(learner: &'a Learner, broadcast: &'a Matrix, balance: Balance) -> Self {
        let (cells, inputs) = (learner.cells(), learner.inputs());
        let to = |pre: usize| (0..cells).filter(|post| learner.exists(*post, pre)).count() as f64;
        let states = learner.dynamics.iter().map(LocalStep::states).max().unwrap_or(0);
        Self {
            learner,
            broadcast,
            balance,
            incoming: incoming(learner),
            fan_out: std::iter::repeat_n(cells as f64, inputs).chain((0..cells).map(to)).collect(),
            cells: learner.dynamics.iter().map(|own| Traces::new(own, 1)).collect(),
            sent: Ring::new(learner.delay, cells),
            said: vec![0.0; learner.readout.outputs()],
            w: vec![0.0; cells * (inputs + cells)],
            signs: vec![0.0; learner.channels() * cells],
            pre: vec![0.0; inputs + cells],
            arriving: vec![0.0; learner.channels()],
            state: vec![0.0; states],
        }
    }

    fn rest(&mut self) {
        for own in &mut self.cells {
            [&mut own.state, &mut own.linear, &mut own.e].into_iter().for_each(|plane| plane.fill(0.0));
        }
        self.sent.values_mut().fill(0.0);
        self.said.fill(0.0);
        self.w.fill(0.0);
    }

    fn step(&mut self, at: (&Tape, usize, usize)) {
        let (tape, step, trial) = at;
        let (inputs, delay) = (self.learner.inputs(), self.learner.delay);
        for (q, pre) in self.pre.iter_mut().enumerate() {
            *pre = match q.checked_sub(inputs) {
                None => tape.x.at(step, q, trial),
                Some(cell) => step.checked_sub(delay).map_or(0.0, |sent| tape.z.at(sent, cell, trial)),
            };
        }
        self.propagate(at);
        let injected = self.injected(at);
        let [rho0, rho1] = self.factors(injected);
        self.scale(rho0);
        if rho1 > 0.0 {
            self.inject(at, rho1);
        }
        for (k, said) in self.said.iter_mut().enumerate() {
            let read = self.cells.iter().enumerate().map(|(cell, own)| self.broadcast[(cell, k)] * own.e[0]);
            *said += self.learner.readout.scale * read.sum::<f64>();
        }
        let newest = self.sent.push();
        newest.iter_mut().zip(&self.cells).for_each(|(sent, own)| *sent = own.e[0]);
    }

    /// s ← J s, but for what the readout sees of this step.
    fn propagate(&mut self, (tape, step, trial): (&Tape, usize, usize)) {
        let sent = self.sent.back(self.learner.delay - 1);
        for (cell, own) in self.cells.iter_mut().enumerate() {
            self.arriving.fill(0.0);
            for Synapse { pre, port, weight } in &self.incoming[cell] {
                self.arriving[*port] += weight * sent[*pre];
            }
            let gate = tape.gate(step, cell * tape.trials() + trial);
            self.learner.dynamics[cell].trace(&gate, &self.arriving, own);
        }
        self.said.iter_mut().for_each(|said| *said *= self.learner.readout.kappa);
    }

    /// |Σ ν b|: what the signs do to all cells.
    fn injected(&mut self, (tape, step, trial): (&Tape, usize, usize)) -> f64 {
        let mut square = 0.0;
        for cell in 0..self.cells.len() {
            let gate = tape.gate(step, cell * tape.trials() + trial);
            self.kick(cell, &gate);
            square += self.state[..self.learner.dynamics[cell].states()].iter().map(|b| b * b).sum::<f64>();
        }
        square.sqrt()
    }

    /// Writes Σ ν b of a cell into `state`.
    fn kick(&mut self, cell: usize, gate: &crate::cell::Gate<'_>) {
        let (own, cells) = (&self.learner.dynamics[cell], self.cells.len());
        for port in 0..own.ports() {
            self.arriving[port] = self.signs[port * cells + cell];
        }
        let state = &mut self.state[..own.states()];
        state.fill(0.0);
        own.step(gate, 0.0, &self.arriving[..own.ports()], state);
    }

    /// ρ0 and ρ1; ρ1 is 0 where nothing is added.
    fn factors(&self, injected: f64) -> [f64; 2] {
        let square = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>();
        let brought = self.pre.iter().zip(&self.fan_out).map(|(pre, count)| pre * pre * count).sum::<f64>().sqrt();
        let adds = injected > 0.0 && brought > 0.0;
        if let Balance::Given([rho0, rho1]) = self.balance {
            return [rho0, if adds { rho1 } else { 0.0 }];
        }
        let cells = self.cells.iter().map(|own| square(&own.state)).sum::<f64>();
        let s = (cells + square(self.sent.values()) + square(&self.said)).sqrt();
        let w = square(&self.w).sqrt();
        let rho0 = if s > 0.0 && w > 0.0 { (w / s).sqrt() } else { 1.0 };
        [rho0, if adds { (brought / injected).sqrt() } else { 0.0 }]
    }

    /// s ← ρ0 s, w ← w/ρ0.
    fn scale(&mut self, rho0: f64) {
        let times = |values: &mut [f64], factor: f64| values.iter_mut().for_each(|value| *value *= factor);
        for own in &mut self.cells {
            [&mut own.state, &mut own.linear, &mut own.e].into_iter().for_each(|plane| times(plane, rho0));
        }
        times(self.sent.values_mut(), rho0);
        times(&mut self.said, rho0);
        times(&mut self.w, 1.0 / rho0);
    }

    /// s ← s + ρ1 Σ ν b, w ← w + ν pre/ρ1.
    fn inject(&mut self, (tape, step, trial): (&Tape, usize, usize), rho1: f64) {
        let (learner, cells, inputs) = (self.learner, self.cells.len(), self.learner.inputs());
        for cell in 0..cells {
            let gate = tape.gate(step, cell * tape.trials() + trial);
            self.kick(cell, &gate);
            let (dynamics, own) = (&learner.dynamics[cell], &mut self.cells[cell]);
            own.state.iter_mut().zip(&self.state).for_each(|(state, b)| *state += rho1 * b);
            own.linear[0] = own.state.iter().enumerate().map(|(place, x)| dynamics.seen(&gate, place) * x).sum();
            own.e[0] = dynamics.output_slope(&gate) * own.linear[0];
        }
        for (q, pre) in self.pre.iter().enumerate().filter(|(_, pre)| **pre != 0.0) {
            for cell in 0..cells {
                let receptor = match q.checked_sub(inputs) {
                    None => learner.input_receptor(cell, q),
                    Some(from) if learner.exists(cell, from) => learner.receptor(cell, from),
                    Some(_) => continue,
                };
                let sign = self.signs[learner.dynamics[cell].port(receptor) * cells + cell];
                self.w[cell * self.pre.len() + q] += sign * pre / rho1;
            }
        }
    }

    /// What s is worth at this step.
    fn worth(&self, err: impl Fn(usize) -> f64, regulariser: &[f64]) -> f64 {
        let task: f64 = self.said.iter().enumerate().map(|(k, said)| err(k) * said).sum();
        let own: f64 = regulariser.iter().zip(&self.cells).map(|(own, cell)| own * cell.e[0]).sum();
        task + own
    }

    /// dE/dW += worth w.
    fn add(&self, worth: f64, gradient: &mut Gradient) {
        let inputs = self.learner.inputs();
        for (cell, w) in self.w.chunks_exact(self.pre.len()).enumerate() {
            let (of_inputs, of_cells) = w.split_at(inputs);
            crate::form::add_scaled(gradient.w_in.row_mut(cell), worth, of_inputs);
            crate::form::add_scaled(gradient.w_rec.row_mut(cell), worth, of_cells);
        }
    }
}
