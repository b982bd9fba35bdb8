//! Reading what a recording holds of its tissue.

use std::ops::Range;

use crate::Error;
use crate::layout;
use crate::recording::reader::Recording;
use crate::recording::tissue_info::{ArrayInfo, Axis, TissueInfo, Voxels};

/// The tissue as the recording describes it; [`TissueInfo::arrays`] and `frames` go together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TissueRecord {
    /// Species, cell types, voxels and arrays.
    pub info: TissueInfo,
    /// Frames of each array.
    pub frames: Vec<usize>,
    groups: Vec<String>,
}

impl Recording {
    /// What the recording tells of its tissue; `None` where it has none.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`], [`Error::WrongType`], [`Error::Length`], [`Error::Value`] or [`Error::Read`].
    pub fn tissue(&self) -> Result<Option<TissueRecord>, Error> {
        let source = self.arrays.source();
        if !source.is_group(layout::TISSUE) {
            return Ok(None);
        }
        let place = |name: &str| format!("{}/{name}", layout::TISSUE);
        let step = source.number_attribute(layout::TISSUE, "step_ms")?;
        let step_ms =
            step.ok_or_else(|| source.missing(&crate::h5::source::at(layout::TISSUE, "step_ms"), "a number"))?;
        let voxels = source.has(&place("shape_voxels")).then(|| {
            Ok::<_, Error>(Voxels {
                shape: self.three(&place("shape_voxels"))?,
                spacing_um: self.three(&place("spacing_um"))?,
                origin_um: self.three(&place("origin_um"))?,
            })
        });
        let info = TissueInfo {
            species: source.texts(&place("species"))?,
            cell_types: source.texts(&place("cell_types"))?,
            voxels: voxels.transpose()?,
            step_ms,
            arrays: Vec::new(),
        };
        let mut record = TissueRecord { info, ..TissueRecord::default() };
        let members = source.members(layout::TISSUE)?;
        for group in members.iter().map(|name| place(name)).filter(|group| source.is_group(group)) {
            let (info, frames) = self.array(&group)?;
            record.info.arrays.push(info);
            record.frames.push(frames);
            record.groups.push(group);
        }
        Ok(Some(record))
    }

    fn three<T: hdf5::H5Type + Copy>(&self, object: &str) -> Result<[T; 3], Error> {
        let values = self.arrays.source().list::<T>(object)?;
        let found = values.len();
        <[T; 3]>::try_from(values).map_err(|_| self.arrays.source().length(object, found, "3".into()))
    }

    fn array(&self, group: &str) -> Result<(ArrayInfo, usize), Error> {
        let source = self.arrays.source();
        let data = format!("{group}/data");
        let shape = source.shape(&data)?;
        let Some((frames, shape)) = shape.split_first().filter(|(_, frame)| (1..=3).contains(&frame.len())) else {
            return Err(source.wrong_type(&data, &format!("of shape {shape:?}"), "frames of one to three axes"));
        };
        let [_, _, every_ms] = self.three(&format!("{group}/time"))?;
        let axis = source.text_attribute(group, "axis")?;
        let axis = axis.and_then(|name| Axis::ALL.into_iter().find(|axis| axis.name() == name));
        let info = ArrayInfo {
            measure: source.text_attribute(group, "measure")?.unwrap_or_default(),
            species: source.text_attribute(group, "species")?.unwrap_or_default(),
            slice: axis.zip(source.number_attribute(group, "plane")?),
            unit: source.text_attribute(&data, layout::UNITS)?.unwrap_or_default(),
            shape: shape.to_vec(),
            every_ms,
        };
        Ok((info, *frames))
    }

    /// Some frames of an array, one after another.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] if there are not as many; as [`Recording::tissue`].
    pub fn tissue_frames(&self, record: &TissueRecord, array: usize, frames: Range<usize>) -> Result<Vec<f64>, Error> {
        let source = self.arrays.source();
        let object = format!("{}/data", record.groups[array]);
        let dataset = source.dataset(&object)?;
        if frames.end > record.frames[array] {
            return Err(source.length(&object, record.frames[array], format!("frames up to {}", frames.end)));
        }
        let at = |error: hdf5::Error| source.unreadable(&object, &error);
        Ok(match record.info.arrays[array].shape.len() {
            1 => dataset.read_slice_2d::<f64, _>((frames, ..)).map_err(at)?.into_raw_vec_and_offset().0,
            2 => {
                let read = dataset.read_slice::<f64, _, ndarray::Ix3>((frames, .., ..)).map_err(at)?;
                read.into_raw_vec_and_offset().0
            }
            _ => {
                let read = dataset.read_slice::<f64, _, ndarray::Ix4>((frames, .., .., ..)).map_err(at)?;
                read.into_raw_vec_and_offset().0
            }
        })
    }
}
