//! Degrees and totals: exact where a rule fixes them, of the right distribution where it draws them.

use super::*;

/// Every degree is the one asked for, also at its limits: all cells but oneself.
#[test]
fn fixed_degrees_and_totals_are_exact() {
    for multapses in [false, true] {
        for wiring in [between(40, 25, 3), within(40, 3), Wiring { autapses: true, ..within(40, 3) }] {
            let wiring = Wiring { multapses, ..wiring };
            for degree in [0, 1, 3, 20, 24] {
                let found = pairs(&FixedInDegree { in_degree: degree }, &wiring);
                assert!(in_degrees(&found, &wiring).iter().all(|&count| count == u64::from(degree)));
                let found = pairs(&FixedOutDegree { out_degree: degree }, &wiring);
                assert!(out_degrees(&found, &wiring).iter().all(|&count| count == u64::from(degree)));
            }
            for synapses in [0, 1, 7, 300, 999, wiring.pairs()] {
                assert_eq!(pairs(&FixedTotalNumber { synapses }, &wiring).len() as u64, synapses, "{multapses}");
            }
        }
    }
    let joined = |rule: &dyn Connector| -> Vec<(u32, u32)> {
        pairs(rule, &within(40, 3)).iter().map(|pair| (pair.source, pair.target)).collect()
    };
    assert_eq!(joined(&FixedInDegree { in_degree: 39 }).len(), 40 * 39);
    assert!(joined(&FixedInDegree { in_degree: 39 }) == joined(&AllToAll), "all but oneself");
}

/// In- and out-degrees are binomial: mean N p, variance N p (1 - p), each within five standard errors; sources are
/// uniform. Would catch trials that are not independent, and a last or first cell that is drawn too often.
#[test]
fn fixed_probability_gives_binomial_degrees() {
    for (wiring, trials) in [(between(500, 2000, 4), 500.0), (within(1000, 5), 999.0)] {
        for probability in [0.01, 0.1, 0.7] {
            let found = pairs(&FixedProbability { probability }, &wiring);
            let (mean, variance) = moments(&in_degrees(&found, &wiring));
            let n = f64::from(wiring.n_post);
            let expected = trials * probability * (1.0 - probability);
            assert!((mean - trials * probability).abs() < 5.0 * (expected / n).sqrt(), "{probability}: mean {mean}");
            assert!((variance - expected).abs() < 5.0 * expected * (2.0 / n).sqrt() * 1.1, "{probability}: {variance}");
            // Of the sources' counts the variance is (1 - p) times that of uniform independent ones.
            let spread = uniformity(&out_degrees(&found, &wiring));
            let freedom = f64::from(wiring.n_pre) - 1.0;
            let shift = -probability * (freedom / 2.0).sqrt();
            assert!((spread - shift).abs() < 5.0, "{probability}: sources {spread} instead of {shift}");
        }
    }
}

/// Chi-square of sources (fixed in-degree) and of targets (fixed out-degree); without multapses a source is there once a
/// target, which lowers the variance by 1 - (k - 1)/(n - 1). Would catch a choice that favours some cells, such as the
/// ones next to the autapse left out.
#[test]
fn fixed_degrees_choose_uniformly() {
    for multapses in [false, true] {
        for degree in [6, 30] {
            for wiring in [between(60, 3000, 6), Wiring { n_pre: 60, n_post: 60, ..within(60, 7) }] {
                let wiring = Wiring { multapses, ..wiring };
                let found = pairs(&FixedInDegree { in_degree: degree }, &wiring);
                check_spread(&out_degrees(&found, &wiring), degree, wiring.sources_of(0), multapses);
            }
            for wiring in [between(3000, 60, 8), within(60, 9)] {
                let wiring = Wiring { multapses, ..wiring };
                let found = pairs(&FixedOutDegree { out_degree: degree }, &wiring);
                check_spread(&in_degrees(&found, &wiring), degree, wiring.n_post - u32::from(wiring.within), multapses);
            }
        }
    }
}

fn check_spread(counts: &[u64], degree: u32, available: u32, multapses: bool) {
    let freedom = counts.len() as f64 - 1.0;
    let shrink = if multapses { 1.0 } else { 1.0 - f64::from(degree - 1) / f64::from(available - 1) };
    let chi_square = uniformity(counts) * (2.0 * freedom).sqrt() + freedom;
    let deviation = (chi_square / shrink - freedom) / (2.0 * freedom).sqrt();
    assert!(deviation.abs() < 5.0, "degree {degree}, multapses {multapses}: {deviation} standard deviations");
}

