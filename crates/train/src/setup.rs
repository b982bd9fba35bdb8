//! A task file, checked and ready to be trained.

use crate::TrainError;
use crate::field::{self, FieldSettings};
use crate::initial::{self, InitialMatrix, Owner, Weights};
use crate::settings::{self, Settings};
use crate::task::{Context, KINDS, Shape, Task};
use neuropil_core::Clock;
use neuropil_engine::carrier::{Chemical, Spread};
use neuropil_engine::trial::{Objective, TrialCells};
use neuropil_model::document::Value;
use neuropil_model::fields::{Fields, Reader};
use neuropil_model::sections::table::Section;
use neuropil_model::sections::{ReadoutFilter, TaskReadout, filter};
use neuropil_model::taps::TapSettings;
use neuropil_model::{Document, constants};
use neuropil_network::neuron::{Column, Entry, Output, model};
use neuropil_plasticity::carrier::CarrierKind;
use neuropil_plasticity::rule::named;
use neuropil_plasticity::taps::TapShape;
use neuropil_plasticity::{Carrier, Learner, Readout, Rule, feedback, loss};
use neuropil_record::digest_of_data;
use std::path::{Path, PathBuf};

/// `format` of task files.
const FORMAT: &str = "neuropil-task/1";

/// A task file: the task, its network and how that learns.
pub struct Setup {
    /// Name of the file, for messages.
    pub file: String,
    /// The file as JSON, with all changes; data of one's own by their digest, wherever they lie.
    pub json: String,
    /// The file of such data.
    pub data_file: Option<PathBuf>,
    /// The point of a sweep, of which the changes are; empty for none.
    pub point: String,
    /// The task.
    pub task: Box<dyn Task>,
    /// How it is learned.
    pub settings: Settings,
    pub(crate) clock: Clock,
    cells: Cells,
    input: Weights,
    recurrent: Weights,
    output: Weights,
    kappa: f64,
    readout_scale: f64,
    delay: usize,
    /// What carries the signal of rules that are named without a carrier.
    pub carrier: CarrierKind,
    /// The tissue, of these and of those that are named with one.
    pub field: Option<FieldSettings>,
}

/// The network at the start of a run.
pub(crate) struct Start {
    pub cells: TrialCells,
    pub learner: Learner,
    /// W_in, W and W_out as drawn.
    pub drawn: [InitialMatrix; 3],
}

struct Cells {
    entry: &'static Entry,
    count: usize,
    inhibitory: usize,
    adaptive: Adaptive,
    /// Types that the cells of a sign are cut into.
    types: usize,
    parameters: Vec<f64>,
}

/// Which cells adapt.
enum Adaptive {
    /// One of [`ADAPTIVE`].
    Named(&'static str),
    /// The last so many.
    Last(usize),
}

/// Which cells of `alif` adapt; the others have β = 0.
const ADAPTIVE: [&str; 4] = ["all", "even", "second_half", "none"];
/// Models of the network crate that tasks may use.
const MODELS: [&str; 3] = ["alif", "leaky_relu", "rflo_tanh"];
/// Most cells: weights are dense.
const MOST_CELLS: u64 = 1 << 13;
/// Longer trials are refused.
const MOST_STEPS: usize = 1 << 24;
/// Larger batches are refused: 32 GiB of input, output and readout.
const MOST_NUMBERS: usize = 1 << 32;

impl Setup {
    /// Whether a file says that it is one of tasks.
    pub fn is_one(document: &Document) -> bool {
        let format = document.find("format").map(|(node, _)| &node.value);
        matches!(format, Some(Value::String(format)) if format.starts_with("neuropil-task/"))
    }

    /// Checks a task file; relative paths of data begin in `folder`.
    ///
    /// # Errors
    /// All faults of the file.
    pub fn decode(document: &Document, folder: &Path) -> Result<Self, TrainError> {
        let reader = Reader::new(document);
        let setup = reader.object(&document.root, "", "task_file").and_then(|fields| read(fields, document, folder));
        match setup {
            Some(setup) if reader.is_sound() => Ok(setup),
            _ => Err(TrainError::Task(reader.into_faults())),
        }
    }

