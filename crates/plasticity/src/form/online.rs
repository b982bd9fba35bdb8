//! Traces forward in time, with direct credit from the tape (forward) or with what a cell knows at the time (causal).

use super::lanes::Ring;
use super::modes::Modes;
use super::onto::{Credits, Onto, Path, Shared, Slow};
use super::response::System;
use super::returns::entries;
use super::{Form, taps_of};
use crate::cell::{FirstHop, Gate, LocalStep};
use crate::rule::{Emission, Feedback, Reach, Rule, Slope};
use crate::taps::Taps;
use crate::types::Classes;
use crate::{Error, Gradient, Learner, Matrix};

/// One step of one trial.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// x, one an input.
    pub x: &'a [f64],
    /// z, one a cell.
    pub z: &'a [f64],
    /// ψ, one a cell.
    pub psi: &'a [f64],
    /// v − E_L at the test of the threshold, one a cell; empty without clamped cells.
    pub v: &'a [f64],
    /// R, one a cell; empty without clamped cells.
    pub held: &'a [f64],
    /// err = ∂E/∂y, one a readout.
    pub err: &'a [f64],
}

/// A rule at work while a trial runs: bounded state for each synapse, nothing from the future.
///
/// One trial after another: [`Self::rest`] between them. The gradient is the sum over all.
pub struct Online<'a> {
    rule: Rule,
    shared: Shared<'a>,
    emission: Routing,
    broadcast: Matrix,
    regulariser: Vec<f64>,
    synapses: Vec<Onto>,
    /// z of the last d steps.
    sent: Ring,
    v_before: Vec<f64>,
    z_before: Vec<f64>,
    slow_psi: Vec<f64>,
    /// z filtered by the readout, one a cell.
    z_slow: Vec<f64>,
    pre: Vec<f64>,
    credits: Credits,
    w_out: Matrix,
    b: Vec<f64>,
}

/// From emissions, one a cell, to what multiplies travelled eligibility.
enum Routing {
    None,
    /// One hop: entries (post, channel, weight) for each pre; `[lag][cell]`.
    OneHop {
        entries: Vec<Vec<(usize, usize, f64)>>,
        /// `[channel][cell]`.
        first: Vec<FirstHop>,
        delay: usize,
    },
    /// Taps over class sums; `[lag][cell]`.
    Taps {
        taps: Taps,
        class_of: Vec<usize>,
        type_id: Vec<usize>,
    },
    /// Class sums.
    Classes {
        class_of: Vec<usize>,
        classes: usize,
    },
    /// As they are.
    Cells,
}

impl<'a> Online<'a> {
    /// A rule in its causal form; `regulariser` is reg_j of each cell or empty.
    pub fn new(rule: &Rule, learner: &'a Learner, regulariser: &[f64]) -> Result<Self, Error> {
        Self::of(Form::Causal, rule, learner, regulariser)
    }

    pub(crate) fn of(form: Form, rule: &Rule, learner: &'a Learner, regulariser: &[f64]) -> Result<Self, Error> {
        learner.check()?;
        rule.check(learner)?;
        let (path, emission) = paths(form, rule, learner)?;
        let slow = slow(form, rule, learner)?;
        let (cells, inputs, outputs) = (learner.cells(), learner.inputs(), learner.readout.outputs());
        let shared = Shared { learner, way: path, slow, kappa: learner.readout.kappa };
        Ok(Self {
            rule: *rule,
            emission,
            broadcast: rule.broadcast_matrix(learner)?,
            regulariser: if regulariser.is_empty() { vec![0.0; cells] } else { regulariser.to_vec() },
            synapses: (0..cells).map(|cell| Onto::new(&shared, cell)).collect(),
            shared,
            sent: Ring::new(learner.delay, cells),
            v_before: vec![0.0; cells],
            z_before: vec![0.0; cells],
            slow_psi: vec![0.0; cells],
            z_slow: vec![0.0; cells],
            pre: vec![0.0; inputs + cells],
            credits: Credits::default(),
            w_out: Matrix::zeros(outputs, cells),
            b: vec![0.0; outputs],
        })
    }

    /// Forgets the trial, keeps the gradient.
    pub fn rest(&mut self) {
        self.synapses.iter_mut().for_each(|own| own.rest(&self.shared));
        self.sent = Ring::new(self.shared.learner.delay, self.z_before.len());
        for state in [&mut self.v_before, &mut self.z_before, &mut self.slow_psi, &mut self.z_slow] {
            state.fill(0.0);
        }
    }

    /// One step on. The slices have the lengths that [`Moment`] says.
    pub fn step(&mut self, now: &Moment<'_>) {
        self.advance(now, None);
    }

