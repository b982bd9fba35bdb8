//! What came of learning in a run, while it is written.

use hdf5::{Dataset, File, Group};
use ndarray::ArrayView2;

use crate::h5::attribute::put_text;
use crate::h5::column::{Column, LITTLE, growing, truncate};
use crate::layout;
use crate::recording::credit_sink::{CreditBlock, CreditRows, CreditSink};

/// What came of some windows of learning.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LearnedBlock {
    /// y, row-major (step, readout), of consecutive steps.
    pub y: Vec<f64>,
    /// Readouts.
    pub outputs: usize,
    /// End of each row of `y`, ms.
    pub y_times_ms: Vec<f64>,
    /// When weights were applied, ms, and the loss since they were applied before.
    pub losses: Vec<(f64, f64)>,
    /// Time, projection and its weights, in the order of its synapses.
    pub weights: Vec<(f64, String, Vec<f64>)>,
    /// Credit on its way, and trials.
    pub credit: CreditBlock,
}

/// Rows of the datasets of learning that belong to a checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LearnedRows {
    /// Steps of `y`.
    pub steps: u64,
    /// Losses.
    pub losses: u64,
    /// Snapshots of weights, of which every projection has as many.
    pub snapshots: u64,
    /// Credit on its way, and trials.
    pub credit: CreditRows,
}

/// The growing datasets of learning.
pub(crate) struct LearningSink {
    group: Group,
    y: Option<Grid>,
    y_time: Column<f64>,
    loss: Column<f64>,
    loss_time: Column<f64>,
    weights: Vec<(String, Grid, Column<f64>)>,
    credit: CreditSink,
}

/// A dataset of shape `[rows, columns]` that grows.
struct Grid {
    dataset: Dataset,
    rows: usize,
    columns: usize,
}

/// Bytes of a chunk, about.
const CHUNK_BYTES: usize = 1 << 17;

impl Grid {
    fn create(group: &Group, name: &str, columns: usize) -> hdf5::Result<Self> {
        let rows = (CHUNK_BYTES / 8 / columns.max(1)).max(1);
        let width = columns.clamp(1, CHUNK_BYTES / 8);
        let shape = growing(group).chunk((rows, width)).empty::<f64>().shape((0.., columns));
        Ok(Self { dataset: shape.create(name)?, rows: 0, columns })
    }

    fn reopen(group: &Group, name: &str, rows: usize) -> hdf5::Result<Self> {
        let dataset = group.dataset(name)?;
        truncate(&dataset, rows)?;
        let columns = dataset.shape().get(1).copied().unwrap_or(0);
        Ok(Self { dataset, rows, columns })
    }

    fn append(&mut self, values: &[f64]) -> hdf5::Result<()> {
        let more = values.len() / self.columns.max(1);
        let end = self.rows + more;
        self.dataset.resize((end, self.columns))?;
        let view = ArrayView2::from_shape((more, self.columns), values).map_err(|fault| fault.to_string())?;
        self.dataset.write_slice(view, (self.rows..end, ..))?;
        self.rows = end;
        Ok(())
    }
}

impl LearningSink {
    pub(crate) fn create(file: &File) -> hdf5::Result<Self> {
        let group = file.create_group(layout::LEARNING)?;
        group.create_group(layout::WEIGHTS_OVER_TIME)?;
        let time = |name: &str| {
            let column = Column::sized(&group, name, LITTLE)?;
            put_text(column.dataset(), layout::UNITS, "ms")?;
            Ok::<_, hdf5::Error>(column)
        };
        let (y_time, loss_time) = (time("y_time_ms")?, time("loss_time_ms")?);
        let (loss, credit) = (Column::sized(&group, "loss", LITTLE)?, CreditSink::create(file)?);
        Ok(Self { y: None, y_time, loss, loss_time, weights: Vec::new(), credit, group })
    }

    /// Goes on after the rows of a checkpoint; `None` where nothing was learned yet.
    pub(crate) fn reopen(file: &File, rows: &LearnedRows) -> hdf5::Result<Option<Self>> {
        if !file.link_exists(layout::LEARNING) {
            return Ok(None);
        }
        let group = file.group(layout::LEARNING)?;
        let index = |rows: u64| usize::try_from(rows).map_err(|_| hdf5::Error::from("more rows than there can be"));
        let (steps, losses) = (index(rows.steps)?, index(rows.losses)?);
        let y = if group.link_exists("y") { Some(Grid::reopen(&group, "y", steps)?) } else { None };
        let parent = group.group(layout::WEIGHTS_OVER_TIME)?;
        let mut weights = Vec::new();
        let kept = index(rows.snapshots)?;
        for name in parent.member_names()? {
            let own = parent.group(&name)?;
            weights.push((name, Grid::reopen(&own, "weight", kept)?, Column::reopen(&own, "time_ms", kept)?));
        }
        Ok(Some(Self {
            y,
            y_time: Column::reopen(&group, "y_time_ms", steps)?,
            loss: Column::reopen(&group, "loss", losses)?,
            loss_time: Column::reopen(&group, "loss_time_ms", losses)?,
            weights,
            credit: CreditSink::reopen(file, &rows.credit)?,
            group,
        }))
    }

    pub(crate) fn append(&mut self, block: LearnedBlock) -> hdf5::Result<()> {
        if block.outputs > 0 && !block.y.is_empty() {
            if self.y.is_none() {
                self.y = Some(Grid::create(&self.group, "y", block.outputs)?);
            }
            self.y_time.append(block.y_times_ms)?;
            self.y_time.store()?;
            self.y.iter_mut().try_for_each(|y| y.append(&block.y))?;
        }
        self.credit.append(block.credit)?;
        self.loss_time.append(block.losses.iter().map(|own| own.0).collect())?;
        self.loss.append(block.losses.iter().map(|own| own.1).collect())?;
        for (time_ms, projection, weights) in block.weights {
            let name = layout::weight_name(&projection);
            let place = match self.weights.iter().position(|own| own.0 == name) {
                Some(place) => place,
                None => {
                    let own = self.group.group(layout::WEIGHTS_OVER_TIME)?.create_group(&name)?;
                    let time = Column::sized(&own, "time_ms", LITTLE)?;
                    self.weights.push((name, Grid::create(&own, "weight", weights.len())?, time));
                    self.weights.len() - 1
                }
            };
            let (_, grid, time) = &mut self.weights[place];
            grid.append(&weights)?;
            time.append(vec![time_ms])?;
            time.store()?;
        }
        Ok(())
    }

    pub(crate) fn store(&mut self) -> hdf5::Result<()> {
        self.loss.store()?;
        self.loss_time.store()
    }

    /// Rows stored.
    pub(crate) fn rows(&self) -> LearnedRows {
        LearnedRows {
            steps: self.y_time.rows() as u64,
            losses: self.loss.rows() as u64,
            credit: self.credit.rows(),
            snapshots: self.weights.first().map_or(0, |own| own.1.rows as u64),
        }
    }
}
