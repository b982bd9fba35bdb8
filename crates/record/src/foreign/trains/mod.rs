//! Recorded spike trains of any supported file: which units, which stretch of time, on which new axis of time.
//!
//! [`TrainFile::open`] tells by its content whether a file is NWB, SONATA (current or older layout), one of our
//! recordings or text. [`TrainFile::read`] then answers a [`Request`]. Windows are half open: a spike at `from_s` is
//! inside, one at `to_s` is not. In a recording of ours a spike at a time is of the step that ends there: one at `from_s`
//! is not inside, one at `to_s` is. On the new axis the window begins at 0.
//!
//! What a file knows not to have been observed is reported as [`Gap`]s: no spikes there is no silence.

mod align;
mod choose;
mod file;
mod gaps;
mod imported;
mod time;
mod write;

pub use align::Window;
pub use file::TrainFile;
pub use gaps::Gap;
pub use write::write_trains;

use std::collections::BTreeMap;
use std::path::PathBuf;

/// What a file of spike trains is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// NWB 2; its one population is called `units`.
    Nwb,
    /// A recording of neuropil, or an import.
    Recording,
    /// SONATA spikes of another tool.
    Sonata,
    /// Text.
    Csv,
}

impl Format {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Format::Nwb => "NWB",
            Format::Recording => "neuropil",
            Format::Sonata => "SONATA",
            Format::Csv => "CSV",
        }
    }
}

/// Which units of a population are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Units {
    /// All, in the order of the file.
    #[default]
    All,
    /// Those with these ids, in this order.
    Ids(Vec<u64>),
    /// Those for which an expression holds ([`crate::Selection`]), in the order of the file.
    Expression(String),
}

impl Units {
    /// Ids separated by commas, or else an expression.
    pub fn parse(text: &str) -> Self {
        let ids: Option<Vec<u64>> = text.split(',').map(|id| id.trim().parse().ok()).collect();
        ids.map_or_else(|| Units::Expression(text.to_owned()), Units::Ids)
    }
}

/// Which stretches of time are wanted; in s of the file.
#[derive(Clone, Debug, PartialEq)]
pub enum Span {
    /// One window, from `from_s` up to `to_s`; it begins at 0 of the new axis.
    Window {
        /// Its start.
        from_s: f64,
        /// Its end; infinite for all that follows.
        to_s: f64,
    },
    /// A window around each row of a table of intervals, laid one after another on the new axis.
    Trials(Trials),
}

impl Default for Span {
    fn default() -> Self {
        Span::Window { from_s: 0.0, to_s: f64::INFINITY }
    }
}

/// Windows around the rows of a table of intervals.
#[derive(Clone, Debug, PartialEq)]
pub struct Trials {
    /// The table, such as `trials`.
    pub table: String,
    /// Which rows; all, if it is empty.
    pub expression: String,
    /// The column of times that the windows are around, such as `start_time`.
    pub align: String,
    /// Start of each window before that time, s.
    pub before_s: f64,
    /// End of each window after that time, s.
    pub after_s: f64,
}

/// What is wanted of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// The population; may be missing where the file has one.
    pub population: Option<String>,
    /// Its units.
    pub units: Units,
    /// The time.
    pub span: Span,
    /// Until when spikes will be needed, in s of the file: a window without an end is looked through for gaps up to
    /// here, or else up to the end of the file.
    pub needed_until_s: Option<f64>,
}

/// Where a file of spike trains ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct End {
    /// The time in s of the file.
    pub at_s: f64,
    /// Whether the file says so; if not, it is the last spike of any unit or the end of the last interval, and whether
    /// anything was observed after it is not known.
    pub told: bool,
}

/// Spike trains as they were asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Trains {
    /// The file.
    pub path: PathBuf,
    /// What it is.
    pub format: Format,
    /// The population; empty in files that name none.
    pub population: String,
    /// The id of each unit, silent ones too; units are counted from 0 in this order.
    pub unit_ids: Vec<u64>,
    /// Time of each spike on the new axis in ms, ascending, those of one time by unit.
    pub times_ms: Vec<f64>,
    /// The unit of each spike, an index into `unit_ids`.
    pub units: Vec<u32>,
    /// The windows in the order of the new axis.
    pub windows: Vec<Window>,
    /// What was not observed in the windows, each stretch of a unit once.
    pub gaps: Vec<Gap>,
    /// Whether the file says when its units were observed.
    pub tells_gaps: bool,
    /// Whether the spikes were recorded in an experiment, so that nothing need not be silence.
    pub is_session: bool,
    /// Where the file ends.
    pub end: End,
    /// Whether the windows, or what will be needed of them, go beyond an end that the file does not tell.
    pub is_beyond: bool,
    /// Spikes of the units before time 0 of the file that a window from there leaves out, though nobody asked for that.
    pub before_zero: usize,
    /// How many cells the population has, where the file says that it holds the spikes of some of them alone.
    pub some_of: Option<u64>,
}

impl Trains {
    /// Length of the new axis in ms; a window without an end goes up to that of the file.
    pub fn length_ms(&self) -> f64 {
        let Some(last) = self.windows.last() else { return 0.0 };
        let to_s = if last.to_s.is_finite() { last.to_s } else { self.end.at_s.max(last.from_s) };
        last.start_ms + Window { to_s, ..*last }.length_ms()
    }

    /// How long each unit was observed in the windows, s; where a file does not tell gaps, throughout.
    pub fn observed_s(&self) -> Vec<f64> {
        let end_s =
            |window: &Window| if window.to_s.is_finite() { window.to_s } else { self.end.at_s.max(window.from_s) };
        let whole: f64 = self.windows.iter().map(|window| end_s(window) - window.from_s).sum();
        let missed = |gap: &Gap| -> f64 {
            let within = |window: &Window| (gap.to_s.min(end_s(window)) - gap.from_s.max(window.from_s)).max(0.0);
            self.windows.iter().map(within).sum()
        };
        let mut missing = BTreeMap::new();
        for gap in &self.gaps {
            *missing.entry(gap.unit_id).or_insert(0.0) += missed(gap);
        }
        self.unit_ids.iter().map(|unit| whole - missing.get(unit).copied().unwrap_or(0.0)).collect()
    }

    /// Spikes of each unit.
    pub fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.unit_ids.len()];
        self.units.iter().for_each(|&unit| counts[unit as usize] += 1);
        counts
    }
}
