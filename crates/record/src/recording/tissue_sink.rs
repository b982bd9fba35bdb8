//! The arrays of a tissue while they are written.

use hdf5::types::VarLenUnicode;
use hdf5::{Dataset, File, Group};

use crate::h5::attribute::{put, put_text, unicode};
use crate::h5::column::fixed;
use crate::layout;
use crate::recording::frame_sink::{FrameSink, create_data, create_time, expected_frames};
use crate::recording::tissue_info::{ArrayInfo, TissueInfo};

/// Writes what is known of the tissue before the first step of a run up to `until_ms`.
pub(crate) fn create(file: &File, info: &TissueInfo, until_ms: f64) -> hdf5::Result<Vec<FrameSink>> {
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
    named.map(|(info, name)| create_array(&parent, &name, info, until_ms)).collect()
}

/// Goes on with the arrays after so many frames each.
pub(crate) fn reopen(file: &File, info: &TissueInfo, frames: &[u64]) -> hdf5::Result<Vec<FrameSink>> {
    let parent = file.group(layout::TISSUE)?;
    let named = info.arrays.iter().zip(info.array_names()).zip(frames);
    named.map(|((info, name), frames)| reopen_array(&parent, &name, info, *frames)).collect()
}

fn texts(group: &Group, name: &str, values: &[String]) -> hdf5::Result<()> {
    let values = values.iter().map(|text| unicode(text)).collect::<hdf5::Result<Vec<VarLenUnicode>>>()?;
    fixed(group, name, &values)?;
    Ok(())
}

fn create_array(parent: &Group, name: &str, info: &ArrayInfo, until_ms: f64) -> hdf5::Result<FrameSink> {
    let group = parent.create_group(name)?;
    put_text(&group, "measure", &info.measure)?;
    if !info.species.is_empty() {
        put_text(&group, "species", &info.species)?;
    }
    if let Some((axis, plane)) = info.slice {
        put_text(&group, "axis", axis.name())?;
        put(&group, "plane", &plane)?;
    }
    let data = create_data::<f64>(&group, "data", (&info.shape, expected_frames(until_ms, times(info))), &info.unit)?;
    Ok(sink(name, (data, create_time(&group, times(info))?), info))
}

fn reopen_array(parent: &Group, name: &str, info: &ArrayInfo, frames: u64) -> hdf5::Result<FrameSink> {
    let group = parent.group(name)?;
    let frames = usize::try_from(frames).map_err(|_| format!("{frames} frames are more than there can be"))?;
    sink(name, (group.dataset("data")?, group.dataset("time")?), info).after(frames)
}

fn sink(name: &str, (data, time): (Dataset, Dataset), info: &ArrayInfo) -> FrameSink {
    FrameSink::new(format!("{}/{name}", layout::TISSUE), (vec![data], time), &info.shape, times(info))
}

/// The first frame is that of the first interval's end.
fn times(info: &ArrayInfo) -> [f64; 2] {
    [info.every_ms; 2]
}
