//! A task in a free run: trials one after the other, which source cells send and a readout is to answer.
//!
//! Inputs of step j of a trial, from 0, are sent so that over a delay of one step they arrive in the step of the trial's
//! number j, as in training. Trials are functions of the seed and of their number.

mod spec;

use crate::document::join;
use crate::fault::Fault;
use crate::fields::Reader;
use crate::model::{KindSpec, Model, PopulationSpec};
use crate::sections::kinds::NonNegative;
use crate::sections::table::{Section, SectionTable, section};
use crate::task::{Context, KINDS, Shape};
use neuropil_core::Clock;
use std::path::Path;
use std::sync::Arc;

pub(crate) use spec::TaskSpec;

/// Kinds of tasks whose inputs are spikes.
pub const SPIKING: [&str; 5] = ["evidence_accumulation", "delayed_match", "pattern_generation", "store_recall", "copy"];

/// Most steps of all trials.
const MOST_STEPS: u64 = 1 << 28;

section! {
    /// What a task takes besides where a network runs free.
    pub struct PauseSection = "task" {
        /// Silence behind every trial, ms.
        pause_ms: NonNegative = 0.0;
    }
}

/// The tables of the section, one a kind.
pub fn tables() -> Vec<SectionTable> {
    let of = |name: &&str| {
        let mut table = crate::task::table(name)?;
        table.rows.extend(PauseSection::tables().into_iter().flat_map(|own| own.rows));
        Some(table)
    };
    SPIKING.iter().filter_map(of).collect()
}

/// Reads the section, and gives the populations of model `task_source` their inputs.
pub(crate) fn task(
    reader: &Reader<'_>,
    node: &crate::document::Node,
    populations: &mut [PopulationSpec],
    (clock, duration_ms): (Clock, f64),
) -> Option<TaskSpec> {
    let mut fields = reader.object(node, "task", "task")?;
    let kind = fields.required_word("kind", &SPIKING);
    let pause_ms = PauseSection::fields(&mut fields).map_or(0.0, |own| own.pause_ms);
    let pause = clock.steps(pause_ms).map_err(|fault| reader.fault("task.pause_ms", fault.to_string())).ok();
    let own = KINDS.iter().find(|own| kind.is_some_and(|kind| own.name == SPIKING[kind]))?;
    // Tasks that read files are not among them.
    let task = (own.read)(&mut fields, Context { clock, folder: Path::new("") });
    fields.finish();
    let (task, pause) = (task?, usize::try_from(pause?).unwrap_or(usize::MAX));
    let Shape { inputs, steps, .. } = task.shape();
    let mut first = 0;
    for own in populations.iter_mut() {
        if let KindSpec::Task { inputs } = &mut own.kind {
            *inputs = first..first + own.cells as usize;
            first = inputs.end;
        }
    }
    if first != inputs {
        let message = format!("it has {inputs} inputs, but there are {first} cells of model `task_source`");
        reader.fault("task", message);
        return None;
    }
    let length = steps.saturating_add(pause) as u64;
    let run = clock.steps(duration_ms).unwrap_or(0);
    if run.max(length) > MOST_STEPS {
        let message = format!("found {run} steps of trials of {length}, must be at most {MOST_STEPS}");
        reader.fault("simulation.duration_ms", message);
        return None;
    }
    Some(TaskSpec { task: Arc::from(task), steps, pause, trials: run.div_ceil(length) })
}

/// Sources without a task.
pub(crate) fn faults(model: &Model) -> Option<Fault> {
    let own = model.populations.iter().find(|own| matches!(own.kind, KindSpec::Task { .. }))?;
    let message = "its cells send the trials of a task: add a section `task`";
    model.task.is_none().then(|| model.document.fault(&join(&own.path, "model"), message.to_owned()))
}