    /// One step with direct credit of the tape: D of each cell, and D of the task alone.
    pub(crate) fn advance(&mut self, now: &Moment<'_>, direct: Option<[&[f64]; 2]>) {
        self.observe(now);
        self.read_out(now);
        match direct {
            Some([full, task]) if self.shared.slow == Slow::Nothing => self.credit(full, task, now.psi),
            _ => self.credit_now(now),
        }
        let (z_before, v_before) = (&self.z_before, &self.v_before);
        let gate = |cell: usize| Gate {
            psi: now.psi[cell],
            z_before: z_before[cell],
            held: now.held.get(cell).copied().unwrap_or(0.0),
            tested_before: &v_before[cell..=cell],
        };
        for own in &mut self.synapses {
            own.step(&self.shared, &self.pre, &gate, &self.credits);
        }
        self.sent.push().copy_from_slice(now.z);
        self.z_before.copy_from_slice(now.z);
        if !now.v.is_empty() {
            self.v_before.copy_from_slice(now.v);
        }
    }

    fn observe(&mut self, now: &Moment<'_>) {
        let (inputs, delay) = (now.x.len(), self.shared.learner.delay);
        self.pre[..inputs].copy_from_slice(now.x);
        self.pre[inputs..].copy_from_slice(self.sent.back(delay - 1));
        let kappa = self.shared.kappa;
        for (slow, psi) in self.slow_psi.iter_mut().zip(now.psi) {
            *slow = kappa * *slow + (1.0 - kappa) * psi;
        }
    }

    /// dE/dW_out = Σ err z̄.
    fn read_out(&mut self, now: &Moment<'_>) {
        let readout = &self.shared.learner.readout;
        for (slow, z) in self.z_slow.iter_mut().zip(now.z) {
            *slow = readout.kappa * *slow + readout.scale * z;
        }
        for (k, err) in now.err.iter().enumerate() {
            super::lanes::add_scaled(self.w_out.row_mut(k), *err, &self.z_slow);
            self.b[k] += err;
        }
    }

    /// Credit known in full: D of each cell, and D of the task.
    fn credit(&mut self, full: &[f64], task: &[f64], psi: &[f64]) {
        self.credits.own.clear();
        self.credits.own.extend_from_slice(full);
        let emitting = if self.rule.emission == Emission::LocalRegulariser { task } else { full };
        let emitted: Vec<f64> = emitting.iter().zip(psi).map(|(direct, psi)| direct * psi).collect();
        self.emission.route(&self.shared, &emitted, &mut self.credits.emitted);
    }

    /// Credit as far as it is known now: L_j = Σ_k B_fb err.
    fn credit_now(&mut self, now: &Moment<'_>) {
        let scale = self.shared.learner.readout.scale;
        let signal = |feedback: &[f64]| -> f64 { feedback.iter().zip(now.err).map(|(b, err)| b * err).sum() };
        let signals: Vec<f64> = (0..now.z.len()).map(|cell| signal(self.broadcast.row(cell))).collect();
        if self.shared.slow == Slow::Nothing {
            let task: Vec<f64> = signals.iter().map(|signal| scale * signal).collect();
            let full: Vec<f64> = task.iter().zip(&self.regulariser).map(|(task, own)| task + own).collect();
            return self.credit(&full, &task, now.psi);
        }
        let local: Vec<f64> = self.regulariser.iter().zip(now.psi).map(|(own, psi)| own * psi).collect();
        self.emission.route(&self.shared, &local, &mut self.credits.emitted);
        let slow: Vec<f64> = match self.shared.slow {
            Slow::Apart => {
                let gain = scale / (1.0 - self.shared.kappa);
                signals.iter().zip(&self.slow_psi).map(|(signal, psi)| gain * signal * psi).collect()
            }
            Slow::Product | Slow::Nothing => signals.clone(),
        };
        self.emission.route(&self.shared, &slow, &mut self.credits.emitted_slow);
        self.credits.own.clear();
        self.credits.own.extend_from_slice(&self.regulariser);
        self.credits.own_slow = signals;
    }

    /// The gradient so far.
    pub fn gradient(&self) -> Gradient {
        let mut gradient = self.dense();
        gradient.mask(self.shared.learner);
        gradient
    }

    /// Over existing and absent synapses.
    pub(crate) fn dense(&self) -> Gradient {
        let (cells, inputs) = (self.synapses.len(), self.shared.learner.inputs());
        Gradient {
            w_in: Matrix::from_fn(cells, inputs, |post, q| self.synapses[post].sum[q]),
            w_rec: Matrix::from_fn(cells, cells, |post, q| self.synapses[post].sum[inputs + q]),
            w_out: self.w_out.clone(),
            b: self.b.clone(),
        }
    }
}

