//! What a block does with synapses whose weights follow spikes of both sides.

use super::planes::view;
use super::{BlockState, Ground};
use crate::intervention::bounded;
use crate::signals::Signals;
use crate::snapshot::Snapshot;
use crate::timed::part_of;
use neuropil_core::Real;
use neuropil_network::delivery::{PlasticTable, Row};
use neuropil_network::history::History;
use neuropil_network::network::Block;
use neuropil_network::neuron::{NeuronModel, State};
use neuropil_network::projection::Synapse;
use neuropil_network::synapse::third_factor::{Coming, Origin, ThirdFactor};
use neuropil_network::synapse::timing::{Acted, Due};
use neuropil_network::synapse::{TimedSynapses, TimingModel};
use neuropil_network::{Network, Part};
use std::ops::Range;

/// What the cells of a part did in a step.
pub(super) struct Deeds<'a, R> {
    pub step: u64,
    /// Global ids of those that fired.
    pub fired: &'a [u32],
    /// Their state at its end, and what reads it; nothing of those that only send.
    pub state: Option<(&'a dyn NeuronModel<R>, &'a State<R>)>,
    /// Where the rest of their state lies.
    pub signals: &'a Signals<R>,
}

/// Room for what synapses are shown of cells that they watch.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// First variables, mV.
    v_m: Vec<f64>,
    /// Variables that are third factors, `[factor][cell]`.
    watched: Vec<f64>,
}

/// Tells the synapses onto a part what its cells did.
pub(super) fn acted<R: Real>(
    (network, index): (&Network<R>, usize),
    timed: &mut [Box<dyn TimedSynapses>],
    part: &Part,
    deeds: &Deeds<'_, R>,
    Shown { v_m, watched }: &mut Shown,
) {
    let Deeds { step, fired, state, signals } = deeds;
    let show = |variable: usize, factor: f64, to: &mut Vec<f64>| {
        let Some((model, state)) = state else { return };
        let (cells, state) = (part.cells.clone().enumerate(), view(network, part, state, signals));
        to.extend(cells.map(|(slot, cell)| factor * model.observe(&state, variable, cell as usize, slot, *step)));
    };
    v_m.clear();
    for (table, timed) in network.blocks[index].timed.tables.iter().zip(timed) {
        let projection = &network.design.projections[table.projection];
        if projection.target == part.population {
            if v_m.is_empty() && projection.timing().is_some_and(TimingModel::watches) {
                show(0, 1.0, v_m);
            }
            watched.clear();
            for factor in &projection.third_factors {
                if let Origin::Watched { variable, factor } = factor.origin {
                    show(variable, factor, watched);
                }
            }
            timed.acted(Acted { step: *step, fired, first_id: part.first_id, v_m, watched });
        }
    }
}

impl<R: Real> BlockState<R> {
    /// Shows synapses that watch them the membranes at the start of the run.
    pub(super) fn begin_timed(&mut self, network: &Network<R>) {
        for (part, state) in network.blocks[self.index].parts.iter().zip(&self.states) {
            let model = network.design.populations[part.population].neurons();
            let (Some(model), Some(state)) = (model, state) else { continue };
            let deeds = Deeds { step: 0, fired: &[], state: Some((model, state)), signals: &self.signals };
            acted((network, self.index), &mut self.timed, part, &deeds, &mut self.shown);
        }
    }

    /// Tells synapses what comes of their third factors before the arrivals of a step: changes of levels from its start on, and
    /// spikes that reach them at its end.
    pub(crate) fn hear(&mut self, network: &Network<R>, history: &History<R>, step: u64) {
        let tables = network.blocks[self.index].timed.tables.iter().zip(&mut self.timed);
        for (table, synapses) in tables {
            let factors = network.design.projections[table.projection].third_factors.iter().enumerate();
            for (port, ThirdFactor { gain, origin }) in factors {
                match origin {
                    Origin::Course(course) => {
                        if let Some(level) = course.change(step - 1) {
                            synapses.changed(port, step - 1, Coming::Level(gain * level));
                        }
                    }
                    Origin::Spikes { senders, delay_steps } => {
                        let spikes = senders.iter().map(|(population, cells)| {
                            let sent = history.spikes(step, *delay_steps, *population);
                            sent.filter(|cell| cells.as_ref().is_none_or(|cells| cells.contains(*cell))).count()
                        });
                        let count: usize = spikes.sum();
                        if count > 0 {
                            #[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^53 cells")]
                            synapses.changed(port, step, Coming::Spikes(gain * count as f64));
                        }
                    }
                    Origin::Felt { .. } | Origin::Watched { .. } => {}
                }
            }
        }
    }

