//! The synapses onto one cell, forward in time: their eligibility, its path through the rest of the network, and the sum of
//! both times credit.

use crate::cascade::{Cascade, Stages};
use crate::cell::{Gate, LocalStep, Traces};
use crate::factors::{Factored, Factors};
use crate::path::EligibilityPath;
use crate::path::eligibility::Synapse;
use crate::path::intermediate::Response;
use crate::path::modes::ModalTrace;
use crate::rows::{Ring, add_scaled};
use crate::{Dynamics, Learner};

/// What is the same for the synapses onto all cells.
pub(crate) struct Shared<'a> {
    pub(crate) learner: &'a Learner,
    /// Constants of cells, by which their synapses remember.
    pub(crate) dynamics: Vec<Dynamics>,
    pub(crate) path: EligibilityPath,
    pub(crate) slow: Slow,
    pub(crate) kappa: f64,
    /// The stages behind ē where there is no path through the network, else behind (F∗e).
    pub(crate) cascade: Option<Cascade>,
    /// What synapses remember in the place of eligibility.
    pub(crate) factored: Option<Factored>,
}

/// What is filtered by κ for the causal forms.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slow {
    /// Nothing: credit is of the step itself or of the future.
    Nothing,
    /// e, and the product of ψ and (F∗e) of every node: exact.
    Product,
    /// e, and (F∗e), apart from ψ.
    Apart,
}

/// Credit of one step, a number a cell or a node.
#[derive(Default)]
pub(crate) struct Credits {
    /// Times e of the own synapses (of every cell, for [`EligibilityPath::Network`]).
    pub(crate) own: Vec<f64>,
    /// Times the filtered e.
    pub(crate) own_slow: Vec<f64>,
    /// Times (F∗e) of each node or `[lag][cell]`.
    pub(crate) emitted: Vec<f64>,
    /// Times the filtered (F∗e).
    pub(crate) emitted_slow: Vec<f64>,
}

/// The state of the synapses onto one cell.
pub(crate) struct IncomingSynapses {
    cell: usize,
    /// What partners bring, `[port][partner]`.
    arriving: Vec<f64>,
    /// The cells that have traces: itself, or those that are followed.
    followed: Vec<usize>,
    /// Where each cell is among them; what is not is as many as they are.
    places: Vec<usize>,
    traces: Vec<Traces>,
    /// Of the cell alone, where synapses remember products.
    factors: Option<Factors>,
    /// Filtered e of each trace.
    slow: Vec<f64>,
    /// What ē of the cell alone passes.
    stages: Option<Stages>,
    travelled: Travelled,
    /// The gradient, a number a presynaptic partner.
    pub(crate) sum: Vec<f64>,
}

enum Travelled {
    Nothing,
    Lags { ring: Ring, slow_ring: Option<Ring>, stages: Option<[Stages; 2]> },
    Nodes { response: Response, slow: Vec<f64>, kick: Vec<f64>, stages: Vec<[Stages; 2]> },
    Modes(ModalTrace),
    Network(Ring),
}

impl IncomingSynapses {
    pub(crate) fn new(shared: &Shared<'_>, cell: usize) -> Self {
        let learner = shared.learner;
        let (cells, width) = (learner.cells(), learner.inputs() + learner.cells());
        let followed = match &shared.path {
            EligibilityPath::Network { followed, .. } => followed[cell].clone(),
            _ => vec![cell],
        };
        let mut places = vec![followed.len(); cells];
        followed.iter().enumerate().for_each(|(place, cell)| places[*cell] = place);
        let is_slow = shared.slow != Slow::Nothing;
        let twice = |cascade| [(); 2].map(|()| Stages::new(cascade, width));
        let travelled = match &shared.path {
            EligibilityPath::None => Travelled::Nothing,
            EligibilityPath::Lags(lags) => Travelled::Lags {
                ring: Ring::new((*lags).max(1), width),
                slow_ring: is_slow.then(|| Ring::new((*lags).max(1), width)),
                stages: shared.cascade.map(twice),
            },
            EligibilityPath::Nodes { system, .. } => Travelled::Nodes {
                response: Response::new(system, width),
                slow: vec![0.0; if is_slow { system.nodes() * width } else { 0 }],
                kick: vec![0.0; width],
                stages: shared.cascade.map_or_else(Vec::new, |own| (0..system.nodes()).map(|_| twice(own)).collect()),
            },
            EligibilityPath::Modes { modes, .. } => Travelled::Modes(ModalTrace::new(modes, width)),
            EligibilityPath::Network { .. } => Travelled::Network(Ring::new(learner.delay, followed.len() * width)),
        };
        let is_alone = matches!(shared.path, EligibilityPath::None) && is_slow;
        Self {
            cell,
            stages: shared.cascade.filter(|_| is_alone).map(|own| Stages::new(own, width)),
            arriving: vec![0.0; learner.channels() * width],
            factors: shared.factored.map(|own| Factors::new(own, &shared.dynamics[cell..=cell], 1)),
            slow: vec![0.0; if is_slow { followed.len() * width } else { 0 }],
            traces: followed.iter().map(|own| Traces::new(&shared.dynamics[*own], width)).collect(),
            followed,
            places,
            travelled,
            sum: vec![0.0; width],
        }
    }

