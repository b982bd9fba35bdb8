//! A run, from its input to its recording: what the command line, Python and programs in Rust have in common.
//!
//! An [`Input`] is a model file or the configuration of a circuit, with [`Changes`], checked. A [`Session`] says how it
//! is run and where it is recorded; [`Session::run`] builds the network, advances it from checkpoint to checkpoint, and
//! brings the recording to its end whatever happens. A [`Watch`] is told what goes on and may end the run.
//! [`Session::resume`] goes on with a recording.
//!
//! ```
//! use neuropil_model::Document;
//! use neuropil_session::{Changes, Input, Session, Unwatched};
//!
//! let text = r#"{"populations": {"exc": {"cells": 10, "model": "lif_exp", "i_e_pa": 500}}}"#;
//! let changes = Changes { duration_ms: Some(100.0), ..Changes::default() };
//! let input = Input::of(Document::parse("ten.json", text.into())?, &changes)?;
//! let folder = tempfile::tempdir()?;
//! let finished = Session::new(&input, folder.path().join("ten.h5")).run(input, &Unwatched)?;
//! assert!(finished.complete && finished.counts.total() > 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod again;
mod building;
mod built;
mod changes;
mod crew;
mod digest;
mod edited;
mod error;
mod explorer;
mod forecast;
mod input;
mod job;
mod live;
mod losses;
mod picture;
mod picture_learning;
mod picture_training;
mod picture_weights;
mod plan;
mod prepared;
mod resume;
mod session;
mod size;
mod span;
mod watch;

pub use built::{Built, BuiltPopulation, BuiltProjection};
pub use changes::{Changes, read};
pub use edited::{edit_spans, in_words};
pub use error::{Kind, SessionError};
pub use explorer::{explorer, explorer_of};
pub use forecast::{Asked, Forecast, Link, Machine};
pub use input::{Input, apart};
pub use job::{Job, Places};
pub use live::Editor;
pub use picture::{picture, picture_title, populations};
pub use picture_learning::is_lesson;
pub use prepared::Checked;
pub use session::{Cost, Finished, Session};
pub use size::{SpikeCounts, bytes_text, count_text, expected_size, fits};
pub use span::{known_end_ms, window, within};
pub use watch::{Reached, Unwatched, Watch};
