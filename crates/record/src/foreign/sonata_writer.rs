//! Files that SONATA tools read: spikes and nodes. Reports and edges have files of their own.

use crate::h5::attribute::{put, put_text};
use crate::h5::column::{Column, growing};
use crate::layout::{self, Sorting};
use crate::{Error, Spikes, h5::written};
use hdf5::{File, Group, H5Type};
use std::path::{Path, PathBuf};

/// A new SONATA file with its root attributes.
pub(crate) fn create_file(path: &Path) -> Result<File, Error> {
    let create = || -> hdf5::Result<File> {
        let file = written::create(path)?;
        write_root(&file)?;
        Ok(file)
    };
    create().map_err(|source| Error::write(path, "a new file", &source))
}

/// Writes the attributes by which a SONATA file is told.
pub(crate) fn write_root(file: &File) -> hdf5::Result<()> {
    put(file, "magic", &layout::MAGIC)?;
    file.new_attr::<u32>().shape((2,)).create("version")?.write(&layout::VERSION)
}

/// Begins the group of a population's spikes, of which there will be about so many.
pub(crate) fn spike_columns(parent: &Group, population: &str, spikes: u64) -> hdf5::Result<(Column<f64>, Column<u64>)> {
    let group = parent.create_group(population)?;
    put(&group, layout::SORTING, &Sorting::by_time)?;
    let timestamps = Column::sized(&group, layout::TIMESTAMPS, spikes)?;
    put_text(timestamps.dataset(), layout::UNITS, "ms")?;
    let node_ids = Column::sized(&group, layout::NODE_IDS, spikes)?;
    Ok((timestamps, node_ids))
}

/// A spike file while it is written: one population after the other, by time.
pub struct SpikeFile {
    path: PathBuf,
    file: File,
    parent: Group,
}

impl SpikeFile {
    /// Begins a file without spikes.
    ///
    /// # Errors
    ///
    /// [`Error::Write`].
    pub fn create(path: &Path) -> Result<Self, Error> {
        let file = create_file(path)?;
        let parent = file.create_group(layout::SPIKES).map_err(|source| Error::write(path, layout::SPIKES, &source))?;
        Ok(Self { path: path.to_owned(), file, parent })
    }

    /// Writes a population whose spikes come in pieces, by time: `next` fills an empty list and says whether there is more.
    ///
    /// # Errors
    ///
    /// [`Error::Write`], or that of `next`.
    pub fn population<E: From<Error>>(
        &mut self,
        name: &str,
        next: impl FnMut(&mut Spikes) -> Result<bool, E>,
    ) -> Result<(), E> {
        self.pieces(name, u64::MAX, next)
    }

    fn pieces<E: From<Error>>(
        &mut self,
        name: &str,
        expected: u64,
        mut next: impl FnMut(&mut Spikes) -> Result<bool, E>,
    ) -> Result<(), E> {
        let at = |source: hdf5::Error| Error::write(&self.path, format!("{}/{name}", layout::SPIKES), &source);
        let (mut times, mut ids) = spike_columns(&self.parent, name, expected).map_err(at)?;
        loop {
            let mut spikes = Spikes::default();
            let more = next(&mut spikes)?;
            times.append(spikes.times_ms).and_then(|()| ids.append(spikes.node_ids)).map_err(at)?;
            if !more {
                break;
            }
        }
        Ok(times.store().and_then(|()| ids.store()).map_err(at)?)
    }

    /// Writes a population whose spikes are at hand, by time.
    ///
    /// # Errors
    ///
    /// [`Error::Write`].
    pub fn whole(&mut self, name: &str, spikes: Spikes) -> Result<(), Error> {
        let expected = spikes.node_ids.len() as u64;
        let mut spikes = Some(spikes);
        self.pieces(name, expected, |piece| {
            *piece = spikes.take().unwrap_or_default();
            Ok::<_, Error>(false)
        })
    }

    /// Closes the file.
    ///
    /// # Errors
    ///
    /// [`Error::Write`].
    pub fn finish(self) -> Result<(), Error> {
        let Self { path, file, parent } = self;
        drop(parent);
        written::finish(file, &path)
    }
}

/// Writes the nodes of a population, ids from 0: one type, and one column of numbers a name.
///
/// # Errors
///
/// [`Error::Write`].
pub fn write_nodes(
    path: &Path,
    population: &str,
    (type_id, count): (i64, u64),
    columns: &[(String, Vec<f64>)],
) -> Result<(), Error> {
    let file = create_file(path)?;
    let write = || -> hdf5::Result<()> {
        let group = file.create_group(&format!("/nodes/{population}"))?;
        let length = usize::try_from(count).unwrap_or(usize::MAX);
        let ids: Vec<u64> = (0..count).collect();
        dataset(&group, "node_id", &ids)?;
        dataset(&group, "node_type_id", &vec![type_id; length])?;
        dataset(&group, "node_group_id", &vec![0_u32; length])?;
        dataset(&group, "node_group_index", &ids)?;
        let own = group.create_group("0")?;
        own.create_group("dynamics_params")?;
        columns.iter().try_for_each(|(name, values)| dataset(&own, name, values))
    };
    write().map_err(|source| Error::write(path, format!("/nodes/{population}"), &source))?;
    written::finish(file, path)
}

fn dataset<T: H5Type>(group: &Group, name: &str, values: &[T]) -> hdf5::Result<()> {
    growing(group).empty::<T>().shape((values.len(),)).create(name)?.write(values)
}