    /// Tells synapses the levels of third factors at their cells from `step` on: `level` knows them by signal and global id.
    pub(crate) fn feel(&mut self, network: &Network<R>, step: u64, level: impl Fn(usize, u32) -> f64) {
        let block = &network.blocks[self.index];
        for (table, synapses) in block.timed.tables.iter().zip(&mut self.timed) {
            let factors = network.design.projections[table.projection].third_factors.iter().enumerate();
            for (port, ThirdFactor { gain, origin }) in factors {
                let Origin::Felt { signal } = origin else { continue };
                let part = part_of(network, block, table);
                let ids = part.first_id..part.first_id + (part.cells.end - part.cells.start);
                self.felt.clear();
                self.felt.extend(ids.map(|id| gain * level(*signal, id)));
                synapses.changed(port, step, Coming::Levels(&self.felt));
            }
        }
    }

    /// Adds what arrives over such synapses onto some of the planes, with the weights that they have as spikes pass them.
    pub(super) fn deliver_timed(
        &mut self,
        (network, overlay): Ground<'_, R>,
        (history, step): (&History<R>, u64),
        planes: Range<usize>,
    ) {
        let block = &network.blocks[self.index];
        let tables = network.blocks[self.index].timed.tables.iter().zip(&mut self.timed);
        for (table, synapses) in tables.filter(|(table, _)| planes.contains(&table.plane)) {
            self.due_rows.clear();
            for (slot, &delay) in table.delays.iter().enumerate() {
                let due = history.spikes(step, delay, table.source).map(|source| Due {
                    row: source as usize * table.delays.len() + slot,
                    synapses: table.row(source, slot),
                    delay,
                });
                self.due_rows.extend(due.filter(|due| !due.synapses.is_empty()));
            }
            synapses.arrive(table, &self.due_rows, step);
            let (plane, sign) = (&mut *self.signals.arrivals[table.plane], table.arrives_as);
            for due in &self.due_rows {
                self.events += due.synapses.len() as u64;
                let weights = &synapses.weights()[due.synapses.clone()];
                let reached = table.cells[due.synapses.clone()].iter().zip(weights);
                let source = table.source_of(due.row);
                if let Some(is_cut) = overlay.cuts(table.projection, source) {
                    let part = part_of(network, block, table);
                    for (cell, weight) in reached.filter(|(cell, _)| !is_cut(part.cell(usize::from(**cell)))) {
                        plane[usize::from(*cell)] += R::from_f64(sign * *weight);
                    }
                    continue;
                }
                for (cell, weight) in reached {
                    plane[usize::from(*cell)] += R::from_f64(sign * *weight);
                }
            }
        }
    }

    /// After a step: from time to time, each projection as often as its model asks for it, all synapses have what came to them, and old
    /// spikes are forgotten.
    pub(crate) fn settle(&mut self, network: &Network<R>, every: &[u64], step: u64) {
        self.settle_some(network, step, |table| step.is_multiple_of(every[table.projection]));
    }

    fn settle_some(&mut self, network: &Network<R>, step: u64, some: impl Fn(&PlasticTable) -> bool) {
        let forget = step.saturating_sub(2 * u64::from(network.max_delay));
        let tables = network.blocks[self.index].timed.tables.iter().zip(&mut self.timed);
        tables.filter(|(table, _)| some(table)).for_each(|(table, synapses)| synapses.settle(table, step, forget));
    }

    /// The weights of a projection after a step, one list for each of its tables, with all that has come to its synapses before.
    pub(crate) fn settled_weights(&mut self, network: &Network<R>, (projection, step): (usize, u64)) -> Vec<Vec<f64>> {
        self.settle_some(network, step, |table| table.projection == projection);
        let tables = network.blocks[self.index].timed.tables.iter().zip(&self.timed);
        let own = tables.filter(|(table, _)| table.projection == projection);
        own.map(|(table, synapses)| synapses.weights_at(table, step)).collect()
    }

    /// Makes weights of a projection, one list for each of its tables, others: `weight` is told the number of a synapse and what it is now.
    ///
    /// # Errors
    /// The first that `weight` refuses.
    pub(crate) fn reweighed(
        &self,
        (network, projection): (&Network<R>, usize),
        all: &mut [Vec<f64>],
        weight: impl Fn(u32, &Synapse) -> Result<f64, String>,
    ) -> Result<(), String> {
        let block = &network.blocks[self.index];
        for (table, weights) in tables_of(block, projection).zip(all) {
            let part = part_of(network, block, table);
            for Row { source, delay, synapses, .. } in table.each_row() {
                for synapse in synapses {
                    let target = part.cell(usize::from(table.cells[synapse]));
                    let own = Synapse { source, target, weight: weights[synapse], delay_steps: delay };
                    weights[synapse] = weight(table.numbers[synapse], &own)?;
                }
            }
        }
        Ok(())
    }

