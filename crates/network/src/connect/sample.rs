//! Choosing some of many without allocation beyond the chosen.

use neuropil_core::CounterRng;

/// Appends `k` distinct numbers of 0..n to `chosen`, in ascending order, each set equally likely (Floyd's method).
pub(super) fn distinct(rng: &mut CounterRng, n: u32, k: u32, chosen: &mut Vec<u32>) {
    let start = chosen.len();
    if k == n {
        chosen.extend(0..n);
        return;
    }
    if u64::from(k) * 8 > u64::from(n) {
        // Dense: select sequentially, each of the rest with its probability.
        let mut left = k;
        for value in 0..n {
            if left > 0 && rng.below(n - value) < left {
                chosen.push(value);
                left -= 1;
            }
        }
        return;
    }
    let mut set = std::collections::BTreeSet::new();
    for last in n - k..n {
        let value = rng.below(last + 1);
        set.insert(if set.contains(&value) { last } else { value });
    }
    chosen.extend(set);
    debug_assert_eq!(chosen.len() - start, k as usize);
}

/// Steps through Bernoulli trials by drawing the gaps between successes; calls `hit` with the index of each
/// success among `n` trials of probability `p`.
pub(super) fn bernoulli(rng: &mut CounterRng, n: u64, p: f64, mut hit: impl FnMut(u64, &mut CounterRng)) {
    if p <= 0.0 {
        return;
    }
    if p >= 1.0 {
        for index in 0..n {
            hit(index, rng);
        }
        return;
    }
    let scale = 1.0 / (-p).ln_1p();
    let mut index = 0;
    loop {
        let gap = (rng.unit().ln() * scale).floor();
        #[expect(clippy::cast_precision_loss, reason = "only compared")]
        let left = (n - index) as f64;
        if gap >= left {
            return;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 <= gap < n - index")]
        let gap = gap as u64;
        index += gap;
        hit(index, rng);
        index += 1;
        if index >= n {
            return;
        }
    }
}
