//! What cells of all blocks have on their tapes, by slot and cell, and back.

use super::cell_record::Tape;
use crate::block::BlockState;
use neuropil_core::Real;
use std::collections::BTreeSet;

/// The first `slots` slots of all blocks, `[slot][cell]`.
pub(super) fn by_cell<R: Real, T: Copy>(
    blocks: &[BlockState<R>],
    slots: usize,
    of: impl Fn(&Tape) -> &Vec<T>,
) -> Vec<T> {
    let own = |slot: usize| {
        let of = &of;
        blocks.iter().flat_map(move |block| {
            let tape = &block.cell_record().tape;
            of(tape).get(tape.slot(slot)).unwrap_or(&[]).iter().copied()
        })
    };
    (0..slots).flat_map(own).collect()
}

/// The inverse of [`by_cell`].
pub(super) fn to_blocks<R: Real, T: Copy>(
    blocks: &mut [BlockState<R>],
    all: &[T],
    of: impl Fn(&mut Tape) -> &mut Vec<T>,
) {
    let mut rest = all.iter();
    for slot in 0.. {
        if rest.len() == 0 {
            return;
        }
        for block in blocks.iter_mut() {
            let tape = &mut block.cell_record_mut().tape;
            let range = tape.slot(slot);
            of(tape)[range].iter_mut().zip(&mut rest).for_each(|(own, value)| *own = *value);
        }
    }
}

/// Populations whose cells write something down, ascending.
fn writing<R: Real>(blocks: &[BlockState<R>]) -> Vec<usize> {
    let parts = blocks.iter().flat_map(|block| &block.cell_record().tape.records);
    parts.map(|own| own.population).collect::<BTreeSet<usize>>().into_iter().collect()
}

/// What cells from equations wrote down in the first `slots` slots, `[population][slot][number][cell]`.
pub(super) fn records<R: Real>(blocks: &[BlockState<R>], slots: usize) -> Vec<f64> {
    let mut all = Vec::new();
    for population in writing(blocks) {
        let parts = || blocks.iter().flat_map(|block| &block.cell_record().tape.records);
        let own = || parts().filter(|own| own.population == population);
        let numbers = own().next().map_or(0, |own| own.recorded);
        for (slot, number) in (0..slots).flat_map(|slot| (0..numbers).map(move |number| (slot, number))) {
            all.extend(own().flat_map(|own| {
                let cells = own.places.len();
                own.at(slot)[number * cells..(number + 1) * cells].iter().copied()
            }));
        }
    }
    all
}

/// The inverse of [`records`].
pub(super) fn records_to<R: Real>(blocks: &mut [BlockState<R>], all: &[f64], slots: usize) {
    let mut rest = all.iter();
    for population in writing(blocks) {
        let parts = blocks.iter_mut().flat_map(|block| &mut block.cell_record_mut().tape.records);
        let mut own: Vec<_> = parts.filter(|own| own.population == population).collect();
        let numbers = own.first().map_or(0, |own| own.recorded);
        for (slot, number) in (0..slots).flat_map(|slot| (0..numbers).map(move |number| (slot, number))) {
            for part in &mut own {
                let cells = part.places.len();
                let values = &mut part.at_mut(slot)[number * cells..(number + 1) * cells];
                values.iter_mut().zip(&mut rest).for_each(|(own, value)| *own = *value);
            }
        }
    }
}

/// The states at the test of those cells, `[population][plane][cell]`.
pub(super) fn tested<R: Real>(blocks: &[BlockState<R>]) -> Vec<f64> {
    let mut all = Vec::new();
    for population in writing(blocks) {
        let parts = || blocks.iter().flat_map(|block| block.cell_record().tested_of(population));
        let planes = parts().next().map_or(0, Vec::len);
        (0..planes).for_each(|plane| all.extend(parts().flat_map(|own| own[plane].iter().copied())));
    }
    all
}

/// The inverse of [`tested`].
pub(super) fn tested_to<R: Real>(blocks: &mut [BlockState<R>], all: &[f64]) {
    let mut rest = all.iter();
    for population in writing(blocks) {
        let parts = blocks.iter_mut().flat_map(|block| block.cell_record_mut().tested_of_mut(population));
        let mut parts: Vec<&mut Vec<Vec<f64>>> = parts.collect();
        let planes = parts.first().map_or(0, |own| own.len());
        for plane in 0..planes {
            let values = parts.iter_mut().flat_map(|own| own[plane].iter_mut());
            values.zip(&mut rest).for_each(|(own, value)| *own = *value);
        }
    }
}
