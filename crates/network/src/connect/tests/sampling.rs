//! The draws that rules are made of.

use super::super::sample::{bernoulli, distinct};
use super::*;

/// Every subset of k of n is equally likely, by Floyd's method (k/n <= 1/8) and by the dense one; the numbers are
/// ascending. Would catch the classic mistake of Floyd's loop (`last` drawn exclusively).
#[test]
fn distinct_numbers_are_uniform_sets() {
    for (n, k, sets) in [(6, 2, 15), (16, 2, 120), (24, 3, 2024), (5, 4, 5), (16, 1, 16), (7, 1, 7)] {
        let mut table = std::collections::BTreeMap::<Vec<u32>, u64>::new();
        for draw in 0..u64::from(50_u32 * sets) {
            let mut chosen = vec![77];
            distinct(&mut key(15).at(n, draw), n, k, &mut chosen);
            assert_eq!(chosen[0], 77, "appends");
            let chosen = chosen.split_off(1);
            assert!(chosen.windows(2).all(|two| two[0] < two[1]) && chosen.iter().all(|&value| value < n));
            *table.entry(chosen).or_default() += 1;
        }
        assert_eq!(table.len(), sets as usize, "{n} {k}");
        let deviation = uniformity(&table.into_values().collect::<Vec<_>>());
        assert!(deviation.abs() < 5.0, "{k} of {n}: {deviation}");
    }
    let mut all = Vec::new();
    distinct(&mut key(15).at(0, 0), 9, 9, &mut all);
    assert_eq!(all, (0..9).collect::<Vec<_>>());
    distinct(&mut key(15).at(0, 0), 9, 0, &mut all);
    assert_eq!(all.len(), 9);
}

/// The number of successes is binomial and each trial succeeds with p. Would catch a gap that is off by one, a first or
/// last trial that cannot succeed, and an overflow for tiny p.
#[test]
fn bernoulli_trials_succeed_with_their_probability() {
    let run = |n: u64, p: f64, step: u64| {
        let mut hits = Vec::new();
        bernoulli(&mut key(16).at(0, step), n, p, |index, _| hits.push(index));
        assert!(hits.windows(2).all(|two| two[0] < two[1]) && hits.iter().all(|&index| index < n));
        hits
    };
    assert_eq!(run(10, 0.0, 0), []);
    assert_eq!(run(4, 1.0, 0), [0, 1, 2, 3]);
    assert_eq!(run(0, 0.5, 0), []);
    assert_eq!(run(1_000_000, 1e-300, 0), []);
    for p in [0.02, 0.5, 0.97] {
        let runs = 20_000;
        let mut hits = [0_u64; 10];
        (0..runs).flat_map(|step| run(10, p, step)).for_each(|index| hits[usize::try_from(index).unwrap()] += 1);
        let error = (p * (1.0 - p) / runs as f64).sqrt();
        for (index, &count) in hits.iter().enumerate() {
            assert!((count as f64 / runs as f64 - p).abs() < 5.0 * error, "p {p}, trial {index}: {count}");
        }
    }
    // 2^40 trials of which 1000 succeed.
    let n = 1_u64 << 40;
    let numbers: Vec<u64> = (0..100).map(|step| run(n, 1000.0 / n as f64, step).len() as u64).collect();
    let (mean, variance) = moments(&numbers);
    assert!((mean - 1000.0).abs() < 5.0 * 10.0_f64.sqrt(), "{mean}");
    assert!((variance - 1000.0).abs() < 5.0 * 1000.0 * (2.0_f64 / 100.0).sqrt(), "{variance}");
}
