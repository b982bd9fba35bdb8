//! Smaller or larger versions of a network that keep the mean and the variance of the input of each cell.
//!
//! With a scale s, populations have s N cells and cells s K inputs; weights are divided by sqrt(s), which keeps the
//! variance K w² r, and a constant current replaces the lost part (1 - sqrt(s)) of the mean K w r
//! (van Albada, Helias & Diesmann 2015, PLoS Comput. Biol. 11:e1004490; Potjans & Diesmann 2014). The rates r of the
//! sending populations are the file's `mean_rate_hz`.

use crate::cells::Chosen;
use crate::connectors::{Rule, Sizes};
use crate::learning::LearningSpec;
use crate::model::{InputKind, KindSpec, Model, PopulationSpec, ProjectionSpec};
use neuropil_core::Real;
use neuropil_network::Property;
use neuropil_network::neuron::NeuronModel;
use neuropil_network::source::Rate;

/// The number of cells of a scaled population.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range of ids")]
pub(crate) fn scaled_cells(cells: u32, scale: f64) -> u32 {
    (f64::from(cells) * scale).round().clamp(1.0, 2_147_483_648.0) as u32
}

impl Model {
    /// The mean rate of each population, Hz, as the file tells it: `mean_rate_hz`, or the rate of a Poisson source; `None` where it tells none.
    pub fn mean_rates(&self) -> Vec<Option<f64>> {
        self.populations.iter().map(mean_rate).collect()
    }

    /// Cells at `scale`, and the bytes that [`Model::design`] asks for: parameters and initial values that differ from
    /// cell to cell, positions, and what is derived from them.
    pub fn cells_and_bytes(&self, scale: f64) -> (u64, u64) {
        let mut total = (0, 0);
        for spec in &self.populations {
            let numbers = match &spec.kind {
                KindSpec::Neurons { parameters, initial, .. } => {
                    let differ = parameters.iter().filter(|value| value.differs()).count();
                    // Twice: as given, and as propagators.
                    2 * differ + initial.len()
                }
                _ => 0,
            };
            let numbers = numbers + if spec.placement.is_some() { 3 } else { 0 };
            let cells = u64::from(scaled_cells(spec.cells, scale));
            total = (total.0 + cells, total.1 + cells * 8 * numbers as u64);
        }
        for spec in &self.record.states {
            let all = scaled_cells(self.populations[spec.population].cells, scale);
            let cells = spec.cells.count(all).unwrap_or(all);
            total.1 += u64::from(cells) * 4;
        }
        total
    }
}

/// Everything in a model that cannot be scaled: (path, why).
pub(crate) fn obstacles(model: &Model) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if model.peptides.is_some() {
        found.push(("peptides".into(), "a network with peptides cannot be scaled: fewer cells release less".into()));
    }
    for projection in &model.projections {
        if matches!(projection.rule, Rule::List { .. } | Rule::ByDistance { .. } | Rule::OneToOne) {
            found.push((format!("{}.rule", projection.path), "a network with this rule cannot be scaled".into()));
        }
        if !matches!(projection.weight, Property::Drawn(_)) {
            found.push((
                projection.path.clone(),
                "a network whose weights are listed or by distance cannot be scaled".into(),
            ));
        }
        if projection.plastic.is_some() {
            let message =
                "a network that learns cannot be scaled: what its bounds and its learning rate come to is unknown";
            found.push((format!("{}.plastic", projection.path), message.into()));
        }
        if let Some(own) = &projection.synapse {
            let info = own.info();
            let message = format!("a network with {} cannot be scaled", info.title);
            found.push((format!("{}.synapse", projection.path), message));
        }
        for source in &projection.from {
            let own = &model.populations[source.population];
            if mean_rate(own).is_none() {
                let message =
                    "scaling restores the mean input, for which it needs `mean_rate_hz` of every sending population";
                found.push((own.path.clone(), message.into()));
            }
        }
    }
    let chosen = model.projections.iter().flat_map(|own| own.from.iter().chain(&own.to));
    let chosen = chosen.chain(model.inputs.iter().flat_map(|own| &own.to));
    let chosen = chosen.chain(model.learning.iter().flat_map(LearningSpec::reads));
    for own in chosen.filter(|own| !own.cells.is_all()) {
        let name = &model.populations[own.population].name;
        let message = format!(
            "a network that names a part of `{name}` cannot be scaled: which part of fewer cells it is, is unknown"
        );
        found.push((own.path.clone(), message));
    }
    if model.learning.as_ref().is_some_and(LearningSpec::has_given_weights) {
        let message =
            "a network whose readout weights are given one by one cannot be scaled: they are those of all its cells";
        found.push(("learning.readout.weight".into(), message.into()));
    }
    let varying =
        "rates that differ among cells or change in time cannot be scaled: no constant current restores their mean";
    for population in &model.populations {
        if !population.voices.is_empty() {
            found.push((population.path.clone(), "given spike trains cannot be scaled".into()));
        }
        match &population.kind {
            KindSpec::SpikeTrain(_) | KindSpec::Task { .. } => {
                found.push((population.path.clone(), "given spike trains cannot be scaled".into()))
            }
            KindSpec::Source(own) => {
                let message = format!("the spike trains of {} cannot be scaled", own.entry.info.name);
                found.push((population.path.clone(), message));
            }
            KindSpec::Poisson(rate) if !matches!(rate, Rate::Constant(_)) || !population.window.is_always() => {
                found.push((format!("{}.rate_hz", population.path), varying.into()));
            }
            _ => {}
        }
    }
    for input in &model.inputs {
        let steady = input.window.is_always();
        if matches!(&input.kind, InputKind::Poisson { rate, .. } if !matches!(rate, Rate::Constant(_)) || !steady) {
            found.push((format!("{}.rate_hz", input.path), varying.into()));
        }
    }
    found.dedup();
    found
}

