//! Lists of synapses.

use super::*;

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
