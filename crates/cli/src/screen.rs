//! Standard output and standard error. A reader that has gone (`neuropil schema | head`) is no fault.

use crate::error::CliError;
use std::io::{ErrorKind, Write};

/// Prints a line.
///
/// # Errors
/// A standard output that cannot be written, such as a file on a full disk.
pub fn print(text: &str) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(CliError::Output(format!("cannot write to the standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Says something beside the output; if nobody listens, nothing is lost.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
