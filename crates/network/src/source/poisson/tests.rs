//! Tests of Poisson trains.

use super::*;
use crate::source::SpikeSource;
use neuropil_core::Stream;

fn counts_of(rate_hz: f64, steps: u64, cells: u32) -> Vec<f64> {
    let key = StreamKey::new(1, Stream::Poisson, 0);
    let sampler = Sampler::new(Rate::Constant(rate_hz), key, Clock::new(0.1).unwrap());
    let mut counts = Vec::new();
    for step in 0..steps {
        let mut now = vec![0.0; cells as usize];
        sampler.visit(step, 0..cells, |cell, count| now[cell as usize] = f64::from(count));
        counts.extend(now);
    }
    counts
}

/// Mean, variance and P(0) of the Poisson law within five standard errors, for small, middling and large means.
#[test]
fn counts_follow_the_poisson_law() {
    for rate_hz in [8.0, 12_800.0, 500_000.0] {
        let lambda = rate_hz * 1e-4;
        let counts = counts_of(rate_hz, 1000, 203);
        let n = counts.len() as f64;
        let mean = counts.iter().sum::<f64>() / n;
        let variance = counts.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / n;
        let zero = counts.iter().filter(|&&c| c == 0.0).count() as f64 / n;
        assert!((mean - lambda).abs() < 5.0 * (lambda / n).sqrt(), "{rate_hz}: mean {mean}");
        let error = ((lambda + 2.0 * lambda * lambda) / n).sqrt();
        assert!((variance - lambda).abs() < 5.0 * error, "{rate_hz}: variance {variance}");
        let p0 = (-lambda).exp();
        assert!((zero - p0).abs() <= 5.0 * (p0 * (1.0 - p0) / n).sqrt(), "{rate_hz}: P(0) {zero}");
    }
}

/// Would catch a window that is a step too long or too early, and trains that depend on their window.
#[test]
fn a_window_leaves_its_spikes_of_the_same_trains() {
    let (key, clock) = (StreamKey::new(4, Stream::Poisson, 2), Clock::new(0.1).unwrap());
    let window = Window { start_ms: 0.5, stop_ms: 0.8 };
    let input = || PoissonInput::new(0, Rate::Constant(9000.0), 1.0, key, clock);
    let source = || PoissonSource::new(Rate::PerCell(vec![9000.0; 200]), key, clock);
    let (windowed, windowed_source) = (input().within(window), source().within(window));
    for step in 1..20 {
        let arrivals = |own: &PoissonInput| {
            let mut plane = vec![0.0; 200];
            own.add(step, 0..200, 1.0, &mut plane);
            plane
        };
        let sent = |own: &PoissonSource| {
            let mut fired = Vec::new();
            own.emit(step, 0..200, &mut fired);
            fired
        };
        // Steps that cover (0.5, 0.8].
        let on = (6..=8).contains(&step);
        assert_eq!(arrivals(&windowed), if on { arrivals(&input()) } else { vec![0.0; 200] }, "step {step}");
        assert_eq!(sent(&windowed_source), if on { sent(&source()) } else { Vec::new() }, "step {step}");
        assert!(!on || !sent(&source()).is_empty());
    }
}

/// Would catch a part whose cells have other trains than they have among all, or a cell beside it that has one.
#[test]
fn a_part_has_the_trains_that_it_has_among_all() {
    let every_third: Vec<u32> = (0..300).step_by(3).collect();
    let rates = [Rate::Constant(9000.0), Rate::PerCell((0..300).map(|cell| f64::from(cell) * 40.0).collect())];
    for (rate, only) in
        rates.iter().flat_map(|rate| [(40..180).collect(), every_third.clone()].map(|only| (rate, only)))
    {
        let key = StreamKey::new(4, Stream::Poisson, 2);
        let all = PoissonInput::new(0, rate.clone(), 0.75, key, Clock::new(0.1).unwrap());
        let only = CellSet::new(only).unwrap();
        let some =
            PoissonInput::new(0, rate.clone(), 0.75, key, Clock::new(0.1).unwrap()).into_only(Some(only.clone()));
        for cells in [0..300, 50..171] {
            let added = |input: &PoissonInput| {
                let mut plane = vec![0.0; cells.len()];
                input.add(7, cells.clone(), 0.75, &mut plane);
                plane
            };
            let kept = |(cell, value)| if only.contains(cell) { value } else { 0.0 };
            assert_eq!(added(&some), cells.clone().zip(added(&all)).map(kept).collect::<Vec<_>>());
            let mut counted = vec![0.0; cells.len()];
            some.counts(7, cells.clone(), |cell, count| {
                counted[(cell - cells.start) as usize] = 0.75 * f64::from(count)
            });
            assert_eq!(added(&some), counted);
        }
    }
}

