//! The inner loop of the separable kernel: values and their neighbours at distances 1 … m.
//!
//! What bounds it is additions: three a pair of neighbours. The loop over the nearest [`NEAR`] distances is therefore
//! unrolled, with the weights in registers, and what it reads should begin with a line of the cache: a vector that
//! straddles two costs two loads.

use neuropil_core::simd::Simd;

/// Distances that are taken in one loop; farther ones are added one at a time.
const NEAR: usize = 8;
/// Smaller magnitudes than this, in nM, count as 0: far tails would be subnormal, and slow.
const NEGLIGIBLE: f64 = 1e-300;

/// `to_i = c_i + Σ_j K_j ((c_{i−j} + c_{i+j}) − 2 c_i)`, finished, where c_i is `from[m stride + i]` and its neighbours
/// are `stride` apart.
///
/// The increments of two voxels cancel, and those of a uniform field are 0: the amount stays, whatever the weights' sum.
#[inline(always)]
pub(super) fn blend<S: Simd>(
    simd: S,
    to: &mut [f64],
    from: &[f64],
    stride: usize,
    weights: &[f64],
    finish: impl Fn(S::f64s) -> S::f64s,
) {
    let around = Around { from, stride, reach: weights.len(), lanes: to.len() };
    match weights.len() {
        0 => around.near::<S, 0>(simd, to, weights, finish),
        1 => around.near::<S, 1>(simd, to, weights, finish),
        2 => around.near::<S, 2>(simd, to, weights, finish),
        3 => around.near::<S, 3>(simd, to, weights, finish),
        4 => around.near::<S, 4>(simd, to, weights, finish),
        5 => around.near::<S, 5>(simd, to, weights, finish),
        6 => around.near::<S, 6>(simd, to, weights, finish),
        7 => around.near::<S, 7>(simd, to, weights, finish),
        NEAR => around.near::<S, NEAR>(simd, to, weights, finish),
        _ => around.wide(simd, to, weights, finish),
    }
}

/// The same along one line, whose neighbours are side by side; `to` are whole vectors.
#[inline(always)]
pub(super) fn blend_line<S: Simd>(simd: S, to: &mut [f64], from: &[f64], weights: &[f64]) {
    match weights.len() {
        0 => to.copy_from_slice(&from[..to.len()]),
        1 => near_line::<S, 1>(simd, to, from, weights),
        2 => near_line::<S, 2>(simd, to, from, weights),
        3 => near_line::<S, 3>(simd, to, from, weights),
        4 => near_line::<S, 4>(simd, to, from, weights),
        5 => near_line::<S, 5>(simd, to, from, weights),
        6 => near_line::<S, 6>(simd, to, from, weights),
        7 => near_line::<S, 7>(simd, to, from, weights),
        8 => near_line::<S, 8>(simd, to, from, weights),
        reach => Around { from, stride: 1, reach, lanes: to.len() }.wide(simd, to, weights, unchanged),
    }
}

#[inline(always)]
fn near_line<S: Simd, const M: usize>(simd: S, to: &mut [f64], from: &[f64], weights: &[f64]) {
    let mut factors = [simd.splat_f64s(0.0); M];
    for j in 0..M {
        factors[j] = simd.splat_f64s(weights[j]);
    }
    let mut pairs = factors;
    let mut from = from;
    for to in S::as_mut_simd_f64s(to).0 {
        let around = &from[..2 * M + S::F64_LANES];
        let at = |place: usize| S::as_simd_f64s(&around[place..place + S::F64_LANES]).0[0];
        for (j, pair) in pairs.iter_mut().enumerate() {
            *pair = simd.add_f64s(at(M - 1 - j), at(M + 1 + j));
        }
        *to = moved(simd, at(M), pairs, factors);
        from = &from[S::F64_LANES..];
    }
}

/// What surrounds a run of `lanes` voxels.
struct Around<'f> {
    from: &'f [f64],
    stride: usize,
    reach: usize,
    lanes: usize,
}

