//! Populations of cells that a file writes as equations: `"model": "cells/adex.nestml"`.

use crate::cell_file::{CellFile, EXTENSION};
use crate::constants::constants;
use crate::document::{Node, Value, join};
use crate::fields::{ALWAYS, Fields, Reader, brief};
use crate::paths::resolved;
use crate::sections::table::Section;
use crate::sections::task_cells::TaskCells;
use crate::values::PerCell;
use neuropil_core::{Clock, Distribution, StreamKey, did_you_mean};
use neuropil_engine::learning::SlopeChoice;
use neuropil_equations::ir::{Cell, Kind, Takes};
use neuropil_equations::machine::{BadCell, Method, Settings};
use neuropil_equations::{Fault, Role};
use neuropil_network::Scalar;
use neuropil_network::neuron::{Column, EquationModel, Level, NeuronModel, SpikeChoice};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a population says besides its cell's parameters.
const KEYS: [&str; 12] = [
    "cells",
    "model",
    "cell_type",
    "sign",
    "mean_rate_hz",
    "positions",
    "initial",
    "ports",
    "integration",
    "text",
    "spike",
    "jacobian_limit",
];
/// The solvers of what is not linear.
const METHODS: &[&str] = &["auto", "rk4", "exponential_euler", "forward_euler"];
/// How timers are kept.
const TIMERS: &[&str] = &["grid", "float"];
/// Most parts of a step.
const MOST_PARTS: u64 = 1024;

/// What stands for a parameter that a population does not set: the file says its value, perhaps by others that are set.
const UNSET: f64 = f64::NAN;

/// Cells of a file, and how they are run.
#[derive(Debug, Clone)]
pub struct FileCell {
    /// The equations.
    pub model: EquationModel,
    /// Where the file lies; none where its text is given.
    pub file: Option<PathBuf>,
    /// Its text.
    pub text: String,
    /// What may be meant otherwise in it: `FILE:LINE:COLUMN: ...`.
    pub warnings: Vec<String>,
    /// How the slope of a spike is had, where a network learns while it runs.
    pub slope: SlopeChoice,
    settings: Settings,
}

impl FileCell {
    /// Builds cells from one column a parameter; `key` is of their random numbers.
    ///
    /// # Errors
    /// The first cell that breaks a guard, or has a value that is not finite, of each kind.
    pub fn build<R: Scalar>(
        &self,
        columns: &[Column],
        cells: usize,
        key: StreamKey,
    ) -> Result<Box<dyn NeuronModel<R>>, Vec<BadCell>> {
        let set = columns.iter().map(|column| match column {
            Column::Constant(value) if value.is_nan() => None,
            given => Some(given.clone()),
        });
        self.model.build(&set.collect::<Vec<_>>(), cells, self.settings, key)
    }
}

impl FileCell {
    /// Cells of a text of our own, whose model is called `name`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn of_text(name: &str, text: String, clock: Clock, method: Method) -> Result<Self, String> {
        let read = neuropil_equations::read(&text, Some(Role::Cell)).map_err(|findings| {
            let shown = |own: &Fault| format!("line {}: {}", own.place.line, own.message);
            findings.faults.iter().map(shown).collect::<Vec<_>>().join("; ")
        })?;
        let names = || read.cells.iter().map(|cell| cell.name.as_str()).collect::<Vec<_>>().join(", ");
        let found = read.cells.iter().find(|cell| cell.name == name);
        let cell = found.ok_or_else(|| format!("there is no model `{name}`; there are {}", names()))?.clone();
        let dt_ms = clock.dt_ms();
        let model = EquationModel::new(cell, dt_ms).map_err(|unfit| unfit.to_string())?;
        let settings = Settings { dt_ms, method, timers_on_grid: true };
        Ok(Self { model, file: None, text, warnings: Vec::new(), slope: SlopeChoice::default(), settings })
    }
}

/// Whether a name of a model is that of a file.
pub fn is_file(name: &str) -> bool {
    name.split('#').next().is_some_and(|file| file.ends_with(EXTENSION))
}

/// The model that a population's file writes, run as the population says.
pub(crate) fn written(fields: &mut Fields<'_, '_>, clock: Clock) -> Option<Arc<FileCell>> {
    let reader = fields.reader;
    let (spike, jacobian_limit) = spike_slope(fields);
    let own = read(fields, clock, |file| resolved(reader, file), Method::Auto { tolerance: 1e-5 })?;
    Some(Arc::new(FileCell { slope: SlopeChoice { spike, jacobian_limit }, ..own }))
}

