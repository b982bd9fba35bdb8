//! Everything that evolves in learning, at a moment between steps; by cell and number of synapse, so that it knows no
//! blocks.

use super::Learning;
use super::block::{BlockLearning, Synapses, TableDescent};
use super::past_nodes::PastNodes;
use super::readout_state::ReadoutState;
use super::shared_state::{first_here, plastic};
use super::state_records::{by_cell, records, records_to, tested, tested_to, to_blocks};
use crate::block::BlockState;
use crate::carrier::StreamState;
use crate::snapshot::SnapshotError;
use neuropil_core::Real;
use neuropil_network::Network;
use neuropil_plasticity::Matrix;
use neuropil_plasticity::optimizer::{Adam, Epsilon};
use neuropil_plasticity::window::Nodes;

/// The state of a network's learning.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LearningState {
    /// The step before the window at hand.
    pub begun: u64,
    /// Loss since weights were applied.
    pub loss: f64,
    /// The plastic projections, in their order.
    pub projections: Vec<ProjectionState>,
    /// ψ of the window, `[step][cell]` from `begun` on, or from as many steps before it as synapses remember; cells by global id.
    pub psi: Vec<f64>,
    /// Spikes of the window.
    pub fired: Vec<u8>,
    /// Refractory cells of the window.
    pub refractory: Vec<u8>,
    /// v of the window, where it is needed.
    pub v: Vec<f64>,
    /// What cells from equations wrote down in the window, `[population][slot][number][cell]`.
    pub records: Vec<f64>,
    /// Their state at the test of the last step, `[population][plane][cell]`.
    pub tested: Vec<f64>,
    /// The sums that the means of intermediate cells are of.
    pub means: Vec<f64>,
    /// ψ̄ of each cell.
    pub slow_psi: Vec<f64>,
    /// Spikes of each cell since weights were applied, where rates are regularised.
    pub counts: Vec<f64>,
    /// ȳ, z̄, W_out, b, the sums of their gradients, and what the trial at hand has come to.
    pub readout: [Vec<f64>; 7],
    /// Credit on its way, where tissue carries it.
    pub carrier: Option<StreamState>,
    /// What was in force before where synapses carry nothing: last steps, and sums of weights by port, `[post type, pre type]`.
    pub past: (Vec<u64>, Vec<f64>),
    /// The first step of the spikes that may still arrive.
    pub first_step: u64,
    /// Those spikes: steps and global ids.
    pub spikes: (Vec<u64>, Vec<u32>),
}

/// The synapses of a projection, by number.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProjectionState {
    /// Weights.
    pub weights: Vec<f64>,
    /// Gradients and traces, `[synapse][number]`.
    pub traces: Vec<f64>,
    /// Adam's number of updates, means and squares; empty without.
    pub updates: u32,
    /// m.
    pub mean: Vec<f64>,
    /// s.
    pub square: Vec<f64>,
}

/// Numbers of the synapses of a projection, `[number][width]`, from those of its tables, `[synapse][width]`; of a rank, those on it.
pub(super) fn by_number<'v, R: Real>(
    network: &Network<R>,
    projection: usize,
    width: usize,
    of: impl Fn(usize, usize) -> &'v [f64],
) -> Vec<f64> {
    let synapses: usize = each_table(network, projection).map(|(_, _, table)| table.cells.len()).sum();
    let (mut all, before) = (vec![0.0; synapses * width], first_here(network, projection));
    for (block, index, table) in each_table(network, projection) {
        for (number, own) in table.numbers.iter().zip(of(block, index).chunks_exact(width)) {
            let first = (*number - before) as usize * width;
            all[first..first + width].copy_from_slice(own);
        }
    }
    all
}

type Table = neuropil_network::delivery::plastic::PlasticTable;

/// Block, index there, and each table of a projection.
fn each_table<R: Real>(network: &Network<R>, projection: usize) -> impl Iterator<Item = (usize, usize, &Table)> {
    network.blocks.iter().enumerate().flat_map(move |(block, own)| {
        let tables = own.plastic.tables.iter().enumerate();
        tables.filter(move |(_, table)| table.projection == projection).map(move |(index, table)| (block, index, table))
    })
}

