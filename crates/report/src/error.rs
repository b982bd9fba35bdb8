//! What can be wrong with a request for a picture or a statistic.

use std::io;
use std::path::PathBuf;

/// The ways in which this crate fails.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The window is empty, reversed or not finite.
    #[error("the window from {from_ms} ms to {to_ms} ms is empty: its end must be finite and later than its start")]
    EmptyWindow {
        /// Start of the window, ms.
        from_ms: f64,
        /// End of the window, ms.
        to_ms: f64,
    },
    /// Bins that do not divide the window sensibly.
    #[error("bins of {bin_ms} ms do not suit a window of {window_ms} ms: between one and ten million bins must fit")]
    BadBin {
        /// Width of the bins, ms.
        bin_ms: f64,
        /// Length of the window, ms.
        window_ms: f64,
    },
    /// A page too small to read or too large to draw.
    #[error("a page of {width} x {height} pixels: width and height must lie between {least} and {most}")]
    BadSize {
        /// Width of the page, pixels.
        width: u32,
        /// Height of the page, pixels.
        height: u32,
        /// The least that is accepted.
        least: u32,
        /// The most that is accepted.
        most: u32,
    },
    /// The name of the file does not say which format is wanted.
    #[error("{}: a picture is written as .png or .svg, choose one of the two", path.display())]
    UnknownFormat {
        /// The file asked for.
        path: PathBuf,
    },
    /// The name of the file does not say that it is a page.
    #[error("{}: a page is written as .html", path.display())]
    NoPage {
        /// The file asked for.
        path: PathBuf,
    },
    /// The file is there and must not be replaced.
    #[error("`{}` exists already: choose another name, or replace it with --force", path.display())]
    Exists {
        /// The file asked for.
        path: PathBuf,
    },
    /// The file could not be written.
    #[error("{}: cannot write the file: {source}", path.display())]
    Write {
        /// The file asked for.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The file could not be written, or must not be.
    #[error(transparent)]
    File(#[from] neuropil_files::FileError),
    /// The drawing library failed.
    #[error("cannot draw the picture: {reason}")]
    Drawing {
        /// What the library says.
        reason: String,
    },
    /// The picture could not be encoded.
    #[error("cannot encode the picture as PNG: {0}")]
    Encoding(#[from] png::EncodingError),
}
