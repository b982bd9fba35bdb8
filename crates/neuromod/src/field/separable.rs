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

mod sweep;

use super::bessel;
use super::response::response;
use super::threads::Threads;
use super::wall::Wall;
use super::{Solver, SolverInfo, Transport};
use crate::error::NeuromodError;
use neuropil_core::simd::dispatched;
use sweep::{AcrossPlanes, Slab, Sweep, WithinPlanes};

/// The solver; see the [module](self).
pub struct SeparableKernel {
    sweep: Sweep,
    slabs: Vec<Slab>,
    substeps: u32,
    step_ms: f64,
    /// What enters through walls in a substep, nM; empty if nothing does.
    inflow: Vec<f64>,
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
        let decay = (-transport.loss * substep).exp();
        let sweep = Sweep::new(transport.grid.shape(), transport.walls, weights, decay);
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
        let nx = self.sweep.shape[0];
        let planes = nx.div_ceil(threads.min(nx));
        if self.slabs.len() != nx.div_ceil(planes) {
            let firsts = (0..nx).step_by(planes);
            self.slabs = firsts.map(|first| Slab::new(&self.sweep, first, planes.min(nx - first))).collect();
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
            threads.each(concentration, run, slabs, |own, slab| dispatched(WithinPlanes { sweep, own, slab }));
            let field = &*concentration;
            threads.each(&mut [(); 0], 0, slabs, |_, slab| slab.copy_halo(field, ny * nz));
            threads.each(concentration, run, slabs, |own, slab| dispatched(AcrossPlanes { sweep, own, slab }));
            concentration.iter_mut().zip(&*inflow).for_each(|(c, inflow)| *c += inflow);
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