    /// Puts such lists into the synapses.
    pub(crate) fn reweigh(&mut self, network: &Network<R>, projection: usize, all: &[Vec<f64>]) {
        let tables = network.blocks[self.index].timed.tables.iter().zip(&mut self.timed);
        let own = tables.filter(|(table, _)| table.projection == projection);
        own.zip(all).for_each(|((_, synapses), weights)| synapses.reweigh(weights));
    }

    /// The weights of each table of such synapses, as they were last sent.
    pub fn timed_weights(&self) -> impl Iterator<Item = &[f64]> {
        self.timed.iter().map(|synapses| synapses.weights())
    }

    /// Puts the weights of a projection, with all that has come to its synapses up to `step`, to their numbers.
    pub(crate) fn weights_at(&self, network: &Network<R>, projection: usize, step: u64, weights: &mut [f64]) {
        let tables = network.blocks[self.index].timed.tables.iter().zip(&self.timed);
        for (table, synapses) in tables.filter(|(table, _)| table.projection == projection) {
            for (number, weight) in table.numbers.iter().zip(synapses.weights_at(table, step)) {
                weights[*number as usize] = weight;
            }
        }
    }

    /// Scales weights of a projection, one list for each of its tables, so that the sizes of those onto each cell sum to `sum`. A cell whose
    /// weights are all 0 keeps them. Where a model has bounds, they hold.
    ///
    /// # Errors
    /// A weight that a guard of a file refuses; sums of which no number makes `sum`.
    pub(crate) fn scaled(
        &self,
        network: &Network<R>,
        (projection, sum): (usize, f64),
        all: &mut [Vec<f64>],
    ) -> Result<(), String> {
        let (block, design) = (&network.blocks[self.index], &network.design);
        let Some(model) = design.projections[projection].timing() else { return Ok(()) };
        let bounds = model.bounds();
        let mut sums = vec![0.0; block.cells];
        for (table, weights) in tables_of(block, projection).zip(&*all) {
            table.cells.iter().zip(weights).for_each(|(cell, weight)| sums[usize::from(*cell)] += weight.abs());
        }
        for (table, weights) in tables_of(block, projection).zip(all) {
            for (cell, weight) in table.cells.iter().zip(weights) {
                let now = sums[usize::from(*cell)];
                if now > 0.0 {
                    let factor = sum / now;
                    if !(factor.is_finite() && factor > 0.0) {
                        return Err(format!(
                            "found {now} as the sum onto a cell: no finite factor > 0 makes {sum} of it"
                        ));
                    }
                    let scaled = *weight * factor;
                    *weight = match bounds {
                        Some(bounds) => bounded(scaled, bounds),
                        None => model.refuses(scaled, u32::MAX, design.clock).map_or(Ok(scaled), Err)?,
                    };
                }
            }
        }
        Ok(())
    }

    /// Makes `weights`, those of a projection by their numbers, the ones that [`Self::scaled`] makes of them; where it refuses some, none.
    pub(crate) fn scale_numbered(&self, network: &Network<R>, (projection, sum): (usize, f64), weights: &mut [f64]) {
        let tables = || tables_of(&network.blocks[self.index], projection);
        let now = tables().map(|table| table.numbers.iter().map(|number| weights[*number as usize]).collect());
        let mut all: Vec<Vec<f64>> = now.collect();
        if self.scaled(network, (projection, sum), &mut all).is_ok() {
            for (table, made) in tables().zip(all) {
                table.numbers.iter().zip(made).for_each(|(number, weight)| weights[*number as usize] = weight);
            }
        }
    }

    pub(super) fn save_timed(&self, network: &Network<R>, snapshot: &mut Snapshot) {
        let block = &network.blocks[self.index];
        for ((index, _), state) in network.design.timed().zip(&mut snapshot.timed) {
            let tables = block.timed.tables.iter().zip(&self.timed).filter(|(table, _)| table.projection == index);
            tables.for_each(|(table, own)| own.save(table, part_of(network, block, table).cells.start, state));
        }
    }

    pub(super) fn load_timed(&mut self, network: &Network<R>, snapshot: &Snapshot) {
        let block = &network.blocks[self.index];
        for ((index, _), state) in network.design.timed().zip(&snapshot.timed) {
            let tables = block.timed.tables.iter().zip(&mut self.timed).filter(|(table, _)| table.projection == index);
            tables.for_each(|(table, own)| own.load(table, part_of(network, block, table).cells.start, state));
        }
    }
}

/// The tables of a projection whose weights follow spikes.
fn tables_of<R>(block: &Block<R>, projection: usize) -> impl Iterator<Item = &PlasticTable> {
    block.timed.tables.iter().filter(move |table| table.projection == projection)
}
