//! `neuropil diffuse`: the peptides of recorded spikes.
//!
//! The recording becomes a model file whose populations replay what was recorded and hear nothing; it is run as any
//! other, so that a field is bit for bit that of the run it was recorded in, if its cells did not listen either.

mod grid;

use crate::args::DiffuseArgs;
use crate::error::CliError;
use crate::{load, run, trials};
use grid::Grid;
use neuropil_core::did_you_mean;
use neuropil_model::Document;
use neuropil_model::peptides::{self, PeptideModel};
use neuropil_record::trains::{Format, Request, Span, TrainFile, Units};
use neuropil_record::{EditInfo, PopulationRecord, Provenance, Recording, positions};
use neuropil_session::{Changes, Input, Session};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// Grid of time where the recording has none, ms.
const DT_MS: f64 = 0.1;
/// Interval of the slices that are recorded if nothing is asked for, ms.
const SLICES_MS: f64 = 100.0;

/// Makes the field of a recording.
///
/// # Errors
/// Faults of the recording, of the peptides, of where cells are, of the output, or of the run.
pub fn diffuse(args: &DiffuseArgs) -> Result<(), CliError> {
    load::apart(&args.output, std::slice::from_ref(&args.recording))?;
    trials::refuse(&args.recording)?;
    let source = Source::read(args)?;
    let text = source.document(args)?.to_string();
    let document = Document::parse(&args.recording.display().to_string(), text).map_err(CliError::input)?;
    let changes = Changes {
        set: args.set.clone(),
        seed: args.seed,
        duration_ms: args.duration_ms,
        record: args.record.clone(),
        record_field: args.record_field.clone(),
        ..Changes::default()
    };
    let input = Input::of(document, &changes)?;
    let session = Session {
        force: args.force,
        checkpoint_every_ms: args.checkpoint_every_ms,
        threads: args.options.threads,
        command: std::env::args().collect::<Vec<_>>().join(" "),
        ..Session::new(&input, args.output.clone())
    };
    run::go(&session, input, source.notes, &args.options)
}

/// What is recorded, and the peptides.
struct Source {
    /// Where it lies.
    file: PathBuf,
    format: Format,
    populations: Vec<Played>,
    /// dt, seed and end of a run of ours.
    run: Option<(f64, u64)>,
    end_ms: f64,
    /// The section `peptides` of the run's own model.
    section: Option<Map<String, Value>>,
    /// The file of peptides, and what it says.
    peptides: (PathBuf, PeptideModel),
    /// What the run changed of its peptides while it ran, as items of a model file.
    edits: Vec<Value>,
    notes: Vec<String>,
}

/// A population that replays.
struct Played {
    name: String,
    cells: u64,
    cell_type: String,
    /// Its name in the file; none where its spikes are not there.
    from: Option<String>,
    /// How many cells' spikes are there.
    recorded: u64,
}

impl Source {
    fn read(args: &DiffuseArgs) -> Result<Self, CliError> {
        let file = std::path::absolute(&args.recording).unwrap_or_else(|_| args.recording.clone());
        let trains = TrainFile::open(&args.recording).map_err(CliError::input)?;
        let known = trains.populations().map_err(CliError::input)?;
        let hdf5 = !matches!(trains.format(), Format::Nwb | Format::Csv);
        let recording = hdf5.then(|| Recording::open(&args.recording)).transpose().map_err(CliError::input)?;
        let how = recording.as_ref().map(Recording::provenance).transpose().map_err(CliError::input)?.flatten();
        let records = recording.as_ref().map_or(Ok(Vec::new()), Recording::populations).map_err(CliError::input)?;
        let mut end_ms = 0.0_f64;
        let mut populations = Vec::new();
        for record in &records {
            if let Some(cells) = record.size {
                populations.push(played(record, cells));
            }
        }
        for name in &known {
            let request = Request {
                population: (!name.is_empty()).then(|| name.clone()),
                units: Units::All,
                span: Span::Window { from_s: 0.0, to_s: f64::INFINITY },
                needed_until_s: None,
            };
            let own = trains.read(&request).map_err(CliError::input)?;
            end_ms = end_ms.max(own.times_ms.last().copied().unwrap_or(0.0));
            if !populations.iter().any(|played| played.from.as_ref() == Some(name)) {
                let in_order = trains.format() == Format::Nwb;
                let most = own.unit_ids.iter().max().map_or(0, |id| id.saturating_add(1));
                let cells = if in_order { own.unit_ids.len() as u64 } else { most };
                let shown = if name.is_empty() { "cells" } else { name };
                let record = PopulationRecord { name: shown.into(), has_spikes: true, ..PopulationRecord::default() };
                populations.push(Played { from: Some(name.clone()), ..played(&record, cells.max(1)) });
            }
        }
        let section = how.as_ref().and_then(section);
        let peptides = peptide_file(args, section.as_ref())?;
        let end_ms = how.as_ref().map_or(end_ms, |how| how.simulated_until_ms);
        let run = how.map(|how| (how.dt_ms, how.seed));
        let format = trains.format();
        let edits = recording.as_ref().map_or(Ok(Vec::new()), Recording::edits).map_err(CliError::input)?;
        let edits: Vec<Value> = edits.iter().filter_map(edit_of_species).collect();
        let notes = Vec::new();
        let mut source = Self { file, format, populations, run, end_ms, section, peptides, edits, notes };
        source.name_types(&args.cell_type)?;
        source.tell_of_edits(args);
        Ok(source)
    }

