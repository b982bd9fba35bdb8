//! Ctrl-C.

use crate::error::CliError;
use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C ends the run cleanly; a second one ends the process at once.
///
/// # Errors
/// A system that does not let one listen.
pub fn listen() -> Result<(), CliError> {
    let installed = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
    installed.map_err(|error| CliError::Output(format!("cannot listen for Ctrl-C: {error}")))
}

/// Whether the user has pressed it.
pub fn is_asked() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}
