//! The arrays of a tissue while they are written.

use hdf5::types::VarLenUnicode;
use hdf5::{Dataset, File, Group};
use ndarray::ArrayView;

use crate::attribute::{put, put_text, unicode};
use crate::column::{CHUNK, fixed, growing, truncate};
use crate::layout;
use crate::tissue_info::{ArrayInfo, TissueInfo};

/// A growing dataset of frames and the times that go with it.
pub(crate) struct ArraySink {
    pub(crate) object: String,
    data: Dataset,
    time: Dataset,
    shape: Vec<usize>,
    every_ms: f64,
    frames: usize,
    pending: Vec<f64>,
}

/// Writes what is known of the tissue before the first step.
pub(crate) fn create(file: &File, info: &TissueInfo) -> hdf5::Result<Vec<ArraySink>> {
    let parent = file.create_group(layout::TISSUE)?;
    put(&parent, "step_ms", &info.step_ms)?;
    texts(&parent, "species", &info.species)?;
    texts(&parent, "cell_types", &info.cell_types)?;
    if let Some(voxels) = &info.voxels {
        fixed(&parent, "shape_voxels", &voxels.shape)?;
        fixed(&parent, "spacing_um", &voxels.spacing_um)?;
        fixed(&parent, "origin_um", &voxels.origin_um)?;
    }
    let named = info.arrays.iter().zip(info.array_names());
    named.map(|(info, name)| ArraySink::create(&parent, &name, info)).collect()
}

/// Goes on with the arrays after so many frames each.
pub(crate) fn reopen(file: &File, info: &TissueInfo, frames: &[u64]) -> hdf5::Result<Vec<ArraySink>> {
    let parent = file.group(layout::TISSUE)?;
    let named = info.arrays.iter().zip(info.array_names()).zip(frames);
    named.map(|((info, name), frames)| ArraySink::reopen(&parent, &name, info, *frames)).collect()
}

fn texts(group: &Group, name: &str, values: &[String]) -> hdf5::Result<()> {
    let values = values.iter().map(|text| unicode(text)).collect::<hdf5::Result<Vec<VarLenUnicode>>>()?;
    fixed(group, name, &values)?;
    Ok(())
}

impl ArraySink {
    fn create(parent: &Group, name: &str, info: &ArrayInfo) -> hdf5::Result<Self> {
        let group = parent.create_group(name)?;
        put_text(&group, "measure", &info.measure)?;
        if !info.species.is_empty() {
            put_text(&group, "species", &info.species)?;
        }
        if let Some((axis, plane)) = info.slice {
            put_text(&group, "axis", axis.name())?;
            put(&group, "plane", &plane)?;
        }
        let width: usize = info.shape.iter().product();
        let rows = (CHUNK / width.max(1)).max(1);
        let (d, builder) = (&info.shape[..], growing(&group));
        let data = match *d {
            [a] => builder.chunk((rows, a)).empty::<f64>().shape((0.., a)).create("data"),
            [a, b] => builder.chunk((rows, a, b)).empty::<f64>().shape((0.., a, b)).create("data"),
            [a, b, c] => builder.chunk((rows, a, b, c)).empty::<f64>().shape((0.., a, b, c)).create("data"),
            _ => return Err(format!("frames of shape {d:?}, expected one to three axes").into()),
        }?;
        put_text(&data, layout::UNITS, &info.unit)?;
        let time = fixed(&group, "time", &[info.every_ms, info.every_ms, info.every_ms])?;
        put_text(&time, layout::UNITS, "ms")?;
        Ok(Self::new(name, (data, time), info, 0))
    }

    fn reopen(parent: &Group, name: &str, info: &ArrayInfo, frames: u64) -> hdf5::Result<Self> {
        let group = parent.group(name)?;
        let (data, time) = (group.dataset("data")?, group.dataset("time")?);
        let frames = usize::try_from(frames).map_err(|_| format!("{frames} frames are more than there can be"))?;
        truncate(&data, frames)?;
        let sink = Self::new(name, (data, time), info, frames);
        sink.write_time()?;
        Ok(sink)
    }

    fn new(name: &str, (data, time): (Dataset, Dataset), info: &ArrayInfo, frames: usize) -> Self {
        let object = format!("{}/{name}", layout::TISSUE);
        let (shape, every_ms) = (info.shape.clone(), info.every_ms);
        Self { object, data, time, shape, every_ms, frames, pending: Vec::new() }
    }

    /// Frames stored.
    pub(crate) fn frames(&self) -> usize {
        self.frames
    }

    /// Adds whole frames.
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
        let rows = pending.len() / width;
        let (from, to) = (self.frames, self.frames + rows);
        match self.shape[..] {
            [a] => {
                self.data.resize((to, a))?;
                self.data.write_slice(ArrayView::from_shape((rows, a), &pending)?, (from..to, ..))?;
            }
            [a, b] => {
                self.data.resize((to, a, b))?;
                self.data.write_slice(ArrayView::from_shape((rows, a, b), &pending)?, (from..to, .., ..))?;
            }
            [a, b, c] => {
                self.data.resize((to, a, b, c))?;
                self.data.write_slice(ArrayView::from_shape((rows, a, b, c), &pending)?, (from..to, .., .., ..))?;
            }
            _ => {}
        }
        self.frames = to;
        self.write_time()
    }

    #[expect(clippy::cast_precision_loss, reason = "frames stay far below 2^53")]
    fn write_time(&self) -> hdf5::Result<()> {
        let stop_ms = self.every_ms + self.frames as f64 * self.every_ms;
        self.time.write(&[self.every_ms, stop_ms, self.every_ms])
    }
}