/// The cells of a task whose file lies in `folder`, with one column a parameter; without `integration` they have one part of
/// Runge-Kutta a step.
pub fn written_for_task(
    fields: &mut Fields<'_, '_>,
    clock: Clock,
    (folder, cells): (&Path, u32),
) -> Option<(FileCell, Vec<Column>)> {
    let path = fields.path_of("model");
    let own = read(fields, clock, |file| folder.join(file), Method::RungeKutta { substeps: 1 })?;
    let tables = TaskCells::tables();
    let taken = |column: &str| tables.iter().flat_map(|table| &table.rows).any(|row| row.name == column);
    if let Some(clash) = own.model.cell().parameters.iter().find(|own| taken(&own.name.column)) {
        let message = format!("its parameter `{}` has the name of a field of `cells`: rename it", clash.name.text);
        fields.reader.fault(&path, message);
        return None;
    }
    let rows = own.model.info().parameters;
    let columns = rows.iter().enumerate().map(|(at, row)| match special(fields, own.model.cell(), at) {
        Some(Some(PerCell::Drawn(value))) => value.as_constant().map(Column::Constant),
        Some(Some(PerCell::List(values))) => Some(Column::PerCell(values)),
        Some(None) => None,
        None => constants(fields, std::slice::from_ref(row), cells).map(|mut columns| columns.remove(0)),
    });
    let columns: Vec<Option<Column>> = columns.collect();
    Some((own, columns.into_iter().collect::<Option<Vec<_>>>()?))
}

/// The slope of the spike of cells that learn: `spike` and `jacobian_limit`.
pub fn spike_slope(fields: &mut Fields<'_, '_>) -> (SpikeChoice, Option<f64>) {
    let limit = fields.get("jacobian_limit").is_some();
    let limit = limit.then(|| fields.required_number("jacobian_limit", "> 0", |limit| limit > 0.0)).flatten();
    if fields.get("spike").is_none() {
        return (SpikeChoice::default(), limit);
    }
    let Some(mut own) = fields.section("spike") else { return (SpikeChoice::default(), limit) };
    let (reader, path) = (own.reader, own.path_of("of"));
    let of = own.get("of").and_then(|node| reader.string(node, &path)).map(str::to_owned);
    let path = own.path_of("threshold");
    let threshold = own.get("threshold").and_then(|node| match &node.value {
        Value::String(name) => Some(Level::Parameter(name.clone())),
        _ => reader.number(node, &path).map(Level::Number),
    });
    let width = own.get("width").is_some();
    let width = width.then(|| own.required_number("width", "> 0", |width| width > 0.0)).flatten();
    own.finish();
    (SpikeChoice { of, threshold, width }, limit)
}

fn read(
    fields: &mut Fields<'_, '_>,
    clock: Clock,
    place: impl Fn(&str) -> PathBuf,
    method: Method,
) -> Option<FileCell> {
    let reader = fields.reader;
    let path = fields.path_of("model");
    let name = fields.get("model").and_then(|node| reader.string(node, &path))?.to_owned();
    let (file, wanted) = name.split_once('#').map_or((name.as_str(), None), |(file, wanted)| (file, Some(wanted)));
    let place = place(file);
    let given = fields.path_of("text");
    let (text, place) = match fields.get("text") {
        // A recording has the text with it.
        Some(node) => (reader.string(node, &given)?.to_owned(), None),
        None => (CellFile::text_of(&place).map_err(|error| reader.fault(&path, error)).ok()?, Some(place)),
    };
    let shown = |own: &Fault| format!("{file}:{}:{}: {}", own.place.line, own.place.column, own.message);
    let (cells, warnings) = match neuropil_equations::read(&text, Some(Role::Cell)) {
        Ok(read) => (read.cells, read.warnings.iter().map(shown).collect()),
        Err(findings) => {
            findings.faults.iter().for_each(|own| reader.fault(&path, shown(own)));
            return None;
        }
    };
    let mut cell = chosen(reader, &path, &cells, wanted)?.clone();
    let signed = signs(fields, &mut cell);
    let settings = integration(fields, clock, method);
    check_solver(fields, &cell);
    apart(reader, &path, &cell)?;
    signed?;
    match EquationModel::new(cell, clock.dt_ms()) {
        Ok(model) => {
            Some(FileCell { model, file: place, text, warnings, slope: SlopeChoice::default(), settings: settings? })
        }
        Err(unfit) => {
            reader.fault(&path, unfit.to_string());
            None
        }
    }
}

/// The model of the file that is named, or its only one.
pub(crate) fn chosen<'c>(reader: &Reader<'_>, path: &str, cells: &'c [Cell], wanted: Option<&str>) -> Option<&'c Cell> {
    let names = || cells.iter().map(|cell| cell.name.as_str());
    let listed = || names().collect::<Vec<_>>().join(", ");
    match wanted {
        None if cells.len() == 1 => cells.first(),
        None => {
            reader.fault(path, format!("the file holds several models; write FILE.nestml#NAME, of {}", listed()));
            None
        }
        Some(wanted) => {
            let found = cells.iter().find(|cell| cell.name == wanted);
            if found.is_none() {
                let hint = did_you_mean(wanted, names());
                reader.fault(path, format!("the file has no model `{}`{hint}; it has {}", brief(wanted), listed()));
            }
            found
        }
    }
}

/// Names of parameters that a population has for something else.
fn apart(reader: &Reader<'_>, path: &str, cell: &Cell) -> Option<()> {
    let taken = |column: &str| KEYS.contains(&column) || ALWAYS.contains(&column);
    let Some(clash) = cell.parameters.iter().find(|own| taken(&own.name.column)) else { return Some(()) };
    reader
        .fault(path, format!("its parameter `{}` has the name of a field of populations: rename it", clash.name.text));
    None
}

