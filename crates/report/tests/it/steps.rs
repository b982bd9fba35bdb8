//! Bins of a simulation hold the steps that end in them.

use neuropil_report::{PopulationSpikes, Window, rate_histogram, synchrony};

fn population(cells: u64, spikes: Vec<(f64, u64)>) -> PopulationSpikes {
    let (times_ms, node_ids) = spikes.into_iter().unzip();
    PopulationSpikes { name: "p".into(), cells, times_ms, node_ids, ..Default::default() }
}

/// A clock has no synchrony but 0, in any window. Would catch bins [a, b) in a window (a, b], which held 2, 3, .. 3 of its
/// spikes and lost those at the end.
#[test]
fn a_clock_of_steps_has_equal_bins() {
    let clock = |period: u32| {
        let spikes = (1..=48).filter(|step| step % period == 0);
        population(10, spikes.flat_map(|step| (0..10).map(move |cell| (f64::from(step), cell))).collect())
    };
    for period in [1, 3] {
        for (from_ms, to_ms) in [(0.0, 48.0), (12.0, 24.0)] {
            let window = Window::of_steps(from_ms, to_ms).unwrap();
            assert_eq!(synchrony(&clock(period), window, 3.0).unwrap(), Some(0.0), "{period} {from_ms} {to_ms}");
        }
    }
    let steps = Window::of_steps(0.0, 48.0).unwrap();
    let rates_hz = rate_histogram(&clock(1), steps, 1.0).unwrap().rates_hz;
    assert_eq!((rates_hz.len(), rates_hz.iter().all(|rate| *rate == 1000.0)), (48, true), "{rates_hz:?}");
    // By hand: (0, 3], (3, 6], (6, 9] hold 1, 3 and 2 spikes, and the one at 9.5 ms is in no whole bin.
    let few = population(3, vec![(3.0, 0), (3.1, 1), (5.0, 0), (6.0, 2), (6.1, 1), (9.0, 0), (9.5, 2)]);
    let value = synchrony(&few, Window::of_steps(0.0, 10.0).unwrap(), 3.0).unwrap().unwrap();
    assert!((value - (2.0 / 3.0) / 2.0).abs() < 1e-12, "{value}");
}
