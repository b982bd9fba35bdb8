//! The data of a task of one's own, and the digest by which they are known again.

use crate::h5::destination::Destination;
use crate::training::gradient_file::{Table, check, put_tables};
use crate::{Digest, Error, layout};
use std::path::{Path, PathBuf};

/// Trials, as a task of kind `data` reads them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskDataFile {
    /// Tables `inputs`, `[trial][step][input]`; `targets`, `[trial][step][output]`, or `labels`, `[trial][step]`; `loss_weights`, `[step]`.
    pub tables: Vec<Table>,
    /// Lists of whole numbers by name: `labels` and `split`, one a trial.
    pub lists: Vec<(&'static str, Vec<i64>)>,
}

/// The digest of trials, whatever file they lie in: of names, shapes and values of the tables, in their order.
pub fn digest_of_data(tables: &[Table]) -> String {
    let add = |digest: Digest, table: &Table| {
        let shape = table
            .shape
            .iter()
            .fold(digest.with(table.object.as_bytes()), |digest, extent| digest.with(&(*extent as u64).to_le_bytes()));
        table.values.iter().fold(shape, |digest, value| digest.with(&value.to_le_bytes()))
    };
    format!("fnv1a64:{:016x}", tables.iter().fold(Digest::new(), add).0)
}

/// The tables of trials as another file keeps them.
pub fn kept_data(tables: &[Table]) -> Vec<Table> {
    let below = |table: &Table| Table { object: format!("{}/{}", layout::DATA, table.object), ..table.clone() };
    tables.iter().map(below).collect()
}

impl TaskDataFile {
    /// Writes the file beside its name and renames it; replaces an existing one only with `force`. Returns its path.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`], [`Error::Io`], [`Error::Write`]; [`Error::Refused`] where a shape does not fit its values.
    pub fn write(&self, path: &Path, force: bool) -> Result<PathBuf, Error> {
        check(&self.tables)?;
        Destination::whole(path, force, |file, object| {
            put_tables(file, &self.tables, object)?;
            for (name, values) in &self.lists {
                *object = (*name).to_owned();
                file.new_dataset::<i64>().shape(values.len()).create(*name)?.write_raw(values)?;
            }
            Ok(())
        })
    }
}
