//! From a design to its synapses, and what is said of both.

use crate::size::{bytes_text, count_text, expected_size};
use crate::{Job, SessionError, Watch};
use neuropil_engine::{EditFault, Simulation};
use neuropil_model::lower::Placed;
use neuropil_network::network::Design;
use neuropil_network::{Network, Scalar};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Draws the synapses of a design, and tells `watch` how far that is.
///
/// # Errors
/// As [`Network::build`].
pub(crate) fn build<R: Scalar>(
    design: Design<R>,
    blocks: Option<u32>,
    threads: usize,
    watch: &dyn Watch,
) -> Result<Network<R>, Vec<neuropil_network::NetworkError>> {
    let (_, expected, _) = expected_size(&design);
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
        Network::build(design, blocks, threads, &placed)
    });
    watch.built();
    network
}

/// The simulation with hands on it.
///
/// # Errors
/// The first intervention that is refused: none where the input was found sound.
pub(crate) fn edited<R: Scalar>(
    simulation: Simulation<R>,
    interventions: &[Placed],
) -> Result<Simulation<R>, SessionError> {
    let refused = |faults: Vec<(usize, EditFault)>| {
        let fault = faults.into_iter().next().map(|(_, fault)| fault.to_string()).unwrap_or_default();
        SessionError::Intervention(fault)
    };
    let own: Vec<_> = interventions.iter().map(|placed| placed.own.clone()).collect();
    simulation.with_interventions(&own).map_err(refused)
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
pub(crate) fn built_line<R: Scalar>(network: &Network<R>, build_s: f64, threads: usize) -> String {
    format!(
        "built {} synapses in {build_s:.1} s ({}); running on {threads} thread{}",
        count_text(network.synapses()),
        bytes_text(network.bytes()),
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
