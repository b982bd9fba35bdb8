//! Synapses over a window: what their spikes add, and what becomes of the numbers that they held before it.

use super::GRADIENT;
use super::cells::Sweep;
use super::state_map::made_of;
use neuropil_core::simd::vectorized;
use std::ops::Range;

/// Synapses of a cell whose numbers lie side by side.
pub const LANES: usize = 8;

/// A number of as many synapses.
pub type Lanes = [f64; LANES];

/// The spikes of all senders that may arrive in a window.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// Where the spikes of each sender begin, one more than senders.
    pub starts: &'a [u32],
    /// When, in steps from the step before the window, modulo 2³².
    pub steps: &'a [u32],
}

/// The synapses onto one cell, in any order.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// Who sends.
    pub sources: &'a [u32],
    /// How late a spike arrives, steps.
    pub delays: &'a [u32],
}

/// Room for the numbers of some synapses, so that a window needs none of its own.
#[derive(Debug, Clone, Default)]
pub struct CarryRoom {
    /// What spikes add, `[lane][number]`.
    fresh: Vec<f64>,
    /// The numbers at the end.
    next: Vec<Lanes>,
}

impl Sweep {
    /// Takes the synapses of a cell of [`Self::back`] over the window. `state` is `[LANES synapses][number]` without the
    /// gradient; `gradient` is told the place of each synapse in `incoming` and what is to be added.
    pub fn synapses(
        &self,
        cell: usize,
        (incoming, sent): (Incoming<'_>, Sent<'_>),
        state: &mut [Lanes],
        room: &mut CarryRoom,
        mut gradient: impl FnMut(usize, f64),
    ) {
        let (width, numbers) = (self.layout.width(), self.layout.len() - 1);
        room.fresh.clear();
        room.fresh.resize(LANES * width, 0.0);
        vectorized(
            #[inline(always)]
            || {
                for (chunk, state) in state.chunks_exact_mut(numbers).enumerate() {
                    let own = chunk * LANES..incoming.sources.len().min((chunk + 1) * LANES);
                    let mut arrived = false;
                    for (lane, synapse) in own.clone().enumerate() {
                        let fresh = &mut room.fresh[lane * width..(lane + 1) * width];
                        arrived |= self.arrive(cell, (incoming, sent), synapse, fresh);
                    }
                    let added = self.carry(cell, arrived.then_some(&room.fresh), state, &mut room.next);
                    if arrived {
                        room.fresh.fill(0.0);
                    }
                    own.zip(added).for_each(|(synapse, added)| gradient(synapse, added));
                }
            },
        );
    }

    /// Adds what the spikes of a synapse are worth; whether there are any.
    #[inline(always)]
    fn arrive(
        &self,
        cell: usize,
        (incoming, sent): (Incoming<'_>, Sent<'_>),
        synapse: usize,
        fresh: &mut [f64],
    ) -> bool {
        let (source, delay) = (incoming.sources[synapse] as usize, incoming.delays[synapse]);
        let mut arrived = false;
        for step in &sent.steps[sent.starts[source] as usize..sent.starts[source + 1] as usize] {
            let step = step.wrapping_add(delay) as usize;
            if step.wrapping_sub(1) < self.steps {
                let (fresh, _) = fresh.as_chunks_mut::<4>();
                let (worth, _) = self.arriving(cell, step).as_chunks::<4>();
                for (own, worth) in fresh.iter_mut().zip(worth) {
                    own.iter_mut().zip(worth).for_each(|(own, worth)| *own += worth);
                }
                arrived = true;
            }
        }
        arrived
    }

    /// Takes the numbers of [`LANES`] synapses of a cell over the window, `fresh` being what their spikes added, `[lane]
    /// [number]` with the gradient; what is to be added to their gradients.
    #[inline(always)]
    pub fn carry(&self, cell: usize, fresh: Option<&Vec<f64>>, state: &mut [Lanes], next: &mut Vec<Lanes>) -> Lanes {
        let (layout, map, width) = (&self.layout, &self.maps[cell], self.layout.width());
        next.clear();
        for to in 0..layout.len() {
            let mut sum = [0.0; LANES];
            if let Some(fresh) = fresh {
                sum.iter_mut().enumerate().for_each(|(lane, own)| *own = fresh[lane * width + to]);
            }
            let row = map.row(to);
            for numbers in [layout.states(), made_of(layout, to)] {
                for (factor, value) in row[numbers.clone()].iter().zip(&state[shifted(&numbers)]) {
                    sum.iter_mut().zip(value).for_each(|(own, value)| *own += factor * value);
                }
            }
            next.push(sum);
        }
        state.copy_from_slice(&next[1..]);
        next[GRADIENT]
    }
}

/// Where numbers stand that have no gradient before them.
#[inline(always)]
fn shifted(numbers: &Range<usize>) -> Range<usize> {
    numbers.start.saturating_sub(1)..numbers.end.saturating_sub(1)
}
