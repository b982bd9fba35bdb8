//! Spikes of virtual nodes: those of sources, and those of Poisson inputs, drawn again.

use super::ExportError;
use neuropil_core::Clock;
use neuropil_network::Kind;
use neuropil_network::network::Design;
use neuropil_network::source::Rate;
use neuropil_record::{SpikeFile, Spikes};
use std::path::Path;

/// More spikes of virtual nodes than this are not written.
const MOST: f64 = 5e7;
/// Spikes that are handed on at a time.
const PIECE: usize = 1 << 16;

/// Which spikes a virtual population sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Those of a population of sources.
    Source(usize),
    /// Those of a Poisson input, a step before they arrive.
    Poisson(usize),
}

/// Why there are too many spikes to write, if there are.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
pub(super) fn too_many(design: &Design<f64>, steps: u64) -> Option<String> {
    let seconds = design.clock.time_ms(steps) * 1e-3;
    let mut expected: f64 = design
        .poisson
        .iter()
        .map(|input| {
            let hz = match input.rate() {
                Rate::PerCell(_) => input.rate().mean_hz(),
                rate => rate.max_hz(),
            };
            let cells = design.populations[input.target].cells;
            let cells = match (&input.only, input.rate()) {
                (Some(only), Rate::Constant(_) | Rate::Steps(_) | Rate::Sine { .. }) => only.len(),
                // Rates by cell are 0 beside the part.
                _ => cells,
            };
            hz * seconds * f64::from(cells)
        })
        .sum();
    let mut fired = Vec::new();
    for population in &design.populations {
        let Kind::Source(source) = &population.kind else { continue };
        let mut step = 0;
        while step < steps && expected <= MOST {
            step += 1;
            source.emit(step, 0..population.cells, &mut fired);
            expected += fired.len() as f64;
            fired.clear();
        }
    }
    (expected > MOST).then(|| {
        format!("Poisson inputs and sources send more than {MOST:.0} spikes in {seconds} s: a shorter run or fewer cells can be exported")
    })
}

/// Writes the spikes of one virtual population; returns how many.
pub(super) fn write(
    path: &Path,
    name: &str,
    design: &Design<f64>,
    origin: Origin,
    steps: u64,
) -> Result<u64, ExportError> {
    let mut file = SpikeFile::create(path)?;
    let mut step = 0;
    let mut count = 0;
    file.population(name, |piece| {
        while step < steps && piece.node_ids.len() < PIECE {
            step += 1;
            emit(design, origin, step, piece);
        }
        count += piece.node_ids.len() as u64;
        Ok::<_, ExportError>(step < steps)
    })?;
    file.finish()?;
    Ok(count)
}

fn emit(design: &Design<f64>, origin: Origin, step: u64, piece: &mut Spikes) {
    let clock: Clock = design.clock;
    match origin {
        Origin::Source(population) => {
            let Kind::Source(source) = &design.populations[population].kind else { return };
            let mut fired = Vec::new();
            source.emit(step, 0..design.populations[population].cells, &mut fired);
            piece.times_ms.extend(std::iter::repeat_n(clock.time_ms(step), fired.len()));
            piece.node_ids.extend(fired.into_iter().map(u64::from));
        }
        Origin::Poisson(input) => {
            let input = &design.poisson[input];
            let time = clock.time_ms(step - 1);
            input.counts(step, 0..design.populations[input.target].cells, |cell, spikes| {
                piece.times_ms.extend(std::iter::repeat_n(time, spikes as usize));
                piece.node_ids.extend(std::iter::repeat_n(u64::from(cell), spikes as usize));
            });
        }
    }
}
