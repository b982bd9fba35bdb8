//! Why a file is not read or written.

use std::io;
use std::path::{Path, PathBuf};

/// A fault of a file, of its directory, or of the disk below.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// An input that is no regular file.
    #[error("cannot read `{path}`: it is {kind}, expected a regular file", path = path.display())]
    Input {
        /// The file.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
    /// An input with more bytes than any that makes sense.
    #[error("cannot read `{path}`: it has more than {most} bytes, expected at most so many", path = path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// The bound.
        most: u64,
    },
    /// An input that is no text.
    #[error("cannot read `{path}`: it is not text (byte {place} is no UTF-8)", path = path.display())]
    NoText {
        /// The file.
        path: PathBuf,
        /// The first byte that is no text, counted from 0.
        place: usize,
    },
    /// An output that is no regular file, where one is needed.
    #[error("cannot write to `{path}`: it is {kind}, expected a regular file or a new name", path = path.display())]
    Output {
        /// The file.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
    /// An output that is a link to nothing.
    #[error("cannot write to `{path}`: it is a link to `{leads}`, which is not there", path = path.display(), leads = leads.display())]
    Dangling {
        /// The link.
        path: PathBuf,
        /// Where it leads.
        leads: PathBuf,
    },
    /// A file that another process writes.
    #[error("`{path}` is being written by {holder}", path = path.display())]
    Held {
        /// The file.
        path: PathBuf,
        /// Who writes it.
        holder: String,
    },
    /// The system refused.
    #[error("cannot {action} `{path}`: {reason}", path = path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// The system's reason.
        reason: String,
    },
}

impl FileError {
    pub(crate) fn io(path: &Path, action: &'static str, source: &io::Error) -> Self {
        Self::Io { path: path.to_owned(), action, reason: source.to_string() }
    }

    /// Whether a file was to be read, and not written.
    pub fn is_of_input(&self) -> bool {
        match self {
            FileError::Input { .. } | FileError::TooLong { .. } | FileError::NoText { .. } => true,
            FileError::Io { action, .. } => *action == "read",
            _ => false,
        }
    }

    /// Why, without the name of the file.
    pub fn reason(&self) -> String {
        match self {
            FileError::Input { kind, .. } => format!("it is {kind}, expected a regular file"),
            FileError::TooLong { most, .. } => {
                format!("it has more than {most} bytes, expected at most so many")
            }
            FileError::NoText { place, .. } => format!("it is not text (byte {place} is no UTF-8)"),
            FileError::Output { kind, .. } => format!("it is {kind}, expected a regular file or a new name"),
            FileError::Dangling { leads, .. } => {
                format!("it is a link to `{}`, which is not there", leads.display())
            }
            FileError::Held { holder, .. } => format!("it is being written by {holder}"),
            FileError::Io { reason, .. } => reason.clone(),
        }
    }
}