fn mean_rate(population: &PopulationSpec) -> Option<f64> {
    match &population.kind {
        KindSpec::Poisson(rate) => Some(rate.mean_hz()),
        _ => population.mean_rate_hz,
    }
}

/// The full and the scaled sizes of a pair of populations.
pub(crate) fn sizes(model: &Model, projection: &ProjectionSpec, to: usize, from: usize, scale: f64) -> Sizes {
    let cells = |own: &Chosen| model.populations[own.population].cells;
    let (pre, post) = (cells(&projection.from[from]), cells(&projection.to[to]));
    Sizes {
        n_pre_full: f64::from(pre),
        n_post_full: f64::from(post),
        n_pre: scaled_cells(pre, scale),
        n_post: scaled_cells(post, scale),
        scale,
    }
}

/// The current that restores the mean input of a cell of population `target`; `None` where no current does.
pub(crate) fn missing_current<R: Real>(
    model: &Model,
    target: usize,
    cells: &dyn NeuronModel<R>,
    cell: usize,
    scale: f64,
) -> Option<f64> {
    let mut current = 0.0;
    let port = |receptor, weight| Some(cells.info().placement(receptor)?.place(weight).0);
    for projection in &model.projections {
        let Property::Drawn(weight) = &projection.weight else { return None };
        let weight = weight.unbounded_mean();
        for (to, _) in projection.to.iter().enumerate().filter(|(_, own)| own.population == target) {
            for (from, source) in projection.from.iter().map(|own| own.population).enumerate() {
                let sizes = sizes(model, projection, to, from, scale);
                let full = projection.rule.full_in_degree(to, from, &sizes);
                let kept = projection.rule.scaled_in_degree(to, from, &sizes) / scale.sqrt();
                let rate = mean_rate(&model.populations[source])?;
                current +=
                    cells.mean_current(cell, port(projection.receptors[to], weight)?, weight, (full - kept) * rate)?;
            }
        }
    }
    for input in &model.inputs {
        let Some(to) = input.to.iter().position(|own| own.population == target) else { continue };
        if let InputKind::Poisson { rate, weight, receptors, .. } = &input.kind {
            let missing_hz = rate.mean_hz() * (1.0 - scale.sqrt());
            current += cells.mean_current(cell, port(receptors[to], *weight)?, *weight, missing_hz)?;
        }
    }
    Some(current)
}

/// The rate of s times as many trains.
pub(crate) fn scaled_rate(rate: &Rate, scale: f64) -> Rate {
    match rate {
        Rate::Constant(hz) => Rate::Constant(hz * scale),
        Rate::PerCell(rates) => Rate::PerCell(rates.iter().map(|hz| hz * scale).collect()),
        Rate::Steps(steps) => Rate::Steps(steps.iter().map(|&(from, hz)| (from, hz * scale)).collect()),
        Rate::Sine { mean_hz, amplitude_hz, frequency_hz, phase } => Rate::Sine {
            mean_hz: mean_hz * scale,
            amplitude_hz: amplitude_hz * scale,
            frequency_hz: *frequency_hz,
            phase: *phase,
        },
    }
}
