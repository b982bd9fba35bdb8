//! `neuropil plot`.

use crate::args::PlotArgs;
use crate::error::CliError;
use crate::{channels, field_plot, screen, trials};
use neuropil_record::{Recording, TrainingFile};
use neuropil_report::{Existing, PictureFormat, PlotOptions};
use neuropil_session::{is_lesson, picture};

/// Draws a recording.
///
/// # Errors
/// Unreadable recordings, an empty window, pictures that exist or cannot be written.
pub fn plot(args: &PlotArgs) -> Result<(), CliError> {
    let output = args.output.clone().unwrap_or_else(|| args.recording.with_extension("png"));
    PictureFormat::of(&output).map_err(CliError::output)?;
    let options = PlotOptions::new(args.width, args.height).map_err(CliError::input)?;
    trials::refuse(&args.recording)?;
    if let Some(most) = args.field_max_nm.filter(|most| !(*most > 0.0 && most.is_finite())) {
        return Err(CliError::Input(format!("--field-max-nm {most}: must be a concentration > 0 nM")));
    }
    if channels::is_model(&args.recording) {
        no_field(args)?;
        return channels::plot(args, &output, &options);
    }
    if !TrainingFile::is_one(&args.recording).map_err(CliError::input)? && !is_lesson(&args.recording)? {
        let recording = Recording::open(&args.recording).map_err(CliError::input)?;
        let has_spikes = recording.populations().map_err(CliError::input)?.iter().any(|own| own.has_spikes);
        let tissue = recording.tissue().map_err(CliError::input)?;
        match tissue.filter(|_| args.peptides || !has_spikes) {
            Some(tissue) => return field_plot::plot(args, &recording, &tissue, (&output, &options)),
            None if args.peptides => {
                return Err(CliError::Input(format!("`{}` is a recording without peptides", args.recording.display())));
            }
            None => {}
        }
    } else if args.peptides {
        let own = "holds what was learned, and no recording: --peptides is for recordings of runs";
        return Err(CliError::Input(format!("`{}` {own}", args.recording.display())));
    }
    no_field(args)?;
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    let picture = picture(&args.recording, (args.from_ms, args.to_ms), args.title.as_deref(), &options)?;
    picture.write(&output, existing).map_err(CliError::output)?;
    screen::print(&format!("wrote {}", output.display()))
}

/// Refuses the scale of maps for a page without maps.
fn no_field(args: &PlotArgs) -> Result<(), CliError> {
    match args.field_max_nm {
        Some(most) => Err(CliError::Input(format!(
            "--field-max-nm {most} is for the maps of a recording of peptides (--peptides)"
        ))),
        None => Ok(()),
    }
}
