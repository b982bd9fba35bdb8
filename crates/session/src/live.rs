//! Edits of a network in memory, in the words of model files, and the log of them.

use crate::SessionError;
use neuropil_core::Clock;
use neuropil_engine::{EditFault, Intervention, Runnable};
use neuropil_model::{Document, Faults, Model};
use neuropil_network::Scalar;
use std::cell::OnceCell;

/// Makes interventions of what a model file would say, for one network.
type Reads = Box<dyn Fn(&str) -> Result<Vec<Intervention>, Faults> + Send>;

/// Edits a network in memory, and keeps what was done.
pub struct Editor {
    log: Document,
    answers: String,
    reads: Reads,
    clock: Clock,
}

impl Editor {
    /// Of a network made from `model` at `scale`.
    pub(crate) fn new<R: Scalar>(model: Model, scale: f64) -> Self {
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
        Self { log, answers, reads: Box::new(reads), clock }
    }

    /// Edits the network: `item` is an item of `interventions`, with its time.
    ///
    /// # Errors
    /// What is wrong with it; nothing has changed then.
    pub fn edit(&mut self, simulation: &mut dyn Runnable, item: &str) -> Result<(), SessionError> {
        let edits = (self.reads)(item)?;
        let refused = |fault: EditFault| SessionError::Intervention(fault.to_string());
        simulation.intervene(edits).map_err(refused)?;
        self.log.append("interventions", item)?;
        Ok(())
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
