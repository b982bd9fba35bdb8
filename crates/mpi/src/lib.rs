//! Ranks by MPI: the only crate that knows of it, and only with the feature `mpi`.
//!
//! A command that `mpirun -n 4` has started four times is four ranks of one run. [`start`] says which of them this process is. Only the
//! thread that called it may hand over anything.

#[cfg(any(test, feature = "mpi"))]
mod counts;
#[cfg_attr(not(feature = "mpi"), path = "absent.rs")]
mod world;

use neuropil_engine::ranks::Exchange;

/// Why there are no ranks although several processes were started as such.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MpiError {
    /// The program was built without MPI.
    #[error(
        "this process was started as one of {processes} ranks, but this build has no MPI: build it with `--features mpi`; or, for runs \
         that have nothing to do with each other, unset {variable}"
    )]
    NotBuilt {
        /// Processes that were started.
        processes: usize,
        /// What says so.
        variable: &'static str,
    },
    /// The launcher is that of another MPI: each of its processes would be a run of its own.
    #[error(
        "{variable} says that {processes} processes were started together, but the MPI of this build finds {found}: start it by the \
         `mpirun` of the MPI that `neuropil doctor` names; or, for runs that have nothing to do with each other, unset {variable}"
    )]
    Apart {
        /// Processes that were started.
        processes: usize,
        /// Those that MPI knows of.
        found: usize,
        /// What says how many were started.
        variable: &'static str,
    },
    /// What was started several times is no work for ranks: each process would do all of it, into one file.
    #[error(
        "{processes} processes were started together ({variable}), but only `run`, `resume` and `doctor` are one work of several: start \
         this command once; or, for runs that have nothing to do with each other, unset {variable}"
    )]
    Alone {
        /// Processes that were started.
        processes: usize,
        /// What says so.
        variable: &'static str,
    },
    /// MPI does not begin, or has begun already.
    #[error("MPI cannot be started a second time in a process")]
    Begun,
}

/// Variables by which launchers tell how many processes they have started: Open MPI's, MPICH's and its kin's, Slurm's with PMIx.
const LAUNCHERS: [&str; 3] = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"];

/// Ranks, from the start of MPI to its end, which comes as this is dropped.
pub struct Ranks(world::World);

impl std::fmt::Debug for Ranks {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "rank {} of {}", self.exchange().rank(), self.exchange().ranks())
    }
}

impl Ranks {
    /// Hands over to the other ranks.
    pub fn exchange(&self) -> Box<dyn Exchange> {
        self.0.exchange()
    }
}

/// The ranks that this process is one of; `None` if no launcher of MPI has started it.
///
/// # Errors
/// Ranks without MPI, or by the launcher of another; MPI that has begun already.
pub fn start() -> Result<Option<Ranks>, MpiError> {
    let Some((variable, processes)) = launched() else { return Ok(None) };
    Ok(world::World::start(variable, processes)?.map(Ranks))
}

/// Refuses work that is not one of several ranks where a launcher has started several processes.
///
/// # Errors
/// How many were started.
pub fn alone() -> Result<(), MpiError> {
    match launched() {
        Some((variable, processes)) if processes > 1 => Err(MpiError::Alone { processes, variable }),
        _ => Ok(()),
    }
}

/// Which variable says that a launcher has started this process, and of how many.
fn launched() -> Option<(&'static str, usize)> {
    let told = |name: &'static str| {
        let value = std::env::var(name).ok()?;
        // With PMIx alone a process knows its own number only.
        let processes = if name == "PMIX_RANK" { std::env::var("SLURM_NTASKS").ok()? } else { value };
        Some((name, processes.trim().parse().ok()?))
    };
    LAUNCHERS.into_iter().find_map(told)
}

/// Ends all ranks with an exit code, if there are ranks.
pub fn abort(code: u8) {
    world::abort(code);
}

/// The MPI of this build, by its own words; `None` without.
pub fn library() -> Option<String> {
    world::library()
}
