//! Tasks: what goes into a network and what it should say.
//!
//! A task is a file here with its parameters, its trials and its tests, and a line in [`KINDS`]. Trials are functions of
//! a [`Draw`]: seed, split, update and number of the trial.

mod adding;
mod copy;
mod delayed_match;
mod delayed_xor;
mod evidence;
mod images;
mod pattern;
mod spikes;
mod store_recall;
mod user;

pub use user::data_digest;

use crate::fields::Fields;
use crate::sections::table::{Section, SectionTable};
use neuropil_core::{Clock, CounterRng, Stream, StreamKey};
use neuropil_engine::trial::{Answer, Batch, Labels, Workers};
use neuropil_record::Table;
use std::path::Path;

/// Extents of the trials of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Inputs.
    pub inputs: usize,
    /// Readouts: classes, or values of a target.
    pub outputs: usize,
    /// Steps.
    pub steps: usize,
    /// What is asked for.
    pub answer: Answer,
}

/// What trials are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// To learn from.
    Training = 0,
    /// To see how well others are answered.
    Validation = 1,
}

/// Which trial.
#[derive(Debug, Clone, Copy)]
pub struct Draw {
    /// Seed of the run.
    pub seed: u64,
    /// What it is for.
    pub split: Split,
    /// The update, counted from 0.
    pub update: u64,
    /// Its number in the batch.
    pub trial: u32,
}

/// Entity of what all trials of a batch share.
const BATCH: u32 = u32::MAX;
/// Owner of what all batches of a run share.
const RUN: u32 = 16;

impl Shape {
    /// Numbers of a trial's target.
    pub fn target_size(&self) -> usize {
        if self.answer == Answer::Class { 0 } else { self.steps * self.outputs }
    }
}

impl Draw {
    fn key(&self) -> StreamKey {
        StreamKey::new(self.seed, Stream::Trial, self.split as u32)
    }

    /// Random numbers of the trial.
    pub fn trial(&self) -> CounterRng {
        self.key().at(self.trial, self.update)
    }

    /// Random numbers of the batch.
    pub fn batch(&self) -> CounterRng {
        self.key().at(BATCH, self.update)
    }

    /// Random numbers of the run, the same for all its trials.
    pub fn run(&self, entity: u32) -> CounterRng {
        StreamKey::new(self.seed, Stream::Trial, RUN).at(entity, 0)
    }
}

/// A task.
pub trait Task: Send + Sync {
    /// Extents of its trials.
    fn shape(&self) -> Shape;

    /// Writes one trial: `x`, zero before, as `[step][input]`; `target`, zero before, as `[step][output]`, empty where the answer is one
    /// class, and 1 of the class of each step that asks for one where classes change. Returns the class, or 0.
    fn trial(&self, draw: &Draw, x: &mut [f64], target: &mut [f64]) -> usize;

    /// Trials that validation may use, where they are not drawn without end.
    fn held_out(&self) -> Option<usize> {
        None
    }

    /// The trials of a task of one's own, which the files that it comes to keep; none of a task that draws its trials.
    fn data(&self) -> Vec<Table> {
        Vec::new()
    }

    /// w_t of the loss where the task itself says which steps count.
    fn loss_weights(&self) -> Option<Vec<f64>> {
        None
    }
}

/// What the fields of a task are read with.
#[derive(Debug, Clone, Copy)]
pub struct Context<'c> {
    /// The grid of time.
    pub clock: Clock,
    /// Where relative paths of data begin.
    pub folder: &'c Path,
}

/// A kind of tasks.
pub struct TaskKind {
    /// Its name in files.
    pub name: &'static str,
    /// Makes a task of its fields.
    pub read: fn(&mut Fields, Context) -> Option<Box<dyn Task>>,
    /// Its fields.
    pub tables: fn() -> Vec<SectionTable>,
}

/// The kinds of tasks.
pub const KINDS: &[TaskKind] = &[
    TaskKind { name: "evidence_accumulation", read: evidence::read, tables: evidence::EvidenceSection::tables },
    TaskKind { name: "delayed_xor", read: delayed_xor::read, tables: delayed_xor::DelayedXorSection::tables },
    TaskKind { name: "pattern_generation", read: pattern::read, tables: pattern::PatternSection::tables },
    TaskKind { name: "delayed_match", read: delayed_match::read, tables: delayed_match::DelayedMatchSection::tables },
    TaskKind { name: "store_recall", read: store_recall::read, tables: store_recall::StoreRecallSection::tables },
    TaskKind { name: "copy", read: copy::read, tables: copy::CopySection::tables },
    TaskKind { name: "adding", read: adding::read, tables: adding::AddingSection::tables },
    TaskKind { name: "images", read: images::read, tables: images::ImagesSection::tables },
    TaskKind { name: "data", read: user::read, tables: user::DataSection::tables },
];

/// The table of a kind of tasks.
pub fn table(name: &str) -> Option<SectionTable> {
    let kind = KINDS.iter().find(|own| own.name == name)?;
    (kind.tables)().pop().map(|own| SectionTable { kind: Some(kind.name), ..own })
}

/// The papers that a kind of task comes from: keys of docs/references.bib.
pub fn references(kind: &str) -> &'static [&'static str] {
    match kind {
        "evidence_accumulation" => &["Bellec2020", "Liu2021"],
        "delayed_xor" => &["Liu2022"],
        "pattern_generation" | "delayed_match" => &["Bellec2020"],
        "store_recall" => &["Bellec2018"],
        "copy" | "adding" => &["Hochreiter1997"],
        "images" => &["LeCun1998"],
        _ => &[],
    }
}

/// A duration, by the name of its field, as a whole number of steps of at least `least`.
fn steps(fields: &Fields, (name, time_ms): (&str, f64), clock: Clock, least: u64) -> Option<usize> {
    let path = fields.path_of(name);
    match clock.steps(time_ms) {
        Ok(steps) if (least..=1 << 24).contains(&steps) => usize::try_from(steps).ok(),
        Ok(steps) => {
            fields.reader.fault(&path, format!("found {steps} steps, must be between {least} and {}", 1 << 24));
            None
        }
        Err(fault) => {
            fields.reader.fault(&path, fault.to_string());
            None
        }
    }
}

/// The trials of a batch, and the classes that they ask for.
pub fn batch(task: &dyn Task, first: Draw, trials: usize, workers: &Workers) -> (Batch, Labels) {
    let shape = task.shape();
    Batch::draw([trials, shape.steps, shape.inputs], (shape.answer, shape.outputs), workers, |trial, x, target| {
        let trial = first.trial + u32::try_from(trial).unwrap_or(u32::MAX);
        task.trial(&Draw { trial, ..first }, x, target)
    })
}
