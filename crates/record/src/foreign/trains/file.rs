//! A file of spike trains, whatever it is.

use super::align::{aligned, windows};
use super::choose::rows;
use super::gaps::{Observed, gaps, joined};
use super::imported::Coverage;
use super::time::ms;
use super::{End, Format, Request, Span, Trains};
use crate::foreign::nwb::{Nwb, Table, is_nwb};
use crate::foreign::spikes_csv::SpikeTable;
use crate::recording::reader::Recording;
use crate::{Arrays, Error, Spikes, layout};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A population may claim at most so many units: what silent ones need is not bounded by the size of the file.
const MAX_UNITS: u64 = 1 << 24;
/// The one population of an NWB file.
const NWB_POPULATION: &str = "units";

/// A file of spike trains opened for reading.
#[derive(Debug)]
pub struct TrainFile {
    path: PathBuf,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Nwb(Nwb),
    Sonata(Recording),
    Csv(SpikeTable),
}

/// All units of a population.
struct Whole {
    table: Table,
    /// Time in ms of the file and unit, ascending.
    spikes: Vec<(f64, u32)>,
    /// When its units were observed; `None` if the file does not say.
    observed: Option<Observed>,
    tells_gaps: bool,
    is_session: bool,
    end: End,
    /// Whether a spike at a time is of the step that ends there, as in recordings of ours.
    is_of_steps: bool,
    /// Number of cells, where these are some of them.
    some_of: Option<u64>,
}

impl TrainFile {
    /// Opens a file and tells by its content what it is.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], [`Error::Truncated`], [`Error::Busy`]; [`Error::NotHdf5`] for what is neither HDF5 nor text,
    /// [`Error::Missing`] for HDF5 files without spikes, [`Error::Table`] for text without them.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let content = match Arrays::open(path) {
            Ok(arrays) if is_nwb(&arrays)? => Content::Nwb(Nwb::of(arrays)),
            Ok(arrays) if arrays.has(layout::SPIKES) => Content::Sonata(Recording { arrays }),
            Ok(arrays) => return Err(arrays.source().missing(layout::SPIKES, "spikes in the SONATA or NWB layout")),
            Err(Error::NotHdf5 { .. }) if path.is_file() && is_text(path) => Content::Csv(SpikeTable::read(path)?),
            Err(error) => return Err(error),
        };
        Ok(Self { path: path.to_owned(), content })
    }

    /// What the file is.
    pub fn format(&self) -> Format {
        match &self.content {
            Content::Nwb(_) => Format::Nwb,
            Content::Csv(_) => Format::Csv,
            Content::Sonata(recording) if recording.arrays.has(layout::NEUROPIL) => Format::Recording,
            Content::Sonata(_) => Format::Sonata,
        }
    }

    /// Names of the populations that have spikes; `""` for the one of a file that names none.
    ///
    /// # Errors
    ///
    /// [`Error::Read`].
    pub fn populations(&self) -> Result<Vec<String>, Error> {
        match &self.content {
            Content::Nwb(_) => Ok(vec![NWB_POPULATION.to_owned()]),
            Content::Csv(table) => Ok(table.populations()),
            Content::Sonata(recording) => recording.spike_populations(),
        }
    }

    /// The spike trains that are asked for.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] for populations, units or windows that the file does not have, [`Error::Selection`] for
    /// expressions; otherwise as of [`Recording::spikes`] and [`Nwb::units`].
    pub fn read(&self, request: &Request) -> Result<Trains, Error> {
        let population = self.population(request.population.as_deref())?;
        let nwb = if let Content::Nwb(nwb) = &self.content { Some(nwb) } else { None };
        let windows = windows(&self.path, &request.span, nwb)?;
        let Whole { table, spikes, observed, tells_gaps, is_session, end, is_of_steps, some_of } =
            self.whole(&population)?;
        let chosen = rows(&self.path, &request.units, &table)?;
        let unit_ids: Vec<u64> = chosen.iter().map(|&row| table.ids()[row]).collect();
        let mut places: Vec<Option<u32>> = vec![None; table.ids().len()];
        for (place, &row) in (0..).zip(&chosen) {
            places[row] = Some(place);
        }
        let kept: Vec<(f64, u32)> =
            spikes.into_iter().filter_map(|(time, row)| Some((time, places[row as usize]?))).collect();
        let from_zero = matches!(request.span, Span::Window { from_s, .. } if from_s == 0.0);
        let before_zero = if from_zero { kept.partition_point(|(time, _)| *time < 0.0) } else { 0 };
        let (times_ms, units) = aligned(&self.path, &kept, &windows, is_of_steps)?.into_iter().unzip();
        let gaps = match &observed {
            Some(observed) => {
                let last_s = request.needed_until_s.unwrap_or_else(|| observed.last_s());
                let stretches = joined(windows.iter().map(|window| match window.to_s.is_finite() {
                    true => [window.from_s, window.to_s],
                    false => [window.from_s, last_s.max(window.from_s)],
                }));
                gaps(&chosen, table.ids(), observed, &stretches).map_err(|fault| Error::request(&self.path, fault))?
            }
            None => Vec::new(),
        };
        let reached_s = windows.iter().map(|window| match window.to_s.is_finite() {
            true => window.to_s,
            false => request.needed_until_s.unwrap_or(end.at_s),
        });
        let is_beyond = !end.told && reached_s.fold(f64::NEG_INFINITY, f64::max) > end.at_s;
        Ok(Trains {
            path: self.path.clone(),
            format: self.format(),
            population,
            unit_ids,
            times_ms,
            units,
            windows,
            gaps,
            tells_gaps,
            is_session,
            end,
            is_beyond,
            before_zero,
            some_of,
        })
    }

    /// The population asked for, or the only one.
    fn population(&self, asked: Option<&str>) -> Result<String, Error> {
        let known = self.populations()?;
        let list = || known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        match (asked, known.as_slice()) {
            (None, [only]) => Ok(only.clone()),
            (None, []) => Err(Error::request(&self.path, "the file has no population with spikes")),
            (None, _) => {
                Err(Error::request(&self.path, format!("the file has the populations {}: choose one", list())))
            }
            (Some(asked), [only]) if only.is_empty() && !asked.is_empty() => {
                Err(Error::request(&self.path, format!("the file names no population, `{asked}` was asked for")))
            }
            (Some(asked), _) if known.iter().any(|name| name == asked) => Ok(asked.to_owned()),
            (Some(asked), _) => {
                Err(Error::request(&self.path, format!("there is no population `{asked}`; the file has {}", list())))
            }
        }
    }

    fn whole(&self, population: &str) -> Result<Whole, Error> {
        match &self.content {
            Content::Nwb(nwb) => of_nwb(nwb),
            Content::Csv(table) => Ok(of_spikes(table.spikes(population), None)),
            Content::Sonata(recording) => {
                let spikes = recording.spikes(population)?;
                self.of_recording(recording, population, spikes)
            }
        }
    }

    /// Our files know their silent units, and until when they were recorded.
    fn of_recording(&self, recording: &Recording, population: &str, spikes: Spikes) -> Result<Whole, Error> {
        let own = recording.populations()?.into_iter().find(|record| record.name == population).unwrap_or_default();
        let size = own.size;
        if let Some(size) = size {
            let object = format!("{}/{population}", layout::POPULATIONS);
            if size > MAX_UNITS {
                let expected = format!("at most {MAX_UNITS} units to replay");
                return Err(recording.arrays.source().value(&object, 0, format!("of size {size}"), &expected));
            }
            if let Some(row) = spikes.node_ids.iter().position(|id| *id >= size) {
                let object = format!("{}/{population}/{}", layout::SPIKES, layout::NODE_IDS);
                let expected = format!("below {size}, the size of the population");
                let found = format!("{}", spikes.node_ids[row]);
                return Err(recording.arrays.source().value(&object, row, found, &expected));
            }
        }
        let some_of = size.filter(|_| own.recorded_cells.is_some());
        let known = own.recorded_cells.or_else(|| size.map(|size| (0..size).collect()));
        let mut whole = Whole { some_of, ..of_spikes(spikes, known) };
        if let Some(until_ms) = recording.provenance()?.map(|provenance| provenance.simulated_until_ms) {
            let until_s = until_ms / 1e3;
            whole.observed = Some(Observed::Alike([f64::MIN, until_s]));
            whole.tells_gaps = true;
            whole.is_of_steps = true;
            whole.end = End { at_s: until_s, told: true };
        } else if let Some(Coverage { observed, end, tells_gaps, is_session }) = recording.coverage(population)? {
            whole = Whole { observed: Some(observed), end, tells_gaps, is_session, ..whole };
        }
        Ok(whole)
    }
}

