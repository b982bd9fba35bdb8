//! `neuropil bench diffusion`: a step of the field beside what the machine allows, and what cells cost beside it.

use super::timing::{VOLUME_FRACTION, seconds};
use super::{coupling, probe};
use crate::args::BenchDiffusionArgs;
use crate::error::CliError;
use crate::{load, screen};
use neuropil_core::simd::vector_bits;
use neuropil_neuromod::field::{CLOSED, Field, Grid, Layer, SeparableKernel, Space, Threads, Transport};
use serde_json::{Value, json};
use std::time::Instant;

/// D* of the species, um²/ms: that of somatostatin-14.
const DIFFUSIVITY: f64 = 0.1;
/// Their loss, 1/ms.
const LOSS: f64 = 1e-5;
/// Bytes of two reads and two writes of a number.
const BYTES: f64 = 32.0;
/// Additions for a pair of neighbours: their sum, less twice the voxel's own, onto the voxel's.
const ADDS_A_PAIR: f64 = 3.0;
/// Steps at least, whatever `--seconds` says.
const FEWEST: usize = 3;

/// Measures the field and prints one JSON object.
///
/// # Errors
/// A grid, a step or a number of threads that is impossible.
pub fn bench(args: &BenchDiffusionArgs) -> Result<(), CliError> {
    let threads = args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let pool = Threads::new(threads).map_err(CliError::input)?;
    let grid = Grid::new([args.voxels as usize; 3], [args.dx_um; 3]).map_err(CliError::input)?;
    if !(args.seconds.is_finite() && args.seconds > 0.0) {
        return Err(CliError::Input(format!("--seconds: found {}, must be above 0", args.seconds)));
    }
    let species = usize::from(args.species);
    // With cells there is a second field.
    let bytes = size_of::<f64>() * grid.voxels() * (1 + species * if args.cells > 0 { 2 } else { 1 });
    load::fits(bytes as u64, "the fields")?;
    let mut field = field(grid, species, args.step_ms)?;
    let radius = SeparableKernel::new(&transport(grid), args.step_ms).map_err(CliError::input)?.reach();
    let full: Vec<f64> = (0..97).map(|i| 1.0 + f64::from(i)).cycle().take(grid.voxels()).collect();
    (0..species).for_each(|own| field.set(own, &full));
    drop(full);
    // The machine is measured before and after: the better half of an hour counts for both.
    let mut machine = probe::arithmetic(&pool);
    field.advance(&pool);
    let mut steps = Vec::new();
    let begun = Instant::now();
    while steps.len() < FEWEST || begun.elapsed().as_secs_f64() < args.seconds {
        steps.push(seconds(&mut || field.advance(&pool)));
    }
    machine = machine.better(probe::arithmetic(&pool));
    steps.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 voxels")]
    let voxel_steps = (grid.voxels() * species) as f64;
    let (least, median) = (steps[0] * 1e9 / voxel_steps, steps[steps.len() / 2] * 1e9 / voxel_steps);
    #[expect(clippy::cast_precision_loss, reason = "few neighbours")]
    let adds = ADDS_A_PAIR * radius.iter().sum::<usize>() as f64;
    let (byte_bound, add_bound) = (BYTES / machine.gb_per_s, adds / machine.adds_per_ns);
    let mut figures = json!({
        "voxels": grid.shape(),
        "species": species,
        "threads": threads,
        "vector_bits": vector_bits(),
        "field_step_ms": args.step_ms,
        "dx_um": args.dx_um,
        "diffusivity_effective_um2_per_ms": DIFFUSIVITY,
        "ratio": transport(grid).ratio(0, args.step_ms),
        "radius": radius,
        "steps": steps.len(),
        "ns_per_voxel_step": least,
        "ns_per_voxel_step_median": median,
        "bytes_per_voxel_step": BYTES,
        "byte_bound_ns": byte_bound,
        "adds_per_voxel_step": adds,
        "add_bound_ns": add_bound,
        "times_byte_bound": least / byte_bound,
        "times_add_bound": least / add_bound,
        "times_larger_bound": least / byte_bound.max(add_bound),
        "machine": {"read_and_written_gb_per_s": machine.gb_per_s, "adds_per_ns": machine.adds_per_ns},
    });
    if args.cells > 0 {
        figures["coupling"] = couple(args, grid, &mut field, &pool)?;
    }
    screen::print(&figures.to_string())
}

/// What cells add to a step.
fn couple(args: &BenchDiffusionArgs, grid: Grid, field: &mut Field, pool: &Threads) -> Result<Value, CliError> {
    let own = self::field(grid, usize::from(args.species), args.step_ms)?;
    coupling::measure(args, own, field, pool)
}

pub fn transport(grid: Grid) -> Transport {
    Transport { grid, walls: CLOSED, diffusivity: [DIFFUSIVITY; 3], loss: LOSS }
}

fn field(grid: Grid, species: usize, step_ms: f64) -> Result<Field, CliError> {
    let layer = |index| {
        let solver = SeparableKernel::new(&transport(grid), step_ms).map_err(CliError::input)?;
        Ok(Layer { name: format!("P{index}"), solver: Box::new(solver), uptake: None })
    };
    let space = Space::voxels(grid, VOLUME_FRACTION).map_err(CliError::input)?;
    Ok(Field::new(space, (0..species).map(layer).collect::<Result<_, CliError>>()?))
}
