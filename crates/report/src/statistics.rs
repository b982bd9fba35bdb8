//! Rates, regularity and synchrony of recorded spikes.
//!
//! # Equations
//!
//! Over a window of length T, for a population of N cells with n spikes:
//!
//! ```text
//! rate      = n / (N T)
//! CV of ISI = √(⟨(I − ⟨I⟩)²⟩) / ⟨I⟩     over the intervals I of one cell that has at least two of them;
//!                                        of a population: the mean over such cells
//! synchrony = ⟨(c − ⟨c⟩)²⟩ / ⟨c⟩         over the counts c of the population in whole bins of 3 ms
//! ```
//!
//! Bins hold the edge that their window holds: (a, b] of a simulation, where a spike at a time is of the step that ends there.
//!
//! Where cells were not observed throughout ([`crate::Observed`]), N T is the time for which they were, all added up;
//! intervals that a gap cuts and bins in which a cell was not seen are left out; and the active are a fraction of the cells
//! that were seen. Where no cell was seen at all there is no rate: silence is what somebody has looked at.
//!
//! Variances divide by the number of values, not by one less. A Poisson train has CV 1 and, if cells
//! are independent, synchrony 1; a regular train has CV 0. Synchrony is the measure of \[Potjans2014\].
//!
//! # Numerics
//!
//! A spike that rounding has put within 10⁻⁶ bins beside the edge of a bin counts as one on it, so that
//! times on the grid of a simulation fall where exact arithmetic would put them.

use crate::{Error, Observed, PopulationSpikes, Window};

/// Width of the bins in which [`PopulationStatistics::synchrony`] counts, ms.
pub const SYNCHRONY_BIN_MS: f64 = 3.0;

const EDGE: f64 = 1e-6;
const MOST_BINS: f64 = 1e7;

/// The numbers of one population in one window.
#[derive(Debug, Clone, PartialEq)]
pub struct PopulationStatistics {
    /// Name of the population.
    pub name: String,
    /// Number of cells.
    pub cells: u64,
    /// Number of spikes in the window.
    pub spikes: u64,
    /// Mean rate of a cell, Hz; 0 if there are no cells, none if none of them was observed in the window.
    pub rate_hz: Option<f64>,
    /// Fraction of the cells that fired at all; 0 if there are no cells, none if none of them was observed in the window.
    pub active_fraction: Option<f64>,
    /// Mean coefficient of variation of the inter-spike intervals, if any cell has one.
    pub cv_isi: Option<f64>,
    /// Number of cells behind `cv_isi`.
    pub cv_cells: u64,
    /// Variance over mean of the population's count in bins of [`SYNCHRONY_BIN_MS`], if defined.
    pub synchrony: Option<f64>,
}

/// The numbers of one cell in one window.
#[derive(Debug, Clone, PartialEq)]
pub struct CellStatistics {
    /// The cell.
    pub node_id: u64,
    /// Number of its spikes.
    pub spikes: u64,
    /// Its rate, Hz; none if it was not observed in the window.
    pub rate_hz: Option<f64>,
    /// Coefficient of variation of its intervals; none with fewer than three spikes.
    pub cv_isi: Option<f64>,
}

/// The rate of a population over time.
#[derive(Debug, Clone, PartialEq)]
pub struct RateHistogram {
    /// Start of the first bin, ms.
    pub from_ms: f64,
    /// Width of a bin, ms.
    pub bin_ms: f64,
    /// Mean rate of a cell in each bin, Hz; NaN where no cell was observed. A last bin cut short by the
    /// window's end is normalised by what is left of it.
    pub rates_hz: Vec<f64>,
}

/// Rate, active fraction, regularity and synchrony of a population.
pub fn population_statistics(population: &PopulationSpikes, window: Window) -> PopulationStatistics {
    let active = cell_statistics(population, window);
    let spikes: u64 = active.iter().map(|cell| cell.spikes).sum();
    let cvs: Vec<f64> = active.iter().filter_map(|cell| cell.cv_isi).collect();
    PopulationStatistics {
        name: population.name.clone(),
        cells: population.cells,
        spikes,
        rate_hz: mean_rate_hz(population, spikes, window),
        active_fraction: active_fraction(population, active.len(), window),
        cv_isi: mean(&cvs),
        cv_cells: cvs.len() as u64,
        synchrony: synchrony(population, window, SYNCHRONY_BIN_MS).ok().flatten(),
    }
}

