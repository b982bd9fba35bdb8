//! Recordings of a simulation in HDF5, in the SONATA layout.
//!
//! [`Recorder`] writes spikes, traces and weights while a simulation runs, on a thread of its own; [`Recording`]
//! reads such a file back, or the spikes and reports another tool wrote. [`Arrays`] reads plain numeric datasets
//! out of any HDF5 file, [`Idx`] the files of the MNIST database. [`trains`] reads spike trains of any supported file, [`nwb`] what NWB files hold beside them,
//! and a [`Selection`] chooses rows of their tables. [`RunRecorder`] is the recorder as an observer of a run. The crate
//! prints nothing.
//!
//! The layout is described in `docs/hdf5.md`; [`layout`] holds its names.
//!
//! # A recording survives its writer
//!
//! A run writes `NAME.part` and flushes it about once a second; [`Recorder::finish`] renames it to `NAME`. After a
//! crash the `.part` file opens and holds everything up to the last flush, with `complete` = 0.
//!
//! ```
//! use neuropil_record::{Block, Header, Outcome, PopulationInfo, Recorder, Recording, SpikeBlock};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("run.h5");
//! let population = PopulationInfo { name: "exc".into(), size: 10, record_spikes: true, ..Default::default() };
//! let header = Header { seed: 1, dt_ms: 0.1, populations: vec![population], ..Default::default() };
//! let mut recorder = Recorder::create(&path, false, header)?;
//! let spikes = vec![SpikeBlock { times_ms: vec![0.1, 0.7], node_ids: vec![3, 0] }];
//! recorder.write(Block { simulated_until_ms: 1.0, spikes, ..Block::default() })?;
//! recorder.finish(Outcome { complete: true, wall_s: 0.01, cpu_s: 0.01, simulated_until_ms: 1.0 })?;
//!
//! let recording = Recording::open(&path)?;
//! assert_eq!(recording.spikes("exc")?.node_ids, [3, 0]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Damaged files
//!
//! A file that was cut or changed gives an [`Error`] that names the place. The HDF5 library below is built along, so that
//! every machine reads damaged files alike.

mod error;
mod foreign;
mod h5;
pub mod layout;
mod recording;
mod training;

pub use error::Error;
pub use foreign::circuit::{Attributes, Edges, Nodes, edges, nodes};
pub use foreign::convert::{UNNAMED, convert};
pub use foreign::csv_fields::csv_field;
pub use foreign::edge_copy::{EdgeWeights, copy_edges};
pub use foreign::edge_writer::{EdgeBlock, EdgeFile, EdgeInfo};
pub use foreign::idx::Idx;
pub use foreign::nwb;
pub use foreign::selection::Selection;
pub use foreign::sonata_writer::{SpikeFile, write_nodes};
pub use foreign::trains;
pub use foreign::type_table::TypeTable;
pub use h5::arrays::Arrays;
pub use h5::copy::{check_output, copy};
pub use h5::digest::Digest;
pub use h5::folder::Folder;
pub use recording::checkpoint::{Checkpoint, Rows, Saved};
pub use recording::credit_sink::{CreditBlock, CreditRows};
pub use recording::edits::EditInfo;
pub use recording::header::{Block, Header, Outcome, PopulationInfo, ReportInfo, SpikeBlock, WeightBlock};
pub use recording::header::{ChangedWeights, WeightCourse};
pub use recording::learning_sink::{LearnedBlock, LearnedRows};
pub use recording::observer::{RecordingPlan, Reported, RunRecorder, Start, WeightError};
pub use recording::positions::positions;
pub use recording::provenance::Provenance;
pub use recording::reader::{PopulationRecord, Recording};
pub use recording::recorded::Recorded;
pub use recording::report_reader::ReportRecord;
pub use recording::spike_reader::Spikes;
pub use recording::tissue_info::{ArrayInfo, Axis, TissueInfo, TissueRecording, Voxels};
pub use recording::tissue_reader::TissueRecord;
pub use recording::weight_reader::{WeightData, WeightRecord};
pub use recording::writer::Recorder;
pub use training::gradient_file::{GradientFile, Table};
pub use training::task_data_file::{TaskDataFile, digest_of_data, kept_data};
pub use training::training_file::{TrainingFile, TrainingRun};
pub use training::trial_file::TrialFile;

/// The version of HDF5, which is part of the program: major, minor, patch.
pub fn hdf5_version() -> (u8, u8, u8) {
    hdf5::library_version()
}
