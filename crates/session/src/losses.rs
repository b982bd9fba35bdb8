//! How the loss of a network went that learns while it runs.

use neuropil_engine::{Chunk, Observer, ObserverError};
use neuropil_train::remarks::{GROWN, times_text};

/// Bins that windows are gathered in; more windows make wider bins.
const MOST_BINS: usize = 256;
/// The first and the last mean are over so many parts of the run.
const PARTS: usize = 10;

/// The losses of the windows of a session, gathered in bins of equally many windows.
#[derive(Debug, Clone, PartialEq)]
pub struct Losses {
    /// Mean loss of a window, of bins that are full.
    bins: Vec<f64>,
    /// Windows of a bin.
    width: u32,
    /// Sum over the windows of the bin at hand.
    sum: f64,
    /// How many these are.
    windows: u32,
    /// The step at the end of the first window whose loss is not finite.
    not_finite: Option<u64>,
}

impl Default for Losses {
    fn default() -> Self {
        Self { bins: Vec::new(), width: 1, sum: 0.0, windows: 0, not_finite: None }
    }
}

impl Losses {
    fn add(&mut self, step: u64, loss: f64) {
        if !loss.is_finite() {
            self.not_finite.get_or_insert(step);
            return;
        }
        self.sum += loss;
        self.windows += 1;
        if self.windows < self.width {
            return;
        }
        self.bins.push(self.sum / f64::from(self.width));
        (self.sum, self.windows) = (0.0, 0);
        if self.bins.len() == MOST_BINS {
            self.bins = self.bins.chunks(2).map(|pair| f64::midpoint(pair[0], pair[1])).collect();
            self.width *= 2;
        }
    }

    /// How many times the mean loss of the first tenth of the windows that of the last tenth is; none of fewer than two windows,
    /// and of a loss that began at 0.
    pub fn growth(&self) -> Option<f64> {
        let part = self.bins.len().div_ceil(PARTS);
        let mean = |bins: &[f64]| bins.iter().map(|own| own / bins.len() as f64).sum::<f64>();
        let first = mean(&self.bins[..part]);
        let last = mean(&self.bins[self.bins.len() - part..]);
        (self.bins.len() > 1 && first > 0.0).then_some(last / first)
    }

    /// A word on a loss that was not lowered by what was learned.
    pub fn remark(&self, time_ms: impl Fn(u64) -> f64) -> Option<String> {
        let advice = "a smaller `learning_rate` of `plastic` or of `readout`?";
        if let Some(step) = self.not_finite {
            return Some(format!(
                "the loss is not finite from the window on that ends at {} ms: {advice}",
                time_ms(step)
            ));
        }
        let times = times_text(self.growth().filter(|times| *times > GROWN)?);
        Some(format!("the loss ends at {times} times what it was at first: {advice}"))
    }
}

impl Observer for Losses {
    fn observe(&mut self, chunk: &Chunk) -> Result<(), ObserverError> {
        let losses = chunk.learned.iter().flat_map(|own| &own.losses);
        losses.for_each(|(step, loss)| self.add(*step, *loss));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(losses: impl IntoIterator<Item = f64>) -> Losses {
        let mut own = Losses::default();
        (1..).zip(losses).for_each(|(window, loss)| own.add(10 * window, loss));
        own
    }

    /// Means of tenths by hand, of few windows and of so many that bins are merged. Would catch a bin that is counted twice, and a
    /// first trial that happens to be right.
    #[test]
    fn losses_are_compared_by_tenths() {
        assert_eq!(of([2.0, 1.0, 22.0]).growth(), Some(11.0));
        let slope = of((0..2000).map(f64::from)).growth().unwrap();
        // 250 bins of 8 windows: the first 25 hold 0..200, the last 25 hold 1800..2000.
        assert!((slope - 1899.5 / 99.5).abs() < 1e-9, "{slope}");
        let lucky = of((0..100).map(|window| if window == 0 { 0.001 } else { 0.7 }));
        assert!(lucky.growth().unwrap() < 1.2 && lucky.remark(|_| 0.0).is_none());
        assert_eq!([of([]), of([1.0]), of([0.0, 5.0])].map(|own| own.growth()), [None; 3]);
    }

    #[test]
    fn a_loss_that_ran_away_is_told() {
        let told = |losses: &[f64]| of(losses.iter().copied()).remark(|step| step as f64 * 0.5);
        assert_eq!(told(&[1.0, 9.0]), None);
        assert!(told(&[156.0, 6.4e65]).unwrap().contains("ends at 4e63 times what it was at first"));
        assert!(
            told(&[1.0, f64::INFINITY, f64::NAN]).unwrap().contains("not finite from the window on that ends at 10 ms")
        );
    }
}