    /// The network at the start of a run: a function of the file and the seed alone.
    pub(crate) fn start(&self, seed: u64) -> Result<Start, TrainError> {
        let shape = self.task.shape();
        let refused = |reason| TrainError::Refused { file: self.file.clone(), reason };
        let cells = self.cells.build(self.clock, self.settings.pseudo_derivative).map_err(refused)?;
        let sign = self.cells.signs();
        let count = self.cells.count;
        let drawn = [
            self.input.draw(seed, Owner::Input, count, &self.input.input_signs(seed, shape.inputs)),
            self.recurrent.draw(seed, Owner::Recurrent, count, &sign),
            self.output.draw(seed, Owner::Readout, shape.outputs, &sign),
        ];
        let [w_in, w_rec, w_out] = drawn.each_ref().map(|own| own.weights.clone());
        let mut learner = Learner {
            dynamics: cells.dynamics(self.settings.reset),
            type_id: self.cells.types(),
            w_in,
            w_rec,
            mask: Some(drawn[1].mask.clone()),
            sign,
            delay: self.delay,
            readout: Readout { w_out, b: vec![0.0; shape.outputs], kappa: self.kappa, scale: self.readout_scale },
            feedback: Some(feedback::random(seed, count, shape.outputs, self.settings.feedback)),
            mu: Vec::new(),
            lags: self.settings.lags,
            damping: 1.0,
            shape: TapShape::Whole,
            autapses: false,
        };
        learner.check().map_err(|fault| refused(fault.into()))?;
        let tissue = self.field.as_ref().filter(|_| self.settings.taps == TapSettings::Chain);
        let unfit = |reason| TrainError::Field { file: self.file.clone(), reason: Box::new(reason) };
        let tissue = tissue.map(|own| own.carrier(Spread::Kernel, count, seed)).transpose().map_err(unfit)?;
        self.settings.taps.shape(&mut learner, tissue.as_ref().map(Chemical::plan)).map_err(unfit)?;
        Ok(Start { cells, learner, drawn })
    }

    /// The rule of a name, as in `modprop_type` or `modprop_type+field`: of the carrier of this task where it names none.
    ///
    /// # Errors
    /// Names that no rule has, and pairs of rule and carrier without a meaning.
    pub fn rule(&self, name: &str) -> Result<&'static Rule, neuropil_plasticity::Error> {
        named(name.trim())?.or(self.carrier)
    }

    /// What brings the modulators of a rule to the cells; none for a rule whose are everywhere at once.
    ///
    /// # Errors
    /// A task without `carrier`, or one in which the cells of this seed do not fit.
    pub fn carrier(&self, rule: &Rule, seed: u64) -> Result<Option<Box<dyn Carrier>>, TrainError> {
        let Some(spread) = Spread::of(rule.carrier) else { return Ok(None) };
        if self.field.is_none() {
            let rule = format!("rule `{}` is carried from cell to cell and", rule.name);
            return Err(TrainError::NoField { file: self.file.clone(), who: rule });
        }
        Ok(Some(Box::new(self.chemical(spread, seed)?)))
    }

    /// The tissue between the cells of a run.
    ///
    /// # Errors
    /// As [`Self::carrier`].
    pub fn chemical(&self, spread: Spread, seed: u64) -> Result<Chemical, TrainError> {
        let none = || TrainError::NoField { file: self.file.clone(), who: "a carrier".into() };
        let field = self.field.as_ref().ok_or_else(none)?;
        let refused = |reason| TrainError::Field { file: self.file.clone(), reason: Box::new(reason) };
        field.carrier(spread, self.cells.count, seed).map_err(refused)
    }

    /// Whether its cells send spikes.
    pub fn is_spiking(&self) -> bool {
        matches!(self.cells.entry.info.output, Output::Spikes)
    }

    /// What is minimised.
    pub(crate) fn objective(&self) -> Objective {
        let steps = self.task.shape().steps;
        let weights = self.task.loss_weights().unwrap_or_else(|| match self.settings.last {
            Some(last) => loss::last_steps(steps, last),
            None => loss::all_steps(steps),
        });
        Objective { weights, regulariser: self.settings.regulariser }
    }
}

