//! An extendable one-dimensional dataset, filled in large pieces.

use std::mem;

use hdf5::{Dataset, DatasetBuilder, Group, H5Type};

/// Rows of a chunk, and the rows that gather in memory before they are stored.
pub(crate) const CHUNK: usize = 16 * 1024;

/// Rows to expect of what has one a window of learning, or one a trial.
pub(crate) const LITTLE: u64 = 1024;
/// Rows of a chunk at least.
pub(crate) const FEW: usize = 64;

/// A dataset of shape `[rows]` that grows. Without filters, which some SONATA readers lack.
pub(crate) struct Column<T> {
    dataset: Dataset,
    rows: usize,
    pending: Vec<T>,
}

impl<T: H5Type + Copy> Column<T> {
    pub(crate) fn create(group: &Group, name: &str) -> hdf5::Result<Self> {
        Self::sized(group, name, CHUNK as u64)
    }

    /// The same for about so many rows: a chunk takes its whole room in the file, however few rows are in it.
    pub(crate) fn sized(group: &Group, name: &str, rows: u64) -> hdf5::Result<Self> {
        let rows = usize::try_from(rows).unwrap_or(CHUNK).clamp(FEW, CHUNK).next_power_of_two();
        let dataset = growing(group).chunk((rows,)).empty::<T>().shape((0..,)).create(name)?;
        Ok(Self { dataset, rows: 0, pending: Vec::new() })
    }

    /// Goes on with a dataset after its first `rows` rows; what lies behind them is dropped.
    pub(crate) fn reopen(group: &Group, name: &str, rows: usize) -> hdf5::Result<Self> {
        let dataset = group.dataset(name)?;
        truncate(&dataset, rows)?;
        Ok(Self { dataset, rows, pending: Vec::new() })
    }

    /// Rows stored.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// Adds rows; they reach the library once a chunk is full or [`Column::store`] is called.
    pub(crate) fn append(&mut self, rows: Vec<T>) -> hdf5::Result<()> {
        if self.pending.is_empty() {
            self.pending = rows;
        } else {
            self.pending.extend_from_slice(&rows);
        }
        if self.pending.len() >= CHUNK { self.store() } else { Ok(()) }
    }

    pub(crate) fn store(&mut self) -> hdf5::Result<()> {
        let pending = mem::take(&mut self.pending);
        if pending.is_empty() {
            return Ok(());
        }
        let end = self.rows + pending.len();
        self.dataset.resize((end,))?;
        self.dataset.write_slice(&pending[..], self.rows..end)?;
        self.rows = end;
        Ok(())
    }
}

/// Drops the rows behind the first `rows`; a dataset that has fewer is damaged.
pub(crate) fn truncate(dataset: &Dataset, rows: usize) -> hdf5::Result<()> {
    dataset.resize(kept_shape(dataset, rows)?)
}

/// The shape that a dataset has with its first `rows` rows, if it has as many.
pub(crate) fn kept_shape(dataset: &Dataset, rows: usize) -> hdf5::Result<Vec<usize>> {
    let mut shape = dataset.shape();
    match shape.first_mut() {
        Some(stored) if *stored >= rows => *stored = rows,
        _ => return Err(format!("{} has the shape {shape:?}, expected {rows} rows or more", dataset.name()).into()),
    }
    Ok(shape)
}

/// Writes a list of a length that stays.
pub(crate) fn fixed<T: H5Type>(group: &Group, name: &str, values: &[T]) -> hdf5::Result<Dataset> {
    let dataset = group.new_dataset::<T>().shape((values.len(),)).obj_track_times(false).create(name)?;
    dataset.write(values)?;
    Ok(dataset)
}

/// Starts a dataset that sends data to the file when they are written, not when it is flushed: on a full disk a
/// flush would store the new length after it failed to store the rows, which then read as zeros.
pub(crate) fn growing(group: &Group) -> DatasetBuilder {
    group.new_dataset_builder().chunk_cache(1, 0, 1.0).obj_track_times(false)
}
