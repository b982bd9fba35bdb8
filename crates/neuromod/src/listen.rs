//! What cells hear: concentrations at each, occupancies, messengers.

use crate::cell::Cell;
use crate::field::{Field, Site, Threads};
use crate::peptides::Peptides;
use crate::receptor::{CellEffect, MOST_LIGANDS, Signed};

/// Cells that a worker takes at once, at least.
const RUN: usize = 1 << 10;
/// Most workers of a group.
const WORKERS: usize = 64;

/// The cells of one type. A cell's row of state: concentrations at the start of the step, by species; bound fractions
/// and desensitised, receptor after receptor; stages of Gi, Gs and Gq; signed messenger; its running mean, NaN before
/// there is one.
#[derive(Debug, Clone, PartialEq)]
struct Group {
    cell_type: usize,
    /// Species that its receptors bind.
    species: Vec<usize>,
    /// Where bound fractions, stages and the signed messenger begin in a row, and its length.
    bound: usize,
    stages: usize,
    signed: usize,
    width: usize,
    sites: Vec<Site>,
    rows: Vec<f64>,
    /// What is held of each receptor that it expresses, in their order; empty where nothing is.
    held: Vec<Option<f64>>,
}

/// All cells, by type.
#[derive(Debug, Clone, PartialEq)]
pub struct Listeners {
    groups: Vec<Group>,
    /// (group, place in it) of each cell.
    places: Vec<(u32, u32)>,
}

impl Listeners {
    pub(crate) fn new(peptides: &Peptides, cells: &[Cell]) -> Self {
        let mut groups: Vec<Group> = (0..peptides.cell_types.len()).map(|own| Group::new(peptides, own)).collect();
        let place = |cell: &Cell| {
            let group = &mut groups[cell.cell_type as usize];
            let place = u32::try_from(group.sites.len()).unwrap_or(u32::MAX);
            group.sites.push(cell.site);
            group.rows.extend(std::iter::repeat_n(0.0, group.width));
            if let Some(mean) = group.rows.last_mut() {
                *mean = f64::NAN;
            }
            (cell.cell_type, place)
        };
        let places = cells.iter().map(place).collect();
        Self { groups, places }
    }

    /// Concentrations at the start of a step.
    pub(crate) fn sample_start(&mut self, field: &Field, threads: &Threads) {
        for group in &mut self.groups {
            group.each(threads, |species, site, row| {
                for (start, &species) in row.iter_mut().zip(species) {
                    *start = field.sample(species, site);
                }
            });
        }
    }

    /// Receptors and messengers, with the concentrations at the end of it.
    pub(crate) fn advance(&mut self, peptides: &Peptides, field: &Field, dt_ms: f64, threads: &Threads) {
        for group in &mut self.groups {
            let (cell_type, parts) = (group.cell_type, [group.bound, group.stages, group.signed]);
            let held = std::mem::take(&mut group.held);
            group.each(threads, |species, site, row| {
                for (start, &species) in row.iter_mut().zip(species) {
                    *start = 0.5 * (*start + field.sample(species, site));
                }
                hear(peptides, (cell_type, &held), species, (row, parts), dt_ms);
            });
            group.held = held;
        }
    }

    fn row(&self, cell: usize) -> (&Group, &[f64]) {
        let (group, place) = self.places[cell];
        let group = &self.groups[group as usize];
        (group, &group.rows[place as usize * group.width..][..group.width])
    }

    /// Bound fractions of a cell's receptor, then the desensitised one; `None` if it does not have the receptor.
    pub fn receptor_state<'l>(&'l self, peptides: &Peptides, cell: usize, receptor: usize) -> Option<&'l [f64]> {
        let (group, row) = self.row(cell);
        let mut first = group.bound;
        for expression in &peptides.cell_types[group.cell_type].expresses {
            let states = peptides.receptors[expression.receptor].states();
            if expression.receptor == receptor {
                return Some(&row[first..first + states]);
            }
            first += states;
        }
        None
    }

    /// Levels of Gi, Gs and Gq of a cell.
    pub fn levels(&self, peptides: &Peptides, cell: usize) -> [f64; 3] {
        let (group, row) = self.row(cell);
        let mut last = group.stages;
        std::array::from_fn(|class| {
            last += peptides.messengers[class].stages().len();
            row[last - 1]
        })
    }

    /// What they do to it.
    pub fn effect(&self, peptides: &Peptides, cell: usize) -> CellEffect {
        let (group, _) = self.row(cell);
        peptides.cell_types[group.cell_type].effects.effect(self.levels(peptides, cell))
    }

    /// Its signed messenger.
    pub fn signed(&self, cell: usize) -> f64 {
        let (group, row) = self.row(cell);
        row[group.signed]
    }

    /// Holds a receptor of a cell type, by its place among those that it expresses.
    pub(crate) fn hold(&mut self, cell_type: usize, place: usize, bound: f64) {
        for group in self.groups.iter_mut().filter(|group| group.cell_type == cell_type) {
            group.held.resize(group.held.len().max(place + 1), None);
            group.held[place] = Some(bound);
        }
    }

    /// Holds none.
    pub fn release_all(&mut self) {
        self.groups.iter_mut().for_each(|group| group.held.clear());
    }

    /// Sets the signed messenger of a cell; in other modes than the abstract one the next field step replaces it.
    pub fn set_signed(&mut self, cell: usize, value: f64) {
        let (group, place) = self.places[cell];
        let group = &mut self.groups[group as usize];
        group.rows[place as usize * group.width + group.signed] = value;
    }

    /// The rows of all cells, by type.
    pub fn state(&self) -> Vec<f64> {
        self.groups.iter().flat_map(|group| &group.rows).copied().collect()
    }

    /// How many numbers that are.
    pub fn state_length(&self) -> usize {
        self.groups.iter().map(|group| group.rows.len()).sum()
    }

    /// Goes on from numbers of [`Self::state`], as many.
    pub(crate) fn restore(&mut self, state: &[f64]) {
        let mut rest = state;
        for group in &mut self.groups {
            let (own, others) = rest.split_at(group.rows.len());
            group.rows.copy_from_slice(own);
            rest = others;
        }
    }
}