/// The way of eligibility of a rule, and the routing of emissions that goes with it.
fn paths(form: Form, rule: &Rule, learner: &Learner) -> Result<(Path, Routing), Error> {
    let class_of = || Classes::new(learner).of_cell;
    let by_class = |reach| -> Result<(System, Routing), Error> {
        let system = System::by_class(learner, reach)?;
        let class_of = if reach == Reach::AllMeanConstants { learner.type_id.clone() } else { class_of() };
        let routing = Routing::Classes { class_of, classes: system.nodes() };
        Ok((system, routing))
    };
    let sources = || learner.type_id.clone();
    Ok(match (rule.feedback, rule.reach, rule.slope) {
        (Feedback::None, ..) => (Path::None, Routing::None),
        (_, Reach::OneHop, _) => {
            let channels = learner.channels();
            let entries = entries(rule.feedback, learner, channels);
            let first = |channel| learner.dynamics.iter().map(move |cell| cell.first_hop(cell.port(channel)));
            let first: Vec<FirstHop> = (0..channels).flat_map(first).collect();
            let late = first.iter().map(|hop| hop.late).max().unwrap_or(0);
            (Path::Lags(learner.delay + late), Routing::OneHop { entries, first, delay: learner.delay })
        }
        (_, Reach::Lags | Reach::LagsWithoutLeak, _) => {
            let taps = taps_of(rule, learner)?;
            (Path::Lags(taps.lags()), Routing::Taps { taps, class_of: class_of(), type_id: sources() })
        }
        (_, Reach::All, Slope::Exact) => (Path::Network { incoming: incoming(learner) }, Routing::None),
        (Feedback::TypeAll, reach, _) => {
            let (system, routing) = by_class(reach)?;
            if form == Form::Modal {
                (Path::Modes { modes: Modes::new(&system)?, sources: sources() }, routing)
            } else {
                (Path::Nodes { system, sources: sources(), first_hop: false }, routing)
            }
        }
        _ => {
            let system = System::by_cell(learner, rule.feedback)?;
            let first_hop = rule.slope == Slope::MuAndFirstHop;
            (Path::Nodes { system, sources: (0..learner.cells()).collect(), first_hop }, Routing::Cells)
        }
    })
}

/// What must be filtered, or why a form does not exist.
fn slow(form: Form, rule: &Rule, learner: &Learner) -> Result<Slow, Error> {
    let no = |reason| Err(Error::NoForm { rule: rule.name, form, reason });
    let through_types =
        rule.feedback == Feedback::TypeAll && matches!(rule.reach, Reach::All | Reach::AllMeanConstants);
    if form == Form::Modal {
        if !through_types || rule.emission == Emission::Online {
            return no("only ModProp over type means has modes");
        }
        if learner.delay != 1 || learner.dynamics.iter().any(|cell| cell.states() > 1) {
            return no("modes need a delay of one step and cells without adaptation and synaptic currents");
        }
    }
    if rule.emission == Emission::Online {
        return Ok(Slow::Apart);
    }
    if form != Form::Causal || learner.readout.kappa == 0.0 {
        return Ok(Slow::Nothing);
    }
    match (rule.feedback, rule.reach, rule.slope) {
        (Feedback::None, ..) => Ok(Slow::Product),
        (Feedback::Weights, Reach::All, Slope::Exact | Slope::Mu) => Ok(Slow::Product),
        (Feedback::TypeAll, Reach::OneHop, _) => no("the readout has a memory; mdgl_type_online is causal"),
        (Feedback::TypeAll, Reach::All, _) => no("the readout has a memory; modprop_type_online is causal"),
        _ => no("the readout has a memory (kappa > 0)"),
    }
}

/// For each cell: (presynaptic cell, channel, weight).
fn incoming(learner: &Learner) -> Vec<Vec<(usize, usize, f64)>> {
    let of = |post: usize| {
        let channel = |pre| learner.dynamics[post].port(learner.receptor(post, pre));
        let weights = learner.w_rec.row(post).iter().enumerate().filter(|(_, weight)| **weight != 0.0);
        weights.map(|(pre, weight)| (pre, channel(pre), *weight)).collect()
    };
    (0..learner.cells()).map(of).collect()
}

impl Routing {
    fn route(&self, shared: &Shared<'_>, emitted: &[f64], out: &mut Vec<f64>) {
        let cells = emitted.len();
        out.clear();
        match self {
            Routing::None => {}
            Routing::Cells => out.extend_from_slice(emitted),
            Routing::Classes { class_of, classes } => {
                out.resize(*classes, 0.0);
                class_of.iter().zip(emitted).for_each(|(class, emitted)| out[*class] += emitted);
            }
            Routing::OneHop { entries, first, delay } => {
                let Path::Lags(lags) = shared.way else { unreachable!("made together") };
                out.resize(lags * cells, 0.0);
                for (pre, entries) in entries.iter().enumerate() {
                    for (post, channel, weight) in entries {
                        let FirstHop { gain, late } = first[channel * cells + post];
                        out[(delay + late - 1) * cells + pre] += weight * gain * emitted[*post];
                    }
                }
            }
            Routing::Taps { taps, class_of, type_id } => {
                let mut sums = vec![0.0; taps.classes()];
                class_of.iter().zip(emitted).for_each(|(class, emitted)| sums[*class] += emitted);
                out.resize(taps.lags() * cells, 0.0);
                for lag in 1..=taps.lags() {
                    for (pre, b) in type_id.iter().enumerate() {
                        let all = sums.iter().enumerate().map(|(r, sum)| sum * taps.at(lag, r, *b));
                        out[(lag - 1) * cells + pre] = all.sum();
                    }
                }
            }
        }
    }
}
