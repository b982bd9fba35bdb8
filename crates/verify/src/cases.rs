//! Finding cases in files and directories.

use crate::error::Error;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// A case: its header and where its arrays are.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Name of the files without extension.
    pub name: String,
    /// The header's file.
    pub header_path: PathBuf,
    /// The arrays' file.
    pub arrays_path: PathBuf,
    /// The header's text.
    pub header: String,
    /// The header's `format`.
    pub format: String,
}

#[derive(Deserialize)]
struct Head {
    format: String,
}

/// The cases in a directory (its `NAME.json` with `NAME.h5` beside), or the one that a header or an HDF5 file belongs to.
///
/// # Errors
/// Unreadable paths, headers that are no JSON objects with a `format`, and paths without any case.
pub fn find(path: &Path) -> Result<Vec<Case>, Error> {
    let unreadable = |error: std::io::Error| Error::Read { path: path.into(), reason: error.to_string() };
    if !path.is_dir() {
        std::fs::metadata(path).map_err(unreadable)?;
        return Ok(vec![load(&path.with_extension("json"), &path.with_extension("h5"))?]);
    }
    let entries = std::fs::read_dir(path).map_err(unreadable)?;
    let mut headers: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    headers.retain(|file| {
        file.extension().is_some_and(|extension| extension == "json")
            && (file.with_extension("h5").exists() || needs_no_arrays(file))
    });
    headers.sort();
    if headers.is_empty() {
        return Err(Error::Nothing { path: path.into() });
    }
    headers.iter().map(|header| load(header, &header.with_extension("h5"))).collect()
}

/// Whether a header says all by itself.
fn needs_no_arrays(header: &Path) -> bool {
    #[derive(Deserialize)]
    struct Layout {
        layout: String,
    }
    let text = neuropil_files::text(header, neuropil_files::MOST_WRITTEN).unwrap_or_default();
    serde_json::from_str::<Layout>(&text).is_ok_and(|head| head.layout == "optimisers")
}

fn load(header_path: &Path, arrays_path: &Path) -> Result<Case, Error> {
    let read = |path: &Path| {
        neuropil_files::text(path, neuropil_files::MOST_WRITTEN)
            .map_err(|error| Error::Read { path: path.into(), reason: error.reason() })
    };
    let header = read(header_path)?;
    let head: Head = serde_json::from_str(&header).map_err(|error| Error::Header {
        file: header_path.into(),
        reason: format!("not a header with \"format\": {error}"),
    })?;
    let name = header_path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    Ok(Case { name, header_path: header_path.into(), arrays_path: arrays_path.into(), header, format: head.format })
}
