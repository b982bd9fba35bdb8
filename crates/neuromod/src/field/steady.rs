//! What a field comes to under pulses that repeat for ever, by the modes of the box.
//!
//! ```text
//! Σ_{n ≥ 1} P^n q = V p/(1 − p) V⁻¹ q,     p = e^{−(k + D_x λ_x + D_y λ_y + D_z λ_z)Δ},   P = e^{LΔ}
//! ```
//! q is deposited at the start of every step of length Δ; this is the concentration at the end of one. λ, V are the modes
//! of the second differences along each axis, with its walls. Test: `steady_is_what_many_steps_come_to`.

use super::Transport;
use super::wall::{Wall, image};
use nalgebra::{DMatrix, SymmetricEigen};

/// A mode that decays less than this in a step never does.
const LASTING: f64 = 1e-14;

/// The modes of a box.
#[derive(Debug, Clone)]
pub struct Steady {
    shape: [usize; 3],
    /// V along each axis, `[place][mode]`.
    modes: [DMatrix<f64>; 3],
    /// p/(1 − p) of each mode; 1 of those that last, if nothing is lost.
    gains: Vec<f64>,
    lasting: bool,
}

impl Steady {
    /// Of steps of `step_ms`; walls of a given concentration count as absorbing.
    pub fn new(transport: &Transport, step_ms: f64) -> Self {
        let shape = transport.grid.shape();
        let axis = |axis: usize| SymmetricEigen::new(differences(shape[axis], transport.walls[axis]));
        let along = [axis(0), axis(1), axis(2)];
        let rate = |axis: usize, mode: usize| transport.ratio(axis, step_ms) * along[axis].eigenvalues[mode];
        let mut exponents = Vec::with_capacity(transport.grid.voxels());
        for i in 0..shape[0] {
            for j in 0..shape[1] {
                for k in 0..shape[2] {
                    let decay = transport.loss * step_ms + rate(0, i) + rate(1, j) + rate(2, k);
                    exponents.push(decay);
                }
            }
        }
        let lasting = exponents.iter().any(|decay| *decay < LASTING);
        let gain = |decay: &f64| match (lasting, *decay < LASTING) {
            (false, _) => 1.0 / decay.exp_m1(),
            (true, lasts) => f64::from(u8::from(lasts)),
        };
        let gains = exponents.iter().map(gain).collect();
        Self { shape, modes: along.map(|own| own.eigenvectors), gains, lasting }
    }

    /// Whether nothing is lost, so that concentrations grow for ever. [`Self::of`] is then what a step adds.
    pub fn grows(&self) -> bool {
        self.lasting
    }

    /// The share of a deposit that is there at the end of a step, in the mode that decays least.
    pub fn left(&self) -> f64 {
        let gain = self.gains.iter().fold(0.0_f64, |most, gain| most.max(*gain));
        if self.lasting { 1.0 } else { gain / (1.0 + gain) }
    }

    /// The concentration of every voxel for a deposit of `pulse`, nM, in every step.
    pub fn of(&self, pulse: &[f64]) -> Vec<f64> {
        let mut values = pulse.to_vec();
        (0..3).for_each(|axis| values = self.along(axis, &values, true));
        values.iter_mut().zip(&self.gains).for_each(|(value, gain)| *value *= gain);
        (0..3).for_each(|axis| values = self.along(axis, &values, false));
        values
    }

    /// Vᵀ or V along one axis.
    fn along(&self, axis: usize, values: &[f64], to_modes: bool) -> Vec<f64> {
        let n = self.shape[axis];
        let stride: usize = self.shape[axis + 1..].iter().product();
        let mut out = vec![0.0; values.len()];
        for (index, out) in out.iter_mut().enumerate() {
            let place = index / stride % n;
            let first = index - place * stride;
            let of = |other: usize| match to_modes {
                true => self.modes[axis][(other, place)],
                false => self.modes[axis][(place, other)],
            };
            *out = (0..n).map(|other| of(other) * values[first + other * stride]).sum();
        }
        out
    }
}

/// −(c_{i−1} − 2 c_i + c_{i+1}) with images at the walls.
fn differences(n: usize, walls: [Wall; 2]) -> DMatrix<f64> {
    let mut matrix = DMatrix::from_diagonal_element(n, n, 2.0);
    for place in 0..n {
        for neighbour in [place.cast_signed() - 1, place.cast_signed() + 1] {
            let (source, sign) = image(neighbour, n, walls);
            matrix[(place, source)] -= sign;
        }
    }
    matrix
}

#[cfg(test)]
mod tests {
    use super::super::{CLOSED, Grid, SeparableKernel, Solver, Threads};
    use super::*;

    /// Pulses and steps, again and again, with all kinds of walls; without loss, what a late step adds. Would catch modes
    /// of other walls, and gains of a deposit that is not advanced.
    #[test]
    fn steady_is_what_many_steps_come_to() {
        let mut mixed = CLOSED;
        mixed[0] = [Wall::Absorb, Wall::Reflect];
        mixed[1] = [Wall::Periodic; 2];
        for (walls, loss) in [(CLOSED, 0.02), (mixed, 0.01), (mixed, 0.0), (CLOSED, 0.0)] {
            let grid = Grid::new([5, 4, 1], [3.0, 4.0, 2.0]).unwrap();
            let transport = Transport { grid, walls, diffusivity: [0.4, 0.3, 0.2], loss };
            let pulse: Vec<f64> = (0..20).map(|i| f64::from(u8::from(i % 7 == 2))).collect();
            let mut solver = SeparableKernel::new(&transport, 5.0).unwrap();
            let (mut c, mut before) = (vec![0.0; 20], vec![0.0; 20]);
            for _ in 0..3000 {
                before.clone_from(&c);
                c.iter_mut().zip(&pulse).for_each(|(c, pulse)| *c += pulse);
                solver.advance(&mut c, &Threads::ONE);
            }
            let steady = Steady::new(&transport, 5.0);
            assert_eq!(steady.grows(), loss == 0.0 && walls == CLOSED);
            let found = steady.of(&pulse);
            for i in 0..20 {
                let expected = if steady.grows() { c[i] - before[i] } else { c[i] };
                assert!((found[i] - expected).abs() < 1e-9 * expected.abs(), "{} {expected}", found[i]);
            }
        }
    }
}
