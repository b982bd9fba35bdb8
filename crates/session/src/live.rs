//! Edits of a network in memory, in the words of model files, and the log of them.

use crate::{Built, Changes, Input, SessionError, Unwatched};
use neuropil_core::Clock;
use neuropil_engine::{EditFault, Intervention, Runnable};
use neuropil_model::interventions::items;
use neuropil_model::{Document, Faults, Model};
use neuropil_network::Scalar;
use std::cell::OnceCell;

/// Makes interventions of what a model file would say, for one network.
type Reads = Box<dyn Fn(&str) -> Result<Vec<Intervention>, Faults> + Send>;

/// Edits a network in memory, and keeps what was done.
pub struct Editor {
    /// Scale and threads of the network, and its longest delay in steps.
    made: (f64, Option<u16>, u32),
    log: Document,
    answers: String,
    reads: Reads,
    clock: Clock,
}

impl Editor {
    /// Of a network made from `model` at `scale`.
    pub(crate) fn new<R: Scalar>(model: Model, (scale, threads, max_delay): (f64, Option<u16>, u32)) -> Self {
        let (log, clock, answers) = (model.document.clone(), model.clock, model.answers().to_string());
        // What names mean is asked of a design of its own, made at the first edit.
        let lowered = OnceCell::new();
        let reads = move |item: &str| {
            let known = match lowered.get() {
                Some(known) => known,
                None => {
                    let made = model.design::<R>(model.seed, scale)?;
                    lowered.get_or_init(|| made)
                }
            };
            model.edit(known, scale, item)
        };
        Self { made: (scale, threads, max_delay), log, answers, reads: Box::new(reads), clock }
    }

    /// Edits the network: `all` are items of `interventions`, with their times.
    ///
    /// # Errors
    /// What is wrong with the first that is; nothing has changed then.
    pub fn edit(&mut self, simulation: &mut dyn Runnable, all: &[String]) -> Result<(), SessionError> {
        let edits = all.iter().map(|item| (self.reads)(item)).collect::<Result<Vec<_>, _>>()?.concat();
        let refused = |fault: EditFault| SessionError::Intervention(fault.to_string());
        simulation.intervene(edits).map_err(refused)?;
        all.iter().try_for_each(|item| self.log.append("interventions", item))?;
        Ok(())
    }

    /// The network with all edits, where some of them add synapses, in the state in which it is; `None` where none does. Both networks are in
    /// memory until the first is dropped.
    ///
    /// # Errors
    /// What is wrong with them; nothing has changed then.
    pub fn grown(&self, simulation: &dyn Runnable, all: &[String]) -> Result<Option<Built>, SessionError> {
        if !all.iter().any(|item| adds(item)) {
            return Ok(None);
        }
        let (mut log, now) = (self.log.clone(), simulation.step());
        all.iter().try_for_each(|item| log.append("interventions", item))?;
        let mut own = items(&log.to_json());
        let own = own.split_off(own.len().saturating_sub(all.len()));
        let refused = |why: String| SessionError::Intervention(why);
        let (scale, threads, kept) = self.made;
        let input = Input::of(log, &Changes::default())?;
        if let Some(own) = own.iter().find(|own| self.clock.steps(own.at_ms).is_ok_and(|from| from < now)) {
            return Err(refused(format!("it begins at {} ms, but {} ms are over", own.at_ms, self.clock.time_ms(now))));
        }
        let mut built = input.build(scale, threads, &Unwatched)?;
        if now == 0 {
            return Ok(Some(built));
        }
        let reached = built.editor.as_ref().map_or(0, |own| own.made.2);
        if reached > kept {
            let [reached, kept] = [reached, kept].map(|steps| self.clock.time_ms(u64::from(steps)));
            return Err(refused(format!(
                "`add`: found a delay of {reached} ms, but spikes are kept for {kept} ms, the longest delay of the network: \
                 expected that at most, or an `add` in the model file"
            )));
        }
        built.simulation.restore(&simulation.snapshot()).map_err(|fault| refused(fault.to_string()))?;
        Ok(Some(built))
    }

    /// What an environment may answer, by name (JSON): the kind of the edit, what it says beside the number, and the name of the number.
    pub fn answers(&self) -> &str {
        &self.answers
    }

    /// The model of a run up to `step` with all edits so far, those of later times too: it repeats what the network did, bit for bit, and
    /// a longer run of it what the network would do.
    ///
    /// # Errors
    /// A model whose `simulation` is no section.
    pub fn model(&self, step: u64) -> Result<String, SessionError> {
        let mut log = self.log.clone();
        log.set(&format!("simulation.duration_ms={}", self.clock.time_ms(step)))?;
        Ok(log.to_json())
    }
}

/// Whether an item of `interventions` adds synapses.
fn adds(item: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(item).is_ok_and(|own| own.get("add").is_some())
}
