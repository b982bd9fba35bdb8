//! Replay: cells of a network held to recorded spikes, and what rules need of that.

mod cells;

use crate::block::BlockState;
use crate::clamp::{Clamp, ClampError, ClampedPart};
use crate::error::EngineError;
use crate::learning::{CellRecord, LearningError, Looked, check_derivatives};
use crate::simulation::{Runnable, Simulation};
use crate::trial::{Outline, Teaching, TrialError};
use cells::{ReplayedCells, ToldModels};
use neuropil_network::network::Design;
use neuropil_network::{Network, NetworkError};
use neuropil_plasticity::cell::LocalStep;
use neuropil_plasticity::{Plane, Tape};
use std::sync::atomic::AtomicU64;

/// A network whose cells were held to recorded spikes.
pub struct Replayed {
    /// The network as rules see it.
    pub outline: Outline,
    /// What is to be said of the slopes of spikes of cells from equations.
    pub notes: Vec<String>,
    /// What its cells did, as one trial.
    pub tape: Tape,
    /// Spikes (step, global id) of all cells, also of those that ran free.
    pub spikes: Vec<(u64, u32)>,
}

/// Why a recording cannot be replayed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// Cells that cannot be held.
    #[error(transparent)]
    Clamp(#[from] ClampError),
    /// A network that rules cannot see as a whole.
    #[error(transparent)]
    Unfit(#[from] TrialError),
    /// Cells that cannot learn, or have no derivative where they are.
    #[error(transparent)]
    Cells(#[from] LearningError),
    /// A network that cannot be built.
    #[error("{0}")]
    Network(NetworkError),
    /// The physics went wrong.
    #[error(transparent)]
    Run(#[from] EngineError),
    /// Weights of more pairs than memory should be asked for.
    #[error(
        "{cells} cells and inputs are {gib:.1} GiB of weights, one a pair, as rules see them; take a smaller network"
    )]
    TooLarge {
        /// Cells and inputs.
        cells: usize,
        /// What they would take.
        gib: f64,
    },
    /// More than memory should be asked for.
    #[error("{steps} steps of {cells} cells and inputs are {gib:.1} GiB of planes; replay a shorter window")]
    TooLong {
        /// Steps.
        steps: usize,
        /// Cells and inputs.
        cells: usize,
        /// What they would take.
        gib: f64,
    },
}

/// Numbers of a tape, or of weights, at most.
const MOST: f64 = 6e8;

/// Runs `steps` steps of a network, whose clamped populations send what was recorded; the others run free.
///
/// # Errors
/// [`ReplayError`].
pub fn replay(
    mut design: Design<f64>,
    clamps: &[Clamp],
    teaching: &Teaching,
    steps: usize,
) -> Result<Replayed, ReplayError> {
    check_size(&design, steps)?;
    let told = cells::told(&design, clamps)?;
    let ReplayedCells { dynamics, derived, notes } = ReplayedCells::of(&design, &told, teaching)?;
    check_records(&dynamics, steps)?;
    let outline = Outline::of(&design, teaching, dynamics)?;
    design.projections.iter_mut().for_each(|own| own.plastic = false);
    let network = Network::build(design, Some(1), 1, &AtomicU64::new(0));
    let network = network.map_err(|mut faults| ReplayError::Network(faults.swap_remove(0)))?;
    let learns: Vec<bool> = network.design.populations.iter().map(|own| own.neurons().is_some()).collect();
    let looked = Looked { learns: &learns, derived: &derived, shape: teaching.pseudo_derivative };
    let cell_record = CellRecord::new(&network, 0, &looked, (steps, true));
    let parts = clamped_parts(&network, clamps, &told)?;
    let mut simulation = Simulation::new(network, Vec::new(), 1);
    let block = &mut simulation.blocks_mut()[0];
    block.cell_record = Some(Box::new(cell_record));
    parts.into_iter().for_each(|(part, clamp)| block.clamps[part] = Some(clamp));
    simulation.advance(steps as u64)?;
    check_derivatives(simulation.network(), simulation.blocks())?;
    let spikes = simulation.chunk().spikes.clone();
    let tape = tape(&simulation, &outline, &spikes, steps);
    Ok(Replayed { outline, notes, tape, spikes })
}

/// Refuses derivatives that no memory holds.
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn check_records(dynamics: &[neuropil_plasticity::Dynamics], steps: usize) -> Result<(), ReplayError> {
    // Written down while the network runs, then once more for the rules.
    let numbers = 2.0 * steps as f64 * dynamics.iter().map(LocalStep::recorded).sum::<usize>() as f64;
    if numbers > MOST {
        let gib = numbers * 8.0 / f64::from(1 << 30);
        return Err(ReplayError::TooLong { steps, cells: dynamics.len(), gib });
    }
    Ok(())
}

/// Refuses what no memory holds, before any of it is made.
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn check_size(design: &Design<f64>, steps: usize) -> Result<(), ReplayError> {
    let count = |neurons: bool| -> usize {
        let own = design.populations.iter().filter(|own| own.neurons().is_some() == neurons);
        own.map(|own| own.cells as usize).sum()
    };
    let [cells, inputs] = [true, false].map(count);
    let gib = |numbers: f64| numbers * 8.0 / f64::from(1 << 30);
    let weights = cells as f64 * (2 * cells + inputs) as f64;
    if weights > MOST {
        return Err(ReplayError::TooLarge { cells: cells + inputs, gib: gib(weights) });
    }
    let numbers = steps as f64 * (5 * cells + inputs) as f64;
    if numbers > MOST {
        return Err(ReplayError::TooLong { steps, cells: cells + inputs, gib: gib(numbers) });
    }
    Ok(())
}

fn clamped_parts(
    network: &Network<f64>,
    clamps: &[Clamp],
    told: &ToldModels,
) -> Result<Vec<(usize, ClampedPart<f64>)>, ClampError> {
    let mut clamped_parts = Vec::new();
    for clamp in clamps {
        let population = &network.design.populations[clamp.population];
        let refuse = |reason: String| ClampError { population: population.name.clone(), reason };
        let model = population.neurons().ok_or_else(|| refuse("its cells only send".into()))?;
        let parts = network.blocks[0].parts.iter().enumerate();
        for (part, own) in parts.filter(|(_, own)| own.population == clamp.population) {
            let spikes = clamp.spikes.iter().map(|(step, cell)| (*step, (cell - own.cells.start) as usize)).collect();
            let cells = own.cells.start as usize..own.cells.end as usize;
            let held = match &told[clamp.population] {
                Some(told) => ClampedPart::told(told.clone(), cells.len(), spikes),
                None => ClampedPart::forced(model, cells, spikes, network.design.clock).map_err(refuse)?,
            };
            clamped_parts.push((part, held));
        }
    }
    Ok(clamped_parts)
}

/// Planes of one trial, of cells and inputs in the order of the outline.
fn tape(simulation: &Simulation<f64>, outline: &Outline, spikes: &[(u64, u32)], steps: usize) -> Tape {
    let mut tape = Tape::zeros(&outline.learner, steps, 1);
    let mut x = Plane::zeros(steps, outline.learner.inputs(), 1);
    let design = &simulation.network().design;
    let kept = &simulation.blocks()[0].cell_record().tape;
    let (mut first_cell, mut first_input) = (0, 0);
    let late = outline.input_delay as usize;
    for (population, (own, first_id)) in design.populations.iter().zip(design.first_ids()).enumerate() {
        let (first_id, cells) = (first_id as usize, own.cells as usize);
        if own.neurons().is_none() {
            let ids = first_id..first_id + cells;
            let start = simulation.spikes_at_start().into_iter().map(|id| (0, id));
            for (step, id) in start.chain(spikes.iter().copied()).filter(|(_, id)| ids.contains(&(*id as usize))) {
                // Step n of a run is step n − 1 of a trial, whose inputs arrive without delay.
                let at = usize::try_from(step).unwrap_or(usize::MAX).saturating_add(late) - 1;
                if at < steps {
                    x.row_mut(at, first_input + id as usize - first_id)[0] += 1.0;
                }
            }
            first_input += cells;
            continue;
        }
        for step in 0..steps {
            let slot = kept.slot(step + 1).start + first_id;
            for cell in 0..cells {
                tape.z.row_mut(step, first_cell + cell)[0] = f64::from(kept.fired[slot + cell]);
                tape.psi.row_mut(step, first_cell + cell)[0] = kept.psi[slot + cell];
                if let Some(clamped) = &mut tape.clamped {
                    clamped.v.row_mut(step, first_cell + cell)[0] = kept.v[slot + cell];
                    clamped.refractory.row_mut(step, first_cell + cell)[0] = f64::from(kept.refractory[slot + cell]);
                }
            }
        }
        for part in kept.records.iter().filter(|part| part.population == population) {
            let range = first_cell..first_cell + cells;
            let records = tape.records.iter_mut().find(|own| own.cells == range);
            let numbers = &mut records.expect("the planes of a population are there").numbers;
            (0..steps).for_each(|step| numbers.step_mut(step).copy_from_slice(part.at(step + 1)));
        }
        first_cell += cells;
    }
    tape.x = x.into();
    tape
}

impl Simulation<f64> {
    fn blocks(&self) -> &[BlockState<f64>] {
        &self.blocks
    }

    fn blocks_mut(&mut self) -> &mut [BlockState<f64>] {
        &mut self.blocks
    }

    fn spikes_at_start(&self) -> Vec<u32> {
        crate::simulation::spikes_at_start(&self.network)
    }
}
