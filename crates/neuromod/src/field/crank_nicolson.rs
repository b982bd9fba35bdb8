//! `crank_nicolson`: diffusion in a tissue whose diffusivity or volume fraction changes from voxel to voxel.
//!
//! # Equations
//! ```text
//! α_i dc_i/dt = Σ_axis [g_{i+½} (c_{i+1} − c_i) − g_{i−½} (c_i − c_{i−1})] − α_i k c_i
//! g_{i+½} = 2 (αD)_i (αD)_{i+1} / ((αD)_i + (αD)_{i+1}) / dx²;     towards a wall of given concentration 2 (αD)_i/dx²
//! ```
//! Locally one-dimensional: x and y over half a step, z over a whole one, y and x over half a step, each by the
//! Crank-Nicolson rule along its lines; the loss is an exact factor, half before and half after. Tests: the conformance
//! kit, and `layers_of_tissue_reach_the_steady_profile`.
//!
//! # Numerics
//! Second order, stable for any step; rings, and may fall below 0, where D Δ/dx² > 1 and the profile is steep.
//! Conserves to rounding.

use super::grid::Grid;
use super::threads::Threads;
use super::wall::{self, Wall, Walls};
use super::{Solver, SolverInfo};
use crate::error::NeuromodError;

/// A tissue with properties of its own in every voxel.
#[derive(Debug, Clone, PartialEq)]
pub struct Heterogeneous {
    /// The voxels.
    pub grid: Grid,
    /// The faces of the box.
    pub walls: Walls,
    /// D* of each voxel, um²/ms.
    pub diffusivity: Vec<f64>,
    /// α of each voxel.
    pub volume_fraction: Vec<f64>,
    /// Rate of first-order loss, 1/ms.
    pub loss: f64,
}

/// The solver; see the [module](self).
#[derive(Debug)]
pub struct CrankNicolson {
    shape: [usize; 3],
    alpha: Vec<f64>,
    axes: [Axis; 3],
    half_decay: f64,
    /// The field with x as its fastest axis.
    turned: Vec<f64>,
    workers: Vec<Worker>,
    step_ms: f64,
}

/// One axis: its lines, and the conductance of each face of them.
#[derive(Debug)]
struct Axis {
    n: usize,
    stride: usize,
    /// n + 1 a line, 1/ms; those at the ends are the walls'.
    faces: Vec<f64>,
    /// Concentrations beyond the ends, nM.
    beyond: [f64; 2],
    periodic: bool,
    span: f64,
}

#[derive(Debug, Default, Clone)]
struct Worker {
    first: usize,
    line: Vec<f64>,
    upper: Vec<f64>,
    correction: Vec<f64>,
    alpha: Vec<f64>,
}

impl CrankNicolson {
    /// A solver of steps of `step_ms`.
    ///
    /// # Errors
    /// Faulty walls or step, properties that are out of range or not one a voxel.
    pub fn new(tissue: &Heterogeneous, step_ms: f64) -> Result<Self, NeuromodError> {
        wall::check(&tissue.walls)?;
        if !(step_ms.is_finite() && step_ms > 0.0) {
            return Err(NeuromodError::Step { step_ms });
        }
        let within = |name, values: &[f64], expected, holds: &dyn Fn(f64) -> bool| {
            let reason = match values.iter().find(|value| !holds(**value)) {
                _ if values.len() != tissue.grid.voxels() => {
                    format!("{} values for {} voxels", values.len(), tissue.grid.voxels())
                }
                Some(value) => format!("found {value}, must be {expected}"),
                None => return Ok(()),
            };
            Err(NeuromodError::Property { name, reason })
        };
        within("diffusivity", &tissue.diffusivity, "at least 0", &|d| d.is_finite() && d >= 0.0)?;
        within("volume_fraction", &tissue.volume_fraction, "above 0, at most 1", &|a| a > 0.0 && a <= 1.0)?;
        if !(tissue.loss.is_finite() && tissue.loss >= 0.0) {
            let reason = format!("found {}, must be >= 0", tissue.loss);
            return Err(NeuromodError::Property { name: "loss", reason });
        }
        let shape = tissue.grid.shape();
        let axis = |axis: usize, span: f64| Axis::new(tissue, axis, span);
        Ok(Self {
            shape,
            alpha: tissue.volume_fraction.clone(),
            axes: [axis(0, 0.5 * step_ms), axis(1, 0.5 * step_ms), axis(2, step_ms)],
            half_decay: (-0.5 * tissue.loss * step_ms).exp(),
            turned: vec![0.0; tissue.grid.voxels()],
            workers: Vec::new(),
            step_ms,
        })
    }

