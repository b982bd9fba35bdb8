//! Which cells the output of a cell reaches within some synapses.

use crate::Learner;

/// For each cell, in their order, those that at most `hops` synapses lead to; itself is one of them.
pub(crate) fn downstream(learner: &Learner, hops: usize) -> Vec<Vec<usize>> {
    let cells = learner.cells();
    let targets: Vec<Vec<usize>> =
        (0..cells).map(|pre| (0..cells).filter(|post| learner.exists(*post, pre)).collect()).collect();
    let of = |first: usize| {
        let mut found = vec![false; cells];
        found[first] = true;
        let mut last = vec![first];
        for _ in 0..hops {
            let mut next: Vec<usize> = Vec::new();
            for target in last.iter().flat_map(|cell| &targets[*cell]) {
                if !std::mem::replace(&mut found[*target], true) {
                    next.push(*target);
                }
            }
            if next.is_empty() {
                break;
            }
            last = next;
        }
        (0..cells).filter(|cell| found[*cell]).collect()
    };
    (0..cells).map(of).collect()
}
