//! What one step of some cells reads and writes, and the loop over them.

use super::{COUNTERS, VARIABLES};
use arrayvec::ArrayVec;
use neuropil_core::Real;
use std::ops::Range;

/// Planes of state, to be advanced.
pub struct Planes<'p, R> {
    /// One plane a variable of the model.
    pub variables: ArrayVec<&'p mut [R], VARIABLES>,
    /// Counter planes.
    pub counters: ArrayVec<&'p mut [u32], COUNTERS>,
}

/// What one step of some cells reads and writes. All planes cover the same cells.
pub struct Frame<'f, 'p, R> {
    /// State planes, one a variable of the model.
    pub variables: &'f mut [&'p mut [R]],
    /// Counter planes.
    pub counters: &'f mut [&'p mut [u32]],
    /// Arrivals of this step, summed, one plane a port; zeros again once the cells have them. Empty for ports whose
    /// arrivals are added to a variable ([`Port::into`](super::Port::into)).
    pub input: &'f mut [&'p mut [R]],
    /// Injected currents, held over this step, one plane a continuous port; empty where there is none.
    pub currents: &'f [&'f [R]],
    /// 1 where a cell fires in this step.
    pub fired: &'f mut [u8],
    /// The number of this step.
    pub step: u64,
    /// The elements of all planes that are advanced.
    pub range: Range<usize>,
}

/// Most planes of a kind that [`Frame::each_cell`] passes as arguments of their own: variables, counters, ports.
const APART: (usize, usize, usize) = (5, 2, 2);

impl<'p, R: Real> Frame<'_, 'p, R> {
    /// Some of its elements.
    #[inline(always)]
    pub(super) fn part(&mut self, range: Range<usize>) -> Frame<'_, 'p, R> {
        Frame {
            variables: &mut *self.variables,
            counters: &mut *self.counters,
            input: &mut *self.input,
            currents: self.currents,
            fired: &mut *self.fired,
            step: self.step,
            range,
        }
    }

    /// Advances every cell by `cell`, which is given its variables, its counters, its arrivals by port and its current
    /// (that of the first continuous port), and tells whether it fires. Tells whether all variables are finite.
    ///
    /// For models of at most 5 variables, 2 counters and 2 ports; those with more walk their planes.
    #[inline(always)]
    pub(super) fn each_cell<const V: usize, const C: usize, const I: usize>(
        self,
        cell: impl Fn(&mut [R; V], &mut [u32; C], [R; I], R) -> bool,
    ) -> bool {
        let range = self.range;
        let mut variables = self.variables.iter_mut();
        let mut counters = self.counters.iter_mut();
        let mut input = self.input.iter_mut();
        let mut variable = || variables.next().map_or(&mut [][..], |plane| part(plane, &range));
        let (v0, v1, v2, v3, v4) = (variable(), variable(), variable(), variable(), variable());
        let mut counter = || counters.next().map_or(&mut [][..], |plane| part(plane, &range));
        let (c0, c1) = (counter(), counter());
        let mut arrivals = || input.next().map_or(&mut [][..], |plane| part(plane, &range));
        let (i0, i1) = (arrivals(), arrivals());
        let fired = &mut self.fired[range.clone()];
        match self.currents.first() {
            Some(current) if !current.is_empty() => {
                let current = &current[range][..fired.len()];
                each_of(v0, v1, v2, v3, v4, c0, c1, i0, i1, |i| current[i], fired, cell)
            }
            _ => each_of(v0, v1, v2, v3, v4, c0, c1, i0, i1, |_| R::ZERO, fired, cell),
        }
    }
}

/// The elements of a plane in `range`; none of a plane that the model lacks.
#[inline(always)]
fn part<'a, T>(plane: &'a mut [T], range: &Range<usize>) -> &'a mut [T] {
    if plane.is_empty() { plane } else { &mut plane[range.clone()] }
}

/// The loop over cells. Planes that the model does not have are empty.
///
/// Each plane is an argument of its own because the compiler then knows that no two overlap, and makes vectors of the loop.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "each plane is one")]
fn each_of<R: Real, const V: usize, const C: usize, const I: usize>(
    v0: &mut [R],
    v1: &mut [R],
    v2: &mut [R],
    v3: &mut [R],
    v4: &mut [R],
    c0: &mut [u32],
    c1: &mut [u32],
    i0: &mut [R],
    i1: &mut [R],
    current: impl Fn(usize) -> R,
    fired: &mut [u8],
    cell: impl Fn(&mut [R; V], &mut [u32; C], [R; I], R) -> bool,
) -> bool {
    const { assert!(V <= APART.0 && C <= APART.1 && I <= APART.2) };
    let cells = fired.len();
    let own = |plane: usize, planes: usize| if plane < planes { cells } else { 0 };
    let (v0, v1, v2) = (&mut v0[..own(0, V)], &mut v1[..own(1, V)], &mut v2[..own(2, V)]);
    let (v3, v4) = (&mut v3[..own(3, V)], &mut v4[..own(4, V)]);
    let (c0, c1) = (&mut c0[..own(0, C)], &mut c1[..own(1, C)]);
    let (i0, i1) = (&mut i0[..own(0, I)], &mut i1[..own(1, I)]);
    let mut unsound = R::Bits::default();
    for (i, fires) in fired.iter_mut().enumerate() {
        let mut v: [R; V] = std::array::from_fn(|plane| match plane {
            0 => v0[i],
            1 => v1[i],
            2 => v2[i],
            3 => v3[i],
            _ => v4[i],
        });
        let mut c: [u32; C] = std::array::from_fn(|plane| if plane == 0 { c0[i] } else { c1[i] });
        let input: [R; I] =
            std::array::from_fn(|plane| std::mem::take(if plane == 0 { &mut i0[i] } else { &mut i1[i] }));
        *fires = u8::from(cell(&mut v, &mut c, input, current(i)));
        // 0 x is 0, of some sign, for every finite x, and NaN for all others, as whatever is multiplied with NaN is.
        unsound = unsound | v.iter().fold(R::ZERO, |product, value| product * *value).bits();
        for (plane, value) in v.into_iter().enumerate() {
            match plane {
                0 => v0[i] = value,
                1 => v1[i] = value,
                2 => v2[i] = value,
                3 => v3[i] = value,
                _ => v4[i] = value,
            }
        }
        for (plane, value) in c.into_iter().enumerate() {
            if plane == 0 { c0[i] = value } else { c1[i] = value }
        }
    }
    unsound & R::INFINITY_BITS == R::Bits::default()
}