fn read(mut fields: Fields, document: &Document, folder: &Path) -> Option<Setup> {
    fields.required_word("format", &[FORMAT]);
    let dt_ms = fields.required_number("dt_ms", "> 0", |dt| dt > 0.0);
    let path = fields.path_of("dt_ms");
    let clock = match Clock::new(dt_ms?) {
        Ok(clock) => clock,
        Err(fault) => {
            fields.reader.fault(&path, fault.to_string());
            return None;
        }
    };
    let task = fields.section("task").and_then(|mut own| {
        let names: Vec<&str> = KINDS.iter().map(|own| own.name).collect();
        let kind = own.required_word("kind", &names)?;
        let task = (KINDS[kind].read)(&mut own, Context { clock, folder });
        own.finish();
        task
    });
    let cells = fields.section("cells").and_then(cells);
    let delay_ms = fields.number_or("delay_ms", clock.dt_ms(), "at least one step", |delay| delay >= clock.dt_ms());
    let signed = cells.as_ref().is_none_or(|cells| cells.inhibitory > 0);
    let input = initial::read(&mut fields, "input_weights", false);
    let recurrent = initial::read(&mut fields, "recurrent_weights", signed);
    let output = initial::read(&mut fields, "readout_weights", signed);
    let readout = fields.section("readout").and_then(TaskReadout::whole);
    let readout = readout.map(|own| (filter(clock, own.tau_ms, own.scaling), own.bias));
    let steps = task.as_ref().map_or(MOST_STEPS, |task| task.shape().steps);
    if steps > MOST_STEPS {
        fields.reader.fault("task", format!("found trials of {steps} steps, must be at most {MOST_STEPS}"));
        return None;
    }
    let settings = settings::read(&mut fields, steps, clock.dt_ms());
    if let (Some(inputs), Some(Weights { inhibitory: Some(found), .. })) =
        (task.as_ref().map(|task| task.shape().inputs), &input)
        && (*found == 0 || *found >= inputs)
    {
        let message = format!("found {found}, of {inputs} inputs: some of them, and not all, must be inhibitory");
        fields.reader.fault("input_weights.inhibitory", message);
    }
    if let (Some(task), Some(settings), Some(cells)) = (&task, &settings, &cells) {
        check_sizes(fields.reader, task.as_ref(), settings, cells.count);
    }
    let count = cells.as_ref().map(|cells| cells.count);
    let (carrier, field) = match fields.get("carrier") {
        Some(_) => fields.section("carrier").and_then(|own| field::read(own, clock, count?))?,
        None => (CarrierKind::Ideal, None),
    };
    if field.is_none() && settings.as_ref().is_some_and(|own| own.taps == TapSettings::Chain) {
        fields.reader.fault("training.taps", "`chain` is the way through the tissue of a task: add `carrier`");
    }
    fields.finish();
    let (ReadoutFilter { kappa, scale: readout_scale }, bias) = readout?;
    let delay = clock.nearest_step(delay_ms).ok().and_then(|steps| usize::try_from(steps).ok());
    Some(Setup {
        file: document.file.clone(),
        json: recorded(document, task.as_deref())?,
        data_file: data_file(document, folder),
        point: String::new(),
        task: task?,
        settings: Settings { bias, ..settings? },
        clock,
        cells: cells?,
        input: input?,
        recurrent: recurrent?,
        output: output?,
        kappa,
        readout_scale,
        delay: delay?,
        carrier,
        field,
    })
}

/// The task as files of runs keep it.
fn recorded(document: &Document, task: Option<&dyn Task>) -> Option<String> {
    let data = task?.data();
    if data.is_empty() {
        return Some(document.to_json());
    }
    let mut own = document.clone();
    own.set(&format!("task.digest={}", digest_of_data(&data))).ok()?;
    own.remove("task.file");
    Some(own.to_json())
}

fn data_file(document: &Document, folder: &Path) -> Option<PathBuf> {
    match &document.find("task.file")?.0.value {
        Value::String(file) => Some(folder.join(file)),
        _ => None,
    }
}

/// Refuses cells to record that there are not, and batches beyond any memory.
fn check_sizes(reader: &Reader, task: &dyn Task, settings: &Settings, cells: usize) {
    let recorded = &settings.recorded;
    let mut asked = recorded.cells.iter().chain(recorded.synapses.iter().flatten());
    if let Some(cell) = asked.find(|cell| **cell >= cells) {
        reader.fault("record", format!("found cell {cell}, of {cells} cells, counted from 0"));
    }
    let Shape { inputs, outputs, steps, .. } = task.shape();
    let held_out = settings.validation_trials.min(task.held_out().unwrap_or(usize::MAX));
    for (name, trials) in [("batch", settings.batch), ("validation_trials", held_out)] {
        let numbers = trials.saturating_mul(steps).saturating_mul(inputs.saturating_add(outputs).saturating_add(cells));
        if numbers > MOST_NUMBERS {
            let each = format!("{steps} steps, {inputs} inputs, {cells} cells and {outputs} readouts");
            let message = format!("found {trials} trials of {each}: {numbers} numbers, must be at most {MOST_NUMBERS}");
            reader.fault(&format!("training.{name}"), message);
        }
    }
}

