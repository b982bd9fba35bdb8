//! HDF5 files that are written: what fails is told, at the latest when the file is closed.
//!
//! The library keeps data in buffers of a dataset, and what fails when a dataset is closed it tells nobody. Here values go
//! to the system when they are written, all else when the file is flushed, and both are asked.

use crate::Error;
use crate::error::reason;
use hdf5::plist::file_access::FileCloseDegree;
use hdf5::{Dataset, File, FileBuilder};
use std::collections::BTreeSet;
use std::path::Path;

/// Starts a file, over an older one.
pub(crate) fn create(path: &Path) -> hdf5::Result<File> {
    unbuffered().create(path)
}

/// Opens a file to write more to it.
pub(crate) fn open_again(path: &Path) -> hdf5::Result<File> {
    unbuffered().open_rw(path)
}

/// Without buffers for values: neither those of chunks nor those of pieces of datasets.
fn unbuffered() -> FileBuilder {
    let mut builder = FileBuilder::new();
    builder.with_fapl(|access| access.chunk_cache(1, 0, 1.0).sieve_buf_size(0).fclose_degree(FileCloseDegree::Strong));
    builder
}

/// Ends a file that was written at `path`: brings it to the disk, and looks whether it is all there.
///
/// # Errors
///
/// [`Error::Write`], [`Error::Io`].
pub(crate) fn finish(file: File, path: &Path) -> Result<(), Error> {
    let at = |source: hdf5::Error| Error::write(path, "the end of the file", &source);
    // Closing tells of no fault of what it still has to write.
    file.flush().map_err(at)?;
    file.close().map_err(at)?;
    neuropil_files::sync(path)?;
    check(path)
}

/// Opens a file that was closed and every object in it.
///
/// # Errors
///
/// [`Error::Write`] for an object that cannot be opened or has no place for its values.
pub(crate) fn check(path: &Path) -> Result<(), Error> {
    let at = |source: hdf5::Error| Error::write(path, "what was to be there", &source);
    // Without a lock of the library: a process that was started meanwhile may have inherited that of the writer.
    let file = FileBuilder::new().with_fapl(|access| access.file_locking(false)).open(path).map_err(at)?;
    let mut seen = BTreeSet::new();
    let mut open = vec![file.group("/").map_err(at)?];
    while let Some(group) = open.pop() {
        if !seen.insert(format!("{:?}", group.loc_info().map_err(at)?.token)) {
            continue;
        }
        open.extend(group.groups().map_err(at)?);
        for dataset in group.datasets().map_err(at)? {
            check_dataset(&dataset).map_err(|lack| {
                let object = dataset.name();
                Error::Write { path: path.to_owned(), object, reason: lack }
            })?;
        }
    }
    Ok(())
}

/// Whether a dataset that is not in pieces has as many bytes as it says.
fn check_dataset(dataset: &Dataset) -> Result<(), String> {
    let width = dataset.dtype().map_err(|source| reason(&source))?.size();
    if dataset.is_chunked() || dataset.size() == 0 {
        return Ok(());
    }
    let (needed, there) = ((width * dataset.size()) as u64, dataset.storage_size());
    if there >= needed { Ok(()) } else { Err(format!("{there} of {needed} bytes have a place in the file")) }
}