/// Mean rate of a cell of any of the populations, Hz; none if no cell was observed.
pub(crate) fn mean_of_all_hz(populations: &[PopulationSpikes], window: Window) -> Option<f64> {
    let spikes = populations.iter().map(|own| own.within(window).count()).sum::<usize>();
    if populations.iter().all(|own| own.observed == Observed::Throughout) {
        let cells = populations.iter().map(|own| own.cells).fold(0, u64::saturating_add);
        return Some(per_cell(spikes as f64 * 1e3 / window.duration_ms(), cells));
    }
    over(spikes as f64 * 1e3, populations.iter().map(|own| own.observed.of_all_ms(own.cells, window)).sum())
}

/// Over the time for which the cells were observed.
fn mean_rate_hz(population: &PopulationSpikes, spikes: u64, window: Window) -> Option<f64> {
    match &population.observed {
        Observed::Throughout => Some(per_cell(spikes as f64 * 1e3 / window.duration_ms(), population.cells)),
        observed => over(spikes as f64 * 1e3, observed.of_all_ms(population.cells, window)),
    }
}

/// Of the cells that were observed.
fn active_fraction(population: &PopulationSpikes, active: usize, window: Window) -> Option<f64> {
    let seen = population.observed.seen(population.cells, window);
    (seen > 0 || population.observed == Observed::Throughout).then(|| per_cell(active as f64, seen))
}

/// Rate and regularity of every cell that fired in the window, by cell. The others were silent, or were not observed.
pub fn cell_statistics(population: &PopulationSpikes, window: Window) -> Vec<CellStatistics> {
    let mut spikes: Vec<(f64, u64)> = population.within(window).collect();
    spikes.sort_by(|a, b| a.1.cmp(&b.1).then(a.0.total_cmp(&b.0)));
    let by_cell = spikes.chunk_by(|a, b| a.1 == b.1);
    by_cell
        .map(|train| CellStatistics {
            node_id: train[0].1,
            spikes: train.len() as u64,
            rate_hz: over(train.len() as f64 * 1e3, population.observed.of_cell_ms(train[0].1, window)),
            cv_isi: cv_of_intervals(train, &population.observed),
        })
        .collect()
}

/// Rate of the population over time, in bins of `bin_ms`.
pub fn rate_histogram(population: &PopulationSpikes, window: Window, bin_ms: f64) -> Result<RateHistogram, Error> {
    pooled_rate(std::slice::from_ref(population), window, bin_ms)
}

/// Variance over mean (Fano factor) of the population's spike count in the whole bins of `bin_ms`
/// that fit in the window; none if there is no spike in them.
pub fn synchrony(population: &PopulationSpikes, window: Window, bin_ms: f64) -> Result<Option<f64>, Error> {
    let whole = bins(window.duration_ms() / bin_ms + EDGE, window, bin_ms)?;
    let counts = counts(population.within(window).map(|(time_ms, _)| time_ms), window, bin_ms, whole + 1);
    let is_seen = |bin: usize| {
        let edges = [bin, bin + 1].map(|edge| window.from_ms() + bin_ms * edge as f64);
        population.observed.is_whole(population.cells, window, edges)
    };
    let seen: Vec<f64> = (0..whole).filter(|bin| is_seen(*bin)).map(|bin| counts[bin]).collect();
    Ok(relative_variance(&seen))
}

