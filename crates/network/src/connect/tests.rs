use super::sample::{bernoulli, distinct};
use super::*;
use neuropil_core::Stream;
use std::collections::BTreeSet;

fn key(owner: u32) -> StreamKey {
    StreamKey::new(99, Stream::Wiring, owner)
}

/// `n_pre` to `n_post` other cells, multapses allowed.
fn between(n_pre: u32, n_post: u32, owner: u32) -> Wiring<'static> {
    Wiring {
        n_pre,
        n_post,
        within: false,
        autapses: true,
        multapses: true,
        pre_cells: None,
        post_cells: None,
        pre_positions: None,
        post_positions: None,
        key: key(owner),
    }
}

/// `n` cells among themselves, neither autapses nor multapses.
fn within(n: u32, owner: u32) -> Wiring<'static> {
    Wiring { within: true, autapses: false, multapses: false, ..between(n, n, owner) }
}

fn pairs_onto(rule: &dyn Connector, wiring: &Wiring, targets: Range<u32>) -> Vec<Pair> {
    let mut pairs = Vec::new();
    rule.visit(wiring, targets, &mut |pair| pairs.push(pair));
    pairs
}

fn pairs(rule: &dyn Connector, wiring: &Wiring) -> Vec<Pair> {
    assert_eq!(rule.fault(wiring), None, "{}", rule.name());
    pairs_onto(rule, wiring, 0..wiring.n_post)
}

fn counts(n: u32, cells: impl Iterator<Item = u32>) -> Vec<u64> {
    let mut counts = vec![0; n as usize];
    cells.for_each(|cell| counts[cell as usize] += 1);
    counts
}

fn in_degrees(pairs: &[Pair], wiring: &Wiring) -> Vec<u64> {
    counts(wiring.n_post, pairs.iter().map(|pair| pair.target))
}

fn out_degrees(pairs: &[Pair], wiring: &Wiring) -> Vec<u64> {
    counts(wiring.n_pre, pairs.iter().map(|pair| pair.source))
}

