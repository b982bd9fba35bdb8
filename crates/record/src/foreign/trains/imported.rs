//! What an import says of the time that it covers.

use super::End;
use super::gaps::{MAX_GAPS, MAX_PAIRS, Observed, joined, uncovered};
use super::time::{minus, ms};
use crate::{Error, Recording, layout};
use std::collections::HashMap;

/// When the units of an import were observed, on its own axis of time.
pub(super) struct Coverage {
    pub observed: Observed,
    pub end: End,
    /// Whether the file that was imported says when its units were observed.
    pub tells_gaps: bool,
    pub is_session: bool,
}

/// The windows of an import, by their starts in the file that was read.
struct Windows {
    /// From, to in s of that file, and the start here in ms.
    rows: Vec<([f64; 2], f64)>,
    /// Whether no window is without an end, or the end of the file that was read is told.
    told: bool,
}

impl Recording {
    /// The end of the windows that spikes were imported from, on the time axis of the file, in ms; `None` for other files
    /// and for a window whose end nothing tells.
    ///
    /// # Errors
    ///
    /// [`Error::WrongType`], [`Error::Length`], [`Error::Claim`] or [`Error::Read`].
    pub fn imported_until_ms(&self) -> Result<Option<f64>, Error> {
        Ok(self.windows()?.map(|windows| windows.until_ms()).filter(|until| until.is_finite()))
    }

    /// When each node of an imported population was observed, (from, to) in ms of this file, in order and apart; `None`
    /// for other files, and where all were observed throughout or nothing tells.
    ///
    /// # Errors
    ///
    /// As [`Self::imported_until_ms`].
    pub fn observed_ms(&self, population: &str) -> Result<Option<Vec<Vec<[f64; 2]>>>, Error> {
        if !self.arrays.has(&format!("{}/{population}/unit_ids", layout::POPULATIONS)) {
            return Ok(None);
        }
        let each = match self.coverage(population)?.map(|own| own.observed) {
            None | Some(Observed::Alike(_)) => return Ok(None),
            Some(Observed::Each(each)) => each,
        };
        Ok(Some(each.into_iter().map(|own| own.into_iter().map(|stretch| stretch.map(ms)).collect()).collect()))
    }

    /// `None` for other files, and for imports whose end nothing tells.
    pub(super) fn coverage(&self, population: &str) -> Result<Option<Coverage>, Error> {
        let Some(windows) = self.windows()? else { return Ok(None) };
        let until_ms = windows.until_ms();
        if !until_ms.is_finite() {
            return Ok(None);
        }
        let mut holes = self.holes(population, &windows)?;
        let whole = [0.0, until_ms / 1e3];
        let observed = if holes.iter().all(Vec::is_empty) {
            Observed::Alike(whole)
        } else {
            let seen = |own: &mut Vec<[f64; 2]>| {
                let (own, mut seen) = (joined(std::mem::take(own).into_iter()), Vec::new());
                uncovered(&own, &[whole], |stretch| seen.push(stretch));
                seen
            };
            Observed::Each(holes.iter_mut().map(seen).collect())
        };
        let flag = |name: &str| self.arrays.source().number_attribute::<u8>(layout::GAPS, name);
        let tells_gaps = flag("told")?.is_none_or(|told| told != 0);
        let is_session = flag("session")?.is_some_and(|session| session != 0);
        let end = End { at_s: until_ms / 1e3, told: windows.told };
        Ok(Some(Coverage { observed, end, tells_gaps, is_session }))
    }

    fn windows(&self) -> Result<Option<Windows>, Error> {
        if !self.arrays.has(layout::WINDOWS) {
            return Ok(None);
        }
        let [from_s, to_s, start_ms] = self.columns(layout::WINDOWS, ["from_s", "to_s", "start_ms"])?;
        let source = self.arrays.source();
        let end_s = source.number_attribute::<f64>(layout::WINDOWS, "end_s")?.unwrap_or(f64::INFINITY);
        let end_told = source.number_attribute::<u8>(layout::WINDOWS, "end_told")?.is_some_and(|told| told != 0);
        let told = end_told || to_s.iter().all(|to| to.is_finite());
        let ends = |(&from, &to): (&f64, &f64)| [from, if to.is_finite() { to } else { end_s.max(from) }];
        let mut rows: Vec<_> = from_s.iter().zip(&to_s).map(ends).zip(start_ms).collect();
        rows.sort_by(|a, b| a.0[0].total_cmp(&b.0[0]));
        Ok(Some(Windows { rows, told }))
    }

