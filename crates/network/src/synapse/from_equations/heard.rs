//! What third factors did at the synapses of a table, as far as a synapse may still ask for it.

use crate::synapse::third_factor::Coming;
use crate::synapse::timing::Past;
use std::ops::Range;

/// A spike of other cells, which every synapse hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Called {
    /// When it is at the synapses.
    pub step: u64,
    /// The port, among those that hear other cells.
    pub port: usize,
}

/// Levels of a continuous port, each held until the next.
#[derive(Debug, Clone, Default)]
struct Levels {
    steps: Vec<u64>,
    /// `[change][place]`: one place for all, or one a receiving cell.
    values: Vec<f64>,
    places: usize,
}

/// Everything that came of third factors.
#[derive(Debug, Clone, Default)]
pub(super) struct Heard {
    /// Spikes in the order of time, those of one time in the order of ports.
    pub calls: Vec<Called>,
    levels: Levels,
}

impl Heard {
    /// Something comes of a port; spike ports are the first `spike_ports`.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of spikes")]
    pub fn add(&mut self, port: usize, step: u64, coming: Coming<'_>) {
        match coming {
            Coming::Spikes(count) => {
                self.calls.extend(std::iter::repeat_n(Called { step, port }, count.round() as usize));
            }
            Coming::Level(level) => self.levels.add(step, &[level]),
            Coming::Levels(levels) => self.levels.add(step, levels),
        }
    }

    /// Spikes from `from` on, before `end`.
    pub fn between(&self, from: u64, end: u64) -> Range<usize> {
        let first = self.calls.partition_point(|own| own.step < from);
        first..first + self.calls[first..].partition_point(|own| own.step < end)
    }

    /// The level that an event at `now` sees at a cell of the part: changes of that time come behind it.
    pub fn level(&self, now: u64, cell: usize) -> f64 {
        let Levels { steps, values, places } = &self.levels;
        let Some(last) = steps.partition_point(|step| *step < now).checked_sub(1) else { return 0.0 };
        values[last * places + if *places == 1 { 0 } else { cell }]
    }

    /// Forgets what came up to a step, but for the last of it.
    pub fn forget(&mut self, step: u64) {
        let past = self.calls.partition_point(|own| own.step <= step).saturating_sub(1);
        self.calls.drain(..past);
        let Levels { steps, values, places } = &mut self.levels;
        let past = steps.partition_point(|own| *own <= step).saturating_sub(1);
        steps.drain(..past);
        values.drain(..past * *places);
    }

    /// Puts what is kept to its places: those of spike ports, one each, then those of a continuous port.
    pub fn save(&self, spike_ports: usize, first_cell: usize, factor: &mut [Past]) {
        for (port, past) in factor.iter_mut().take(spike_ports).enumerate() {
            let steps: Vec<u64> = self.calls.iter().filter(|own| own.port == port).map(|own| own.step).collect();
            *past = Past { traces: vec![1.0; steps.len()], steps };
        }
        let Levels { steps, values, places } = &self.levels;
        let rest = factor.get_mut(spike_ports..).unwrap_or_default();
        let first = if rest.len() > 1 { first_cell } else { 0 };
        for (place, past) in rest.iter_mut().skip(first).take(*places).enumerate() {
            let own = values.iter().skip(place).step_by((*places).max(1)).copied().collect();
            *past = Past { steps: steps.clone(), traces: own };
        }
    }

    /// Takes it back for so many cells.
    pub fn load(&mut self, spike_ports: usize, (first_cell, cells): (usize, usize), factor: &[Past]) {
        let ports = factor.iter().take(spike_ports).enumerate();
        self.calls =
            ports.flat_map(|(port, past)| past.steps.iter().map(move |step| Called { step: *step, port })).collect();
        // Stable: those of one time stay in the order of ports.
        self.calls.sort_by_key(|own| own.step);
        let rest = factor.get(spike_ports..).unwrap_or_default();
        let own = if rest.len() > 1 { &rest[first_cell..first_cell + cells] } else { rest };
        let steps = own.first().map(|past| past.steps.clone()).unwrap_or_default();
        let changes = 0..steps.len();
        let values = changes.flat_map(|change| own.iter().map(move |past| past.traces[change])).collect();
        self.levels = Levels { steps, values, places: own.len() };
    }
}

impl Levels {
    fn add(&mut self, step: u64, levels: &[f64]) {
        self.places = levels.len();
        self.steps.push(step);
        self.values.extend_from_slice(levels);
    }
}
