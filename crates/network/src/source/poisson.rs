//! Poisson spikes: independent trains onto cells (`poisson` inputs), or cells that send them (`poisson_source`).
//!
//! # Equations
//! The number of spikes of a step of length h at rate r is Poisson with mean λ = r h, independent of all others. It
//! is drawn by inversion: the count of cumulative probabilities P(N ≤ k) that a uniform number exceeds. One 32-bit
//! number a cell and step, so probabilities are exact to 2^-32.
//!
//! # References
//! \[Devroye1986\] section X.3 (inversion).

use super::{Rate, SpikeSource};
use neuropil_core::simd::vectorized;
use neuropil_core::{Clock, Real, StreamKey};
use std::ops::Range;

/// Largest mean count of a step that is drawn (its table has about as many entries).
pub const MAX_MEAN_COUNT: f64 = 10_000.0;

/// The cumulative distribution of a Poisson count, for inversion.
#[derive(Debug, Clone, PartialEq)]
struct Counts {
    /// P(N <= k) in units of 2^-32, rounded down, up to where it reaches 1.
    cumulative: Vec<u32>,
    /// For each value of the upper 8 bits, how many entries certainly lie below.
    guide: Vec<u32>,
}

impl Counts {
    fn new(mean: f64) -> Self {
        let mut counts = Self { cumulative: Vec::new(), guide: Vec::new() };
        counts.set(mean);
        counts
    }

    /// Rebuilds the table in place.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 <= P < 1; tables are short")]
    fn set(&mut self, mean: f64) {
        self.cumulative.clear();
        self.guide.clear();
        let mut log_factorial = 0.0;
        let mut sum = 0.0;
        for k in 0_u32.. {
            let n = f64::from(k);
            if k > 0 {
                log_factorial += n.ln();
            }
            sum += if mean > 0.0 { (n * mean.ln() - mean - log_factorial).exp() } else { 1.0 };
            let scaled = sum * 4_294_967_296.0;
            if scaled >= 4_294_967_295.0 || n > mean + 12.0 * mean.sqrt() + 40.0 {
                break;
            }
            self.cumulative.push(scaled as u32);
        }
        let cumulative = &self.cumulative;
        self.guide.extend((0..256_u32).map(|upper| cumulative.partition_point(|&p| p <= upper << 24) as u32));
    }

    /// The count of a uniform 32-bit number.
    #[inline]
    fn invert(&self, uniform: u32) -> u32 {
        let mut count = self.guide[(uniform >> 24) as usize];
        while self.cumulative.get(count as usize).is_some_and(|&p| uniform >= p) {
            count += 1;
        }
        count
    }
}

/// Tables for the cells of a population.
#[derive(Debug, Clone)]
enum Tables {
    Shared(Counts),
    /// Distinct tables, and which one each cell has.
    PerCell(Vec<Counts>, Vec<u32>),
    /// Made anew every step.
    Varying,
}

/// Independent Poisson counts of cells, a pure function of the step.
#[derive(Debug, Clone)]
struct Sampler {
    rate: Rate,
    tables: Tables,
    key: StreamKey,
    clock: Clock,
}

impl Sampler {
    fn new(rate: Rate, key: StreamKey, clock: Clock) -> Self {
        let mean = |hz: f64| hz * 1e-3 * clock.dt_ms();
        let tables = match &rate {
            Rate::Constant(hz) => Tables::Shared(Counts::new(mean(*hz))),
            Rate::PerCell(rates) => {
                let mut distinct: Vec<f64> = rates.clone();
                distinct.sort_by(f64::total_cmp);
                distinct.dedup();
                let index = |hz: &f64| distinct.partition_point(|known| known < hz);
                let which = rates.iter().map(|hz| u32::try_from(index(hz)).expect("at most one a cell")).collect();
                Tables::PerCell(distinct.iter().map(|hz| Counts::new(mean(*hz))).collect(), which)
            }
            Rate::Steps(_) | Rate::Sine { .. } => Tables::Varying,
        };
        Self { rate, tables, key, clock }
    }

    /// Calls `visit` with each of `cells` and its count, where that is not 0.
    fn visit(&self, step: u64, cells: Range<u32>, mut visit: impl FnMut(u32, u32)) {
        match &self.tables {
            Tables::Shared(counts) => self.draw(step, cells, |_, uniform| counts.invert(uniform), &mut visit),
            Tables::PerCell(counts, which) => {
                self.draw(
                    step,
                    cells,
                    |cell, uniform| counts[which[cell as usize] as usize].invert(uniform),
                    &mut visit,
                );
            }
            Tables::Varying => {
                let rate = self.rate.at(self.clock.time_ms(step)).unwrap_or(0.0);
                if rate > 0.0 {
                    let counts = Counts::new(rate * 1e-3 * self.clock.dt_ms());
                    self.draw(step, cells, |_, uniform| counts.invert(uniform), &mut visit);
                }
            }
        }
    }

