//! Every reader, on a file that may be anything. What comes of it is no matter, if it comes; of a whole file it is no error.

use crate::chance::Chance;
use crate::{bytes, corpus, tokens};
use neuropil::core::{Stream, StreamKey};
use neuropil::equations::describe::Description;
use neuropil::equations::machine::{Frame, Machine, Method, Settings};
use neuropil::equations::{Cell, Role, read};
use neuropil::model::circuit::Circuit;
use neuropil::model::peptides::{self, CLASSES, connectome, cortex};
use neuropil::model::{Document, Faults, Model};
use neuropil::neuromod::receptor::GClass;
use neuropil::record::nwb::Nwb;
use neuropil::record::trains::{Request, TrainFile};
use neuropil::record::{
    Arrays, Checkpoint, Error, Idx, Recording, TrainingFile, TrialFile, TypeTable, edges, nodes, positions,
};
use neuropil::session::{Changes, Input, Job, Session, Unwatched};
use neuropil::train::Setup;
use neuropil::train::task::{Draw, Split};
use std::fs;
use std::path::Path;

/// A reader and what it is given.
pub struct Reader {
    /// Its name.
    pub name: &'static str,
    /// Inputs where nothing else is asked for: about a second.
    pub inputs: u64,
    /// Writes its files into a folder.
    pub corpus: fn(&Path),
    /// Those of them that are changed.
    pub samples: fn(&Path) -> Vec<String>,
    /// Changes a file.
    pub change: fn(&mut Vec<u8>, &mut Chance),
    /// Reads the file at a path, or the whole of which it is a part, below a folder; tells whether that is no error.
    pub read: fn(&Path, &Path) -> bool,
}

/// All readers.
pub const READERS: [Reader; 11] = [
    of_bytes("recording", 200, corpus::recordings, |_, path| recording(path).is_ok()),
    of_bytes("checkpoint", 100, corpus::checkpoints, checkpoint),
    of_bytes("runs", 300, corpus::runs, |_, path| runs(path)),
    of_bytes("nwb", 300, corpus::nwb, |_, path| session(path).is_ok()),
    of_bytes("circuit", 200, corpus::circuits, circuit),
    of_bytes("idx", 1000, corpus::images, |_, path| Idx::read(path).is_ok()),
    of_words("tables", 1000, corpus::tables, corpus::all, |_, path| table(path)),
    of_words("models", 500, corpus::models, corpus::changed_models, |_, path| model(path)),
    of_words("tasks", 1000, corpus::tasks, corpus::changed_tasks, |_, path| task(path)),
    of_words("peptides", 1000, corpus::peptides, corpus::all, |_, path| peptide_model(path).is_ok()),
    of_words("cells", 1000, corpus::cells, corpus::all, |_, path| cells(path)),
];

const fn of_bytes(name: &'static str, inputs: u64, corpus: fn(&Path), read: fn(&Path, &Path) -> bool) -> Reader {
    Reader { name, inputs, corpus, samples: corpus::all, change, read }
}

const fn of_words(
    name: &'static str,
    inputs: u64,
    corpus: fn(&Path),
    samples: fn(&Path) -> Vec<String>,
    read: fn(&Path, &Path) -> bool,
) -> Reader {
    Reader { name, inputs, corpus, samples, change: tokens::change, read }
}

/// Texts among other files are changed by words too.
fn change(own: &mut Vec<u8>, chance: &mut Chance) {
    if std::str::from_utf8(own).is_ok() { tokens::change(own, chance) } else { bytes::change(own, chance) }
}

fn recording(path: &Path) -> Result<(), Error> {
    let _ = TrainFile::open(path).and_then(|file| file.read(&Request::default()));
    let _ = (positions(path, "exc"), arrays(path));
    let recording = Recording::open(path)?;
    let _ = (recording.provenance(), recording.scale(), recording.tissue());
    for population in recording.populations()? {
        let _ = recording.spikes(&population.name);
    }
    for report in recording.reports().unwrap_or_default() {
        let _ = recording.report_data(&report, 0..report.frames.min(1000));
    }
    if let Ok(Some(record)) = recording.tissue() {
        let _ = recording.tissue_frames(&record, 0, 0..1);
    }
    for record in recording.weights()? {
        let _ = recording.weight_data(&record);
    }
    Ok(())
}

/// Two levels of groups, with all that is in them.
fn arrays(path: &Path) -> Result<(), Error> {
    let arrays = Arrays::open(path)?;
    for name in arrays.list("/")? {
        let place = format!("/{name}");
        let _ = (arrays.f64(&place), arrays.i64(&place), arrays.texts(&place));
        for own in arrays.list(&place).unwrap_or_default() {
            let place = format!("{place}/{own}");
            let _ = (arrays.f64(&place), arrays.u64(&place), arrays.texts(&place));
            let _ = arrays.string_attr(&place, "node_population");
        }
    }
    Ok(())
}