    /// Applies `--cell-type`, and sees to it that somebody takes part.
    fn name_types(&mut self, named: &[String]) -> Result<(), CliError> {
        let known: Vec<&str> = self.peptides.1.peptides.cell_types.iter().map(|own| own.name.as_str()).collect();
        for what in named {
            let pair = what.split_once('=');
            let (population, cell_type) = pair.ok_or_else(|| {
                CliError::Input(format!("--cell-type {what}: expected POPULATION=TYPE, as in exc=Pyr_L23"))
            })?;
            let own = self.populations.iter_mut().find(|own| own.name == population);
            let own = own.ok_or_else(|| {
                CliError::Input(format!("--cell-type {what}: the recording has no population `{population}`"))
            })?;
            // Without a type its cells take no part.
            if !cell_type.is_empty() && !known.contains(&cell_type) {
                let (hint, known) = (did_you_mean(cell_type, known.iter().copied()), known.join(", "));
                return Err(CliError::Input(format!(
                    "--cell-type {what}: the peptides know no cell type `{cell_type}`{hint}; they know {known}"
                )));
            }
            own.cell_type = cell_type.into();
        }
        if !self.populations.iter().any(|own| known.contains(&own.cell_type.as_str())) {
            let found: Vec<String> =
                self.populations.iter().map(|own| format!("{} (`{}`)", own.name, own.cell_type)).collect();
            return Err(CliError::Input(format!(
                "no population has a type that the peptides name: found {}, expected one of {}; say which by \
                 --cell-type POPULATION=TYPE",
                found.join(", "),
                known.join(", ")
            )));
        }
        let takes_part = |own: &&Played| known.contains(&own.cell_type.as_str());
        for own in self.populations.iter().filter(takes_part).filter(|own| own.from.is_none()) {
            let note = format!("warning: the recording has no spikes of `{}`, which then releases nothing", own.name);
            self.notes.push(note);
        }
        for own in self.populations.iter().filter(takes_part).filter(|own| own.recorded < own.cells) {
            let Played { name, cells, recorded, .. } = own;
            self.notes.push(format!(
                "warning: the recording has the spikes of {recorded} of the {cells} cells of `{name}`: the others release \
                 nothing"
            ));
        }
        Ok(())
    }

    /// Says that the run's edits of species are made again, or are not where other peptides are asked for.
    fn tell_of_edits(&mut self, args: &DiffuseArgs) {
        let times = match self.edits.len() {
            0 => return,
            1 => "once".into(),
            count => format!("{count} times"),
        };
        self.notes.push(if args.model.is_some() {
            self.edits.clear();
            format!("warning: the run edited species {times}; with other peptides (--model) it is not done")
        } else {
            format!("note: the run edited species {times}, and so it is done here")
        });
    }

    /// Refuses files that cannot say where cells are, if nothing else does.
    fn placed(&self, args: &DiffuseArgs) -> Result<(), CliError> {
        if args.nodes.is_some() || !matches!(self.format, Format::Nwb | Format::Csv) {
            return Ok(());
        }
        let (file, format) = (self.file.display(), self.format.name());
        Err(CliError::Input(format!(
            "`{file}` ({format}) does not say where its cells are: name a file that does by --nodes"
        )))
    }

    fn takes_part(&self, own: &Played) -> bool {
        self.peptides.1.peptides.cell_types.iter().any(|known| known.name == own.cell_type)
    }

    /// The model file that replays it.
    fn document(&self, args: &DiffuseArgs) -> Result<Value, CliError> {
        self.placed(args)?;
        let places = args.nodes.clone().unwrap_or_else(|| self.file.clone());
        let places = std::path::absolute(&places).unwrap_or(places);
        let mut populations = Map::new();
        for own in &self.populations {
            let mut population = json!({
                "cells": own.cells, "model": "spike_train", "spikes": {"times_ms": [], "cells": []},
                "cell_type": own.cell_type,
            });
            if self.takes_part(own) {
                population["positions"] = json!({"shape": "recorded", "file": places, "from_population": own.name});
            }
            populations.insert(own.name.clone(), population);
        }
        let replay = self.populations.iter().filter_map(|own| {
            let from = own.from.as_ref()?;
            let mut item = json!({"population": own.name, "file": self.file});
            if own.recorded < own.cells {
                item["cells"] = json!("by_id");
            }
            if !from.is_empty() {
                item["from_population"] = json!(from);
            }
            Some(item)
        });
        let (dt_ms, seed) = self.run.unwrap_or((DT_MS, 1));
        let dt_ms = args.dt_ms.unwrap_or(dt_ms);
        let section = self.peptides_section(args, &places)?;
        let step_ms = section.get("step_ms").and_then(Value::as_f64).unwrap_or(10.0);
        let mut record = json!({"spikes": false});
        if args.record.is_empty() && args.record_field.is_empty() {
            record["field"] = json!([slices(&section, step_ms)]);
        }
        Ok(json!({
            "simulation": {"dt_ms": dt_ms, "duration_ms": whole_steps(self.end_ms, dt_ms), "seed": seed},
            "populations": populations,
            "replay": replay.collect::<Vec<_>>(),
            "record": record,
            "peptides": section,
            "interventions": self.edits,
        }))
    }