/// The inverse of [`by_number`].
fn to_tables<R: Real>(
    network: &Network<R>,
    (projection, width): (usize, usize),
    all: &[f64],
    mut into: impl FnMut(usize, usize, Vec<f64>),
) {
    let before = first_here(network, projection);
    for (block, index, table) in each_table(network, projection) {
        let of = |number: &u32| &all[(*number - before) as usize * width..][..width];
        into(block, index, table.numbers.iter().flat_map(of).copied().collect());
    }
}

/// Gradients and traces of the synapses of a projection, `[number][width]`; numbers beyond those of a synapse are 0.
fn traces<'b, R: Real>(
    network: &Network<R>,
    (projection, width): (usize, usize),
    of: impl Fn(usize) -> &'b BlockLearning,
) -> Vec<f64> {
    let synapses: usize = each_table(network, projection).map(|(_, _, table)| table.cells.len()).sum();
    let (mut all, before) = (vec![0.0; synapses * width], first_here(network, projection));
    for (block, index, table) in each_table(network, projection) {
        let own = of(block);
        let positions = own.first_synapses[index]..own.first_synapses[index + 1];
        let first = |position: usize| (table.numbers[position - positions.start] - before) as usize * width;
        match &own.synapses {
            Synapses::Replayed(_) => positions.clone().for_each(|at| all[first(at)] = own.gradient[at]),
            Synapses::Carried(incoming) => incoming[table.port].each_state(&positions, |position, values| {
                let first = first(position);
                all[first] = own.gradient[position];
                all[first + 1..first + width].iter_mut().zip(values).for_each(|(own, value)| *own = value);
            }),
        }
    }
    all
}

/// The inverse of [`traces`].
fn traces_to_blocks<R: Real>(
    network: &Network<R>,
    (projection, width): (usize, usize),
    all: &[f64],
    blocks: &mut [BlockState<R>],
) {
    let before = first_here(network, projection);
    for (block, index, table) in each_table(network, projection) {
        let own = blocks[block].learning_mut();
        let positions = own.first_synapses[index]..own.first_synapses[index + 1];
        let of = |synapse: usize| &all[(table.numbers[synapse] - before) as usize * width..][..width];
        for (synapse, gradient) in own.gradient[positions.clone()].iter_mut().enumerate() {
            *gradient = of(synapse)[0];
        }
        if let Synapses::Carried(incoming) = &mut own.synapses {
            incoming[table.port].set_state(&positions, |position| &of(position - positions.start)[1..]);
        }
    }
}

impl Learning {
    /// Its state after `step`.
    pub(crate) fn state<R: Real>(&self, network: &Network<R>, blocks: &[BlockState<R>], step: u64) -> LearningState {
        let learning = |block: usize| blocks[block].learning();
        let width = self.layout.width();
        let of_projection = |projection: usize| {
            let adam = each_table(network, projection).find_map(|(b, t, _)| learning(b).tables[t].adam.as_ref());
            let moment = |which: usize| match adam.filter(|adam| !adam.moments()[0].is_empty()) {
                None => Vec::new(),
                Some(_) => by_number(network, projection, 1, |b, t| {
                    learning(b).tables[t].adam.as_ref().map_or(&[][..], |own| own.moments()[which])
                }),
            };
            ProjectionState {
                weights: by_number(network, projection, 1, |b, t| &blocks[b].plastic_weights()[t]),
                traces: traces(network, (projection, width), learning),
                updates: adam.map_or(0, Adam::updates),
                mean: moment(0),
                square: moment(1),
            }
        };
        let slots = usize::try_from(step - self.first(self.begun)).expect("a window is short") + 1;
        let (first_step, spikes) = self.recent.spikes();
        let ReadoutState { y, z, w_out, b, w_out_sum, b_sum, trial } = self.readout_state.clone();
        LearningState {
            begun: self.begun,
            loss: self.loss,
            projections: plastic(&self.plan).map(of_projection).collect(),
            psi: by_cell(blocks, slots, |tape| &tape.psi),
            fired: by_cell(blocks, slots, |tape| &tape.fired),
            refractory: by_cell(blocks, slots, |tape| &tape.refractory),
            v: by_cell(blocks, slots, |tape| &tape.v),
            records: records(blocks, slots),
            tested: tested(blocks),
            means: self.population.mean_sums(),
            slow_psi: blocks.iter().flat_map(|block| block.learning().emission.slow_psi.iter().copied()).collect(),
            counts: blocks.iter().flat_map(|block| block.learning().fired.iter().copied()).collect(),
            readout: [y, z, w_out.values().to_vec(), b, w_out_sum, b_sum, trial],
            carrier: self.transport.state(),
            past: self.past.numbers(),
            first_step,
            spikes: spikes.into_iter().unzip(),
        }
    }

