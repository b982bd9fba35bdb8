//! From a design to its synapses, and what is said of both.

use crate::size::{bytes_text, count_text, expected_size};
use crate::{Job, SessionError, Watch};
use neuropil_engine::learning::Learning;
use neuropil_engine::{EditFault, Probe, Simulation, Tissue};
use neuropil_model::lower::Placed;
use neuropil_network::network::{Design, Share};
use neuropil_network::{Network, Scalar};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Draws the synapses of a design, and tells `watch` how far that is.
///
/// # Errors
/// As [`Network::build_share`].
pub(crate) fn build<R: Scalar>(
    design: Design<R>,
    (blocks, share): (Option<u32>, Share),
    threads: usize,
    watch: &dyn Watch,
) -> Result<Network<R>, Vec<neuropil_network::NetworkError>> {
    let (_, expected, _) = expected_size(&design);
    let expected = expected / share.ranks as u64;
    let placed = AtomicU64::new(0);
    let finished = AtomicBool::new(false);
    let network = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !finished.load(Ordering::Relaxed) {
                watch.placed(placed.load(Ordering::Relaxed), expected);
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let _ends = EndsWhenDropped(&finished);
        Network::build_share(design, blocks, share, threads, &placed)
    });
    watch.built();
    network
}

/// Threads that may be used: so many, or one a core.
pub(crate) fn threads_of(threads: Option<u16>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    threads.map_or_else(cores, usize::from).max(1)
}

/// What acts on a network while it runs, and what is looked at.
pub(crate) struct Around {
    pub probes: Vec<Probe>,
    /// How often weights that follow spikes are written, in steps.
    pub weights_every: Option<u64>,
    /// The tissue, and on how many threads it runs.
    pub tissue: Option<(Tissue, usize)>,
    pub learning: Option<Learning>,
    pub interventions: Vec<Placed>,
}

impl Around {
    /// A network with all of it, before its first step.
    ///
    /// # Errors
    /// Threads that cannot be started; the first intervention that is refused: none where the input was found sound.
    pub fn simulation<R: Scalar>(self, network: Network<R>, threads: usize) -> Result<Simulation<R>, SessionError> {
        let mut simulation = Simulation::new(network, self.probes, threads).with_weights_every(self.weights_every);
        if let Some((tissue, threads)) = self.tissue {
            let tissue = tissue.with_threads(threads).map_err(|fault| SessionError::Threads(fault.to_string()))?;
            simulation = simulation.with_tissue(tissue);
        }
        if let Some(learning) = self.learning {
            simulation = simulation.with_learning(learning);
        }
        let refused = |faults: Vec<(usize, EditFault)>| {
            let fault = faults.into_iter().next().map(|(_, fault)| fault.to_string()).unwrap_or_default();
            SessionError::Intervention(fault)
        };
        let own: Vec<_> = self.interventions.iter().map(|placed| placed.own.clone()).collect();
        simulation.with_interventions(&own).map_err(refused)
    }
}

/// What will be built.
pub(crate) fn size_line<R: Scalar>(job: &Job<R>, cells: u64, synapses: u64, bytes: u64) -> String {
    format!(
        "{}: {} cells, about {} synapses, about {} of memory; {} ms in steps of {} ms, {} precision, seed {}",
        job.file,
        count_text(cells),
        count_text(synapses),
        bytes_text(bytes),
        job.duration_ms,
        job.clock.dt_ms(),
        R::NAME,
        job.seed
    )
}

/// What was built.
pub(crate) fn built_line<R: Scalar>(network: &Network<R>, build_s: f64, threads: usize, ranks: usize) -> String {
    let each = if ranks == 1 { String::new() } else { format!(" on each of {ranks} ranks") };
    format!(
        "built {} synapses in {build_s:.1} s ({}{}); running on {threads} thread{}{each}",
        count_text(network.synapses()),
        bytes_text(network.bytes()),
        if ranks == 1 { "" } else { " on this rank" },
        if threads == 1 { "" } else { "s" }
    )
}

/// Ends the thread that shows progress, also when the build panics.
struct EndsWhenDropped<'f>(&'f AtomicBool);

impl Drop for EndsWhenDropped<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