/// `"ports": {"GABA_A": "inhibitory"}`: which weights a port without a qualifier takes.
fn signs(fields: &mut Fields<'_, '_>, cell: &mut Cell) -> Option<()> {
    let (reader, path) = (fields.reader, fields.path_of("ports"));
    let Some(node) = fields.get("ports") else { return Some(()) };
    let members = reader.object(node, &path, "ports")?;
    for member in members.members().iter().filter(|member| !ALWAYS.contains(&member.key.as_str())) {
        let path = join(&path, &member.key);
        let names = || cell.spike_ports.iter().map(|port| port.name.text.as_str());
        let Some(at) = names().position(|name| name == member.key) else {
            let (hint, all) = (did_you_mean(&member.key, names()), names().collect::<Vec<_>>().join(", "));
            reader.fault(&path, format!("`{}` has no such spike port{hint}; ports: {all}", cell.name));
            return None;
        };
        if cell.spike_ports[at].takes != Takes::Any {
            reader.fault(&path, "the file says already which weights this port takes");
            return None;
        }
        let word = reader.word(&member.node, &path, &["excitatory", "inhibitory"])?;
        cell.spike_ports[at].takes = [Takes::Excitatory, Takes::Inhibitory][word];
    }
    Some(())
}

/// A solver of what is not linear is refused where all is linear: that is solved exactly.
fn check_solver(fields: &Fields<'_, '_>, cell: &Cell) {
    let path = fields.path_of("integration");
    let Some(given) = fields.members().iter().find(|member| member.key == "integration") else { return };
    let Value::Object(members) = &given.node.value else { return };
    if cell.systems.iter().any(|system| !system.nonlinear.is_empty()) {
        return;
    }
    let solver = members.iter().find(|member| ["method", "substeps", "tolerance"].contains(&member.key.as_str()));
    let Some(solver) = solver else { return };
    let message =
        format!("has no effect: the equations of `{}` are linear, and solved exactly; leave it out", cell.name);
    fields.reader.fault(&join(&path, &solver.key), message);
}

/// `"integration": {"method": "rk4", "substeps": 4}`.
fn integration(fields: &mut Fields<'_, '_>, clock: Clock, method: Method) -> Option<Settings> {
    let dt_ms = clock.dt_ms();
    if fields.get("integration").is_none() {
        return Some(Settings { dt_ms, method, timers_on_grid: true });
    }
    let mut fields = fields.section("integration")?;
    let method = fields.word("method", METHODS).map_or("auto", |index| METHODS[index]);
    let timers_on_grid = fields.word("timers", TIMERS).is_none_or(|index| TIMERS[index] == "grid");
    let method = if method == "auto" {
        let tolerance = fields.number_or("tolerance", 1e-5, "> 0", |tolerance| tolerance > 0.0);
        Method::Auto { tolerance }
    } else {
        let substeps = fields.whole("substeps").unwrap_or(1);
        if !(1..=MOST_PARTS).contains(&substeps) {
            fields.reader.fault(&fields.path_of("substeps"), format!("found {substeps}, must be 1 to {MOST_PARTS}"));
        }
        let substeps = u32::try_from(substeps.clamp(1, MOST_PARTS)).ok()?;
        match method {
            "rk4" => Method::RungeKutta { substeps },
            "exponential_euler" => Method::ExponentialEuler { substeps },
            _ => Method::ForwardEuler { substeps },
        }
    };
    fields.finish();
    Some(Settings { dt_ms, method, timers_on_grid })
}

/// What is special of a parameter of a file: that it is not set, a boolean, or one value for all cells. `None` leaves it to
/// the table; `Some(None)` is a fault.
pub(crate) fn special(fields: &mut Fields<'_, '_>, cell: &Cell, at: usize) -> Option<Option<PerCell>> {
    let own = &cell.parameters[at];
    let path = fields.path_of(&own.name.column);
    let Some(node) = fields.get(&own.name.column) else {
        return Some(Some(PerCell::Drawn(Distribution::constant(UNSET))));
    };
    if own.kind == Kind::Boolean {
        let value = fields.reader.boolean(node, &path);
        return Some(value.map(|value| PerCell::Drawn(Distribution::constant(f64::from(u8::from(value))))));
    }
    if own.kind == Kind::Integer {
        let whole = |node: &Node| !matches!(node.value, Value::Number(number, ..) if number.fract() != 0.0);
        let is_whole = match &node.value {
            Value::Array(items) => items.iter().all(whole),
            Value::Object(_) => false,
            _ => whole(node),
        };
        if !is_whole {
            fields.reader.fault(&path, "the file says `integer`: one whole number, or a list of them");
            return Some(None);
        }
    }
    if own.homogeneous && !matches!(node.value, Value::Number(..)) {
        fields.reader.fault(&path, "the file says `@homogeneous`: one number for all cells");
        return Some(None);
    }
    None
}
