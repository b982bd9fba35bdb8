//! From times of a file to the new axis of time.

use super::time::{minus, ms};
use super::{Span, Trials};
use crate::foreign::nwb::{Nwb, Values};
use crate::{Error, Selection};
use std::path::Path;

/// A stretch of the file's time, and where it lies on the new axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Its start in s of the file.
    pub from_s: f64,
    /// Its end in s of the file; infinite for all that follows.
    pub to_s: f64,
    /// Its start on the new axis in ms.
    pub start_ms: f64,
    /// Id of the row that it was made from.
    pub trial: Option<u64>,
}

impl Window {
    /// Its length in ms.
    pub fn length_ms(&self) -> f64 {
        minus(ms(self.to_s), ms(self.from_s))
    }
}

/// Spikes that windows that overlap may make of those of a file.
const MAX_SPIKES: usize = 1 << 28;

/// The windows that are asked for; `nwb` has the tables of intervals.
pub(super) fn windows(path: &Path, span: &Span, nwb: Option<&Nwb>) -> Result<Vec<Window>, Error> {
    match span {
        &Span::Window { from_s, to_s } => {
            if !(from_s.is_finite() && to_s > from_s) {
                let reason = format!("the window from {from_s} s to {to_s} s is empty");
                return Err(Error::request(path, reason));
            }
            Ok(vec![Window { from_s, to_s, start_ms: 0.0, trial: None }])
        }
        Span::Trials(trials) => match nwb {
            Some(nwb) => of_trials(path, trials, nwb),
            None => Err(Error::request(path, "only NWB files have trials")),
        },
    }
}

fn of_trials(path: &Path, trials: &Trials, nwb: &Nwb) -> Result<Vec<Window>, Error> {
    let (before_s, after_s) = (trials.before_s, trials.after_s);
    if !(before_s.is_finite() && after_s.is_finite() && before_s + after_s > 0.0) {
        let reason = format!("the window of a trial, {before_s} s before to {after_s} s after, is empty");
        return Err(Error::request(path, reason));
    }
    let table = nwb.intervals(&trials.table)?;
    let Some(Values::Numbers(times_s)) = table.column(&trials.align) else {
        let names: Vec<&str> = table.names().take(20).collect();
        let expected = format!("a column of times; the columns are {}", names.join(", "));
        return Err(nwb.column_fault(&trials.table, &trials.align, &expected));
    };
    let rows = match trials.expression.trim() {
        "" => (0..table.ids().len()).collect(),
        expression => Selection::parse(expression, &table)?.rows(&table),
    };
    let mut windows = Vec::with_capacity(rows.len());
    let length_ms = ms(before_s + after_s);
    let mut start_ms = 0.0;
    for row in rows {
        let at = times_s[row];
        if !at.is_finite() {
            return Err(nwb.value_fault(&trials.table, &trials.align, row, at));
        }
        // Edges of one time, reached from different trials, are one number.
        let (from_s, to_s) = (minus(ms(at), ms(before_s)) / 1e3, minus(ms(at), -ms(after_s)) / 1e3);
        windows.push(Window { from_s, to_s, start_ms, trial: Some(table.ids()[row]) });
        start_ms += length_ms;
    }
    if windows.is_empty() {
        let reason = format!("no row of {} is chosen by `{}`", trials.table, trials.expression);
        return Err(Error::request(path, reason));
    }
    Ok(windows)
}

/// The last time that, but for rounding, is not later than an edge in ms.
fn rounded_up(edge: f64) -> f64 {
    if edge.is_finite() { edge + 4.0 * f64::EPSILON * edge.abs() } else { edge }
}

/// Spikes (ms of the file, unit), ascending, on the new axis, ascending. A spike at the end of a window is inside, and one at
/// its start is not, if times are those of ends of steps.
pub(super) fn aligned(
    path: &Path,
    spikes: &[(f64, u32)],
    windows: &[Window],
    is_of_steps: bool,
) -> Result<Vec<(f64, u32)>, Error> {
    let before = |edge: f64| match is_of_steps {
        true => spikes.partition_point(|(time, _)| *time <= rounded_up(edge)),
        false => spikes.partition_point(|(time, _)| *time < edge),
    };
    let inside = |window: &Window| {
        // No step ends at 0: what a file has at the beginning of its time belongs to the first.
        let begins_with_file = window.from_s == 0.0;
        let first =
            if begins_with_file { spikes.partition_point(|(time, _)| *time < 0.0) } else { before(ms(window.from_s)) };
        first..before(ms(window.to_s)).max(first)
    };
    let count = windows
        .iter()
        .try_fold(0_usize, |sum, window| sum.checked_add(inside(window).len()).filter(|&sum| sum <= MAX_SPIKES));
    let Some(count) = count else {
        return Err(Error::request(path, format!("the windows hold more than {MAX_SPIKES} spikes")));
    };
    let mut all = Vec::with_capacity(count);
    for window in windows {
        let from = ms(window.from_s);
        let moved = |&(time, unit): &(f64, u32)| match from == 0.0 && window.start_ms == 0.0 {
            true => (time, unit),
            false => (window.start_ms + minus(time, from), unit),
        };
        all.extend(spikes[inside(window)].iter().map(moved));
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from_s: f64, to_s: f64, start_ms: f64) -> Window {
        Window { from_s, to_s, start_ms, trial: None }
    }

    #[test]
    fn windows_are_half_open_and_lie_one_after_another() {
        let spikes = [(999.9, 0), (1000.0, 1), (1000.3, 0), (1999.9, 2), (2000.0, 3), (2500.0, 0)];
        let path = Path::new("x");
        let times = |windows: &[Window]| aligned(path, &spikes, windows, false).unwrap();
        assert_eq!(times(&[window(1.0, 2.0, 0.0)]), [(0.0, 1), (0.3, 0), (999.9, 2)]);
        // Windows in any order and overlapping: a spike comes once for each.
        assert_eq!(
            times(&[window(2.0, 2.6, 0.0), window(1.9999, 2.1, 600.0)]),
            [(0.0, 3), (500.0, 0), (600.0, 2), (600.1, 3)]
        );
        assert_eq!(times(&[window(0.0, f64::INFINITY, 0.0)]), spikes);
    }

    /// A step is in one window of two that follow each other: that in which it ends. Would catch a first step that both lose,
    /// and an edge that rounding moves.
    #[test]
    fn steps_are_in_the_window_that_they_end_in() {
        let spikes = [(0.1 + 0.2, 0), (100.0, 1), (100.1, 0), (200.0, 2)];
        let path = Path::new("x");
        let times = |from_s, to_s| aligned(path, &spikes, &[window(from_s, to_s, 0.0)], true).unwrap();
        assert_eq!(times(0.0, 0.1), [(0.1 + 0.2, 0), (100.0, 1)]);
        assert_eq!(times(0.1, 0.2), [(0.1, 0), (100.0, 2)]);
        assert_eq!(times(0.0, 0.0003).len(), 1);
        assert_eq!(times(0.0, 0.2), times(0.0, f64::INFINITY));
    }

    #[test]
    fn an_empty_window_is_refused() {
        for (from_s, to_s) in [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (0.0, f64::NAN), (f64::NEG_INFINITY, 0.0)] {
            let fault = windows(Path::new("x"), &Span::Window { from_s, to_s }, None).unwrap_err();
            assert!(fault.to_string().contains("is empty"), "{fault}");
        }
    }
}