    /// Forgets the state, keeps the sum.
    pub(crate) fn rest(&mut self, shared: &Shared<'_>) {
        let sum = std::mem::take(&mut self.sum);
        *self = Self { sum, ..Self::new(shared, self.cell) };
    }

    /// One step: traces, then credit times them.
    #[inline(always)]
    pub(crate) fn step<'g>(
        &mut self,
        shared: &Shared<'_>,
        pre: &[f64],
        gates: &impl Fn(usize) -> Gate<'g>,
        credits: &Credits,
    ) {
        self.trace(shared, pre, gates);
        self.credit_own(shared, credits);
        self.credit_travelled(shared, gates, credits);
    }

    #[inline(always)]
    fn trace<'g>(&mut self, shared: &Shared<'_>, pre: &[f64], gates: &impl Fn(usize) -> Gate<'g>) {
        let (learner, width) = (shared.learner, pre.len());
        if let (Some(factored), Some(factors)) = (shared.factored, &mut self.factors) {
            factors.step(&[gates(self.cell).psi]);
            let ([u, w], Traces { state, e, .. }) =
                ([factors.own.lasting[0], factors.own.present[0]], &mut self.traces[0]);
            for ((left, e), pre) in state.iter_mut().zip(e).zip(pre) {
                *left = factored.decay() * *left + pre;
                *e = u * *left + w * pre;
            }
            return;
        }
        let dynamics = &shared.dynamics[self.cell];
        let EligibilityPath::Network { incoming, .. } = &shared.path else {
            self.arriving.fill(0.0);
            bring(&mut self.arriving, learner, self.cell, dynamics, pre);
            dynamics.trace(&gates(self.cell), &self.arriving, &mut self.traces[0]);
            return;
        };
        let Travelled::Network(ring) = &mut self.travelled else { unreachable!("made together") };
        for (m, trace) in self.followed.iter().copied().zip(&mut self.traces) {
            self.arriving.fill(0.0);
            if m == self.cell {
                bring(&mut self.arriving, learner, m, dynamics, pre);
            }
            for Synapse { pre, port, weight } in &incoming[m] {
                let place = self.places[*pre];
                if place == self.followed.len() {
                    continue;
                }
                let out = &ring.back(learner.delay - 1)[place * width..(place + 1) * width];
                add_scaled(&mut self.arriving[port * width..(port + 1) * width], *weight, out);
            }
            shared.dynamics[m].trace(&gates(m), &self.arriving, trace);
        }
        let newest = ring.push();
        for (newest, trace) in newest.chunks_exact_mut(width).zip(&self.traces) {
            newest.copy_from_slice(&trace.e);
        }
    }

    /// Credit of the traced cells themselves.
    #[inline(always)]
    fn credit_own(&mut self, shared: &Shared<'_>, credits: &Credits) {
        let width = self.sum.len();
        for (index, (cell, trace)) in self.followed.iter().zip(&self.traces).enumerate() {
            add_scaled(&mut self.sum, credits.own[*cell], &trace.e);
            if shared.slow != Slow::Nothing {
                let slow = &mut self.slow[index * width..(index + 1) * width];
                filter(slow, shared.kappa, shared.learner.readout.scale, &trace.e);
                let slow = self.stages.as_mut().map_or(&*slow, |stages| stages.step(slow));
                add_scaled(&mut self.sum, credits.own_slow[*cell], slow);
            }
        }
    }

    /// Credit of others.
    #[inline(always)]
    fn credit_travelled<'g>(&mut self, shared: &Shared<'_>, gates: &impl Fn(usize) -> Gate<'g>, credits: &Credits) {
        let (width, kappa) = (self.sum.len(), shared.kappa);
        let cells = shared.learner.cells();
        let own = &self.traces[0];
        match (&mut self.travelled, &shared.path) {
            (Travelled::Nothing | Travelled::Network(_), _) => {}
            (Travelled::Lags { ring, slow_ring, stages }, EligibilityPath::Lags(lags)) => {
                for lag in 0..*lags {
                    add_scaled(&mut self.sum, credits.emitted[lag * cells + self.cell], ring.back(lag));
                    if let Some(ring) = slow_ring {
                        add_scaled(&mut self.sum, credits.emitted_slow[lag * cells + self.cell], ring.back(lag));
                    }
                }
                let (held, held_slow) = match stages {
                    Some([stages, slow]) => {
                        (stages.step(&own.e), if slow_ring.is_some() { slow.step(&self.slow) } else { &[] })
                    }
                    None => (&own.e[..], &self.slow[..]),
                };
                ring.push().copy_from_slice(held);
                if let Some(ring) = slow_ring {
                    // ē is filtered with g_o; (F∗e) with 1 − κ.
                    let factor = (1.0 - kappa) / shared.learner.readout.scale;
                    ring.push().iter_mut().zip(held_slow).for_each(|(out, slow)| *out = factor * slow);
                }
            }
            (
                Travelled::Nodes { response, slow, kick, stages },
                EligibilityPath::Nodes { system, sources, first_hop },
            ) => {
                response.propagate(system);
                for node in 0..system.nodes() {
                    let linear = response.linear(node);
                    let held = stages.get_mut(node).map_or(linear, |own| own[0].step(linear));
                    add_scaled(&mut self.sum, credits.emitted[node], held);
                    if shared.slow != Slow::Nothing {
                        let slow = &mut slow[node * width..(node + 1) * width];
                        let gain = match shared.slow {
                            Slow::Product => shared.learner.readout.scale * gates(node).psi,
                            Slow::Apart | Slow::Nothing => 1.0 - kappa,
                        };
                        filter(slow, kappa, gain, linear);
                        let slow = stages.get_mut(node).map_or(&*slow, |own| own[1].step(slow));
                        add_scaled(&mut self.sum, credits.emitted_slow[node], slow);
                    }
                }
                if *first_hop {
                    let mu = shared.learner.mu[shared.learner.type_id[self.cell]];
                    kick.iter_mut().zip(&own.linear).for_each(|(kick, linear)| *kick = mu * linear);
                } else {
                    kick.copy_from_slice(&own.e);
                }
                response.emit(system, sources[self.cell], kick);
            }
            (Travelled::Modes(trace), EligibilityPath::Modes { modes, sources }) => {
                trace.step(modes, sources[self.cell], &own.e, &credits.emitted, &mut self.sum);
            }
            _ => unreachable!("made together"),
        }
    }
}

/// What presynaptic partners bring to a cell, by its channels.
fn bring(drive: &mut [f64], learner: &Learner, cell: usize, dynamics: &Dynamics, pre: &[f64]) {
    let (width, inputs) = (pre.len(), learner.inputs());
    for (q, pre) in pre.iter().enumerate() {
        let receptor = match q.checked_sub(inputs) {
            None => learner.input_receptor(cell, q),
            Some(from) => learner.receptor(cell, from),
        };
        drive[dynamics.port(receptor) * width + q] = *pre;
    }
}

/// slow ← κ slow + gain x.
#[inline(always)]
fn filter(slow: &mut [f64], kappa: f64, gain: f64, x: &[f64]) {
    slow.iter_mut().zip(x).for_each(|(slow, x)| *slow = kappa * *slow + gain * x);
}
