//! Ctrl-C and the system's other ways to ask a command to end, or whoever else may end one early.

use crate::error::CliError;
use signal_hook::consts::signal::SIGINT;
#[cfg(unix)]
use signal_hook::consts::signal::{SIGHUP, SIGTERM};
use signal_hook::flag::{register, register_conditional_shutdown};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// Set by the first signal.
static INTERRUPTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();
/// Who is asked instead, where signals belong to another program.
static ASKED: OnceLock<fn() -> bool> = OnceLock::new();

/// Ctrl-C; a scheduler or an init that ends its processes; a terminal that was closed.
#[cfg(unix)]
const SIGNALS: [i32; 3] = [SIGINT, SIGTERM, SIGHUP];
/// Ctrl-C.
#[cfg(not(unix))]
const SIGNALS: [i32; 1] = [SIGINT];

/// From now on `stops` is asked, and signals are left alone.
pub fn ask(stops: fn() -> bool) {
    let _ = ASKED.set(stops);
}

/// From now on a signal ends the run cleanly; a second one ends the process at once. Signals that whoever started the
/// process has switched off, as `nohup` does, stay so; but for Ctrl-C, which shells switch off for what they run in the
/// background, where `kill -INT` asks for an end all the same.
///
/// # Errors
/// A system that does not let one listen.
pub fn listen() -> Result<(), CliError> {
    if ASKED.get().is_some() || INTERRUPTED.get().is_some() {
        return Ok(());
    }
    let flag = Arc::clone(INTERRUPTED.get_or_init(Arc::default));
    for signal in SIGNALS.into_iter().filter(|signal| *signal == SIGINT || !is_ignored(*signal)) {
        // In this order: the first signal finds the flag unset and sets it.
        let ends = register_conditional_shutdown(signal, 130, Arc::clone(&flag));
        let listens = ends.and_then(|_| register(signal, Arc::clone(&flag)));
        listens.map_err(|error| CliError::Output(format!("cannot listen for signals: {error}")))?;
    }
    Ok(())
}

/// Whether a signal was switched off before this process began; where the system does not tell, it was not.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    u32::try_from(signal - 1).ok().and_then(|bit| mask.checked_shr(bit)).is_some_and(|mask| mask & 1 == 1)
}

/// Whether the command is to end.
pub fn is_asked() -> bool {
    let interrupted = || INTERRUPTED.get().is_some_and(|flag| flag.load(Ordering::Relaxed));
    ASKED.get().map_or_else(interrupted, |stops| stops())
}