fn of_nwb(nwb: &Nwb) -> Result<Whole, Error> {
    let units = nwb.units()?;
    let rows = units.table.ids().len();
    let mut spikes = Vec::new();
    for (row, unit) in (0..rows).zip(0_u32..) {
        spikes.extend(units.spike_times_s(row).iter().map(|&time| (ms(time), unit)));
    }
    spikes.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let observed: Option<Vec<Vec<[f64; 2]>>> =
        (0..rows).map(|row| Some(joined(units.observed_s(row)?.iter().copied()))).collect();
    let observed = observed.filter(|_| rows > 0).map(Observed::Each);
    let observed_until_s = observed.as_ref().map(Observed::last_s).filter(|end| end.is_finite());
    let end = match observed_until_s {
        Some(at_s) => End { at_s, told: true },
        None => {
            let last_s = last_ms(&spikes) / 1e3;
            End { at_s: nwb.interval_ends_s()?.into_iter().fold(last_s, f64::max), told: false }
        }
    };
    let tells_gaps = observed.is_some();
    let (is_session, is_of_steps, some_of) = (true, false, None);
    Ok(Whole { table: units.table, spikes, tells_gaps, observed, is_session, end, is_of_steps, some_of })
}

/// Units with these ids, ascending, or those that have spikes.
fn of_spikes(spikes: Spikes, known: Option<Vec<u64>>) -> Whole {
    let ids: Vec<u64> = match known {
        Some(ids) => ids,
        None => {
            let mut ids = spikes.node_ids.clone();
            ids.sort_unstable();
            ids.dedup();
            ids
        }
    };
    let unit = |id: u64| u32::try_from(ids.partition_point(|known| *known < id)).unwrap_or(u32::MAX);
    let spikes: Vec<_> = spikes.times_ms.into_iter().zip(spikes.node_ids).map(|(time, id)| (time, unit(id))).collect();
    let end = End { at_s: last_ms(&spikes) / 1e3, told: false };
    let (tells_gaps, is_session, is_of_steps) = (false, false, false);
    Whole { table: Table::of_ids(ids), spikes, observed: None, tells_gaps, is_session, end, is_of_steps, some_of: None }
}

fn last_ms(spikes: &[(f64, u32)]) -> f64 {
    spikes.last().map_or(0.0, |(time, _)| *time)
}

/// Whether a file begins like text.
fn is_text(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(4096).read_to_end(&mut start));
    read.is_ok() && !start.is_empty() && !start.contains(&0) && path.is_file()
}