impl Around<'_> {
    /// The voxels that many strides above the farthest below.
    #[inline(always)]
    fn at(&self, strides: usize) -> &[f64] {
        &self.from[strides * self.stride..][..self.lanes]
    }

    /// The sum over distances 1 … M.
    #[inline(always)]
    fn near<S: Simd, const M: usize>(
        &self,
        simd: S,
        to: &mut [f64],
        weights: &[f64],
        finish: impl Fn(S::f64s) -> S::f64s,
    ) {
        let own = self.at(self.reach);
        let mut factors = [simd.splat_f64s(0.0); M];
        let (mut below, mut above) = ([own; M], [own; M]);
        for j in 0..M {
            factors[j] = simd.splat_f64s(weights[j]);
            (below[j], above[j]) = (self.at(self.reach - 1 - j), self.at(self.reach + 1 + j));
        }
        let (to, rest) = S::as_mut_simd_f64s(to);
        let full = to.len();
        let own_vectors = vectors::<S>(own, full);
        let (mut low, mut high) = ([own_vectors; M], [own_vectors; M]);
        for j in 0..M {
            (low[j], high[j]) = (vectors::<S>(below[j], full), vectors::<S>(above[j], full));
        }
        let mut pairs = factors;
        for i in 0..full {
            for j in 0..M {
                pairs[j] = simd.add_f64s(low[j][i], high[j][i]);
            }
            to[i] = finish(moved(simd, own_vectors[i], pairs, factors));
        }
        if !rest.is_empty() {
            let first = full * S::F64_LANES;
            for j in 0..M {
                let (low, high) =
                    (simd.partial_load_f64s(&below[j][first..]), simd.partial_load_f64s(&above[j][first..]));
                pairs[j] = simd.add_f64s(low, high);
            }
            let own = simd.partial_load_f64s(&own[first..]);
            simd.partial_store_f64s(rest, finish(moved(simd, own, pairs, factors)));
        }
    }

    /// The sum over more than [`NEAR`] distances.
    #[inline(always)]
    fn wide<S: Simd>(&self, simd: S, to: &mut [f64], weights: &[f64], finish: impl Fn(S::f64s) -> S::f64s) {
        self.near::<S, NEAR>(simd, to, weights, unchanged);
        for distance in NEAR + 1..self.reach {
            self.far(simd, to, distance, weights[distance - 1], unchanged);
        }
        self.far(simd, to, self.reach, weights[self.reach - 1], finish);
    }

    /// Adds what comes from `distance` alone.
    #[inline(always)]
    fn far<S: Simd>(&self, simd: S, to: &mut [f64], distance: usize, weight: f64, finish: impl Fn(S::f64s) -> S::f64s) {
        let [below, own, above] =
            [self.reach - distance, self.reach, self.reach + distance].map(|place| self.at(place));
        let factor = simd.splat_f64s(weight);
        let (to, rest) = S::as_mut_simd_f64s(to);
        let full = to.len();
        let (own_vectors, low, high) = (vectors::<S>(own, full), vectors::<S>(below, full), vectors::<S>(above, full));
        for i in 0..full {
            let increment = increment(simd, own_vectors[i], simd.add_f64s(low[i], high[i]), factor);
            to[i] = finish(simd.add_f64s(to[i], increment));
        }
        if !rest.is_empty() {
            let at = |values: &[f64]| simd.partial_load_f64s(&values[full * S::F64_LANES..]);
            let increment = increment(simd, at(own), simd.add_f64s(at(below), at(above)), factor);
            let before = simd.partial_load_f64s(rest);
            simd.partial_store_f64s(rest, finish(simd.add_f64s(before, increment)));
        }
    }
}

/// The first `count` vectors of `values`.
#[inline(always)]
fn vectors<S: Simd>(values: &[f64], count: usize) -> &[S::f64s] {
    &S::as_simd_f64s(values).0[..count]
}

#[inline(always)]
fn moved<S: Simd, const M: usize>(simd: S, own: S::f64s, pairs: [S::f64s; M], weights: [S::f64s; M]) -> S::f64s {
    let mut sum = simd.splat_f64s(0.0);
    for j in 0..M {
        let increment = increment(simd, own, pairs[j], weights[j]);
        sum = if j == 0 { increment } else { simd.add_f64s(sum, increment) };
    }
    simd.add_f64s(own, sum)
}

#[inline(always)]
fn increment<S: Simd>(simd: S, own: S::f64s, pair: S::f64s, weight: S::f64s) -> S::f64s {
    simd.mul_f64s(weight, simd.sub_f64s(pair, simd.mul_f64s(simd.splat_f64s(2.0), own)))
}

/// The value as it is.
#[inline(always)]
pub(super) fn unchanged<V>(value: V) -> V {
    value
}

/// Times `factor`, and 0 in place of a negligible number.
#[inline(always)]
pub(super) fn scaled<S: Simd>(simd: S, value: S::f64s, factor: S::f64s) -> S::f64s {
    let scaled = simd.mul_f64s(value, factor);
    let negligible = simd.less_than_f64s(simd.abs_f64s(scaled), simd.splat_f64s(NEGLIGIBLE));
    simd.select_f64s(negligible, simd.splat_f64s(0.0), scaled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_core::simd::{WithSimd, dispatched};

    struct Blended<'t>(&'t mut [f64], &'t [f64], usize, &'t [f64]);

    impl WithSimd for Blended<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            blend(simd, self.0, self.1, self.2, self.3, |value| scaled(simd, value, simd.splat_f64s(0.5)));
        }
    }

    /// Any length, stride and reach, near and far, gives what the plain sum gives, bit for bit: vectors do what scalars
    /// do. Would catch a lane or a distance left out.
    #[test]
    fn vectors_are_the_plain_sum() {
        let value = |i: usize| ((i * 7919) % 1000) as f64 / 37.0;
        let shapes =
            [(0, 1, 40), (1, 1, 31), (3, 1, 33), (2, 50, 50), (6, 7, 7), (8, 100, 100), (9, 3, 20), (40, 1, 5)];
        for (reach, stride, length) in shapes {
            let weights: Vec<f64> = (1..=reach).map(|j| 0.1 / j as f64).collect();
            let from: Vec<f64> = (0..2 * reach * stride + length).map(value).collect();
            let mut to = vec![f64::NAN; length];
            dispatched(Blended(&mut to, &from, stride, &weights));
            for (lane, found) in to.iter().enumerate() {
                let at = |place: usize| from[place * stride + lane];
                let term = |j: usize| weights[j - 1] * ((at(reach - j) + at(reach + j)) - 2.0 * at(reach));
                let near = (1..=reach.min(NEAR)).map(term).reduce(|sum, term| sum + term).unwrap_or(0.0);
                let expected = (NEAR + 1..=reach).fold(at(reach) + near, |sum, j| sum + term(j));
                assert_eq!(*found, 0.5 * expected, "{reach} {stride} {lane}");
            }
        }
    }

    #[test]
    fn negligible_numbers_are_nothing() {
        let mut to = [1.0; 3];
        dispatched(Blended(&mut to, &[4e-301, 4e-300, -1e-300], 1, &[]));
        assert_eq!(to, [0.0, 2e-300, 0.0]);
    }
}
