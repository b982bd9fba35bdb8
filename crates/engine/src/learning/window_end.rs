//! The end of a window: Emit, Carry, Learn and Apply, one after the other.

use super::block::WindowCredit;
use super::plan::LearningError;
use super::replayed::Stretch;
use super::transport::{CreditFrame, CreditNames, Modulators};
use super::{Learned, Learning, WINDOW, each};
use crate::block::BlockState;
use neuropil_core::Real;
use neuropil_network::Network;
use neuropil_plasticity::window::NodesOverTime;

impl Learning {
    /// Ends a window.
    pub(crate) fn learn<R: Real>(
        &mut self,
        network: &Network<R>,
        blocks: &mut [BlockState<R>],
        step: u64,
        learned: &mut Learned,
    ) -> Result<(), LearningError> {
        let steps = usize::try_from(step - self.begun).expect("a window is short");
        self.check_derivatives(network, blocks)?;
        let read = self.readout_state.window(&self.plan, &self.recent, self.begun, steps)?;
        self.loss += read.loss;
        if learned.y.is_empty() {
            learned.first_step = self.begun + 1;
            learned.outputs = self.readout_state.y.len();
        }
        learned.y.extend_from_slice(&read.y);
        learned.answers.extend(read.answers);
        let first = self.first(self.begun);
        let before = usize::try_from(self.begun - first).expect("a window is short");
        let modulators = self.carry(blocks, &read.err, (before, steps), &mut learned.frames)?;
        self.average(blocks, steps)?;
        if !learned.frames.is_empty() && learned.credit.classes.is_empty() {
            learned.credit = self.credit_names();
        }
        self.synapses_learn(
            network,
            blocks,
            (&read.err, &modulators),
            Stretch { first, before, steps: before + steps },
        );
        self.readout_state.learn(&self.plan, &self.recent, self.begun, &read.err);
        self.looked_at += step - self.begun;
        self.begun = step;
        self.recent.forget(step);
        self.past.forget(self.first(step));
        if step.is_multiple_of(self.plan.apply_steps) {
            self.apply(network, blocks)?;
            learned.losses.push((step, std::mem::take(&mut self.loss)));
        }
        if self.plan.snapshot_steps.is_some_and(|every| step.is_multiple_of(every)) {
            self.snapshot_weights(network, blocks, learned)?;
        }
        Ok(())
    }

    /// Takes means of what cells did up to the end of the window, where intermediate cells are such means.
    fn average<R: Real>(&mut self, blocks: &mut [BlockState<R>], steps: usize) -> Result<(), LearningError> {
        if !self.population.has_means() {
            return Ok(());
        }
        each(blocks, self.threads, |own, _| own.average(steps));
        match &self.rank {
            None => self.population.average(blocks.iter().flat_map(|block| block.learning().averaged()))?,
            Some(rank) => {
                let all = Self::averaged_of_all(blocks, rank)?;
                self.population.average(all.iter().map(|(id, open)| (*id, open)))?;
            }
        }
        self.nodes = self.population.nodes(&self.sums, &self.plan)?;
        Ok(())
    }

    fn credit_names(&self) -> CreditNames {
        let watched = self.plan.watch.iter().flat_map(|own| &own.cells).copied();
        let known = watched.filter(|id| self.population.index_of[*id].is_some() && self.plan.carrier.is_some());
        CreditNames { classes: self.population.class_names.clone(), cells: known.collect() }
    }

