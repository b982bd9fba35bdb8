//! Files between the stages of a training task: trials, and what a carrier made of them.

use crate::h5::attribute::{put_text, unicode};
use crate::h5::destination::Destination;
use crate::training::gradient_file::{Table, check, put_tables};
use crate::training::training_file::read_tables;
use crate::{Arrays, Error, layout};
use hdf5::types::VarLenUnicode;
use std::path::{Path, PathBuf};

/// Trials of a task, as tables of f64 by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrialFile {
    /// The task file, as JSON.
    pub task: String,
    /// The seed of weights, trials and positions.
    pub seed: u64,
    /// The command line that made it.
    pub command: String,
    /// The tables.
    pub tables: Vec<Table>,
}

impl TrialFile {
    /// Whether a file is one of trials; other files, and what is no HDF5 file, are not.
    pub fn is_one(path: &Path) -> bool {
        let format = Arrays::open(path).and_then(|arrays| arrays.string_attr("/", "format"));
        format.is_ok_and(|format| format.as_deref() == Some(layout::TRIALS_FORMAT))
    }

    /// Writes the file beside its name and renames it; replaces an existing one only with `force`.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`], [`Error::Io`], [`Error::Write`]; [`Error::Refused`] where a shape does not fit its values.
    pub fn write(&self, path: &Path, force: bool) -> Result<PathBuf, Error> {
        check(&self.tables)?;
        Destination::whole(path, force, |file, object| {
            put_text(file, "format", layout::TRIALS_FORMAT)?;
            put_text(file, "neuropil_version", env!("CARGO_PKG_VERSION"))?;
            put_text(file, "command", &self.command.replace('\0', " "))?;
            put_text(file, "seed", &self.seed.to_string())?;
            file.new_dataset::<VarLenUnicode>().create(layout::TASK)?.write_scalar(&unicode(&self.task)?)?;
            put_tables(file, &self.tables, object)
        })
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// As [`Arrays`]; [`Error::WrongType`] for a file of another format or without a seed.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let arrays = Arrays::open(path)?;
        let text = |name: &str| Ok::<_, Error>(arrays.string_attr("/", name)?.unwrap_or_default());
        let format = text("format")?;
        if format != layout::TRIALS_FORMAT {
            let found = if format.is_empty() { "without `format`".into() } else { format!("of format {format}") };
            return Err(arrays.source().wrong_type("/", &found, layout::TRIALS_FORMAT));
        }
        let seed = text("seed")?;
        let seed = seed.parse().map_err(|_| {
            arrays.source().wrong_type(
                "/",
                &format!("with seed `{seed}`"),
                "with an attribute `seed`, a whole number as text",
            )
        })?;
        let tables = read_tables(&arrays, "")?;
        Ok(Self { task: arrays.source().text(layout::TASK)?, seed, command: text("command")?, tables })
    }
}
