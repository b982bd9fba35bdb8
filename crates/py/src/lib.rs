//! Python's way into neuropil: arrays and exceptions, no science.
//!
//! The package `neuropil` beside (`python/neuropil`) is what people use; this module, `neuropil._core`, is what it is made
//! of. The file `error.rs` turns every fault, also a panic, into an exception. Work is done with the interpreter lock released, and
//! locks of ours are only taken without it.

mod arrays;
mod batch;
mod command;
mod error;
mod files;
mod model;
mod picture;
mod ranks;
mod recording;
mod run;
mod runs;
mod simulation;
mod training;

use pyo3::prelude::*;

#[pymodule]
mod _core {
    #[pymodule_export]
    use crate::batch::Batch;
    #[pymodule_export]
    use crate::command::{command, program};
    #[pymodule_export]
    use crate::files::{check_output, copy_hdf5, write_file};
    #[pymodule_export]
    use crate::model::{cells, check, did_you_mean, schema, spike_trains};
    #[pymodule_export]
    use crate::picture::Picture;
    #[pymodule_export]
    use crate::ranks::{abort_ranks, end_ranks, ranks, trains_alone};
    #[pymodule_export]
    use crate::recording::{Recording, dataset, names};
    #[pymodule_export]
    use crate::run::{resume, run};
    #[pymodule_export]
    use crate::runs::{Hold, Runs, write_trials};
    #[pymodule_export]
    use crate::simulation::Simulation;
    #[pymodule_export]
    use crate::training::{Training, rules};

    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::error::quiet_panics();
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
