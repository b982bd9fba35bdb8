//! Python as one of several ranks that `mpirun` has started: all do what is asked of them, the first records and speaks.

use crate::error::{Fault, released};
use neuropil_engine::ranks::{ExchangeError, Rank, Trouble};
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use std::path::Path;

/// What is said of a network in memory that several processes were started with.
const LIVE: &str = "a network in memory (`build`) is that of one process: run it by `run`, which ranks share";
/// The same of training.
const TRAINS: &str = "`npl.train` and `npl.compare` are the work of one process: start this script once, train by \
    `npl.command(\"train\", ...)`, which ranks share, or give `compare` an executor";

/// The ranks that this process is one of; nothing where it is alone.
pub struct Company(Option<Rank>);

fn gone(fault: ExchangeError) -> Fault {
    Fault::Output(fault.to_string())
}

/// Kinds of faults, as numbers that cross.
fn kind(fault: &Fault) -> u64 {
    match fault {
        Fault::Input(..) => 0,
        Fault::Output(_) => 1,
        Fault::NonFinite(_) => 2,
        Fault::State(_) => 3,
        Fault::Missed(_) => 4,
        Fault::Bug(_) => 5,
        Fault::Python(own) if Python::attach(|py| own.is_instance_of::<PyKeyboardInterrupt>(py)) => 6,
        Fault::Python(_) => 7,
    }
}

/// What is wrong on another rank, as it is here.
fn elsewhere(Trouble { rank, kind, message }: Trouble) -> Fault {
    match kind {
        0 => Fault::Input(message, None),
        1 => Fault::Output(message),
        2 => Fault::NonFinite(message),
        3 => Fault::State(message),
        4 => Fault::Missed(message),
        5 => Fault::Bug(message),
        6 => Fault::Python(PyKeyboardInterrupt::new_err(())),
        _ => Fault::Missed(format!("rank {rank}: {message}")),
    }
}

impl Company {
    /// Those of this process; the first call begins MPI.
    ///
    /// # Errors
    /// Ranks that a build without MPI cannot be.
    pub fn new() -> Result<Self, Fault> {
        let exchange = neuropil_mpi::exchange().map_err(Fault::input)?;
        Ok(Self(exchange.map(Rank::new).filter(|own| own.ranks > 1)))
    }

    /// This process among them.
    pub fn rank(&self) -> Option<Rank> {
        self.0.clone()
    }

    /// Whether this one tells what is to be told.
    pub fn speaks(&self) -> bool {
        self.0.as_ref().is_none_or(|own| own.rank == 0)
    }

    /// An outcome for all: what is wrong on the first rank on which something is wrong.
    ///
    /// # Errors
    /// That.
    pub fn agree<T>(&self, own: Result<T, Fault>) -> Result<T, Fault> {
        let Some(rank) = &self.0 else { return own };
        let told = own.as_ref().err().map(|fault| (kind(fault), fault.message()));
        match rank.first_trouble(told).map_err(gone)? {
            None => own,
            Some(first) if first.rank == rank.rank => own,
            Some(first) => Err(elsewhere(first)),
        }
    }

    /// Gives every rank the file that the first has written, at a place of its own.
    ///
    /// # Errors
    /// A file that cannot be read or written; one that is too large to be handed over.
    pub fn share(&self, file: &Path) -> Result<(), Fault> {
        let Some(rank) = &self.0 else { return Ok(()) };
        let failed =
            |what: &str, fault: std::io::Error| Fault::Output(format!("cannot {what} `{}`: {fault}", file.display()));
        let read =
            if rank.rank == 0 { std::fs::read(file).map_err(|fault| failed("read", fault)) } else { Ok(Vec::new()) };
        let bytes = rank.of_first(&self.agree(read)?).map_err(|fault| match fault {
            ExchangeError::TooLarge { bytes } => Fault::Output(format!(
                "a recording of {bytes} bytes is too large for a temporary one over ranks: give `file`"
            )),
            fault => gone(fault),
        })?;
        let written =
            if rank.rank > 0 { std::fs::write(file, bytes).map_err(|fault| failed("write", fault)) } else { Ok(()) };
        self.agree(written)
    }
}

/// (This rank, how many there are); (0, 1) where no launcher of MPI has started several processes.
#[pyfunction]
pub fn ranks(py: Python<'_>) -> PyResult<(usize, usize)> {
    let company = released(py, Company::new)?;
    Ok(company.0.map_or((0, 1), |own| (own.rank, own.ranks)))
}

/// Ends MPI, if it has begun.
#[pyfunction]
pub fn end_ranks(py: Python<'_>) -> PyResult<()> {
    Ok(released(py, || {
        neuropil_mpi::end();
        Ok(())
    })?)
}

/// Ends all ranks, with an exit code.
#[pyfunction]
pub fn abort_ranks(code: u8) {
    neuropil_mpi::abort(code);
}

/// Refuses training where a launcher of MPI has started several processes.
#[pyfunction]
pub fn trains_alone() -> PyResult<()> {
    Ok(neuropil_mpi::alone(TRAINS).map_err(Fault::input)?)
}

/// The same of a network in memory.
///
/// # Errors
/// Several processes.
pub fn is_alone() -> Result<(), Fault> {
    neuropil_mpi::alone(LIVE).map_err(Fault::input)
}
