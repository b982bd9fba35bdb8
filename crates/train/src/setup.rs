//! A task file, checked and ready to be trained.

use crate::TrainError;
use crate::cells::{Cells, cells};
use crate::checks;
use crate::field::{self, Carriers};
use crate::initial::{self, End, Ends, InitialMatrix, Owner, Weights, shuffled};
use crate::settings::{self, Settings, Signs};
use crate::task::{Context, KINDS, Task};
use crate::times;
use neuropil_core::{Clock, Stream, StreamKey};
use neuropil_engine::carrier::{Chemical, Spread};
use neuropil_engine::trial::{Objective, TrialCells};
use neuropil_model::Document;
use neuropil_model::document::Value;
use neuropil_model::fields::{Fields, Reader};
use neuropil_model::given::Given;
use neuropil_model::sections::kinds::Positive;
use neuropil_model::sections::table::{Section, optional, required};
use neuropil_model::sections::task_file::TaskFile;
use neuropil_model::sections::training::{CreditSigns, TypeLabels, TypeMeans};
use neuropil_model::sections::weights::WeightMatrix;
use neuropil_model::sections::{LossSection, ReadoutFilter, TaskReadout, filter};
use neuropil_model::taps::TapSettings;
use neuropil_plasticity::carrier::CarrierKind;
use neuropil_plasticity::rule::{Estimate, named};
use neuropil_plasticity::taps::TapShape;
use neuropil_plasticity::{Carrier, Controls, Form, Learner, Matrix, Readout, Rule, RuleSettings, feedback, loss};
use neuropil_record::{Table, digest_of_data};
use std::path::{Path, PathBuf};

#[cfg(test)]
mod tests;

/// A task file: the task, its network and how that learns.
pub struct Setup {
    /// Name of the file, for messages.
    pub file: String,
    /// The file as JSON, with all changes; data of one's own by their digest, wherever they lie.
    pub json: String,
    /// The files of such data, and of arrays.
    pub data_files: Vec<PathBuf>,
    /// The point of a sweep, of which the changes are; empty for none.
    pub point: String,
    /// The task.
    pub task: Box<dyn Task>,
    /// How it is learned.
    pub settings: Settings,
    pub(crate) clock: Clock,
    pub(crate) cells: Cells,
    input: Weights,
    recurrent: Weights,
    output: Weights,
    kappa: f64,
    readout_scale: f64,
    /// b at the start.
    bias: Vec<f64>,
    /// Arrays that were given and that the text does not hold.
    arrays: Vec<Table>,
    delay: usize,
    /// What carries the signal of rules.
    pub carriers: Carriers,
}

/// The network at the start of a run.
pub(crate) struct Start {
    pub cells: TrialCells,
    pub learner: Learner,
    /// W_in, W and W_out as drawn.
    pub drawn: [InitialMatrix; 3],
}