/// Rate over time of all cells of some populations together.
pub(crate) fn pooled_rate(
    populations: &[PopulationSpikes],
    window: Window,
    bin_ms: f64,
) -> Result<RateHistogram, Error> {
    let number = bins((window.duration_ms() / bin_ms - EDGE).ceil(), window, bin_ms)?;
    let times_ms = populations.iter().flat_map(|own| own.within(window).map(|(time_ms, _)| time_ms));
    let mut rates_hz = counts(times_ms, window, bin_ms, number);
    let last_ms = window.duration_ms() - bin_ms * (number - 1) as f64;
    let is_whole = populations.iter().all(|own| own.observed == Observed::Throughout);
    let cells = populations.iter().map(|own| own.cells).fold(0, u64::saturating_add);
    for (bin, rate) in rates_hz.iter_mut().enumerate() {
        let width_ms = if bin + 1 == number { last_ms } else { bin_ms };
        let from_ms = window.from_ms() + bin_ms * bin as f64;
        *rate = match Window::new(from_ms, from_ms + width_ms) {
            Ok(part) if !is_whole => {
                let observed_ms = populations.iter().map(|own| own.observed.of_all_ms(own.cells, part)).sum();
                over(*rate * 1e3, observed_ms).unwrap_or(f64::NAN)
            }
            _ => per_cell(*rate * 1e3 / width_ms, cells),
        };
    }
    Ok(RateHistogram { from_ms: window.from_ms(), bin_ms, rates_hz })
}

fn bins(number: f64, window: Window, bin_ms: f64) -> Result<usize, Error> {
    if bin_ms > 0.0 && (1.0..=MOST_BINS).contains(&number) {
        Ok(whole(number))
    } else {
        Err(Error::BadBin { bin_ms, window_ms: window.duration_ms() })
    }
}