    /// Takes back a state after `step`.
    pub(crate) fn restore<R: Real>(
        &mut self,
        network: &Network<R>,
        blocks: &mut [BlockState<R>],
        state: &LearningState,
        step: u64,
    ) -> Result<(), SnapshotError> {
        self.check(network, blocks, state, step)?;
        let width = self.layout.width();
        for (projection, own) in plastic(&self.plan).zip(&state.projections) {
            to_tables(network, (projection, 1), &own.weights, |b, t, values| {
                blocks[b].plastic_weights_mut()[t].copy_from_slice(&values);
            });
            traces_to_blocks(network, (projection, width), &own.traces, blocks);
            if own.mean.is_empty() {
                continue;
            }
            let mut means = Vec::new();
            to_tables(network, (projection, 1), &own.mean, |_, _, values| means.push(values));
            let mut means = means.into_iter();
            to_tables(network, (projection, 1), &own.square, |b, t, square| {
                let mean = means.next().expect("as many");
                let TableDescent { adam, .. } = &mut blocks[b].learning_mut().tables[t];
                *adam = Some(Adam::resumed(Epsilon::Outside, own.updates, mean, square));
            });
        }
        to_blocks(blocks, &state.psi, |tape| &mut tape.psi);
        to_blocks(blocks, &state.fired, |tape| &mut tape.fired);
        to_blocks(blocks, &state.refractory, |tape| &mut tape.refractory);
        to_blocks(blocks, &state.v, |tape| &mut tape.v);
        records_to(
            blocks,
            &state.records,
            usize::try_from(step - self.first(state.begun)).expect("a window is short") + 1,
        );
        tested_to(blocks, &state.tested);
        let (mut slow, mut counts) = (state.slow_psi.iter(), state.counts.iter());
        for block in blocks.iter_mut() {
            block.cell_record_mut().begun = self.first(state.begun);
            block.learning_mut().emission.slow_psi.iter_mut().zip(&mut slow).for_each(|(own, slow)| *own = *slow);
            block.learning_mut().fired.iter_mut().zip(&mut counts).for_each(|(own, count)| *own = *count);
        }
        let carried = self.transport.restore(state.carrier.as_ref());
        carried.map_err(|fault| refuse("carrier", fault.to_string(), "that of this network"))?;
        let [y, z, w_out, b, w_out_sum, b_sum, trial] = state.readout.clone();
        let (rows, columns) = (self.readout_state.w_out.rows(), self.readout_state.w_out.columns());
        let w_out =
            Matrix::new("w_out", rows, columns, w_out).map_err(|fault| refuse("readout", fault.to_string(), ""))?;
        self.readout_state = ReadoutState { w_out, b, y, z, w_out_sum, b_sum, trial };
        let spikes: Vec<(u64, u32)> = state.spikes.0.iter().copied().zip(state.spikes.1.iter().copied()).collect();
        self.recent.restore((state.first_step, &spikes), step);
        (self.begun, self.loss) = (state.begun, state.loss);
        let means = self.population.restore_means(&state.means);
        match means.map_err(|fault| refuse("means", fault.to_string(), "means of a stable rule"))? {
            true => {}
            false => return Err(refuse("means", state.means.len().to_string(), "those of this network")),
        }
        if !self.nodes.is_empty() {
            let sums = self.sums_of(network, blocks.iter().map(BlockState::plastic_weights));
            self.sums = sums.map_err(|fault| refuse("weights", fault.to_string(), "those of all ranks"))?;
            self.nodes = self.stable(&self.sums)?;
        }
        self.restore_past(&state.past)
    }

    fn stable(&self, sums: &[Matrix]) -> Result<Nodes, SnapshotError> {
        let nodes = self.population.nodes(sums, &self.plan);
        nodes.map_err(|fault| refuse("weights", fault.to_string(), "weights of a stable rule"))
    }

