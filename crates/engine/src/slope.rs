//! ψ of cells that learn: the only place of the engine that knows how it is made of their planes.

use neuropil_core::Real;
use neuropil_network::neuron::{Learnable, OutputSlope, SpikeChoice};
use neuropil_plasticity::PseudoDerivative;
use std::ops::Range;

/// How the slope of a spike of cells from equations is had.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SlopeChoice {
    /// What is tested, its threshold and the width of the slope.
    pub spike: SpikeChoice,
    /// The largest size of a derivative of the state by the state of the step before.
    pub jacobian_limit: Option<f64>,
}

/// Cells of one population, neighbours with equal slopes together.
pub(crate) struct Slopes {
    equal: Vec<(Range<usize>, OutputSlope)>,
    pseudo_derivative: PseudoDerivative,
}

/// What the cells of a population are where their thresholds are tested, `[cell][trial]`.
#[derive(Clone, Copy)]
pub(crate) struct Tested<'a, R, H> {
    /// The membranes, before a reset hides them.
    pub membrane: &'a [R],
    /// The state variables.
    pub variables: &'a [&'a [R]],
    /// 1 where a cell is refractory.
    pub refractory: &'a [H],
}

impl Slopes {
    /// Of these cells; `pseudo_derivative` is that of those that spike.
    pub fn new(cells: &[Learnable], pseudo_derivative: PseudoDerivative) -> Self {
        let mut equal: Vec<(Range<usize>, OutputSlope)> = Vec::new();
        for (cell, slope) in cells.iter().map(Learnable::output_slope).enumerate() {
            match equal.last_mut() {
                Some((cells, known)) if *known == slope => cells.end = cell + 1,
                _ => equal.push((cell..cell + 1, slope)),
            }
        }
        Self { equal, pseudo_derivative }
    }

    /// Writes ψ of all cells, `[cell][trial]`.
    #[inline(always)]
    pub fn write<R: Real, H: Copy + Into<f64>>(&self, tested: &Tested<'_, R, H>, trials: usize, psi: &mut [f64]) {
        match self.pseudo_derivative {
            // In an arm of its own the loops know their shape.
            shape @ PseudoDerivative::PiecewiseLinear { .. } => self.write_shape(shape, tested, trials, psi),
            shape => self.write_shape(shape, tested, trials, psi),
        }
    }

    #[inline(always)]
    fn write_shape<R: Real, H: Copy + Into<f64>>(
        &self,
        shape: PseudoDerivative,
        tested: &Tested<'_, R, H>,
        trials: usize,
        psi: &mut [f64],
    ) {
        for (cells, slope) in &self.equal {
            let range = cells.start * trials..cells.end * trials;
            let (psi, v) = (&mut psi[range.clone()], &tested.membrane[range.clone()]);
            match *slope {
                OutputSlope::Spike { v_th, adaptation: None } => {
                    let refractory = &tested.refractory[range];
                    of_spikes(
                        psi,
                        [v],
                        refractory,
                        #[inline(always)]
                        |[v]| shape.slope(v - v_th, v_th),
                    );
                }
                OutputSlope::Spike { v_th, adaptation: Some(own) } => {
                    let (a, refractory) = (&tested.variables[own.plane][range.clone()], &tested.refractory[range]);
                    of_spikes(
                        psi,
                        [v, a],
                        refractory,
                        #[inline(always)]
                        |[v, a]| shape.slope(v - (v_th + own.beta * a), v_th),
                    );
                }
                OutputSlope::Rectified { theta } => {
                    let slope = |v: f64| PseudoDerivative::Relu.slope(v - theta, theta);
                    psi.iter_mut().zip(v).for_each(|(psi, v)| *psi = slope(v.to_f64()));
                }
                OutputSlope::Tanh { plane } => {
                    for (psi, u) in psi.iter_mut().zip(&tested.variables[plane][range]) {
                        let tanh = u.to_f64().tanh();
                        *psi = 1.0 - tanh * tanh;
                    }
                }
            }
        }
    }
}

/// Cells and trials that are taken together: half the trials of a group.
const TOGETHER: usize = 8;

/// Writes ψ of cells that spike, 0 where one is refractory; `slope` is given the numbers of a place. Places are taken
/// together, so that single cells, whose trials are few, are vectors too.
#[inline(always)]
fn of_spikes<R: Real, H: Copy + Into<f64>, const N: usize>(
    psi: &mut [f64],
    given: [&[R]; N],
    refractory: &[H],
    slope: impl Fn([f64; N]) -> f64,
) {
    let (chunks, rest) = psi.as_chunks_mut::<TOGETHER>();
    let whole = chunks.len();
    let planes: [&[[R; TOGETHER]]; N] = std::array::from_fn(|plane| &given[plane].as_chunks().0[..whole]);
    let silent = &refractory.as_chunks::<TOGETHER>().0[..whole];
    for place in 0..whole {
        let mut psi = [0.0; TOGETHER];
        for i in 0..TOGETHER {
            let here = std::array::from_fn(|plane| planes[plane][place][i].to_f64());
            psi[i] = (1.0 - silent[place][i].into()) * slope(here);
        }
        chunks[place] = psi;
    }
    for (i, psi) in (whole * TOGETHER..).zip(rest) {
        *psi = (1.0 - refractory[i].into()) * slope(std::array::from_fn(|plane| given[plane][i].to_f64()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ψ of three populations' cells by hand, of one trial and of two. Would catch an adaptation of another cell, a width that
    /// is that of the raised threshold, and a refractory cell that has a slope.
    #[test]
    fn slopes_by_hand() {
        let shape = PseudoDerivative::PiecewiseLinear { gamma: 0.3 };
        let adaptive = |beta| Learnable::Adaptive { alpha: 0.9, g: 1.0, v_th: 0.6, beta, rho: 0.9, g_a: 1.0 };
        let (v, a) = ([0.5, 0.5, 0.7, 0.9], [0.0, 1.0, 1.0, 1.0]);
        let mut psi = [0.0; 4];
        let tested = Tested { membrane: &v, variables: &[&v, &a], refractory: &[0_u8, 0, 0, 1] };
        Slopes::new(&[adaptive(0.2), adaptive(0.5)], shape).write(&tested, 2, &mut psi);
        let of = |distance: f64| 0.5 * (1.0 - distance / 0.6);
        let expected = [of(0.1), of(0.3), of(0.4), 0.0];
        assert!(psi.iter().zip(expected).all(|(psi, own)| (psi - own).abs() < 1e-15), "{psi:?} {expected:?}");
        let tanh = Slopes::new(&[Learnable::Tanh { rate: 0.1 }; 4], shape);
        tanh.write(&tested, 1, &mut psi);
        assert!((psi[1] - (1.0 - 1.0_f64.tanh().powi(2))).abs() < 1e-15 && psi[0] == 1.0);
        let rectified = Slopes::new(&[Learnable::Rectified { alpha: 0.9, g: 1.0, theta: 0.6 }; 4], shape);
        rectified.write(&tested, 1, &mut psi);
        assert_eq!(psi, [0.0, 0.0, 1.0, 1.0]);
    }
}
