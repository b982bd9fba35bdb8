//! The inner loop of the separable kernel: values and their neighbours at distances 1 … m.

/// Numbers that are worked on at once.
const LANES: usize = 32;
/// Smaller magnitudes than this, in nM, count as 0: far tails would be subnormal, and slow.
const NEGLIGIBLE: f64 = 1e-300;

/// `to_i = finish(c_i + Σ_j K_j ((c_{i−j} + c_{i+j}) − 2 c_i))`, where c_i is `from[m stride + i]` and its neighbours are
/// `stride` apart.
///
/// The increments of two voxels cancel, and those of a uniform field are 0: the amount stays, whatever the weights' sum.
#[inline(always)]
pub(super) fn blend(to: &mut [f64], from: &[f64], stride: usize, weights: &[f64], finish: impl Fn(f64) -> f64) {
    let reach = weights.len();
    let from = &from[..2 * reach * stride + to.len()];
    let mut lane = 0;
    while lane < to.len() {
        if to.len() < LANES {
            to[lane] = finish(one(from, lane, stride, weights));
            lane += 1;
            continue;
        }
        // The last block overlaps the one before: `from` is not `to`.
        lane = lane.min(to.len() - LANES);
        let block = block(from, lane, stride, weights);
        let to: &mut [f64; LANES] = (&mut to[lane..lane + LANES]).try_into().expect("as many as asked for");
        for i in 0..LANES {
            to[i] = finish(block[i]);
        }
        lane += LANES;
    }
}

#[inline(always)]
fn at(from: &[f64], first: usize) -> &[f64; LANES] {
    from[first..first + LANES].try_into().expect("as many as asked for")
}

#[inline(always)]
fn block(from: &[f64], lane: usize, stride: usize, weights: &[f64]) -> [f64; LANES] {
    let centre = weights.len() * stride + lane;
    let own = at(from, centre);
    let (mut twice, mut sum) = ([0.0; LANES], [0.0; LANES]);
    for i in 0..LANES {
        twice[i] = 2.0 * own[i];
    }
    let mut offset = stride;
    for weight in weights {
        let (below, above) = (at(from, centre - offset), at(from, centre + offset));
        for i in 0..LANES {
            sum[i] += weight * ((below[i] + above[i]) - twice[i]);
        }
        offset += stride;
    }
    for i in 0..LANES {
        sum[i] += own[i];
    }
    sum
}

#[inline(always)]
fn one(from: &[f64], lane: usize, stride: usize, weights: &[f64]) -> f64 {
    let centre = weights.len() * stride + lane;
    let own = from[centre];
    let mut sum = 0.0;
    let mut offset = stride;
    for weight in weights {
        sum += weight * ((from[centre - offset] + from[centre + offset]) - 2.0 * own);
        offset += stride;
    }
    sum + own
}

/// 0 in place of a negligible number.
#[inline(always)]
pub(super) fn flushed(value: f64) -> f64 {
    if value.abs() < NEGLIGIBLE { 0.0 } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Any length, stride and reach gives what the plain sum gives, and long rows the bits of short ones.
    #[test]
    fn blocks_are_the_plain_sum() {
        let value = |i: usize| ((i * 7919) % 1000) as f64 / 37.0;
        for (reach, stride, length) in [(0, 1, 40), (1, 1, 31), (3, 1, 33), (2, 50, 50), (6, 7, 7), (4, 100, 100)] {
            let weights: Vec<f64> = (1..=reach).map(|j| 0.1 / j as f64).collect();
            let from: Vec<f64> = (0..2 * reach * stride + length).map(value).collect();
            let mut to = vec![0.0; length];
            blend(&mut to, &from, stride, &weights, |x| x);
            for (lane, found) in to.iter().enumerate() {
                assert_eq!(*found, one(&from, lane, stride, &weights));
                let centre = from[reach * stride + lane];
                let neighbours: f64 = (1..=reach)
                    .map(|j| weights[j - 1] * (from[(reach - j) * stride + lane] + from[(reach + j) * stride + lane]))
                    .sum();
                let expected = centre * (1.0 - 2.0 * weights.iter().sum::<f64>()) + neighbours;
                assert!((found - expected).abs() < 1e-12);
            }
        }
    }
}
