//! Pictures and statistics of recordings.
//!
//! The input is plain: spikes of a population ([`PopulationSpikes`]), sampled variables
//! ([`TraceSet`]) and a [`Window`] of time. From these come numbers ([`population_statistics`],
//! [`cell_statistics`], [`rate_histogram`], [`synchrony`]) and a page ([`overview`]) that is
//! written as PNG or SVG ([`Picture::write`]); [`page()`] joins pictures, tables and text in one file for a browser. Nothing here simulates, reads a recording or prints.
//!
//! ```
//! use neuropil_report::{PlotOptions, PopulationSpikes, Window, overview, population_statistics};
//!
//! let times_ms: Vec<f64> = (0..40).map(|spike| f64::from(spike) * 25.0).collect();
//! let population = PopulationSpikes {
//!     name: "clock".into(),
//!     cell_type: "pacemaker".into(),
//!     sign: 1,
//!     cells: 1,
//!     node_ids: vec![0; times_ms.len()],
//!     times_ms,
//!     ..PopulationSpikes::default()
//! };
//! let window = Window::new(0.0, 1000.0)?;
//! let statistics = population_statistics(&population, window);
//! assert_eq!(statistics.rate_hz, Some(40.0));
//! assert_eq!(statistics.cv_isi, Some(0.0));
//!
//! let svg = overview(&[population], &[], window, "one clock", &PlotOptions::default()).svg()?;
//! assert!(svg.contains("clock"));
//! # Ok::<(), neuropil_report::Error>(())
//! ```

mod axis;
mod canvas;
mod colour;
mod curves;
mod error;
mod explorer;
mod kernels;
mod lines;
mod maps;
mod mark;
mod matrix;
mod observed;
mod page;
mod panels;
mod picture;
mod plot;
mod raster;
mod recording;
mod spans;
mod spectrum;
mod statistics;
mod text;
mod window;

pub use curves::{CurvePanel, RuleCurve, learning_curves};
pub use error::Error;
pub use explorer::Explorer;
pub use kernels::{Kernel, kernel_matrix};
pub use lines::{Line, LinePanel};
pub use maps::{FieldMap, field_page};
pub use matrix::{ChannelMatrix, channel_matrix};
pub use observed::Observed;
pub use page::{Block, page, write_page};
pub use picture::{Existing, Picture, PictureFormat};
pub use plot::{Observation, PlotOptions, overview, overview_of};
pub use recording::{EditSpan, PopulationSpikes, TraceSet};
pub use spectrum::Spectrum;
pub use statistics::{
    CellStatistics, PopulationStatistics, RateHistogram, SYNCHRONY_BIN_MS, cell_statistics, population_statistics,
    rate_histogram, synchrony,
};
pub use window::Window;
