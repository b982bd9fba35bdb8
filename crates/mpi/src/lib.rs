//! Ranks by MPI: the only crate that knows of it, and only with the feature `mpi`.
//!
//! A command that `mpirun -n 4` has started four times is four ranks of one run. [`exchange`] says which of them this process is. MPI begins with its
//! first call and ends with [`end`], once in a process. Only the thread with which it began may hand over anything.

#[cfg(any(test, feature = "mpi"))]
mod counts;
#[cfg_attr(not(feature = "mpi"), path = "absent.rs")]
mod world;

use neuropil_engine::ranks::Exchange;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;
use world::World;

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
        "{processes} processes were started together ({variable}), but {what}; or, for runs that have nothing to do with each other, unset \
         {variable}"
    )]
    Alone {
        /// What is the work of one process, and what to do instead.
        what: &'static str,
        /// Processes that were started.
        processes: usize,
        /// What says so.
        variable: &'static str,
    },
    /// MPI has ended already.
    #[error("MPI has ended in this process, and cannot be started a second time")]
    Ended,
    /// Another thread has begun it.
    #[error("MPI began in another thread of this process: only that one can run something over ranks")]
    OtherThread,
}

/// Variables by which launchers tell how many processes they have started: Open MPI's, MPICH's and its kin's, Slurm's with PMIx.
const LAUNCHERS: [&str; 3] = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"];

/// MPI in this process, once it has begun, and the thread with which it did.
static BEGUN: Mutex<Option<(World, ThreadId)>> = Mutex::new(None);

fn begun() -> MutexGuard<'static, Option<(World, ThreadId)>> {
    BEGUN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hands over to the other ranks that this process was started with; `None` if no launcher of MPI has started it. The first call
/// begins MPI.
///
/// # Errors
/// Ranks without MPI, or by the launcher of another; MPI that has ended already, or began in another thread.
pub fn exchange() -> Result<Option<Box<dyn Exchange>>, MpiError> {
    let Some((variable, processes)) = launched() else { return Ok(None) };
    let (mut begun, thread) = (begun(), std::thread::current().id());
    if begun.is_none() {
        *begun = World::start(variable, processes)?.map(|world| (world, thread));
    }
    match &*begun {
        Some((_, own)) if *own != thread => Err(MpiError::OtherThread),
        own => Ok(own.as_ref().map(|(world, _)| world.exchange())),
    }
}

/// Whether this process tells what has come of its work: one that is alone, or the first of several ranks.
pub fn speaks() -> bool {
    begun().as_ref().is_none_or(|(world, _)| world.exchange().rank() == 0)
}

/// Ends MPI, if it has begun. Ranks that are still at work learn that this one has ended.
pub fn end() {
    if let Some((world, _)) = begun().take() {
        world.leave();
    }
}

/// Refuses work that is not one of several ranks where a launcher has started several processes; `what` says which, and what to do
/// instead.
///
/// # Errors
/// How many were started.
pub fn alone(what: &'static str) -> Result<(), MpiError> {
    match launched() {
        Some((variable, processes)) if processes > 1 => Err(MpiError::Alone { what, processes, variable }),
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
