//! Taps: what a unit of credit, emitted by a class of cells, is worth to a type s steps before.
//!
//! # Equations
//! ```text
//! U ← α U + g ([s = d] W1 + W2 n Zf[s−d]) − r Zf[s−1],   A ← ρ A + g_a Zf[s−1],   F[s] = U − β A,   Zf = μ F
//! lif_exp:  J_x ← χ_x J_x + [s = d] W1_x + W2_x n Zf[s−d],   U ← α U + Σ_x P21_x J_x⁻
//! ```
//! W1[r, b] = W_ab of the types of class r and type b, W2[r, r'] likewise, n cells a class. Without leak: α = β = r = 0.
//! For d = 1, F\[s\] = (α + g W2 n μ)^{s−1} g W1. Rules of S lags may take them in another [`TapShape`]:
//! ```text
//! modal   F of the modes of that recursion that weigh most, alone
//! chain   F\[s\] → f_s Σ_u F\[u\],   Σ_{s ≤ S} f_s = 1: the course over time is that of something else, such as a messenger
//! ```
//!
//! # References
//! \[Liu2022\]; the printed formula there is the one without leak.

mod modal;
mod shape;

use crate::cell::{FirstHop, LocalStep};
use crate::path::intermediate::{IntermediateCells, Response};
use crate::rule::Reach;
use crate::types::{Classes, TypeMatrix};
use crate::{Error, Learner};
pub use shape::TapShape;

/// F\[s\]\[r, b\], s = 1..S, class r, type b.
#[derive(Debug, Clone, PartialEq)]
pub struct Taps {
    lags: usize,
    classes: usize,
    types: usize,
    values: Vec<f64>,
}

impl Taps {
    /// The taps of lags 1..`lags` of a learner with μ, with its damping.
    pub fn new(learner: &Learner, lags: usize) -> Result<Self, Error> {
        Self::of(&IntermediateCells::by_class(learner, Reach::Lags)?, learner, lags)
    }

    /// The same without leak, adaptation and reset of intermediate cells.
    pub fn without_leak(learner: &Learner, lags: usize) -> Result<Self, Error> {
        Self::of(&IntermediateCells::by_class(learner, Reach::LagsWithoutLeak)?, learner, lags)
    }

    /// The taps of the lags 1..S of a learner with μ, in its shape, with its damping; of reach `Lags` or `LagsWithoutLeak`.
    ///
    /// # Errors
    /// [`Error::NoModes`]; a course of another shape.
    pub fn shaped(learner: &Learner, reach: Reach) -> Result<Self, Error> {
        let system = IntermediateCells::by_class(learner, reach)?;
        let mut taps = Self::of(&system, learner, learner.lags)?;
        match &learner.shape {
            TapShape::Whole => {}
            TapShape::Modal(count) => {
                let width = (taps.classes * taps.types).max(1);
                let silent =
                    taps.values.chunks_exact(width).take_while(|lag| lag.iter().all(|tap| *tap == 0.0)).count();
                taps.values = modal::taps(&system, *count, taps.lags)?;
                taps.values[..silent * width].fill(0.0);
                taps.damp(learner.damping);
            }
            TapShape::Chain(course) => {
                if course.len() != taps.values.len() {
                    let (found, expected) = (course.len().to_string(), taps.values.len().to_string());
                    return Err(Error::Shape { what: "course of the taps", found, expected });
                }
                let width = taps.classes * taps.types;
                let sums: Vec<f64> =
                    (0..width).map(|pair| taps.values.iter().skip(pair).step_by(width).sum()).collect();
                let places = taps.values.iter_mut().zip(course).enumerate();
                places.for_each(|(place, (value, share))| *value = share * sums[place % width]);
            }
        }
        Ok(taps)
    }

    /// The one hop of MDGL over type means: lag d, and d + 1 of `lif_exp`.
    pub(crate) fn one_hop(learner: &Learner) -> Self {
        let (classes, types) = (Classes::new(learner), learner.types());
        let channels = learner.channels();
        let parts = TypeMatrix::all(learner).parts(channels);
        let hops = learner.dynamics.iter().flat_map(|cell| (0..cell.ports()).map(|port| cell.first_hop(port).late));
        let (lags, count) = (learner.delay + hops.max().unwrap_or(0), classes.size.len());
        let mut taps = Self { lags, classes: count, types, values: vec![0.0; lags * count * types] };
        for (r, (a, cell)) in classes.type_of.iter().zip(&classes.example).enumerate() {
            for b in 0..types {
                let weight = |channel: usize| parts[channel][(*a, b)];
                let dynamics = &learner.dynamics[*cell];
                let mut add = |port: usize, weight: f64| {
                    let FirstHop { gain, late } = dynamics.first_hop(port);
                    taps.values[((learner.delay + late - 1) * count + r) * types + b] += gain * weight;
                };
                match dynamics.ports() {
                    1 => add(0, (0..channels).map(weight).sum()),
                    ports => (0..ports).for_each(|port| add(port, weight(port))),
                }
            }
        }
        taps
    }

    pub(crate) fn of(system: &IntermediateCells, learner: &Learner, lags: usize) -> Result<Self, Error> {
        let (classes, types) = (system.nodes(), system.sources());
        let mut taps = Self { lags, classes, types, values: vec![0.0; lags * classes * types] };
        for b in 0..types {
            let mut response = Response::new(system, 1);
            response.emit(system, b, &[1.0]);
            for s in 1..=lags {
                response.propagate(system);
                for r in 0..classes {
                    taps.values[((s - 1) * classes + r) * types + b] = response.linear(r)[0];
                }
                response.emit(system, b, &[0.0]);
            }
        }
        taps.damp(learner.damping);
        Ok(taps)
    }

    fn damp(&mut self, damping: f64) {
        let mut factor = 1.0;
        for tap in self.values.chunks_exact_mut((self.classes * self.types).max(1)) {
            factor *= damping;
            tap.iter_mut().for_each(|value| *value *= factor);
        }
    }

    /// S.
    pub fn lags(&self) -> usize {
        self.lags
    }

    /// Response classes R.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Types C.
    pub fn types(&self) -> usize {
        self.types
    }

    /// F\[s\]\[r, b\] of a lag s in 1..=S.
    #[inline(always)]
    pub fn at(&self, lag: usize, class: usize, ty: usize) -> f64 {
        self.values[((lag - 1) * self.classes + class) * self.types + ty]
    }

    /// All, `[s − 1][r][b]`.
    pub fn values(&self) -> &[f64] {
        &self.values
    }
}
