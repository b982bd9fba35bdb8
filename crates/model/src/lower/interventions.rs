//! Interventions of a design.

use super::{Lowered, Lowering};
use crate::cells::Chosen;
use crate::document::Document;
use crate::fault::Faults;
use crate::fields::Reader;
use crate::interventions::{ChangeSpec, EditSpec, InterventionSpec, Known, intervention};
use crate::model::Model;
use crate::tissue::TissueSpec;
use neuropil_core::{CellSet, Unit, did_you_mean};
use neuropil_engine::intervention::{
    FOR_GOOD, Injection, NoiseEdit, Normalisation, ParameterEdit, ReceptorEdit, Silence, SpeciesEdit, StateEdit,
    StateValues, TimedCut, WeightChange, WeightEdit,
};
use neuropil_engine::{Edit, Intervention};
use neuropil_network::network::Design;
use neuropil_network::neuron::ParameterChange;
use neuropil_network::{Projection, Scalar};

/// An intervention of a design, and where the file says so.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Where the file says so.
    pub path: String,
    /// The intervention.
    pub own: Intervention,
}

impl Model {
    /// The interventions that one item of a list comes to, for a network made of this model whose lowered form is `lowered`.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn edit<R: Scalar>(&self, lowered: &Lowered<R>, scale: f64, item: &str) -> Result<Vec<Intervention>, Faults> {
        let document = Document::parse("edit", item.to_owned())?;
        let reader = Reader::new(&document);
        let (clock, peptides) = (self.clock, self.peptides.as_ref().map(|own| &own.model.peptides));
        let (populations, inputs) = (&self.populations[..], &self.inputs[..]);
        let field_steps = self.peptides.as_ref().map_or(1, TissueSpec::steps);
        let known = Known { populations, inputs, peptides, field_steps, clock };
        let Some(spec) = intervention(&reader, &document.root, "", known).filter(|_| reader.is_sound()) else {
            return Err(reader.into_faults());
        };
        let poisson_of = lowered.poisson_of.clone();
        let (faults, left_out) = (Vec::new(), Vec::new());
        let mut lowering = Lowering { model: self, seed: self.seed, scale, faults, streams: 0, left_out, poisson_of };
        let placed = lowering.placed(&spec, &lowered.design, &lowered.projection_paths);
        let faults = lowering.faults.into_iter().map(|fault| crate::Fault { place: None, ..fault }).collect::<Vec<_>>();
        if faults.is_empty() {
            Ok(placed.into_iter().map(|placed| placed.own).collect())
        } else {
            Err(Faults::new("edit", faults))
        }
    }
}

