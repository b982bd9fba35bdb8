//! Where the files lie that a file names.

use crate::fields::Reader;
use std::path::PathBuf;

/// A file that is named in the file of a reader, relative to that; without `..` and links where it can be found.
pub(crate) fn resolved(reader: &Reader<'_>, file: &str) -> PathBuf {
    let file = reader.folder.join(file);
    std::fs::canonicalize(&file).or_else(|_| std::path::absolute(&file)).unwrap_or(file)
}
