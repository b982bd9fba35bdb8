//! The span of time that a picture is asked to show.

use crate::SessionError;
use neuropil_report::Window;
use std::path::Path;

/// Refuses windows that are empty, or that lie beyond what a recording holds: from 0 to its end, where that is known.
///
/// # Errors
/// The time that lies beyond it.
pub fn within(
    path: &Path,
    end_ms: Option<f64>,
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
            asked if asked < 0.0 => format!("`{}` begins at 0 ms", path.display()),
            _ => continue,
        };
        return Err(SessionError::option(format!("{option} {asked}"), beyond));
    }
    Ok(())
}
