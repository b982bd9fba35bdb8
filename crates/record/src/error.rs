//! What can go wrong with a recording, each with the file and the place in it.

use neuropil_files::FileError;
use std::path::{Path, PathBuf};

/// A fault of a file, of the disk below it, or of what was handed over for writing.
///
/// `object` is always a path inside the HDF5 file, such as `/spikes/exc/timestamps`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The recording to be written exists already.
    #[error("`{path}` exists already: choose another name, or replace it with --force", path = path.display())]
    Exists {
        /// The file found.
        path: PathBuf,
    },
    /// The directory to be written holds something already.
    #[error(
        "`{path}` holds files already: choose another directory, or write over files of the same names with --force",
        path = path.display()
    )]
    Occupied {
        /// The directory found.
        path: PathBuf,
    },
    /// An earlier run of the same name did not finish.
    #[error(
        "`{path}` exists: an interrupted run left it, and it holds what that run recorded. \
         Inspect it, rename it to keep it, or discard it with --force",
        path = path.display()
    )]
    Interrupted {
        /// The file found.
        path: PathBuf,
    },
    /// Another process or another recorder holds the file.
    #[error("`{path}` is being written by another run", path = path.display())]
    Busy {
        /// The file found.
        path: PathBuf,
    },
    /// The system refused an operation on the file or its directory.
    #[error("cannot {action} `{path}`: {reason}", path = path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// The system's reason.
        reason: String,
    },
    /// Writing failed; what was recorded before stays in the file.
    #[error("writing {object} to `{path}` failed: {reason}", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What was being written.
        object: String,
        /// The system's or the library's reason.
        reason: String,
    },
    /// The writer thread has ended after an error reported earlier.
    #[error("`{path}` takes no more data: its writer stopped after an earlier error", path = path.display())]
    WriterStopped {
        /// The file.
        path: PathBuf,
    },
    /// A header or a block cannot be recorded as it was handed over.
    #[error("cannot record {what}: found {found}, expected {expected}")]
    Refused {
        /// The part of the header or block.
        what: String,
        /// What was handed over.
        found: String,
        /// What would be right.
        expected: String,
    },
    /// The file is no HDF5 file.
    #[error("`{path}` is not an HDF5 file: {found}", path = path.display())]
    NotHdf5 {
        /// The file.
        path: PathBuf,
        /// What its beginning looks like.
        found: String,
    },
    /// The file is shorter than it says it is.
    #[error("`{path}` is truncated: {reason}", path = path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// The lengths, as the library gives them.
        reason: String,
    },
    /// A line of a type table has no meaning.
    #[error("`{path}`, line {line}: {reason}", path = path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// The line, from 1 on.
        line: usize,
        /// What was found and what was expected.
        reason: String,
    },
    /// An expression that chooses rows of a table has no meaning.
    #[error("character {column}: {message}\n  {shown}\n  {mark}")]
    Selection {
        /// The expression, or what of it surrounds the fault.
        shown: String,
        /// A mark that stands under the fault, when shown below the expression.
        mark: String,
        /// The character, from 1 on.
        column: usize,
        /// What was found and what was expected.
        message: String,
    },
    /// What was asked of a file of spike trains is not in it.
    #[error("`{path}`: {reason}", path = path.display())]
    Request {
        /// The file.
        path: PathBuf,
        /// What was asked, and what the file has.
        reason: String,
    },
    /// A group, dataset or attribute is not there.
    #[error("`{path}`: {object} is missing, expected {expected}", path = path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// The place in the file.
        object: String,
        /// What should be there.
        expected: String,
    },
    /// A dataset or attribute has another type or shape than needed.
    #[error("`{path}`: {object} is {found}, expected {expected}", path = path.display())]
    WrongType {
        /// The file.
        path: PathBuf,
        /// The place in the file.
        object: String,
        /// Its type or shape.
        found: String,
        /// The type or shape needed.
        expected: String,
    },
    /// Two datasets that belong together differ in length.
    #[error("`{path}`: {object} has {found} entries, expected {expected}", path = path.display())]
    Length {
        /// The file.
        path: PathBuf,
        /// The place in the file.
        object: String,
        /// Its length.
        found: usize,
        /// The length needed, and why.
        expected: String,
    },
    /// One entry of a dataset has no meaning.
    #[error("`{path}`: {object}[{index}] is {found}, expected {expected}", path = path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// The place in the file.
        object: String,
        /// The entry, counted from 0 along each axis: `3`, or `1, 2` of a matrix.
        index: String,
        /// The value.
        found: String,
        /// What would be right.
        expected: String,
    },
    /// A dataset claims more data than its file can hold.
    #[error("`{path}`: {object} claims {claim}, but the file has {file_bytes} bytes", path = path.display())]
    Claim {
        /// The file.
        path: PathBuf,
        /// The place in the file.
        object: String,
        /// The shape and type claimed.
        claim: String,
        /// Length of the file in bytes.
        file_bytes: u64,
    },
    /// A file that is not read or written.
    #[error(transparent)]
    File(FileError),
    /// The HDF5 library could not read an object.
    #[error("`{path}`: cannot read {object}: {reason}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The place in the file.
        object: String,
        /// The library's reason.
        reason: String,
    },
}

impl From<FileError> for Error {
    fn from(fault: FileError) -> Self {
        match fault {
            FileError::Io { path, action, reason } => Self::Io { path, action, reason },
            fault => Self::File(fault),
        }
    }
}

impl Error {
    pub(crate) fn io(path: &Path, action: &'static str, source: &std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), action, reason: source.to_string() }
    }

    pub(crate) fn write(path: &Path, object: impl Into<String>, source: &hdf5::Error) -> Self {
        Self::Write { path: path.to_owned(), object: object.into(), reason: reason(source) }
    }

    pub(crate) fn request(path: &Path, reason: impl Into<String>) -> Self {
        Self::Request { path: path.to_owned(), reason: reason.into() }
    }

    pub(crate) fn refused(what: impl Into<String>, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::Refused { what: what.into(), found: found.into(), expected: expected.into() }
    }
}

/// The system's own words where the library quotes them, else the library's.
pub(crate) fn reason(source: &hdf5::Error) -> String {
    let text = source.to_string();
    let quoted = text.split_once("error message = '").and_then(|(_, rest)| rest.split_once('\''));
    quoted.map_or(text.clone(), |(message, _)| message.to_owned())
}
