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

mod admission;
mod arrays;
mod attribute;
mod checkpoint;
mod circuit;
mod column;
mod convert;
mod credit_sink;
mod csv_fields;
mod csv_writer;
mod destination;
mod digest;
mod edge_writer;
mod error;
mod folder;
mod frame_sink;
mod gradient_file;
mod header;
mod idx;
pub mod layout;
mod learning_sink;
mod learning_state;
mod links;
pub mod nwb;
mod observer;
mod positions;
mod provenance;
mod reader;
mod report_copy;
mod report_reader;
mod report_sink;
mod selection;
mod sink;
mod sonata_writer;
mod source;
mod spike_reader;
mod spikes_csv;
mod task_data_file;
mod tissue_info;
mod tissue_reader;
mod tissue_sink;
mod tissue_state;
mod training_file;
pub mod trains;
mod trial_file;
mod type_table;
mod weight_reader;
mod weight_sink;
mod writer;
mod written;

pub use arrays::Arrays;
pub use checkpoint::{Checkpoint, Rows, Saved};
pub use circuit::{Attributes, Edges, Nodes, edges, nodes};
pub use convert::{UNNAMED, convert};
pub use credit_sink::{CreditBlock, CreditRows};
pub use csv_fields::csv_field;
pub use digest::Digest;
pub use edge_writer::{EdgeBlock, EdgeFile, EdgeInfo};
pub use error::Error;
pub use folder::Folder;
pub use gradient_file::{GradientFile, Table};
pub use header::{Block, Header, Outcome, PopulationInfo, ReportInfo, SpikeBlock, WeightBlock};
pub use idx::Idx;
pub use learning_sink::{LearnedBlock, LearnedRows};
pub use observer::{Plan, Recorded, Reported, RunRecorder, Start, WeightError};
pub use positions::positions;
pub use provenance::Provenance;
pub use reader::{PopulationRecord, Recording};
pub use report_reader::ReportRecord;
pub use selection::Selection;
pub use sonata_writer::{SpikeFile, write_nodes};
pub use spike_reader::Spikes;
pub use task_data_file::{TaskDataFile, digest_of_data, kept_data};
pub use tissue_info::{ArrayInfo, Axis, TissueInfo, TissuePlan, Voxels};
pub use tissue_reader::TissueRecord;
pub use training_file::{TrainingFile, TrainingRun};
pub use trial_file::TrialFile;
pub use type_table::TypeTable;
pub use weight_reader::{WeightData, WeightRecord};
pub use writer::Recorder;