    fn divide(&mut self, threads: usize, items: usize) -> usize {
        let run = items.div_ceil(threads.min(items));
        let longest = *self.shape.iter().max().expect("three axes");
        let scratch = vec![0.0; longest];
        let worker = |first| Worker {
            first,
            line: scratch.clone(),
            upper: scratch.clone(),
            correction: scratch.clone(),
            alpha: scratch.clone(),
        };
        let count = items.div_ceil(run);
        if self.workers.len() != count {
            self.workers = (0..count).map(worker).collect();
        }
        self.workers.iter_mut().enumerate().for_each(|(index, worker)| worker.first = index * run);
        run
    }

    /// Lines along x, by way of a turned copy.
    fn along_x(&mut self, concentration: &mut [f64], threads: &Threads) {
        let (nx, size) = (self.shape[0], self.shape[1] * self.shape[2]);
        let run = self.divide(threads.count(), size);
        let (axis, alpha, field) = (&self.axes[0], &self.alpha, &*concentration);
        threads.each(&mut self.turned, run * nx, &mut self.workers, |own, worker| {
            for (index, line) in own.chunks_exact_mut(nx).enumerate() {
                let first = worker.first + index;
                axis.solve(field, alpha, first, first, worker);
                line.copy_from_slice(&worker.line[..nx]);
            }
        });
        let run = self.divide(threads.count(), nx);
        let turned = &self.turned;
        threads.each(concentration, run * size, &mut self.workers, |own, worker| {
            for (index, c) in own.iter_mut().enumerate() {
                *c = turned[index % size * nx + worker.first + index / size];
            }
        });
    }

    /// Lines along y (1) or z (2), plane by plane.
    fn along(&mut self, axis: usize, concentration: &mut [f64], threads: &Threads) {
        let [nx, ny, nz] = self.shape;
        let run = self.divide(threads.count(), nx);
        let (axis, alpha, other) = (&self.axes[axis], &self.alpha, if axis == 1 { (nz, 1) } else { (ny, nz) });
        threads.each(concentration, run * ny * nz, &mut self.workers, |own, worker| {
            for (plane, values) in own.chunks_exact_mut(ny * nz).enumerate() {
                let plane = worker.first + plane;
                for line in 0..other.0 {
                    let first = line * other.1;
                    let alpha = &alpha[plane * ny * nz..];
                    axis.solve(values, alpha, first, plane * other.0 + line, worker);
                    for (i, value) in worker.line[..axis.n].iter().enumerate() {
                        values[first + i * axis.stride] = *value;
                    }
                }
            }
        });
    }
}

impl Axis {
    fn new(tissue: &Heterogeneous, axis: usize, span: f64) -> Self {
        let shape = tissue.grid.shape();
        let (n, dx) = (shape[axis], tissue.grid.dx()[axis]);
        let walls = tissue.walls[axis];
        let strides = [shape[1] * shape[2], shape[2], 1];
        let flow = |voxel: usize| tissue.volume_fraction[voxel] * tissue.diffusivity[voxel];
        let mean = |a: f64, b: f64| if a + b > 0.0 { 2.0 * a * b / (a + b) } else { 0.0 };
        let others: Vec<usize> = (0..3).filter(|other| *other != axis).collect();
        let mut faces = Vec::with_capacity(tissue.grid.voxels() / n * (n + 1));
        for a in 0..shape[others[0]] {
            for b in 0..shape[others[1]] {
                let first = a * strides[others[0]] + b * strides[others[1]];
                let at = |i: usize| flow(first + i * strides[axis]);
                let end = |wall: Wall, i: usize| match wall {
                    Wall::Reflect => 0.0,
                    Wall::Periodic => mean(at(0), at(n - 1)) / (dx * dx),
                    Wall::Absorb | Wall::Fixed(_) => 2.0 * at(i) / (dx * dx),
                };
                faces.push(end(walls[0], 0));
                faces.extend((1..n).map(|i| mean(at(i - 1), at(i)) / (dx * dx)));
                faces.push(end(walls[1], n - 1));
            }
        }
        let beyond = walls.map(|wall| if let Wall::Fixed(value) = wall { value } else { 0.0 });
        Self { n, stride: strides[axis], faces, beyond, periodic: walls[0] == Wall::Periodic, span }
    }

