//! Edits of the network while it runs.

use super::{ProjectionWeights, Simulation};
use crate::error::EngineError;
use crate::intervention::{self, EditFault, Hands, Intervention, On};
use crate::snapshot::{Snapshot, SnapshotError};
use neuropil_core::Real;

impl<R: Real> Simulation<R> {
    /// The same, edited as it runs.
    ///
    /// # Errors
    /// All that is wrong with interventions, each with its index.
    pub fn with_interventions(mut self, list: &[Intervention]) -> Result<Self, Vec<(usize, EditFault)>> {
        let faults = intervention::faults(&self.network.design, list);
        if !faults.is_empty() {
            return Err(faults);
        }
        self.hands = Hands::new(list);
        Ok(self)
    }

    /// Makes edits that are in force in a step, and tells the last step that they are in force in.
    pub(super) fn edit(&mut self, step: u64) -> Result<u64, EngineError> {
        let due = self.hands.is_due(step);
        let ready = self.ready(step, true);
        let (outcome, last) = match ready {
            Ok(last) => (Ok(()), last),
            Err(fault) => (Err(fault), step),
        };
        if let Err(fault) = self.agree(due, outcome) {
            // It is made on all ranks or on none, and not taken for made.
            self.hands.forget();
            return Err(fault);
        }
        if due {
            let Self { hands, network, blocks, .. } = self;
            hands.put(network, blocks, step - 1);
            // Cells that are made anew are modulated anew.
            self.modulate();
        }
        self.make_room();
        Ok(last)
    }

    fn ready(&mut self, step: u64, keeps: bool) -> Result<u64, EngineError> {
        let Self { hands, network, blocks, tissue, .. } = self;
        hands.ready(On { network, blocks, tissue: tissue.as_mut() }, step, keeps)
    }

    /// Gives blocks a plane for each port that a current enters by.
    fn make_room(&mut self) {
        let ports = self.hands.overlay.currents.iter().map(|own| own.current.port + 1).max().unwrap_or(0);
        for (block, network) in self.blocks.iter_mut().zip(&self.network.blocks) {
            let currents = &mut block.signals.currents;
            let ports = ports.max(currents.len());
            currents.resize_with(ports, || vec![R::ZERO; network.cells]);
        }
    }

    /// Makes the edits that are in force in the step just done.
    pub(super) fn restore_edits(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        self.hands.forget();
        let due = self.hands.is_due(self.step);
        let ready = self.ready(self.step, false);
        if due && ready.is_ok() {
            self.modulate();
        }
        ready.map_err(|fault| SnapshotError {
            what: "edited weights".into(),
            found: fault.to_string(),
            expected: "those of this network".into(),
        })?;
        let Self { blocks, network, .. } = self;
        if blocks.iter_mut().all(|block| block.load_laid_on(network, snapshot)) {
            return Ok(());
        }
        Err(SnapshotError {
            what: "numbers that currents of edits remember".into(),
            found: format!("{:?}", snapshot.laid_on.iter().map(Vec::len).collect::<Vec<_>>()),
            expected: format!("one a cell for each noise in force in step {}", snapshot.step),
        })
    }

    /// For each population, in how many steps of a cell its solver did not meet its tolerance, edited or not.
    ///
    /// # Errors
    /// Ranks that cannot hand over what they have.
    pub fn unmet(&self) -> Result<Vec<u64>, EngineError> {
        let overlay = &self.hands.overlay;
        let of = |population: usize| {
            let own = &self.network.design.populations[population];
            let base = own.neurons().map_or(0, |cells| cells.unmet());
            let edited = overlay.edited_model(population).map_or(0, |cells| cells.unmet());
            base + edited + overlay.unmet.get(population).copied().unwrap_or(0)
        };
        let own: Vec<u64> = (0..self.network.design.populations.len()).map(of).collect();
        match &self.rank {
            Some(rank) => Ok(rank.sums(&own)?),
            None => Ok(own),
        }
    }

    /// The weights of a projection in the next step.
    pub(super) fn weights_now(&self, projection: usize) -> Vec<f64> {
        let own = |changed: ProjectionWeights| (changed.projection == projection).then_some(changed.weights);
        // A process alone hands over nothing, and only such a one is asked.
        if let Some(mut weights) = self.changed_weights().unwrap_or_default().into_iter().find_map(own) {
            let at = (projection, self.step);
            let put = self.hands.awaited_weights(&self.network, &self.blocks, at, &mut weights);
            return put.map(|()| weights).unwrap_or_default();
        }
        // What could be drawn once can be drawn again.
        self.hands.weights_now(&self.network.design, projection, self.step + 1).unwrap_or_default()
    }
}