fn moments(values: &[u64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<u64>() as f64 / n;
    (mean, values.iter().map(|&x| (x as f64 - mean).powi(2)).sum::<f64>() / n)
}

/// Pearson's statistic against equal expectations, as its distance from its mean in standard deviations.
fn uniformity(counts: &[u64]) -> f64 {
    let expected = counts.iter().sum::<u64>() as f64 / counts.len() as f64;
    assert!(expected >= 5.0, "too few counts for the test");
    let chi_square: f64 = counts.iter().map(|&count| (count as f64 - expected).powi(2) / expected).sum();
    let freedom = counts.len() as f64 - 1.0;
    (chi_square - freedom) / (2.0 * freedom).sqrt()
}

/// Random points of a square of 400 um.
fn square(cells: u32, population: u32) -> Vec<[f64; 3]> {
    let square = crate::position::Placement::Box { origin: [0.0; 3], size: [400.0, 400.0, 0.0] };
    square.place(cells, 5, population).unwrap()
}

fn rules() -> Vec<Box<dyn Connector>> {
    let by_distance = |kernel| ByDistance {
        p_max: 0.6,
        kernel,
        length_um: 80.0,
        cutoff_um: if kernel == Kernel::Step { 90.0 } else { 250.0 },
    };
    let some: Vec<u32> = (0..60).map(|k| k * 7 % 30).collect();
    let targets: Vec<u32> = (0..60).map(|k| (k * 11 + k / 30 + 1) % 30).collect();
    vec![
        Box::new(AllToAll),
        Box::new(FixedProbability { probability: 0.2 }),
        Box::new(FixedProbability { probability: 1.0 }),
        Box::new(FixedInDegree { in_degree: 12 }),
        Box::new(FixedInDegree { in_degree: 1 }),
        Box::new(FixedOutDegree { out_degree: 12 }),
        Box::new(FixedOutDegree { out_degree: 1 }),
        Box::new(FixedTotalNumber { synapses: 333 }),
        Box::new(FixedTotalNumber { synapses: 20 }),
        Box::new(by_distance(Kernel::Gaussian)),
        Box::new(by_distance(Kernel::Exponential)),
        Box::new(by_distance(Kernel::Step)),
        Box::new(List::new(some, &targets)),
    ]
}

/// Any division of the targets gives the same pairs with the same keys, in the same order for each target; every key
/// (entity, number) occurs once. Would catch a draw that depends on the block, and synapses that share their weights'
/// draws.
#[test]
fn dividing_the_targets_does_not_matter() {
    let places = square(30, 0);
    for within_one in [false, true] {
        for multapses in [false, true] {
            let base = if within_one { within(30, 1) } else { between(30, 30, 1) };
            let wiring = Wiring { multapses, pre_positions: Some(&places), post_positions: Some(&places), ..base };
            for rule in rules().iter().filter(|rule| rule.fault(&wiring).is_none()) {
                let whole = pairs(rule.as_ref(), &wiring);
                assert!(!whole.is_empty(), "{}", rule.name());
                for cuts in [vec![0, 30], vec![0, 1, 2, 17, 30], (0..=30).collect()] {
                    let parts: Vec<Vec<Pair>> = cuts
                        .windows(2)
                        .map(|cut| {
                            let part = pairs_onto(rule.as_ref(), &wiring, cut[0]..cut[1]);
                            assert!(part.iter().all(|pair| (cut[0]..cut[1]).contains(&pair.target)), "{}", rule.name());
                            part
                        })
                        .collect();
                    let parts = parts.concat();
                    for target in 0..30 {
                        let onto = |pairs: &[Pair]| -> Vec<Pair> {
                            pairs.iter().filter(|pair| pair.target == target).copied().collect()
                        };
                        assert!(onto(&whole) == onto(&parts), "{} target {target}", rule.name());
                    }
                    assert_eq!(whole.len(), parts.len(), "{}", rule.name());
                }
                let keys: BTreeSet<(u32, u64)> = whole.iter().map(|pair| (pair.entity, pair.number)).collect();
                assert_eq!(keys.len(), whole.len(), "{}: keys are distinct", rule.name());
            }
        }
    }
}

/// No cell reaches itself where autapses are off, no pair twice where multapses are off; both occur where they are on.
#[test]
fn autapses_and_multapses_come_only_where_allowed() {
    let places = square(30, 0);
    for autapses in [false, true] {
        for multapses in [false, true] {
            let base = Wiring { autapses, multapses, ..within(30, 2) };
            let wiring = Wiring { pre_positions: Some(&places), post_positions: Some(&places), ..base };
            let (mut selves, mut repeats) = (0, 0);
            for rule in rules().iter().filter(|rule| rule.fault(&wiring).is_none()) {
                let pairs = pairs(rule.as_ref(), &wiring);
                assert!(pairs.iter().all(|pair| pair.source < 30 && pair.target < 30), "{}", rule.name());
                let own = pairs.iter().filter(|pair| pair.source == pair.target).count();
                assert!(autapses || own == 0, "{}: {own} autapses", rule.name());
                let distinct: BTreeSet<_> = pairs.iter().map(|pair| (pair.source, pair.target)).collect();
                assert!(multapses || distinct.len() == pairs.len(), "{}: multapses", rule.name());
                selves += own;
                repeats += pairs.len() - distinct.len();
            }
            assert_eq!((selves > 0, repeats > 0), (autapses, multapses));
        }
    }
}

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

#[test]
fn one_to_one_and_all_to_all_are_what_they_say() {
    let found = pairs(&OneToOne, &between(7, 7, 0));
    assert!(found.iter().zip(0..).all(|(pair, i)| (pair.source, pair.target) == (i, i)) && found.len() == 7);
    assert_eq!(pairs(&AllToAll, &between(5, 3, 0)).len(), 15);
    assert_eq!(pairs(&AllToAll, &within(5, 0)).len(), 20);
    assert!(OneToOne.fault(&between(7, 6, 0)).unwrap().contains("7 sending and 6 receiving"));
    assert!(OneToOne.fault(&within(7, 0)).unwrap().contains("autapses"));
    assert_eq!(OneToOne.fault(&Wiring { autapses: true, ..within(7, 0) }), None);
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

/// In bins of distance the share of connected pairs is p_max kernel(d), within five standard errors; none beyond the
/// cut-off. Would catch a kernel with a wrong length (2, sqrt 2) and positions of the wrong side.
#[test]
fn by_distance_follows_its_kernel() {
    let (pre, post) = (square(800, 1), square(700, 2));
    let wiring =
        Wiring { pre_positions: Some(&pre), post_positions: Some(&post), multapses: false, ..between(800, 700, 12) };
    type OfDistance = fn(f64) -> f64;
    let kernels: [(Kernel, OfDistance); 3] = [
        (Kernel::Gaussian, |d| (-d * d / (2.0 * 70.0 * 70.0)).exp()),
        (Kernel::Exponential, |d| (-d / 70.0).exp()),
        (Kernel::Step, |_| 1.0),
    ];
    let bin_of = |d: f64| (1..30).find(|&bin| d < 10.0 * bin as f64).unwrap_or(30) - 1;
    for (kernel, value) in kernels {
        let rule = ByDistance { p_max: 0.4, kernel, length_um: 70.0, cutoff_um: 205.0 };
        let (mut expected, mut variance, mut found) = ([0.0; 30], [0.0; 30], [0.0; 30]);
        for (p, q) in pre.iter().flat_map(|p| post.iter().map(move |q| (p, q))) {
            let d = ((p[0] - q[0]).powi(2) + (p[1] - q[1]).powi(2)).sqrt();
            let probability = if d > 205.0 { 0.0 } else { 0.4 * value(d) };
            expected[bin_of(d)] += probability;
            variance[bin_of(d)] += probability * (1.0 - probability);
        }
        let connected = pairs(&rule, &wiring);
        for pair in &connected {
            let (p, q) = (pre[pair.source as usize], post[pair.target as usize]);
            let d = ((p[0] - q[0]).powi(2) + (p[1] - q[1]).powi(2)).sqrt();
            assert!(d <= 205.0, "{kernel:?}: connected at {d} um");
            found[bin_of(d)] += 1.0;
        }
        for bin in 0..30 {
            let deviation: f64 = found[bin] - expected[bin];
            assert!(deviation.abs() <= 5.0 * f64::sqrt(variance[bin]) + 1e-9, "{kernel:?} bin {bin}: {deviation}");
        }
        let estimate = rule.expected(&wiring) / connected.len() as f64;
        assert!((estimate - 1.0).abs() < 0.1, "{kernel:?}: estimate off by {estimate}");
        // Out- and in-degrees are not uniform (borders), but each pair is drawn once.
        let distinct: BTreeSet<_> = connected.iter().map(|pair| (pair.source, pair.target)).collect();
        assert_eq!(distinct.len(), connected.len());
    }
    let rule = ByDistance { p_max: 0.4, kernel: Kernel::Step, length_um: 1.0, cutoff_um: 100.0 };
    assert!(rule.fault(&between(8, 8, 0)).unwrap().contains("sending"));
    assert!(rule.fault(&Wiring { pre_positions: Some(&pre), ..between(800, 8, 0) }).unwrap().contains("receiving"));
}

/// Expected numbers agree with what is drawn: exactly where the rule fixes them.
#[test]
fn expected_numbers_are_those_drawn() {
    for wiring in [between(300, 200, 13), within(300, 14)] {
        for rule in rules() {
            let Some(found) = rule.fault(&wiring).is_none().then(|| pairs(rule.as_ref(), &wiring).len() as f64) else {
                continue;
            };
            let deviation = found - rule.expected(&wiring);
            let tolerance = if rule.name() == "fixed_probability" { 5.0 * found.sqrt() } else { 0.0 };
            assert!(deviation.abs() <= tolerance, "{}: {deviation}", rule.name());
        }
    }
}

/// A list keeps the index of each synapse as its number, whatever the order of targets.
#[test]
fn a_list_is_reproduced_with_its_numbers() {
    let (sources, targets) = (vec![4, 0, 2, 4], [1, 3, 1, 0]);
    let list = List::new(sources.clone(), &targets);
    let mut found = pairs(&list, &between(5, 4, 0));
    assert!(found.windows(2).all(|two| two[0].target <= two[1].target));
    found.sort_by_key(|pair| pair.number);
    let as_given: Vec<_> = found.iter().map(|pair| (pair.source, pair.target)).collect();
    assert_eq!(as_given, sources.into_iter().zip(targets).collect::<Vec<_>>());
}

/// Each fault names the synapse or the cells.
#[test]
fn faulty_lists_are_refused() {
    let fault = |sources: &[u32], targets: &[u32], wiring: &Wiring| {
        List::new(sources.to_vec(), targets).fault(wiring).unwrap_or_default()
    };
    let strict = Wiring { multapses: false, ..between(5, 4, 0) };
    assert!(fault(&[0, 5], &[0, 1], &strict).contains("synapse 1 joins cell 5 to cell 1"));
    assert!(fault(&[0, 4], &[0, 4], &strict).contains("synapse 1 joins cell 4 to cell 4"));
    assert!(fault(&[3, 1, 3], &[2, 2, 2], &strict).contains("cell 3 reaches cell 2 twice"));
    assert_eq!(fault(&[3, 1, 3], &[2, 2, 2], &between(5, 4, 0)), "");
    assert!(fault(&[1, 2], &[0, 2], &within(4, 0)).contains("synapse 1 joins cell 2 to itself"));
    assert_eq!(fault(&[1, 2], &[0, 2], &Wiring { autapses: true, ..within(4, 0) }), "");
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

/// Rules between sets that overlap, checked against the sets: no cell reaches itself, all pairs are possible, and pieces of
/// the targets have the synapses of the whole. Would catch rules that compare numbers in the sets instead of cells.
#[test]
fn rules_between_sets_that_overlap() {
    let set = |cells: &[u32]| CellSet::new(cells).unwrap();
    let (pre, post) = (set(&[2, 3, 7, 11, 12, 15]), set(&[0, 3, 4, 11, 15, 17, 18]));
    let places: Vec<[f64; 3]> = (0..20).map(|x| [f64::from(x), 0.0, 0.0]).collect();
    let wiring = |multapses| Wiring {
        n_pre: 6,
        n_post: 7,
        within: true,
        autapses: false,
        multapses,
        pre_cells: Some(&pre),
        post_cells: Some(&post),
        pre_positions: Some(&places),
        post_positions: Some(&places),
        ..between(6, 7, 21)
    };
    assert_eq!((wiring(false).pairs(), wiring(false).least_sources(), wiring(false).least_targets()), (39, 5, 6));
    let near = ByDistance { p_max: 0.9, kernel: Kernel::Step, length_um: f64::NAN, cutoff_um: 8.0 };
    let rules: [(&dyn Connector, bool, usize); 8] = [
        (&AllToAll, false, 39),
        (&FixedInDegree { in_degree: 5 }, false, 35),
        (&FixedInDegree { in_degree: 9 }, true, 63),
        (&FixedOutDegree { out_degree: 6 }, false, 36),
        (&FixedOutDegree { out_degree: 9 }, true, 54),
        (&FixedTotalNumber { synapses: 39 }, false, 39),
        (&FixedTotalNumber { synapses: 200 }, true, 200),
        (&near, false, 0),
    ];
    for (rule, multapses, expected) in rules {
        let wiring = wiring(multapses);
        let all = pairs(rule, &wiring);
        assert!(all.len() == expected || expected == 0, "{}: {}", rule.name(), all.len());
        assert!(all.iter().all(|pair| pre.at(pair.source) != post.at(pair.target)), "{}", rule.name());
        let mut pieces = pairs_onto(rule, &wiring, 0..3);
        pieces.extend(pairs_onto(rule, &wiring, 3..7));
        let key = |pair: &Pair| (pair.target, pair.source, pair.number);
        let (mut all, mut pieces) = (all, pieces);
        all.sort_by_key(key);
        pieces.sort_by_key(key);
        assert_eq!(all, pieces, "{}", rule.name());
        let far = |pair: &Pair| f64::from(pre.at(pair.source).abs_diff(post.at(pair.target)));
        assert!(rule.name() != "by_distance" || (!all.is_empty() && all.iter().all(|pair| far(pair) <= 8.0)));
    }
}

/// A total is spread over pairs, not over targets: a target with one source less has that much less. Five standard errors.
#[test]
fn a_total_between_sets_is_uniform_over_pairs() {
    let set = |cells: &[u32]| CellSet::new(cells).unwrap();
    let (pre, post) = (set(&[4, 5]), set(&[5, 6, 7]));
    for multapses in [false, true] {
        let (mut counts, synapses, networks) = ([[0.0_f64; 3]; 2], 3_u32, 4000);
        for owner in 0..networks {
            let wiring = Wiring {
                within: true,
                autapses: false,
                multapses,
                pre_cells: Some(&pre),
                post_cells: Some(&post),
                ..between(2, 3, owner)
            };
            let rule = FixedTotalNumber { synapses: u64::from(synapses) };
            pairs(&rule, &wiring).iter().for_each(|pair| counts[pair.source as usize][pair.target as usize] += 1.0);
        }
        assert_eq!(counts[1][0], 0.0, "5 does not reach itself");
        let expected = f64::from(networks * synapses) / 5.0;
        let others = counts.iter().flatten().filter(|count| **count > 0.0);
        assert_eq!(others.clone().count(), 5);
        others.for_each(|count| assert!((count - expected).abs() < 5.0 * expected.sqrt(), "{multapses}: {counts:?}"));
    }
}
