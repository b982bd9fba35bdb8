//! What is recorded of a design: states and weights.

use super::Lowering;
use neuropil_engine::Probe;
use neuropil_network::Scalar;
use neuropil_network::network::Design;

impl Lowering<'_> {
    /// The states to sample.
    pub(super) fn probes<R: Scalar>(&mut self, design: &Design<R>) -> Vec<Probe> {
        let mut probes = Vec::new();
        for spec in &self.model.record.states {
            let cells = spec.cells.of(design.populations[spec.population].cells);
            if cells.is_empty() {
                self.fault(&spec.path, format!("none of these cells is left at scale {}", self.scale));
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
                name == "*"
                    || design.projections[*index].name == *name
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
