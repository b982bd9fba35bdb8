//! `separable_kernel`: the exact solution of diffusion and first-order loss on a grid, in one step of any length.
//!
//! # Equations
//! The semi-discrete 7-point system, with constant D* along each axis,
//! ```text
//! dc/dt = Σ_axis (D*/dx²)(c_{i−1} − 2 c_i + c_{i+1}) − k c
//! c(t + Δ) = e^{−kΔ} K_x K_y K_z c(t),     (K c)_i = c_i + Σ_{j=1}^{m} K_j ((c_{i−j} + c_{i+j}) − 2 c_i)
//! ```
//! with the weights of [`super::bessel`]. The operators of the axes and the loss commute, so their product is exact.
//! Reflecting, absorbing and periodic walls are exact by images. Walls of a fixed concentration c_b are absorbing walls
//! with a constant inflow (2 D* c_b/dx² at the wall's voxels), whose response over a step is added: exact too.
//! Tests: the conformance kit, and `fields_are_those_of_the_eigenmodes`.
//!
//! # Numerics
//! Exact in time, stable and positive for any step; conserves to rounding. Steps with more than
//! [`bessel::MOST_REACH`] neighbours are divided. A sweep works on slabs of x-planes: z and y in the cache, then x on
//! columns of lanes; two reads and two writes of the field. Threads own slabs, and copy the planes beyond their ends;
//! every voxel is computed by the same operations whatever the number of threads.

use super::bessel;
use super::blend::{blend, flushed};
use super::response::response;
use super::threads::Threads;
use super::wall::{Wall, Walls, image};
use super::{Solver, SolverInfo, Transport};
use crate::error::NeuromodError;
use neuropil_core::simd::vectorized;

/// Lanes of a column: with all its neighbours it stays in the first-level cache.
const COLUMN: usize = 128;

/// The solver; see the [module](self).
pub struct SeparableKernel {
    sweep: Sweep,
    slabs: Vec<Slab>,
    substeps: u32,
    step_ms: f64,
    /// What enters through walls in a substep, nM; empty if nothing does.
    inflow: Vec<f64>,
}

/// What a substep does to a slab.
struct Sweep {
    shape: [usize; 3],
    walls: Walls,
    weights: [Vec<f64>; 3],
    decay: f64,
}

/// A run of x-planes and the workspace of its thread.
#[derive(Default)]
struct Slab {
    first: usize,
    planes: usize,
    /// Where the planes beyond its two ends come from; the sign is an image's.
    beyond: Vec<(Source, f64)>,
    /// Planes copied from other slabs.
    halo: Vec<f64>,
    line: Vec<f64>,
    plane: Vec<f64>,
    column: Vec<f64>,
}

#[derive(Clone, Copy)]
enum Source {
    /// Plane of the slab itself.
    Own(usize),
    /// Plane of the grid, kept in the halo at this place.
    Other { plane: usize, halo: usize },
}

const INFO: SolverInfo = SolverInfo {
    name: "separable_kernel",
    order: None,
    summary: "exact in time for a homogeneous tissue: stable, positive and conserving for any step",
};

impl SeparableKernel {
    /// A solver of steps of `step_ms`.
    ///
    /// # Errors
    /// Faulty walls, numbers that are negative or not finite.
    pub fn new(transport: &Transport, step_ms: f64) -> Result<Self, NeuromodError> {
        transport.check(step_ms)?;
        let (substeps, weights) = divided(transport, step_ms);
        let substep = step_ms / f64::from(substeps);
        let walls = transport.walls;
        let sweep = Sweep { shape: transport.grid.shape(), walls, weights, decay: (-transport.loss * substep).exp() };
        let mut solver = Self { sweep, slabs: Vec::new(), substeps, step_ms, inflow: Vec::new() };
        let rate = inflow_rate(transport);
        if rate.iter().any(|rate| *rate != 0.0) {
            solver.inflow = response(&transport.without_inflow(), &rate, substep)?;
        }
        Ok(solver)
    }