    /// The gaps of each node in s of this file.
    fn holes(&self, population: &str, windows: &Windows) -> Result<Vec<Vec<[f64; 2]>>, Error> {
        let units = self.arrays.u64_list(&format!("{}/{population}/unit_ids", layout::POPULATIONS))?;
        let nodes: HashMap<u64, usize> = units.iter().copied().zip(0..).collect();
        let object = format!("{}/unit_ids", layout::GAPS);
        let ids = self.arrays.u64_list(&object)?;
        let [from_s, to_s] = self.columns(layout::GAPS, ["from_s", "to_s"])?;
        if ids.len() != from_s.len() {
            return Err(self.arrays.source().length(&object, ids.len(), format!("{}, one a gap", from_s.len())));
        }
        let mut holes = vec![Vec::new(); units.len()];
        let (mut looked_at, mut found) = (0, 0);
        for (row, (id, gap)) in ids.iter().zip(from_s.iter().zip(&to_s)).enumerate() {
            let Some(&node) = nodes.get(id) else {
                let expected = format!("a unit of `{population}`");
                return Err(self.arrays.source().value(&object, row, id.to_string(), &expected));
            };
            looked_at += windows.of([*gap.0, *gap.1], |hole| {
                holes[node].push(hole);
                found += 1;
            });
            if looked_at > MAX_PAIRS || found > MAX_GAPS {
                let reason = format!("its windows have more than {MAX_GAPS} gaps of observation");
                return Err(Error::request(self.arrays.source().path(), reason));
            }
        }
        Ok(holes)
    }

    /// Columns of one length.
    fn columns<const N: usize>(&self, group: &str, names: [&str; N]) -> Result<[Vec<f64>; N], Error> {
        let mut columns = [const { Vec::new() }; N];
        for (index, name) in names.iter().enumerate() {
            let object = format!("{group}/{name}");
            columns[index] = self.arrays.f64_list(&object)?;
            let (found, expected) = (columns[index].len(), columns[0].len());
            if found != expected {
                return Err(self.arrays.source().length(
                    &object,
                    found,
                    format!("{expected}, as {group}/{}", names[0]),
                ));
            }
        }
        Ok(columns)
    }
}

impl Windows {
    fn until_ms(&self) -> f64 {
        self.rows.iter().map(|(window, start_ms)| start_ms + length_ms(*window)).fold(0.0, f64::max)
    }

    /// Hands over what windows hold of a gap, in s of the new axis; returns how many windows were looked at.
    fn of(&self, [from, to]: [f64; 2], mut take: impl FnMut([f64; 2])) -> usize {
        let longest = self.rows.iter().map(|(window, _)| window[1] - window[0]).fold(0.0, f64::max);
        let first = self.rows.partition_point(|(window, _)| window[0] + longest < from);
        let end = self.rows.partition_point(|(window, _)| window[0] < to).max(first);
        for (window, start_ms) in &self.rows[first..end] {
            let inside = [from.max(window[0]), to.min(window[1])];
            if inside[0] < inside[1] {
                take(inside.map(|at| (start_ms + minus(ms(at), ms(window[0]))) / 1e3));
            }
        }
        end - first
    }
}

fn length_ms([from_s, to_s]: [f64; 2]) -> f64 {
    minus(ms(to_s), ms(from_s))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A gap that overlapping windows share is there in each of them; would catch windows that are passed over since those
    /// before them are longer.
    #[test]
    fn a_gap_lies_in_every_window_that_holds_it() {
        let rows = vec![([0.0, 10.0], 0.0), ([1.0, 2.0], 10_000.0), ([4.0, 6.0], 11_000.0), ([8.0, 9.0], 13_000.0)];
        let windows = Windows { rows, told: true };
        let mut holes = Vec::new();
        windows.of([5.0, 8.5], |hole| holes.push(hole));
        assert_eq!(holes, [[5.0, 8.5], [12.0, 13.0], [13.0, 13.5]]);
        assert_eq!(windows.until_ms(), 14_000.0);
    }
}
