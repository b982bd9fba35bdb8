//! The span of time that a picture or numbers are asked of.

use crate::SessionError;
use neuropil_record::Recording;
use neuropil_report::Window;
use std::path::Path;

/// Up to when a recording was observed; `None` for files of others, which do not tell.
///
/// # Errors
/// Unreadable recordings.
pub fn known_end_ms(recording: &Recording) -> Result<Option<f64>, SessionError> {
    if let Some(provenance) = recording.provenance().map_err(SessionError::Read)? {
        return Ok(Some(provenance.simulated_until_ms));
    }
    recording.imported_until_ms().map_err(SessionError::Read)
}

/// Refuses windows that are empty, or that lie beyond what a recording holds: from 0 to its end, where that is known.
///
/// # Errors
/// The time that lies beyond it.
pub fn within(path: &Path, end_ms: Option<f64>, asked: (Option<f64>, Option<f64>)) -> Result<(), SessionError> {
    within_span(path, (0.0, end_ms), asked)
}

/// The same of what begins elsewhere.
pub(crate) fn within_span(
    path: &Path,
    (begin_ms, end_ms): (f64, Option<f64>),
    (from_ms, to_ms): (Option<f64>, Option<f64>),
) -> Result<(), SessionError> {
    if let (Some(from_ms), Some(to_ms)) = (from_ms, to_ms) {
        Window::new(from_ms, to_ms)?;
    }
    let Some(end_ms) = end_ms else { return Ok(()) };
    for (option, asked) in [("--from-ms", from_ms), ("--to-ms", to_ms)] {
        let Some(asked) = asked else { continue };
        let beyond = match asked {
            asked if asked > end_ms => format!("`{}` ends at {end_ms} ms", path.display()),
            asked if asked < begin_ms => format!("`{}` begins at {begin_ms} ms", path.display()),
            _ => continue,
        };
        return Err(SessionError::option(format!("{option} {asked}"), beyond));
    }
    Ok(())
}

/// The window between two times that are asked for, in which a recording's spikes count (its beginning and its end where there
/// is none): of a run (from, to], since a spike at a time is of the step that ends there; of other files [from, to), and the
/// end of all is inside. `last_ms` is when that is where the file does not tell.
///
/// # Errors
/// Unreadable recordings, windows that are empty or lie beyond the recording.
pub fn window(
    path: &Path,
    recording: &Recording,
    (from_ms, to_ms): (Option<f64>, Option<f64>),
    last_ms: impl FnOnce() -> f64,
) -> Result<Window, SessionError> {
    let known = known_end_ms(recording)?;
    let end = known.unwrap_or_else(last_ms);
    within(path, known, (from_ms, to_ms))?;
    if let Some(from) = from_ms.filter(|&from| end > 0.0 && from > end && to_ms.is_none()) {
        let reason = format!("`{}` ends at {end} ms", path.display());
        return Err(SessionError::option(format!("--from-ms {from}"), reason));
    }
    let from = from_ms.unwrap_or(0.0);
    if recording.provenance().map_err(SessionError::Read)?.is_some() {
        return Ok(Window::of_steps(from, to_ms.unwrap_or(end).max(f64::MIN_POSITIVE))?);
    }
    let to_ms = to_ms.filter(|to| *to != end).unwrap_or(end.next_up());
    Ok(Window::new(from, to_ms)?)
}