/// Goes on with a run, if that can be, for 10 ms.
fn checkpoint(folder: &Path, path: &Path) -> bool {
    let _ = Checkpoint::find(path, path);
    let own = folder.join("run");
    fs::create_dir_all(&own).unwrap();
    let copy = own.join("run.h5");
    fs::copy(path, &copy).unwrap();
    let resumed = Session::resume(&copy, Some(110.0));
    let finished =
        resumed.is_ok_and(|(session, input)| Session { threads: Some(1), ..session }.run(input, &Unwatched).is_ok());
    fs::remove_dir_all(own).unwrap();
    finished
}

fn runs(path: &Path) -> bool {
    let _ = (TrainingFile::read(path), TrialFile::read(path));
    arrays(path).is_ok()
}

fn session(path: &Path) -> Result<(), Error> {
    let _ = TrainFile::open(path).and_then(|file| file.read(&Request::default()));
    let file = Nwb::open(path)?;
    let _ = file.units();
    for table in file.interval_tables()? {
        let _ = file.intervals(&table);
    }
    arrays(path)
}

/// The circuit of which a file is a part, and the file alone.
fn circuit(folder: &Path, path: &Path) -> bool {
    let own = path.strip_prefix(folder).unwrap().components().next().unwrap();
    let config = folder.join(own).join("config.json");
    if path.extension().is_some_and(|extension| extension == "h5") {
        let _ = (nodes(path, None), edges(path, None), positions(path, "cells"));
    }
    let circuit = document(&config).map(|document| Circuit::read(&document, None).and_then(|own| own.design::<f64>()));
    matches!(circuit, Ok(Ok(_)))
}

/// A table as each kind of table.
fn table(path: &Path) -> bool {
    let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    let beside = |name: &str| fs::read_to_string(path.with_file_name(name)).unwrap_or_default();
    [
        TypeTable::read(path, "edge_type_id").is_ok(),
        TypeTable::read(path, "node_type_id").is_ok(),
        positions(path, "exc").is_ok(),
        TrainFile::open(path).and_then(|file| file.read(&Request::default())).is_ok(),
        connectome(&text, GClass::Gs).is_ok(),
        cortex(&text, &beside("pairs.csv"), 0.1, &CLASSES).is_ok(),
        cortex(&beside("expression.csv"), &text, 0.1, &CLASSES).is_ok(),
    ]
    .contains(&true)
}

fn document(path: &Path) -> Result<Document, Faults> {
    let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    Document::parse(&path.display().to_string(), text)
}

/// A model as `check` reads it, but that no synapse is drawn.
fn model(path: &Path) -> bool {
    let Ok(own) = document(path) else { return false };
    let Ok(input) = Input::of(own, &Changes::default()) else { return false };
    let few = |model: &Model| model.cells_and_bytes(1.0).0 < 20_000 && model.field_bytes() < 1 << 24;
    match &input {
        Input::Model(model) if few(model) => {
            Job::<f64>::new(&input, 1.0).is_ok_and(|job| job.design.faults().is_empty())
        }
        _ => true,
    }
}

/// A task file, and its first trial where that is short.
fn task(path: &Path) -> bool {
    let Ok(own) = document(path) else { return false };
    let Ok(setup) = Setup::decode(&own, path.parent().unwrap()) else { return false };
    let shape = setup.task.shape();
    let numbers = |width: usize| shape.steps.saturating_mul(width);
    if numbers(shape.inputs) < 1 << 20 && numbers(shape.outputs) < 1 << 20 {
        let draw = Draw { seed: 1, split: Split::Training, update: 0, trial: 0 };
        setup.task.trial(&draw, &mut vec![0.0; numbers(shape.inputs)], &mut vec![0.0; shape.target_size()]);
    }
    true
}

fn peptide_model(path: &Path) -> Result<(), Faults> {
    peptides::decode(document(path)?).map(|model| drop(model.peptides.channels()))
}

/// Cells of a file, and three steps of each.
fn cells(path: &Path) -> bool {
    let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    // As what they look like, perhaps a synapse.
    read(&text, None).iter().flat_map(|file| &file.cells).for_each(|cell| drop(Description::of(cell)));
    let Ok(file) = read(&text, Some(Role::Cell)) else { return false };
    for cell in &file.cells {
        for method in [Method::Auto { tolerance: 1e-5 }, Method::ExponentialEuler { substeps: 1 }] {
            steps(cell, method);
        }
    }
    true
}

fn steps(cell: &Cell, method: Method) {
    let settings = Settings { dt_ms: 0.1, method, timers_on_grid: true };
    let set = vec![None; cell.parameters.len()];
    let Ok(machine) = Machine::<f64>::new(cell, settings, &set, 1, StreamKey::new(3, Stream::Equation, 0)) else {
        return;
    };
    let mut planes: Vec<[f64; 1]> = (0..machine.planes()).map(|plane| [machine.start(plane, 0)]).collect();
    let currents = vec![&[100.0][..]; cell.input_ports.len()];
    for step in 1..=3 {
        let mut arrivals = vec![[1.0]; cell.spike_ports.len()];
        machine.advance(&mut Frame {
            planes: &mut planes.iter_mut().map(|own| &mut own[..]).collect::<Vec<_>>(),
            arrivals: &mut arrivals.iter_mut().map(|own| &mut own[..]).collect::<Vec<_>>(),
            currents: &currents,
            fired: &mut [0],
            first_cell: 0,
            lanes: 1,
            step,
        });
    }
}