/// Would catch a group that is drawn otherwise than its cells one by one, at any division and for long tables.
#[test]
fn arrivals_are_those_of_the_cells_one_by_one() {
    for (rate_hz, cells) in [(16_000.0, 5..300), (2.0, 0..64), (16_000.0, 60..70), (900_000.0, 0..200)] {
        let key = StreamKey::new(4, Stream::Poisson, 2);
        let input = PoissonInput::new(0, Rate::Constant(rate_hz), 0.75, key, Clock::new(0.1).unwrap());
        for step in [1, 2, 1 << 34] {
            let mut plane = vec![0.5; cells.len()];
            input.add(step, cells.clone(), 0.75, &mut plane);
            let mut expected = vec![0.5; cells.len()];
            let add = |cell: u32, count| expected[(cell - cells.start) as usize] += 0.75 * f64::from(count);
            input.sampler.visit(step, cells.clone(), add);
            assert_eq!(plane, expected, "{rate_hz} Hz, {cells:?}, step {step}");
        }
    }
}

/// Counts are those of the definition: how many P(N <= k) the 32-bit number of (cell, step) reaches, whose upper half is of the
/// first block of the cell's lane and whose lower half of the second. Among 600,000 draws about 70 need the lower half.
#[test]
fn counts_invert_the_whole_number() {
    let (mean, key) = (1.6, StreamKey::new(4, Stream::Poisson, 2));
    let sampler = Sampler::new(Rate::Constant(16_000.0), key, Clock::new(0.1).unwrap());
    let term = |k: i32| (1..=k).fold(f64::exp(-mean), |term, n| term * mean / f64::from(n));
    let cumulative: Vec<f64> = (0..30).map(|k| (0..=k).map(term).sum()).collect();
    let mut ties = 0;
    for step in 0..2000 {
        let mut drawn = [0; 300];
        sampler.visit(step, 0..300, |cell, count| drawn[cell as usize] = count);
        for (cell, drawn) in (0..).zip(drawn) {
            let half = |number| {
                let word = key.further_block(number, cell / 128 * 16 + cell % 16, step)[(cell / 16 % 4) as usize];
                f64::from(word >> (16 * (cell / 64 % 2)) & 0xFFFF)
            };
            let (upper, lower) = (half(0), half(1));
            let uniform = (upper * 65_536.0 + lower) / 4_294_967_296.0;
            ties += usize::from(cumulative.iter().any(|p| (p * 65_536.0).floor() == upper));
            assert_eq!(drawn as usize, cumulative.iter().filter(|p| uniform >= **p).count(), "{cell}, {step}");
        }
    }
    assert!((30..150).contains(&ties), "{ties}");
}

#[test]
fn trains_of_cells_and_steps_are_independent() {
    let counts = counts_of(5_000.0, 2000, 8);
    let covariance = |lag: usize| {
        let products = counts.iter().zip(&counts[lag..]).map(|(a, b)| (a - 0.5) * (b - 0.5));
        products.sum::<f64>() / (counts.len() - lag) as f64
    };
    for lag in 1..=16 {
        assert!(covariance(lag).abs() < 5.0 * 0.5 / (counts.len() as f64).sqrt(), "lag {lag}");
    }
}

#[test]
fn a_part_of_the_cells_draws_what_the_whole_draws() {
    let source =
        PoissonSource::new(Rate::Constant(3000.0), StreamKey::new(9, Stream::Poisson, 0), Clock::new(1.0).unwrap());
    let emitted = |cells| {
        let mut fired = Vec::new();
        source.emit(17, cells, &mut fired);
        fired
    };
    assert_eq!([emitted(0..7), emitted(7..30)].concat(), emitted(0..30));
}
