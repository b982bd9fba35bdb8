//! Credit on its way and trials that were answered, while a run is written.

use hdf5::{Dataset, File, Group};
use ndarray::ArrayView3;

use crate::h5::attribute::put_text;
use crate::h5::column::{Column, LITTLE, growing, truncate};
use crate::layout;

/// Credit and trials of some windows of learning.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreditBlock {
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Names of the cells at which modulators and concentrations are looked at; empty where they are the same everywhere.
    pub cells: Vec<String>,
    /// Time of each frame, ms.
    pub times_ms: Vec<f64>,
    /// Emissions, `[frame][class]`.
    pub emission: Vec<f64>,
    /// Modulators, `[frame][class][cell]`.
    pub modulator: Vec<f64>,
    /// Concentrations, `[frame][peptide][cell]`.
    pub concentration: Vec<f64>,
    /// Ends of trials, ms.
    pub trial_times_ms: Vec<f64>,
    /// Their losses.
    pub trial_losses: Vec<f64>,
    /// The right readout of each and the one that was said; no numbers where values were asked for.
    pub trial_labels: [Vec<f64>; 2],
}

/// Rows that belong to a checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreditRows {
    /// Frames.
    pub frames: u64,
    /// Trials.
    pub trials: u64,
}

/// The growing datasets.
pub(crate) struct CreditSink {
    learning: Group,
    frames: Option<Frames>,
    trials: Option<[Column<f64>; 4]>,
}

struct Frames {
    time: Column<f64>,
    planes: Vec<Plane>,
}

/// A dataset `[frame, row, column]` that grows.
struct Plane {
    dataset: Dataset,
    frames: usize,
    shape: [usize; 2],
}

const CREDIT: &str = "credit";
const TRIALS: &str = "trials";
const PLANES: [&str; 3] = ["emission", "modulator", "concentration"];
const COLUMNS: [&str; 4] = ["time_ms", "loss", "asked", "answered"];

/// Bytes of a chunk, about.
const CHUNK_BYTES: usize = 1 << 16;

impl Plane {
    fn create(group: &Group, name: &str, shape: [usize; 2]) -> hdf5::Result<Self> {
        let [rows, columns] = shape;
        let frames = (CHUNK_BYTES / 8 / (rows * columns).max(1)).max(1);
        let chunk = (frames, rows.max(1), columns.max(1));
        let dataset = growing(group).chunk(chunk).empty::<f64>().shape((0.., rows, columns)).create(name)?;
        Ok(Self { dataset, frames: 0, shape })
    }

    fn append(&mut self, values: &[f64]) -> hdf5::Result<()> {
        let [rows, columns] = self.shape;
        let more = values.len() / (rows * columns).max(1);
        let end = self.frames + more;
        self.dataset.resize((end, rows, columns))?;
        let view = ArrayView3::from_shape((more, rows, columns), values).map_err(|fault| fault.to_string())?;
        self.dataset.write_slice(view, (self.frames..end, .., ..))?;
        self.frames = end;
        Ok(())
    }
}

impl CreditSink {
    pub fn create(file: &File) -> hdf5::Result<Self> {
        Ok(Self { learning: file.group(layout::LEARNING)?, frames: None, trials: None })
    }

    /// Goes on after the rows of a checkpoint.
    pub fn reopen(file: &File, rows: &CreditRows) -> hdf5::Result<Self> {
        let learning = file.group(layout::LEARNING)?;
        let index = |rows: u64| usize::try_from(rows).map_err(|_| hdf5::Error::from("more rows than there can be"));
        let (kept, ended) = (index(rows.frames)?, index(rows.trials)?);
        let mut sink = Self { learning, frames: None, trials: None };
        if sink.learning.link_exists(CREDIT) {
            let group = sink.learning.group(CREDIT)?;
            let plane = |name: &&str| {
                let dataset = group.dataset(name)?;
                truncate(&dataset, kept)?;
                let shape = dataset.shape();
                let of = |axis: usize| shape.get(axis).copied().unwrap_or(0);
                Ok::<_, hdf5::Error>(Plane { dataset, frames: kept, shape: [of(1), of(2)] })
            };
            let planes = PLANES.iter().filter(|name| group.link_exists(name)).map(plane).collect::<Result<_, _>>()?;
            sink.frames = Some(Frames { time: Column::reopen(&group, "time_ms", kept)?, planes });
        }
        if sink.learning.link_exists(TRIALS) {
            let group = sink.learning.group(TRIALS)?;
            let [time, loss, asked, answered] = COLUMNS.map(|name| Column::reopen(&group, name, ended));
            sink.trials = Some([time?, loss?, asked?, answered?]);
        }
        Ok(sink)
    }

    pub fn append(&mut self, block: CreditBlock) -> hdf5::Result<()> {
        if !block.times_ms.is_empty() {
            let frames = match &mut self.frames {
                Some(frames) => frames,
                none => none.insert(Frames::create(&self.learning, &block)?),
            };
            let values = [&block.emission, &block.modulator, &block.concentration];
            frames.planes.iter_mut().zip(values).try_for_each(|(plane, values)| plane.append(values))?;
            frames.time.append(block.times_ms)?;
            frames.time.store()?;
        }
        if !block.trial_times_ms.is_empty() {
            let trials = match &mut self.trials {
                Some(trials) => trials,
                none => {
                    let group = self.learning.create_group(TRIALS)?;
                    let [time, loss, asked, answered] = COLUMNS.map(|name| Column::sized(&group, name, LITTLE));
                    let made = [time?, loss?, asked?, answered?];
                    put_text(made[0].dataset(), layout::UNITS, "ms")?;
                    none.insert(made)
                }
            };
            let [asked, answered] = block.trial_labels;
            let values = [block.trial_times_ms, block.trial_losses, asked, answered];
            for (column, values) in trials.iter_mut().zip(values) {
                column.append(values)?;
                column.store()?;
            }
        }
        Ok(())
    }

    /// Rows stored.
    pub fn rows(&self) -> CreditRows {
        CreditRows {
            frames: self.frames.as_ref().map_or(0, |own| own.time.rows() as u64),
            trials: self.trials.as_ref().map_or(0, |own| own[0].rows() as u64),
        }
    }
}

impl Frames {
    fn create(learning: &Group, block: &CreditBlock) -> hdf5::Result<Self> {
        let group = learning.create_group(CREDIT)?;
        put_text(&group, "classes", &block.classes.join(", "))?;
        put_text(&group, "cells", &block.cells.join(", "))?;
        let (frames, classes) = (block.times_ms.len(), block.classes.len());
        let cells = block.modulator.len() / (frames * classes).max(1);
        let peptides = block.concentration.len() / (frames * cells).max(1);
        let shapes = [[classes, 1], [classes, cells], [peptides, cells]];
        let shown = PLANES.iter().zip(shapes).take(if peptides > 0 { 3 } else { 2 });
        let planes = shown.map(|(name, shape)| Plane::create(&group, name, shape)).collect::<Result<_, _>>()?;
        let time = Column::sized(&group, "time_ms", LITTLE)?;
        put_text(time.dataset(), layout::UNITS, "ms")?;
        Ok(Self { time, planes })
    }
}
