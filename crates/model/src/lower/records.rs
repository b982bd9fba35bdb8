//! What is recorded of a design: states and weights.

use super::Lowering;
use crate::cells::{Chosen, none_left};
use neuropil_core::CellSet;
use neuropil_engine::Probe;
use neuropil_network::Scalar;
use neuropil_network::network::Design;
use neuropil_record::Recorded;

impl Lowering<'_> {
    /// How the spikes of each population are recorded.
    pub(super) fn recorded<R: Scalar>(&mut self, design: &Design<R>) -> Vec<Recorded> {
        let mut all: Vec<Recorded> = Vec::new();
        for (index, own) in design.populations.iter().enumerate() {
            let (mut spikes, mut only) = (true, None);
            if let Some(chosen) = &self.model.record.spikes {
                let parts: Vec<Chosen> = chosen.iter().filter(|part| part.population == index).cloned().collect();
                let sets = self.sets(&parts, design);
                spikes = !parts.is_empty();
                // Parts are apart: together they ascend once they are sorted.
                let together = sets.into_iter().map(|own| own.map(|own| own.cells().to_vec()));
                let mut cells = together.collect::<Option<Vec<_>>>().unwrap_or_default().concat();
                cells.sort_unstable();
                only =
                    (!cells.is_empty() && cells.len() < own.cells as usize).then(|| CellSet::new(cells).ok()).flatten();
            }
            all.push(Recorded { population: own.name.clone(), ids: Vec::new(), spikes, only });
        }
        all
    }

    /// The states to sample.
    pub(super) fn probes<R: Scalar>(&mut self, design: &Design<R>) -> Vec<Probe> {
        let mut probes = Vec::new();
        for spec in &self.model.record.states {
            let own = &design.populations[spec.population];
            let cells = spec.cells.indices(own.cells, own.positions.as_deref());
            if cells.is_empty() {
                self.fault(&spec.path, none_left(&own.name, self.scale));
            }
            let (population, variable, every_steps) = (spec.population, spec.variable, spec.every_steps);
            probes.push(Probe { population, variable, cells, every_steps });
        }
        probes
    }

    /// The projections whose weights are recorded; `paths` are their paths in the file.
    pub(super) fn weights<R: Scalar>(&mut self, design: &Design<R>, paths: &[String]) -> Vec<usize> {
        let mut chosen = Vec::new();
        for (path, name) in &self.model.record.weights {
            let named = |index: &usize| {
                let own = self.model.projections.iter().find(|spec| spec.path == paths[*index]);
                let recorded = &design.projections[*index].name;
                let is_numbered = || {
                    let number = recorded.strip_prefix(name.as_str()).and_then(|rest| rest.strip_prefix('#'));
                    number.is_some_and(|number| number.parse::<u32>().is_ok())
                };
                name == "*"
                    || recorded == name
                    || is_numbered()
                    || own.is_some_and(|spec| spec.name.as_ref() == Some(name))
            };
            let found: Vec<usize> = (0..design.projections.len()).filter(named).collect();
            let left_out = |own: &String| own == name || own.starts_with(&format!("{name}:"));
            if found.is_empty() && name != "*" && !self.left_out.iter().any(left_out) {
                let names = design.projections.iter().map(|projection| projection.name.as_str());
                let hint = neuropil_core::did_you_mean(name, names);
                self.fault(path, format!("there is no projection `{name}`{hint}"));
            }
            chosen.extend(found);
        }
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }
}
