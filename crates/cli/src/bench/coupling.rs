//! What cells cost beside the field: their releases, samples, receptors and messengers.

use super::timing::{VOLUME_FRACTION, seconds};
use crate::args::BenchDiffusionArgs;
use crate::error::CliError;
use neuropil_core::ParameterSet;
use neuropil_neuromod::field::{Field, Threads};
use neuropil_neuromod::receptor::{Binding, Cascade, EffectLaws, GClass, Ligand, Receptor, SignedMode};
use neuropil_neuromod::release::{DenseCore, Scatter, Sites};
use neuropil_neuromod::{Cargo, Cell, CellType, Chain, Expression, Pace, Peptides, Species, SpeciesParams};
use serde_json::{Value, json};
use std::num::Wrapping;

/// Cells fire at this rate, Hz, in turn.
const RATE_HZ: f64 = 5.0;
/// Network steps in a field step.
const STEPS: u64 = 100;
/// Field steps that are timed; nothing is in the field before the second.
const RUNS: u64 = 8;
/// Types of cells.
const TYPES: u32 = 8;
/// Species that a type releases, at most.
const RELEASED: usize = 3;

/// The step of `field` alone and that of a chain of cells with `own`, ms.
pub fn measure(args: &BenchDiffusionArgs, own: Field, field: &mut Field, threads: &Threads) -> Result<Value, CliError> {
    let mut chain = chain(args, own)?;
    let (mut all, mut alone, mut queueing) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
    // A cell fires every so many field steps.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "few steps")]
    let every = (1e3 / (RATE_HZ * args.step_ms)).round().max(1.0) as u32;
    for run in 0..RUNS {
        let step = (run + 1) * STEPS;
        let turn = u32::try_from(run).unwrap_or(0) % every;
        let fired: Vec<u32> = (turn..args.cells).step_by(every as usize).collect();
        #[expect(clippy::cast_precision_loss, reason = "few steps")]
        let now = (run + 1) as f64 * args.step_ms;
        let spikes = seconds(&mut || chain.spiked(step, now, &fired, |_, _| {}));
        let whole = seconds(&mut || chain.field_step(threads));
        let empty = seconds(&mut || field.advance(threads));
        if run > 1 {
            (queueing, all, alone) = (queueing.min(spikes), all.min(whole), alone.min(empty));
        }
    }
    Ok(json!({
        "cells": args.cells,
        "rate_hz": RATE_HZ,
        "release_sites_per_cell": Scatter::default().points,
        "field_ms": alone * 1e3,
        "field_with_cells_ms": all * 1e3,
        "spikes_ms": queueing * 1e3,
        "cells_per_field": (all + queueing - alone) / alone,
    }))
}

fn chain(args: &BenchDiffusionArgs, field: Field) -> Result<Chain, CliError> {
    let grid = neuropil_neuromod::field::Grid::new([args.voxels as usize; 3], [args.dx_um; 3]);
    let grid = grid.map_err(CliError::input)?;
    let size = grid.size();
    // Scattered by three primes.
    let place = |cell: u32, prime: u32| f64::from((Wrapping(cell) * Wrapping(prime)).0 % 1000) * 1e-3;
    let soma = |cell: u32| {
        let share = [7919, 104_729, 611_953].map(|prime| place(cell, prime));
        [share[0] * size[0], share[1] * size[1], share[2] * size[2]]
    };
    let somata: Vec<[f64; 3]> = (0..args.cells).map(soma).collect();
    let sites = Sites::scattered(field.space(), &somata, Scatter::default(), (1, 0)).map_err(CliError::input)?;
    let cell = |(index, soma): (u32, &[f64; 3])| Ok(Cell { cell_type: index % TYPES, site: grid.site(*soma)? });
    let cells: Result<_, neuropil_neuromod::NeuromodError> = (0..).zip(&somata).map(cell).collect();
    let pace = Pace { steps: STEPS, field_step_ms: args.step_ms };
    let cells = (cells.map_err(CliError::input)?, sites);
    Chain::new(peptides(usize::from(args.species)), field, cells, pace, 1).map_err(|faults| CliError::input(&faults[0]))
}

/// Each type releases up to three peptides and hears all but one.
fn peptides(count: usize) -> Peptides {
    let species = |index| Species {
        name: format!("P{index}"),
        gene: String::new(),
        params: SpeciesParams::defaults(),
        uptake: None,
    };
    let receptor = |index: usize| Receptor {
        name: format!("R{index}"),
        class: GClass::ALL[index % GClass::ALL.len()],
        ligands: vec![Ligand { species: index, k_d: 1.0, k_on: 1e-5 }],
        binding: Binding::Kinetic,
        desensitisation: None,
    };
    let own = |own: usize, count: usize, most: usize| (0..count.min(most)).map(move |i| (own + i) % count);
    let cell_type = |index: usize| CellType {
        name: format!("T{index}"),
        releases: own(index, count, RELEASED).map(|species| Cargo { species, molecules_per_vesicle: 5e3 }).collect(),
        release: DenseCore::defaults(),
        expresses: own(index, count, (count - 1).max(1))
            .map(|receptor| Expression { receptor, density: 0.5 })
            .collect(),
        effects: EffectLaws::defaults(),
        signed: SignedMode::default(),
    };
    Peptides {
        volume_fraction: VOLUME_FRACTION,
        species: (0..count).map(species).collect(),
        receptors: (0..count).map(receptor).collect(),
        cell_types: (0..TYPES as usize).map(cell_type).collect(),
        messengers: GClass::ALL.map(Cascade::default_of),
        gain: 1.0,
    }
}