impl Lowering<'_> {
    /// All of them: one of the file may be several, one for each population or projection.
    pub(super) fn interventions<R: Scalar>(&mut self, design: &Design<R>, paths: &[String]) -> Vec<Placed> {
        let model = self.model;
        let each = model.interventions.iter().enumerate();
        let parts = each.flat_map(|(item, spec)| {
            let parts = self.placed(spec, design, paths);
            parts.into_iter().map(move |own| Placed { own: Intervention { item, ..own.own }, ..own })
        });
        parts.collect()
    }

    /// What one of the file comes to.
    fn placed<R: Scalar>(&mut self, spec: &InterventionSpec, design: &Design<R>, paths: &[String]) -> Vec<Placed> {
        let edits = match &spec.edit {
            EditSpec::Add(own) => return self.added(spec, &own.path, paths),
            EditSpec::Silence(chosen) => {
                self.each(chosen, design, |population, cells, _| Edit::Silence(Silence { population, cells }))
            }
            EditSpec::Current { to, ports, amplitude } => self.each(to, design, |population, cells, index| {
                Edit::Current(Injection { population, cells, port: ports[index], amplitude: *amplitude })
            }),
            EditSpec::Noise { to, ports, waveform } => self.each(to, design, |population, cells, index| {
                Edit::Noise(NoiseEdit { population, cells, port: ports[index], waveform: waveform.clone() })
            }),
            EditSpec::Rate { of, rate_hz } => self.rates(spec, of, rate_hz, design),
            EditSpec::Parameters { of, values } => {
                let change = |parameter: usize, value: f64| {
                    move |population: usize, cells: Option<CellSet>, _: usize| {
                        Edit::Parameter(ParameterEdit {
                            population,
                            change: ParameterChange { parameter, cells, value },
                        })
                    }
                };
                values.iter().flat_map(|(row, value)| self.each(of, design, change(*row, *value))).collect()
            }
            EditSpec::State { of, values } => {
                let write = |variable: usize, values: StateValues| {
                    move |population: usize, cells: Option<CellSet>, _: usize| {
                        Edit::State(StateEdit { population, cells, variable, values: values.clone() })
                    }
                };
                values.iter().flat_map(|(own, values)| self.each(of, design, write(*own, values.clone()))).collect()
            }
            EditSpec::Receptor { cell_type, receptor, bound } => {
                if let Some(why) = self.model.unheard(*cell_type, *receptor) {
                    self.fault(&spec.path, why);
                    return Vec::new();
                }
                vec![Edit::Receptor(ReceptorEdit { cell_type: *cell_type, receptor: *receptor, bound: *bound })]
            }
            EditSpec::Species { species, diffusivity, loss, release } => {
                self.species(spec, *species, [*diffusivity, *loss], release.unwrap_or(1.0))
            }
            EditSpec::Weights { projection, from, to, change } => {
                self.weight_edits(spec, (projection, from.as_deref(), to.as_deref()), change, (design, paths))
            }
            EditSpec::Normalise { projection, unit, sum } => {
                self.normalisations(spec, projection, (*unit, *sum), (design, paths))
            }
        };
        let placed = |edit| Placed {
            path: spec.path.clone(),
            own: Intervention { from: spec.from, until: spec.until, edit, item: 0 },
        };
        edits.into_iter().map(placed).collect()
    }

    /// Synapses that are there from the start, and let nothing through before they are added and after they vanish.
    fn added(&mut self, spec: &InterventionSpec, path: &str, paths: &[String]) -> Vec<Placed> {
        let own: Vec<usize> = (0..paths.len()).filter(|index| paths[*index] == path).collect();
        // What is wrong with its projection has been told.
        if own.is_empty() && !self.faults.iter().any(|fault| fault.path == path) {
            self.fault(path, "it makes no synapse");
        }
        let before = (spec.from > 0).then_some((0, Some(spec.from)));
        let after = spec.until.map(|until| (until, Some(FOR_GOOD)));
        let absent = |(from, until), projection| {
            let edit = WeightEdit { projection, from: None, to: None, change: WeightChange::Scale(0.0) };
            Placed { path: spec.path.clone(), own: Intervention { from, until, edit: Edit::Weights(edit), item: 0 } }
        };
        let times = || before.into_iter().chain(after);
        own.into_iter().flat_map(|projection| times().map(move |time| absent(time, projection))).collect()
    }

    pub(super) fn each<R: Scalar>(
        &mut self,
        chosen: &[Chosen],
        design: &Design<R>,
        edit: impl Fn(usize, Option<CellSet>, usize) -> Edit,
    ) -> Vec<Edit> {
        let sets = self.sets(chosen, design);
        chosen.iter().zip(sets).enumerate().map(|(index, (own, cells))| edit(own.population, cells, index)).collect()
    }

    fn species(
        &mut self,
        spec: &InterventionSpec,
        species: usize,
        [diffusivity, loss]: [Option<f64>; 2],
        release: f64,
    ) -> Vec<Edit> {
        let Some(tissue) = &self.model.peptides else { return Vec::new() };
        let layer = match diffusivity.or(loss) {
            None => None,
            Some(_) => match tissue.layer_maker(species, [diffusivity, loss]) {
                Ok(maker) => Some(maker),
                Err(fault) => {
                    self.fault(&spec.path, fault.to_string());
                    return Vec::new();
                }
            },
        };
        vec![Edit::Species(SpeciesEdit { species, layer, release })]
    }

    fn weight_edits<R: Scalar>(
        &mut self,
        spec: &InterventionSpec,
        (name, from, to): (&str, Option<&[Chosen]>, Option<&[Chosen]>),
        change: &ChangeSpec,
        (design, paths): (&Design<R>, &[String]),
    ) -> Vec<Edit> {
        let found = self.found(spec, name, design, paths);
        if found.is_empty() {
            return Vec::new();
        }
        let [senders, receivers] = [from, to].map(|part| part.map(|part| (part, self.sets(part, design))));
        let mut edits = Vec::new();
        let mut is_refused = false;
        for index in found {
            let own = &design.projections[index];
            let Some(new) = self.weight_change(spec, change, own, design) else {
                is_refused = true;
                continue;
            };
            for from in within(senders.as_ref(), own.source) {
                for to in within(receivers.as_ref(), own.target) {
                    let edit = WeightEdit { projection: index, from: from.clone(), to, change: new.clone() };
                    edits.push(edit_of(edit, own.timing().is_some(), *change == ChangeSpec::Cut));
                }
            }
        }
        if edits.is_empty() && !is_refused {
            self.fault(&spec.path, format!("no synapse of `{name}` joins these populations"));
        }
        edits
    }

    fn normalisations<R: Scalar>(
        &mut self,
        spec: &InterventionSpec,
        name: &str,
        (unit, sum): (Unit, f64),
        (design, paths): (&Design<R>, &[String]),
    ) -> Vec<Edit> {
        let mut edits = Vec::new();
        for projection in self.found(spec, name, design, paths) {
            if self.has_unit(spec, (unit, "sum"), &design.projections[projection], design) {
                edits.push(Edit::Normalise(Normalisation { projection, sum, every: spec.every }));
            }
        }
        edits
    }

    /// The projections that a name of the file means, which are those of one item of it; a fault if there are none, or of several items.
    fn found<R: Scalar>(
        &mut self,
        spec: &InterventionSpec,
        name: &str,
        design: &Design<R>,
        paths: &[String],
    ) -> Vec<usize> {
        let found = self.named(name, design, paths);
        if found.is_empty() {
            let names = design.projections.iter().map(|projection| projection.name.as_str());
            let hint = did_you_mean(name, names);
            self.fault(&spec.path, format!("there is no projection `{name}`{hint}"));
        }
        let numbered = format!("{name}#");
        let is_meant = |index: &usize| {
            let own = &design.projections[*index].name;
            found.contains(index) || own.strip_prefix(&numbered).is_some_and(|number| number.parse::<u32>().is_ok())
        };
        let all: Vec<usize> = (0..design.projections.len()).filter(is_meant).collect();
        if all.iter().any(|index| paths[*index] != paths[all[0]]) {
            let names: Vec<String> = all.iter().map(|index| format!("`{}`", design.projections[*index].name)).collect();
            let reason = "give each a `name` of its own, so that it is clear which is meant";
            self.fault(
                &spec.path,
                format!("`{name}` is the name of several projections ({}): {reason}", names.join(", ")),
            );
            return Vec::new();
        }
        found
    }

    /// Whether a number of weights is in the unit of those of a projection; a fault if not.
    fn has_unit<R: Scalar>(
        &mut self,
        spec: &InterventionSpec,
        (unit, of): (Unit, &str),
        own: &Projection,
        design: &Design<R>,
    ) -> bool {
        let model = design.populations[own.target].neurons();
        let Some(expected) = model.and_then(|model| model.info().weight_unit(own.receptor)) else { return false };
        if unit != expected {
            let [found, expected] = [unit, expected].map(|unit| unit.name_of(of));
            self.fault(&spec.path, format!("found {found}, but weights of `{}` are {expected}", own.name));
        }
        unit == expected
    }

    /// The projections that a name of the file means.
    fn named<R: Scalar>(&self, name: &str, design: &Design<R>, paths: &[String]) -> Vec<usize> {
        let is_named = |index: &usize| {
            let spec = self.model.projections.iter().find(|spec| spec.path == paths[*index]);
            design.projections[*index].name == name || spec.is_some_and(|spec| spec.name.as_deref() == Some(name))
        };
        (0..design.projections.len()).filter(is_named).collect()
    }

    fn weight_change<R: Scalar>(
        &mut self,
        spec: &InterventionSpec,
        change: &ChangeSpec,
        own: &Projection,
        design: &Design<R>,
    ) -> Option<WeightChange> {
        let (unit, change) = match change {
            ChangeSpec::Cut => return Some(WeightChange::Scale(0.0)),
            ChangeSpec::Scale(scale) => return Some(WeightChange::Scale(*scale)),
            // As the weights of the model.
            ChangeSpec::Set(unit, weight) => (unit, WeightChange::Set(weight / self.scale.sqrt())),
            ChangeSpec::Each(unit, all) => (unit, WeightChange::Each(all.clone())),
        };
        self.has_unit(spec, (*unit, "weight"), own, design).then_some(change)
    }
}

/// Other weights, where they may follow spikes, and be those of a cut.
fn edit_of(edit: WeightEdit, is_timed: bool, is_cut: bool) -> Edit {
    match (is_timed, is_cut) {
        (false, _) => Edit::Weights(edit),
        (true, false) => Edit::TimedWeights(edit),
        (true, true) => {
            let WeightEdit { projection, from, to, .. } = edit;
            Edit::TimedCut(TimedCut { projection, from, to })
        }
    }
}

/// The sets of cells of a population among parts; all of it where there are no parts.
fn within(parts: Option<&(&[Chosen], Vec<Option<CellSet>>)>, population: usize) -> Vec<Option<CellSet>> {
    let Some((chosen, sets)) = parts else { return vec![None] };
    chosen.iter().zip(sets).filter(|(own, _)| own.population == population).map(|(_, set)| set.clone()).collect()
}
