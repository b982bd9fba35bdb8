//! The data of a task of one's own.

use crate::Error;
use crate::destination::Destination;
use crate::gradient_file::{Table, check, put_tables};
use hdf5::File;
use std::path::{Path, PathBuf};

/// Trials, as a task of kind `data` reads them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskDataFile {
    /// Tables `inputs`, `[trial][step][input]`; `targets`, `[trial][step][output]`; `loss_weights`, `[step]`.
    pub tables: Vec<Table>,
    /// Lists of whole numbers by name: `labels` and `split`, one a trial.
    pub lists: Vec<(&'static str, Vec<i64>)>,
}

impl TaskDataFile {
    /// Writes the file beside its name and renames it; replaces an existing one only with `force`. Returns its path.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`], [`Error::Io`], [`Error::Write`]; [`Error::Refused`] where a shape does not fit its values.
    pub fn write(&self, path: &Path, force: bool) -> Result<PathBuf, Error> {
        check(&self.tables)?;
        let destination = Destination::claim(path, force)?;
        let mut object = "a new file";
        let written = File::create(&destination.new).and_then(|file| {
            put_tables(&file, &self.tables, &mut object)?;
            for (name, values) in &self.lists {
                object = name;
                file.new_dataset::<i64>().shape(values.len()).create(*name)?.write_raw(values)?;
            }
            file.close()
        });
        destination.settle(written, object)
    }
}