    /// The section of the run, or voxels around the cells, with the changes of the command line.
    fn peptides_section(&self, args: &DiffuseArgs, places: &Path) -> Result<Map<String, Value>, CliError> {
        let mut section = match &self.section {
            Some(section) => section.clone(),
            None => Grid::around(self, args, places)?.section(),
        };
        if self.section.is_some() && (args.spacing_um.is_some() || args.margin_um.is_some()) {
            // Walls, regions, drive and where cells release are those of the run.
            section.extend(Grid::instead(&section, self, args, places)?.section());
        }
        section.insert("file".into(), json!(self.peptides.0));
        section.insert("listening".into(), json!(false));
        if let Some(step_ms) = args.step_ms {
            section.insert("step_ms".into(), json!(step_ms));
        }
        Ok(section)
    }

    /// The corners of the box in which the cells lie that take part.
    fn corners(&self, places: &Path) -> Result<[[f64; 3]; 2], CliError> {
        let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for own in self.populations.iter().filter(|own| self.takes_part(own)) {
            for point in positions(places, &own.name).map_err(CliError::input)? {
                for axis in 0..3 {
                    low[axis] = low[axis].min(point[axis]);
                    high[axis] = high[axis].max(point[axis]);
                }
            }
        }
        if low[0] > high[0] {
            return Err(CliError::Input(format!("`{}` has no positions of cells that take part", places.display())));
        }
        Ok([low, high])
    }
}

fn played(record: &PopulationRecord, cells: u64) -> Played {
    let from = record.has_spikes.then(|| record.name.clone());
    let recorded = record.recorded_cells.as_ref().map_or(cells, |own| own.len() as u64);
    Played { name: record.name.clone(), cells, cell_type: record.cell_type.clone(), from, recorded }
}

/// An edit of a run as an item of a model file, where it is one of species; edits of cells and synapses are in the spikes already.
fn edit_of_species(own: &EditInfo) -> Option<Value> {
    let edit: Value = serde_json::from_str(&own.edit).ok().filter(|_| own.kind == "species")?;
    let mut item = json!({"at_ms": own.at_ms, "species": edit});
    if own.until_ms.is_finite() {
        item["until_ms"] = json!(own.until_ms);
    }
    Some(item)
}

/// The section `peptides` of the model that was run.
fn section(how: &Provenance) -> Option<Map<String, Value>> {
    let model: Value = serde_json::from_str(&how.model_json).ok()?;
    let mut section = model.get("peptides")?.as_object().cloned()?;
    section.remove("description");
    Some(section)
}

fn peptide_file(args: &DiffuseArgs, section: Option<&Map<String, Value>>) -> Result<(PathBuf, PeptideModel), CliError> {
    let own = || section.and_then(|section| section.get("file")).and_then(Value::as_str).map(PathBuf::from);
    let file = args.model.clone().or_else(own).ok_or_else(|| {
        let recording = args.recording.display();
        CliError::Input(format!("`{recording}` was made without peptides: give a file of peptides by --model"))
    })?;
    let file = std::path::absolute(&file).unwrap_or(file);
    let document = Document::parse(&file.display().to_string(), load::read(&file)?).map_err(CliError::input)?;
    Ok((file, peptides::decode(document).map_err(CliError::input)?))
}

/// The end, on the grid of time.
fn whole_steps(end_ms: f64, dt_ms: f64) -> f64 {
    (end_ms / dt_ms - 1e-6).ceil().max(0.0) * dt_ms
}

/// A slice of every species through the middle of the field, at right angles to y.
fn slices(section: &Map<String, Value>, step_ms: f64) -> Value {
    let second = |name: &str| section.get(name).and_then(|list| list.get(1)).and_then(Value::as_f64);
    let middle = 0.5 * second("shape_voxels").unwrap_or(0.0) * second("spacing_um").unwrap_or(0.0);
    let at_um = second("origin_um").unwrap_or(0.0) + middle;
    let every_ms = (SLICES_MS / step_ms).round().max(1.0) * step_ms;
    json!({"species": "*", "slice": {"axis": "y", "at_um": at_um}, "every_ms": every_ms})
}
