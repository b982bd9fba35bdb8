//! Frames of a fixed shape while they are written, and the times that go with them.

use hdf5::{Dataset, Extent, Group, H5Type, Hyperslab, SimpleExtents, SliceOrIndex};
use ndarray::ArrayView;

use crate::h5::attribute::put_text;
use crate::h5::column::{CHUNK, fixed, growing, truncate};
use crate::layout;

/// Numbers of one frame in a chunk, about, at most.
const CHUNK_OF_FRAME: usize = 64 * 1024;

/// Growing datasets of shape `[frames, ..]` that hold the same frames.
pub(crate) struct FrameSink {
    pub(crate) object: String,
    data: Vec<Dataset>,
    time: Dataset,
    shape: Vec<usize>,
    first_ms: f64,
    every_ms: f64,
    frames: usize,
    pending: Vec<f64>,
}

impl FrameSink {
    /// No frames yet, each of this shape; the first is that at `first_ms`.
    pub(crate) fn new(
        object: String,
        (data, time): (Vec<Dataset>, Dataset),
        shape: &[usize],
        [first_ms, every_ms]: [f64; 2],
    ) -> Self {
        Self { object, data, time, shape: shape.to_vec(), first_ms, every_ms, frames: 0, pending: Vec::new() }
    }

    /// Goes on after so many frames; what lies behind them is dropped.
    pub(crate) fn after(mut self, frames: usize) -> hdf5::Result<Self> {
        for data in &self.data {
            truncate(data, frames)?;
        }
        self.frames = frames;
        self.write_time()?;
        Ok(self)
    }

    /// Frames stored.
    pub(crate) fn frames(&self) -> usize {
        self.frames
    }

    /// Adds whole frames, one after the other.
    pub(crate) fn append(&mut self, frames: Vec<f64>) -> hdf5::Result<()> {
        if self.pending.is_empty() {
            self.pending = frames;
        } else {
            self.pending.extend_from_slice(&frames);
        }
        if self.pending.len() >= CHUNK { self.store() } else { Ok(()) }
    }

    pub(crate) fn store(&mut self) -> hdf5::Result<()> {
        let pending = std::mem::take(&mut self.pending);
        let width: usize = self.shape.iter().product();
        if pending.is_empty() || width == 0 {
            return Ok(());
        }
        let (from, rows) = (self.frames, pending.len() / width);
        let of = |first: usize| -> Vec<usize> { std::iter::once(first).chain(self.shape.iter().copied()).collect() };
        let new = ArrayView::from_shape(of(rows), &pending)?;
        for data in &self.data {
            data.resize(of(from + rows))?;
            let whole = self.shape.iter().map(|_| SliceOrIndex::from(..));
            let place: Vec<_> = std::iter::once(SliceOrIndex::from(from..from + rows)).chain(whole).collect();
            data.write_slice(new.view(), Hyperslab::from(place))?;
        }
        self.frames += rows;
        self.write_time()
    }

    /// First, end and interval.
    #[expect(clippy::cast_precision_loss, reason = "frames stay far below 2^53")]
    fn write_time(&self) -> hdf5::Result<()> {
        let stop_ms = self.first_ms + self.frames as f64 * self.every_ms;
        self.time.write(&[self.first_ms, stop_ms, self.every_ms])
    }
}

/// Frames up to a time, the first of them at `first_ms`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size to begin with")]
pub(crate) fn expected_frames(until_ms: f64, [first_ms, every_ms]: [f64; 2]) -> usize {
    ((until_ms - first_ms) / every_ms + 1.5).max(1.0) as usize
}

/// Starts a dataset of frames of this shape, without any; about `frames` will follow.
pub(crate) fn create_data<T: H5Type>(
    group: &Group,
    name: &str,
    (shape, frames): (&[usize], usize),
    unit: &str,
) -> hdf5::Result<Dataset> {
    let mut chunk = shape.to_vec();
    let inner: usize = shape.iter().skip(1).product();
    if let Some(outer) = chunk.first_mut() {
        let most = (CHUNK_OF_FRAME / inner.max(1)).max(1);
        *outer = outer.div_ceil(outer.div_ceil(most).max(1)).max(1);
    }
    let rows = (CHUNK / chunk.iter().product::<usize>().max(1)).min(frames).max(1);
    chunk.insert(0, rows);
    let extents = std::iter::once(Extent::resizable(0)).chain(shape.iter().map(Extent::from));
    let data = growing(group).chunk(chunk).empty::<T>().shape(SimpleExtents::new(extents)).create(name)?;
    put_text(&data, layout::UNITS, unit)?;
    Ok(data)
}

/// The times before the first frame.
pub(crate) fn create_time(group: &Group, [first_ms, every_ms]: [f64; 2]) -> hdf5::Result<Dataset> {
    let time = fixed(group, "time", &[first_ms, first_ms, every_ms])?;
    put_text(&time, layout::UNITS, "ms")?;
    Ok(time)
}
