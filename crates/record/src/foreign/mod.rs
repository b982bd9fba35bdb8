//! Files of other tools: read as they come, and written so that those tools open them.

pub(crate) mod circuit;
pub(crate) mod convert;
pub(crate) mod csv_fields;
pub(crate) mod csv_writer;
pub(crate) mod edge_copy;
pub(crate) mod edge_writer;
pub(crate) mod idx;
pub mod nwb;
pub(crate) mod report_copy;
pub(crate) mod selection;
pub(crate) mod sonata_writer;
pub(crate) mod spikes_csv;
pub mod trains;
pub(crate) mod type_table;