/// In-degrees have mean K/N and the variance of the multinomial, K/N (1 - 1/N), or of the multivariate hypergeometric,
/// that times (P - K)/(P - 1) for P pairs; the same for sources. Would catch in-degrees drawn one after the other with
/// the wrong condition (the first or the last target gets the rest) and a sampler that fails for some sizes.
#[test]
fn fixed_total_number_gives_the_degrees_of_uniform_pairs() {
    for multapses in [true, false] {
        for (n_pre, n_post) in [(200_u32, 3000_u32), (1000, 1000), (3000, 200)] {
            for synapses in [3_000_u64, 20_000, 300_000] {
                for wiring in [between(n_pre, n_post, 10), within(n_pre.min(n_post) * 2, 11)] {
                    let wiring = Wiring { multapses, ..wiring };
                    if !multapses && synapses > wiring.pairs() {
                        continue;
                    }
                    let found = pairs(&FixedTotalNumber { synapses }, &wiring);
                    assert_eq!(found.len() as u64, synapses);
                    let pairs = wiring.pairs() as f64;
                    let k = synapses as f64;
                    for (degrees, n) in
                        [(in_degrees(&found, &wiring), wiring.n_post), (out_degrees(&found, &wiring), wiring.n_pre)]
                    {
                        let n = f64::from(n);
                        let correction = if multapses { 1.0 } else { (pairs - k) / (pairs - 1.0) };
                        let expected = k / n * (1.0 - 1.0 / n) * correction;
                        let (_, variance) = moments(&degrees);
                        // The fourth moment of a Poisson-like count: var(s^2) = (2 v^2 + v)/n.
                        let error = ((2.0 * expected * expected + expected) / n).sqrt();
                        assert!(
                            (variance - expected).abs() < 5.0 * error,
                            "{n_pre} {n_post} {synapses} {multapses}: variance {variance} instead of {expected}"
                        );
                        let half = degrees.len() / 2;
                        let first: u64 = degrees[..half].iter().sum();
                        let share = half as f64 / n;
                        let spread = (k * share * (1.0 - share) * correction).sqrt();
                        assert!(
                            (first as f64 - k * share).abs() < 5.0 * spread + 1e-9,
                            "{n_pre} {n_post} {synapses} {multapses}: {first} in the first half"
                        );
                    }
                }
            }
        }
    }
}

/// Of 3 x 2 cells and 2 synapses every set of pairs is equally likely: 15 without multapses, 36 ordered draws with them.
/// Would catch any bias that the moments of large networks hide.
#[test]
fn small_totals_are_uniform_over_sets() {
    let mut without = std::collections::BTreeMap::<Vec<(u32, u32)>, u64>::new();
    let mut with = std::collections::BTreeMap::<Vec<(u32, u32)>, u64>::new();
    for owner in 0..18_000 {
        for (multapses, table) in [(false, &mut without), (true, &mut with)] {
            let wiring = Wiring { multapses, ..between(3, 2, owner) };
            let mut set: Vec<_> = pairs(&FixedTotalNumber { synapses: 2 }, &wiring)
                .iter()
                .map(|pair| (pair.source, pair.target))
                .collect();
            set.sort_unstable();
            *table.entry(set).or_default() += 1;
        }
    }
    assert_eq!(without.len(), 15);
    assert!(uniformity(&without.into_values().collect::<Vec<_>>()).abs() < 5.0);
    // A pair twice has half the weight of two different pairs.
    assert_eq!(with.len(), 21);
    let weighted: Vec<u64> =
        with.iter().map(|(set, &count)| if set[0] == set[1] { 2 * count } else { count }).collect();
    let mean = weighted.iter().sum::<u64>() as f64 / 21.0;
    assert!((mean - 1000.0).abs() < 50.0 && weighted.iter().all(|&count| (count as f64 - 1000.0).abs() < 250.0));
}

/// Potjans & Diesmann 2014, L4E to L2/3E (C = 0.0437, 21915 and 20683 cells), against the series
/// -1/ln(1 - x) = 1/x - 1/2 - x/12; and the definition: K draws leave a pair unconnected with probability 1 - C.
#[test]
fn pair_probability_gives_the_synapses_of_the_microcircuit() {
    let (c, n_pre, n_post) = (0.0437, 21_915.0, 20_683.0);
    let found = FixedTotalNumber::with_pair_probability(c, n_pre, n_post).synapses;
    let expected = -f64::ln(1.0 - c) * (n_pre * n_post - 0.5);
    assert!((found as f64 - expected).abs() <= 0.51, "{found} instead of {expected}");
    let (c, n_pre, n_post) = (0.3, 40.0, 50.0);
    let found = FixedTotalNumber::with_pair_probability(c, n_pre, n_post).synapses;
    let connected = 1.0 - (1.0 - 1.0 / (n_pre * n_post)).powf(found as f64);
    assert!((connected - c).abs() < 0.5 / (n_pre * n_post));
    assert_eq!(FixedTotalNumber::with_pair_probability(0.0, 10.0, 10.0).synapses, 0);
}

/// Numbers that cannot be had are refused, those at the limit are not.
#[test]
fn impossible_degrees_are_refused() {
    let strict = |wiring: Wiring<'static>| Wiring { multapses: false, ..wiring };
    let none = |rule: &dyn Connector, wiring: &Wiring| rule.fault(wiring).is_none();
    for (wiring, sources, targets) in [(strict(between(8, 5, 0)), 8, 5), (within(6, 0), 5, 5)] {
        assert!(none(&FixedInDegree { in_degree: sources }, &wiring));
        assert!(!none(&FixedInDegree { in_degree: sources + 1 }, &wiring));
        assert!(none(&FixedOutDegree { out_degree: targets }, &wiring));
        assert!(!none(&FixedOutDegree { out_degree: targets + 1 }, &wiring));
        assert!(none(&FixedTotalNumber { synapses: wiring.pairs() }, &wiring));
        assert!(!none(&FixedTotalNumber { synapses: wiring.pairs() + 1 }, &wiring));
        let loose = Wiring { multapses: true, ..wiring };
        assert!(none(&FixedInDegree { in_degree: sources + 1 }, &loose));
        assert!(none(&FixedTotalNumber { synapses: 1000 }, &loose));
    }
    let single = Wiring { multapses: true, ..within(1, 0) };
    assert!(!none(&FixedInDegree { in_degree: 1 }, &single) && !none(&FixedOutDegree { out_degree: 1 }, &single));
    assert!(!none(&FixedTotalNumber { synapses: 1 }, &single));
    let empty = within(0, 0);
    assert!(none(&FixedInDegree { in_degree: 0 }, &empty) && none(&FixedOutDegree { out_degree: 0 }, &empty));
    assert_eq!(pairs(&FixedTotalNumber { synapses: 0 }, &empty), []);
}