fn counts(times_ms: impl Iterator<Item = f64>, window: Window, bin_ms: f64, number: usize) -> Vec<f64> {
    let mut counts = vec![0.0; number];
    for time_ms in times_ms {
        let bin = whole(window.bin_of(time_ms, bin_ms, EDGE));
        counts[bin.min(number - 1)] += 1.0;
    }
    counts
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to numbers that are exact")]
fn whole(value: f64) -> usize {
    value.clamp(0.0, 1e9) as usize
}

fn cv_of_intervals(train: &[(f64, u64)], observed: &Observed) -> Option<f64> {
    let is_seen = |pair: &&[(f64, u64)]| observed.is_without_gap(pair[0].1, pair[0].0, pair[1].0);
    let intervals: Vec<f64> = train.windows(2).filter(is_seen).map(|pair| pair[1].0 - pair[0].0).collect();
    if intervals.len() < 2 {
        return None;
    }
    let mean = mean(&intervals).filter(|&mean| mean > 0.0)?;
    Some((relative_variance(&intervals)? / mean).sqrt())
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Variance over mean, none if the mean is not positive.
fn relative_variance(values: &[f64]) -> Option<f64> {
    let mean = mean(values).filter(|&mean| mean > 0.0)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some(squares / values.len() as f64 / mean)
}

/// None where nobody looked.
fn over(total: f64, time_ms: f64) -> Option<f64> {
    (time_ms > 0.0).then(|| total / time_ms)
}

fn per_cell(total: f64, cells: u64) -> f64 {
    if cells == 0 { 0.0 } else { total / cells as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn population(cells: u64, mut spikes: Vec<(f64, u64)>) -> PopulationSpikes {
        spikes.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (times_ms, node_ids) = spikes.into_iter().unzip();
        PopulationSpikes { name: "p".into(), cells, times_ms, node_ids, ..Default::default() }
    }

    fn window(to_ms: f64) -> Window {
        Window::new(0.0, to_ms).unwrap()
    }

    /// Uniform in (0, 1], from splitmix64.
    fn uniform(counter: u64) -> f64 {
        let mut z = counter.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (((z ^ (z >> 31)) >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    fn poisson(cells: u64, rate_hz: f64, to_ms: f64) -> PopulationSpikes {
        let mut spikes = Vec::new();
        for cell in 0..cells {
            let mut time_ms = 0.0;
            for draw in 0.. {
                time_ms -= uniform((cell << 32) + draw + 1).ln() * 1e3 / rate_hz;
                if time_ms >= to_ms {
                    break;
                }
                spikes.push((time_ms, cell));
            }
        }
        population(cells, spikes)
    }

    #[test]
    fn a_small_example_by_hand() {
        // Cell 0: intervals 10 and 30, mean 20, deviation 10: CV 1/2. Cell 3: two spikes, one interval, no CV.
        let population = population(4, vec![(10.0, 0), (20.0, 0), (50.0, 0), (7.0, 3), (9.0, 3), (150.0, 1)]);
        let numbers = population_statistics(&population, window(100.0));
        assert_eq!((numbers.spikes, numbers.cells, numbers.cv_cells), (5, 4, 1));
        assert_eq!(numbers.rate_hz, Some(12.5));
        assert_eq!(numbers.active_fraction, Some(0.5));
        assert_eq!(numbers.cv_isi, Some(0.5));
        let cells = cell_statistics(&population, window(100.0));
        assert_eq!(cells.iter().map(|cell| (cell.node_id, cell.spikes)).collect::<Vec<_>>(), [(0, 3), (3, 2)]);
        assert_eq!((cells[0].rate_hz, cells[1].cv_isi), (Some(30.0), None));
    }

    #[test]
    fn a_regular_train_has_no_variation() {
        let trains = (0..50).flat_map(|k| [(f64::from(k) * 20.0, 0), (f64::from(k) * 20.0 + 5.0, 1)]);
        let numbers = population_statistics(&population(2, trains.collect()), window(1000.0));
        assert_eq!((numbers.cv_isi, numbers.cv_cells, numbers.rate_hz), (Some(0.0), 2, Some(50.0)));
    }

    #[test]
    fn a_poisson_train_is_as_irregular_as_theory_says() {
        let numbers = population_statistics(&poisson(400, 20.0, 20_000.0), window(20_000.0));
        // 400 x 20 Hz x 20 s = 160,000 expected spikes, relative error 1/400; CV of 400 intervals, 400 times.
        assert!((numbers.rate_hz.unwrap() - 20.0).abs() < 0.2, "{:?}", numbers.rate_hz);
        assert!((numbers.cv_isi.unwrap() - 1.0).abs() < 0.01, "{:?}", numbers.cv_isi);
        // Deviation of a Fano factor over 6666 bins: sqrt(2 / 6666) = 0.017.
        assert!((numbers.synchrony.unwrap() - 1.0).abs() < 0.06, "{:?}", numbers.synchrony);
        assert_eq!((numbers.active_fraction, numbers.cv_cells), (Some(1.0), 400));
    }

    #[test]
    fn synchrony_of_counts_by_hand() {
        // Counts 4, 0, 2 in whole bins of 3 ms (the spike at 9.5 is in no whole bin): mean 2, variance 8/3.
        let spikes = vec![(0.0, 0), (1.0, 1), (2.0, 0), (2.9, 2), (6.0, 1), (8.9, 0), (9.5, 2)];
        let population = population(3, spikes);
        let value = synchrony(&population, window(10.0), 3.0).unwrap().unwrap();
        assert!((value - 4.0 / 3.0).abs() < 1e-12);
        assert_eq!(population_statistics(&population, window(10.0)).synchrony, Some(value));
        assert_eq!(synchrony(&population, Window::new(100.0, 200.0).unwrap(), 3.0).unwrap(), None);
    }

    #[test]
    fn identical_trains_are_as_synchronous_as_they_are_many() {
        let shared = poisson(1, 50.0, 30_000.0);
        let spikes = shared.times_ms.iter().flat_map(|&time| (0..25).map(move |cell| (time, cell)));
        let one = synchrony(&shared, window(30_000.0), 3.0).unwrap().unwrap();
        let all = synchrony(&population(25, spikes.collect()), window(30_000.0), 3.0).unwrap().unwrap();
        assert!((all - 25.0 * one).abs() < 1e-9);
    }

    #[test]
    fn the_histogram_conserves_spikes_and_keeps_the_grid() {
        // 0.1 x 3 and the like are not exact; every bin of 0.3 ms must hold three of the steps of 0.1 ms.
        let spikes = (0..30).map(|step| (f64::from(step) * 0.1, 0)).collect();
        let histogram = rate_histogram(&population(2, spikes), window(3.0), 0.3).unwrap();
        assert_eq!(histogram.rates_hz.len(), 10);
        assert!(histogram.rates_hz.iter().all(|rate| (rate - 5000.0).abs() < 1e-6), "{:?}", histogram.rates_hz);
    }

    #[test]
    fn a_last_short_bin_is_normalised_by_its_length() {
        let histogram = rate_histogram(&population(1, vec![(0.5, 0), (4.2, 0)]), window(5.0), 2.0).unwrap();
        assert_eq!(histogram.rates_hz, [500.0, 0.0, 1000.0]);
    }

    #[test]
    fn silence_and_nobody_are_not_errors() {
        for cells in [0, 7] {
            let numbers = population_statistics(&population(cells, vec![]), window(10.0));
            assert_eq!((numbers.rate_hz, numbers.active_fraction, numbers.cv_isi), (Some(0.0), Some(0.0), None));
            assert_eq!(numbers.synchrony, None);
        }
    }

    /// Cell 0 is not seen from 40 to 60 ms, cell 1 only up to 50 ms. Would catch division by the length of the window, an
    /// interval over a gap, and counts of silence where nobody looked.
    #[test]
    fn what_was_not_observed_does_not_count() {
        let trains = vec![(10.0, 0), (20.0, 0), (40.0, 0), (70.0, 0), (80.0, 0), (5.0, 1)];
        let mut seen = population(2, trains);
        seen.observed = Observed::Each(vec![vec![[0.0, 40.0], [60.0, 100.0]], vec![[0.0, 50.0]]]);
        let numbers = population_statistics(&seen, window(100.0));
        assert!((numbers.rate_hz.unwrap() - 6.0e3 / 130.0).abs() < 1e-12, "{:?}", numbers.rate_hz);
        // Intervals 10, 20 and 10: mean 40/3, variance 200/9.
        assert!((numbers.cv_isi.unwrap() - (200.0_f64 / 9.0).sqrt() / (40.0 / 3.0)).abs() < 1e-12);
        assert_eq!(cell_statistics(&seen, window(100.0))[1].rate_hz, Some(20.0));
        let histogram = rate_histogram(&seen, window(100.0), 50.0).unwrap();
        assert!((histogram.rates_hz[0] - 4.0e3 / 90.0).abs() < 1e-12 && histogram.rates_hz[1] == 50.0);
        // Bins of 20 ms in which both are seen: two, with 2 spikes and 1.
        assert_eq!(synchrony(&seen, window(100.0), 20.0).unwrap(), Some(0.25 / 1.5));
        assert_eq!(population_statistics(&seen, Window::new(60.0, 100.0).unwrap()).active_fraction, Some(1.0));
    }

    /// Once a rate of 0 Hz: from 50 to 60 ms nobody looked at either cell.
    #[test]
    fn where_nobody_looked_there_is_no_rate() {
        let mut seen = population(2, vec![(10.0, 0), (70.0, 0), (5.0, 1)]);
        seen.observed = Observed::Each(vec![vec![[0.0, 40.0], [60.0, 100.0]], vec![[0.0, 50.0]]]);
        let gap = Window::new(50.0, 60.0).unwrap();
        let numbers = population_statistics(&seen, gap);
        assert_eq!((numbers.spikes, numbers.rate_hz, numbers.active_fraction), (0, None, None));
        assert_eq!((numbers.cv_isi, numbers.synchrony), (None, None));
        assert_eq!(mean_of_all_hz(&[seen.clone(), seen.clone()], gap), None);
        // 3 spikes in 80 + 50 ms.
        assert!((mean_of_all_hz(std::slice::from_ref(&seen), window(100.0)).unwrap() - 3e3 / 130.0).abs() < 1e-12);
        let rates_hz = rate_histogram(&seen, window(100.0), 10.0).unwrap().rates_hz;
        let unseen: Vec<usize> = (0..10).filter(|bin| rates_hz[*bin].is_nan()).collect();
        assert_eq!(unseen, [5]);
        assert_eq!([rates_hz[0], rates_hz[4], rates_hz[7]], [50.0, 0.0, 100.0]);
        // One population that was looked at is enough for a rate of all.
        let other = PopulationSpikes { name: "q".into(), ..population(1, vec![(55.0, 0)]) };
        assert_eq!(mean_of_all_hz(&[seen, other], gap), Some(100.0));
    }

    #[test]
    fn bins_that_do_not_fit_are_refused() {
        for bin_ms in [0.0, -1.0, f64::NAN, 1e-9, f64::INFINITY] {
            assert!(rate_histogram(&population(1, vec![]), window(10.0), bin_ms).is_err(), "{bin_ms}");
        }
        assert!(synchrony(&population(1, vec![]), window(10.0), 11.0).is_err());
    }
}
