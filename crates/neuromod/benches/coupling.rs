//! What cells cost beside the field: 10^5 cells at 5 Hz with 32 release points each and 8 species, in 200^3 voxels.
//!
//! `cargo bench -p neuropil-neuromod --bench coupling`; the least of several field steps of 10 ms counts.

use neuropil_core::ParameterSet;
use neuropil_neuromod::field::{CLOSED, Field, Grid, Layer, SeparableKernel, Space, Threads, Transport};
use neuropil_neuromod::receptor::{Binding, Cascade, EffectLaws, GClass, Ligand, Receptor, SignedMode};
use neuropil_neuromod::release::{DenseCore, Scatter, Sites};
use neuropil_neuromod::{Cargo, Cell, CellType, Chain, Expression, Pace, Peptides, Species, SpeciesParams};
use std::time::Instant;

const SPECIES: usize = 8;
const CELLS: u32 = 100_000;
/// Spikes in a field step: 5 Hz for 10 ms.
const SPIKES: u32 = CELLS / 20;
const RUNS: u64 = 8;

fn main() {
    let grid = Grid::new([200; 3], [5.0; 3]).expect("a grid");
    let threads = Threads::new(2).expect("threads");
    let mut chain = chain(grid);
    let mut field = field(grid);
    let full = vec![1.0; grid.voxels()];
    (0..SPECIES).for_each(|species| field.set(species, &full));
    drop(full);
    let (mut all, mut alone, mut queueing) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
    for run in 0..RUNS {
        let step = (run + 1) * 100;
        let fired: Vec<u32> = (0..SPIKES).map(|spike| spike * 20 + u32::try_from(run % 20).unwrap_or(0)).collect();
        let spikes = seconds(&mut || chain.spiked(step, step as f64 * 0.1, &fired, |_, _| {}));
        let step = seconds(&mut || chain.field_step(&threads));
        let field = seconds(&mut || field.advance(&threads));
        // Nothing is in the field before the second step.
        if run > 1 {
            (queueing, all, alone) = (queueing.min(spikes), all.min(step), alone.min(field));
        }
    }
    println!(
        "field of {SPECIES} species alone {:.1} ms; with {CELLS} cells {:.1} ms; spikes {:.2} ms",
        alone * 1e3,
        all * 1e3,
        queueing * 1e3
    );
    println!("cells / field = {:.2}", (all + queueing - alone) / alone);
}

fn seconds(work: &mut dyn FnMut()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64()
}

fn field(grid: Grid) -> Field {
    let transport = Transport { grid, walls: CLOSED, diffusivity: [0.1; 3], loss: 1e-5 };
    let layer = |index| Layer {
        name: format!("P{index}"),
        solver: Box::new(SeparableKernel::new(&transport, 10.0).expect("a solver")),
        uptake: None,
    };
    Field::new(Space::voxels(grid, 0.2).expect("a space"), (0..SPECIES).map(layer).collect())
}

fn chain(grid: Grid) -> Chain {
    let space = Space::voxels(grid, 0.2).expect("a space");
    let place = |cell: u32, prime: u32| f64::from(cell.wrapping_mul(prime) % 1000);
    let somata: Vec<[f64; 3]> =
        (0..CELLS).map(|cell| [place(cell, 7919), place(cell, 104_729), place(cell, 611_953)]).collect();
    let sites = Sites::scattered(&space, &somata, Scatter::default(), (1, 0)).expect("sites");
    let cell = |(index, soma): (u32, &[f64; 3])| Cell { cell_type: index % 8, site: grid.site(*soma).expect("inside") };
    let cells = (0..).zip(&somata).map(cell).collect();
    Chain::new(peptides(), field(grid), (cells, sites), Pace { steps: 100, field_step_ms: 10.0 }, 1).expect("a chain")
}

/// Each type releases three peptides and hears seven.
fn peptides() -> Peptides {
    let species = |index| Species {
        name: format!("P{index}"),
        gene: String::new(),
        params: SpeciesParams::defaults(),
        uptake: None,
    };
    let receptor = |index: usize| Receptor {
        name: format!("R{index}"),
        class: GClass::ALL[index % 3],
        ligands: vec![Ligand { species: index, k_d: 1.0, k_on: 1e-5 }],
        binding: Binding::Kinetic,
        desensitisation: None,
    };
    let cell_type = |own: usize| CellType {
        name: format!("T{own}"),
        releases: (0..3).map(|i| Cargo { species: (own + i) % SPECIES, molecules_per_vesicle: 5000.0 }).collect(),
        release: DenseCore::defaults(),
        expresses: (0..7).map(|i| Expression { receptor: (own + i) % SPECIES, density: 0.5 }).collect(),
        effects: EffectLaws::defaults(),
        signed: SignedMode::default(),
    };
    Peptides {
        volume_fraction: 0.2,
        species: (0..SPECIES).map(species).collect(),
        receptors: (0..SPECIES).map(receptor).collect(),
        cell_types: (0..8).map(cell_type).collect(),
        messengers: GClass::ALL.map(Cascade::default_of),
        gain: 1.0,
    }
}
