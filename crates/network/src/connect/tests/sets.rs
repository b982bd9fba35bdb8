//! Rules between some cells of populations.

use super::*;

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