    /// Takes back what was in force before.
    fn restore_past(&mut self, (lasts, sums): &(Vec<u64>, Vec<f64>)) -> Result<(), SnapshotError> {
        self.past = PastNodes::default();
        let size: usize = self.sums.iter().map(|own| own.values().len()).sum();
        if sums.len() != lasts.len() * size {
            return Err(refuse("weights before", sums.len().to_string(), &(lasts.len() * size).to_string()));
        }
        let sound = lasts.is_sorted() && lasts.last().is_none_or(|last| *last <= self.begun);
        if !sound || (self.plan.horizon.is_none() && !lasts.is_empty()) {
            return Err(refuse(
                "steps of weights before",
                format!("{lasts:?}"),
                "ascending ones of a network with a horizon",
            ));
        }
        for (last, mut values) in lasts.iter().zip(sums.chunks_exact(size.max(1))) {
            let mut own = self.sums.clone();
            for matrix in &mut own {
                let (now, later) = values.split_at(matrix.values().len());
                matrix.values_mut().copy_from_slice(now);
                values = later;
            }
            let nodes = self.stable(&own)?;
            self.past.push(*last, nodes, own);
        }
        Ok(())
    }

    /// Whether all arrays have the lengths of this network.
    pub(super) fn check<R: Real>(
        &self,
        network: &Network<R>,
        blocks: &[BlockState<R>],
        state: &LearningState,
        step: u64,
    ) -> Result<(), SnapshotError> {
        let same = |what: &str, found: usize, expected: usize| match found == expected {
            true => Ok(()),
            false => Err(refuse(what, found.to_string(), &expected.to_string())),
        };
        same("plastic projections", state.projections.len(), plastic(&self.plan).count())?;
        for (projection, own) in plastic(&self.plan).zip(&state.projections) {
            let synapses: usize = each_table(network, projection).map(|(_, _, table)| table.cells.len()).sum();
            let moments = if own.mean.is_empty() { 0 } else { synapses };
            same("plastic weights", own.weights.len(), synapses)?;
            same("traces", own.traces.len(), synapses * self.layout.width())?;
            same("moments", own.mean.len(), moments)?;
            same("moments", own.square.len(), moments)?;
        }
        let begun = (0..=step).rev().find(|begun| *begun == 0 || self.next(begun - 1) == *begun).unwrap_or(0);
        if state.begun != begun {
            return Err(refuse("begin of the window", state.begun.to_string(), &begun.to_string()));
        }
        let cells: usize = blocks.iter().map(|block| block.learning().emission.slow_psi.len()).sum();
        let size = cells * (usize::try_from(step - self.first(begun)).unwrap_or(usize::MAX).saturating_add(1));
        let with_v = blocks.iter().any(|block| !block.cell_record().tape.v.is_empty());
        same("slopes", state.psi.len(), size)?;
        same("spikes of the window", state.fired.len(), size)?;
        same("refractory cells", state.refractory.len(), size)?;
        same("membranes", state.v.len(), if with_v { size } else { 0 })?;
        let slots = size / cells.max(1);
        same("derivatives", state.records.len(), records(blocks, slots).len())?;
        same("tested states", state.tested.len(), tested(blocks).len())?;
        same("filtered slopes", state.slow_psi.len(), cells)?;
        let counted = blocks.iter().map(|block| block.learning().fired.len()).sum();
        same("spikes of cells", state.counts.len(), counted)?;
        let ReadoutState { y, z, w_out, b, w_out_sum, b_sum, trial } = &self.readout_state;
        let lengths = [y.len(), z.len(), w_out.values().len(), b.len(), w_out_sum.len(), b_sum.len(), trial.len()];
        let found = state.readout.iter().zip(lengths).find(|(own, length)| own.len() != *length);
        found.map_or(Ok(()), |(own, length)| same("readout", own.len(), length))?;
        same("spikes under way", state.spikes.1.len(), state.spikes.0.len())
    }
}

pub(super) fn refuse(what: &str, found: String, expected: &str) -> SnapshotError {
    SnapshotError { what: format!("learning: {what}"), found, expected: expected.into() }
}