/// Longer trials are refused.
const MOST_STEPS: usize = 1 << 24;

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
        let reader = Reader::keeping(document, folder);
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
        let cells = self.cells.build(self.clock, self.settings.pseudo_derivative, seed).map_err(refused)?;
        let sign = self.cells.signs.clone();
        let count = self.cells.count;
        let drawn = [
            self.input.draw(seed, Owner::Input, count, &self.input.input_signs(seed, shape.inputs)),
            self.recurrent.draw(seed, Owner::Recurrent, count, &sign),
            self.output.draw(seed, Owner::Readout, shape.outputs, &sign),
        ];
        let [w_in, w_rec, w_out] = drawn.each_ref().map(|own| own.weights.clone());
        let feedback = feedback::fixed(seed, &w_out, self.settings.feedback);
        let mut learner = Learner {
            dynamics: cells.dynamics(self.settings.reset),
            type_id: self.labels(seed, 0),
            w_in,
            w_rec,
            mask: Some(drawn[1].mask.clone()),
            sign,
            receptors: None,
            delay: self.delay,
            readout: Readout { w_out, b: self.bias.clone(), kappa: self.kappa, scale: self.readout_scale },
            feedback: Some(feedback),
            mu: Vec::new(),
            lags: self.settings.training.lags,
            damping: 1.0,
            cascade: self.settings.cascade,
            rules: RuleSettings { controls: self.controls(seed, 0), ..self.settings.rules },
            shape: TapShape::Whole,
            autapses: false,
        };
        learner.check().map_err(|fault| refused(fault.into()))?;
        let tissue = self.carriers.field.as_ref().filter(|_| self.settings.taps == TapSettings::Chain);
        let unfit = |reason| TrainError::Field { file: self.file.clone(), reason: Box::new(reason) };
        let tissue = tissue.map(|own| own.carrier(Spread::Kernel, count, seed)).transpose().map_err(unfit)?;
        self.settings.taps.shape(&mut learner, tissue.as_ref().map(Chemical::plan)).map_err(unfit)?;
        Ok(Start { cells, learner, drawn })
    }

    /// The type that rules take each cell for, at an update.
    pub(crate) fn labels(&self, seed: u64, update: u32) -> Vec<usize> {
        let own = &self.cells.types.of;
        let time = match self.settings.training.type_labels {
            TypeLabels::Own => return own.clone(),
            TypeLabels::Shuffled => 0,
            TypeLabels::ShuffledPerUpdate => u64::from(update),
        };
        let order = shuffled(&mut StreamKey::new(seed, Stream::Control, 1).at(0, time), own.len());
        order.into_iter().map(|cell| own[cell]).collect()
    }

    /// The controls of an update.
    pub(crate) fn controls(&self, seed: u64, update: u32) -> Controls {
        let time = match self.settings.type_means {
            TypeMeans::Own => None,
            TypeMeans::Resampled => Some(0),
            TypeMeans::ResampledPerUpdate => Some(u64::from(update)),
        };
        Controls { resampled: time.map(|time| [seed, time]), ..self.settings.rules.controls }
    }

    /// The weights that credit comes back over: those of the network, or with the signs of other cells.
    pub(crate) fn returning(&self, seed: u64, learner: &Learner) -> Option<Matrix> {
        (self.settings.credit_signs == CreditSigns::Shuffled).then(|| {
            let order = shuffled(&mut StreamKey::new(seed, Stream::Control, 8).at(0, 0), learner.cells());
            Matrix::from_fn(learner.cells(), learner.cells(), |post, pre| {
                f64::from(learner.sign[order[pre]]) * learner.w_rec[(post, pre)].abs()
            })
        })
    }

    /// The rule of a name, as in `modprop_type` or `modprop_type+field`: of the carrier of this task where it names none.
    ///
    /// # Errors
    /// Names that no rule has, pairs of rule and carrier without a meaning, and rules without a cascade where the task has one.
    pub fn rule(&self, name: &str) -> Result<&'static Rule, neuropil_plasticity::Error> {
        let rule = named(name.trim())?.or(self.carriers.kind)?;
        rule.goes_with(self.settings.cascade)?;
        if matches!(rule.estimate, Estimate::Weights | Estimate::Nodes) && self.settings.perturbation.is_none() {
            let what = "by how much it moves what it asks about: `training.perturbation`";
            return Err(neuropil_plasticity::Error::Missing { rule: rule.name, what });
        }
        if rule.estimate != Estimate::Tape && self.settings.recorded.trial_every > 0 {
            let reason = "it tells cells nothing step by step that a record of trials could hold: without `record.trial_every` it runs";
            return Err(neuropil_plasticity::Error::NoForm { rule: rule.name, form: Form::Adjoint, reason });
        }
        Ok(rule)
    }

    /// What brings the modulators of a rule to the cells; none for a rule whose are everywhere at once.
    ///
    /// # Errors
    /// A task without `carrier`, or one in which the cells of this seed do not fit.
    pub fn carrier(&self, rule: &Rule, seed: u64) -> Result<Option<Box<dyn Carrier>>, TrainError> {
        if rule.carrier == CarrierKind::Blur {
            let blur = self.carriers.blur(self.cells.count, seed, self.recurrent.is_local());
            let refused = |reason| TrainError::Field { file: self.file.clone(), reason: Box::new(reason) };
            return Ok(Some(Box::new(blur.map_err(refused)?)));
        }
        let Some(spread) = Spread::of(rule.carrier) else { return Ok(None) };
        if self.carriers.field.is_none() {
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
        let field = self.carriers.field.as_ref().ok_or_else(none)?;
        let refused = |reason| TrainError::Field { file: self.file.clone(), reason: Box::new(reason) };
        field.carrier(spread, self.cells.count, seed).map_err(refused)
    }

    /// What files of runs and of trials keep beside the text: data of one's own, and arrays that are long.
    pub fn data(&self) -> Vec<Table> {
        self.task.data().into_iter().chain(self.arrays.iter().cloned()).collect()
    }

    /// Whether its cells send spikes.
    pub fn is_spiking(&self) -> bool {
        self.cells.is_spiking()
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
    let reader = fields.reader;
    let file = TaskFile::fields(&mut fields);
    let dt_ms = required::<Positive>(&mut fields, "dt_ms");
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
    let cells = fields.section("cells").and_then(|own| cells(own, clock, folder));
    let delay = optional::<Positive>(&mut fields, "delay_ms").and_then(|own| times::delay(reader, own, clock));
    let [input, recurrent, output] = weights(&mut fields, task.as_deref(), cells.as_ref());
    let outputs = task.as_ref().map(|task| task.shape().outputs);
    let readout = fields.section("readout").and_then(|own| readout(own, clock, outputs));
    let steps = task.as_ref().map_or(MOST_STEPS, |task| task.shape().steps);
    if steps > MOST_STEPS {
        fields.reader.fault("task", format!("found trials of {steps} steps, must be at most {MOST_STEPS}"));
        return None;
    }
    LossSection::lonely(&fields);
    let types = cells.as_ref().map(|own| &own.types);
    let settings = file.and_then(|file| settings::settings(&file, reader, (steps, clock), types));
    if let (Some(inputs), Some(Weights { inhibitory: Some(found), .. })) =
        (task.as_ref().map(|task| task.shape().inputs), &input)
        && (*found == 0 || *found >= inputs)
    {
        let message = format!("found {found}, of {inputs} inputs: some of them, and not all, must be inhibitory");
        fields.reader.fault("input_weights.inhibitory", message);
    }
    if let (Some(task), Some(settings), Some(cells)) = (&task, &settings, &cells) {
        checks::sizes(fields.reader, task.as_ref(), settings, cells.count);
        checks::meets(fields.reader, task.as_ref(), settings);
        check_signs(fields.reader, output.as_ref(), settings, cells);
        check_credit_signs(fields.reader, settings, cells);
        cells.learn(fields.reader, clock, settings.pseudo_derivative);
    }
    let count = cells.as_ref().map(|cells| cells.count);
    let carriers = match fields.get("carrier") {
        Some(_) => fields.section("carrier").and_then(|own| field::read(own, clock, count?))?,
        None => Carriers::IDEAL,
    };
    if carriers.field.is_none() && settings.as_ref().is_some_and(|own| own.taps == TapSettings::Chain) {
        fields.reader.fault("training.taps", "`chain` is the way through the tissue of a task: add `carrier`");
    }
    fields.finish();
    let ReadoutStart { filter: ReadoutFilter { kappa, scale: readout_scale }, learns_bias, bias } = readout?;
    Some(Setup {
        file: document.file.clone(),
        json: recorded(document, (task.as_deref(), cells.as_ref()), reader)?,
        data_files: data_files(document, reader),
        point: String::new(),
        task: task?,
        settings: Settings { bias: learns_bias, ..settings? },
        clock,
        cells: cells?,
        input: input?,
        recurrent: recurrent?,
        output: output?,
        kappa,
        readout_scale,
        bias: bias?,
        arrays: reader.given().iter().filter_map(Given::table).collect(),
        delay: delay?,
        carriers,
    })
}

/// How W_in, W and W_out begin.
fn weights(fields: &mut Fields, task: Option<&dyn Task>, cells: Option<&Cells>) -> [Option<Weights>; 3] {
    let signed = cells.is_none_or(Cells::is_signed);
    let end = |what, one, count| End { what, one, count, types: None, signs: &[] };
    let own = || cells.map(|own| End { types: Some(&own.types), signs: &own.signs, ..end("cells", "cell", own.count) });
    let inputs = || task.map(|task| end("inputs", "input", task.shape().inputs));
    let outputs = || task.map(|task| end("readouts", "readout", task.shape().outputs));
    [
        initial::read(fields, WeightMatrix::Input, false, Ends::of(own(), inputs(), false).as_ref()),
        initial::read(fields, WeightMatrix::Recurrent, signed, Ends::of(own(), own(), true).as_ref()),
        initial::read(fields, WeightMatrix::Readout, signed, Ends::of(outputs(), own(), false).as_ref()),
    ]
}

/// What the section `readout` says.
struct ReadoutStart {
    filter: ReadoutFilter,
    learns_bias: bool,
    /// b at the start; `None` where it is faulty.
    bias: Option<Vec<f64>>,
}

fn readout(mut own: Fields, clock: Clock, outputs: Option<usize>) -> Option<ReadoutStart> {
    let section = TaskReadout::fields(&mut own);
    let path = own.path_of("b_out");
    let bias = match (own.get("b_out"), outputs) {
        (Some(node), Some(outputs)) => own.reader.array_of(node, &path, &[("readouts", outputs)]),
        (_, outputs) => outputs.map(|outputs| vec![0.0; outputs]),
    };
    own.finish();
    let section = section?;
    Some(ReadoutStart { filter: filter(clock, section.tau_ms, section.scaling), learns_bias: section.bias, bias })
}

/// Refuses given readout weights that the first update would move to their floor: those against the signs that it keeps.
fn check_signs(reader: &Reader, output: Option<&Weights>, settings: &Settings, cells: &Cells) {
    if !matches!(settings.signs, Signs::Shrink(_)) {
        return;
    }
    if let Some(([output, cell], weight)) = output.and_then(|own| own.against(&cells.signs)) {
        let bound = if cells.signs[cell] < 0 { "<= 0" } else { ">= 0" };
        let message = format!(
            "found {weight} at [{output}, {cell}]: `training.signs` is `shrink`, which keeps the sign of cell {cell}, must be {bound}"
        );
        reader.fault("readout_weights.values", message);
    }
}

/// Refuses signs of other cells where cells have none, or all the same.
fn check_credit_signs(reader: &Reader, settings: &Settings, cells: &Cells) {
    let has = |sign: i8| cells.signs.contains(&sign);
    if settings.credit_signs == CreditSigns::Shuffled && (has(0) || !(has(1) && has(-1))) {
        let message = "has no effect: needs cells that excite and cells that inhibit (`cells.inhibitory`)";
        reader.fault("training.credit_signs", message);
    }
}

/// The task as files of runs keep it: data and long arrays by their digest, labels by their names.
fn recorded(
    document: &Document,
    (task, cells): (Option<&dyn Task>, Option<&Cells>),
    reader: &Reader,
) -> Option<String> {
    let mut own = document.clone();
    if let Some(text) = cells?.text() {
        // A run can be repeated without the file.
        own.set_text("cells.text", text).ok()?;
    }
    let data = task?.data();
    if !data.is_empty() {
        own.set(&format!("task.digest={}", digest_of_data(&data))).ok()?;
        own.remove("task.file");
    }
    reader.keep_in(&mut own).ok()?;
    Some(own.to_json())
}

/// The files that data and arrays were read of.
fn data_files(document: &Document, reader: &Reader) -> Vec<PathBuf> {
    let trials = document.find("task.file").and_then(|(node, _)| match &node.value {
        Value::String(file) => Some(reader.folder.join(file)),
        _ => None,
    });
    trials.into_iter().chain(reader.array_files()).collect()
}
