//! Ctrl-C, or whoever else may end a command early.

use crate::error::CliError;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// Who is asked instead, where signals belong to another program.
static ASKED: OnceLock<fn() -> bool> = OnceLock::new();

/// From now on `stops` is asked, and signals are left alone.
pub fn ask(stops: fn() -> bool) {
    let _ = ASKED.set(stops);
}

/// From now on Ctrl-C ends the run cleanly; a second one ends the process at once.
///
/// # Errors
/// A system that does not let one listen.
pub fn listen() -> Result<(), CliError> {
    if ASKED.get().is_some() {
        return Ok(());
    }
    let installed = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
    installed.map_err(|error| CliError::Output(format!("cannot listen for Ctrl-C: {error}")))
}

/// Whether the command is to end.
pub fn is_asked() -> bool {
    ASKED.get().map_or_else(|| INTERRUPTED.load(Ordering::Relaxed), |stops| stops())
}