    /// One uniform number a cell: number `cell % 4` of the block of entity `cell / 4`.
    #[inline]
    fn draw(&self, step: u64, cells: Range<u32>, count: impl Fn(u32, u32) -> u32, visit: &mut impl FnMut(u32, u32)) {
        for group in cells.start / 4..cells.end.div_ceil(4) {
            let uniform = self.key.block(group, step);
            for (cell, uniform) in (4 * group..).zip(uniform) {
                if cells.contains(&cell) {
                    let count = count(cell, uniform);
                    if count > 0 {
                        visit(cell, count);
                    }
                }
            }
        }
    }
}

/// Cells that are drawn at once: four numbers of each of [`LANES`] blocks.
const GROUP: u32 = 64;
const LANES: usize = 16;
/// Longer tables are searched for one cell at a time.
const SHORT: usize = 48;

/// Adds the arrivals of one group: for all its cells, counts the entries of the table that their numbers exceed.
#[inline(always)]
fn add_group<R: Real>(
    key: &StreamKey,
    cumulative: &[u32],
    (step, group): (u64, u32),
    weight: R,
    plane: &mut [R; GROUP as usize],
) {
    let words = key.blocks::<LANES>(group * (GROUP / 4), step);
    let uniform = words.as_flattened();
    let mut largest = [0; LANES];
    for lane in 0..LANES {
        largest[lane] = words[0][lane].max(words[1][lane]).max(words[2][lane]).max(words[3][lane]);
    }
    let largest = largest.into_iter().max().unwrap_or(0);
    let mut counts = [0_u32; GROUP as usize];
    for &bound in cumulative.iter().take_while(|bound| **bound <= largest) {
        for (count, &uniform) in counts.iter_mut().zip(uniform) {
            *count = count.wrapping_add(u32::from(uniform >= bound));
        }
    }
    for (lane, cells) in plane.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        for (word, cell) in cells.iter_mut().enumerate() {
            *cell += weight * R::from_f64(f64::from(counts[word * LANES + lane]));
        }
    }
}

/// Each cell of a population receives its own Poisson train.
pub struct PoissonInput {
    sampler: Sampler,
    /// Index of the receiving population.
    pub target: usize,
    /// Weight of each spike, in the unit of the target's model.
    pub weight: f64,
}

impl PoissonInput {
    /// Input number `number` of a network; `key` is of [`neuropil_core::Stream::Poisson`].
    pub fn new(target: usize, rate: Rate, weight: f64, key: StreamKey, clock: Clock) -> Self {
        Self { sampler: Sampler::new(rate, key, clock), target, weight }
    }

    /// The rate of one train.
    pub fn rate(&self) -> &Rate {
        &self.sampler.rate
    }

    /// Calls `visit` with each of `cells` (indices in the population) that receives spikes in `step`, and how many.
    pub fn counts(&self, step: u64, cells: Range<u32>, visit: impl FnMut(u32, u32)) {
        self.sampler.visit(step, cells, visit);
    }

    /// Adds the arrivals of `step` at `cells` (indices in the population) to a plane that begins with the first.
    pub fn add<R: Real>(&self, step: u64, cells: Range<u32>, value: f64, plane: &mut [R]) {
        let weight = R::from_f64(value);
        let first = cells.start;
        let rest = |cells: Range<u32>, plane: &mut [R]| {
            let add = |cell, count| plane[(cell - first) as usize] += weight * R::from_f64(f64::from(count));
            self.sampler.visit(step, cells, add);
        };
        let groups = cells.start.div_ceil(GROUP)..cells.end / GROUP;
        match &self.sampler.tables {
            Tables::Shared(counts) if counts.cumulative.len() <= SHORT && !groups.is_empty() => {
                let whole = groups.start * GROUP..groups.end * GROUP;
                rest(cells.start..whole.start, plane);
                let inner = &mut plane[(whole.start - first) as usize..(whole.end - first) as usize];
                let key = &self.sampler.key;
                vectorized(
                    #[inline(always)]
                    || {
                        for (group, own) in groups.zip(inner.as_chunks_mut().0) {
                            add_group(key, &counts.cumulative, (step, group), weight, own);
                        }
                    },
                );
                rest(whole.end..cells.end, plane);
            }
            _ => rest(cells, plane),
        }
    }
}

/// Cells that send Poisson spikes.
pub struct PoissonSource {
    sampler: Sampler,
}

impl PoissonSource {
    /// `key` is of [`neuropil_core::Stream::Poisson`].
    pub fn new(rate: Rate, key: StreamKey, clock: Clock) -> Self {
        Self { sampler: Sampler::new(rate, key, clock) }
    }
}

impl SpikeSource for PoissonSource {
    fn name(&self) -> &'static str {
        "poisson_source"
    }

    fn emit(&self, step: u64, cells: Range<u32>, fired: &mut Vec<u32>) {
        self.sampler.visit(step, cells, |cell, count| fired.extend(std::iter::repeat_n(cell, count as usize)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
}