    /// Advances the line that begins at `first` into `worker.line`.
    fn solve(&self, values: &[f64], alpha: &[f64], first: usize, line: usize, worker: &mut Worker) {
        let (n, half) = (self.n, 0.5 * self.span);
        let faces = &self.faces[line * (n + 1)..(line + 1) * (n + 1)];
        let at = |i: usize| values[first + i * self.stride];
        let periodic = self.periodic && n > 1;
        for i in 0..n {
            let below = if i > 0 {
                at(i - 1)
            } else if self.periodic {
                at(n - 1)
            } else {
                self.beyond[0]
            };
            let above = if i + 1 < n {
                at(i + 1)
            } else if self.periodic {
                at(0)
            } else {
                self.beyond[1]
            };
            let inflow = faces[i] * (below - at(i)) + faces[i + 1] * (above - at(i));
            worker.line[i] = inflow;
            worker.alpha[i] = alpha[first + i * self.stride];
        }
        // Solves for the change, (α − h G) d = 2 h (G c + b): amounts then balance to rounding.
        for value in &mut worker.line[..n] {
            *value *= 2.0 * half;
        }
        let wrap = if periodic { half * faces[0] } else { 0.0 };
        let ends = |i: usize| {
            // A single periodic voxel exchanges with itself.
            if self.periodic && n == 1 { 0.0 } else { half * (faces[i] + faces[i + 1]) }
        };
        if wrap == 0.0 {
            worker.thomas(n, |alpha, i| alpha + ends(i), |i| half * faces[i]);
        } else {
            worker.cyclic(n, |alpha, i| alpha + ends(i), |i| half * faces[i], wrap);
        }
        for i in 0..n {
            worker.line[i] += at(i);
        }
    }
}

impl Worker {
    /// Solves the symmetric tridiagonal system with `diagonal(α_i, i)` and −`off(i)` between i − 1 and i, in place.
    fn thomas(&mut self, n: usize, diagonal: impl Fn(f64, usize) -> f64, off: impl Fn(usize) -> f64) {
        let mut pivot = diagonal(self.alpha[0], 0);
        self.line[0] /= pivot;
        for i in 1..n {
            self.upper[i] = off(i) / pivot;
            pivot = diagonal(self.alpha[i], i) - off(i) * self.upper[i];
            self.line[i] = (self.line[i] + off(i) * self.line[i - 1]) / pivot;
        }
        for i in (1..n).rev() {
            self.line[i - 1] += self.upper[i] * self.line[i];
        }
    }

    /// The same with −`wrap` between the ends (Sherman-Morrison).
    fn cyclic(&mut self, n: usize, diagonal: impl Fn(f64, usize) -> f64, off: impl Fn(usize) -> f64, wrap: f64) {
        let first = diagonal(self.alpha[0], 0);
        let changed = |alpha: f64, i: usize| {
            let own = diagonal(alpha, i);
            let low = if i == 0 { first } else { 0.0 };
            own + low + if i == n - 1 { wrap * wrap / first } else { 0.0 }
        };
        self.thomas(n, changed, &off);
        std::mem::swap(&mut self.line, &mut self.correction);
        self.line[..n].fill(0.0);
        self.line[0] = -first;
        self.line[n - 1] -= wrap;
        self.thomas(n, changed, &off);
        let along = |x: &[f64]| x[0] + wrap / first * x[n - 1];
        let factor = along(&self.correction) / (1.0 + along(&self.line));
        for i in 0..n {
            self.line[i] = self.correction[i] - factor * self.line[i];
        }
    }
}

impl Solver for CrankNicolson {
    fn info(&self) -> &'static SolverInfo {
        &SolverInfo {
            name: "crank_nicolson",
            order: Some(2),
            summary: "second order, for diffusivities and volume fractions that vary in space",
        }
    }

    fn step_ms(&self) -> f64 {
        self.step_ms
    }

    fn has_inflow(&self) -> bool {
        self.axes.iter().any(|axis| axis.beyond != [0.0; 2])
    }

    fn advance(&mut self, concentration: &mut [f64], threads: &Threads) {
        let decay = self.half_decay;
        concentration.iter_mut().for_each(|c| *c *= decay);
        self.along_x(concentration, threads);
        self.along(1, concentration, threads);
        self.along(2, concentration, threads);
        self.along(1, concentration, threads);
        self.along_x(concentration, threads);
        concentration.iter_mut().for_each(|c| *c *= decay);
    }
}

