//! How far does a peptide get? One vesicle's content spreads in tissue and is lost on the way.
//!
//! In unbounded tissue the cloud of N molecules is a Gaussian that widens as √(2 D* t) along each axis and fades as
//! e^(−k t); a steady source reaches about √(D*/k). The voxels of the simulator give the same numbers.

use neuropil::neuromod::field::closed_form::Unbounded;
use neuropil::neuromod::field::{CLOSED, Field, Grid, Layer, SeparableKernel, Space, Threads, Transport};
use std::error::Error;

/// D* of a peptide of 1.6 kDa, um²/ms.
const DIFFUSIVITY: f64 = 0.1;
const LOSS_PER_MS: f64 = 1e-3;
const VOLUME_FRACTION: f64 = 0.2;
const MOLECULES: f64 = 5000.0;
const STEP_MS: f64 = 10.0;

fn main() -> Result<(), Box<dyn Error>> {
    let grid = Grid::new([41; 3], [2.0; 3])?;
    let transport = Transport { grid, walls: CLOSED, diffusivity: [DIFFUSIVITY; 3], loss: LOSS_PER_MS };
    let solver = Box::new(SeparableKernel::new(&transport, STEP_MS)?);
    let layer = Layer { name: "somatostatin".into(), solver, uptake: None };
    let mut field = Field::new(Space::voxels(grid, VOLUME_FRACTION)?, vec![layer]);
    let centre = grid.size().map(|size| 0.5 * size);
    let from_centre = |r: f64| grid.site([centre[0] + r, centre[1], centre[2]]);
    field.deposit(0, &from_centre(0.0)?, MOLECULES);

    let exact = Unbounded { diffusivity: DIFFUSIVITY, loss: LOSS_PER_MS, volume_fraction: VOLUME_FRACTION };
    println!("length sqrt(D*/k): {:.0} um", (DIFFUSIVITY / LOSS_PER_MS).sqrt());
    for step in 1..=50 {
        field.advance(&Threads::ONE);
        let t = f64::from(step) * STEP_MS;
        if step % 25 != 0 {
            continue;
        }
        for r in [0.0, 6.0, 12.0] {
            let (found, expected) = (field.sample(0, &from_centre(r)?), exact.point_pulse(MOLECULES, r, t));
            println!("{t:>5} ms, {r:>4} um: {found:.4} nM, in theory {expected:.4} nM");
            // A voxel is not a point: the peak is rounded off while the cloud is a few voxels wide.
            assert!((found / expected - 1.0).abs() < 0.05);
        }
    }
    let left = MOLECULES * (-LOSS_PER_MS * 50.0 * STEP_MS).exp();
    assert!((field.amount(0) / left - 1.0).abs() < 1e-9, "what is not lost is there");
    Ok(())
}