fn cells(mut own: Fields) -> Option<Cells> {
    let chosen = own.required_word("model", &MODELS);
    let count = own.required_whole("count").and_then(|count| match count {
        1..=MOST_CELLS => usize::try_from(count).ok(),
        _ => {
            let path = own.path_of("count");
            own.reader.fault(&path, format!("found {count}, must be between 1 and {MOST_CELLS}"));
            None
        }
    });
    let inhibitory = usize::try_from(own.whole("inhibitory").unwrap_or(0)).unwrap_or(usize::MAX);
    if count.is_some_and(|count| inhibitory > count) {
        let path = own.path_of("inhibitory");
        own.reader.fault(&path, format!("found {inhibitory}, of {} cells", count.unwrap_or(0)));
        return None;
    }
    own.excludes("adaptive_last", "adaptive");
    let adaptive = match (own.word("adaptive", &ADAPTIVE), own.whole("adaptive_last")) {
        (_, Some(last)) => Adaptive::Last(usize::try_from(last).unwrap_or(usize::MAX)),
        (word, None) => Adaptive::Named(ADAPTIVE[word.unwrap_or(0)]),
    };
    let types = usize::try_from(own.whole("types_per_sign").unwrap_or(1).max(1)).unwrap_or(usize::MAX);
    let fewest = count.map(|count| if inhibitory > 0 { inhibitory.min(count - inhibitory).max(1) } else { count });
    if fewest.is_some_and(|fewest| types > fewest) {
        let path = own.path_of("types_per_sign");
        own.reader.fault(&path, format!("found {types}, of {} cells of a sign", fewest.unwrap_or(0)));
        return None;
    }
    let entry = model(MODELS[chosen?])?;
    let parameters = constants(&mut own, entry.info.parameters);
    own.finish();
    Some(Cells { entry, count: count?, inhibitory, adaptive, types, parameters: parameters? })
}

impl Cells {
    /// −1 for the first, inhibitory cells, then 1; all 0 without inhibitory cells.
    fn signs(&self) -> Vec<i8> {
        let sign = |cell: usize| match (self.inhibitory, cell < self.inhibitory) {
            (0, _) => 0,
            (_, true) => -1,
            (_, false) => 1,
        };
        (0..self.count).map(sign).collect()
    }

    /// Types: those of inhibitory cells, then those of the others, each of neighbouring cells.
    fn types(&self) -> Vec<usize> {
        let of = |cell: usize| match cell < self.inhibitory {
            true => cell * self.types / self.inhibitory,
            false => {
                let first = if self.inhibitory > 0 { self.types } else { 0 };
                first + (cell - self.inhibitory) * self.types / (self.count - self.inhibitory)
            }
        };
        (0..self.count).map(of).collect()
    }

    fn adapts(&self, cell: usize) -> bool {
        match self.adaptive {
            Adaptive::Named("even") => cell.is_multiple_of(2),
            Adaptive::Named("second_half") => cell >= self.count / 2,
            Adaptive::Named("none") => false,
            Adaptive::Named(_) => true,
            Adaptive::Last(count) => cell + count >= self.count,
        }
    }

    fn build(
        &self,
        clock: Clock,
        slope: neuropil_plasticity::PseudoDerivative,
    ) -> Result<TrialCells, neuropil_engine::trial::TrialError> {
        let column = |(row, value): (&neuropil_core::Parameter, &f64)| match row.symbol {
            "beta" => {
                Column::PerCell((0..self.count).map(|cell| if self.adapts(cell) { *value } else { 0.0 }).collect())
            }
            _ => Column::Constant(*value),
        };
        let columns: Vec<Column> = self.entry.info.parameters.iter().zip(&self.parameters).map(column).collect();
        let built = self.entry.build(&columns, self.count, clock).map_err(|faults| {
            let what: Vec<String> = faults.iter().map(ToString::to_string).collect();
            neuropil_engine::trial::TrialError::Unfit { what: what.join("; ") }
        })?;
        TrialCells::new(vec![(built, self.count)], slope)
    }
}
