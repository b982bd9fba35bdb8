//! The spikes and graded outputs of the last d_max steps.

use neuropil_core::Real;

/// What one block sends in one step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outbox<R> {
    /// Global ids of the cells that fired, ascending.
    pub fired: Vec<u32>,
    /// For each projection whose synapses have a state, in order: the factors of those of `fired` that it sends.
    pub factors: Vec<Vec<f64>>,
    /// Outputs of the graded cells of the block.
    pub graded: Vec<R>,
}

/// What all blocks sent in one step.
#[derive(Debug, Clone, PartialEq)]
struct Slot<R> {
    fired: Vec<u32>,
    /// Where in `fired` each population begins; one more than populations.
    starts: Vec<usize>,
    factors: Vec<Vec<f64>>,
    graded: Vec<R>,
}

/// A ring of the last steps. Every thread keeps one of its own, filled with the same.
#[derive(Debug, Clone, PartialEq)]
pub struct History<R> {
    /// As many as a power of two, so that a step finds its slot without a division.
    slots: Vec<Slot<R>>,
    max_delay: u32,
    /// First global id of each population, then the number of all cells.
    first_ids: Vec<u32>,
}

/// Why what was sent cannot be taken back into a history.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: found {found}, expected {expected}")]
pub struct PastError {
    /// The part that does not fit.
    pub what: String,
    /// What it is.
    pub found: String,
    /// What would fit.
    pub expected: String,
}

impl<R: Real> History<R> {
    /// An empty history for delays up to `max_delay` steps.
    ///
    /// `first_ids`: first global id of each population, then the number of all cells. `stateful`: number of
    /// projections whose synapses have a state. `graded`: number of graded cells.
    pub fn new(max_delay: u32, first_ids: Vec<u32>, stateful: usize, graded: usize) -> Self {
        let slot = Slot {
            fired: Vec::new(),
            starts: vec![0; first_ids.len()],
            factors: vec![Vec::new(); stateful],
            graded: vec![R::ZERO; graded],
        };
        Self { slots: vec![slot; (max_delay as usize + 1).next_power_of_two()], max_delay, first_ids }
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the mask is a small index")]
    fn index(&self, step: u64) -> usize {
        step as usize & (self.slots.len() - 1)
    }

    /// Forgets the oldest step and begins `step`.
    pub fn begin(&mut self, step: u64) {
        let index = self.index(step);
        let slot = &mut self.slots[index];
        slot.fired.clear();
        slot.factors.iter_mut().for_each(Vec::clear);
        slot.graded.clear();
    }

    /// Adds what the next block sent in `step`; blocks in order.
    pub fn append(&mut self, step: u64, outbox: &Outbox<R>) {
        let index = self.index(step);
        let slot = &mut self.slots[index];
        slot.fired.extend_from_slice(&outbox.fired);
        for (all, own) in slot.factors.iter_mut().zip(&outbox.factors) {
            all.extend_from_slice(own);
        }
        slot.graded.extend_from_slice(&outbox.graded);
    }

    /// Puts the spikes at time 0 in their place, ascending global ids; before any other step.
    pub fn start(&mut self, fired: &[u32]) {
        self.slots[0].fired.extend_from_slice(fired);
        self.end(0);
    }

    /// Completes `step`.
    pub fn end(&mut self, step: u64) {
        let index = self.index(step);
        let slot = &mut self.slots[index];
        for (start, first_id) in slot.starts.iter_mut().zip(&self.first_ids) {
            *start = slot.fired.partition_point(|id| id < first_id);
        }
    }

    /// Global ids of all cells that fired in `step`, ascending.
    pub fn fired(&self, step: u64) -> &[u32] {
        &self.slots[self.index(step)].fired
    }

    /// Indices in the population of its cells that fired in `step`, `delay` steps before `now`; none before step 0, the start.
    #[inline]
    pub fn spikes(&self, now: u64, delay: u32, population: usize) -> impl Iterator<Item = u32> + '_ {
        let first = self.first_ids[population];
        self.of_population(now, delay, population).iter().map(move |id| id - first)
    }

    #[inline]
    fn of_population(&self, now: u64, delay: u32, population: usize) -> &[u32] {
        match now.checked_sub(u64::from(delay)) {
            None => &[],
            Some(step) => {
                let slot = &self.slots[self.index(step)];
                &slot.fired[slot.starts[population]..slot.starts[population + 1]]
            }
        }
    }

    /// Spikes as in [`Self::spikes`], each with its factor in a projection whose synapses have a state.
    pub fn scaled_spikes(
        &self,
        now: u64,
        delay: u32,
        population: usize,
        projection: usize,
    ) -> impl Iterator<Item = (u32, R)> + '_ {
        let spikes = self.spikes(now, delay, population);
        let step = now.saturating_sub(u64::from(delay));
        let factors = &self.slots[self.index(step)].factors[projection];
        spikes.zip(factors.iter().map(|factor| R::from_f64(*factor)))
    }

    /// Outputs of `cells` graded cells, from graded index `first` on.
    pub fn graded(&self, now: u64, delay: u32, first: usize, cells: usize) -> &[R] {
        match now.checked_sub(u64::from(delay)) {
            None | Some(0) => &[],
            Some(step) => &self.slots[self.index(step)].graded[first..first + cells],
        }
    }

    /// What was sent in the steps up to `step` that may still arrive later, oldest first. `f64` holds every `f32`.
    pub fn past(&self, step: u64) -> Vec<Outbox<f64>> {
        let wide = |values: &[R]| values.iter().map(|value| value.to_f64()).collect();
        let sent = |step| {
            let slot = &self.slots[self.index(step)];
            Outbox { fired: slot.fired.clone(), factors: slot.factors.clone(), graded: wide(&slot.graded) }
        };
        (step - self.remembered(step)..step).map(|before| sent(before + 1)).collect()
    }

    /// Takes back what [`Self::past`] gave for `step`.
    ///
    /// # Errors
    /// The first part that does not fit this history, which is then of no use.
    pub fn restore(&mut self, step: u64, past: &[Outbox<f64>]) -> Result<(), PastError> {
        let same = |what: &str, found: u64, expected: u64| match found == expected {
            true => Ok(()),
            false => Err(PastError { what: what.into(), found: found.to_string(), expected: expected.to_string() }),
        };
        same("steps of spikes under way", past.len() as u64, self.remembered(step))?;
        let narrow = |values: &[f64]| values.iter().map(|value| R::from_f64(*value)).collect();
        for (at, sent) in (step - self.remembered(step) + 1..).zip(past) {
            let slot = &self.slots[self.index(at)];
            same("graded cells", sent.graded.len() as u64, slot.graded.len() as u64)?;
            same("projections whose synapses have a state", sent.factors.len() as u64, slot.factors.len() as u64)?;
            let cells = self.first_ids.last().copied().unwrap_or(0);
            if !sent.fired.is_sorted() || sent.fired.last().is_some_and(|id| *id >= cells) {
                let expected = format!("ascending ids below {cells}");
                return Err(PastError { what: format!("spikes of step {at}"), found: "others".into(), expected });
            }
            let graded = narrow(&sent.graded);
            let sent = Outbox { fired: sent.fired.clone(), factors: sent.factors.clone(), graded };
            self.begin(at);
            self.append(at, &sent);
            self.end(at);
        }
        Ok(())
    }

    /// How many of the steps up to `step` the longest delay reaches back to.
    fn remembered(&self, step: u64) -> u64 {
        step.min(u64::from(self.max_delay))
    }
}
