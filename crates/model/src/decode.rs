//! A model file is decoded: every section in its order, then what they say of each other.

mod simulation;

pub use simulation::DT_MS;

use crate::document::{Document, join};
use crate::fault::{Fault, Faults};
use crate::fields::{Fields, Reader};
use crate::input::{input, one_of_a_name};
use crate::interventions::{InterventionSpec, Known, interventions};
use crate::learning::learning;
use crate::model::{CellSource, KindSpec, Model, ProjectionSpec, SynapseSpec};
use crate::population::population;
use crate::projection::projection;
use crate::record::record;
use crate::replay::{Replays, Run, replays};
use crate::third_factor::Surroundings;
use crate::tissue::{TissueSpec, tissue};
use crate::trials;
use crate::values::PerCell;
use neuropil_core::Unit;
use simulation::{Simulation, simulation};

impl Model {
    /// Checks everything that a file says.
    ///
    /// # Errors
    /// All faults.
    pub fn decode(document: Document) -> Result<Self, Faults> {
        Self::decode_noting(document).map(|(model, _)| model)
    }

    /// The same, with the (kind of object, name) pairs that the file may hold.
    pub(crate) fn decode_noting(document: Document) -> Result<(Self, Vec<(String, String)>), Faults> {
        let reader = Reader::new(&document);
        let decoded = decode_root(&reader);
        let asked = reader.asked.borrow().iter().cloned().collect();
        let sound = reader.is_sound();
        match decoded {
            Some(mut model) if sound => {
                model.warnings = model.suspicions(&document);
                Ok((model, asked))
            }
            _ => Err(reader.into_faults()),
        }
    }

    /// Values that are allowed but look like slips of a unit.
    fn suspicions(&self, document: &Document) -> Vec<Fault> {
        let mut warnings: Vec<Fault> = self.peptides.iter().flat_map(|spec| spec.suspicions(document)).collect();
        warnings.extend(self.misspelled_types(document));
        warnings.extend(self.doubts_of_files(document));
        for population in &self.populations {
            let KindSpec::Neurons { info, parameters, .. } = &population.kind else { continue };
            for (row, value) in info.parameters.iter().zip(parameters) {
                let PerCell::Drawn(value) = value else { continue };
                let mean = value.unbounded_mean();
                if row.symbol == "tau_m" && row.unit == Unit::Ms && mean > 0.0 && !(0.5..=1000.0).contains(&mean) {
                    let path = join(&population.path, &row.name());
                    warnings.push(
                        document.fault(
                            &path,
                            format!("{mean} ms is an unusual membrane time constant: is the unit right?"),
                        ),
                    );
                }
            }
        }
        warnings
    }

    /// What the files of cells and synapses may mean otherwise, each once.
    fn doubts_of_files(&self, document: &Document) -> Vec<Fault> {
        let cells = self.populations.iter().filter_map(|own| match &own.kind {
            KindSpec::Neurons { source: CellSource::File(cell), .. } => {
                Some((join(&own.path, "model"), &cell.warnings))
            }
            _ => None,
        });
        let synapses = self.projections.iter().filter_map(|own| match &own.synapse {
            Some(SynapseSpec::File(file)) => Some((join(&own.path, "synapse"), &file.warnings)),
            _ => None,
        });
        let mut told: Vec<&String> = Vec::new();
        let mut faults = Vec::new();
        for (path, warnings) in cells.chain(synapses) {
            for warning in warnings {
                if !told.contains(&warning) {
                    told.push(warning);
                    faults.push(document.fault(&path, warning.clone()));
                }
            }
        }
        faults
    }
}

