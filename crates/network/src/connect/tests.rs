//! Rules of wiring.

mod degrees;
mod lists;
mod sampling;
mod sets;

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

/// Any division of the targets gives the same pairs with the same keys, in the same order; every key
/// (entity, number) occurs once. Would catch a draw or a number that depends on the block, and synapses that share their weights'
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
                    assert!(whole == parts.concat(), "{}", rule.name());
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