#[cfg(test)]
mod tests {
    use super::super::wall::CLOSED;
    use super::*;

    /// Three layers in series between walls of 5 and 1 nM: the flux is the same through each, so that the drop over a
    /// layer is as its resistance width/(α D). Would catch arithmetic means at the borders, or α left out.
    #[test]
    fn layers_of_tissue_reach_the_steady_profile() {
        for axis in 0..3 {
            let mut shape = [2, 3, 2];
            shape[axis] = 9;
            let grid = Grid::new(shape, [2.0; 3]).unwrap();
            let mut walls = CLOSED;
            walls[axis] = [Wall::Fixed(5.0), Wall::Fixed(1.0)];
            let place =
                |voxel: usize| [voxel / (shape[1] * shape[2]), voxel / shape[2] % shape[1], voxel % shape[2]][axis];
            let layer = |voxel: usize| place(voxel) / 3;
            let diffusivity: Vec<f64> = (0..grid.voxels()).map(|voxel| [0.2, 0.05, 0.1][layer(voxel)]).collect();
            let volume_fraction: Vec<f64> = (0..grid.voxels()).map(|voxel| [0.2, 0.1, 0.3][layer(voxel)]).collect();
            let tissue = Heterogeneous { grid, walls, diffusivity, volume_fraction, loss: 0.0 };
            let mut solver = CrankNicolson::new(&tissue, 10.0).unwrap();
            let mut c = vec![2.0; grid.voxels()];
            (0..4000).for_each(|_| solver.advance(&mut c, &Threads::ONE));
            let resistance = [1.0 / 0.04, 1.0 / 0.005, 1.0 / 0.03];
            let whole: f64 = 3.0 * resistance.iter().sum::<f64>();
            for (voxel, c) in c.iter().enumerate() {
                let before: f64 = (0..place(voxel)).map(|i| resistance[i / 3]).sum();
                let expected = 5.0 - 4.0 * (before + 0.5 * resistance[layer(voxel)]) / whole;
                assert!((c - expected).abs() < 1e-9, "axis {axis}, {voxel}: {c} {expected}");
            }
        }
    }

    /// Against the exact kernel on periodic axes of 1, 2 and 7 voxels, at a step so short that the error of the time is
    /// small. Would catch a wrong wrap.
    #[test]
    fn periodic_lines_wrap() {
        use super::super::{SeparableKernel, Transport};
        let grid = Grid::new([2, 1, 7], [5.0; 3]).unwrap();
        let walls = [[Wall::Periodic; 2]; 3];
        let tissue =
            Heterogeneous { grid, walls, diffusivity: vec![0.1; 14], volume_fraction: vec![0.2; 14], loss: 1e-3 };
        let transport = Transport { grid, walls, diffusivity: [0.1; 3], loss: 1e-3 };
        let start: Vec<f64> = (0..14).map(|i| ((i * 5) % 14) as f64).collect();
        let (mut found, mut expected) = (start.clone(), start);
        let mut solver = CrankNicolson::new(&tissue, 0.05).unwrap();
        (0..1000).for_each(|_| solver.advance(&mut found, &Threads::ONE));
        SeparableKernel::new(&transport, 50.0).unwrap().advance(&mut expected, &Threads::ONE);
        assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-6), "{found:?} {expected:?}");
    }

    #[test]
    fn faulty_tissue_is_refused() {
        let grid = Grid::new([2, 2, 2], [5.0; 3]).unwrap();
        let tissue = |d: Vec<f64>| Heterogeneous {
            grid,
            walls: CLOSED,
            diffusivity: d,
            volume_fraction: vec![0.2; 8],
            loss: 0.0,
        };
        assert!(CrankNicolson::new(&tissue(vec![0.1; 8]), 1.0).is_ok());
        assert!(CrankNicolson::new(&tissue(vec![0.1; 7]), 1.0).unwrap_err().to_string().contains("7 values for 8"));
        assert!(CrankNicolson::new(&tissue(vec![-0.1; 8]), 1.0).is_err());
        assert!(CrankNicolson::new(&tissue(vec![0.1; 8]), 0.0).is_err());
    }
}
