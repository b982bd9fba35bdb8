//! What cells are called: labels of types, and labels that are shuffled.

use crate::identities::{CLOSE, NOT_RFLO, adjoint, deviation};
use crate::network::{Network, plans};
use crate::simulator::{Travel, simulate};
use neuropil_plasticity::types::TypeMatrix;
use neuropil_plasticity::{Learner, Matrix};
use proptest::prelude::*;

const BY_TYPE: [&str; 3] = ["modprop_type", "mdgl_type_all", "modprop_type_S"];

/// All orders of so many numbers.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let before = orders(count - 1);
    let with_last = |order: &Vec<usize>, place: usize| {
        let mut own = order.clone();
        own.insert(place, count - 1);
        own
    };
    before.iter().flat_map(|order| (0..count).map(move |place| with_last(order, place))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Other names of the same types change nothing; where every cell is a type of its own, no labels matter; over equal weights,
    /// those of a cell to itself among them, and one μ, any labels do the same. Would catch a rule that reads a type as a number.
    #[test]
    fn names_of_types_do_not_matter(plan in plans(NOT_RFLO), by in 1_usize..5) {
        let network = Network::new(&plan);
        let outcome = simulate(&network, &Travel::Exact, None);
        let learner = network.learner;
        let renamed = Learner {
            type_id: learner.type_id.iter().map(|own| 1 - own).collect(),
            mu: learner.mu.iter().rev().copied().collect(),
            ..learner.clone()
        };
        let apart = |shift: usize| Learner {
            type_id: (0..plan.cells).map(|cell| (cell + shift) % plan.cells).collect(),
            mu: vec![0.25; plan.cells],
            ..learner.clone()
        };
        let even = |labels: Vec<usize>| Learner {
            w_rec: Matrix::from_fn(plan.cells, plan.cells, |_, _| 0.3),
            type_id: labels,
            mu: vec![0.2; 2],
            autapses: true,
            mask: None,
            sign: vec![1; plan.cells],
            ..learner.clone()
        };
        let shifted: Vec<usize> = (0..plan.cells).map(|cell| learner.type_id[(cell + by) % plan.cells]).collect();
        for name in BY_TYPE {
            let pairs = [
                (learner.clone(), renamed.clone()),
                (apart(0), apart(by)),
                (even(learner.type_id.clone()), even(shifted.clone())),
            ];
            for (place, (one, other)) in pairs.iter().enumerate() {
                let [one, other] = [one, other].map(|own| adjoint(name, own, &outcome));
                prop_assert!(deviation(&one, &other) < CLOSE, "{name} {place}");
            }
        }
    }
}

/// Over all orders of the labels the mean of W_ab is the mean weight of all pairs, times (n − 1)/n within a type of n cells: shuffled
/// labels are no credit of 0, but the same broadcast to all.
#[test]
fn shuffled_labels_are_a_uniform_broadcast() {
    let (network, _) = crate::faults::network(crate::network::Kind::Lif);
    let learner = network.learner;
    let n = learner.cells();
    let all = orders(n);
    assert_eq!(all.len(), 120);
    let mut mean = Matrix::zeros(2, 2);
    for order in &all {
        let type_id = order.iter().map(|cell| learner.type_id[*cell]).collect();
        mean.add(&TypeMatrix::all(&Learner { type_id, ..learner.clone() }).total());
    }
    let over_pairs = learner.w_rec.values().iter().sum::<f64>() / (n * (n - 1)) as f64;
    for (a, b) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let size = learner.type_id.iter().filter(|own| **own == a).count() as f64;
        let expected = if a == b { over_pairs * (size - 1.0) / size } else { over_pairs };
        let found = mean[(a, b)] / all.len() as f64;
        assert!((found - expected).abs() < 1e-14, "{a} {b}: {found}, {expected}");
    }
}
