//! Credit on its way through tissue, field step by field step.

use super::diffusion::Flow;
use super::reception::ReceptorState;
use super::{CarrierError, Chemical, Signed, members};
use neuropil_plasticity::Error;
use neuropil_plasticity::types::Classes;

/// What is on its way, and what has arrived.
#[derive(Debug)]
pub(crate) struct CreditInTransit {
    classes: Classes,
    flow: Flow,
    /// Deposit per emission, and modulator per level, of each class.
    scale: Vec<f64>,
    gain: f64,
    /// What hears each peptide at each cell, `[peptide][cell]`.
    receptors: Vec<ReceptorState>,
    /// Levels that a baseline alone comes to, `[class][cell]`; empty for opponents.
    rest: Vec<f64>,
    /// What each cell has emitted since the last deposit, by sign.
    pending: Vec<[f64; 2]>,
    /// M of the field step at hand and of the next, `[class][cell]`.
    now: Vec<f64>,
    next: Vec<f64>,
}

/// Everything that evolves on the way.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamState {
    /// Concentrations of the grid, `[peptide][voxel]`.
    pub concentrations: Vec<f64>,
    /// Deposits that are remembered, where there is no grid: field steps ago, peptide, cell, molecules.
    pub deposits: Vec<f64>,
    /// Receptors and messengers, peptide by peptide and cell by cell.
    pub receptors: Vec<f64>,
    /// What each cell has emitted since the last deposit, by sign.
    pub pending: Vec<f64>,
    /// M of the field step at hand, then of the next.
    pub modulators: Vec<f64>,
}

impl CreditInTransit {
    /// At rest; `field_steps` is for how many steps deposits must be remembered, where there is no grid.
    pub fn new(carrier: &Chemical, classes: &Classes, field_steps: usize) -> Result<Self, Error> {
        let (plan, count, cells) = (&carrier.plan, classes.size.len(), carrier.plan.positions.len());
        let (nm, gain) = carrier.receptors.gain();
        let scale = |class| nm / (plan.steps as f64 * carrier.mean_steady(classes, class));
        let scale: Vec<f64> = (0..count).map(scale).collect();
        let peptides = if plan.signed == Signed::Opponent { 2 * count } else { count };
        let refuse = |fault: neuropil_neuromod::NeuromodError| Error::Carrier { fault: fault.to_string() };
        let mut in_transit = Self {
            classes: classes.clone(),
            flow: carrier.diffusion.flow(peptides, field_steps).map_err(refuse)?,
            scale,
            gain,
            receptors: vec![ReceptorState::default(); peptides * cells],
            rest: Vec::new(),
            pending: vec![[0.0; 2]; cells],
            now: vec![0.0; count * cells],
            next: vec![0.0; count * cells],
        };
        if let Signed::Baseline { credit } = plan.signed {
            for class in 0..count {
                let each = credit * in_transit.scale[class] * plan.steps as f64;
                let steady = carrier.diffusion.steady(&members(classes, class));
                in_transit.rest.extend(steady.iter().map(|own| carrier.receptors.settled(each * own)));
            }
        }
        in_transit.begin(carrier);
        Ok(in_transit)
    }

    /// Empties the tissue, or fills it with the baseline, which cells also released before the first step.
    pub fn begin(&mut self, carrier: &Chemical) {
        let plan = &carrier.plan;
        self.flow.empty();
        self.receptors.iter_mut().for_each(|receptor| *receptor = carrier.receptors.settled_state(0.0));
        self.pending.fill([0.0; 2]);
        self.now.fill(0.0);
        self.next.fill(0.0);
        let Signed::Baseline { credit } = plan.signed else { return };
        let cells = plan.positions.len();
        for class in 0..self.classes.size.len() {
            let own = members(&self.classes, class);
            let each = credit * self.scale[class] * plan.steps as f64;
            carrier.diffusion.fill(&mut self.flow, class, &own, each);
            let steady = carrier.diffusion.steady(&own);
            for (cell, own) in steady.iter().enumerate() {
                self.receptors[class * cells + cell] = carrier.receptors.settled_state(each * own);
            }
        }
        for (pending, class) in self.pending.iter_mut().zip(&self.classes.of_cell) {
            pending[0] = plan.steps as f64 * credit / self.classes.size[*class];
        }
    }

