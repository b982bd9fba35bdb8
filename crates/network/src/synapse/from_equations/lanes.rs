//! Synapses side by side, each with an event of its own.

use super::programs::Programs;
use neuropil_equations::machine::lanes::{Bank, Draws, Input, LANES, Program};
use std::ops::Range;
use std::sync::Arc;

/// What every synapse keeps, in the order of the table.
#[derive(Debug, Clone)]
pub(super) struct Numbers {
    /// The weights, with their signs.
    pub weights: Vec<f64>,
    /// The variables, `[variable][synapse]`; nothing in the place of the weight.
    pub own: Vec<Vec<f64>>,
    /// Drawn parameters, `[parameter][synapse]`.
    pub drawn: Arc<Vec<Vec<f64>>>,
}

/// A synapse on its way through the events of a stretch of time. Times are steps at the synapse.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    /// Its place in the table.
    pub synapse: usize,
    /// Its cell, by the offset in the part.
    pub cell: usize,
    /// The sign of its weight.
    pub sign: f64,
    /// Its row in the table.
    pub row: usize,
    /// Its row in the caller's list.
    pub list: usize,
    /// When the last presynaptic spike was there; 0 before the first.
    pub last_pre: u64,
    /// The rest of the delay, steps.
    pub dendritic: u64,
    /// Spikes of its cell that it has not met.
    pub waiting: Range<usize>,
    /// Spikes of other cells that it has not met.
    pub calls: Range<usize>,
    /// When its last event was.
    pub last_event: u64,
    /// When this event is.
    pub now: u64,
    /// The end of the stretch.
    pub until: u64,
    /// Up to here it has been advanced, where synapses are advanced in every step.
    pub stepped: u64,
}

impl Lane {
    /// The step of its cell that is at the synapse now.
    #[inline(always)]
    pub fn of_cell(&self) -> i64 {
        self.now.cast_signed() - self.dendritic.cast_signed()
    }
}

/// What is used again and again.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub bank: Bank,
    pub lanes: Vec<Lane>,
    /// Those of the lanes that have an event now.
    pub active: Vec<usize>,
    pub numbers: Vec<u32>,
    pub steps: Vec<u64>,
}

/// The events of some lanes.
pub(super) struct Lanes<'l> {
    pub lanes: &'l [Lane],
    /// Which of them.
    pub active: &'l [usize],
}

impl<'l> Lanes<'l> {
    pub fn each(&self) -> impl Iterator<Item = &'l Lane> + '_ {
        self.active.iter().map(|lane| &self.lanes[*lane])
    }
}

/// Times in ms.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub dt_ms: f64,
}

impl Grid {
    #[inline(always)]
    #[expect(clippy::cast_precision_loss, reason = "steps stay below 2^48")]
    pub fn ms(self, steps: u64) -> f64 {
        steps as f64 * self.dt_ms
    }
}

/// Gives a program what all its events have in common; the sides are given by `side`.
pub(super) fn give<'l>(
    (programs, program): (&Programs, &Program),
    bank: &mut Bank,
    lanes: &Lanes<'l>,
    (numbers, grid): (&Numbers, Grid),
    side: &dyn Fn(Input, &mut [f64], &Lanes<'l>),
) {
    let own_weight = |lane: &Lane| numbers.weights[lane.synapse] * lane.sign;
    for (place, input) in program.inputs().iter().enumerate() {
        let tile = &mut bank.input(place)[..lanes.active.len()];
        let to = tile.iter_mut().zip(lanes.each());
        match input {
            Input::Own(own) if Some(*own) == programs.weight => to.for_each(|(to, lane)| *to = own_weight(lane)),
            Input::Own(own) => to.for_each(|(to, lane)| *to = numbers.own[*own][lane.synapse]),
            Input::Drawn(own) => to.for_each(|(to, lane)| *to = numbers.drawn[*own][lane.synapse]),
            Input::Weight => to.for_each(|(to, lane)| *to = own_weight(lane)),
            Input::SinceEvent => to.for_each(|(to, lane)| *to = grid.ms(lane.now - lane.last_event)),
            Input::SincePre => to.for_each(|(to, lane)| *to = grid.ms(lane.now - lane.last_pre)),
            Input::Time => to.for_each(|(to, lane)| *to = grid.ms(lane.now)),
            other => side(*other, tile, lanes),
        }
    }
}

/// Runs a program over lanes and takes what their synapses become.
pub(super) fn run(
    (programs, program, writes): (&Programs, &Program, &[usize]),
    bank: &mut Bank,
    lanes: &Lanes<'_>,
    numbers: &mut Numbers,
    draws: Option<Draws<'_>>,
) {
    program.run(bank, lanes.active.len(), draws);
    for (output, own) in writes.iter().enumerate() {
        for (place, lane) in lanes.each().enumerate() {
            let value = program.output(bank, output, place);
            if Some(*own) == programs.weight {
                numbers.weights[lane.synapse] = value * lane.sign;
            } else {
                numbers.own[*own][lane.synapse] = value;
            }
        }
    }
}

impl Numbers {
    /// Numbers of synapses that nothing has reached yet, by their weights and their numbers in the projection.
    pub fn at_rest(programs: &Programs, bank: &mut Bank, weights: &[f64], synapses: &[u32]) -> Self {
        let starts = programs.starts.own.iter().enumerate();
        let own = starts.map(
            |(place, start)| {
                if Some(place) == programs.weight { Vec::new() } else { vec![*start; synapses.len()] }
            },
        );
        let mut own: Vec<Vec<f64>> = own.collect();
        let drawn = programs.draw(synapses);
        if let Some((program, written)) = &programs.starts_by_synapse {
            for first in (0..synapses.len()).step_by(MOST) {
                let all = first..(first + MOST).min(synapses.len());
                for (place, input) in program.inputs().iter().enumerate() {
                    let from = match input {
                        Input::Drawn(number) => &drawn[*number][all.clone()],
                        other => unreachable!("{other:?} is not known before a run"),
                    };
                    bank.input(place)[..all.len()].copy_from_slice(from);
                }
                program.run(bank, all.len(), None);
                for (output, variable) in written.iter().enumerate() {
                    for lane in 0..all.len() {
                        own[*variable][first + lane] = program.output(bank, output, lane);
                    }
                }
            }
        }
        Self { weights: weights.to_vec(), own, drawn: Arc::new(drawn) }
    }
}

/// How many lanes there are at once.
pub(super) const MOST: usize = LANES;
