//! What every synapse model keeps, whatever its equations: run for all of the table.

use super::{Entry, MODELS, SenderState, Sent};
use neuropil_core::Clock;

/// Spikes of cells 0, 1 and 2 (step, cell), some in the same step, some soon after others.
const SPIKES: [(u64, u32); 12] =
    [(1, 1), (4, 0), (4, 2), (5, 0), (5, 1), (60, 0), (61, 0), (61, 1), (61, 2), (900, 1), (5000, 0), (5001, 2)];

fn defaults(entry: &Entry) -> Vec<f64> {
    entry.info.parameters.iter().map(|row| row.default).collect()
}

fn senders() -> impl Iterator<Item = &'static Entry> {
    MODELS.iter().filter(|entry| entry.build(&defaults(entry)).sender().is_some())
}

/// The factors of the spikes of cells from `first` on, and the state after them.
fn run(entry: &Entry, first: u32, cells: u32) -> (Vec<(u64, u32, f64)>, SenderState) {
    let model = entry.build(&defaults(entry));
    let model = model.sender().unwrap();
    let mut state = model.rest(cells as usize);
    let (clock, mut all) = (Clock::new(0.1).unwrap(), Vec::new());
    let mut steps: Vec<u64> = SPIKES.iter().map(|spike| spike.0).collect();
    steps.dedup();
    for step in steps {
        let own = SPIKES.iter().filter(|spike| spike.0 == step && (first..first + cells).contains(&spike.1));
        let fired: Vec<u32> = own.map(|spike| 40 + spike.1).collect();
        let mut factors = Vec::new();
        model.send(&mut state, Sent { clock, step, fired: &fired, first_id: 40 + first }, &mut factors);
        assert_eq!(factors.len(), fired.len(), "{}", entry.info.name);
        all.extend(fired.iter().zip(factors).map(|(id, factor)| (step, id - 40, factor)));
    }
    (all, state)
}

/// Cells do not know each other: three at once are each as alone. Would catch state that one cell writes into another's.
#[test]
fn cells_are_independent() {
    for entry in senders() {
        let (together, state) = run(entry, 0, 3);
        let mut joined = SenderState::empty(entry.info);
        for cell in 0..3 {
            let (alone, own) = run(entry, cell, 1);
            let of_cell: Vec<_> = together.iter().copied().filter(|spike| spike.1 == cell).collect();
            assert_eq!(alone, of_cell, "{}", entry.info.name);
            assert_eq!(state.part(cell as usize..cell as usize + 1), own, "{}", entry.info.name);
            joined.append(&own);
        }
        assert_eq!(joined, state, "{}", entry.info.name);
    }
}

/// After a silence that is long beside every time constant, a spike is as the first.
#[test]
fn rest_is_reached() {
    for entry in senders() {
        let model = entry.build(&defaults(entry));
        let model = model.sender().unwrap();
        let (mut state, clock) = (model.rest(1), Clock::new(0.1).unwrap());
        let mut factors = Vec::new();
        for step in [10, 30, 1_000_000_000] {
            model.send(&mut state, Sent { clock, step, fired: &[0], first_id: 0 }, &mut factors);
        }
        assert_eq!(factors[0], factors[2], "{}", entry.info.name);
        assert_ne!(factors[0], factors[1], "{}", entry.info.name);
    }
}

/// Names are those of one model each, and parameters come back as they were given.
#[test]
fn tables_are_sound() {
    for (index, entry) in MODELS.iter().enumerate() {
        assert!(MODELS[..index].iter().all(|other| other.info.name != entry.info.name), "{}", entry.info.name);
        let values: Vec<f64> = defaults(entry).iter().map(|value| value + 0.25).collect();
        assert_eq!(entry.build(&values).parameters(), values, "{}", entry.info.name);
        assert_eq!(entry.build(&values).info(), entry.info);
    }
}