    /// Neighbours on each side that a substep reaches, along x, y, z.
    pub fn reach(&self) -> [usize; 3] {
        std::array::from_fn(|axis| self.sweep.weights[axis].len())
    }

    fn divide(&mut self, threads: usize) {
        let [nx, ny, nz] = self.sweep.shape;
        let planes = nx.div_ceil(threads.min(nx));
        let count = nx.div_ceil(planes);
        if self.slabs.len() != count {
            let reach = self.reach();
            self.slabs.clear();
            self.slabs.extend((0..count).map(|slab| {
                let first = slab * planes;
                Slab::new(first, planes.min(nx - first), [nx, ny, nz], reach, self.sweep.walls[0])
            }));
        }
    }
}

/// The concentration that walls send in per ms, for every voxel.
fn inflow_rate(transport: &Transport) -> Vec<f64> {
    let Transport { grid, walls, diffusivity, .. } = transport;
    let shape = grid.shape();
    let mut rate = vec![0.0; grid.voxels()];
    for (axis, faces) in walls.iter().enumerate() {
        for (side, wall) in faces.iter().enumerate() {
            let Wall::Fixed(value) = wall else { continue };
            let flow = 2.0 * diffusivity[axis] / (grid.dx()[axis] * grid.dx()[axis]) * value;
            let edge = if side == 0 { 0 } else { shape[axis] - 1 };
            for (voxel, rate) in rate.iter_mut().enumerate() {
                let index = [voxel / (shape[1] * shape[2]), voxel / shape[2] % shape[1], voxel % shape[2]];
                if index[axis] == edge {
                    *rate += flow;
                }
            }
        }
    }
    rate
}

/// The smallest number of substeps whose weights reach no farther than allowed, and those weights.
fn divided(transport: &Transport, step_ms: f64) -> (u32, [Vec<f64>; 3]) {
    let mut substeps = 1;
    loop {
        let step = step_ms / f64::from(substeps);
        let along = |axis: usize| {
            let alone = transport.grid.shape()[axis] == 1 && !transport.walls[axis].iter().any(|wall| wall.leaks());
            bessel::weights(if alone { 0.0 } else { transport.ratio(axis, step) })
        };
        if let (Some(x), Some(y), Some(z)) = (along(0), along(1), along(2)) {
            return (substeps, [x, y, z]);
        }
        substeps += 1;
    }
}

impl Solver for SeparableKernel {
    fn info(&self) -> &'static SolverInfo {
        &INFO
    }

    fn step_ms(&self) -> f64 {
        self.step_ms
    }

    fn has_inflow(&self) -> bool {
        !self.inflow.is_empty()
    }

    fn advance(&mut self, concentration: &mut [f64], threads: &Threads) {
        self.divide(threads.count());
        let [_, ny, nz] = self.sweep.shape;
        let run = self.slabs[0].planes * ny * nz;
        let Self { sweep, slabs, inflow, .. } = self;
        for _ in 0..self.substeps {
            threads.each(concentration, run, slabs, |own, slab| {
                vectorized(
                    #[inline(always)]
                    || sweep.within_planes(own, slab),
                )
            });
            let field = &*concentration;
            threads.each(&mut [(); 0], 0, slabs, |_, slab| slab.copy_halo(field, ny * nz));
            threads.each(concentration, run, slabs, |own, slab| {
                vectorized(
                    #[inline(always)]
                    || sweep.across_planes(own, slab),
                )
            });
            concentration.iter_mut().zip(&*inflow).for_each(|(c, inflow)| *c += inflow);
        }
    }
}

impl Slab {
    fn new(first: usize, planes: usize, [nx, ny, nz]: [usize; 3], reach: [usize; 3], walls: [Wall; 2]) -> Self {
        let mut others = 0;
        let below = (1..=reach[0]).rev().map(|j| first.cast_signed() - j.cast_signed());
        let above = (0..reach[0]).map(|j| (first + planes + j).cast_signed());
        let beyond = below.chain(above).map(|index| {
            let (plane, sign) = image(index, nx, walls);
            if (first..first + planes).contains(&plane) {
                return (Source::Own(plane - first), sign);
            }
            others += 1;
            (Source::Other { plane, halo: others - 1 }, sign)
        });
        let beyond = beyond.collect();
        Self {
            first,
            planes,
            beyond,
            halo: vec![0.0; others * ny * nz],
            line: vec![0.0; nz + 2 * reach[2]],
            plane: vec![0.0; (ny + 2 * reach[1]) * nz],
            column: vec![0.0; (planes + 2 * reach[0]) * COLUMN.min(ny * nz)],
        }
    }