    /// Takes every plastic synapse over a window.
    fn synapses_learn<R: Real>(
        &mut self,
        network: &Network<R>,
        blocks: &mut [BlockState<R>],
        (err, modulators): (&[f64], &Modulators),
        stretch: Stretch,
    ) {
        let mut sums = vec![0.0; stretch.steps * self.nodes.len()];
        if let Modulators::AtOnce(own) = modulators {
            sums[stretch.before * self.nodes.len()..].copy_from_slice(own);
        }
        let before = self.past.since(stretch.first);
        let nodes = NodesOverTime { before: &before, now: &self.nodes };
        let readout = self.plan.filter();
        let class_credit = nodes.sweep(&self.layout, &sums, stretch.steps, readout);
        if self.plan.horizon.is_none() {
            self.sent.sort(&self.recent, self.begun, self.population.class_of.len());
        }
        let window = WindowCredit {
            sent: &self.sent,
            recent: &self.recent,
            first_ids: &network.design.first_ids(),
            stretch,
            err,
            readout_state: &self.readout_state,
            class_credit: &class_credit,
            nodes,
            modulators,
            readout,
        };
        let kept = usize::try_from(self.horizon()).expect("it fits the memory");
        each(blocks, self.threads, |own, index| own.learn(&network.blocks[index].plastic, &window, kept));
    }

    /// L of all cells in a window, and what they emitted as it meets the synapses. Where it is held step by step, not for the
    /// whole window: cells emit in some steps at a time.
    fn carry<R: Real>(
        &mut self,
        blocks: &mut [BlockState<R>],
        err: &[f64],
        (before, steps): (usize, usize),
        frames: &mut Vec<CreditFrame>,
    ) -> Result<Modulators, LearningError> {
        let mut modulators: Option<Modulators> = None;
        let most = usize::try_from(WINDOW).expect("a small number");
        for first in (0..steps).step_by(most) {
            let own = most.min(steps - first);
            let outputs = err.len() / steps;
            let err = &err[first * outputs..(first + own) * outputs];
            if self.plan.horizon.is_none() || self.plan.returns().is_some() {
                each(blocks, self.threads, |block, _| block.emit(&self.readout_state, err, (before + first, own)));
            }
            let next = self.carry_some(blocks, (self.begun + first as u64, own), frames)?;
            match &mut modulators {
                Some(modulators) => modulators.append(next),
                None => modulators = Some(next),
            }
        }
        Ok(modulators.unwrap_or(Modulators::AtOnce(Vec::new())))
    }

    /// What cells emitted in some steps.
    fn carry_some<R: Real>(
        &mut self,
        blocks: &[BlockState<R>],
        (begun, steps): (u64, usize),
        frames: &mut Vec<CreditFrame>,
    ) -> Result<Modulators, LearningError> {
        let (population, all) = (&self.population, self.emitted_by_all(blocks, steps)?);
        let cells = population.class_of.len();
        let row = |block: usize, step: usize| match &all {
            None => blocks[block].learning().emitted(step),
            Some(all) => &all[step * cells..(step + 1) * cells],
        };
        if self.transport.is_everywhere() {
            let sums = self.class_sums.of(steps, row);
            return Ok(self.transport.at_once(begun, sums, frames));
        }
        let rows = if all.is_some() { 1 } else { blocks.len() };
        let emitted = |step: usize| {
            let emitted = (0..rows).flat_map(move |block| row(block, step));
            let cells = population.class_of.iter().zip(&population.index_of).zip(emitted);
            cells.filter_map(|((class, index), own)| Some(((*index)?, (*class)?, *own)))
        };
        Ok(self.transport.window((begun, steps), emitted, frames))
    }

    /// Gradients become weights.
    fn apply<R: Real>(&mut self, network: &Network<R>, blocks: &mut [BlockState<R>]) -> Result<(), LearningError> {
        each(blocks, self.threads, |own, index| own.apply(&network.blocks[index].plastic));
        self.readout_state.apply(&self.plan);
        if !self.nodes.is_empty() {
            let sums = self.sums_of(network, blocks.iter().map(BlockState::plastic_weights))?;
            let nodes = self.population.nodes(&sums, &self.plan)?;
            let (sums, nodes) = (std::mem::replace(&mut self.sums, sums), std::mem::replace(&mut self.nodes, nodes));
            if self.plan.horizon.is_some() {
                self.past.push(self.begun, nodes, sums);
            }
        }
        Ok(())
    }
}
