//! Our recordings: written while a run advances, read back, and the checkpoint beside them.

pub(crate) mod admission;
pub(crate) mod checkpoint;
pub(crate) mod credit_sink;
pub(crate) mod frame_sink;
pub(crate) mod header;
pub(crate) mod learning_sink;
pub(crate) mod learning_state;
pub(crate) mod observer;
pub(crate) mod population_groups;
pub(crate) mod positions;
pub(crate) mod provenance;
pub(crate) mod reader;
pub(crate) mod recorded;
pub(crate) mod report_info;
pub(crate) mod report_reader;
pub(crate) mod report_sink;
pub(crate) mod sink;
pub(crate) mod spike_reader;
pub(crate) mod timed_state;
pub(crate) mod tissue_info;
pub(crate) mod tissue_reader;
pub(crate) mod tissue_sink;
pub(crate) mod tissue_state;
pub(crate) mod weight_reader;
pub(crate) mod weight_sink;
pub(crate) mod writer;