    fn copy_halo(&mut self, field: &[f64], size: usize) {
        for (source, _) in &self.beyond {
            if let Source::Other { plane, halo } = *source {
                self.halo[halo * size..(halo + 1) * size].copy_from_slice(&field[plane * size..(plane + 1) * size]);
            }
        }
    }
}

impl Sweep {
    /// Along z and y, plane by plane.
    #[inline(always)]
    fn within_planes(&self, own: &mut [f64], slab: &mut Slab) {
        let [_, ny, nz] = self.shape;
        let [_, along_y, along_z] = &self.weights;
        let (my, mz) = (along_y.len(), along_z.len());
        for plane in own.chunks_exact_mut(ny * nz) {
            for (row, smooth) in plane.chunks_exact(nz).zip(slab.plane[my * nz..].chunks_exact_mut(nz)) {
                slab.line[mz..mz + nz].copy_from_slice(row);
                for j in 0..mz {
                    let (low, low_sign) = image(-1 - j.cast_signed(), nz, self.walls[2]);
                    let (high, high_sign) = image((nz + j).cast_signed(), nz, self.walls[2]);
                    slab.line[mz - 1 - j] = low_sign * row[low];
                    slab.line[mz + nz + j] = high_sign * row[high];
                }
                blend(smooth, &slab.line, 1, along_z, |x| x);
            }
            for j in 0..my {
                let ends = [(-1 - j.cast_signed(), my - 1 - j), ((ny + j).cast_signed(), my + ny + j)];
                for (index, place) in ends {
                    let (row, sign) = image(index, ny, self.walls[1]);
                    for z in 0..nz {
                        slab.plane[place * nz + z] = sign * slab.plane[(my + row) * nz + z];
                    }
                }
            }
            for (y, row) in plane.chunks_exact_mut(nz).enumerate() {
                blend(row, &slab.plane[y * nz..], nz, along_y, |x| x);
            }
        }
    }

    /// Along x, column by column, and the loss.
    #[inline(always)]
    fn across_planes(&self, own: &mut [f64], slab: &mut Slab) {
        let size = self.shape[1] * self.shape[2];
        let weights = &self.weights[0];
        let (reach, decay) = (weights.len(), self.decay);
        for first in (0..size).step_by(COLUMN) {
            let lanes = COLUMN.min(size - first);
            let column = &mut slab.column;
            for x in 0..slab.planes {
                let lane = (reach + x) * lanes;
                column[lane..lane + lanes].copy_from_slice(&own[x * size + first..x * size + first + lanes]);
            }
            for (place, (source, sign)) in slab.beyond.iter().enumerate() {
                let from = match *source {
                    Source::Own(plane) => &own[plane * size + first..plane * size + first + lanes],
                    Source::Other { halo, .. } => &slab.halo[halo * size + first..halo * size + first + lanes],
                };
                let lane = if place < reach { place * lanes } else { (slab.planes + place) * lanes };
                for (to, from) in column[lane..lane + lanes].iter_mut().zip(from) {
                    *to = sign * from;
                }
            }
            for x in 0..slab.planes {
                let to = &mut own[x * size + first..x * size + first + lanes];
                blend(to, &column[x * lanes..], lanes, weights, |value| flushed(value * decay));
            }
        }
    }
}

impl std::fmt::Debug for SeparableKernel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let slabs: Vec<_> = self.slabs.iter().map(|slab| (slab.first, slab.planes)).collect();
        write!(f, "{} of {:?}, {} substeps, slabs {slabs:?}", INFO.name, self.sweep.shape, self.substeps)
    }
}

#[cfg(test)]
mod tests;
