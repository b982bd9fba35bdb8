//! The populations of a recording: parts of one name together.

use crate::recording::header::PopulationInfo;
use crate::recording::recorded::Recorded;
use neuropil_core::Real;
use neuropil_network::Population;
use neuropil_network::network::Design;

/// What the parts of a population are, each once: `e+i`.
fn joined(known: &str, own: &str) -> String {
    if known.split('+').any(|part| part == own) { known.to_owned() } else { format!("{known}+{own}") }
}

/// The recorded populations, and which of them each population of `design` belongs to.
pub(super) fn populations<R: Real>(design: &Design<R>, recorded: &[Recorded]) -> (Vec<PopulationInfo>, Vec<usize>) {
    let mut infos: Vec<PopulationInfo> = Vec::new();
    // Nodes and where they are, of all that have one name together.
    let mut points: Vec<Vec<(u64, [f64; 3])>> = Vec::new();
    let mut places = Vec::new();
    for ((population, first_id), own) in design.populations.iter().zip(design.first_ids()).zip(recorded) {
        let size = own.ids.iter().max().map_or(u64::from(population.cells), |id| id.saturating_add(1));
        if let Some(place) = infos.iter().position(|known| known.name == own.population) {
            let shared = &mut infos[place];
            shared.size = shared.size.max(size);
            shared.model = joined(&shared.model, population.model_name());
            shared.cell_type = joined(&shared.cell_type, &population.cell_type);
            shared.record_spikes |= own.spikes;
            points[place].extend(placed(own, population));
            debug_assert!(own.only.is_none(), "parts are of populations of their own");
            places.push(place);
            continue;
        }
        places.push(infos.len());
        infos.push(PopulationInfo {
            name: own.population.clone(),
            size,
            first_id: u64::from(first_id),
            model: population.model_name().into(),
            cell_type: population.cell_type.clone(),
            sign: population.sign.number(),
            positions_um: None,
            record_spikes: own.spikes,
            recorded_cells: own.only.as_ref().map(|cells| cells.cells().iter().map(|cell| own.id(*cell)).collect()),
        });
        points.push(placed(own, population).collect());
    }
    for (info, mut own) in infos.iter_mut().zip(points) {
        own.sort_by_key(|(node, _)| *node);
        let all = own.len() as u64 == info.size && own.iter().zip(0..).all(|((node, _), place)| *node == place);
        info.positions_um = (all && info.size > 0).then(|| own.into_iter().map(|(_, point)| point).collect());
    }
    (infos, places)
}

/// The nodes of a population that has places, and where they are.
fn placed<R: Real>(own: &Recorded, population: &Population<R>) -> impl Iterator<Item = (u64, [f64; 3])> {
    (0..).zip(population.positions.iter().flatten()).map(|(cell, point)| (own.id(cell), *point))
}