    /// What a cell emits in a step.
    #[inline]
    pub fn emit(&mut self, carrier: &Chemical, cell: usize, own: f64) {
        let pending = &mut self.pending[cell];
        match carrier.plan.signed {
            Signed::Opponent => pending[usize::from(own < 0.0)] += own.abs(),
            Signed::Baseline { credit } => {
                pending[0] += (credit / self.classes.size[self.classes.of_cell[cell]] + own).max(0.0);
            }
        }
    }

    /// A field step: what was emitted since the last is released, spreads, and is heard.
    pub fn field_step(&mut self, carrier: &Chemical) {
        std::mem::swap(&mut self.now, &mut self.next);
        let opponent = carrier.plan.signed == Signed::Opponent;
        for (cell, (parts, class)) in self.pending.iter_mut().zip(&self.classes.of_cell).enumerate() {
            let scale = self.scale[*class];
            let [positive, negative] = std::mem::take(parts);
            if opponent {
                carrier.diffusion.deposit(&mut self.flow, 2 * class, cell, scale * positive);
                carrier.diffusion.deposit(&mut self.flow, 2 * class + 1, cell, scale * negative);
            } else {
                carrier.diffusion.deposit(&mut self.flow, *class, cell, scale * positive);
            }
        }
        carrier.diffusion.advance(&mut self.flow);
        let cells = carrier.plan.positions.len();
        for class in 0..self.classes.size.len() {
            for cell in 0..cells {
                self.next[class * cells + cell] = self.hear(carrier, class, cell);
            }
        }
    }

    /// M of the step at hand, `[class][cell]`.
    pub fn modulators(&self) -> &[f64] {
        &self.now
    }

    /// Concentrations of all peptides where a cell is.
    pub fn concentrations(&self, carrier: &Chemical, cell: usize) -> impl Iterator<Item = f64> {
        let peptides = self.receptors.len() / carrier.plan.positions.len();
        (0..peptides).map(move |peptide| carrier.diffusion.at(&self.flow, peptide, cell))
    }

    /// M of a class at a cell after a field step.
    fn hear(&mut self, carrier: &Chemical, class: usize, cell: usize) -> f64 {
        let (plan, cells) = (&carrier.plan, carrier.plan.positions.len());
        let mut level = |peptide: usize| {
            let c = carrier.diffusion.at(&self.flow, peptide, cell);
            carrier.receptors.advance(&mut self.receptors[peptide * cells + cell], c, plan.step_ms)
        };
        self.gain
            * match plan.signed {
                Signed::Opponent => level(2 * class) - level(2 * class + 1),
                Signed::Baseline { .. } => level(class) - self.rest[class * cells + cell],
            }
    }

    /// Everything that evolves.
    pub fn state(&self) -> StreamState {
        let (concentrations, deposits) = self.flow.state();
        StreamState {
            concentrations,
            deposits,
            receptors: self.receptors.iter().flat_map(ReceptorState::numbers).collect(),
            pending: self.pending.iter().flatten().copied().collect(),
            modulators: self.now.iter().chain(&self.next).copied().collect(),
        }
    }

    /// Takes a state back.
    ///
    /// # Errors
    /// One of another network or tissue.
    pub fn restore(&mut self, state: &StreamState) -> Result<(), CarrierError> {
        let same = |what, found: usize, expected: usize| match found == expected {
            true => Ok(()),
            false => Err(CarrierError::Unfit { what, reason: format!("found {found} numbers, expected {expected}") }),
        };
        let each = self.receptors.first().map_or(0, |receptor| receptor.numbers().count());
        same("receptors", state.receptors.len(), each * self.receptors.len())?;
        same("emissions", state.pending.len(), 2 * self.pending.len())?;
        same("modulators", state.modulators.len(), 2 * self.now.len())?;
        self.flow.restore(&state.concentrations, &state.deposits)?;
        let numbers = state.receptors.chunks_exact(each.max(1));
        self.receptors.iter_mut().zip(numbers).for_each(|(receptor, own)| receptor.set(own));
        let pending = self.pending.iter_mut().flatten();
        pending.zip(&state.pending).for_each(|(own, value)| *own = *value);
        let all = self.now.iter_mut().chain(&mut self.next);
        all.zip(&state.modulators).for_each(|(own, value)| *own = *value);
        Ok(())
    }
}