fn decode_root(reader: &Reader<'_>) -> Option<Model> {
    let mut root = reader.object(&reader.document.root, "", "model")?;
    let Simulation { clock, duration_ms, seed, single, weights, blocks } = simulation(reader, root.get("simulation"));
    let members = root.require("populations").and_then(|node| reader.object(node, "populations", "populations"));
    let mut populations = Vec::new();
    for member in
        members.iter().flat_map(Fields::members).filter(|member| !crate::fields::ALWAYS.contains(&member.key.as_str()))
    {
        populations.extend(population(reader, &member.key, &member.node, clock));
    }
    if let Some(members) = &members
        && populations.is_empty()
        && reader.is_sound()
    {
        reader.fault(&members.path, "there is no population");
    }
    let peptides = root.get("peptides").and_then(|node| tissue(reader, node, (&populations, clock)));
    let chemistry = peptides.as_ref().map(|own| &own.model.peptides);
    let tissue = root.get("peptides").is_some();
    let around = Surroundings { populations: &populations, peptides: chemistry, tissue, clock };
    let mut projections = Vec::new();
    let mut inputs = Vec::new();
    if let Some(items) = root.get("projections").and_then(|node| reader.array(node, "projections")) {
        for (index, item) in items.iter().enumerate() {
            projections.extend(projection(reader, item, &format!("projections.{index}"), around));
        }
    }
    if let Some(items) = root.get("inputs").and_then(|node| reader.array(node, "inputs")) {
        for (index, item) in items.iter().enumerate() {
            inputs.extend(input(reader, item, &format!("inputs.{index}"), &populations, clock));
        }
        one_of_a_name(reader, &inputs);
    }
    let field_steps = peptides.as_ref().map_or(1, TissueSpec::steps);
    let known = Known { populations: &populations, inputs: &inputs, peptides: chemistry, field_steps, clock };
    let interventions = root.get("interventions").map_or_else(Vec::new, |node| interventions(reader, node, known));
    // Behind those of the file: what is drawn for these stays as it is.
    projections.extend(interventions.iter().filter_map(InterventionSpec::added).cloned());
    let record = record(reader, root.get("record"), (&populations, peptides.as_ref()), clock);
    let run = Run { clock, duration_ms };
    let replayed = root.get("replay").map_or_else(Replays::default, |node| replays(reader, node, &populations, run));
    let task = root.get("task").and_then(|node| trials::task(reader, node, &mut populations, (clock, duration_ms)));
    let learning = root.get("learning").and_then(|node| learning(reader, node, (&populations, task.as_ref()), clock));
    root.finish();
    let mut model = Model {
        document: reader.document.clone(),
        clock,
        duration_ms,
        seed,
        single,
        weights,
        blocks,
        populations,
        projections,
        inputs,
        interventions,
        record,
        peptides,
        learning,
        task,
        array_files: Vec::new(),
        warnings: Vec::new(),
        notes: Vec::new(),
    };
    let files = replayed.files;
    if let (Some(_), Some(own)) = (&model.learning, replayed.populations.iter().find(|own| own.only.is_some())) {
        let message = "a part of a population cannot replay in a network that learns: its rules would see spikes that its cells do not send";
        reader.fault(&join(&own.path, "population"), message);
    }
    model.replay_all(replayed.populations);
    model.tell_outside();
    model.tell_off_grid();
    let coarse = model.peptides.iter().flat_map(TissueSpec::coarse_steps).collect::<Vec<_>>();
    model.notes.extend(coarse);
    let replayed =
        files.iter().enumerate().filter_map(|(index, file)| Some((format!("replay.{index}"), file.clone()?)));
    let recorded = model.projections.iter().filter_map(|own| Some((own.path.clone(), own.file.clone()?)));
    let peptides = model.peptides.iter().map(|spec| ("peptides".to_owned(), spec.file.clone()));
    let places = model.populations.iter();
    let positions = places.filter_map(|own| Some((format!("{}.positions", own.path), own.positions_file.clone()?)));
    let named = replayed.chain(recorded).chain(peptides).chain(positions);
    let named = named.map(|(item, file)| (format!("{item}.file"), file));
    let learning = model.learning.iter().flat_map(|spec| spec.files.clone());
    let factors = model.third_factors().flat_map(|own| own.files.clone());
    for (place, file) in named.chain(learning).chain(factors).collect::<Vec<_>>() {
        // A run can be repeated from its recording, wherever that lies.
        let path = serde_json::Value::from(file.to_string_lossy());
        let _ = model.document.set(&format!("{place}={path}"));
    }
    if let Some(drive) = model.peptides.as_ref().and_then(|spec| spec.drive.as_ref()) {
        let path = serde_json::Value::from(drive.file.to_string_lossy());
        let _ = model.document.set(&format!("peptides.drive={path}"));
    }
    for own in reader.given() {
        let Some(file) = own.file else { continue };
        let path = serde_json::Value::from(file.to_string_lossy());
        // The run that goes on, or is repeated, has these numbers or is refused.
        let _ = model.document.set(&format!("{}.file={path}", own.path));
        let _ = model.document.set(&format!("{}.digest={}", own.path, own.digest));
        model.array_files.push(file);
    }
    model.weights_fault().into_iter().for_each(|(path, message)| reader.fault(path, message));
    trials::faults(&model).iter().for_each(|fault| reader.fault(&fault.path, fault.message.clone()));
    model.bound_faults().iter().for_each(|fault| reader.fault(&fault.path, fault.message.clone()));
    model.learning_faults().iter().for_each(|fault| reader.fault(&fault.path, fault.message.clone()));
    let told = [model.unused_by_rule(), model.unknown_types()];
    model.notes.extend(told.concat());
    let guessed: Vec<String> = model.projections.iter().filter_map(ProjectionSpec::guesses).collect();
    model.notes.extend(guessed);
    Some(model)
}
