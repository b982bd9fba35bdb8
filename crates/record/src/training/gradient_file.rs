//! Files of gradients: plain tables of f64 by name, in the layout of reference cases.

use crate::h5::attribute::{put, put_text};
use crate::h5::destination::Destination;
use crate::{Error, layout};
use hdf5::File;
use std::path::{Path, PathBuf};

/// A table: where it stands, its shape, and its values in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Path in the file, as in `grads/eprop/dW_in`.
    pub object: String,
    /// Extent of each axis.
    pub shape: Vec<usize>,
    /// Values, the last axis fastest.
    pub values: Vec<f64>,
}

/// What a file of gradients says besides its tables.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GradientFile {
    /// The tables.
    pub tables: Vec<Table>,
    /// Numbers of the file as a whole, as attributes of its root.
    pub numbers: Vec<(&'static str, f64)>,
    /// The command line that made it.
    pub command: String,
}

impl GradientFile {
    /// Writes the file beside its name and renames it; replaces an existing one only with `force`. Returns its path.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`], [`Error::Io`], [`Error::Write`]; [`Error::Refused`] where a shape does not fit its values.
    pub fn write(&self, path: &Path, force: bool) -> Result<PathBuf, Error> {
        check(&self.tables)?;
        Destination::whole(path, force, |file, object| {
            put_text(file, "format", layout::GRADIENTS_FORMAT)?;
            put_text(file, "neuropil_version", env!("CARGO_PKG_VERSION"))?;
            put_text(file, "command", &self.command.replace('\0', " "))?;
            for (name, value) in &self.numbers {
                put(file, name, value)?;
            }
            put_tables(file, &self.tables, object)
        })
    }
}

/// Whether all shapes fit their values.
pub(crate) fn check(tables: &[Table]) -> Result<(), Error> {
    match tables.iter().find(|table| table.shape.iter().product::<usize>() != table.values.len()) {
        None => Ok(()),
        Some(table) => {
            let found = format!("{} values of shape {:?}", table.values.len(), table.shape);
            Err(Error::refused(&table.object, found, "as many values as the shape has"))
        }
    }
}

/// Writes tables, with the groups that they are in; `object` is the one being written.
pub(crate) fn put_tables(file: &File, tables: &[Table], object: &mut String) -> hdf5::Result<()> {
    for table in tables {
        object.clone_from(&table.object);
        if let Some((group, _)) = object.rsplit_once('/').filter(|(group, _)| !file.link_exists(group)) {
            file.create_group(group)?;
        }
        file.new_dataset::<f64>().shape(table.shape.clone()).create(object.as_str())?.write_raw(&table.values)?;
    }
    Ok(())
}
