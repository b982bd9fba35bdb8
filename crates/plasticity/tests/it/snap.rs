//! SnAp-n: e-prop, the exact gradient, and what lies between.

use crate::identities::{ALL, CLOSE, NOT_RFLO, adjoint, deviation};
use crate::network::{Network, plans};
use crate::simulator::{Travel, simulate};
use neuropil_plasticity::{Gradient, Learner, Matrix};
use proptest::prelude::*;

/// Cells within so many synapses behind a cell, by powers of the graph.
fn behind(learner: &Learner, first: usize, hops: usize) -> Vec<bool> {
    let n = learner.cells();
    let mut found: Vec<bool> = (0..n).map(|cell| cell == first).collect();
    for _ in 0..hops {
        found = (0..n).map(|post| found[post] || (0..n).any(|pre| found[pre] && learner.exists(post, pre))).collect();
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Where no cell connects to itself, the cell alone is e-prop. Would catch credit that comes over a synapse.
    #[test]
    fn snap_1_is_eprop(plan in plans(NOT_RFLO)) {
        let network = Network::new(&plan);
        let outcome = simulate(&network, &Travel::Exact, None);
        let [snap, eprop] = ["snap_1", "eprop"].map(|name| adjoint(name, &network.learner, &outcome));
        prop_assert!(deviation(&snap, &eprop) < CLOSE);
    }

    /// As many steps of the network as there are cells lead everywhere: the exact gradient.
    #[test]
    fn far_hops_are_exact(plan in plans(ALL)) {
        let network = Network::new(&plan);
        let outcome = simulate(&network, &Travel::Exact, None);
        let mut learner = network.learner;
        learner.rules.hops = plan.cells;
        prop_assert!(deviation(&adjoint("snap_n", &learner, &outcome), &adjoint("bptt", &learner, &outcome)) < CLOSE);
    }

    /// The synapses onto a cell have the exact gradient of a network in which nothing leaves the cells within n − 1 synapses behind it; `snap_2` is `snap_n` of n = 2. Would catch a
    /// set of cells that is too large or too small, and paths that leave it and come back.
    #[test]
    fn snap_is_the_derivative_of_the_network_behind_a_cell(plan in plans(ALL), hops in 1_usize..4) {
        let network = Network::new(&plan);
        let outcome = simulate(&network, &Travel::Exact, None);
        let mut learner = network.learner;
        learner.rules.hops = hops;
        let n = plan.cells;
        let found = adjoint("snap_n", &learner, &outcome);
        let mut expected = Gradient { w_in: Matrix::zeros(n, learner.inputs()), ..found.clone() };
        for cell in 0..n {
            let followed = behind(&learner, cell, hops - 1);
            let mut cut = learner.clone();
            for (post, pre) in (0..n * n).map(|place| (place / n, place % n)) {
                if followed[pre] && !followed[post] {
                    cut.w_rec[(post, pre)] = 0.0;
                }
            }
            let exact = adjoint("bptt", &cut, &outcome);
            expected.w_in.row_mut(cell).copy_from_slice(exact.w_in.row(cell));
            expected.w_rec.row_mut(cell).copy_from_slice(exact.w_rec.row(cell));
        }
        prop_assert!(deviation(&found, &expected) < CLOSE);
        if hops == 2 {
            prop_assert!(deviation(&adjoint("snap_2", &learner, &outcome), &found) == 0.0);
        }
    }
}
