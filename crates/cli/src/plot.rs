//! `neuropil plot`.

use crate::args::PlotArgs;
use crate::error::CliError;
use crate::screen;
use neuropil_report::{Existing, PictureFormat, PlotOptions};
use neuropil_session::picture;

/// Draws a recording.
///
/// # Errors
/// Unreadable recordings, an empty window, pictures that exist or cannot be written.
pub fn plot(args: &PlotArgs) -> Result<(), CliError> {
    let output = args.output.clone().unwrap_or_else(|| args.recording.with_extension("png"));
    PictureFormat::of(&output).map_err(CliError::output)?;
    let options = PlotOptions::new(args.width, args.height).map_err(CliError::input)?;
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    let picture = picture(&args.recording, (args.from_ms, args.to_ms), &options)?;
    picture.write(&output, existing).map_err(CliError::output)?;
    screen::print(&format!("wrote {}", output.display()))
}