impl Group {
    fn new(peptides: &Peptides, cell_type: usize) -> Self {
        let receptors = || peptides.cell_types[cell_type].expresses.iter().map(|own| &peptides.receptors[own.receptor]);
        let mut species: Vec<usize> = receptors().flat_map(|own| own.ligands.iter().map(|l| l.species)).collect();
        species.sort_unstable();
        species.dedup();
        let bound = species.len();
        let stages = bound + receptors().map(|receptor| receptor.states()).sum::<usize>();
        let signed = stages + peptides.messengers.iter().map(|cascade| cascade.stages().len()).sum::<usize>();
        let (sites, rows, held) = (Vec::new(), Vec::new(), Vec::new());
        Self { cell_type, species, bound, stages, signed, width: signed + 2, sites, rows, held }
    }

    fn each(&mut self, threads: &Threads, work: impl Fn(&[usize], &Site, &mut [f64]) + Sync) {
        let Self { species, sites, rows, width, .. } = self;
        let least = sites.len().div_ceil(WORKERS).max(RUN);
        let run = sites.len().div_ceil(threads.count()).max(least);
        let mut firsts: [usize; WORKERS] = std::array::from_fn(|worker| worker * run);
        let workers = sites.len().div_ceil(run);
        threads.each(rows, run * *width, &mut firsts[..workers], |own, first| {
            for (row, site) in own.chunks_exact_mut(*width).zip(&sites[*first..]) {
                work(species, site, row);
            }
        });
    }
}

/// Receptors, messengers and signed messenger of one cell, under the concentrations at the head of its row.
fn hear(
    peptides: &Peptides,
    (cell_type, held): (usize, &[Option<f64>]),
    species: &[usize],
    (row, [bound, stages, signed]): (&mut [f64], [usize; 3]),
    dt_ms: f64,
) {
    let own = &peptides.cell_types[cell_type];
    let (heard, rest) = row.split_at_mut(bound);
    let (mut receptors, rest) = rest.split_at_mut(stages - bound);
    let (mut cascades, last) = rest.split_at_mut(signed - stages);
    let mut drives = [0.0; 3];
    for (place, expression) in own.expresses.iter().enumerate() {
        let receptor = &peptides.receptors[expression.receptor];
        let (state, others) = receptors.split_at_mut(receptor.states());
        let ligands = receptor.ligands.len();
        let occupied = |state: &[f64]| state[..ligands].iter().sum::<f64>();
        let mut concentrations = [0.0; MOST_LIGANDS];
        for (c, ligand) in concentrations.iter_mut().zip(&receptor.ligands) {
            *c = species.binary_search(&ligand.species).map_or(0.0, |place| heard[place]);
        }
        let before = occupied(state);
        receptor.advance(state, &concentrations[..ligands], dt_ms);
        // A receptor that is held goes on binding below.
        let occupancy = held.get(place).copied().flatten().unwrap_or_else(|| 0.5 * (before + occupied(state)));
        drives[receptor.class.index()] += peptides.gain * expression.density * occupancy;
        receptors = others;
    }
    let mut levels = [0.0; 3];
    for ((cascade, drive), level) in peptides.messengers.iter().zip(drives).zip(&mut levels) {
        let (own, others) = cascades.split_at_mut(cascade.stages().len());
        *level = cascade.advance(own, drive, dt_ms);
        cascades = others;
    }
    let mut messenger = Signed { value: last[0], mean: Some(last[1]).filter(|mean| !mean.is_nan()) };
    messenger.advance(own.signed, levels, dt_ms);
    last.copy_from_slice(&[messenger.value, messenger.mean.unwrap_or(f64::NAN)]);
}
